package vault

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"log/slog"

	"github.com/google/uuid"
)

// Sealed is a sealed value on its way into a statement. Where sealing failed,
// the statement does. However it is printed it says nothing.
type Sealed struct {
	b   []byte
	err error
}

// BytesValue gives the bytes to the database; nil is null.
func (s Sealed) BytesValue() ([]byte, error) { return s.b, s.err }

// Value is BytesValue, for GORM.
func (s Sealed) Value() (driver.Value, error) {
	if s.b == nil {
		return nil, s.err
	}
	return s.b, s.err
}

// String keeps even ciphertext out of logs.
func (s Sealed) String() string { return "[sealed]" }

// LogValue is String, for slog.
func (s Sealed) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Opening opens a value while its row is read. The column that holds the row's
// key has to be read before it in the same row.
type Opening struct {
	vault  *Vault
	column Column
	row    *uuid.UUID
	take   func(plain []byte) error
}

// ScanBytes is called by the database's driver; nil is null.
func (o *Opening) ScanBytes(stored []byte) error {
	plain, err := o.vault.Open(o.column, *o.row, stored)
	if err != nil {
		return err
	}
	return o.take(plain)
}

// Text opens a column into a text; null is the empty text.
func (v *Vault) Text(c Column, row *uuid.UUID, into *string) *Opening {
	return &Opening{v, c, row, func(plain []byte) error {
		*into = string(plain)
		return nil
	}}
}

// TextOrNil opens a column into a text that may be missing.
func (v *Vault) TextOrNil(c Column, row *uuid.UUID, into **string) *Opening {
	return &Opening{v, c, row, func(plain []byte) error {
		*into = nil
		if plain != nil {
			s := string(plain)
			*into = &s
		}
		return nil
	}}
}

// JSON opens a column into what its JSON describes; null and "{}" leave it as
// it is.
func (v *Vault) JSON(c Column, row *uuid.UUID, into any) *Opening {
	return &Opening{v, c, row, func(plain []byte) error {
		if plain == nil {
			return nil
		}
		if raw, ok := into.(*json.RawMessage); ok {
			*raw = bytes.Clone(plain)
			return nil
		}
		return json.Unmarshal(plain, into)
	}}
}

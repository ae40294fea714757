package testkit

import (
	"fmt"
	"sync"

	"github.com/google/uuid"

	"throughline/internal/vault"
)

// Vault holds the data keys of this test binary: every database of its tests is
// sealed with them.
var Vault = sync.OnceValue(vault.Temporary)

// Seal is content as a column of a row holds it, to plant with.
func Seal(c vault.Column, row uuid.UUID, text string) []byte {
	b, err := Vault().Bytes(c, row, []byte(text))
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return b
}

// LookUp is the key by which a value is found, to plant with.
func LookUp(k vault.Key, value string) vault.Sealed { return Vault().LookUp(k, value) }

// Opened is what a stored value holds, for tests that look behind the services.
func Opened(c vault.Column, row uuid.UUID, stored []byte) string {
	b, err := Vault().Open(c, row, stored)
	if err != nil {
		return fmt.Sprintf("(does not open: %v)", err)
	}
	return string(b)
}

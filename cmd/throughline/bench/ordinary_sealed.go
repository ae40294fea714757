package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"gorm.io/gorm/schema"

	"throughline/internal/vault"
)

// The ordinary way seals as somebody would who uses GORM: by a serializer that
// stands in a field's tag. GORM knows serializers by name for the whole
// program, so the keys lie beside it.
var (
	registerSealed = sync.OnceFunc(func() { schema.RegisterSerializer("sealed", sealedField{}) })
	sealedWith     atomic.Pointer[vault.Vault]
)

// sealedField seals and opens one field of a row.
type sealedField struct{}

// column finds which sealed column a field of a row is, and the row's key.
func column(ctx context.Context, f *schema.Field, dst reflect.Value) (vault.Column, uuid.UUID, error) {
	for _, c := range vault.Columns() {
		s := c.Spec()
		if s.Table != f.Schema.Table || s.Name != f.DBName {
			continue
		}
		if s.Part != "" {
			if part, _ := f.Schema.LookUpField("stage").ValueOf(ctx, dst); part != s.Part {
				continue
			}
		}
		key, zero := f.Schema.LookUpField(s.Key).ValueOf(ctx, dst)
		id, ok := key.(uuid.UUID)
		if zero || !ok {
			return 0, uuid.Nil, errors.New("the row's key was not read before " + f.DBName)
		}
		return c, id, nil
	}
	return 0, uuid.Nil, errors.New(f.Schema.Table + "." + f.DBName + " is not sealed")
}

// Value seals what is written.
func (sealedField) Value(ctx context.Context, f *schema.Field, dst reflect.Value, value any) (any, error) {
	c, id, err := column(ctx, f, dst)
	if err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case string:
		return sealedWith.Load().Bytes(c, id, []byte(v))
	case *string:
		if v == nil {
			return nil, nil
		}
		return sealedWith.Load().Bytes(c, id, []byte(*v))
	case json.RawMessage:
		return sealedWith.Load().SealJSON(c, id, v).BytesValue()
	}
	return nil, fmt.Errorf("%s holds a %T", f.DBName, value)
}

// Scan opens what is read.
func (sealedField) Scan(ctx context.Context, f *schema.Field, dst reflect.Value, stored any) error {
	b, _ := stored.([]byte)
	if b == nil {
		return nil
	}
	c, id, err := column(ctx, f, dst)
	if err != nil {
		return err
	}
	plain, err := sealedWith.Load().Open(c, id, b)
	if err != nil {
		return err
	}
	into := f.ReflectValueOf(ctx, dst)
	switch into.Interface().(type) {
	case string:
		into.SetString(string(plain))
	case *string:
		s := string(plain)
		into.Set(reflect.ValueOf(&s))
	case json.RawMessage:
		into.SetBytes(plain)
	}
	return nil
}

// lookUp is the key by which a value is found.
func lookUp(k vault.Key, value string) []byte {
	b, err := sealedWith.Load().LookUp(k, value).BytesValue()
	if err != nil {
		return nil
	}
	return b
}

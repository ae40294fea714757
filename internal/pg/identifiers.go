package pg

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"
)

// registerIdentifiers lets an identifier travel as the sixteen bytes it is, both
// ways: without this it is written out and read again, which was a fifth of a
// list's time. The library sees to the way there; on the way back pgx asks a type
// that is a sql.Scanner before it asks the library, so the codec answers first.
func registerIdentifiers(types *pgtype.Map) {
	pgxuuid.Register(types)
	types.RegisterType(&pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: identifierCodec{}})
}

type identifierCodec struct{ pgxuuid.UUIDCodec }

// PlanEncode writes an identifier, or one that may be missing, by copying it: pgx
// would write a pointer out as text and read it again.
func (c identifierCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	switch value.(type) {
	case uuid.UUID, *uuid.UUID:
		if format == pgtype.BinaryFormatCode {
			return copyIdentifier{}
		}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

// PlanScan reads an identifier sent in binary by copying it.
func (c identifierCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return copyIdentifier{}
	}
	return c.UUIDCodec.PlanScan(m, oid, format, target)
}

type copyIdentifier struct{}

// Encode appends the sixteen bytes; nothing is what a missing one is sent as.
func (copyIdentifier) Encode(value any, buf []byte) ([]byte, error) {
	switch id := value.(type) {
	case uuid.UUID:
		return append(buf, id[:]...), nil
	case *uuid.UUID:
		if id != nil {
			return append(buf, id[:]...), nil
		}
	}
	return nil, nil
}

// Scan copies; null leaves the nil identifier, as it does for uuid.UUID's own
// Scan.
func (copyIdentifier) Scan(src []byte, target any) error {
	id, ok := target.(*uuid.UUID)
	switch {
	case !ok:
		return fmt.Errorf("an identifier does not go into a %T", target)
	case src == nil:
		*id = uuid.Nil
	case len(src) != len(id):
		return fmt.Errorf("an identifier has %d bytes, not %d", len(id), len(src))
	default:
		copy(id[:], src)
	}
	return nil
}

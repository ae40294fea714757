package pg

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// TestAnIdentifierIsCopiedAndNotSpelled, although its type also reads itself from
// what it is spelled as.
func TestAnIdentifierIsCopiedAndNotSpelled(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	registerIdentifiers(types)
	want := uuid.MustParse("018576db-e280-7d73-a9a9-84b1021dfb99")
	var got uuid.UUID
	plan := types.PlanScan(pgtype.UUIDOID, pgtype.BinaryFormatCode, &got)
	if _, ok := plan.(copyIdentifier); !ok {
		t.Errorf("an identifier is read by a %T", plan)
	}
	if err := plan.Scan(want[:], &got); err != nil {
		t.Error(err)
	}
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := plan.Scan(want[:7], &got); err == nil {
		t.Error("half an identifier was taken")
	}
	if err := plan.Scan(nil, &got); err != nil || got != uuid.Nil {
		t.Errorf("null: got %s and %v, want the nil identifier", got, err)
	}
}

// TestIdentifiersInEveryShape: where one may be missing, and many at once.
func TestIdentifiersInEveryShape(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	registerIdentifiers(types)
	want := uuid.New()
	some := &uuid.UUID{}
	if err := types.Scan(pgtype.UUIDOID, pgtype.BinaryFormatCode, nil, &some); err != nil || some != nil {
		t.Errorf("null: got %v and %v, want none", some, err)
	}
	if err := types.Scan(pgtype.UUIDOID, pgtype.BinaryFormatCode, want[:], &some); err != nil || some == nil || *some != want {
		t.Errorf("got %v and %v, want %s", some, err, want)
	}
	if err := types.Scan(pgtype.UUIDOID, pgtype.TextFormatCode, []byte(want.String()), &some); err != nil || *some != want {
		t.Errorf("in text: got %v and %v, want %s", some, err, want)
	}
	sent, err := types.Encode(pgtype.UUIDArrayOID, pgtype.BinaryFormatCode, []uuid.UUID{want, uuid.Nil}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var list []uuid.UUID
	if err := types.Scan(pgtype.UUIDArrayOID, pgtype.BinaryFormatCode, sent, &list); err != nil || len(list) != 2 || list[0] != want {
		t.Errorf("a list: got %v and %v", list, err)
	}
}

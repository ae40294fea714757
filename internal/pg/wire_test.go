package pg_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
)

// TestWireReadsWhatAGeneralScannerReads holds both readers to the same row.
func TestWireReadsWhatAGeneralScannerReads(t *testing.T) {
	t.Parallel()
	h := setup(t)
	const query = `select gen_random_uuid(), null::uuid, 'Zoë "Ng" 黄'::text, null::text, ''::text, -7::int, true, false,
		'2026-11-21 09:30:00.123456+00'::timestamptz, '1999-12-31 23:59:59.999999+00'::timestamptz, null::timestamptz, '1996-02-29'::date, '2026-11-21'::date, null::date`
	type row struct {
		ID          uuid.UUID
		None        *uuid.UUID
		Name        string
		NoText      *string
		Empty       string
		Number      int
		Yes, No     bool
		Now, Before time.Time
		Never       *time.Time
		Leap, Today *time.Time
		NoDay       *time.Time
	}
	b := h.begin(t, h.As("police"))
	var got, want row
	b.Query(pg.Each(func(rows pg.Row) error {
		if err := rows.Scan(&want.ID, &want.None, &want.Name, &want.NoText, &want.Empty, &want.Number, &want.Yes, &want.No, &want.Now, &want.Before,
			&want.Never, &want.Leap, &want.Today, &want.NoDay); err != nil {
			return err
		}
		w := pg.WireOf(rows)
		got.ID = w.UUID()
		got.None = w.MaybeUUID()
		got.Name, got.NoText, got.Empty, got.Number, got.Yes, got.No = w.Text(), w.MaybeText(), w.Text(), w.Int(), w.Bool(), w.Bool()
		got.Now, got.Before, got.Never, got.Leap, got.Today, got.NoDay = w.Time(), w.Time(), w.MaybeTime(), w.MaybeDate(), w.MaybeDate(), w.MaybeDate()
		if err := w.Err(); err != nil {
			return err
		}
		// A row that is not as the reader thinks is told, not guessed at.
		if _ = w.Text(); w.Err() == nil {
			t.Error("a column too many was read")
		}
		if other := pg.WireOf(rows); other.Int() != 0 || other.Err() == nil {
			t.Error("an identifier was read as a number")
		}
		if other := pg.WireOf(rows); other.UUID() == uuid.Nil || other.UUID() != uuid.Nil || other.Err() == nil {
			t.Error("a null was read as an identifier")
		}
		return nil
	}), query)
	if err := b.Send(pg.BatchRead); err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

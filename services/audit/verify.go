package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/prooflog"
)

// Finding is one thing that is wrong with the log.
type Finding struct {
	Leaf  int64     // the number in the log; -1: it has none
	Event uuid.UUID // uuid.Nil: none is known
	Words string    // what is wrong, as a sentence
}

// String is the finding as one line.
func (f Finding) String() string {
	where := ""
	if f.Leaf >= 0 {
		where = fmt.Sprintf("number %d", f.Leaf)
	}
	if f.Event != uuid.Nil {
		if where != "" {
			where += ", "
		}
		where += "event " + f.Event.String()
	}
	if where == "" {
		return f.Words
	}
	return where + ": " + f.Words
}

// Verdict is what Verify found.
type Verdict struct {
	Events   int64                 // in the log
	Waiting  int64                 // without a number yet, which nothing can be said of
	Erased   int64                 // whose detail was erased, as the log itself says
	Last     prooflog.Checkpoint   // the last that the database holds and a key signed; zero: none
	Against  []prooflog.Checkpoint // those that were brought along
	Findings []Finding             // empty: nothing is wrong
}

// mostFindings is where Verify stops listing: an altered log may be wrong in
// every line.
const mostFindings = 1000

// Verify compares the whole trail with its log: every event with its hash, every
// hash with the tree, the tree with every checkpoint the database holds, and with
// those that were kept outside, as signed texts. It needs the public keys, a
// connection that may read the audit tables past row security (the schema's
// owner), and nothing else; it changes nothing.
func Verify(ctx context.Context, conn *pgx.Conn, public prooflog.Public, outside []string) (Verdict, error) {
	var out Verdict
	err := pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		out, err = verify(ctx, tx, public, outside)
		return err
	})
	return out, err
}

func verify(ctx context.Context, tx pgx.Tx, public prooflog.Public, outside []string) (Verdict, error) {
	v := &verifier{tx: tx, public: public, seals: map[uuid.UUID]int64{}, erasures: map[uuid.UUID]bool{}}
	for _, step := range []func(context.Context) error{v.checkpoints, v.outside(outside), v.leaves, v.unnumbered} {
		if err := step(ctx); err != nil {
			return Verdict{}, err
		}
	}
	return v.out, nil
}

// ErrNoCheckpoint says that nothing has been signed yet.
var ErrNoCheckpoint = errors.New("nothing has been signed yet: the jobs of throughline serve or work sign a few seconds after the first event")

// LastNote is the text of the last checkpoint, for whoever keeps it elsewhere.
func LastNote(ctx context.Context, conn *pgx.Conn) (string, error) {
	var note string
	err := conn.QueryRow(ctx, "select note from audit_checkpoints order by n desc limit 1").Scan(&note)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoCheckpoint
	}
	return note, err
}

// verifier is one run of Verify.
type verifier struct {
	tx     pgx.Tx
	public prooflog.Public
	out    Verdict

	marks    []prooflog.Checkpoint // whose signature is good, by size
	tree     *prooflog.Tree
	broken   bool // from here on no root can be compared
	seals    map[uuid.UUID]int64
	erasures map[uuid.UUID]bool
}

func (v *verifier) found(leaf int64, event uuid.UUID, format string, args ...any) {
	if len(v.out.Findings) < mostFindings {
		v.out.Findings = append(v.out.Findings, Finding{leaf, event, fmt.Sprintf(format, args...)})
	}
}

// checkpoints looks at those of the database: signed, none missing, growing.
func (v *verifier) checkpoints(ctx context.Context) error {
	rows, err := v.tx.Query(ctx, "select n, size, note from audit_checkpoints order by n")
	if err != nil {
		return err
	}
	var n, size int64
	var note string
	want := int64(1)
	_, err = pgx.ForEachRow(rows, []any{&n, &size, &note}, func() error {
		for ; want < n && want < n-1000; want = n - 1000 { // say so once, not a million times
			v.found(-1, uuid.Nil, "checkpoints %d to %d are gone", want, n-1001)
		}
		for ; want < n; want++ {
			v.found(-1, uuid.Nil, "checkpoint %d is gone", want)
		}
		want = n + 1
		c, err := v.public.Open(note)
		switch {
		case err != nil:
			v.found(-1, uuid.Nil, "checkpoint %d was altered or forged: %s", n, err)
		case c.Number != n || c.Size != size:
			v.found(-1, uuid.Nil, "checkpoint %d is number %d over %d events by its signature, and the table says %d", n, c.Number, c.Size, size)
		case c.Size <= v.out.Last.Size || c.Time.Before(v.out.Last.Time):
			v.found(-1, uuid.Nil, "checkpoint %d does not follow from the one before", n)
		}
		if err == nil {
			v.marks = append(v.marks, c)
			if c.Size > v.out.Last.Size {
				v.out.Last = c
			}
		}
		return nil
	})
	return err
}

// outside takes the checkpoints that were kept elsewhere.
func (v *verifier) outside(texts []string) func(context.Context) error {
	return func(context.Context) error {
		for i, text := range texts {
			c, err := v.public.Open(text)
			if err != nil {
				v.found(-1, uuid.Nil, "the checkpoint you brought (%d of %d): %s", i+1, len(texts), err)
				continue
			}
			v.out.Against = append(v.out.Against, c)
			if c.Size > v.out.Last.Size {
				v.found(-1, uuid.Nil, "the end was cut off: the checkpoint of %s counted %d events, and the last one of the database counts %d",
					c.Time.Format(time.RFC3339), c.Size, v.out.Last.Size)
			}
			v.marks = append(v.marks, c)
		}
		slices.SortStableFunc(v.marks, func(a, b prooflog.Checkpoint) int { return int(a.Size - b.Size) })
		return nil
	}
}

// unnumbered looks for events that should have a number and have none.
func (v *verifier) unnumbered(ctx context.Context) error {
	system, snapshot := lastRead(v.out.Last)
	rows, err := v.tx.Query(ctx, `select e.id, case when e.xact >= pg_snapshot_xmax(pg_current_snapshot()) and s.system_identifier::text = $1 then 'ahead'
			when s.system_identifier::text = $1 and pg_visible_in_snapshot(e.xact, $2::text::pg_snapshot) then 'left out' else 'waiting' end
		from audit_events e cross join pg_control_system() s
		where not exists (select from audit_leaves l where l.event_id = e.id and l.event_at = e.at)`, system, snapshot)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var how string
	_, err = pgx.ForEachRow(rows, []any{&id, &how}, func() error {
		switch how {
		case "ahead":
			v.found(-1, id, "it carries the number of a transaction that has not been: somebody wrote it by hand")
		case "left out":
			v.found(-1, id, "it has no number in the log, and by its transaction it was there when the last checkpoint was signed: it was added or altered afterwards")
		default:
			v.out.Waiting++
		}
		return nil
	})
	for id, leaf := range v.seals {
		if v.erasures[id] {
			v.out.Erased++
		} else {
			v.found(leaf, id, "its detail is gone, and nothing on record says that it was erased")
		}
	}
	return err
}

package imports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// workFor is how long one run of the job goes on; the next goes on from there.
const workFor = 20 * time.Second

// task is a file at work, as the job reads it.
type task struct {
	models.Import
	key   []byte
	actor models.Actor
	spec  *models.ImportSpec
	cells map[string]int // field -> place in a row
	again bool           // rows one by one: together they failed
}

// Work goes on with the files that are being checked or run, the earliest
// started first, until there is nothing to do or its time is up. It acts for the
// system, and for each file in the name of who started it. Cut off anywhere and
// begun again it ends with the same result.
func (s *Service) Work(ctx context.Context) error {
	until := s.db.Now().Add(workFor)
	var ids []uuid.UUID
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &ids, "select id from imports where status in ('checking', 'running') order by started_at, id limit 20")
	})
	if err != nil {
		return err
	}
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, s.advance(ctx, id, until))
	}
	return failed
}

// advance goes on with one file. Where whoever started it may no longer, it
// stops, for somebody else to go on.
func (s *Service) advance(ctx context.Context, id uuid.UUID, until time.Time) error {
	t, err := s.load(ctx, id)
	if err != nil || !t.Waits() {
		return err
	}
	for t.Done < t.Total && s.db.Now().Before(until) {
		lines, err := s.piece(ctx, t)
		if err == nil {
			err = s.step(models.WithActor(ctx, t.actor), t, lines)
		}
		switch {
		case err == nil:
		case models.CodeOf(err) == models.CodeUnauthenticated:
			return s.stop(ctx, t)
		case errors.Is(err, pg.ErrLostRace):
			return nil // another worker is at it, or it was discarded
		default:
			return err
		}
	}
	if t.Done < t.Total {
		return nil
	}
	return s.finish(ctx, t)
}

func (s *Service) load(ctx context.Context, id uuid.UUID) (*task, error) {
	t := &task{}
	var r row
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &r, "select "+rowColumns+", key, started_by, started_role from imports where id = ?", id); err != nil {
			return err
		}
		var err error
		t.key, err = tx.Vault.Open(vault.ImportKey, id, r.Key)
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.Import, err = r.open(); err != nil {
		return nil, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	org, _ := dir.Organisation(t.OrgID)
	t.actor = models.Actor{UserID: r.StartedBy, OrgID: t.OrgID, ImportID: id, Role: r.StartedRole, OrgName: org.Name, OrgKind: org.Kind}
	t.spec, _ = models.FindImportKind(t.Kind)
	t.cells = map[string]int{}
	for field, column := range t.Mapping {
		for i, name := range t.Columns {
			if name == column {
				t.cells[field] = i
			}
		}
	}
	return t, nil
}

// piece reads the rows that come next: what is left of the piece they are in.
func (s *Service) piece(ctx context.Context, t *task) ([]*line, error) {
	var p piece
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &p, "select first_row, rows, name from import_chunks where import_id = ? and first_row <= ? order by first_row desc limit 1", t.ID, t.Done+1)
	})
	if err != nil {
		return nil, err
	}
	if p.Name == "" {
		return nil, pg.ErrLostRace // its content is gone: it was discarded
	}
	sealed, err := s.store.Get(ctx, p.Name)
	if err != nil {
		return nil, models.Unavailable("reading a file", err)
	}
	content, err := blob.Unseal(t.key, sealed, belongs(t.ID, p.FirstRow))
	if err != nil {
		return nil, models.Internal("opening a file", err)
	}
	var out []*line
	for n := p.FirstRow; len(content) > 0; n++ {
		var raw []byte
		raw, content, _ = bytes.Cut(content, []byte{'\n'})
		if n <= t.Done {
			continue
		}
		l, err := t.read(n, raw)
		if err != nil {
			return nil, err
		}
		if out = append(out, l); t.again {
			break
		}
	}
	return out, nil
}

func (t *task) read(n int, raw []byte) (*line, error) {
	l := &line{n: n, faults: &models.Faults{}, values: make(map[string]string, len(t.cells))}
	var values []string
	wrong := json.Unmarshal(raw, &values)
	if wrong != nil {
		if err := json.Unmarshal(raw, &l.bad); err != nil {
			return nil, models.Internal("reading a kept row", err)
		}
		return l, nil
	}
	for field, i := range t.cells {
		if i < len(values) {
			l.values[field] = values[i]
		}
	}
	return l, nil
}

// step does the rows of a piece in one transaction with the position after them.
// What the database finds wrong with some row, which our own rules did not, has
// them done one by one, and that row refused.
func (s *Service) step(ctx context.Context, t *task, lines []*line) error {
	do := s.logCases
	if len(t.spec.Types) > 0 {
		do = s.recordEvents
	}
	results, err := do(ctx, t, lines, false)
	switch {
	case err == nil:
	case pg.Constraint(err) == "import_rows_once" || pg.Constraint(err) == "cases_reference_key":
		return nil // another file brought it meanwhile, or a number was taken: read again
	case !pg.RefusedData(err):
		return err
	case len(lines) > 1:
		t.again = true
		return nil
	default:
		if results, err = do(ctx, t, lines, true); err != nil {
			return err
		}
	}
	t.count(results)
	t.again = t.again && t.Done%eventsAtOnce != 0
	return nil
}

// result is what came of a row, as it is written.
type result struct {
	models.ImportRow
	force              string
	reference, content vault.Sealed
}

func (t *task) count(results []result) {
	for i := range results {
		switch results[i].Outcome {
		case models.RowAccepted:
			t.Accepted++
		case models.RowChanged:
			t.Changed++
		case models.RowDuplicate:
			t.Duplicate++
		case models.RowRefused:
			t.Refused++
		}
	}
	t.Done += len(results)
}

// after is how far the file is once these rows are done.
func (t *task) after(results []result) task {
	next := *t
	next.count(results)
	return next
}

const (
	intoRows = "import_rows (id, import_id, n, org_id, kind, applied, outcome, field, code, says, case_id, flags, force, reference_key, content_key, at)"
	// moveSQL takes the position on from where this worker read it, or ends the
	// transaction: rows are done once.
	moveSQL = `with moved as (update imports set done = $2, accepted = $3, changed = $4, duplicate = $5, refused = $6, version = version + 1
		where id = $1 and done = $7 and status = $8 returning 1) select app_lost_race() where not exists (select from moved)`
)

func (t *task) moveArgs(next *task) []any {
	return []any{t.ID, next.Done, next.Accepted, next.Changed, next.Duplicate, next.Refused, t.Done, string(t.Status)}
}

func (t *task) rowArgs(r *result, at time.Time) []any {
	flags := r.Flags
	if flags == nil {
		flags = []string{}
	}
	return []any{
		models.NewID(), t.ID, r.N, t.OrgID, string(t.Kind), t.Status == models.ImportRunning, string(r.Outcome), pg.OrNull(r.Field), pg.OrNull(r.Code), pg.OrNull(r.Says),
		r.CaseID, flags, pg.OrNull(r.force), r.reference, r.content, at,
	}
}

// refuse is the result of a row that is refused for one fault.
func (l *line) refuse(f models.FieldError) result {
	return result{ImportRow: models.ImportRow{N: l.n, Outcome: models.RowRefused, Field: f.Field, Code: f.Code, Says: f.Message}}
}

// unread is the result of a row that could not be read at all.
func (l *line) unread() result {
	says := "The row cannot be read"
	if l.bad == badColumns {
		says = "The row has more or fewer columns than the first line"
	}
	return l.refuse(models.Field("", l.bad, says))
}

// failed is the result of a row that the database would not take.
func (l *line) failed() result {
	return l.refuse(models.Field("", "not_kept", "The row could not be kept. Log it by hand"))
}

// finish ends a check, or a run and with it the content.
func (s *Service) finish(ctx context.Context, t *task) error {
	to, action := models.ImportChecked, "import.checked"
	if t.Status == models.ImportRunning {
		to, action = models.ImportDone, "import.done"
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, "update imports set status = ?, finished_at = ?, version = version + 1 where id = ? and status = ? and done = total", to, tx.Now, t.ID, t.Status)
		if err != nil {
			return err
		}
		if n == 0 {
			return pg.ErrLostRace
		}
		return tx.Record(ctx, event(action, &t.Import, counted(&t.Import)))
	})
	if errors.Is(err, pg.ErrLostRace) {
		return nil
	}
	if err != nil || to != models.ImportDone {
		return err
	}
	if len(t.spec.Types) == 0 {
		if err := s.Count(ctx); err != nil {
			return err
		}
	}
	return s.drop(ctx, t.ID)
}

// stop leaves a file where it is: who started it may no longer.
func (s *Service) stop(ctx context.Context, t *task) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "update imports set status = 'stopped', stopped_in = ?, version = version + 1 where id = ? and status = ?", t.Status, t.ID, t.Status); err != nil {
			return err
		}
		return tx.Record(ctx, event("import.stopped", &t.Import, counted(&t.Import)))
	})
}

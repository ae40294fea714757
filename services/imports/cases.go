package imports

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// known is what is on record of a reference of this source.
type known struct {
	caseID  *uuid.UUID
	content []byte
}

// logCases does rows that become cases: what is known is told apart from what is
// new, and all that is new is written set by set. With hopeless the only row is
// one that the database would not take.
func (s *Service) logCases(ctx context.Context, t *task, lines []*line, hopeless bool) ([]result, error) {
	crimes := make([]crime, len(lines))
	results := make([]result, len(lines))
	today := models.Today(s.db.Now())
	for i, l := range lines {
		if l.bad != "" || hopeless {
			continue
		}
		crimes[i] = police(l, today)
		found, err := s.cases.Examine(ctx, &crimes[i].in)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			l.faults.Add(policeField(f.Field, &crimes[i].in), f.Code, f.Message)
		}
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.onRecord(ctx, t, b.Vault, lines)
	if err != nil {
		return nil, err
	}
	many := s.cases.Many()
	var again []result
	for i, l := range lines {
		switch {
		case hopeless:
			results[i] = l.failed()
			continue
		case l.bad != "":
			results[i] = l.unread()
			continue
		case len(l.faults.List()) > 0:
			results[i] = l.refuse(l.faults.List()[0])
			continue
		}
		r := result{ImportRow: models.ImportRow{N: l.n, Flags: crimes[i].flags}, force: crimes[i].in.Incidents[0].Force}
		r.reference, r.content = l.sealed(t, b.Vault)
		content, _ := r.content.BytesValue() //nolint:errcheck // a failed seal fails the statement
		key := l.reference(t)
		switch old, is := before[key]; {
		case !is:
			r.Outcome = models.RowAccepted
			if t.Status == models.ImportRunning {
				logged := many.Add(b, &crimes[i].in, map[string]any{"import": t.ID, "row": l.n})
				r.CaseID = &logged.ID
			}
			before[key] = &known{caseID: r.CaseID, content: content}
		case slices.Equal(old.content, content):
			r.Outcome, r.CaseID = models.RowDuplicate, old.caseID
		default:
			r.Outcome, r.CaseID = models.RowChanged, old.caseID
			r.Flags = append(r.Flags, models.FlagChanged)
			old.content = content
			again = append(again, r)
		}
		results[i] = r
	}
	if t.Status == models.ImportRunning {
		many.Write(b)
		s.unsettle(b, again)
	}
	return results, s.write(b, t, results)
}

// unsettle does what follows from a row that is known and now says something
// else. Nobody's work is overwritten: the next delivery is held against the new
// row, and no way to reach them is known to be safe until somebody says so again,
// for that may be what changed.
func (s *Service) unsettle(b *pg.Batch, again []result) {
	for i := range again {
		r := &again[i]
		if r.CaseID == nil {
			continue
		}
		b.Exec("update import_rows set content_key = $2 where case_id = $1 and applied and outcome = 'accepted'", r.CaseID, r.content)
		b.Exec("update contact_channels set confirmed_on = null, version = version + 1 where case_id = $1 and safe = $2 and confirmed_on is not null", r.CaseID, string(models.SafeYes))
		b.Record(models.Event{Action: "case.sent_again", SubjectType: "case", SubjectID: *r.CaseID, CaseID: *r.CaseID, Detail: map[string]any{"row": r.N}})
	}
}

// write ends the transaction of some rows: what came of each, and the position.
func (s *Service) write(b *pg.Batch, t *task, results []result) error {
	next := t.after(results)
	rows := make([][]any, len(results))
	for i := range results {
		rows[i] = t.rowArgs(&results[i], b.Now)
	}
	b.Exec(moveSQL, t.moveArgs(&next)...)
	b.Insert(intoRows, rows...)
	b.Record(t.done(&next, results))
	return b.Send(pg.BatchWrite)
}

// done is the event of some rows having been done.
func (t *task) done(next *task, results []result) models.Event {
	return event("import.rows", &t.Import, map[string]any{"rows": len(results), "to": next.Done, "run": t.Status == models.ImportRunning})
}

// reference is what tells rows of a source apart: its force and its reference.
// Two forces may have one number.
func (l *line) reference(t *task) string {
	if len(t.spec.Types) > 0 {
		return l.named
	}
	return l.key("force", models.Forces()) + "\n" + models.CrimeKey(l.value("reference"))
}

// sealed are the keys of a row's reference and of all it says.
func (l *line) sealed(t *task, v *vault.Vault) (reference, content vault.Sealed) {
	if !l.keyed {
		b, _ := json.Marshal(l.values) //nolint:errchkjson // a map of texts, written in the order of its keys
		l.seals = [2]vault.Sealed{v.LookUp(vault.ImportReferenceKey, l.reference(t)), v.LookUp(vault.ImportContentKey, string(b))}
		l.keyed = true
	}
	return l.seals[0], l.seals[1]
}

// keysOf are the keys of the references of those rows that can be done, and the
// reference of each key.
func (t *task) keysOf(v *vault.Vault, lines []*line) (keys [][]byte, byKey map[string]string, err error) {
	byKey = map[string]string{}
	for _, l := range lines {
		if l.bad != "" || len(l.faults.List()) > 0 {
			continue
		}
		reference, _ := l.sealed(t, v)
		key, err := reference.BytesValue()
		if err != nil {
			return nil, nil, err
		}
		byKey[string(key)] = l.reference(t)
		keys = append(keys, key)
	}
	return keys, byKey, nil
}

// What is known is looked up key by key. Asked for with any (), the database would
// read every row there is of the source and hold it against every key, as soon as
// it takes the source for a small one: which it does while the first large file
// of it is run.
const (
	knownSQL = `select r.* from unnest($3::bytea[]) k (key) cross join lateral (select reference_key, case_id, content_key from import_rows
		where org_id = $1 and kind = $2 and applied and outcome = 'accepted' and reference_key = k.key offset 0) r`
	checkedSQL = `select r.reference_key, r.case_id, r.content_key from unnest($2::bytea[]) k (key) cross join lateral (select reference_key, case_id, content_key, n from import_rows
		where import_id = $1 and not applied and reference_key = k.key offset 0) r order by r.n`
)

// onRecord finds what is known of the references of these rows: run before, or
// in a check, checked before in the same file.
func (s *Service) onRecord(ctx context.Context, t *task, v *vault.Vault, lines []*line) (map[string]*known, error) {
	keys, byKey, err := t.keysOf(v, lines)
	if err != nil {
		return nil, err
	}
	out := map[string]*known{}
	b, err := s.db.Begin(ctx)
	if err != nil || len(keys) == 0 {
		return out, err
	}
	take := pg.Each(func(row pg.Row) error {
		var key []byte
		k := &known{}
		if err := row.Scan(&key, &k.caseID, &k.content); err != nil {
			return err
		}
		out[byKey[string(key)]] = k
		return nil
	})
	b.Query(take, knownSQL, t.OrgID, string(t.Kind), keys)
	if t.Status == models.ImportChecking {
		b.Query(take, checkedSQL, t.ID, keys)
	}
	return out, b.Send(pg.BatchRead)
}

// keepReports is how long the rows of a report are kept that made nothing.
const keepReports = 90 * 24 * time.Hour

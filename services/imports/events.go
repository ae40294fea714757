package imports

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/events"
)

// recordEvents does rows that become events of cases, one after the other, each
// as services/events records it. A row that is refused takes back what it did and
// nothing else. A check does all the same, and takes all of it back.
func (s *Service) recordEvents(ctx context.Context, t *task, lines []*line, hopeless bool) ([]result, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	results := make([]result, 0, len(lines))
	err = s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		before, err := s.checkedBefore(ctx, tx, t, lines)
		if err != nil {
			return err
		}
		results = results[:0]
		each := func() error {
			for _, l := range lines {
				r, err := s.recordEvent(ctx, tx, dir, t, l, before, hopeless)
				if err != nil {
					return err
				}
				results = append(results, r)
			}
			return nil
		}
		if t.Status == models.ImportChecking {
			err = tx.Try(ctx, true, each)
		} else {
			err = each()
		}
		if err != nil {
			return err
		}
		return s.writeIn(ctx, tx, t, results)
	})
	return results, err
}

// recordEvent does one row.
func (s *Service) recordEvent(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, t *task, l *line, before map[string]bool, hopeless bool) (result, error) {
	switch {
	case hopeless:
		return l.failed(), nil
	case l.bad != "":
		return l.unread(), nil
	}
	in, reference := t.happened(l)
	if faults := l.faults.List(); len(faults) > 0 {
		return l.refuse(faults[0]), nil
	}
	r := result{ImportRow: models.ImportRow{N: l.n, Outcome: models.RowAccepted}}
	var out events.Recorded
	err := tx.Try(ctx, false, func() error {
		id, recorded, err := s.events.RecordIn(ctx, tx, dir, reference, in)
		if id != uuid.Nil {
			r.CaseID = &id
		}
		out = recorded
		return err
	})
	if fault, is := refusal(err); is {
		id := r.CaseID
		r = l.refuse(fault)
		r.CaseID = id
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if t.Status == models.ImportChecking {
		r.reference, _ = l.sealed(t, tx.Vault)
	}
	if out.Repeated || before[l.reference(t)] {
		r.Outcome = models.RowDuplicate
	}
	return r, nil
}

// happened reads a row as an event. What an event needs is examined by
// services/events.
func (t *task) happened(l *line) (in events.Input, reference string) {
	name := models.ImportName(l.value("type"))
	e := models.NewCaseEvent{Type: name, Reference: l.value("reference"), KnownAt: l.moment("known_at"), Details: map[string]any{}}
	for _, kind := range t.spec.Types {
		spec, ok := models.FindEventType(string(kind))
		if !ok || name != spec.Key && name != models.ImportName(string(kind)) && !isWords(l, spec) {
			continue
		}
		e.Type = string(kind)
		for i := range spec.Details {
			d := &spec.Details[i]
			v := l.value(d.Key)
			switch {
			case v == "":
			case d.Kind == models.DetailMoment:
				if at := l.moment(d.Key); at != nil {
					e.Details[d.Key] = at.UTC().Format(time.RFC3339)
				}
			case d.Kind == models.DetailYesNo:
				if yes := l.yesNo(d.Key); yes != nil {
					e.Details[d.Key] = *yes
				}
			case d.Kind == models.DetailChoice:
				e.Details[d.Key] = l.key(d.Key, d.Choices)
			default:
				e.Details[d.Key] = v
			}
		}
		if at := l.moment("occurred_at"); at != nil {
			e.OccurredAt = *at
		}
		if e.Reference == "" {
			l.faults.Add("reference", models.FieldRequired, "Enter your reference for this line")
		}
		return events.Input{NewCaseEvent: e}, l.value("case_reference")
	}
	l.faults.Add("type", models.FieldUnknown, "Enter a kind of event that belongs to this kind of file")
	return events.Input{}, ""
}

func isWords(l *line, spec *models.EventSpec) bool {
	return models.ImportName(l.value("type")) == models.ImportName(spec.Words)
}

// refusal tells an error of one row from an error of the whole, and what to say
// of it. A case that is not theirs is not there.
func refusal(err error) (models.FieldError, bool) {
	switch models.CodeOf(err) {
	case models.CodeInvalid:
		f := models.FieldsOf(err)[0]
		if f.Field, _ = strings.CutPrefix(f.Field, "details."); f.Field == "source_reference" {
			f.Field = "reference"
		}
		return f, true
	case models.CodeNotFound:
		return models.Field("case_reference", "case_not_found", "There is no such case that you can see"), true
	case models.CodeConflict:
		return models.Field("reference", "conflict", models.MessageOf(err)), true
	}
	return models.FieldError{}, false
}

// checkedBefore are the references that came up earlier in the same check, of
// which nothing was kept.
func (s *Service) checkedBefore(ctx context.Context, tx *pg.Tx, t *task, lines []*line) (map[string]bool, error) {
	out := map[string]bool{}
	if t.Status != models.ImportChecking {
		return out, nil
	}
	for _, l := range lines {
		if l.bad != "" {
			continue
		}
		key, _ := l.sealed(t, tx.Vault)
		var n int
		if err := tx.Scan(ctx, &n, "select count(*) from import_rows where import_id = ? and not applied and reference_key = ?", t.ID, key); err != nil {
			return nil, err
		}
		out[l.reference(t)] = n > 0
	}
	return out, nil
}

// writeIn is write inside a transaction.
func (s *Service) writeIn(ctx context.Context, tx *pg.Tx, t *task, results []result) error {
	next := t.after(results)
	n, err := tx.Exec(ctx, `update imports set done = ?, accepted = ?, changed = ?, duplicate = ?, refused = ?, version = version + 1 where id = ? and done = ? and status = ?`,
		next.Done, next.Accepted, next.Changed, next.Duplicate, next.Refused, t.ID, t.Done, t.Status)
	if err != nil {
		return err
	}
	if n == 0 {
		return pg.ErrLostRace
	}
	for i := range results {
		r := &results[i]
		if _, err := tx.Exec(ctx, `insert into import_rows (id, import_id, n, org_id, kind, applied, outcome, field, code, says, case_id, reference_key, at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, models.NewID(), t.ID, r.N, t.OrgID, t.Kind, t.Status == models.ImportRunning, r.Outcome,
			pg.OrNull(r.Field), pg.OrNull(r.Code), pg.OrNull(r.Says), r.CaseID, r.reference, tx.Now); err != nil {
			return err
		}
	}
	return tx.Record(ctx, event("import.rows", &t.Import, map[string]any{"rows": len(results), "to": next.Done, "run": t.Status == models.ImportRunning}))
}

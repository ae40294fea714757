package imports

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/events"
)

// recordEvents does rows that become events of cases, by the rules of
// services/events. A check examines all of them and writes none.
func (s *Service) recordEvents(ctx context.Context, t *task, lines []*line, hopeless bool) ([]result, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	happened := make([]events.Input, len(lines))
	references := make([]string, len(lines))
	for i, l := range lines {
		if l.bad == "" {
			happened[i], references[i] = t.happened(l)
		}
	}
	var results []result
	err = s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		results = make([]result, len(lines))
		before, err := s.checkedBefore(ctx, tx, t, lines)
		if err != nil {
			return err
		}
		many, err := s.events.ManyNamed(ctx, tx, dir, references)
		if err != nil {
			return err
		}
		for i, l := range lines {
			switch {
			case hopeless:
				results[i] = l.failed()
			case l.bad != "":
				results[i] = l.unread()
			case len(l.faults.List()) > 0:
				results[i] = l.refuse(l.faults.List()[0])
			default:
				if results[i], err = l.record(ctx, many, many.Named(references[i]), happened[i]); err != nil {
					return err
				}
			}
			if t.Status == models.ImportChecking && results[i].Outcome == models.RowAccepted {
				results[i].reference, _ = l.sealed(t, tx.Vault)
				if before[l.reference(t)] {
					results[i].Outcome = models.RowDuplicate
				}
			}
		}
		if t.Status == models.ImportRunning {
			if err := many.Save(ctx); err != nil {
				return err
			}
		}
		return s.writeIn(ctx, tx, t, results)
	})
	return results, err
}

// record does one row.
func (l *line) record(ctx context.Context, many *events.Many, caseID uuid.UUID, in events.Input) (result, error) {
	_, repeated, err := many.Record(ctx, caseID, in)
	fault, is := refusal(err)
	r := result{ImportRow: models.ImportRow{N: l.n, Outcome: models.RowAccepted}}
	switch {
	case is:
		r = l.refuse(fault)
	case err != nil:
		return r, err
	case repeated:
		r.Outcome = models.RowDuplicate
	}
	r.CaseID = pg.OrNull(caseID)
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
		// However a line writes what it was, it is the same line.
		l.named = strings.Join([]string{strings.ToUpper(strings.Join(strings.Fields(l.value("case_reference")), "")), e.Type, e.Reference}, "\n")
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
	keys, byKey, err := t.keysOf(tx.Vault, lines)
	if err != nil || len(keys) == 0 {
		return out, err
	}
	var found [][]byte
	err = tx.Scan(ctx, &found, "select reference_key from import_rows where import_id = ? and not applied and reference_key in ?", t.ID, keys)
	for _, key := range found {
		out[byKey[string(key)]] = true
	}
	return out, err
}

// writeIn is write inside a transaction.
func (s *Service) writeIn(ctx context.Context, tx *pg.Tx, t *task, results []result) error {
	next := t.after(results)
	if _, err := tx.Exec(ctx, moveSQL, t.moveArgs(&next)...); err != nil {
		return err
	}
	rows := make([][]any, len(results))
	for i := range results {
		rows[i] = t.rowArgs(&results[i], tx.Now)
	}
	if err := tx.Insert(ctx, intoRows, rows...); err != nil {
		return err
	}
	return tx.Record(ctx, t.done(&next, results))
}

package imports

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// held is how long a case stays with whoever was shown it.
const held = 3 * time.Minute

// most is how far what is left is counted; beyond it is "1,000+".
const most = 1000

// Triage is the next case to look at, and what else there is.
type Triage struct {
	Next  *models.TriageItem // nil: nothing is left
	Left  int                // cases still to look at, this one among them
	More  bool               // there are more than Left
	Yours []models.TriageItem
}

// waiting are the rows that somebody has to look at, of open cases that the
// actor sees; each case stands there once for each row that was not looked at.
const waiting = `import_rows r join cases c on c.id = r.case_id where r.org_id = (select app_org_id()) and r.applied and r.case_id is not null and r.flags <> '{}' and r.seen_at is null and c.status = 'open'`

// Next shows the case that is the most pressing of those nobody else is looking
// at, and keeps it for the actor for three minutes; asked again it is the same.
// It records that the case was listed. Cases that were put off come last.
func (s *Service) Next(ctx context.Context) (Triage, error) {
	if _, err := may(ctx); err != nil {
		return Triage{}, err
	}
	var out Triage
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		out = Triage{}
		var next struct{ CaseID uuid.UUID }
		if err := tx.Scan(ctx, &next, `with next as (select r.id from `+waiting+` and (r.held_at is null or r.held_by = ? or r.held_at < ?)
			order by coalesce(r.held_by = ?, false) desc, r.later_at nulls first, r.pressing, r.at, r.n limit 1 for update of r skip locked)
			update import_rows u set held_by = ?, held_at = ? from next where u.id = next.id returning u.case_id`,
			tx.Actor.UserID, tx.Now.Add(-held), tx.Actor.UserID, tx.Actor.UserID, tx.Now); err != nil {
			return err
		}
		if err := tx.Scan(ctx, &out.Left, "select count(*) from (select distinct r.case_id from "+waiting+" limit ?) x", most+1); err != nil {
			return err
		}
		if out.More = out.Left > most; out.More {
			out.Left = most
		}
		list, err := items(ctx, tx, "c.id = ?", "seen_at is null", next.CaseID)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			out.Next = &list[0]
		}
		if out.Yours, err = items(ctx, tx, "c.id in (select case_id from import_rows where seen_as = 'follow_up' and seen_by = ?)", "seen_as = 'follow_up'", tx.Actor.UserID); err != nil {
			return err
		}
		return tx.Record(ctx, shown(append(list, out.Yours...)))
	})
	return out, err
}

// Waiting lists what is left to look at, the most pressing first, up to 100, and
// records that it was listed. It keeps nothing for the actor.
func (s *Service) Waiting(ctx context.Context) ([]models.TriageItem, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []models.TriageItem
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = items(ctx, tx, "c.id in (select distinct r.case_id from "+waiting+")", "seen_at is null")
		if err != nil {
			return err
		}
		return tx.Record(ctx, shown(out))
	})
	return out, err
}

// shown is the line of the trail about cases that were listed.
func shown(list []models.TriageItem) models.Event {
	ids := []uuid.UUID{}
	for i := range list {
		ids = append(ids, list[i].CaseID)
	}
	return models.Event{Action: "case.listed", SubjectType: "case", Detail: map[string]any{"list": "triage", "cases": ids}}
}

// items reads cases of a feed with the flags of their rows in a state. Both are
// SQL of our own making.
func items(ctx context.Context, tx *pg.Tx, which, state string, args ...any) ([]models.TriageItem, error) {
	var rows []struct {
		ID                            uuid.UUID
		Reference, Force, BoroughName string
		RiskLevel                     models.Priority
		Flags, Offences               string
		ReportedOn                    *time.Time
		SentAt                        time.Time
	}
	if err := tx.Scan(ctx, &rows, `select c.id, c.reference, c.risk_level, coalesce(i.force, '') as force, coalesce(a.name, '') as borough_name, i.reported_on,
		array_to_json(coalesce(i.offence_types, '{}'))::text as offences, f.flags, f.sent_at
		from cases c join victims v on v.id = c.victim_id left join authorities a on a.code = v.borough left join incidents i on i.case_id = c.id and i.position = 1
		join lateral (select array_to_json(array_agg(distinct x))::text as flags, min(r.pressing) as pressing, min(r.at) as sent_at, min(r.n) as n
			from import_rows r, unnest(r.flags) x where r.case_id = c.id and r.applied and r.`+state+`) f on f.flags is not null
		where `+which+` and c.status = 'open' order by f.pressing, f.sent_at, f.n limit 100`, args...); err != nil {
		return nil, err
	}
	out := make([]models.TriageItem, len(rows))
	for n, r := range rows {
		out[n] = models.TriageItem{CaseID: r.ID, Reference: r.Reference, Risk: r.RiskLevel, Force: r.Force, BoroughName: r.BoroughName, ReportedOn: r.ReportedOn, SentAt: r.SentAt}
		if err := json.Unmarshal([]byte(r.Flags), &out[n].Flags); err != nil {
			return nil, models.Internal("reading the flags of a case", err)
		}
		if err := json.Unmarshal([]byte(r.Offences), &out[n].Offences); err != nil {
			return nil, models.Internal("reading the kinds of crime of a case", err)
		}
	}
	return out, nil
}

// Triage says what is done about the flags of a case that a feed made. Said of
// one that the actor sees to already, it is done with. Errors: forbidden, not
// found, a models.Replay, invalid, and a conflict where somebody else was faster.
func (s *Service) Triage(ctx context.Context, caseID uuid.UUID, answer models.TriageAnswer) error {
	if _, err := may(ctx); err != nil {
		return err
	}
	return pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			var n int
			if err := tx.Scan(ctx, &n, "select count(*) from import_rows r join cases c on c.id = r.case_id where r.case_id = ? and r.applied and r.flags <> '{}'", caseID); err != nil {
				return err
			}
			if n == 0 {
				return models.NotFound("case")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			if !models.HasChoice(models.TriageAnswers(), string(answer)) {
				f.Add("answer", models.FieldUnknown, "Select what is done about it")
			}
			if faults := f.List(); len(faults) > 0 {
				return models.Invalid(faults...)
			}
			set, args := "seen_as = ?, seen_by = ?, seen_at = ?", []any{string(answer), tx.Actor.UserID, tx.Now}
			if answer == models.TriageLater {
				set, args = "later_at = ?", []any{tx.Now}
			}
			changed, err := tx.Exec(ctx, "update import_rows set held_by = null, held_at = null, "+set+` where case_id = ? and applied and flags <> '{}'
				and (seen_at is null or seen_as = 'follow_up' and seen_by = ? and ? <> 'follow_up')`, append(args, caseID, tx.Actor.UserID, string(answer))...)
			if err != nil {
				return err
			}
			if changed == 0 {
				return models.Conflict("Somebody has seen to this case already. Nothing you did was saved.")
			}
			if err := tx.Record(ctx, models.Event{Action: "case.triaged", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Detail: map[string]any{"answer": answer}}); err != nil {
				return err
			}
			return tx.Keep(ctx, answer)
		})
	})
}

package complaints

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// write runs one change: a key that was answered is answered again, and the
// answer is kept.
func (s *Service) write(ctx context.Context, need models.Permission, do func(context.Context, *pg.Tx) (View, error)) (View, error) {
	var out View
	if _, err := models.May(ctx, need); err != nil {
		return out, err
	}
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = do(ctx, tx); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// Record keeps what was said of an organisation, and starts the clocks of a
// complaint from the day it was received. A case is named by its id or its
// reference. Whom it names of that organisation's people is kept from it, whoever
// they are. Errors: forbidden, a models.Replay, and invalid: where it names who
// records it too.
func (s *Service) Record(ctx context.Context, in models.Complaint, reference string) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	return s.write(ctx, models.ComplaintRecord, func(ctx context.Context, tx *pg.Tx) (View, error) {
		if err := tx.FindReplay(ctx); err != nil {
			return View{}, err
		}
		in.Said, in.Wants, in.Worker = strings.TrimSpace(in.Said), strings.TrimSpace(in.Wants), strings.TrimSpace(in.Worker)
		f := &models.Faults{}
		f.Join(in.Check(models.Today(tx.Now))...)
		if _, ok := dir.Organisation(in.OrgID); !ok {
			f.Add("organisation_id", models.FieldUnknown, "Select an organisation of the list")
		}
		if in.ServiceID != uuid.Nil {
			if sv, ok := dir.Service(in.ServiceID); !ok || sv.OrgID != in.OrgID {
				f.Add("service_id", models.FieldUnknown, "Select a service of that organisation")
			}
		}
		if err := caseOf(ctx, tx, &in, reference, f); err != nil {
			return View{}, err
		}
		named, err := called(ctx, tx, in.OrgID, in.Worker)
		if err != nil {
			return View{}, err
		}
		if in.Kind == models.KindComplaint && slices.Contains(named, tx.Actor.UserID) {
			f.Add("worker", models.FieldNotOpen, "A complaint about you is for somebody else to record. Ask a colleague, or the organisation's manager")
		}
		if err := models.Refusal(ctx, f.List()); err != nil {
			return View{}, err
		}
		if err := s.insert(ctx, tx, &in, named); err != nil {
			return View{}, err
		}
		if err := tx.Record(ctx, about("recorded", in.ID, map[string]any{"kind": in.Kind, "organisation": in.OrgID, "topic": in.Topic, "named": len(named)})); err != nil {
			return View{}, err
		}
		return s.show(ctx, tx, in.ID)
	})
}

// caseOf finds the case it is of, where one is named: one that the actor sees.
func caseOf(ctx context.Context, tx *pg.Tx, in *models.Complaint, reference string, f *models.Faults) error {
	if in.CaseID == uuid.Nil && reference == "" {
		return nil
	}
	var found []uuid.UUID
	if err := tx.Scan(ctx, &found, "select id from cases where id = ? or reference = ? limit 1", in.CaseID, reference); err != nil {
		return err
	}
	if len(found) == 0 {
		f.Add("case_id", models.FieldUnknown, "This is no case that you can see. A reference looks like C-7KQ4-M2XA-A")
		return nil
	}
	in.CaseID = found[0]
	return nil
}

// called are the people of an organisation who have a name.
func called(ctx context.Context, tx *pg.Tx, org uuid.UUID, name string) (out []uuid.UUID, err error) {
	if name == "" {
		return nil, nil
	}
	return out, tx.Scan(ctx, &out, "select unnest(app_people_called(?, ?))", org, name)
}

func (s *Service) insert(ctx context.Context, tx *pg.Tx, in *models.Complaint, named []uuid.UUID) error {
	in.ID = models.NewID()
	received := in.ReceivedAt(tx.Now)
	ids := make([]string, len(named))
	for i := range named {
		ids[i] = named[i].String()
	}
	if _, err := tx.Exec(ctx, `insert into complaints (id, kind, org_id, service_id, case_id, said_by, channel, topic, words, named, received_on, received_at, at, changed_at, by_user_id, by_org_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, string_to_array(?, ',')::uuid[], ?, ?, ?, ?, ?, ?)`, in.ID, in.Kind, in.OrgID, pg.OrNull(in.ServiceID), pg.OrNull(in.CaseID), in.SaidBy, in.Channel, in.Topic,
		tx.Vault.SealJSON(vault.ComplaintWords, in.ID, words{Said: in.Said, Wants: in.Wants, Worker: in.Worker}), strings.Join(ids, ","), in.ReceivedOn.Format(time.DateOnly), received, tx.Now, tx.Now,
		tx.Actor.UserID, tx.Actor.OrgID); err != nil {
		return err
	}
	if in.Kind != models.KindComplaint {
		return nil
	}
	return s.begin(ctx, tx, in, received)
}

// begin starts both clocks of a complaint, from when it was received.
func (s *Service) begin(ctx context.Context, tx *pg.Tx, in *models.Complaint, received time.Time) error {
	var rules []models.ClockRule
	if err := tx.Scan(ctx, &rules, "select rule, version, owner, standard, enhanced, unit, soft, source, effective_from, effective_to from clock_rules where rule in ? order by rule, version",
		[]models.Rule{models.RuleComplaint, models.RuleComplaintAnswer}); err != nil {
		return err
	}
	for _, name := range []models.Rule{models.RuleComplaint, models.RuleComplaintAnswer} {
		rule, ok := models.RuleAt(rules, name, received)
		if !ok {
			continue
		}
		k, err := s.calendar.StartRule(&rule, models.Clock{HolderOrgID: in.OrgID, StartedAt: received}, rule.Standard)
		if err != nil {
			return models.Internal("starting the clock of a complaint", err)
		}
		k.State = k.StateAt(tx.Now)
		if _, err := tx.Exec(ctx, `insert into clocks (id, complaint_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, in.ID, k.Rule, k.RuleVersion, k.HolderOrgID, k.State, k.LimitDays, k.StartedAt, k.DueAt, k.FirstDueAt, k.DueSoonAt); err != nil {
			return err
		}
	}
	return nil
}

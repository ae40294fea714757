package protection

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Get shows what hides a case, and records that it was shown. It needs
// case:protection; a case the actor may not know of is not found.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) { return s.view(ctx, id, "") }

// Find is Get by the public reference, as pages are addressed.
func (s *Service) Find(ctx context.Context, reference string) (View, error) {
	written, err := models.ParseReference(reference)
	if err != nil {
		return View{}, models.NotFound("case")
	}
	return s.view(ctx, uuid.Nil, written)
}

func (s *Service) view(ctx context.Context, id uuid.UUID, reference string) (View, error) {
	if _, err := models.May(ctx, models.CaseProtection); err != nil {
		return View{}, err
	}
	var v View
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := find(ctx, tx, id, reference)
		if err != nil {
			return err
		}
		v = View{CaseID: r.ID, Reference: r.Reference, State: r.state(), Own: r.AccountableOrgID == tx.Actor.OrgID, Held: r.Held}
		if v.People, err = people(ctx, tx, r); err != nil {
			return err
		}
		if v.Bars, err = bars(ctx, tx, r.ID); err != nil {
			return err
		}
		if v.Decisions, err = decisions(ctx, tx, "p.case_id = ? and p.referral_id is null", r.ID); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "protection.viewed", SubjectType: "case", SubjectID: r.ID, CaseID: r.ID})
	})
	return v, err
}

// people names those a case is restricted to, as far as they are colleagues.
func people(ctx context.Context, tx *pg.Tx, r *record) ([]Person, error) {
	if r.People == "" {
		return nil, nil
	}
	var out []Person
	err := tx.Scan(ctx, &out, `select p.id, coalesce(u.name, '') as name, coalesce(u.role, '') as role
		from unnest(string_to_array(?, ',')::uuid[]) p (id) left join users u on u.id = p.id order by u.name nulls last, p.id`, r.People)
	return out, err
}

func bars(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) ([]Bar, error) {
	var rows []struct {
		ID                               uuid.UUID
		Who, Source, Reason, Note, SetBy string
		SetAt                            time.Time
		LiftedAt                         *time.Time
	}
	err := tx.Scan(ctx, &rows, `select b.id, case when b.source = 'named' then coalesce(c.name, b.email, '') else '' end as who, b.source, b.reason,
		coalesce(b.note, '') as note, b.set_at, coalesce(s.name, '') as set_by, b.lifted_at
		from bars b left join users c on c.id = b.colleague_id left join users s on s.id = b.set_by where b.case_id = ? order by b.lifted_at is not null, b.set_at desc, b.id`, caseID)
	out := make([]Bar, len(rows))
	for i, r := range rows {
		out[i] = Bar{ID: r.ID, Who: r.Who, Source: r.Source, Reason: r.Reason, Note: r.Note, SetAt: r.SetAt, SetBy: r.SetBy, Lifted: r.LiftedAt != nil}
	}
	return out, err
}

// decisions reads decisions that a condition picks, those that wait first.
func decisions(ctx context.Context, tx *pg.Tx, where string, args ...any) ([]Decision, error) {
	var rows []struct {
		ID, CaseID                                        uuid.UUID
		BarID, AskedByID                                  *uuid.UUID
		Reference, Action, State, Reason, Note, AskedRole string
		AskedBy, DecidedBy                                string
		AskedAt                                           time.Time
		DecidedAt                                         *time.Time
	}
	err := tx.Scan(ctx, &rows, `select p.id, p.case_id, p.bar_id, p.asked_by as asked_by_id, coalesce(c.reference, '') as reference, p.action, p.state, p.reason,
		coalesce(p.note, '') as note, coalesce(p.asked_role, '') as asked_role, coalesce(a.name, '') as asked_by, coalesce(d.name, '') as decided_by, p.asked_at, p.decided_at
		from protections p left join users a on a.id = p.asked_by left join users d on d.id = p.decided_by
		left join lateral (select reference from app_case_protection(p.case_id, '')) c on true
		where `+where+` order by p.state <> 'pending', p.asked_at desc, p.id limit 100`, args...)
	out := make([]Decision, len(rows))
	for i, r := range rows {
		out[i] = Decision{
			ID: r.ID, CaseID: r.CaseID, Reference: r.Reference, Action: models.ProtectionAction(r.Action), State: r.State, BarID: r.BarID, Reason: r.Reason, Note: r.Note,
			AskedBy: r.AskedBy, AskedAt: r.AskedAt, DecidedBy: r.DecidedBy, DecidedAt: r.DecidedAt,
			MayDecide: r.State == "pending" && tx.Actor.Can(models.CaseProtect) && (r.AskedByID == nil || *r.AskedByID != tx.Actor.UserID) &&
				(tx.Actor.Role == models.RolePrivacyOfficer || r.AskedRole == string(models.RolePrivacyOfficer)),
		}
	}
	return out, err
}

// Queue lists what waits for a decision in the actor's organisation and what is
// hidden now, as far as the actor may know. It needs case:protect.
func (s *Service) Queue(ctx context.Context) ([]Decision, error) {
	if _, err := models.May(ctx, models.CaseProtect); err != nil {
		return nil, err
	}
	var out []Decision
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if out, err = decisions(ctx, tx, "p.org_id = ? and p.referral_id is null", tx.Actor.OrgID); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "protection.listed", SubjectType: "protection", Detail: map[string]any{"shown": len(out)}})
	})
	return out, err
}

// Colleagues are the people of the actor's organisation that can be named or
// barred, by name.
func (s *Service) Colleagues(ctx context.Context) ([]Person, error) {
	if _, err := models.May(ctx, models.CaseProtection); err != nil {
		return nil, err
	}
	var out []Person
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &out, "select id, name, role from users where org_id = (select app_org_id()) and disabled_at is null and not machine order by name, id limit 500")
	})
	return out, err
}

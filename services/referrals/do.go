package referrals

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// tries is how often an act that named no version is decided anew when somebody
// else was faster: what it wants may still be possible.
const tries = 3

// Do takes an action on a referral and returns it as the actor sees it then.
// Two round trips: what the decision rests on, then the change itself, chained
// on the version that was read (docs/adr/0005). It returns, in this order:
// forbidden where the role can never do it; not found where the referral is not
// the actor's to see; forbidden where it is the other side's to do; a
// models.Replay where the request's key was answered before; a precondition
// error; a conflict that says who did what and when; stale; and invalid with
// every field to correct.
func (s *Service) Do(ctx context.Context, id uuid.UUID, action models.Action, in ActionInput) (View, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return View{}, err
	}
	if handlers()[action] == nil {
		return View{}, models.NotFound("action")
	}
	if !permitted(actor, action) {
		return View{}, models.RoleForbidden()
	}
	var out View
	err = pg.Once(func() (err error) {
		out, err = s.try(ctx, id, action, &in)
		return err
	})
	return out, err
}

// permitted reports whether the role can take the action on any referral.
func permitted(a models.Actor, action models.Action) bool {
	if a.Role == models.RoleSystem {
		return true
	}
	for _, side := range models.ActionSides(action) {
		if p, ok := needs(side); ok && a.Can(p) {
			return true
		}
	}
	return false
}

// needs is the permission somebody needs to stand on a side.
func needs(s models.Side) (models.Permission, bool) {
	switch s {
	case models.SideReferrer:
		return models.ReferralSend, true
	case models.SideProvider:
		return models.ReferralAnswer, true
	case models.SideReferrerManager, models.SideProviderManager:
		return models.ReferralManage, true
	case models.SideCoordinator:
		return models.ReferralCoordinate, true
	}
	return "", false
}

// try decides and writes, again where somebody was faster in between.
func (s *Service) try(ctx context.Context, id uuid.UUID, action models.Action, in *ActionInput) (View, error) {
	for n := 0; ; n++ {
		v, err := s.once(ctx, id, action, in)
		switch {
		case errors.Is(err, pg.ErrLostRace) && n < tries:
			continue
		case errors.Is(err, pg.ErrLostRace):
			return View{}, tooLate()
		case n > 0 && models.CodeOf(err) == models.CodeNotFound:
			return View{}, tooLate() // it was theirs to see a moment ago
		case errors.Is(err, errMoved):
			return View{}, s.whoMoved(ctx, id)
		case pg.Constraint(err) == "referrals_one_live":
			return View{}, s.whichIsLive(ctx, id, in)
		}
		return v, err
	}
}

// once is one attempt: read, decide, write.
func (s *Service) once(ctx context.Context, id uuid.UUID, action models.Action, in *ActionInput) (View, error) {
	req := models.RequestFrom(ctx)
	st, err := s.load(ctx, id, action, in)
	if err != nil {
		return View{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	b.Now = b.Now.Truncate(time.Microsecond) // as the database keeps it
	c, err := decide(st, b.Actor, action, in, req, b.Now, s.calendar)
	if err != nil {
		return View{}, err
	}
	if err := s.queueChange(b, c, req); err != nil {
		return View{}, err
	}
	r, err := s.reader(ctx, b.Actor, b.Now)
	if err != nil {
		return View{}, err
	}
	r.attempt(c)
	if !c.deleted {
		r.queue(b, id)
	}
	b.KeepLater(func() any { return r.view() })
	if err := b.Send(pg.BatchWrite); err != nil {
		return View{}, err
	}
	return r.view(), nil
}

// load reads what the decision rests on. Nothing of it is shown to anybody, so
// nothing is recorded: the act is, or its refusal.
func (s *Service) load(ctx context.Context, id uuid.UUID, action models.Action, in *ActionInput) (*state, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	st, found := &state{dir: dir}, false
	st.queueReferral(b, id, &found)
	queueClocks(b, id, &st.Clocks)
	if b.Actor.Can(models.ReferralCoordinate) {
		b.Query(pg.Each(func(rows pg.Row) error { return rows.Scan(&st.Coordinates) }), `select exists (select from pathway_coordinators p
			join referrals r on r.pathway = p.pathway where r.id = $1 and p.org_id = $2)`, id, b.Actor.OrgID)
	}
	st.queueGuards(b, id, action, in)
	// After the row: whoever sees what a twin has done sees its answer too.
	kept := b.FindReplay()
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	if !found {
		return nil, models.NotFound("referral")
	}
	if err := checkSide(st, b.Actor, action); err != nil {
		return nil, err
	}
	if err := kept.Check(); err != nil {
		return nil, err
	}
	st.Coordinators = dir.Coordinators(st.Pathway)
	if st.Case != nil {
		st.Case.boroughsByCode = func(code string) string { a, _ := dir.Authority(code); return a.Name }
	}
	st.Service, err = s.directory.Service(ctx, st.ServiceID)
	return st, err
}

// whoMoved says who did what and when: the latest step the actor can see.
func (s *Service) whoMoved(ctx context.Context, id uuid.UUID) error {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	var found bool
	var action models.Action
	var at time.Time
	var name *string
	var org *uuid.UUID
	b.Query(pg.One(&found, &action, &at, &org, &name), `select h.action, h.at, h.by_org_id, u.name from referral_history h
		left join users u on u.id = h.by_user_id where h.referral_id = $1
		order by h.from_status is distinct from h.to_status desc, h.version desc limit 1`, id)
	if err := b.Send(pg.BatchRead); err != nil {
		return err
	}
	switch {
	case !found:
		return models.Conflict("This referral has not been sent yet.")
	case name != nil:
		return movedOn(short(*name), action, at, b.Now)
	case org != nil:
		return movedOn(dir.Name(*org), action, at, b.Now)
	}
	return movedOn("Throughline", action, at, b.Now)
}

// whichIsLive names the live referral that a sending met in the database.
func (s *Service) whichIsLive(ctx context.Context, id uuid.UUID, in *ActionInput) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	var found bool
	var reference string
	b.Query(pg.One(&found, &reference), `select o.reference from referrals r join referrals o on o.case_id = r.case_id and o.live and o.id <> r.id
		and o.service_id = coalesce($2, r.service_id) where r.id = $1`, id, nonZero(in.ServiceID))
	if err := b.Send(pg.BatchRead); err != nil {
		return err
	}
	if !found {
		return tooLate()
	}
	return liveAlready(reference)
}

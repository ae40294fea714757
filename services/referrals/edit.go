package referrals

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Update changes a draft: what is shared, under which decision, how urgent it
// is and the pathway's answers. To change the service, begin another. Errors as
// Do: a referral that was sent is a conflict that says by whom and when.
func (s *Service) Update(ctx context.Context, id uuid.UUID, in UpdateInput) (View, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return View{}, err
	}
	if !actor.Can(models.ReferralSend) {
		return View{}, models.RoleForbidden()
	}
	v, err := s.update(ctx, id, in)
	if err == errMoved || err == pg.ErrLostRace { //nolint:errorlint // both are made here and returned as they are
		return View{}, s.whoMoved(ctx, id)
	}
	return v, err
}

func (s *Service) update(ctx context.Context, id uuid.UUID, in UpdateInput) (View, error) {
	st, err := s.loadEdit(ctx, id, in)
	if err != nil {
		return View{}, err
	}
	req := models.RequestFrom(ctx)
	switch {
	case st.FromOrgID != actorOrg(ctx):
		return View{}, models.NotFound("referral")
	case st.Status != models.StatusDraft:
		return View{}, errMoved
	case req.IfMatch != nil && *req.IfMatch != st.Version:
		return View{}, models.Stale("This draft has changed since you read it. Read it again, then change it.")
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	b.Now = b.Now.Truncate(time.Microsecond)
	if err := st.edit(in, req, b.Now); err != nil {
		return View{}, err
	}
	r, err := s.reader(ctx, b.Actor, b.Now)
	if err != nil {
		return View{}, err
	}
	queueEdit(b, st)
	r.queue(b, id)
	if err := b.Send(pg.BatchWrite); err != nil {
		return View{}, err
	}
	return r.view(), nil
}

func actorOrg(ctx context.Context) uuid.UUID {
	a, _ := models.ActorFrom(ctx)
	return a.OrgID
}

func (s *Service) loadEdit(ctx context.Context, id uuid.UUID, in UpdateInput) (*state, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	st, found := &state{}, false
	st.queueReferral(b, id, &found)
	b.Query(scanDecision(&st.Decision), "select "+decisionColumns+` from sharing_decisions d
		where d.id = coalesce($2, (select sharing_decision_id from referrals where id = $1))`, id, in.SharingDecisionID)
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	if !found {
		return nil, models.NotFound("referral")
	}
	return st, nil
}

// edit puts what was given in the place of what was there, checked as a whole.
func (s *state) edit(in UpdateInput, req *models.Request, now time.Time) error {
	if in.SharingDecisionID != nil {
		s.SharingDecisionID = *in.SharingDecisionID
	}
	if in.Priority != nil {
		s.Priority = *in.Priority
	}
	if in.Answers != nil {
		s.Answers = in.Answers
	}
	first, second := s.SharedFields, s.SharedAfterAcceptance
	if in.SharedFields != nil {
		first = in.SharedFields
		// What is ticked from sending does not wait as well, and the reverse.
		second = slices.DeleteFunc(slices.Clone(second), func(k string) bool { return slices.Contains(first, k) })
	}
	if in.SharedAfterAcceptance != nil {
		second = in.SharedAfterAcceptance
	}
	var f models.Faults
	f.Join(req.Invalid...)
	checkFields(&f, first, second)
	checkPriority(&f, s.Priority)
	f.Join(decisionFaults(s.Decision, s.CaseID, s.ToOrgID, append(slices.Clone(first), second...), now)...)
	f.Join(models.CheckAnswersGiven(s.Pathway, s.PathwayVersion, s.Answers)...)
	if list := f.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	s.SharedFields, s.SharedAfterAcceptance = stages(first, second, s.Decision.Fields)
	return nil
}

func queueEdit(b *pg.Batch, s *state) {
	b.Exec(`with changed as (
		update referrals set answers = $3, shared_fields = $4, shared_after_acceptance = $5, sharing_decision_id = $6, priority = $7, version = $2 + 1
		where id = $1 and version = $2 and status = 'draft' returning id, version
	), history as (
		insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role)
		select $8, id, version, 'edit', 'draft', 'draft', $9, $10, $11, $12 from changed
	) select app_lost_race() where not exists (select from changed)`,
		s.ID, s.Version, b.Vault.SealJSON(vault.ReferralAnswers, s.ID, s.Answers), s.SharedFields, s.SharedAfterAcceptance, s.SharingDecisionID, s.Priority,
		models.NewID(), b.Now, b.Actor.UserID, b.Actor.OrgID, b.Actor.Role)
	b.Record(models.Event{Action: "referral." + past(actEdit), SubjectType: "referral", SubjectID: s.ID, CaseID: s.CaseID})
}

package referrals

import (
	"context"

	"throughline/internal/pg"
	"throughline/models"
)

// MostCounted is where counting stops: past it a badge says "100+".
const MostCounted = 100

// Counts are how many referrals need something, each at most one more than
// MostCounted. They hold no person's data.
type Counts struct {
	ToDecide     int // sent to us, not decided
	Answered     int // of those, with an answer that came after our question
	FirstContact int // accepted, not reached
	Working      int // in progress or on hold
	Waiting      int // on our waiting list
	Withdrawn    int // withdrawals to acknowledge
	Questions    int // asked of us, about what we sent
	Late         int // duties of ours that are past their time
}

const countsSQL = `select
	(select count(*) from (select from referrals where to_org_id = $1 and receiver_sees and status = any ('{submitted,acknowledged}') limit $2) x),
	(select count(*) from (select from referrals r where to_org_id = $1 and receiver_sees and status = any ('{submitted,acknowledged,waitlisted}')
		and exists (select from referral_questions q where q.referral_id = r.id and q.answered_at is not null) limit $2) x),
	(select count(*) from (select from referrals where to_org_id = $1 and receiver_sees and status = 'accepted' limit $2) x),
	(select count(*) from (select from referrals where to_org_id = $1 and receiver_sees and status = any ('{in_progress,on_hold}') limit $2) x),
	(select count(*) from (select from referrals where to_org_id = $1 and receiver_sees and status = 'waitlisted' limit $2) x),
	(select count(*) from (select from referrals where to_org_id = $1 and receiver_sees and status = 'withdrawn'
		and withdrawal_acknowledged_at is null limit $2) x),
	(select count(*) from (select from referrals where from_org_id = $1 and status = 'info_requested' limit $2) x),
	(select count(*) from (select from clocks where holder_org_id = $1 and request_id is null and stopped_at is null and state = 'breached' and paused_since is null limit $2) x)`

// Counts returns the badges of the actor's organisation.
func (s *Service) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	b, err := s.db.Begin(ctx)
	if err != nil {
		return c, err
	}
	if !b.Actor.Can(models.ReferralRead) {
		return c, models.RoleForbidden()
	}
	var found bool
	b.Query(pg.One(&found, &c.ToDecide, &c.Answered, &c.FirstContact, &c.Working, &c.Waiting, &c.Withdrawn, &c.Questions, &c.Late),
		countsSQL, b.Actor.OrgID, MostCounted+1)
	return c, b.Send(pg.BatchRead)
}

// Inbox is a service's work as its pages group it.
type Inbox struct {
	ToDecide     []Item // sent, being considered, asked or proposed
	FirstContact []Item // accepted, not reached
	Working      []Item
	Waiting      []Item
	Withdrawn    []Item // to acknowledge
	Counts       Counts
}

// Inbox returns the actor's work in groups, soonest due first, at most a page
// of each. It records which referrals were shown, as List does.
func (s *Service) Inbox(ctx context.Context) (Inbox, error) {
	var in Inbox
	var err error
	if in.Counts, err = s.Counts(ctx); err != nil {
		return in, err
	}
	groups := []struct {
		into     *[]Item
		statuses []models.ReferralStatus
	}{
		{&in.ToDecide, []models.ReferralStatus{models.StatusSubmitted, models.StatusAcknowledged, models.StatusInfoRequested, models.StatusDeclineProposed}},
		{&in.FirstContact, []models.ReferralStatus{models.StatusAccepted}},
		{&in.Working, []models.ReferralStatus{models.StatusInProgress, models.StatusOnHold}},
		{&in.Waiting, []models.ReferralStatus{models.StatusWaitlisted}},
		{&in.Withdrawn, []models.ReferralStatus{models.StatusWithdrawn}},
	}
	for _, g := range groups {
		p, err := s.List(ctx, Filter{Box: BoxInbox, Statuses: g.statuses})
		if err != nil {
			return in, err
		}
		*g.into = p.Items
	}
	return in, nil
}

// Sent returns what the actor's organisation sent, as List does.
func (s *Service) Sent(ctx context.Context, f Filter) (Page, error) {
	f.Box = BoxSent
	return s.List(ctx, f)
}

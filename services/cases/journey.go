package cases

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// longest is the most events a journey tells of.
const longest = 1000

// Journey shows the line of a case: who held it and when, what was not held or
// not answered, its referrals, its clocks and what happened, each in order.
func (s *Service) Journey(ctx context.Context, id uuid.UUID) (Journey, error) {
	if _, err := models.May(ctx, models.CaseRead); err != nil {
		return Journey{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Journey{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Journey{}, err
	}
	r := &reading{dir: dir, calendar: s.calendar, most: longest, view: View{At: b.Now}}
	b.RecordSeen(models.Event{Action: "case.opened", SubjectType: "case", SubjectID: id, CaseID: id, Detail: map[string]any{"part": "journey"}})
	r.queueCase(b, id)
	r.queueSharing(b, id)
	r.queueReferrals(b, id)
	r.queueClocks(b, id)
	r.queueHolders(b, id)
	r.queueHandoffs(b, id, true)
	r.queueEvents(b, id)
	r.queueHappened(b, id)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Journey{}, err
	}
	if !r.found {
		return Journey{}, models.NotFound("case")
	}
	v := r.finish(b.Actor)
	slices.Reverse(v.Events)
	found := append(gaps(v.Holders), handoffGaps(v.Handoffs, v.At)...)
	slices.SortStableFunc(found, func(a, b Gap) int { return a.From.Compare(b.From) })
	return Journey{
		CaseID: v.Case.ID, Reference: v.Case.Reference, Status: v.Case.Status, LoggedAt: v.Case.LoggedAt, Holders: v.Holders, Gaps: found,
		Handoffs: v.Handoffs, Duties: v.Duties, Referrals: v.Referrals, Events: v.Events, Clocks: v.Clocks, At: v.At,
	}, nil
}

// gaps finds the stretches in which nobody held the case. The database keeps
// the line unbroken, so that one found here is a fault worth seeing.
func gaps(line []Holder) []Gap {
	out := []Gap{}
	for i := 1; i < len(line); i++ {
		if until := line[i-1].Until; until != nil && line[i].From.After(*until) {
			out = append(out, Gap{From: *until, Until: &line[i].From, Why: "Nobody held the case"})
		}
	}
	return out
}

package referrals

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Reachable returns the ways of contact of several cases, for a worklist that
// says of each person whether they may be contacted safely at this hour. It
// holds no number, no address and no code word. A case with no way at all has an
// empty list; one that the actor neither sees
// nor works on an accepted referral of is left out. What was asked is recorded.
func (s *Service) Reachable(ctx context.Context, cases []uuid.UUID) (map[uuid.UUID][]models.ContactChannel, error) {
	out := map[uuid.UUID][]models.ContactChannel{}
	cases = slices.Compact(slices.SortedFunc(slices.Values(cases), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }))
	if len(cases) == 0 {
		return out, nil
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if !b.Actor.Can(models.ContactRecord) {
		return nil, models.RoleForbidden()
	}
	var channels []models.ContactChannel
	seen := "exists (select from cases c where c.id = asked.id) or exists (select from referrals r where r.case_id = asked.id and r.to_org_id = $2 and r.live and r.accepted_at is not null)"
	b.Query(pg.Each(func(rows pg.Row) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		out[id] = nil
		return err
	}), "select asked.id from unnest($1::uuid[]) asked (id) where "+seen, cases, b.Actor.OrgID)
	b.Query(scanChannels(&channels), "select "+channelColumns+` from unnest($1::uuid[]) asked (id) join contact_channels ch on ch.case_id = asked.id
		where `+seen+" order by ch.case_id, ch.position", cases, b.Actor.OrgID)
	b.Record(models.Event{Action: "safe_contact.listed", SubjectType: "case", Detail: map[string]any{"ids": cases}})
	if err := b.Send(pg.BatchWrite); err != nil {
		return nil, err
	}
	for _, c := range channels {
		out[c.CaseID] = append(out[c.CaseID], c)
	}
	return out, nil
}

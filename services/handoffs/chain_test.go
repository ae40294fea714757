package handoffs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/handoffs"
)

// broken finds cases whose chain is not what it has to be: one open row, the
// accountable organisation's, and stretches that touch; a duty apart held once,
// by another than who is accountable, without a gap to who accepted it; and
// nothing in the air of what is closed.
const broken = `select coalesce(string_agg(what || ' ' || id::text, '; '), '') from (
	select 'holders' as what, c.id from cases c left join case_holders h on h.case_id = c.id group by c.id
		having count(*) filter (where h.until_at is null) <> 1 or count(*) filter (where h.until_at is null and h.org_id = c.accountable_org_id) <> 1
	union all select 'line', case_id from (select case_id, until_at, lead(from_at) over (partition by case_id order by from_at, id) as next from case_holders) h
		where until_at is distinct from next
	union all select 'begins', c.id from cases c where c.logged_at is distinct from (select min(from_at) from case_holders h where h.case_id = c.id)
	union all select 'duty', d.case_id from case_duties d join cases c on c.id = d.case_id where d.until_at is null and d.org_id = c.accountable_org_id
	union all select 'closed', c.id from cases c where c.status = 'closed' and (exists (select from handoffs h where h.case_id = c.id and h.status = 'offered')
		or exists (select from case_duties d where d.case_id = c.id and d.until_at is null))
	union all select 'moves', c.id from cases c where (select count(*) - 1 from case_holders h where h.case_id = c.id)
		<> (select count(*) from handoffs h where h.case_id = c.id and h.duty = 'case' and h.status = 'accepted')
	union all select 'when', h.case_id from handoffs h where h.duty = 'case' and h.status = 'accepted'
		and not exists (select from case_holders k where k.case_id = h.case_id and k.org_id = h.to_org_id and k.from_at = h.decided_at)) x`

var errGone = errors.New("the connection went away before the commit")

// TestWhateverIsDoneSomebodyHoldsTheCase offers, answers, takes back, closes and
// opens again at random, some of it undone before its commit, and holds the
// chain to the rules after every step.
func TestWhateverIsDoneSomebodyHoldsTheCase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	random := rand.New(rand.NewPCG(7, 2026)) //nolint:gosec // the same each time
	people := map[string]string{testkit.OrgPolice: "police", testkit.OrgVictims: "caseworker", testkit.OrgVAWG: "vawg", testkit.OrgWitnessCare: "witnesscare"}
	orgs := []string{testkit.OrgPolice, testkit.OrgVictims, testkit.OrgVAWG, testkit.OrgWitnessCare}
	pick := func() string { return orgs[random.IntN(len(orgs))] }
	var kept []handoffs.View
	did := map[string]int{}
	for step := range 240 {
		if step%60 == 0 {
			s.c, kept = s.Case(t, s.As("police")), nil
			s.agree(orgs...)
		}
		s.Clock.Advance(time.Minute)
		who := people[pick()]
		what := []string{"offer", "offer", "accept", "accept", "accept", "refuse", "recall", "told", "lost", "close", "reopen", "reopen"}[random.IntN(12)]
		var err error
		var v handoffs.View
		if len(kept) > 0 {
			v = kept[len(kept)-1-random.IntN(min(3, len(kept)))]
			if random.IntN(3) > 0 {
				v = kept[len(kept)-1] // most likely in the air
			}
		}
		if holder := s.holder(); what == "offer" || what == "close" || what == "reopen" {
			for key, name := range people { // mostly by who may
				if s.Org(key).ID == holder && step%4 > 0 {
					who = name
				}
			}
		}
		switch what {
		case "offer":
			duty := models.Duty(models.Duties()[random.IntN(4)].Key)
			if random.IntN(2) == 0 {
				duty = models.DutyCase
			}
			if v, err = s.handoffs.Offer(s.As(who), s.c.ID, to(s, pick(), duty)); err == nil {
				kept = append(kept, v)
			}
		case "lost":
			if len(kept) == 0 {
				continue
			}
			err = s.lost(who, v)
		case "close":
			_, err = s.cases.Close(s.As(who), s.c.ID, cases.Closing{Reason: "needs_met"})
		case "reopen":
			_, err = s.cases.Reopen(s.As(who), s.c.ID)
		default:
			if len(kept) == 0 {
				continue
			}
			// Mostly by who may, so that something happens.
			if random.IntN(4) > 0 {
				for key, name := range people {
					if s.Org(key).ID == v.ToOrgID && what != "recall" || s.Org(key).ID == v.FromOrgID && what == "recall" {
						who = name
					}
				}
			}
			action := map[string]models.HandoffAction{"accept": models.HandoffAccept, "refuse": models.HandoffRefuse, "recall": models.HandoffRecall, "told": models.HandoffVictimTold}[what]
			_, err = s.do(who, v, action)
		}
		code := models.CodeOf(err)
		switch {
		case err == nil, errors.Is(err, errGone):
			did[what]++
		case errors.Is(err, pg.ErrLostRace):
		case code == models.CodeInternal, code == models.CodeUnavailable:
			t.Fatalf("step %d, %s by %s: %v", step, what, who, err)
		}
		var wrong string
		if err := s.Owner.QueryRow(context.Background(), broken).Scan(&wrong); err != nil || wrong != "" {
			t.Fatalf("after step %d, %s by %s: %s %v", step, what, who, wrong, err)
		}
		if step%12 == 11 {
			s.told(step)
		}
	}
	for _, what := range []string{"offer", "accept", "refuse", "recall", "lost", "close", "reopen"} {
		if did[what] == 0 {
			t.Errorf("%s never happened: %v", what, did)
		}
	}
	t.Log(fmt.Sprint(did))
}

// told holds what a case says of its line against what is stored: every holder,
// hand-off and stretch of a duty, the holders touching, the last one now's.
func (s *stage) told(step int) {
	s.t.Helper()
	j, err := s.cases.Journey(s.As("police"), s.c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	stored := [3]int{}
	for i, table := range []string{"case_holders", "handoffs", "case_duties"} {
		stored[i] = s.Count(s.t, "select count(*) from "+table+" where case_id = $1", s.c.ID)
	}
	if got := [3]int{len(j.Holders), len(j.Handoffs), len(j.Duties)}; got != stored {
		s.t.Fatalf("after step %d the line tells %v holders, hand-offs and duties, stored are %v", step, got, stored)
	}
	for i := range j.Holders[1:] {
		if until := j.Holders[i].Until; until == nil || !until.Equal(j.Holders[i+1].From) {
			s.t.Fatalf("after step %d the line breaks at %v", step, until)
		}
	}
	if last := j.Holders[len(j.Holders)-1]; last.Until != nil || last.Organisation.ID != s.holder() || !j.Holders[0].From.Equal(j.LoggedAt) {
		s.t.Fatalf("after step %d the line ends with %+v", step, last)
	}
}

// lost accepts a hand-off in a transaction that never commits.
func (s *stage) lost(who string, v handoffs.View) error {
	return s.DB.Housekeeping(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update handoffs set status = 'accepted', version = version + 1, received_at = coalesce(received_at, ?), accepted_at = ?, decided_at = ?,
			decided_by = ?, decided_by_org_id = ?, receiver_reference = ? where id = ? and status = 'offered'`, tx.Now, tx.Now, tx.Now, tx.Actor.UserID, tx.Actor.OrgID,
			tx.Vault.Seal(vault.HandoffPartnerReference, v.ID, "Lost"), v.ID)
		if err != nil {
			return err
		}
		return errGone
	})
}

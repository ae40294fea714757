package handoffs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/handoffs"
)

// contract is as many cases of the police as are said, with an agreement to
// share with the London Victim Service for all but the last of them.
func (s *stage) contract(n int) []testkit.CaseFacts {
	s.t.Helper()
	out := []testkit.CaseFacts{s.c}
	for len(out) < n {
		c := s.Case(s.t, s.As("police"))
		if len(out) < n-1 {
			s.Agreement(s.t, c, s.Org(testkit.OrgVictims).ID)
		}
		out = append(out, c)
	}
	return out
}

func (s *stage) begin(in handoffs.BulkOffer) handoffs.BulkView {
	s.t.Helper()
	in.ToOrgID, in.Reason, in.Summary = s.Org(testkit.OrgVictims).ID, "The contract ends.", "Each has a plan."
	v, err := s.handoffs.BeginBulk(s.As("police.manager"), in)
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func (s *stage) counts(who string, id uuid.UUID) models.BulkCount {
	s.t.Helper()
	v, err := s.handoffs.GetBulk(s.As(who), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return v.BulkCount
}

// TestAContractThatEndsIsHandedOverCaseByCase begins for more cases than one
// request does, lets the job go on, and answers: every case has one holder at
// every step, and each step of each case is in the trail by itself.
func TestAContractThatEndsIsHandedOverCaseByCase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const all = 30
	s.contract(all)
	hidden := s.Case(t, s.As("police"))
	s.Do(t, "update cases set restricted_to = $2 where id = $1", hidden.ID, []uuid.UUID{s.Person("police").ID})
	oneHolder := func(when string) {
		t.Helper()
		if n := s.Count(t, "select count(*) from cases c where (select count(*) from case_holders h where h.case_id = c.id and h.until_at is null and h.org_id = c.accountable_org_id) <> 1"); n != 0 {
			t.Errorf("%s %d cases have no holder or two", when, n)
		}
	}
	v := s.begin(handoffs.BulkOffer{})
	if got := s.counts("police.manager", v.ID); got.Total() != all || got.Offered == 0 || got.Offered == all {
		t.Fatalf("after the request: %+v of %d cases", got, all)
	}
	// Two go on side by side, as a request and the job may: neither says of a case
	// that the other did that it could not be done.
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := s.handoffs.Work(s.System()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if n := s.Count(t, "select count(*) from bulk_handoff_cases where handoff_id is not null and says is not null"); n != 0 {
		t.Errorf("%d cases are offered, and say that they could not be", n)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'bulk_handoff.done'"); n != 1 {
		t.Errorf("that it is over is in the trail %d times, want once", n)
	}
	if diff := cmp.Diff(models.BulkCount{Offered: all - 1, Stopped: 1}, s.counts("police.manager", v.ID)); diff != "" {
		t.Errorf("once it is over: %s", diff)
	}
	if id, err := s.handoffs.FindBulk(s.As("caseworker.manager"), v.Reference); err != nil || id != v.ID {
		t.Errorf("by its reference: %v, %v", id, err)
	}
	oneHolder("offered,")
	stopped, _, err := s.handoffs.BulkCases(s.As("police.manager"), v.ID, handoffs.BulkQuery{Stopped: true})
	if err != nil || len(stopped) != 1 || stopped[0].Says != "Record a decision to share with this organisation first" || stopped[0].CaseReference == "" {
		t.Errorf("what could not be offered: %+v, %v", stopped, err)
	}
	if n := s.Count(t, "select count(distinct case_id) from audit_events where action = 'handoff.offered' and detail->>'bulk' = $1", v.ID.String()); n != all-1 {
		t.Errorf("%d offers are in the trail, want %d", n, all-1)
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'handoff.offered'"); n != 1 {
		t.Errorf("the receiver is told %d times, want once", n)
	}

	theirs, _, err := s.handoffs.BulkCases(s.As("caseworker.manager"), v.ID, handoffs.BulkQuery{Limit: 100})
	if err != nil || len(theirs) != all-1 || theirs[0].CaseReference != "" || theirs[0].Handoff == "" {
		t.Fatalf("the receiver reads %d cases, the first %+v, %v", len(theirs), theirs[:1], err)
	}
	_, err = s.handoffs.GetBulk(s.As("refuge.manager"), v.ID)
	s.want(err, models.CodeNotFound)
	_, err = s.handoffs.ActBulk(s.As("police.manager"), v.ID, models.BulkAccept, handoffs.BulkAnswer{ReceiverReference: "X"})
	s.want(err, models.CodeForbidden)
	_, err = s.handoffs.GetBulk(s.As("caseworker"), v.ID)
	s.want(err, models.CodeForbidden)

	// One by itself, the rest as one.
	if _, err := s.handoffs.Do(s.As("caseworker"), *theirs[0].HandoffID, models.HandoffRefuse, handoffs.Act{Reason: "duplicate"}); err != nil {
		t.Fatal(err)
	}
	_, err = s.handoffs.ActBulk(s.As("caseworker.manager"), v.ID, models.BulkAccept, handoffs.BulkAnswer{})
	if !cmp.Equal(fields(err), []string{"receiver_reference"}) {
		t.Errorf("without a reference of their own: %v", err)
	}
	if _, err := s.handoffs.ActBulk(s.As("caseworker.manager"), v.ID, models.BulkAccept, handoffs.BulkAnswer{ReceiverReference: "LVS-26"}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	oneHolder("half accepted,")
	if err := s.handoffs.Work(s.System()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(models.BulkCount{Accepted: all - 2, Refused: 1}, s.counts("caseworker.manager", v.ID)); diff != "" {
		t.Errorf("once it is answered: %s", diff)
	}
	oneHolder("accepted,")
	if n := s.Count(t, "select count(*) from cases where accountable_org_id = $1", s.Org(testkit.OrgVictims).ID); n != all-2 {
		t.Errorf("the receiver holds %d cases, want %d", n, all-2)
	}
	if r := s.must(s.handoffs.Get(s.As("caseworker"), *theirs[1].HandoffID)).ReceiverReference; r != fmt.Sprintf("LVS-26/%d", theirs[1].N) {
		t.Errorf("a case is kept under %q", r)
	}
	_, err = s.handoffs.ActBulk(s.As("caseworker.manager"), v.ID, models.BulkAccept, handoffs.BulkAnswer{ReceiverReference: "LVS-26"})
	s.want(err, models.CodeConflict)
}

// TestABulkHandOverGoesOnWhereItWasCutOff cuts it off at each of its cases, and
// has it gone on with by whoever may.
func TestABulkHandOverGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	list := s.contract(4)
	var ids []uuid.UUID
	for i := range list {
		ids = append(ids, list[i].ID)
	}
	v := s.begin(handoffs.BulkOffer{CaseIDs: ids})
	// As if the program had ended before anything but the first case was done.
	s.Do(t, "alter table bulk_handoff_cases disable trigger bulk_handoff_cases_guarded")
	s.Do(t, "update bulk_handoff_cases set handoff_id = null, tried = 0, code = null, says = null where bulk_id = $1 and n > 1", v.ID)
	s.Do(t, "alter table bulk_handoff_cases enable trigger bulk_handoff_cases_guarded")
	s.Do(t, "delete from handoff_contents where id in (select id from handoffs where case_id = any($1))", ids[1:])
	s.Do(t, "delete from handoffs where case_id = any($1)", ids[1:])
	goOn := func() { s.Do(t, "update bulk_handoffs set doing = 'offer' where id = $1", v.ID) }

	goOn()
	s.Do(t, "update bulk_handoffs set run_role = 'provider_manager' where id = $1", v.ID)
	if err := s.handoffs.Work(s.System()); err != nil {
		t.Fatal(err)
	}
	if n := s.Count(t, "select count(*) from handoffs"); n != 1 {
		t.Errorf("in the name of somebody whose role is another %d cases were offered, want the one before", n)
	}
	s.Do(t, "update bulk_handoffs set run_role = 'manager' where id = $1", v.ID)
	goOn()
	for range 2 { // twice: the second finds nothing to do
		if err := s.handoffs.Work(s.System()); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Count(t, "select count(*) from handoffs where status = 'offered'"); n != 3 {
		t.Errorf("%d cases are offered, want 3, each once", n)
	}
	var left []string
	if err := s.Owner.QueryRow(context.Background(), "select array_agg(code) from bulk_handoff_cases where bulk_id = $1 and handoff_id is null", v.ID).Scan(&left); err != nil || !cmp.Equal(left, []string{"sharing_decision_id"}) {
		t.Errorf("what is left says %v, %v", left, err)
	}
	// Once the victim agreed, it is offered with the same act; then all is taken back.
	s.Agreement(t, list[3], s.Org(testkit.OrgVictims).ID)
	got, err := s.handoffs.ActBulk(s.As("police.manager"), v.ID, models.BulkOffer, handoffs.BulkAnswer{})
	if err != nil || got.Doing != models.BulkOffer {
		t.Fatal(got, err)
	}
	if _, err := s.handoffs.ActBulk(s.As("police.manager"), v.ID, models.BulkRecall, handoffs.BulkAnswer{Note: "It goes on."}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(models.BulkCount{Recalled: 4}, s.counts("police.manager", v.ID)); diff != "" {
		t.Errorf("taken back: %s", diff)
	}
}

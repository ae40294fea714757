package referrals_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// faults makes a draft as the police and returns what is wrong, by field.
func (b *bench) faults(in referrals.CreateInput) map[string]models.FieldError {
	b.t.Helper()
	_, err := b.s.Create(b.As("police"), in)
	out := map[string]models.FieldError{}
	for _, f := range models.FieldsOf(err) {
		out[f.Field] = f
	}
	return out
}

func TestAServiceThatCannotTakeTheCaseIsRefusedWithWhy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	child := b.Case(t, b.As("police"), func(f *testkit.CaseFacts) {
		f.DateOfBirth = ptr(time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC))
		f.Equality, f.Borough, f.Risk = `{"sex":"male"}`, "E09000029", models.PriorityHigh
	})
	before := b.snapshot()
	for service, want := range map[string]string{
		testkit.ServiceIDVA: directory.WhyAge, testkit.ServiceISVA: directory.WhyOffence, testkit.ServiceLantern: directory.WhyAge,
		testkit.ServiceStandard: directory.WhyAge, testkit.ServicePaused: directory.WhyPaused, testkit.ServiceClosed: directory.WhyClosed,
	} {
		f := b.faults(b.input(child, service))["service_id"]
		if f.Code != want || f.Message == "" {
			t.Errorf("%s: got %+v, want %s", service, f, want)
		}
	}
	if !strings.Contains(b.faults(b.input(child, testkit.ServiceLantern))["service_id"].Message, "does not serve the borough") {
		t.Error("the second reason is not said")
	}
	if b.snapshot() != before {
		t.Error("a refusal left something")
	}
}

func TestAnUnknownAgeExcludesNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"), func(f *testkit.CaseFacts) { f.DateOfBirth, f.Borough = nil, "" })
	b.draft(c, testkit.ServiceLantern)
}

func TestADecisionToShareMustBeOfThisCaseForThisReceiverLiveAndWide(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, other := b.Case(t, b.As("police")), b.Case(t, b.As("police"))
	vawg := b.Org(testkit.OrgVAWG).ID
	withdrawn, ended := b.Agreement(t, c, vawg), b.Agreement(t, c, vawg)
	b.Do(t, "update sharing_decisions set withdrawn_at = $2 where id = $1", withdrawn, b.Clock.Now())
	b.Do(t, "update sharing_decisions set expires_on = $2 where id = $1", ended, b.in(-1))
	for name, d := range map[string]struct {
		id          uuid.UUID
		field, code string
	}{
		"of another case":      {b.Agreement(t, other, vawg), "sharing_decision_id", models.FieldUnknown},
		"for another receiver": {b.Agreement(t, c, b.Org(testkit.OrgRefuge).ID), "sharing_decision_id", models.FieldNotOpen},
		"withdrawn":            {withdrawn, "sharing_decision_id", models.FieldNotOpen},
		"past its last day":    {ended, "sharing_decision_id", models.FieldNotOpen},
		"that is not there":    {uuid.New(), "sharing_decision_id", models.FieldUnknown},
		"too narrow":           {b.Agreement(t, c, vawg, "borough"), "shared_fields", models.FieldNotOpen},
	} {
		in := b.input(c, testkit.ServiceIDVA)
		in.SharingDecisionID = d.id
		if f := b.faults(in)[d.field]; f.Code != d.code {
			t.Errorf("a decision %s: got %+v, want %s", name, f, d.code)
		}
	}
}

func TestEveryFieldThatIsWrongIsNamedAndNothingIsEchoed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	in := b.input(c, testkit.ServiceIDVA)
	in.Pathway, in.Priority, in.Relation = "general", "zzcanary", "zzcanary"
	in.SharedAfterAcceptance = []string{"zzcanary"}
	in.Answers = map[string]any{"risk_tool": "zzcanary"}
	f := b.faults(in)
	for _, field := range []string{"pathway", "priority", "relation", "shared_after_acceptance", "answers.risk_tool"} {
		if f[field].Message == "" {
			t.Errorf("%s is not named in %v", field, f)
		}
	}
	for _, e := range f {
		if strings.Contains(e.Message+e.Field, "zzcanary") {
			t.Errorf("%+v repeats what was sent", e)
		}
	}
}

func TestACaseThatIsNotYoursCannotBeReferred(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := b.input(b.Case(t, b.As("police")), testkit.ServiceIDVA)
	for who, want := range map[string]models.Code{"caseworker": models.CodeNotFound, "vawg": models.CodeNotFound, "commissioner": models.CodeForbidden, "witnesscare": models.CodeForbidden} {
		if _, err := b.s.Create(b.As(who), in); codeOf(err) != want {
			t.Errorf("%s: got %v, want %s", who, err, want)
		}
	}
}

func TestALiveReferralToTheSameServiceIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	v := b.draft(c, testkit.ServiceIDVA)
	b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
	_, err := b.s.Create(b.As("police"), b.input(c, testkit.ServiceIDVA))
	if codeOf(err) != models.CodeConflict || !strings.Contains(message(err), v.Reference) {
		t.Errorf("got %v, want a conflict that names %s", err, v.Reference)
	}
}

func TestADraftIsItsOrganisationsAloneAndCanBeChangedAndDiscarded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.draft(b.Case(t, b.As("police")), testkit.ServiceIDVA)
	if _, err := b.s.Get(b.As("vawg"), v.ID); codeOf(err) != models.CodeNotFound {
		t.Errorf("the receiver saw a draft: %v", err)
	}
	changed, err := b.s.Update(b.As("police.second"), v.ID, referrals.UpdateInput{SharedFields: []string{"borough", "given_name"}, Priority: ptr(models.PriorityHigh)})
	if err != nil || changed.Version != 2 || changed.Priority != models.PriorityHigh || len(changed.SharedFields) != 2 {
		t.Errorf("got %+v %v, want the draft changed", changed, err)
	}
	if _, err := b.s.Update(request(b.As("police"), models.Request{IfMatch: ptr(1)}), v.ID, referrals.UpdateInput{}); codeOf(err) != models.CodeStale {
		t.Errorf("got %v on an old version, want stale", err)
	}
	if _, err := b.s.Update(b.As("police"), v.ID, referrals.UpdateInput{SharedFields: []string{"zz"}}); codeOf(err) != models.CodeInvalid {
		t.Errorf("got %v for a field that is none, want invalid", err)
	}
	if _, err := b.s.Update(b.As("vawg"), v.ID, referrals.UpdateInput{}); codeOf(err) != models.CodeNotFound {
		t.Errorf("got %v from the receiver, want not found", err)
	}
	b.refused("police.second", v.ID, models.ActDiscard, referrals.ActionInput{}, models.CodeForbidden)
	b.must("police", v.ID, models.ActDiscard, referrals.ActionInput{})
	if got := b.Count(t, "select count(*) from referrals") + b.Count(t, "select count(*) from referral_history"); got != 0 {
		t.Errorf("got %d rows left of the draft", got)
	}
	if got := b.Count(t, "select count(*) from audit_events where subject_id = $1 and action in ('referral.created', 'referral.draft_changed', 'referral.discarded')", v.ID); got != 3 {
		t.Errorf("got %d events of its life, want 3", got)
	}
	sent := b.sent(testkit.ServiceIDVA)
	if _, err := b.s.Update(b.As("police"), sent.ID, referrals.UpdateInput{}); codeOf(err) != models.CodeConflict {
		t.Errorf("got %v once sent, want a conflict", err)
	}
}

func TestAReferralFollowsAnotherOnItsJourney(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	first := b.draft(c, testkit.ServiceIDVA)
	b.must("police", first.ID, models.ActSubmit, referrals.ActionInput{})
	b.must("vawg", first.ID, models.ActDecline, referrals.ActionInput{Reason: "no_capacity"})
	again := b.draft(c, testkit.ServiceIDVA, func(in *referrals.CreateInput) { in.Relation, in.ParentID = models.RelationReRefer, first.ID })
	if again.JourneyID != first.JourneyID || *again.ParentID != first.ID || again.Reference == first.Reference {
		t.Errorf("got journey %s parent %v, want the first's", again.JourneyID, again.ParentID)
	}
	lead := b.draft(c, testkit.ServiceLantern)
	for name, in := range map[string]func(*referrals.CreateInput){
		"no relation":        func(in *referrals.CreateInput) { in.ParentID = first.ID },
		"no parent":          func(in *referrals.CreateInput) { in.Relation = models.RelationOnward },
		"a move":             func(in *referrals.CreateInput) { in.Relation, in.ParentID = models.RelationReroute, first.ID },
		"a parent that goes": func(in *referrals.CreateInput) { in.Relation, in.ParentID = models.RelationReRefer, lead.ID },
	} {
		input := b.input(c, testkit.ServiceReviewed)
		in(&input)
		if len(b.faults(input)) == 0 {
			t.Errorf("%s went through", name)
		}
	}
}

func TestALeadCannotCompleteWhileAStrandIsOpen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusInProgress)
	strand := b.draft(v.facts, testkit.ServiceLantern, func(in *referrals.CreateInput) { in.Relation, in.ParentID = models.RelationStrand, v.ID })
	b.must("police", strand.ID, models.ActSubmit, referrals.ActionInput{})
	// The lead's own organisation refers its strands: here it is the police, so
	// the strand is planted as Ashdown's.
	b.Do(t, "update referrals set from_org_id = $2 where id = $1", strand.ID, b.Org(testkit.OrgVAWG).ID)
	b.refused("vawg", v.ID, models.ActComplete, b.valid(models.ActComplete, models.SideProvider, v), models.CodeConflict)
	b.Do(t, "update referrals set status = 'withdrawn', version = version + 1, ended_at = now(), reason = 'duplicate' where id = $1", strand.ID)
	b.must("vawg", v.ID, models.ActComplete, b.valid(models.ActComplete, models.SideProvider, v))
}

func TestSendingAsksAboutSafeContactAndTheServiceAsItIsNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	silent := b.draft(b.Case(t, b.As("police"), func(f *testkit.CaseFacts) { f.PhoneSafe, f.TextSafe = "unknown", "unknown" }), testkit.ServiceIDVA)
	err := b.code("police", silent.ID, models.ActSubmit, referrals.ActionInput{}, models.CodeInvalid)
	if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "safe_contact" {
		t.Errorf("got %v, want safe contact asked for", f)
	}
	v := b.draft(b.Case(t, b.As("police")), testkit.ServiceStandard)
	b.Do(t, "update services set capacity = 'paused' where id = $1", b.Service(testkit.ServiceStandard).ID)
	err = b.code("police", v.ID, models.ActSubmit, referrals.ActionInput{}, models.CodeInvalid)
	if f := models.FieldsOf(err); len(f) != 1 || f[0].Code != directory.WhyPaused {
		t.Errorf("got %v, want the service's pause a moment ago", f)
	}
}

func TestAMoveEndsOneReferralAndSendsAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusAcknowledged)
	proposal := referrals.ActionInput{Reason: "out_of_area", ServiceID: b.Service(testkit.ServiceLantern).ID}
	p := b.must("vawg", v.ID, models.ActReroute, proposal)
	if p.Status != models.StatusAcknowledged || p.NextID != nil {
		t.Errorf("a proposal led to %s", p.Status)
	}
	moved := b.must("police", v.ID, models.ActReroute, b.valid(models.ActReroute, models.SideReferrer, v))
	if moved.Status != models.StatusRerouted || moved.NextID == nil {
		t.Fatalf("got %s next %v, want it moved", moved.Status, moved.NextID)
	}
	next, err := b.s.Get(b.As("lantern"), *moved.NextID)
	if err != nil || next.Status != models.StatusSubmitted || next.JourneyID != v.JourneyID || next.Shared["borough"] == nil {
		t.Errorf("got %s %v with %v, want it in the new receiver's queue", next.Status, err, next.Shared)
	}
	b.due(next, models.RuleDecide, endOf(18))
	if _, err := b.s.Get(b.As("vawg"), v.ID); codeOf(err) != models.CodeNotFound {
		t.Errorf("the old receiver still sees it: %v", err)
	}
}

func TestACoordinatorMovesAReferralWithoutSeeingTheCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusDeclineProposed)
	moved := b.must("coordinator", v.ID, models.ActReroute, b.valid(models.ActReroute, models.SideCoordinator, v))
	next, err := b.s.Get(b.As("lantern"), *moved.NextID)
	if err != nil || next.Shared["borough"] == nil || next.Shared["given_name"] != nil {
		t.Errorf("got %v %v, want what was frozen, as the new decision allows", next.Shared, err)
	}
	next = b.must("lantern", next.ID, models.ActAccept, b.worker("lantern"))
	if next.Shared["given_name"] != "Zephyrine" {
		t.Errorf("got %v after acceptance, want the name", next.Shared)
	}
	if got := b.Count(t, "select count(*) from referrals where id = $1 and from_org_id = $2", next.ID, b.Org(testkit.OrgPolice).ID); got != 1 {
		t.Error("it is not the referrer's own")
	}
}

func TestWhatWasEnteredInErrorIsEmptiedAndKeepsItsShell(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusInProgress)
	got := b.must("police.manager", v.ID, models.ActVoid, referrals.ActionInput{Reason: "wrong_person", Note: "Not hers"})
	if got.Status != models.StatusEnteredInError || got.Reference != v.Reference || len(got.Shared) != 0 {
		t.Errorf("got %+v, want a shell", got)
	}
	for query, want := range map[string]int{
		"select count(*) from referral_shares where referral_id = $1 and content <> '{}'":                       0,
		"select count(*) from referral_history where referral_id = $1 and (note is not null or detail <> '{}')": 0,
		"select count(*) from referrals where id = $1 and answers <> '{}'":                                      0,
		"select count(*) from clocks where referral_id = $1 and stopped_at is null":                             0,
		"select count(*) from audit_events where subject_id = $1 and action = 'referral.entered_in_error'":      1,
	} {
		if n := b.Count(t, query, v.ID); n != want {
			t.Errorf("%s: got %d, want %d", query, n, want)
		}
	}
}

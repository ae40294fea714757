package referrals_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/referrals"
)

// restorative makes the adult service one of restorative justice.
func (b *bench) restorative() string {
	b.t.Helper()
	s := b.Service(testkit.ServiceAdult)
	b.Do(b.t, "update services set pathway = 'restorative' where id = $1", s.ID)
	s.Pathway = models.PathwayRestorative
	return testkit.ServiceAdult
}

func TestRestorativeJusticeIsSentWithAgreementAloneAndAfterAbuseOnlyAsTheVictimAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	service := b.restorative()
	c := b.Case(t, b.As("police")) // of domestic abuse
	in := b.input(c, service)
	b.Do(t, "update sharing_decisions set basis = 'safeguarding', method = 'none', reason = $2 where id = $1", in.SharingDecisionID,
		testkit.Seal(vault.DecisionReason, in.SharingDecisionID, "She may be hurt."))
	if f := b.faults(in)["sharing_decision_id"]; f.Code != models.FieldNotOpen {
		t.Errorf("without agreement: got %+v, want a refusal", f)
	}
	v := b.draft(c, service, func(in *referrals.CreateInput) {
		in.Answers = map[string]any{"asked_by": "other_side", "specialist": "no"}
	})
	err := b.code("police", v.ID, models.ActSubmit, referrals.ActionInput{}, models.CodeInvalid)
	var got []string
	for _, f := range models.FieldsOf(err) {
		got = append(got, f.Field)
	}
	if diff := cmp.Diff([]string{"answers.asked_by", "answers.specialist", "answers.manager_agreed"}, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	_, err = b.s.Update(b.As("police"), v.ID, referrals.UpdateInput{Answers: map[string]any{"asked_by": "victim", "specialist": "yes", "manager_agreed": "The team manager, 12 November", "not_before": "2027-02-20"}})
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
}

func TestAnAnswerIsShownToTheReceiverWithItsFieldAndAReferralKeepsTheVersionItBeganUnder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.draft(b.Case(t, b.As("police")), testkit.ServiceIDVA, func(in *referrals.CreateInput) {
		in.SharedAfterAcceptance = []string{"risk_assessment"}
		in.Answers = map[string]any{"asked_for": "idva", "risk_score": 16, "children_at_home": "no"}
	})
	if v.PathwayVersion != 2 {
		t.Errorf("got version %d, want the current one", v.PathwayVersion)
	}
	b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
	seen := func(who string) any {
		t.Helper()
		p, err := b.s.Get(b.As(who), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p.Shared["answers"]
	}
	if diff := cmp.Diff(map[string]any{"asked_for": "idva", "children_at_home": "no"}, seen("vawg")); diff != "" {
		t.Errorf("before acceptance (-want +got):\n%s", diff)
	}
	b.Clock.Advance(time.Hour)
	b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	if diff := cmp.Diff(map[string]any{"asked_for": "idva", "children_at_home": "no", "risk_score": 16.0}, seen("vawg")); diff != "" {
		t.Errorf("once accepted (-want +got):\n%s", diff)
	}

	old := b.draft(b.Case(t, b.As("police")), testkit.ServiceIDVA)
	b.Do(t, "update referrals set pathway_version = 1 where id = $1", old.ID)
	if _, err := b.s.Update(b.As("police"), old.ID, referrals.UpdateInput{Answers: map[string]any{"risk_score": "16", "judgement": "high"}}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a question of a later version: got %v, want it refused", err)
	}
	if _, err := b.s.Update(b.As("police"), old.ID, referrals.UpdateInput{Answers: map[string]any{"risk_score": "about 16"}}); err != nil {
		t.Errorf("an answer as its version takes it: %v %v", err, models.FieldsOf(err))
	}
}

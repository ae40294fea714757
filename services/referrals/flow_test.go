package referrals_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

func TestAReferralIsSentPickedUpAcceptedReachedAndCompleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	if v.Status != models.StatusSubmitted || v.Version != 2 {
		t.Fatalf("got %s version %d, want submitted version 2", v.Status, v.Version)
	}
	b.state(v, models.RuleAcknowledge, models.ClockRunning)
	if got, want := v.DueAt, b.clock(v, models.RuleAcknowledge).DueAt; got == nil || !got.Equal(want) {
		t.Errorf("got due %v, want the earliest clock's %v", got, want)
	}
	p := b.must("vawg", v.ID, models.ActAcknowledge, referrals.ActionInput{})
	b.state(p, models.RuleAcknowledge, models.ClockMet)
	if diff := cmp.Diff(map[string]any{
		"borough":          map[string]any{"code": "E09000012", "name": "Hackney"},
		"incident_summary": "She was threatened at home.", "risk_level": "standard",
	}, p.Shared); diff != "" {
		t.Errorf("shared before acceptance (-want +got):\n%s", diff)
	}
	if p.SafeContact == nil || len(p.SafeContact.Channels) != 2 || p.SafeContact.Channels[0].Value != "" || p.SafeContact.CodeWord != "" {
		t.Errorf("got safe contact %+v before acceptance, want kinds and times alone", p.SafeContact)
	}
	p = b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	b.state(p, models.RuleDecide, models.ClockMet)
	b.state(p, models.RuleFirstContact, models.ClockRunning)
	if p.Shared["given_name"] != "Zephyrine" || p.SafeContact.CodeWord != "marigold" || p.SafeContact.Channels[0].Value == "" {
		t.Errorf("got %v and code word %q after acceptance, want the name and the code word", p.Shared, p.SafeContact.CodeWord)
	}
	b.Clock.Advance(3 * time.Hour)
	p = b.must("vawg", v.ID, models.ActRecordContact, referrals.ActionInput{Contact: referrals.ContactInput{
		Channel: models.ChannelPhone, Outcome: models.OutcomeReached,
	}})
	if p.Status != models.StatusInProgress || p.Attempt == nil || !p.Attempt.Counted {
		t.Fatalf("got %s with %+v, want in progress with a counted attempt", p.Status, p.Attempt)
	}
	b.state(p, models.RuleFirstAttempt, models.ClockMet)
	b.state(p, models.RuleFirstContact, models.ClockMet)
	p = b.must("vawg", v.ID, models.ActComplete, referrals.ActionInput{Report: "Safety plan made.", Outcomes: []referrals.Outcome{{Need: "health", Start: 2, End: 4}}})
	if p.Status != models.StatusCompleted || p.EndedAt == nil {
		t.Errorf("got %s ended %v, want completed", p.Status, p.EndedAt)
	}
	r, err := b.s.Get(b.As("police"), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if r.Worker == nil || r.Worker.Name != "Ines Pereira" {
		t.Errorf("got worker %+v, want the referrer to be told who it was", r.Worker)
	}
}

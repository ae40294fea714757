package referrals_test

import (
	"strings"
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

// weekdayMornings is when a phone may be used.
const weekdayMornings = `[{"day":"mon","from":"09:00","to":"12:00"},{"day":"tue","from":"09:00","to":"12:00"},{"day":"wed","from":"09:00","to":"12:00"},
	{"day":"thu","from":"09:00","to":"12:00"},{"day":"fri","from":"09:00","to":"12:00"}]`

// work makes an accepted referral of a case whose phone is safe on weekday mornings.
func (b *bench) work(change ...func(*testkit.CaseFacts)) (referrals.View, testkit.CaseFacts) {
	b.t.Helper()
	c := b.Case(b.t, b.As("police"), append(change, func(f *testkit.CaseFacts) { f.PhoneWindows = weekdayMornings })...)
	v := b.draft(c, testkit.ServiceIDVA)
	b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
	return b.must("vawg", v.ID, models.ActAccept, b.worker("vawg")), c
}

func contact(ch models.Channel, o models.ContactOutcome) referrals.ActionInput {
	return referrals.ActionInput{Contact: referrals.ContactInput{Channel: ch, Outcome: o}}
}

func TestAnAttemptCountsOnlyWhereTheChannelWasSafeAtThatTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.work()
	got := b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelPhone, models.OutcomeNoAnswer))
	if !got.Attempt.Counted || got.Attempt.SafetyIncident || got.Status != models.StatusAccepted {
		t.Errorf("in a safe time: got %+v in %s, want it counted", got.Attempt, got.Status)
	}
	b.state(got, models.RuleFirstAttempt, models.ClockMet)
	b.state(got, models.RuleFirstContact, models.ClockRunning)
	b.Clock.Set(london(16, 15, 0))
	got = b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelPhone, models.OutcomeReached))
	if got.Attempt.Counted || got.Attempt.SafetyIncident || got.Status != models.StatusAccepted {
		t.Errorf("outside the safe times: got %+v in %s, want it kept and not counted", got.Attempt, got.Status)
	}
	in := contact(models.ChannelPhone, models.OutcomeReached)
	in.Contact.At = ptr(london(16, 11, 0))
	got = b.must("vawg", v.ID, models.ActRecordContact, in)
	if !got.Attempt.Counted || got.Status != models.StatusInProgress {
		t.Errorf("recorded later: got %+v in %s, want it judged by when it happened", got.Attempt, got.Status)
	}
	if k := b.clock(got, models.RuleFirstContact); !k.StoppedAt.Equal(london(16, 11, 0)) {
		t.Errorf("got first contact at %v, want when it happened", k.StoppedAt)
	}
}

func TestAContactOnAnUnsafeChannelIsAnIncidentThatStopsItAndIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, c := b.work()
	got := b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelText, models.OutcomeReached))
	if got.Attempt.Counted || !got.Attempt.SafetyIncident || !got.Attempt.Stopped || got.Status != models.StatusAccepted {
		t.Errorf("got %+v in %s, want a safety incident that counts towards nothing", got.Attempt, got.Status)
	}
	b.state(got, models.RuleFirstAttempt, models.ClockRunning)
	if n := b.Count(t, "select count(*) from contact_stops where channel_id = $1 and why = 'unsafe_contact' and cleared_at is null", c.Text); n != 1 {
		t.Errorf("got %d stops of the channel, want 1", n)
	}
	if n := b.Count(t, "select count(*) from outbox where referral_id = $1 and topic = 'contact.safety_incident'", v.ID); n != 1 {
		t.Errorf("got %d notices, want 1", n)
	}
	got = b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelEmail, models.OutcomeNoAnswer))
	if !got.Attempt.SafetyIncident || got.Attempt.Stopped {
		t.Errorf("a channel nobody recorded: got %+v, want an incident with nothing to stop", got.Attempt)
	}
}

func TestSomeoneElseAnsweringStopsTheChannelForEveryone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, c := b.work()
	got := b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelPhone, models.OutcomeOtherAdult))
	if got.Attempt.Counted || got.Attempt.SafetyIncident || !got.Attempt.Stopped {
		t.Errorf("got %+v, want it stopped and not counted", got.Attempt)
	}
	b.Clock.Advance(time.Minute)
	got = b.must("vawg.second", v.ID, models.ActRecordContact, contact(models.ChannelPhone, models.OutcomeReached))
	if !got.Attempt.SafetyIncident || got.Status != models.StatusAccepted {
		t.Errorf("after the stop: got %+v, want an incident", got.Attempt)
	}
	if _, err := b.s.PlanContact(b.As("police"), c.ID, models.ChannelPhone, b.Clock.Now()); codeOf(err) != models.CodeInvalid {
		t.Errorf("got %v, want no plan on a stopped channel", err)
	}
	w, err := b.s.Today(b.As("police"))
	if err != nil || len(w.Safety) != 1 || w.Safety[0].CaseReference != c.Reference {
		t.Errorf("got %+v %v, want the referrer's safety task", w.Safety, err)
	}
}

func TestWhoeverContactsUsReliesOnNoPermission(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.work()
	in := contact(models.ChannelText, models.OutcomeReached)
	in.Contact.Direction = models.ContactIn
	got := b.must("vawg", v.ID, models.ActRecordContact, in)
	if got.Attempt.SafetyIncident || !got.Attempt.Reached || got.Status != models.StatusInProgress {
		t.Errorf("got %+v in %s, want her reached", got.Attempt, got.Status)
	}
}

func TestNotReachedTakesEnoughDaysOfSafeAttemptsAndAManagerAtHighRisk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.work(func(f *testkit.CaseFacts) { f.Risk = models.PriorityHigh })
	give := referrals.ActionInput{Reason: "no_answer"}
	for range 3 { // one day, however often
		b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelPhone, models.OutcomeNoAnswer))
	}
	err := b.code("vawg.manager", v.ID, models.ActNotEngaged, give, models.CodeInvalid)
	if f := models.FieldsOf(err); f[0].Field != "attempts" || !strings.Contains(f[0].Message, "on 1 day. This service asks for 3") {
		t.Errorf("got %+v, want how many are missing", f)
	}
	for day := 17; day <= 18; day++ {
		b.Clock.Set(london(day, 10, 0))
		b.must("vawg", v.ID, models.ActRecordContact, contact(models.ChannelPhone, models.OutcomeVoicemail))
	}
	b.refused("vawg", v.ID, models.ActNotEngaged, give, models.CodeForbidden)
	got := b.must("vawg.manager", v.ID, models.ActNotEngaged, give)
	b.state(got, models.RuleFirstContact, models.ClockNotApplicable)
}

func TestAContactLiesBetweenTheAcceptanceAndNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.work()
	for name, at := range map[string]time.Time{"before the acceptance": london(16, 8, 0), "in ten years": london(16, 9, 0).AddDate(10, 0, 0)} {
		in := contact(models.ChannelPhone, models.OutcomeNoAnswer)
		in.Contact.At = &at
		err := b.code("vawg", v.ID, models.ActRecordContact, in, models.CodeInvalid)
		if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "at" {
			t.Errorf("%s: got %v, want the time named", name, f)
		}
	}
}

func TestAPlanAsksTheGateAndARefusalIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, c := b.work()
	p, err := b.s.PlanContact(b.As("vawg"), c.ID, models.ChannelPhone, london(17, 10, 0))
	if err != nil || !p.Until.Equal(london(17, 12, 0)) {
		t.Errorf("got %+v %v, want a plan until the safe time ends", p, err)
	}
	refusals := []struct {
		channel models.Channel
		at      time.Time
		field   string
		words   string
	}{
		{models.ChannelText, london(17, 10, 0), "channel", "Text is not marked safe for this person. What is safe: "},
		{models.ChannelEmail, london(17, 10, 0), "channel", "Email is not recorded as a safe way to reach them."},
		{models.ChannelPhone, london(17, 20, 0), "at", "It is not a safe time"},
		{models.ChannelPhone, london(16, 9, 0), "at", "The time must be now or later"},
		{"pigeon", london(17, 10, 0), "channel", "Select how contact will be made"},
	}
	for _, r := range refusals {
		_, err := b.s.PlanContact(b.As("vawg"), c.ID, r.channel, r.at)
		f := models.FieldsOf(err)
		if codeOf(err) != models.CodeInvalid || len(f) != 1 || f[0].Field != r.field || !strings.HasPrefix(f[0].Message, r.words) {
			t.Errorf("%s at %s: got %v %v, want %q", r.channel, models.DateTime(r.at), err, f, r.words)
		}
	}
	if got := b.Count(t, "select count(*) from audit_events where action = 'contact.refused' and refused and case_id = $1", c.ID); got != 3 {
		t.Errorf("got %d refusals in the trail, want the gate's 3", got)
	}
	if got := b.Count(t, "select count(*) from contact_plans where case_id = $1", c.ID); got != 1 {
		t.Errorf("got %d plans, want 1", got)
	}
	b.must("police", v.ID, models.ActWithdraw, referrals.ActionInput{Reason: "victim_changed_mind"})
	if _, err := b.s.PlanContact(b.As("vawg"), c.ID, models.ChannelPhone, london(17, 10, 0)); codeOf(err) != models.CodeNotFound {
		t.Errorf("got %v once it is over, want not found", err)
	}
}

package referrals_test

import (
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/referrals"
)

// The stage stands on Monday 16 November 2026, 9.30am.

func london(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, models.London()).UTC()
}

func endOf(day int) time.Time { return time.Date(2026, 11, day, 23, 59, 59, 0, models.London()).UTC() }

func (b *bench) due(v referrals.View, rule models.Rule, want time.Time) {
	b.t.Helper()
	if got := b.clock(v, rule).DueAt; !got.Equal(want) {
		b.t.Errorf("clock %s: got due %s, want %s", rule, models.DateTime(got), models.DateTime(want))
	}
}

func TestSendingStartsTheReceiversClocksByItsServicesLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	b.due(v, models.RuleAcknowledge, endOf(17))
	b.due(v, models.RuleDecide, endOf(18))
	if k := b.clock(v, models.RuleDecide); k.HolderOrgID != b.Org(testkit.OrgVAWG).ID || !k.FirstDueAt.Equal(k.DueAt) || k.LimitDays != 2 {
		t.Errorf("got %+v, want the receiver's clock of 2 days", k)
	}
}

func TestAQuestionPausesTheDecideClockAndItsAnswerAddsThePausedTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	b.Clock.Set(london(17, 10, 0))
	v = b.must("vawg", v.ID, models.ActRequestInfo, referrals.ActionInput{Questions: []string{"Which evenings?", "Who else lives there?"}})
	if k := b.clock(v, models.RuleDecide); k.PausedSince == nil || *k.PauseReason != "waiting_for_answer" {
		t.Errorf("got %+v, want it paused", k)
	}
	b.state(v, models.RuleAcknowledge, models.ClockMet)
	b.due(v, models.RuleAnswer, endOf(19))
	if v.DueAt != nil {
		t.Errorf("got due %v while the receiver owes nothing", v.DueAt)
	}
	b.Clock.Set(london(20, 10, 0))
	b.refused("police", v.ID, models.ActAnswerInfo, referrals.ActionInput{Answers: []string{"Mondays"}}, models.CodeInvalid)
	v = b.must("police", v.ID, models.ActAnswerInfo, referrals.ActionInput{Answers: []string{"Mondays", "Nobody"}})
	if v.Status != models.StatusSubmitted {
		t.Errorf("got %s, want the state it was asked from", v.Status)
	}
	b.state(v, models.RuleAnswer, models.ClockBreached)
	b.due(v, models.RuleDecide, endOf(23)) // Tuesday to Friday: three working days
	if k := b.clock(v, models.RuleDecide); !k.FirstDueAt.Equal(endOf(18)) || len(k.Pauses) != 1 || k.Pauses[0].Reason != "waiting_for_answer" {
		t.Errorf("got %+v, want the first due time and the pause kept", k)
	}
	if got := v.Questions; len(got) != 2 || *got[1].Answer != "Nobody" {
		t.Errorf("got %+v, want both answered in their order", got)
	}
}

func TestAHighRiskNeverPausesTheDecideClock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	high := func(in *referrals.CreateInput) { in.Priority = models.PriorityHigh }
	v := b.sent(testkit.ServiceIDVA, high)
	v = b.must("vawg", v.ID, models.ActRequestInfo, referrals.ActionInput{Questions: []string{"One?"}})
	if k := b.clock(v, models.RuleDecide); k.PausedSince != nil {
		t.Error("a question paused the decide clock at high risk")
	}
	v = b.must("vawg", v.ID, models.ActProposeDecline, referrals.ActionInput{Reason: "no_capacity"})
	if k := b.clock(v, models.RuleDecide); k.PausedSince != nil {
		t.Error("a proposed decline paused the decide clock at high risk")
	}
	b.must("coordinator", v.ID, models.ActReturnDecline, referrals.ActionInput{Reason: "There is room"})
	v = b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	b.due(v, models.RuleFirstAttempt, endOf(17)) // one day, not two
}

func TestAcceptingAnUnansweredQuestionEndsItsClockWithoutBlame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusInfoRequested)
	p := b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	b.state(p, models.RuleAnswer, models.ClockNotApplicable)
	b.state(p, models.RuleDecide, models.ClockMet)
	b.due(p, models.RuleFirstAttempt, endOf(18))
	b.due(p, models.RuleFirstContact, endOf(23))
}

func TestALateStopIsLateAtOnceThoughNoTickSawIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	b.Clock.Set(london(19, 0, 1))
	v = b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	b.state(v, models.RuleAcknowledge, models.ClockBreached)
	b.state(v, models.RuleDecide, models.ClockBreached)
	if k := b.clock(v, models.RuleDecide); k.StoppedAt == nil {
		t.Error("a late clock that was stopped has no stop")
	}
}

func TestAWaitingPlaceKeepsItsReviewClockThroughAQuestion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusWaitlisted).View
	b.due(v, models.RuleWaitingReview, endOf(23))
	b.state(v, models.RuleDecide, models.ClockMet)
	v = b.must("vawg", v.ID, models.ActRequestInfo, referrals.ActionInput{Questions: []string{"Still wanted?"}})
	v = b.must("police", v.ID, models.ActAnswerInfo, referrals.ActionInput{Answers: []string{"Yes"}})
	if v.Status != models.StatusWaitlisted || v.ReviewOn == nil {
		t.Errorf("got %s review %v, want its place kept", v.Status, v.ReviewOn)
	}
	b.due(v, models.RuleWaitingReview, endOf(23))
}

func TestHighRiskOnAWaitingListIsToldToTheCoordinator(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA, func(in *referrals.CreateInput) { in.Priority = models.PriorityHigh })
	in := referrals.ActionInput{Reason: "no_capacity", ReviewOn: b.in(14), InterimAdvice: ptr(true)}
	v = b.must("vawg", v.ID, models.ActWaitlist, in)
	if !v.OverLimit {
		t.Error("a wait past the first-contact limit is not the coordinator's to see")
	}
	if got := b.Count(t, "select count(*) from outbox where referral_id = $1 and topic = 'referral.high_risk_waiting'", v.ID); got != 1 {
		t.Errorf("got %d notices, want 1", got)
	}
	seen, err := b.s.Get(b.As("coordinator"), v.ID)
	if err != nil || seen.Level != referrals.LevelRedacted {
		t.Errorf("got %s %v, want the coordinator to see it redacted", seen.Level, err)
	}
}

func TestUndoingAnAcceptanceRunsTheDecideClockOnAsIfNeverStopped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.accepted(testkit.ServiceIDVA)
	b.Clock.Advance(2 * time.Hour)
	b.refused("vawg", v.ID, models.ActUndoAccept, referrals.ActionInput{}, models.CodeForbidden)
	v = b.must("vawg.manager", v.ID, models.ActUndoAccept, referrals.ActionInput{})
	if v.Status != models.StatusAcknowledged || v.AcceptedAt != nil || v.Worker != nil {
		t.Errorf("got %s accepted %v by %v, want it undone", v.Status, v.AcceptedAt, v.Worker)
	}
	b.due(v, models.RuleDecide, endOf(18))
	b.state(v, models.RuleDecide, models.ClockRunning)
	b.state(v, models.RuleFirstContact, models.ClockNotApplicable)
	if _, there := v.Shared["given_name"]; there {
		t.Error("what acceptance opened is still open")
	}
	v = b.must("vawg", v.ID, models.ActAccept, b.worker("vawg.second"))
	b.state(v, models.RuleDecide, models.ClockMet)
	b.Clock.Advance(25 * time.Hour)
	b.refused("vawg.manager", v.ID, models.ActUndoAccept, referrals.ActionInput{}, models.CodeConflict)
}

func TestAHoldPausesTheFirstContactClocksOnlyForReasonsThatSaySo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.accepted(testkit.ServiceIDVA)
	hold := func(reason string) referrals.ActionInput {
		return referrals.ActionInput{Reason: reason, ReviewOn: b.in(7)}
	}
	v = b.must("vawg", v.ID, models.ActHold, hold("provider_staffing"))
	if b.clock(v, models.RuleFirstContact).PausedSince != nil {
		t.Error("a service short of staff paused its own clock")
	}
	v = b.must("vawg", v.ID, models.ActResume, referrals.ActionInput{})
	v = b.must("vawg", v.ID, models.ActHold, hold("victim_asked"))
	b.Clock.Set(london(18, 9, 30))
	v = b.must("vawg", v.ID, models.ActResume, referrals.ActionInput{})
	if v.Status != models.StatusAccepted || v.ReviewOn != nil || v.Reason != nil {
		t.Errorf("got %s review %v reason %v, want it as before the hold", v.Status, v.ReviewOn, v.Reason)
	}
	b.due(v, models.RuleFirstContact, endOf(25)) // Monday 23 and two working days
}

func TestAProposedDeclineGoesBackWhereItCameFrom(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusInfoRequested)
	p := b.must("vawg", v.ID, models.ActProposeDecline, referrals.ActionInput{Reason: "not_eligible_area"})
	b.due(p, models.RuleDeclineReview, endOf(17))
	if k := b.clock(p, models.RuleDeclineReview); k.HolderOrgID != b.Org(testkit.OrgCoordination).ID {
		t.Errorf("got the review owed by %v, want the coordinator", k.HolderOrgID)
	}
	b.must("coordinator", v.ID, models.ActReturnDecline, referrals.ActionInput{Reason: "She lives in Hackney"})
	p, err := b.s.Get(b.As("vawg"), v.ID)
	if err != nil || p.Status != models.StatusInfoRequested || p.HeldFrom == nil || *p.HeldFrom != models.StatusSubmitted || p.Reason != nil {
		t.Errorf("got %s from %v reason %v %v, want the open question again", p.Status, p.HeldFrom, p.Reason, err)
	}
	if k := b.clock(p, models.RuleDecide); k.PausedSince == nil {
		t.Error("the decide clock runs while the question is open")
	}
	p = b.must("police", v.ID, models.ActAnswerInfo, referrals.ActionInput{Answers: []string{"Yes"}})
	if p.Status != models.StatusSubmitted {
		t.Errorf("got %s, want submitted", p.Status)
	}
}

func TestReviewedDeclinesAreProposedAndNotDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceReviewed)
	err := b.code("vawg", v.ID, models.ActDecline, referrals.ActionInput{Reason: "no_capacity"}, models.CodeConflict)
	if got, want := message(err), "A coordinator reviews this service's declines. Use propose-decline instead."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.must("vawg", v.ID, models.ActProposeDecline, referrals.ActionInput{Reason: "no_capacity"})
	c, err := b.s.Get(b.As("coordinator"), v.ID)
	if err != nil || c.Level != referrals.LevelRedacted || c.SafeContact != nil || c.Shared["borough"] == nil {
		t.Errorf("got %s %v with %v, want what was shared without who it is about", c.Level, err, c.Shared)
	}
	b.must("coordinator", v.ID, models.ActUpholdDecline, referrals.ActionInput{NextStep: "Lantern has a place"})
	p, err := b.s.Get(b.As("police"), v.ID)
	if err != nil || p.Status != models.StatusDeclined || *p.DecidedBy != models.DecidedByProvider || *p.Reason != "no_capacity" {
		t.Errorf("got %s by %v for %v %v, want the proposal's reason kept", p.Status, p.DecidedBy, p.Reason, err)
	}
	if got := p.History[len(p.History)-1].Detail["next_step"]; got != "Lantern has a place" {
		t.Errorf("got next step %v", got)
	}
}

func TestOutsideTheCalendarTheProductRefusesAndSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"), func(f *testkit.CaseFacts) { f.ConfirmedOn = nil })
	v := b.draft(c, testkit.ServiceIDVA)
	_, last := models.MustCalendar().Years()
	b.Clock.Set(time.Date(last, 12, 31, 12, 0, 0, 0, time.UTC))
	before := b.snapshot()
	err := b.code("police", v.ID, models.ActSubmit, referrals.ActionInput{}, models.CodeInvalid)
	if f := models.FieldsOf(err); len(f) != 1 || f[0].Message == "" {
		t.Errorf("got %v, want words for why", f)
	}
	if b.snapshot() != before {
		t.Error("something was written")
	}
}

func TestSilenceClimbsTheLadderAndLapsesIntoACoordinatorsTask(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ticker := clocks.New(b.DB, models.MustCalendar(), b.s.Lapse)
	tick := func(at time.Time) {
		t.Helper()
		b.Clock.Set(at)
		if _, err := ticker.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	v := b.sent(testkit.ServiceIDVA)
	topics := func(topic string) int {
		return b.Count(t, "select count(*) from outbox where referral_id = $1 and topic = $2", v.ID, topic)
	}
	tick(london(17, 0, 1))
	if topics("clock.due_soon") != 1 {
		t.Error("the acknowledge clock is not due soon on its last day")
	}
	tick(london(18, 0, 1))
	if topics("clock.late") != 1 || b.Count(t, "select count(*) from referrals where over_limit") != 1 {
		t.Error("the acknowledge clock is not late the day after")
	}
	tick(london(19, 9, 0))
	if topics("clock.late_manager") != 1 || topics("clock.late_coordinator") != 0 {
		t.Error("the manager was not told after one working day")
	}
	tick(london(20, 9, 0))
	if topics("clock.late_coordinator") != 1 {
		t.Error("the coordinator was not told after two")
	}
	tick(london(25, 9, 0))
	if got := b.Count(t, "select count(*) from referrals where status = 'lapsed'"); got != 0 {
		t.Error("it lapsed before the last reminder had aged five working days")
	}
	b.refused("", v.ID, models.ActLapse, referrals.ActionInput{}, models.CodeConflict)
	tick(london(27, 9, 0))
	if got := b.Count(t, "select count(*) from referrals where status = 'lapsed' and decided_by = 'system'"); got != 1 {
		t.Error("it did not lapse")
	}
	w, err := b.s.Today(b.As("coordinator"))
	if err != nil || len(w.DueToday) != 1 || w.DueToday[0].Reference != v.Reference {
		t.Errorf("got %+v %v, want the coordinator's task", w, err)
	}
	if _, err := b.s.Get(b.As("vawg"), v.ID); codeOf(err) != models.CodeNotFound {
		t.Errorf("got %v, want it closed to the receiver", err)
	}
}

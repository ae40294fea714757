package sharing_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/sharing"
)

type stage struct {
	*testkit.Stage
	sharing *sharing.Service
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	return &stage{w, sharing.New(w.DB, models.MustCalendar(), directory.New(w.DB))}
}

// agreed is an agreement to share with one receiver.
func agreed(to uuid.UUID) sharing.Input {
	return sharing.Input{ReceiverOrgID: to, Purpose: "support", Basis: "agreement", Method: "spoken", Fields: []string{"given_name", "borough"}}
}

func wantCode(t *testing.T, err error, want models.Code) {
	t.Helper()
	if err == nil || models.CodeOf(err) != want {
		t.Errorf("got %v, want an error of code %s", err, want)
	}
}

func TestADecisionIsKeptForOneReceiver(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	d, err := s.sharing.Record(ctx, c.ID, agreed(s.Org("vawg").ID))
	if err != nil || d.Receiver.Name != "Ashdown Advocacy" || !d.Live || d.Version != 1 {
		t.Fatalf("got %+v, %v", d, err)
	}
	lawful := sharing.Input{ReceiverOrgID: s.Org("refuge").ID, Purpose: "safety", Basis: "safeguarding", Fields: []string{"risk_level"}, Reason: "A child lives there."}
	s.Clock.Advance(time.Minute)
	if _, err := s.sharing.Record(ctx, c.ID, lawful); err != nil {
		t.Fatalf("on a lawful basis: %v", err)
	}
	l, err := s.sharing.List(ctx, c.ID)
	if err != nil || l.Reference != c.Reference || len(l.Decisions) != 2 || l.Decisions[0].Reason != "A child lives there." || l.Decisions[0].Method != "none" ||
		!cmp.Equal(l.Decisions[1].Fields, []string{"given_name", "borough"}) || l.Decisions[1].ID != d.ID {
		t.Errorf("got %+v, %v", l, err)
	}
	if n := s.Count(t, "select count(*) from audit_events where case_id = $1 and action in ('sharing.recorded', 'sharing.listed')", c.ID); n != 3 {
		t.Errorf("got %d events, want two recorded and one listed", n)
	}
	if n := s.Count(t, "select count(*) from audit_events where detail::text like '%child%'"); n != 0 {
		t.Error("the trail holds the reason's words")
	}
}

func TestADecisionThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	for field, in := range map[string]sharing.Input{
		"receiver_organisation_id": agreed(uuid.New()),
		"method":                   func() sharing.Input { i := agreed(s.Org("vawg").ID); i.Method = "telepathy"; return i }(),
		"reason":                   func() sharing.Input { i := agreed(s.Org("vawg").ID); i.Basis = "public_task"; return i }(),
		"fields":                   func() sharing.Input { i := agreed(s.Org("vawg").ID); i.Fields = []string{"access"}; return i }(),
		"purpose":                  func() sharing.Input { i := agreed(s.Org("vawg").ID); i.Purpose = strings.Repeat("x", 501); return i }(),
	} {
		_, err := s.sharing.Record(ctx, c.ID, in)
		wantCode(t, err, models.CodeInvalid)
		if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != field {
			t.Errorf("got faults %+v, want one of %s", f, field)
		}
	}
	if n := s.Count(t, "select count(*) from sharing_decisions"); n != 0 {
		t.Errorf("%d decisions were kept", n)
	}
}

func TestTheSharingOfAForeignCaseIsNotThere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.Case(t, s.As("police"))
	id := s.Agreement(t, c, s.Org("vawg").ID)
	for _, who := range []string{"vawg", "caseworker"} {
		ctx := s.As(who)
		_, err := s.sharing.Record(ctx, c.ID, agreed(s.Org("refuge").ID))
		wantCode(t, err, models.CodeNotFound)
		_, missing := s.sharing.Record(ctx, uuid.New(), agreed(s.Org("refuge").ID))
		if missing == nil || err.Error() != missing.Error() {
			t.Errorf("foreign %v, missing %v", err, missing)
		}
		_, err = s.sharing.Withdraw(ctx, id, sharing.WithdrawInput{Reason: "victim_withdrew"})
		wantCode(t, err, models.CodeNotFound)
		_, err = s.sharing.List(ctx, c.ID)
		wantCode(t, err, models.CodeNotFound)
	}
	if n := s.Count(t, "select count(*) from audit_events"); n != 0 {
		t.Errorf("got %d events of what was not done", n)
	}
	_, err := s.sharing.Record(s.As("commissioner"), c.ID, agreed(s.Org("refuge").ID))
	wantCode(t, err, models.CodeForbidden)
}

func keyed(ctx context.Context, key, body string) context.Context {
	return models.WithRequest(ctx, &models.Request{
		Route: "POST /x", IdempotencyKey: key, KeyRequired: true, BodyHash: []byte(body),
		Seal: func(answer any) ([]byte, error) { return []byte(answer.(sharing.Decision).ID.String()), nil },
	})
}

func TestADecisionWithTheSameKeyIsKeptOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	var wg sync.WaitGroup
	told := make([]string, 8)
	for i := range told {
		wg.Go(func() {
			d, err := s.sharing.Record(keyed(ctx, "key", "body"), c.ID, agreed(s.Org("vawg").ID))
			if replay, ok := errors.AsType[*models.Replay](err); ok {
				told[i] = string(replay.Answer)
			} else if err == nil {
				told[i] = d.ID.String()
			} else {
				t.Errorf("a twin failed: %v", err)
			}
		})
	}
	wg.Wait()
	for _, id := range told {
		if id != told[0] {
			t.Fatalf("told %v, want one answer", told)
		}
	}
	if n := s.Count(t, "select count(*) from sharing_decisions"); n != 1 {
		t.Errorf("got %d decisions, want 1", n)
	}
	_, err := s.sharing.Record(keyed(ctx, "key", "other"), c.ID, agreed(s.Org("vawg").ID))
	wantCode(t, err, models.CodeInvalid)
	_, err = s.sharing.Record(keyed(ctx, "", "body"), c.ID, agreed(s.Org("vawg").ID))
	wantCode(t, err, models.CodePreconditionRequired)
}

func TestWithdrawingEndsWhatWasSentOnIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	sent := s.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted)
	other := s.Referral(t, c, testkit.ServiceLantern, models.StatusSubmitted)
	var decision uuid.UUID
	if err := s.Owner.QueryRow(ctx, "select sharing_decision_id from referrals where id = $1", sent.ID).Scan(&decision); err != nil {
		t.Fatal(err)
	}
	double := s.Agreement(t, c, s.Org("vawg").ID)
	s.Do(t, "update clocks set paused_since = $2, pause_reason = 'victim_asked' where referral_id = $1 and stopped_at is null", sent.ID, s.Clock.Now())
	s.Clock.Advance(time.Hour)
	_, err := s.sharing.Withdraw(ctx, decision, sharing.WithdrawInput{Reason: "because"})
	wantCode(t, err, models.CodeInvalid)
	d, err := s.sharing.Withdraw(ctx, decision, sharing.WithdrawInput{Reason: "victim_withdrew", Note: "She phoned."})
	if err != nil || !cmp.Equal(d.Ended, []string{sent.Reference}) || d.Version != 2 || d.WithdrawnAt == nil {
		t.Fatalf("got %+v, %v", d, err)
	}
	for what, want := range map[string]int{
		"select count(*) from referrals where id = $1 and status = 'withdrawn' and reason = 'consent_withdrawn' and decided_by = 'victim' and not live and version = 4":         1,
		"select count(*) from referral_history where referral_id = $1 and action = 'withdraw' and version = 4 and from_status = 'accepted' and seconds_in_previous is not null": 1,
		"select count(*) from clocks where referral_id = $1 and stopped_at is null":                                                                                             0,
		"select count(*) from clocks where referral_id = $1 and state = 'not_applicable' and why is not null":                                                                   1,
		"select count(*) from clocks where referral_id = $1 and paused_since is null and jsonb_array_length(pauses) = 1 and paused_seconds = 3600":                              1,
		"select count(*) from outbox where referral_id = $1 and topic = 'referral.withdrawn'":                                                                                   1,
		"select count(*) from audit_events where subject_id = $1 and action = 'referral.withdrawn'":                                                                             1,
		"select count(*) from quality_facts where referral_id = $1 and kind = 'referral' and status = 'withdrawn'":                                                              1,
	} {
		if n := s.Count(t, what, sent.ID); n != want {
			t.Errorf("%s: got %d, want %d", what, n, want)
		}
	}
	if n := s.Count(t, "select count(*) from referrals where id = $1 and live", other.ID); n != 1 {
		t.Error("a referral to another receiver ended too")
	}
	if n := s.Count(t, "select count(*) from sharing_decisions where id = $1 and withdrawn_at is not null", double); n != 1 {
		t.Error("the same agreement, recorded twice, goes on")
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'sharing.withdrawn' and case_id = $1", c.ID); n != 1 {
		t.Errorf("got %d rows of the withdrawal in the outbox", n)
	}
	_, err = s.sharing.Withdraw(ctx, decision, sharing.WithdrawInput{Reason: "victim_withdrew"})
	wantCode(t, err, models.CodeConflict)
}

func TestAWithdrawalOfAnOldVersionIsStale(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	id := s.Agreement(t, c, s.Org("vawg").ID)
	old := 3
	_, err := s.sharing.Withdraw(models.WithRequest(ctx, &models.Request{IfMatch: &old}), id, sharing.WithdrawInput{Reason: "victim_withdrew"})
	wantCode(t, err, models.CodeStale)
}

func TestAWithdrawalThatCannotBeRecordedChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	r := s.Referral(t, c, testkit.ServiceIDVA, models.StatusSubmitted)
	s.Do(t, "revoke insert on audit_events from throughline_app")
	var decision uuid.UUID
	if err := s.Owner.QueryRow(ctx, "select sharing_decision_id from referrals where id = $1", r.ID).Scan(&decision); err != nil {
		t.Fatal(err)
	}
	_, err := s.sharing.Withdraw(ctx, decision, sharing.WithdrawInput{Reason: "victim_withdrew"})
	wantCode(t, err, models.CodeUnavailable)
	if n := s.Count(t, "select count(*) from referrals r join sharing_decisions d on d.id = r.sharing_decision_id where r.live and d.withdrawn_at is null and r.id = $1", r.ID); n != 1 {
		t.Error("something was withdrawn")
	}
}

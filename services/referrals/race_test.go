package referrals_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

// together runs fn n times at once and returns what each was told.
func together(n int, fn func(i int) error) []error {
	out := make([]error, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			out[i] = fn(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return out
}

func TestFiftyAcceptAtOnceAndOneWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	people := []string{"vawg", "vawg.second", "vawg.manager"}
	errs := together(50, func(i int) error {
		_, err := b.do(people[i%3], v.ID, models.ActAccept, b.worker("vawg"))
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		if models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "accepted this referral at 9.30am.") {
			t.Errorf("a loser was told %v, want who accepted and when", err)
		}
	}
	if won != 1 {
		t.Errorf("got %d winners, want 1", won)
	}
	for query, want := range map[string]int{
		"select count(*) from referral_history where referral_id = $1 and action = 'accept'":                  1,
		"select count(*) from audit_events where subject_id = $1 and action = 'referral.accepted'":            1,
		"select count(*) from outbox where referral_id = $1 and topic = 'referral.accepted'":                  1,
		"select count(*) from referral_assignments where referral_id = $1":                                    1,
		"select count(*) from clocks where referral_id = $1 and rule in ('K24', 'K25') and state = 'running'": 2,
		"select version from referrals where id = $1":                                                         3,
	} {
		if got := b.Count(t, query, v.ID); got != want {
			t.Errorf("%s: got %d, want %d", query, got, want)
		}
	}
}

func TestALoserIsToldAColleaguesNameAndAnotherOrganisationsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	b.Clock.Set(time.Date(2026, 11, 16, 9, 38, 0, 0, time.UTC))
	b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	err := b.code("vawg.second", v.ID, models.ActAccept, b.worker("vawg.second"), models.CodeConflict)
	if got, want := message(err), "Ines P. accepted this referral at 9.38am. Nothing you did was saved."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Clock.Advance(24 * time.Hour)
	err = b.code("police", v.ID, models.ActSubmit, referrals.ActionInput{}, models.CodeConflict)
	if got, want := message(err), "Ashdown Advocacy accepted this referral on Monday 16 November at 9.38am. Nothing you did was saved."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func message(err error) string {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Message
	}
	return ""
}

func TestFiftyDeclineAndWithdrawAtOnceAndNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	errs := together(50, func(i int) error {
		if i%2 == 0 {
			_, err := b.do("vawg", v.ID, models.ActDecline, referrals.ActionInput{Reason: "no_capacity"})
			return err
		}
		_, err := b.do("police", v.ID, models.ActWithdraw, referrals.ActionInput{Reason: "victim_changed_mind"})
		return err
	})
	won := 0
	for _, err := range errs {
		switch codeOf(err) {
		case "":
			won++
		case models.CodeConflict, models.CodeNotFound:
		default:
			t.Errorf("a loser was told %v", err)
		}
	}
	if got := b.Count(t, "select count(*) from referral_history where referral_id = $1", v.ID); won != 1 || got != 2 {
		t.Errorf("got %d winners and %d steps, want 1 and 2", won, got)
	}
}

// keyed is the context of a call with an idempotency key, as the edge makes it.
func keyed(ctx context.Context, key, body string, match *int) context.Context {
	return request(ctx, models.Request{
		ID: "r-" + key, Route: "POST /api/v1/referrals/{id}/accept", IdempotencyKey: key, KeyRequired: true, BodyHash: bytes.Repeat([]byte{body[0]}, 32),
		IfMatch: match, MatchRequired: true, Seal: func(answer any) ([]byte, error) { return json.Marshal(answer) },
	})
}

func TestTheSameKeyDoesItOnceAndIsToldTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	first, err := b.s.Do(keyed(b.As("vawg"), "key-0001", "a", &v.Version), v.ID, models.ActAccept, b.worker("vawg"))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(first)
	_, err = b.s.Do(keyed(b.As("vawg"), "key-0001", "a", &v.Version), v.ID, models.ActAccept, b.worker("vawg"))
	replay, ok := errors.AsType[*models.Replay](err)
	if !ok || !bytes.Equal(replay.Answer, want) {
		t.Errorf("got %v, want the first answer again", err)
	}
	if !bytes.Contains(want, []byte("Zephyrine")) {
		t.Error("the kept answer lacks what acceptance opened")
	}
	if _, err = b.s.Do(keyed(b.As("vawg"), "key-0001", "b", &v.Version), v.ID, models.ActAccept, b.worker("vawg")); codeOf(err) != models.CodeInvalid {
		t.Errorf("another body under the same key: got %v, want invalid", err)
	}
	if got := b.Count(t, "select count(*) from referral_history where referral_id = $1 and action = 'accept'", v.ID); got != 1 {
		t.Errorf("got %d acceptances, want 1", got)
	}
}

func TestTwentyParallelTwinsDoItOnceAndAreToldTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	answers := make([][]byte, 20)
	errs := together(20, func(i int) error {
		got, err := b.s.Do(keyed(b.As("vawg"), "key-0002", "a", &v.Version), v.ID, models.ActAcknowledge, referrals.ActionInput{})
		if r, ok := errors.AsType[*models.Replay](err); ok {
			answers[i] = r.Answer
			return nil
		}
		answers[i], _ = json.Marshal(got)
		return err
	})
	for i, err := range errs {
		if err != nil || !bytes.Equal(answers[i], answers[0]) {
			t.Errorf("twin %d: got %v, want the one answer", i, err)
		}
	}
	if got := b.Count(t, "select count(*) from referral_history where referral_id = $1", v.ID); got != 2 {
		t.Errorf("got %d steps, want 2", got)
	}
}

func TestTwentyParallelCreatesWithOneKeyMakeOneDraft(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := b.input(b.Case(t, b.As("police")), testkit.ServiceIDVA)
	errs := together(20, func(int) error {
		_, err := b.s.Create(keyed(b.As("police"), "key-0003", "a", nil), in)
		if _, ok := errors.AsType[*models.Replay](err); ok {
			return nil
		}
		return err
	})
	for _, err := range errs {
		if err != nil {
			t.Errorf("got %v", err)
		}
	}
	if got := b.Count(t, "select count(*) from referrals"); got != 1 {
		t.Errorf("got %d drafts, want 1", got)
	}
}

func TestTwoDraftsOfOneCaseToOneServiceSendOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	drafts := []referrals.View{b.draft(c, testkit.ServiceIDVA), b.draft(c, testkit.ServiceIDVA)}
	errs := together(2, func(i int) error {
		_, err := b.do("police", drafts[i].ID, models.ActSubmit, referrals.ActionInput{})
		return err
	})
	lost := errs[0]
	won := drafts[1]
	if lost == nil {
		lost, won = errs[1], drafts[0]
	}
	if codeOf(lost) != models.CodeConflict || !strings.Contains(lost.Error(), won.Reference) {
		t.Errorf("got %v and %v, want one conflict that names %s", errs[0], errs[1], won.Reference)
	}
}

func TestRefusalsComeInTheOrderThatGivesNothingAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	stale, fresh := v.Version-1, v.Version
	faulty := models.Request{Invalid: []models.FieldError{models.Field("worker_id", models.FieldInvalid, "Is not an id.")}, KeyRequired: true, MatchRequired: true}
	with := func(change func(*models.Request)) models.Request { r := faulty; change(&r); return r }
	key := func(r *models.Request) { r.IdempotencyKey, r.Route = "key-0004", "x" }
	cases := []struct {
		name, who string
		id        uuid.UUID
		action    models.Action
		req       models.Request
		want      models.Code
	}{
		{"a role that never accepts", "commissioner", v.ID, models.ActAccept, faulty, models.CodeForbidden},
		{"a role that never accepts, nothing there", "commissioner", uuid.New(), models.ActAccept, faulty, models.CodeForbidden},
		{"another organisation", "refuge", v.ID, models.ActAccept, faulty, models.CodeNotFound},
		{"nothing there", "refuge", uuid.New(), models.ActAccept, faulty, models.CodeNotFound},
		{"the other side's to do", "police", v.ID, models.ActAccept, faulty, models.CodeForbidden},
		{"a manager's to do", "vawg", v.ID, models.ActUndoAccept, faulty, models.CodeForbidden},
		{"no key", "vawg", v.ID, models.ActAccept, faulty, models.CodePreconditionRequired},
		{"no version", "vawg", v.ID, models.ActAccept, with(key), models.CodePreconditionRequired},
		{"moved on, with an old version", "vawg", v.ID, models.ActComplete, with(func(r *models.Request) { key(r); r.IfMatch = &stale }), models.CodeConflict},
		{"an old version", "vawg", v.ID, models.ActAccept, with(func(r *models.Request) { key(r); r.IfMatch = &stale }), models.CodeStale},
		{"faults of the body", "vawg", v.ID, models.ActAccept, with(func(r *models.Request) { key(r); r.IfMatch = &fresh }), models.CodeInvalid},
	}
	before := b.snapshot()
	for _, c := range cases {
		_, err := b.s.Do(request(b.As(c.who), c.req), c.id, c.action, referrals.ActionInput{})
		if got := codeOf(err); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	if b.snapshot() != before {
		t.Error("a refusal changed something")
	}
}

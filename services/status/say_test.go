package status_test

import (
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/models"
)

// TestSomebodyIsAskedAtSetPointsAndOnce works with somebody for months: what is
// open on their page, when, and what comes of it.
func TestSomebodyIsAskedAtSetPointsAndOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	s.Do(t, "update referrals set status = 'in_progress', version = version + 1 where id = $1", r.ID)
	days := map[string]int{}
	for _, p := range models.FeedbackPoints() {
		days[p.Key] = p.After
		if p.Why == "" {
			t.Errorf("%s does not say why", p.Key)
		}
	}
	var begun time.Time
	if err := s.Owner.QueryRow(t.Context(), "select accepted_at from referrals where id = $1", r.ID).Scan(&begun); err != nil {
		t.Fatal(err)
	}
	asked := func(at time.Time) bool {
		t.Helper()
		s.Clock.Set(at)
		u, err := s.s.Read(t.Context(), s.inside(), "update")
		if err != nil {
			t.Fatal(err)
		}
		return u.Asks != [16]byte{}
	}
	due := begun.AddDate(0, 0, days["working"])
	if asked(due.Add(-time.Hour)) || !asked(due.Add(time.Hour)) || !asked(due.AddDate(0, 0, 1)) {
		t.Error("somebody is asked from six weeks in, until they answered")
	}
	token := s.inside()
	if err := s.s.Say(t.Context(), token, models.Feedback{Heard: "loudly"}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("an answer that there is not: %v", err)
	}
	for range 2 { // the second changes nothing, and tells nothing
		if err := s.s.Say(t.Context(), token, models.Feedback{Heard: "yes", Safer: models.FeedbackNotNow, Words: "They rang me."}); err != nil {
			t.Fatal(err)
		}
	}
	if asked(due.AddDate(0, 0, 2)) {
		t.Error("somebody who answered is asked again")
	}
	ended := due.AddDate(0, 0, 3)
	s.Do(t, "update referrals set status = 'completed', version = version + 1, ended_at = $2 where id = $1", r.ID, ended)
	if asked(ended.AddDate(0, 0, days["ended"]).Add(-time.Hour)) || asked(ended.AddDate(0, 0, days["ended"])) || !asked(due.AddDate(0, 0, models.FeedbackDays+2)) {
		t.Error("after an ending they are asked two weeks later, and never twice in four weeks")
	}
	if err := s.s.Say(t.Context(), s.inside(), models.Feedback{}); err != nil {
		t.Fatal(err)
	}
	if n := s.Count(t, `select count(*) from feedback_answers where point = 'working' and heard = 'yes' and safer = 'not_now' and again is null
		or point = 'ended' and heard = 'not_now' and safer = 'not_now' and again = 'not_now'`); n != 2 {
		t.Errorf("%d answers are kept as they were given: not now and left out apart", n)
	}
	if n := s.Count(t, "select count(*) from feedback_words"); n != 1 {
		t.Errorf("%d have words", n)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'feedback.given' and (case_id is not null or subject_id is not null)"); n != 0 {
		t.Error("the trail says whose answer it was")
	}
	if n := s.Count(t, "select count(*) from quality_facts where kind = 'feedback'"); n != 2 {
		t.Errorf("%d lines stand in the figures", n)
	}
}

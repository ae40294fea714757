package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// TestAWorklistSaysWhoMayBeContactedSafelyAtThisHour moves the clock over a safe
// window: who may be contacted follows from it, on both sides, and from nothing
// else.
func TestAWorklistSaysWhoMayBeContactedSafelyAtThisHour(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.accepted()
	set.must("vawg", set.sent(), models.ActRequestInfo, referrals.ActionInput{Questions: []string{"Is an interpreter needed?"}})
	at := s.Clock.Now().In(models.London())
	day := strings.ToLower(at.Weekday().String()[:3])
	window := `[{"day":"` + day + `","from":"00:00","to":"` + at.Add(time.Hour).Format("15:04") + `"}]`
	s.Do(t, "update contact_channels set windows = $1::jsonb where channel = 'phone'", window)
	pages := map[string]string{"vawg": "/inbox", "police": "/today"}
	for who, path := range pages {
		page := s.as(t, who).see(path, http.StatusOK)
		if !strings.Contains(page, "Safe to phone now") || strings.Contains(page, "07700") {
			t.Errorf("%s is not told who may be phoned now, or is shown a number", who)
		}
	}
	s.Clock.Advance(2 * time.Hour)
	for who, path := range pages {
		if page := s.as(t, who).see(path, http.StatusOK); strings.Contains(page, "Safe to phone now") {
			t.Errorf("%s is told to phone outside the safe times", who)
		}
	}
	s.Clock.Advance(-2 * time.Hour)
	s.Do(t, "update contact_channels set safe = 'unknown' where case_id = $1", v.CaseID)
	if page := s.as(t, "vawg").see("/inbox", http.StatusOK); strings.Contains(page, "Safe to phone now") || !strings.Contains(page, "No safe way to reach them is recorded") {
		t.Error("what is not known counts as safe")
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'safe_contact.listed' and detail::text like '%' || $1 || '%'", v.CaseID.String()); n != 3 {
		t.Errorf("the trail has %d events of the service's worklist, want 3", n)
	}
	set.must("vawg", v, models.ActWithdraw, referrals.ActionInput{Reason: "victim_changed_mind"})
	ways, err := s.deps.Referrals.Reachable(s.As("vawg"), []uuid.UUID{v.CaseID})
	if err != nil || len(ways) != 0 {
		t.Errorf("a service whose work has ended learns how to reach somebody: %v %v", ways, err)
	}
	if _, err := s.deps.Referrals.Reachable(s.As("coordinator"), []uuid.UUID{v.CaseID}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a coordinator asks how to reach somebody: %v", err)
	}
}

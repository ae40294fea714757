package handlers

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhatTakesTwoIsDecidedOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	path := "/approvals/" + setting{s, t}.approval("police").String()
	shows := func(who, path string, want int, words ...string) {
		t.Helper()
		w := s.do(t, call{who: who, method: "GET", path: path})
		if w.Code != want {
			t.Errorf("%s as %s: got %d, want %d", path, who, w.Code, want)
		}
		for _, word := range words {
			if !strings.Contains(w.Body.String(), word) {
				t.Errorf("%s as %s lacks %q", path, who, word)
			}
		}
	}
	shows("police.manager", "/approvals", 200, "Do what takes two", "Priya Nair", "Waiting")
	shows("police.manager", path, 200, "It has to be done.", "Why do you refuse?")
	shows("police", path, 200, "Take back")
	shows("police.second", path, 404)
	shows("refuge.manager", path, 404)
	w := s.do(t, call{who: "police.manager", method: "POST", path: path + "/refuse", body: "note="})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Say why you refuse") {
		t.Errorf("a refusal without a reason: got %d, want the page again with the fault", w.Code)
	}
	if w := s.do(t, call{who: "police", method: "POST", path: path + "/approve"}); w.Code != http.StatusForbidden {
		t.Errorf("approving what one asked for: got %d, want 403", w.Code)
	}
	if w := s.do(t, call{who: "police.manager", method: "POST", path: path + "/approve"}); w.Code != http.StatusSeeOther {
		t.Errorf("approving: got %d %s, want to be led on", w.Code, w.Body)
	}
	shows("police", path, 200, "Approved", "Ruth Castellan")
	if w := s.do(t, call{who: "police.manager", method: "POST", path: path + "/refuse", body: "note=late"}); w.Code != http.StatusConflict {
		t.Errorf("refusing what was approved: got %d, want 409", w.Code)
	}
}

func TestWhoMayDoWhatIsShownAndDownloaded(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.do(t, call{who: "commissioner", method: "GET", path: "/admin/access?role=organisation_admin"})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Give somebody the role: caseworker") || strings.Contains(w.Body.String(), "Give somebody the role: system administrator") {
		t.Errorf("got %d, want what an organisation administrator may do", w.Code)
	}
	csv := s.do(t, call{who: "analyst", method: "GET", path: "/admin/access.csv"})
	if csv.Code != 200 || !strings.Contains(csv.Body.String(), `"caseworker","case:read","holder","allow"`+"\r\n") || !strings.Contains(csv.Body.String(), `"caseworker","case:read","receiver","deny"`+"\r\n") {
		t.Errorf("got %d, want every cell", csv.Code)
	}
	if w := s.do(t, call{who: "police", method: "GET", path: "/api/v1/access-table?role=nobody"}); w.Code != 200 || !strings.Contains(w.Body.String(), `"items":[]`) {
		t.Errorf("got %d %s, want no line for a role that is none", w.Code, w.Body)
	}
}

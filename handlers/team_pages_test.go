package handlers

import (
	"net/http"
	"strings"
	"testing"
)

// Work in the hands of somebody who is given none any more is still on the page
// from which it is given to others.
func TestNoWorkIsStrandedWithWhoIsGivenNone(t *testing.T) {
	t.Parallel()
	s := open(t)
	setting{s, t}.accepted()
	lead := s.as(t, "vawg.manager")
	const words = "Is given no more"
	if page := lead.see("/team", http.StatusOK); strings.Contains(page, words) {
		t.Error("somebody who is given work is listed as one who is not")
	}
	s.Do(t, "update users set role = 'organisation_admin' where id = $1", s.Person("vawg").ID)
	if page := lead.see("/team", http.StatusOK); !strings.Contains(page, words) {
		t.Error("what they had in hand is on nobody's page")
	}
}

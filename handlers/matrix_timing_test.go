package handlers

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"throughline/models"
)

// mostGap is how far apart the median times of a hidden record and of one that
// is not there may be (security.md section 7).
const mostGap = 5 * time.Millisecond

// timed asks for hidden records and for one that is not there by turns, so that
// whatever else the machine does falls on both alike: the time an answer takes
// does not tell either.
func (s *site) timed(t *testing.T, srv *httptest.Server, relations []*relation) {
	t.Helper()
	a, missing := s.asker(t, srv, "caseworker"), nothing()
	took := func(method, path, body string) time.Duration {
		start := time.Now()
		code, got := a.ask(t, method, path, body)
		if code != http.StatusNotFound && method == http.MethodGet || code != http.StatusOK && method == http.MethodPost {
			t.Errorf("%s %s: got %d %.300s, which is no answer to time", method, path, code, got)
		}
		return time.Since(start)
	}
	s.timedOnce(t, "", relations, took, missing, []string{"otherorganisation", "barred", "restricted", "sealed"})
	// The same for whoever said beforehand that they know the person: that a name
	// of theirs fits is not to be told from how long it takes either.
	for _, r := range relations {
		declared := models.NewDeclaration{Kind: models.ConflictKnows}
		if err := s.Owner.QueryRow(t.Context(), "select given_name, family_name from victims where id = $1", r.victim).Scan(&declared.GivenName, &declared.FamilyName); err != nil {
			t.Fatal(err)
		}
		if _, err := s.deps.Protection.Declare(s.As("caseworker"), declared); err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
	}
	s.timedOnce(t, ", of a person they declared", relations, took, missing, []string{"otherorganisation", "barred"})
}

// timedOnce measures some relations in every way of asking, and prints the
// widest gap.
func (s *site) timedOnce(t *testing.T, of string, relations []*relation, took func(method, path, body string) time.Duration, missing *relation, names []string) {
	t.Helper()
	median := func(all []time.Duration) time.Duration {
		slices.Sort(all)
		return all[len(all)/2]
	}
	var widest time.Duration
	for name, ask := range map[string]func(*relation) time.Duration{
		"reading the case": func(r *relation) time.Duration { return took(http.MethodGet, "/api/v1/cases/"+r.caseID.String(), "") },
		"opening its page": func(r *relation) time.Duration { return took(http.MethodGet, "/cases/"+r.caseRef, "") },
		"reading the referral": func(r *relation) time.Duration {
			return took(http.MethodGet, "/api/v1/referrals/"+r.referral.String(), "")
		},
		"looking for it": func(r *relation) time.Duration {
			return took(http.MethodPost, "/api/v1/cases/search", doc("reference", r.caseRef))
		},
	} {
		for _, r := range relations {
			if !slices.Contains(names, r.name) {
				continue
			}
			// A pair is asked within milliseconds: what else the machine does falls
			// on both. Where the gap is too wide, more pairs say whether it stays.
			var gaps []time.Duration
			gap := mostGap + 1
			for len(gaps) < 300 && gap > mostGap {
				for range 50 {
					gaps = append(gaps, ask(r)-ask(missing))
				}
				gap = median(gaps).Abs()
			}
			widest = max(widest, gap)
			if gap > mostGap {
				t.Errorf("%s"+of+", %s: %v apart from what is not there at the median of %d pairs, want less than %v", r.name, name, gap, len(gaps), mostGap)
			}
		}
	}
	t.Logf("the widest gap between the medians of what is hidden%s and of what is not there: %v", of, widest)
}

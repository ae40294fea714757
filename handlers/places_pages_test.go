package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
)

func TestAServicePublishesItsPlacesAndTheyGoOutOfDate(t *testing.T) {
	t.Parallel()
	s := open(t)
	vawg, police := s.as(t, "vawg"), s.as(t, "police")
	id := s.Service(testkit.ServiceIDVA).ID
	c := s.Case(t, s.As("police"))
	seen := func() (directory.Option, string) {
		t.Helper()
		options, err := s.deps.Directory.Services(s.As("police"), directory.Filter{Pathway: "vawg", CaseID: c.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range options {
			var words []string
			for _, r := range o.Reasons {
				words = append(words, r.Words)
			}
			if o.Service.ID == id {
				return o, strings.Join(words, " ")
			}
		}
		t.Fatal("the service is not listed")
		return directory.Option{}, ""
	}
	form := vawg.see("/places/"+id.String(), http.StatusOK)
	v := version(t, form)
	for _, bad := range []struct {
		form  url.Values
		words string
	}{
		{url.Values{}, "Select whether you are taking people"},
		{url.Values{"capacity": {"closed"}}, "Select whether you are taking people"},
		{url.Values{"capacity": {"limited"}}, "Enter about how many days somebody waits"},
		{url.Values{"capacity": {"limited"}, "wait_days": {"soon"}}, "Enter a whole number"},
		{url.Values{"capacity": {"open"}, "places_open": {"-1"}, "places_total": {"4"}}, "from 0 to 9,999"},
		{url.Values{"capacity": {"open"}, "places_open": {"5"}, "places_total": {"4"}}, "cannot be more than places in all"},
		{url.Values{"capacity": {"open"}, "places_open": {"5"}}, "how many places there are in all"},
		{url.Values{"capacity": {"open"}, "places_total": {"99999999999999999999"}}, "Enter a whole number"},
	} {
		bad.form.Set("version", v)
		if _, again := vawg.send("/places/"+id.String(), bad.form, http.StatusUnprocessableEntity); !strings.Contains(again, bad.words) {
			t.Errorf("%v is not refused with %q", bad.form, bad.words)
		}
	}
	vawg.send("/places/"+id.String(), url.Values{"version": {v}, "capacity": {"limited"}, "wait_days": {"21"}, "places_open": {"0"}, "places_total": {"12"}}, http.StatusSeeOther)
	if o, words := seen(); o.Service.Capacity != models.CapacityLimited || *o.Service.WaitDays != 21 || !strings.Contains(words, "waiting list") || strings.Contains(words, "has not confirmed") {
		t.Errorf("referrers see %s and %q", o.Service.Capacity, words)
	}
	if page := vawg.see("/places?done=places", http.StatusOK); !strings.Contains(page, "Goes out of date after") || !strings.Contains(page, "21 days") {
		t.Error("the page does not say how long the answer holds")
	}
	vawg.send("/places/"+id.String(), url.Values{"version": {v}, "capacity": {"open"}}, http.StatusConflict) // a version that has gone

	form = vawg.see("/places/"+id.String(), http.StatusOK)
	vawg.send("/places/"+id.String(), url.Values{"version": {version(t, form)}, "capacity": {"paused"}, "wait_days": {"5"}}, http.StatusSeeOther)
	if o, words := seen(); o.Eligible || !strings.Contains(words, "paused new referrals") || o.Service.WaitDays != nil {
		t.Errorf("a service that has paused can be chosen: %v %q", o.Eligible, words)
	}
	s.Clock.Advance(8 * 24 * time.Hour)
	if page := vawg.see("/places", http.StatusOK); !strings.Contains(page, "Out of date") {
		t.Error("an answer of last week is not out of date")
	}
	if !strings.Contains(vawg.see("/inbox", http.StatusOK), "Out of date") {
		t.Error("the inbox does not say so")
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'service.capacity_published' and subject_id = $1", id); n != 2 {
		t.Errorf("the trail has %d events, want 2", n)
	}
	police.see("/services", http.StatusOK)
}

func TestNobodyPublishesForAnotherOrganisationOrAServiceThatIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.Service(testkit.ServiceIDVA).ID.String()
	fine := url.Values{"capacity": {"paused"}}
	for _, who := range []string{"refuge", "refuge.manager", "lantern", "police"} {
		s.as(t, who).see("/places/"+id, http.StatusNotFound)
		s.as(t, who).send("/places/"+id, fine, http.StatusNotFound)
		if page := s.as(t, who).see("/places", http.StatusOK); strings.Contains(page, id) {
			t.Errorf("%s is shown a service of another organisation", who)
		}
	}
	for _, who := range []string{"coordinator", "commissioner", "admin", "orgadmin"} {
		s.as(t, who).see("/places", http.StatusForbidden)
		s.as(t, who).send("/places/"+id, fine, http.StatusForbidden)
	}
	s.as(t, "vawg").see("/places/nothing", http.StatusNotFound)
	closed := s.Service(testkit.ServiceClosed).ID.String()
	s.as(t, "lantern").see("/places/"+closed, http.StatusConflict)
	s.as(t, "lantern").send("/places/"+closed, fine, http.StatusConflict)
	if n := s.Count(t, "select count(*) from services where capacity_version > 1"); n != 0 {
		t.Errorf("%d services were changed", n)
	}
	// The database holds it too, whatever the program asks.
	for who, org := range map[string]string{"refuge": id, "lantern": closed} {
		if n := s.published(t, who, org); n != 0 {
			t.Errorf("%s publishes %s in the database", who, org)
		}
	}
}

// published asks the database itself to publish for somebody, and returns the
// version it gave: 0 where it refused.
func (s *site) published(t *testing.T, who, service string) int {
	t.Helper()
	var set struct{ Version *int }
	err := s.DB.Write(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &set, "select app_service_capacity(?, 1, 'paused', null, null, null, current_date) as version", service); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "service.capacity_published", SubjectType: "service"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if set.Version == nil {
		return 0
	}
	return *set.Version
}

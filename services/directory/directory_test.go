package directory_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
)

func TestTheDirectoryNamesEveryoneAndEveryBorough(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	d := directory.New(w.DB)
	c, err := d.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Name(w.Org(testkit.OrgRefuge).ID), "Haven House"; got != want {
		t.Errorf("got name %q, want %q", got, want)
	}
	if got, want := len(c.Authorities()), 33; got != want {
		t.Errorf("got %d authorities, want %d", got, want)
	}
	if code, ok := c.Borough("hackney"); !ok || code != "E09000012" {
		t.Errorf("got borough %q %v, want E09000012", code, ok)
	}
	if got := c.Coordinators("vawg"); len(got) != 1 || got[0] != w.Org(testkit.OrgCoordination).ID {
		t.Errorf("got coordinators %v, want the one of the stage", got)
	}
}

func TestWhatIsAddedIsFoundWithoutWaitingForTheMinute(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	d := directory.New(w.DB)
	if _, err := d.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := w.AddService(t.Context(), testkit.ServiceIDVA, func(s *models.Service) { s.Name = "New advocacy" })
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Service(t.Context(), s.ID); err != nil || got.Name != "New advocacy" {
		t.Errorf("got %q %v, want the new service", got.Name, err)
	}
	if _, err := d.Service(t.Context(), uuid.New()); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v for a service nobody has, want not found", err)
	}
}

func TestServicesForACaseSayWhyNotAndRecordTheReading(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	d := directory.New(w.DB)
	ctx := w.As("police")
	c := w.Case(t, ctx, func(f *testkit.CaseFacts) {
		born := time.Date(2012, 6, 1, 0, 0, 0, 0, time.UTC)
		f.DateOfBirth, f.Risk = &born, models.PriorityHigh
		f.Borough, f.Equality = "E09000029", `{"sex":"male"}`
	})
	live := w.Referral(t, c, testkit.ServiceISVA, models.StatusSubmitted)
	options, err := d.Services(ctx, directory.Filter{Pathway: "vawg", CaseID: c.ID})
	if err != nil {
		t.Fatal(err)
	}
	why := map[uuid.UUID][]string{}
	for _, o := range options {
		for _, r := range o.Reasons {
			if r.Excludes {
				why[o.Service.ID] = append(why[o.Service.ID], r.Code)
			}
		}
		if o.Eligible == directory.Excluded(o.Reasons) {
			t.Errorf("%s: got eligible %v with %v", o.Service.Name, o.Eligible, o.Reasons)
		}
	}
	for service, want := range map[string][]string{
		testkit.ServiceIDVA:     {directory.WhyAge},
		testkit.ServiceISVA:     {directory.WhyOffence, directory.WhyLive},
		testkit.ServiceLantern:  {directory.WhyAge, directory.WhyArea},
		testkit.ServiceRefuge:   {directory.WhyAge, directory.WhyGender},
		testkit.ServiceStandard: {directory.WhyAge, directory.WhyRisk},
		testkit.ServicePaused:   {directory.WhyPaused},
		testkit.ServiceClosed:   {directory.WhyClosed},
	} {
		if got := why[w.Service(service).ID]; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", service, got, want)
		}
	}
	if live.Reference == "" || len(options) != 8 {
		t.Errorf("got %d options, want the 8 of the pathway", len(options))
	}
	if got := w.Count(t, "select count(*) from audit_events where action = 'case.matched' and case_id = $1 and actor_user_id = $2", c.ID, w.Person("police").ID); got != 1 {
		t.Errorf("got %d events of the facts being read, want 1", got)
	}
}

func TestACaseOfAnotherOrganisationIsNotMatched(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	d := directory.New(w.DB)
	c := w.Case(t, w.As("police"))
	for _, who := range []string{"vawg", "caseworker"} {
		if _, err := d.Services(w.As(who), directory.Filter{CaseID: c.ID}); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s: got %v, want not found", who, err)
		}
	}
	if _, err := d.Services(w.As("commissioner"), directory.Filter{CaseID: c.ID}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("got %v, want forbidden", err)
	}
	if got := w.Count(t, "select count(*) from audit_events where action = 'case.matched'"); got != 0 {
		t.Errorf("got %d events of reading, want none where nothing was shown", got)
	}
}

func TestWhatIsNotKnownIsSaidAndExcludesNobody(t *testing.T) {
	t.Parallel()
	old := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	lowest := 18
	s := models.Service{
		MinAge: &lowest, Boroughs: []string{"E09000012"}, WomenOnly: true, HighRisk: true, Active: true,
		Capacity: models.CapacityOpen, CapacityConfirmedOn: &old,
	}
	reasons := directory.Assess(s, &directory.Facts{Risk: models.PriorityStandard}, testkit.StageStart())
	var got []string
	for _, r := range reasons {
		got = append(got, r.Code)
	}
	want := []string{directory.NoteStale, directory.NoteAge, directory.NoteArea, directory.NoteGender}
	if !slices.Equal(got, want) || directory.Excluded(reasons) {
		t.Errorf("got %v (excluded %v), want %v", got, directory.Excluded(reasons), want)
	}
}

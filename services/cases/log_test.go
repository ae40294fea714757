package cases_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/cases"
)

func TestALoggedCaseIsReadBackAsItWasLogged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	logged := s.log(t, ctx)
	if _, err := models.ParseReference(logged.Reference); err != nil || logged.Accountable.ID != s.Org("police").ID || !logged.Enhanced ||
		!cmp.Equal(logged.EnhancedReasons, []string{"domestic_abuse"}) {
		t.Errorf("got %+v, want a reference, held by the police, with Enhanced Rights", logged)
	}
	v, err := s.cases.Find(ctx, strings.ToLower(logged.Reference))
	if err != nil {
		t.Fatalf("reading it back: %v", err)
	}
	in := whole()
	if v.Victim.Name() != "Zephyrine Quillfeather" || v.Victim.Postcode != "E8 1EA" || v.Victim.Borough != "E09000012" || v.Boroughs["E09000012"] != "Hackney" ||
		!v.Victim.DateOfBirth.Equal(*in.Victim.DateOfBirth) || v.Victim.Equality["sex"] != "female" {
		t.Errorf("got victim %+v", v.Victim)
	}
	if v.Case.RiskLevel != models.PriorityHigh || v.Case.HelpOffered != "yes" || !cmp.Equal(v.Case.Wants, in.Wants) || !v.HolderIsOwn || v.LoggedByName != "Priya Nair" {
		t.Errorf("got case %+v", v.Case)
	}
	if len(v.Incidents) != 1 || v.Incidents[0].CrimeReference != "CAD 1234/14NOV26" || v.Incidents[0].Place.Borough != "E09000012" {
		t.Errorf("got incidents %+v", v.Incidents)
	}
	if len(v.People) != 2 || len(v.Contact.Points) != 2 || v.Contact.CodeWord != "marigold" || v.Contact.Points[0].Value != "07700 900123" ||
		!v.Contact.Points[0].ConfirmedOn.Equal(*day("2026-11-16")) || v.Contact.Points[0].Source != "victim_in_person" {
		t.Errorf("got people %+v, contact %+v", v.People, v.Contact)
	}
	if len(v.Holders) != 1 || v.Holders[0].Organisation.Name != "Metropolitan Police Service, victim care" || v.Holders[0].Until != nil {
		t.Errorf("got holders %+v, want the police from the start", v.Holders)
	}
	if len(v.Events) != 1 || v.Events[0].Kind != "case.logged" || v.Events[0].Person != "Priya Nair" {
		t.Errorf("got events %+v, want that it was logged", v.Events)
	}
	if diff := cmp.Diff([]string{"case.logged", "case.opened"}, s.trail(t, logged.ID)); diff != "" {
		t.Errorf("trail (-want +got):\n%s", diff)
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'case.logged' and case_id = $1", logged.ID); n != 1 {
		t.Errorf("got %d rows in the outbox, want 1", n)
	}
}

func TestTheTrailOfALoggedCaseHoldsNoWordsOfIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	if _, err := s.cases.Search(s.As("police"), cases.Query{Name: "Quillfeather", Phone: "07700900123"}); err != nil {
		t.Fatalf("searching: %v", err)
	}
	for _, secret := range []string{"Zephyrine", "quillfeather", "900123", "Aldous", "marigold", "CAD 1234", "threatened", logged.Reference} {
		if n := s.Count(t, "select count(*) from audit_events where strpos(lower(detail::text), lower($1)) > 0", secret); n != 0 {
			t.Errorf("the trail holds %q %d times", secret, n)
		}
	}
}

func TestNamesOfManyScriptsAreKeptAsWritten(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("caseworker")
	for _, name := range []string{"فاطمة الزهراء", "李小龍", "Nguyễn Thị Hồng", "नेहा", "O’Brien-Łuczak", "😀"} {
		logged := s.log(t, ctx, func(in *cases.LogInput) { in.Victim.GivenName = name })
		v, err := s.cases.Get(ctx, logged.ID)
		if err != nil || v.Victim.GivenName != name {
			t.Errorf("got %q, %v, want %q", v.Victim.GivenName, err, name)
		}
		found, err := s.cases.Search(ctx, cases.Query{Name: name})
		if err != nil || len(found.Items) != 1 || found.Items[0].ID != logged.ID {
			t.Errorf("searching for %q: got %+v, %v", name, found.Items, err)
		}
	}
}

func TestALoggedCaseThatCannotBeIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.rows(t)
	for name, tc := range map[string]struct {
		change func(*cases.LogInput)
		want   []string
	}{
		"nothing":                  {func(in *cases.LogInput) { *in = cases.LogInput{} }, []string{"source", "risk_level", "victim.given_name", "victim.family_name", "victim.date_of_birth", "victim.borough", "incidents"}},
		"born after it happened":   {func(in *cases.LogInput) { in.Victim.DateOfBirth = day("2026-11-15") }, []string{"victim.date_of_birth"}},
		"a megabyte of text":       {func(in *cases.LogInput) { in.Incidents[0].Summary = strings.Repeat("x", 1<<20) }, []string{"incidents[0].summary"}},
		"NUL in a note":            {func(in *cases.LogInput) { in.SafeContact.Channels[0].Note = "a\x00" }, []string{"safe_contact.channels[0].note"}},
		"a number that is none":    {func(in *cases.LogInput) { in.SafeContact.Channels[0].Value = "12" }, []string{"safe_contact.channels[0].value"}},
		"the suspect as a contact": {func(in *cases.LogInput) { in.SafeContact.Channels[0].Person = "Aldous Fernsby" }, []string{"safe_contact.channels[0].person"}},
		"a source that is none":    {func(in *cases.LogInput) { in.ContactSource = "the suspect" }, []string{"safe_contact.source"}},
		"switched off for nothing": {func(in *cases.LogInput) { in.EnhancedOffReason = "because" }, []string{"enhanced_off_reason"}},
	} {
		in := whole()
		tc.change(&in)
		_, err := s.cases.Log(s.As("police"), in)
		wantCode(t, err, models.CodeInvalid)
		var fields []string
		for _, f := range models.FieldsOf(err) {
			fields = append(fields, f.Field)
		}
		if diff := cmp.Diff(tc.want, fields); diff != "" {
			t.Errorf("%s: faults (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(before, s.rows(t)); diff != "" {
		t.Errorf("a refused case left rows (-before +after):\n%s", diff)
	}
}

func TestEnhancedRightsCanBeSwitchedOffWithAReason(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got := s.log(t, s.As("police"), func(in *cases.LogInput) { in.EnhancedOffReason = "reassessed" })
	if got.Enhanced || !cmp.Equal(got.EnhancedReasons, []string{"domestic_abuse"}) {
		t.Errorf("got %v for %v, want off, and what was switched off", got.Enhanced, got.EnhancedReasons)
	}
	child := s.log(t, s.As("police"), func(in *cases.LogInput) {
		in.Victim.DateOfBirth = day("2008-11-15")
		in.Incidents[0].OffenceTypes = []string{"robbery"}
	})
	if !child.Enhanced || !cmp.Equal(child.EnhancedReasons, []string{"under_18"}) {
		t.Errorf("seventeen when it happened: got %v for %v", child.Enhanced, child.EnhancedReasons)
	}
}

func TestAKeyIsAnsweredOnceAndToldAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	first, err := s.cases.Log(keyed(ctx, "key-1", "a body"), whole())
	if err != nil {
		t.Fatalf("the first: %v", err)
	}
	_, err = s.cases.Log(keyed(ctx, "key-1", "a body"), whole())
	if replay, ok := errors.AsType[*models.Replay](err); !ok || string(replay.Answer) != first.Reference {
		t.Errorf("the same again: got %v, want the replay of %s", err, first.Reference)
	}
	_, err = s.cases.Log(keyed(ctx, "key-1", "another body"), whole())
	wantCode(t, err, models.CodeInvalid)
	_, err = s.cases.Log(keyed(ctx, "", "a body"), whole())
	wantCode(t, err, models.CodePreconditionRequired)
	_, err = s.cases.Log(keyed(ctx, "", "a body"), cases.LogInput{})
	wantCode(t, err, models.CodePreconditionRequired)
	if _, err = s.cases.Log(keyed(s.As("police.second"), "key-1", "a body"), whole()); err != nil {
		t.Errorf("somebody else's key: %v", err)
	}
	if n := s.Count(t, "select count(*) from cases"); n != 2 {
		t.Errorf("got %d cases, want 2", n)
	}
}

func TestParallelTwinsLogOneCase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const twins = 12
	answers := make([]string, twins)
	var wg sync.WaitGroup
	for i := range twins {
		wg.Go(func() {
			got, err := s.cases.Log(keyed(s.As("police"), "twin", "a body"), whole())
			replay, ok := errors.AsType[*models.Replay](err)
			switch {
			case err == nil:
				answers[i] = got.Reference
			case ok:
				answers[i] = string(replay.Answer)
			default:
				t.Errorf("a twin failed: %v", err)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a == "" || a != answers[0] {
			t.Fatalf("got answers %v, want one", answers)
		}
	}
	for _, table := range []string{"cases", "victims", "incidents", "idempotency_keys"} {
		if n := s.Count(t, "select count(*) from "+table); n != 1 {
			t.Errorf("got %d rows in %s, want 1", n, table)
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case.logged'"); n != 1 {
		t.Errorf("got %d events, want 1", n)
	}
}

func TestACaseWhoseEventCannotBeWrittenIsNotLogged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	before := s.rows(t)
	s.Do(t, "revoke insert on audit_events from throughline_app")
	_, err := s.cases.Log(keyed(s.As("police"), "key", "body"), whole())
	wantCode(t, err, models.CodeUnavailable)
	if diff := cmp.Diff(before, s.rows(t)); diff != "" {
		t.Errorf("rows were left (-before +after):\n%s", diff)
	}
	for name, read := range map[string]func() error{
		"get":     func() error { _, err := s.cases.Get(s.As("police"), logged.ID); return err },
		"foreign": func() error { _, err := s.cases.Get(s.As("refuge"), logged.ID); return err },
		"missing": func() error { _, err := s.cases.Get(s.As("police"), uuid.New()); return err },
		"find":    func() error { _, err := s.cases.Find(s.As("police"), logged.Reference); return err },
		"list":    func() error { _, err := s.cases.List(s.As("police"), cases.Filter{}); return err },
		"search":  func() error { _, err := s.cases.Search(s.As("police"), cases.Query{Name: "Quillfeather"}); return err },
		"journey": func() error { _, err := s.cases.Journey(s.As("police"), logged.ID); return err },
		"contact": func() error { _, err := s.cases.SafeContact(s.As("police"), logged.ID); return err },
	} {
		if err := read(); models.CodeOf(err) != models.CodeUnavailable {
			t.Errorf("%s: got %v, want unavailable", name, err)
		}
	}
}

func TestOnlyRolesThatWorkWithCasesLogAndReadThem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	for _, who := range []string{"coordinator", "commissioner", "analyst", "privacy", "orgadmin", "admin"} {
		_, err := s.cases.Log(s.As(who), whole())
		wantCode(t, err, models.CodeForbidden)
		_, err = s.cases.Get(s.As(who), logged.ID)
		wantCode(t, err, models.CodeForbidden)
		_, err = s.cases.Search(s.As(who), cases.Query{Name: "Quillfeather"})
		wantCode(t, err, models.CodeForbidden)
		_, err = s.cases.List(s.As(who), cases.Filter{})
		wantCode(t, err, models.CodeForbidden)
	}
	_, err := s.cases.Log(s.As("witnesscare"), whole())
	wantCode(t, err, models.CodeForbidden)
}

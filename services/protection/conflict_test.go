package protection_test

import (
	"strings"
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/services/jobs"
	"throughline/services/protection"
)

// about plants a case that nobody else's can be taken for.
func (s *stage) about(t *testing.T, who, given, family, born string) testkit.CaseFacts {
	t.Helper()
	c := s.Case(t, s.As(who), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName, f.DateOfBirth = given, family, day(born) })
	s.Do(t, "delete from contact_details where case_id = $1", c.ID)
	return c
}

func day(text string) *time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil
	}
	return &at
}

func (s *stage) declare(t *testing.T, who string, in models.NewDeclaration) models.Declaration {
	t.Helper()
	d, err := s.svc.Declare(s.As(who), in)
	if err != nil {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	return d
}

// shown says what somebody meets who opens a case: open, asked or none.
func (s *stage) shown(t *testing.T, who string, c testkit.CaseFacts) string {
	t.Helper()
	_, err := s.cases.Get(s.As(who), c.ID)
	switch {
	case err == nil:
		return "open"
	case models.AsksConflict(err) == models.ConflictPath(c.ID):
		return "asked"
	case models.CodeOf(err) == models.CodeNotFound:
		return "none"
	}
	t.Fatalf("%s: %v", who, err)
	return ""
}

// TestARecordOfSomebodyDeclaredIsClosedOrAsksFirst declares before a case is
// logged and after: what is certain is closed, what may be asks, and a colleague
// who declared nothing works on.
func TestARecordOfSomebodyDeclaredIsClosedOrAsksFirst(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for name, k := range map[string]struct {
		in                        models.NewDeclaration
		given, family, born, want string
		crime                     string
	}{
		"a name and date of birth":     {models.NewDeclaration{Kind: "knows", GivenName: "Zita", FamilyName: "Elfgar", DateOfBirth: day("1990-02-03")}, "Zita", "Elfgar", "1990-02-03", "none", ""},
		"the name the other way round": {models.NewDeclaration{Kind: "knows", GivenName: "Quill", FamilyName: "Oona", DateOfBirth: day("1990-02-03")}, "Oona", "Quill", "1990-02-03", "none", ""},
		"another date of birth":        {models.NewDeclaration{Kind: "knows", GivenName: "Ruth", FamilyName: "Vane", DateOfBirth: day("1990-02-03")}, "Ruth", "Vane", "1971-02-03", "open", ""},
		"a date nobody knows":          {models.NewDeclaration{Kind: "knows", GivenName: "Lena", FamilyName: "Marsh", DateOfBirth: day("1990-02-03")}, "Lena", "Marsh", "", "asked", ""},
		"the name alone":               {models.NewDeclaration{Kind: "own_name", GivenName: "Ivo", FamilyName: "Sparrow"}, "Ivo", "Sparrow", "1971-02-03", "asked", ""},
		"the given name alone":         {models.NewDeclaration{Kind: "knows", GivenName: "Abel", FamilyName: "Crow"}, "Abel", "Heron", "1971-02-03", "open", ""},
		"a crime":                      {models.NewDeclaration{Kind: "suspect", CrimeReference: "01/55555/26"}, "Nell", "Finch", "1971-02-03", "none", "01/55555/26"},
	} {
		t.Run(name, func(t *testing.T) {
			log := func() testkit.CaseFacts {
				if k.crime == "" {
					return s.about(t, "support", k.given, k.family, k.born)
				}
				c := s.about(t, "support", k.given, k.family, k.born)
				s.Do(t, "update incidents set crime_key = $2 where case_id = $1", c.ID, testkit.LookUp(vault.CrimeKey, models.CrimeKey(k.crime)))
				return c
			}
			before := log()
			if got := s.shown(t, "caseworker", before); got != "open" {
				t.Fatalf("before anything was declared: got %q", got)
			}
			s.declare(t, "caseworker", k.in)
			if got := s.shown(t, "caseworker", before); got != k.want {
				t.Errorf("logged before: got %q, want %q", got, k.want)
			}
			if k.crime == "" { // the key is planted after the case here
				if got := s.shown(t, "caseworker", log()); got != k.want {
					t.Errorf("logged after: got %q, want %q", got, k.want)
				}
			}
			if got := s.shown(t, "support", before); got != "open" {
				t.Errorf("a colleague who declared nothing: got %q", got)
			}
		})
	}
}

func TestANumberThatIsDeclaredClosesTheRecordsThatHoldIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c := s.about(t, "support", "Nell", "Finch", "1971-02-03")
	put := func(number string) {
		s.Do(t, `insert into contact_details (channel_id, case_id, value, value_key) values ($1, $2, $3, $4)
			on conflict (channel_id) do update set value_key = excluded.value_key`,
			c.Phone, c.ID, testkit.Seal(vault.ContactValue, c.Phone, number), testkit.LookUp(vault.ContactValueKey, number))
	}
	put("447700900155")
	s.declare(t, "caseworker", models.NewDeclaration{Kind: "suspect", Contact: "07700 900155"})
	s.declare(t, "caseworker.manager", models.NewDeclaration{Kind: "knows", Contact: "07700 900166"})
	if a, b := s.shown(t, "caseworker", c), s.shown(t, "caseworker.manager", c); a != "none" || b != "open" {
		t.Errorf("got %q and %q, want the one whose number it is kept out", a, b)
	}
	put("447700900166")
	if got := s.shown(t, "caseworker.manager", c); got != "none" {
		t.Errorf("the number was given later: got %q", got)
	}
	if n := s.Count(t, "select count(*) from conflicts where name is not null or position('900155'::bytea in value_key) > 0"); n != 0 {
		t.Errorf("%d declarations hold the number itself", n)
	}
}

// TestWhoIsAskedAnswersOnceAndIsShownOrKeptOut is the first view of a record of
// somebody who has the reader's own name, and of one in their household.
func TestWhoIsAskedAnswersOnceAndIsShownOrKeptOut(t *testing.T) {
	t.Parallel()
	s := setup(t)
	given, family, _ := strings.Cut(s.Person("caseworker").Name, " ")
	namesake := s.about(t, "support", given, family, "1971-02-03")
	if err := alerts.New(s.DB, models.MustCalendar()).SayHousehold(s.As("caseworker"), []string{"Wren"}, "E09000012"); err != nil {
		t.Fatal(err)
	}
	near := s.about(t, "support", "Nell", "Wren", "1971-02-03")
	for why, c := range map[string]testkit.CaseFacts{"own_name": namesake, "household": near} {
		if got := s.shown(t, "caseworker", c); got != "asked" {
			t.Fatalf("%s: got %q, want to be asked first", why, got)
		}
		if got, err := s.svc.Asked(s.As("caseworker"), c.ID); got != why || err != nil {
			t.Errorf("got %q, %v, want %s", got, err, why)
		}
		if n := s.Count(t, "select count(*) from audit_events where case_id = $1 and actor_user_id = $2", c.ID, s.Person("caseworker").ID); n != 0 {
			t.Errorf("%d events, of somebody who was shown nothing", n)
		}
		if got := code(s.svc.Know(s.As("caseworker"), c.ID, protection.Knowing{})); got != models.CodeInvalid {
			t.Errorf("no answer: got %q", got)
		}
	}
	no, yes := false, true
	if _, err := s.svc.Know(s.As("caseworker"), namesake.ID, protection.Knowing{Knows: &no}); err != nil {
		t.Fatal(err)
	}
	if got := s.shown(t, "caseworker", namesake); got != "open" {
		t.Errorf("does not know them: got %q", got)
	}
	if _, err := s.svc.Know(s.As("caseworker"), near.ID, protection.Knowing{Knows: &yes, Reason: "family"}); err != nil {
		t.Fatal(err)
	}
	if got := s.shown(t, "caseworker", near); got != "none" {
		t.Errorf("is family: got %q", got)
	}
	if _, err := jobs.Drain(s.System(), s.DB); err != nil {
		t.Fatal(err)
	}
	if n := s.Count(t, "select count(*) from alerts where kind = 'conflict' and about_user_id = $1 and case_id = $2", s.Person("caseworker").ID, near.ID); n != 1 {
		t.Errorf("got %d alerts, want their privacy officer to be told once", n)
	}
	found, err := s.svc.Get(s.As("privacy"), near.ID)
	if err != nil || len(found.Bars) != 1 || found.Bars[0].Source != "declared" || found.Bars[0].Reason != "family" || found.Bars[0].Who != "" {
		t.Errorf("got %+v, %v, want the privacy officer to find one bar, and not whose", found.Bars, err)
	}
}

func TestWhoeverHasARecordBeforeThemSaysThatTheyKnowThePerson(t *testing.T) {
	t.Parallel()
	s := setup(t)
	yes := true
	for who, want := range map[string]models.Code{"refuge": models.CodeNotFound, "orgadmin": models.CodeNotFound, "caseworker": ""} {
		if got := code(s.svc.Know(s.As(who), s.ID, protection.Knowing{Knows: &yes, Reason: "knows_victim"})); got != want {
			t.Errorf("%s: got %q, want %q", who, got, want)
		}
	}
	if got := s.shown(t, "caseworker", s.CaseFacts); got != "none" {
		t.Errorf("got %q, want the record closed to who logged it and knows them", got)
	}
	if got := s.shown(t, "support", s.CaseFacts); got != "open" {
		t.Errorf("a colleague: got %q", got)
	}
	if got := code(s.svc.Asked(s.As("caseworker"), s.ID)); got != models.CodeNotFound {
		t.Errorf("asking after it: got %q", got)
	}
}

// TestADeclarationDoesNotComeBackAfterAPrivacyOfficerLiftedIt lifts a bar that
// was wrong, and logs another case of the same person.
func TestADeclarationDoesNotComeBackAfterAPrivacyOfficerLiftedIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c := s.about(t, "support", "Zita", "Elfgar", "1990-02-03")
	s.declare(t, "caseworker", models.NewDeclaration{Kind: "knows", GivenName: "Zita", FamilyName: "Elfgar", DateOfBirth: day("1990-02-03")})
	s.CaseFacts = c
	v, err := s.svc.Get(s.As("privacy"), c.ID)
	if err != nil || len(v.Bars) != 1 {
		t.Fatalf("got %+v, %v", v.Bars, err)
	}
	d := s.decide(t, "privacy", protection.Ask{Action: models.ProtectLiftBar, BarID: v.Bars[0].ID, Reason: "not_the_same"})
	if _, err := s.svc.Answer(s.As("caseworker.manager"), c.ID, d.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	s.Do(t, "update victims set borough = 'E09000001' where id = $1", c.VictimID)
	if got := s.shown(t, "caseworker", c); got != "open" {
		t.Errorf("got %q, want it open again", got)
	}
}

func TestRecordsOfAnotherEmployerAskFirst(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c := s.about(t, "police", "Nell", "Finch", "1971-02-03")
	r := s.Referral(t, c, testkit.ServiceISVA, models.StatusAccepted)
	d := s.declare(t, "vawg", models.NewDeclaration{Kind: "employer", EmployerID: s.Org(testkit.OrgPolice).ID})
	if got, err := s.svc.Asked(s.As("vawg"), c.ID); got != "employer" || err != nil {
		t.Fatalf("got %q, %v, want the referral of their other employer to ask (%s)", got, err, r.Reference)
	}
	if _, err := s.svc.EndConflict(s.As("caseworker"), d.ID); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("another's declaration: got %v, want not found", err)
	}
	if _, err := s.svc.EndConflict(s.As("vawg"), d.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := s.svc.Asked(s.As("vawg"), c.ID); got != "" || err != nil {
		t.Errorf("taken back: got %q, %v", got, err)
	}
}

// TestWhatIsDeclaredIsReadByWhoDeclaredItAlone asks for others' declarations.
func TestWhatIsDeclaredIsReadByWhoDeclaredItAlone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.declare(t, "caseworker", models.NewDeclaration{Kind: "knows", GivenName: "Zita", FamilyName: "Elfgar"})
	for who, want := range map[string]int{"caseworker": 1, "support": 0, "privacy": 0, "caseworker.manager": 0, "orgadmin": 0} {
		if list, err := s.svc.Conflicts(s.As(who)); err != nil || len(list) != want {
			t.Errorf("%s: got %d, %v, want %d", who, len(list), err, want)
		}
	}
}

func TestADeclarationSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	own := s.Org(testkit.OrgPolice).ID
	for name, k := range map[string]struct {
		in    models.NewDeclaration
		field string
	}{
		"nothing":                       {models.NewDeclaration{}, "kind"},
		"nobody":                        {models.NewDeclaration{Kind: "knows"}, "given_name"},
		"half a name":                   {models.NewDeclaration{Kind: "knows", GivenName: "Zita"}, "family_name"},
		"a birthday in the future":      {models.NewDeclaration{Kind: "knows", GivenName: "Zita", FamilyName: "Elfgar", DateOfBirth: day("2090-01-01")}, "date_of_birth"},
		"no number":                     {models.NewDeclaration{Kind: "knows", Contact: "next door"}, "contact"},
		"their own organisation":        {models.NewDeclaration{Kind: "employer", EmployerID: own}, "organisation_id"},
		"no organisation":               {models.NewDeclaration{Kind: "employer"}, "organisation_id"},
		"an organisation that is none":  {models.NewDeclaration{Kind: "employer", EmployerID: models.NewID()}, "organisation_id"},
		"an organisation and a person":  {models.NewDeclaration{Kind: "employer", EmployerID: s.Org(testkit.OrgRefuge).ID, GivenName: "Zita", FamilyName: "Elfgar"}, "kind"},
		"another name without the name": {models.NewDeclaration{Kind: "own_name"}, "given_name"},
	} {
		_, err := s.svc.Declare(s.As("police"), k.in)
		if f := models.FieldsOf(err); models.CodeOf(err) != models.CodeInvalid || len(f) == 0 || f[0].Field != k.field {
			t.Errorf("%s: got %v %v, want a fault of %s", name, err, f, k.field)
		}
	}
}

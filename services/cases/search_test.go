package cases_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/cases"
)

func TestACaseIsFoundByWhatIsKnownOfIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	logged := s.log(t, ctx, func(in *cases.LogInput) {
		in.Victim.GivenName, in.Victim.FamilyName = "Ana-María", "de Souza O’Neil"
	})
	s.log(t, ctx, func(in *cases.LogInput) {
		in.Victim = models.Victim{GivenName: "Other", FamilyName: "Person", DateOfBirth: day("1980-01-01"), Borough: "Camden"}
		in.SafeContact, in.Incidents[0].CrimeReference = models.SafeContact{}, ""
	})
	for _, q := range []cases.Query{
		{Name: "ana maria de souza oneil"},
		{Name: "DE SOUZA O'NEIL, Ana María"},
		{Name: "ana m"},
		{Name: "de s"},
		{Name: "de souza o"},
		{Name: "ana"},
		{Name: "zeph"},
		{Name: "Zeph", YearOfBirth: 1992},
		{Name: "ana", DateOfBirth: day("1992-03-14")},
		{DateOfBirth: day("1992-03-14")},
		{Reference: strings.ToLower(strings.ReplaceAll(logged.Reference, "-", ""))},
		{CrimeReference: "cad1234 14nov26"},
		{Phone: "+44 7700 900123"},
		{Phone: "(07700) 900-123"},
		{Postcode: "E81EA"},
		{Name: "ana", Phone: "07700900123", Postcode: "e8 1ea", CrimeReference: "CAD 1234/14NOV26", DateOfBirth: day("1992-03-14"), Reference: logged.Reference},
	} {
		found, err := s.cases.Search(ctx, q)
		if err != nil || len(found.Items) != 1 || found.Items[0].ID != logged.ID {
			t.Errorf("%+v: got %+v, %v", q, found.Items, err)
		}
	}
	for _, q := range []cases.Query{
		{Name: "maria ana"},
		{Name: "souza"},
		{Name: "anam"},
		{Name: "ana", YearOfBirth: 1991},
		{Name: "zeph", DateOfBirth: day("1992-03-15")},
		{Phone: "07700 900124"},
		{Postcode: "E8 1EB"},
		{CrimeReference: "CAD1234"},
		{Reference: models.NewCaseReference()},
		{Reference: logged.Reference, Name: "Other"},
		{Name: "%"},
		{Name: "__"},
		{Name: "ana%"},
	} {
		found, err := s.cases.Search(ctx, q)
		if q.Name == "%" || q.Name == "__" {
			wantCode(t, err, models.CodeInvalid)
			continue
		}
		if err != nil || len(found.Items) != 0 {
			t.Errorf("%+v: got %+v, %v, want nothing", q, found.Items, err)
		}
	}
}

func TestASearchOfWhatCannotBeSearchedIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for field, q := range map[string]cases.Query{
		"name": {}, "reference": {Reference: "C-1234-5678-9"}, "phone": {Phone: "12"}, "postcode": {Postcode: "nowhere"}, "crime_reference": {CrimeReference: "//"},
		"date_of_birth": {DateOfBirth: day("2026-11-17")}, "year_of_birth": {Name: "ana", YearOfBirth: 2027},
	} {
		_, err := s.cases.Search(s.As("police"), q)
		wantCode(t, err, models.CodeInvalid)
		if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != field {
			t.Errorf("%+v: got faults %+v, want one of %s", q, f, field)
		}
	}
	for _, q := range []cases.Query{{Name: "x"}, {Name: strings.Repeat("x", 900)}, {YearOfBirth: 1992}} {
		_, err := s.cases.Search(s.As("police"), q)
		wantCode(t, err, models.CodeInvalid)
	}
}

func TestASearchShowsTwentyAndSaysThereAreMore(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("caseworker")
	var want []uuid.UUID
	for i := range 21 {
		c := s.log(t, ctx, func(in *cases.LogInput) { in.Victim.GivenName = fmt.Sprintf("Number%02d", i) })
		if want = append(want, c.ID); i > 0 {
			s.Clock.Advance(1e9)
		}
	}
	found, err := s.cases.Search(ctx, cases.Query{Name: "quill"})
	if err != nil || len(found.Items) != 20 || !found.More || found.Items[0].ID != want[20] {
		t.Fatalf("got %d, more %v, %v; want the latest twenty", len(found.Items), found.More, err)
	}
	if n := s.Count(t, "select jsonb_array_length(detail->'cases') from audit_events where action = 'case.searched'"); n != 20 {
		t.Errorf("the trail names %d cases, want the 20 shown", n)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case.searched' and detail->>'by' = '[\"name\"]' and case_id is null"); n != 1 {
		t.Errorf("the trail does not say what kind of thing was asked")
	}
}

func TestWhatIsBarredAndWhatIsNotThereAreOneAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	for _, who := range []string{"caseworker", "refuge", "vawg"} {
		for _, pair := range [][2]cases.Query{
			{{Name: "Zephyrine Quillfeather"}, {Name: "Nobody Atall"}},
			{{Phone: "07700900123"}, {Phone: "07700900999"}},
			{{Reference: logged.Reference}, {Reference: models.NewCaseReference()}},
			{{CrimeReference: "CAD 1234/14NOV26"}, {CrimeReference: "CAD 9"}},
			{{DateOfBirth: day("1992-03-14")}, {DateOfBirth: day("1993-03-14")}},
			{{Postcode: "E8 1EA"}, {Postcode: "E9 9ZZ"}},
		} {
			barred, errB := s.cases.Search(s.As(who), pair[0])
			absent, errA := s.cases.Search(s.As(who), pair[1])
			if errA != nil || errB != nil || !cmp.Equal(barred, absent) || len(barred.Items) != 0 {
				t.Errorf("%s, %+v: got %+v %v for barred, %+v %v for absent", who, pair[0], barred, errB, absent, errA)
			}
		}
	}
}

// A plan is what makes a search fast or a scan of all of London.
func TestNoSearchScansATable(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.log(t, s.As("police"))
	s.Do(t, `insert into victims (id, given_name, family_name, given_key, family_key, known_key, date_of_birth, postcode_key, created_at)
		select gen_random_uuid(), 'g' || i, 'f' || i, 'g' || i, 'f' || i, 'k' || i, date '1950-01-01' + i % 20000, '\x01'::bytea || substr(sha256(('E8 ' || i % 10 || 'AB')::bytea), 1, 16), now() from generate_series(1, 30000) i`)
	s.Do(t, `insert into cases (id, reference, victim_id, source, accountable_org_id, logged_by_org_id, logged_by, risk_level, enhanced, logged_at, updated_at)
		select v.id, 'C-' || translate(upper(substr(md5(v.id::text), 1, 4)), 'ILOU', '1107') || '-' || translate(upper(substr(md5(v.id::text), 5, 4)), 'ILOU', '1107') || '-0',
		v.id, 'police', $1, $1, $2, 'standard', false, now(), now() from victims v where v.known_key like 'k%' on conflict do nothing`, s.Org("lvs").ID, s.Person("caseworker").ID)
	s.Do(t, "insert into incidents (id, case_id, position, crime_key, summary) select gen_random_uuid(), id, 1, '\x01'::bytea || substr(sha256(id::text::bytea), 1, 16), '' from cases")
	s.Do(t, "insert into contact_channels (id, case_id, position, channel) select id, id, 1, 'phone' from cases where id not in (select case_id from contact_channels)")
	s.Do(t, "insert into contact_details (channel_id, case_id, value_key) select id, id, '\x01'::bytea || substr(sha256(id::text::bytea), 1, 16) from contact_channels where id = case_id")
	s.Do(t, "analyze")
	for _, who := range []string{"caseworker", "refuge"} {
		for driver, plan := range s.plans(t, s.As(who)) {
			for _, table := range []string{"victims", "cases", "incidents", "contact_details"} {
				if strings.Contains(plan, "Seq Scan on "+table) {
					t.Errorf("%s, by %s: the plan scans %s:\n%s", who, driver, table, plan)
				}
			}
		}
	}
}

// plans explains every statement of a search as the product runs it.
func (s *stage) plans(t *testing.T, ctx context.Context) map[string]string {
	t.Helper()
	out := map[string]string{}
	for driver, q := range cases.SearchStatements() {
		b, err := s.DB.Begin(ctx)
		if err != nil {
			t.Fatalf("explaining: %v", err)
		}
		var lines []string
		cases.QueueExplain(b, q, &lines)
		if err := b.Send(0); err != nil {
			t.Fatalf("explaining the search by %s: %v", driver, err)
		}
		out[driver] = strings.Join(lines, "\n")
	}
	if len(out) != 6 || out["name"] == "" {
		t.Fatalf("got plans %v, want one for each driver", out)
	}
	return out
}

package linkage_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/linkage"
	"throughline/internal/linkage/sets"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/protection"
)

// TestTheNetHoldsWhateverTheScorePutsForward compares the pairs of both labelled
// sets, and people written down again, in Go and in the database: whoever is
// likely to be one person, by a given name that may be theirs, is held until
// somebody has looked.
func TestTheNetHoldsWhateverTheScorePutsForward(t *testing.T) {
	t.Parallel()
	s := setup(t)
	all, err := sets.Load()
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][2]linkage.Record
	for _, set := range all {
		for _, p := range set.True {
			pairs = append(pairs, [2]linkage.Record{set.Records[p[0]], set.Records[p[1]]})
		}
	}
	people, again, err := sets.Made(2000, 1500, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range again {
		pairs = append(pairs, [2]linkage.Record{people[a.Of], a.Record})
	}
	var given, family, place, home [2][]*string
	var born [2][]*time.Time
	var likely int
	var scores []float64
	for _, p := range pairs {
		a, b := compared(p[0]), compared(p[1])
		r := linkage.Compare(&a, &b)
		if !r.Likely(linkage.London) {
			continue
		}
		likely++
		scores = append(scores, r.Score)
		for i, x := range []linkage.Record{a, b} {
			given[i], family[i], place[i], home[i] = append(given[i], orNone(x.Given)), append(family[i], orNone(x.Family)), append(place[i], orNone(x.Place)), append(home[i], orNone(x.Postcode))
			if x.Birth.IsZero() {
				born[i] = append(born[i], nil)
			} else {
				born[i] = append(born[i], &x.Birth)
			}
		}
	}
	rows, err := s.Owner.Query(t.Context(), `select n, g1, f1, b1::text, g2, f2, b2::text from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[], $9::text[], $10::text[])
		with ordinality as x (g1, f1, b1, p1, a1, g2, f2, b2, p2, a2, n)
		where not (may_be_one(g1, f1, b1, p1::bytea, a1, g2, f2, b2, p2::bytea, a2) and (coalesce(b2 = any (born_alike(b1)), false) or coalesce(f2 in (f1, g1), false)
			or coalesce(g2 in (f1, g1), false) or coalesce(p1 = p2, false)))
		and (g1 is null or g2 is null or names_alike(g1, g2) or short_form(g1, g2) or names_alike(g1, f2) and names_alike(f1, g2))`,
		given[0], family[0], born[0], home[0], place[0], given[1], family[1], born[1], home[1], place[1])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var who [6]*string
		if err := rows.Scan(&n, &who[0], &who[1], &who[2], &who[3], &who[4], &who[5]); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%.1f and not held: %s", scores[n-1], text(who[:]))
	}
	if rows.Err() != nil || likely < 1500 {
		t.Errorf("%d pairs, %v", likely, rows.Err())
	}
}

// TestTheDatabaseKnowsTheShortFormsThatTheScoreKnows holds the two lists to be
// one, name by name, and a name of another family to be no short form.
func TestTheDatabaseKnowsTheShortFormsThatTheScoreKnows(t *testing.T) {
	t.Parallel()
	s := setup(t)
	lines := linkage.ShortForms()
	var wrong int
	if err := s.Owner.QueryRow(t.Context(), `with names as (select n, unnest(string_to_array(line, ' ')) as name from unnest($1::text[]) with ordinality as x (line, n))
		select count(*) from (select distinct name from names) a cross join (select distinct name from names) b
		where short_form(a.name, b.name) <> exists (select from names x join names y on y.n = x.n where x.name = a.name and y.name = b.name)`, lines).Scan(&wrong); err != nil {
		t.Fatal(err)
	}
	if wrong > 0 || len(lines) < 80 {
		t.Errorf("%d pairs of names are short forms in one list and not in the other, of %d lines", wrong, len(lines))
	}
}

// compared keeps what the net compares by; a number or crime in common is held
// by itself.
func compared(r linkage.Record) linkage.Record {
	r.Email, r.Contacts, r.Crimes, r.Known = "", nil, nil, ""
	return r
}

func orNone(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func text(words []*string) (out string) {
	for _, w := range words {
		if w == nil {
			out += " -"
		} else {
			out += " " + *w
		}
	}
	return out
}

// TestARecordThatMayBeOfSomebodyHiddenIsHeldFromTheFirstMoment logs somebody
// whose name and date of birth differ by slips from those of a restricted
// record; nobody has compared them yet.
func TestARecordThatMayBeOfSomebodyHiddenIsHeldFromTheFirstMoment(t *testing.T) {
	t.Parallel()
	s := setup(t)
	guard := protection.New(s.DB, models.MustCalendar())
	first := s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03")
	if _, err := guard.Decide(s.As("caseworker.manager"), first.ID, protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("caseworker.manager").ID}, Reason: "works_here"}); err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]struct {
		given, family, born string
		held                bool
	}{
		"slips in both":        {"Zitta", "Elfgarr", "1990-03-02", true},
		"the other way round":  {"Elfgar", "Zita", "1990-02-04", true},
		"a married name":       {"Zita", "Marsh", "1990-02-03", true},
		"somebody else":        {"Ruth", "Vane", "1971-10-20", false},
		"a twin":               {"Mabel", "Elfgar", "1990-02-03", false},
		"another of that name": {"Zita", "Vane", "1971-10-20", false},
	} {
		c := s.Case(t, s.As("refuge"), func(f *testkit.CaseFacts) {
			f.GivenName, f.FamilyName, f.DateOfBirth = k.given, k.family, day(k.born)
			f.OffenceTypes = []string{"burglary"}
		})
		var held bool
		if err := s.Owner.QueryRow(t.Context(), "select held from cases where id = $1", c.ID).Scan(&held); err != nil {
			t.Fatal(err)
		}
		if held != k.held {
			t.Errorf("%s: held %v, want %v", name, held, k.held)
		}
		s.Do(t, "delete from contact_details where case_id = $1", c.ID) // every planted case has the same number
		if _, err := s.cases.Read(s.As("refuge"), c.ID); err != nil {
			t.Errorf("%s: who logged it is kept out: %v", name, err)
		}
	}
}

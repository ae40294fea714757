package linkage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/linkage"
)

func born(day string) time.Time {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return at
}

func person(given, family, day string) linkage.Record {
	return linkage.New(linkage.Record{Given: given, Family: family, Birth: born(day)})
}

// TestFieldsAgreeAsPeopleWriteThem goes through what is written in more than one
// way and what only looks alike.
func TestFieldsAgreeAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	amara := person("Amara", "Okafor", "1990-03-05")
	for name, k := range map[string]struct {
		a, b  linkage.Record
		field linkage.Field
		want  linkage.Level
	}{
		"accents":                        {person("Zoë", "", ""), person("Zoe", "", ""), linkage.FieldGiven, linkage.Same},
		"an apostrophe":                  {person("", "O'Brien", ""), person("", "OBrien", ""), linkage.FieldFamily, linkage.Same},
		"a space":                        {person("", "Mac Donald", ""), person("", "Macdonald", ""), linkage.FieldFamily, linkage.Same},
		"a short form":                   {person("Katherine", "", ""), person("Kate", "", ""), linkage.FieldGiven, linkage.Short},
		"another way into Latin letters": {person("Muhammad", "", ""), person("Mohamed", "", ""), linkage.FieldGiven, linkage.Short},
		"a short form is no family name": {person("", "Kate", ""), person("", "Katherine", ""), linkage.FieldFamily, linkage.Differs},
		"a letter":                       {person("Lukue", "", ""), person("Luke", "", ""), linkage.FieldGiven, linkage.Near},
		"two that changed places":        {person("", "Clakr", ""), person("", "Clark", ""), linkage.FieldFamily, linkage.Near},
		"a half of a double name":        {person("", "Smith-Jones", ""), person("", "Jones", ""), linkage.FieldFamily, linkage.Near},
		"an initial":                     {person("A", "", ""), person("Amara", "", ""), linkage.FieldGiven, linkage.Partly},
		"another name":                   {person("Alice", "", ""), person("Amara", "", ""), linkage.FieldGiven, linkage.Differs},
		"another short name":             {person("Ann", "", ""), person("Ian", "", ""), linkage.FieldGiven, linkage.Differs},
		"names the other way round":      {amara, person("Okafor", "Amara", ""), linkage.FieldGiven, linkage.Crossed},
		"the same day":                   {amara, person("", "", "1990-03-05"), linkage.FieldBirth, linkage.Same},
		"day and month":                  {amara, person("", "", "1990-05-03"), linkage.FieldBirth, linkage.Crossed},
		"the day after":                  {amara, person("", "", "1990-03-06"), linkage.FieldBirth, linkage.Near},
		"the first of the next month":    {person("", "", "1990-03-31"), person("", "", "1990-04-01"), linkage.FieldBirth, linkage.Near},
		"another decade":                 {amara, person("", "", "1980-03-05"), linkage.FieldBirth, linkage.Near},
		"figures that changed places":    {amara, person("", "", "1909-03-05"), linkage.FieldBirth, linkage.Near},
		"a little of everything":         {amara, person("", "", "1991-04-06"), linkage.FieldBirth, linkage.Partly},
		"another day":                    {amara, person("", "", "1972-11-20"), linkage.FieldBirth, linkage.Differs},
		"no day":                         {amara, person("", "", ""), linkage.FieldBirth, ""},
		"a postcode with a slip":         {linkage.New(linkage.Record{Postcode: "e8 1dy"}), linkage.New(linkage.Record{Postcode: "E81DX"}), linkage.FieldPostcode, linkage.Near},
		"two keys of postcodes":          {linkage.Record{Postcode: "0123456789abcdef"}, linkage.Record{Postcode: "0123456789abcdee"}, linkage.FieldPostcode, linkage.Differs},
		"an address with a slip":         {linkage.Record{Email: "roberta25@smith.net"}, linkage.Record{Email: "robert255@smith.net"}, linkage.FieldEmail, linkage.Near},
		"two keys of addresses":          {linkage.Record{Email: "0123456789abcdef"}, linkage.Record{Email: "0123456789abcdee"}, linkage.FieldEmail, linkage.Differs},
		"one number of several":          {linkage.Record{Contacts: []string{"a", "b"}}, linkage.Record{Contacts: []string{"c", "b"}}, linkage.FieldContact, linkage.Same},
		"a crime":                        {linkage.Record{Crimes: []string{"a"}}, linkage.Record{Crimes: []string{"a"}}, linkage.FieldCrime, linkage.Same},
	} {
		for _, turned := range []bool{false, true} {
			a, b := k.a, k.b
			if turned {
				a, b = b, a
			}
			var got linkage.Level
			for _, f := range linkage.Compare(&a, &b).Findings {
				if f.Field == k.field {
					got = f.Level
				}
			}
			if got != k.want {
				t.Errorf("%s: got %q, want %q", name, got, k.want)
			}
		}
	}
}

// TestAScoreIsTheSumOfWhatIsFound adds up what a reviewer is told.
func TestAScoreIsTheSumOfWhatIsFound(t *testing.T) {
	t.Parallel()
	a, b := person("Amara", "Okafor", "1990-03-05"), person("Amarah", "Okafor", "1990-05-03")
	got := linkage.Compare(&a, &b)
	sum := 0.0
	for _, f := range got.Findings {
		sum += f.Weight
	}
	if got.Score != sum || !got.Likely(linkage.London) {
		t.Errorf("got %.1f of %+v, want %.1f and likely", got.Score, got.Findings, sum)
	}
	if diff := cmp.Diff(got, linkage.Compare(&b, &a)); diff != "" {
		t.Errorf("the other way round:\n%s", diff)
	}
}

// TestAFamilyIsNotOnePerson has a family share everything but given names and
// birthdays, and twins the birthday as well: they alone are put forward.
func TestAFamilyIsNotOnePerson(t *testing.T) {
	t.Parallel()
	home := func(given, day string) linkage.Record {
		r := person(given, "Okafor", day)
		r.Postcode, r.Place, r.Contacts, r.Crimes = "E81DY", "hackney", []string{"the family's"}, []string{"the crime"}
		return r
	}
	amara, sister, twin := home("Amara", "1990-03-05"), home("Chidi", "1992-11-20"), home("Chidi", "1990-03-05")
	near := home("Chidi", "1991-03-05")
	if r := linkage.Compare(&amara, &sister); r.Likely(linkage.London) || r.Likely(1000) {
		t.Errorf("a sister: got %.1f", r.Score)
	}
	if r := linkage.Compare(&amara, &near); r.Likely(linkage.London) || r.Likely(1000) {
		t.Errorf("a sister a year younger to the day: got %.1f", r.Score)
	}
	if r := linkage.Compare(&amara, &twin); !r.Likely(linkage.London) {
		t.Errorf("a twin cannot be told from a wrong name: got %.1f", r.Score)
	}
}

// TestARecordFindsItsCandidatesByTheirKeys holds which slips still find each other.
func TestARecordFindsItsCandidatesByTheirKeys(t *testing.T) {
	t.Parallel()
	all := []linkage.Record{
		person("Amara", "Okafor", "1990-03-05"),
		person("Someone", "Else", "1950-01-20"),
	}
	x := linkage.NewIndex(all)
	for name, r := range map[string]linkage.Record{
		"the same":             person("Amara", "Okafor", "1990-03-05"),
		"another name":         person("Xenia", "Quist", "1990-03-05"),
		"day and month":        person("Xenia", "Quist", "1990-05-03"),
		"a year more":          person("Xenia", "Quist", "1991-03-05"),
		"more parts, a letter": person("Omara", "Quist", "1991-04-06"),
		"names, another day":   person("Okafor", "Amara", "1971-12-24"),
		"a name and the year":  person("Amara", "Onafor", "1990-12-24"),
	} {
		if got := x.Candidates(&r); len(got) != 1 || got[0] != 0 {
			t.Errorf("%s: got %v, want the one", name, got)
		}
	}
	if got := x.Candidates(&linkage.Record{Given: "amara"}); len(got) != 0 {
		t.Errorf("a given name alone: got %v", got)
	}
}

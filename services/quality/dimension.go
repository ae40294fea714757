package quality

import (
	"slices"
	"strings"

	"throughline/models"
)

// Dimension is what a measure can be grouped by.
type Dimension string

// The dimensions of contract.md section 4 and issue 6.
const (
	ByOrganisation Dimension = "organisation"
	ByService      Dimension = "service"
	ByBorough      Dimension = "borough"
	BySector       Dimension = "sector" // five parts of London, for what is too rare by borough
	ByPathway      Dimension = "pathway"
	ByMonth        Dimension = "month"
	ByQuarter      Dimension = "quarter"
	ByOffence      Dimension = "offence_group"
	ByNeed         Dimension = "need"
	ByRule         Dimension = "rule"
	ByAge          Dimension = "age_band"
	ByEthnicGroup  Dimension = "ethnic_group"
	BySex          Dimension = "sex"
	ByDisability   Dimension = "disability"
)

// Dimensions lists them, those of who somebody is last.
func Dimensions() []Dimension {
	return []Dimension{
		ByOrganisation, ByService, ByBorough, BySector, ByPathway, ByMonth, ByQuarter, ByOffence, ByNeed, ByRule,
		ByAge, ByEthnicGroup, BySex, ByDisability,
	}
}

// Words name the dimension as filters and tables do.
func (d Dimension) Words() string {
	switch d {
	case ByOffence:
		return "Kind of crime"
	case ByRule:
		return "Clock"
	case ByAge:
		return "Age"
	case ByEthnicGroup:
		return "Ethnic group"
	case BySector:
		return "Part of London"
	case ByOrganisation, ByService, ByBorough, ByPathway, ByMonth, ByQuarter, ByNeed, BySex, ByDisability:
	}
	return strings.ToUpper(string(d[:1])) + string(d[1:])
}

// OfPerson reports whether the dimension is about who somebody is.
func (d Dimension) OfPerson() bool {
	return slices.Contains([]Dimension{ByAge, ByEthnicGroup, BySex, ByDisability}, d)
}

// mayStand reports whether a dimension may be grouped by beside another: what
// says who somebody is, never beside where they live, what was done to them or
// anything else that does (domain.md 5.4).
func (d Dimension) mayStand(beside Dimension) bool {
	large := []Dimension{ByOrganisation, ByPathway, ByMonth, ByQuarter}
	return (!d.OfPerson() || slices.Contains(large, beside)) && (!beside.OfPerson() || slices.Contains(large, d))
}

// unknown is the group of what nobody said, or what does not belong to the
// measure: a hand-off has no service.
const unknown = "unknown"

// column is the SQL of a dimension: its key and its words, with what it joins.
// Where the words are nil the key's words are found in Go.
func (d Dimension) column() (key, words, join string) {
	of := func(column string) (string, string, string) {
		k := "coalesce(f." + column + ", '" + unknown + "')"
		return k, k, ""
	}
	switch d {
	case ByOrganisation:
		return "f.to_org_id::text", "o.name", "join organisations o on o.id = f.to_org_id"
	case ByService:
		return "coalesce(f.service_id::text, '" + unknown + "')", "coalesce(s.name || ', ' || so.name, 'Not of one service')",
			"left join services s on s.id = f.service_id left join organisations so on so.id = s.org_id"
	case ByBorough:
		return "coalesce(f.borough, '" + unknown + "')", "coalesce(a.name, 'Not known')", "left join authorities a on a.code = f.borough"
	case BySector:
		k := sectors()
		return k, k, ""
	case ByOffence:
		k := offenceGroups()
		return k, k, ""
	case ByNeed:
		return "nd.need", "nd.need", "cross join lateral unnest(case when cardinality(f.needs) > 0 then f.needs else array['" + unknown + "'] end) nd (need)"
	case ByMonth:
		return "to_char(f.month, 'YYYY-MM')", "to_char(f.month, 'YYYY-MM')", ""
	case ByQuarter:
		return "to_char(f.month, 'YYYY-\"Q\"Q')", "to_char(f.month, 'YYYY-\"Q\"Q')", ""
	case ByAge, ByEthnicGroup, BySex, ByDisability, ByPathway, ByRule:
	}
	return of(string(d))
}

// offenceGroups turns the kind of crime of a line into the group it counts in.
func offenceGroups() string {
	var out strings.Builder
	out.WriteString("case f.offence_group")
	for _, o := range models.Offences() {
		out.WriteString(" when '" + o.Key + "' then '" + models.OffenceGroup(o.Key) + "'")
	}
	out.WriteString(" else case when f.offence_group is null then '" + unknown + "' else '" + models.CrimeOther + "' end end")
	return out.String()
}

// sectors turns the borough of a line into the part of London it lies in.
func sectors() string {
	var out strings.Builder
	out.WriteString("case f.borough")
	for _, a := range models.Authorities() {
		out.WriteString(" when '" + a.Code + "' then '" + string(a.Sector) + "'")
	}
	return out.String() + " else '" + unknown + "' end"
}

// say gives the words of a key where the database has none.
func (d Dimension) say(g Group) Group {
	if d == ByService || d == ByBorough || d == ByOrganisation || d == ByMonth || d == ByQuarter || d == ByPathway && g.Key != unknown {
		return g
	}
	if g.Key == unknown {
		g.Words = "Not known"
		return g
	}
	switch d {
	case BySector:
		g.Words = models.ChoiceWords(models.Sectors(), g.Key)
	case ByOffence:
		g.Words = models.ChoiceWords(models.OffenceGroups(), g.Key)
	case ByNeed:
		g.Words = needWords(g.Key)
	case ByRule:
		g.Words = g.Key + " " + models.LowerFirst(models.Rule(g.Key).Words())
	case ByAge:
		g.Words = models.ChoiceWords(ageBands(), g.Key)
	case ByEthnicGroup, BySex, ByDisability:
		g.Words = models.EqualityWords(string(d), g.Key)
	case ByOrganisation, ByService, ByBorough, ByPathway, ByMonth, ByQuarter:
	}
	return g
}

func ageBands() []models.Choice {
	return []models.Choice{
		{Key: "under_18", Words: "Under 18"},
		{Key: "18_24", Words: "18 to 24"},
		{Key: "25_44", Words: "25 to 44"},
		{Key: "45_64", Words: "45 to 64"},
		{Key: "65_over", Words: "65 and over"},
	}
}

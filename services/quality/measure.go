package quality

// Kind is how a measure's figure is made.
type Kind string

// The kinds of measure.
const (
	KindCount   Kind = "count"    // how many referrals
	KindTime    Kind = "time"     // how long, and the share inside the limit
	KindShare   Kind = "share"    // part of a base
	KindReasons Kind = "reasons"  // how many, by coded reason and whose decision
	KindNow     Kind = "snapshot" // how many stand so at this moment
)

// Measure defines one figure once: screen, API, file and picture all read it
// here, so they cannot disagree. The words stand beside the figure.
type Measure struct {
	Key         string `json:"key"`
	Name        string `json:"name"`
	Kind        Kind   `json:"kind"`
	Definition  string `json:"definition"`
	Denominator string `json:"denominator"`
	Exclusions  string `json:"exclusions,omitempty"`
	Trap        string `json:"trap"`

	rule  string // clock measures: the rule whose rows are read
	where string // which rows count: SQL of our own making
	part  string // share measures: which of them are the part
}

// Measures lists every measure that can be asked for (domain.md 7.2).
func Measures() []Measure {
	return []Measure{
		{
			Key: "referrals_received", Name: "Referrals received", Kind: KindCount,
			Definition:  "Referrals sent to a service, in the month they were sent.",
			Denominator: "Every referral that was sent.",
			Exclusions:  "Drafts, and referrals entered in error.",
			Trap:        "A person referred to three services counts three times.",
			where:       "f.kind = 'referral' and f.status <> 'entered_in_error'",
		},
		clockMeasure("time_to_acknowledge", "Time to pick up", "K22", "From sending to a person at the service picking the referral up."),
		clockMeasure("time_to_decide", "Time to decide", "K23", "From sending to the service accepting, declining or putting on its waiting list. Time spent waiting for an answer from the referrer is taken out, except at high risk."),
		clockMeasure("time_to_first_contact", "Time to first contact", "K25", "From acceptance to speaking to the right person, by a safe way and at a safe time."),
		{
			Key: "declined_by_reason", Name: "Declined by services, by reason", Kind: KindReasons,
			Definition:  "Referrals that a service declined, by the coded reason.",
			Denominator: "Referrals declined by the service's own decision.",
			Exclusions:  "Endings that the victim or the referrer decided: those are never a service's decline.",
			Trap:        "A decline for want of a place says something about funding, not about the service.",
			where:       "f.kind = 'referral' and f.status = 'declined' and f.decided_by = 'provider'",
		},
		{
			Key: "engaged", Name: "Reached and engaged", Kind: KindShare,
			Definition:  "Accepted referrals in which the victim was reached and work began.",
			Denominator: "Accepted referrals.",
			Exclusions:  "Referrals still waiting for a first contact inside its limit are in the base.",
			Trap:        "Recent months are not finished: the share rises as they are.",
			where:       "f.kind = 'referral' and f.accepted_at is not null and f.status <> 'entered_in_error'",
			part: `exists (select from quality_facts k where k.kind = 'clock' and k.referral_id = f.referral_id
				and k.rule = 'K25' and k.stopped_at is not null and k.clock_state in ('met', 'breached'))`,
		},
		{
			Key: "waiting", Name: "On a waiting list now", Kind: KindNow,
			Definition:  "Referrals that stand on a service's waiting list at this moment.",
			Denominator: "A count at the moment shown with it, whatever month they were sent.",
			Trap:        "A short list can mean a closed one.",
			where:       "f.kind = 'referral' and f.status = 'waitlisted'",
		},
		{
			Key: "clocks_met", Name: "Clocks met", Kind: KindShare,
			Definition:  "Timed duties of services that were done inside their limit.",
			Denominator: "Clocks that were met or are late, whether done since or not.",
			Exclusions:  "Clocks still running inside their limit; waived; not applicable; no record either way.",
			Trap:        "No record is a gap in the data, never a late service.",
			where:       "f.kind = 'clock' and f.clock_state in ('met', 'breached')",
			part:        "f.clock_state = 'met'",
		},
	}
}

func clockMeasure(key, name, rule, definition string) Measure {
	return Measure{
		Key: key, Name: name, Kind: KindTime, Definition: definition,
		Denominator: "The share in time: clocks met or late. The median and 9 in 10: clocks that were stopped.",
		Exclusions:  "Clocks still running inside their limit, and those that did not apply.",
		Trap:        "Medians, not means: a few very late ones would hide what most people met.",
		rule:        rule,
		where:       "f.kind = 'clock' and f.clock_state in ('met', 'breached')",
		part:        "f.clock_state = 'met'",
	}
}

// FindMeasure returns the measure with a key.
func FindMeasure(key string) (Measure, bool) {
	for _, m := range Measures() {
		if m.Key == key {
			return m, true
		}
	}
	return Measure{}, false
}

// Dimension is what a measure can be grouped by.
type Dimension string

// The dimensions of contract.md section 4.
const (
	ByOrganisation Dimension = "organisation"
	ByService      Dimension = "service"
	ByBorough      Dimension = "borough"
	ByPathway      Dimension = "pathway"
	ByMonth        Dimension = "month"
)

// Dimensions lists them.
func Dimensions() []Dimension {
	return []Dimension{ByOrganisation, ByService, ByBorough, ByPathway, ByMonth}
}

// column is the SQL of a dimension: its key and its words.
func (d Dimension) column() (key, words, join string) {
	switch d {
	case ByOrganisation:
		return "f.to_org_id::text", "o.name", "join organisations o on o.id = f.to_org_id"
	case ByService:
		return "f.service_id::text", "s.name || ', ' || so.name", "join services s on s.id = f.service_id join organisations so on so.id = s.org_id"
	case ByBorough:
		return "coalesce(f.borough, 'unknown')", "coalesce(a.name, 'Not known')", "left join authorities a on a.code = f.borough"
	case ByPathway:
		return "f.pathway", "f.pathway", ""
	default:
		return "to_char(f.month, 'YYYY-MM')", "to_char(f.month, 'YYYY-MM')", ""
	}
}

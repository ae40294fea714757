package quality

import (
	"slices"

	"throughline/models"
)

// Kind is how a measure's figure is made.
type Kind string

// The kinds of measure.
const (
	KindCount   Kind = "count"    // how many
	KindTime    Kind = "time"     // how long, and where there is a limit the share inside it
	KindShare   Kind = "share"    // part of a base
	KindReasons Kind = "reasons"  // how many, by code
	KindNow     Kind = "snapshot" // how many stand so at this moment
)

// Measure defines one figure once: screen, API, file and picture all read it
// here, so they cannot disagree. The words stand beside the figure.
type Measure struct {
	Key         string
	Name        string
	Kind        Kind
	Topic       string // under which it stands in a list
	Definition  string
	Denominator string
	Exclusions  string
	Trap        string
	Month       string // which month a line counts in; empty: at this moment
	Unit        string // of the median: "hours" or "times"; empty: there is none
	Wider       string // what the wider base is, in words; empty: there is none
	Code        string // what its lines are further split by: reason, result, field, topic; empty: by nothing

	// All are SQL of our own making over quality_facts f. Of says which rows
	// there are; base which of them are counted, all if empty, the others being
	// the wider base; part which of the base are the share; amount what the
	// median is of.
	of, base, part, amount string
	code, join             string
	counted                bool // by the job, not in the transaction of the change
	longest                bool // the longest is given beside the median, in whole weeks
	fold                   func(code string) string
	words                  func(code string) string
}

// Counted reports whether the figure is counted by a job from time to time, and
// stands as it stood then. Others are of the moment.
func (m *Measure) Counted() bool { return m.counted }

// Sentence is all of what the measure means, in a row.
func (m *Measure) Sentence() string {
	out := m.Definition + " Out of: " + models.LowerFirst(m.Denominator)
	if m.Exclusions != "" {
		out += " Not counted: " + models.LowerFirst(m.Exclusions)
	}
	return out + " Beware: " + models.LowerFirst(m.Trap)
}

// FindMeasure returns the measure with a key.
func FindMeasure(key string) (Measure, bool) {
	all := Measures()
	i := slices.IndexFunc(all, func(m Measure) bool { return m.Key == key })
	if i < 0 {
		return Measure{}, false
	}
	return all[i], true
}

// MeasureKeys lists the keys in order.
func MeasureKeys() []string {
	var out []string
	for _, m := range Measures() {
		out = append(out, m.Key)
	}
	return out
}

// The topics of the list of measures.
const (
	TopicReferrals = "Referrals"
	TopicTimes     = "How long it takes"
	TopicWork      = "Reaching and supporting people"
	TopicRights    = "Rights and hand-offs"
	TopicCourt     = "From report to court"
	TopicWho       = "Who is served"
	TopicVoice     = "What people say"
)

// Topics lists them in the order of reading.
func Topics() []string {
	return []string{TopicReferrals, TopicTimes, TopicWork, TopicRights, TopicCourt, TopicWho, TopicVoice}
}

// Measures lists every measure that can be asked for (domain.md 7.2, contract.md
// section 4), in the order of reading. What the product does not store is not
// here: posts.
func Measures() []Measure {
	return slices.Concat(measuresOfReferrals(), measuresOfTimes(), measuresOfWork(), measuresOfRights(), measuresOfCourt(), measuresOfPeople(), measuresOfVoice())
}

// Which month a line counts in.
const (
	monthSent    = "The month the referral was sent."
	monthLogged  = "The month the case was logged."
	monthStarted = "The month the clock started; of a referral's clock, the month the referral was sent."
)

const (
	isReferral = "f.kind = 'referral'"
	stands     = "f.kind = 'referral' and f.status <> 'entered_in_error'"
	// outOfScope are the reasons for which a referral should have gone elsewhere
	// or not at all.
	outOfScope = "coalesce(f.reason, '') in ('duplicate', 'sent_in_error', 'not_eligible_area', 'not_eligible_age', 'not_eligible_offence_or_need', 'not_eligible_gender')"
	isValid    = stands + " and not (f.ended_at is not null and " + outOfScope + ")"
	// withReached joins those in which somebody spoke to the right person: the
	// clock of first contact was stopped by it. A join, because the set is large:
	// looked up line by line it would take minutes.
	withReached = `left join (select distinct k.referral_id from quality_facts k where k.kind = 'clock' and k.rule = 'K25' and k.stopped_at is not null
		and k.clock_state in ('met', 'breached')) w on w.referral_id = f.referral_id`
	wasReached = "w.referral_id is not null"
	// withTaken joins chains of which some service took a referral.
	withTaken = `left join (select distinct k.journey_id from quality_facts k where k.kind = 'referral' and k.accepted_at is not null and k.status <> 'entered_in_error') g
		on g.journey_id = f.journey_id`
	// lastUntaken keeps the last of each chain that has ended and that nobody took.
	lastUntaken = `join (select k.journey_id, max(k.submitted_at) as last from quality_facts k where k.kind = 'referral' and k.status <> 'entered_in_error'
		group by 1 having count(k.accepted_at) = 0 and count(k.ended_at) = count(*)) g on g.journey_id = f.journey_id and g.last = f.submitted_at`
)

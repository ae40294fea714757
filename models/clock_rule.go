package models

import (
	"fmt"
	"slices"
	"time"
)

// The clocks of a case that hang on what police, courts, prosecutors and
// probation record (domain.md 1.5).
const (
	RuleSupportReferral     Rule = "K1"  // reported -> received by the first service
	RuleNeedsAssessment     Rule = "K2"  // reported -> assessed
	RuleToldArrest          Rule = "K3"  // suspect arrested -> told
	RuleToldInterview       Rule = "K4"  // interviewed under caution -> told
	RuleToldRelease         Rule = "K5"  // released, on bail or not, bail changed -> told
	RuleToldNotInvestigated Rule = "K6"  // not investigated -> told, and support offered
	RuleToldCharge          Rule = "K7"  // charged -> told of the hearing
	RuleToldCharging        Rule = "K8"  // prosecutor stops or alters -> letter
	RuleReviewWindow        Rule = "K9"  // decision told -> review asked for, or the window ends
	RuleCourtToWitnessCare  Rule = "K10" // hearing or outcome -> witness care knows
	RuleToldHearing         Rule = "K11" // witness care knows -> told of the hearing
	RuleToldBailOutcome     Rule = "K12" // witness care knows -> told of the bail outcome
	RuleToldWitness         Rule = "K13" // prosecutor's notice -> told to attend
	RuleToldOutcome         Rule = "K14" // witness care knows -> told of the outcome or sentence
	RuleLenientSentence     Rule = "K15" // sentence -> request, or the window ends
	RuleContactScheme       Rule = "K16" // sentence -> probation has the referral
	RuleFirstOfficerContact Rule = "K17" // probation has the referral -> first contact
	RuleStatementOffered    Rule = "K18" // statement taken -> victim personal statement offered
	RuleRestorativeOffered  Rule = "K19" // reported -> restorative justice offered
	RuleConfirmation        Rule = "K20" // reported -> confirmed in writing, safely
	RuleUpdate              Rule = "K21" // last update -> next, as often as was agreed
	RuleComplaint           Rule = "K28" // complaint received -> acknowledged
	RuleComplaintAnswer     Rule = "K37" // complaint received -> answered in full
	RuleDataRequest         Rule = "K29" // request about one's own data received -> answered
)

// LimitUnit is what a limit is counted in.
type LimitUnit string

// The units of a limit.
const (
	UnitWorkingDays LimitUnit = "working_days"
	UnitDays        LimitUnit = "days"
	UnitMonths      LimitUnit = "months"
)

// ClockRule is one version of what one clock measures. The rules are data: the
// limits change with the law, and a case keeps the version in force when its
// clock began. They stand in the database table clock_rules; ClockRules is what
// the migrations put there, and a test holds the two equal.
type ClockRule struct {
	Rule          Rule
	Version       int
	Owner         string // kind of organisation that owes it, or "victim", "provider", "controller"
	Standard      int    // 0: no number is set
	Enhanced      int    // with Enhanced Rights
	Unit          LimitUnit
	Soft          int    // working days in which a window is best used; 0: none
	Source        string // where the limit stands, and how sure that is
	EffectiveFrom time.Time
	EffectiveTo   *time.Time // first day on which it holds no more; nil: in force
}

// OwnerVictim owns a window: it is the victim's to use, and nobody is late when
// it ends.
const OwnerVictim = "victim"

// Window reports whether the rule is a time in which the victim may ask for
// something. It ends, and is never late.
func (r *ClockRule) Window() bool { return r.Owner == OwnerVictim }

// Limit is the number that holds with or without Enhanced Rights.
func (r *ClockRule) Limit(enhanced bool) int {
	if enhanced {
		return r.Enhanced
	}
	return r.Standard
}

// In reports whether the version is in force on the London date of a moment.
func (r *ClockRule) In(at time.Time) bool {
	day := Today(at)
	return !day.Before(r.EffectiveFrom) && (r.EffectiveTo == nil || day.Before(*r.EffectiveTo))
}

// RuleAt finds the version of a rule that was in force at a moment.
func RuleAt(rules []ClockRule, rule Rule, at time.Time) (ClockRule, bool) {
	i := slices.IndexFunc(rules, func(r ClockRule) bool { return r.Rule == rule && r.In(at) })
	if i < 0 {
		return ClockRule{}, false
	}
	return rules[i], true
}

// limitWords says a limit: "5 working days", "28 days", "3 months".
func limitWords(n int, unit LimitUnit) string {
	switch unit {
	case UnitDays:
		return Plural(n, "day", "days")
	case UnitMonths:
		return Plural(n, "month", "months")
	case UnitWorkingDays:
	}
	return WorkingDays(n)
}

// Words say the limits of the rule as people read them.
func (r *ClockRule) Words() string {
	switch r.Standard {
	case 0:
		return "No number is set"
	case r.Enhanced:
		return limitWords(r.Standard, r.Unit)
	}
	return limitWords(r.Standard, r.Unit) + ", " + limitWords(r.Enhanced, r.Unit) + " with Enhanced Rights"
}

// DueIn returns the last moment of a limit in any unit: 23:59:59 London time on
// its last day. Days are counted from the day after; a month ends on the same
// day of the month, or on its last. It returns an error matching
// ErrOutsideCalendar where either end lies outside the calendar, whatever the
// unit: how soon something is due is counted in working days all the same.
func (c *Calendar) DueIn(start time.Time, limit int, unit LimitUnit) (time.Time, error) {
	if unit == UnitWorkingDays {
		return c.Due(start, limit)
	}
	if limit < 1 {
		return time.Time{}, fmt.Errorf("models: a limit of %d %s", limit, unit)
	}
	if _, err := c.day(start); err != nil {
		return time.Time{}, err
	}
	y, m, d := start.In(London()).Date()
	day := time.Date(y, m, d+limit, 23, 59, 59, 0, London())
	if unit == UnitMonths {
		last := time.Date(y, m+time.Month(limit)+1, 0, 0, 0, 0, 0, London()).Day()
		day = time.Date(y, m+time.Month(limit), min(d, last), 23, 59, 59, 0, London())
	}
	if _, err := c.day(day); err != nil {
		return time.Time{}, err
	}
	return day, nil
}

// StartRule returns a clock of a case that runs under a version of a rule from a
// moment, for its holder. limit is the number of the rule, or what was agreed.
// It returns an error matching ErrOutsideCalendar.
func (c *Calendar) StartRule(r *ClockRule, k Clock, limit int) (Clock, error) {
	due, err := c.DueIn(k.StartedAt, limit, r.Unit)
	if err != nil {
		return Clock{}, err
	}
	k.ID, k.Rule, k.RuleVersion, k.LimitDays = NewID(), r.Rule, r.Version, limit
	k.DueAt, k.FirstDueAt, k.DueSoonAt = due.UTC(), due.UTC(), c.DueSoon(due).UTC()
	k.State = k.StateAt(k.StartedAt)
	return k, nil
}

// EvidenceDays is how many working days after a limit a clock of a case goes on
// being late. After that nothing was ever recorded, and what is missing is the
// record: "no record" is a gap in the data, never an agency's breach.
const EvidenceDays = 10

// WindowOver is why a window no longer runs.
const WindowOver = "the time for it has ended"

// SettleClock puts a clock of a case where it stands now, as the tick would
// have: one whose limit passed long ago, or whose holder does not write here,
// is not late but without a record; a window has ended.
func (c *Calendar) SettleClock(k *Clock, r *ClockRule, offRecord bool, now time.Time) {
	k.State = k.StateAt(now)
	if k.State != ClockBreached {
		return
	}
	late, err := c.WorkingDaysBetween(k.DueAt, now)
	switch {
	case r.Window():
		why, due := WindowOver, k.DueAt
		k.State, k.StoppedAt, k.Why = ClockNotApplicable, &due, &why
	case offRecord || err != nil || late >= EvidenceDays:
		k.State = ClockNotEvidenced
	}
}

// Owed reports whether the clock of a case still waits for its stop: it runs,
// is late, or has no record.
func (c *Clock) Owed() bool {
	return c.Open() || c.State == ClockNotEvidenced && c.StoppedAt == nil
}

// EvidenceClock records when a duty of a case was done, from whatever came to
// light since: no record turns into met or late.
func (c *Calendar) EvidenceClock(k *Clock, at time.Time) error {
	if !k.Owed() {
		return nil
	}
	if at.Before(k.StartedAt) {
		at = k.StartedAt
	}
	if k.State == ClockNotEvidenced {
		k.State = k.StateAt(at)
	}
	if k.PausedSince != nil && at.Before(*k.PausedSince) {
		k.PausedSince, k.PauseReason = nil, nil // it was done before the pause began
	}
	return c.StopClock(k, at)
}

// WaiveClock ends a clock whose duty the victim chose not to have. One that was
// late by then stays late.
func (c *Calendar) WaiveClock(k *Clock, at time.Time, why string) error {
	if k.State == ClockNotEvidenced {
		k.State, k.StoppedAt, k.Why = ClockWaived, &at, &why
		return nil
	}
	return c.endClock(k, at, ClockWaived, &why)
}

// ExtendClock gives a clock some more working days, once. The first deadline
// stays beside it. It returns an error matching ErrOutsideCalendar.
func (c *Calendar) ExtendClock(k *Clock, days int, now time.Time) error {
	due, err := c.forward(k.DueAt, days)
	if err != nil {
		return err
	}
	k.DueAt, k.DueSoonAt = due.UTC(), c.DueSoon(due).UTC()
	k.State = k.StateAt(now)
	return nil
}

// OwnerWords says whose duty a rule is, for whoever does not write here.
func OwnerWords(owner string) string {
	words := map[string]string{
		string(KindPolice): "The police", string(KindWitnessCare): "Witness care", string(KindCourt): "The court", string(KindCPS): "The Crown Prosecution Service",
		string(KindProbation): "Probation", OwnerVictim: "The victim",
		string(KindMARAC): "The MARAC", "provider": "The service", "controller": "Whoever keeps the data",
	}
	if w, ok := words[owner]; ok {
		return w
	}
	return owner
}

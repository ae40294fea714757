package models

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Desk is who looks at an alert: the privacy officers of an organisation, or
// its safeguarding leads.
type Desk string

// The two desks.
const (
	DeskData   Desk = "data"
	DeskSafety Desk = "safety"
)

// DeskOf returns the desk a role works at; "" for a role that has none.
func DeskOf(r Role) Desk {
	switch r {
	case RolePrivacyOfficer:
		return DeskData
	case RoleSafeguardingLead:
		return DeskSafety
	}
	return ""
}

// AlertKind is what an alert is about.
type AlertKind string

// The kinds of alert (security.md T1-T4, domain.md 5.4).
const (
	AlertRecordCap   AlertKind = "record_cap"       // as many records in an hour as anybody may open
	AlertTrawl       AlertKind = "trawl"            // far more records than this person usually opens
	AlertManyReaders AlertKind = "many_readers"     // many people of several organisations at one record
	AlertHousehold   AlertKind = "household"        // the reader's own name, or a surname and borough of their household
	AlertOutOfHours  AlertKind = "out_of_hours"     // many records when the organisation is closed
	AlertGuessing    AlertKind = "guessing"         // refused again and again: references that are tried out
	AlertSearching   AlertKind = "searching"        // searches without opening what they find
	AlertBreakGlass  AlertKind = "break_glass"      // a record opened in an emergency
	AlertUnreviewed  AlertKind = "break_glass_late" // nobody has looked at an emergency access in time
	AlertConflict    AlertKind = "conflict"         // somebody met a record they have a conflict of interest with
	AlertMalware     AlertKind = "malware"          // something harmful was found in a file somebody attached
	AlertAgreement   AlertKind = "agreement_ends"   // a data-sharing agreement ends soon, and none follows it
	AlertSafety      AlertKind = "safety"           // somebody else answered: contact may have done harm
	AlertStopped     AlertKind = "stopped"          // a way of contact turned out not to be safe
	AlertNoContact   AlertKind = "no_contact"       // at high risk, and nobody has spoken to them in time
)

// AlertKinds lists every kind, in the order figures show them.
func AlertKinds() []AlertKind {
	return []AlertKind{
		AlertRecordCap, AlertTrawl, AlertManyReaders, AlertHousehold, AlertOutOfHours, AlertGuessing, AlertSearching,
		AlertBreakGlass, AlertUnreviewed, AlertConflict, AlertMalware, AlertAgreement, AlertSafety, AlertStopped, AlertNoContact,
	}
}

// Desk is whose matter the kind is.
func (k AlertKind) Desk() Desk {
	switch k {
	case AlertSafety, AlertStopped, AlertNoContact:
		return DeskSafety
	}
	return DeskData
}

// Words names the kind as lists do.
func (k AlertKind) Words() string {
	switch k {
	case AlertRecordCap:
		return "Reached the cap on records in an hour"
	case AlertTrawl:
		return "Opened far more records than usual"
	case AlertManyReaders:
		return "Many people opened one record"
	case AlertHousehold:
		return "Opened a record close to home"
	case AlertOutOfHours:
		return "Opened records out of hours"
	case AlertGuessing:
		return "Refused again and again"
	case AlertSearching:
		return "Searched much, opened little"
	case AlertBreakGlass:
		return "Opened a record in an emergency"
	case AlertConflict:
		return "Knows the person in a record"
	case AlertUnreviewed:
		return "Nobody has reviewed an emergency access"
	case AlertAgreement:
		return "A data-sharing agreement ends soon"
	case AlertMalware:
		return "Something harmful in a file"
	case AlertSafety:
		return "Somebody else answered"
	case AlertStopped:
		return "A way of contact is not safe"
	case AlertNoContact:
		return "High risk, and no contact in time"
	}
	return string(k)
}

// Look says what to check first.
func (k AlertKind) Look() string {
	switch k {
	case AlertRecordCap, AlertTrawl:
		return "Ask their manager what they were working on. Read what they opened in the trail: were the records theirs?"
	case AlertManyReaders:
		return "Is this person in the news, or known to staff? Ask each reader's manager why they opened it."
	case AlertHousehold:
		return "Is this the reader's family, neighbour or themselves? If so the record has to be closed to them."
	case AlertOutOfHours:
		return "Were they on call? Ask their manager."
	case AlertGuessing:
		return "A mistyped reference is refused once or twice. Ask what they were looking for."
	case AlertSearching:
		return "Are they looking for somebody in particular? Ask what for."
	case AlertBreakGlass:
		return "Was there an emergency? Review the access itself as well."
	case AlertConflict:
		return "The record is closed to them from now on. Ask their manager to pass on the work they had with it."
	case AlertUnreviewed:
		return "Two working days have passed. Review the access today: was there an emergency?"
	case AlertAgreement:
		return "Has another been signed? Record it under Agreements before the last day: after it nothing new is referred."
	case AlertMalware:
		return "The file is kept where nobody can open it. Ask who attached it where it came from, and whether their computer was checked."
	case AlertSafety:
		return "Is the victim safe? Speak to whoever holds the case today, and record a new safe way."
	case AlertStopped:
		return "Has another safe way been recorded? If not, agree one with whoever holds the case."
	case AlertNoContact:
		return "Ask the service why. Does the case have to go elsewhere?"
	}
	return ""
}

// AlertOutcome is what an alert turned out to be.
type AlertOutcome string

// AlertOutcomes lists the outcomes with their words, in the order of forms.
func AlertOutcomes() []Choice {
	return []Choice{
		{"explained", "Explained: there was a good reason"},
		{"misuse", "Misuse, dealt with here"},
		{"referred", "Referred to professional standards"},
		{"acted", "Acted on: the victim is safer"},
		{"false_alarm", "False alarm"},
	}
}

// Alert is something somebody has to look at. It holds ids, a reference and
// numbers; never a name or what a record says.
type Alert struct {
	ID         uuid.UUID
	Kind       AlertKind
	OrgID      uuid.UUID // whose desk it lies on
	OfOrgID    uuid.UUID // where it arose
	AboutID    uuid.UUID // whom it concerns, uuid.Nil where it is about a record alone
	AboutName  string    // as far as the reader may know it
	CaseID     uuid.UUID
	Reference  string // of the case
	Figures    map[string]int
	FirstAt    time.Time
	LastAt     time.Time
	DueAt      time.Time // two working days
	Escalated  *time.Time
	TakenBy    uuid.UUID
	TakenName  string
	TakenAt    *time.Time
	Outcome    AlertOutcome
	Text       string
	ClosedName string
	ClosedAt   *time.Time
	Version    int
}

// State is waiting, taken or closed.
func (a *Alert) State() string {
	switch {
	case a.Outcome != "":
		return "closed"
	case a.TakenBy != uuid.Nil:
		return "taken"
	}
	return "waiting"
}

// AlertSetting is a threshold that an organisation may set for itself. Each is
// a whole number.
type AlertSetting struct {
	Key         string
	Words       string
	Hint        string
	Usual       int // where the organisation has set none
	Least, Most int
}

// The keys of AlertSettings.
const (
	SettingTrawlHour   = "trawl_hour"
	SettingTrawlDay    = "trawl_day"
	SettingTrawlTimes  = "trawl_times"
	SettingReaders     = "readers"
	SettingReaderOrgs  = "reader_organisations"
	SettingHoursFrom   = "hours_from"
	SettingHoursTo     = "hours_to"
	SettingWeekends    = "weekends"
	SettingOutOfHours  = "out_of_hours"
	SettingRefusals    = "refusals"
	SettingSearches    = "searches"
	SettingSearchFinds = "search_opens_percent"
)

// AlertSettings lists the thresholds with their starting values. They are
// proposals to begin with (security.md T2-T4); no published figure was found.
func AlertSettings() []AlertSetting {
	return []AlertSetting{
		{SettingTrawlHour, "Records in an hour before somebody can stand out", "Fewer are never an alert", 25, 5, 1000},
		{SettingTrawlDay, "Records in 24 hours before somebody can stand out", "Fewer are never an alert", 100, 20, 5000},
		{SettingTrawlTimes, "How many times their usual is far more", "Against their own busiest hours and days of the last four weeks", 3, 2, 20},
		{SettingReaders, "People who open one record in an hour", "So many, of so many organisations, are an alert", 5, 2, 100},
		{SettingReaderOrgs, "Organisations they are of", "", 3, 1, 50},
		{SettingHoursFrom, "Work begins at (hour)", "0 to 23, London time", 7, 0, 23},
		{SettingHoursTo, "Work ends at (hour)", "1 to 24. From 0 to 24 is around the clock: nothing is out of hours", 20, 1, 24},
		{SettingWeekends, "Weekends are worked", "1 yes, 0 no", 0, 0, 1},
		{SettingOutOfHours, "Records in 12 hours, opened out of hours", "Nobody is an alert who usually works then", 8, 1, 500},
		{SettingRefusals, "Records refused in an hour", "What is not there, or not shared with them", 10, 3, 500},
		{SettingSearches, "Searches in an hour", "", 30, 5, 1000},
		{SettingSearchFinds, "Records opened for every 100 searches", "Fewer are an alert", 10, 0, 100},
	}
}

// AroundTheClock are the kinds of organisation that work at any hour: theirs
// begin without hours of closing.
func (k OrganisationKind) AroundTheClock() bool {
	switch k {
	case KindPolice, KindNHS, KindMASH, KindTransport, KindProbation, KindPrison:
		return true
	}
	return false
}

// CheckOutcome finds what is wrong with the end of an alert: it has an outcome,
// and says what was found and done.
func CheckOutcome(f *Faults, outcome AlertOutcome, text string) {
	f.oneOf("outcome", "Select what it was", string(outcome), AlertOutcomes())
	f.text("text", "What you found and did", text, 4000, true)
	if text == "" {
		f.Add("text", FieldRequired, "Say what you found and what you did")
	}
}

// CheckSetting finds what is wrong with a new value of a threshold.
func CheckSetting(f *Faults, key string, value *int, reason string) {
	i := slices.IndexFunc(AlertSettings(), func(s AlertSetting) bool { return s.Key == key })
	switch {
	case i < 0:
		f.Add("key", FieldUnknown, "Select a threshold from the list")
	case value == nil:
		f.Add("value", FieldRequired, "Enter a whole number")
	default:
		if s := AlertSettings()[i]; *value < s.Least || *value > s.Most {
			f.Add("value", FieldInvalid, "Enter a whole number from "+Count(s.Least)+" to "+Count(s.Most))
		}
	}
	f.text("reason", "Reason", reason, 1000, true)
	if reason == "" {
		f.Add("reason", FieldRequired, "Say why it changes")
	}
}

// CheckHousehold finds what is wrong with what somebody says of their own
// household.
func CheckHousehold(f *Faults, surnames []string) {
	f.words("surnames", "Surnames", surnames, 10, 100)
}

package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// The kinds of request about somebody's data.
const (
	RequestAccess      = "access"
	RequestErasure     = "erasure"
	RequestInformation = "information" // of the police or the prosecution, for a victim's information
)

// The states of a request.
const (
	RequestOpen     = "open"
	RequestProposed = "proposed" // waits for a second person
	RequestAnswered = "answered"
)

// How a request can be answered. OutcomeNeither says neither that data is held
// nor that it is not: the usual answer to somebody who may be a perpetrator.
const (
	OutcomeRelease = "release"
	OutcomeRefuse  = "refuse"
	OutcomeNeither = "neither"
	OutcomeErase   = "erase"
)

// Who asks.
const (
	RelationVictim   = "victim"
	RelationOnBehalf = "on_behalf"
	RelationSuspect  = "suspect"
)

// PackSeenFor is how long an answered pack can be seen before it has to be
// asked for again.
const PackSeenFor = 14 * 24 * time.Hour

// RequestKinds are what can be asked for.
func RequestKinds() []Choice {
	return []Choice{
		{RequestAccess, "To see what is held about somebody"},
		{RequestErasure, "To have it erased"},
		{RequestInformation, "For a victim's information, by the police or the prosecution"},
	}
}

// RequestRelations are who asks.
func RequestRelations() []Choice {
	return []Choice{
		{RelationVictim, "The victim"},
		{RelationOnBehalf, "Somebody for the victim"},
		{RelationSuspect, "Somebody else, who may be the person responsible"},
		{"police", "The police"},
		{"prosecution", "The Crown Prosecution Service"},
	}
}

// RequestAuthorities are what lets somebody ask for a victim.
func RequestAuthorities() []Choice {
	return []Choice{
		{"none", "Nothing has been shown"},
		{"parental_responsibility", "Parental responsibility"},
		{"power_of_attorney", "A power of attorney"},
		{"written_authority", "The victim's written authority"},
		{"court_order", "An order of a court"},
	}
}

// RequestGrounds are why a request is refused (UK GDPR articles 12, 17(3) and
// 23; DPA 2018 schedules 2 to 4; domain.md 5.3).
func RequestGrounds() []Choice {
	return []Choice{
		{"not_held", "Nothing is held"},
		{"identity", "It is not known who asks, or by what right"},
		{"others", "It would disclose somebody else"},
		{"serious_harm", "It would do serious harm"},
		{"crime", "It would harm the prevention or detection of crime"},
		{"legal_claims", "It is needed for legal claims"},
		{"legal_obligation", "The law says it has to be kept"},
		{"public_task", "It is needed for a public task"},
		{"excessive", "It is manifestly unfounded or excessive"},
		{"test_not_met", "A test of an information request is not met"},
		{"counselling", "It is counselling material without substantial probative value"},
		{"other", "Something else"},
	}
}

// InformationTests are the questions an information request has to pass, each
// answered with a reason (Victims and Prisoners Act 2024; domain.md 5.3). The
// last is asked of counselling notes alone: the presumption is against them.
func InformationTests() []Choice {
	return []Choice{
		{"held", "Is there reason to believe that you hold it?"},
		{"relevant", "Is it relevant to a reasonable line of enquiry?"},
		{"necessary", "Is it necessary and proportionate, and no wider than it has to be?"},
		{"probative", "Counselling notes: are they likely to have substantial probative value?"},
	}
}

// InformationBases are the lawful grounds an information request states.
func InformationBases() []Choice {
	return []Choice{
		{"statutory", "A statutory power, named in the request"},
		{"court_order", "An order of a court"},
		{"agreement", "The victim's agreement"},
		{"public_interest", "Vital or substantial public interest"},
	}
}

// InformationFields are what can be disclosed to the police or the prosecution:
// what can be shared, and notes.
func InformationFields() []Choice {
	return append(SharableFields(), Choice{"support_notes", "Notes of support"}, Choice{CounsellingNotes, "Counselling notes"})
}

// CounsellingNotes is the key of what is presumed not to be disclosed.
const CounsellingNotes = "counselling_notes"

// VictimViews are what the victim said to an information request.
func VictimViews() []Choice {
	return []Choice{
		{"agrees", "They agree"}, {"objects", "They object"}, {"no_view", "They have no view"}, {"not_asked", "They were not asked"},
	}
}

// TestAnswer is the answer to one test, with why.
type TestAnswer struct {
	Answer string `json:"answer"` // yes, no
	Why    string `json:"why"`
}

// DataRequest is one request about somebody's data.
type DataRequest struct {
	ID              uuid.UUID
	Reference       string
	Kind            string
	Requester       string
	Relation        string
	Authority       string
	Asks            string
	ReceivedOn      time.Time
	IdentityHow     string
	IdentityOn      *time.Time
	CaseID          *uuid.UUID
	ReferralID      *uuid.UUID
	RecordReference string
	DueOn           time.Time
	FirstDueOn      time.Time
	ExtendedWhy     string
	Basis           string
	Tests           map[string]TestAnswer
	Notice          string
	NoticeOn        *time.Time
	NoticeWhy       string
	VictimView      string
	VictimSaid      string
	Fields          []string
	Outcome         string
	Ground          string
	OutcomeWhy      string
	ProposedBy      *uuid.UUID
	ProposedAt      *time.Time
	SecondBy        *uuid.UUID
	AnsweredAt      *time.Time
	ExpiresAt       *time.Time
	Status          string
	CreatedBy       uuid.UUID
	CreatedAt       time.Time
	Version         int
}

// Check says what is wrong with a request as it was received.
func (q *DataRequest) Check(today time.Time) []FieldError {
	q.Requester, q.Asks = strings.TrimSpace(q.Requester), strings.TrimSpace(q.Asks)
	f := &Faults{}
	f.oneOf("kind", "Select what is asked for", q.Kind, RequestKinds())
	f.oneOf("relation", "Select who asks", q.Relation, RequestRelations())
	if authority := q.Relation == "police" || q.Relation == "prosecution"; q.Kind != "" && q.Relation != "" && authority != (q.Kind == RequestInformation) {
		f.Add("relation", FieldNotOpen, "The police and the prosecution ask for a victim's information, and nobody else does")
	}
	if q.Kind == RequestInformation {
		f.oneOf("basis", "Select the lawful ground the request states", q.Basis, InformationBases())
	}
	if q.Requester == "" {
		f.Add("requester", FieldRequired, "Enter who asks")
	}
	f.line("requester", "Who asks", q.Requester, 200)
	if q.Asks == "" {
		f.Add("asks", FieldRequired, "Say what is asked for")
	}
	f.text("asks", "What is asked for", q.Asks, 4000, true)
	switch {
	case q.ReceivedOn.IsZero():
		f.Add("received_on", FieldRequired, "Enter the day it was received")
	default:
		f.past("received_on", "The day it was received", &q.ReceivedOn, today)
	}
	return f.List()
}

// MonthsAfter is the last day of a limit of calendar months that begins on a
// day: the same day of a later month, its last day where it has no such day,
// and the next working day where that is a day off (ICO guidance on time
// limits). Outside the calendar a day off is not known and the day stands.
func (c *Calendar) MonthsAfter(day time.Time, months int) time.Time {
	y, m, d := day.Date()
	out := time.Date(y, m+time.Month(months), d, 0, 0, 0, 0, time.UTC)
	if out.Day() != d {
		out = time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC)
	}
	for c.Covers(out) && !c.WorkingDay(out) {
		out = out.AddDate(0, 0, 1)
	}
	return out
}

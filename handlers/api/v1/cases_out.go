package v1

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/cases"
)

// Organisation names a body.
type Organisation struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Kind string    `json:"kind"`
}

func presentOrganisation(o models.Organisation) Organisation {
	return Organisation{ID: o.ID, Name: o.Name, Kind: string(o.Kind)}
}

// EnhancedRights says whether the Enhanced Rights of the Victims' Code apply,
// and what they follow from. Off with reasons: they were switched off.
type EnhancedRights struct {
	Flag      bool     `json:"flag"`
	Reasons   []string `json:"reasons"`
	OffReason string   `json:"off_reason,omitempty"`
	OffNote   string   `json:"off_note,omitempty"`
}

// LoggedCase is what whoever logged a case is told.
type LoggedCase struct {
	ID                      uuid.UUID      `json:"id"`
	Reference               string         `json:"reference" doc:"For people: random, with a check symbol."`
	Status                  string         `json:"status" enum:"open,closed"`
	AccountableOrganisation Organisation   `json:"accountable_organisation"`
	EnhancedRights          EnhancedRights `json:"enhanced_rights"`
}

// Borough is one of London's authorities.
type Borough struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Case is all of one victim's matter, as whoever holds it reads it.
type Case struct {
	LoggedCase
	Source             string            `json:"source"`
	RiskLevel          string            `json:"risk_level"`
	RiskNote           string            `json:"risk_note,omitempty"`
	HelpOffered        string            `json:"help_offered"`
	HelpReason         string            `json:"help_reason,omitempty"`
	HelpNote           string            `json:"help_note,omitempty"`
	Wants              []string          `json:"wants"`
	LoggedAt           time.Time         `json:"logged_at"`
	UpdatedAt          time.Time         `json:"updated_at"`
	LoggedBy           Organisation      `json:"logged_by_organisation"`
	Version            int               `json:"version"`
	Victim             Victim            `json:"victim"`
	RelatedPeople      []RelatedPerson   `json:"related_people"`
	SafeContact        SafeContact       `json:"safe_contact"`
	Incidents          []Incident        `json:"incidents"`
	SharingDecisions   []SharingDecision `json:"sharing_decisions"`
	Referrals          []CaseReferral    `json:"referrals"`
	Clocks             []CaseClock       `json:"clocks"`
	HoldersOfCase      []CaseHolder      `json:"holders"`
	LatestEventsOfCase []CaseEvent       `json:"latest_events"`
}

// Victim is who it happened to.
type Victim struct {
	GivenName         string            `json:"given_name,omitempty"`
	FamilyName        string            `json:"family_name,omitempty"`
	KnownAs           string            `json:"known_as,omitempty"`
	DateOfBirth       *string           `json:"date_of_birth,omitempty" format:"date"`
	Borough           *Borough          `json:"borough,omitempty"`
	Postcode          string            `json:"postcode,omitempty"`
	Address           string            `json:"address,omitempty"`
	Language          string            `json:"language,omitempty"`
	InterpreterNeeded *bool             `json:"interpreter_needed,omitempty"`
	AccessNeeds       []string          `json:"access_needs"`
	Equality          map[string]string `json:"equality"`
	Missing           map[string]string `json:"missing"`
}

// RelatedPerson is somebody round the victim.
type RelatedPerson struct {
	ID                     uuid.UUID `json:"id"`
	Relation               string    `json:"relation"`
	Name                   string    `json:"name,omitempty"`
	ParentalResponsibility *bool     `json:"parental_responsibility,omitempty"`
	Suspect                bool      `json:"suspect"`
}

// SafeContact is how they can be reached without harm.
type SafeContact struct {
	Channels []ContactChannel `json:"channels"`
	CodeWord string           `json:"code_word,omitempty"`
}

// ContactChannel is one way to reach one person.
type ContactChannel struct {
	ID           uuid.UUID  `json:"id"`
	Channel      string     `json:"channel"`
	Value        string     `json:"value,omitempty"`
	Person       string     `json:"person"`
	Safe         string     `json:"safe" enum:"yes,no,unknown"`
	LeaveMessage bool       `json:"leave_message"`
	Windows      []Window   `json:"windows"`
	Note         string     `json:"note,omitempty"`
	ConfirmedOn  *string    `json:"confirmed_on,omitempty" format:"date"`
	StoppedAt    *time.Time `json:"stopped_at,omitempty" doc:"Somebody else answered: nobody may use it until it is cleared."`
	Version      int        `json:"version"`
}

// Incident is one thing that happened.
type Incident struct {
	ID              uuid.UUID `json:"id"`
	OccurredOn      *string   `json:"occurred_on,omitempty" format:"date"`
	OccurredBetween *Between  `json:"occurred_between,omitempty"`
	ReportedOn      *string   `json:"reported_on,omitempty" format:"date"`
	WantsToReport   *bool     `json:"wants_to_report,omitempty"`
	Force           string    `json:"force,omitempty"`
	CrimeReference  string    `json:"crime_reference,omitempty"`
	Place           *Place    `json:"place,omitempty"`
	OffenceTypes    []string  `json:"offence_types"`
	HateStrands     []string  `json:"hate_strands"`
	Summary         string    `json:"summary"`
}

// Place is where something happened.
type Place struct {
	Kind     string   `json:"kind,omitempty"`
	Borough  *Borough `json:"borough,omitempty"`
	Mode     string   `json:"mode,omitempty"`
	Operator string   `json:"operator,omitempty"`
	Route    string   `json:"route,omitempty"`
}

// CaseReferral is a referral in the list of its case.
type CaseReferral struct {
	ID               uuid.UUID    `json:"id"`
	Reference        string       `json:"reference"`
	Service          string       `json:"service"`
	FromOrganisation Organisation `json:"from_organisation"`
	ToOrganisation   Organisation `json:"to_organisation"`
	Pathway          string       `json:"pathway"`
	Status           string       `json:"status"`
	Priority         string       `json:"priority"`
	Relation         string       `json:"relation,omitempty"`
	ParentID         *uuid.UUID   `json:"parent_id,omitempty"`
	SubmittedAt      *time.Time   `json:"submitted_at,omitempty"`
	AcceptedAt       *time.Time   `json:"accepted_at,omitempty"`
	EndedAt          *time.Time   `json:"ended_at,omitempty"`
	DueAt            *time.Time   `json:"due_at,omitempty"`
	Reason           string       `json:"reason,omitempty"`
	DecidedBy        string       `json:"decided_by,omitempty"`
	Version          int          `json:"version"`
}

// CaseClock is one timed duty of a case.
type CaseClock struct {
	ID         uuid.UUID    `json:"id"`
	ReferralID *uuid.UUID   `json:"referral_id,omitempty"`
	Rule       string       `json:"rule" doc:"K1 to K36."`
	Version    int          `json:"version" doc:"Of the rule."`
	Holder     Organisation `json:"holder"`
	State      string       `json:"state" enum:"running,due_soon,met,breached,not_evidenced,not_applicable,waived"`
	StartedAt  time.Time    `json:"started_at"`
	DueAt      time.Time    `json:"due_at"`
	FirstDueAt time.Time    `json:"first_due_at" doc:"As first computed; it never moves."`
	StoppedAt  *time.Time   `json:"stopped_at,omitempty"`
	Pauses     []CasePause  `json:"pauses"`
}

// CasePause is why a clock stands still, or stood, and since when.
type CasePause struct {
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty" doc:"Absent while it still stands."`
	Reason string     `json:"reason,omitempty"`
}

// CaseHolder is one stretch of the line of holders.
type CaseHolder struct {
	Organisation Organisation `json:"organisation"`
	From         time.Time    `json:"from"`
	Until        *time.Time   `json:"until,omitempty" doc:"Absent for who holds it now."`
}

// CaseEvent is one thing that happened to a case or a referral of it.
type CaseEvent struct {
	At           time.Time `json:"at"`
	Kind         string    `json:"kind" doc:"case.logged, referral.accept, sharing.recorded ..."`
	Reference    string    `json:"reference,omitempty" doc:"Of the referral."`
	Service      string    `json:"service,omitempty"`
	From         string    `json:"from,omitempty"`
	To           string    `json:"to,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Reason       string    `json:"reason,omitempty"`
}

// CaseJourney is the line of a case.
type CaseJourney struct {
	ID        uuid.UUID      `json:"id"`
	Reference string         `json:"reference"`
	Holders   []CaseHolder   `json:"holders"`
	Gaps      []CaseGap      `json:"gaps"`
	Handoffs  []CaseHandoff  `json:"handoffs"`
	Duties    []CaseDuty     `json:"duties" doc:"That lie apart from the case, or did."`
	Referrals []CaseReferral `json:"referrals"`
	Events    []CaseEvent    `json:"events"`
	Clocks    []CaseClock    `json:"clocks"`
}

// CaseGap is time in which nobody held the case, or a duty that was passed on
// was not answered.
type CaseGap struct {
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until,omitempty"`
	Why   string     `json:"why"`

	Reference string `json:"reference,omitempty" doc:"Of the hand-off it is of."`
}

// CaseHandoff is a hand-off on the line of a case.
type CaseHandoff struct {
	ID               uuid.UUID    `json:"id"`
	Reference        string       `json:"reference"`
	Duty             string       `json:"duty"`
	FromOrganisation Organisation `json:"from_organisation"`
	ToOrganisation   Organisation `json:"to_organisation"`
	Status           string       `json:"status"`
	OffSystem        bool         `json:"off_system" doc:"The receiver never signs in: its times are the sender's word."`
	SentAt           time.Time    `json:"sent_at"`
	DueAt            time.Time    `json:"due_at"`
	ReceivedAt       *time.Time   `json:"received_at,omitempty"`
	AcceptedAt       *time.Time   `json:"accepted_at,omitempty"`
	DecidedAt        *time.Time   `json:"decided_at,omitempty"`
	VictimToldAt     *time.Time   `json:"victim_told_at,omitempty"`
	RefusalReason    string       `json:"refusal_reason,omitempty"`
}

// CaseDuty is one stretch in which a duty lay apart from the case.
type CaseDuty struct {
	Duty         string       `json:"duty"`
	Organisation Organisation `json:"organisation"`
	From         time.Time    `json:"from"`
	Until        *time.Time   `json:"until,omitempty"`
}

// CaseSummary is a case in a list.
type CaseSummary struct {
	ID                      uuid.UUID    `json:"id"`
	Reference               string       `json:"reference"`
	Status                  string       `json:"status"`
	Victim                  CaseVictim   `json:"victim"`
	RiskLevel               string       `json:"risk_level"`
	EnhancedRights          bool         `json:"enhanced_rights"`
	LoggedAt                time.Time    `json:"logged_at"`
	AccountableOrganisation Organisation `json:"accountable_organisation"`
	NextClock               *NextClock   `json:"next_clock,omitempty"`
	Version                 int          `json:"version"`
}

// CaseVictim is the victim in a list.
type CaseVictim struct {
	GivenName   string   `json:"given_name,omitempty"`
	FamilyName  string   `json:"family_name,omitempty"`
	KnownAs     string   `json:"known_as,omitempty"`
	DateOfBirth *string  `json:"date_of_birth,omitempty" format:"date"`
	Borough     *Borough `json:"borough,omitempty"`
}

// NextClock is the duty of a case that is due first.
type NextClock struct {
	Rule       string     `json:"rule"`
	ReferralID *uuid.UUID `json:"referral_id,omitempty"`
	Holder     string     `json:"holder"`
	State      string     `json:"state"`
	DueAt      time.Time  `json:"due_at"`
}

func presentLogged(l cases.Logged) LoggedCase {
	return LoggedCase{
		ID: l.ID, Reference: l.Reference, Status: string(l.Status), AccountableOrganisation: presentOrganisation(l.Accountable),
		EnhancedRights: EnhancedRights{Flag: l.Enhanced, Reasons: l.EnhancedReasons},
	}
}

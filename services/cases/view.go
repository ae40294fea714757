package cases

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// noReferral is the referral of an outbox row that is about none.
var noReferral uuid.UUID

// View is a case as whoever holds it reads it: everything that is known, in one
// audited reading.
type View struct {
	Case         models.Case
	Victim       models.Victim
	Boroughs     map[string]string // names by E09 code, of every borough of the case
	Incidents    []models.Incident
	People       []models.RelatedPerson
	Contact      Contact
	Sharing      []Decision
	Referrals    []ReferralLine
	Clocks       []ClockLine
	Holders      []Holder
	Handoffs     []HandoffLine // those in the air; a journey has all
	Duties       []DutyLine    // that lie apart now; a journey has all
	Events       []Event       // the latest, newest first
	Accountable  models.Organisation
	LoggedByOrg  models.Organisation
	LoggedByName string // empty for somebody of another organisation
	At           time.Time
	HolderIsOwn  bool // the actor's organisation holds the case

	// How long a reading under emergency access may go on; 0: it is none.
	EmergencyLeft time.Duration
}

// Contact is how somebody can be reached safely, and what is known about it.
// Before acceptance a receiver sees no value and no code word (decisions.md 1).
type Contact struct {
	CaseID      uuid.UUID
	Reference   string // of the case; empty for a receiver
	Points      []Point
	CodeWord    string
	HasCodeWord bool
	Values      bool // whether the actor may see numbers, addresses and the code word
}

// Point is one channel with who confirmed it, and what stops it.
type Point struct {
	models.ContactPoint
	Source         string // key of models.ContactSources
	ConfirmedByOrg string
	Stop           *Stop
}

// Stop is "someone else answered": nobody may use the channel until it is
// cleared by a caseworker of the holder.
type Stop struct {
	ID  uuid.UUID
	At  time.Time
	Why string
	Org string
}

// Channels are the channels alone, as the gate takes them.
func (c *Contact) Channels() []models.ContactChannel {
	out := make([]models.ContactChannel, len(c.Points))
	for i := range c.Points {
		out[i] = c.Points[i].ContactChannel
	}
	return out
}

// Decision is a sharing decision with the name of its receiver.
type Decision struct {
	models.SharingDecision
	Receiver string
	Live     bool
}

// ReferralLine is a referral as the list of a case shows it.
type ReferralLine struct {
	ID          uuid.UUID
	Reference   string
	Service     string
	From        models.Organisation
	To          models.Organisation
	Pathway     string
	Status      models.ReferralStatus
	Priority    models.Priority
	Relation    string
	ParentID    *uuid.UUID
	SubmittedAt *time.Time
	AcceptedAt  *time.Time
	EndedAt     *time.Time
	DueAt       *time.Time
	Reason      string
	DecidedBy   string
	Version     int
}

// ClockLine is a clock with its holder and its words.
type ClockLine struct {
	models.Clock
	Holder models.Organisation
	Text   models.ClockText
}

// Holder is one stretch of the line of holders. The stretches touch; a gap is a
// fact beside them.
type Holder struct {
	Organisation models.Organisation
	From         time.Time
	Until        *time.Time // nil: now
}

// Gap is time in which a duty was passed on and not answered, or in which
// nobody held the case.
type Gap struct {
	From  time.Time
	Until *time.Time // nil: it goes on
	Why   string

	Reference string // of the hand-off it is of
}

// Event is one thing that happened to the case or a referral of it.
type Event struct {
	At        time.Time
	Kind      string // "case.logged", "referral.accept", "sharing.recorded" ...
	Reference string // of the referral
	Service   string
	From, To  string // states of the referral
	Org       string
	Person    string // empty for somebody of another organisation
	Reason    string
	Happened  string    // in words, of what police, courts and others recorded
	ID        uuid.UUID // of what they recorded
}

// Journey is the line of holders with gaps, the referrals, the clocks and what
// happened, each in order.
type Journey struct {
	CaseID    uuid.UUID
	Reference string
	Status    models.CaseStatus
	LoggedAt  time.Time
	Holders   []Holder
	Gaps      []Gap // oldest first
	Handoffs  []HandoffLine
	Duties    []DutyLine
	Referrals []ReferralLine
	Events    []Event // oldest first
	Clocks    []ClockLine
	At        time.Time
}

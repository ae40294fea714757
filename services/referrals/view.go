package referrals

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// View is a referral as one reader is shown it. What the reader may not see is
// absent, never empty.
type View struct {
	ID            uuid.UUID
	Reference     string
	CaseID        uuid.UUID
	CaseReference string // to those who can see the case
	JourneyID     uuid.UUID
	ParentID      *uuid.UUID
	Relation      *models.ReferralRelation
	Pathway       string
	Version       int
	Service       Named
	From, To      Named
	FromKind      models.OrganisationKind
	ToKind        models.OrganisationKind

	Status      models.ReferralStatus
	HeldFrom    *models.ReferralStatus
	StatusSince time.Time
	StatusBy    string // a colleague's name, or the other organisation's
	Priority    models.Priority
	Reason      *string
	ReasonWords string
	DecidedBy   *models.DecidedBy
	ReviewOn    *time.Time
	OverLimit   bool
	DueAt       *time.Time

	CreatedAt                time.Time
	SubmittedAt              *time.Time
	FirstReadAt              *time.Time
	AcknowledgedAt           *time.Time
	AcceptedAt               *time.Time
	EndedAt                  *time.Time
	WithdrawalAcknowledgedAt *time.Time

	Worker *Named // of the reader's own organisation; to others only that there is one
	Team   *string

	Level          Level
	Relations      []Relation
	AllowedActions []models.Action

	Shared                map[string]any // what is shared with the reader at this moment
	SharedFields          []string       // what is seen from sending, and
	SharedAfterAcceptance []string       // once accepted: to the referrer
	SharingDecisionID     uuid.UUID      // to the referrer
	Answers               map[string]any // to the referrer, while it is a draft
	PathwayVersion        int
	SafeContact           *SafeContact

	Clocks    []models.Clock
	Holders   map[uuid.UUID]models.Organisation // who owes a clock
	History   []Step
	Questions []Question
	Attempts  []models.ContactAttempt // of the reader's own organisation, or of a case it can see
	Counted   int                     // attempts that count, on different days
	Required  int                     // how many the service asks for

	Attempt *AttemptResult // of record-contact alone
	NextID  *uuid.UUID     // of the referral that took this one's place

	OwnRecord bool // what the reader's organisation wrote is kept, and Open shows it
	Gone      bool // the act this answers ended the actor's sight of the referral
}

// ClockLine is a timed duty with who owes it.
type ClockLine struct {
	models.Clock
	Holder models.Organisation
}

// Named is something with a name.
type Named struct {
	ID   uuid.UUID
	Name string
}

// Step is one line of a referral's history.
type Step struct {
	Version   int
	Action    models.Action
	From, To  models.ReferralStatus
	At        time.Time
	By        string // a colleague's name; empty for another organisation's
	ByOrg     string
	ByRole    models.Role
	InState   *int64 // seconds in the state that was left
	Reason    *string
	DecidedBy *models.DecidedBy
	Note      *string
	Detail    map[string]any
}

// Question is what the receiver asked, and what it was told.
type Question struct {
	ID         uuid.UUID
	AskedAt    time.Time
	Question   string
	Answer     *string
	AnsweredAt *time.Time
}

// SafeContact is the one live read a receiver has of a case: the kinds of
// channel and their times before acceptance, numbers and the code word after.
type SafeContact struct {
	Channels []models.ContactPoint
	CodeWord string
	Values   bool // whether numbers and the code word may be shown
}

// AttemptResult says what a contact that was recorded means.
type AttemptResult struct {
	ID             uuid.UUID
	Counted        bool
	SafetyIncident bool
	Reached        bool
	Stopped        bool // the channel is closed for everyone
}

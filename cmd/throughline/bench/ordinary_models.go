package bench

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// The tables as somebody would write them down for GORM.

type gVictim struct {
	ID                             uuid.UUID `gorm:"primaryKey"`
	GivenName, FamilyName, KnownAs *string
	GivenKey, FamilyKey, KnownKey  *string
	DateOfBirth                    *time.Time
	Borough, Language              *string
	Postcode, Address              *string `gorm:"serializer:sealed"`
	PostcodeKey                    []byte
	InterpreterNeeded              *bool
	AccessNeeds                    stringList      `gorm:"type:text[]"`
	Equality, Missing              json.RawMessage `gorm:"type:jsonb"`
	CreatedAt                      time.Time
	Version                        int `gorm:"default:1"`
}

func (gVictim) TableName() string { return "victims" }

type gCase struct {
	ID                                        uuid.UUID `gorm:"primaryKey"`
	Reference, Status, Source                 string
	VictimID, AccountableOrgID, LoggedByOrgID uuid.UUID
	LoggedBy                                  uuid.UUID
	RiskLevel                                 string
	RiskNote                                  *string `gorm:"serializer:sealed"`
	Enhanced                                  bool
	EnhancedReasons                           stringList `gorm:"type:text[]"`
	HelpOffered                               string
	Wants                                     stringList `gorm:"type:text[]"`
	LoggedAt, UpdatedAt                       time.Time
	Version                                   int         `gorm:"default:1"`
	Victim                                    gVictim     `gorm:"foreignKey:VictimID"`
	Incidents                                 []gIncident `gorm:"foreignKey:CaseID"`
	People                                    []gPerson   `gorm:"foreignKey:CaseID"`
	Channels                                  []gChannel  `gorm:"foreignKey:CaseID"`
	Decisions                                 []gDecision `gorm:"foreignKey:CaseID"`
	Referrals                                 []gReferral `gorm:"foreignKey:CaseID"`
	Clocks                                    []gClock    `gorm:"foreignKey:CaseID"`
	Holders                                   []gHolder   `gorm:"foreignKey:CaseID"`
	Words                                     []gWord     `gorm:"foreignKey:CaseID"`
}

func (gCase) TableName() string { return "cases" }

type gIncident struct {
	ID, CaseID              uuid.UUID
	Position                int
	OccurredOn, ReportedOn  *time.Time
	WantsToReport           *bool
	Force                   *string
	CrimeReference          *string `gorm:"serializer:sealed"`
	CrimeKey                []byte
	PlaceKind, PlaceBorough *string
	OffenceTypes            stringList `gorm:"type:text[]"`
	HateStrands             stringList `gorm:"type:text[]"`
	Summary                 string     `gorm:"serializer:sealed"`
}

func (gIncident) TableName() string { return "incidents" }

type gPerson struct {
	ID, CaseID uuid.UUID
	Relation   string
	Name       *string `gorm:"serializer:sealed"`
	Suspect    bool
}

func (gPerson) TableName() string { return "related_people" }

type gChannel struct {
	ID, CaseID                    uuid.UUID
	Position                      int
	Channel, Person, Safe         string
	LeaveMessage                  bool
	Windows                       json.RawMessage `gorm:"type:jsonb"`
	ConfirmedOn                   *time.Time
	ConfirmedSource               *string
	ConfirmedBy, ConfirmedByOrgID *uuid.UUID
	Version                       int      `gorm:"default:1"`
	Detail                        *gDetail `gorm:"foreignKey:ChannelID"`
	Stops                         []gStop  `gorm:"foreignKey:ChannelID"`
}

func (gChannel) TableName() string { return "contact_channels" }

type gDetail struct {
	ChannelID   uuid.UUID `gorm:"primaryKey"`
	CaseID      uuid.UUID
	Value, Note *string `gorm:"serializer:sealed"`
	ValueKey    []byte
}

func (gDetail) TableName() string { return "contact_details" }

type gStop struct {
	ID, ChannelID, CaseID uuid.UUID
	Why                   string
	At                    time.Time
	ByOrgID               uuid.UUID
	ClearedAt             *time.Time
}

func (gStop) TableName() string { return "contact_stops" }

type gWord struct {
	CaseID uuid.UUID `gorm:"primaryKey"`
	Word   string    `gorm:"serializer:sealed"`
}

func (gWord) TableName() string { return "code_words" }

type gDecision struct {
	ID, CaseID, ReceiverOrgID uuid.UUID
	Purpose, Basis, Method    string
	Fields                    stringList `gorm:"type:text[]"`
	Reason                    *string    `gorm:"serializer:sealed"`
	RecordedAt                time.Time
	RecordedBy                uuid.UUID
	ExpiresOn, WithdrawnAt    *time.Time
	Version                   int
}

func (gDecision) TableName() string { return "sharing_decisions" }

type gHolder struct {
	ID            int64
	CaseID, OrgID uuid.UUID
	FromAt        time.Time
	UntilAt       *time.Time
}

func (gHolder) TableName() string { return "case_holders" }

type gOrg struct {
	ID   uuid.UUID
	Name string
	Kind string
}

func (gOrg) TableName() string { return "organisations" }

type gService struct {
	ID                                                    uuid.UUID
	Name, Pathway                                         string
	AttemptDays, AttemptDaysHigh, ContactDays, DecideDays int
}

func (gService) TableName() string { return "services" }

type gUser struct {
	ID, OrgID  uuid.UUID
	Name, Role string
}

func (gUser) TableName() string { return "users" }

type gReferral struct {
	ID                                                      uuid.UUID `gorm:"primaryKey"`
	Reference                                               string
	CaseID, JourneyID, ServiceID, FromOrgID, ToOrgID        uuid.UUID
	ParentID                                                *uuid.UUID
	Relation                                                *string
	Pathway, Status, Priority                               string
	Answers                                                 json.RawMessage `gorm:"serializer:sealed"`
	SharedFields, SharedAfterAcceptance                     stringList      `gorm:"type:text[]"`
	Version                                                 int
	CreatedBy                                               uuid.UUID
	CreatedAt                                               time.Time
	SubmittedBy, AcknowledgedBy, AcceptedBy, WorkerID       *uuid.UUID
	StatusBy, StatusByOrgID                                 *uuid.UUID
	SubmittedAt, AcknowledgedAt, AcceptedAt, EndedAt, DueAt *time.Time
	Team, Reason, DecidedBy                                 *string
	StatusSince                                             time.Time
	OverLimit                                               bool
	Service                                                 gService   `gorm:"foreignKey:ServiceID"`
	From                                                    gOrg       `gorm:"foreignKey:FromOrgID"`
	To                                                      gOrg       `gorm:"foreignKey:ToOrgID"`
	Worker                                                  *gUser     `gorm:"foreignKey:WorkerID"`
	Clocks                                                  []gClock   `gorm:"foreignKey:ReferralID"`
	History                                                 []gStep    `gorm:"foreignKey:ReferralID"`
	Shares                                                  []gShare   `gorm:"foreignKey:ReferralID"`
	Attempts                                                []gAttempt `gorm:"foreignKey:ReferralID"`
}

func (gReferral) TableName() string { return "referrals" }

type gClock struct {
	ID, CaseID, HolderOrgID uuid.UUID
	ReferralID              *uuid.UUID
	Rule, State             string
	LimitDays               int
	StartedAt, DueAt        time.Time
	FirstDueAt, DueSoonAt   time.Time
	StoppedAt, PausedSince  *time.Time
	PauseReason, Why        *string
	PausedSeconds           int64
}

func (gClock) TableName() string { return "clocks" }

type gStep struct {
	ID, ReferralID    uuid.UUID
	Version           int
	Action, ToStatus  string
	FromStatus        *string
	At                time.Time
	ByUserID, ByOrgID *uuid.UUID
	ByRole            string
	SecondsInPrevious *int64
	Reason, DecidedBy *string
	Note              *string         `gorm:"serializer:sealed"`
	Detail            json.RawMessage `gorm:"serializer:sealed"`
	By                *gUser          `gorm:"foreignKey:ByUserID"`
}

func (gStep) TableName() string { return "referral_history" }

type gShare struct {
	ReferralID uuid.UUID
	Stage      string
	Content    json.RawMessage `gorm:"serializer:sealed"`
}

func (gShare) TableName() string { return "referral_shares" }

type gAttempt struct {
	ID, CaseID, ReferralID uuid.UUID
	Channel, Outcome       string
	Counted                bool
	At                     time.Time
}

func (gAttempt) TableName() string { return "contact_attempts" }

type gAssignment struct {
	ID, ReferralID, WorkerID, ByUserID uuid.UUID
	FromAt                             time.Time
}

func (gAssignment) TableName() string { return "referral_assignments" }

type gAudit struct {
	ID                  uuid.UUID
	At                  time.Time
	SessionID           *uuid.UUID
	RequestID           string
	Action, SubjectType string
	SubjectID, CaseID   *uuid.UUID
	Detail              json.RawMessage `gorm:"type:jsonb"`
}

func (gAudit) TableName() string { return "audit_events" }

type gKey struct {
	UserID              uuid.UUID
	Route, Key          string
	RequestHash, Answer []byte
}

func (gKey) TableName() string { return "idempotency_keys" }

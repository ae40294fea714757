package v1

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// Named is something with a name.
type Named struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name,omitempty"`
}

// Referral asks one service to support one victim, as the reader may see it.
// What the reader may not see is absent.
type Referral struct {
	ID                       uuid.UUID        `json:"id"`
	Reference                string           `json:"reference" doc:"For people: random, with a check symbol."`
	CaseID                   uuid.UUID        `json:"case_id"`
	CaseReference            string           `json:"case_reference,omitempty" doc:"For those who can see the case."`
	JourneyID                uuid.UUID        `json:"journey_id" doc:"The same for every referral that follows from the first."`
	ParentID                 *uuid.UUID       `json:"parent_id,omitempty"`
	Relation                 string           `json:"relation,omitempty" doc:"How it follows from its parent: onward, reroute, cascade, re_refer, strand."`
	Pathway                  string           `json:"pathway"`
	PathwayVersion           int              `json:"pathway_version"`
	Version                  int              `json:"version" doc:"Rises by one with every act; also the ETag."`
	Service                  Named            `json:"service"`
	FromOrganisation         Organisation     `json:"from_organisation"`
	ToOrganisation           Organisation     `json:"to_organisation"`
	Status                   string           `json:"status" enum:"draft,submitted,acknowledged,info_requested,waitlisted,decline_proposed,accepted,in_progress,on_hold,completed,ended_early,not_engaged,declined,withdrawn,rerouted,lapsed,entered_in_error"`
	HeldFrom                 string           `json:"held_from,omitempty" doc:"The state a question, hold or proposal came from."`
	StatusSince              time.Time        `json:"status_since"`
	StatusBy                 string           `json:"status_by,omitempty" doc:"A colleague's name, or the other organisation's."`
	Priority                 string           `json:"priority" enum:"standard,medium,high"`
	Reason                   string           `json:"reason,omitempty" doc:"Coded, of the latest ending, hold or wait."`
	ReasonWords              string           `json:"reason_words,omitempty"`
	DecidedBy                string           `json:"decided_by,omitempty"`
	ReviewOn                 *string          `json:"review_on,omitempty" format:"date"`
	DueAt                    *time.Time       `json:"due_at,omitempty" doc:"The receiver's earliest duty that runs."`
	OverLimit                bool             `json:"over_limit"`
	CreatedAt                time.Time        `json:"created_at"`
	SubmittedAt              *time.Time       `json:"submitted_at,omitempty"`
	FirstReadAt              *time.Time       `json:"first_read_at,omitempty" doc:"When the receiver first opened it."`
	AcknowledgedAt           *time.Time       `json:"acknowledged_at,omitempty"`
	AcceptedAt               *time.Time       `json:"accepted_at,omitempty"`
	EndedAt                  *time.Time       `json:"ended_at,omitempty"`
	WithdrawalAcknowledgedAt *time.Time       `json:"withdrawal_acknowledged_at,omitempty"`
	Worker                   *Named           `json:"worker,omitempty"`
	Team                     string           `json:"team,omitempty"`
	Shown                    string           `json:"shown" enum:"shell,redacted,before acceptance,after acceptance,own record" doc:"How much of it the reader is shown."`
	Shared                   map[string]any   `json:"shared" doc:"What was frozen at sending and is open to the reader; keys that are not are absent, and null is not known."`
	SharedFields             []string         `json:"shared_fields,omitempty" doc:"Seen from sending. For the referrer."`
	SharedAfterAcceptance    []string         `json:"shared_after_acceptance,omitempty" doc:"Seen once accepted. For the referrer."`
	SharingDecisionID        *uuid.UUID       `json:"sharing_decision_id,omitempty" doc:"For the referrer."`
	Answers                  map[string]any   `json:"answers,omitempty" doc:"Of a draft; once sent they are shared."`
	SafeContact              *SafeContact     `json:"safe_contact,omitempty" doc:"Kinds of contact and their times; numbers and the code word after acceptance."`
	Clocks                   []CaseClock      `json:"clocks"`
	AllowedActions           []string         `json:"allowed_actions" doc:"What the reader may do now, by the state; the content is checked when it is done."`
	History                  []ReferralStep   `json:"history"`
	Questions                []AskedQuestion  `json:"questions"`
	Attempts                 []ContactAttempt `json:"attempts"`
	AttemptsCounted          int              `json:"attempts_counted" doc:"On how many days there was an attempt that counts."`
	AttemptsRequired         int              `json:"attempts_required"`
	Attempt                  *RecordedAttempt `json:"attempt,omitempty" doc:"The answer to record-contact alone."`
	NextReferralID           *uuid.UUID       `json:"next_referral_id,omitempty" doc:"The answer to reroute alone: the referral that takes its place."`
}

// ReferralStep is one line of a referral's history.
type ReferralStep struct {
	Version      int            `json:"version"`
	Action       string         `json:"action"`
	From         string         `json:"from,omitempty"`
	To           string         `json:"to"`
	At           time.Time      `json:"at"`
	By           string         `json:"by,omitempty" doc:"For colleagues."`
	Organisation string         `json:"organisation"`
	Role         string         `json:"role"`
	Seconds      *int64         `json:"seconds_in_previous,omitempty" doc:"How long it stood in the state it left."`
	Reason       string         `json:"reason,omitempty"`
	DecidedBy    string         `json:"decided_by,omitempty"`
	Note         string         `json:"note,omitempty"`
	Detail       map[string]any `json:"detail,omitempty"`
}

// AskedQuestion is something the receiver asked of the referrer.
type AskedQuestion struct {
	ID         uuid.UUID  `json:"id"`
	AskedAt    time.Time  `json:"asked_at"`
	Question   string     `json:"question"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
}

// ContactAttempt is a contact that happened.
type ContactAttempt struct {
	ID             uuid.UUID `json:"id"`
	Channel        string    `json:"channel"`
	Direction      string    `json:"direction"`
	Person         string    `json:"person,omitempty"`
	Outcome        string    `json:"outcome"`
	Said           string    `json:"said,omitempty"`
	Counted        bool      `json:"counted"`
	SafetyIncident bool      `json:"safety_incident"`
	At             time.Time `json:"at"`
}

// RecordedAttempt says what a contact means that was recorded.
type RecordedAttempt struct {
	ID             uuid.UUID `json:"id"`
	Counted        bool      `json:"counted" doc:"Towards the number the service requires."`
	SafetyIncident bool      `json:"safety_incident" doc:"It happened on a channel that was not safe."`
	Reached        bool      `json:"reached" doc:"The right person, in a way that counts."`
	ChannelStopped bool      `json:"channel_stopped" doc:"Nobody may use the channel until a caseworker has cleared it."`
}

func presentReferral(v referrals.View) Referral {
	out := Referral{
		ID: v.ID, Reference: v.Reference, CaseID: v.CaseID, CaseReference: v.CaseReference, JourneyID: v.JourneyID, ParentID: v.ParentID,
		Relation: text((*string)(v.Relation)), Pathway: v.Pathway, PathwayVersion: v.PathwayVersion, Version: v.Version,
		Service: named(v.Service), FromOrganisation: Organisation{v.From.ID, v.From.Name, string(v.FromKind)},
		ToOrganisation: Organisation{v.To.ID, v.To.Name, string(v.ToKind)}, Status: string(v.Status), HeldFrom: text((*string)(v.HeldFrom)),
		StatusSince: utc(v.StatusSince), StatusBy: v.StatusBy, Priority: string(v.Priority), Reason: text(v.Reason), ReasonWords: v.ReasonWords,
		DecidedBy: text((*string)(v.DecidedBy)), ReviewOn: day(v.ReviewOn), DueAt: utcOrNone(v.DueAt), OverLimit: v.OverLimit,
		CreatedAt: utc(v.CreatedAt), SubmittedAt: utcOrNone(v.SubmittedAt), FirstReadAt: utcOrNone(v.FirstReadAt),
		AcknowledgedAt: utcOrNone(v.AcknowledgedAt), AcceptedAt: utcOrNone(v.AcceptedAt), EndedAt: utcOrNone(v.EndedAt),
		WithdrawalAcknowledgedAt: utcOrNone(v.WithdrawalAcknowledgedAt), Team: text(v.Team), Shown: v.Level.String(), Shared: v.Shared,
		SharedFields: v.SharedFields, SharedAfterAcceptance: v.SharedAfterAcceptance, Answers: v.Answers,
		Clocks:         presented(v.Clocks, func(k models.Clock) CaseClock { return presentClock(k, v.Holders[k.HolderOrgID]) }),
		AllowedActions: presented(v.AllowedActions, func(a models.Action) string { return string(a) }),
		History:        presented(v.History, presentStep), Questions: presented(v.Questions, presentAsked),
		Attempts: presented(v.Attempts, presentAttempt), AttemptsCounted: v.Counted, AttemptsRequired: v.Required, NextReferralID: v.NextID,
	}
	if out.Shared == nil {
		out.Shared = map[string]any{}
	}
	if v.SharingDecisionID != uuid.Nil {
		out.SharingDecisionID = &v.SharingDecisionID
	}
	if v.Worker != nil {
		worker := named(*v.Worker)
		out.Worker = &worker
	}
	if v.SafeContact != nil {
		out.SafeContact = presentGate(v.SafeContact)
	}
	if a := v.Attempt; a != nil {
		out.Attempt = &RecordedAttempt{ID: a.ID, Counted: a.Counted, SafetyIncident: a.SafetyIncident, Reached: a.Reached, ChannelStopped: a.Stopped}
	}
	return out
}

func named(n referrals.Named) Named { return Named{ID: n.ID, Name: n.Name} }

func presentReferralClock(l referrals.ClockLine) CaseClock { return presentClock(l.Clock, l.Holder) }

func presentStep(s referrals.Step) ReferralStep {
	return ReferralStep{
		Version: s.Version, Action: string(s.Action), From: string(s.From), To: string(s.To), At: utc(s.At), By: s.By, Organisation: s.ByOrg,
		Role: string(s.ByRole), Seconds: s.InState, Reason: text(s.Reason), DecidedBy: text((*string)(s.DecidedBy)), Note: text(s.Note), Detail: s.Detail,
	}
}

func presentAsked(q referrals.Question) AskedQuestion {
	return AskedQuestion{ID: q.ID, AskedAt: utc(q.AskedAt), Question: q.Question, Answer: text(q.Answer), AnsweredAt: utcOrNone(q.AnsweredAt)}
}

func presentAttempt(a models.ContactAttempt) ContactAttempt {
	return ContactAttempt{
		ID: a.ID, Channel: string(a.Channel), Direction: string(a.Direction), Person: a.Person, Outcome: string(a.Outcome), Said: a.Said,
		Counted: a.Counted, SafetyIncident: a.SafetyIncident, At: utc(a.At),
	}
}

// presentGate shows what the gate lets through: absent values were withheld.
func presentGate(s *referrals.SafeContact) *SafeContact {
	return &SafeContact{CodeWord: s.CodeWord, Channels: presented(s.Channels, func(c models.ContactPoint) ContactChannel {
		return ContactChannel{
			ID: c.ID, Channel: string(c.Kind), Value: c.Value, Person: c.Person, Safe: string(c.Safe), LeaveMessage: c.LeaveMessage,
			Windows: presented(c.Windows, func(w models.Window) Window { return Window(w) }),
			Note:    c.Note, ConfirmedOn: day(c.ConfirmedOn), StoppedAt: utcOrNone(c.StoppedAt), Version: c.ContactChannel.Version,
		}
	})}
}

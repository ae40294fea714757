package models

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// The kinds of what is said of a service.
const (
	KindComplaint  = "complaint"
	KindCompliment = "compliment"
)

// ComplaintKinds lists them.
func ComplaintKinds() []Choice {
	return []Choice{{KindComplaint, "A complaint"}, {KindCompliment, "A compliment"}}
}

// ComplaintSources lists who says it. Nobody has to give a name.
func ComplaintSources() []Choice {
	return []Choice{
		{"victim", "The victim"},
		{"for_victim", "Somebody for the victim, with their agreement"},
		{"other", "Somebody else"},
		{complaintAnonymous, "Somebody who gives no name"},
	}
}

const complaintAnonymous = "anonymous"

// ComplaintWays lists how it was said.
func ComplaintWays() []Choice {
	return []Choice{{"in_person", "In person"}, {"phone", "By phone"}, {"email", "By email"}, {"text", "By text message"}, {"post", "By post"}, {"page", "On the victim's own page"}}
}

// ComplaintTopics lists what it is about, so that organisations and months can be
// compared.
func ComplaintTopics() []Choice {
	return []Choice{
		{"told", "Being told what happens"},
		{"delay", "How long it took"},
		{"manner", "How somebody was treated"},
		{"safety", "Safety, or being contacted in a way that was not safe"},
		{"privacy", "Who was told what"},
		{"decision", "A decision"},
		{"access", "Access, language or support needs"},
		{"support", "The support itself"},
		{"other", "Something else"},
	}
}

// ComplaintOutcomes lists what can come of a complaint.
func ComplaintOutcomes() []Choice {
	return []Choice{{"upheld", "Upheld"}, {"partly", "Upheld in part"}, {"not_upheld", "Not upheld"}}
}

// EscalatedToOffice is a complaint that the Commissioner's office reads.
const EscalatedToOffice = "commissioner"

// ComplaintLevels lists whom a complaint can be taken to.
func ComplaintLevels() []Choice {
	return []Choice{{EscalatedToOffice, "The Victims' Commissioner's office"}, {"ombudsman", "The Parliamentary and Health Service Ombudsman"}}
}

// ComplaintReplies lists how somebody was told. There is nobody to tell where
// they gave no name.
func ComplaintReplies() []Choice {
	return append(ComplaintWays()[:5], Choice{"none", "Nobody can be told: they gave no name, or no way to reach them is safe"})
}

// Complaint is what somebody said of an organisation, and how it stands. What
// was said is sealed; Said, Wants and Worker are opened for whoever may read it.
type Complaint struct {
	ID             uuid.UUID
	Kind           string
	OrgID          uuid.UUID // whom it is about
	ServiceID      uuid.UUID // uuid.Nil: no one service
	CaseID         uuid.UUID // uuid.Nil: of no case
	SaidBy         string
	Channel        string
	Topic          string
	Said           string
	Wants          string // what they want to happen
	Worker         string // whom it names, as it was said
	ReceivedOn     time.Time
	At             time.Time
	ByOrgID        uuid.UUID
	AcknowledgedAt *time.Time
	AnsweredAt     *time.Time
	Outcome        string
	EscalatedAt    *time.Time
	EscalatedTo    string
	ClosedAt       *time.Time
	Version        int
}

// State says how it stands: noted, open, acknowledged, answered, escalated or
// closed.
func (c *Complaint) State() string {
	switch {
	case c.Kind == KindCompliment:
		return "noted"
	case c.ClosedAt != nil:
		return "closed"
	case c.EscalatedAt != nil:
		return "escalated"
	case c.AnsweredAt != nil:
		return "answered"
	case c.AcknowledgedAt != nil:
		return "acknowledged"
	}
	return "open"
}

// ReceivedAt is the moment that its clocks count from: noon in London of the day
// it was received, or now where that is still to come.
func (c *Complaint) ReceivedAt(now time.Time) time.Time {
	y, m, d := c.ReceivedOn.Date()
	if at := time.Date(y, m, d, 12, 0, 0, 0, London()); at.Before(now) {
		return at.UTC()
	}
	return now
}

// complaintAgo is how long ago it may have been received, in days.
const complaintAgo = 365

// Check finds what is wrong with something about to be recorded.
func (c *Complaint) Check(today time.Time) []FieldError {
	f := &Faults{}
	f.oneOf("kind", "Select whether it is a complaint or a compliment", c.Kind, ComplaintKinds())
	if c.OrgID == uuid.Nil {
		f.Add("organisation_id", FieldRequired, "Select the organisation it is about")
	}
	f.oneOf("from", "Select who says it", c.SaidBy, ComplaintSources())
	f.oneOf("channel", "Select how it was said", c.Channel, ComplaintWays())
	f.oneOf("topic", "Select what it is about", c.Topic, ComplaintTopics())
	switch {
	case c.ReceivedOn.IsZero():
		f.Add("received_on", FieldRequired, "Enter the day it was received")
	case c.ReceivedOn.After(today) || c.ReceivedOn.Before(today.AddDate(0, 0, -complaintAgo)):
		f.Add("received_on", FieldInvalid, "The day it was received must be within the last year")
	}
	f.text("said", "What was said", c.Said, 4000, true)
	if c.Said == "" {
		f.Add("said", FieldRequired, "Enter what was said")
	}
	f.text("wants", "What they want to happen", c.Wants, 1000, true)
	f.line("worker", "The worker", c.Worker, 120)
	return f.List()
}

// ComplaintReply is an acknowledgement or an answer.
type ComplaintReply struct {
	Channel string
	Safe    bool // they were told in a way that they said is safe
	Said    string
	Outcome string // of an answer
	Changes string // of an answer: what changes because of it
	Further bool   // of an answer: they were told how to take it further
}

// Check finds what is wrong with a reply to a complaint; whole says that it is
// the answer.
func (r *ComplaintReply) Check(c *Complaint, whole bool) []FieldError {
	f := &Faults{}
	f.oneOf("channel", "Select how they were told", r.Channel, ComplaintReplies())
	told := r.Channel != "none"
	if !told && c.SaidBy != complaintAnonymous && !whole {
		f.Add("channel", FieldInvalid, "They gave a name: find a safe way to tell them that it was received")
	}
	if told && !r.Safe {
		f.Add("safe", FieldRequired, "Tell them only in a way that they said is safe")
	}
	f.text("said", "What they were told", r.Said, 4000, true)
	if !whole {
		return f.List()
	}
	f.oneOf("outcome", "Select what came of it", r.Outcome, ComplaintOutcomes())
	if r.Said == "" {
		f.Add("said", FieldRequired, "Enter the answer")
	}
	f.text("changes", "What changes", r.Changes, 2000, true)
	if r.Changes == "" && slices.Contains([]string{"upheld", "partly"}, r.Outcome) {
		f.Add("changes", FieldRequired, "Enter what changes because of it")
	}
	if told && !r.Further {
		f.Add("further", FieldRequired, "Tell them how to take it further")
	}
	return f.List()
}

// CheckComplaintStep finds what is wrong with taking a complaint further, or with
// closing it: to is empty for the second.
func CheckComplaintStep(to, why string, closes bool) []FieldError {
	f := &Faults{}
	if !closes {
		f.oneOf("to", "Select whom it is taken to", to, ComplaintLevels())
	}
	f.text("why", "Why", why, 2000, true)
	if why == "" {
		f.Add("why", FieldRequired, "Enter why")
	}
	return f.List()
}

// CheckComplaintWorker finds what is wrong with the name of a colleague.
func CheckComplaintWorker(name string) []FieldError {
	f := &Faults{}
	f.line("worker", "The worker", name, 120)
	if name == "" {
		f.Add("worker", FieldRequired, "Enter the name of the colleague it is about")
	}
	return f.List()
}

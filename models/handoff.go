package models

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Duty is what a hand-off moves: the case itself, or one thing that is owed to
// the victim and can be owed by another organisation than the case's holder
// (referrals.md section 4).
type Duty string

// The duties. All but the case itself can lie apart from it.
const (
	DutyCase          Duty = "case"
	DutyWitnessCare   Duty = "witness_care"
	DutyVictimContact Duty = "victim_contact"
	DutyUpdates       Duty = "updates"
)

// Duties lists every duty, the case itself first.
func Duties() []Choice {
	return []Choice{
		{string(DutyCase), "The case itself"},
		{string(DutyWitnessCare), "Witness care"},
		{string(DutyVictimContact), "Victim contact"},
		{string(DutyUpdates), "Keeping them updated"},
	}
}

// Words names the duty as pages do.
func (d Duty) Words() string { return ChoiceWords(Duties(), string(d)) }

// HandoffStatus is where a hand-off stands.
type HandoffStatus string

// The states of a hand-off. It is in the air while it is offered.
const (
	HandoffOffered  HandoffStatus = "offered"
	HandoffAccepted HandoffStatus = "accepted"
	HandoffRefused  HandoffStatus = "refused"
	HandoffRecalled HandoffStatus = "recalled"
)

// HandoffStatuses lists every state with its words.
func HandoffStatuses() []Choice {
	return []Choice{
		{string(HandoffOffered), "Offered"},
		{string(HandoffAccepted), "Accepted"},
		{string(HandoffRefused), "Refused"},
		{string(HandoffRecalled), "Taken back"},
	}
}

// Words names the state as pages do.
func (s HandoffStatus) Words() string { return ChoiceWords(HandoffStatuses(), string(s)) }

// HandoffAction is what somebody asks to be done to a hand-off. The names are
// those of the API (contract.md section 4).
type HandoffAction string

// Every action.
const (
	HandoffAccept     HandoffAction = "accept"
	HandoffRefuse     HandoffAction = "refuse"
	HandoffRecall     HandoffAction = "recall"
	HandoffVictimTold HandoffAction = "victim-told"
)

// HandoffActions lists every action.
func HandoffActions() []HandoffAction {
	return []HandoffAction{HandoffAccept, HandoffRefuse, HandoffRecall, HandoffVictimTold}
}

// HandoffSide is how somebody's organisation stands to a hand-off.
type HandoffSide string

// The sides. A partner that never signs in has its word recorded by the sender,
// who then stands on its side too.
const (
	HandoffSender   HandoffSide = "sender"
	HandoffReceiver HandoffSide = "receiver"
)

// HandoffTransition is one row of the state table: what may be done from a
// state, by which side, and where it leads.
type HandoffTransition struct {
	Action HandoffAction
	From   HandoffStatus
	To     HandoffStatus
	By     []HandoffSide
}

// HandoffTransitions is the law of referrals.md section 4, row by row. Every
// pair of state and action that no row holds is refused and changes nothing.
func HandoffTransitions() []HandoffTransition {
	sender, receiver := []HandoffSide{HandoffSender}, []HandoffSide{HandoffReceiver}
	return []HandoffTransition{
		{HandoffAccept, HandoffOffered, HandoffAccepted, receiver},
		{HandoffRefuse, HandoffOffered, HandoffRefused, receiver},
		{HandoffRecall, HandoffOffered, HandoffRecalled, sender},
		{HandoffVictimTold, HandoffAccepted, HandoffAccepted, []HandoffSide{HandoffSender, HandoffReceiver}},
	}
}

// FindHandoffTransition returns the row of an action that leaves a state, and
// whether there is one.
func FindHandoffTransition(a HandoffAction, from HandoffStatus) (HandoffTransition, bool) {
	for _, t := range HandoffTransitions() {
		if t.Action == a && t.From == from {
			return t, true
		}
	}
	return HandoffTransition{}, false
}

// HandoffAnswerDays is how many working days an offer may wait for its answer:
// a starting number with no confirmed London value (decisions.md 24).
const HandoffAnswerDays = 2

// The most characters of what is written of a hand-off.
const (
	HandoffReasonLongest    = 500
	HandoffSummaryLongest   = 4000
	HandoffReferenceLongest = 60
	HandoffProofLongest     = 500
	HandoffNoteLongest      = 2000
)

// Handoff moves one duty of one case from the organisation that holds it to
// another, once that accepts. It holds no word of the person: what the receiver
// may see is in its contents.
type Handoff struct {
	ID                uuid.UUID
	Reference         string
	CaseID            uuid.UUID
	Duty              Duty
	FromOrgID         uuid.UUID
	ToOrgID           uuid.UUID
	SharingDecisionID *uuid.UUID // none where the receiver holds the case already
	Status            HandoffStatus
	OffSystem         bool      // the receiver never signs in: its times are the sender's word
	SentAt            time.Time // the first of the four times
	SentBy            uuid.UUID
	DueAt             time.Time  // the end of the working day by which it should be answered
	ReceivedAt        *time.Time // when the receiver first opened it, or says it had it
	AcceptedAt        *time.Time
	DecidedAt         *time.Time // when the answer was recorded here
	DecidedByOrgID    *uuid.UUID
	RefusalReason     string
	ToldAt            *time.Time // when the victim was told
	ToldByOrgID       *uuid.UUID
	ToldChannel       Channel
	ToldUnderstood    string // key of Understandings
	ToldHelp          string // key of TellingHelps
	Version           int
}

// InTheAir reports whether nobody has answered it yet.
func (h *Handoff) InTheAir() bool { return h.Status == HandoffOffered }

// Late reports whether an offer was not answered by its time.
func (h *Handoff) Late(now time.Time) bool {
	if h.DecidedAt != nil {
		return h.DecidedAt.After(h.DueAt)
	}
	return now.After(h.DueAt)
}

// Sides returns how an organisation stands to the hand-off; none: to it, there
// is no such hand-off.
func (h *Handoff) Sides(org uuid.UUID) []HandoffSide {
	var out []HandoffSide
	if h.FromOrgID == org {
		out = append(out, HandoffSender)
	}
	if h.ToOrgID == org || h.OffSystem && h.FromOrgID == org {
		out = append(out, HandoffReceiver)
	}
	return out
}

// AllowedActions lists what an organisation may do now, by the state table.
func (h *Handoff) AllowedActions(org uuid.UUID) []HandoffAction {
	var out []HandoffAction
	sides := h.Sides(org)
	for _, t := range HandoffTransitions() {
		if t.From != h.Status || t.Action == HandoffVictimTold && h.ToldAt != nil {
			continue
		}
		if slices.ContainsFunc(t.By, func(s HandoffSide) bool { return slices.Contains(sides, s) }) {
			out = append(out, t.Action)
		}
	}
	return out
}

// Understandings are the answers to "did they understand".
func Understandings() []Choice {
	return []Choice{{"yes", "Yes"}, {"no", "No"}, {"not_sure", "I am not sure"}}
}

// TellingHelps are what helped somebody to understand what they were told.
func TellingHelps() []Choice {
	return []Choice{{"none", "Nothing more was needed"}, {"interpreter", "An interpreter"}, {"easy_read", "Easy Read"}, {"bsl", "British Sign Language"}, {"supporter", "Somebody they chose to be there"}}
}

// OffSystemWord is what the sender knows of a partner that never signs in.
type OffSystemWord struct {
	SentAt           time.Time
	ReceivedAt       *time.Time
	AcceptedAt       *time.Time
	PartnerReference string
	Proof            string // what shows it: a letter, an entry, a name and a time
}

// CheckOffSystem returns what is wrong with a partner's times: they lie in the
// past and follow one another, and an acceptance has something to show for it.
func (w *OffSystemWord) CheckOffSystem(now time.Time) []FieldError {
	f := &Faults{}
	const prefix = "off_system."
	if w.SentAt.IsZero() {
		f.Add(prefix+"sent_at", FieldRequired, "Say when it was sent")
	} else if w.SentAt.After(now) {
		f.Add(prefix+"sent_at", FieldInvalid, "The time it was sent must be in the past")
	}
	last := w.SentAt
	for _, at := range []struct {
		field, words string
		t            *time.Time
	}{{"received_at", "The time they received it", w.ReceivedAt}, {"accepted_at", "The time they accepted it", w.AcceptedAt}} {
		switch {
		case at.t == nil:
			continue
		case at.t.After(now):
			f.Add(prefix+at.field, FieldInvalid, at.words+" must be in the past")
		case at.t.Before(last):
			f.Add(prefix+at.field, FieldInvalid, at.words+" cannot be before what came first")
		}
		last = *at.t
	}
	f.line(prefix+"partner_reference", "Their reference", w.PartnerReference, HandoffReferenceLongest)
	f.text(prefix+"proof", "What shows it", w.Proof, HandoffProofLongest, true)
	if w.AcceptedAt == nil && strings.TrimSpace(w.PartnerReference) != "" {
		f.Add(prefix+"partner_reference", FieldNotOpen, "Their reference belongs to their acceptance. Say when they accepted, or leave it empty until they have")
	}
	if w.AcceptedAt != nil && strings.TrimSpace(w.PartnerReference+w.Proof) == "" {
		f.Add(prefix+"proof", FieldRequired, "Give their reference, or say what shows that they accepted")
	}
	return f.List()
}

// CheckHandoffWords returns what is wrong with why a duty is handed over and
// the summary the receiver reads.
func CheckHandoffWords(reason, summary string) []FieldError {
	f := &Faults{}
	if strings.TrimSpace(reason) == "" {
		f.Add("reason", FieldRequired, "Say why you are handing it over")
	}
	f.text("reason", "Why", reason, HandoffReasonLongest, true)
	if strings.TrimSpace(summary) == "" {
		f.Add("summary", FieldRequired, "Say what they need to know to take over")
	}
	f.text("summary", "What they need to know", summary, HandoffSummaryLongest, true)
	return f.List()
}

// CheckReceiverReference returns what is wrong with the reference under which
// the receiver keeps it. One of their own is asked of whoever signs in.
func CheckReceiverReference(reference string, required bool) []FieldError {
	f := &Faults{}
	if required && strings.TrimSpace(reference) == "" {
		f.Add("receiver_reference", FieldRequired, "Enter your own reference for it")
	}
	f.line("receiver_reference", "Your reference", reference, HandoffReferenceLongest)
	return f.List()
}

// Telling is that somebody told the victim of a hand-off.
type Telling struct {
	Channel    Channel
	At         time.Time // zero: now
	Understood string
	Help       string
}

// CheckTelling returns what is wrong with it, before the safe-contact gate is
// asked.
func (t *Telling) CheckTelling(accepted, now time.Time) []FieldError {
	f := &Faults{}
	if !slices.Contains(Channels(), t.Channel) {
		f.Add("channel", presence(string(t.Channel)), "Select how they were told")
	}
	if !HasChoice(Understandings(), t.Understood) {
		f.Add("understood", presence(t.Understood), "Say whether they understood")
	}
	if t.Help != "" && !HasChoice(TellingHelps(), t.Help) {
		f.Add("help", FieldUnknown, "Select what helped them from the list")
	}
	switch {
	case t.At.After(now.Add(time.Minute)):
		f.Add("at", FieldInvalid, "The time they were told must be in the past")
	case t.At.Before(accepted.Truncate(time.Minute)):
		f.Add("at", FieldInvalid, "They are told once it was accepted, not before")
	}
	return f.List()
}

// presence is the code of a fault of something that was left out or is not known.
func presence(value string) string {
	if value == "" {
		return FieldRequired
	}
	return FieldUnknown
}

// CheckHandoffNote returns what is wrong with a note beside an act.
func CheckHandoffNote(note string) []FieldError {
	f := &Faults{}
	f.text("note", "Your note", note, HandoffNoteLongest, true)
	return f.List()
}

// handoffReasons are why an offer is refused (referrals.md section 4) and why a
// case is closed (domain.md 2.0), the most used first.
func handoffReasons() []Reason {
	refuse := func(code, words string) Reason {
		return Reason{Code: code, Group: GroupHandoffRefused, Words: words, Whose: []DecidedBy{DecidedByProvider}}
	}
	closing := func(code, words string, whose ...DecidedBy) Reason {
		return Reason{Code: code, Group: GroupCloseCase, Words: words, Whose: whose}
	}
	return []Reason{
		refuse("wrong_agency", "Wrong organisation"),
		refuse("wrong_borough", "Wrong borough"),
		refuse("missing_consent", "Their agreement is missing"),
		refuse("unsafe_contact", "No safe way to contact them"),
		refuse("duplicate", "We hold it already"),
		refuse("insufficient_information", "Too little information"),
		refuse("no_capacity", "No space"),
		refuse("overtaken_by_events", "Overtaken by events"),

		closing("needs_met", "Their needs are met", DecidedByReferrer, DecidedByVictim),
		closing("concluded_at_court", "The case has ended at court", DecidedByOther),
		closing("no_further_action", "No further action is taken", DecidedByOther),
		closing("victim_asked", "They asked us to stop", DecidedByVictim),
		closing("lost_contact", "We can no longer reach them", DecidedByOther),
		closing("moved_out_of_area", "They moved out of London", DecidedByOther),
		closing("died", "They have died", DecidedByOther),
		closing("logged_in_error", "It was logged by mistake", DecidedByReferrer),
		{Code: "other", Group: GroupCloseCase, Words: "Another reason", Whose: []DecidedBy{DecidedByOther}, NeedsText: true},
	}
}

package vault

import "github.com/google/uuid"

// Class is a group of columns that are sealed with one keyset, so that what one
// kind of content gives away gives away no other.
type Class string

// The classes of content, and of the keys that values are looked up by.
const (
	ClassContact   Class = "contact"   // where somebody is and how to reach them
	ClassNarrative Class = "narrative" // what happened, in anybody's words
	ClassCopies    Class = "copies"    // what was frozen for a receiver, and unfinished forms

	ClassLookUpValue    Class = "look_up.value"    // numbers and addresses of email
	ClassLookUpPostcode Class = "look_up.postcode" //
	ClassLookUpCrime    Class = "look_up.crime"    // crime references
)

// Classes are all of them, in the order they are made.
func Classes() []Class {
	return []Class{ClassContact, ClassNarrative, ClassCopies, ClassLookUpValue, ClassLookUpPostcode, ClassLookUpCrime}
}

// LooksUp reports whether a class holds keys to look values up by, which are
// never rotated: the same value has to give the same key.
func (c Class) LooksUp() bool {
	return c == ClassLookUpValue || c == ClassLookUpPostcode || c == ClassLookUpCrime
}

// Column is a column of the database that holds sealed content.
type Column int

// The columns that are sealed. Names and dates of birth are not among them:
// people are found by them, by prefix, which no sealed value allows
// (docs/adr/0018).
const (
	ContactValue Column = iota
	ContactNote
	CodeWord
	VictimAddress
	VictimPostcode

	IncidentSummary
	IncidentCrime
	CaseRiskNote
	CaseHelpNote
	CaseEnhancedOffNote
	PersonName
	DecisionReason
	DecisionNote
	QuestionText
	QuestionAnswer
	StepNote
	StepDetail
	AttemptSaid
	AttemptPerson
	NoteText
	DocumentName
	DocumentWithdrawn
	GoalText
	FormContent
	MARACResearch
	MARACMinutes
	MARACAction
	HandoffPartnerReference
	HandoffNote
	HandoffProof
	BulkWords
	BulkRunWords
	MatterName
	MatterNote
	MatterEvent
	ClosingNote
	StatusSaid
	StatusNote
	ComplaintWords
	ComplaintEntryWords
	FeedbackWords
	EventReference
	EventWords

	ShareSending
	ShareAcceptance
	HandoffSending
	HandoffAcceptance
	ReferralAnswers
	DraftData
	BlobKey
	ImportKey
	SampleCopy
	ReviewWords

	columnCount
)

// Spec says where a column is and how it is sealed. The part tells apart the
// rows of a table that share a key: the two stages of what is shared.
type Spec struct {
	Table, Name, Key, Part string
	Class                  Class
	JSON                   bool // a JSON object, where the others are text
}

// specs are in the order of the constants above.
var specs = [columnCount]Spec{
	ContactValue:   {"contact_details", "value", "channel_id", "", ClassContact, false},
	ContactNote:    {"contact_details", "note", "channel_id", "", ClassContact, false},
	CodeWord:       {"code_words", "word", "case_id", "", ClassContact, false},
	VictimAddress:  {"victims", "address", "id", "", ClassContact, false},
	VictimPostcode: {"victims", "postcode", "id", "", ClassContact, false},

	IncidentSummary:     {"incidents", "summary", "id", "", ClassNarrative, false},
	IncidentCrime:       {"incidents", "crime_reference", "id", "", ClassNarrative, false},
	CaseRiskNote:        {"cases", "risk_note", "id", "", ClassNarrative, false},
	CaseHelpNote:        {"cases", "help_note", "id", "", ClassNarrative, false},
	CaseEnhancedOffNote: {"cases", "enhanced_off_note", "id", "", ClassNarrative, false},
	PersonName:          {"related_people", "name", "id", "", ClassNarrative, false},
	DecisionReason:      {"sharing_decisions", "reason", "id", "", ClassNarrative, false},
	DecisionNote:        {"sharing_decisions", "withdrawn_note", "id", "", ClassNarrative, false},
	QuestionText:        {"referral_questions", "question", "id", "", ClassNarrative, false},
	QuestionAnswer:      {"referral_questions", "answer", "id", "", ClassNarrative, false},
	StepNote:            {"referral_history", "note", "id", "", ClassNarrative, false},
	StepDetail:          {"referral_history", "detail", "id", "", ClassNarrative, true},
	AttemptSaid:         {"contact_attempts", "said", "id", "", ClassNarrative, false},
	AttemptPerson:       {"contact_attempts", "person", "id", "", ClassNarrative, false},
	NoteText:            {"notes", "text", "id", "", ClassNarrative, false},
	DocumentName:        {"documents", "name", "id", "", ClassNarrative, false},
	DocumentWithdrawn:   {"documents", "withdrawn_reason", "id", "", ClassNarrative, false},
	GoalText:            {"support_goals", "goal", "id", "", ClassNarrative, false},
	FormContent:         {"form_entries", "content", "id", "", ClassNarrative, true},
	MARACResearch:       {"marac_research", "words", "id", "", ClassNarrative, false},
	MARACMinutes:        {"marac_minutes", "words", "id", "", ClassNarrative, false},
	MARACAction:         {"marac_actions", "what", "id", "", ClassNarrative, false},
	EventReference:      {"case_events", "reference", "id", "", ClassNarrative, false},
	EventWords:          {"case_events", "words", "id", "", ClassNarrative, true},

	HandoffPartnerReference: {"handoffs", "receiver_reference", "id", "", ClassNarrative, false},
	HandoffNote:             {"handoffs", "note", "id", "", ClassNarrative, false},
	HandoffProof:            {"handoffs", "proof", "id", "", ClassNarrative, false},
	BulkWords:               {"bulk_handoffs", "words", "id", "", ClassNarrative, true},
	BulkRunWords:            {"bulk_handoffs", "run_words", "id", "", ClassNarrative, true},
	MatterName:              {"matter_people", "name", "id", "", ClassNarrative, false},
	MatterNote:              {"matter_people", "note", "id", "", ClassNarrative, false},
	MatterEvent:             {"matter_events", "content", "id", "", ClassNarrative, true},
	ClosingNote:             {"case_closings", "note", "id", "", ClassNarrative, false},
	StatusSaid:              {"status_requests", "said", "id", "", ClassNarrative, false},
	StatusNote:              {"status_requests", "note", "id", "", ClassNarrative, false},
	ComplaintWords:          {"complaints", "words", "id", "", ClassNarrative, true},
	ComplaintEntryWords:     {"complaint_entries", "words", "id", "", ClassNarrative, true},
	FeedbackWords:           {"feedback_words", "words", "id", "", ClassNarrative, false},

	ShareSending:      {"referral_shares", "content", "referral_id", "sending", ClassCopies, true},
	ShareAcceptance:   {"referral_shares", "content", "referral_id", "acceptance", ClassCopies, true},
	HandoffSending:    {"handoff_contents", "content", "id", "sending", ClassCopies, true},
	HandoffAcceptance: {"handoff_contents", "content", "id", "acceptance", ClassCopies, true},

	ReferralAnswers: {"referrals", "answers", "id", "", ClassCopies, true},
	DraftData:       {"drafts", "data", "id", "", ClassCopies, true},
	BlobKey:         {"blobs", "key", "document_id", "", ClassCopies, false},
	ImportKey:       {"imports", "key", "id", "", ClassCopies, false},
	SampleCopy:      {"quality_sample_items", "copy", "id", "", ClassCopies, true},
	ReviewWords:     {"quality_reviews", "words", "id", "", ClassCopies, true},
}

// Columns are all the sealed columns.
func Columns() []Column {
	out := make([]Column, columnCount)
	for i := range out {
		out[i] = Column(i)
	}
	return out
}

// Spec says where the column is.
func (c Column) Spec() Spec { return specs[c] }

// String names the column as errors and the trail do: never its content.
func (c Column) String() string {
	s := specs[c]
	if s.Part != "" {
		return s.Table + "." + s.Name + "(" + s.Part + ")"
	}
	return s.Table + "." + s.Name
}

// bound is what a value of a row is tied to: the table, the column and the row,
// so that it opens nowhere else.
func (c Column) bound(row uuid.UUID) []byte {
	s := &specs[c]
	b := make([]byte, 0, len(s.Table)+len(s.Name)+len(s.Part)+3+len(row))
	b = append(append(b, s.Table...), '|')
	b = append(append(b, s.Name...), '|')
	b = append(append(b, s.Part...), '|')
	return append(b, row[:]...)
}

// Key is a column by which rows are found though what they are found by is
// sealed: equal values give equal keys, and nothing else is learnt.
type Key int

// The keys.
const (
	ContactValueKey Key = iota // a number as digits, or an address of email
	PostcodeKey
	CrimeKey
	EventReferenceKey
	ImportReferenceKey
	MatterEventKey
	ImportContentKey // of a whole row: whether it was sent before as it is
	StatusCodeKey    // of a code of the status page
	StatusTriedKey   // of a code that somebody typed, right or wrong
	StatusNetworkKey // of the network they typed it from

	keyCount
)

// KeySpec says where a key is, and which row holds it.
type KeySpec struct {
	Table, Name, Key string
	Class            Class
}

var keySpecs = [keyCount]KeySpec{
	ContactValueKey: {"contact_details", "value_key", "channel_id", ClassLookUpValue},
	PostcodeKey:     {"victims", "postcode_key", "id", ClassLookUpPostcode},
	CrimeKey:        {"incidents", "crime_key", "id", ClassLookUpCrime},

	EventReferenceKey:  {"case_events", "reference_key", "id", ClassLookUpCrime},
	MatterEventKey:     {"matter_events", "reference_key", "id", ClassLookUpCrime},
	ImportReferenceKey: {"import_rows", "reference_key", "id", ClassLookUpCrime},
	ImportContentKey:   {"import_rows", "content_key", "id", ClassLookUpCrime},

	StatusCodeKey:    {"status_doors", "code_key", "id", ClassLookUpValue},
	StatusTriedKey:   {"status_attempts", "code_key", "id", ClassLookUpValue},
	StatusNetworkKey: {"status_attempts", "network_key", "id", ClassLookUpValue},
}

// Keys are all of them.
func Keys() []Key {
	return []Key{ContactValueKey, PostcodeKey, CrimeKey, EventReferenceKey, ImportReferenceKey, MatterEventKey, ImportContentKey, StatusCodeKey, StatusTriedKey, StatusNetworkKey}
}

// Spec says where the key is.
func (k Key) Spec() KeySpec { return keySpecs[k] }

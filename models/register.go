package models

import (
	"slices"
	"strings"
)

// DataClass says what sort of personal data a column holds, by the harm it can
// do in the wrong hands (domain.md 5.1).
type DataClass string

// The classes. ClassCopy is a column that can hold any of the others.
const (
	ClassIdentity    DataClass = "identity"     // who a victim is, and where they live
	ClassContactSafe DataClass = "contact_safe" // how and when they can be reached without danger
	ClassNarrative   DataClass = "narrative"    // free text about somebody
	ClassSpecial     DataClass = "special"      // Article 9: health, ethnicity, religion, orientation, and what shows them
	ClassOffence     DataClass = "offence"      // what crime was reported, where and when
	ClassSuspect     DataClass = "suspect"      // offence data of somebody who is not the victim
	ClassFact        DataClass = "fact"         // what was decided and done for somebody
	ClassCopy        DataClass = "copy"         // a copy of any of these
	ClassStaff       DataClass = "staff"        // who of the staff did something
	ClassSecret      DataClass = "secret"       // what proves who somebody is; hashes of it
	ClassLink        DataClass = "link"         // ids, states, versions and times that mean nothing alone
)

// DataClasses lists every class, in the order the register explains them.
func DataClasses() []DataClass {
	return []DataClass{
		ClassIdentity, ClassContactSafe, ClassNarrative, ClassSpecial, ClassOffence, ClassSuspect, ClassFact,
		ClassCopy, ClassStaff, ClassSecret, ClassLink,
	}
}

// Words says what the class is, as the register does.
func (c DataClass) Words() string {
	switch c {
	case ClassIdentity:
		return "who a victim is, and where they live"
	case ClassContactSafe:
		return "how and when a victim can be reached without danger"
	case ClassNarrative:
		return "free text about somebody"
	case ClassSpecial:
		return "special category: health, ethnicity, religion, orientation, or what shows them"
	case ClassOffence:
		return "what crime was reported, where and when"
	case ClassSuspect:
		return "offence data of somebody who is not the victim"
	case ClassFact:
		return "what was decided and done for somebody"
	case ClassCopy:
		return "a copy of any of the other classes"
	case ClassStaff:
		return "who of the staff did something"
	case ClassSecret:
		return "what proves who somebody is, or a hash of it"
	case ClassLink:
		return "an id, state, version or time that means nothing alone"
	}
	return string(c)
}

// ControllerRule says how to find the organisation that answers for a column
// of a row: it answers a data request about it, and its retention rule holds.
type ControllerRule string

// The rules. Each names the columns it is read from, so that a request can be
// routed by the database.
const (
	ControllerHolder   ControllerRule = "holder"   // cases.accountable_org_id, now
	ControllerReferrer ControllerRule = "referrer" // referrals.from_org_id
	ControllerParties  ControllerRule = "parties"  // from_org_id, and to_org_id for its own copy from accepted_at
	ControllerAuthor   ControllerRule = "author"   // the organisation that wrote the row
	ControllerEmployer ControllerRule = "employer" // users.org_id of the member of staff
	ControllerOperator ControllerRule = "operator" // whoever runs the service
)

// ControllerRules lists every rule, in the order the register explains them.
func ControllerRules() []ControllerRule {
	return []ControllerRule{ControllerHolder, ControllerReferrer, ControllerParties, ControllerAuthor, ControllerEmployer, ControllerOperator}
}

// Words says who the controller is.
func (r ControllerRule) Words() string {
	switch r {
	case ControllerHolder:
		return "the organisation that holds the case now"
	case ControllerReferrer:
		return "the organisation that made the referral"
	case ControllerParties:
		return "the referrer for what it sent; the receiver too, for its copy, once it has accepted"
	case ControllerAuthor:
		return "the organisation whose person wrote the row"
	case ControllerEmployer:
		return "the organisation the member of staff works for"
	case ControllerOperator:
		return "the operator of the service"
	}
	return string(r)
}

// RetentionKind names the rule that says how long a column's row is kept. The
// lengths are settings of each organisation, not of this register.
type RetentionKind string

// The kinds of record that are kept and erased as one.
const (
	RetainCase     RetentionKind = "case"     // with the case, and with what is held for it
	RetainReferral RetentionKind = "referral" // with the referral; its receiver's own record has its own rule
	RetainContact  RetentionKind = "contact"  // a provider's record of its contacts
	RetainTrail    RetentionKind = "trail"    // the audit trail: detail and salt can go, the line stays
	RetainAccount  RetentionKind = "account"  // as long as somebody works here, and then as the employer says
	RetainSession  RetentionKind = "session"  // 90 days after it ended
	RetainGuess    RetentionKind = "guess"    // 1 day; 90 days where it was right
	RetainDraft    RetentionKind = "draft"    // 90 days without a change
	RetainAnswer   RetentionKind = "answer"   // 24 hours
	RetainMessage  RetentionKind = "message"  // until it has been drained and read
	RetainFigures  RetentionKind = "figures"  // figures without a person, kept for comparison
)

// RetentionKinds lists every kind.
func RetentionKinds() []RetentionKind {
	return []RetentionKind{
		RetainCase, RetainReferral, RetainContact, RetainTrail, RetainAccount, RetainSession, RetainGuess, RetainDraft,
		RetainAnswer, RetainMessage, RetainFigures,
	}
}

// DataField is one column of one table that holds something about a person.
type DataField struct {
	Table, Column string
	Class         DataClass
	Controller    ControllerRule
	Retention     RetentionKind
	Shared        []string // the keys of SharableFields that disclose it; none: it is never ticked
	Encrypted     bool     // encrypted in the database, by field
	Note          string   // what the class alone does not say
}

// Name is "table.column".
func (f DataField) Name() string { return f.Table + "." + f.Column }

// Regime is the part of the Data Protection Act 2018 that a column falls under.
type Regime string

// The two regimes of domain.md 5.1.
const (
	RegimeGeneral        Regime = "part_2" // UK GDPR and Part 2
	RegimeLawEnforcement Regime = "part_3" // Part 3: law-enforcement purposes of a competent authority
)

// Regime is which rules hold for the column in the hands of an organisation of
// a kind. Data about the crime and about a suspect is processed for law
// enforcement by the police, the courts, the Crown Prosecution Service,
// probation and prisons; support is not such a purpose, and a charity is never
// a competent authority (DPA 2018 ss.30 and 31).
func (f DataField) Regime(k OrganisationKind) Regime {
	if k.LawEnforcement() && f.LawEnforcement() {
		return RegimeLawEnforcement
	}
	return RegimeGeneral
}

// LawEnforcement reports whether Part 3 holds for the column where a competent
// authority is its controller.
func (f DataField) LawEnforcement() bool { return f.Class == ClassOffence || f.Class == ClassSuspect }

// FieldRegister lists every column of every table that holds something about a
// person, in the order of the tables. What stands in it is checked against the
// database: a column that is missing fails a test (migrations).
func FieldRegister() []DataField {
	var out []DataField
	for _, t := range slices.Concat(caseTables(), referralTables(), staffTables(), furtherTables(), alarmTables(), rightsTables()) {
		out = append(out, t.fields()...)
	}
	return out
}

// DataFieldsOf returns the register's columns of one table.
func DataFieldsOf(table string) []DataField {
	return slices.DeleteFunc(FieldRegister(), func(f DataField) bool { return f.Table != table })
}

// registered is one table of the register.
type registered struct {
	table      string
	controller ControllerRule
	retention  RetentionKind
	lines      []registeredLine
}

// registeredLine is some columns of one class, separated by spaces.
type registeredLine struct {
	class   DataClass
	columns string
	shared  string // keys, separated by spaces
	note    string
}

func (r registered) fields() []DataField {
	var out []DataField
	for _, l := range r.lines {
		for column := range strings.FieldsSeq(l.columns) {
			f := DataField{
				Table: r.table, Column: column, Class: l.class, Controller: r.controller, Retention: r.retention,
				Shared: strings.Fields(l.shared), Note: l.note,
			}
			f.Encrypted = slices.Contains(encryptedColumns(), f.Name())
			out = append(out, f)
		}
	}
	return out
}

// encryptedColumns are the columns whose values are encrypted before they reach
// the database.
func encryptedColumns() []string {
	return []string{
		"contact_details.value", "contact_details.note", "contact_details.value_key", "code_words.word",
		"victims.address", "victims.postcode", "victims.postcode_key",
		"incidents.summary", "incidents.crime_reference", "incidents.crime_key",
		"cases.risk_note", "cases.help_note", "cases.enhanced_off_note", "related_people.name",
		"sharing_decisions.reason", "sharing_decisions.withdrawn_note",
		"referral_questions.question", "referral_questions.answer", "referral_history.note", "referral_history.detail",
		"contact_attempts.said", "contact_attempts.person",
		"referral_shares.content", "referrals.answers", "drafts.data", "idempotency_keys.answer", "notes.text",
		"documents.name", "documents.withdrawn_reason", "blobs.key", "support_goals.goal", "form_entries.content", "marac_research.words", "marac_minutes.words", "marac_actions.what",
		"handoffs.receiver_reference", "handoffs.note", "handoffs.proof", "handoff_contents.content", "case_closings.note", "bulk_handoffs.words", "bulk_handoffs.run_words",
		"matter_people.name", "matter_people.note", "matter_events.content", "matter_events.reference_key",
		"case_events.reference", "case_events.reference_key", "case_events.words",
		"imports.key", "import_rows.reference_key", "import_rows.content_key",
		"status_requests.said", "status_requests.note", "status_doors.code_key", "status_attempts.code_key", "status_attempts.network_key",
		"quality_sample_items.copy", "quality_reviews.words",
		"complaints.words", "complaint_entries.words", "feedback_words.words",
	}
}

package models

// Whose a value of a record is, where somebody asks to see it (security.md
// T34).
const (
	WhoseSubject = "subject" // the victim's own
	WhosePlace   = "place"   // where and how the victim is reached: to the victim alone, whoever asks
	WhoseThird   = "third"   // somebody else's
	WhoseMixed   = "mixed"   // free text, which can hold anybody's
)

// PackField is one column of a record as an answer to a request shows it.
type PackField struct {
	Table, Column string
	Section       string
	Label         string
	Whose         string
	Key           string // of InformationFields, "" where the police are never given it
}

// PackFields are the columns an answer is made of, in the order it is read.
// Ids, times of work and the names of staff are not among them.
func PackFields() []PackField {
	const you, crime, others, contact, sharing, referral, kept = "Who you are", "What happened", "Other people", "How you are reached", "What was shared", "Referrals", "Contacts and notes"
	return []PackField{
		{"victims", "given_name", you, "First name", WhoseSubject, "given_name"},
		{"victims", "family_name", you, "Family name", WhoseSubject, "family_name"},
		{"victims", "known_as", you, "Known as", WhoseSubject, "known_as"},
		{"victims", "date_of_birth", you, "Date of birth", WhoseSubject, "date_of_birth"},
		{"victims", "borough", you, "Borough", WhosePlace, "borough"},
		{"victims", "postcode", you, "Postcode", WhosePlace, "postcode"},
		{"victims", "address", you, "Address", WhosePlace, "address"},
		{"victims", "language", you, "Language", WhoseSubject, "language"},
		{"victims", "access_needs", you, "Access needs", WhoseSubject, "access_needs"},
		{"victims", "equality", you, "Equality monitoring", WhoseSubject, ""},
		{"cases", "reference", you, "Case", WhoseSubject, "crime_reference"},
		{"cases", "risk_level", you, "Risk level", WhoseSubject, "risk_level"},
		{"cases", "risk_note", you, "What makes the risk", WhoseMixed, "risk_assessment"},
		{"cases", "wants", you, "What you want", WhoseSubject, ""},
		{"cases", "help_note", you, "What was said about help", WhoseMixed, ""},
		{"cases", "enhanced_off_note", you, "Why Enhanced Rights were switched off", WhoseMixed, ""},
		{"incidents", "occurred_on", crime, "When", WhoseSubject, "incident_summary"},
		{"incidents", "offence_types", crime, "Offences", WhoseSubject, "incident_summary"},
		{"incidents", "crime_reference", crime, "Crime reference", WhoseSubject, "crime_reference"},
		{"incidents", "place_borough", crime, "Where", WhosePlace, "incident_summary"},
		{"incidents", "summary", crime, "What happened", WhoseMixed, "incident_summary"},
		{"related_people", "relation", others, "Relation", WhoseThird, "perpetrator"},
		{"related_people", "name", others, "Name", WhoseThird, "perpetrator"},
		{"contact_channels", "channel", contact, "Way", WhosePlace, "safe_contact"},
		{"contact_channels", "safe", contact, "Whether it is safe", WhosePlace, "safe_contact"},
		{"contact_details", "value", contact, "Number or address", WhosePlace, "safe_contact"},
		{"contact_details", "note", contact, "Note", WhosePlace, ""},
		{"code_words", "word", contact, "Code word", WhosePlace, ""},
		{"sharing_decisions", "purpose", sharing, "For", WhoseSubject, ""},
		{"sharing_decisions", "basis", sharing, "Why it could be shared", WhoseSubject, ""},
		{"sharing_decisions", "fields", sharing, "What could be shared", WhoseSubject, ""},
		{"sharing_decisions", "reason", sharing, "Reason", WhoseMixed, ""},
		{"sharing_decisions", "withdrawn_note", sharing, "Why it was withdrawn", WhoseMixed, ""},
		{"referrals", "reference", referral, "Referral", WhoseSubject, ""},
		{"referrals", "status", referral, "State", WhoseSubject, ""},
		{"referrals", "answers", referral, "What was asked before it was sent", WhoseMixed, ""},
		{"referral_shares", "content", referral, "What was shared with us", WhoseMixed, ""},
		{"referral_history", "note", referral, "Note", WhoseMixed, ""},
		{"referral_history", "detail", referral, "Outcome and report", WhoseMixed, ""},
		{"referral_questions", "question", referral, "Question", WhoseMixed, ""},
		{"referral_questions", "answer", referral, "Answer", WhoseMixed, ""},
		{"contact_attempts", "at", kept, "A contact", WhoseSubject, ""},
		{"contact_attempts", "outcome", kept, "What came of it", WhoseSubject, ""},
		{"contact_attempts", "person", kept, "Who it was with", WhoseThird, ""},
		{"contact_attempts", "said", kept, "What was said", WhoseMixed, "support_notes"},
		{"notes", "text", kept, "Note", WhoseMixed, "support_notes"},
	}
}

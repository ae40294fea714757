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
	const support, held, justice = "What was planned with you", "Who held your case", "What police and courts did"
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
		{"form_entries", "form", kept, "A form", WhoseSubject, ""},
		{"form_entries", "filled_on", kept, "When it was filled in", WhoseSubject, ""},
		{"form_entries", "content", kept, "What was answered", WhoseMixed, "risk_assessment"},
		{"marac_research", "words", kept, "What was said at a MARAC", WhoseMixed, ""},
		{"marac_minutes", "words", kept, "Minutes of a MARAC", WhoseMixed, ""},
		{"marac_actions", "what", kept, "What a MARAC agreed on", WhoseMixed, ""},
		{"need_ratings", "need", support, "A need", WhoseSubject, ""},
		{"need_ratings", "score", support, "How it was going, from 1 to 5", WhoseSubject, ""},
		{"need_ratings", "unrated", support, "Why it was not rated", WhoseSubject, ""},
		{"support_goals", "goal", support, "A goal", WhoseMixed, ""},
		{"goal_reviews", "state", support, "How far a goal was reached", WhoseSubject, ""},
		{"appointments", "starts_at", support, "An appointment", WhoseSubject, ""},
		{"appointments", "place", support, "Where you met", WhosePlace, ""},
		{"appointment_outcomes", "attendance", support, "Whether you came", WhoseSubject, ""},
		{"appointment_outcomes", "why", support, "Why it did not happen", WhoseSubject, ""},
		{"handoffs", "reference", held, "Hand-off", WhoseSubject, ""},
		{"handoffs", "duty", held, "What was handed over", WhoseSubject, ""},
		{"handoffs", "status", held, "What became of it", WhoseSubject, ""},
		{"handoffs", "sent_at", held, "When it was offered", WhoseSubject, ""},
		{"handoffs", "told_at", held, "When you were told", WhoseSubject, ""},
		{"handoffs", "refusal_reason", held, "Why it was refused", WhoseSubject, ""},
		{"handoffs", "note", held, "Note", WhoseMixed, ""},
		{"handoffs", "proof", held, "What showed the answer", WhoseMixed, ""},
		{"handoff_contents", "content", held, "What was shared with it", WhoseMixed, ""},
		{"case_duties", "duty", held, "What lay with another organisation", WhoseSubject, ""},
		{"case_closings", "reason", held, "Why the case was closed", WhoseSubject, ""},
		{"case_closings", "note", held, "Note", WhoseMixed, ""},
		{"status_requests", "kind", held, "What was asked on the status page", WhoseMixed, ""},
		{"status_requests", "said", held, "What was said with it", WhoseMixed, ""},
		{"status_requests", "outcome", held, "What came of it", WhoseMixed, ""},
		{"status_requests", "note", held, "Note", WhoseMixed, ""},
		{"case_events", "occurred_at", justice, "When", WhoseSubject, ""},
		{"case_events", "details", justice, "What happened", WhoseMixed, ""},
		{"case_events", "words", justice, "What was said of it", WhoseMixed, ""},
		{"case_events", "reference", justice, "Reference", WhoseMixed, ""},
		{"case_events", "told_at", justice, "When you were told of it", WhoseSubject, ""},
	}
}

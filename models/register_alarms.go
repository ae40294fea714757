package models

// alarmTables are about who looked at what, and what was made of it.
func alarmTables() []registered {
	return []registered{
		{"alerts", ControllerEmployer, RetainTrail, []registeredLine{
			{ClassLink, "id desk kind org_id of_org_id case_id reference dedupe first_at last_at due_at escalated_at version", "", ""},
			{ClassStaff, "about_user_id taken_by taken_at closed_by closed_at", "", "never shown to whom it concerns"},
			{ClassLink, "figures", "", "numbers alone"},
			{ClassStaff, "outcome", "", "what was made of somebody's conduct"},
			{ClassNarrative, "outcome_text", "", "about a member of staff or a victim's safety"},
		}},
		{"alert_settings", ControllerEmployer, RetainTrail, []registeredLine{
			{ClassLink, "org_id key value changed_at", "", ""},
			{ClassNarrative, "reason", "", "about the work, not about a person"},
			{ClassStaff, "changed_by", "", ""},
		}},
		{"staff_households", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassStaff, "user_id family_keys borough said_at", "", "read by nobody else; compared in the database"},
		}},
		{"conflicts", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassStaff, "id user_id org_id kind employer_org_id said_at ended_at", "", "read by nobody else; compared in the database"},
			{ClassIdentity, "name given_key family_key date_of_birth", "", "of who was declared"},
			{ClassContactSafe, "value_key", "", "what a number is compared by, never the number"},
			{ClassOffence, "crime_key", "", "the same, of a crime reference"},
		}},
		{"conduct_acceptances", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassStaff, "user_id org_id version text_hash at", "", "which version of the code of conduct, and when"},
		}},
		{"data_sharing_agreements", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id org_id with_org_id purpose pathways basis reference signed_on expires_on recorded_by_role recorded_at ended_at version", "", "between organisations; no person of theirs"},
			{ClassStaff, "recorded_by ended_by", "", ""},
			{ClassNarrative, "ended_reason", "", "about the agreement, not about a person"},
		}},
		{"machine_clients", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id org_id scopes made_at last_used_at revoked_at version", "", "a system's, not a person's"},
			{ClassStaff, "made_by revoked_by", "", ""},
		}},
		{"machine_secrets", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id client_id made_at last_used_at ends_at", "", ""},
			{ClassStaff, "made_by", "", ""},
			{ClassSecret, "hash", "", "SHA-256 of 256 random bits"},
		}},
		{"webhook_endpoints", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id org_id url topics made_at off_at off_why failures failing_since retry_at before_until version", "", "an address of a system"},
			{ClassStaff, "made_by", "", ""},
			{ClassSecret, "sealed sealed_before", "", "sealed; what messages are signed with"},
		}},
		{"webhook_deliveries", ControllerEmployer, RetainMessage, []registeredLine{
			{ClassLink, "id endpoint_id org_id outbox_id topic referral_id handoff_id at status attempts next_at claimed_until tried_at answer fault done_at", "", "ids alone; 30 days after it arrived, 90 after it was given up"},
		}},
		{"conflict_questions", ControllerEmployer, RetainCase, []registeredLine{
			{ClassLink, "case_id why asked_at answered_at knows", "", ""},
			{ClassStaff, "user_id", "", ""},
		}},
		{"record_openings", ControllerEmployer, RetainSession, []registeredLine{
			{ClassLink, "kind record_id nth at", "", "kept for a day"},
			{ClassStaff, "user_id", "", ""},
		}},
	}
}

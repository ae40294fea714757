package models

// caseTables are the tables of a case. Their controller is whoever holds the
// case: responsibility for the person's record moves with the hand-off.
func caseTables() []registered {
	const notes = "frozen into what a receiver sees when its field is ticked"
	return []registered{
		{"victims", ControllerHolder, RetainCase, []registeredLine{
			{ClassStaff, "barred", "", "people who find no trace of the record"},
			{ClassIdentity, "given_name given_key", "given_name", ""},
			{ClassIdentity, "family_name family_key", "family_name", ""},
			{ClassIdentity, "known_as known_key", "known_as", ""},
			{ClassIdentity, "date_of_birth", "date_of_birth", ""},
			{ClassIdentity, "borough", "borough", ""},
			{ClassIdentity, "postcode postcode_key", "postcode", ""},
			{ClassIdentity, "address", "address", "never ticked to begin with"},
			{ClassSpecial, "language interpreter_needed", "language", "can show ethnicity"},
			{ClassSpecial, "access_needs", "access_needs", "shows health"},
			{ClassSpecial, "equality", "", "monitoring: never leaves the case"},
			{ClassFact, "missing", "", "what was not recorded, and why"},
			{ClassLink, "id access created_at recorded_at version shielded", "", ""},
		}},
		{"cases", ControllerHolder, RetainCase, []registeredLine{
			{ClassStaff, "barred", "", "people who find no trace of the record"},
			{ClassLink, "sealed held", "", ""},
			{ClassLink, "id reference victim_id status source accountable_org_id logged_by_org_id restricted_to access", "", ""},
			{ClassLink, "logged_at recorded_at updated_at version", "", ""},
			{ClassStaff, "logged_by", "", ""},
			{ClassFact, "risk_level", "risk_level", ""},
			{ClassNarrative, "risk_note", "risk_assessment", notes},
			{ClassFact, "enhanced enhanced_reasons enhanced_off_reason help_offered help_reason wants", "", ""},
			{ClassNarrative, "enhanced_off_note help_note", "", ""},
		}},
		{"case_holders", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id org_id from_at until_at", "", ""},
		}},
		{"incidents", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id position", "", ""},
			{ClassOffence, "occurred_on occurred_from occurred_to reported_on wants_to_report force", "", ""},
			{ClassOffence, "crime_reference crime_key", "crime_reference", ""},
			{ClassOffence, "place_kind place_borough place_mode place_operator place_route offence_types", "", ""},
			{ClassSpecial, "hate_strands", "", "shows race, religion, orientation, disability or gender identity"},
			{ClassOffence, "summary", "incident_summary", "free text"},
		}},
		{"related_people", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id", "", ""},
			{ClassSuspect, "relation name", "children perpetrator", "of a suspect where suspect is set; otherwise the identity of somebody else"},
			{ClassSuspect, "suspect", "", "decides which field discloses the row"},
			{ClassFact, "parental_responsibility", "", ""},
		}},
		{"contact_channels", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id position version", "", ""},
			{ClassContactSafe, "channel person safe leave_message windows", "safe_contact", "read live through the gate, never frozen"},
			{ClassContactSafe, "confirmed_on confirmed_source", "safe_contact", ""},
			{ClassStaff, "confirmed_by confirmed_by_org_id", "", ""},
		}},
		{"contact_details", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "channel_id case_id", "", ""},
			{ClassContactSafe, "value", "safe_contact", "only once accepted"},
			{ClassContactSafe, "value_key", "", "folded for search"},
			{ClassContactSafe, "note", "safe_contact", "only once accepted"},
		}},
		{"code_words", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "case_id", "", ""},
			{ClassContactSafe, "word", "safe_contact", "only once accepted"},
		}},
		{"contact_stops", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id channel_id case_id at cleared_at", "", ""},
			{ClassContactSafe, "why", "safe_contact", ""},
			{ClassStaff, "by_org_id by_user_id cleared_by", "", ""},
		}},
		{"sharing_decisions", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id receiver_org_id recorded_at expires_on withdrawn_at version", "", ""},
			{ClassFact, "purpose basis method fields withdrawn_reason", "", ""},
			{ClassNarrative, "reason withdrawn_note", "", ""},
			{ClassStaff, "recorded_by recorded_by_org_id withdrawn_by", "", ""},
		}},
	}
}

// referralTables are what passes between two organisations, and what each of
// them writes for itself.
func referralTables() []registered {
	return []registered{
		{"referrals", ControllerParties, RetainReferral, []registeredLine{
			{ClassStaff, "barred from_people to_people", "", "who finds no trace, and whom either side named"},
			{ClassLink, "sealed", "", ""},
			{ClassLink, "id reference case_id journey_id parent_id relation service_id pathway pathway_version from_org_id to_org_id", "", ""},
			{ClassLink, "sharing_decision_id status held_from version created_at submitted_at first_read_at acknowledged_at accepted_at", "", ""},
			{ClassLink, "ended_at review_on withdrawal_acknowledged_at status_since due_at due_key over_limit recorded_at live receiver_sees changed_in", "", ""},
			{ClassFact, "priority reason decided_by shared_fields shared_after_acceptance", "", ""},
			{ClassNarrative, "answers", "", "the pathway's questions; frozen at sending, then kept in referral_shares"},
			{ClassStaff, "created_by submitted_by acknowledged_by accepted_by worker_id team status_by status_by_org_id", "", ""},
		}},
		{"referral_shares", ControllerParties, RetainReferral, []registeredLine{
			{ClassLink, "referral_id stage", "", ""},
			{ClassCopy, "content", "", "what the ticked fields said when it was sent"},
		}},
		{"referral_history", ControllerParties, RetainReferral, []registeredLine{
			{ClassLink, "id referral_id case_id version action from_status to_status at recorded_at seconds_in_previous", "", ""},
			{ClassFact, "reason decided_by detail", "", ""},
			{ClassNarrative, "note", "", ""},
			{ClassStaff, "by_user_id by_org_id by_role", "", ""},
		}},
		{"referral_questions", ControllerParties, RetainReferral, []registeredLine{
			{ClassLink, "id referral_id position asked_at answered_at", "", ""},
			{ClassNarrative, "question answer", "", ""},
			{ClassStaff, "asked_by answered_by", "", ""},
		}},
		{"referral_assignments", ControllerAuthor, RetainReferral, []registeredLine{
			{ClassLink, "id referral_id from_at until_at", "", ""},
			{ClassStaff, "worker_id team by_user_id", "", ""},
		}},
		{"contact_attempts", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id channel_id at recorded_at", "", ""},
			{ClassContactSafe, "channel direction person outcome permission safety_incident", "", ""},
			{ClassFact, "counted", "", ""},
			{ClassContactSafe, "said", "", "what was said, by its code"},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"contact_plans", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id channel_id planned_at", "", ""},
			{ClassContactSafe, "at", "", ""},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"clocks", ControllerAuthor, RetainReferral, []registeredLine{
			{ClassStaff, "barred", "", "people who find no trace of the record"},
			{ClassLink, "id case_id referral_id complaint_id request_id rule rule_version holder_org_id state limit_days rung access recorded_at", "", ""},
			{ClassLink, "started_at due_at first_due_at due_soon_at stopped_at paused_since paused_seconds", "", ""},
			{ClassFact, "pause_reason pauses why", "", ""},
		}},
		{"quality_facts", ControllerOperator, RetainFigures, []registeredLine{
			{ClassStaff, "barred", "", "people who find no trace of the record"},
			{ClassLink, "kind id referral_id journey_id service_id from_org_id to_org_id pathway priority month status rule clock_state", "", "no person and no reference"},
			{ClassLink, "submitted_at ended_at accepted_at started_at due_at stopped_at elapsed_seconds since told_at planned_at counted_at", "", ""},
			{ClassLink, "reported_at charged_at tried_at hearings moved again", "", "what came of a case, in moments and numbers"},
			{ClassFact, "borough offence_group age_band reason decided_by", "", "in groups; small numbers are suppressed"},
			{ClassFact, "needs start_score end_score marks", "", "codes and scores; small numbers are suppressed"},
			{ClassSpecial, "ethnic_group sex disability", "", "in the broadest groups, for fair service; small numbers are suppressed"},
		}},
		{"outbox", ControllerAuthor, RetainMessage, []registeredLine{
			{ClassLink, "id topic referral_id case_id by_org_id at drained_at", "", ""},
			{ClassLink, "payload", "", "ids and codes only"},
		}},
		{"notices", ControllerAuthor, RetainMessage, []registeredLine{
			{ClassLink, "id outbox_id org_id topic referral_id handoff_id case_id at read_at", "", ""},
			{ClassStaff, "read_by", "", ""},
		}},
	}
}

// staffTables are about the people who work with the service, and what they
// leave behind. A draft is written by one of them and is about somebody else.
func staffTables() []registered {
	return []registered{
		{"users", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id org_id created_at disabled_at factor_owed factors_reset_at version machine", "", ""},
			{ClassStaff, "email name role factors_reset_by", "", ""},
			{ClassSecret, "password_hash", "", "argon2id"},
		}},
		{"sessions", ControllerEmployer, RetainSession, []registeredLine{
			{ClassLink, "id kind created_at last_seen_at idle_expires_at expires_at revoked_at revoked_why factor pending stepped_up_at new_device scopes", "", ""},
			{ClassStaff, "user_id org_id role user_agent_short network", "", ""},
			{ClassSecret, "token_hash", "", ""},
		}},
		{"refresh_tokens", ControllerEmployer, RetainSession, []registeredLine{
			{ClassLink, "id session_id issued_at expires_at used_at replaced_by", "", ""},
			{ClassSecret, "token_hash", "", ""},
		}},
		{"sign_in_attempts", ControllerOperator, RetainGuess, []registeredLine{
			{ClassLink, "id at ok", "", ""},
			{ClassSecret, "bucket email_hash device_hash", "", ""},
			{ClassStaff, "ip_prefix", "", "a network address, without its last part where it is IPv6"},
		}},
		{"pathway_coordinators", ControllerOperator, RetainAccount, []registeredLine{
			{ClassLink, "pathway org_id", "", ""},
		}},
		{"audit_events", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id at recorded_at session_id request_id action subject_type subject_id case_id refused xact", "", ""},
			{ClassStaff, "actor_user_id actor_org_id actor_role", "", ""},
			{ClassLink, "detail", "", "ids, codes and field names; never a name, number or free text"},
		}},
		{"drafts", ControllerAuthor, RetainDraft, []registeredLine{
			{ClassLink, "id kind case_id created_at updated_at version", "", ""},
			{ClassStaff, "user_id", "", ""},
			{ClassCopy, "data", "", "a form that has not been sent"},
		}},
		{"idempotency_keys", ControllerAuthor, RetainAnswer, []registeredLine{
			{ClassLink, "route key request_hash created_at", "", ""},
			{ClassStaff, "user_id", "", ""},
			{ClassCopy, "answer", "", "the answer that was given"},
		}},
	}
}

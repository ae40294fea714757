package models

// furtherTables are the tables of the areas that came after the first ones,
// each with its area.
func furtherTables() []registered {
	return []registered{
		{"bars", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id victim_id case_id source reason suspended inherited_from link_id set_at lifted_at", "", ""},
			{ClassStaff, "person_id", "", "never told: read by triggers alone"},
			{ClassStaff, "colleague_id email set_by set_by_org_id", "", ""},
			{ClassNarrative, "note", "", "how somebody of the staff knows the victim"},
		}},
		{"linkage_waiting", ControllerHolder, RetainSession, []registeredLine{{ClassLink, "case_id since", "", "until it is compared"}}},
		{"linkage_pairs", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id one_case_id other_case_id score raised_at state decided_at version", "", ""},
			{ClassLink, "findings", "", "how two records agree, never what either says"},
		}},
		{"linkage_answers", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id pair_id org_id answer reason at recorded_at", "", ""},
			{ClassStaff, "by_user_id", "", ""},
			{ClassNarrative, "note", "", "how somebody knows; not shown to the other organisation"},
		}},
		{"emergency_accesses", ControllerHolder, RetainTrail, []registeredLine{
			{ClassLink, "id case_id org_id reason at granted_at expires_at review_due_at escalated_at reviewed_at justified", "", ""},
			{ClassStaff, "user_id reviewed_by", "", ""},
			{ClassNarrative, "note review_note", "", "why somebody needed to see a case at once, and whether they did"},
		}},
		{"messages", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id channel_id state why way tries at next_at claimed_at sent_at done_at seen_at recorded_at", "", "that one sentence was sent, the same to everybody"},
			{ClassContactSafe, "channel", "", "text or email, never the number or the address"},
			{ClassStaff, "org_id by_user_id seen_by", "", ""},
		}},
		{"handoffs", ControllerParties, RetainCase, []registeredLine{
			{ClassLink, "id reference case_id from_org_id to_org_id sharing_decision_id off_system rung version recorded_at", "", ""},
			{ClassFact, "duty status sent_at due_at received_at accepted_at decided_at refusal_reason told_at told_understood told_help", "", "the four times, and what came of it"},
			{ClassContactSafe, "told_channel", "", ""},
			{ClassNarrative, "receiver_reference note proof", "", "the receiver's own reference, and words beside an answer"},
			{ClassStaff, "sent_by received_by decided_by decided_by_org_id told_by told_by_org_id", "", ""},
		}},
		{"handoff_contents", ControllerParties, RetainCase, []registeredLine{
			{ClassLink, "id stage", "", ""},
			{ClassCopy, "content", "", "the summary, and what the decision to share allows, frozen at sending"},
		}},
		{"bulk_handoffs", ControllerParties, RetainCase, []registeredLine{
			{ClassLink, "id reference from_org_id to_org_id at recorded_at doing run version", "", ""},
			{ClassNarrative, "words run_words", "", "why many cases are handed over, and what the receiver needs to know of all of them"},
			{ClassStaff, "by_user_id run_by run_org_id run_role", "", ""},
		}},
		{"bulk_handoff_cases", ControllerParties, RetainCase, []registeredLine{
			{ClassLink, "bulk_id n case_id from_org_id to_org_id handoff_id tried code says", "", "which cases, and by code why one could not be handed over"},
		}},
		{"matters", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id org_id at recorded_at", "", ""},
			{ClassOffence, "urn", "", "the number of a court case"},
			{ClassStaff, "by_user_id", "", ""},
		}},
		{"matter_cases", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "matter_id case_id org_id at", "", ""}, {ClassStaff, "by_user_id", "", ""},
		}},
		{"matter_people", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id matter_id org_id kind at", "", ""},
			{ClassIdentity, "name", "", "a witness who is not a victim, or a defendant"},
			{ClassNarrative, "note", "", ""},
			{ClassSpecial, "needs measures", "", "what a witness needs to give evidence"},
			{ClassStaff, "by_user_id", "", ""},
		}},
		{"matter_events", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id matter_id org_id type at", "", ""},
			{ClassSuspect, "occurred_at known_at content", "", "what was done about a suspect, and the reference of whoever entered it"},
			{ClassOffence, "reference_key", "", ""},
			{ClassStaff, "by_user_id", "", ""},
		}},
		{"matter_event_cases", ControllerAuthor, RetainCase, []registeredLine{{ClassLink, "event_id case_id org_id case_event_id says", "", "which event of which case it became, or why not"}}},
		{"matter_tellings", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "event_id person_id org_id rule rule_version due_at told_at", "", ""},
			{ClassContactSafe, "told_channel", "", ""},
			{ClassFact, "told_understood", "", ""},
			{ClassStaff, "told_by_user_id", "", ""},
		}},
		{"status_doors", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id given_at expires_at frozen_at ended_at ended_why version recorded_at", "", ""},
			{ClassSecret, "code_key word_hash", "", "a code and a word that open what the victim is shown; neither can be read back"},
			{ClassContactSafe, "language agreed_how agreed_on", "", "that they want the page and can look at it alone"},
			{ClassStaff, "given_by given_by_org_id frozen_by ended_by", "", ""},
		}},
		{"status_sessions", ControllerHolder, RetainSession, []registeredLine{
			{ClassLink, "id door_id case_id created_at idle_expires_at expires_at ended_at ended_why", "", ""},
			{ClassSecret, "token_hash", "", ""},
		}},
		{"status_attempts", ControllerOperator, RetainSession, []registeredLine{
			{ClassLink, "id ok at", "", ""},
			{ClassSecret, "code_key network_key", "", "what a guess is counted by: neither the code nor the address"},
		}},
		{"status_requests", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id door_id at due_at recorded_at done_at channel_id version", "", ""},
			{ClassFact, "kind outcome pressure risk", "", "what was asked on the page, and what a worker found out before anything was done"},
			{ClassContactSafe, "channel", "", ""},
			{ClassNarrative, "said note", "", ""},
			{ClassStaff, "done_by done_by_org_id", "", ""},
		}},
		{"complaints", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id kind org_id service_id case_id received_on received_at at changed_at recorded_at by_org_id acknowledged_at answered_at escalated_at escalated_to closed_at version", "", ""},
			{ClassFact, "said_by channel topic outcome", "", "who says it, what it is about, and what came of it"},
			{ClassNarrative, "words", "", "what was said of an organisation, what is wanted, and whom it names"},
			{ClassStaff, "named by_user_id", "", "who it is about, who may not read it, and who recorded it"},
		}},
		{"complaint_entries", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id complaint_id kind at recorded_at by_org_id", "", ""},
			{ClassContactSafe, "channel", "", ""},
			{ClassNarrative, "words", "", "what they were told, and what changes"},
			{ClassStaff, "by_user_id", "", ""},
		}},
		{"feedback_invitations", ControllerOperator, RetainCase, []registeredLine{
			{ClassLink, "id case_id referral_id service_id org_id point made_at expires_at answered_at recorded_at", "", "who was asked, when: no role reads it"},
		}},
		{"feedback_answers", ControllerOperator, RetainCase, []registeredLine{
			{ClassLink, "id service_id org_id point month", "", ""},
			{ClassSpecial, "heard safer again", "", "what somebody answered, of nobody by name"},
		}},
		{"feedback_words", ControllerOperator, RetainCase, []registeredLine{{ClassLink, "id", "", ""}, {ClassNarrative, "words", "", "what they said in words"}}},
		{"case_duties", ControllerHolder, RetainCase, []registeredLine{{ClassFact, "id case_id duty org_id from_at until_at", "", "who owes one duty apart from the case"}}},
		{"case_closings", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id closed_at reopened_at recorded_at", "", ""},
			{ClassFact, "reason", "", "why nothing is owed any more"},
			{ClassNarrative, "note", "", ""},
			{ClassStaff, "closed_by closed_by_org_id reopened_by", "", ""},
		}},
		{"protections", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "id case_id referral_id org_id action bar_id reason state asked_at decided_at", "", ""},
			{ClassStaff, "people asked_by asked_by_org_id asked_role decided_by", "", ""},
			{ClassNarrative, "note decided_note", "", ""},
		}},
		{"documents", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id kind type size at recorded_at withdrawn_at", "", ""},
			{ClassNarrative, "name withdrawn_reason", "", "names of files name people"},
			{ClassStaff, "by_user_id by_org_id withdrawn_by", "", ""},
		}},
		{"blobs", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "document_id name scan found scanned_at unwanted_at removed_at", "", ""},
			{ClassSecret, "key", "", "opens the content, which lies outside the database"},
			{ClassCopy, "sha256 sent_sha256", "", "of the content"},
		}},
		{"notes", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id kind corrects at recorded_at", "", ""},
			{ClassNarrative, "text", "", "what was written down; emptied, never changed"},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"form_entries", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id form version filled_on corrects at recorded_at", "", ""},
			{ClassSpecial, "content", "risk_assessment", "answers, score and judgement of a form; of the last one of a case a summary is frozen with its field"},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"marac_partners", ControllerAuthor, RetainTrail, []registeredLine{{ClassLink, "org_id partner_org_id at", "", "which organisations take part"}, {ClassStaff, "by_user_id", "", ""}}},
		{"marac_meetings", ControllerAuthor, RetainTrail, []registeredLine{{ClassLink, "id org_id meets_on at", "", ""}, {ClassStaff, "by_user_id", "", ""}}},
		{"marac_cases", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "referral_id case_id org_id reference meeting_id listed heard_at watched_until again_at again_why at version", "", ""},
			{ClassFact, "criteria", "", "why a MARAC looks at it"},
			{ClassStaff, "by_user_id", "", ""},
		}},
		{"marac_research", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id referral_id case_id at recorded_at", "", ""},
			{ClassNarrative, "words", "", "what an organisation that takes part knows, of a suspect too"},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"marac_minutes", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id referral_id case_id at recorded_at", "", ""},
			{ClassNarrative, "words", "", ""},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"marac_actions", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id referral_id case_id owner_org_id due_on clock_id at recorded_at done_at", "", ""},
			{ClassNarrative, "what", "", ""},
			{ClassStaff, "by_user_id by_org_id done_by", "", ""},
		}},
		{"need_ratings", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id point at recorded_at", "", ""},
			{ClassSpecial, "need score unrated", "", "how a need stands, in the person's own judgement"},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"support_goals", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id review_on at recorded_at", "", ""},
			{ClassSpecial, "need", "", ""},
			{ClassNarrative, "goal", "", ""},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"goal_reviews", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id goal_id review_on at recorded_at", "", ""},
			{ClassFact, "state", "", ""},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"appointments", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id instead_of at recorded_at", "", ""},
			{ClassContactSafe, "starts_at place channel", "", "the kind of place, never an address"},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"appointment_outcomes", ControllerAuthor, RetainContact, []registeredLine{
			{ClassLink, "id case_id referral_id appointment_id at recorded_at", "", ""},
			{ClassFact, "happened attendance why", "", ""},
			{ClassStaff, "by_user_id by_org_id", "", ""},
		}},
		{"case_events", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id case_id type at recorded_at told_at told_recorded_at", "", ""},
			{ClassSuspect, "occurred_at known_at details", "", "what was done about a suspect, in codes"},
			{ClassSuspect, "words", "", "reasons, conditions and charges, in anybody's words"},
			{ClassOffence, "reference reference_key", "", "of whoever recorded it"},
			{ClassContactSafe, "told_channel", "", ""},
			{ClassFact, "told_understood told_offered", "", ""},
			{ClassStaff, "source_org_id by_user_id by_org_id told_by_user_id told_by_org_id", "", ""},
		}},
		{"case_clocks", ControllerHolder, RetainCase, []registeredLine{
			{ClassLink, "clock_id case_id event_id stop_event_id off_record extended_at extended_days ended_on", "", ""},
			{ClassFact, "enhanced extended_reason", "", ""},
			{ClassStaff, "ended_by_user_id ended_by_org_id", "", ""},
		}},
		{"listings", ControllerOperator, RetainFigures, []registeredLine{
			{ClassLink, "id service_id source source_id content_hash changed_at withheld", "", ""},
			{ClassFact, "organisation name description status url email phone fees accreditations alert assured_on min_age max_age languages areas terms hours places", "", "a service, as anybody may read of it: nobody who is helped"},
		}},
		{"listing_imports", ControllerOperator, RetainTrail, []registeredLine{
			{ClassLink, "id org_id source format status total accepted changed duplicate refused at done_at recorded_at", "", ""}, {ClassStaff, "by_user_id", "", ""},
		}},
		{"listing_import_rows", ControllerOperator, RetainTrail, []registeredLine{
			{ClassLink, "import_id n org_id outcome field code says listing_id", "", ""}, {ClassFact, "name content", "", "a service, as it is published or would be"},
		}},
		{"imports", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id kind format status total done accepted changed duplicate refused at recorded_at started_at finished_at stopped_in content_gone_at version", "", ""},
			{ClassLink, "columns mapping", "", "what the columns of a file are called, and what we call them"},
			{ClassSecret, "key", "", "opens the content, which lies outside the database until the run is over"},
			{ClassStaff, "by_user_id started_by started_role", "", ""},
		}},
		{"import_chunks", ControllerAuthor, RetainSession, []registeredLine{{ClassLink, "import_id first_row rows name", "", "where the content is, by random names"}}},
		{"import_rows", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id import_id n org_id kind applied outcome field code says case_id at", "", "numbers and codes of rows, and nothing of what was in them"},
			{ClassFact, "flags force pressing", "", "what to see to first"},
			{ClassLink, "held_at later_at seen_at seen_as", "", "what was done about it in triage, and when"},
			{ClassStaff, "held_by seen_by", "", ""},
			{ClassOffence, "reference_key content_key", "", "of the source: whether it was sent before, and as it is"},
		}},
		{"feed_quality", ControllerOperator, RetainFigures, []registeredLine{
			{ClassLink, "org_id force month rows no_safe_way no_ethnicity no_needs_check returned_unsafe counted_at", "", "numbers alone: what the feed of a force left out in a month"},
		}},
		{"scorecards", ControllerOperator, RetainFigures, []registeredLine{
			{ClassLink, "measure org_id month pathway n part wide counted_at", "", "numbers alone: what an organisation did under a measure in a month"},
		}},
		{"quality_opt_outs", ControllerHolder, RetainCase, []registeredLine{
			{ClassFact, "case_id org_id at recorded_at", "", "somebody asked that none of their cases is read in an audit"}, {ClassStaff, "by_user_id", "", ""},
		}},
		{"quality_samples", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id name pathway standard_version service_id of_org_id from_month to_month size strata seed second_share in_reach left_out fingerprint drawn_at recorded_at", "", "the rule of a sample: no person"},
			{ClassStaff, "drawn_by", "", ""},
		}},
		{"quality_sample_items", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id sample_id org_id n person case_id referral_id service_id from_org_id to_org_id second readings moderated", "", "a pseudonym that holds in one sample"},
			{ClassCopy, "copy", "", "codes and days of one referral, without names, words or dates"},
		}},
		{"quality_reviews", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id item_id sample_id org_id kind grades at recorded_at", "", "how well somebody was served, criterion by criterion"},
			{ClassCopy, "words", "", "what in the redacted copy shows it"},
			{ClassStaff, "by_user_id", "", ""},
		}},
		{"quality_findings", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id sample_id org_id theme finding items at recorded_at", "", "about services, never about a person"}, {ClassStaff, "by_user_id", "", ""},
		}},
		{"quality_actions", ControllerParties, RetainTrail, []registeredLine{
			{ClassLink, "id finding_id sample_id org_id to_org_id recommendation due_on state at closed_at version recorded_at", "", "what an organisation is asked to do"}, {ClassStaff, "owner by_user_id", "", "a post"},
		}},
		{"quality_action_entries", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id action_id kind said evidence at by_org_id recorded_at", "", "what was done about a recommendation, and where the proof is found"}, {ClassStaff, "by_user_id", "", ""},
		}},
		{"import_mappings", ControllerAuthor, RetainTrail, []registeredLine{{ClassLink, "org_id kind mapping at", "", "names of columns"}, {ClassStaff, "by_user_id", "", ""}}},
		{"approvals", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id kind subject_type subject_id case_id requested_at expires_at decision decided_at version decide_roles", "", ""},
			{ClassStaff, "requested_by requested_by_role decided_by hidden_from", "", ""},
			{ClassNarrative, "reason decided_note", "", "about what is asked for, not about a victim"},
			{ClassLink, "payload", "", "ids, codes and field names"},
		}},
		{"data_keys", ControllerOperator, RetainAccount, []registeredLine{
			{ClassLink, "class version state wrapped_by changed_at", "", ""},
			{ClassSecret, "wrapped", "", "the data keys, wrapped by a key that is not in the database"},
		}},
		{"audit_leaves", ControllerOperator, RetainTrail, []registeredLine{
			{ClassLink, "leaf event_id event_at salt seal", "", "an erasure takes the salt; the seal alone opens nothing"},
		}},
		{"audit_tiles", ControllerOperator, RetainTrail, []registeredLine{{ClassLink, "level n hashes", "", ""}}},
		{"audit_checkpoints", ControllerOperator, RetainTrail, []registeredLine{{ClassLink, "n size note", "", ""}}},
		{"audit_receipts", ControllerOperator, RetainTrail, []registeredLine{{ClassLink, "n way place tried_at tries sent_at failure", "", "which of the places, never an address"}}},
		{"invitations", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id org_id kind sso invited_at approval_id issued_at expires_at used_at ended_at version", "", ""},
			{ClassStaff, "email role user_id invited_by invited_by_role issued_by used_by", "", ""},
			{ClassSecret, "token_hash", "", "of a link that is good once, for a day"},
		}},
		{"passkeys", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id created_at last_used_at sign_count", "", ""},
			{ClassStaff, "user_id name", "", "the name its holder gave it"},
			{ClassSecret, "credential_id record", "", "the public half of a key: it opens nothing"},
		}},
		{"app_keys", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id created_at last_used_at last_step", "", ""},
			{ClassStaff, "user_id name", "", "the name its holder gave it"},
			{ClassSecret, "sealed", "", "AES-256-GCM, bound to its person and row"},
		}},
		{"recovery_codes", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "id created_at used_at", "", ""},
			{ClassStaff, "user_id", "", ""},
			{ClassSecret, "code_hash", "", "SHA-256 of 128 random bits"},
		}},
		{"challenges", ControllerOperator, RetainAnswer, []registeredLine{
			{ClassLink, "id purpose expires_at", "", "five minutes; ten for an organisation's sign-in"},
			{ClassStaff, "user_id", "", ""},
			{ClassSecret, "asked_hash data", "", ""},
		}},
		{"sign_ons", ControllerOperator, RetainAccount, []registeredLine{
			{ClassLink, "org_id domain issuer client_id claim roles only_way active version set_at", "", "how an organisation signs in"},
			{ClassStaff, "set_by", "", ""},
			{ClassSecret, "sealed", "", "the client's secret, AES-256-GCM, bound to its organisation"},
		}},
		{"sign_on_subjects", ControllerEmployer, RetainAccount, []registeredLine{
			{ClassLink, "org_id issuer bound_at", "", ""},
			{ClassStaff, "user_id subject", "", "what the organisation's provider calls somebody"},
		}},
		{"code_attempts", ControllerOperator, RetainGuess, []registeredLine{
			{ClassLink, "id session_id bucket at ok", "", ""},
			{ClassStaff, "user_id device_hash", "", ""},
		}},
		{"account_notices", ControllerEmployer, RetainMessage, []registeredLine{
			{ClassLink, "id kind at read_at", "", ""},
			{ClassStaff, "user_id detail", "", "the name of a factor"},
		}},
		{"kept_forms", ControllerAuthor, RetainAnswer, []registeredLine{
			{ClassLink, "id path at", "", "an address of a page, by reference"},
			{ClassStaff, "user_id", "", ""},
			{ClassCopy, "sealed", "", "AES-256-GCM, bound to its person, row and page; 24 hours"},
		}},
	}
}

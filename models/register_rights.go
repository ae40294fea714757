package models

// rightsTables are how records end, and what went wrong with them.
func rightsTables() []registered {
	return []registered{
		{"retention_schedules", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id kind months days source source_date set_at version", "", "numbers and where they come from"},
			{ClassStaff, "set_by", "", ""},
		}},
		{"retention_holds", ControllerAuthor, RetainCase, []registeredLine{
			{ClassLink, "id org_id case_id reference placed_at until lifted_at version", "", ""},
			{ClassFact, "reason", "", ""},
			{ClassNarrative, "note lifted_note", "", ""},
			{ClassStaff, "placed_by lifted_by", "", ""},
		}},
		{"retention_items", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id kind subject_id reference class source since due_on found_at status approved_at delete_after version", "", "outlives the record: ids and times"},
			{ClassStaff, "approved_by decided_by", "", ""},
		}},
		{"retention_progress", ControllerOperator, RetainFigures, []registeredLine{
			{ClassLink, "one after round_ended_at", "", "how far the nightly look has come"},
		}},
		{"tombstones", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id reference org_id why record_kind record_reference class source due_on approved_at deleted_at recorded_at counts hash", "", "the certificate of a deletion: names nobody"},
			{ClassStaff, "approved_by second_by", "", ""},
		}},
		{"data_requests", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id reference kind received_on case_id referral_id record_reference due_on first_due_on extended_at", "", "outlives what it is about"},
			{ClassLink, "notice_on proposed_at answered_at expires_at status created_at version identity_on", "", ""},
			{ClassIdentity, "requester relation authority", "", "who asks: a victim, who speaks for one, a suspect, an officer"},
			{ClassNarrative, "asks identity_how extended_why tests notice_why victim_said outcome_why", "", ""},
			{ClassFact, "basis notice victim_view fields outcome ground", "", ""},
			{ClassStaff, "extended_by proposed_by second_by created_by", "", ""},
		}},
		{"data_request_marks", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "request_id key value_hash marked_at", "", "which value, never the value"},
			{ClassFact, "decision", "", ""},
			{ClassNarrative, "redacted", "", "what is left of a value"},
			{ClassStaff, "marked_by", "", ""},
		}},
		{"erasure_tasks", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id reference certificate told_at done_at outcome version", "", ""},
			{ClassNarrative, "note", "", "why a copy is kept"},
			{ClassStaff, "done_by", "", ""},
		}},
		{"breaches", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id reference happened_at aware_at report_by contained_at reported_at report_reference told_at attempt_id status closed_at created_at version", "", ""},
			{ClassFact, "cause people data_kinds risk told", "", ""},
			{ClassNarrative, "what risk_why contained not_reported_why told_why", "", "asked to name nobody"},
			{ClassStaff, "created_by", "", ""},
		}},
	}
}

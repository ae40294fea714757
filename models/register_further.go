package models

// furtherTables are the tables of the areas that came after the first ones,
// each with its area.
func furtherTables() []registered {
	return []registered{
		{"approvals", ControllerAuthor, RetainTrail, []registeredLine{
			{ClassLink, "id org_id kind subject_type subject_id case_id requested_at expires_at decision decided_at version decide_roles", "", ""},
			{ClassStaff, "requested_by requested_by_role decided_by hidden_from", "", ""},
			{ClassNarrative, "reason decided_note", "", "about what is asked for, not about a victim"},
			{ClassLink, "payload", "", "ids, codes and field names"},
		}},
	}
}

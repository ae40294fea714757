package models

// alarmTables are about who looked at what, and what was made of it.
func alarmTables() []registered {
	return []registered{
		{"record_openings", ControllerEmployer, RetainSession, []registeredLine{
			{ClassLink, "kind record_id nth at", "", "kept for a day"},
			{ClassStaff, "user_id", "", ""},
		}},
	}
}

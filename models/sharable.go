package models

// SharableFields are what a referrer can tick for a receiver, in the order the
// receiver reads them (contract.md section 4). The address is never ticked to
// begin with, and contact values always wait for acceptance (referrals.md
// section 1).
func SharableFields() []Choice {
	return []Choice{
		{"given_name", "First name"},
		{"family_name", "Family name"},
		{"known_as", "The name they go by"},
		{"date_of_birth", "Date of birth"},
		{"borough", "Borough"},
		{"postcode", "Postcode"},
		{"address", "Address"},
		{"language", "Language and interpreter"},
		{"access_needs", "Access needs"},
		{"safe_contact", "Safe contact"},
		{"incident_summary", "What happened"},
		{"crime_reference", "Crime reference"},
		{"risk_level", "Risk level"},
		{"risk_assessment", "What makes the risk"},
		{"children", "Children"},
		{"perpetrator", "The person responsible"},
	}
}

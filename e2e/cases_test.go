package e2e

import "testing"

// aCase is a case as a police system would log it.
func aCase(name string) map[string]any {
	return map[string]any{
		"source": "police",
		"victim": map[string]any{
			"given_name": name, "family_name": "Testwell", "date_of_birth": "1994-03-02", "borough": "Hackney",
			"postcode": "E8 1AA", "language": "English", "missing": map[string]any{},
		},
		"safe_contact": map[string]any{
			"channels": []any{map[string]any{
				"channel": "phone", "value": "07700 900123", "safe": "yes", "leave_message": false,
				"windows": []any{map[string]any{"day": "mon", "from": "09:00", "to": "17:00"}, map[string]any{"day": "thu", "from": "09:00", "to": "17:00"}},
			}, map[string]any{"channel": "post", "value": "1 Test Street, London", "safe": "no"}},
			"code_word": "bluebell", "confirmed_on": "2026-11-18",
		},
		"incidents": []any{map[string]any{
			"occurred_on": "2026-11-15", "reported_on": "2026-11-17", "force": "metropolitan", "crime_reference": "01/123456/26",
			"place": map[string]any{"kind": "home", "borough": "Hackney"}, "offence_types": []any{"domestic_abuse"},
			"summary": "Her former partner forced his way in and threatened her.",
		}},
		"risk_level": "standard",
	}
}

// vawgService finds the service of vawg@demo.test's organisation among those
// that a case may be referred to.
func vawgService(t testing.TB, police, vawg *caller, caseID string) map[string]any {
	t.Helper()
	org := vawg.get("/api/v1/me").text(t, "organisation.id")
	for _, s := range police.get("/api/v1/services?pathway=vawg&case_id=" + caseID).items(t) {
		if o, _ := s["organisation"].(map[string]any); o["id"] == org && s["eligible"] == true {
			return s
		}
	}
	t.Fatalf("the vawg service cannot be chosen for %s", caseID)
	return nil
}

// sent logs a case and refers it to the vawg service; it returns both ids.
func sent(t testing.TB, police, vawg *caller, name string) (caseID, referralID string) {
	t.Helper()
	caseID = police.create("/api/v1/cases", aCase(name)).text(t, "id")
	return caseID, refers(t, police, vawg, caseID)
}

// refers sends a case to the vawg service; it returns the referral's id.
func refers(t testing.TB, police, vawg *caller, caseID string) string {
	t.Helper()
	service := vawgService(t, police, vawg, caseID)
	org := service["organisation"].(map[string]any)["id"]
	fields := []any{"given_name", "family_name", "borough", "safe_contact", "incident_summary", "risk_level"}
	decision := police.create("/api/v1/cases/"+caseID+"/sharing-decisions", map[string]any{
		"receiver_organisation_id": org, "purpose": "support", "basis": "agreement", "method": "spoken", "fields": fields,
	}).text(t, "id")
	id := police.create("/api/v1/cases/"+caseID+"/referrals", map[string]any{
		"service_id": service["id"], "pathway": "vawg", "answers": vawgAnswers(t, police),
		"shared_fields":           []any{"borough", "incident_summary", "risk_level", "safe_contact"},
		"shared_after_acceptance": []any{"given_name", "family_name"},
		"sharing_decision_id":     decision, "priority": "standard",
	}).text(t, "id")
	police.do(id, "submit", nil)
	return id
}

// vawgAnswers answers the pathway's required questions from the description
// the product publishes.
func vawgAnswers(t testing.TB, c *caller) map[string]any {
	t.Helper()
	return required(t, c, "vawg")
}

package e2e

import "time"

// supporting meets what a service keeps of its work: needs, goals and
// appointments, the ending that asks about them, and the report that is owed.
func (w *tour) supporting() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	_, id := sent(w.t, police, vawg, "Support")
	page := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	vawg.do(id, "accept", map[string]any{"worker_id": vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]})
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})

	p := w.as("vawg.manager")
	p.visit(page).is(200).press("Support").is(200).sees("Nobody has been asked about their needs yet.", "No goal has been set yet.")
	w.look(p, empty)
	p.press("Say how needs stand").is(200)
	w.look(p, filled)
	w.wrong(p, "Keep this")
	p.pick("Mental and physical health", "2").pick("Finance and benefits", "Not safe to ask").press("Keep this").is(200).sees("was kept", "Not safe to ask")
	p.press("Add a goal").is(200)
	w.look(p, filled)
	w.wrong(p, "Add goal")
	now, err := time.Parse(time.RFC3339, vawg.get("/api/v1/referrals/"+id).text(w.t, "accepted_at"))
	if err != nil {
		w.t.Fatal(err)
	}
	soon := now.AddDate(0, 0, 20)
	p.write("Goal", "Sleep through the night.").choose("Mental and physical health").fill("Day", soon.Format("2")).fill("Month", soon.Format("1")).fill("Year", soon.Format("2006"))
	p.press("Add goal").is(200).sees("The goal was kept").press("Sleep through the night.").is(200)
	w.look(p, "review")
	w.wrong(p, "Keep this")
	p.visit(page + "/support").press("Make an appointment").is(200)
	w.look(p, filled)
	w.wrong(p, "Make appointment")
	vawg.create("/api/v1/referrals/"+id+"/appointments", map[string]any{"starts_at": now.Add(48 * time.Hour).Format(time.RFC3339), "place": "office", "channel": "phone"})
	vawg.create("/api/v1/referrals/"+id+"/appointments", map[string]any{"starts_at": now.Add(10 * time.Minute).Format(time.RFC3339), "place": "office", "channel": "phone"})
	first, _ := vawg.get("/api/v1/referrals/" + id + "/support").Body["appointments"].([]any)[0].(map[string]any)
	p.visit(page + "/support/appointment?appointment=" + first["id"].(string)).is(200)
	w.look(p, "outcome")
	w.wrong(p, "Keep this")
	p.choose("No").choose("We called it off").press("Keep this").is(200).sees("What came of it was kept")
	w.look(p, filled)
	w.look(p.visit(page+"/complete").is(200), filled)
	w.wrong(p, "End referral")

	p.visit(page + "/end").choose("The victim's decision").choose("Moved away").press("End referral").is(200)
	w.look(p.visit(page+"/report").is(200), filled)
	w.wrong(p, "Hand in the report")
	p.write("End report", "She moved away.").press("Hand in the report").is(200).sees("The end report was handed in")
	p.visit(page + "/support").is(200).sees("Why do you need to open this record?")
	w.look(p, "ended")
	w.wrong(p, "Open the record")
	p.write("Reason", "A complaint about our work.").press("Open the record").is(200).sees("Sleep through the night.")
	w.look(p, "opened")
}

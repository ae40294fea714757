package e2e

// handing meets the way of a case to another organisation and on: offered,
// refused, taken back, accepted, told, a duty apart handed back, a partner that
// never signs in, and a case that is closed.
func (w *tour) handing() {
	police := signIn(w.t, w.base, "police")
	ref := police.create("/api/v1/cases", aCase("Handed")).text(w.t, "reference")
	sender, receiver := w.as("police"), w.as("caseworker")
	w.look(w.as("probation").visit("/handoffs").is(200), empty)
	w.look(w.as("probation").visit("/owed").is(200).sees("owes nothing by the end of today"), empty)

	over := func(duty, to string) {
		sender.visit("/cases/" + ref).is(200).press("Hand over the case or a duty").is(200)
		sender.choose(duty).pick("Who will hold it?", to).write("Why are you handing it over?", "She moved there.").write("What do they need to know to take over?", "A hearing is on Monday. Nobody has told her yet.")
	}
	sender.visit("/cases/" + ref + "/hand-over/what").is(200)
	w.look(sender, filled)
	w.wrong(sender, "Continue")
	over("The case itself", "London Victim Service")
	sender.press("Continue").is(200).sees("Has the person agreed to share with London Victim Service?")
	w.look(sender, filled)
	w.wrong(sender, "Continue")
	sender.choose("They agreed").choose("Spoken", "How did they say so?").press("Continue").is(200).sees("What they will see at once", "What they will see once they accept")
	w.look(sender, filled)
	page := sender.sends()
	w.look(sender, "offered")
	w.look(sender.visit("/handoffs?box=sent").is(200), "sent")
	w.look(sender.visit("/cases/"+ref).sees("waiting since"), "handed")
	w.look(sender.visit("/cases/"+ref+"/close").is(200), filled)
	sender.choose("Their needs are met").press("Close case").is(409).sees("has not been answered")

	w.look(receiver.visit("/handoffs").is(200).sees("Due"), filled)
	w.look(receiver.visit(page).is(200).sees("Will you take over the case itself?", "A hearing is on Monday").lacks("Testwell"), filled)
	w.look(receiver.visit(page+"/accept").is(200), filled)
	w.wrong(receiver, "Accept: we hold it from now")
	w.look(receiver.visit(page+"/refuse").is(200), filled)
	w.wrong(receiver, "Refuse")
	w.look(sender.visit(page+"/recall").is(200), filled)
	receiver.visit(page).write("Your own reference for it", "LVS 2231").press("Accept: we hold it from now").is(200).sees("Your organisation holds this now", "See case "+ref)
	w.look(receiver, "accepted")
	w.look(receiver.visit("/owed?due=all").is(200).sees("Tell them who holds the case itself now"), filled)
	receiver.visit("/owed?of=me").is(200).sees("Owed since").visit(page)
	w.look(receiver.press("Record that they were told").is(200), filled)
	w.wrong(receiver, "Keep this")
	receiver.choose("Post").choose("Yes", "Did they understand?").press("Keep this").is(422).sees("not")
	sender.visit("/cases/" + ref).is(200).sees("Held now by London Victim Service")

	w.look(sender.press("The line").is(200).sees("London Victim Service", "Victim not told", "The same, as a table"), filled)

	w.apart(police)
	w.many(police)
}

// many meets the cases of a contract that ends, handed over as one act: one
// without an agreement is left out and says why, the other is accepted.
func (w *tour) many(police *caller) {
	with, without := police.create("/api/v1/cases", aCase("Agreed")), police.create("/api/v1/cases", aCase("Unasked")).text(w.t, "reference")
	police.create("/api/v1/cases/"+with.text(w.t, "id")+"/sharing-decisions", map[string]any{
		"receiver_organisation_id": w.organisation("caseworker"), "purpose": "support", "basis": "agreement", "method": "spoken", "fields": []string{"given_name", "borough", "safe_contact"},
	})
	sender, receiver := w.as(site(w.t).managerOf(w.t, "police")).proves(), w.as("caseworker.manager")
	w.look(w.as("vawg.manager").visit("/bulk-handoffs").is(200), empty)
	sender.visit("/bulk-handoffs").is(200).press("Hand over many cases").is(200)
	w.look(sender, filled)
	w.wrong(sender, "Offer them")
	sender.pick("Who will hold it?", "London Victim Service").write("Why are you handing it over?", "The contract ends.").write("What do they need to know to take over?", "Each has a plan.")
	sender.choose("Some of them").write("References of the cases, for some of them", with.text(w.t, "reference")+" "+without).press("Offer them").is(200)
	w.look(sender.sees("Could not be offered", "Record a decision to share with this organisation first"), filled)
	w.look(sender.visit("/bulk-handoffs").is(200).sees("0 of 2 answered"), filled)
	sender.press("G-").is(200).press("Take back what is not answered").is(200)
	w.look(sender, filled)
	receiver.visit("/bulk-handoffs").is(200).press("G-").is(200).press("Refuse them all").is(200)
	w.look(receiver, filled)
	w.wrong(receiver, "Refuse them all")
	receiver.press("Back").press("Accept all that are offered").is(200)
	w.look(receiver, filled)
	w.wrong(receiver, "Accept: we hold them from now")
	receiver.write("Your own reference for them", "LVS-26").press("Accept: we hold them from now").is(200).sees("1 of 1 answered", with.text(w.t, "reference"))
}

// organisation is the id of the organisation somebody works for.
func (w *tour) organisation(who string) string {
	w.t.Helper()
	org, _ := signIn(w.t, w.base, who).get("/api/v1/me").Body["organisation"].(map[string]any)
	return org["id"].(string)
}

// apart meets a duty that lies apart from its case, and a partner's word.
func (w *tour) apart(police *caller) {
	ref := police.create("/api/v1/cases", aCase("Apart")).text(w.t, "reference")
	sender, witness := w.as("police"), w.as("witnesscare")
	over := func(duty, to string) {
		sender.visit("/cases/"+ref+"/hand-over").is(200).choose(duty).pick("Who will hold it?", to).write("Why are you handing it over?", "It goes to court.")
		sender.write("What do they need to know to take over?", "She needs a screen.").press("Continue").is(200)
	}
	over("Witness care", "London Witness Care Unit")
	page := sender.sees("The Victims' Code places this duty on them").sends()
	w.look(witness.visit(page).is(200).sees("Will you take over witness care?"), "duty")
	witness.write("Your own reference for it", "WCU 7").press("Accept: we hold it from now").is(200).sees("07700 900123")
	w.look(witness, "duty held")
	w.look(witness.press("Hand it back").is(200), filled)
	w.wrong(witness, "Send hand-off")

	ref = police.create("/api/v1/cases", aCase("Word")).text(w.t, "reference")
	over("Keeping them updated", "London Borough of Hackney")
	sender.choose("They agreed").choose("Spoken", "How did they say so?").press("Continue").is(200).sees("does not sign in here")
	w.look(sender, filled)
	w.wrong(sender, "Continue")
	sender.fill("Day", "16", "When did you send it to them?").fill("Month", "11", "When did you send it to them?").fill("Year", "2026", "When did you send it to them?").fill("Time you sent it", "10:00")
	sender.press("Continue").is(200).sees("This is kept as their word").press("Send hand-off").is(200)
	w.look(sender.press("Record that they accepted").is(200), filled)
	w.wrong(sender, "Record that they accepted")

	ref = police.create("/api/v1/cases", aCase("Closed")).text(w.t, "reference")
	sender.visit("/cases/" + ref).press("Close this case").is(200)
	w.wrong(sender, "Close case")
	sender.choose("Their needs are met").press("Close case").is(200).sees("The case is closed")
	w.look(sender, "closed")
	w.look(sender.press("Open this case again").is(200), filled)
	sender.press("Open it again").is(200).sees("The case is open again")
}

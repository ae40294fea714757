package e2e

import "strings"

// auditing goes the whole way of an audit in the browser: a sample is drawn, one
// item is read by two who differ and settle it, a finding becomes an action, and
// a manager of the organisation answers until the office closes it.
func (w *tour) auditing() {
	office, second := w.as("commissioner"), w.as("commissioner.second")
	w.look(w.as(site(w.t).managerOf(w.t, "refuge")).visit("/quality/actions").is(200).sees("asked for nothing"), empty)
	ref := signIn(w.t, w.base, "police").create("/api/v1/cases", aCase("Auditing")).text(w.t, "reference")
	worker := w.as("police")
	worker.visit("/cases/" + ref + "/sharing").is(200).press("Whether they may be part of an audit").is(200)
	w.look(worker, filled)
	worker.choose("They ask to be left out").press("Save").is(200)

	w.look(office.visit("/quality/samples").is(200), filled)
	office.press("Draw a sample").is(200).sees("Metropolitan Police")
	w.look(office, filled)
	w.wrong(office, "Draw it")
	office.write("Name", "Second round").choose("Victim support").write("How many referrals?", "2").write("How many in a hundred", "100").press("Draw it").is(200).
		sees("0 of 2 items are finished", "In reach", "Read by two")
	sample := office.address()
	w.look(office, filled)
	office.press("Read item 1").is(200).sees("You are reading a redacted copy")
	w.look(office, filled)
	w.wrong(office, "Save my answers")
	answers := func(p *person, third string) {
		for i, q := range []string{"1. ", "2. ", "3. ", "4. ", "5. ", "6. "} {
			answer := "Yes"
			if i == 2 {
				answer = third
			}
			p.choose(answer, q)
		}
		p.write("What shows answer 3?", "Picked up on day 4.").press("Save my answers").is(200)
	}
	answers(office, "Partly")
	office.sees("Item 2 of 2")
	second.visit(strings.TrimPrefix(sample, w.base)+"/items/1").is(200).lacks("Picked up on day 4.", "Partly: ")
	answers(second, "No")
	office.visit(strings.TrimPrefix(sample, w.base)+"/items/1").is(200).sees("First reading", "Second reading").press("Settle where they differ").is(200)
	w.look(office, filled)
	w.wrong(office, "Settle it")
	office.choose("Partly").write("What shows answer 3?", "Late, with a reason.").press("Settle it").is(200).sees("1 of 2 items", "Two readers differed in 17% of 6 answers")
	office.press("Adult support, first round").is(200).sees("Compared with Adult support, first round", "1 of 1")
	w.look(office, "compared")
	office.press("Make a finding").is(200)
	w.look(office, filled)
	w.wrong(office, "Record the finding")
	office.choose("Timeliness").write("What did you find?", "Referrals are picked up late.").write("Items that show it", "1").press("Record the finding").is(200).sees("Referrals are picked up late.")
	office.press("Ask for an action").is(200)
	w.look(office, filled)
	w.wrong(office, "Ask for it")
	office.pick("Who is to act?", "London Victim Service, adult support").write("What is recommended?", "Pick referrals up on the day.").write("Who owns it there?", "Service manager").
		write("Day", "29").write("Month", "1").write("Year", "2027").press("Ask for it").is(200).sees("Pick referrals up on the day.")
	w.closing(office)
}

// closing has the organisation answer what it was asked, and the office close it.
func (w *tour) closing(office *person) {
	manager := w.as(site(w.t).managerOf(w.t, "support"))
	manager.visit("/quality/actions").is(200).press("Pick referrals up on the day.").is(200).lacks("Referrals are picked up late.")
	w.look(manager, filled)
	w.wrong(manager, "Send the answer")
	manager.write("What was done?", "A rota is in place.").write("Where is the evidence found?", "The rota of January.").press("Send the answer").is(200).sees("A rota is in place.")
	w.as("refuge").visit("/quality/actions").is(403)
	w.look(office.visit("/quality/actions").is(200), filled)
	office.press("Pick referrals up on the day.").is(200).choose("Yes, close the action").write("Why?", "The rota shows it.").press("Save").is(200).sees("Closed")
	w.look(office, "closed")
}

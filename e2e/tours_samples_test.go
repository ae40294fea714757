package e2e

import (
	"strings"
)

// auditing goes the whole way of an audit in the browser: an organisation agrees
// to be audited, a sample is drawn and read, a finding becomes an action, and its
// manager answers until the office closes it.
func (w *tour) auditing() {
	office := w.as("commissioner")
	w.look(office.visit("/quality/samples").is(200).sees("No sample was drawn yet."), empty)
	w.look(office.visit("/quality/actions").is(200).sees("Nothing was asked for yet."), empty)
	office.visit("/quality/samples/new").is(200).sees("Nobody agreed to be audited")
	w.look(office, empty)
	w.agreesToAudit()
	ref := w.audited()

	worker := w.as("police")
	worker.visit("/cases/" + ref + "/sharing").is(200).press("Whether they may be part of an audit by the Commissioner’s office").is(200)
	w.look(worker, filled)
	worker.choose("They ask to be left out").press("Save").is(200)

	office.visit("/quality/samples/new").is(200).sees("Metropolitan Police")
	w.look(office, filled)
	w.wrong(office, "Draw it")
	office.write("Name", "First round").choose("Violence against women and girls").pick("First month", "November 2026").pick("Last month", "November 2026").write("How many referrals?", "2").write("How many in a hundred do two people read?", "0").
		press("Draw it").is(200).sees("0 of 2 items are finished", "In reach")
	w.look(office, filled)
	w.look(office.visit("/quality/samples").is(200).sees("First round"), filled)
	office.press("First round").is(200).press("Read item 1").is(200).sees("You are reading a redacted copy")
	w.look(office, filled)
	w.wrong(office, "Save my answers")
	for i, q := range []string{"1. Was the safe way", "2. Was every attempt", "3. Was the referral", "4. Was every hand-off", "5. Where it ended", "6. Where the risk"} {
		answer := "Yes"
		if i == 2 {
			answer = "Partly"
		}
		office.choose(answer, q)
	}
	office.write("What shows answer 3?", "Picked up on day 4.").press("Save my answers").is(200).sees("Item 2 of 2", "1 of 2 finished")
	office.visit(strings.TrimSuffix(office.address(), "2") + "1").is(200).sees("Picked up on day 4.")
	w.look(office, "read")
	office.press("Back to the sample").is(200).sees("1 of 2 items").press("Make a finding").is(200)
	w.look(office, filled)
	w.wrong(office, "Record the finding")
	office.choose("Timeliness").write("What did you find?", "Referrals are picked up late.").write("Items that show it (optional)", "1").press("Record the finding").is(200).sees("Referrals are picked up late.")
	office.press("Ask for an action").is(200)
	w.look(office, filled)
	w.wrong(office, "Ask for it")
	office.pick("Who is to act?", vawgName).write("What is recommended?", "Pick referrals up on the day.").write("Who owns it there?", "Service manager").
		write("Day", "29").write("Month", "1").write("Year", "2027").press("Ask for it").is(200).sees("Pick referrals up on the day.")

	manager := w.as("vawg.manager")
	manager.visit("/quality/actions").is(200).press("Pick referrals up on the day.").is(200)
	w.look(manager, filled)
	manager.press("Send the answer").is(422)
	w.look(manager, faulty)
	manager.write("What was done?", "A rota is in place.").write("Where is the evidence found?", "The rota of January.").press("Send the answer").is(200).sees("A rota is in place.")
	w.as("refuge").visit("/quality/actions").is(403)
	office.visit("/quality/actions").is(200)
	w.look(office, filled)
	office.press("Pick referrals up on the day.").is(200).choose("Yes, close the action").write("Why?", "The rota shows it.").press("Save").is(200).sees("Closed")
	w.look(office, "closed")
}

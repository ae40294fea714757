package e2e

import "strings"

// complaining records a complaint about another organisation, which its manager
// acknowledges and answers, keeps one from a colleague, and takes one to the
// Commissioner's office, which closes it.
func (w *tour) complaining() {
	police, manager, office := w.as("police"), w.as(site(w.t).managerOf(w.t, "refuge")), w.as("commissioner")
	w.look(w.as("witnesscare").visit("/complaints").is(200).sees("There is none that is yours to read."), empty)
	ref := signIn(w.t, w.base, "police").create("/api/v1/cases", aCase("Complaining")).text(w.t, "reference")
	record := func(topic, said string) {
		police.visit("/complaints/new?case=" + ref).is(200)
		police.pick("Which organisation is it about?", "Rosewood Refuge").choose("The victim").choose("By phone").choose(topic).write("What was said?", said)
	}
	police.visit("/complaints").is(200).press("Record what was said").is(200)
	w.look(police, filled)
	w.wrong(police, "Record it")
	record("How long it took", "Nobody rang me back.")
	police.press("Record it").is(200).sees("Nobody rang me back.", "Acknowledge a complaint", ref).lacks("Record that they were told")
	first := strings.TrimPrefix(police.address(), w.base)
	w.look(police, filled)
	w.look(manager.visit("/complaints").is(200), filled)
	manager.visit("/owed?due=all").is(200).sees("Acknowledge a complaint", "A complaint")
	manager.visit(first).is(200).lacks(ref)
	w.wrong(manager, "Record that they were told")
	manager.choose("By phone").choose("Yes: they said that it is").press("Record that they were told").is(200).sees("Acknowledged")
	w.wrong(manager, "Record the answer")
	manager.choose("Upheld in part").write("The answer", "We were late.").write("What changes because of it?", "A rota.").choose("By phone").choose("Yes: they said that it is").
		choose("They were told how to take it further").press("Record the answer").is(200).sees("A rota.", "Answered")
	police.visit(first + "/further").is(200)
	w.look(police, filled)
	w.wrong(police, "Take it further")
	police.choose("The Victims' Commissioner's office").write("Why?", "It happened again.").press("Take it further").is(200).sees("Taken further")
	office.visit(first).is(200).sees("It happened again.")
	w.wrong(office, "Close the complaint")
	office.write("What did you find?", "The rota is kept.").press("Close the complaint").is(200).sees("Closed")
	record("How somebody was treated", "They did not believe me.")
	police.press("Record it").is(200)
	second := strings.TrimPrefix(police.address(), w.base)
	manager.visit(second + "/about").is(200)
	w.look(manager, filled)
	w.wrong(manager, "Keep it from them")
}

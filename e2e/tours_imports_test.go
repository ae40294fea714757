package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// oneFeed is a police feed whose columns are called as the force calls them, with
// a row of each outcome.
func oneFeed(mark string) string {
	var b strings.Builder
	b.WriteString("Crime no,Force,Offences,MO,Reported,First name,Family name,Born,Tel,Tel safe,Confirmed,Officer\n")
	row := func(n int, offence, safe string) {
		fmt.Fprintf(&b, "%s%d/26,metropolitan,%s,Somebody was followed home,2026-11-14,Ivo,%s,1990-05-06,07700 900321,%s,2026-11-14,PC 1\n", mark, n, offence, mark, safe)
	}
	row(1, "domestic_abuse", "no")
	row(2, "assault", "yes")
	row(2, "assault", "yes")
	row(3, "no such crime", "yes")
	return b.String()
}

// importing meets the pages of files that partners send: nothing sent yet, one
// whose columns have to be matched, its check, its run, and what came of it.
func (w *tour) importing() {
	const crimes = "Police feed: each row becomes a case"
	p := w.as(site(w.t).managerOf(w.t, "police"))
	p.visit("/cases").is(200).press("Import files").is(200)
	w.look(p, filled)
	p.press("Send a file").is(200)
	w.look(p, filled)
	w.wrong(p, "Send and check")
	p.choose(crimes).attach("The file", "feed.csv", oneFeed("Zztour")).press("Send and check").is(200).sees("Match the columns")
	w.look(p, filled)
	w.wrong(p, "Save and check")
	for label, column := range map[string]string{
		"Crime reference": "Crime no", "Police force": "Force", "Kinds of crime, with ; between": "Offences", "What happened": "MO", "First name": "First name", "Family name": "Family name",
		"Date of birth": "Born", "Phone number": "Tel", "Phone: is it safe": "Tel safe", "Day they said what is safe": "Confirmed", "Day it was reported": "Reported",
	} {
		p.pick(label, column)
	}
	p.press("Save and check").is(200)
	file := p.address()
	p.comes(file, "Checked, not started")
	w.look(p, filled)
	p.press("Start: take in 2 rows").is(200).sees("The file was started")
	w.look(p, "running")
	p.comes(file, "Its content is removed").sees("Accepted", "Already here", "Refused")
	w.look(p, "done")
	w.look(p.visit(file+"?outcome=refused").is(200).sees("Column: Kinds of crime"), "refused")
	w.triaging()
	w.look(p.visit("/imports/quality").is(200).sees("No ethnicity"), filled)
	w.look(w.as("commissioner").visit("/overview/feeds").is(200).sees("No ethnicity"), filled)
	// The next file of the unit goes in as it is.
	p.visit("/imports/new").choose(crimes).attach("The file", "feed.csv", oneFeed("Zznext")).press("Send and check").is(200)
	p.comes(p.address(), "Start: take in 2 rows").press("Give this file up").is(200).sees("The file was given up")
	w.look(p, "given up")
	w.look(p.visit("/imports").is(200), filled)
	w.look(w.as("witnesscare").visit("/imports").is(200).sees("No file was sent yet."), empty)
}

// triaging meets what the feed left to see to, case by case, until nothing is.
func (w *tour) triaging() {
	p := w.as("police")
	w.look(p.visit("/triage").is(200).sees("Open the case", "A way to reach them is not safe"), filled)
	p.press("Later: show me the next").is(200).press("I will see to it").is(200).sees("What you said you will see to")
	w.look(p, "followed")
	p.press("Done").is(200)
	for strings.Contains(p.text(), "Nothing more to see to") {
		p.press("Nothing more to see to").is(200)
	}
	w.look(p.sees("Nothing is left to look at."), empty)
}

// attach puts a file of the reader's machine into the control with this label.
func (p *person) attach(label, name, content string) *person {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
	id := ask[string](p, `[...document.querySelectorAll('label')].find(l => l.innerText.trim() === `+quote(label)+`).htmlFor`)
	p.presses++
	p.do(chromedp.SetUploadFiles(chromedp.ID(id), []string{path}))
	return p
}

// comes looks at a page again, as its reader would, until it says what is waited
// for.
func (p *person) comes(path, words string) *person {
	p.t.Helper()
	until(p.t, patience, "coming to: "+words, func() bool { return strings.Contains(p.visit(path).text(), words) })
	return p.is(200)
}

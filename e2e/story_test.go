package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// victim is who the story is about. Every value is one that must not show where
// it was not ticked.
type victim struct{ given, family, summary string }

func (v victim) name() string { return v.given + " " + v.family }

// secret are the words the receiver may not see before it accepts.
func (v victim) secret() []string {
	return []string{v.given, v.family, "07700", "7700 900", "1994", "01/123456/26"}
}

// The budget of the main job: log a case and refer it.
const (
	mostKeys = 40
	mostTime = 3 * time.Minute
)

// The budget of whoever receives it: from the inbox to acceptance.
const (
	mostPresses  = 4
	mostDeciding = time.Minute
)

var (
	caseRef     = regexp.MustCompile(`C-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`)
	referralRef = regexp.MustCompile(`R-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`)
)

func TestTheStoryInABrowser(t *testing.T) {
	t.Parallel()
	tellTheStory(t, true, victim{"Zinnia", "Quillwater", "Her former partner forced his way in and threatened her."})
}

func TestTheStoryWithoutJavaScript(t *testing.T) {
	t.Parallel()
	tellTheStory(t, false, victim{"Zelda", "Brackenfold", "Somebody she used to live with waits outside her door."})
}

// tellTheStory carries one victim from the police desk to a charity's acceptance
// to the Commissioner's figures, in the browser.
func tellTheStory(t *testing.T, script bool, v victim) {
	base := site(t).url
	arrives := func(who string) *person {
		p := open(t, base, who)
		if !script {
			p.withoutScript()
		}
		return p.signsIn()
	}
	police := arrives("police")
	if got := police.address(); got != "/today" {
		t.Errorf("the police land on %s, want their worklist", got)
	}
	police.starts()
	ref := logCase(police, v)
	id, preview := refer(police, ref, v)
	t.Logf("logging a case and referring it: %s", police.effort)
	if police.keys > mostKeys || police.took() > mostTime {
		t.Errorf("logging a case and referring it takes %s; want at most %d characters beyond names and free text and %s", police.effort, mostKeys, mostTime)
	}

	vawg := arrives("vawg")
	decide(vawg, id, v, preview)
	strangerSeesNothing(t, arrives("refuge"), ref, id, v)
	strangerAsksTheAPI(t, base, ref)

	police.visit("/referrals/"+id).is(200).sees("Accepted", "Inês Quillfeather", "after it was sent")
	police.visit("/cases/"+ref).is(200).sees(id, "Accepted")

	commissioner := arrives("commissioner")
	commissioner.visit("/overview").is(200).lacks(v.given, v.family, ref, id)
	if n := ask[int](commissioner, `document.querySelectorAll('main svg[role=img]').length`); n == 0 {
		t.Error("the Commissioner's page has no picture")
	}
	if n := ask[int](commissioner, `document.querySelectorAll('main table tbody tr').length`); n == 0 {
		t.Error("the Commissioner's page has no table")
	}

	manager := arrives(site(t).managerOf(t, "police"))
	manager.visit("/cases/"+ref+"/opened").is(200).sees("Priya Larkmoor", "VAWG advocacy service", "Referral: accepted", "Rosewood Refuge", "Refused")
}

// logCase logs a case on pages that ask one thing at a time; it returns the
// case's reference.
func logCase(p *person, v victim) string {
	p.t.Helper()
	p.press("Log a case").write("Name", v.name()).fill("Year of birth", "1994").press("Continue").is(200)
	if got := p.read("First name") + " " + p.read("Family name"); got != v.name() {
		p.t.Errorf("the name is asked twice: got %q on the second page, want %q", got, v.name())
	}
	p.fill("Day", "2", "Date of birth").fill("Month", "3", "Date of birth").pick("Which borough", "Hackney").choose("Female").press("Continue")
	p.choose("Their mobile, weekdays").fill("Mobile number", "07700900123").choose("No", "Is it safe to text")
	p.choose("The victim, in person").press("Continue")
	p.choose("Domestic abuse").press("Continue")
	p.choose("Yesterday").fill("Crime reference", "01/123456/26").pick("Where did it happen", "At or near home").press("Continue")
	p.write("What happened", v.summary).press("Continue")
	p.press("Continue") // nobody else is part of it
	p.sees("Enhanced Rights apply").press("Continue")
	p.choose("Standard").press("Continue")
	p.choose("Yes", "Was help offered?").press("Continue")
	p.is(200).sees("Check your answers", v.given, v.family, "2 March 1994", "Hackney", "Domestic abuse", v.summary, "01/123456/26")
	p.press("Log case").is(200).sees("Case logged")
	ref := caseRef.FindString(p.text())
	if ref == "" {
		p.t.Fatalf("no reference on the page: %s", p.text())
	}
	return ref
}

// refer refers the case to the vawg service from the page after logging. It
// returns the referral's reference and what the preview said the receiver will
// see before and after accepting.
func refer(p *person, ref string, v victim) (id string, preview [2][][2]string) {
	p.t.Helper()
	p.press("Refer to a service").is(200)
	p.choose("Violence against women and girls").press("Continue")
	p.choose("An adviser for domestic abuse").choose("None yet", "Which risk form").choose("Neither", "Does the person responsible").press("Continue")
	p.sees("Which service should we ask?")
	ineligibleSayWhy(p)
	p.choose("Domestic abuse advocacy (IDVA)").press("Continue")
	p.choose("They agreed").choose("Spoken", "How did they say so?").press("Continue").is(200)
	preview = [2][][2]string{p.facts("As soon as you send it"), p.facts("Once they accept")}
	for _, fact := range preview[0] {
		for _, word := range v.secret() {
			if strings.Contains(fact[1], word) {
				p.t.Errorf("the preview shows %q from sending, in %q", word, fact[0])
			}
		}
	}
	p.press("Continue").is(200).sees("Check and send", "picks it up by", "You still hold the case.")
	p.press("Send referral").is(200).sees("Referral sent")
	if id = referralRef.FindString(p.text()); id == "" {
		p.t.Fatalf("no number on the page: %s", p.text())
	}
	return id, preview
}

// ineligibleSayWhy opens the list of services that cannot be chosen.
func ineligibleSayWhy(p *person) {
	p.t.Helper()
	p.unfold("Services that cannot be chosen")
	silent := ask[[]string](p, `[...document.querySelectorAll('#not-offered li')].filter(li => li.querySelector(':scope > strong') && !li.innerText.replace(li.querySelector('strong').innerText, '').trim()).map(li => li.innerText)`)
	offered := ask[int](p, `document.querySelectorAll('#not-offered input').length`)
	listed := ask[int](p, `document.querySelectorAll('#not-offered li > strong').length`)
	if listed == 0 || offered != 0 || len(silent) > 0 {
		p.t.Errorf("%d services cannot be chosen, %d of them can, %v say nothing", listed, offered, silent)
	}
	p.unfold("Services that cannot be chosen")
}

// decide is the receiver: it finds the referral, sees what was ticked and
// nothing else, picks it up and accepts it to itself.
func decide(p *person, id string, v victim, preview [2][][2]string) {
	p.t.Helper()
	if got := p.address(); got != "/inbox" {
		p.t.Errorf("a service's worker lands on %s, want the inbox", got)
	}
	p.starts().lacks(v.secret()...).press("Referral " + id).is(200)
	p.sees("Pick up the referral: due", "Decide: due").lacks(v.secret()...)
	shown := slices.DeleteFunc(p.facts("What they shared"), func(f [2]string) bool { return f[0] == "Once you accept" })
	if !slices.Equal(shown, preview[0]) {
		p.t.Errorf("the receiver is shown %v; the preview said %v", shown, preview[0])
	}
	p.press("Pick up to consider").is(200).sees("You picked this up.").lacks(v.secret()...)
	p.press("Accept referral").is(200).sees("You accepted this referral.", v.given, v.family, "Inês Quillfeather")
	p.t.Logf("accepting from the inbox: %s", p.effort)
	if p.presses > mostPresses || p.took() > mostDeciding {
		p.t.Errorf("accepting from the inbox takes %s; want at most %d presses and %s", p.effort, mostPresses, mostDeciding)
	}
	after := p.facts("What was shared")
	for _, fact := range slices.Concat(preview[0], preview[1]) {
		if !slices.Contains(after, fact) {
			p.t.Errorf("after accepting the receiver is not shown %v, which the preview promised: %v", fact, after)
		}
	}
	for _, fact := range after {
		if !slices.Contains(preview[0], fact) && !slices.Contains(preview[1], fact) {
			p.t.Errorf("after accepting the receiver is shown %v, which the preview did not say", fact)
		}
	}
	p.lacks("01/123456/26")
}

// strangerSeesNothing compares what a third organisation is told of the records
// with what it is told of one that does not exist.
func strangerSeesNothing(t *testing.T, p *person, caseRef, referralRef string, v victim) {
	t.Helper()
	for _, path := range []string{"/referrals/" + referralRef, "/cases/" + caseRef, "/referrals/" + referralRef + "/decline", "/cases/" + caseRef + "/sharing"} {
		theirs := p.visit(path).is(404).html()
		for _, other := range strange(path) {
			none := p.visit(other).is(404).html()
			if theirs != none {
				t.Errorf("%s is told apart from %s, which does not exist:\n%s\n%s", path, other, theirs, none)
			}
		}
	}
	for _, path := range []string{"/inbox", "/cases", "/referrals", "/find"} {
		p.visit(path).is(200).lacks(v.family, caseRef, referralRef)
	}
	p.write("Name", v.name()).press("Find").is(200).lacks(caseRef, referralRef)
}

// strangerAsksTheAPI asks for the case by its id, as somebody who guessed it.
func strangerAsksTheAPI(t *testing.T, base, ref string) {
	t.Helper()
	found := signIn(t, base, "police").expect(200, "POST", "/api/v1/cases/search", map[string]any{"reference": ref}, nil).items(t)
	if len(found) != 1 {
		t.Fatalf("searching for %s finds %d cases", ref, len(found))
	}
	signIn(t, base, "refuge").expect(404, "GET", "/api/v1/cases/"+found[0]["id"].(string), nil, nil)
}

// strange are references of the same shape as one in a path, of records that do
// not exist: a well-formed one, and one whose check symbol is false.
func strange(path string) []string {
	ref := referralRef.FindString(path) + caseRef.FindString(path)
	other := "2"
	if ref[2:3] == other {
		other = "3"
	}
	symbols := other + ref[3:6] + ref[7:11]
	whole := ref[:2] + symbols[:4] + "-" + symbols[4:] + "-"
	var out []string
	for _, check := range []int{checkSymbol(symbols), (checkSymbol(symbols) + 1) % 32} {
		out = append(out, strings.ReplaceAll(path, ref, whole+crockford[check:check+1]))
	}
	return out
}

// crockford is the alphabet of references.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// checkSymbol is the Luhn mod 32 check of a reference's eight symbols.
func checkSymbol(symbols string) int {
	sum := 0
	for i := range len(symbols) {
		n := strings.IndexByte(crockford, symbols[i])
		if i%2 == 1 {
			n *= 2
		}
		sum += n/32 + n%32
	}
	return (32 - sum%32) % 32
}

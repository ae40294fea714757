package components

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Channels that are not safe, or not known to be, must not be usable from the
// page: neither a link nor the number itself may be in it.
func TestAChannelThatIsNotSafeOffersNoWayToUseIt(t *testing.T) {
	t.Parallel()
	for _, s := range []Safety{SafetyNotKnown, SafetyNo} {
		got := render(t, SafeContact(SafeContactView{Title: "Stop", Channels: []Channel{{Name: "Phone", Safety: s, Value: "07700 900123", Href: "tel:+447700900123"}}}))
		if strings.Contains(got, "900123") || strings.Contains(got, "tel:") {
			t.Errorf("got %s, want no number for a channel that is %d", got, s)
		}
		if !strings.Contains(got, "tl-safe--closed") {
			t.Errorf("got %s, want the block closed", got)
		}
	}
}

func TestAChannelIsALinkOnlyWhileItIsSafe(t *testing.T) {
	t.Parallel()
	later := render(t, SafeContact(SafeContactView{Channels: []Channel{{Name: "Phone", Safety: SafetyLater, Value: "07700 900123", Href: "tel:+447700900123"}}}))
	if strings.Contains(later, "tel:") || !strings.Contains(later, "07700 900123") {
		t.Errorf("got %s, want the number without a link", later)
	}
	now := render(t, SafeContact(SafeContactView{Channels: []Channel{{Name: "Phone", Safety: SafetyNow, Value: "07700 900123", Href: "tel:+447700900123"}, {Name: "Text", Safety: SafetyNo}}}))
	if !strings.Contains(now, `href="tel:+447700900123"`) || !strings.Contains(now, "tl-safe--open") {
		t.Errorf("got %s, want the link and the block open", now)
	}
}

func TestAChannelNobodyAskedAboutSaysThatItIsNotAllowed(t *testing.T) {
	t.Parallel()
	got := render(t, SafeContact(SafeContactView{Channels: []Channel{{Name: "Post"}, {Name: "Text", Safety: SafetyNo}}}))
	for _, want := range []string{"Not asked yet, so not allowed.", "Not safe.", "#i-unknown", "#i-no"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %q in it", got, want)
		}
	}
	if got := render(t, SafetyLine(SafetyView{Words: "Not shared yet"})); !strings.Contains(got, "#i-unknown") {
		t.Errorf("got %s, want the sign for not known", got)
	}
}

func TestEveryClockHasItsOwnShapeAndItsWords(t *testing.T) {
	t.Parallel()
	shapes := map[string]bool{}
	for _, k := range []ClockKind{ClockRunning, ClockDueSoon, ClockMet, ClockBreached, ClockNotEvidenced, ClockWaived} {
		got := render(t, Clock(ClockView{Kind: k, Words: "Due today", Paused: "Paused since Thursday"}))
		_, after, _ := strings.Cut(got, `href="#`)
		shape, _, _ := strings.Cut(after, `"`)
		if shape == "" || shapes[shape] {
			t.Errorf("got the shape %q for %s, want its own", shape, k)
		}
		shapes[shape] = true
		if !strings.Contains(got, "Due today") || !strings.Contains(got, "Paused since Thursday") {
			t.Errorf("got %s, want the words", got)
		}
	}
	if got := render(t, Clock(ClockView{Kind: ClockNotApplicable, Words: "Does not apply"})); strings.Contains(got, "<svg") {
		t.Errorf("got %s, want words only", got)
	}
}

func TestEveryStateHasOneWordAndItsTag(t *testing.T) {
	t.Parallel()
	words := map[string]bool{}
	for state := range states {
		word := StateWord(state)
		if words[word] {
			t.Errorf("got %q for two states", word)
		}
		words[word] = true
		if got := render(t, StateTag(state)); !strings.Contains(got, ">"+word+"<") {
			t.Errorf("got %s, want %q", got, word)
		}
	}
	if len(states) != 17 {
		t.Errorf("got %d states, want the 17 of the rules", len(states))
	}
	if got := render(t, StateTag("invented")); !strings.Contains(got, "Not known") || StateWord("invented") != "Not known" {
		t.Errorf("got %s, want it to say that it is not known", got)
	}
	for _, ended := range []string{"completed", "ended_early", "not_engaged", "withdrawn", "rerouted", "entered_in_error"} {
		if got := render(t, StateTag(ended)); !strings.Contains(got, "tl-tag--open") {
			t.Errorf("got %s, want an ended state outlined", got)
		}
	}
}

// hostile is what a person could type into any field.
const hostile = `"><script>alert(1)</script>&'`

func TestWhatWasTypedIsNeverMarkup(t *testing.T) {
	t.Parallel()
	s := &SafetyView{Words: hostile}
	clock := ClockView{Kind: ClockRunning, Words: hostile, Paused: hostile}
	for name, c := range map[string]templ.Component{
		"card":    CardList(CardListView{ID: "x", Title: hostile, Cards: []Card{{Title: hostile, Href: hostile, Text: hostile, Tags: []TagParams{{Text: hostile, Colour: hostile}}, State: hostile, Clocks: []ClockView{clock}, Contact: s}}}),
		"task":    TaskGroup(TaskGroupView{ID: "x", Title: hostile, Rows: []TaskRow{{Title: hostile, Href: hostile, Why: hostile, Who: hostile, WhoNote: hostile, Clock: clock, Contact: s}}}),
		"table":   Table(DataTable{Caption: hostile, Cards: true, Columns: []Column{{Text: hostile}, {Text: hostile}}, Rows: [][]DataCell{{{Text: hostile, Href: hostile, Sub: hostile}, {Text: hostile, Hidden: true}}}}),
		"icon":    Icon(hostile),
		"input":   TextInput(TextInputParams{Name: hostile, Label: hostile, Value: hostile, Hint: hostile, Error: hostile}),
		"area":    TextArea(TextAreaParams{Name: hostile, Label: hostile, Value: "</textarea>" + hostile}),
		"service": ServiceChoice(ServiceChoiceView{Name: hostile, ID: hostile, Value: hostile, Title: hostile, Reasons: []Reason{{Text: hostile}}, Facts: []Fact{{Key: hostile, Value: hostile}}}),
		"safe":    SafeContact(SafeContactView{Title: hostile, Text: hostile, Channels: []Channel{{Name: hostile, Safety: SafetyNow, Value: hostile, Href: hostile}}, Foot: hostile}),
	} {
		doc, err := html.Parse(strings.NewReader(render(t, c)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Data == "script" {
				t.Errorf("%s: got a script out of what was typed", name)
			}
		}
	}
}

func TestAnAddressNeverRunsAScript(t *testing.T) {
	t.Parallel()
	const bad = "javascript:alert(1)"
	for name, c := range map[string]templ.Component{
		"card":   CardList(CardListView{Cards: []Card{{Href: bad}}}),
		"task":   TaskGroup(TaskGroupView{Rows: []TaskRow{{Href: bad}}}),
		"table":  Table(DataTable{Columns: []Column{{}}, Rows: [][]DataCell{{{Href: bad}}}}),
		"button": Button(ButtonParams{Href: bad}),
		"safe":   SafeContact(SafeContactView{Channels: []Channel{{Safety: SafetyNow, Value: "x", Href: bad}}}),
	} {
		if got := render(t, c); strings.Contains(got, "javascript:") {
			t.Errorf("%s: got %s, want no such address", name, got)
		}
	}
}

func TestATableNamesItsCaptionAndHeadsItsRows(t *testing.T) {
	t.Parallel()
	got := render(t, Table(DataTable{Caption: "Clocks", Scroll: true, Columns: []Column{{Text: "Right"}, {Text: "Days", Right: true}}, Rows: [][]DataCell{{{Text: "Told"}, {Text: "4"}}}}))
	for _, want := range []string{`role="region" aria-label="Clocks: table" tabindex="0"`, `<caption class="govuk-visually-hidden">Clocks</caption>`, `<th scope="row">Told</th>`, `<td class="tl-right tl-num">4</td>`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
	if got := render(t, Table(DataTable{Caption: "Clocks", Empty: "No clock has started."})); strings.Contains(got, "<table") || !strings.Contains(got, "No clock has started.") {
		t.Errorf("got %s, want the words of the empty table", got)
	}
}

func TestAFormFindsTheFaultOfAField(t *testing.T) {
	t.Parallel()
	e := FormErrors{{Field: "name", Message: "Enter a name"}, {Field: "dob", Target: "dob-year", Message: "Enter a year"}}
	if e.Of("name") != "Enter a name" || e.Of("other") != "" || !e.Any() || FormErrors(nil).Any() {
		t.Error("got the wrong fault")
	}
	got := render(t, ErrorSummary(ErrorSummaryParams{Errors: e}))
	if !strings.Contains(got, `href="#name"`) || !strings.Contains(got, `href="#dob-year"`) || !strings.Contains(got, "There is a problem") {
		t.Errorf("got %s, want a link to each control", got)
	}
}

func TestACaptionStandsInsideTheHeadingOfAQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]templ.Component{
		"radios": Radios(RadiosParams{Name: "risk", Legend: "How high?", LegendIsHeading: true, Caption: "Log a case"}),
		"input":  TextInput(TextInputParams{Name: "name", Label: "What name?", LabelIsHeading: true, Caption: "Log a case"}),
	} {
		got := render(t, c)
		if strings.Count(got, "<h1") != 1 || !strings.Contains(got, `<span class="govuk-caption-l">Log a case</span>`) {
			t.Errorf("%s: got %s, want one heading with its caption", name, got)
		}
	}
}

func TestARowOfAListCostsNothingToForget(t *testing.T) {
	cards := func(n int) templ.Component {
		list := make(cardItems, n)
		for i := range list {
			list[i] = Card{Title: "R-8M2Q-T6", Href: "/referrals/1", Text: "Adviser", State: "submitted", Clocks: []ClockView{{Kind: ClockRunning, Words: "Due"}}, Contact: &SafetyView{Words: "Safe"}}
		}
		return list
	}
	cost := func(c templ.Component) float64 {
		var b bytes.Buffer
		return testing.AllocsPerRun(20, func() {
			b.Reset()
			if err := c.Render(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := cards(10), cards(110)
	cost(many)
	if a, b := cost(few), cost(many); b-a > 20 {
		t.Errorf("got %v allocations more for 100 more rows, want none a row", b-a)
	}
}

// broken is a reader who has gone.
type broken struct{ io.Writer }

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAFaultOfTheReaderIsReported(t *testing.T) {
	t.Parallel()
	for _, c := range []templ.Component{Clock(ClockView{Words: "Due"}), SafetyLine(SafetyView{}), StateTag("draft"), Icon("met"), cardItems{{Title: "x"}}, taskRows{{Title: "x"}}, dataRows{Columns: []Column{{}}, Rows: [][]DataCell{{{Text: "x"}}}}} {
		if err := c.Render(context.Background(), broken{}); err == nil {
			t.Errorf("%T: got no error, want that of the reader", c)
		}
	}
}

func TestPlacesAreDrawnOnlyForAFew(t *testing.T) {
	t.Parallel()
	if got := strings.Count(render(t, PlacesMeter(Meter{Taken: 4, Total: 6})), "<rect"); got != 6 {
		t.Errorf("got %d blocks, want 6", got)
	}
	if got := render(t, PlacesMeter(Meter{Taken: 4, Total: 40})); got != "" {
		t.Errorf("got %s, want the words alone", got)
	}
}

func TestNumbersAreSetWithCommas(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1208: "1,208", 1234567: "1,234,567", -5: "-5"} {
		if got := number(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

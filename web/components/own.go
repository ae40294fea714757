package components

import "github.com/a-h/templ"

// ClockKind is the state of a clock. Each has its own shape, so that colour is
// never the only sign (ux.md 7).
type ClockKind string

// The kinds of clock, named as the rules name their states. A clock that was
// breached is drawn late whether or not the duty has been done since; the words say which.
const (
	ClockRunning       ClockKind = "running"
	ClockDueSoon       ClockKind = "due_soon"
	ClockMet           ClockKind = "met"
	ClockBreached      ClockKind = "breached"
	ClockNotEvidenced  ClockKind = "not_evidenced"
	ClockWaived        ClockKind = "waived"
	ClockNotApplicable ClockKind = "not_applicable"
)

// ClockView is a timed duty in words: "Due Friday 17 April", "Late by 2 working days".
type ClockView struct {
	Kind   ClockKind
	Words  string
	Paused string // "Paused since Thursday 16 April: waiting for the referrer"; added after the words
}

// Safety is what is known about reaching a person by one channel at this moment.
// The zero value is not known, which looks and behaves like no.
type Safety int

// The four answers.
const (
	SafetyNotKnown Safety = iota // nobody has asked, so it is not allowed
	SafetyNo                     // marked not safe
	SafetyLater                  // safe, but outside the safe times
	SafetyNow                    // safe at this moment
)

// SafetyView is the one line of a list that says whether contact is safe now.
type SafetyView struct {
	Safety Safety
	Words  string // "Phone from 10am to 12pm"
}

// Channel is one way to reach a person. Value and Href are drawn only while the
// channel is safe: a value that is not safe never reaches the page.
type Channel struct {
	Name   string // "Phone", "Text"
	Safety Safety
	Note   string // why, when, how; a standing sentence when empty
	Value  string // the number or address; shown when the channel is safe, now or later
	Href   string // "tel:" or "mailto:"; a link only when it is safe now
}

// SafeContactView is the first block of every page about a person.
type SafeContactView struct {
	ID       string // id of its heading; "safe-contact" when empty
	Title    string // "Wait: it is not yet safe to phone"
	Text     string // the rule of this moment, in a sentence or two
	Channels []Channel
	// Record goes to the page where an attempt is recorded. That page asks what is
	// safe again, so the link may be shown whatever the channels say.
	Record *Link
	Foot   string // who confirmed it and when
	Change *Link
}

// IdentityView is the bar that says who or what a page is about. Its name is the
// page's h1. A page that uses it gives it as PageMeta.Top.
type IdentityView struct {
	Label string // name of the region: "Who this case is about"
	Name  string
	Facts []Fact
	Flags []TagParams
}

// Fact is a short name and its value. Meter draws places as blocks before the value.
type Fact struct {
	Key, Value string
	Meter      *Meter
}

// Meter is how many of a few places are taken. More than 12 are not drawn.
type Meter struct{ Taken, Total int }

// StripItem is one count of the worklist, linked to its group.
type StripItem struct {
	Kind  string // safety, late, today, next, others
	Count int
	Text  string
	Href  string
}

// TaskRow is one line of a worklist: the act, why, who, its clock, and whether contact is safe now.
type TaskRow struct {
	Title, Href string // no Href: it is done elsewhere
	Why         string
	Who         string
	WhoNote     string // reference and place
	Clock       ClockView
	Contact     *SafetyView // nil leaves the cell empty
}

// TaskGroupView is one group of a worklist. Nothing is drawn when it is empty.
type TaskGroupView struct {
	ID     string
	Title  string
	Safety bool // draws the safety shield before the title
	Rows   []TaskRow
	More   *Link
}

// Card is one entry of a list that is read on a phone.
type Card struct {
	Title, Href string
	Text        string
	Tags        []TagParams // text and colour only
	State       string      // name of a referral state, drawn as its tag
	Clocks      []ClockView
	Contact     *SafetyView
}

// CardListView is an inbox group: a heading with its count, and cards.
type CardListView struct {
	ID, Title string
	Count     int // in the heading; left out when negative
	Cards     []Card
	Empty     string // said when there is none
}

// Column is one column of a professional table.
type Column struct {
	Text   string
	Right  bool   // figures
	Hidden bool   // read out, not shown
	Width  string // tl-col-10 to tl-col-36, in tables with Fixed
}

// DataCell is one cell of a professional table. Content, when given, is drawn
// after Text, so a tag or clock can stand with words under it.
type DataCell struct {
	Text    string
	Href    string // makes Text a link
	Content templ.Component
	Sub     string // quiet line under it
	Hidden  bool   // figure hidden because it is too small: Text is drawn on the dotted pattern
}

// DataTable is a dense table (tl-table). The first cell of each row is its header.
type DataTable struct {
	Caption     string // required: names the table for a screen reader
	ShowCaption bool
	Columns     []Column
	Rows        [][]DataCell
	Cards       bool // rows become cards on a phone
	Scroll      bool // wide: scrolls in its own named, focusable region
	Fixed       bool
	Empty       string // said instead of a table without rows
}

// Fit says whether one reason speaks for or against a service.
type Fit int

// The answers of an eligibility check.
const (
	FitUnknown Fit = iota
	FitYes
	FitNo
)

// Reason is one line of an eligibility check.
type Reason struct {
	Fit  Fit
	Text string
}

// ServiceChoiceView is a service that can be chosen, with why it fits and how
// long it takes. It is one radio button of the group called Name.
type ServiceChoiceView struct {
	Name, ID, Value string
	Title           string
	Waits           bool // fits, but there is a wait: dashed edge
	Checked         bool
	Reasons         []Reason
	Facts           []Fact
}

// KpiView is one figure of the overview.
type KpiView struct {
	Title  string
	Value  string
	Hidden bool            // the value is too small to show
	Trend  templ.Component // a small line, drawn by package charts
	Text   string          // target and change in words
}

// ChartFigureView frames a picture: heading, sentence, picture, legend, table, download.
type ChartFigureView struct {
	ID           string // names the region and prefixes its ids
	Title        string
	HeadingLevel int // 2 when 0
	Lede         string
	Chart        templ.Component
	Legend       templ.Component
	Table        DataTable
	CSVHref      string
}

// Step is one step of a person's progress.
type Step struct {
	Title, Text string
	State       StepState
}

// StepState is how far a step is.
type StepState string

// The states of a step.
const (
	StepDone StepState = "done"
	StepNow  StepState = "now"
	StepNext StepState = "next"
)

// TimelineEntry is one event. When is its date in words and Datetime the same in
// machine form. Content is used after Text.
type TimelineEntry struct {
	Title, By      string
	When, Datetime string
	Text           string
	Content        templ.Component
}

// SubNavItem is one part of a record.
type SubNavItem struct {
	Text, Href string
	Current    bool
}

// FilterView is the filter form of a list. Its controls are the children of the
// call; the form is a GET with coded values only, never a name.
type FilterView struct {
	Action    string
	ID        string // "filter" when empty
	Open      bool   // something is chosen, so it is open on a phone too
	Selected  []SelectedFilter
	ClearHref string
}

// SelectedFilter is one choice in force, with the address that removes it.
type SelectedFilter struct {
	Group string
	Items []Link
}

// PageHeadView is the top of a worklist: the h1, a line under it, and actions at
// the right, which are the children of the call.
type PageHeadView struct {
	Caption string
	Title   string
	Text    string
	Link    *Link
}

// StackItem is one of several other ways, with a quiet note.
type StackItem struct {
	Link
	Note string
}

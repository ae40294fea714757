package components

import "github.com/a-h/templ"

// Link is a place to go, in words.
type Link struct {
	Text, Href string
	Hidden     string // words read out after the text, where several links share it
	Keys       string // keyboard shortcut, such as "g c"
}

// DetailsParams folds away what most readers do not need. Its content is the
// children of the call, or Text.
type DetailsParams struct {
	ID         string
	Summary    string
	Text       string
	Open       bool
	Remember   string // name under which script keeps it open on the next page
	Classes    string
	Attributes templ.Attributes
}

// InsetTextParams sets a passage apart. Its content is the children of the call, or Text.
type InsetTextParams struct {
	ID, Text, Classes string
	Attributes        templ.Attributes
}

// WarningTextParams is an important sentence with an exclamation mark sign.
type WarningTextParams struct {
	Text, IconText, Classes string
	Attributes              templ.Attributes
}

// TagParams is a state in one or two words. Colour is a GOV.UK tag colour, or
// "open" for the quiet outline of ended states, or "" for the default blue.
type TagParams struct {
	Text, Colour, Classes string
	Attributes            templ.Attributes
}

// SummaryRow is one fact. Content is used instead of Value when given.
type SummaryRow struct {
	Key     string
	Value   string
	Content templ.Component
	Actions []Link // Hidden says what is changed: "name" in "Change name"
	Classes string
}

// SummaryListParams is a list of facts, with a change link beside each where wanted.
type SummaryListParams struct {
	Rows []SummaryRow
	// Dense sets it at the size of professional pages.
	Dense      bool
	NoBorder   bool
	Card       *SummaryCard // draws a card with a title around the list
	Classes    string
	Attributes templ.Attributes
}

// SummaryCard is the frame of a summary list that is one of several.
type SummaryCard struct {
	Title        string
	HeadingLevel int // 2 when 0
	Actions      []Link
	Classes      string
	Attributes   templ.Attributes
}

// Cell is one cell of a table. Content is used instead of Text when given.
type Cell struct {
	Text             string
	Content          templ.Component
	Numeric          bool
	Colspan, Rowspan int
	Classes          string
	Attributes       templ.Attributes
}

// TableParams is a GOV.UK table, for few rows on a form page. Worklists use Table
// of the product's own (tl-table), which becomes cards on a phone.
type TableParams struct {
	Caption           string
	CaptionSize       Size
	CaptionHidden     bool
	Head              []Cell
	Rows              [][]Cell
	FirstCellIsHeader bool
	Classes           string
	Attributes        templ.Attributes
}

// NotificationBannerParams tells what has just happened ("success") or what to
// know. Its content is the children of the call, or Text.
type NotificationBannerParams struct {
	Title        string // "Success" or "Important" when empty
	Text         string
	Success      bool
	Role         string
	TitleID      string // govuk-notification-banner-title when empty
	HeadingLevel int    // 2 when 0
	NoAutoFocus  bool
	Classes      string
	Attributes   templ.Attributes
}

// PanelParams is the green box of a finished act. Body is used instead of Text when given.
type PanelParams struct {
	Title, Text  string
	Body         templ.Component
	HeadingLevel int // 1 when 0
	Classes      string
	Attributes   templ.Attributes
}

// PaginationParams links to the page before and after, by keyset: the hrefs carry
// opaque cursors. A missing href draws no link; neither draws nothing.
type PaginationParams struct {
	PreviousHref, PreviousText, PreviousLabel string
	NextHref, NextText, NextLabel             string
	Landmark                                  string // "Pagination" when empty
	Classes                                   string
	Attributes                                templ.Attributes
}

// BreadcrumbsParams is the path to this page. The last one without Href is this page.
type BreadcrumbsParams struct {
	Items            []Link
	CollapseOnMobile bool
	Label            string // "Breadcrumb" when empty
	Classes          string
	Attributes       templ.Attributes
}

// BackLinkParams goes one page back.
type BackLinkParams struct {
	Text, Href, Classes string
	Attributes          templ.Attributes
}

// PhaseBannerParams says which phase the service is in. Its content is the
// children of the call, or Text.
type PhaseBannerParams struct {
	Tag, Text, Classes string
	Attributes         templ.Attributes
}

// Task is one line of a task list. Tag draws Status as a tag of that colour
// ("" is plain text, as for a finished task).
type Task struct {
	Title, Href, Hint string
	Status            string
	Tag               *TagParams // used instead of Status
	CannotStart       bool       // greys the status
	Classes           string
}

// TaskListParams is the list of steps of a long form and how far each is.
type TaskListParams struct {
	Items      []Task
	IDPrefix   string // "task-list" when empty
	Classes    string
	Attributes templ.Attributes
}

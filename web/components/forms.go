package components

import "github.com/a-h/templ"

// Size is how large a label, legend or caption is set. The zero value is the
// body size of the form.
type Size string

// The four sizes of GOV.UK headings.
const (
	Small  Size = "s"
	Medium Size = "m"
	Large  Size = "l"
	Extra  Size = "xl"
)

// FormError is one fault of a form. Field is the name used to look it up, Target
// the id of the control the summary links to (the field itself when empty), and
// Message the words shown both in the summary and at the field.
type FormError struct{ Field, Target, Message string }

// FormErrors are the faults of a form in the order of its fields.
type FormErrors []FormError

// Of gives the words to show at a field, or "" when nothing is wrong with it.
func (e FormErrors) Of(field string) string {
	for _, f := range e {
		if f.Field == field {
			return f.Message
		}
	}
	return ""
}

// Any tells whether the form has a fault, so its page is sent with status 422.
func (e FormErrors) Any() bool { return len(e) > 0 }

// TextInputParams describes one line of text.
type TextInputParams struct {
	Name           string           // name sent with the form
	ID             string           // id of the control; Name when empty
	Label          string           // words of the label; required
	LabelSize      Size             // larger label
	LabelIsHeading bool             // the label is the page's only h1
	LabelHidden    bool             // label read out but not shown
	Caption        string           // small line above a label that is the heading
	Hint           string           // help under the label
	Error          string           // what is wrong; the border turns red
	Value          string           // what was typed, kept
	Type           string           // text when empty; email, tel, password, search
	InputMode      string           // numeric, decimal, email, tel
	Autocomplete   string           // purpose of the field (WCAG 1.3.5), or off
	Autocapitalize string           // none for codes
	Pattern        string           // pattern given to old keyboards
	Spellcheck     string           // "true" or "false"; the browser decides when empty
	Prefix, Suffix string           // unit before or after, such as a pound sign
	Disabled       bool             // refused by the browser; avoid
	DescribedBy    string           // ids of further text that explains the field
	Classes        string           // such as govuk-input--width-10
	GroupClasses   string           // classes of the group around it
	Attributes     templ.Attributes // anything else on the control
	labelClasses   string           // for the boxes of a date
}

// TextAreaParams describes several lines of text.
type TextAreaParams struct {
	Name, ID       string
	Label          string
	LabelSize      Size
	LabelIsHeading bool
	LabelHidden    bool
	Caption        string
	Hint, Error    string
	Value          string
	Rows           int // 5 when 0
	Autocomplete   string
	Spellcheck     string
	Disabled       bool
	DescribedBy    string
	Classes        string
	GroupClasses   string
	Attributes     templ.Attributes
}

// CharacterCountParams describes a text area with a limit that is counted down
// by script and told in words without it. The server still checks the limit.
type CharacterCountParams struct {
	TextAreaParams
	MaxLength int    // most characters
	MaxWords  int    // most words, used instead of MaxLength
	CountType string // "characters" counts an emoji once; the default counts UTF-16 units
	Threshold int    // percent of the limit after which the count is shown
}

// DateInputParams asks for a date in three boxes named NamePrefix-day,
// NamePrefix-month and NamePrefix-year.
type DateInputParams struct {
	ID              string // id of the group; the boxes are ID-day, ID-month, ID-year
	NamePrefix      string // ID when empty
	Legend          string
	LegendSize      Size
	LegendIsHeading bool
	Caption         string
	Hint, Error     string
	// Wrong names the boxes at fault ("day", "month", "year"); all three when
	// there is an Error and this is empty.
	Wrong            []string
	Day, Month, Year string // what was typed
	NoDay            bool   // ask for month and year only
	Birthday         bool   // adds the bday autocomplete purposes
	DescribedBy      string
	Classes          string
	GroupClasses     string
	Attributes       templ.Attributes
}

// ChoiceItem is one radio button or checkbox, or a divider between two.
type ChoiceItem struct {
	Value       string
	Text        string
	Hint        string
	ID          string          // made from the group's id and the place in the list when empty
	Name        string          // checkboxes only, when it differs from the group's
	Checked     bool            // chosen; also true when Value is the group's Value
	Disabled    bool            // cannot be chosen
	Conditional templ.Component // shown when chosen; always shown without script
	Divider     string          // such as "or"; the other fields are then not used
	Exclusive   bool            // checkboxes only: clears the others, for "None of these"
	Classes     string          // of the label
	Attributes  templ.Attributes
}

// RadiosParams asks for one choice.
type RadiosParams struct {
	Name            string
	ID              string // id of the first button; Name when empty
	Legend          string // no fieldset is drawn when empty: give one around it
	LegendSize      Size
	LegendIsHeading bool
	LegendHidden    bool
	Caption         string
	Hint, Error     string
	Value           string // the chosen value
	Items           []ChoiceItem
	IsSmall, Inline bool
	DescribedBy     string
	FieldsetClasses string
	FieldsetAttrs   templ.Attributes
	Classes         string
	GroupClasses    string
	Attributes      templ.Attributes
}

// CheckboxesParams asks for any number of choices.
type CheckboxesParams struct {
	Name            string
	ID              string
	Legend          string
	LegendSize      Size
	LegendIsHeading bool
	LegendHidden    bool
	Caption         string
	Hint, Error     string
	Values          []string // the chosen values
	Items           []ChoiceItem
	IsSmall         bool
	DescribedBy     string
	FieldsetClasses string
	FieldsetAttrs   templ.Attributes
	Classes         string
	GroupClasses    string
	Attributes      templ.Attributes
}

// Option is one line of a select.
type Option struct {
	Value, Text string
	NoValue     bool // leave the value attribute out, so the text is sent
	Selected    bool
	Disabled    bool
	Attributes  templ.Attributes
}

// SelectParams asks for one of a long list. Prefer radios for fewer than ten.
type SelectParams struct {
	Name, ID       string
	Label          string
	LabelSize      Size
	LabelIsHeading bool
	LabelHidden    bool
	Caption        string
	Hint, Error    string
	Value          string // the chosen value
	Options        []Option
	Disabled       bool
	DescribedBy    string
	Classes        string
	GroupClasses   string
	Attributes     templ.Attributes
}

// FieldsetParams groups controls that answer one question. Its controls are the
// children of the call.
type FieldsetParams struct {
	Legend          string
	LegendSize      Size
	LegendIsHeading bool
	LegendHidden    bool
	Caption         string
	Role            string // "group" where the controls are text inputs
	DescribedBy     string
	Classes         string
	Attributes      templ.Attributes
}

// LabelParams names a control.
type LabelParams struct {
	For        string
	Text       string
	Size       Size
	IsHeading  bool
	Hidden     bool
	Caption    string
	Classes    string
	Attributes templ.Attributes
}

// HintParams is help for a control, wired to it by the id.
type HintParams struct {
	ID, Text, Classes string
	Attributes        templ.Attributes
}

// ErrorMessageParams says what is wrong with one control.
type ErrorMessageParams struct {
	ID, Text, Classes string
	Attributes        templ.Attributes
}

// ErrorSummaryParams lists the faults of a form at the top of its page. The page
// layout draws it from PageMeta.Errors, so pages seldom call it.
type ErrorSummaryParams struct {
	Title       string // "There is a problem" when empty
	Description string
	Errors      FormErrors
	NoAutoFocus bool
	Classes     string
	Attributes  templ.Attributes
}

// ButtonParams is a button that sends its form, or a link that looks like one
// when Href is given.
type ButtonParams struct {
	Text        string
	Href        string // makes it a link
	Name, Value string // sent when this button is the one pressed
	Type        string // "submit" when empty
	ID          string
	Kind        ButtonKind
	Once        bool   // a second press within a second is ignored by script
	Keys        string // shortcut that moves the focus here, such as "a"
	Start       bool   // arrow, for the first page of a journey
	Disabled    bool
	Classes     string
	Attributes  templ.Attributes
}

// ButtonKind is the weight of a button. One page has one primary button.
type ButtonKind string

// The kinds of button.
const (
	Primary   ButtonKind = ""
	Secondary ButtonKind = "secondary"
	Warning   ButtonKind = "warning"
	Inverse   ButtonKind = "inverse"
)

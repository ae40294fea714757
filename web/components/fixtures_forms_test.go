package components

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// mapped gives, for each component, how the options of a fixture become our struct.
func mapped() map[string]func(*options) templ.Component {
	return map[string]func(*options) templ.Component{
		"label": func(o *options) templ.Component {
			size, hidden, rest := sizeOf("govuk-label", o.text("classes"))
			return Label(LabelParams{For: o.text("for"), Text: o.text("text"), Size: size, Hidden: hidden, Classes: rest, IsHeading: o.yes("isPageHeading"), Attributes: o.attributes()})
		},
		"hint": func(o *options) templ.Component {
			return Hint(HintParams{ID: o.text("id"), Text: o.text("text"), Classes: o.text("classes"), Attributes: o.attributes()})
		},
		"error-message": func(o *options) templ.Component {
			return ErrorMessage(ErrorMessageParams{ID: o.text("id"), Text: o.text("text"), Classes: o.text("classes"), Attributes: o.attributes()})
		},
		"fieldset":        fieldsetOf,
		"error-summary":   errorSummaryOf,
		"input":           inputOf,
		"textarea":        func(o *options) templ.Component { return TextArea(textAreaOf(o)) },
		"character-count": characterCountOf,
		"select":          selectOf,
		"radios":          radiosOf,
		"checkboxes":      checkboxesOf,
		"date-input":      dateInputOf,
		"button":          buttonOf,
		"back-link": func(o *options) templ.Component {
			return BackLink(BackLinkParams{Text: o.text("text"), Href: o.text("href"), Classes: o.text("classes"), Attributes: o.attributes()})
		},
		"breadcrumbs":         breadcrumbsOf,
		"details":             detailsOf,
		"inset-text":          insetTextOf,
		"notification-banner": notificationBannerOf,
		"pagination":          paginationOf,
		"panel":               panelOf,
		"phase-banner":        phaseBannerOf,
		"summary-list":        summaryListOf,
		"table":               tableOf,
		"tag": func(o *options) templ.Component {
			return Tag(TagParams{Text: o.text("text"), Classes: o.text("classes"), Attributes: o.attributes()})
		},
		"task-list":    taskListOf,
		"warning-text": warningTextOf,
	}
}

// sizeOf reads the size and the hiding out of a class list.
func sizeOf(block, classes string) (Size, bool, string) {
	var rest []string
	var size Size
	hidden := false
	for _, c := range strings.Fields(classes) {
		switch {
		case strings.HasPrefix(c, block+"--"):
			size = Size(strings.TrimPrefix(c, block+"--"))
		case c == "govuk-visually-hidden":
			hidden = true
		default:
			rest = append(rest, c)
		}
	}
	return size, hidden, strings.Join(rest, " ")
}

// part reads the words of a label, legend or hint whose struct has no place for
// more; anything else in it is left unread.
func part(o *options, key, block string) (text string, size Size, hidden, heading bool) {
	in := o.in(key)
	if in.has("classes") {
		var rest string
		classes, _ := in.values["classes"].(string)
		size, hidden, rest = sizeOf(block, classes)
		if rest == "" {
			in.take("classes")
		}
	}
	return in.text("text"), size, hidden, in.yes("isPageHeading")
}

func inputOf(o *options) templ.Component {
	p := TextInputParams{
		Name: o.text("name"), ID: o.text("id"), Hint: o.in("hint").text("text"), Error: o.in("errorMessage").text("text"),
		Value: o.text("value"), Type: o.text("type"), InputMode: o.text("inputmode"), Autocomplete: o.text("autocomplete"),
		Autocapitalize: o.text("autocapitalize"), Pattern: o.text("pattern"), Spellcheck: o.text("spellcheck"),
		Prefix: o.in("prefix").text("text"), Suffix: o.in("suffix").text("text"), Disabled: o.yes("disabled"),
		DescribedBy: o.text("describedBy"), Classes: o.text("classes"), GroupClasses: o.in("formGroup").text("classes"), Attributes: o.attributes(),
	}
	p.Label, p.LabelSize, p.LabelHidden, p.LabelIsHeading = part(o, "label", "govuk-label")
	return TextInput(p)
}

func textAreaOf(o *options) TextAreaParams {
	p := TextAreaParams{
		Name: o.text("name"), ID: o.text("id"), Hint: o.in("hint").text("text"), Error: o.in("errorMessage").text("text"),
		Value: o.text("value"), Rows: o.number("rows"), Autocomplete: o.text("autocomplete"), Spellcheck: o.text("spellcheck"),
		Disabled: o.yes("disabled"), DescribedBy: o.text("describedBy"), Classes: o.text("classes"),
		GroupClasses: o.in("formGroup").text("classes"), Attributes: o.attributes(),
	}
	p.Label, p.LabelSize, p.LabelHidden, p.LabelIsHeading = part(o, "label", "govuk-label")
	return p
}

func characterCountOf(o *options) templ.Component {
	return CharacterCount(CharacterCountParams{
		TextAreaParams: textAreaOf(o), MaxLength: o.number("maxlength"), MaxWords: o.number("maxwords"),
		CountType: o.text("countType"), Threshold: o.number("threshold"),
	})
}

func selectOf(o *options) templ.Component {
	p := SelectParams{
		Name: o.text("name"), ID: o.text("id"), Hint: o.in("hint").text("text"), Error: o.in("errorMessage").text("text"),
		Value: o.text("value"), DescribedBy: o.text("describedBy"), Classes: o.text("classes"),
		GroupClasses: o.in("formGroup").text("classes"), Attributes: o.attributes(),
	}
	p.Label, p.LabelSize, p.LabelHidden, p.LabelIsHeading = part(o, "label", "govuk-label")
	for _, item := range o.list("items") {
		p.Options = append(p.Options, Option{Value: item.text("value"), NoValue: !item.has("value"), Text: item.text("text"), Selected: item.yes("selected"), Disabled: item.yes("disabled"), Attributes: item.attributes()})
	}
	return Select(p)
}

func choicesOf(o *options) []ChoiceItem {
	var items []ChoiceItem
	for _, item := range o.list("items") {
		in := item.in("label")
		items = append(items, ChoiceItem{
			Value: item.text("value"), Text: item.text("text"), Hint: item.in("hint").text("text"), ID: item.text("id"), Name: item.text("name"),
			Checked: item.yes("checked"), Disabled: item.yes("disabled"), Divider: item.text("divider"), Classes: in.text("classes"),
			Conditional: item.in("conditional").raw("html"), Exclusive: item.text("behaviour") == "exclusive", Attributes: item.attributes(),
		})
	}
	return items
}

func radiosOf(o *options) templ.Component {
	f := o.in("fieldset")
	p := RadiosParams{
		Name: o.text("name"), ID: o.text("idPrefix"), Hint: o.in("hint").text("text"), Error: o.in("errorMessage").text("text"),
		Value: o.text("value"), Items: choicesOf(o), Classes: o.text("classes"), GroupClasses: o.in("formGroup").text("classes"), Attributes: o.attributes(),
		DescribedBy: f.text("describedBy"), FieldsetClasses: f.text("classes"), FieldsetAttrs: f.attributes(),
	}
	p.Legend, p.LegendSize, p.LegendHidden, p.LegendIsHeading = part(f, "legend", "govuk-fieldset__legend")
	return Radios(p)
}

func checkboxesOf(o *options) templ.Component {
	f := o.in("fieldset")
	p := CheckboxesParams{
		Name: o.text("name"), ID: o.text("idPrefix"), Hint: o.in("hint").text("text"), Error: o.in("errorMessage").text("text"),
		Items: choicesOf(o), Classes: o.text("classes"), GroupClasses: o.in("formGroup").text("classes"), Attributes: o.attributes(),
		DescribedBy: or(f.text("describedBy"), o.text("describedBy")), FieldsetClasses: f.text("classes"), FieldsetAttrs: f.attributes(),
	}
	if values, ok := o.take("values").([]any); ok {
		for _, v := range values {
			word, _ := v.(string)
			p.Values = append(p.Values, word)
		}
	}
	p.Legend, p.LegendSize, p.LegendHidden, p.LegendIsHeading = part(f, "legend", "govuk-fieldset__legend")
	return Checkboxes(p)
}

func dateInputOf(o *options) templ.Component {
	f := o.in("fieldset")
	p := DateInputParams{
		ID: o.text("id"), NamePrefix: o.text("namePrefix"), Hint: o.in("hint").text("text"), Error: o.in("errorMessage").text("text"),
		DescribedBy: f.text("describedBy"), Classes: o.text("classes"), GroupClasses: o.in("formGroup").text("classes"), Attributes: o.attributes(),
	}
	p.Legend, p.LegendSize, _, p.LegendIsHeading = part(f, "legend", "govuk-fieldset__legend")
	values, prefix := o.in("values"), when(p.NamePrefix != "", p.NamePrefix+"-")
	p.Day, p.Month, p.Year = values.text(prefix+"day"), values.text(prefix+"month"), values.text(prefix+"year")
	boxes := map[string]*options{"day": o.in("day"), "month": o.in("month"), "year": o.in("year")}
	for _, item := range o.list("items") {
		name, _ := item.values["name"].(string)
		if box := boxes[name]; box != nil && len(box.values) == 0 {
			item.take("name")
			boxes[name] = item
		}
	}
	purposes := 0
	for name, value := range map[string]*string{"day": &p.Day, "month": &p.Month, "year": &p.Year} {
		box := boxes[name]
		*value = or(box.text("value"), *value)
		wrong := box.yes("error")
		for _, class := range strings.Fields(box.text("classes")) {
			wrong = wrong || class == "govuk-input--error"
			if class != "govuk-input--error" && !strings.HasPrefix(class, "govuk-input--width-") {
				box.read["classes"] = false
			}
		}
		if wrong {
			p.Wrong = append(p.Wrong, name)
		}
		if box.text("autocomplete") == "bday-"+name {
			purposes++
		}
	}
	p.Birthday = purposes == 3
	p.NoDay = o.values["day"] == false || len(o.list("items")) == 2 && o.list("items")[0].text("name") == "month"
	return DateInput(p)
}

func fieldsetOf(o *options) templ.Component {
	p := FieldsetParams{Role: o.text("role"), DescribedBy: o.text("describedBy"), Classes: o.text("classes"), Attributes: o.attributes()}
	p.Legend, p.LegendSize, p.LegendHidden, p.LegendIsHeading = part(o, "legend", "govuk-fieldset__legend")
	return holding(Fieldset(p), o.raw("html"))
}

func errorSummaryOf(o *options) templ.Component {
	p := ErrorSummaryParams{Title: o.text("titleText"), Description: o.text("descriptionText"), NoAutoFocus: o.yes("disableAutoFocus"), Classes: o.text("classes"), Attributes: o.attributes()}
	for _, item := range o.list("errorList") {
		p.Errors = append(p.Errors, FormError{Target: strings.TrimPrefix(item.text("href"), "#"), Message: item.text("text")})
	}
	return ErrorSummary(p)
}

func buttonOf(o *options) templ.Component {
	p := ButtonParams{
		Text: o.text("text"), Href: o.text("href"), Name: o.text("name"), Value: o.text("value"), Type: o.text("type"), ID: o.text("id"),
		Start: o.yes("isStartButton"), Disabled: o.yes("disabled"), Once: o.yes("preventDoubleClick"), Attributes: o.attributes(),
	}
	size, _, rest := sizeOf("govuk-button", o.text("classes"))
	p.Kind, p.Classes = ButtonKind(size), rest
	return Button(p)
}

// holding gives a component children, where there are any.
func holding(c, child templ.Component) templ.Component {
	if child == nil {
		return c
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, child), w)
	})
}

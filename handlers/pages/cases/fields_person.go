package cases

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/web/components"
	view "throughline/web/pages/cases"
)

// noBorough begins the answers of the borough list that are reasons for none.
const noBorough = "none:"

func (p *Pages) whoFields(c *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	boroughs, err := p.boroughs(c, true)
	if err != nil {
		return nil, err
	}
	line := func(name, label, hint, width string) templ.Component {
		return components.TextInput(components.TextInputParams{Name: name, Label: label, Hint: hint, Value: t.one(name), Error: e.Of(name), Classes: width, Spellcheck: "false"})
	}
	return []templ.Component{
		line("given_name", "First name", "", "govuk-input--width-20"),
		line("family_name", "Family name", "", "govuk-input--width-20"),
		line("known_as", "Name they go by (optional)", "", "govuk-input--width-20"),
		components.DateInput(t.dateInput(components.DateInputParams{ID: "dob", Legend: "Date of birth", Hint: "For example, 27 3 1992", Error: e.Of("dob")})),
		components.Select(components.SelectParams{Name: "borough", Label: "Which borough do they live in?", Value: t.one("borough"), Options: boroughs, Error: e.Of("borough")}),
		components.Select(components.SelectParams{
			Name: "missing", Label: "If you left something out, why?", Value: t.one("missing"), Error: e.Of("missing"),
			Options: options(reasons(models.GroupMissingField), "Nothing is left out"),
		}),
		components.Radios(components.RadiosParams{
			Name: "sex", Legend: "Sex (optional)", Hint: "Some services are for women only.", IsSmall: true, Inline: true, Value: t.one("sex"), Error: e.Of("sex"),
			Items: choices(sexes()),
		}),
		components.Radios(components.RadiosParams{
			Name: "language", Legend: "Which language is easiest for them?", IsSmall: true, Value: or(t.one("language"), "english"), Error: e.Of("language"),
			Items: []components.ChoiceItem{{Value: "english", Text: "English"}, {Value: "other", Text: "Another language", Conditional: view.Fields([]templ.Component{
				line("language_other", "Language", "", "govuk-input--width-20"),
				components.Checkboxes(components.CheckboxesParams{Name: "interpreter", IsSmall: true, Values: t["interpreter"], Items: []components.ChoiceItem{{Value: "yes", Text: "They need an interpreter"}}}),
			})}},
		}),
		components.Checkboxes(components.CheckboxesParams{
			Name: "access", Legend: "What would make contact easier? (optional)", IsSmall: true, Values: t["access"], Error: e.Of("access"), Items: choices(accessNeeds()),
		}),
		components.TextInput(components.TextInputParams{Name: "postcode", Label: "Postcode (optional)", Value: t.one("postcode"), Error: e.Of("postcode"), Classes: "govuk-input--width-10"}),
	}, nil
}

// sexes are the answers that are offered; the rest of the equality questions come
// after everything else.
func sexes() []models.Choice {
	for _, q := range models.EqualityQuestions() {
		if q.Key == models.EqualitySex {
			return q.Options
		}
	}
	return nil
}

// accessNeeds are stored as they read: a receiver is shown the words.
func accessNeeds() []models.Choice {
	var out []models.Choice
	for _, w := range []string{"Large print", "Easy Read", "British Sign Language", "Step-free access", "Someone with them", "More time"} {
		out = append(out, models.Choice{Key: w, Words: w})
	}
	return out
}

// boroughs are the lines of a borough list, with the reasons for living in none
// where that is asked.
func (p *Pages) boroughs(c *gin.Context, home bool) ([]components.Option, error) {
	dir, err := p.Directory.Snapshot(c.Request.Context())
	if err != nil {
		return nil, err
	}
	out := []components.Option{{Text: "Select a borough"}}
	if home {
		for _, code := range []string{"no_fixed_abode", "refuge", "not_known"} {
			r, _ := models.FindReason(models.GroupMissingField, code)
			out = append(out, components.Option{Value: noBorough + code, Text: r.Words})
		}
	}
	for _, a := range dir.Authorities() {
		out = append(out, components.Option{Value: a.Code, Text: a.Name})
	}
	return out, nil
}

func (p *Pages) contactFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	return []templ.Component{
		components.Radios(components.RadiosParams{
			Name: "reach", Legend: "What is safe?", LegendSize: components.Medium, Value: t.one("reach"), Error: e.Of("reach"),
			Items: []components.ChoiceItem{
				{Value: reachOffice, Text: "Their mobile, weekdays 9am to 5pm"},
				{Value: reachAny, Text: "Their mobile, at any time"},
				{Value: reachOther, Text: "Another way, or other times", Hint: "The next page asks about each way."},
				{Value: reachNone, Text: "There is no safe way yet", Hint: "Nobody will be able to contact them."},
			},
		}),
		components.TextInput(components.TextInputParams{
			Name: "phone", Label: "Mobile number", Hint: "Leave empty if you chose another way.", Type: "tel", Autocomplete: "off",
			Value: t.one("phone"), Error: e.Of("phone"), Classes: "govuk-input--width-20",
		}),
		components.Radios(components.RadiosParams{
			Name: "text_safe", Legend: "Is it safe to text this number?", IsSmall: true, Inline: true, Value: or(t.one("text_safe"), string(models.SafeUnknown)),
			Items: yesNoUnknown("Not asked"),
		}),
		components.Checkboxes(components.CheckboxesParams{
			Name: "message", IsSmall: true, Values: t["message"], Items: []components.ChoiceItem{{Value: "yes", Text: "It is safe to leave a message"}},
		}),
		components.TextInput(components.TextInputParams{
			Name: "code_word", Label: "Code word (optional)", Hint: "A word they chose. We say it so that they know it is us.", Autocomplete: "off",
			Value: t.one("code_word"), Error: e.Of("code_word"), Classes: "govuk-input--width-10",
		}),
		saidBy(t, "said_by", e),
		confirmedOn(t, e),
	}, nil
}

// saidBy asks who said what is safe: it may be the abuser who asks for a change.
func saidBy(t typed, name string, e components.FormErrors) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: name, Legend: "Who said so?", LegendSize: components.Medium, IsSmall: true, Value: t.one(name), Error: e.Of(name), Items: choices(models.ContactSources()),
	})
}

// confirmedOn asks when: today, unless another day is given.
func confirmedOn(t typed, e components.FormErrors) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: "confirmed", Legend: "When did they say so?", LegendSize: components.Medium, IsSmall: true, Value: or(t.one("confirmed"), "today"),
		Items: []components.ChoiceItem{{Value: "today", Text: "Today"}, {Value: "day", Text: "Another day", Conditional: components.DateInput(t.dateInput(components.DateInputParams{
			ID: "said", Legend: "Day they said so", Error: e.Of("said"),
		}))}},
	})
}

func yesNoUnknown(unknown string) []components.ChoiceItem {
	return []components.ChoiceItem{
		{Value: string(models.SafeYes), Text: "Yes"}, {Value: string(models.SafeNo), Text: "No"}, {Value: string(models.SafeUnknown), Text: unknown},
	}
}

func (p *Pages) waysFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	var out []templ.Component
	for _, kind := range models.Channels() {
		out = append(out, wayFields(j.Values, "way_"+string(kind), kind, e))
	}
	return out, nil
}

// wayFields ask about one kind of channel, or one channel of a case.
func wayFields(t typed, name string, kind models.Channel, e components.FormErrors) templ.Component {
	label := map[models.Channel]string{models.ChannelPhone: "Number", models.ChannelText: "Number", models.ChannelEmail: "Email address", models.ChannelPost: "Address", models.ChannelInPerson: "Place"}[kind]
	people := choices(models.ContactPeople())
	if who := t.one(name + "_person"); who != "" && !models.HasChoice(models.ContactPeople(), who) {
		people = append(people, components.ChoiceItem{Value: who, Text: who})
	}
	more := []templ.Component{
		components.TextInput(components.TextInputParams{Name: name + "_value", Label: label, Autocomplete: "off", Value: t.one(name + "_value"), Error: e.Of(name + "_value"), Classes: "govuk-input--width-20"}),
		components.Radios(components.RadiosParams{Name: name + "_person", Legend: "Whose is it?", IsSmall: true, Value: or(t.one(name+"_person"), models.PersonVictim), Error: e.Of(name + "_person"), Items: people}),
		components.Checkboxes(components.CheckboxesParams{Name: name + "_days", Legend: "On which days?", Hint: "Leave empty for any time.", IsSmall: true, Values: t[name+"_days"], Items: choices(models.Weekdays())}),
		view.Pair(
			components.Select(components.SelectParams{Name: name + "_from", Label: "From", Value: or(t.one(name+"_from"), "09:00"), Options: hours(t.one(name+"_from"), 0, 23)}),
			components.Select(components.SelectParams{Name: name + "_to", Label: "To", Value: or(t.one(name+"_to"), "17:00"), Options: hours(t.one(name+"_to"), 1, 24), Error: e.Of(name + "_to")}),
		),
	}
	if kind == models.ChannelPhone {
		more = append(more, components.Checkboxes(components.CheckboxesParams{Name: name + "_message", IsSmall: true, Values: t[name+"_message"], Items: []components.ChoiceItem{{Value: "yes", Text: "It is safe to leave a message"}}}))
	}
	more = append(more, components.TextInput(components.TextInputParams{Name: name + "_note", Label: "Note (optional)", Hint: "For example: ring twice, ask for the code word first.", Value: t.one(name + "_note"), Error: e.Of(name + "_note")}))
	items := yesNoUnknown("Not asked")
	items[0].Conditional = view.Fields(more)
	return components.Radios(components.RadiosParams{
		Name: name, Legend: "Is " + wayWords(kind) + " safe?", LegendSize: components.Medium, IsSmall: true, Value: or(t.one(name), string(models.SafeUnknown)), Error: e.Of(name), Items: items,
	})
}

func wayWords(kind models.Channel) string {
	if kind == models.ChannelInPerson {
		return "meeting in person"
	}
	return strings.ToLower(kind.Words())
}

// hours are the lines of a list of times, with the one that was there.
func hours(now string, first, last int) []components.Option {
	var out []components.Option
	for h := first; h <= last; h++ {
		key := fmt.Sprintf("%02d:00", h)
		out = append(out, components.Option{Value: key, Text: clockWords(key)})
		if now > key && now < fmt.Sprintf("%02d:00", h+1) {
			out = append(out, components.Option{Value: now, Text: clockWords(now)})
		}
	}
	return out
}

// clockWords writes HH:MM as people say it.
func clockWords(hhmm string) string {
	t, err := time.ParseInLocation("15:04", hhmm, models.London())
	if err != nil {
		return "midnight" // 24:00, the end of the day
	}
	return models.Time(t.AddDate(2026, 0, 5))
}

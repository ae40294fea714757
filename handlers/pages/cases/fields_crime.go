package cases

import (
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/web/components"
	view "throughline/web/pages/cases"
)

// peopleRows is how many people round the victim the page asks for.
const peopleRows = 3

func (p *Pages) crimeFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	return []templ.Component{offences(j.Values, e, true)}, nil
}

// offences ask for the kinds of crime; the title of a page that asks nothing else
// says it already.
func offences(t typed, e components.FormErrors, titled bool) templ.Component {
	items := choices(models.Offences())
	for i := range items {
		if items[i].Value == models.OffenceHateCrime {
			items[i].Conditional = components.Checkboxes(components.CheckboxesParams{
				Name: "strand", Legend: "Why were they attacked, as they or anyone else sees it?", IsSmall: true,
				Values: t["strand"], Error: e.Of("strand"), Items: choices(models.HateStrands()),
			})
		}
	}
	return components.Checkboxes(components.CheckboxesParams{
		Name: "offence", Legend: "Kinds of crime", LegendSize: components.Medium, LegendHidden: titled, Hint: "Select all that apply.", IsSmall: true, Values: t["offence"], Error: e.Of("offence"), Items: items,
	})
}

func (p *Pages) whenFields(c *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	boroughs, err := p.boroughs(c, false)
	if err != nil {
		return nil, err
	}
	day := func(id, legend string) templ.Component {
		return components.DateInput(t.dateInput(components.DateInputParams{ID: id, Legend: legend, Hint: "For example, 27 3 2026", Error: e.Of(id)}))
	}
	return []templ.Component{
		components.Radios(components.RadiosParams{
			Name: "when", Legend: "When did it happen?", LegendSize: components.Medium, Value: t.one("when"), Error: e.Of("when"),
			Items: []components.ChoiceItem{
				{Value: "today", Text: "Today"},
				{Value: "yesterday", Text: "Yesterday"},
				{Value: "day", Text: "On another day", Conditional: day("on", "Day it happened")},
				{Value: "between", Text: "Over some time, or long ago", Conditional: view.Fields([]templ.Component{day("from", "First day"), day("to", "Last day (optional)")})},
				{Value: "unknown", Text: "Not known"},
			},
		}),
		components.Radios(components.RadiosParams{
			Name: "reported", Legend: "Do the police know?", LegendSize: components.Medium, Value: or(t.one("reported"), p.usually(c, "yes", "")), Error: e.Of("reported"),
			Items: []components.ChoiceItem{
				{Value: "yes", Text: "Yes", Conditional: view.Fields([]templ.Component{
					components.Radios(components.RadiosParams{Name: "force", Legend: "Police force", IsSmall: true, Value: or(t.one("force"), "metropolitan"), Error: e.Of("force"), Items: choices(models.Forces())}),
					components.TextInput(components.TextInputParams{Name: "crime_reference", Label: "Crime reference (optional)", Value: t.one("crime_reference"), Error: e.Of("crime_reference"), Classes: "govuk-input--width-20", Spellcheck: "false"}),
				})},
				{Value: "wants", Text: "No, and they want to report it"},
				{Value: "no", Text: "No, and they do not want to report it"},
				{Value: "not_asked", Text: "Not asked"},
			},
		}),
		components.Select(components.SelectParams{Name: "place", Label: "Where did it happen? (optional)", Value: t.one("place"), Options: options(models.PlaceKinds(), "Select a place"), Error: e.Of("place")}),
		components.Select(components.SelectParams{Name: "place_borough", Label: "In which borough? (optional)", Value: t.one("place_borough"), Options: boroughs, Error: e.Of("place_borough")}),
	}, nil
}

// usually is the answer that is chosen to begin with for the police, and for
// everybody else.
func (p *Pages) usually(c *gin.Context, police, others string) string {
	if a, err := models.ActorFrom(c.Request.Context()); err == nil && a.OrgKind == models.KindPolice {
		return police
	}
	return others
}

func (p *Pages) accountFields(c *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	return []templ.Component{
		summaryBox(t, e),
		components.Radios(components.RadiosParams{
			Name: "source", Legend: "How did this reach you?", LegendSize: components.Medium, IsSmall: true, Value: or(t.one("source"), p.usually(c, "police", "self")),
			Error: e.Of("source"), Items: choices(models.Sources()),
		}),
		components.Select(components.SelectParams{
			Name: "responsible", Label: "Who is responsible, as far as is known?", Hint: "They are never offered as a contact.", Value: t.one("responsible"),
			Options: options(responsible(), "Not asked"), Error: e.Of("responsible"),
		}),
		components.TextInput(components.TextInputParams{Name: "responsible_name", Label: "Their name (optional)", Value: t.one("responsible_name"), Error: e.Of("responsible_name"), Classes: "govuk-input--width-20", Spellcheck: "false"}),
	}, nil
}

func summaryBox(t typed, e components.FormErrors) templ.Component {
	return components.CharacterCount(components.CharacterCountParams{MaxLength: models.SummaryLimit, Threshold: 75, TextAreaParams: components.TextAreaParams{
		Name: "summary", Label: "What happened, in a few sentences", Hint: "Do not give an address here: it is shared only where you tick it.",
		Value: t.one("summary"), Error: e.Of("summary"), Rows: 6,
	}})
}

// responsible is how whoever is responsible knows the victim. The words are
// kept: a receiver who is shared them reads them.
func responsible() []models.Choice {
	return []models.Choice{
		{Key: "partner", Words: "Partner"},
		{Key: "former_partner", Words: "Former partner"},
		{Key: "parent", Words: "Parent"},
		{Key: "child", Words: "Son or daughter"},
		{Key: "relative", Words: "Another relative"},
		{Key: "neighbour", Words: "Neighbour"},
		{Key: "work_or_school", Words: "Someone from work or school"},
		{Key: "acquaintance", Words: "Someone else they know"},
		{Key: "stranger", Words: "Stranger"},
		{Key: "not_known", Words: "Not known"},
	}
}

// relations are who can be part of a case beside the victim and a suspect.
func relations() []models.Choice {
	return []models.Choice{
		{Key: "child", Words: "Child"},
		{Key: "parent", Words: "Parent"},
		{Key: "carer", Words: "Carer"},
		{Key: "guardian", Words: "Guardian"},
		{Key: "partner", Words: "Partner"},
		{Key: "relative", Words: "Relative"},
		{Key: "friend", Words: "Friend"},
		{Key: "social_worker", Words: "Social worker"},
		{Key: "advocate", Words: "Advocate"},
		{Key: "witness", Words: "Witness"},
	}
}

func (p *Pages) peopleFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	var out []templ.Component
	for n := range peopleRows {
		row := "person_" + itoa(n+1) + "_"
		out = append(out, view.Group("Person "+itoa(n+1), []templ.Component{
			components.Select(components.SelectParams{Name: row + "relation", Label: "Relation to the victim", Value: j.Values.one(row + "relation"), Options: options(relations(), "Nobody"), Error: e.Of(row + "relation")}),
			components.TextInput(components.TextInputParams{Name: row + "name", Label: "Name (optional)", Value: j.Values.one(row + "name"), Error: e.Of(row + "name"), Classes: "govuk-input--width-20", Spellcheck: "false"}),
			components.Checkboxes(components.CheckboxesParams{Name: row + "responsibility", IsSmall: true, Values: j.Values[row+"responsibility"], Items: []components.ChoiceItem{{Value: "yes", Text: "Has parental responsibility"}}}),
		}))
	}
	return out, nil
}

func (p *Pages) rightsFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	b := p.build(j)
	b.in.EnhancedOffReason = ""
	on, why := b.in.Enhanced(p.Now())
	asked := []components.ChoiceItem{
		{Value: "vulnerable", Text: "A health condition, disability or lack of capacity makes this harder for them"},
		{Value: "intimidated", Text: "They are afraid or distressed about giving evidence"},
	}
	if models.EnhancedAsks(t["offence"]) {
		asked = append([]components.ChoiceItem{{Value: "targeted", Text: "They have been targeted again and again"}}, asked...)
	}
	text := "From what you have told us, Enhanced Rights do not apply. Tick anything below that is true."
	if on {
		text = "Enhanced Rights apply: " + strings.ToLower(models.List(enhancedWords(why))) + ". The Victims' Code gives them shorter time limits with the police and the courts."
	}
	return []templ.Component{
		components.InsetText(components.InsetTextParams{Text: text}),
		components.Checkboxes(components.CheckboxesParams{Name: "asked", Legend: "Is any of this true?", LegendSize: components.Medium, IsSmall: true, Values: t["asked"], Items: asked}),
		components.Radios(components.RadiosParams{
			Name: "rights", Legend: "Do you agree?", LegendSize: components.Medium, IsSmall: true, Value: or(t.one("rights"), "on"),
			Items: []components.ChoiceItem{
				{Value: "on", Text: "Yes, as it follows from the answers"},
				{Value: "off", Text: "No, switch Enhanced Rights off", Conditional: view.Fields([]templ.Component{
					components.Select(components.SelectParams{Name: "off_reason", Label: "Why do they not apply?", Value: t.one("off_reason"), Options: options(reasons(models.GroupSwitchOffEnhanced), "Select a reason"), Error: e.Of("off_reason")}),
					components.TextInput(components.TextInputParams{Name: "off_note", Label: "Say more (needed for another reason)", Value: t.one("off_note"), Error: e.Of("off_note")}),
				})},
			},
		}),
	}, nil
}

// enhancedWords names the reasons of Enhanced Rights.
func enhancedWords(codes []string) []string {
	var out []string
	for _, code := range codes {
		if r, ok := models.FindEnhancedReason(code); ok {
			out = append(out, r.Words)
		}
	}
	return slices.Compact(out)
}

func (p *Pages) riskFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	return []templ.Component{
		components.Radios(components.RadiosParams{
			Name: "risk", Legend: "Level of risk", LegendHidden: true, Value: t.one("risk"), Error: e.Of("risk"),
			Items: []components.ChoiceItem{
				{Value: "standard", Text: "Standard", Hint: "Nothing points to serious harm now."},
				{Value: "medium", Text: "Medium", Hint: "Serious harm is possible if things change."},
				{Value: "high", Text: "High", Hint: "Serious harm could happen at any time. Time to decide never pauses, and the first attempt is due sooner."},
			},
		}),
		components.TextArea(components.TextAreaParams{Name: "risk_note", Label: "What makes the risk? (optional)", Value: t.one("risk_note"), Error: e.Of("risk_note"), Rows: 3}),
	}, nil
}

func (p *Pages) helpFields(_ *gin.Context, j *journey, e components.FormErrors) ([]templ.Component, error) {
	t := j.Values
	return []templ.Component{
		components.Checkboxes(components.CheckboxesParams{Name: "wants", Legend: "What do they say they need? (optional)", LegendSize: components.Medium, IsSmall: true, Values: t["wants"], Error: e.Of("wants"), Items: choices(models.Needs())}),
		components.Radios(components.RadiosParams{
			Name: "help", Legend: "Was help offered?", LegendSize: components.Medium, Value: t.one("help"), Error: e.Of("help"),
			Items: []components.ChoiceItem{
				{Value: models.HelpYes, Text: "Yes"},
				{Value: models.HelpNotYet, Text: "Not yet"},
				{Value: models.HelpNo, Text: "No", Conditional: view.Fields([]templ.Component{
					components.Select(components.SelectParams{Name: "help_reason", Label: "Why not?", Value: t.one("help_reason"), Options: options(reasons(models.GroupHelpNotOffered), "Select a reason"), Error: e.Of("help_reason")}),
					components.TextInput(components.TextInputParams{Name: "help_note", Label: "Say more (needed for another reason)", Value: t.one("help_note"), Error: e.Of("help_note")}),
				})},
			},
		}),
	}, nil
}

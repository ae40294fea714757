package samples

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/samples"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

func (p *Pages) sample(c *gin.Context) (samples.View, error) {
	of, err := id(c)
	if err != nil {
		return samples.View{}, err
	}
	return p.svc.Get(c.Request.Context(), of)
}

func area(name, label, hint, value string, errs components.FormErrors) templ.Component {
	return components.TextArea(components.TextAreaParams{Name: name, Label: label, LabelSize: components.Small, Hint: hint, Value: value, Error: errs.Of(name), Rows: 4, Autocomplete: "off"})
}

// findingForm asks what the sample showed.
func (p *Pages) findingForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	v, err := p.sample(c)
	if err != nil {
		return err
	}
	return p.form(c, frame.SamplesPath, samplePath(c), shared.FormView{
		Caption: v.Name, Title: "Make a finding", Button: "Record the finding", After: "An organisation reads what it is asked to do, and never the finding or the items.",
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "theme", Legend: "What is it about?", LegendSize: components.Small, Items: frame.Choices(models.FindingThemes()), Value: t.One("theme"), Error: errs.Of("theme"), IsSmall: true}),
			area("finding", "What did you find?", "About services, never about a person", t.One("finding"), errs),
			line("items", "Items that show it (optional)", "By their numbers, such as 2, 5, 9", t.One("items"), errs),
		},
	}, errs)
}

func (p *Pages) finding(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	of, err := id(c)
	if err != nil {
		return err
	}
	in := models.Finding{Theme: t.One("theme"), Finding: t.One("finding")}
	var wrong []models.FieldError
	for word := range strings.FieldsSeq(strings.ReplaceAll(t.One("items"), ",", " ")) {
		n, err := strconv.Atoi(word)
		if err != nil {
			wrong = []models.FieldError{models.Field("items", models.FieldInvalid, "Enter the numbers of items, such as 2, 5, 9")}
			break
		}
		in.Items = append(in.Items, n)
	}
	_, err = p.svc.Find(frame.Held(c, "", wrong...), of, in)
	return p.done(c, err, samplePath(c), samplePath(c), t, nil, p.findingForm)
}

// actionForm asks what a named organisation is to do about a finding.
func (p *Pages) actionForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	v, err := p.sample(c)
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	finding := t.One("finding_id")
	if finding == "" {
		finding = c.Query("finding")
	}
	var found []components.ChoiceItem
	for _, f := range v.Findings {
		found = append(found, components.ChoiceItem{Value: f.ID.String(), Text: models.ChoiceWords(models.FindingThemes(), f.Theme), Hint: f.Finding})
	}
	if len(found) == 0 {
		return models.NotFound("finding")
	}
	orgs := []components.Option{{Text: "Select an organisation", Selected: t.One("organisation_id") == ""}}
	for _, org := range v.Organisations() {
		orgs = append(orgs, components.Option{Value: org.String(), Text: dir.Name(org), Selected: org.String() == t.One("organisation_id")})
	}
	return p.form(c, frame.SamplesPath, samplePath(c), shared.FormView{
		Caption: v.Name, Title: "Ask for an action", Button: "Ask for it", After: "Its managers read this and answer here. You close it once the evidence shows that it is done.",
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "finding_id", Legend: "Because of which finding?", LegendSize: components.Small, Items: found, Value: finding, Error: errs.Of("finding_id"), IsSmall: true}),
			components.Select(components.SelectParams{Name: "organisation_id", Label: "Who is to act?", LabelSize: components.Small, Options: orgs, Error: errs.Of("organisation_id")}),
			area("recommendation", "What is recommended?", "Say nothing of a person: the organisation reads this", t.One("recommendation"), errs),
			line("owner", "Who owns it there?", "A post, such as “Service manager”", t.One("owner"), errs),
			components.DateInput(components.DateInputParams{
				ID: "due_on", Legend: "When is it due?", LegendSize: components.Small, Hint: "For example, 27 3 2027", Error: errs.Of("due_on"), Day: t.One("due_on-day"), Month: t.One("due_on-month"), Year: t.One("due_on-year"),
			}),
		},
	}, errs)
}

func (p *Pages) ask(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	of, err := id(c)
	if err != nil {
		return err
	}
	in := models.Improvement{Recommendation: t.One("recommendation"), Owner: t.One("owner")}
	in.FindingID, _ = uuid.Parse(t.One("finding_id"))
	in.ToOrgID, _ = uuid.Parse(t.One("organisation_id"))
	var wrong []models.FieldError
	due, err := t.Date("due_on")
	if err != nil {
		wrong = append(wrong, models.Field("due_on", models.FieldInvalid, "The day it is due must be a real date"))
	}
	if due != nil {
		in.DueOn = *due
	}
	_, err = p.svc.Ask(frame.Held(c, "", wrong...), of, in)
	return p.done(c, err, samplePath(c), samplePath(c), t, map[string]string{"due_on": "due_on-day"}, p.actionForm)
}

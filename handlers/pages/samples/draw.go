package samples

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/samples"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

func line(name, label, hint, value string, errs components.FormErrors) templ.Component {
	return components.TextInput(components.TextInputParams{Name: name, Label: label, LabelSize: components.Small, Hint: hint, Value: value, Error: errs.Of(name), Autocomplete: "off", Classes: "govuk-input--width-20"})
}

func number(name, label, hint, value string, errs components.FormErrors) templ.Component {
	return components.TextInput(components.TextInputParams{
		Name: name, Label: label, LabelSize: components.Small, Hint: hint, Value: value, Error: errs.Of(name), Autocomplete: "off", InputMode: "numeric", Classes: "govuk-input--width-5",
	})
}

// drawForm asks for the rule of a sample, and says who agreed to be audited.
func (p *Pages) drawForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	agreed, err := p.svc.Agreed(c.Request.Context())
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	if len(t) == 0 {
		t = frame.Typed{"size": {"20"}, "second_share": {"20"}, "by": {"none"}, "seed": {strconv.FormatInt(samples.NewSeed(), 10)}}
	}
	table := components.DataTable{
		Caption: "Who agreed to be audited", ShowCaption: true, Cards: true, Empty: "Nobody agreed to be audited by your office yet. An organisation records its agreement itself, under Agreements.",
		Columns: []components.Column{{Text: "Organisation"}, {Text: "For"}, {Text: "Last day"}},
	}
	orgs := []components.Option{{Text: "All who agreed", Selected: t.One("organisation_id") == ""}}
	seen := map[uuid.UUID]bool{}
	for i := range agreed {
		a := &agreed[i]
		words := "All support"
		for k, key := range a.Pathways {
			if k == 0 {
				words = support(key)
			} else {
				words += ", " + support(key)
			}
		}
		table.Rows = append(table.Rows, []components.DataCell{{Text: dir.Name(a.OrgID)}, {Text: words}, {Text: models.Day(a.ExpiresOn)}})
		if !seen[a.OrgID] {
			orgs = append(orgs, components.Option{Value: a.OrgID.String(), Text: dir.Name(a.OrgID), Selected: a.OrgID.String() == t.One("organisation_id")})
		}
		seen[a.OrgID] = true
	}
	services := []components.Option{{Text: "Every service", Selected: t.One("service_id") == ""}}
	var kinds []components.ChoiceItem
	for _, k := range models.Pathways() {
		kinds = append(kinds, components.ChoiceItem{Value: k.Key, Text: k.Name})
		for _, s := range dir.Services(k.Key) {
			if seen[s.OrgID] {
				services = append(services, components.Option{Value: s.ID.String(), Text: s.Name + ", " + dir.Name(s.OrgID), Selected: s.ID.String() == t.One("service_id")})
			}
		}
	}
	return p.form(c, frame.SamplesPath, frame.SamplesPath, shared.FormView{
		Title: "Draw a sample", Button: "Draw it", Lede: "Only from organisations that agreed to be audited. Whoever asked to be left out is, and notes of counselling are never read.",
		Before: []templ.Component{components.Table(table)},
		Fields: []templ.Component{
			line("name", "Name", "Such as “Domestic abuse, autumn 2026”", t.One("name"), errs),
			components.Radios(components.RadiosParams{Name: "pathway", Legend: "Which support?", LegendSize: components.Small, Hint: "It is read against the standard of that support", Items: kinds, Value: t.One("pathway"), Error: errs.Of("pathway"), IsSmall: true}),
			components.Select(components.SelectParams{Name: "organisation_id", Label: "Who received the referrals?", LabelSize: components.Small, Options: orgs, Error: errs.Of("organisation_id")}),
			components.Select(components.SelectParams{Name: "service_id", Label: "Which service?", LabelSize: components.Small, Options: services, Error: errs.Of("service_id")}),
			components.Select(components.SelectParams{Name: "from", Label: "First month", LabelSize: components.Small, Options: p.lastMonths(t.One("from"), 12), Error: errs.Of("from")}),
			components.Select(components.SelectParams{Name: "to", Label: "Last month", LabelSize: components.Small, Options: p.lastMonths(t.One("to"), 1), Error: errs.Of("to")}),
			number("size", "How many referrals?", "From 1 to 200. At most four in five of those in reach are drawn", t.One("size"), errs),
			components.Radios(components.RadiosParams{Name: "by", Legend: "Spread over", LegendSize: components.Small, Items: frame.Choices(models.SampleStrata()), Value: t.One("by"), Error: errs.Of("by"), IsSmall: true}),
			number("second_share", "How many in a hundred do two people read?", "The second does not see the first reading before their own", t.One("second_share"), errs),
			number("seed", "Seed", "The same seed over the same facts draws the same sample", t.One("seed"), errs),
		},
	}, errs)
}

// lastMonths offers the months of the last three years, with one so many back
// chosen to begin with.
func (p *Pages) lastMonths(value string, back int) (out []components.Option) {
	today := models.Today(p.now())
	month := today.AddDate(0, 0, 1-today.Day())
	for i := range models.LongestSample {
		m := month.AddDate(0, -i, 0)
		v := m.Format(time.DateOnly)
		out = append(out, components.Option{Value: v, Text: m.Format("January 2006"), Selected: v == value || value == "" && i == back})
	}
	return out
}

// draw draws the sample, or shows the form again with what was typed.
func (p *Pages) draw(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	var wrong []models.FieldError
	whole := func(name, message string) int64 {
		n, err := strconv.ParseInt(t.One(name), 10, 64)
		if err != nil {
			wrong = append(wrong, models.Field(name, models.FieldInvalid, message))
		}
		return n
	}
	named := func(name, message string) (out uuid.UUID) {
		if t.One(name) == "" {
			return out
		}
		out, err := uuid.Parse(t.One(name))
		if err != nil {
			wrong = append(wrong, models.Field(name, models.FieldUnknown, message))
		}
		return out
	}
	in := models.Sample{
		Name: t.One("name"), Pathway: t.One("pathway"), Strata: t.One("by"),
		ServiceID: named("service_id", "Select a service from the list"), OfOrgID: named("organisation_id", "Select an organisation from the list"),
		Size:        int(min(whole("size", "Enter how many referrals to draw, from 1 to 200"), models.LargestSample+1)),
		SecondShare: int(min(whole("second_share", "Enter how many in a hundred two people read, from 0 to 100"), 101)),
		Seed:        whole("seed", "Enter a whole number of 0 or more as the seed"),
	}
	in.FromMonth, _ = time.Parse(time.DateOnly, t.One("from"))
	in.ToMonth, _ = time.Parse(time.DateOnly, t.One("to"))
	v, err := p.svc.Draw(frame.Held(c, "", wrong...), in)
	return p.done(c, err, frame.SamplesPath+"/"+v.ID.String(), frame.SamplesPath+"/new", t, nil, p.drawForm)
}

package cases

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	view "throughline/web/pages/cases"
	"throughline/web/pages/shared"
)

// searchForm begins a case with a look for one that is there already.
func (p *Pages) searchForm(c *gin.Context) error { return p.searchPage(c, typed{}, nil) }

func (p *Pages) searchPage(c *gin.Context, t typed, errs components.FormErrors) error {
	meta := p.Frame.Meta(c, "Log a case", "/cases")
	meta.Back = &components.Link{Text: "Back", Href: "/cases"}
	meta.Errors = errs
	page := shared.FormView{
		Meta: meta, Caption: "Log a case", Title: "Check for a case first", Lede: "If we already have one, add to it instead.", Action: "/cases/new", Button: "Continue",
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{Name: "name", Label: "Name", Hint: "First and family name, in any order, or the name they go by.", Value: t.one("name"), Error: errs.Of("name"), Autocomplete: "off", Spellcheck: "false"}),
			components.TextInput(components.TextInputParams{Name: "year", Label: "Year of birth (optional)", InputMode: "numeric", Value: t.one("year"), Error: errs.Of("year"), Autocomplete: "off", Classes: "govuk-input--width-4"}),
			components.Checkboxes(components.CheckboxesParams{Name: "unknown", IsSmall: true, Values: t["unknown"], Items: []components.ChoiceItem{{Value: "yes", Text: "I do not know their name"}}}),
		},
	}
	if unfinished := p.unfinished(c); unfinished != nil {
		page.Before = append(page.Before, view.Unfinished(*unfinished))
	}
	return render.Form(c, shared.Form(page), errs.Any())
}

// unfinished leads to a case that was begun and not logged, if there is one.
func (p *Pages) unfinished(c *gin.Context) *components.Link {
	d, err := p.Drafts.Latest(c.Request.Context(), draftKind)
	if err != nil {
		return nil
	}
	j := &journey{}
	if d.Into(j) != nil || j.Logged != "" {
		return nil
	}
	j.id = d.ID
	next := j.missing("check")
	if next == "" {
		next = "check"
	}
	return &components.Link{Text: "Go on with the case you began " + models.DateTimeIn(d.UpdatedAt, p.Now()), Href: j.at(next)}
}

// search looks for a case and shows what is there as references alone; with
// nothing there the journey goes on. What was typed is not asked again.
func (p *Pages) search(c *gin.Context) error {
	t, err := readForm(c)
	if err != nil {
		return err
	}
	found, err := p.lookFor(c, t)
	if frame.IsInvalid(err) {
		return p.searchPage(c, t, frame.Errors(err, map[string]string{"year_of_birth": "year"}))
	}
	if err != nil {
		return err
	}
	j := &journey{id: models.NewID(), Values: typed{}}
	j.Values["given_name"], j.Values["family_name"] = splitName(t.one("name"))
	if y := t.one("year"); y != "" {
		j.Values["dob-year"] = []string{y}
	}
	if err := p.save(c.Request.Context(), j); err != nil {
		return err
	}
	if len(found.Items) == 0 {
		render.See(c, j.at("who"))
		return nil
	}
	return p.matches(c, j, found)
}

func (p *Pages) lookFor(c *gin.Context, t typed) (cases.Found, error) {
	if t.one("unknown") == "yes" && t.one("name") == "" {
		return cases.Found{}, nil
	}
	q := cases.Query{Name: t.one("name")}
	var faults []models.FieldError
	if q.Name == "" {
		faults = append(faults, models.Field("name", models.FieldRequired, "Enter a name, or select that you do not know it"))
	}
	if y := t.one("year"); y != "" {
		n, err := strconv.Atoi(y)
		if err != nil || n < 1900 {
			faults = append(faults, models.Field("year", models.FieldInvalid, "Enter a year of birth, like 1992"))
		}
		q.YearOfBirth = n
	}
	if len(faults) > 0 {
		return cases.Found{}, models.Invalid(faults...)
	}
	return p.Cases.Search(c.Request.Context(), q)
}

// splitName guesses which part is the family name: the last. The next page
// shows it to be mended.
func splitName(name string) (given, family []string) {
	words := strings.Fields(strings.ReplaceAll(name, ",", " "))
	if len(words) < 2 {
		return []string{name}, nil
	}
	last := len(words) - 1
	return []string{strings.Join(words[:last], " ")}, []string{words[last]}
}

func (p *Pages) matches(c *gin.Context, j *journey, found cases.Found) error {
	meta := p.Frame.Meta(c, "Possible matches - Log a case", "/cases")
	meta.Back = &components.Link{Text: "Back", Href: "/cases/new"}
	v := view.MatchesView{Meta: meta, Go: j.at("who")}
	for _, i := range found.Items {
		v.Items = append(v.Items, components.StackItem{
			Link: components.Link{Text: i.Reference, Href: "/cases/" + i.Reference},
			Note: "Held by " + i.Accountable.Name + ", logged " + models.DayIn(i.LoggedAt, p.Now()),
		})
	}
	v.More = found.More
	return render.OK(c, view.Matches(v))
}

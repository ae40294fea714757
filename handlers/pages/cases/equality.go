package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// equalityName begins the names of the controls of the equality questions.
const equalityName = "eq_"

// notAsked is chosen to begin with, and kept as no answer at all.
const notAsked = "not_asked"

const equalityLede = "Ask only if it is safe, nobody else can hear, and they want to. Each question can be left. The answers help to see whether everybody is served alike; no service is sent them."

// control is the name of a question's control: a question that follows from
// another is asked once for each answer it follows from.
func control(q models.EqualityQuestion) string {
	if q.After == models.EqualityEthnicGroup {
		return equalityName + q.Key + "_" + q.Is
	}
	return equalityName + q.Key
}

// equalityFields ask who somebody is, leaving out the questions that were asked
// before. "Not asked", "prefer not to say" and "not safe to ask" stay apart.
func equalityFields(t typed, e components.FormErrors, without ...string) []templ.Component {
	var out []templ.Component
	for _, q := range models.EqualityQuestions() {
		if q.After == "" && !slices.Contains(without, q.Key) {
			out = append(out, equalityRadios(t, e, q))
		}
	}
	return out
}

func equalityRadios(t typed, e components.FormErrors, q models.EqualityQuestion) templ.Component {
	name := control(q)
	items := choices(q.Options)
	for i := range items {
		for _, next := range models.EqualityQuestions() {
			if next.After == q.Key && next.Is == items[i].Value {
				items[i].Conditional = equalityRadios(t, e, next)
			}
		}
	}
	items = append(items, components.ChoiceItem{Value: models.EqualityUnsafe, Text: "It was not safe to ask"}, components.ChoiceItem{Value: notAsked, Text: "Not asked"})
	p := components.RadiosParams{Name: name, Legend: q.Label, LegendSize: components.Small, Hint: q.Hint, IsSmall: true, Value: or(t.one(name), notAsked), Error: e.Of(name), Items: items}
	return components.Radios(p)
}

// equalityOf reads the answers. One to a question that does not follow from the
// others any more falls away.
func equalityOf(t typed) map[string]string {
	out := map[string]string{}
	for _, q := range models.EqualityQuestions() {
		answer := t.one(control(q))
		if answer == "" || answer == notAsked || q.After != "" && out[q.After] != q.Is {
			continue
		}
		out[q.Key] = answer
	}
	return out
}

// typedEquality are kept answers as the page would have been sent.
func typedEquality(kept map[string]string) typed {
	t := typed{}
	for _, q := range models.EqualityQuestions() {
		if answer := kept[q.Key]; answer != "" && (q.After == "" || kept[q.After] == q.Is) {
			t[control(q)] = []string{answer}
		}
	}
	return t
}

// equalityRows are the answers that were given.
func equalityRows(kept map[string]string, without ...string) []components.SummaryRow {
	var out []components.SummaryRow
	for _, q := range models.EqualityQuestions() {
		if answer := kept[q.Key]; answer != "" && !slices.Contains(without, q.Key) && (q.After == "" || kept[q.After] == q.Is) {
			words := models.EqualityWords(q.Key, answer)
			if q.Key == models.EqualitySex {
				words = sexWords(answer)
			}
			out = append(out, components.SummaryRow{Key: q.Label, Value: words})
		}
	}
	return out
}

// askedOrNot says of every question what was answered, or that nobody asked.
func askedOrNot(kept map[string]string) []components.SummaryRow {
	var out []components.SummaryRow
	for _, q := range models.EqualityQuestions() {
		if q.After != "" && kept[q.After] != q.Is {
			continue
		}
		row := components.SummaryRow{Key: q.Label, Value: "Not asked"}
		if given := equalityRows(map[string]string{q.After: q.Is, q.Key: kept[q.Key]}); kept[q.Key] != "" && len(given) > 0 {
			row = given[len(given)-1]
		}
		out = append(out, row)
	}
	return out
}

func (p *Pages) equalityForm(c *gin.Context) error {
	v, err := p.Cases.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	return p.equalityPage(c, v.Case.Reference, v.Case.Version, typedEquality(v.Victim.Equality), nil)
}

func (p *Pages) equalityPage(c *gin.Context, ref string, version int, t typed, errs components.FormErrors) error {
	path := "/cases/" + ref
	meta := p.Frame.Meta(c, "Equality questions, case "+ref, "/cases")
	meta.Back, meta.Errors = &components.Link{Text: "Back to the case", Href: path}, errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + ref, Title: "Equality questions", Lede: equalityLede, Button: "Keep the answers",
		Hidden: []shared.Hidden{{Name: "version", Value: strconv.Itoa(version)}}, Fields: equalityFields(t, errs),
		Cancel: &components.Link{Text: "Cancel", Href: path},
	}), errs.Any())
}

func (p *Pages) equality(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := p.Cases.ID(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(t.one("version")) // to show the page again
	v, err := p.Cases.ChangeEquality(frame.Held(c, t.one("version")), id, equalityOf(t))
	ref, _ := models.ParseReference(c.Param("ref"))
	switch {
	case frame.IsInvalid(err):
		var errs components.FormErrors
		for _, f := range models.FieldsOf(err) {
			name := equalityName + strings.TrimPrefix(f.Field, "answers.")
			errs = append(errs, components.FormError{Field: name, Target: name, Message: f.Message})
		}
		return p.equalityPage(c, ref, version, t, errs)
	case err != nil:
		return p.moved(c, "Case "+ref, "/cases/"+ref, err)
	}
	render.See(c, "/cases/"+v.Case.Reference+"?done=equality")
	return nil
}

package protection

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/protection"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

type templComponent = templ.Component

// act is one thing that can be done on the page of a case: what its form says.
type act struct {
	name, title, lede, button, done string
	group                           models.ReasonGroup
	action                          models.ProtectionAction
	request                         *protection.Decision
	bar                             string
}

// act returns the act an address or a form names, as far as it can be done on
// the case as it is; nil where it cannot.
func (p *Pages) act(c *gin.Context, v *protection.View, name string) *act {
	a, _ := models.ActorFrom(c.Request.Context())
	out := &act{name: name, done: name}
	decides := v.Own && a.Can(models.CaseProtect)
	switch {
	case name == "bar":
		out.title, out.button, out.group = "Who must find no trace of it?", "Hide it from this person", models.GroupBar
		out.lede = "They find no trace of the case, its victim or its referrals from now on, whatever their role. They are not told. You are not told whether somebody has the address you enter."
	case name == "restrict" && decides && v.State != protection.Sealed:
		out.title, out.button, out.action = "Who can open this case?", "Restrict the case", models.ProtectRestrict
		out.lede = "Nobody else of your organisation finds it, and that includes you if you do not select yourself. Services keep the referrals they have."
	case name == "lift" && decides && v.State == protection.Restricted && !v.Held:
		out.title, out.button, out.action = "Open this case to the organisation again", "Open the case", models.ProtectLift
	case name == "seal" && decides && v.State != protection.Sealed:
		out.title, out.button, out.action, out.done = "Ask to seal this case", "Ask a second person", models.ProtectSeal, "asked"
		out.lede = "A sealed case is found by its custodians alone: whoever asks, whoever approves, and those you select. Services lose sight of its referrals."
	case name == "unseal" && decides && v.State == protection.Sealed:
		out.title, out.button, out.action, out.done = "Ask to unseal this case", "Ask a second person", models.ProtectUnseal, "asked"
		out.lede = "Its custodians go on as the people it is restricted to. Opening it further is a decision of its own."
	case name == "lift_bar" && decides:
		out.title, out.button, out.action, out.done = "Ask to lift this bar", "Ask a second person", models.ProtectLiftBar, "asked"
		out.bar = c.Query("bar")
		if out.bar == "" {
			out.bar = c.PostForm("bar")
		}
		if !slices.ContainsFunc(v.Bars, func(b protection.Bar) bool { return b.ID.String() == out.bar && !b.Lifted }) {
			return nil
		}
	case name == "answer" && decides:
		return p.answerAct(c, v, out)
	default:
		return nil
	}
	if out.group == "" {
		out.group = out.action.Reasons()
	}
	return out
}

// proven asks for a fresh proof before the form of what shows a record again, so
// that nobody types first and is asked then. The service asks in any case.
func (a *act) proven(ctx context.Context) error {
	if a.name == "answer" || a.action.Shows() {
		return accounts.StepUp(ctx)
	}
	return nil
}

// answerAct is the answer to what somebody else asked for.
func (p *Pages) answerAct(c *gin.Context, v *protection.View, out *act) *act {
	id := c.Query("request")
	if id == "" {
		id = c.PostForm("request")
	}
	i := slices.IndexFunc(v.Decisions, func(d protection.Decision) bool { return d.ID.String() == id && d.MayDecide })
	if i < 0 {
		return nil
	}
	out.request, out.done, out.button = &v.Decisions[i], "answered", "Save your answer"
	out.title = out.request.Action.Words()
	out.lede = "Asked by " + out.request.AskedBy + " on " + models.DateTime(out.request.AskedAt) + ": " + reasonWords(out.request) + "."
	if out.request.Action == models.ProtectReview {
		out.lede = "This case may be about the same person as a protected one, so it was hidden when it was logged. Is it somebody else?"
	}
	return out
}

// links are the acts open to whoever reads the page.
func (p *Pages) links(c *gin.Context, v *protection.View, path string) []components.StackItem {
	var out []components.StackItem
	for _, l := range [][2]string{
		{"bar", "Hide it from one person"},
		{"restrict", "Restrict it to named people"},
		{"lift", "Open it to the organisation again"},
		{"seal", "Ask to seal it"},
		{"unseal", "Ask to unseal it"},
	} {
		if p.act(c, v, l[0]) != nil {
			out = append(out, components.StackItem{Link: components.Link{Text: l[1], Href: path + "?do=" + l[0]}})
		}
	}
	if a, err := models.ActorFrom(c.Request.Context()); err == nil && a.Can(models.CaseRead) {
		out = append(out, components.StackItem{Link: components.Link{Text: "Say that you know this person", Href: models.ConflictPath(v.CaseID)}})
	}
	return out
}

// form draws an act with what was typed.
func (p *Pages) form(c *gin.Context, v *protection.View, a *act, errs components.FormErrors) error {
	path := "/cases/" + v.Reference + "/protection"
	meta := p.frame.Meta(c, a.title+", case "+v.Reference, "/cases")
	meta.Back, meta.Errors = &components.Link{Text: "Back to protection", Href: path}, errs
	f := shared.FormView{
		Meta: meta, Caption: "Case " + v.Reference, Title: a.title, Lede: a.lede, Action: path, Button: a.button, Cancel: &components.Link{Text: "Cancel", Href: path},
		Hidden: []shared.Hidden{{Name: "do", Value: a.name}}, Warning: a.name == "bar" || a.name == "seal",
	}
	if a.request != nil {
		f.Hidden = append(f.Hidden, shared.Hidden{Name: "request", Value: a.request.ID.String()})
		yes, no := "Approve", "Refuse"
		if a.request.Action == models.ProtectReview {
			yes, no = "Somebody else: show it", "The same person, or I am not sure: keep it hidden"
		}
		f.Fields = append(f.Fields, components.Radios(components.RadiosParams{
			Name: "answer", Legend: "Your answer", LegendSize: components.Medium, Value: c.PostForm("answer"), Error: errs.Of("answer"),
			Items: []components.ChoiceItem{{Value: "approve", Text: yes}, {Value: "refuse", Text: no}},
		}))
		f.Fields = append(f.Fields, note(c, errs, "Note (needed when you keep it hidden or refuse)"))
		return render.Form(c, shared.Form(f), errs.Any())
	}
	if a.bar != "" {
		f.Hidden = append(f.Hidden, shared.Hidden{Name: "bar", Value: a.bar})
	}
	fields, err := p.people(c, a, errs)
	if err != nil {
		return err
	}
	f.Fields = append(fields, components.Radios(components.RadiosParams{
		Name: "reason", Legend: "Why?", LegendSize: components.Medium, Value: c.PostForm("reason"), Error: errs.Of("reason"), Items: reasons(a.group),
	}), note(c, errs, "Note"))
	return render.Form(c, shared.Form(f), errs.Any())
}

func note(c *gin.Context, errs components.FormErrors, label string) templ.Component {
	return components.TextArea(components.TextAreaParams{Name: "note", Label: label, Rows: 3, Value: c.PostForm("note"), Error: errs.Of("note"), Autocomplete: "off"})
}

func reasons(g models.ReasonGroup) []components.ChoiceItem {
	var out []components.ChoiceItem
	for _, r := range models.Reasons(g) {
		out = append(out, components.ChoiceItem{Value: r.Code, Text: r.Words})
	}
	return out
}

// people asks whom an act is about, where it is about people.
func (p *Pages) people(c *gin.Context, a *act, errs components.FormErrors) ([]templ.Component, error) {
	if a.name != "bar" && a.name != "restrict" && a.name != "seal" {
		return nil, nil
	}
	colleagues, err := p.svc.Colleagues(c.Request.Context())
	if err != nil {
		return nil, err
	}
	if a.name == "bar" {
		options := []components.Option{{Value: "", Text: "Nobody of my organisation"}}
		for _, k := range colleagues {
			options = append(options, components.Option{Value: k.ID.String(), Text: k.Name + ", " + k.Role.Words()})
		}
		return []templ.Component{
			components.Select(components.SelectParams{Name: "colleague", Label: "A colleague", Options: options, Value: c.PostForm("colleague"), Error: errs.Of("colleague")}),
			components.TextInput(components.TextInputParams{
				Name: "email", Label: "Or somebody of any organisation, by their email address for work", Type: "email", Value: c.PostForm("email"), Error: errs.Of("email"),
				Autocomplete: "off", Spellcheck: "false",
			}),
		}, nil
	}
	legend := "Select who can open it"
	if a.name == "seal" {
		legend = "Custodians beside you and whoever approves"
	}
	boxes := components.CheckboxesParams{Name: "people", Legend: legend, LegendSize: components.Medium, Values: c.PostFormArray("people"), Error: errs.Of("people"), IsSmall: true}
	for _, k := range colleagues {
		if (models.Actor{Role: k.Role}).Can(models.CaseRead) {
			boxes.Items = append(boxes.Items, components.ChoiceItem{Value: k.ID.String(), Text: k.Name, Hint: k.Role.Words()})
		}
	}
	return []templ.Component{components.Checkboxes(boxes)}, nil
}

// take does what a form says.
func (p *Pages) take(c *gin.Context) error {
	ctx := c.Request.Context()
	v, err := p.svc.Find(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	if err := c.Request.ParseForm(); err != nil || !clean(c) {
		return models.Malformed("We could not read the form. Go back and send it again.")
	}
	path := "/cases/" + v.Reference + "/protection"
	a := p.act(c, &v, c.PostForm("do"))
	if a == nil {
		render.See(c, path)
		return nil
	}
	err = p.do(c, &v, a)
	switch {
	case frame.IsInvalid(err):
		return p.form(c, &v, a, frame.Errors(err, map[string]string{"colleague_id": "colleague"}))
	case err != nil:
		if words, moved := frame.Conflict(err); moved {
			return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
				Meta: p.frame.Meta(c, "Protection, case "+v.Reference, "/cases"), Title: "This has changed", Paras: []string{words},
				Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: path}),
			}))
		}
		return err
	}
	if _, err := p.svc.Find(ctx, v.Reference); models.CodeOf(err) == models.CodeNotFound && err != nil {
		path = "/cases" // whoever decided named themselves out
		if actor, _ := models.ActorFrom(ctx); actor.Role == models.RolePrivacyOfficer {
			path = "/protection"
		}
	}
	render.See(c, path+"?done="+a.done)
	return nil
}

// clean reports whether what was sent can be shown again and stored.
func clean(c *gin.Context) bool {
	for _, values := range c.Request.PostForm {
		for _, s := range values {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return false
			}
		}
	}
	return true
}

func (p *Pages) do(c *gin.Context, v *protection.View, a *act) error {
	ctx := c.Request.Context()
	reason, note := c.PostForm("reason"), c.PostForm("note")
	switch a.name {
	case "bar":
		colleague, err := uuid.Parse(c.PostForm("colleague"))
		if err != nil && c.PostForm("colleague") != "" {
			return models.Invalid(models.Field("colleague", models.FieldUnknown, "Select a colleague from the list"))
		}
		_, err = p.svc.Bar(ctx, v.CaseID, protection.BarInput{ColleagueID: colleague, Email: c.PostForm("email"), Reason: reason, Note: note})
		return err
	case "answer":
		if c.PostForm("answer") != "approve" && c.PostForm("answer") != "refuse" {
			return models.Invalid(models.Field("answer", models.FieldRequired, "Select your answer"))
		}
		_, err := p.svc.Answer(ctx, v.CaseID, a.request.ID, c.PostForm("answer") == "approve", note)
		return err
	}
	in := protection.Ask{Action: a.action, Reason: reason, Note: note}
	for _, id := range c.PostFormArray("people") {
		person, err := uuid.Parse(id)
		if err != nil {
			return models.Invalid(models.Field("people", models.FieldUnknown, "Select people from the list"))
		}
		in.People = append(in.People, person)
	}
	if a.bar != "" {
		in.BarID, _ = uuid.Parse(a.bar)
	}
	_, err := p.svc.Decide(ctx, v.CaseID, in)
	return err
}

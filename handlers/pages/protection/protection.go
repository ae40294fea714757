// Package protection serves the pages of what hides a case: who can open it,
// who finds no trace of it, what waits for a second person, and each decision.
// It decides nothing: services/protection does.
package protection

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/protection"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
)

// Pages serves them.
type Pages struct {
	frame     frame.Frame
	svc       *protection.Service
	directory *directory.Service
	now       func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *protection.Service, dir *directory.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, directory: dir, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: "/protection", Need: models.CaseProtect, Handle: p.queue},
		{Method: http.MethodPost, Path: "/protection", Need: models.CaseProtect, Handle: p.find},
		{Method: http.MethodGet, Path: "/cases/:ref/protection", Need: models.CaseProtection, Handle: p.show},
		{Method: http.MethodPost, Path: "/cases/:ref/protection", Need: models.CaseProtection, Handle: p.take},
		{Method: http.MethodGet, Path: "/emergency", Need: models.CaseEmergency, StepUp: true, Handle: p.emergencyForm},
		{Method: http.MethodPost, Path: "/emergency", Need: models.CaseEmergency, StepUp: true, Handle: p.openEmergency},
		{Method: http.MethodGet, Path: "/break-glass", Need: models.SignedIn, Handle: p.breakGlass},
		{Method: http.MethodGet, Path: "/conflicts", Need: models.SignedIn, Handle: p.conflicts},
		{Method: http.MethodPost, Path: "/conflicts", Need: models.SignedIn, Handle: p.declare},
		{Method: http.MethodGet, Path: "/conflicts/:id", Need: models.SignedIn, Handle: p.conflict},
		{Method: http.MethodPost, Path: "/conflicts/:id", Need: models.SignedIn, Handle: p.answerConflict},
		{Method: http.MethodGet, Path: "/break-glass/:id", Need: models.AccessReview, Handle: p.emergency},
		{Method: http.MethodPost, Path: "/break-glass/:id", Need: models.AccessReview, Handle: p.review},
	}
}

// queue is what waits and what is hidden, with a way to a case by reference: a
// privacy officer has no list of cases.
func (p *Pages) queue(c *gin.Context) error { return p.showQueue(c, "", nil) }

func (p *Pages) showQueue(c *gin.Context, reference string, errs components.FormErrors) error {
	items, err := p.svc.Queue(c.Request.Context())
	if err != nil {
		return err
	}
	waiting, done := p.table("Waiting for a second person", "Nothing waits."), p.table("What was decided", "No case has been hidden or shown again.")
	for i := range items {
		t := done
		if items[i].State == "pending" {
			t = waiting
		}
		t.Rows = append(t.Rows, p.line(&items[i], true))
	}
	meta := p.frame.Meta(c, "Protected cases", "/protection")
	meta.Wide, meta.Errors = true, errs
	return render.Form(c, admin.Page(admin.PageView{
		Meta: meta, Title: "Protected cases",
		Text: "A case can be restricted to named people, sealed, or hidden from one person. Sealing, unsealing and lifting a bar take two people, one of them a privacy officer.",
		Parts: []admin.PartView{
			{ID: "waiting", Title: "Waiting", Table: waiting},
			{ID: "open", Title: "Protect a case", Form: &admin.ActView{
				Action: "/protection", Button: components.ButtonParams{Text: "Continue", Kind: components.Secondary},
				Fields: []templComponent{components.TextInput(components.TextInputParams{
					Name: "reference", Label: "Case reference", Hint: "Like C-7K3F-9Q2M-P", Value: reference, Error: errs.Of("reference"), Autocomplete: "off", Classes: "govuk-input--width-10",
				})},
			}},
			{ID: "decided", Title: "Decided", Table: done},
		},
	}), errs.Any())
}

func (p *Pages) find(c *gin.Context) error {
	typed := c.PostForm("reference")
	written, err := models.ParseReference(typed)
	if err != nil || written[0] != byte(models.CaseReference) {
		return p.showQueue(c, typed, components.FormErrors{{Field: "reference", Message: models.ErrReference.Error()}})
	}
	render.See(c, "/cases/"+written+"/protection")
	return nil
}

func (p *Pages) table(caption, empty string) *components.DataTable {
	return &components.DataTable{
		Caption: caption, Cards: true, Empty: empty,
		Columns: []components.Column{{Text: "What"}, {Text: "Why"}, {Text: "Asked by"}, {Text: "Asked"}, {Text: "State"}},
	}
}

// line is one decision; of a case unless it stands on the page of one.
func (p *Pages) line(d *protection.Decision, withCase bool) []components.DataCell {
	what := components.DataCell{Text: d.Action.Words()}
	if withCase && d.Reference != "" {
		what.Sub, what.Href = "Case "+d.Reference, "/cases/"+d.Reference+"/protection"
	}
	if d.MayDecide && d.Reference != "" {
		what.Href = "/cases/" + d.Reference + "/protection?do=answer&request=" + d.ID.String()
	}
	state := components.DataCell{Content: components.Tag(stateTag(d.State))}
	if d.DecidedBy != "" {
		state.Sub = d.DecidedBy
	}
	by := d.AskedBy
	if by == "" {
		by = "Throughline"
	}
	return []components.DataCell{what, {Text: reasonWords(d), Sub: d.Note}, {Text: by}, {Text: models.DateTimeIn(d.AskedAt, p.now())}, state}
}

func stateTag(state string) components.TagParams {
	switch state {
	case "pending":
		return components.TagParams{Text: "Waiting", Colour: "yellow"}
	case "refused":
		return components.TagParams{Text: "Refused", Colour: "red"}
	}
	return components.TagParams{Text: "Done", Colour: "green"}
}

func reasonWords(d *protection.Decision) string {
	if d.Action == models.ProtectReview {
		return "It may be about the same person as a protected case"
	}
	if r, ok := models.FindReason(d.Action.Reasons(), d.Reason); ok {
		return r.Words
	}
	return d.Reason
}

// show is what hides one case, or the form of one act on it.
func (p *Pages) show(c *gin.Context) error {
	v, err := p.svc.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	if a := p.act(c, &v, c.Query("do")); a != nil {
		if err := a.proven(c.Request.Context()); err != nil {
			return err
		}
		return p.form(c, &v, a, nil)
	}
	path := "/cases/" + v.Reference + "/protection"
	meta := p.frame.Meta(c, "Protection, case "+v.Reference, "/cases")
	meta.Wide = true
	actor, _ := models.ActorFrom(c.Request.Context())
	meta.Back = &components.Link{Text: "Back to the case", Href: "/cases/" + v.Reference}
	if actor.Role == models.RolePrivacyOfficer {
		meta.Back = &components.Link{Text: "Protected cases", Href: "/protection"}
	}
	if words, ok := doneWords()[c.Query("done")]; ok {
		meta.Flash = &layouts.Flash{Text: words}
	}
	tag, text := stateOf(&v)
	page := admin.PageView{Meta: meta, Caption: "Case " + v.Reference, Title: "Protection", Of: frame.CaseParts(actor, "/cases/"+v.Reference, "protection"), State: &tag, Text: text}
	if len(v.People) > 0 {
		page.Parts = append(page.Parts, admin.PartView{ID: "people", Title: peopleTitle(v.State), Table: peopleTable(&v)})
	}
	page.Parts = append(page.Parts, admin.PartView{
		ID: "bars", Title: "Who must find no trace of it", Table: p.barTable(c, &v, path),
		Text: "Whoever is named here does not find the case, its victim or its referrals anywhere, whatever their role or organisation. They are not told. Do not tell them.",
	})
	if links := p.links(c, &v, path); len(links) > 0 {
		page.Parts = append(page.Parts, admin.PartView{ID: "acts", Title: "What you can do", Links: links})
	}
	if len(v.Decisions) > 0 {
		t := p.table("What was asked and decided", "")
		for i := range v.Decisions {
			t.Rows = append(t.Rows, p.line(&v.Decisions[i], false))
		}
		page.Parts = append(page.Parts, admin.PartView{ID: "decisions", Title: "What was decided", Table: t})
	}
	return render.OK(c, admin.Page(page))
}

func doneWords() map[string]string {
	return map[string]string{
		"restrict": "The case is restricted. Nobody else finds it.", "lift": "The case is open to its organisations again.",
		"bar": "It was noted. If somebody has this address, they find no trace of the case from now on.", "asked": "It was asked for. A second person has to decide.",
		"answered": "Your answer was kept.",
	}
}

func stateOf(v *protection.View) (components.TagParams, string) {
	switch {
	case v.State == protection.Sealed:
		return components.TagParams{Text: "Sealed", Colour: "red"}, "Only its custodians find this case. Nobody else in any organisation does, and services lose sight of its referrals."
	case v.Held:
		return components.TagParams{Text: "Waits for a look", Colour: "yellow"}, "It may be about the same person as a protected case. Until a privacy officer has looked, only whoever logged it finds it."
	case v.State == protection.Restricted:
		return components.TagParams{Text: "Restricted", Colour: "orange"}, "Only the people named find this case. Services keep the referrals they have."
	}
	return components.TagParams{Text: "Open to the organisation", Colour: "open"}, "Everybody who works with cases in the organisations that hold or logged it can open it."
}

func peopleTitle(state string) string {
	if state == protection.Sealed {
		return "Its custodians"
	}
	return "Who can open it"
}

func peopleTable(v *protection.View) *components.DataTable {
	t := &components.DataTable{Caption: peopleTitle(v.State), Cards: true, Columns: []components.Column{{Text: "Name"}, {Text: "Role"}}}
	for _, person := range v.People {
		name := person.Name
		if name == "" {
			name = "Somebody of another organisation"
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: name}, {Text: person.Role.Words()}})
	}
	return t
}

func (p *Pages) barTable(c *gin.Context, v *protection.View, path string) *components.DataTable {
	a, _ := models.ActorFrom(c.Request.Context())
	t := &components.DataTable{
		Caption: "Who must find no trace of it", Cards: true, Empty: "Nobody is named.",
		Columns: []components.Column{{Text: "Who"}, {Text: "Why"}, {Text: "Since"}, {Text: "State"}},
	}
	for _, b := range v.Bars {
		who := b.Who
		switch b.Source {
		case "declared":
			who = "Somebody who declared that they know them"
		case "inherited":
			who = "Somebody named on another case of the same person"
		}
		why := b.Reason
		if r, ok := models.FindReason(models.GroupBar, b.Reason); ok {
			why = r.Words
		}
		state := components.DataCell{Text: "In force"}
		switch {
		case b.Lifted:
			state.Text = "Lifted"
		case v.Own && a.Can(models.CaseProtect):
			state.Sub, state.Href = "Ask to lift", path+"?do=lift_bar&bar="+b.ID.String()
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: who}, {Text: why, Sub: b.Note}, {Text: models.DateTimeIn(b.SetAt, p.now()), Sub: b.SetBy}, state})
	}
	return t
}

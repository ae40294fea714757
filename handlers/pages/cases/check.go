package cases

import (
	"context"
	"errors"
	"slices"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	view "throughline/web/pages/cases"
	"throughline/web/pages/shared"
)

// checkPage shows every answer before the case is logged.
func (p *Pages) checkPage(c *gin.Context) error {
	j, err := p.load(c)
	if err != nil || j.elsewhere(c, "check") {
		return err
	}
	found, err := p.faults(c.Request.Context(), j)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return p.mend(c, j, found)
	}
	return p.showCheck(c, j)
}

func (p *Pages) showCheck(c *gin.Context, j *journey) error {
	dir, err := p.Directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	meta := p.Frame.Meta(c, "Check your answers - Log a case", "/cases")
	meta.Back = &components.Link{Text: "Back", Href: j.before("check")}
	a, _ := models.ActorFrom(c.Request.Context())
	page := shared.FormView{
		Meta: meta, Caption: "Log a case", Title: "Check your answers", Action: j.at("check"), Button: "Log case",
		After: a.OrgName + " will hold this case. Nothing is shared with anybody until you refer.",
	}
	page.Before = append(page.Before, view.Cards(p.cards(j, dir.Authority)))
	return render.OK(c, shared.Form(page))
}

// mend shows the page on which something is wrong that only shows once all
// answers are there: a contact who turned out to be the suspect, for one.
func (p *Pages) mend(c *gin.Context, j *journey, found []fault) error {
	s, ok := findStep(found[0].step)
	if !ok {
		s = steps()[0]
	}
	var errs components.FormErrors
	for _, f := range found {
		if f.step == s.path {
			errs = append(errs, components.FormError{Field: f.field, Target: f.target, Message: f.message})
		}
	}
	return p.question(c, s, j, errs)
}

// log logs the case. A second press, or a second tab, is told of the case that
// the first has logged.
func (p *Pages) log(c *gin.Context) error {
	j, err := p.load(c)
	if err != nil || j.elsewhere(c, "check") {
		return err
	}
	b := p.build(j)
	if len(b.faults) > 0 {
		return p.mend(c, j, b.faults)
	}
	logged, err := p.Cases.Log(once(c.Request.Context(), j), b.in)
	reference := logged.Reference
	if replay, ok := errors.AsType[*models.Replay](err); ok {
		reference, err = string(replay.Answer), nil
	}
	switch {
	case frame.IsInvalid(err):
		return p.mend(c, j, b.with(models.FieldsOf(err)))
	case err != nil:
		return err
	}
	// The draft keeps the reference alone: what was typed is a case now.
	if err := p.save(c.Request.Context(), &journey{id: j.id, Logged: reference}); err != nil {
		return err
	}
	render.See(c, "/cases/"+reference+"/logged")
	return nil
}

// once makes the draft the key of the case it becomes. What is kept for a
// replay is the reference, which tells nothing.
func once(ctx context.Context, j *journey) context.Context {
	r := *models.RequestFrom(ctx)
	r.Route, r.IdempotencyKey, r.BodyHash = "POST /cases/new/{draft}/check", j.id.String(), j.id[:]
	r.Seal = func(answer any) ([]byte, error) {
		l, ok := answer.(cases.Logged)
		if !ok {
			return nil, errors.New("the answer is no logged case")
		}
		return []byte(l.Reference), nil
	}
	return models.WithRequest(ctx, &r)
}

// logged says what was done and what happens next.
func (p *Pages) logged(c *gin.Context) error {
	v, err := p.Cases.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	path := "/cases/" + v.Case.Reference
	page := shared.DoneView{
		Meta: p.Frame.Meta(c, "Case "+v.Case.Reference+" logged", "/cases"), Title: "Case logged", Text: "Reference " + v.Case.Reference,
		Next: []string{v.Accountable.Name + " holds this case. A referral asks for help; it does not move the case."},
	}
	if v.Case.Enhanced {
		page.Next = append(page.Next, "Enhanced Rights apply: the Victims' Code gives shorter time limits with the police and the courts.")
	}
	if len(v.Contact.Points) == 0 {
		page.Next = append(page.Next, "No safe way to reach them is recorded. Nobody can contact them until there is one.")
	}
	page.Next = append(page.Next, "Nobody else has been told. Refer to a service to ask for support.")
	if a, _ := models.ActorFrom(c.Request.Context()); a.Can(models.ReferralSend) {
		page.Links = append(page.Links, components.Link{Text: "Refer to a service", Href: path + "/refer"})
	}
	page.Links = append(page.Links, components.Link{Text: "Add another incident", Href: path + "/incident"})
	page.Links = append(page.Links, components.Link{Text: "Open the case", Href: path}, components.Link{Text: "Log another case", Href: "/cases/new"})
	return render.OK(c, shared.Done(page))
}

// change is the link beside an answer that goes back to its page.
func change(j *journey, step, what string) []components.Link {
	return []components.Link{{Text: "Change", Href: j.at(step) + "?to=check", Hidden: what}}
}

// given leaves out the rows with nothing in them.
func given(rows []components.SummaryRow) []components.SummaryRow {
	return slices.DeleteFunc(rows, func(r components.SummaryRow) bool { return r.Value == "" && r.Content == nil })
}

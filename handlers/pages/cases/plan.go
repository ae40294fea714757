package cases

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// planForm asks how and when somebody is to be contacted: the gate is asked
// before anybody picks up a telephone.
func (p *Pages) planForm(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	return p.planPage(c, &contact, frame.Typed{}, nil)
}

func (p *Pages) planPage(c *gin.Context, contact *cases.Contact, t frame.Typed, errs components.FormErrors) error {
	path := "/cases/" + contact.Reference
	planned, err := p.Referrals.PlannedContacts(c.Request.Context(), contact.CaseID)
	if err != nil {
		return err
	}
	points := make([]models.ContactPoint, len(contact.Points))
	for i := range contact.Points {
		points[i] = contact.Points[i].ContactPoint
	}
	safe := frame.SafeContact(points, contact.Values, contact.CodeWord, p.Now())
	safe.Change = &components.Link{Text: "Change safe contact", Href: path + "/safe-contact"}
	return frame.PlanPage(c, frame.Plan{
		Meta: p.Frame.Meta(c, "Plan a contact, case "+contact.Reference, "/cases"), Caption: "Case " + contact.Reference, Back: components.Link{Text: "Back to the case", Href: path},
		Points: points, Safe: safe, Planned: planned, Now: p.Now(),
	}, t, errs)
}

// plan asks the gate: what it allows is kept, what it refuses is said in words
// and recorded.
func (p *Pages) plan(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	channel, at, faults := frame.ReadPlan(t, p.Now())
	req := *models.RequestFrom(c.Request.Context())
	req.Invalid = append(req.Invalid, faults...)
	plan, err := p.Referrals.PlanContact(models.WithRequest(c.Request.Context(), &req), contact.CaseID, channel, at)
	switch {
	case frame.IsInvalid(err):
		return p.planPage(c, &contact, t, frame.Errors(err, frame.PlanTargets()))
	case err != nil:
		return err
	}
	title, next := frame.Planned(plan.Channel, plan.At, plan.Until, p.Now())
	path := "/cases/" + contact.Reference
	return render.Page(c, http.StatusCreated, shared.Done(shared.DoneView{
		Meta: p.Frame.Meta(c, "Contact planned, case "+contact.Reference, "/cases"), Title: "You can make contact", Text: title, Next: next,
		Links: []components.Link{{Text: "Back to the case", Href: path}, {Text: "Plan another contact", Href: path + "/contact"}},
	}))
}

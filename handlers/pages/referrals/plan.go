package referrals

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// plans reports whether the reader may plan a contact from this referral: the
// service that has accepted it, which has no page of the case.
func plans(v referrals.View) bool {
	provider := slices.Contains(v.Relations, referrals.RelProviderWorker) || slices.Contains(v.Relations, referrals.RelProviderManager)
	return provider && v.Level == referrals.LevelAfter && v.SafeContact != nil && v.AcceptedAt != nil && !v.Status.Ended()
}

// planForm asks how and when somebody is to be contacted: the gate is asked
// before anybody picks up a telephone.
func (p *Pages) planForm(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if !plans(v) {
		return p.moved(c, v, models.Conflict("A contact is planned by the service that has accepted the referral, while it goes on."))
	}
	return p.planPage(c, v, frame.Typed{}, nil)
}

func (p *Pages) planPage(c *gin.Context, v referrals.View, t frame.Typed, errs components.FormErrors) error {
	planned, err := p.Referrals.PlannedContacts(c.Request.Context(), v.CaseID)
	if err != nil {
		return err
	}
	return frame.PlanPage(c, frame.Plan{
		Meta: p.Frame.Meta(c, "Plan a contact, referral "+v.Reference, ""), Caption: "Referral " + v.Reference, Now: p.Now(),
		Back: components.Link{Text: "Back to the referral", Href: path(v)}, Points: v.SafeContact.Channels, Safe: p.safe(v), Planned: planned,
	}, t, errs)
}

// plan asks the gate: what it allows is kept, what it refuses is said in words
// and recorded.
func (p *Pages) plan(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if !plans(v) {
		return p.moved(c, v, models.Conflict("A contact is planned by the service that has accepted the referral, while it goes on."))
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	channel, at, faults := frame.ReadPlan(t, p.Now())
	req := *models.RequestFrom(c.Request.Context())
	req.Invalid = append(slices.Clone(req.Invalid), faults...)
	plan, err := p.Referrals.PlanContact(models.WithRequest(c.Request.Context(), &req), v.CaseID, channel, at)
	switch {
	case frame.IsInvalid(err):
		return p.planPage(c, v, t, frame.Errors(err, frame.PlanTargets()))
	case err != nil:
		return p.moved(c, v, err)
	}
	title, next := frame.Planned(plan.Channel, plan.At, plan.Until, p.Now())
	return render.Page(c, http.StatusCreated, shared.Done(shared.DoneView{
		Meta: p.Frame.Meta(c, "Contact planned, referral "+v.Reference, ""), Title: "You can make contact", Text: title, Next: next,
		Links: []components.Link{{Text: "Record a contact attempt", Href: path(v) + "/contact"}, {Text: "Back to the referral", Href: path(v)}},
	}))
}

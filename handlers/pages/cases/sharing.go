package cases

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/sharing"
	"throughline/web/components"
	view "throughline/web/pages/cases"
	"throughline/web/pages/shared"
)

// sharing shows who may see what of a case, and why; what was withdrawn stays.
func (p *Pages) sharing(c *gin.Context) error {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	l, err := p.Sharing.List(c.Request.Context(), id)
	if err != nil {
		return err
	}
	path := "/cases/" + l.Reference
	meta := p.Frame.Meta(c, "Sharing, case "+l.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to the case", Href: path}
	if words, ok := done()[c.Query("done")]; ok {
		meta.Flash = flash(words)
	}
	a, _ := models.ActorFrom(c.Request.Context())
	v := view.SharingView{Meta: meta, Caption: "Case " + l.Reference, Parts: frame.CaseParts(a, path, "sharing")}
	if a.Can(models.CaseCreate) {
		v.Audit = path + "/audit"
	}
	for i := range l.Decisions {
		d := &l.Decisions[i]
		card := components.SummaryListParams{Rows: p.decisionRows(d), Card: &components.SummaryCard{Title: d.Receiver.Name}}
		if d.Live {
			card.Card.Actions = []components.Link{{Text: "Withdraw", Href: path + "/sharing/withdraw?decision=" + d.ID.String(), Hidden: "sharing with " + d.Receiver.Name}}
			v.Live = append(v.Live, card)
		} else {
			v.Ended = append(v.Ended, card)
		}
	}
	return render.OK(c, view.Sharing(v))
}

func (p *Pages) decisionRows(d *sharing.Decision) []components.SummaryRow {
	basis := models.ChoiceWords(models.SharingBases(), d.Basis)
	if d.Method != models.MethodNone {
		basis += " (" + strings.ToLower(models.ChoiceWords(models.SharingMethods(), d.Method)) + ")"
	}
	rows := []components.SummaryRow{
		{Key: "For", Value: d.Purpose},
		{Key: "Why it can be shared", Value: basis},
		{Key: "Reason", Value: d.Reason},
		{Key: "What can be shared", Value: words(models.SharableFields(), d.Fields)},
		{Key: "Recorded", Value: models.DateTimeIn(d.RecordedAt, p.Now())},
	}
	if d.ExpiresOn != nil {
		rows = append(rows, components.SummaryRow{Key: "Until", Value: models.Day(*d.ExpiresOn)})
	}
	if d.WithdrawnAt != nil {
		rows = append(rows, components.SummaryRow{
			Key: "Withdrawn", Value: models.DateTimeIn(*d.WithdrawnAt, p.Now()) + ". " + reasonWords(models.GroupSharingWithdrawn, d.WithdrawnReason, d.WithdrawnNote),
		})
	}
	return given(rows)
}

// decisionOf finds the decision an address names, on its case; nil where it
// names none.
func (p *Pages) decisionOf(c *gin.Context) (sharing.Listed, *sharing.Decision, error) {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return sharing.Listed{}, nil, err
	}
	l, err := p.Sharing.List(c.Request.Context(), id)
	if err != nil {
		return l, nil, err
	}
	if c.Query("decision") == "" {
		render.See(c, "/cases/"+l.Reference+"/sharing")
		return l, nil, nil
	}
	wanted, err := uuid.Parse(c.Query("decision"))
	for i := range l.Decisions {
		if err == nil && l.Decisions[i].ID == wanted {
			return l, &l.Decisions[i], nil
		}
	}
	return l, nil, models.NotFound("sharing decision")
}

func (p *Pages) withdrawForm(c *gin.Context) error {
	l, d, err := p.decisionOf(c)
	if err != nil || d == nil {
		return err
	}
	return p.withdrawPage(c, l, d, typed{}, nil)
}

func (p *Pages) withdrawPage(c *gin.Context, l sharing.Listed, d *sharing.Decision, t typed, errs components.FormErrors) error {
	path := "/cases/" + l.Reference + "/sharing"
	meta := p.Frame.Meta(c, "Withdraw sharing, case "+l.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to sharing", Href: path}
	meta.Errors = errs
	var items []components.ChoiceItem
	for _, r := range models.Reasons(models.GroupSharingWithdrawn) {
		items = append(items, components.ChoiceItem{Value: r.Code, Text: r.Words})
	}
	live, err := p.liveTo(c, d)
	if err != nil {
		return err
	}
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + l.Reference, Title: "Stop sharing with " + d.Receiver.Name + "?",
		Before: []templ.Component{view.Stops(view.StopsView{Receiver: d.Receiver.Name, Referrals: live})},
		Action: path + "/withdraw?decision=" + d.ID.String(), Button: "Stop sharing now", Warning: true,
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "reason", Legend: "Why does sharing stop?", LegendSize: components.Medium, Value: t.one("reason"), Error: errs.Of("reason"), Items: items}),
			components.TextArea(components.TextAreaParams{Name: "note", Label: "What was said, and what the victim was told (needed for another reason)", Value: t.one("note"), Error: errs.Of("note"), Rows: 3}),
		},
		Cancel: &components.Link{Text: "Cancel", Href: path},
	}), errs.Any())
}

// liveTo are the live referrals of the case to the receiver of a decision.
func (p *Pages) liveTo(c *gin.Context, d *sharing.Decision) ([]string, error) {
	v, err := p.Cases.Get(c.Request.Context(), d.CaseID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range v.Referrals {
		if r.To.ID == d.ReceiverOrgID && r.SubmittedAt != nil && r.EndedAt == nil {
			out = append(out, r.Reference+", "+r.Service)
		}
	}
	return out, nil
}

func (p *Pages) withdraw(c *gin.Context) error {
	l, d, err := p.decisionOf(c)
	if err != nil || d == nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	if t.one("reason") == "" {
		return p.withdrawPage(c, l, d, t, components.FormErrors{{Field: "reason", Message: "Select a reason"}})
	}
	_, err = p.Sharing.Withdraw(c.Request.Context(), d.ID, sharing.WithdrawInput{Reason: t.one("reason"), Note: t.one("note")})
	path := "/cases/" + l.Reference + "/sharing"
	switch {
	case frame.IsInvalid(err):
		return p.withdrawPage(c, l, d, t, frame.Errors(err, nil))
	case err != nil:
		return p.moved(c, "Sharing, case "+l.Reference, path, err)
	}
	render.See(c, path+"?done=withdrawn")
	return nil
}

package referrals

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
	"throughline/web/components"
	view "throughline/web/pages/referrals"
	"throughline/web/pages/shared"
)

// move is the way to another service. The referrer goes through the pages of a
// referral again, from the choice of a service; a service suggests, and a
// coordinator confirms, on the one page of the choice.
func (p *Pages) move(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if !slices.Contains(v.AllowedActions, models.ActReroute) {
		return p.moved(c, v, models.Conflict("This can no longer be done. Here is the referral as it is now."))
	}
	if slices.Contains(v.Relations, referrals.RelReferrer) {
		return p.beginMove(c, v)
	}
	return p.moveForm(c, v, typed{}, nil)
}

// beginMove starts the referrer's way: what was asked and shared before is there
// already, and only what is new is asked.
func (p *Pages) beginMove(c *gin.Context, v referrals.View) error {
	after := slices.DeleteFunc(slices.Clone(v.SharedAfterAcceptance), func(f string) bool { return f == "safe_contact" })
	j := journey{ref: v.CaseReference, plan: plan{
		CaseID: v.CaseID, Pathway: v.Pathway, Version: v.PathwayVersion, Priority: string(v.Priority), First: v.SharedFields, After: after,
		Moves: &moving{ID: v.ID, Reference: v.Reference, Version: v.Version, First: v.SharedFields, After: after},
	}}
	j.Answers, _ = v.Shared["answers"].(map[string]any)
	if j.Answers == nil {
		j.Answers = map[string]any{}
	}
	if s, ok := suggested(v); ok {
		j.ServiceID, j.MoveReason, j.Suggested = s.service, s.reason, true
	}
	if err := p.save(c.Request.Context(), j); err != nil {
		return err
	}
	render.See(c, j.at("service"))
	return nil
}

// suggestion is where a service would have its referral go.
type suggestion struct {
	service uuid.UUID
	reason  string
}

// suggested is the latest suggestion to move a referral, where nothing has been
// decided since.
func suggested(v referrals.View) (suggestion, bool) {
	for _, s := range slices.Backward(v.History) {
		if s.From != s.To {
			break
		}
		if s.Action != models.ActReroute {
			continue
		}
		out := suggestion{}
		text, _ := s.Detail["service_id"].(string)
		id, err := uuid.Parse(text)
		if s.Reason != nil {
			out.reason = *s.Reason
		}
		out.service = id
		return out, err == nil
	}
	return suggestion{}, false
}

// moveForm is the choice of a service, with the reason under it.
func (p *Pages) moveForm(c *gin.Context, v referrals.View, t typed, errs components.FormErrors) error {
	ctx := c.Request.Context()
	options, err := p.Directory.Services(ctx, directory.Filter{Pathway: v.Pathway})
	if err != nil {
		return err
	}
	page := view.ServicesView{
		Meta: p.Frame.Meta(c, "Move referral "+v.Reference, ""), Caption: "Referral " + v.Reference, Title: "Which service would suit them better?",
		Error: errs.Of("service_id"), SideTitle: "What is moved", Button: "Suggest this service",
		Hidden: []shared.Hidden{{Name: "version", Value: strconv.Itoa(v.Version)}}, Cancel: &components.Link{Text: "Cancel", Href: path(v)},
		After: "The referrer is told and decides. Nothing changes until then.", Facts: moveFacts(v), None: "No other service of this kind is taking referrals.",
		Fields: []templ.Component{
			reasonRadios(models.ActReroute, t, errs, "Why?"),
			note(t, errs, "Anything they should know (optional)", "Do not write a phone number or address here."),
		},
	}
	page.Meta.Back, page.Meta.Errors = &components.Link{Text: "Back to the referral", Href: path(v)}, errs
	var agreed map[uuid.UUID]uuid.UUID
	if confirms(v) {
		if agreed, err = p.Referrals.Agreed(ctx, v.ID); err != nil {
			return err
		}
		page.Title, page.Button, page.Warning = "Which service should it move to?", "Move referral", true
		page.After = "This referral ends and another is sent at once. Both services and the referrer are told."
		page.None = "The referrer has not recorded an agreement to share with another service that can take this. Ask them to record one, or send the referral back."
	}
	n := 0
	for _, o := range options {
		_, may := agreed[o.Service.OrgID]
		switch {
		case o.Service.ID == v.Service.ID:
			continue
		case !o.Eligible:
			page.Not = append(page.Not, notOffered(o))
			continue
		case confirms(v) && !may:
			page.Not = append(page.Not, view.NotOffered{Title: o.Service.Name + ", " + o.Organisation.Name, Reasons: []components.Reason{
				{Fit: components.FitNo, Text: "The referrer has not recorded an agreement to share with them."},
			}})
			continue
		}
		n++
		page.Put(p.choice(o, n, t.one("service"), "Taking referrals"))
	}
	status := http.StatusOK
	if errs.Any() {
		status = http.StatusUnprocessableEntity
	}
	return render.Page(c, status, view.Services(page))
}

// confirms reports whether the reader moves the referral by saying so: a
// coordinator, and not the service that would rather not have it.
func confirms(v referrals.View) bool { return slices.Contains(v.Relations, referrals.RelCoordinator) }

// moveFacts are what stands beside the choice.
func moveFacts(v referrals.View) []components.SummaryRow {
	pw, _ := models.FindPathway(v.Pathway)
	return []components.SummaryRow{
		{Key: "Kind of help", Value: pw.Name},
		{Key: "Now with", Value: v.Service.Name},
		{Key: "Risk", Value: models.ChoiceWords(models.RiskLevels(), string(v.Priority))},
	}
}

// takeMove suggests the service that was chosen, or moves the referral to it.
func (p *Pages) takeMove(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if slices.Contains(v.Relations, referrals.RelReferrer) {
		return p.beginMove(c, v)
	}
	t, err := read(c)
	if err != nil {
		return err
	}
	in := referrals.ActionInput{Reason: t.one("reason"), Note: t.one("note")}
	var faults []models.FieldError
	if in.ServiceID, err = uuid.Parse(t.one("service")); err != nil {
		in.ServiceID = uuid.Nil
		faults = append(faults, models.Field("service_id", models.FieldRequired, "Select a service"))
	}
	if s, err := p.Directory.Service(c.Request.Context(), in.ServiceID); err == nil && confirms(v) {
		agreed, err := p.Referrals.Agreed(c.Request.Context(), v.ID)
		if err != nil {
			return err
		}
		in.SharingDecisionID = agreed[s.OrgID]
	}
	after, err := p.do(c, v, models.ActReroute, in, t, faults)
	switch {
	case err == nil && after.Status == models.StatusRerouted:
		return p.landed(c, after, "moved")
	case err == nil:
		return p.landed(c, after, "suggested")
	case frame.IsInvalid(err):
		return p.moveForm(c, v, t, frame.Errors(err, map[string]string{"service_id": "service-1", "sharing_decision_id": "service-1"}))
	}
	return p.moved(c, v, err)
}

// checkMove shows what will be moved where, and asks why.
func (p *Pages) checkMove(c *gin.Context, j journey, t typed, rows []components.SummaryRow, clocks string, errs components.FormErrors) error {
	if t == nil {
		t = typed{"reason": {j.MoveReason}, "note": {j.MoveNote}}
	}
	return p.question(c, j, shared.FormView{
		Title: "Check and move", Before: []templ.Component{components.SummaryList(components.SummaryListParams{Rows: rows})},
		Fields: []templ.Component{
			reasonRadios(models.ActReroute, t, errs, "Why does it move?"),
			note(t, errs, "Anything they should know (optional)", "Do not write a phone number or address here."),
		},
		Button: "Move referral", Warning: true,
		After: "Referral " + j.Moves.Reference + " ends: the service that has it is told and stops seeing what was shared. " + clocks,
	}, j.at("share"), errs)
}

// takeCheckedMove records the fresh decision to share and moves the referral. It
// looks first whether the referral still is as it was when the move began, so
// that nothing is recorded for a move that cannot be.
func (p *Pages) takeCheckedMove(c *gin.Context, j *journey, t typed, s models.Service) ([]models.FieldError, error) {
	ctx := c.Request.Context()
	in := referrals.ActionInput{Reason: t.one("reason"), Note: t.one("note"), ServiceID: j.ServiceID}
	if _, _, faults := models.CheckReason(models.ActReroute, in.Reason, "", in.Note); len(faults) > 0 {
		return faults, nil
	}
	j.MoveReason, j.MoveNote = in.Reason, in.Note
	now, err := p.Referrals.Get(ctx, j.Moves.ID)
	switch {
	case err != nil:
		return nil, err
	case now.Version != j.Moves.Version:
		return nil, models.Conflict("Referral " + now.Reference + " has changed since you began to move it: " + models.LowerFirst(p.says(now)) + " Look at it again, then decide.")
	}
	if err := p.decided(ctx, j, s); err != nil {
		return nil, err
	}
	in.SharingDecisionID = j.DecisionID
	req := *models.RequestFrom(ctx)
	req.IfMatch = &j.Moves.Version
	moved, err := p.Referrals.Do(models.WithRequest(ctx, &req), j.Moves.ID, models.ActReroute, in)
	if err != nil {
		return nil, err
	}
	if err := p.sentOff(ctx, j.CaseID); err != nil {
		return nil, err
	}
	links, err := p.Referrals.Links(ctx, &moved)
	if err != nil {
		return nil, err
	}
	render.See(c, "/referrals/"+links.After+"/sent")
	return nil, errAnswered
}

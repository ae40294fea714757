package handoffs

import (
	"context"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/handoffs"
	"throughline/services/sharing"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// question draws a page of the journey.
func (p *Pages) question(c *gin.Context, j *journey, v shared.FormView, back string, errs components.FormErrors) error {
	v.Meta = p.Frame.Meta(c, v.Title+", case "+j.ref, "/cases")
	v.Meta.Back, v.Meta.Errors = &components.Link{Text: "Back", Href: back}, errs
	v.Caption, v.Cancel = "Hand over case "+j.ref, &components.Link{Text: "Cancel", Href: "/cases/" + j.ref}
	if v.Button == "" {
		v.Button = "Continue"
	}
	return render.Form(c, shared.Form(v), errs.Any())
}

// showWhat asks what is handed over, to whom, why, and what they need to know.
func (p *Pages) showWhat(c *gin.Context, j *journey, _ handoffs.Terms, t frame.Typed, errs components.FormErrors) error {
	duties, err := p.Handoffs.Duties(c.Request.Context(), j.CaseID)
	if err != nil {
		return err
	}
	air, err := p.Handoffs.OfCase(c.Request.Context(), j.CaseID)
	if err != nil {
		return err
	}
	var items []components.ChoiceItem
	for _, d := range duties {
		item := components.ChoiceItem{Value: string(d.Duty), Text: d.Duty.Words(), Disabled: !d.Sends || air[d.Duty] != ""}
		switch {
		case air[d.Duty] != "":
			item.Hint = "Hand-off " + air[d.Duty] + " has not been answered yet"
		case !d.Sends:
			item.Hint = "Held by " + d.Holder.Name
		case d.Duty == models.DutyCase:
			item.Hint = "They answer for all of it from then on"
		}
		items = append(items, item)
	}
	to, err := p.receivers(c, t.One("to"), errs)
	if err != nil {
		return err
	}
	return p.question(c, j, shared.FormView{
		Title: "What are you handing over?", Lede: "You hold it until they accept.",
		Fields: append([]templ.Component{
			components.Radios(components.RadiosParams{Name: "duty", Legend: "What moves?", LegendSize: components.Medium, Items: items, Value: t.One("duty"), Error: errs.Of("duty")}), to,
		}, words(t, errs)...),
	}, "/cases/"+j.ref, errs)
}

// receivers is the choice of an organisation: all that are active but the
// reader's own and those that never hold a duty.
func (p *Pages) receivers(c *gin.Context, chosen string, errs components.FormErrors) (templ.Component, error) {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return nil, err
	}
	dir, err := p.Directory.Snapshot(c.Request.Context())
	if err != nil {
		return nil, err
	}
	options := []components.Option{{Value: "", Text: "Choose an organisation"}}
	for _, o := range dir.Organisations() {
		if o.Active && o.ID != a.OrgID && o.Kind.HoldsDuties() {
			options = append(options, components.Option{Value: o.ID.String(), Text: o.Name})
		}
	}
	return components.Select(components.SelectParams{Name: "to", Label: "Who will hold it?", LabelSize: components.Medium, Value: chosen, Options: options, Error: errs.Of("to_organisation_id")}), nil
}

func (p *Pages) checkWhat(ctx context.Context, j *journey, _ handoffs.Terms, t frame.Typed) ([]models.FieldError, error) {
	to, _ := uuid.Parse(t.One("to"))
	faults := models.CheckHandoffWords(t.One("reason"), t.One("summary"))
	_, err := p.Handoffs.Terms(ctx, j.CaseID, models.Duty(t.One("duty")), to)
	if frame.IsInvalid(err) {
		return append(models.FieldsOf(err), faults...), nil
	}
	return faults, err
}

// showSharing asks why this may be shared with the receiver, and what.
func (p *Pages) showSharing(c *gin.Context, j *journey, terms handoffs.Terms, t frame.Typed, errs components.FormErrors) error {
	fields := t["fields"]
	if !slices.Contains(j.Done, "sharing") && !errs.Any() {
		fields = handoffs.SuggestedFields()
	}
	var items []components.ChoiceItem
	for _, f := range models.SharableFields() {
		items = append(items, components.ChoiceItem{Value: f.Key, Text: f.Words})
	}
	name := terms.Receiver.Name
	return p.question(c, j, shared.FormView{
		Title: "Has the person agreed to share with " + name + "?", Lede: "Nothing holds yet for " + name + ". This is for them alone.",
		Fields: append(frame.BasisFields(nil, t.One("basis"), t.One("method"), "why", t.One("why"), errs),
			components.Checkboxes(components.CheckboxesParams{Name: "fields", Legend: "What may they know?", LegendSize: components.Medium, IsSmall: true, Items: items, Values: fields, Error: errs.Of("fields")})),
	}, j.at("what"), errs)
}

func decision(terms handoffs.Terms, j *journey, t frame.Typed) sharing.Input {
	in := sharing.Input{
		ReceiverOrgID: terms.Receiver.ID, Purpose: "Handing over: " + models.LowerFirst(j.duty().Words()), Basis: t.One("basis"), Method: t.One("method"), Reason: t.One("why"), Fields: t["fields"],
	}
	if in.Basis != models.BasisAgreement {
		in.Method = models.MethodNone
	}
	return in
}

func (p *Pages) checkSharing(_ context.Context, j *journey, terms handoffs.Terms, t frame.Typed) ([]models.FieldError, error) {
	in := decision(terms, j, t)
	d := models.SharingDecision{ReceiverOrgID: in.ReceiverOrgID, Purpose: in.Purpose, Basis: in.Basis, Method: in.Method, Reason: in.Reason, Fields: in.Fields}
	d.Tidy()
	faults := d.Check(models.Today(p.Now()))
	for i := range faults {
		if faults[i].Field == "reason" {
			faults[i].Field = "why"
		}
	}
	return faults, nil
}

// showWord asks what a partner that never signs in has said.
func (p *Pages) showWord(c *gin.Context, j *journey, terms handoffs.Terms, t frame.Typed, errs components.FormErrors) error {
	back := j.at("what")
	if terms.Asks() {
		back = j.at("sharing")
	}
	name := terms.Receiver.Name
	fields := append(frame.MomentFields("sent", "When did you send it to them?", "Time you sent it", t, errs), frame.MomentFields("accepted", "When did they accept? Leave it empty if they have not", "Time they accepted", t, errs)...)
	return p.question(c, j, shared.FormView{
		Title: "What has " + name + " said?", Lede: name + " does not sign in here. The line shows this as their word, apart from what Throughline saw.",
		Fields: append(fields,
			components.TextInput(components.TextInputParams{Name: "partner_reference", Label: "Their reference", Value: t.One("partner_reference"), Error: errs.Of("partner_reference"), Autocomplete: "off", Classes: "govuk-input--width-20"}),
			components.TextArea(components.TextAreaParams{Name: "proof", Label: "What shows it: a letter, an entry, who said so and when", Value: t.One("proof"), Error: errs.Of("proof"), Rows: 2})),
	}, back, errs)
}

// word is a partner's word as it was typed.
func (p *Pages) word(t frame.Typed) (*models.OffSystemWord, []models.FieldError) {
	sent, wrong := readMoment("sent", t)
	accepted, more := readMoment("accepted", t)
	w := &models.OffSystemWord{AcceptedAt: accepted, PartnerReference: t.One("partner_reference"), Proof: t.One("proof")}
	if sent != nil {
		w.SentAt = *sent
	}
	return w, append(wrong, more...)
}

func (p *Pages) checkWord(_ context.Context, _ *journey, _ handoffs.Terms, t frame.Typed) ([]models.FieldError, error) {
	w, wrong := p.word(t)
	if len(wrong) > 0 {
		return wrong, nil
	}
	return models.FieldsOf(models.Invalid(w.CheckOffSystem(p.Now().Add(time.Minute))...)), nil
}

// showCheck shows what will be sent, and what they will see.
func (p *Pages) showCheck(c *gin.Context, j *journey, terms handoffs.Terms, _ frame.Typed, errs components.FormErrors) error {
	t := j.typed()
	change := func(step, what string) []components.Link {
		return []components.Link{{Text: "Change", Href: j.at(step), Hidden: what}}
	}
	rows := []components.SummaryRow{
		{Key: "What moves", Value: j.duty().Words(), Actions: change("what", "what moves")},
		{Key: "To", Value: terms.Receiver.Name, Actions: change("what", "who will hold it")},
		{Key: "Why", Value: t.One("reason"), Actions: change("what", "why")},
		{Key: "What they need to know", Value: t.One("summary"), Actions: change("what", "what they need to know")},
	}
	fields := terms.Fields
	back := j.at("what")
	if terms.Asks() {
		fields, back = t["fields"], j.at("sharing")
		rows = append(rows, components.SummaryRow{Key: "Why you may share", Value: models.ChoiceWords(models.SharingBases(), t.One("basis")), Actions: change("sharing", "why you may share")})
	}
	if terms.Lawful {
		rows = append(rows, components.SummaryRow{Key: "Why you may share", Value: "The Victims' Code places this duty on them"})
	}
	after := terms.Receiver.Name + " has " + models.WorkingDays(models.HandoffAnswerDays) + " to answer. You hold it until they accept."
	if !terms.SignsIn {
		back = j.at("their-word")
		after = "This is kept as their word."
		w, _ := p.word(t)
		rows = append(rows, components.SummaryRow{Key: "Sent to them", Value: models.DateTimeIn(w.SentAt, p.Now()), Actions: change("their-word", "when it was sent")})
		if w.AcceptedAt != nil {
			rows = append(rows, components.SummaryRow{Key: "Accepted by them", Value: models.DateTimeIn(*w.AcceptedAt, p.Now()), Actions: change("their-word", "when they accepted")})
			after = terms.Receiver.Name + " holds it from now, by their word."
		}
	}
	parts := []templ.Component{components.SummaryList(components.SummaryListParams{Rows: rows})}
	if !terms.Back {
		before, accepted, err := p.Handoffs.Preview(c.Request.Context(), j.CaseID, fields)
		if err != nil {
			return err
		}
		parts = append(parts,
			components.SummaryList(components.SummaryListParams{Rows: frame.ContentRows(before, "", 0, p.Now()), Dense: true, Card: &components.SummaryCard{Title: "What they will see at once"}}),
			components.SummaryList(components.SummaryListParams{Rows: frame.ContentRows(accepted, "", 0, p.Now()), Dense: true, Card: &components.SummaryCard{Title: "What they will see once they accept"}}))
	}
	return p.question(c, j, shared.FormView{Title: "Check and send", Before: parts, Button: "Send hand-off", After: after}, back, errs)
}

// send records the decision to share where one is asked for, and offers the
// duty. What was made is kept at once, so that a repeated press makes nothing
// twice.
func (p *Pages) send(ctx context.Context, j *journey, terms handoffs.Terms, _ frame.Typed) ([]models.FieldError, error) {
	t := j.typed()
	if terms.Asks() && (j.DecisionID == uuid.Nil || j.Receiver != terms.Receiver.ID) {
		d, err := p.Sharing.Record(ctx, j.CaseID, decision(terms, j, t))
		if err != nil {
			return nil, err
		}
		j.DecisionID, j.Receiver = d.ID, terms.Receiver.ID
		if err := p.save(ctx, j); err != nil {
			return nil, err
		}
	}
	in := handoffs.Offer{ToOrgID: terms.Receiver.ID, Duty: j.duty(), Reason: t.One("reason"), Summary: t.One("summary")}
	if !terms.SignsIn {
		in.OffSystem, _ = p.word(t)
	}
	v, err := p.Handoffs.Offer(ctx, j.CaseID, in)
	if err != nil {
		return nil, err
	}
	j.Answers = map[string][]string{"sent": {v.Reference}}
	return nil, nil
}

// sent drops the draft and shows what was made.
func (p *Pages) sent(c *gin.Context, j *journey) error {
	id, err := draftFor(c.Request.Context(), j.CaseID)
	if err != nil {
		return err
	}
	if err := p.Drafts.Delete(c.Request.Context(), draftKind, id); err != nil {
		return err
	}
	render.See(c, "/handoffs/"+j.typed().One("sent")+"?done=offered")
	return nil
}

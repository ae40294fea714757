package complaints

import (
	"context"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/complaints"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// show is one complaint or compliment, what was done about it, and what is next.
func (p *Pages) show(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	of, err := id(c)
	if err != nil {
		return err
	}
	v, err := p.svc.Get(c.Request.Context(), of)
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	late := false
	for i := range v.Clocks {
		late = late || v.Clocks[i].StoppedAt == nil && v.Clocks[i].State == models.ClockBreached
	}
	state := stateTag(&v.Complaint, late)
	title := map[string]string{models.KindComplaint: "Complaint", models.KindCompliment: "Compliment"}[v.Kind]
	page := admin.PageView{
		Meta: p.meta(c, title, frame.ComplaintsPath, "Complaints and compliments"), Caption: "Recorded by " + dir.Name(v.ByOrgID), Title: title + " about " + dir.Name(v.OrgID), State: &state,
		Parts: []admin.PartView{{Rows: factRows(&v, dir)}},
	}
	page.Meta.Errors = errs
	if len(v.Clocks) > 0 {
		table := &components.DataTable{Caption: "Limits", Cards: true, Columns: []components.Column{{Text: "What is owed"}, {Text: "Due"}, {Text: "State"}}}
		for i := range v.Clocks {
			k := &v.Clocks[i]
			table.Rows = append(table.Rows, []components.DataCell{{Text: k.Rule.Words()}, {Text: models.Day(k.DueAt)}, {Content: components.Clock(components.ClockView{Kind: components.ClockKind(k.State), Words: k.Text.Words})}})
		}
		page.Parts = append(page.Parts, admin.PartView{ID: "limits", Title: "Limits", Table: table})
	}
	for _, e := range v.Entries {
		page.Parts = append(page.Parts, entryPart(&e, &v, dir))
	}
	if next := nextForm(&v, t, errs); next != nil {
		page.Parts = append(page.Parts, *next)
	}
	if links := further(c, &v); len(links) > 0 {
		page.Parts = append(page.Parts, admin.PartView{Title: "What else", Links: links})
	}
	return render.Form(c, admin.Page(page), errs.Any())
}

func factRows(v *complaints.View, dir *directory.Snapshot) []components.SummaryRow {
	rows := []components.SummaryRow{
		{Key: "What was said", Value: v.Said},
		{Key: "About", Value: models.ChoiceWords(models.ComplaintTopics(), v.Topic)},
		{Key: "Said by", Value: models.ChoiceWords(models.ComplaintSources(), v.SaidBy) + ", " + models.LowerFirst(models.ChoiceWords(models.ComplaintWays(), v.Channel))},
		{Key: "Received", Value: models.Day(v.ReceivedOn)},
	}
	if v.Wants != "" {
		rows = append(rows, components.SummaryRow{Key: "What they want to happen", Value: v.Wants})
	}
	if v.ServiceID != uuid.Nil {
		rows = append(rows, components.SummaryRow{Key: "Service", Value: dir.ServiceName(v.ServiceID)})
	}
	if v.Worker != "" {
		rows = append(rows, components.SummaryRow{Key: "Worker it is about", Value: v.Worker})
	}
	if v.Kind == models.KindComplaint && v.Named > 0 {
		rows = append(rows, components.SummaryRow{Key: "Kept from", Value: models.Plural(v.Named, "person of the organisation", "people of the organisation")})
	}
	if v.CaseReference != "" {
		rows = append(rows, components.SummaryRow{Key: "Case", Value: v.CaseReference, Actions: []components.Link{{Text: "Open the case", Href: "/cases/" + v.CaseReference}}})
	}
	return rows
}

func entryPart(e *complaints.Entry, v *complaints.View, dir *directory.Snapshot) admin.PartView {
	title := map[string]string{"acknowledged": "Acknowledged", "answered": "Answered", "escalated": "Taken further", "closed": "Closed"}[e.Kind]
	rows := []components.SummaryRow{{Key: "By", Value: dir.Name(e.ByOrgID)}}
	if e.Kind == "answered" {
		rows = append(rows, components.SummaryRow{Key: "What came of it", Value: models.ChoiceWords(models.ComplaintOutcomes(), v.Outcome)})
	}
	if e.Kind == "escalated" {
		rows = append(rows, components.SummaryRow{Key: "Taken to", Value: models.ChoiceWords(models.ComplaintLevels(), v.EscalatedTo)})
	}
	if e.Channel != "" {
		rows = append(rows, components.SummaryRow{Key: "How they were told", Value: models.ChoiceWords(models.ComplaintReplies(), e.Channel)})
	}
	if e.Said != "" {
		key := map[string]string{"acknowledged": "What they were told", "answered": "The answer", "escalated": "Why", "closed": "What was found"}[e.Kind]
		rows = append(rows, components.SummaryRow{Key: key, Value: e.Said})
	}
	if e.Changes != "" {
		rows = append(rows, components.SummaryRow{Key: "What changes", Value: e.Changes})
	}
	return admin.PartView{Title: title + " " + models.DateTime(e.At), Rows: rows}
}

// nextForm is what the reader can do now, if anything.
func nextForm(v *complaints.View, t frame.Typed, errs components.FormErrors) *admin.PartView {
	at := frame.ComplaintsPath + "/" + v.ID.String()
	told := func(legend string) []templ.Component {
		return []templ.Component{
			radios("channel", legend, "", models.ComplaintReplies(), t, errs),
			tick("safe", "Is that way safe?", "Yes: they said that it is", t, errs),
		}
	}
	switch {
	case v.Kind == models.KindCompliment || v.ClosedAt != nil:
		return nil
	case v.Office:
		return &admin.PartView{ID: "close", Title: "Close it", Text: "Both organisations read what you find.", Form: &admin.ActView{
			Action: at + "/close", Hidden: version(v), Button: components.ButtonParams{Text: "Close the complaint", Once: true},
			Fields: []templ.Component{area("why", "What did you find?", "", t, errs)},
		}}
	case !v.Answers || v.AnsweredAt != nil:
		return nil
	case v.AcknowledgedAt == nil:
		return &admin.PartView{ID: "acknowledge", Title: "Acknowledge it", Text: "Tell them that you have it, who looks at it and when they will hear.", Form: &admin.ActView{
			Action: at + "/acknowledge", Hidden: version(v), Button: components.ButtonParams{Text: "Record that they were told", Once: true},
			Fields: append(told("How were they told?"), area("said", "What were they told? (optional)", "", t, errs)),
		}}
	}
	return &admin.PartView{ID: "answer", Title: "Answer it in full", Form: &admin.ActView{
		Action: at + "/answer", Hidden: version(v), Button: components.ButtonParams{Text: "Record the answer", Once: true},
		Fields: append([]templ.Component{
			radios("outcome", "What came of it?", "", models.ComplaintOutcomes(), t, errs),
			area("said", "The answer", "As it was given to them", t, errs),
			area("changes", "What changes because of it?", "Needed where it is upheld, in whole or in part", t, errs),
		}, append(told("How were they given the answer?"), tick("further", "Do they know what they can do next?", "They were told how to take it further", t, errs))...),
	}}
}

// further are the pages that ask for what is done seldom.
func further(c *gin.Context, v *complaints.View) (out []components.StackItem) {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil || v.Kind == models.KindCompliment || v.ClosedAt != nil {
		return nil
	}
	if a.Can(models.ComplaintRecord) && v.EscalatedAt == nil {
		out = append(out, components.StackItem{Link: components.Link{Text: "Take it further", Href: path(c) + "/further"}, Note: "to the Commissioner's office or the Ombudsman"})
	}
	if v.Answers {
		out = append(out, components.StackItem{Link: components.Link{Text: "It is about a colleague", Href: path(c) + "/about"}, Note: "who does not see it from then on"})
	}
	return out
}

// act reads a form, does one thing and leads back to the complaint.
func (p *Pages) act(c *gin.Context, again form, do func(context.Context, uuid.UUID, frame.Typed) (complaints.View, error)) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	of, err := id(c)
	if err != nil {
		return err
	}
	v, err := do(frame.Held(c, t.One("version")), of, t)
	to := path(c)
	if err == nil && v.Said == "" {
		to = frame.ComplaintsPath // it is about the reader, who sees it no more
	}
	return p.done(c, err, to, path(c), t, nil, again)
}

func reply(t frame.Typed) models.ComplaintReply {
	return models.ComplaintReply{
		Channel: t.One("channel"), Safe: t.One("safe") == "yes", Said: t.One("said"), Outcome: t.One("outcome"), Changes: t.One("changes"), Further: t.One("further") == "yes",
	}
}

func (p *Pages) acknowledge(c *gin.Context) error {
	return p.act(c, p.show, func(ctx context.Context, of uuid.UUID, t frame.Typed) (complaints.View, error) {
		return p.svc.Acknowledge(ctx, of, reply(t))
	})
}

func (p *Pages) answer(c *gin.Context) error {
	return p.act(c, p.show, func(ctx context.Context, of uuid.UUID, t frame.Typed) (complaints.View, error) {
		return p.svc.Answer(ctx, of, reply(t))
	})
}

func (p *Pages) end(c *gin.Context) error {
	return p.act(c, p.show, func(ctx context.Context, of uuid.UUID, t frame.Typed) (complaints.View, error) {
		return p.svc.Close(ctx, of, t.One("why"))
	})
}

// of reads the complaint of an address for a page that asks something of it.
func (p *Pages) of(c *gin.Context) (complaints.View, error) {
	of, err := id(c)
	if err != nil {
		return complaints.View{}, err
	}
	return p.svc.Get(c.Request.Context(), of)
}

func (p *Pages) furtherForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	v, err := p.of(c)
	if err != nil {
		return err
	}
	return p.page(c, path(c), shared.FormView{
		Title: "Take the complaint further", Button: "Take it further", Action: path(c) + "/further", Lede: "With the agreement of whoever complains. The limits of the organisation run on.",
		Hidden: hidden(&v),
		Fields: []templ.Component{
			radios("to", "To whom?", "The office reads it from then on. An Ombudsman is written to outside of this product", models.ComplaintLevels(), t, errs),
			area("why", "Why?", "", t, errs),
		},
	}, errs)
}

func hidden(v *complaints.View) []shared.Hidden {
	h := version(v)[0]
	return []shared.Hidden{{Name: h[0], Value: h[1]}}
}

func (p *Pages) further(c *gin.Context) error {
	return p.act(c, p.furtherForm, func(ctx context.Context, of uuid.UUID, t frame.Typed) (complaints.View, error) {
		return p.svc.Escalate(ctx, of, t.One("to"), t.One("why"))
	})
}

func (p *Pages) aboutForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	v, err := p.of(c)
	if err != nil {
		return err
	}
	return p.page(c, path(c), shared.FormView{
		Title: "It is about a colleague", Button: "Keep it from them", Action: path(c) + "/about", Hidden: hidden(&v),
		Lede:   "Everybody of your organisation whose name holds these words does not see it any more. Where nobody is left to answer it, it goes to the Commissioner's office.",
		Fields: []templ.Component{line("worker", "Name of the colleague", "First name and family name, if you know both", t, errs)},
	}, errs)
}

func (p *Pages) about(c *gin.Context) error {
	return p.act(c, p.aboutForm, func(ctx context.Context, of uuid.UUID, t frame.Typed) (complaints.View, error) {
		return p.svc.Name(ctx, of, t.One("worker"))
	})
}

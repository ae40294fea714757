// Package messages serves the pages of what is sent to people who are not signed
// in: asking for a message on a case, an organisation's outbox, and the counts of
// whoever runs the installation. No number and no address is on any of them.
package messages

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/messages"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

const (
	outboxPath = "/messages"
	countsPath = "/operator/messages"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Messages  *messages.Service
	Cases     *cases.Service
	Directory *directory.Service

	ReceiptToken string // with which GOV.UK Notify sends receipts; empty: none are taken
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	own := func(method, path string, h route.Handler) route.Route {
		return route.Route{Method: method, Path: "/cases/:ref/messages" + path, Need: models.ContactRecord, Handle: h}
	}
	return []route.Route{
		own(http.MethodGet, "", p.ofCase),
		own(http.MethodGet, "/new", p.askForm),
		own(http.MethodPost, "/new", p.ask),
		own(http.MethodPost, "/seen", p.see),
		{Method: http.MethodGet, Path: outboxPath, Need: models.TeamManage, Handle: p.outbox},
		{Method: http.MethodPost, Path: receiptsPath, Need: models.Public, Handle: p.receive},
		{Method: http.MethodGet, Path: countsPath, Need: models.SystemOperate, Handle: p.counts},
	}
}

// find reads what was sent for the case in the address.
func (p *Pages) find(c *gin.Context) (messages.Of, string, error) {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return messages.Of{}, "", err
	}
	of, err := p.Messages.OfCase(c.Request.Context(), id)
	return of, "/cases/" + of.Reference + "/messages", err
}

func (p *Pages) ofCase(c *gin.Context) error {
	of, path, err := p.find(c)
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{Caption: "Messages to them", Cards: true, Empty: "Nothing was sent.", Columns: []components.Column{{Text: "Asked for"}, {Text: "By"}, {Text: "Way"}, {Text: "What became of it"}}}
	v := admin.PageView{
		Meta: p.Frame.Meta(c, "Messages, case "+of.Reference, "/cases"), Caption: "Case " + of.Reference, Title: "Messages to them",
		Text: "One sentence can be sent to them: “" + string(models.WordingLook) + "” It names nobody, and goes only on a way that is safe when it leaves.",
		Of:   frame.CaseParts(a, "/cases/"+of.Reference, "their-page"), Buttons: []components.ButtonParams{{Text: "Tell them there is news", Href: path + "/new"}},
	}
	for i := range of.Messages {
		m := &of.Messages[i]
		table.Rows = append(table.Rows, []components.DataCell{{Text: models.DateTimeIn(m.At, of.At)}, {Text: m.By}, {Text: m.Channel.Words()}, p.became(m, of.At)})
		if m.Unseen() {
			v.Parts = append(v.Parts, admin.PartView{
				ID: "message-" + m.ID.String(), Title: "Find another safe way: a " + models.LowerFirst(m.Channel.Words()) + " did not arrive",
				Text: models.ChoiceWords(models.MessageWhys(), m.Why) + ". It was asked for on " + models.DateTimeIn(m.At, of.At) + ". Ask them what is safe on a way that still is, and correct it.",
				Form: &admin.ActView{Action: path + "/seen", Hidden: [][2]string{{"message", m.ID.String()}}, Button: components.ButtonParams{Text: "I have seen to it", Kind: components.Secondary, Once: true}},
			})
		}
	}
	v.Parts = append(v.Parts, admin.PartView{Table: &table})
	v.Meta.Back, v.Meta.Flash, v.Meta.Wide = &components.Link{Text: "Back to their page", Href: "/cases/" + of.Reference + "/their-page"}, flash(c), true
	return render.OK(c, admin.Page(v))
}

func flash(c *gin.Context) *layouts.Flash {
	words := map[string]string{"asked": "It will be sent in a moment. Look here to see what became of it.", "seen": "It is off your list."}[c.Query("done")]
	if words == "" {
		return nil
	}
	return &layouts.Flash{Text: words}
}

// became is how a message stands, and since when.
func (p *Pages) became(m *messages.Message, now time.Time) components.DataCell {
	cell := components.DataCell{Text: models.ChoiceWords(models.MessageStates(), string(m.State))}
	switch {
	case m.DoneAt != nil:
		cell.Sub = models.DateTimeIn(*m.DoneAt, now)
	case m.SentAt != nil:
		cell.Sub = models.DateTimeIn(*m.SentAt, now)
	}
	if m.Why != "" {
		cell.Sub = models.ChoiceWords(models.MessageWhys(), m.Why) + ", " + cell.Sub
	}
	return cell
}

func (p *Pages) askForm(c *gin.Context) error {
	of, path, err := p.find(c)
	if err != nil {
		return err
	}
	return p.askPage(c, &of, path, frame.Typed{}, nil)
}

func (p *Pages) askPage(c *gin.Context, of *messages.Of, path string, t frame.Typed, errs components.FormErrors) error {
	meta := p.Frame.Meta(c, "Tell them there is news, case "+of.Reference, "/cases")
	meta.Back, meta.Errors = &components.Link{Text: "Back to the messages", Href: path}, errs
	f := shared.FormView{
		Meta: meta, Caption: "Case " + of.Reference, Title: "Tell them there is news", Action: path + "/new", Button: "Send it", Cancel: &components.Link{Text: "Cancel", Href: path},
		Lede:  "They get these words and no others: “" + string(models.WordingLook) + "” They open their page with their code and their word.",
		After: "It leaves within a minute. If their way is not safe any more by then, it does not leave.",
	}
	sends := map[models.Channel]bool{}
	for _, w := range p.Messages.Ways() {
		sends[w] = true
	}
	var items []components.ChoiceItem
	var shut []components.StackItem
	for _, w := range of.Ways {
		switch {
		case w.Why != "":
			shut = append(shut, components.StackItem{Link: components.Link{Text: w.Channel.Words(), Href: "/cases/" + of.Reference + "/safe-contact"}, Note: w.Why})
		case !sends[w.Channel]:
			shut = append(shut, components.StackItem{Link: components.Link{Text: w.Channel.Words(), Href: "/cases/" + of.Reference + "/safe-contact"}, Note: "Nothing can be sent this way from here."})
		default:
			items = append(items, components.ChoiceItem{Value: w.ID.String(), Text: w.Channel.Words()})
		}
	}
	if len(shut) > 0 {
		f.Before = append(f.Before, components.Stack(shut))
	}
	if len(items) == 0 {
		items = append(items, components.ChoiceItem{Value: "", Text: "None is safe now"})
	}
	f.Fields = []templ.Component{
		components.Radios(components.RadiosParams{Name: "channel_id", Legend: "How?", LegendSize: components.Small, Hint: "Only ways of their own that are safe at this moment.", Items: items, Value: t.One("channel_id"), Error: errs.Of("channel_id")}),
	}
	return render.Form(c, shared.Form(f), errs.Any())
}

func (p *Pages) ask(c *gin.Context) error {
	of, path, err := p.find(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	channel, _ := uuid.Parse(t.One("channel_id")) // uuid.Nil is no way
	_, err = p.Messages.Ask(c.Request.Context(), of.CaseID, channel)
	switch {
	case frame.IsInvalid(err):
		return p.askPage(c, &of, path, t, frame.Errors(err, nil))
	case err != nil:
		return p.moved(c, &of, path, err)
	}
	render.See(c, path+"?done=asked")
	return nil
}

func (p *Pages) see(c *gin.Context) error {
	of, path, err := p.find(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	id, _ := uuid.Parse(t.One("message"))
	_, err = p.Messages.See(c.Request.Context(), of.CaseID, id)
	switch {
	case frame.IsInvalid(err):
		render.See(c, path) // where those that there are stand
		return nil
	case err != nil:
		return p.moved(c, &of, path, err)
	}
	render.See(c, path+"?done=seen")
	return nil
}

// moved says that the record does not allow it now, and why.
func (p *Pages) moved(c *gin.Context, of *messages.Of, path string, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.Frame.Meta(c, "Messages, case "+of.Reference, "/cases"), Title: "This cannot be done now", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "Back to the messages", Href: path}),
	}))
}

// outbox is what an organisation had sent, for its managers.
func (p *Pages) outbox(c *gin.Context) error {
	page, err := p.Messages.Outbox(c.Request.Context(), c.Query("cursor"), 0)
	if err != nil {
		return err
	}
	table := components.DataTable{Caption: "Messages", Cards: true, Empty: "Nothing was sent.", Columns: []components.Column{{Text: "Asked for"}, {Text: "To"}, {Text: "By"}, {Text: "Way"}, {Text: "What became of it"}}}
	for i := range page.Items {
		m := &page.Items[i]
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: models.DateTimeIn(m.At, page.At)}, {Text: "The victim", Sub: "Case " + m.CaseReference, Href: "/cases/" + m.CaseReference + "/messages"}, {Text: m.By}, {Text: m.Channel.Words()}, p.became(m, page.At),
		})
	}
	v := admin.PageView{
		Meta: p.Frame.Meta(c, "Outbox", "/team"), Title: "Outbox", Text: "What your organisation had sent to people who are not signed in: by which way, when, and what became of it. Numbers and addresses are not shown, and neither is anything about cases you cannot open.",
		Parts: []admin.PartView{{Table: &table}},
	}
	v.Meta.Wide, v.Meta.Back = true, &components.Link{Text: "Team", Href: "/team"}
	if page.Next != "" {
		v.Pages = components.PaginationParams{NextHref: outboxPath + "?cursor=" + page.Next, NextText: "Earlier messages"}
	}
	return render.OK(c, admin.Page(v))
}

// counts are the numbers of the last seven days, for whoever runs the
// installation.
func (p *Pages) counts(c *gin.Context) error {
	list, err := p.Messages.Counts(c.Request.Context())
	if err != nil {
		return err
	}
	dir, err := p.Directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{Caption: "Messages of the last 7 days", Cards: true, Empty: "Nothing was sent.", Columns: []components.Column{{Text: "Organisation"}, {Text: "Way"}, {Text: "What became of them"}, {Text: "How many", Right: true}}}
	for _, n := range list {
		table.Rows = append(table.Rows, []components.DataCell{{Text: dir.Name(n.OrgID)}, {Text: n.Channel.Words()}, {Text: models.ChoiceWords(models.MessageStates(), string(n.State))}, {Text: strconv.Itoa(n.N)}})
	}
	ways := "Nothing can be sent: neither a mail server nor GOV.UK Notify is set"
	for i, w := range p.Messages.Ways() {
		if i == 0 {
			ways = "Messages can be sent by " + models.LowerFirst(w.Words())
		} else {
			ways += " and by " + models.LowerFirst(w.Words())
		}
	}
	v := admin.PageView{
		Meta: p.Frame.Meta(c, "Messages", "/operator/organisations"), Title: "Messages", Text: ways + ". You see how many, and no case.",
		Parts: []admin.PartView{{Table: &table}},
	}
	v.Meta.Wide, v.Meta.Back = true, &components.Link{Text: "Organisations", Href: "/operator/organisations"}
	return render.OK(c, admin.Page(v))
}

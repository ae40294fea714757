// Package webhooks serves the pages of the addresses that an organisation's
// systems are told at: which there are, what arrived, and what was given up.
package webhooks

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/webhooks"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

const (
	path    = "/admin/webhooks"
	section = "/admin/clients"
)

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *webhooks.Service
}

// New returns the pages.
func New(f frame.Frame, svc *webhooks.Service) *Pages { return &Pages{frame: f, svc: svc} }

// Routes lists them. What changes something asks for a fresh proof, and so does
// its form.
func (p *Pages) Routes() []route.Route {
	need := models.ClientManage
	act := func(suffix string, do func(*gin.Context, uuid.UUID) (models.Webhook, error), done string) route.Route {
		return route.Route{Method: http.MethodPost, Path: path + "/:id/" + suffix, Need: need, StepUp: true, Handle: p.act(do, done)}
	}
	return []route.Route{
		{Method: http.MethodGet, Path: path, Need: need, Handle: p.list},
		{Method: http.MethodGet, Path: path + "/new", Need: need, StepUp: true, Handle: func(c *gin.Context) error { return p.draw(c, frame.Typed{}, nil) }},
		{Method: http.MethodPost, Path: path + "/new", Need: need, StepUp: true, Handle: p.add},
		{Method: http.MethodGet, Path: path + "/:id", Need: need, Handle: p.show},
		act("rotate", func(c *gin.Context, id uuid.UUID) (models.Webhook, error) {
			return p.svc.Rotate(c.Request.Context(), id)
		}, ""),
		act("off", func(c *gin.Context, id uuid.UUID) (models.Webhook, error) {
			return p.svc.Switch(c.Request.Context(), id, false)
		}, "off"),
		act("on", func(c *gin.Context, id uuid.UUID) (models.Webhook, error) {
			return p.svc.Switch(c.Request.Context(), id, true)
		}, "on"),
		act("replay", func(c *gin.Context, id uuid.UUID) (models.Webhook, error) {
			return p.svc.Replay(c.Request.Context(), id, uuid.Nil)
		}, "replayed"),
	}
}

func (p *Pages) list(c *gin.Context) error {
	all, err := p.svc.List(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{
		Caption: "Addresses", Cards: true, Empty: "No system of yours is told anything.",
		Columns: []components.Column{{Text: "Address"}, {Text: "Told of"}, {Text: "Last arrived"}, {Text: "Given up"}, {Text: "State"}},
	}
	for i := range all {
		w := &all[i]
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: w.URL, Href: path + "/" + w.ID.String()}, {Text: models.Plural(len(w.Topics), "kind", "kinds")}, {Text: arrived(w)}, {Text: models.Count(w.Dead)}, {Content: components.Tag(tag(w))},
		})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Webhooks", section), Title: "Webhooks",
		Text:    "Addresses of your systems that are told what happens, as it happens: what kind of thing, when, and the id of the record. Never a word about anybody.",
		Buttons: []components.ButtonParams{{Text: "Add an address", Href: path + "/new"}},
		Parts:   []admin.PartView{{Table: &table}},
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Systems", Href: section}
	return render.OK(c, admin.Page(v))
}

func arrived(w *models.Webhook) string {
	if w.DeliveredAt == nil {
		return "Nothing yet"
	}
	return models.DateTime(*w.DeliveredAt)
}

func tag(w *models.Webhook) components.TagParams {
	switch {
	case w.OffAt != nil && w.OffWhy == "by_hand":
		return components.TagParams{Text: "Off", Colour: "grey"}
	case w.OffAt != nil:
		return components.TagParams{Text: "Switched off", Colour: "red"}
	case w.Failures > 0:
		return components.TagParams{Text: "Failing", Colour: "yellow"}
	}
	return components.TagParams{Text: "On", Colour: "green"}
}

func (p *Pages) draw(c *gin.Context, t frame.Typed, faults components.FormErrors) error {
	items := make([]components.ChoiceItem, 0, len(models.WebhookTopics()))
	for _, topic := range models.WebhookTopics() {
		items = append(items, components.ChoiceItem{Value: topic.Key, Text: topic.Words, Hint: topic.Key})
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Add an address", section), Caption: "Webhooks", Title: "Add an address", Button: "Add",
		After:  "The secret that messages are signed with is shown to you once.",
		Cancel: &components.Link{Text: "Cancel", Href: path},
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{Name: "url", Label: "Where are messages sent?", Hint: "It begins with https. Nothing inside a network of your own or ours can be reached", Value: t.One("url"), Error: faults.Of("url"), Autocomplete: "off", Spellcheck: "false", Autocapitalize: "none"}),
			components.Checkboxes(components.CheckboxesParams{Name: "topics", Legend: "What is it told of?", LegendSize: components.Small, Hint: "What your people get a notice of", Items: items, Values: t["topics"], Error: faults.Of("topics"), IsSmall: true}),
		},
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Webhooks", Href: path}
	return render.Form(c, shared.Form(v), faults.Any())
}

func (p *Pages) add(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	w, err := p.svc.Make(c.Request.Context(), models.Webhook{URL: t.One("url"), Topics: t["topics"]})
	if frame.IsInvalid(err) {
		return p.draw(c, t, frame.Errors(err, nil))
	}
	if words, is := frame.Conflict(err); is {
		return p.draw(c, t, components.FormErrors{{Field: "url", Target: "url", Message: words}})
	}
	if err != nil {
		return err
	}
	return p.secret(c, &w)
}

// secret shows a secret, in answer to the form, so that it stands in no address.
func (p *Pages) secret(c *gin.Context, w *models.Webhook) error {
	v := admin.PageView{
		Meta: p.frame.Meta(c, "New secret", section), Caption: "Webhooks", Title: "The secret of this address",
		Warning: "The secret is shown once. Put it where the receiving system keeps its secrets, and nowhere else.",
		Parts:   []admin.PartView{{Rows: []components.SummaryRow{{Key: "Address", Value: w.URL}, {Key: "Secret", Value: w.Secret}}}},
		Buttons: []components.ButtonParams{{Text: "Done", Href: path + "/" + w.ID.String()}},
	}
	if w.BeforeUntil != nil {
		v.Text = "Messages are signed with the secret before, too, until " + models.DateTime(*w.BeforeUntil) + "."
	}
	v.Meta.Back = &components.Link{Text: "Webhooks", Href: path}
	return render.OK(c, admin.Page(v))
}

func (p *Pages) show(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("webhook")
	}
	w, err := p.svc.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	here, state := path+"/"+w.ID.String(), tag(&w)
	rows := []components.SummaryRow{
		{Key: "Address", Value: w.URL},
		{Key: "Told of", Value: topics(w.Topics)},
		{Key: "Added", Value: byWhom(&w)},
		{Key: "Last arrived", Value: arrived(&w)},
		{Key: "Waiting", Value: models.Count(w.Waiting)},
		{Key: "Given up", Value: models.Count(w.Dead)},
	}
	if w.OffAt != nil {
		rows = append(rows, components.SummaryRow{Key: "Off", Value: models.DateTime(*w.OffAt) + ". " + offWords(w.OffWhy)})
	} else if w.FailingSince != nil {
		rows = append(rows, components.SummaryRow{Key: "Failing", Value: "Since " + models.DateTime(*w.FailingSince) + ", " + models.Plural(w.Failures, "time", "times") + " in a row"})
	}
	table := components.DataTable{
		Caption: "Latest messages", Cards: true, Empty: "Nothing has happened yet that it is told of.",
		Columns: []components.Column{{Text: "What"}, {Text: "Happened"}, {Text: "State"}, {Text: "Tries"}, {Text: "Last answer"}},
	}
	for i := range w.Messages {
		m := &w.Messages[i]
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: models.ChoiceWords(models.WebhookTopics(), m.Topic), Sub: "msg_" + m.ID.String()}, {Text: models.DateTime(m.At)}, {Text: statusWords(m.Status)}, {Text: models.Count(m.Attempts)}, {Text: answerWords(m)},
		})
	}
	v := admin.PageView{Meta: p.frame.Meta(c, "Webhook", section), Caption: "Webhooks", Title: "An address that is told", State: &state, Parts: []admin.PartView{{Rows: rows}, {Table: &table}}}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Webhooks", Href: path}
	if words := doneWords(c.Query("done")); words != "" {
		v.Meta.Flash = &layouts.Flash{Text: words}
	}
	button := func(id, title, text, suffix string, b components.ButtonParams) {
		b.Once = true
		v.Parts = append(v.Parts, admin.PartView{ID: id, Title: title, Text: text, Form: &admin.ActView{Action: here + "/" + suffix, Button: b}})
	}
	if w.Dead > 0 {
		button("replay", "Send again", "Everything that was given up is sent again, under the ids it had.", "replay", components.ButtonParams{Text: "Send again what was given up", Kind: components.Secondary})
	}
	button("rotate", "Make another secret", "For a day, messages are signed with the one before, too.", "rotate", components.ButtonParams{Text: "Make another secret", Kind: components.Secondary})
	if w.OffAt != nil {
		button("on", "Switch it on", "What waits is sent. What happened while it was off is not.", "on", components.ButtonParams{Text: "Switch on"})
	} else {
		button("off", "Switch it off", "Nothing is sent, and nothing new is kept for it.", "off", components.ButtonParams{Text: "Switch off", Kind: components.Warning})
	}
	return render.OK(c, admin.Page(v))
}

func topics(keys []string) string {
	out := ""
	for i, k := range keys {
		if i > 0 {
			out += ". "
		}
		out += models.ChoiceWords(models.WebhookTopics(), k)
	}
	return out + "."
}

func byWhom(w *models.Webhook) string {
	if w.MadeBy == "" {
		return models.DateTime(w.MadeAt)
	}
	return models.DateTime(w.MadeAt) + ", by " + w.MadeBy
}

func offWords(why string) string {
	switch why {
	case "failing":
		return "It had failed for three days."
	case "gone":
		return "It answered that it is gone."
	}
	return "Switched off by hand."
}

func statusWords(status string) string {
	switch status {
	case "delivered":
		return "Arrived"
	case "dead":
		return "Given up"
	}
	return "Waiting"
}

func answerWords(m *models.WebhookMessage) string {
	switch m.Fault {
	case "refused_address":
		return "The address leads inside"
	case "too_slow":
		return "Too slow"
	case "redirect":
		return "It sends elsewhere (" + strconv.Itoa(m.Answer) + ")"
	case "no_answer":
		return "None"
	}
	if m.Answer == 0 {
		return "Not tried yet"
	}
	return strconv.Itoa(m.Answer)
}

func doneWords(done string) string {
	switch done {
	case "off":
		return "The address is switched off."
	case "on":
		return "The address is switched on."
	case "replayed":
		return "What was given up is sent again."
	}
	return ""
}

// act runs one act on an endpoint, and shows the secret that it made or the
// endpoint as it is then.
func (p *Pages) act(do func(*gin.Context, uuid.UUID) (models.Webhook, error), done string) route.Handler {
	return func(c *gin.Context) error {
		id, err := uuid.Parse(c.Param("id"))
		if err != nil {
			return models.NotFound("webhook")
		}
		w, err := do(c, id)
		if err != nil {
			return err
		}
		if done == "" {
			return p.secret(c, &w)
		}
		render.See(c, path+"/"+id.String()+"?done="+done)
		return nil
	}
}

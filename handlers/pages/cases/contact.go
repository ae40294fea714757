package cases

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/cases"
	"throughline/web/pages/shared"
)

// safeContact shows every way to reach somebody, with who said so and when it
// has to be confirmed again; each has a page of its own to change it.
func (p *Pages) safeContact(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	path := "/cases/" + contact.Reference
	meta := p.Frame.Meta(c, "Safe contact, case "+contact.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to the case", Href: path}
	if words, ok := done()[c.Query("done")]; ok {
		meta.Flash = flash(words)
	}
	v := view.ContactView{Meta: meta, Caption: "Case " + contact.Reference, CodeWord: codeWordRow(contact, path)}
	for i := range contact.Points {
		v.Ways = append(v.Ways, p.way(&contact.Points[i], path))
	}
	for _, kind := range models.Channels() {
		v.Add = append(v.Add, components.StackItem{Link: components.Link{Text: kind.Words(), Href: path + "/safe-contact/way?channel=" + string(kind)}, Note: "add a way"})
	}
	return render.OK(c, view.Contact(v))
}

// contactOf reads safe contact for those who hold the case. Others read it on
// their referral.
func (p *Pages) contactOf(c *gin.Context) (cases.Contact, error) {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return cases.Contact{}, err
	}
	return p.Cases.SafeContact(c.Request.Context(), id)
}

func (p *Pages) way(point *cases.Point, path string) components.SummaryListParams {
	rows := []components.SummaryRow{{Key: "Now", Value: or(point.GateAt(p.Now(), models.StaleAfterDays).Why, "Safe now.")}, {Key: "What they said", Value: pointWords(&point.ContactPoint)}}
	if point.ConfirmedOn != nil {
		said := models.Day(*point.ConfirmedOn)
		if point.Source != "" {
			said += ". " + models.ChoiceWords(models.ContactSources(), point.Source)
		}
		if point.ConfirmedByOrg != "" {
			said += ". Written down by " + point.ConfirmedByOrg
		}
		rows = append(rows, components.SummaryRow{Key: "Last confirmed", Value: said + "."})
	}
	if by, ok := point.ConfirmBy(models.StaleAfterDays); ok {
		rows = append(rows, components.SummaryRow{Key: "Confirm again by", Value: models.Day(by)})
	}
	links := []components.Link{{Text: "Change", Href: path + "/safe-contact/way?channel=" + point.ID.String(), Hidden: strings.ToLower(point.Kind.Words())}}
	if point.Stop != nil {
		rows = append(rows, components.SummaryRow{Key: "Stopped", Value: "Someone else answered, " + models.DateTimeIn(point.Stop.At, p.Now()) + ". Recorded by " + point.Stop.Org + "."})
		links = append(links, components.Link{Text: "Clear", Href: path + "/safe-contact/clear?stop=" + point.Stop.ID.String(), Hidden: strings.ToLower(point.Kind.Words())})
	}
	return components.SummaryListParams{Rows: rows, Card: &components.SummaryCard{Title: point.Kind.Words(), Actions: links}}
}

func codeWordRow(contact cases.Contact, path string) components.SummaryRow {
	row := components.SummaryRow{Key: "Code word", Value: or(contact.CodeWord, "None"), Actions: []components.Link{{Text: "Change", Href: path + "/safe-contact/code-word", Hidden: "code word"}}}
	return row
}

// channelKey names a channel in an address: one of the case by its id, a new one
// by its kind.
func channelKey(point *cases.Point) string {
	if point.ID == uuid.Nil {
		return string(point.Kind)
	}
	return point.ID.String()
}

// asked is the channel an address names: one of the case, or a new one of a
// kind; a new number where it names none.
func asked(contact *cases.Contact, name string) (*cases.Point, error) {
	if name == "" {
		name = string(models.ChannelPhone)
	}
	if kind := models.Channel(name); slices.Contains(models.Channels(), kind) {
		return &cases.Point{ContactPoint: models.ContactPoint{ContactChannel: models.ContactChannel{Kind: kind, Person: models.PersonVictim}}}, nil
	}
	for i := range contact.Points {
		if contact.Points[i].ID.String() == name {
			return &contact.Points[i], nil
		}
	}
	return nil, models.NotFound("channel")
}

// wayName begins the fields of the one channel a page asks about.
const wayName = "way"

func (p *Pages) channelForm(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	point, err := asked(&contact, c.Query("channel"))
	if err != nil {
		return err
	}
	return p.channelPage(c, &contact, point, typedOf(point), nil)
}

// typedOf is a channel as its page would have been sent.
func typedOf(point *cases.Point) typed {
	t := typed{
		wayName: {string(point.Safe)}, wayName + "_value": {point.Value}, wayName + "_person": {point.Person}, wayName + "_note": {point.Note},
		"version": {strconv.Itoa(point.Version)},
	}
	if point.LeaveMessage {
		t[wayName+"_message"] = []string{"yes"}
	}
	for i, w := range point.Windows {
		if i == 0 {
			t[wayName+"_from"], t[wayName+"_to"] = []string{w.From}, []string{w.To}
		}
		t[wayName+"_days"] = append(t[wayName+"_days"], w.Day)
	}
	return t
}

func (p *Pages) channelPage(c *gin.Context, contact *cases.Contact, point *cases.Point, t typed, errs components.FormErrors) error {
	path := "/cases/" + contact.Reference + "/safe-contact"
	meta := p.Frame.Meta(c, point.Kind.Words()+", safe contact, case "+contact.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to safe contact", Href: path}
	meta.Errors = errs
	page := shared.FormView{
		Meta: meta, Caption: "Case " + contact.Reference, Title: "How is " + wayWords(point.Kind) + " safe?", Action: path + "/way?channel=" + channelKey(point), Button: "Save",
		Lede:   "Ask on a way that is already safe. Somebody else may have the phone.",
		Hidden: []shared.Hidden{{Name: "version", Value: t.one("version")}},
		Fields: []templ.Component{wayFields(t, wayName, point.Kind, errs), saidBy(t, "said_by", errs), confirmedOn(t, errs)},
		After:  "Services that have accepted a referral of this case are told that safe contact changed.",
		Cancel: &components.Link{Text: "Cancel", Href: path},
	}
	if uneven(point.Windows) {
		page.Before = append(page.Before, components.WarningText(components.WarningTextParams{
			Text: "The safe times are different from day to day: " + models.WindowWords(point.Windows) + ". Saving makes them the same on every day you select.",
		}))
	}
	return render.Form(c, shared.Form(page), errs.Any())
}

// uneven reports whether the page's one pair of times cannot say what is kept.
func uneven(list []models.Window) bool {
	days := map[string]bool{}
	for _, w := range list {
		if w.From != list[0].From || w.To != list[0].To || days[w.Day] {
			return true
		}
		days[w.Day] = true
	}
	return false
}

func (p *Pages) channel(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	point, err := asked(&contact, c.Query("channel"))
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	b := &build{at: map[string]place{}, today: models.Today(p.Now())}
	b.confirmed(t)
	changed := b.way(t, wayName, point.Kind)
	changed.ID = point.ID
	in := cases.ContactChange{
		Source: t.one("said_by"), Versions: map[uuid.UUID]int{},
		SafeContact: models.SafeContact{ConfirmedOn: b.in.SafeContact.ConfirmedOn, Channels: []models.ContactPoint{changed}},
	}
	if n, err := strconv.Atoi(t.one("version")); err == nil {
		in.Versions[point.ID] = n
	}
	var errs components.FormErrors
	for _, f := range b.faults {
		errs = append(errs, components.FormError{Field: f.field, Target: f.target, Message: f.message})
	}
	if !errs.Any() {
		err = p.Cases.ChangeSafeContact(c.Request.Context(), contact.CaseID, in)
		if frame.IsInvalid(err) {
			errs = frame.Errors(err, wayTargets())
		}
	}
	if errs.Any() {
		return p.channelPage(c, &contact, point, t, errs)
	}
	return p.changed(c, &contact, err, "contact")
}

// wayTargets are the controls of the page of one channel.
func wayTargets() map[string]string {
	at := "safe_contact.channels[0]"
	return map[string]string{
		"source": "said_by", "value": wayName + "_value", "person": wayName + "_person", "note": wayName + "_note", "safe": wayName, "channel": wayName,
		at + ".windows[0].to": wayName + "_to", "to": wayName + "_to", "from": wayName + "_from", "day": wayName + "_days", "confirmed_on": "said-day",
	}
}

// changed goes back to safe contact, or says that somebody else was faster.
func (p *Pages) changed(c *gin.Context, contact *cases.Contact, err error, what string) error {
	path := "/cases/" + contact.Reference + "/safe-contact"
	if err != nil {
		return p.moved(c, "Safe contact, case "+contact.Reference, path, err)
	}
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, path+"?done="+what)
	return nil
}

func (p *Pages) codeWordForm(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	return p.codeWordPage(c, &contact, typed{"code_word": {contact.CodeWord}}, nil)
}

func (p *Pages) codeWordPage(c *gin.Context, contact *cases.Contact, t typed, errs components.FormErrors) error {
	path := "/cases/" + contact.Reference + "/safe-contact"
	meta := p.Frame.Meta(c, "Code word, safe contact, case "+contact.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to safe contact", Href: path}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + contact.Reference, Title: "Code word", Lede: "A word they chose. We say it so that they know it is us.",
		Action: path + "/code-word", Button: "Save", Cancel: &components.Link{Text: "Cancel", Href: path},
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{Name: "code_word", Label: "Code word", Value: t.one("code_word"), Error: errs.Of("code_word"), Autocomplete: "off", Classes: "govuk-input--width-10"}),
			saidBy(t, "said_by", errs), confirmedOn(t, errs),
		},
	}), errs.Any())
}

func (p *Pages) codeWord(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	b := &build{at: map[string]place{}, today: models.Today(p.Now())}
	b.confirmed(t)
	var errs components.FormErrors
	for _, f := range b.faults {
		errs = append(errs, components.FormError{Field: f.field, Target: f.target, Message: f.message})
	}
	if t.one("code_word") == "" {
		errs = append(errs, components.FormError{Field: "code_word", Message: "Enter the code word"})
	}
	if !errs.Any() {
		err = p.Cases.ChangeSafeContact(c.Request.Context(), contact.CaseID, cases.ContactChange{
			Source: t.one("said_by"), SafeContact: models.SafeContact{CodeWord: t.one("code_word"), ConfirmedOn: b.in.SafeContact.ConfirmedOn},
		})
		if frame.IsInvalid(err) {
			errs = frame.Errors(err, map[string]string{"source": "said_by", "confirmed_on": "said-day"})
		}
	}
	if errs.Any() {
		return p.codeWordPage(c, &contact, t, errs)
	}
	return p.changed(c, &contact, err, "code-word")
}

// stopOf is the stop an address names; nil where it names none.
func stopOf(contact *cases.Contact, name string) (*cases.Point, error) {
	if name == "" {
		return nil, nil
	}
	for i := range contact.Points {
		if s := contact.Points[i].Stop; s != nil && s.ID.String() == name {
			return &contact.Points[i], nil
		}
	}
	return nil, models.NotFound("stop")
}

func (p *Pages) clearForm(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	point, err := stopOf(&contact, c.Query("stop"))
	if err != nil {
		return err
	}
	if point == nil {
		render.See(c, "/cases/"+contact.Reference+"/safe-contact")
		return nil
	}
	return p.clearPage(c, &contact, point, typed{}, nil)
}

func (p *Pages) clearPage(c *gin.Context, contact *cases.Contact, point *cases.Point, t typed, errs components.FormErrors) error {
	path := "/cases/" + contact.Reference + "/safe-contact"
	meta := p.Frame.Meta(c, "Clear a stop, case "+contact.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to safe contact", Href: path}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + contact.Reference, Title: "Is " + wayWords(point.Kind) + " safe to use again?",
		Lede:   "Someone else answered on " + models.DateTimeIn(point.Stop.At, p.Now()) + ". Ask on another way that is safe before you clear this.",
		Action: path + "/clear?stop=" + point.Stop.ID.String(), Button: "Clear the stop", Warning: true, Fields: []templ.Component{saidBy(t, "said_by", errs)},
		Cancel: &components.Link{Text: "Cancel", Href: path},
	}), errs.Any())
}

func (p *Pages) clear(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	point, err := stopOf(&contact, c.Query("stop"))
	if err != nil {
		return err
	}
	if point == nil {
		render.See(c, "/cases/"+contact.Reference+"/safe-contact")
		return nil
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	err = p.Cases.ClearStop(c.Request.Context(), contact.CaseID, point.Stop.ID, t.one("said_by"))
	if frame.IsInvalid(err) {
		return p.clearPage(c, &contact, point, t, frame.Errors(err, map[string]string{"source": "said_by"}))
	}
	return p.changed(c, &contact, err, "cleared")
}

// done says what the act before a page did.
func done() map[string]string {
	return map[string]string{
		"contact": "Safe contact was changed. Services with an open referral are told.", "code-word": "The code word was changed. Services with an open referral are told.",
		"cleared": "The stop was cleared. Services with an open referral are told.", "withdrawn": "Sharing was withdrawn. The service no longer sees what was shared.",
	}
}

func flash(words string) *layouts.Flash { return &layouts.Flash{Text: words} }

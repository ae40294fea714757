package cases

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

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

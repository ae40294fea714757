package cases

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/cases"
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
	planned, err := p.Referrals.PlannedContacts(c.Request.Context(), contact.CaseID)
	if err != nil {
		return err
	}
	v.Planned = frame.PlannedTable(planned, p.Now())
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

// done says what the act before a page did.
func done() map[string]string {
	return map[string]string{
		"contact": "Safe contact was changed. Services with an open referral are told.", "code-word": "The code word was changed. Services with an open referral are told.",
		"incident": "The incident was added.", "incident-rights": "The incident was added. Enhanced Rights apply because of it.", "equality": "The answers were kept.",
		"cleared": "The stop was cleared. Services with an open referral are told.", "withdrawn": "Sharing was withdrawn. The service no longer sees what was shared.",
		"closed": "The case is closed.", "reopened": "The case is open again.",
	}
}

func flash(words string) *layouts.Flash { return &layouts.Flash{Text: words} }

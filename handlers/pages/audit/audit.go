// Package audit serves the page of who did what in one's own organisation.
package audit

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/audit"
	"throughline/web/components"
	"throughline/web/pages/referrals"
)

// Pages serves the page.
type Pages struct {
	frame frame.Frame
	svc   *audit.Service
	now   func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *audit.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	need := models.AuditOwn
	return []route.Route{
		{Method: http.MethodGet, Path: "/audit", Need: need, Handle: p.show},
		{Method: http.MethodGet, Path: "/openings", Need: need, Handle: p.ask},
		{Method: http.MethodPost, Path: "/openings", Need: need, Handle: p.find},
		{Method: http.MethodGet, Path: "/openings/:ref", Need: need, Handle: p.openings},
		{Method: http.MethodGet, Path: "/openings/:ref/letter", Need: need, Handle: p.letter},
		{Method: http.MethodGet, Path: "/evidence/:id", Need: need, Handle: p.evidence},
	}
}

func (p *Pages) show(c *gin.Context) error {
	f := audit.Filter{Cursor: c.Query("cursor"), Limit: 50}
	if c.Query("refused") == "yes" {
		yes := true
		f.Refused = &yes
	}
	items, next, err := p.svc.Events(c.Request.Context(), f)
	if err != nil {
		return err
	}
	refused := []string{}
	if f.Refused != nil {
		refused = append(refused, "yes")
	}
	v := referrals.ListView{
		Meta: p.frame.Meta(c, "Who did what", "/audit"), Title: "Who did what", Text: "Your own organisation, the latest first. Opening this page is on record too.",
		Filter: components.FilterView{Action: "/audit", ClearHref: "/audit", Open: f.Refused != nil}, Table: Table(items),
		Fields: []templ.Component{components.Checkboxes(components.CheckboxesParams{
			Name: "refused", Legend: "Only", LegendSize: components.Small, IsSmall: true,
			Values: refused, Items: []components.ChoiceItem{{Value: "yes", Text: "What was refused"}},
		})},
	}
	v.Meta.Wide = true
	if next != "" {
		q := url.Values{"cursor": {next}}
		if f.Refused != nil {
			q.Set("refused", "yes")
		}
		v.Pages = components.PaginationParams{NextHref: "/audit?" + q.Encode(), Landmark: "Pages of the trail"}
	}
	return render.OK(c, referrals.List(v))
}

// Table draws lines of the trail. It names people of one's own organisation,
// and of others the organisation alone.
func Table(items []audit.Entry) components.DataTable {
	t := components.DataTable{
		Caption: "Who did what", Cards: true, Empty: "Nothing is on record.",
		Columns: []components.Column{{Text: "When"}, {Text: "Who"}, {Text: "What"}, {Text: "Outcome"}},
	}
	for _, e := range items {
		who, sub := "Throughline", ""
		switch {
		case e.ActorName != nil:
			who = *e.ActorName
		case e.OrgName != nil:
			who = *e.OrgName
		}
		if e.ActorRole != nil {
			sub = e.ActorRole.Words()
		}
		outcome := components.DataCell{Text: "Done"}
		if e.Refused {
			outcome = components.DataCell{Content: components.Tag(components.TagParams{Text: "Refused", Colour: "red"})}
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: models.DateTime(e.At)}, {Text: who, Sub: sub}, {Text: actionWords(e.Action), Sub: subject(e)}, outcome,
		})
	}
	return t
}

// actionWords reads "referral.contact_recorded" as "Referral: contact recorded".
func actionWords(action string) string {
	area, verb, ok := strings.Cut(action, ".")
	if !ok || area == "" {
		return action
	}
	return string(area[0]-'a'+'A') + area[1:] + ": " + strings.ReplaceAll(verb, "_", " ")
}

func subject(e audit.Entry) string {
	if e.SubjectID == nil {
		return "A list"
	}
	return strings.ReplaceAll(e.SubjectType, "_", " ") + " " + e.SubjectID.String()
}

// Package alerts serves the first page of a privacy officer and of a
// safeguarding lead: what somebody has to look at, and what it came to.
package alerts

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// Pages serves them.
type Pages struct {
	frame     frame.Frame
	svc       *alerts.Service
	directory *directory.Service
	rights    Keeper
	now       func() time.Time
}

// Keeper counts the records that are past keeping and wait for a decision.
// services/rights does.
type Keeper interface {
	Waiting(ctx context.Context) (int, error)
}

// New returns the pages.
func New(f frame.Frame, svc *alerts.Service, dir *directory.Service, rights Keeper, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, directory: dir, rights: rights, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	need := models.AlertReview
	return []route.Route{
		{Method: http.MethodGet, Path: "/alerts", Need: need, Handle: p.list},
		{Method: http.MethodGet, Path: "/alerts/:id", Need: need, Handle: p.show},
		{Method: http.MethodPost, Path: "/alerts/:id/take", Need: need, Handle: p.take},
		{Method: http.MethodPost, Path: "/alerts/:id/outcome", Need: need, Handle: p.close},
		{Method: http.MethodGet, Path: "/alert-figures", Need: need, Handle: p.figures},
		{Method: http.MethodGet, Path: "/alert-thresholds", Need: models.AlertSet, Handle: p.thresholds},
		{Method: http.MethodPost, Path: "/alert-thresholds", Need: models.AlertSet, Handle: p.set},
		{Method: http.MethodGet, Path: "/household", Need: models.SignedIn, Handle: p.household},
		{Method: http.MethodPost, Path: "/household", Need: models.SignedIn, Handle: p.say},
	}
}

// list is the first page of both roles: their day.
func (p *Pages) list(c *gin.Context) error {
	ctx := c.Request.Context()
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	closed := c.Query("box") == "closed"
	items, next, err := p.svc.List(ctx, alerts.Query{Closed: closed, Cursor: c.Query("cursor"), Limit: 50})
	if err != nil {
		return err
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Alerts", "/alerts"), Title: "Alerts", Text: introduction(models.DeskOf(a.Role)), Parts: p.boxes(items, closed),
		Buttons: []components.ButtonParams{{Text: "Figures", Href: "/alert-figures", Kind: components.Secondary}},
	}
	other := components.ButtonParams{Text: "Closed alerts", Href: "/alerts?box=closed", Kind: components.Secondary}
	if closed {
		other = components.ButtonParams{Text: "Open alerts", Href: "/alerts", Kind: components.Secondary}
	}
	v.Buttons = append(v.Buttons, other)
	if a.Can(models.AlertSet) {
		v.Buttons = append(v.Buttons, components.ButtonParams{Text: "Thresholds", Href: "/alert-thresholds", Kind: components.Secondary})
	}
	if a.Can(models.AccessReview) {
		v.Buttons = append(v.Buttons, components.ButtonParams{Text: "Emergency access", Href: "/break-glass", Kind: components.Secondary},
			components.ButtonParams{Text: "Who opened a record", Href: "/openings", Kind: components.Secondary})
	}
	if a.Can(models.RightsManage) && !closed {
		past, err := p.pastKeeping(ctx)
		if err != nil {
			return err
		}
		v.Parts = append(v.Parts, past...)
	}
	v.Meta.Wide = true
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: "/alerts?box=" + box(closed) + "&cursor=" + next, Landmark: "Pages of alerts"}
	}
	return render.OK(c, admin.Page(v))
}

// pastKeeping reminds whoever decides of it that records are past keeping: nothing
// goes until somebody has looked.
func (p *Pages) pastKeeping(ctx context.Context) ([]admin.PartView, error) {
	n, err := p.rights.Waiting(ctx)
	if err != nil || n == 0 {
		return nil, err
	}
	return []admin.PartView{{
		ID: "past-keeping", Title: "Past keeping", Text: models.Plural(n, "record is", "records are") + " past the time your organisation keeps them. Nothing goes until somebody decides.",
		Links: []components.StackItem{{Link: components.Link{Text: "Look at what is past keeping", Href: "/retention"}}},
	}}, nil
}

func box(closed bool) string {
	if closed {
		return "closed"
	}
	return "open"
}

func introduction(d models.Desk) string {
	if d == models.DeskSafety {
		return "Contact that may have done harm, and people at high risk whom nobody has reached. Look at each within two working days."
	}
	return "Reading of records that stands out. Look at each within two working days. You never see an alert about yourself."
}

// boxes are what is late, what waits and what somebody has taken.
func (p *Pages) boxes(items []models.Alert, closed bool) []admin.PartView {
	if closed {
		t := table("Closed", "No alert has been closed.", "Closed")
		for _, a := range items {
			t.Rows = append(t.Rows, p.line(a))
		}
		return []admin.PartView{{ID: "closed", Title: "Closed", Table: t}}
	}
	late, waiting, taken := table("Late", "", "Due"), table("To look at", "Nothing waits for you.", "Due"), table("Being looked at", "", "Due")
	for _, a := range items {
		t := waiting
		switch {
		case a.Escalated != nil:
			t = late
		case a.TakenBy != uuid.Nil:
			t = taken
		}
		t.Rows = append(t.Rows, p.line(a))
	}
	var out []admin.PartView
	if len(late.Rows) > 0 {
		out = append(out, admin.PartView{ID: "late", Title: "Late: anybody may take these", Table: late})
	}
	out = append(out, admin.PartView{ID: "waiting", Title: "To look at", Table: waiting})
	if len(taken.Rows) > 0 {
		out = append(out, admin.PartView{ID: "taken", Title: "Being looked at", Table: taken})
	}
	return out
}

func table(caption, empty, when string) *components.DataTable {
	return &components.DataTable{
		Caption: caption, Cards: true, Empty: empty,
		Columns: []components.Column{{Text: "What"}, {Text: "Who or which record"}, {Text: "Since"}, {Text: when}, {Text: "State"}},
	}
}

func (p *Pages) line(a models.Alert) []components.DataCell {
	when := models.DateTimeIn(a.DueAt, p.now())
	if a.ClosedAt != nil {
		when = models.DateTimeIn(*a.ClosedAt, p.now())
	}
	by := a.TakenName
	if a.Outcome != "" {
		by = a.ClosedName
	}
	return []components.DataCell{
		{Text: a.Kind.Words(), Href: "/alerts/" + a.ID.String(), Sub: said(a)},
		{Text: about(a)},
		{Text: models.DateTimeIn(a.FirstAt, p.now())},
		{Text: when},
		{Content: components.Tag(tag(a)), Sub: by},
	}
}

// about says whom or what an alert is about: a colleague by name, a record by
// its reference.
func about(a models.Alert) string {
	var parts []string
	switch {
	case a.AboutName != "":
		parts = append(parts, a.AboutName)
	case a.AboutID != uuid.Nil:
		parts = append(parts, "Somebody of another organisation")
	}
	if a.Reference != "" {
		parts = append(parts, a.Reference)
	}
	if len(parts) == 0 {
		return "A record that is closed to you"
	}
	return strings.Join(parts, ", ")
}

func tag(a models.Alert) components.TagParams {
	switch {
	case a.Outcome != "":
		return components.TagParams{Text: outcomeWords(a.Outcome), Colour: "grey"}
	case a.Escalated != nil:
		return components.TagParams{Text: "Late", Colour: "red"}
	case a.TakenBy != uuid.Nil:
		return components.TagParams{Text: "Taken", Colour: "blue"}
	}
	return components.TagParams{Text: "Waiting", Colour: "yellow"}
}

func outcomeWords(o models.AlertOutcome) string {
	for _, c := range models.AlertOutcomes() {
		if c.Key == string(o) {
			short, _, _ := strings.Cut(c.Words, ":")
			return short
		}
	}
	return string(o)
}

// said writes the figures of an alert as a sentence.
func said(a models.Alert) string {
	f := a.Figures
	switch a.Kind {
	case models.AlertRecordCap:
		return models.Plural(f["records"], "record", "records") + " in an hour, " + models.Plural(f["refused"], "more refused", "more refused")
	case models.AlertTrawl:
		return models.Plural(f["in_hour"], "record", "records") + " in an hour and " + models.Count(f["in_day"]) + " in a day; usually up to " +
			models.Count(f["usual_hour"]) + " and " + models.Count(f["usual_day"])
	case models.AlertManyReaders:
		return models.Plural(f["people"], "person", "people") + " of " + models.Plural(f["organisations"], "organisation", "organisations") + " in an hour"
	case models.AlertHousehold:
		if f["own_name"] == 1 {
			return "The reader's own name"
		}
		return "A surname and the borough of the reader's household"
	case models.AlertOutOfHours:
		return models.Plural(f["records"], "record", "records") + " in 12 hours; " + strconv.Itoa(f["usual_percent"]) + "% of their work is usually out of hours"
	case models.AlertGuessing:
		return models.Plural(f["refused"], "record", "records") + " refused in an hour"
	case models.AlertSearching:
		return models.Plural(f["searches"], "search", "searches") + " and " + models.Plural(f["records"], "record opened", "records opened") + " in an hour"
	case models.AlertAgreement:
		return models.Plural(f["days"], "day", "days") + " before its last day, and no other is on record"
	case models.AlertBreakGlass, models.AlertUnreviewed, models.AlertConflict, models.AlertMalware, models.AlertSafety, models.AlertStopped, models.AlertNoContact:
	}
	return ""
}

// Package agreements serves the pages of an organisation's data-sharing
// agreements: which there are, when they end, recording one and ending one.
package agreements

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

const path = "/agreements"

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *directory.Service
	now   func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *directory.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	need := models.AgreementManage
	return []route.Route{
		{Method: http.MethodGet, Path: path, Need: need, Handle: p.list},
		{Method: http.MethodGet, Path: path + "/new", Need: need, Handle: func(c *gin.Context) error { return p.draw(c, frame.Typed{}, nil) }},
		{Method: http.MethodPost, Path: path + "/new", Need: need, Handle: p.record},
		{Method: http.MethodGet, Path: path + "/:id", Need: need, Handle: p.show},
		{Method: http.MethodPost, Path: path + "/:id", Need: need, Handle: p.end},
	}
}

// list shows what holds and what ends soon first, then what is past.
func (p *Pages) list(c *gin.Context) error {
	all, err := p.svc.Agreements(c.Request.Context())
	if err != nil {
		return err
	}
	dir, err := p.svc.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{
		Caption: "Agreements", Cards: true, Empty: "None is on record. Referrals go on: an agreement counts once it is recorded here.",
		Columns: []components.Column{{Text: "Agreement"}, {Text: "Of"}, {Text: "With"}, {Text: "For"}, {Text: "Last day"}, {Text: "State"}},
	}
	soon := 0
	for i := range all {
		a := &all[i]
		state := a.State(models.Today(p.now()))
		if state == models.AgreementEnding {
			soon++
		}
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: a.Reference, Href: path + "/" + a.ID.String()}, {Text: dir.Name(a.OrgID)}, {Text: with(dir, a.WithOrgID)}, {Text: support(a.Pathways), Sub: audited(a.Purpose)}, {Text: models.Day(a.ExpiresOn)}, {Content: components.Tag(tag(state))},
		})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Agreements", path), Title: "Data-sharing agreements",
		Text:    models.Plural(soon, "agreement ends", "agreements end") + " within " + models.Count(models.AgreementSoon) + " days. After its last day, nothing new is referred to or from its organisation for what it covers, until another is recorded. Referrals that were sent go on.",
		Buttons: []components.ButtonParams{{Text: "Record an agreement", Href: path + "/new"}},
		Parts:   []admin.PartView{{Table: &table}},
	}
	v.Meta.Wide = true
	switch c.Query("done") {
	case "recorded":
		v.Meta.Flash = &layouts.Flash{Text: "The agreement is on record."}
	case "ended":
		v.Meta.Flash = &layouts.Flash{Text: "The agreement has ended."}
	}
	return render.OK(c, admin.Page(v))
}

func with(dir *directory.Snapshot, id uuid.UUID) string {
	if id == uuid.Nil {
		return "All organisations"
	}
	return dir.Name(id)
}

// audited says of an agreement that it is one to be audited.
func audited(purpose string) string {
	if purpose == models.AgreementAudit {
		return "To be audited"
	}
	return ""
}

func support(pathways []string) string {
	if len(pathways) == 0 {
		return "All support"
	}
	out := make([]string, len(pathways))
	for i, key := range pathways {
		out[i] = key
		if p, ok := models.FindPathway(key); ok {
			out[i] = p.Name
		}
	}
	return strings.Join(out, ", ")
}

func tag(state string) components.TagParams {
	switch state {
	case models.AgreementEnded:
		return components.TagParams{Text: "Ended early", Colour: "grey"}
	case models.AgreementPast:
		return components.TagParams{Text: "Expired", Colour: "red"}
	case models.AgreementLater:
		return components.TagParams{Text: "Not yet", Colour: "grey"}
	case models.AgreementEnding:
		return components.TagParams{Text: "Ends soon", Colour: "yellow"}
	}
	return components.TagParams{Text: "In force", Colour: "green"}
}

// draw asks for what an agreement says.
func (p *Pages) draw(c *gin.Context, t frame.Typed, faults components.FormErrors) error {
	dir, err := p.svc.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	others := []components.Option{{Text: "All organisations that take part", Selected: t.One("with_organisation_id") == ""}}
	for _, o := range dir.Organisations() {
		if o.ID != a.OrgID && o.Active {
			others = append(others, components.Option{Value: o.ID.String(), Text: o.Name, Selected: o.ID.String() == t.One("with_organisation_id")})
		}
	}
	var kinds []components.ChoiceItem
	for _, k := range models.Pathways() {
		kinds = append(kinds, components.ChoiceItem{Value: k.Key, Text: k.Name})
	}
	purpose := t.One("purpose")
	if len(t) == 0 {
		purpose = models.AgreementSharing
	}
	day := func(name, legend, hint string) templ.Component {
		return components.DateInput(components.DateInputParams{
			ID: name, Legend: legend, LegendSize: components.Small, Hint: hint, Error: faults.Of(name), Day: t.One(name + "-day"), Month: t.One(name + "-month"), Year: t.One(name + "-year"),
		})
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Record an agreement", path), Caption: a.OrgName, Title: "Record a data-sharing agreement", Button: "Record",
		After:  "It cannot be changed afterwards. One that is wrong is ended, and another recorded.",
		Cancel: &components.Link{Text: "Cancel", Href: path},
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "purpose", Legend: "What is it for?", LegendSize: components.Small, Items: frame.Choices(models.AgreementPurposes()), Value: purpose, Error: faults.Of("purpose")}),
			components.Select(components.SelectParams{Name: "with_organisation_id", Label: "With whom?", Options: others, Error: faults.Of("with_organisation_id")}),
			components.Checkboxes(components.CheckboxesParams{Name: "pathways", Legend: "For which support?", LegendSize: components.Small, Hint: "None chosen: for all", Items: kinds, Values: t["pathways"], Error: faults.Of("pathways"), IsSmall: true}),
			components.Radios(components.RadiosParams{Name: "basis", Legend: "What does the sharing rest on?", LegendSize: components.Small, Items: frame.Choices(models.AgreementBases()), Value: t.One("basis"), Error: faults.Of("basis")}),
			components.TextInput(components.TextInputParams{Name: "reference", Label: "Reference", Hint: "Where the signed agreement is found, such as its number", Value: t.One("reference"), Error: faults.Of("reference"), Autocomplete: "off"}),
			day("signed_on", "Signed on", "For example, 27 3 2026"),
			day("expires_on", "Last day", "The last day it holds"),
		},
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Agreements", Href: path}
	return render.Form(c, shared.Form(v), faults.Any())
}

// record keeps an agreement, or shows the form again with what was typed.
func (p *Pages) record(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := models.Agreement{Purpose: t.One("purpose"), Pathways: t["pathways"], Basis: t.One("basis"), Reference: t.One("reference")}
	var faults []models.FieldError
	date := func(name, label string) (out time.Time) {
		d, err := t.Date(name)
		if err != nil {
			faults = append(faults, models.Field(name, models.FieldInvalid, label+" must be a real date"))
		}
		if d != nil {
			out = *d
		}
		return out
	}
	in.SignedOn, in.ExpiresOn = date("signed_on", "The day it was signed"), date("expires_on", "The last day")
	if with := t.One("with_organisation_id"); with != "" {
		if in.WithOrgID, err = uuid.Parse(with); err != nil {
			faults = append(faults, models.Field("with_organisation_id", models.FieldUnknown, "Select another organisation from the list"))
		}
	}
	if _, err = p.svc.RecordAgreement(frame.Held(c, "", faults...), in); frame.IsInvalid(err) {
		return p.draw(c, t, frame.Errors(err, map[string]string{"signed_on": "signed_on-day", "expires_on": "expires_on-day"}))
	}
	if err != nil {
		return err
	}
	render.See(c, path+"?done=recorded")
	return nil
}

func (p *Pages) find(c *gin.Context) (models.Agreement, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.Agreement{}, models.NotFound("agreement")
	}
	return p.svc.Agreement(c.Request.Context(), id)
}

func (p *Pages) show(c *gin.Context) error {
	a, err := p.find(c)
	if err != nil {
		return err
	}
	return p.drawOne(c, a, frame.Typed{}, nil)
}

func (p *Pages) drawOne(c *gin.Context, a models.Agreement, t frame.Typed, faults components.FormErrors) error {
	dir, err := p.svc.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	state := tag(a.State(models.Today(p.now())))
	rows := []components.SummaryRow{
		{Key: "Of", Value: dir.Name(a.OrgID)},
		{Key: "With", Value: with(dir, a.WithOrgID)},
		{Key: "What it is for", Value: models.ChoiceWords(models.AgreementPurposes(), a.Purpose)},
		{Key: "For", Value: support(a.Pathways)},
		{Key: "Rests on", Value: models.ChoiceWords(models.AgreementBases(), a.Basis)},
		{Key: "Signed on", Value: models.Day(a.SignedOn)},
		{Key: "Last day", Value: models.Day(a.ExpiresOn)},
		{Key: "Recorded", Value: recorded(a)},
	}
	if a.EndedAt != nil {
		rows = append(rows, components.SummaryRow{Key: "Ended", Value: models.DateTime(*a.EndedAt)}, components.SummaryRow{Key: "Why", Value: a.EndedReason})
	}
	v := admin.PageView{Meta: p.frame.Meta(c, "Agreement", path), Caption: "Data-sharing agreement", Title: a.Reference, State: &state, Parts: []admin.PartView{{Rows: rows}}}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Agreements", Href: path}
	if me, err := models.ActorFrom(c.Request.Context()); err == nil && me.OrgID == a.OrgID && a.EndedAt == nil {
		v.Parts = append(v.Parts, admin.PartView{
			ID: "end", Title: "End it", Text: "It counts for nothing from then on. End one that was recorded wrongly too, and record it anew.",
			Form: &admin.ActView{
				Action: path + "/" + a.ID.String(), Hidden: [][2]string{{"version", models.Count(a.Version)}}, Button: components.ButtonParams{Text: "End the agreement", Kind: components.Warning, Once: true},
				Fields: []templ.Component{components.TextInput(components.TextInputParams{Name: "reason", Label: "Why does it end?", Value: t.One("reason"), Error: faults.Of("reason"), Autocomplete: "off"})},
			},
		})
	}
	return render.Form(c, admin.Page(v), faults.Any())
}

func recorded(a models.Agreement) string {
	if a.RecordedBy == "" {
		return models.DateTime(a.RecordedAt)
	}
	return models.DateTime(a.RecordedAt) + ", by " + a.RecordedBy
}

// end ends one before its time.
func (p *Pages) end(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("agreement")
	}
	_, err = p.svc.EndAgreement(frame.Held(c, t.One("version")), id, t.One("reason"))
	if frame.IsInvalid(err) {
		a, again := p.find(c)
		if again != nil {
			return again
		}
		return p.drawOne(c, a, t, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	render.See(c, path+"?done=ended")
	return nil
}

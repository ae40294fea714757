// Package operator serves the pages of whoever runs the installation: the
// organisations and their settings. None of them shows a person or a case.
package operator

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
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

const path = "/operator/organisations"

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *directory.Service

	accounts *accounts.Service
}

// New returns the pages.
func New(f frame.Frame, svc *directory.Service, people *accounts.Service) *Pages {
	return &Pages{frame: f, svc: svc, accounts: people}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	need := models.SystemOperate
	return slices.Concat(p.signOnRoutes(), []route.Route{
		{Method: http.MethodGet, Path: path, Need: need, Handle: p.list},
		{Method: http.MethodGet, Path: path + "/:id", Need: need, Handle: p.show},
		{Method: http.MethodGet, Path: path + "/:id/settings", Need: need, StepUp: true, Handle: p.form},
		{Method: http.MethodPost, Path: path + "/:id/settings", Need: need, StepUp: true, Handle: p.set},
		{Method: http.MethodPost, Path: "/operator/services/:id/:offer", Need: need, StepUp: true, Handle: p.offer},
	})
}

func (p *Pages) list(c *gin.Context) error {
	snap, err := p.svc.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{
		Caption: "Organisations", Cards: true, Empty: "There is none.",
		Columns: []components.Column{{Text: "Name"}, {Text: "Kind"}, {Text: "Idle time"}, {Text: "State"}},
	}
	for _, o := range snap.Organisations() {
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: o.Name, Href: path + "/" + o.ID.String()}, {Text: kind(o)}, {Text: models.Plural(o.IdleMinutes, "minute", "minutes")}, {Content: components.Tag(state(o.Active))},
		})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Organisations", path), Title: "Organisations", Text: "Who takes part. You see no person of theirs who works with cases, and no case.",
		Parts: []admin.PartView{{Table: &table}}, Buttons: []components.ButtonParams{{Text: "Directory feeds", Href: feeds, Kind: components.Secondary}, {Text: "Clock rules", Href: clockRules, Kind: components.Secondary}, {Text: "Messages", Href: "/operator/messages", Kind: components.Secondary}},
	}
	v.Meta.Wide = true
	return render.OK(c, admin.Page(v))
}

func kind(o models.Organisation) string { return strings.ReplaceAll(string(o.Kind), "_", " ") }

func state(active bool) components.TagParams {
	if active {
		return components.TagParams{Text: "Active", Colour: "green"}
	}
	return components.TagParams{Text: "Closed", Colour: "grey"}
}

func (p *Pages) find(c *gin.Context) (directory.Settings, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return directory.Settings{}, models.NotFound("organisation")
	}
	return p.svc.Settings(c.Request.Context(), id)
}

func (p *Pages) show(c *gin.Context) error {
	s, err := p.find(c)
	if err != nil {
		return err
	}
	tag := state(s.Active)
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Organisation", path), Caption: kind(s.Organisation), Title: s.Name, State: &tag,
		Buttons: []components.ButtonParams{{Text: "Change settings", Href: path + "/" + s.ID.String() + "/settings"}, {Text: "Single sign-on", Href: path + "/" + s.ID.String() + "/sign-on", Kind: components.Secondary}},
		Parts: []admin.PartView{{Rows: []components.SummaryRow{
			{Key: "Signed out after", Value: models.Plural(s.IdleMinutes, "minute", "minutes") + " without use"},
		}}},
	}
	v.Meta.Back = &components.Link{Text: "Organisations", Href: path}
	for _, one := range s.Services {
		part := admin.PartView{ID: "service-" + one.ID.String(), Title: one.Name, Text: "Offered. It can be sent referrals.", Form: &admin.ActView{
			Action: "/operator/services/" + one.ID.String() + "/stop", Button: components.ButtonParams{Text: "Stop offering " + one.Name, Kind: components.Secondary, Once: true},
		}}
		if !one.Active {
			part.Text, part.Form.Action = "Not offered. What it has goes on.", "/operator/services/"+one.ID.String()+"/offer"
			part.Form.Button.Text = "Offer " + one.Name
		}
		v.Parts = append(v.Parts, part)
	}
	return render.OK(c, admin.Page(v))
}

func (p *Pages) form(c *gin.Context) error {
	s, err := p.find(c)
	if err != nil {
		return err
	}
	return p.draw(c, s, typed{s.Name, strconv.Itoa(s.IdleMinutes), s.Active}, nil)
}

type typed struct {
	name, idle string
	active     bool
}

func (p *Pages) draw(c *gin.Context, s directory.Settings, t typed, faults components.FormErrors) error {
	back := path + "/" + s.ID.String()
	open := "yes"
	if !t.active {
		open = "no"
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Settings", path), Caption: s.Name, Title: "Settings", Button: "Save", Cancel: &components.Link{Text: "Cancel", Href: back},
		Hidden: []shared.Hidden{{Name: "version", Value: strconv.Itoa(s.Version)}},
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{Name: "name", Label: "Name", Value: t.name, Error: faults.Of("name"), Autocomplete: "off"}),
			components.TextInput(components.TextInputParams{
				Name: "idle_minutes", Label: "Minutes without use until people are signed out", Hint: "From 5 to 30", InputMode: "numeric", Value: t.idle,
				Error: faults.Of("idle_minutes"), Autocomplete: "off",
			}),
			components.Radios(components.RadiosParams{
				Name: "active", Legend: "Can its people sign in?", LegendSize: components.Small, Value: open,
				Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No, close it", Hint: "Everybody there is signed out at once."}},
			}),
		},
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Back", Href: back}
	return render.Form(c, shared.Form(v), faults.Any())
}

func (p *Pages) set(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("organisation")
	}
	t := typed{c.PostForm("name"), strings.TrimSpace(c.PostForm("idle_minutes")), c.PostForm("active") != "no"}
	minutes, _ := strconv.Atoi(t.idle)
	_, err = p.svc.SetSettings(frame.Held(c, c.PostForm("version")), id, directory.NewSettings{Name: t.name, IdleMinutes: minutes, Active: t.active})
	if faults, again := toMend(err, "name"); again {
		s, err := p.find(c)
		if err != nil {
			return err
		}
		return p.draw(c, s, t, faults)
	}
	if err != nil {
		return err
	}
	render.See(c, path+"/"+id.String())
	return nil
}

// toMend says what is to be corrected on a form, where that is what stands in the
// way; what somebody else has already is said beside the field.
func toMend(err error, field string) (components.FormErrors, bool) {
	if words, taken := frame.Conflict(err); taken && models.CodeOf(err) == models.CodeConflict {
		return components.FormErrors{{Field: field, Target: field, Message: words}}, true
	}
	return frame.Errors(err, nil), frame.IsInvalid(err)
}

func (p *Pages) offer(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	what := c.Param("offer")
	if err != nil || what != "offer" && what != "stop" {
		return models.NotFound("service")
	}
	org, err := p.svc.Offer(c.Request.Context(), id, what == "offer")
	if err != nil {
		return err
	}
	render.See(c, path+"/"+org.String())
	return nil
}

package cases

import (
	"slices"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// incidentForm asks about one more thing that happened to the victim of a case.
func (p *Pages) incidentForm(c *gin.Context) error {
	v, err := p.Cases.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	if v.Case.Status != models.CaseOpen {
		return p.moved(c, "Case "+v.Case.Reference, "/cases/"+v.Case.Reference, models.Conflict("This case is closed. Nothing can be added to it."))
	}
	return p.incidentPage(c, v.Case.Reference, typed{}, nil)
}

func (p *Pages) incidentPage(c *gin.Context, ref string, t typed, errs components.FormErrors) error {
	when, err := p.whenFields(c, &journey{Values: t}, errs)
	if err != nil {
		return err
	}
	path := "/cases/" + ref
	meta := p.Frame.Meta(c, "Add an incident, case "+ref, "/cases")
	meta.Back, meta.Errors = &components.Link{Text: "Back to the case", Href: path}, errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + ref, Title: "Add another incident", Lede: "Something else that happened to the same person. What services were sent before stays as it was.",
		Button: "Add incident", Cancel: &components.Link{Text: "Cancel", Href: path},
		Fields: append(append([]templ.Component{offences(t, errs, false)}, when...), summaryBox(t, errs)),
		After:  "A crime that gives Enhanced Rights puts them on, also where they were switched off before.",
	}), errs.Any())
}

func (p *Pages) incident(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := p.Cases.ID(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	ref, _ := models.ParseReference(c.Param("ref"))
	b := &build{at: map[string]place{}, today: models.Today(p.Now())}
	b.crime(t)
	b.when(t)
	b.incident().Summary = t.one("summary")
	b.to("incidents[0].summary", "account", "summary", "")
	if len(b.faults) > 0 {
		// The page's own faults and the service's are told together: the service
		// is not asked to keep anything it would refuse.
		return p.incidentPage(c, ref, t, p.together(b))
	}
	added, err := p.Cases.AddIncident(ctx, id, *b.incident())
	switch {
	case frame.IsInvalid(err):
		fields := models.FieldsOf(err)
		for i := range fields {
			fields[i].Field = "incidents[0]." + fields[i].Field
		}
		return p.incidentPage(c, ref, t, faultsShown(b.with(fields)))
	case err != nil:
		return p.moved(c, "Case "+ref, "/cases/"+ref, err)
	}
	done := "incident"
	if len(added.NewReasons) > 0 {
		done = "incident-rights"
	}
	render.See(c, "/cases/"+added.Reference+"?done="+done)
	return nil
}

// together are the faults of the page with those of what it could read.
func (p *Pages) together(b *build) components.FormErrors {
	anywhere := func(code string) (string, bool) { return code, true } // the page's list holds no other
	return faultsShown(b.with(models.CheckIncidents(b.in.Incidents, b.today, anywhere)))
}

// faultsShown are faults in the order of the page's controls.
func faultsShown(list []fault) components.FormErrors {
	order := []string{"offence", "strand", "when", "on", "from", "to", "reported", "force", "crime_reference", "place", "place_borough", "summary"}
	slices.SortStableFunc(list, func(a, b fault) int { return slices.Index(order, a.field) - slices.Index(order, b.field) })
	var out components.FormErrors
	for _, f := range list {
		out = append(out, components.FormError{Field: f.field, Target: f.target, Message: f.message})
	}
	return out
}

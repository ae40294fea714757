package protection

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/protection"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// conflicts is where anybody says whose records must not be theirs to open.
func (p *Pages) conflicts(c *gin.Context) error {
	return p.drawConflicts(c, http.StatusOK, frame.Typed{}, nil)
}

func (p *Pages) drawConflicts(c *gin.Context, status int, t frame.Typed, faults components.FormErrors) error {
	list, err := p.svc.Conflicts(c.Request.Context())
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	meta := p.frame.Meta(c, "Conflicts of interest", "")
	meta.Back, meta.Errors = &components.Link{Text: "Your account", Href: "/account"}, faults
	switch c.Query("done") {
	case "declared":
		meta.Flash = &layouts.Flash{Text: "It is on record. A record that is certainly meant is closed to you, and you are asked before one that may be."}
	case "ended":
		meta.Flash = &layouts.Flash{Text: "You have taken it back."}
	case "closed":
		meta.Flash = &layouts.Flash{Text: "The record is closed to you from now on. Your privacy officer has somebody else take on the work."}
	}
	v := admin.PageView{
		Meta: meta, Title: "Conflicts of interest",
		Text: "Declare the people you know, a crime that you or somebody close to you is suspected of, another name of yours, or another organisation you work for. " +
			"Nobody can read this page but you. You are not told whether there is a record.",
	}
	for _, d := range list {
		v.Parts = append(v.Parts, declared(d, dir.Name(d.EmployerID)))
	}
	v.Parts = append(v.Parts,
		admin.PartView{ID: "household", Title: "Your household", Text: "Surnames of people you live with, and where you live.", Links: []components.StackItem{{Link: components.Link{Text: "Your household", Href: "/household"}}}},
		admin.PartView{ID: "declare", Title: "Declare another", Form: &admin.ActView{
			Action: "/conflicts", Button: components.ButtonParams{Text: "Declare", Once: true}, Fields: conflictFields(t, dir.Organisations(), faults),
		}})
	return render.Page(c, status, admin.Page(v))
}

func declared(d models.Declaration, employer string) admin.PartView {
	part := admin.PartView{ID: "d-" + d.ID.String()}
	for _, k := range models.ConflictKinds() {
		if k.Key == string(d.Kind) {
			part.Title = k.Words
		}
	}
	add := func(key, value string, when bool) {
		if when {
			part.Rows = append(part.Rows, components.SummaryRow{Key: key, Value: value})
		}
	}
	add("Name", d.Name, d.Name != "")
	if d.DateOfBirth != nil {
		add("Date of birth", models.Day(*d.DateOfBirth), true)
	}
	add("Number or address", "Given. It is compared, and not kept to be read", d.Contact)
	add("Crime reference", "Given. It is compared, and not kept to be read", d.Crime)
	add("Organisation", employer, employer != "")
	add("Declared", models.DateTime(d.SaidAt), true)
	if d.EndedAt != nil {
		add("Taken back", models.DateTime(*d.EndedAt), true)
		return part
	}
	part.Form = &admin.ActView{
		Action: "/conflicts", Hidden: [][2]string{{"end", d.ID.String()}},
		Button: components.ButtonParams{Text: "Take back", Kind: components.Secondary, Once: true},
	}
	return part
}

func conflictFields(t frame.Typed, orgs []models.Organisation, faults components.FormErrors) []templComponent {
	options := []components.Option{{Text: "None", Selected: t.One("organisation_id") == ""}}
	for _, o := range orgs {
		options = append(options, components.Option{Value: o.ID.String(), Text: o.Name, Selected: o.ID.String() == t.One("organisation_id")})
	}
	text := func(name, label, hint string) templComponent {
		return components.TextInput(components.TextInputParams{Name: name, Label: label, Hint: hint, Value: t.One(name), Error: faults.Of(name), Autocomplete: "off"})
	}
	return []templComponent{
		components.Radios(components.RadiosParams{Name: "kind", Legend: "What do you declare?", LegendSize: components.Small, Items: frame.Choices(models.ConflictKinds()), Value: t.One("kind"), Error: faults.Of("kind")}),
		text("given_name", "Given name", "Of the person, or your other name"),
		text("family_name", "Family name", ""),
		components.DateInput(components.DateInputParams{
			ID: "date_of_birth", Legend: "Date of birth, if you know it", LegendSize: components.Small, Hint: "With it, a record is closed to you without a question", Error: faults.Of("date_of_birth"),
			Day: t.One("date_of_birth-day"), Month: t.One("date_of_birth-month"), Year: t.One("date_of_birth-year"),
		}),
		text("contact", "Their telephone number or email address, if you know it", ""),
		text("crime_reference", "Crime reference, if you know it", ""),
		components.Select(components.SelectParams{Name: "organisation_id", Label: "The other organisation you work for", Options: options, Error: faults.Of("organisation_id")}),
	}
}

// declare keeps a declaration, or takes one back.
func (p *Pages) declare(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	if end := t.One("end"); end != "" {
		id, err := uuid.Parse(end)
		if err != nil {
			return models.NotFound("declaration")
		}
		if _, err := p.svc.EndConflict(c.Request.Context(), id); err != nil {
			return err
		}
		render.See(c, "/conflicts?done=ended")
		return nil
	}
	in := models.NewDeclaration{
		Kind: models.ConflictKind(t.One("kind")), GivenName: t.One("given_name"), FamilyName: t.One("family_name"), Contact: t.One("contact"), CrimeReference: t.One("crime_reference"),
	}
	var faults components.FormErrors
	if in.DateOfBirth, err = t.Date("date_of_birth"); err != nil {
		faults = components.FormErrors{{Field: "date_of_birth", Target: "date_of_birth-day", Message: "Date of birth must be a real date"}}
	}
	if in.EmployerID, err = uuid.Parse(t.One("organisation_id")); err != nil && t.One("organisation_id") != "" {
		faults = append(faults, components.FormError{Field: "organisation_id", Target: "organisation_id", Message: "Select an organisation from the list"})
	}
	if len(faults) > 0 {
		return p.drawConflicts(c, http.StatusUnprocessableEntity, t, faults)
	}
	if _, err = p.svc.Declare(c.Request.Context(), in); frame.IsInvalid(err) {
		return p.drawConflicts(c, http.StatusUnprocessableEntity, t, frame.Errors(err, map[string]string{"date_of_birth": "date_of_birth-day"}))
	}
	if err != nil {
		return err
	}
	render.See(c, "/conflicts?done=declared")
	return nil
}

// conflict asks whether somebody knows the person a record is about. It says
// nothing of the record but why it asks.
func (p *Pages) conflict(c *gin.Context) error {
	t := frame.Typed{"next": {c.Query("next")}}
	return p.askConflict(c, t, nil)
}

func (p *Pages) askConflict(c *gin.Context, t frame.Typed, faults components.FormErrors) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("case")
	}
	why, err := p.svc.Asked(c.Request.Context(), id)
	if err != nil {
		return err
	}
	meta := p.frame.Meta(c, "Do you know this person?", "/cases")
	meta.Errors = faults
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Title: "Do you know this person?", Lede: whyAsked(why), Action: models.ConflictPath(id), Button: "Continue",
		Hidden: []shared.Hidden{{Name: "next", Value: frame.LocalPath(t.One("next"))}},
		After:  "If you know them, the record is closed to you now, and your privacy officer has somebody else take on the work. You have done nothing wrong.",
		Fields: []templComponent{
			components.Radios(components.RadiosParams{
				Name: "knows", Legend: "Do you know them, or anybody close to them?", LegendSize: components.Medium, Value: t.One("knows"), Error: faults.Of("knows"),
				Items: []components.ChoiceItem{{Value: "no", Text: "No"}, {Value: "yes", Text: "Yes, or I may"}},
			}),
			components.Radios(components.RadiosParams{Name: "reason", Legend: "If you do: how?", LegendSize: components.Small, Value: t.One("reason"), Error: faults.Of("reason"), Items: knowing()}),
		},
	}), faults.Any())
}

// knowing are the reasons of a bar that somebody can say of themselves.
func knowing() []components.ChoiceItem {
	var out []components.ChoiceItem
	for _, item := range reasons(models.GroupBar) {
		switch item.Value {
		case "knows_victim":
			item.Text = "I know them"
		case "family":
			item.Text = "They are family, or live with me"
		case "did_it":
			item.Text = "I am, or am close to, whoever did it"
		default:
			continue
		}
		out = append(out, item)
	}
	return out
}

func whyAsked(why string) string {
	switch why {
	case "own_name":
		return "The person in this record has your name. That may be chance."
	case "household":
		return "The person in this record has a surname of your household, and lives in your borough. That may be chance."
	case "declared":
		return "The person in this record may be somebody you told us about."
	case "employer":
		return "This record is of another organisation that you work for."
	}
	return "Nobody works with a record of somebody they know."
}

func (p *Pages) answerConflict(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("case")
	}
	in := protection.Knowing{Reason: t.One("reason")}
	if knows := t.One("knows") == "yes"; knows || t.One("knows") == "no" {
		in.Knows = &knows
	}
	known, err := p.svc.Know(c.Request.Context(), id, in)
	if frame.IsInvalid(err) {
		return p.askConflict(c, t, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	next := frame.LocalPath(t.One("next"))
	switch {
	case known.Knows:
		next = "/conflicts?" + url.Values{"done": {"closed"}}.Encode()
	case next == "":
		next = "/"
	}
	render.See(c, next)
	return nil
}

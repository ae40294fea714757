package rights

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/rights"
	"throughline/web/components"
	"throughline/web/pages/shared"

	view "throughline/web/pages/rights"
)

// review is the list of what is past keeping.
func (p *Pages) review(c *gin.Context) error {
	items, err := p.svc.Review(c.Request.Context())
	if err != nil {
		return err
	}
	waiting := &components.DataTable{
		Caption: "Waiting for a decision", Cards: true, Empty: "Nothing is past keeping.",
		Columns: []components.Column{{Text: "Record"}, {Text: "What goes"}, {Text: "Why"}, {Text: "Last used"}, {Text: "Past keeping since"}},
	}
	approved := &components.DataTable{
		Caption: "Approved", Cards: true, Empty: "Nothing waits for its time.",
		Columns: []components.Column{{Text: "Record"}, {Text: "What goes"}, {Text: "Goes after"}},
	}
	for _, i := range items {
		first := components.DataCell{Text: i.Reference, Href: "/retention/items/" + i.ID.String()}
		if i.Status == models.ItemApproved {
			approved.Rows = append(approved.Rows, []components.DataCell{first, {Text: models.ItemKindWords(i.Kind)}, {Text: dateTime(i.DeleteAfter)}})
			continue
		}
		k, _ := models.FindScheduleKind(i.Class)
		waiting.Rows = append(waiting.Rows, []components.DataCell{
			first, {Text: models.ItemKindWords(i.Kind)}, {Text: k.Words}, {Text: models.Date(i.Since)}, {Text: models.Date(i.DueOn)},
		})
	}
	v := view.View{
		Meta: p.meta(c, "Past keeping"), Nav: nav("/retention"), Title: "Past keeping",
		Text: "Found each night by your organisation's times. Nothing goes unless somebody approves it, and then not for two working days.",
		Parts: []view.Part{
			{ID: "waiting", Title: "Waiting for a decision", Table: waiting},
			{ID: "approved", Title: "Approved, can still be stopped", Table: approved},
		},
	}
	done(c, &v.Meta, map[string]string{"approved": "Approved. It can be stopped until its time.", "kept": "It is kept, and a hold says why."})
	return page(c, v, nil)
}

func (p *Pages) item(c *gin.Context) error {
	key, err := id(c)
	if err != nil {
		return err
	}
	i, err := p.svc.One(c.Request.Context(), key)
	if err != nil {
		return err
	}
	return p.itemPage(c, i, typed{}, nil)
}

func (p *Pages) itemPage(c *gin.Context, i rights.Item, t typed, errs components.FormErrors) error {
	k, _ := models.FindScheduleKind(i.Class)
	path := "/retention/items/" + i.ID.String()
	v := view.View{
		Meta: p.meta(c, "Past keeping, "+i.Reference), Caption: models.ItemKindWords(i.Kind), Title: i.Reference,
		Parts: []view.Part{{Rows: rowsOf("Schedule", k.Words, "Counted from", k.Counted, "Last used", models.Date(i.Since), "Past keeping since", models.Date(i.DueOn),
			"Where the time comes from", i.Source, "Goes after", dateTime(i.DeleteAfter))}},
	}
	v.Meta.Back = &components.Link{Text: "Past keeping", Href: "/retention"}
	switch i.Status {
	case models.ItemWaiting:
		v.Parts = append(v.Parts, view.Part{
			ID: "approve", Title: "Let it go", Text: goes(i.Kind) + " A certificate stays. It can be stopped for two working days.",
			Form: &view.Act{Action: path + "/approve", Button: components.ButtonParams{Text: "Approve deletion", Kind: components.Warning, Once: true}},
		})
	case models.ItemApproved:
		v.Tags = []components.TagParams{{Text: "Approved", Colour: "yellow"}}
	default:
		v.Tags = []components.TagParams{{Text: map[string]string{models.ItemKept: "Kept", models.ItemDeleted: "Deleted"}[i.Status], Colour: "grey"}}
		return page(c, v, errs)
	}
	v.Parts = append(v.Parts, view.Part{ID: "keep", Title: "Keep it", Form: &view.Act{Action: path + "/keep", Button: button("Keep it"), Fields: holdFields(t, errs)}})
	return page(c, v, errs)
}

func goes(kind string) string {
	switch kind {
	case "contact_details":
		return "Numbers, addresses, the code word and planned contacts are deleted. The case stays."
	case "referral_record":
		return "Contacts, questions, assignments and notes of your service on this referral are deleted. That there was a referral stays."
	}
	return "The case, its victim where no other case is theirs, and everything kept about it at every organisation are deleted."
}

func holdFields(t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		components.Radios(components.RadiosParams{Name: "reason", Legend: "Why does it have to be kept?", LegendSize: components.Small, IsSmall: true, Value: t.one("reason"), Error: errs.Of("reason"), Items: choices(models.HoldReasons())}),
		components.TextArea(components.TextAreaParams{Name: "note", Label: "Note (needed for something else)", Rows: 2, Value: t.one("note"), Error: errs.Of("note")}),
		components.DateInput(t.dateInput("until", "Until when? (optional)", "The last day. Left empty: until somebody lifts the hold.", errs)),
	}
}

func (p *Pages) approve(c *gin.Context) error {
	key, err := id(c)
	if err != nil {
		return err
	}
	if _, err := p.svc.Approve(c.Request.Context(), key); err != nil {
		return p.moved(c, "/retention/items/"+key.String(), err)
	}
	render.See(c, "/retention?done=approved")
	return nil
}

func (p *Pages) keep(c *gin.Context) error {
	key, err := id(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	until, errs := t.date("until", "Until when")
	if !errs.Any() {
		_, err = p.svc.KeepOn(c.Request.Context(), key, rights.KeepInput{Reason: t.one("reason"), Note: t.one("note"), Until: until})
		errs, _ = faults(err, "until")
	}
	if errs.Any() {
		i, err := p.svc.One(c.Request.Context(), key)
		if err != nil {
			return err
		}
		return p.itemPage(c, i, t, errs)
	}
	if err != nil {
		return p.moved(c, "/retention/items/"+key.String(), err)
	}
	render.See(c, "/retention?done=kept")
	return nil
}

func (p *Pages) schedules(c *gin.Context) error {
	list, err := p.svc.Schedules(c.Request.Context())
	if err != nil {
		return err
	}
	own := &components.DataTable{
		Caption: "Kept until somebody approves the deletion", Cards: true,
		Columns: []components.Column{{Text: "Record"}, {Text: "Kept"}, {Text: "Counted from"}, {Text: "Where it comes from"}},
	}
	for _, s := range list {
		k, _ := models.FindScheduleKind(s.Kind)
		who := "The product's number, " + models.Date(s.SourceDate)
		if s.Own {
			who = "Set by your organisation on " + models.Date(s.SetAt)
		}
		own.Rows = append(own.Rows, []components.DataCell{
			{Text: k.Words, Href: "/retention/schedules/" + s.Kind}, {Text: s.Words()}, {Text: k.Counted}, {Text: s.Source, Sub: who},
		})
	}
	swept := &components.DataTable{Caption: "Goes by itself", Cards: true, Columns: []components.Column{{Text: "What"}, {Text: "Kept"}, {Text: "Where it comes from"}}}
	for _, s := range models.SweptKinds() {
		swept.Rows = append(swept.Rows, []components.DataCell{{Text: s.Words}, {Text: s.Kept}, {Text: s.Source}})
	}
	v := view.View{
		Meta: p.meta(c, "How long records are kept"), Nav: nav("/retention/schedules"), Title: "How long records are kept",
		Text: "A hold keeps a record past its time. A case stays until the last service that worked on it may let its own record go.",
		Parts: []view.Part{
			{ID: "kinds", Title: "People's records", Table: own},
			{ID: "swept", Title: "What goes by itself", Text: "None of it is anybody's record.", Table: swept},
		},
	}
	done(c, &v.Meta, map[string]string{"set": "The time was set. It holds from now on."})
	return page(c, v, nil)
}

func (p *Pages) schedule(c *gin.Context) (models.Schedule, models.ScheduleKind, error) {
	list, err := p.svc.Schedules(c.Request.Context())
	if err != nil {
		return models.Schedule{}, models.ScheduleKind{}, err
	}
	i := slices.IndexFunc(list, func(s models.Schedule) bool { return s.Kind == c.Param("kind") })
	if i < 0 {
		return models.Schedule{}, models.ScheduleKind{}, models.NotFound("schedule")
	}
	k, _ := models.FindScheduleKind(list[i].Kind)
	return list[i], k, nil
}

func (p *Pages) scheduleForm(c *gin.Context) error {
	s, k, err := p.schedule(c)
	if err != nil {
		return err
	}
	return p.schedulePage(c, s, k, typed{"months": {strconv.Itoa(s.Months)}}, nil)
}

func (p *Pages) schedulePage(c *gin.Context, s models.Schedule, k models.ScheduleKind, t typed, errs components.FormErrors) error {
	return p.form(c, shared.FormView{
		Caption: "How long records are kept", Title: k.Words, Lede: "Kept " + s.Words() + " now, counted from " + k.Counted + ".", Action: "/retention/schedules/" + s.Kind, Button: "Set this time",
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{
				Name: "months", Label: "Months", Hint: "From " + models.Count(max(k.Least, 1)) + " to " + models.Count(k.Most), InputMode: "numeric", Classes: "govuk-input--width-4", Value: t.one("months"), Error: errs.Of("months"),
			}),
			components.TextArea(components.TextAreaParams{Name: "source", Label: "Who decided this, and why?", Rows: 3, Value: t.one("source"), Error: errs.Of("source")}),
		},
	}, components.Link{Text: "How long records are kept", Href: "/retention/schedules"}, errs)
}

func (p *Pages) setSchedule(c *gin.Context) error {
	s, k, err := p.schedule(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	months, err := strconv.Atoi(t.one("months"))
	if err != nil {
		months = 0
	}
	_, err = p.svc.SetSchedule(c.Request.Context(), s.Kind, rights.ScheduleInput{Months: months, Source: t.one("source")})
	if errs, is := faults(err); is {
		return p.schedulePage(c, s, k, t, errs)
	}
	if err != nil {
		return p.moved(c, "/retention/schedules", err)
	}
	render.See(c, "/retention/schedules?done=set")
	return nil
}

func (p *Pages) certificates(c *gin.Context) error {
	list, err := p.svc.Certificates(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Certificates", Cards: true, Empty: "Nothing has been deleted.",
		Columns: []components.Column{{Text: "Certificate"}, {Text: "Record"}, {Text: "What went"}, {Text: "When"}, {Text: "Why"}},
	}
	for _, d := range list {
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: d.Reference, Href: "/certificates/" + d.Reference},
			{Text: d.RecordReference},
			{Text: models.ItemKindWords(d.RecordKind)},
			{Text: models.DateTime(d.DeletedAt)},
			{Text: whyWords(d.Why)},
		})
	}
	return page(c, view.View{Meta: p.meta(c, "Certificates"), Nav: nav("/certificates"), Title: "Certificates of deletion", Text: "Each says what went, when and by which rule. None of them names anybody.", Parts: []view.Part{{Table: t}}}, nil)
}

func whyWords(why string) string {
	if why == "erasure" {
		return "Erased on request"
	}
	return "Past keeping"
}

func (p *Pages) certificate(c *gin.Context) error {
	d, err := p.svc.Certificate(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	rows := &components.DataTable{Caption: "Rows deleted", Columns: []components.Column{{Text: "Table"}, {Text: "Rows", Right: true}}}
	names := make([]string, 0, len(d.Counts))
	for name := range d.Counts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		rows.Rows = append(rows.Rows, []components.DataCell{{Text: name}, {Text: models.Count(d.Counts[name])}})
	}
	due := ""
	if d.DueOn != nil {
		due = models.Date(*d.DueOn)
	}
	state := components.TagParams{Text: "Unchanged", Colour: "green"}
	if !d.True {
		state = components.TagParams{Text: "Changed since it was made", Colour: "red"}
	}
	v := view.View{
		Meta: p.meta(c, "Certificate "+d.Reference), Caption: "Certificate of deletion", Title: d.Reference, Tags: []components.TagParams{state},
		Buttons: []components.ButtonParams{{Text: "Download as JSON", Href: "/certificates/" + d.Reference + "/download", Kind: components.Secondary}},
		Parts: []view.Part{
			{Rows: rowsOf("Record", d.RecordReference, "What went", models.ItemKindWords(d.RecordKind), "Why", whyWords(d.Why), "Rule", d.Class+": "+d.Source, "Past keeping since", due,
				"Approved by", d.ApprovedBy, "Approved", models.DateTime(d.ApprovedAt), "Second person", d.SecondBy, "Deleted", models.DateTime(d.DeletedAt), "SHA-256", d.Hash)},
			{ID: "rows", Title: "What was deleted", Table: rows},
		},
	}
	v.Meta.Back = &components.Link{Text: "Certificates", Href: "/certificates"}
	return page(c, v, nil)
}

// download gives the certificate as a file for a system to keep.
func (p *Pages) download(c *gin.Context) error {
	d, err := p.svc.Certificate(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(map[string]any{
		"reference": d.Reference, "why": d.Why, "record_kind": d.RecordKind, "record_reference": d.RecordReference, "class": d.Class, "source": d.Source,
		"approved_at": d.ApprovedAt, "deleted_at": d.DeletedAt, "rows": d.Counts, "hash": d.Hash, "unchanged": d.True,
	}, "", "  ")
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="certificate-`+d.Reference+`.json"`)
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "application/json; charset=utf-8", b)
	return nil
}

package complaints

import (
	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// newForm asks what was said, of whom and by whom. The case may be named in the
// address.
func (p *Pages) newForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	if len(t) == 0 {
		today := models.Today(p.now())
		t = frame.Typed{
			"received_on-day": {today.Format("2")}, "received_on-month": {today.Format("1")}, "received_on-year": {today.Format("2006")}, "kind": {models.KindComplaint},
		}
		if ref, err := models.ParseReference(c.Query("case")); err == nil {
			t["case_id"] = []string{ref}
		}
	}
	return p.page(c, frame.ComplaintsPath, shared.FormView{
		Title: "Record what was said of a service", Button: "Record it", Lede: "About your own organisation or another. To complain takes nobody's help away, and nobody has to give a name.",
		After: "Managers of the organisation read it. Whoever has the name of the worker does not, and neither do you if the name is yours.",
		Fields: []templ.Component{
			radios("kind", "What is it?", "", models.ComplaintKinds(), t, errs),
			components.Select(components.SelectParams{Name: "organisation_id", Label: "Which organisation is it about?", LabelSize: components.Small, Options: organisations(dir, t.One("organisation_id")), Error: errs.Of("organisation_id")}),
			components.Select(components.SelectParams{Name: "service_id", Label: "Which of its services? (optional)", LabelSize: components.Small, Options: services(dir, t.One("service_id")), Error: errs.Of("service_id")}),
			radios("from", "Who says it?", "", models.ComplaintSources(), t, errs),
			radios("channel", "How was it said?", "", models.ComplaintWays(), t, errs),
			components.DateInput(components.DateInputParams{
				ID: "received_on", Legend: "When was it received?", LegendSize: components.Small, Hint: "For example, 20 11 2026. The limits count from this day", Error: errs.Of("received_on"),
				Day: t.One("received_on-day"), Month: t.One("received_on-month"), Year: t.One("received_on-year"),
			}),
			radios("topic", "What is it about?", "", models.ComplaintTopics(), t, errs),
			area("said", "What was said?", "In their words where you can", t, errs),
			area("wants", "What do they want to happen? (optional)", "", t, errs),
			line("worker", "Name of the worker it is about (optional)", "As they gave it. The worker is kept from a complaint", t, errs),
			line("case_id", "Reference of the case (optional)", "Such as C-7KQ4-M2XA-A", t, errs),
		},
	}, errs)
}

func organisations(dir *directory.Snapshot, chosen string) []components.Option {
	out := []components.Option{{Text: "Select one", Selected: chosen == ""}}
	for _, o := range dir.Organisations() {
		out = append(out, components.Option{Value: o.ID.String(), Text: o.Name, Selected: o.ID.String() == chosen})
	}
	return out
}

func services(dir *directory.Snapshot, chosen string) []components.Option {
	out := []components.Option{{Text: "No one service", Selected: chosen == ""}}
	for _, s := range dir.Services("") {
		out = append(out, components.Option{Value: s.ID.String(), Text: dir.Name(s.OrgID) + ": " + s.Name, Selected: s.ID.String() == chosen})
	}
	return out
}

func (p *Pages) record(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := models.Complaint{
		Kind: t.One("kind"), SaidBy: t.One("from"), Channel: t.One("channel"), Topic: t.One("topic"), Said: t.One("said"), Wants: t.One("wants"), Worker: t.One("worker"),
	}
	in.OrgID, _ = uuid.Parse(t.One("organisation_id"))
	var wrong []models.FieldError
	if s := t.One("service_id"); s != "" {
		if in.ServiceID, err = uuid.Parse(s); err != nil {
			wrong = append(wrong, models.Field("service_id", models.FieldUnknown, "Select a service of that organisation"))
		}
	}
	on, err := t.Date("received_on")
	switch {
	case err != nil:
		wrong = append(wrong, models.Field("received_on", models.FieldInvalid, "Enter a real date, like 27 11 2026"))
	case on != nil:
		in.ReceivedOn = *on
	}
	ref := t.One("case_id")
	if written, err := models.ParseReference(ref); err == nil {
		ref = written
	}
	v, err := p.svc.Record(frame.Held(c, "", wrong...), in, ref)
	return p.done(c, err, frame.ComplaintsPath+"/"+v.ID.String(), frame.ComplaintsPath, t, map[string]string{"received_on": "received_on-day"}, p.newForm)
}

package referrals

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
	"throughline/services/sharing"
	"throughline/web/components"
	view "throughline/web/pages/referrals"
	"throughline/web/pages/shared"
)

// choice draws a service that fits, with why and how long it takes; plain is said
// of one of which there is nothing else to say.
func (p *Pages) choice(o directory.Option, n int, chosen, plain string) components.ServiceChoiceView {
	s := o.Service
	out := components.ServiceChoiceView{
		Name: "service", ID: "service-" + strconv.Itoa(n), Value: s.ID.String(), Title: s.Name + ", " + o.Organisation.Name,
		Checked: s.ID.String() == chosen, Waits: s.Capacity == models.CapacityLimited,
		Facts: []components.Fact{{Key: "Decides within", Value: models.WorkingDays(s.DecideDays)}},
	}
	if s.WaitDays != nil && *s.WaitDays > 0 {
		out.Facts = append(out.Facts, components.Fact{Key: "Wait", Value: models.Plural(*s.WaitDays, "day", "days")})
	}
	if s.PlacesTotal != nil && s.PlacesOpen != nil {
		free := components.Fact{Key: "Places free", Value: fmt.Sprintf("%d of %d", *s.PlacesOpen, *s.PlacesTotal)}
		if *s.PlacesTotal <= 12 {
			free.Meter = &components.Meter{Taken: *s.PlacesTotal - *s.PlacesOpen, Total: *s.PlacesTotal}
		}
		out.Facts = append(out.Facts, free)
	}
	if s.Opening != "" {
		out.Facts = append(out.Facts, components.Fact{Key: "Open", Value: s.Opening})
	}
	for _, r := range o.Reasons {
		out.Reasons = append(out.Reasons, components.Reason{Fit: components.FitUnknown, Text: r.Words})
	}
	if len(out.Reasons) == 0 {
		out.Reasons = []components.Reason{{Fit: components.FitYes, Text: plain}}
	}
	return out
}

func notOffered(o directory.Option) view.NotOffered {
	out := view.NotOffered{Title: o.Service.Name + ", " + o.Organisation.Name}
	for _, r := range o.Reasons {
		if r.Excludes {
			out.Reasons = append(out.Reasons, components.Reason{Fit: components.FitNo, Text: r.Words})
		}
	}
	return out
}

// needRows is what was said of the need, beside the choice.
func (p *Pages) needRows(j journey) []components.SummaryRow {
	pw := j.definition()
	rows := []components.SummaryRow{
		{Key: "Kind of help", Value: pw.Name},
		{Key: "Risk", Value: models.ChoiceWords(models.RiskLevels(), j.Priority)},
	}
	for _, a := range pw.Show(j.Answers) {
		rows = append(rows, components.SummaryRow{Key: a.Label, Value: a.Words})
	}
	return rows
}

// receiver is the organisation that is asked.
func (p *Pages) receiver(c *gin.Context, j journey) (models.Service, models.Organisation, error) {
	s, err := p.Directory.Service(c.Request.Context(), j.ServiceID)
	if err != nil {
		return s, models.Organisation{}, err
	}
	o, err := p.Directory.Organisation(c.Request.Context(), s.OrgID)
	return s, o, err
}

func (p *Pages) showAgreement(c *gin.Context, j journey, t typed, errs components.FormErrors) error {
	_, org, err := p.receiver(c, j)
	if err != nil {
		return err
	}
	basis, method, reason := j.Basis, j.Method, j.Reason
	if t != nil {
		basis, method, reason = t.one("basis"), t.one("method"), t.one("reason")
	}
	return p.question(c, j, shared.FormView{
		Title:  "Has the person agreed to share with " + org.Name + "?",
		Lede:   "This is for " + org.Name + " alone. Another service needs an agreement of its own.",
		Fields: frame.BasisFields(j.definition().Bases, basis, method, "reason", reason, errs),
	}, j.at("service"), errs)
}

func (p *Pages) takeAgreement(c *gin.Context, j *journey, t typed) ([]models.FieldError, error) {
	s, err := p.Directory.Service(c.Request.Context(), j.ServiceID)
	if err != nil {
		return nil, err
	}
	d := models.SharingDecision{ReceiverOrgID: s.OrgID, Purpose: "support", Basis: t.one("basis"), Method: t.one("method"), Reason: t.one("reason"), Fields: []string{"borough"}}
	if d.Basis != models.BasisAgreement {
		d.Method = models.MethodNone
	}
	d.Tidy()
	if faults := d.Check(models.Today(p.Now())); len(faults) > 0 {
		return faults, nil
	}
	if j.Basis != d.Basis || j.Method != d.Method || j.Reason != d.Reason {
		j.DecisionID, j.ReferralID = uuid.Nil, uuid.Nil
	}
	j.Basis, j.Method, j.Reason = d.Basis, d.Method, d.Reason
	return nil, nil
}

// ticked is what is chosen when the page of fields is first shown: what the
// pathway suggests, the names after acceptance, and never the address.
func ticked(j journey) (first, after []string) {
	if j.Shared || j.Moves != nil {
		return j.First, j.After
	}
	pw, _ := models.FindPathway(j.Pathway)
	names := []string{"given_name", "family_name", "known_as", "date_of_birth"}
	for _, f := range pw.SuggestedFields {
		if !slices.Contains(names, f) && f != "safe_contact" {
			first = append(first, f)
		}
	}
	return first, names
}

func (p *Pages) showShare(c *gin.Context, j journey, t typed, errs components.FormErrors) error {
	s, org, err := p.receiver(c, j)
	if err != nil {
		return err
	}
	first, after := ticked(j)
	if t != nil {
		first, after = t["first"], t["after"]
	}
	before, onAccept, err := p.Referrals.Preview(c.Request.Context(), referrals.PreviewInput{
		CaseID: j.CaseID, SharedFields: first, SharedAfterAcceptance: append(slices.Clone(after), "safe_contact"), Pathway: j.Pathway, Version: j.definition().Version, Answers: j.Answers,
	})
	if err != nil {
		return err
	}
	pw := j.definition()
	v := view.ShareView{
		Meta: p.Frame.Meta(c, "What they will see - case "+j.ref, "/cases"), Caption: j.caption() + " to " + s.Name, Receiver: org.Name,
		Fields: shareFields(j, first, after, errs), Before: frame.ContentRows(before, j.Pathway, pw.Version, p.Now()),
		After: frame.ContentRows(onAccept, j.Pathway, pw.Version, p.Now()),
		Note:  "From sending they also see which ways of contact are safe, and when. Numbers, addresses and the code word open once they accept.",
	}
	v.Meta.Wide, v.Meta.Errors, v.Meta.Back = true, errs, &components.Link{Text: "Back", Href: j.at("agreement")}
	status := http.StatusOK
	if errs.Any() {
		status = http.StatusUnprocessableEntity
	}
	return render.Page(c, status, view.Share(v))
}

func shareFields(j journey, first, after []string, errs components.FormErrors) []templ.Component {
	now, later := j.offered()
	out := []templ.Component{
		components.Checkboxes(components.CheckboxesParams{Name: "first", Legend: "As soon as you send it", LegendSize: components.Medium, IsSmall: true, Items: items(now), Values: first, Error: errs.Of("shared_fields")}),
	}
	if len(later) > 0 {
		out = append(out, components.Checkboxes(components.CheckboxesParams{Name: "after", Legend: "Once they accept", LegendSize: components.Medium, IsSmall: true, Items: items(later), Values: after}))
	}
	return out
}

// offered are the fields that can be ticked for each stage. A move passes on what
// was shared before, or less: never something new, and never earlier.
func (j journey) offered() (first, after []string) {
	for _, f := range models.SharableFields() {
		if f.Key == "safe_contact" {
			continue // always through its gate, never ticked
		}
		if j.Moves == nil || slices.Contains(j.Moves.First, f.Key) {
			first = append(first, f.Key)
		}
		if j.Moves == nil || slices.Contains(j.Moves.After, f.Key) {
			after = append(after, f.Key)
		}
	}
	return first, after
}

func items(fields []string) []components.ChoiceItem {
	var out []components.ChoiceItem
	for _, f := range models.SharableFields() {
		if slices.Contains(fields, f.Key) {
			out = append(out, components.ChoiceItem{Value: f.Key, Text: f.Words})
		}
	}
	return out
}

func (p *Pages) takeShare(c *gin.Context, j *journey, t typed) ([]models.FieldError, error) {
	if t.one("preview") != "" {
		if err := p.showShare(c, *j, t, nil); err != nil {
			return nil, err
		}
		return nil, errAnswered
	}
	known := func(list, offered []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(f string) bool { return !slices.Contains(offered, f) })
	}
	now, later := j.offered()
	first, after := known(t["first"], now), known(t["after"], later)
	after = slices.DeleteFunc(after, func(f string) bool { return slices.Contains(first, f) })
	if len(first) == 0 {
		return []models.FieldError{models.Field("shared_fields", models.FieldRequired, "Select at least one thing they can decide on")}, nil
	}
	if !slices.Equal(j.First, first) || !slices.Equal(j.After, after) {
		j.DecisionID, j.ReferralID = uuid.Nil, uuid.Nil
	}
	j.First, j.After, j.Shared = first, after, true
	return nil, nil
}

func (p *Pages) showCheck(c *gin.Context, j journey, t typed, errs components.FormErrors) error {
	s, org, err := p.receiver(c, j)
	if err != nil {
		return err
	}
	change := func(step, what string) []components.Link {
		return []components.Link{{Text: "Change", Href: j.at(step), Hidden: what}}
	}
	words := func(list []string) string {
		var out []string
		for _, f := range models.SharableFields() {
			if slices.Contains(list, f.Key) {
				out = append(out, f.Words)
			}
		}
		if len(out) == 0 {
			return "Nothing more"
		}
		return models.List(out)
	}
	why := models.ChoiceWords(models.SharingBases(), j.Basis)
	if j.Basis == models.BasisAgreement {
		why += ". " + models.ChoiceWords(models.SharingMethods(), j.Method)
	}
	rows := p.needRows(j)
	if j.Moves == nil {
		rows[0].Actions, rows[1].Actions = change("need", "the kind of help"), change("need", "the risk")
		for i := 2; i < len(rows); i++ {
			rows[i].Actions = change("questions", rows[i].Key)
		}
	}
	rows = append(rows,
		components.SummaryRow{Key: "Service", Value: s.Name + ", " + org.Name, Actions: change("service", "the service")},
		components.SummaryRow{Key: "Why you may share", Value: why, Actions: change("agreement", "why you may share")},
		components.SummaryRow{Key: "They see from sending", Value: words(j.First), Actions: change("share", "what they see from sending")},
		components.SummaryRow{Key: "They see once they accept", Value: words(append(slices.Clone(j.After), "safe_contact")), Actions: change("share", "what they see once they accept")},
	)
	if j.Moves != nil {
		return p.checkMove(c, j, t, rows, p.clocksThatStart(s, org), errs)
	}
	return p.question(c, j, shared.FormView{
		Title: "Check and send", Before: append(advice(j), components.SummaryList(components.SummaryListParams{Rows: rows})),
		Button: "Send referral", After: p.clocksThatStart(s, org),
	}, j.at("share"), errs)
}

// advice is what is worth thinking of before this is sent.
func advice(j journey) []templ.Component {
	var out []templ.Component
	for _, words := range models.Advise(j.definition().Advice, j.Answers) {
		out = append(out, components.WarningText(components.WarningTextParams{Text: words}))
	}
	return out
}

// clocksThatStart says what begins on sending, with its dates.
func (p *Pages) clocksThatStart(s models.Service, org models.Organisation) string {
	pick, err1 := p.Calendar.Due(p.Now(), s.AcknowledgeDays)
	decide, err2 := p.Calendar.Due(p.Now(), s.DecideDays)
	if err1 != nil || err2 != nil {
		return ""
	}
	return fmt.Sprintf("%s picks it up by %s and decides by %s. You still hold the case.", org.Name, models.DayIn(pick, p.Now()), models.DayIn(decide, p.Now()))
}

// decided records the decision to share with the receiver, once.
func (p *Pages) decided(ctx context.Context, j *journey, s models.Service) error {
	if j.DecisionID != uuid.Nil {
		return nil
	}
	fields := append(append(slices.Clone(j.First), j.After...), "safe_contact")
	d, err := p.Sharing.Record(ctx, j.CaseID, sharing.Input{ReceiverOrgID: s.OrgID, Purpose: "support", Basis: j.Basis, Method: j.Method, Reason: j.Reason, Fields: fields})
	if err != nil {
		return err
	}
	j.DecisionID = d.ID
	return p.save(ctx, *j)
}

// takeCheck records the decision to share, makes the referral and sends it. Each
// part that is made is kept in the draft at once, so that a repeated press, or
// one after a fault, goes on from there and makes nothing twice.
func (p *Pages) takeCheck(c *gin.Context, j *journey, t typed) ([]models.FieldError, error) {
	ctx := c.Request.Context()
	s, _, err := p.receiver(c, *j)
	if err != nil {
		return nil, err
	}
	if j.Moves != nil {
		return p.takeCheckedMove(c, j, t, s)
	}
	if err := p.decided(ctx, j, s); err != nil {
		return nil, err
	}
	if j.ReferralID == uuid.Nil {
		v, err := p.Referrals.Create(ctx, referrals.CreateInput{
			CaseID: j.CaseID, ServiceID: j.ServiceID, Pathway: j.Pathway, Answers: j.Answers, SharedFields: j.First,
			SharedAfterAcceptance: append(slices.Clone(j.After), "safe_contact"), SharingDecisionID: j.DecisionID, Priority: models.Priority(j.Priority),
		})
		if err != nil {
			return nil, err
		}
		j.ReferralID = v.ID
		if err := p.save(ctx, *j); err != nil {
			return nil, err
		}
	}
	v, err := p.Referrals.Do(ctx, j.ReferralID, models.ActSubmit, referrals.ActionInput{})
	if err != nil {
		return nil, err
	}
	if err := p.sentOff(ctx, j.CaseID); err != nil {
		return nil, err
	}
	render.See(c, path(v)+"/sent")
	return nil, errAnswered
}

// sentOff drops the draft of what was sent.
func (p *Pages) sentOff(ctx context.Context, caseID uuid.UUID) error {
	id, err := p.draftFor(ctx, caseID)
	if err != nil {
		return err
	}
	return p.Drafts.Delete(ctx, draftKind, id)
}

// sentPage says what was done, who has it now, and what happens next.
func (p *Pages) sentPage(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	meta := p.Frame.Meta(c, "Referral "+v.Reference+" sent", "/referrals")
	next := []string{v.To.Name + " has it in their inbox."}
	links, err := p.Referrals.Links(c.Request.Context(), &v)
	if err != nil {
		return err
	}
	if links.Before != "" {
		next = append(next, "Referral "+links.Before+" ended: this one takes its place.")
	}
	for _, k := range v.Clocks {
		if k.Open() {
			next = append(next, k.Rule.Words()+": by "+models.DayIn(k.DueAt, p.Now())+".")
		}
	}
	next = append(next, "You will hear on Today.", "You still hold the case.")
	return render.OK(c, shared.Done(shared.DoneView{
		Meta: meta, Title: "Referral sent", Text: "Its number is " + v.Reference, Next: next,
		Links: []components.Link{{Text: "See the referral", Href: path(v)}, {Text: "Back to the case", Href: "/cases/" + v.CaseReference}},
	}))
}

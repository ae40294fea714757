package cases

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/cases"
)

// show is the whole picture of one case: how its victim is safely reached comes
// first (ux.md 3.1).
func (p *Pages) show(c *gin.Context) error {
	v, err := p.Cases.ReadByReference(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	path := "/cases/" + v.Case.Reference
	meta := p.Frame.Meta(c, "Case "+v.Case.Reference, "/cases")
	meta.Wide = true
	meta.Top = components.Identity(p.identity(&v))
	if words, ok := done()[c.Query("done")]; ok {
		meta.Flash = flash(words)
	}
	a, _ := models.ActorFrom(c.Request.Context())
	if v.EmergencyLeft > 0 {
		return p.emergency(c, &v, meta, path)
	}
	page := view.CaseView{
		Meta: meta, Safe: p.safe(&v, path), Parts: frame.CaseParts(a, path, ""), Holders: p.holders(v.Holders, v.Duties),
		HeldBy: v.Accountable.Name, Referrals: p.referrals(&v, path, a), Owed: p.owed(&v), Events: p.events(&v),
		Facts: p.facts(&v),
	}
	if a.Can(models.ReferralSend) && v.Case.Status == models.CaseOpen {
		page.Refer = &components.Link{Text: "Refer to a service", Href: path + "/refer", Keys: "r"}
	}
	if a.Can(models.CaseCreate) && v.Case.Status == models.CaseOpen {
		page.Add = []components.StackItem{
			{Link: components.Link{Text: "Record what happened", Href: path + "/events/record"}, Note: "police, court or prison"},
			{Link: components.Link{Text: "Add another incident", Href: path + "/incident"}},
			{Link: components.Link{Text: "Answer the equality questions", Href: path + "/equality"}},
		}
	}
	page.Line = lineLinks(a, &v, path)
	if a.Can(models.ContactRecord) {
		page.Safe.Record = &components.Link{Text: "Plan a contact", Href: path + "/contact"}
	}
	return render.OK(c, view.Case(page))
}

// lineLinks lead on from who holds the case: to what is in the air, to handing it
// over, and to closing it.
func lineLinks(a models.Actor, v *cases.View, path string) []components.StackItem {
	var out []components.StackItem
	add := func(text, href, note string) {
		out = append(out, components.StackItem{Link: components.Link{Text: text, Href: href}, Note: note})
	}
	for i := range v.Handoffs {
		h := &v.Handoffs[i]
		words := "Offered to " + h.To.Name + ", waiting since " + models.DayIn(h.SentAt, v.At)
		if h.Late(v.At) {
			words += ". Late"
		}
		href := path + "/journey"
		if h.FromOrgID == a.OrgID || h.ToOrgID == a.OrgID {
			href = "/handoffs/" + h.Reference
		}
		add(h.Duty.Words()+": hand-off "+h.Reference, href, words)
	}
	if !a.Can(models.HandoffSend) {
		return out
	}
	if v.Case.Status == models.CaseClosed {
		add("Open this case again", path+"/reopen", "")
		return out
	}
	add("Hand over the case or a duty", path+"/hand-over", "")
	if v.HolderIsOwn {
		add("Close this case", path+"/close", "")
	}
	return out
}

// emergency is the picture of a case under emergency access: it is read, and
// leads nowhere (services/protection).
func (p *Pages) emergency(c *gin.Context, v *cases.View, meta layouts.PageMeta, path string) error {
	minutes := int((v.EmergencyLeft + time.Minute - 1) / time.Minute)
	left := strconv.Itoa(minutes) + " minutes left"
	if minutes == 1 {
		left = "less than a minute left"
	}
	meta.Flash = &layouts.Flash{Title: "Emergency access", Text: "Emergency access: " + left + ". Your privacy officer was told. You can read this page and change nothing.", Info: true}
	safe := p.safe(v, path)
	safe.Change = nil
	referrals := p.referrals(v, path, models.Actor{})
	for i := range referrals.Rows {
		referrals.Rows[i][0].Href = ""
	}
	return render.OK(c, view.Case(view.CaseView{
		Meta: meta, Safe: safe, Parts: []components.SubNavItem{{Text: "Overview", Href: path, Current: true}}, Holders: p.holders(v.Holders, v.Duties), HeldBy: v.Accountable.Name, Referrals: referrals, Owed: p.owed(v), Events: p.events(v), Facts: p.facts(v),
	}))
}

func (p *Pages) identity(v *cases.View) components.IdentityView {
	id := components.IdentityView{
		Label: "Who this case is about", Name: v.Victim.Name(), Facts: []components.Fact{{Key: "Case", Value: v.Case.Reference}},
	}
	add := func(key, value string) {
		if value != "" {
			id.Facts = append(id.Facts, components.Fact{Key: key, Value: value})
		}
	}
	if v.Victim.KnownAs != "" && v.Victim.KnownAs != id.Name {
		add("Goes by", v.Victim.KnownAs)
	}
	if born := v.Victim.DateOfBirth; born != nil {
		add("Age", strconv.Itoa(models.AgeOn(*born, models.Today(v.At))))
	}
	add("Lives in", v.Boroughs[v.Victim.Borough])
	add("Language", v.Victim.Language)
	if v.Victim.InterpreterNeeded != nil && *v.Victim.InterpreterNeeded {
		id.Flags = append(id.Flags, components.TagParams{Text: "Interpreter needed", Colour: "open"})
	}
	if v.Case.RiskLevel == models.PriorityHigh {
		id.Flags = append(id.Flags, components.TagParams{Text: "High risk", Colour: "red"})
	}
	if v.Case.Enhanced {
		id.Flags = append(id.Flags, components.TagParams{Text: "Enhanced rights", Colour: "purple"})
	}
	if v.Case.Status == models.CaseClosed {
		id.Flags = append(id.Flags, components.TagParams{Text: "Closed", Colour: "open"})
	}
	return id
}

// safe is the first block of every page about a person.
func (p *Pages) safe(v *cases.View, path string) components.SafeContactView {
	points := make([]models.ContactPoint, len(v.Contact.Points))
	for i := range v.Contact.Points {
		points[i] = v.Contact.Points[i].ContactPoint
	}
	s := frame.SafeContact(points, v.Contact.Values, v.Contact.CodeWord, v.At)
	s.Change = &components.Link{Text: "Change safe contact", Href: path + "/safe-contact"}
	return s
}

// holders are the line of who held the case, one under the other.
func (p *Pages) holders(line []cases.Holder, apart []cases.DutyLine) []view.HolderView {
	var out []view.HolderView
	for _, h := range line {
		until, end := "now", p.Now()
		if h.Until != nil {
			until, end = models.DayIn(*h.Until, p.Now()), *h.Until
		}
		out = append(out, view.HolderView{
			Name: h.Organisation.Name, Kind: bandOf(h.Organisation.Kind),
			Words: models.DayIn(h.From, p.Now()) + " to " + until + ", " + models.Length(end.Sub(h.From)),
		})
	}
	for _, d := range apart {
		if d.Until == nil {
			out = append(out, view.HolderView{
				Name: d.Organisation.Name, Kind: bandOf(d.Organisation.Kind), Words: d.Duty.Words() + " alone, since " + models.DayIn(d.From, p.Now()),
			})
		}
	}
	return out
}

// bandOf is the pattern of an organisation's kind (ux.md section 2).
func bandOf(k models.OrganisationKind) string {
	switch k {
	case models.KindPolice, models.KindTransport:
		return "police"
	case models.KindWitnessCare, models.KindCourt, models.KindCPS:
		return "court"
	case models.KindLocalAuthority, models.KindMASH, models.KindMARAC, models.KindSchool, models.KindHousing, models.KindYouthJustice:
		return "council"
	case models.KindNHS, models.KindChildHouse:
		return "health"
	case models.KindProbation, models.KindPrison:
		return "probation"
	case models.KindCharity:
		return "charity"
	case models.KindCommissioner, models.KindCityHall, models.KindOperator:
		return "victim"
	}
	return "victim"
}

func (p *Pages) referrals(v *cases.View, path string, a models.Actor) components.DataTable {
	t := components.DataTable{
		Caption: "Referrals of this case", Cards: true, Empty: "Nobody has been asked yet. Refer to a service.",
		Columns: []components.Column{{Text: "Referral"}, {Text: "Service"}, {Text: "State"}, {Text: "Clock"}, {Text: "Sent"}},
	}
	for _, r := range slices.Backward(v.Referrals) {
		row := []components.DataCell{
			{Text: r.Reference, Href: "/referrals/" + r.Reference}, {Text: r.Service, Sub: r.To.Name}, {Content: components.StateTag(string(r.Status))}, {}, {Text: "Not sent"},
		}
		if k := next(v.Clocks, r); k != nil {
			row[3].Content, row[3].Sub = components.Clock(clock(k)), k.Rule.Words()
		}
		if r.SubmittedAt != nil {
			row[4].Text = models.DayIn(*r.SubmittedAt, v.At)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// next is the clock of a referral that is due first.
func next(clocks []cases.ClockLine, r cases.ReferralLine) *cases.ClockLine {
	var found *cases.ClockLine
	for i := range clocks {
		k := &clocks[i]
		if k.ReferralID != nil && *k.ReferralID == r.ID && k.Open() && (found == nil || k.DueAt.Before(found.DueAt)) {
			found = k
		}
	}
	return found
}

func clock(k *cases.ClockLine) components.ClockView {
	return components.ClockView{Kind: components.ClockKind(k.State), Words: k.Text.Words, Paused: k.Text.Paused}
}

// owed are the duties that run, the first due first.
func (p *Pages) owed(v *cases.View) components.DataTable {
	t := components.DataTable{
		Caption: "What is owed now", Cards: true, Columns: []components.Column{{Text: "What"}, {Text: "Owed by"}, {Text: "Clock"}}, Empty: "Nothing is owed now.",
	}
	if len(v.Clocks) == 0 {
		t.Empty = "No clock has started."
	}
	open := slices.DeleteFunc(slices.Clone(v.Clocks), func(k cases.ClockLine) bool { return !k.Open() })
	slices.SortStableFunc(open, func(a, b cases.ClockLine) int { return a.DueAt.Compare(b.DueAt) })
	for i := range open {
		t.Rows = append(t.Rows, []components.DataCell{{Text: open[i].Rule.Words()}, {Text: owedBy(&open[i])}, {Content: components.Clock(clock(&open[i]))}})
	}
	return t
}

// owedBy is who owes a duty; a window is the victim's to use.
func owedBy(k *cases.ClockLine) string {
	if k.Rule == models.RuleReviewWindow || k.Rule == models.RuleLenientSentence {
		return "Theirs to use"
	}
	return k.Holder.Name
}

func (p *Pages) events(v *cases.View) []components.TimelineEntry {
	var out []components.TimelineEntry
	for _, e := range v.Events {
		by := e.Org
		if e.Person != "" {
			by = e.Person + ", " + e.Org
		}
		out = append(out, components.TimelineEntry{
			Title: eventWords(&e), By: by, When: models.DateTimeIn(e.At, v.At), Datetime: e.At.UTC().Format("2006-01-02T15:04:05Z"), Text: e.Reference,
		})
	}
	return out
}

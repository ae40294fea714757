package cases

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/charts"
	"throughline/web/components"
	view "throughline/web/pages/cases"
)

// line is the page of a case's throughline.
func (p *Pages) line(c *gin.Context) error {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	j, err := p.Cases.Journey(c.Request.Context(), id)
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	meta := p.Frame.Meta(c, "The line of case "+j.Reference, "/cases")
	meta.Wide = true
	path := "/cases/" + j.Reference
	return render.OK(c, view.Line(view.LineView{
		Meta: meta, Caption: "Case " + j.Reference, Parts: frame.CaseParts(a, path, "journey"), Says: lineSays(&j), Chain: lineChain(&j), Figure: Throughline(&j, a).Figure(),
	}))
}

// lineSays is the line in a sentence.
func lineSays(j *cases.Journey) string {
	h := j.Holders[len(j.Holders)-1]
	words := "Held now by " + h.Organisation.Name + ", for " + models.Length(j.At.Sub(h.From)) + "."
	if j.Status == models.CaseClosed {
		words = "Closed. Held last by " + h.Organisation.Name + "."
	}
	if n := len(j.Gaps); n > 0 {
		words += " " + models.Plural(n, "gap", "gaps") + " in " + models.Length(j.At.Sub(j.LoggedAt)) + "."
	}
	return words
}

// lineChain is the line standing on end: holders and gaps by when they begin.
func lineChain(j *cases.Journey) []view.HolderView {
	type link struct {
		at time.Time
		v  view.HolderView
	}
	var links []link
	for _, h := range j.Holders {
		links = append(links, link{h.From, view.HolderView{Name: h.Organisation.Name, Kind: bandOf(h.Organisation.Kind), Words: stretch(h.From, h.Until, j.At)}})
	}
	for _, g := range j.Gaps {
		links = append(links, link{g.From, view.HolderView{Name: "Gap: " + models.Length(end(g.Until, j.At).Sub(g.From)), Kind: "gap", Words: g.Why + ". " + stretch(g.From, g.Until, j.At)}})
	}
	slices.SortStableFunc(links, func(a, b link) int { return a.at.Compare(b.at) })
	out := make([]view.HolderView, len(links))
	for i := range links {
		out[i] = links[i].v
	}
	return out
}

func end(until *time.Time, now time.Time) time.Time {
	if until == nil {
		return now
	}
	return *until
}

func stretch(from time.Time, until *time.Time, now time.Time) string {
	to := "now"
	if until != nil {
		to = models.DayIn(*until, now)
	}
	return models.DayIn(from, now) + " to " + to + ", " + models.Length(end(until, now).Sub(from))
}

// lookOf is the pattern of an organisation's kind (ux.md section 2).
func lookOf(k models.OrganisationKind) charts.Look {
	return map[string]charts.Look{
		"police": charts.Solid, "victim": charts.Dots, "charity": charts.Lines, "court": charts.Bars, "council": charts.Chevrons, "health": charts.Rings, "probation": charts.Grid,
	}[bandOf(k)]
}

// Throughline makes the picture of a journey and the table of the same facts,
// from one reading of what is stored. Each mark leads to its record, where the
// reader can open it.
func Throughline(j *cases.Journey, a models.Actor) charts.Line {
	l := charts.Line{
		ID: "line", Title: "Who has held this case, " + models.DayIn(j.LoggedAt, j.At) + " to " + models.DayIn(j.At, j.At), Desc: lineSays(j) + " The table after this picture has every date.",
		From: j.LoggedAt, Now: j.At, Until: j.At,
	}
	for _, g := range j.Gaps {
		label := "Gap: "
		if strings.Contains(g.Why, "not been told") {
			label = "Victim not told: "
		}
		l.Gaps = append(l.Gaps, charts.Gap{From: g.From, Until: end(g.Until, j.At), Label: label + models.Length(end(g.Until, j.At).Sub(g.From)), Href: gapHref(j, g, a)})
	}
	for i := range j.Clocks {
		k := &j.Clocks[i]
		if k.State == models.ClockNotApplicable {
			continue
		}
		l.Until = later(l.Until, k.DueAt)
		l.Clocks = append(l.Clocks, charts.Mark{At: k.DueAt, Kind: string(k.State), Label: k.Rule.Words(), Href: clockHref(j, k)})
	}
	slices.SortStableFunc(l.Clocks, func(a, b charts.Mark) int { return a.At.Compare(b.At) })
	addHolders(&l, j, a)
	for i := range j.Referrals {
		r := &j.Referrals[i]
		if r.SubmittedAt == nil {
			continue
		}
		l.Branches = append(l.Branches, charts.Branch{
			Name: r.Service, Note: components.StateWord(string(r.Status)), Look: lookOf(r.To.Kind), Sent: *r.SubmittedAt, Accepted: r.AcceptedAt,
			Until: end(r.EndedAt, j.At), Ended: r.EndedAt != nil, Href: "/referrals/" + r.Reference,
		})
	}
	slices.SortStableFunc(l.Branches, func(a, b charts.Branch) int { return a.Sent.Compare(b.Sent) })
	l.Marks = typedMarks(j)
	for _, m := range l.Marks {
		l.From, l.Until = earlier(l.From, m.At), later(l.Until, m.At)
	}
	if room := l.Until.Sub(l.From); room < 24*time.Hour {
		l.Until = l.From.Add(24 * time.Hour)
	}
	l.Ticks = ticks(l.From, l.Until)
	l.Table = lineTable(&l, j, a)
	return l
}

func addHolders(l *charts.Line, j *cases.Journey, a models.Actor) {
	moved := map[int64]*cases.HandoffLine{}
	for i := range j.Handoffs {
		h := &j.Handoffs[i]
		p := charts.Pass{Offered: h.SentAt, Answered: end(h.DecidedAt, j.At), Accepted: h.Status == models.HandoffAccepted, Open: h.InTheAir(), Word: h.OffSystem, Label: h.Reference + ", " + models.LowerFirst(h.Status.Words()), Href: handoffHref(h, a)}
		l.Passes = append(l.Passes, p)
		l.From = earlier(l.From, h.SentAt)
		if p.Accepted && h.Duty == models.DutyCase {
			moved[h.DecidedAt.UnixMicro()] = h
		}
	}
	for _, h := range j.Holders {
		b := charts.Band{Name: h.Organisation.Name, Look: lookOf(h.Organisation.Kind), From: h.From, Until: end(h.Until, j.At), Open: h.Until == nil}
		if by := moved[h.From.UnixMicro()]; by != nil {
			b.Href, b.Word = handoffHref(by, a), by.OffSystem
		}
		l.Bands = append(l.Bands, b)
	}
	for _, d := range j.Duties {
		l.Duties = append(l.Duties, charts.Band{Name: d.Duty.Words() + ": " + d.Organisation.Name, Look: lookOf(d.Organisation.Kind), From: d.From, Until: end(d.Until, j.At), Open: d.Until == nil})
	}
}

// typedMarks are what else has a place on the line: the typed events of a case
// (referrals.md section 4), by when they happened.
func typedMarks(j *cases.Journey) []charts.Mark {
	var out []charts.Mark
	for i := range j.Events {
		if e := &j.Events[i]; e.ID != uuid.Nil {
			out = append(out, charts.Mark{At: e.At, Label: e.Happened, Who: e.Org, Href: "/cases/" + j.Reference + "/events?event=" + e.ID.String()})
		}
	}
	slices.SortStableFunc(out, func(a, b charts.Mark) int { return a.At.Compare(b.At) })
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// handoffHref leads to a hand-off, for its two sides.
func handoffHref(h *cases.HandoffLine, a models.Actor) string {
	if h.FromOrgID == a.OrgID || h.ToOrgID == a.OrgID {
		return "/handoffs/" + h.Reference
	}
	return ""
}

func gapHref(j *cases.Journey, g cases.Gap, a models.Actor) string {
	for i := range j.Handoffs {
		if j.Handoffs[i].Reference == g.Reference {
			return handoffHref(&j.Handoffs[i], a)
		}
	}
	return ""
}

func clockHref(j *cases.Journey, k *cases.ClockLine) string {
	if k.ReferralID != nil {
		for i := range j.Referrals {
			if j.Referrals[i].ID == *k.ReferralID {
				return "/referrals/" + j.Referrals[i].Reference
			}
		}
	}
	return "/cases/" + j.Reference + "#owed"
}

// ticks are the lines of the scale: days up to thirty, weeks up to twenty-six,
// months beyond, and every third or twelfth of those where they would not fit.
func ticks(from, until time.Time) []charts.Tick {
	const day = 24 * time.Hour
	start := from.In(models.London())
	y, m, d := start.Date()
	days := int(until.Sub(from)/day) + 1
	next := func(i int) time.Time { return time.Date(y, m, d+i, 0, 0, 0, 0, models.London()) }
	form := "Mon 2"
	switch {
	case days > 26*7:
		step := max(1, days/30/20)
		next, form = func(i int) time.Time { return time.Date(y, m+time.Month(i*step), 1, 0, 0, 0, 0, models.London()) }, "Jan 06"
	case days > 30:
		next, form = func(i int) time.Time { return time.Date(y, m, d+7*i, 0, 0, 0, 0, models.London()) }, "2 Jan"
	}
	var out []charts.Tick
	for i := 0; ; i++ {
		at := next(i)
		if at.After(until) {
			return out
		}
		if !at.Before(from) {
			out = append(out, charts.Tick{At: at, Label: at.Format(form)})
		}
	}
}

// lineRow is one fact of the line, for its table.
type lineRow struct {
	at    time.Time
	cells []components.DataCell
}

// lineTable says all that the picture shows, and what it has no room for, oldest
// first.
func lineTable(l *charts.Line, j *cases.Journey, a models.Actor) components.DataTable {
	var rows []lineRow
	add := func(at time.Time, what, href, who string, until *time.Time, length string) {
		to := ""
		if until != nil {
			to = models.DateTimeIn(*until, j.At)
		}
		rows = append(rows, lineRow{at, []components.DataCell{{Text: what, Href: href}, {Text: who}, {Text: models.DateTimeIn(at, j.At)}, {Text: to}, {Text: length}}})
	}
	for i, h := range j.Holders {
		add(h.From, "Holds the case", l.Bands[i].Href, h.Organisation.Name, h.Until, models.Length(end(h.Until, j.At).Sub(h.From)))
	}
	for _, d := range j.Duties {
		add(d.From, d.Duty.Words()+" alone", "", d.Organisation.Name, d.Until, models.Length(end(d.Until, j.At).Sub(d.From)))
	}
	for i := range j.Handoffs {
		h := &j.Handoffs[i]
		what := "Hand-off " + h.Reference + ": " + strings.ToLower(h.Duty.Words()) + ", " + strings.ToLower(h.Status.Words())
		if h.OffSystem {
			what += ", by their word"
		}
		add(h.SentAt, what, handoffHref(h, a), h.From.Name+" to "+h.To.Name, h.DecidedAt, models.Length(end(h.DecidedAt, j.At).Sub(h.SentAt)))
		if h.ToldAt != nil {
			add(*h.ToldAt, "They were told of hand-off "+h.Reference, handoffHref(h, a), h.To.Name, nil, "")
		}
	}
	for _, g := range j.Gaps {
		add(g.From, "Gap: "+g.Why, gapHref(j, g, a), "", g.Until, models.Length(end(g.Until, j.At).Sub(g.From)))
	}
	for i := range j.Referrals {
		if r := &j.Referrals[i]; r.SubmittedAt != nil {
			add(*r.SubmittedAt, "Referral "+r.Reference+", "+strings.ToLower(components.StateWord(string(r.Status))), "/referrals/"+r.Reference, r.Service, r.EndedAt, models.Length(end(r.EndedAt, j.At).Sub(*r.SubmittedAt)))
		}
	}
	for i := range j.Clocks {
		k := &j.Clocks[i]
		add(k.StartedAt, k.Rule.Words()+": "+k.Text.Words, clockHref(j, k), k.Holder.Name, k.StoppedAt, "Due "+models.DayIn(k.DueAt, j.At))
	}
	for _, m := range l.Marks {
		add(m.At, m.Label, m.Href, m.Who, nil, "")
	}
	slices.SortStableFunc(rows, func(a, b lineRow) int { return cmp.Compare(a.at.UnixMicro(), b.at.UnixMicro()) })
	t := components.DataTable{
		Caption: "Everything on the line, " + strconv.Itoa(len(rows)) + " rows, oldest first", Cards: true,
		Columns: []components.Column{{Text: "What"}, {Text: "Who"}, {Text: "From"}, {Text: "Until"}, {Text: "Length"}},
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, r.cells)
	}
	return t
}

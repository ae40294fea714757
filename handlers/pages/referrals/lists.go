package referrals

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
	"throughline/web/components"
	view "throughline/web/pages/referrals"
)

// mostWaiting is how much of what waits on others a worklist shows: it is there
// to be glanced at.
const mostWaiting = 12

// today is the worklist of a caseworker: safety, late, due today, the next
// three working days, and what waits on others.
func (p *Pages) today(c *gin.Context) error {
	work, err := p.Referrals.Today(c.Request.Context())
	if err != nil {
		return err
	}
	actor, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	v := view.TodayView{Meta: p.Frame.Meta(c, "Today", "/today"), Today: models.DateTime(p.Now()), CanLog: actor.Can(models.CaseCreate)}
	v.Meta.Wide, v.Meta.Flash = true, flash(c)
	var people []uuid.UUID
	for _, tasks := range [][]referrals.Task{work.Safety, work.Late, work.DueToday, work.Soon} {
		for i := range tasks {
			people = append(people, tasks[i].CaseID)
		}
	}
	now, err := p.contactNow(c, people)
	if err != nil {
		return err
	}
	for _, g := range []struct {
		kind, id, title string
		tasks           []referrals.Task
	}{
		{"safety", "g-safety", "Safety first", work.Safety},
		{"late", "g-late", "Late", work.Late},
		{"today", "g-today", "Due today", work.DueToday},
		{"next", "g-next", "Next 3 working days", work.Soon},
	} {
		v.Strip = append(v.Strip, components.StripItem{Kind: g.kind, Count: len(g.tasks), Text: g.title, Href: "#" + g.id})
		group := components.TaskGroupView{ID: g.id, Title: g.title, Safety: g.kind == "safety"}
		for _, t := range g.tasks {
			row := p.task(t)
			row.Contact = now(t.CaseID)
			if g.kind == "safety" && t.CaseReference != "" && !t.Asked && !t.Returned {
				row.Href = "/cases/" + t.CaseReference + "/safe-contact"
			}
			group.Rows = append(group.Rows, row)
		}
		v.Groups = append(v.Groups, group)
	}
	v.Strip = append(v.Strip, components.StripItem{Kind: "others", Count: len(work.Waiting), Text: "Waiting on others", Href: "#g-others"})
	if len(work.Safety)+len(work.Late)+len(work.DueToday)+len(work.Soon) == 0 {
		v.Empty = &components.Link{Text: capped(len(work.Waiting)) + " with others.", Href: "#g-others"}
	}
	v.Waiting = p.waiting(work.Waiting[:min(len(work.Waiting), mostWaiting)])
	if n := len(work.Waiting); n > mostWaiting {
		v.More = &components.Link{Text: "See all you are waiting on", Href: "/referrals"}
	}
	if actor.Can(models.HandoffAnswer) {
		v.Owed = &components.Link{Text: "See everything that is owed, of hand-offs too", Href: frame.OwedPath}
	}
	if v.News, err = p.news(c); err != nil {
		return err
	}
	return render.OK(c, view.Today(v))
}

// contactNow returns what a list says of each person: whether they may be
// contacted safely at this hour, and nothing where the reader does not contact
// them.
func (p *Pages) contactNow(c *gin.Context, cases []uuid.UUID) (func(uuid.UUID) *components.SafetyView, error) {
	none := func(uuid.UUID) *components.SafetyView { return nil }
	actor, err := models.ActorFrom(c.Request.Context())
	if err != nil || !actor.Can(models.ContactRecord) {
		return none, err
	}
	ways, err := p.Referrals.Reachable(c.Request.Context(), cases)
	if err != nil {
		return none, err
	}
	return func(id uuid.UUID) *components.SafetyView {
		channels, ok := ways[id]
		if !ok {
			return nil
		}
		return frame.SafetyNow(channels, p.Now())
	}, nil
}

// capped counts what waits, up to where reading stopped.
func capped(n int) string {
	if n > referrals.MostCounted {
		return strconv.Itoa(referrals.MostCounted) + "+ things are"
	}
	return models.Plural(n, "thing is", "things are")
}

// task is one line of a worklist. No name is on it: the reference leads on.
func (p *Pages) task(t referrals.Task) components.TaskRow {
	row := components.TaskRow{Title: t.What, Href: "/referrals/" + t.Reference, Why: t.Service.Name + ", " + t.With.Name + ".", Who: t.Reference, WhoNote: t.CaseReference}
	switch {
	case t.Handoff != "":
		row.Href, row.Who, row.WhoNote = "", t.Handoff, ""
	case t.Asked:
		row.Href, row.Why, row.Who, row.WhoNote = "/cases/"+t.CaseReference+"/their-page", "Anybody who holds the code can have asked it.", t.CaseReference, ""
	case t.Returned:
		row.Href, row.Why, row.Who, row.WhoNote = "/cases/"+t.CaseReference+"/messages", "The number or address may be wrong.", t.CaseReference, ""
	case t.Reference == "":
		row.Href, row.Why, row.Who, row.WhoNote = "/cases/"+t.CaseReference+"/clocks", "Owed on the case itself.", t.CaseReference, ""
	}
	if t.Priority == models.PriorityHigh {
		row.Why += " High risk."
	}
	if t.Clock != nil {
		row.Clock = frame.Clock(p.Calendar, t.Clock, p.Now())
	} else {
		row.Clock = components.ClockView{Kind: components.ClockDueSoon, Words: "Due today"}
	}
	return row
}

func (p *Pages) waiting(tasks []referrals.Task) components.DataTable {
	t := components.DataTable{
		Caption: "Waiting on others", Cards: true,
		Columns: []components.Column{{Text: "Who has it"}, {Text: "What you asked"}, {Text: "Referral"}, {Text: "Their clock"}},
	}
	for _, k := range tasks {
		clock := components.DataCell{Text: "No clock runs"}
		if k.Clock != nil {
			clock = components.DataCell{Content: components.Clock(frame.Clock(p.Calendar, k.Clock, p.Now()))}
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: k.With.Name}, {Text: k.What}, {Text: k.Reference, Href: "/referrals/" + k.Reference}, clock})
	}
	return t
}

// inbox is the first page of a service's worker.
func (p *Pages) inbox(c *gin.Context) error {
	in, err := p.Referrals.Inbox(c.Request.Context())
	if err != nil {
		return err
	}
	v := view.InboxView{Meta: p.Frame.Meta(c, "Inbox", "/inbox"), Today: models.DateTime(p.Now())}
	v.Meta.Flash = flash(c)
	var people []uuid.UUID
	for _, it := range slices.Concat(in.FirstContact, in.Working) {
		people = append(people, it.CaseID)
	}
	now, err := p.contactNow(c, people)
	if err != nil {
		return err
	}
	for i, g := range []struct {
		title, empty string
		items        []referrals.Item
		contact      bool // the work is theirs: who may be contacted now is said
	}{
		{"To decide", "Nothing to decide.", in.ToDecide, false},
		{"First contact to make", "", in.FirstContact, true},
		{"Withdrawn: say that you have seen it", "", in.Withdrawn, false},
		{"Working with", "", in.Working, true},
		{"On your waiting list", "", in.Waiting, false},
	} {
		if len(g.items) == 0 && g.empty == "" {
			continue
		}
		list := components.CardListView{ID: "in-" + strconv.Itoa(i+1), Title: g.title, Count: len(g.items), Empty: g.empty}
		for _, it := range g.items {
			card := p.card(it)
			if g.contact {
				card.Contact = now(it.CaseID)
			}
			list.Cards = append(list.Cards, card)
		}
		v.Groups = append(v.Groups, list)
	}
	if v.Places, err = p.places(c); err != nil {
		return err
	}
	if v.News, err = p.news(c); err != nil {
		return err
	}
	return render.OK(c, view.Inbox(v))
}

func (p *Pages) card(it referrals.Item) components.Card {
	card := components.Card{Title: "Referral " + it.Reference, Href: "/referrals/" + it.Reference, Text: it.Service.Name + ". From " + it.From.Name + ".", State: string(it.Status)}
	if it.Worker != nil && it.Worker.Name != "" {
		card.Text += " With " + it.Worker.Name + "."
	}
	if it.Priority == models.PriorityHigh {
		card.Tags = append(card.Tags, components.TagParams{Text: "High risk", Colour: "red"})
	}
	if it.Clock != nil {
		card.Clocks = append(card.Clocks, frame.NamedClock(p.Calendar, it.Clock, p.Now()))
	}
	return card
}

// places are the services of the reader's organisation with what referrers see.
func (p *Pages) places(c *gin.Context) ([]view.PlacesView, error) {
	actor, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return nil, err
	}
	options, err := p.Directory.Services(c.Request.Context(), directory.Filter{})
	if err != nil {
		return nil, err
	}
	var out []view.PlacesView
	for _, o := range options {
		s := o.Service
		if s.OrgID != actor.OrgID {
			continue
		}
		place := view.PlacesView{Title: s.Name + ": " + capacityWords(s)}
		place.Text = "Confirmed " + p.confirmed(&s)
		if _, ok := directory.StaleAfter(&s); !ok || strings.HasPrefix(p.confirmed(&s), "Out of date") {
			place.Text = p.confirmed(&s)
		}
		if s.Capacity != models.CapacityClosed {
			place.Update = &components.Link{Text: "Update", Href: placesPath + "/" + s.ID.String(), Hidden: s.Name}
		}
		out = append(out, place)
	}
	return out, nil
}

func capacityWords(s models.Service) string {
	switch s.Capacity {
	case models.CapacityLimited:
		return "waiting list open"
	case models.CapacityPaused:
		return "paused"
	case models.CapacityClosed:
		return "closed"
	}
	if s.PlacesOpen != nil && s.PlacesTotal != nil {
		return strconv.Itoa(*s.PlacesOpen) + " of " + strconv.Itoa(*s.PlacesTotal) + " places free"
	}
	return "open"
}

// sent is what the reader's organisation sent, drafts too.
func (p *Pages) sent(c *gin.Context) error {
	f := referrals.Filter{Cursor: c.Query("cursor"), Pathway: c.Query("pathway"), Overdue: c.Query("overdue") == "yes"}
	if s := models.ReferralStatus(c.Query("status")); slices.Contains(models.ReferralStatuses(), s) {
		f.Statuses = []models.ReferralStatus{s}
	}
	if _, ok := models.FindPathway(f.Pathway); !ok {
		f.Pathway = ""
	}
	page, err := p.Referrals.Sent(c.Request.Context(), f)
	if err != nil {
		return err
	}
	v := view.ListView{
		Meta: p.Frame.Meta(c, "Referrals", "/referrals"), Title: "Referrals you sent", Text: "The oldest clock first.",
		Filter: components.FilterView{Action: "/referrals", ClearHref: "/referrals", Open: len(f.Statuses) > 0 || f.Pathway != "" || f.Overdue},
		Fields: sentFilter(f), Table: p.table(page.Items),
	}
	v.Meta.Wide = true
	again := func(cursor string) string {
		if cursor == "" {
			return ""
		}
		q := url.Values{"cursor": {cursor}}
		for name, value := range map[string]string{"pathway": f.Pathway, "status": c.Query("status"), "overdue": c.Query("overdue")} {
			if value != "" {
				q.Set(name, value)
			}
		}
		return "/referrals?" + q.Encode()
	}
	v.Pages = components.PaginationParams{PreviousHref: again(page.Previous), NextHref: again(page.Next), Landmark: "Pages of referrals"}
	return render.OK(c, view.List(v))
}

func sentFilter(f referrals.Filter) []templ.Component {
	states := []components.Option{{Value: "", Text: "All states"}}
	for _, s := range models.ReferralStatuses() {
		states = append(states, components.Option{Value: string(s), Text: components.StateWord(string(s))})
	}
	pathways := []components.Option{{Value: "", Text: "All kinds of help"}}
	for _, p := range models.Pathways() {
		pathways = append(pathways, components.Option{Value: p.Key, Text: p.Name})
	}
	state, late := "", []string{}
	if len(f.Statuses) > 0 {
		state = string(f.Statuses[0])
	}
	if f.Overdue {
		late = []string{"yes"}
	}
	return []templ.Component{
		components.Select(components.SelectParams{Name: "status", Label: "State", LabelSize: components.Small, Value: state, Options: states}),
		components.Select(components.SelectParams{Name: "pathway", Label: "Kind of help", LabelSize: components.Small, Value: f.Pathway, Options: pathways}),
		components.Checkboxes(components.CheckboxesParams{
			Name: "overdue", Legend: "Clock", LegendSize: components.Small, IsSmall: true, Values: late,
			Items: []components.ChoiceItem{{Value: "yes", Text: "Late"}},
		}),
	}
}

func (p *Pages) table(items []referrals.Item) components.DataTable {
	t := components.DataTable{
		Caption: "Referrals you sent", Cards: true, Empty: "No referrals match.",
		Columns: []components.Column{{Text: "Referral"}, {Text: "Service"}, {Text: "State"}, {Text: "Next clock"}},
	}
	for _, it := range items {
		clock := components.DataCell{Text: "None runs"}
		if it.Clock != nil {
			clock = components.DataCell{Content: components.Clock(frame.NamedClock(p.Calendar, it.Clock, p.Now()))}
		}
		sub := "Draft"
		if it.SubmittedAt != nil {
			sub = "Sent " + models.DayIn(*it.SubmittedAt, p.Now())
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: it.Reference, Href: "/referrals/" + it.Reference, Sub: sub},
			{Text: it.Service.Name, Sub: it.To.Name},
			{Content: components.StateTag(string(it.Status))},
			clock,
		})
	}
	return t
}

// services is the directory, for nobody in particular.
func (p *Pages) services(c *gin.Context) error {
	pathway := c.Query("pathway")
	if _, ok := models.FindPathway(pathway); !ok {
		pathway = ""
	}
	options, err := p.Directory.Services(c.Request.Context(), directory.Filter{Pathway: pathway})
	if err != nil {
		return err
	}
	t := components.DataTable{
		Caption: "Services", Cards: true, Empty: "No services match.",
		Columns: []components.Column{{Text: "Service"}, {Text: "Kind of help"}, {Text: "Who for"}, {Text: "Places"}, {Text: "Decides within"}},
	}
	for _, o := range options {
		pw, _ := models.FindPathway(o.Service.Pathway)
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: o.Service.Name, Sub: o.Organisation.Name},
			{Text: pw.Name},
			{Text: whoFor(o.Service)},
			{Text: upper(capacityWords(o.Service)), Sub: o.Service.Opening},
			{Text: models.WorkingDays(o.Service.DecideDays)},
		})
	}
	choices := []components.Option{{Value: "", Text: "All kinds of help"}}
	for _, pw := range models.Pathways() {
		choices = append(choices, components.Option{Value: pw.Key, Text: pw.Name})
	}
	v := view.ListView{
		Meta: p.Frame.Meta(c, "Services", "/services"), Title: "Services", Text: "To choose one for a person, open their case and press “Refer to a service”.",
		Filter: components.FilterView{Action: "/services", ClearHref: "/services", Open: pathway != ""}, Table: t,
		Fields: []templ.Component{components.Select(components.SelectParams{Name: "pathway", Label: "Kind of help", LabelSize: components.Small, Value: pathway, Options: choices})},
	}
	v.Meta.Wide = true
	return render.OK(c, view.List(v))
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func whoFor(s models.Service) string {
	words := "Any age"
	switch {
	case s.MinAge != nil && s.MaxAge != nil:
		words = "Aged " + strconv.Itoa(*s.MinAge) + " to " + strconv.Itoa(*s.MaxAge)
	case s.MinAge != nil:
		words = "Aged " + strconv.Itoa(*s.MinAge) + " and over"
	case s.MaxAge != nil:
		words = "Up to age " + strconv.Itoa(*s.MaxAge)
	}
	if s.WomenOnly {
		words += ", women"
	}
	if n := len(s.Boroughs); n > 0 {
		words += ", " + models.Plural(n, "borough", "boroughs")
	} else {
		words += ", all London"
	}
	return words
}

package events

import (
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/matters"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// matterShow is one matter: its cases, who is in it, and what happened, with who
// was told.
func (p *Pages) matterShow(c *gin.Context) error {
	v, err := p.Matters.Get(c.Request.Context(), c.Param("urn"))
	if err != nil {
		return err
	}
	here := matterPath(c)
	page := admin.PageView{
		Meta: p.matterMeta(c, "Matter "+v.URN, "/matters", "Court matters"), Caption: "Court matter", Title: v.URN,
		Buttons: []components.ButtonParams{
			{Text: "Enter what happened", Href: here + "/events"},
			{Text: "Add a case", Href: here + "/cases", Kind: components.Secondary},
			{Text: "Add a witness or a defendant", Href: here + "/people", Kind: components.Secondary},
		},
	}
	page.Meta.Wide = true
	page.Parts = append(page.Parts, matterCases(&v), matterPeople(&v))
	for i := range v.Events {
		page.Parts = append(page.Parts, p.matterEvent(&v, &v.Events[i], here))
	}
	return render.OK(c, admin.Page(page))
}

func matterCases(v *matters.View) admin.PartView {
	t := &components.DataTable{Caption: "Cases of its victims", Cards: true, Empty: "No case of a victim that you can see is part of it.", Columns: []components.Column{{Text: "Case"}, {Text: "State"}}}
	for _, k := range v.Cases {
		state := "Open"
		if k.Status == models.CaseClosed {
			state = "Closed"
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: k.Reference, Href: "/cases/" + k.Reference}, {Text: state}})
	}
	return admin.PartView{ID: "cases", Title: "Cases", Table: t}
}

func matterPeople(v *matters.View) admin.PartView {
	t := &components.DataTable{
		Caption: "Witnesses who are not victims, and defendants", Cards: true, Empty: "Nobody was added yet.",
		Columns: []components.Column{{Text: "Who"}, {Text: "As"}, {Text: "Needs"}, {Text: "Special measures"}, {Text: "Note"}},
	}
	for i := range v.People {
		m := &v.People[i]
		as := "Witness"
		if m.Kind == models.MatterDefendant {
			as = "Defendant"
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: m.Name}, {Text: as}, {Text: needsWords(m)}, {Text: measuresWords(m)}, {Text: m.Note}})
	}
	return admin.PartView{ID: "people", Title: "People", Table: t}
}

func needsWords(m *models.MatterPerson) string {
	var out []string
	for _, n := range models.WitnessNeeds() {
		for _, has := range m.Needs {
			if has == n.Key {
				out = append(out, n.Words)
			}
		}
	}
	return strings.Join(out, ", ")
}

func measuresWords(m *models.MatterPerson) string {
	var out []string
	for _, s := range models.SpecialMeasures() {
		if state, ok := m.Measures[s.Key]; ok {
			out = append(out, s.Words+": "+models.LowerFirst(models.ChoiceWords(models.MeasureStates(), state)))
		}
	}
	return strings.Join(out, ", ")
}

// matterEvent is one event with who is to be told of it: each victim in their own
// case, each witness here.
func (p *Pages) matterEvent(v *matters.View, e *matters.Event, here string) admin.PartView {
	now := p.Now()
	t := &components.DataTable{
		Caption: e.Title + ": who was told", Cards: true, Empty: "It was entered in no case, and no witness is to be told.",
		Columns: []components.Column{{Text: "Who"}, {Text: "As"}, {Text: "By when"}, {Text: "Told"}},
	}
	for i := range e.Cases {
		k := &e.Cases[i]
		told, due := components.DataCell{Text: k.Says}, "See its clocks"
		switch {
		case k.EventID == nil:
			due = "Not entered"
		case k.ToldAt == nil:
			told = components.DataCell{Text: "Record that they were told", Href: "/cases/" + k.Reference + "/events/told?event=" + k.EventID.String()}
		default:
			told = components.DataCell{Text: models.DateTimeIn(*k.ToldAt, now), Sub: k.ToldChannel.Words() + understoodWords(k.Understood)}
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: k.Reference, Href: "/cases/" + k.Reference + "/clocks"}, {Text: "Victim"}, {Text: due}, told})
	}
	for i := range e.Witnesses {
		w := &e.Witnesses[i]
		told := components.DataCell{Text: "Record that " + w.Name + " was told", Href: here + "/told?event=" + e.ID.String() + "&person=" + w.PersonID.String()}
		if w.ToldAt != nil {
			told = components.DataCell{Text: models.DateTimeIn(*w.ToldAt, now), Sub: w.ToldChannel.Words() + ". Understood: " + models.LowerFirst(models.ChoiceWords(models.Understandings(), w.Understood))}
		}
		words := "Due " + models.DayIn(w.DueAt, now)
		switch w.State(now) {
		case models.ClockMet:
			words = "In time"
		case models.ClockBreached:
			words = "Late: due " + models.DayIn(w.DueAt, now)
		case models.ClockNotApplicable:
			words, told = "Not owed: the date was changed", components.DataCell{}
		}
		clock := components.ClockView{Kind: components.ClockKind(w.State(now)), Words: words}
		t.Rows = append(t.Rows, []components.DataCell{{Text: w.Name}, {Text: "Witness"}, {Content: components.Clock(clock)}, told})
	}
	out := admin.PartView{ID: "event-" + e.ID.String(), Title: e.Title + ", " + models.DateTimeIn(e.OccurredAt, now), Table: t}
	if !e.Made {
		out.Text = "Reference " + e.Reference
	}
	return out
}

func understoodWords(understood *bool) string {
	switch {
	case understood == nil:
		return ""
	case *understood:
		return ". Understood: yes"
	}
	return ". Understood: no"
}

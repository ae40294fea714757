package handoffs

import (
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/owed"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/handoffs"
)

// boxes are the lists of this part of the product.
func (p *Pages) boxes(c *gin.Context, here string) []components.SubNavItem {
	out := []components.SubNavItem{
		{Text: "Offered to you", Href: frame.HandoffsPath},
		{Text: "Offered by you", Href: frame.HandoffsPath + "?box=sent"},
		{Text: "Owed by your organisation", Href: frame.OwedPath},
		{Text: "Owed by you", Href: frame.OwedPath + "?of=me"},
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err == nil && a.Can(models.HandoffBulk) {
		out = append(out, components.SubNavItem{Text: "Many at once", Href: bulkPath})
	}
	if err == nil && a.Can(models.RecordKeep) {
		out = append(out, components.SubNavItem{Text: "MARAC", Href: frame.MARACPath})
	}
	for i := range out {
		out[i].Current = out[i].Href == here
	}
	return out
}

// owed is what an organisation owes, or the reader alone: by the end of today,
// or all of it.
func (p *Pages) owed(c *gin.Context) error {
	f := owed.Filter{Mine: c.Query("of") == "me", All: c.Query("due") == "all", Cursor: c.Query("cursor")}
	page, err := p.Owed.List(c.Request.Context(), f)
	if err != nil {
		return err
	}
	here, whose, say := frame.OwedPath, "your organisation owes", "Your organisation"
	if f.Mine {
		here, whose, say = frame.OwedPath+"?of=me", "you owe", "You"
	}
	v := view.ListView{
		Meta: p.Frame.Meta(c, "Owed", section(c)), Title: "Owed today", Parts: p.boxes(c, here),
		Lede: "Clocks that run, offers that wait for an answer, and people who have not been told of a hand-off. What is due first comes first.",
	}
	other := url.Values{}
	if f.Mine {
		other.Set("of", "me")
	}
	v.Meta.Wide, v.More = true, &components.Link{Text: "See what is due later, too"}
	empty := say + " owe nothing by the end of today."
	if !f.Mine {
		empty = say + " owes nothing by the end of today."
	}
	if f.All {
		v.Title, v.More = "Everything owed", &components.Link{Text: "See what is due by the end of today"}
		empty = "Nothing is owed."
	} else {
		other.Set("due", "all")
	}
	v.More.Href = href(other)
	v.Table = owedTable(page.Items, "What "+whose, empty)
	if page.Next != "" {
		next := url.Values{"cursor": {page.Next}}
		if f.Mine {
			next.Set("of", "me")
		}
		if f.All {
			next.Set("due", "all")
		}
		v.Pages = components.PaginationParams{NextHref: href(next), NextText: "What is due after these"}
	}
	return render.OK(c, view.List(v))
}

// section is the entry of the navigation that what is owed belongs to: its own,
// where the reader's role has one.
func section(c *gin.Context) string {
	a, err := models.ActorFrom(c.Request.Context())
	if err == nil && slices.ContainsFunc(frame.Nav(a), func(n layouts.NavItem) bool { return n.Href == frame.OwedPath }) {
		return frame.OwedPath
	}
	return frame.HandoffsPath
}

func href(q url.Values) string {
	if len(q) == 0 {
		return frame.OwedPath
	}
	return frame.OwedPath + "?" + q.Encode()
}

func owedTable(items []owed.Item, caption, empty string) components.DataTable {
	t := components.DataTable{
		Caption: caption, Cards: true, Empty: empty,
		Columns: []components.Column{{Text: "What to do"}, {Text: "Record"}, {Text: "With"}, {Text: "Clock"}},
	}
	for i := range items {
		it := &items[i]
		what, link := owedWords(it), ""
		record := components.DataCell{Text: it.CaseReference}
		switch {
		case it.Handoff != "":
			record, link = components.DataCell{Text: it.Handoff, Sub: it.CaseReference}, "/handoffs/"+it.Handoff
		case it.Referral != "":
			record, link = components.DataCell{Text: it.Referral, Sub: it.CaseReference}, "/referrals/"+it.Referral
		case it.ComplaintID != uuid.Nil:
			record, link = components.DataCell{Text: "A complaint"}, frame.ComplaintsPath+"/"+it.ComplaintID.String()
		case it.Request != "":
			record, link = components.DataCell{Text: it.Request}, "/requests/"+it.Request
		case it.Kind == owed.KindRequest:
			link = "/cases/" + it.CaseReference + "/their-page"
		case it.CaseReference != "":
			link = "/cases/" + it.CaseReference + "/clocks"
		}
		with := it.With.Name
		switch {
		case it.Request != "":
			with = "Whoever asked"
		case it.ComplaintID != uuid.Nil:
			with = "Whoever complained"
		case with == "":
			with = "The person themselves"
		}
		clock := components.ClockView{Kind: components.ClockKind(it.State), Words: it.Text.Words}
		t.Rows = append(t.Rows, []components.DataCell{{Text: what, Href: link}, record, {Text: with}, {Content: components.Clock(clock)}})
	}
	return t
}

// owedWords say what is to be done.
func owedWords(it *owed.Item) string {
	switch {
	case it.Kind == owed.KindRequest:
		return "Speak to them: something was asked on their page"
	case it.Kind == owed.KindTelling:
		return "Tell them who holds " + models.LowerFirst(it.Duty.Words()) + " now"
	case it.Kind == owed.KindAnswer && it.OffSystem:
		return "Ask for their answer: " + models.LowerFirst(it.Duty.Words())
	case it.Kind == owed.KindAnswer:
		return "Answer an offer: " + models.LowerFirst(it.Duty.Words())
	}
	return it.Rule.Words()
}

package components

import (
	"github.com/a-h/templ"
)

func breadcrumbsOf(o *options) templ.Component {
	p := BreadcrumbsParams{CollapseOnMobile: o.yes("collapseOnMobile"), Label: o.text("labelText"), Classes: o.text("classes"), Attributes: o.attributes()}
	for _, item := range o.list("items") {
		p.Items = append(p.Items, Link{Text: item.text("text"), Href: item.text("href")})
	}
	return Breadcrumbs(p)
}

func detailsOf(o *options) templ.Component {
	return holding(Details(DetailsParams{ID: o.text("id"), Summary: o.text("summaryText"), Text: o.text("text"), Open: o.yes("open"), Classes: o.text("classes"), Attributes: o.attributes()}), o.raw("html"))
}

func insetTextOf(o *options) templ.Component {
	return holding(InsetText(InsetTextParams{ID: o.text("id"), Text: o.text("text"), Classes: o.text("classes"), Attributes: o.attributes()}), o.raw("html"))
}

func notificationBannerOf(o *options) templ.Component {
	return holding(NotificationBanner(NotificationBannerParams{
		Title: o.text("titleText"), Text: o.text("text"), Success: o.text("type") == "success", Role: o.text("role"), TitleID: o.text("titleId"),
		HeadingLevel: o.number("titleHeadingLevel"), NoAutoFocus: o.yes("disableAutoFocus"), Classes: o.text("classes"), Attributes: o.attributes(),
	}), o.raw("html"))
}

func paginationOf(o *options) templ.Component {
	previous, next := o.in("previous"), o.in("next")
	return Pagination(PaginationParams{
		PreviousHref: previous.text("href"), PreviousText: previous.text("text"), PreviousLabel: previous.text("labelText"),
		NextHref: next.text("href"), NextText: next.text("text"), NextLabel: next.text("labelText"),
		Landmark: o.text("landmarkLabel"), Classes: o.text("classes"), Attributes: o.attributes(),
	})
}

func panelOf(o *options) templ.Component {
	p := PanelParams{Title: o.text("titleText"), Text: o.text("text"), Body: o.raw("html"), HeadingLevel: o.number("headingLevel"), Classes: o.text("classes"), Attributes: o.attributes()}
	return Panel(p)
}

func phaseBannerOf(o *options) templ.Component {
	return holding(PhaseBanner(PhaseBannerParams{Tag: o.in("tag").text("text"), Text: o.text("text"), Classes: o.text("classes"), Attributes: o.attributes()}), o.raw("html"))
}

func linksOf(o *options) []Link {
	var out []Link
	for _, a := range o.in("actions").list("items") {
		out = append(out, Link{Text: a.text("text"), Href: a.text("href"), Hidden: a.text("visuallyHiddenText")})
	}
	return out
}

func summaryListOf(o *options) templ.Component {
	p := SummaryListParams{Classes: o.text("classes"), Attributes: o.attributes()}
	if p.Classes == "govuk-summary-list--no-border" {
		p.NoBorder, p.Classes = true, ""
	}
	for _, row := range o.list("rows") {
		p.Rows = append(p.Rows, SummaryRow{Key: row.in("key").text("text"), Value: row.in("value").text("text"), Content: row.in("value").raw("html"), Actions: linksOf(row), Classes: row.text("classes")})
	}
	if o.has("card") {
		card := o.in("card")
		p.Card = &SummaryCard{Title: card.in("title").text("text"), HeadingLevel: card.in("title").number("headingLevel"), Actions: linksOf(card), Classes: card.text("classes"), Attributes: card.attributes()}
	}
	return SummaryList(p)
}

func cellOf(o *options) Cell {
	return Cell{Text: o.text("text"), Content: o.raw("html"), Numeric: o.text("format") == "numeric", Colspan: o.number("colspan"), Rowspan: o.number("rowspan"), Classes: o.text("classes"), Attributes: o.attributes()}
}

func tableOf(o *options) templ.Component {
	size, hidden, rest := sizeOf("govuk-table__caption", o.text("captionClasses"))
	if rest != "" {
		o.read["captionClasses"] = false
	}
	p := TableParams{Caption: o.text("caption"), CaptionSize: size, CaptionHidden: hidden, FirstCellIsHeader: o.yes("firstCellIsHeader"), Classes: o.text("classes"), Attributes: o.attributes()}
	for _, cell := range o.list("head") {
		p.Head = append(p.Head, cellOf(cell))
	}
	rows, _ := o.values["rows"].([]any)
	whole := true
	for _, r := range rows {
		cells, ok := r.([]any)
		whole = whole && ok
		var row []Cell
		for _, c := range cells {
			values, _ := c.(map[string]any)
			row = append(row, cellOf(&options{values: values}))
		}
		p.Rows = append(p.Rows, row)
	}
	if whole {
		o.take("rows")
	}
	return GovTable(p)
}

func taskListOf(o *options) templ.Component {
	p := TaskListParams{IDPrefix: o.text("idPrefix"), Classes: o.text("classes"), Attributes: o.attributes()}
	for _, item := range o.list("items") {
		status := item.in("status")
		t := Task{Title: item.in("title").text("text"), Href: item.text("href"), Hint: item.in("hint").text("text"), Status: status.text("text"), Classes: item.text("classes")}
		t.CannotStart = status.text("classes") == "govuk-task-list__status--cannot-start-yet"
		if status.has("tag") {
			tag := status.in("tag")
			t.Tag = &TagParams{Text: tag.text("text"), Classes: tag.text("classes")}
		}
		p.Items = append(p.Items, t)
	}
	return TaskList(p)
}

func warningTextOf(o *options) templ.Component {
	return WarningText(WarningTextParams{Text: o.text("text"), IconText: o.text("iconFallbackText"), Classes: o.text("classes"), Attributes: o.attributes()})
}

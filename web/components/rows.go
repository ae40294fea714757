package components

import (
	"context"
	"io"
	"slices"
)

// cardItems are the entries of a card list.
type cardItems []Card

// Render writes the entries.
func (list cardItems) Render(ctx context.Context, w io.Writer) error {
	out := writingTo(w)
	for i := range list {
		c := &list[i]
		out.raw(`<li class="tl-cardlist__item"><h3><a class="govuk-link govuk-link--no-visited-state" href="`)
		out.href(c.Href)
		out.raw(`" data-row>`)
		out.text(c.Title)
		out.raw(`</a></h3>`)
		if c.Text != "" {
			out.raw(`<span>`)
			out.text(c.Text)
			out.raw(`</span>`)
		}
		if c.State != "" || len(c.Tags) > 0 || len(c.Clocks) > 0 {
			out.raw(`<p class="tl-cardlist__meta">`)
			if c.State != "" {
				out.state(c.State)
			}
			for _, t := range c.Tags {
				out.space()
				out.tag(t)
			}
			for _, k := range c.Clocks {
				out.space()
				out.clock(k)
			}
			out.raw(`</p>`)
		}
		if c.Contact != nil {
			out.raw(`<p class="tl-cardlist__meta tl-small">`)
			out.safety(*c.Contact)
			out.raw(`</p>`)
		}
		out.raw(`</li>`)
	}
	return out.err
}

// taskRows are the rows of a group of a worklist.
type taskRows []TaskRow

// contact reports whether any row says if contact is safe now: without one the
// column is left out.
func (list taskRows) contact() bool {
	return slices.ContainsFunc(list, func(r TaskRow) bool { return r.Contact != nil })
}

// Render writes the rows.
func (list taskRows) Render(ctx context.Context, w io.Writer) error {
	out, contact := writingTo(w), list.contact()
	for i := range list {
		r := &list[i]
		if r.Href == "" {
			out.raw(`<tr><td><strong class="tl-table__task">`)
			out.text(r.Title)
			out.raw(`</strong>`)
		} else {
			out.raw(`<tr><td><a class="govuk-link govuk-link--no-visited-state tl-table__task" href="`)
			out.href(r.Href)
			out.raw(`" data-row>`)
			out.text(r.Title)
			out.raw(`</a>`)
		}
		out.sub(r.Why)
		out.raw(`</td><td>`)
		out.text(r.Who)
		out.sub(r.WhoNote)
		out.raw(`</td><td data-label="Clock:">`)
		out.clock(r.Clock)
		if r.Contact != nil {
			out.raw(`</td><td data-label="Contact now:">`)
			out.safety(*r.Contact)
		} else if contact {
			out.raw(`</td><td>`)
		}
		out.raw(`</td></tr>`)
	}
	return out.err
}

// dataRows are the rows of a dense table. The first cell of each is its header.
type dataRows DataTable

// Render writes the rows.
func (d dataRows) Render(ctx context.Context, w io.Writer) error {
	out := writingTo(w)
	for _, row := range d.Rows {
		out.raw(`<tr>`)
		for i := range row {
			closing := `</td>`
			if i == 0 {
				out.raw(`<th scope="row">`)
				closing = `</th>`
			} else {
				out.openCell(&d.Columns[i], d.Cards && !row[i].empty())
			}
			out.cell(ctx, w, &row[i], i == 0)
			out.raw(closing)
		}
		out.raw(`</tr>`)
	}
	return out.err
}

// empty reports whether a cell shows nothing.
func (c *DataCell) empty() bool { return c.Text == "" && c.Sub == "" && c.Content == nil }

// openCell opens a cell under its column. As a card it names the column of what
// it shows, since the heads are then not shown.
func (o *writer) openCell(c *Column, names bool) {
	o.raw(`<td`)
	if c.Right {
		o.raw(` class="tl-right tl-num"`)
	}
	if names {
		o.raw(` data-label="`)
		o.text(c.Text)
		o.raw(`:"`)
	}
	o.raw(`>`)
}

func (o *writer) cell(ctx context.Context, w io.Writer, c *DataCell, first bool) {
	switch {
	case c.Href != "":
		o.raw(`<a class="govuk-link govuk-link--no-visited-state" href="`)
		o.href(c.Href)
		if first {
			o.raw(`" data-row>`)
		} else {
			o.raw(`">`)
		}
		o.text(c.Text)
		o.raw(`</a>`)
	case c.Hidden:
		o.raw(`<span class="tl-supp"><span>`)
		o.text(c.Text)
		o.raw(`</span></span>`)
	default:
		o.text(c.Text)
	}
	if c.Content != nil && o.err == nil {
		o.space()
		o.err = c.Content.Render(ctx, w)
	}
	o.sub(c.Sub)
}

// sub writes the quiet line under a cell.
func (o *writer) sub(s string) {
	if s == "" {
		return
	}
	o.raw(`<span class="tl-table__sub">`)
	o.text(s)
	o.raw(`</span>`)
}

func (o *writer) space() { o.raw(" ") }

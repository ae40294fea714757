package charts

import "throughline/web/components"

// Reasons is counts by reason, most used first, as bars that lie down so that a
// long reason has room.
type Reasons struct {
	ID, Title, Lede, Desc string
	What                  string // name of the first column: "Reason"
	Unit                  string // name of the second: "Referrals"
	Look                  Look   // Solid when empty
	Rows                  []Reason
}

// Reason is one bar. Note follows the number: "52% of 387".
type Reason struct {
	Label string
	Count Count
	Note  string
}

const rowHeight = 46.0

// Figure gives the whole figure: picture, legend, table and download.
func (r Reasons) Figure(csv string) components.ChartFigureView {
	v := components.ChartFigureView{ID: r.ID, Title: r.Title, Lede: r.Lede, Chart: picture(r.draw()), Table: r.table(), CSVHref: csv}
	for _, row := range r.Rows {
		if row.Count.Hidden() {
			v.Legend = Legend(r.ID, []Key{hiddenKey})
		}
	}
	return v
}

func (r Reasons) table() components.DataTable {
	noted := false
	for _, row := range r.Rows {
		noted = noted || row.Note != ""
	}
	t := components.DataTable{Caption: r.Title, ShowCaption: true, Scroll: true, Columns: []components.Column{{Text: r.What}, {Text: r.Unit, Right: true}}}
	if noted {
		t.Columns = append(t.Columns, components.Column{Text: "Share", Right: true})
	}
	for _, row := range r.Rows {
		cells := []components.DataCell{{Text: row.Label}, row.Count.cell()}
		if noted {
			cells = append(cells, components.DataCell{Text: row.note()})
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// note is never written beside a hidden number: a share of a known total tells it.
func (r Reason) note() string {
	if r.Count.Hidden() {
		return "Not shown"
	}
	return r.Note
}

func (r Reasons) draw() drawing {
	d := drawing{id: r.ID, title: r.Title, desc: r.Desc, w: 548, h: rowHeight*float64(len(r.Rows)) + 6}
	most := 1
	look := r.Look
	if look == "" {
		look = Solid
	}
	for _, row := range r.Rows {
		most = max(most, row.Count.n)
	}
	// The number stands before its bar, so that it is seen without scrolling on a phone.
	const left = 56.0
	for i, row := range r.Rows {
		y := rowHeight * float64(i)
		d.reason(y+14, row)
		if row.Count.Hidden() {
			d.hiddenBar(left, y+21, 46, 18, row.Count)
			continue
		}
		d.label(left-8, y+34.5, row.Count.Mark(), "end", true)
		if row.Count.n > 0 {
			d.bar(left, y+21, max(float64(row.Count.n)/float64(most)*(d.w-left-1), 1), 18, look)
		}
	}
	return d
}

// reason writes the words over a bar, with the share after them.
func (d *drawing) reason(y float64, row Reason) {
	s := shape{kind: 't', y: y, text: row.Label, anchor: "start", large: true}
	if !row.Count.Hidden() {
		s.note = row.Note
	}
	d.shapes = append(d.shapes, s)
}

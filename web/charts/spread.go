package charts

import (
	"math"
	"strconv"

	"throughline/web/components"
)

// Spread is one's own shares beside how others do, a line for each measure:
// lowest to highest, the middle half as a bar, and oneself as a mark. Nobody is
// named in it, and no other is a point of it.
type Spread struct {
	ID, Title, Lede, Desc string
	Rows                  []SpreadRow
	Table                 components.DataTable
}

// SpreadRow is one measure. Others is nil where too few others have it, Own where
// there is too little of one's own.
type SpreadRow struct {
	Label  string
	Own    *float64
	Sign   Sign
	Others *SpreadOthers
}

// SpreadOthers is how others do: lowest, a quarter of the way, half, three
// quarters, highest.
type SpreadOthers struct{ Lowest, Quarter, Middle, Upper, Highest float64 }

// Figure gives the whole figure: picture, legend, table and download.
func (s Spread) Figure(csv string) components.ChartFigureView {
	used := map[Sign]bool{}
	keys := []Key{{Lines, "The middle half of the others; the line goes from the lowest to the highest"}}
	for _, r := range s.Rows {
		if r.Own != nil {
			used[r.Sign] = true
		}
	}
	return components.ChartFigureView{ID: s.ID, Title: s.Title, Lede: s.Lede, Chart: picture(s.draw()), Legend: Legend(s.ID, append(keys, signKeys(used)...)), Table: s.Table, CSVHref: csv}
}

func (s Spread) draw() drawing {
	const row = 54.0
	d := drawing{id: s.ID, title: s.Title, desc: s.Desc, w: 548, h: row*float64(len(s.Rows)) + 30}
	d.use(Lines) // the legend has it even where no line is drawn
	const left = 8.0
	right := d.w - 8
	x := func(share float64) float64 { return left + share*(right-left) }
	for v := 0; v <= 100; v += 25 {
		d.line("M"+at(x(float64(v)/100), 6)+"V"+num(d.h-24), "#d5d8d2", 1, "")
		anchor := map[int]string{0: "start", 100: "end"}[v]
		if anchor == "" {
			anchor = "middle"
		}
		d.quietLabel(x(float64(v)/100), d.h-8, strconv.Itoa(v)+"%", anchor)
	}
	for i, r := range s.Rows {
		top := row * float64(i)
		note := "Too few of your own to say"
		if r.Own != nil {
			note = "You: " + strconv.Itoa(int(math.Floor(*r.Own*100+0.5))) + "%"
		}
		d.shapes = append(d.shapes, shape{kind: 't', y: top + 16, text: r.Label, anchor: "start", large: true, note: note})
		if o := r.Others; o != nil {
			d.line("M"+at(x(o.Lowest), top+35)+"H"+num(x(o.Highest)), "#484949", 2, "")
			d.bar(x(o.Quarter), top+26, max(x(o.Upper)-x(o.Quarter), 2), 18, Lines)
			d.line("M"+at(x(o.Middle), top+22)+"v26", "#0b0c0c", 3, "")
		}
		if r.Own != nil {
			d.sign(x(*r.Own), top+35, r.Sign)
		}
	}
	return d
}

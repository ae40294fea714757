package charts

import (
	"strings"

	"throughline/web/components"
)

// Times is how long something took, in bins of working days, against a target.
type Times struct {
	ID, Title, Lede, Desc string
	Bins                  []Bin
	// Target is the number of bins inside the target; the line stands after them.
	Target      int
	TargetWords string // "Target: 2 working days"
	Middle      string // "Half within 2 days, 9 in 10 within 5"
	Axis        string // what the bins are: "Working days from sent to decision"
	Unit        string // what is counted: "Referrals"
	What        string // name of the first column of the table: "Working days"
}

// Bin is one bar: "0", "6 to 10". Open is one that has not happened yet.
type Bin struct {
	Label string
	Count Count
	Open  bool
}

// Figure gives the whole figure: picture, legend, table and download.
func (t Times) Figure(csv string) components.ChartFigureView {
	return components.ChartFigureView{ID: t.ID, Title: t.Title, Lede: t.Lede, Chart: picture(t.draw()), Legend: Legend(t.ID, t.keys()), Table: t.table(), CSVHref: csv}
}

// look is how a bin is drawn: inside the target, after it, or not done.
func (t Times) look(i int) Look {
	switch {
	case t.Bins[i].Open:
		return Blank
	case i >= t.Target:
		return Late
	}
	return Solid
}

func (t Times) word(i int) string {
	return map[Look]string{Solid: "In target", Late: "Late", Blank: "Not yet"}[t.look(i)]
}

func (t Times) keys() []Key {
	var keys []Key
	have := map[Look]bool{}
	hidden := false
	for i, b := range t.Bins {
		if l := t.look(i); !have[l] {
			have[l] = true
			keys = append(keys, Key{l, t.word(i)})
		}
		hidden = hidden || b.Count.Hidden()
	}
	if hidden {
		keys = append(keys, hiddenKey)
	}
	return keys
}

func (t Times) table() components.DataTable {
	out := components.DataTable{Caption: t.Title, ShowCaption: true, Scroll: true, Columns: []components.Column{{Text: t.What}, {Text: t.Unit, Right: true}, {Text: "Against the target"}}}
	for i, b := range t.Bins {
		out.Rows = append(out.Rows, []components.DataCell{{Text: b.Label}, b.Count.cell(), {Text: t.word(i)}})
	}
	return out
}

func (t Times) draw() drawing {
	d := drawing{id: t.ID, title: t.Title, desc: t.Desc, w: 548, h: 280}
	const top, bottom = 66.0, 230.0
	most := 0
	for _, b := range t.Bins {
		most = max(most, b.Count.n)
	}
	unit := d.axis(gutter, d.w, top, bottom, most)
	room := (d.w - gutter) / float64(max(len(t.Bins), 1))
	each := min(room-8, 60)
	for i, b := range t.Bins {
		mid := gutter + room*(float64(i)+0.5)
		if b.Count.Hidden() {
			d.hiddenBar(mid-each/2, bottom-hiddenBlock, each, hiddenBlock, b.Count)
		} else {
			h := float64(b.Count.n) * unit
			if b.Count.n > 0 {
				d.bar(mid-each/2, bottom-h, each, h, t.look(i))
			}
			d.label(mid, bottom-h-6, b.Count.Mark(), "middle", true)
		}
		for n, line := range folded(b.Label, room) {
			d.label(mid, bottom+18+14*float64(n), line, "middle", false)
		}
	}
	d.line("M"+num(gutter)+" "+num(bottom)+"H"+num(d.w), "#0b0c0c", 1, "")
	if t.TargetWords != "" {
		t.target(&d, gutter+room*float64(t.Target), bottom)
	}
	d.quietLabel(gutter, d.h-6, t.Axis, "start")
	d.quietLabel(0, 12, t.Unit, "start")
	return d
}

// target draws the line after the last bin inside it, with its words on the side
// that has the room.
func (t Times) target(d *drawing, x, bottom float64) {
	d.line("M"+num(x)+" 16V"+num(bottom), "#0b0c0c", 2, "")
	side, anchor := x+7, "start"
	if x > d.w/2 {
		side, anchor = x-7, "end"
	}
	d.label(side, 28, t.TargetWords, anchor, true)
	d.quietLabel(side, 45, t.Middle, anchor)
}

// folded puts a label on two lines where one has no room.
func folded(label string, room float64) []string {
	first, rest, ok := strings.Cut(label, " ")
	if !ok || wide(label) <= room {
		return []string{label}
	}
	return []string{first, rest}
}

// TrendLine is a run of values, oldest first. A hidden value is nil.
type TrendLine struct {
	Values []*float64
	Target *float64
}

// bounds gives the lowest and highest of what is drawn.
func (t TrendLine) bounds() (low, high float64, some bool) {
	all := t.Values
	if t.Target != nil {
		all = append(append([]*float64{}, t.Values...), t.Target)
	}
	for _, v := range all {
		if v == nil {
			continue
		}
		if !some {
			low, high, some = *v, *v, true
		}
		low, high = min(low, *v), max(high, *v)
	}
	return low, high, some
}

func (t TrendLine) at(i int, v float64) (x, y float64) {
	low, high, _ := t.bounds()
	x = 4 + 150*float64(i)/float64(max(len(t.Values)-1, 1))
	if high == low {
		return x, 15
	}
	return x, 27 - 24*(v-low)/(high-low)
}

func (t TrendLine) targetAt() (float64, bool) {
	if t.Target == nil {
		return 0, false
	}
	_, y := t.at(0, *t.Target)
	return y, true
}

func (t TrendLine) path() string {
	var b strings.Builder
	pen := "M"
	for i, v := range t.Values {
		if v == nil {
			pen = "M"
			continue
		}
		x, y := t.at(i, *v)
		b.WriteString(pen + num(x) + " " + num(y))
		pen = "L"
	}
	return b.String()
}

func (t TrendLine) end() (x, y float64, ok bool) {
	last := len(t.Values) - 1
	if last < 0 || t.Values[last] == nil {
		return 0, 0, false
	}
	x, y = t.at(last, *t.Values[last])
	return x, y, true
}

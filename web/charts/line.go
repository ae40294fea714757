package charts

import (
	"strconv"
	"time"

	"throughline/web/components"
)

// Line is the throughline of one case: who held it and when, what was passed on
// and not answered, the duties that lay apart, the referrals that branch from
// it, the clocks, and what else happened. It is made once from stored facts and
// only placed here; the table beside it is made of the same.
type Line struct {
	ID, Title, Lede, Desc string
	From, Until, Now      time.Time // the window; Now lies in it
	Ticks                 []Tick
	Bands                 []Band
	Passes                []Pass
	Gaps                  []Gap
	Duties                []Band
	Branches              []Branch
	Clocks                []Mark
	Marks                 []Mark // whatever else has a place on the line
	Table                 components.DataTable
}

// Tick is one line of the scale.
type Tick struct {
	At    time.Time
	Label string
}

// Band is a stretch in which somebody held the case, or one duty of it.
type Band struct {
	Name        string
	Look        Look
	From, Until time.Time
	Open        bool // it goes on
	Word        bool // by the word of a partner that never signs in
	Href        string
}

// Pass is one hand-off: offered, and answered where it was.
type Pass struct {
	Offered, Answered time.Time // Answered is now where nobody has
	Accepted, Open    bool
	Word              bool
	Label, Href       string
}

// Gap is time in which something passed on was not answered, or the victim was
// not told.
type Gap struct {
	From, Until time.Time
	Label, Href string
}

// Branch is a referral: hollow until it was accepted, then in the receiver's
// look.
type Branch struct {
	Name, Note string
	Look       Look
	Sent       time.Time
	Accepted   *time.Time
	Until      time.Time
	Ended      bool
	Href       string
}

// Mark is one thing at one moment: a clock at its due date, a hand-off when it was
// offered, or an event. Kind is the clock's state or what became of the offer;
// empty for an event.
type Mark struct {
	At          time.Time
	Kind        string
	Label, Href string
	Who         string // of an event: who recorded it
}

// The measures of the picture (ux.md section 5).
const (
	lineWide   = 1160.0
	lineGutter = 112.0
	lineEdge   = 1152.0
	lineTop    = 40.0
	bandHigh   = 36.0
	mostBranch = 12
)

// Figure gives the whole figure: picture, legend and table.
func (l Line) Figure() components.ChartFigureView {
	return components.ChartFigureView{ID: l.ID, Title: l.Title, Lede: l.Lede, Chart: picture(l.draw()), Legend: Legend(l.ID, l.keys()), Table: l.Table}
}

// x places a moment; what lies outside the window stands at its edge.
func (l Line) x(at time.Time) float64 {
	whole := l.Until.Sub(l.From).Seconds()
	if whole <= 0 {
		return lineGutter
	}
	return min(max(lineGutter+at.Sub(l.From).Seconds()/whole*(lineEdge-lineGutter), lineGutter), lineEdge)
}

func (l Line) draw() drawing {
	d := drawing{id: l.ID, title: l.Title, desc: l.Desc, w: lineWide, linked: true}
	y := lineTop + 12
	band := y
	y += bandHigh + 22
	y = l.rows(&d, "Duties", y, 30, l.duties())
	y = l.packed(&d, "Hand-offs", y, l.offers())
	y = l.packed(&d, "Clocks", y, l.Clocks)
	y = l.packed(&d, "Events", y, l.Marks)
	y = l.branches(&d, band, y)
	d.h = y + 8
	ground := drawing{id: l.ID}
	for _, t := range l.Ticks {
		x := l.x(t.At)
		ground.line("M"+num(x)+" "+num(lineTop-4)+"V"+num(d.h), "#d5d8d2", 1, "")
		ground.quietLabel(x+3, lineTop-14, t.Label, "start")
	}
	d.shapes = append(ground.shapes, d.shapes...)
	d.quietLabel(0, band+22, "Who held it", "start")
	for _, b := range l.Bands {
		l.band(&d, b, band)
	}
	for _, g := range l.Gaps {
		l.gap(&d, g, band)
	}
	for _, p := range l.Passes {
		l.pass(&d, p, band)
	}
	x := l.x(l.Now)
	d.line("M"+num(x)+" "+num(lineTop-6)+"V"+num(d.h), "#0b0c0c", 2, "")
	d.label(x-4, lineTop-28, "Now", "end", true)
	return d
}

// band draws one stretch: they touch, and the one that goes on ends in an arrow.
func (l Line) band(d *drawing, b Band, y float64) {
	x, end := l.x(b.From), l.x(b.Until)
	d.href = b.Href
	d.bar(x, y, max(end-x, 2), bandHigh, b.Look)
	if b.Open {
		d.shapes = append(d.shapes, shape{kind: 'p', d: "M" + num(end) + " " + num(y) + "l8 18l-8 18z", fill: b.Look.edge(), stroke: b.Look.edge(), width: 1})
	}
	d.plate(x+6, y+23, b.Name, end-x-12)
	d.href = ""
}

// plate writes a name on white, as far as there is room for it.
func (d *drawing) plate(x, y float64, text string, room float64) {
	text = fitted(text, room-8)
	if text == "" {
		return
	}
	d.shapes = append(d.shapes, shape{kind: 'r', x: x, y: y - 15, w: wide(text) + 8, h: 20, fill: "#fff"})
	d.label(x+4, y-0.5, text, "start", true)
}

// fitted shortens a text to its room; none at all where hardly any is left.
func fitted(text string, room float64) string {
	if wide(text) <= room {
		return text
	}
	letters := []rune(text)
	n := int(room/7) - 1
	if n < 3 {
		return ""
	}
	return string(letters[:min(n, len(letters))]) + "…"
}

// gap lies over the sender's band, for it still holds the case.
func (l Line) gap(d *drawing, g Gap, y float64) {
	x, end := l.x(g.From), l.x(g.Until)
	d.href = g.Href
	d.use(Late)
	d.shapes = append(d.shapes, shape{kind: 'r', x: x, y: y + bandHigh - 12, w: max(end-x, 3), h: 12, fill: Late.fill(d.id), stroke: Late.edge(), width: 1.2, dash: "4 3"})
	anchor := "start"
	if x > lineWide*2/3 {
		anchor, x = "end", end
	}
	d.label(x, y+bandHigh+15, g.Label, anchor, true)
	d.href = ""
}

// pass draws an open ring where something was offered and a filled one where it
// was accepted; a cross where it was not.
func (l Line) pass(d *drawing, p Pass, y float64) {
	x, end, mid := l.x(p.Offered), l.x(p.Answered), y+10
	d.href = p.Href
	dash := ""
	if p.Open || p.Word {
		dash = "4 3"
	}
	d.line("M"+num(x)+" "+num(mid)+"H"+num(end), "#fff", 5, "")
	d.line("M"+num(x)+" "+num(mid)+"H"+num(end), "#0b0c0c", 2, dash)
	d.ring(x, mid, "#fff")
	switch {
	case p.Accepted:
		d.ring(end, mid, "#0b0c0c")
	case !p.Open:
		d.shapes = append(d.shapes, shape{kind: 'p', d: "M" + num(end-5) + " " + num(mid-5) + "l10 10m0 -10l-10 10", fill: "none", stroke: "#0b0c0c", width: 2.5})
	}
	d.href = ""
}

func (d *drawing) ring(x, y float64, fill string) {
	d.shapes = append(d.shapes, shape{kind: 'p', d: "M" + num(x-6) + " " + num(y) + "a6 6 0 1 0 12 0a6 6 0 1 0 -12 0", fill: fill, stroke: "#0b0c0c", width: 2})
}

// row is one thing with a place of its own under the band.
type row func(d *drawing, y float64)

func (l Line) rows(d *drawing, name string, y, high float64, list []row) float64 {
	if len(list) == 0 {
		return y
	}
	d.quietLabel(0, y+16, name, "start")
	for _, r := range list {
		r(d, y)
		y += high
	}
	return y + 6
}

func (l Line) duties() []row {
	var out []row
	for _, b := range l.Duties {
		out = append(out, func(d *drawing, y float64) {
			x, end := l.x(b.From), l.x(b.Until)
			d.href = b.Href
			d.bar(x, y+16, max(end-x, 2), 9, b.Look)
			l.beside(d, x, y+11, b.Name)
			d.href = ""
		})
	}
	return out
}

// beside writes a label at a place, flipped to the left rather than over the edge.
func (l Line) beside(d *drawing, x, y float64, text string) {
	if x+wide(text) > lineWide {
		d.label(min(x, lineEdge), y, text, "end", false)
		return
	}
	d.label(x, y, text, "start", false)
}

// offers are the hand-offs as marks that lead to their records: on the band there
// is no room for a name, and a ring is too small to press.
func (l Line) offers() []Mark {
	var out []Mark
	for _, p := range l.Passes {
		m := Mark{At: p.Offered, Kind: "turned_down", Label: p.Label, Href: p.Href}
		switch {
		case p.Accepted:
			m.Kind = "taken"
		case p.Open:
			m.Kind = "offered"
		}
		out = append(out, m)
	}
	return out
}

// packed draws marks in rows, so that labels never meet. Every mark is drawn and
// leads to its record; beyond what a page holds, labels are left to the table,
// and the sign itself leads on.
func (l Line) packed(d *drawing, name string, y float64, marks []Mark) float64 {
	if len(marks) == 0 {
		return y
	}
	const high, most = 22.0, 10
	d.quietLabel(0, y+15, name, "start")
	var ends []float64
	for _, m := range marks {
		x := l.x(m.At)
		from, to := x-8, x+14+wide(m.Label)
		if to > lineWide {
			from, to = x-14-wide(m.Label), x+8
		}
		n := 0
		for n < len(ends) && n < most && ends[n] > from {
			n++
		}
		labelled := n < most
		if !labelled {
			n = most - 1
		}
		if n == len(ends) {
			ends = append(ends, 0)
		}
		ends[n] = max(ends[n], to)
		d.href = m.Href
		sign := len(d.shapes)
		d.glyph(x, y+high*float64(n)+11, m.Kind)
		if !labelled {
			d.shapes[sign].href, d.shapes[sign].name = m.Href, m.Label
		}
		if labelled {
			anchor, at := "start", x+12
			if from < x-8 {
				anchor, at = "end", x-12
			}
			d.label(at, y+high*float64(n)+15, m.Label, anchor, false)
		}
		d.href = ""
	}
	return y + high*float64(len(ends)) + 6
}

// glyph draws the sign of a clock's state: each has a shape of its own.
func (d *drawing) glyph(x, y float64, kind string) {
	at := "M" + num(x) + " " + num(y)
	p := func(path, fill, stroke, dash string) {
		d.shapes = append(d.shapes, shape{kind: 'p', d: at + path, fill: fill, stroke: stroke, width: 1.6, dash: dash})
	}
	switch kind {
	case "met":
		p("m-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0", "#0f7a52", "#0f7a52", "")
		p("m-4 0l3 3l5 -6", "none", "#fff", "")
	case "due_soon":
		p("m0 -8l8 14h-16z", "#ffdd00", "#0b0c0c", "")
	case "breached":
		p("m0 -8l8 8l-8 8l-8 -8z", "#a1160d", "#a1160d", "")
		p("m-3 -3l6 6m0 -6l-6 6", "none", "#fff", "")
	case "not_evidenced":
		p("m-7 -7h14v14h-14z", "#fff", "#484949", "3 2")
	case "waived":
		p("m-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0", "#fff", "#484949", "")
		p("m-4 5l9 -10", "none", "#484949", "")
	case "offered":
		d.ring(x, y, "#fff")
	case "taken":
		d.ring(x, y, "#0b0c0c")
	case "turned_down":
		p("m-5 -5l10 10m0 -10l-10 10", "none", "#0b0c0c", "")
	case "running":
		p("m-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0", "#fff", "#0b0c0c", "")
		p("m0 -4v4l3 2", "none", "#0b0c0c", "")
	default:
		p("m0 -6l6 6l-6 6l-6 -6z", "#17202e", "#17202e", "")
	}
}

// branches draws the referrals, from the band down.
func (l Line) branches(d *drawing, band, y float64) float64 {
	if len(l.Branches) == 0 {
		return y
	}
	d.quietLabel(0, y+18, "Referrals", "start")
	for i, b := range l.Branches {
		if i == mostBranch {
			d.quietLabel(lineGutter, y+16, "and "+strconv.Itoa(len(l.Branches)-mostBranch)+" more in the table", "start")
			return y + 30
		}
		l.branch(d, b, band, y)
		y += 44
	}
	return y
}

func (l Line) branch(d *drawing, b Branch, band, y float64) {
	x, end := l.x(b.Sent), l.x(b.Until)
	d.line("M"+num(x)+" "+num(band+bandHigh)+"V"+num(y+8)+"q0 8 8 8", "#484949", 1.5, "")
	d.href = b.Href
	hollow := end
	if b.Accepted != nil {
		hollow = l.x(*b.Accepted)
	}
	d.shapes = append(d.shapes, shape{kind: 'r', x: x + 8, y: y + 10, w: max(hollow-x-8, 2), h: 12, fill: "#fff", stroke: b.Look.edge(), width: 1.5})
	if b.Accepted != nil {
		d.bar(hollow, y+10, max(end-hollow, 2), 12, b.Look)
	}
	if b.Ended {
		d.line("M"+num(end)+" "+num(y+6)+"v20", "#0b0c0c", 4, "")
	} else {
		d.shapes = append(d.shapes, shape{kind: 'p', d: "M" + num(end) + " " + num(y+10) + "l7 6l-7 6z", fill: b.Look.edge(), stroke: b.Look.edge(), width: 1})
	}
	text := shape{kind: 't', x: x + 8, y: y + 37, text: b.Name, note: b.Note, anchor: "start", bold: true}
	if x+wide(b.Name+"  "+b.Note) > lineWide {
		text.x, text.anchor = min(end, lineEdge), "end"
	}
	d.shapes = append(d.shapes, text.linked(d.href))
	d.href = ""
}

// keys say what each look of the picture means.
func (l Line) keys() []Key {
	var keys []Key
	have := map[Look]bool{}
	for _, b := range append(append([]Band{}, l.Bands...), l.Duties...) {
		if !have[b.Look] {
			have[b.Look] = true
			keys = append(keys, Key{b.Look, b.Name})
		}
	}
	if len(l.Gaps) > 0 {
		keys = append(keys, Key{Late, "Gap: not answered in time, or not told"})
	}
	return keys
}

// Package charts draws the pictures of the quality pages on the server, as SVG
// made of presentation attributes only. A picture never carries a meaning by
// colour alone, names its series in words, and has a table of the same numbers;
// a number that is too small to show cannot be put into one.
package charts

import (
	"math"
	"strconv"

	"throughline/web/components"
)

// Count is a number that may be shown, or is hidden because it is fewer than 5,
// or is hidden so that a hidden neighbour cannot be worked out. It holds no
// number unless it may be shown.
type Count struct {
	n      int
	hidden hiding
}

type hiding int

const (
	shown hiding = iota
	tooFew
	protected
)

// Shown is a number that may be shown.
func Shown(n int) Count { return Count{n: n} }

// TooFew is a number from 1 to 4, which may not be shown.
func TooFew() Count { return Count{hidden: tooFew} }

// Protected is a number hidden to protect another.
func Protected() Count { return Count{hidden: protected} }

// Hidden tells whether the number may not be shown.
func (c Count) Hidden() bool { return c.hidden != shown }

// Mark is the number as a picture shows it: 1,208, <5 or a dash.
func (c Count) Mark() string {
	switch c.hidden {
	case tooFew:
		return "<5"
	case protected:
		return "–"
	}
	return thousands(c.n)
}

// Words is the number as a table says it: 1,208, Fewer than 5 or Not shown.
func (c Count) Words() string {
	switch c.hidden {
	case tooFew:
		return "Fewer than 5"
	case protected:
		return "Not shown"
	}
	return thousands(c.n)
}

// cell is the number in a table.
func (c Count) cell() components.DataCell {
	return components.DataCell{Text: c.Words(), Hidden: c.Hidden()}
}

// Look is a colour with the pattern that tells it apart without colour. The
// first seven are the bands of the kinds of organisation (ux.md 2) and serve as
// series too; no pattern but Late is diagonal.
type Look string

// The looks.
const (
	Solid    Look = "solid"
	Dots     Look = "dots"
	Lines    Look = "lines"
	Bars     Look = "bars"
	Chevrons Look = "chevrons"
	Rings    Look = "rings"
	Grid     Look = "grid"
	Late     Look = "late"  // diagonal hatch in the alarm colour: after the target, or a gap
	Blank    Look = "blank" // dashed outline: not reached, no record
	few      Look = "few"   // sparse dots: a hidden number

	// Tints are one colour in five steps, each with a pattern denser than the last.
	Tint1 Look = "tint1"
	Tint2 Look = "tint2"
	Tint3 Look = "tint3"
	Tint4 Look = "tint4"
	Tint5 Look = "tint5"
)

// Series gives the look of the i-th of several series.
func Series(i int) Look {
	return []Look{Solid, Dots, Lines, Bars, Chevrons, Rings, Grid}[i%7]
}

// edge is the colour a look is outlined with.
func (l Look) edge() string {
	switch l {
	case Late:
		return "#a1160d"
	case Blank:
		return "#484949"
	case few:
		return "#6f777b"
	case Dots:
		return "#11665f"
	case Lines:
		return "#801650"
	case Bars:
		return "#54397f"
	case Chevrons:
		return "#45591a"
	case Rings:
		return "#8a3b12"
	case Grid:
		return "#5c4a2a"
	}
	return "#12436d"
}

// fill is how a look fills a shape of the figure: the solid colour needs no pattern.
func (l Look) fill(id string) string {
	switch l {
	case Solid, Tint5:
		return "#12436d"
	case Blank, Tint1:
		return "#fff"
	}
	return "url(#" + id + "-" + string(l) + ")"
}

// dash is the outline of a look that has a broken one.
func (l Look) dash() string {
	if l == Blank {
		return "4 3"
	}
	return ""
}

// drawing is a picture ready to be written: the templates only place it.
type drawing struct {
	id, title, desc string
	w, h            float64
	looks           []Look
	shapes          []shape
	linked          bool   // some of it leads somewhere: it is a group, not one image
	href            string // of what is drawn now
}

// shape is a rectangle, a path or a line of text.
type shape struct {
	kind         rune // 'r', 'p' or 't'
	x, y, w, h   float64
	d            string // of a path
	fill, stroke string
	width        float64
	dash         string
	text         string
	anchor       string // start, middle, end
	note         string // quiet words after the text
	bold, quiet  bool
	large        bool   // 14 instead of 12.5
	href         string // where it leads
	name         string // of what leads somewhere and has no text
}

// linked is the shape, leading somewhere.
func (s shape) linked(href string) shape {
	s.href = href
	return s
}

// role is that of the picture: one image, or a group where parts of it lead on.
func (d drawing) role() string {
	if d.linked {
		return "group"
	}
	return "img"
}

func (d *drawing) use(l Look) {
	for _, have := range d.looks {
		if have == l {
			return
		}
	}
	d.looks = append(d.looks, l)
}

// bar draws one bar in a look.
func (d *drawing) bar(x, y, w, h float64, l Look) {
	d.use(l)
	d.shapes = append(d.shapes, shape{kind: 'r', x: x, y: y, w: w, h: h, fill: l.fill(d.id), stroke: l.edge(), width: 1.5, dash: l.dash()})
}

// hiddenBar draws the block of a hidden number. Its size says nothing.
func (d *drawing) hiddenBar(x, y, w, h float64, c Count) {
	d.bar(x, y, w, h, few)
	d.shapes = append(d.shapes, shape{kind: 'r', x: x + w/2 - 9, y: y + h/2 - 8, w: 18, h: 16, fill: "#fff"})
	d.label(x+w/2, y+h/2+4.5, c.Mark(), "middle", true)
}

func (d *drawing) label(x, y float64, text, anchor string, bold bool) {
	d.shapes = append(d.shapes, shape{kind: 't', x: x, y: y, text: text, anchor: anchor, bold: bold, href: d.href})
}

func (d *drawing) quietLabel(x, y float64, text, anchor string) {
	d.shapes = append(d.shapes, shape{kind: 't', x: x, y: y, text: text, anchor: anchor, quiet: true})
}

func (d *drawing) line(path, stroke string, width float64, dash string) {
	d.shapes = append(d.shapes, shape{kind: 'p', d: path, fill: "none", stroke: stroke, width: width, dash: dash})
}

// axis draws the lines of a scale from 0 to its top and gives the height of one.
func (d *drawing) axis(left, right, top, bottom float64, most int) float64 {
	tick := step(most)
	highest := tick * int(math.Ceil(float64(max(most, 1))/float64(tick)))
	unit := (bottom - top) / float64(highest)
	for v := 0; v <= highest; v += tick {
		y := bottom - float64(v)*unit
		d.line("M"+num(left)+" "+num(y)+"H"+num(right), "#d5d8d2", 1, "")
		d.quietLabel(left-7, y+4, thousands(v), "end")
	}
	return unit
}

// step gives the distance between the lines of a scale, four to six of them.
func step(most int) int {
	if most <= 5 {
		return 1
	}
	raw := float64(most) / 5
	size := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if raw <= m*size {
			return int(m * size)
		}
	}
	return int(10 * size)
}

// wide estimates the width of a text of the figure.
func wide(s string) float64 { return float64(len([]rune(s))) * 7 }

func num(f float64) string {
	return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package charts

import (
	"math"

	"throughline/web/components"
)

// Control is a control chart: a share quarter by quarter, with how far chance
// alone goes about the middle of them, so that noise is not called a trend.
type Control struct {
	ID, Title, Lede, Desc string
	Middle                *float64 // nil: too few to say
	Points                []ControlPoint
	Table                 components.DataTable
}

// ControlPoint is one quarter. A hidden or too small one has no value, and leaves
// a gap.
type ControlPoint struct {
	Label                          string // "Q3 2026"
	Share                          *float64
	Low998, Low95, High95, High998 float64
	Sign                           Sign
}

// Figure gives the whole figure: picture, legend, table and download.
func (c Control) Figure(csv string) components.ChartFigureView {
	used := map[Sign]bool{}
	for _, p := range c.Points {
		if p.Share != nil {
			used[p.Sign] = true
		}
	}
	return components.ChartFigureView{ID: c.ID, Title: c.Title, Lede: c.Lede, Chart: picture(c.draw()), Legend: Legend(c.ID, signKeys(used)), Table: c.Table, CSVHref: csv}
}

func (c Control) draw() drawing {
	d := drawing{id: c.ID, title: c.Title, desc: c.Desc, w: 740, h: 300}
	const left, top, bottom = gutter + 6, 28.0, 240.0
	right := d.w - 54
	lowest := 1.0
	for _, p := range c.Points {
		if p.Share != nil {
			lowest = min(lowest, *p.Share)
			if c.Middle != nil {
				lowest = min(lowest, p.Low998)
			}
		}
	}
	y := d.percentAxis(left, right, top, bottom, tenUnder(lowest))
	room := (right - left) / float64(max(len(c.Points), 1))
	x := func(i int) float64 { return left + room*(float64(i)+0.5) }
	if c.Middle != nil {
		d.line("M"+at(left, y(*c.Middle))+"H"+num(right), "#0b0c0c", 1.5, "")
		d.quietLabel(right+5, y(*c.Middle)+4, "Middle", "start")
		c.limits(&d, x, y)
	}
	var run [][2]float64
	for i, p := range c.Points {
		h := math.NaN()
		if p.Share != nil {
			h = y(*p.Share)
		}
		run = append(run, [2]float64{x(i), h})
	}
	d.strokes(run, "#12436d", 2, "")
	for i, p := range c.Points {
		if p.Share != nil {
			d.sign(x(i), y(*p.Share), p.Sign)
		}
		for n, line := range folded(p.Label, room) {
			d.label(x(i), bottom+20+14*float64(n), line, "middle", false)
		}
	}
	d.line("M"+at(left, bottom)+"H"+num(right), "#0b0c0c", 1, "")
	d.quietLabel(0, 12, "Share", "start")
	d.quietLabel(right, 14, "Solid: 99.8% limits. Broken: 95% limits.", "end")
	return d
}

// limits draws what chance would do quarter by quarter: more of it where there
// were fewer.
func (c Control) limits(d *drawing, x func(int) float64, y func(float64) float64) {
	for _, l := range []struct {
		of   func(ControlPoint) float64
		dash string
	}{
		{func(p ControlPoint) float64 { return p.High998 }, ""},
		{func(p ControlPoint) float64 { return p.High95 }, "5 4"},
		{func(p ControlPoint) float64 { return p.Low95 }, "5 4"},
		{func(p ControlPoint) float64 { return p.Low998 }, ""},
	} {
		var points [][2]float64
		for i, p := range c.Points {
			h := math.NaN()
			if p.Share != nil {
				h = y(l.of(p))
			}
			points = append(points, [2]float64{x(i), h})
		}
		d.strokes(points, "#484949", 1.2, l.dash)
	}
}

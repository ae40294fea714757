package charts

import (
	"math"
	"strconv"

	"throughline/web/components"
)

// Funnel is a funnel plot: shares of groups of different sizes, with how far
// chance alone goes for each size. It shows who differs, and that most do not.
type Funnel struct {
	ID, Title, Lede, Desc string
	Axis                  string // what the groups are large by: "Clocks with a record"
	Centre                float64
	Points                []FunnelPoint
	Curve                 []FunnelLimit        // from the smallest to the largest
	Table                 components.DataTable // the same, in words
}

// FunnelPoint is one group. Its number is the one before its name in the table.
type FunnelPoint struct {
	Number, N int
	Share     float64
	Sign      Sign
}

// FunnelLimit is how far chance goes with N: all but 2 in 1,000, and 19 in 20.
type FunnelLimit struct {
	N                              int
	Low998, Low95, High95, High998 float64
}

// Figure gives the whole figure: picture, legend, table and download.
func (f Funnel) Figure(csv string) components.ChartFigureView {
	used := map[Sign]bool{}
	for _, p := range f.Points {
		used[p.Sign] = true
	}
	return components.ChartFigureView{ID: f.ID, Title: f.Title, Lede: f.Lede, Chart: picture(f.draw()), Legend: Legend(f.ID, signKeys(used)), Table: f.Table, CSVHref: csv}
}

// Sizes are numbers spread evenly over the scale of a funnel from the smallest
// group to the largest, for which its limits are drawn.
func Sizes(smallest, largest int) []int {
	low, high := float64(max(smallest, 1))*0.8, float64(max(largest, smallest, 1))*1.25
	var out []int
	const steps = 48
	for i := range steps + 1 {
		n := int(math.Round(low * math.Pow(high/low, float64(i)/steps)))
		if len(out) == 0 || n > out[len(out)-1] {
			out = append(out, n)
		}
	}
	return out
}

func (f Funnel) draw() drawing {
	d := drawing{id: f.ID, title: f.Title, desc: f.Desc, w: 740, h: 380}
	const left, top, bottom = gutter + 6, 28.0, 322.0
	right := d.w - 54
	lowest := f.Centre
	for _, p := range f.Points {
		lowest = min(lowest, p.Share)
	}
	if len(f.Curve) > 0 {
		lowest = min(lowest, f.Curve[len(f.Curve)/4].Low998)
	}
	floor := tenUnder(lowest)
	y := d.percentAxis(left, right, top, bottom, floor)
	d.quietLabel(0, 12, "Share", "start")
	d.quietLabel(left, d.h-8, f.Axis+", a wider step for each doubling", "start")
	if len(f.Curve) == 0 {
		return d
	}
	from, to := math.Log(float64(f.Curve[0].N)), math.Log(float64(f.Curve[len(f.Curve)-1].N))
	x := func(n int) float64 {
		if to == from {
			return (left + right) / 2
		}
		return left + (math.Log(float64(n))-from)/(to-from)*(right-left)
	}
	f.scale(&d, x, bottom)
	d.line("M"+at(left, y(f.Centre))+"H"+num(right), "#0b0c0c", 1.5, "")
	d.quietLabel(right+5, y(f.Centre)+4, "All", "start")
	f.limits(&d, x, y, floor)
	for _, p := range f.Points {
		d.sign(x(p.N), y(p.Share), p.Sign)
		if p.Sign != SignUsual {
			d.label(x(p.N)+10, y(p.Share)+4.5, strconv.Itoa(p.Number), "start", true)
		}
	}
	return d
}

// scale writes sizes under the plot: 20, 50, 100, 200 and so on.
func (f Funnel) scale(d *drawing, x func(int) float64, bottom float64) {
	d.line("M"+at(x(f.Curve[0].N), bottom)+"H"+num(x(f.Curve[len(f.Curve)-1].N)), "#0b0c0c", 1, "")
	last := math.Inf(-1)
	for ten := 1; ten <= 10_000_000; ten *= 10 {
		for _, n := range []int{ten, 2 * ten, 5 * ten} {
			if n < f.Curve[0].N || n > f.Curve[len(f.Curve)-1].N || x(n)-last < 44 {
				continue
			}
			last = x(n)
			d.line("M"+at(last, bottom)+"v5", "#0b0c0c", 1, "")
			d.label(last, bottom+18, thousands(n), "middle", false)
		}
	}
}

// limits draws both pairs of limits, and says which is which.
func (f Funnel) limits(d *drawing, x func(int) float64, y func(float64) float64, floor float64) {
	for _, l := range []struct {
		of   func(FunnelLimit) float64
		dash string
	}{
		{func(l FunnelLimit) float64 { return l.High998 }, ""},
		{func(l FunnelLimit) float64 { return l.High95 }, "5 4"},
		{func(l FunnelLimit) float64 { return l.Low95 }, "5 4"},
		{func(l FunnelLimit) float64 { return l.Low998 }, ""},
	} {
		var points [][2]float64
		for _, c := range f.Curve {
			h := y(l.of(c))
			if l.of(c) < floor {
				h = math.NaN()
			}
			points = append(points, [2]float64{x(c.N), h})
		}
		d.strokes(points, "#484949", 1.4, l.dash)
	}
	d.quietLabel(x(f.Curve[len(f.Curve)-1].N), 14, "Solid: 99.8% limits. Broken: 95% limits.", "end")
}

package charts

import (
	"math"
	"strconv"
)

// Sign is how a value stands beside its limits. Its shape says it besides its
// look: nobody has to tell colours apart.
type Sign int

// The signs.
const (
	SignUsual   Sign = iota // a circle
	SignPerhaps             // a square
	SignHigh                // a triangle that points up
	SignLow                 // a triangle that points down
)

// look is how a sign is filled.
func (s Sign) look() Look {
	return []Look{Blank, Dots, Solid, Late}[s]
}

// signKeys is the legend of what a figure draws.
func signKeys(used map[Sign]bool) []Key {
	var out []Key
	for s, words := range []string{"As chance would have it (circle)", "Perhaps different (square)", "Higher than chance (triangle up)", "Lower than chance (triangle down)"} {
		if used[Sign(s)] {
			out = append(out, Key{Sign(s).look(), words})
		}
	}
	return out
}

// sign draws a mark about a point.
func (d *drawing) sign(x, y float64, s Sign) {
	const r = 6.0
	var path string
	switch s {
	case SignPerhaps:
		path = "M" + at(x-r+1, y-r+1) + "H" + num(x+r-1) + "V" + num(y+r-1) + "H" + num(x-r+1) + "Z"
	case SignHigh:
		path = "M" + at(x, y-r-2) + "L" + at(x+r+1, y+r-1) + "H" + num(x-r-1) + "Z"
	case SignLow:
		path = "M" + at(x, y+r+2) + "L" + at(x+r+1, y-r+1) + "H" + num(x-r-1) + "Z"
	case SignUsual:
		path = "M" + at(x-r+1, y) + "a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z"
	}
	l := s.look()
	d.use(l)
	d.shapes = append(d.shapes, shape{kind: 'p', d: path, fill: l.fill(d.id), stroke: l.edge(), width: 1.8})
}

func at(x, y float64) string { return num(x) + " " + num(y) }

// strokes draws a line through points, with a gap where one is not a number.
func (d *drawing) strokes(points [][2]float64, colour string, width float64, dash string) {
	path, pen := "", "M"
	for _, p := range points {
		if math.IsNaN(p[1]) {
			pen = "M"
			continue
		}
		path += pen + at(p[0], p[1])
		pen = "L"
	}
	if path != "" {
		d.line(path, colour, width, dash)
	}
}

// percentAxis draws the scale of a share from a lowest value that is a whole ten
// per cent, and gives where a share stands on it.
func (d *drawing) percentAxis(left, right, top, bottom, lowest float64) func(float64) float64 {
	y := func(share float64) float64 { return bottom - (share-lowest)/(1-lowest)*(bottom-top) }
	ticks := 10
	if lowest <= 0.4 {
		ticks = 20
	}
	for v := int(math.Round(lowest * 100)); v <= 100; v += ticks {
		h := y(float64(v) / 100)
		d.line("M"+at(left, h)+"H"+num(right), "#d5d8d2", 1, "")
		d.quietLabel(left-7, h+4, strconv.Itoa(v)+"%", "end")
	}
	return y
}

// tenUnder is the whole ten per cent (twenty, far down) under a share, with room.
func tenUnder(share float64) float64 {
	out := math.Floor((share-0.02)*10) / 10
	if out <= 0.4 {
		out = math.Floor(out*5) / 5
	}
	return min(max(out, 0), 0.8)
}

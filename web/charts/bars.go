package charts

import (
	"throughline/web/components"
)

// MonthBars is counts by month, one bar for each series side by side, or one on
// top of the other.
type MonthBars struct {
	ID      string // prefix of every id in the figure
	Title   string
	Lede    string // one sentence that says what is counted
	Desc    string // what the picture shows, for who cannot see it
	Series  []string
	Months  []Month
	Stacked bool
	Unit    string // what is counted: "Referrals"
}

// Month is one month and a count for each series, in their order.
type Month struct {
	Label  string // "Jan"; the first of a year carries it: "Jan 2026"
	Name   string // "January 2026", for the table
	Counts []Count
}

const (
	gutter      = 44.0 // room for the figures of the scale
	plotTop     = 24.0
	plotBottom  = 214.0
	hiddenBlock = 20.0 // height of a hidden number, whatever it is
)

// Figure gives the whole figure: picture, legend, table and download.
func (b MonthBars) Figure(csv string) components.ChartFigureView {
	return components.ChartFigureView{ID: b.ID, Title: b.Title, Lede: b.Lede, Chart: picture(b.draw()), Legend: Legend(b.ID, b.keys()), Table: b.table(), CSVHref: csv}
}

func (b MonthBars) keys() []Key {
	var keys []Key
	hidden := false
	for i, s := range b.Series {
		keys = append(keys, Key{Series(i), s})
	}
	for _, m := range b.Months {
		for _, c := range m.Counts {
			hidden = hidden || c.Hidden()
		}
	}
	if hidden {
		keys = append(keys, hiddenKey)
	}
	return keys
}

var hiddenKey = Key{few, "Fewer than 5, or hidden to protect it"}

func (b MonthBars) table() components.DataTable {
	t := components.DataTable{Caption: b.Title, ShowCaption: true, Scroll: true, Columns: []components.Column{{Text: "Month"}}}
	for _, s := range b.Series {
		t.Columns = append(t.Columns, components.Column{Text: s, Right: true})
	}
	for _, m := range b.Months {
		row := []components.DataCell{{Text: m.Name}}
		for _, c := range m.Counts {
			row = append(row, c.cell())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (b MonthBars) draw() drawing {
	each := len(b.Series)
	if b.Stacked {
		each = 1
	}
	d := drawing{id: b.ID, title: b.Title, desc: b.Desc, w: widthFor(len(b.Months), each), h: 246}
	room := (d.w - gutter) / float64(max(len(b.Months), 1))
	// What hidden blocks take is taken from the plot, so a stack never leaves it.
	top := plotTop
	if b.Stacked {
		top += hiddenBlock * float64(b.mostHidden())
	}
	unit := d.axis(gutter, d.w, top, plotBottom, b.most())
	wide := min((room-8)/float64(max(each, 1)), 46)
	for i, m := range b.Months {
		left := gutter + room*float64(i) + (room-wide*float64(each))/2
		if b.Stacked {
			d.stack(left, wide, unit, m.Counts)
		} else {
			d.group(left, wide, unit, m.Counts)
		}
		d.label(gutter+room*(float64(i)+0.5), plotBottom+18, m.Label, "middle", false)
	}
	d.line("M"+num(gutter)+" "+num(plotBottom)+"H"+num(d.w), "#0b0c0c", 1, "")
	d.quietLabel(0, 12, b.Unit, "start")
	return d
}

// group draws the bars of one month side by side.
func (d *drawing) group(left, each, unit float64, counts []Count) {
	for i, c := range counts {
		x := left + each*float64(i) + 1
		if c.Hidden() {
			d.hiddenBar(x, plotBottom-hiddenBlock, each-2, hiddenBlock, c)
			continue
		}
		h := float64(c.n) * unit
		if c.n > 0 {
			d.bar(x, plotBottom-h, each-2, h, Series(i))
		}
		if wide(c.Mark()) <= each+2 {
			d.label(x+each/2-1, plotBottom-h-6, c.Mark(), "middle", true)
		}
	}
}

// stack draws the bars of one month on top of each other. The total is written
// only when nothing in it is hidden, since it would tell what is.
func (d *drawing) stack(left, each, unit float64, counts []Count) {
	y, total, hidden := plotBottom, 0, false
	for i, c := range counts {
		if c.Hidden() {
			hidden = true
			continue
		}
		h := float64(c.n) * unit
		y -= h
		total += c.n
		if c.n > 0 {
			d.bar(left, y, each, h, Series(i))
		}
	}
	for _, c := range counts {
		if c.Hidden() {
			y -= hiddenBlock
			d.hiddenBar(left, y, each, hiddenBlock, c)
		}
	}
	if !hidden && wide(thousands(total)) <= each+8 {
		d.label(left+each/2, y-6, thousands(total), "middle", true)
	}
}

// most is the highest bar that may be shown.
func (b MonthBars) most() int {
	most := 0
	for _, m := range b.Months {
		sum := 0
		for _, c := range m.Counts {
			most = max(most, c.n)
			sum += c.n
		}
		if b.Stacked {
			most = max(most, sum)
		}
	}
	return most
}

// mostHidden is the most blocks of hidden numbers in one stack.
func (b MonthBars) mostHidden() int {
	most := 0
	for _, m := range b.Months {
		n := 0
		for _, c := range m.Counts {
			if c.Hidden() {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// widthFor gives the narrowest of the three widths of figures in which every bar
// has room for its mark. The stylesheet knows these three.
func widthFor(groups, each int) float64 {
	need := gutter + float64(groups)*(float64(each)*20+8)
	for _, w := range []float64{548, 740} {
		if need <= w {
			return w
		}
	}
	return 1160
}

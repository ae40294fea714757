package quality

import (
	"math"
	"slices"
)

// A table with its totals is a network: every row and every column is a point,
// every count a line between its row and its column, and every total one too,
// with the opposite sign, so that all lines at a point add up to nought. What
// hidden counts could be instead of what they are is a flow round that network.
// So "could this hidden count be three more?" is asked of the network, exactly
// and in whole numbers, rather than guessed.

// cell is one count or total of the grid.
type cell struct {
	row, column int
	n           int
	sign        int  // 1, and -1 for the total of a row or column
	total       bool // never hidden but for being small itself
	mark        Mark
	flow        int // the change being tried, in the sense of the network
}

type grid struct {
	rows, columns int
	cells         []cell
	lines         [][]int    // the cells of each row, then of each column
	tally         [][2]tally // of each line: of its counts, and of its totals
	queue         []int      // hidden cells whose protection is not yet sure
}

// tally is how many small counts of a line are told to be, and are not.
type tally struct{ few, untold int }

func newGrid(rows, columns int) *grid {
	return &grid{rows: rows, columns: columns, lines: make([][]int, rows+columns), tally: make([][2]tally, rows+columns)}
}

func (g *grid) add(c cell) {
	m := c.mark
	c.mark = Shown
	i := len(g.cells)
	g.cells = append(g.cells, c)
	g.lines[c.row] = append(g.lines[c.row], i)
	g.lines[g.rows+c.column] = append(g.lines[g.rows+c.column], i)
	if m == Shown && c.n > 0 && c.n < fewest {
		m = Few
	}
	if m != Shown {
		g.hide(i, m)
	}
}

// hide marks a cell and has its protection looked at.
func (g *grid) hide(i int, m Mark) {
	c := &g.cells[i]
	for _, t := range g.tallies(*c) {
		if c.mark == Few {
			t.few--
		}
		switch {
		case m == Few:
			t.few++
		case c.n > 0 && c.n < fewest:
			t.untold++
		}
	}
	c.mark = m
	g.queue = append(g.queue, i)
}

func (g *grid) tallies(c cell) [2]*tally {
	kind := 0
	if c.total {
		kind = 1
	}
	return [2]*tally{&g.tally[c.row][kind], &g.tally[g.rows+c.column][kind]}
}

func (g *grid) marks() []Mark {
	out := make([]Mark, len(g.cells))
	for i, c := range g.cells {
		out[i] = c.mark
	}
	return out
}

// protect hides what it takes to make every hidden cell safe. Hiding more only
// ever makes what is hidden safer, so each is settled once, and again where its
// own mark changed. Where there is nothing left to hide, the cells round it no
// longer tell which of them are small; then none in the table does; and a table
// too thin even so has all its counts hidden.
func (g *grid) protect() {
	for len(g.queue) > 0 {
		i := g.queue[0]
		g.queue = g.queue[1:]
		switch c := g.cells[i]; {
		case g.safe(i):
		case g.unlabel(g.lines[c.row]) || g.unlabel(g.lines[g.rows+c.column]) || g.unlabelAll():
			g.queue = append(g.queue, i)
		default:
			g.hideAll()
			return
		}
	}
}

// unlabel stops telling which counts of a line are small, and reports whether
// that changed anything.
func (g *grid) unlabel(line []int) bool {
	changed := false
	for _, j := range line {
		if c := g.cells[j]; c.mark == Few && !c.total {
			g.hide(j, NotShown)
			changed = true
		}
	}
	return changed
}

func (g *grid) unlabelAll() bool {
	changed := false
	for _, line := range g.lines {
		changed = g.unlabel(line) || changed
	}
	return changed
}

func (g *grid) hideAll() {
	for i := range g.cells {
		if c := &g.cells[i]; !c.total {
			c.mark = NotShown
		}
	}
}

// safe makes a hidden cell safe by hiding further counts, and reports whether
// it is. One marked Few could be anything from 1 to 4; one marked NotShown could
// be several; and to somebody who does not know what the marks mean, every
// hidden cell could be values hiddenWidth apart.
func (g *grid) safe(i int) bool {
	c := g.cells[i]
	switch {
	case c.mark == Few:
		if !g.move(i, fewest-1-c.n, true) || !g.move(i, 1-c.n, true) {
			return false
		}
	case c.n < fewest:
		if !g.wide(i, fewest-1, true) { // nought to 4 at the least
			return false
		}
	default:
		if !g.wide(i, fewest-2, true) { // as much as the small count it protects
			return false
		}
	}
	return g.wide(i, hiddenWidth, false)
}

// wide makes sure that the cell's possible values lie this far apart.
func (g *grid) wide(i, width int, labelled bool) bool {
	down := 0
	for down < width && g.try(i, -down-1, labelled, false) {
		down++
	}
	if g.move(i, width-down, labelled) {
		return true
	}
	low, _ := g.bounds(g.cells[i], labelled)
	return g.cells[i].n-low >= width && g.move(i, -width, labelled)
}

// move makes sure that a hidden cell can be by this much more or less than it
// is, hiding further counts to allow it.
func (g *grid) move(i, by int, labelled bool) bool {
	return by == 0 || g.try(i, by, labelled, false) || g.try(i, by, labelled, true)
}

// bounds are the values somebody who knows the marks would think a cell could
// have.
func (g *grid) bounds(c cell, labelled bool) (low, high int) {
	switch {
	case !labelled:
		return 0, math.MaxInt32
	case c.mark == Few:
		return 1, fewest - 1
	case g.givenAway(c):
		return fewest, math.MaxInt32
	}
	return 0, math.MaxInt32
}

// givenAway reports whether a large cell that is not shown tells that it is
// large: beside a small one that is told to be, and none that is not.
func (g *grid) givenAway(c cell) bool {
	few, untold := 0, 0
	for _, t := range g.tallies(c) {
		few += t.few
		untold += t.untold
	}
	return c.n >= fewest && few > 0 && untold == 0
}

// try sends a change round the network, through hidden cells and, where it may
// hide more, through counts to be hidden for it, which then are.
func (g *grid) try(i, by int, labelled, hideMore bool) bool {
	g.clear()
	defer g.clear()
	c := &g.cells[i]
	low, high := g.bounds(*c, labelled)
	if c.n+by < low || c.n+by > high {
		return false
	}
	change := by * c.sign
	c.flow = change
	var opened []int
	for left := max(change, -change); left > 0; {
		path := g.path(i, change > 0, labelled, hideMore)
		if path == nil {
			return false
		}
		push := left
		for _, s := range path {
			push = min(push, g.slack(s.cell, s.up, labelled))
		}
		for _, s := range path {
			if g.cells[s.cell].mark == Shown && !slices.Contains(opened, s.cell) {
				opened = append(opened, s.cell)
			}
			g.cells[s.cell].flow += push * s.sense()
		}
		left -= push
	}
	for _, j := range opened {
		g.hide(j, NotShown)
	}
	return true
}

func (g *grid) clear() {
	for i := range g.cells {
		g.cells[i].flow = 0
	}
}

// slack returns how much further a cell can go up or down in the sense of the
// network, from what is tried already.
func (g *grid) slack(i int, up, labelled bool) int {
	c := g.cells[i]
	low, high := g.bounds(c, labelled)
	at := c.n + c.flow*c.sign
	if up == (c.sign > 0) {
		return high - at
	}
	return at - low
}

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
	plain       bool // hidden without telling whether it is small
	flow        int  // the change being tried, in the sense of the network
}

type grid struct {
	rows, columns int
	cells         []cell
	byRow         [][]int
	byColumn      [][]int
	queue         []int // hidden cells whose protection is not yet sure
}

func newGrid(rows, columns int) *grid {
	return &grid{rows: rows, columns: columns, byRow: make([][]int, rows), byColumn: make([][]int, columns)}
}

func (g *grid) add(c cell) {
	g.byRow[c.row] = append(g.byRow[c.row], len(g.cells))
	g.byColumn[c.column] = append(g.byColumn[c.column], len(g.cells))
	g.cells = append(g.cells, c)
}

func (g *grid) marks() []Mark {
	out := make([]Mark, len(g.cells))
	for i, c := range g.cells {
		out[i] = c.mark
	}
	return out
}

// protect hides the small counts, then what else it takes. Hiding more only
// ever makes what is hidden safer, so each hidden cell is settled once, and
// again where its own mark changed. A table too thin to protect so has all its
// counts hidden.
func (g *grid) protect() {
	for i := range g.cells {
		c := &g.cells[i]
		if c.mark == Shown && c.n > 0 && c.n < fewest {
			c.mark = Few
		}
		if c.mark != Shown {
			g.queue = append(g.queue, i)
		}
	}
	for len(g.queue) > 0 {
		i := g.queue[0]
		g.queue = g.queue[1:]
		if g.safe(i) {
			continue
		}
		if !g.unlabelRound(i) {
			g.hideAll()
			return
		}
		g.queue = append(g.queue, i)
	}
}

func (g *grid) hideAll() {
	for i := range g.cells {
		if c := &g.cells[i]; !c.total {
			c.mark, c.plain = NotShown, true
		}
	}
}

// unlabelRound stops telling which hidden counts in the cell's row and column
// are small, and reports whether that changed anything.
func (g *grid) unlabelRound(i int) bool {
	changed := false
	for _, line := range [][]int{g.byRow[g.cells[i].row], g.byColumn[g.cells[i].column]} {
		for _, j := range line {
			if c := &g.cells[j]; !c.total && c.mark != Shown && !c.plain {
				c.mark, c.plain = NotShown, true
				g.queue = append(g.queue, j)
				changed = true
			}
		}
	}
	return changed
}

// safe makes a hidden cell safe by hiding further counts, and reports whether
// it is. One marked Few could be anything from 1 to 4; one marked NotShown could
// be values far enough apart; and to somebody who does not know what the marks
// mean, every hidden cell could.
func (g *grid) safe(i int) bool {
	c := g.cells[i]
	switch {
	case c.mark == Few:
		if !g.move(i, fewest-1-c.n, true) || !g.move(i, 1-c.n, true) {
			return false
		}
	case c.n < fewest:
		if !g.wide(i, fewest-1, true) {
			return false
		}
	default:
		if !g.wide(i, hiddenWidth, true) {
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
// have. A large count that is NotShown beside one that is Few is given away as
// large, so to be sure that is counted as known.
func (g *grid) bounds(c cell, labelled bool) (low, high int) {
	switch {
	case !labelled || c.plain:
		return 0, math.MaxInt32
	case c.mark == Few:
		return 1, fewest - 1
	case c.n >= fewest:
		return fewest, math.MaxInt32
	}
	return 0, math.MaxInt32
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
		g.cells[j].mark = NotShown
		g.queue = append(g.queue, j)
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

package quality

import (
	"container/heap"
	"math"
	"slices"
)

// step is one cell on a path, and whether it goes up in the sense of the
// network.
type step struct {
	cell int
	up   bool
}

// sense is 1 for up and -1 for down.
func (s step) sense() int {
	if s.up {
		return 1
	}
	return -1
}

// hidingCost is the cost of hiding one more count, beside the count itself:
// rather one large count than two small ones.
const hidingCost = 1 << 24

// path finds the cheapest way to make good a change of cell i: from its row to
// its column, down along rows and up along columns where the cell goes up, the
// other way round where it goes down. It passes hidden cells with slack at no
// cost and, where it may hide more, counts at the cost of hiding them. Nil: there
// is none.
func (g *grid) path(i int, up, labelled bool, hideMore bool) []step {
	rows := g.rows
	from, to := g.cells[i].row, rows+g.cells[i].column
	best := make([]int, rows+g.columns)
	came := make([]step, len(best))
	for p := range best {
		best[p], came[p].cell = math.MaxInt, -1
	}
	best[from] = 0
	todo := &frontier{{0, from}}
	for todo.Len() > 0 {
		at := heap.Pop(todo).(place)
		if at.cost > best[at.point] {
			continue
		}
		if at.point == to {
			return g.trace(came, from, to)
		}
		goesUp := up == (at.point >= rows)
		for _, j := range g.lines[at.point] {
			cost, ok := g.cost(j, goesUp, labelled, hideMore)
			if j == i || !ok {
				continue
			}
			next := g.cells[j].row
			if at.point < rows {
				next = rows + g.cells[j].column
			}
			if total := at.cost + cost; total < best[next] {
				best[next], came[next] = total, step{j, goesUp}
				heap.Push(todo, place{total, next})
			}
		}
	}
	return nil
}

// cost is what it takes to pass a cell, and whether it can be passed at all.
// Nought is never hidden to protect another: that nothing happened is often
// known.
func (g *grid) cost(j int, up, labelled bool, hideMore bool) (int, bool) {
	c := g.cells[j]
	if g.slack(j, up, labelled) <= 0 {
		return 0, false
	}
	switch {
	case c.mark != Shown, c.flow != 0: // hidden, or about to be
		return 0, true
	case !hideMore || c.total || c.n == 0:
		return 0, false
	}
	return hidingCost + c.n, true
}

func (g *grid) trace(came []step, from, to int) []step {
	var out []step
	for p := to; p != from; {
		s := came[p]
		out = append(out, s)
		if p >= g.rows {
			p = g.cells[s.cell].row
		} else {
			p = g.rows + g.cells[s.cell].column
		}
	}
	slices.Reverse(out)
	return out
}

// place is a point of the network with the cost of reaching it.
type place struct{ cost, point int }

// frontier is the heap of places still to look from, the cheapest first.
type frontier []place

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(a, b int) bool { return f[a].cost < f[b].cost }
func (f frontier) Swap(a, b int)      { f[a], f[b] = f[b], f[a] }

// Push and Pop are for container/heap.
func (f *frontier) Push(x any) { *f = append(*f, x.(place)) }

// Pop takes the last place off.
func (f *frontier) Pop() any {
	old := *f
	last := old[len(old)-1]
	*f = old[:len(old)-1]
	return last
}

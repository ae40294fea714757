package demo

// dealer gives out the members of a list so that, at every moment, each has had
// about its share: it owes every member its weight at each turn and chooses
// among those it owes most. A few hundred draws then keep the shares that plain
// chance keeps only in many thousands.
type dealer[T any] struct {
	items   []T
	weights []float64
	total   float64
	owed    []float64
	s       *source
}

// share is one member of a list and its weight.
type share[T any] struct {
	item   T
	weight float64
}

func newDealer[T any](s *source, list ...share[T]) *dealer[T] {
	d := &dealer[T]{s: s}
	for _, l := range list {
		d.items = append(d.items, l.item)
		d.weights = append(d.weights, l.weight)
		d.total += l.weight
	}
	d.owed = make([]float64, len(list))
	for i := range d.owed { // where in its turn each begins is chance
		d.owed[i] = s.unit() - 0.5
	}
	return d
}

// reweigh changes the shares from here on; what is owed stays owed.
func (d *dealer[T]) reweigh(weights []float64) {
	d.total = 0
	d.weights = weights
	for _, w := range weights {
		d.total += w
	}
}

// deal returns the next member.
func (d *dealer[T]) deal() T { return d.items[d.dealAmong(nil)] }

// dealAmong returns the place of the next member among those allowed (nil:
// all), and -1 where none is. What the others are owed stays owed to them.
func (d *dealer[T]) dealAmong(allowed func(T) bool) int {
	for i, w := range d.weights {
		d.owed[i] += w / d.total
	}
	best := -1
	for i := range d.items {
		if d.weights[i] == 0 || allowed != nil && !allowed(d.items[i]) {
			continue
		}
		if best < 0 || d.owed[i] > d.owed[best] {
			best = i
		}
	}
	if best < 0 {
		return -1
	}
	// Among those owed nearly as much, chance decides, so that no pattern shows.
	n := 0
	chosen := best
	for i := range d.items {
		if d.weights[i] == 0 || allowed != nil && !allowed(d.items[i]) || d.owed[i] < d.owed[best]-0.4 {
			continue
		}
		n++
		if d.s.below(n) == 0 {
			chosen = i
		}
	}
	d.owed[chosen]--
	return chosen
}

// debit counts a member as dealt that came about another way.
func (d *dealer[T]) debit(is func(T) bool) {
	for i, w := range d.weights {
		d.owed[i] += w / d.total
	}
	for i := range d.items {
		if is(d.items[i]) {
			d.owed[i]--
			return
		}
	}
}

package sets

import (
	"crypto/sha256"

	"throughline/internal/linkage"
)

// String names a half.
func (h Half) String() string {
	return [...]string{"all", "the half tuned on", "the other half"}[h]
}

// Sealed is the set as a database holds it that seals addresses of email and
// postcodes: what stands there is a key, the same for the same and no nearer for
// what is near.
func (s *Set) Sealed() *Set {
	out := *s
	out.Records = make([]linkage.Record, len(s.Records))
	key := func(v string) string {
		if v == "" {
			return ""
		}
		sum := sha256.Sum256([]byte(v))
		return string(sum[:16])
	}
	for i, r := range s.Records {
		r.Email, r.Postcode = key(r.Email), key(r.Postcode)
		out.Records[i] = r
	}
	return &out
}

// LookUp asks an index for people who were written down again, and takes what is
// likely among so many people. each is told of every look-up before it is done,
// and does it; nil: none is told.
func LookUp(x *linkage.Index, again []Again, among int, each func(do func())) Figures {
	f := Figures{Labelled: len(again)}
	if each == nil {
		each = func(do func()) { do() }
	}
	for i := range again {
		var found []linkage.Match
		var compared int
		each(func() { found, compared = x.Find(&again[i].Record, -1, among) })
		f.Compared += compared
		f.Linked += len(found)
		for _, m := range found {
			if m.At == again[i].Of {
				f.Right, f.Found, f.Grouped = f.Right+1, f.Found+1, f.Grouped+1
			}
		}
	}
	return f
}

// Figures are how well a set was linked.
type Figures struct {
	Labelled    int // pairs that are one person
	Linked      int // pairs that were put forward
	Right       int // of Linked
	Found       int // of Labelled, put forward themselves
	Grouped     int // of Labelled, put forward or joined by what was
	GroupLinked int // pairs within groups of records that are joined
	GroupRight  int
	Compared    int
}

// Precision is how many of the pairs put forward are one person.
func (f Figures) Precision() float64 { return share(f.Right, f.Linked) }

// Recall is how many of the labelled pairs were found. A reviewer who links A
// with B and B with C has found that A and C are one person, so a pair counts
// that is joined by others.
func (f Figures) Recall() float64 { return share(f.Grouped, f.Labelled) }

// Direct is the recall of pairs that were put forward themselves.
func (f Figures) Direct() float64 { return share(f.Found, f.Labelled) }

// GroupPrecision is Precision with every pair counted that others join.
func (f Figures) GroupPrecision() float64 { return share(f.GroupRight, f.GroupLinked) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// in reports whether a record's person is in a half.
func (s *Set) in(h Half, i int) bool {
	return h == All || (s.Person[i]%2 == 0) == (h == Tuned)
}

// Measure links one half of a set by itself.
func (s *Set) Measure(h Half) Figures {
	var at []int
	var records []linkage.Record
	place := map[int]int{}
	for i := range s.Records {
		if s.in(h, i) {
			place[i] = len(at)
			at, records = append(at, i), append(records, s.Records[i])
		}
	}
	pairs, compared := linkage.NewIndex(records).Pairs()
	f := Figures{Linked: len(pairs), Compared: compared}
	groups := newGroups(len(at))
	direct := map[[2]int]bool{}
	for _, p := range pairs {
		direct[p] = true
		groups.join(p[0], p[1])
		if s.Person[at[p[0]]] == s.Person[at[p[1]]] {
			f.Right++
		}
	}
	for i := range at {
		for j := i + 1; j < len(at); j++ {
			if groups.of(i) == groups.of(j) {
				f.GroupLinked++
				if s.Person[at[i]] == s.Person[at[j]] {
					f.GroupRight++
				}
			}
		}
	}
	for _, t := range s.True {
		if !s.in(h, t[0]) || !s.in(h, t[1]) {
			continue
		}
		i, j := place[t[0]], place[t[1]]
		f.Labelled++
		if direct[[2]int{min(i, j), max(i, j)}] {
			f.Found++
		}
		if groups.of(i) == groups.of(j) {
			f.Grouped++
		}
	}
	return f
}

// groups joins what belongs together.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) of(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

func (g groups) join(i, j int) { g[g.of(i)] = g.of(j) }

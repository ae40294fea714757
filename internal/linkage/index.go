package linkage

import (
	"cmp"
	"slices"
)

// Index finds the candidates for one record among many, in memory. The product
// asks its database the same question (services/linkage); this is what the
// measures run on.
type Index struct {
	records []Record
	entries []entry // in order of their keys
	from    []int32 // where keys begin that start with these bits
}

// entry is a record under one of its keys.
type entry struct {
	key uint64
	at  int32
}

// bits is by how many bits of a key its entries are found at once.
const bits = 16

// NewIndex indexes records, which it keeps.
func NewIndex(records []Record) *Index {
	x := &Index{records: records, entries: make([]entry, 0, 12*len(records)), from: make([]int32, 1<<bits+1)}
	var keys []uint64
	for i := range records {
		keys = records[i].Keys(keys[:0])
		for _, k := range keys {
			x.entries = append(x.entries, entry{k, int32(i)})
		}
	}
	slices.SortFunc(x.entries, func(a, b entry) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return int(a.at - b.at)
	})
	for _, e := range x.entries {
		x.from[e.key>>(64-bits)+1]++
	}
	for i := range 1 << bits {
		x.from[i+1] += x.from[i]
	}
	return x
}

// under returns the entries of a key.
func (x *Index) under(k uint64) []entry {
	some := x.entries[x.from[k>>(64-bits)]:x.from[k>>(64-bits)+1]]
	first, _ := slices.BinarySearchFunc(some, k, func(e entry, k uint64) int { return cmp.Compare(e.key, k) })
	last := first
	for last < len(some) && some[last].key == k {
		last++
	}
	return some[first:last]
}

// crowd is from how many records a key tells nothing: a shared address of a
// refuge, a birthday put down for everybody. The other keys still find them.
const crowd = 400

// Candidates returns the places of the records that share a key with one, each
// once, in order.
func (x *Index) Candidates(r *Record) []int32 {
	var keys [128]uint64
	var out []int32
	for _, k := range r.Probe(keys[:0]) {
		if some := x.under(k); len(some) <= crowd {
			for _, e := range some {
				out = append(out, e.at)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Match is one record that is likely of the same person.
type Match struct {
	At int
	Result
}

// Find returns the records that are likely of the same person as one, where
// records come from so many people, the likeliest first, and how many were
// compared. The record at self is left out; -1: it is not in the index.
func (x *Index) Find(r *Record, self, people int) (found []Match, compared int) {
	for _, at := range x.Candidates(r) {
		if int(at) == self {
			continue
		}
		compared++
		if m := Compare(r, &x.records[at]); m.Likely(people) {
			found = append(found, Match{int(at), m})
		}
	}
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.At, b.At))
	})
	return found, compared
}

// Pairs returns every pair that is likely of one person, of as many people as
// there are records, the earlier place first, and how many pairs were compared.
func (x *Index) Pairs() (pairs [][2]int, compared int) {
	for i := range x.records {
		found, n := x.Find(&x.records[i], i, len(x.records))
		compared += n
		for _, m := range found {
			if m.At > i {
				pairs = append(pairs, [2]int{i, m.At})
			}
		}
	}
	return pairs, compared / 2
}

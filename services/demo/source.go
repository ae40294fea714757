package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// source is where every choice comes from. It is its own generator, so that a
// seed makes the same data with every release of Go.
type source struct{ state uint64 }

// newSource returns the stream of choices that belongs to a seed and a name:
// streams of different names have nothing to do with each other.
func newSource(seed int64, name string) *source {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(seed)) //nolint:gosec // a seed is any 64 bits
	sum := sha256.Sum256(append(b[:], name...))
	return &source{state: binary.BigEndian.Uint64(sum[:])}
}

// next is SplitMix64.
func (s *source) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix(s.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (s *source) below(n int) int {
	hi, _ := bits.Mul64(s.next(), uint64(n)) //nolint:gosec // n is a length
	return int(hi)                           //nolint:gosec // below n
}

// between returns a number from lo to hi.
func (s *source) between(lo, hi int) int { return lo + s.below(hi-lo+1) }

// unit returns a number from 0 up to 1.
func (s *source) unit() float64 { return float64(s.next()>>11) / (1 << 53) }

// chance is true with probability p.
func (s *source) chance(p float64) bool { return s.unit() < p }

// pick returns one of a list.
func pick[T any](s *source, list []T) T { return list[s.below(len(list))] }

// shuffle puts a list in an order of the seed's choosing.
func shuffle[T any](s *source, list []T) {
	for i := len(list) - 1; i > 0; i-- {
		j := s.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

// id returns a UUIDv7 of a moment.
func (s *source) id(at time.Time) uuid.UUID {
	var random [10]byte
	binary.BigEndian.PutUint64(random[:8], s.next())
	binary.BigEndian.PutUint16(random[8:], uint16(s.next())) //nolint:gosec // the low bits are wanted
	return models.IDAt(at, random)
}

// StableID returns the id of something that is the same in every demo, whatever
// the seed: an organisation, a service, a person who signs in.
func StableID(kind, key string) uuid.UUID {
	sum := sha256.Sum256([]byte(kind + "\x00" + key))
	return models.IDAt(opened(), [10]byte(sum[:10]))
}

// opened is when the fictional organisations joined.
func opened() time.Time { return time.Date(2023, time.January, 3, 9, 0, 0, 0, time.UTC) }

// numbering gives out public references. It scrambles a counter, so that no
// two are alike however many there are, and none says which came before.
type numbering struct {
	kind models.ReferenceKind
	keys [4]uint64
	n    uint64
	kept map[string]bool // those of the stories
}

func newNumbering(seed int64, kind models.ReferenceKind, kept map[string]bool) *numbering {
	s := newSource(seed, "references "+string(rune(kind)))
	return &numbering{kind: kind, keys: [4]uint64{s.next(), s.next(), s.next(), s.next()}, kept: kept}
}

// take returns the next reference: a four-round Feistel network over 40 bits.
func (c *numbering) take() string {
	const half = 1<<20 - 1
	for {
		l, r := c.n>>20&half, c.n&half
		c.n++
		for _, k := range c.keys {
			l, r = r, l^(mix(r^k)&half)
		}
		v := l<<20 | r
		var symbols [8]byte
		for i := range symbols {
			symbols[i] = byte(v >> (35 - 5*i) & 31) //nolint:gosec // five bits
		}
		if ref := models.MakeReference(c.kind, symbols); !c.kept[ref] {
			return ref
		}
	}
}

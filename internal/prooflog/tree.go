package prooflog

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A tile holds up to 256 hashes of one height: level 0 the hashes of leaves,
// level 1 those of full tiles of level 0, and so on. Everything between is
// computed again when it is asked for.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// Tile names one tile: the n-th of a level.
type Tile struct {
	Level int
	N     int64
}

// Tree is the right-hand edge of the log: it takes more leaves, gives the root,
// and knows which tiles changed.
type Tree struct {
	size    int64
	edge    [][]tlog.Hash // the last tile of each level, full ones emptied
	changed map[Tile][]tlog.Hash
}

// NewTree returns the tree of a log of so many leaves, whose last tiles are
// given by tile; a missing one is an error.
func NewTree(size int64, tile func(Tile) ([]tlog.Hash, error)) (*Tree, error) {
	t := &Tree{size: size, changed: map[Tile][]tlog.Hash{}}
	for level, n := 0, size; n > 0; level, n = level+1, n/tileWidth {
		t.edge = append(t.edge, nil)
		have := int(n % tileWidth)
		if have == 0 {
			continue
		}
		hashes, err := tile(Tile{level, n / tileWidth})
		if err != nil {
			return nil, err
		}
		if len(hashes) < have {
			return nil, fmt.Errorf("the tile %d of level %d holds %d hashes, want %d", n/tileWidth, level, len(hashes), have)
		}
		t.edge[level] = append(make([]tlog.Hash, 0, tileWidth), hashes[:have]...)
	}
	return t, nil
}

// Size is how many leaves there are.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf by its hash.
func (t *Tree) Append(h tlog.Hash) {
	t.size++
	for level, n := 0, t.size-1; ; level, n = level+1, n/tileWidth {
		if level == len(t.edge) {
			t.edge = append(t.edge, make([]tlog.Hash, 0, tileWidth))
		}
		t.edge[level] = append(t.edge[level], h)
		t.changed[Tile{level, n / tileWidth}] = t.edge[level]
		if len(t.edge[level]) < tileWidth {
			return
		}
		h = blockHash(t.edge[level])
		t.edge[level] = make([]tlog.Hash, 0, tileWidth)
	}
}

// Changed returns the tiles that changed since it was last asked, as bytes.
func (t *Tree) Changed() map[Tile][]byte {
	out := make(map[Tile][]byte, len(t.changed))
	for tile, hashes := range t.changed {
		out[tile] = TileBytes(hashes)
	}
	t.changed = map[Tile][]tlog.Hash{}
	return out
}

// Root is the hash of the whole tree. Without leaves it is the hash of nothing
// (RFC 6962 section 2.1).
func (t *Tree) Root() tlog.Hash {
	var root tlog.Hash
	first := true
	for _, hashes := range t.edge { // from the right, where the smallest pieces are
		for end := len(hashes); end > 0; {
			piece := end & -end
			h := blockHash(hashes[end-piece : end])
			if first {
				root, first = h, false
			} else {
				root = tlog.NodeHash(h, root)
			}
			end -= piece
		}
	}
	if first {
		root, _ = tlog.TreeHash(0, nil)
	}
	return root
}

// blockHash is the hash over a whole block of hashes, a power of two of them.
func blockHash(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return tlog.NodeHash(blockHash(hashes[:half]), blockHash(hashes[half:]))
}

// TileBytes writes hashes one after the other.
func TileBytes(hashes []tlog.Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}

// TileHashes reads what TileBytes wrote; a rest too short for a hash is dropped.
func TileHashes(b []byte) []tlog.Hash {
	out := make([]tlog.Hash, len(b)/tlog.HashSize)
	for i := range out {
		copy(out[i][:], b[i*tlog.HashSize:])
	}
	return out
}

// Reader gives the proofs of tlog the hashes they ask for, from tiles that fetch
// returns all at once.
func Reader(fetch func([]Tile) (map[Tile][]tlog.Hash, error)) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		type place struct {
			tile       Tile
			start, end int
		}
		places := make([]place, len(indexes))
		wanted := map[Tile]bool{}
		var list []Tile
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			width := 1 << (level % tileHeight)
			first := n * int64(width)
			p := place{tile: Tile{level / tileHeight, first / tileWidth}, start: int(first % tileWidth)}
			p.end = p.start + width
			places[i] = p
			if !wanted[p.tile] {
				wanted[p.tile], list = true, append(list, p.tile)
			}
		}
		tiles, err := fetch(list)
		if err != nil {
			return nil, err
		}
		out := make([]tlog.Hash, len(indexes))
		for i, p := range places {
			hashes := tiles[p.tile]
			if len(hashes) < p.end {
				return nil, fmt.Errorf("the tile %d of level %d holds %d hashes, want %d", p.tile.N, p.tile.Level, len(hashes), p.end)
			}
			out[i] = blockHash(hashes[p.start:p.end])
		}
		return out, nil
	})
}

// Clone returns a tree that grows by itself, with no changes noted.
func (t *Tree) Clone() *Tree {
	c := &Tree{size: t.size, changed: map[Tile][]tlog.Hash{}}
	for _, hashes := range t.edge {
		c.edge = append(c.edge, append(make([]tlog.Hash, 0, tileWidth), hashes...))
	}
	return c
}

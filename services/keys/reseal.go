package keys

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
)

// group is the sealed columns of one table that are sealed anew together: a
// row is put back whole, or not at all.
type group struct {
	table, key, part string
	columns          []string
	cells            []func(*vault.Vault, uuid.UUID, []byte) ([]byte, error)
	classes          []vault.Class // of each column
}

// groups are every sealed column and every key by which rows are found.
func groups() []*group {
	var out []*group
	of := func(table, key, part string) *group {
		for _, g := range out {
			if g.table == table && g.part == part {
				return g
			}
		}
		out = append(out, &group{table: table, key: key, part: part})
		return out[len(out)-1]
	}
	for _, c := range vault.Columns() {
		s := c.Spec()
		g := of(s.Table, s.Key, s.Part)
		g.columns, g.classes = append(g.columns, s.Name), append(g.classes, s.Class)
		g.cells = append(g.cells, func(v *vault.Vault, row uuid.UUID, stored []byte) ([]byte, error) { return v.Anew(c, row, stored) })
	}
	for _, k := range vault.Keys() {
		s := k.Spec()
		g := of(s.Table, s.Key, "")
		g.columns, g.classes = append(g.columns, s.Name), append(g.classes, s.Class)
		g.cells = append(g.cells, func(v *vault.Vault, _ uuid.UUID, stored []byte) ([]byte, error) { return v.FoundAnew(k, stored) })
	}
	return out
}

// rowsAtATime is how many rows one transaction seals anew, so that none waits
// long for those it locks.
const rowsAtATime = 500

// reseal walks every row, and seals anew what is in clear or under another key
// than the newest. It returns how many rows it changed. It can be cut off
// anywhere and begun again: what is done is done.
func (s *Service) reseal(ctx context.Context) (changed int, err error) {
	for _, g := range groups() {
		after := uuid.Nil
		for {
			n, last, err := s.resealPage(ctx, g, after)
			if err != nil {
				return changed, fmt.Errorf("sealing %s anew: %w", g.table, err)
			}
			changed += n
			if last == uuid.Nil {
				break
			}
			after = last
		}
	}
	return changed, nil
}

type cells struct {
	row    uuid.UUID
	before [][]byte
	after  [][]byte
}

// resealPage does the next rows; last is Nil where there are no more.
func (s *Service) resealPage(ctx context.Context, g *group, after uuid.UUID) (changed int, last uuid.UUID, err error) {
	b, err := s.db.Begin(system(ctx))
	if err != nil {
		return 0, uuid.Nil, err
	}
	seen := 0
	var list []cells
	b.Query(pg.Each(func(row pg.Row) error {
		var c cells
		if err := row.Scan(&c.row, &c.before); err != nil {
			return err
		}
		seen, last = seen+1, c.row
		is, err := g.anew(s.vault, &c)
		if is {
			list = append(list, c)
		}
		return err
	}), "select row_id, cells from app_sealed_rows($1, $2, $3, $4, $5, $6)", g.table, g.key, g.columns, g.part, after, s.page)
	if err := b.Send(pg.BatchRead); err != nil {
		return 0, uuid.Nil, err
	}
	if seen < s.page {
		last = uuid.Nil
	}
	if len(list) == 0 {
		return 0, last, nil
	}
	if b, err = s.db.Begin(system(ctx)); err != nil {
		return 0, uuid.Nil, err
	}
	for _, c := range list {
		b.Exec("select app_reseal($1, $2, $3, $4, $5, $6, $7)", g.table, g.key, g.columns, g.part, c.row, c.before, c.after)
	}
	return len(list), last, b.Send(pg.BatchHousekeeping)
}

// anew fills in what a row becomes, and says whether that differs.
func (g *group) anew(v *vault.Vault, c *cells) (bool, error) {
	c.after = make([][]byte, len(c.before))
	differs := false
	for i, stored := range c.before {
		var err error
		if c.after[i], err = g.cells[i](v, c.row, stored); err != nil {
			return false, err
		}
		differs = differs || !bytes.Equal(stored, c.after[i])
	}
	return differs, nil
}

// count tells how many values each key of each class seals; 0 is what is in
// clear.
func (s *Service) count(ctx context.Context) (map[vault.Class]map[uint32]int, error) {
	out := map[vault.Class]map[uint32]int{}
	for _, g := range groups() {
		after := uuid.Nil
		for more := true; more; {
			b, err := s.db.Begin(system(ctx))
			if err != nil {
				return nil, err
			}
			seen := 0
			b.Query(pg.Each(func(row pg.Row) error {
				var id uuid.UUID
				var stored [][]byte
				err := row.Scan(&id, &stored)
				g.tally(out, stored)
				seen, after = seen+1, id
				return err
			}), "select row_id, cells from app_sealed_rows($1, $2, $3, $4, $5, $6)", g.table, g.key, g.columns, g.part, after, s.page)
			if err := b.Send(pg.BatchRead); err != nil {
				return nil, err
			}
			more = seen == s.page
		}
	}
	return out, nil
}

func (g *group) tally(out map[vault.Class]map[uint32]int, stored [][]byte) {
	for i, b := range stored {
		class := g.classes[i]
		if class.LooksUp() || vault.Empty(b) {
			continue
		}
		if out[class] == nil {
			out[class] = map[uint32]int{}
		}
		id, _ := vault.KeyID(b)
		out[class][id]++
	}
}

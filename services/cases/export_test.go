package cases

import "throughline/internal/pg"

// SearchStatements are the statements of a search, by what leads them.
func SearchStatements() map[string]string {
	out := map[string]string{}
	for d, q := range searchSQL {
		out[string(d)] = q
	}
	return out
}

// QueueExplain asks for the generic plan of a search's statement.
func QueueExplain(b *pg.Batch, q string, lines *[]string) {
	b.Exec(`prepare p (text[], text[], text[], text, text, date, date, text, bytea, bytea, bytea, uuid, timestamptz, uuid, text, text[]) as ` + q)
	b.Query(pg.Each(func(row pg.Row) error {
		var line string
		err := row.Scan(&line)
		*lines = append(*lines, line)
		return err
	}), `explain execute p('{ana}', '{sou}', '{sov}', 'ana', 'anb', null, null, null, null, null, null, gen_random_uuid(), now(), null, 'r', '{name}')`)
	b.Exec("deallocate p")
}

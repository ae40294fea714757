package quality

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"throughline/internal/pg"
)

// fact is one grouped line as the database gives it.
type fact struct {
	K1, W1, K2, W2, Code  string
	N, Part, Wide         int
	Measured              int // how many the median is of
	Median, P90, Furthest *float64
}

func rows(ctx context.Context, tx *pg.Tx, m Measure, q Query) ([]Row, error) {
	sql, args := statement(m, q)
	var facts []fact
	if err := tx.Scan(ctx, &facts, sql, append(args, tx.Now)...); err != nil {
		return nil, err
	}
	facts = m.folded(facts)
	out := make([]Row, 0, len(facts))
	for _, f := range facts {
		out = append(out, f.row(m, q))
	}
	return out, nil
}

// folded puts codes together that mean the same. Only counts are: a measure that
// folds has no median.
func (m *Measure) folded(facts []fact) []fact {
	if m.fold == nil {
		return facts
	}
	var out []fact
	for _, f := range facts {
		f.Code = m.fold(f.Code)
		i := slices.IndexFunc(out, func(o fact) bool { return o.K1 == f.K1 && o.K2 == f.K2 && o.Code == f.Code })
		if i < 0 {
			out = append(out, f)
			continue
		}
		out[i].N, out[i].Part, out[i].Wide = out[i].N+f.N, out[i].Part+f.Part, out[i].Wide+f.Wide
	}
	return out
}

func (f fact) row(m Measure, q Query) Row {
	r := Row{N: f.N, part: f.Part, wide: f.Wide}
	for i, g := range []Group{{f.K1, f.W1}, {f.K2, f.W2}} {
		if i < len(q.By) {
			r.Groups = append(r.Groups, q.By[i].say(g))
		}
	}
	if m.Code != "" {
		r.Groups = append(r.Groups, Group{Key: f.Code, Words: m.words(f.Code)})
	}
	if f.Measured >= fewest {
		r.Median, r.P90 = f.Median, f.P90
	}
	if m.longest && f.Furthest != nil && f.N > 0 {
		const week = 7 * 24
		weeks := math.Ceil(*f.Furthest/week) * week
		r.Longest = &weeks
	}
	n := float64(f.N)
	switch m.Kind {
	case KindTime:
		if m.part != "" {
			r.InTime = share(f.Part, f.N)
		}
	case KindShare:
		r.Value = share(f.Part, f.N)
	case KindCount, KindReasons, KindNow:
		r.Value = &n
	}
	if m.base != "" {
		r.Wide = &Wide{N: f.Wide, Recorded: share(f.N, f.Wide), Value: share(f.Part, f.Wide)}
	}
	return r
}

// share is a part of a base, and nothing on a base under twenty (domain.md 5.4).
func share(part, base int) *float64 {
	if base < percentageBase {
		return nil
	}
	v := float64(part) / float64(base)
	return &v
}

// statement builds the one query of every measure from words of our own: no
// value of a caller is ever in the text. Its arguments are the first and the
// last month, the pathway, and the moment, which the caller adds.
func statement(m Measure, q Query) (string, []any) {
	sel := []string{"''", "''", "''", "''", "''"}
	joins := []string{m.join}
	var group []string
	for i, d := range q.By {
		key, words, join := d.column()
		sel[2*i], sel[2*i+1] = key, words
		group = append(group, fmt.Sprint(2*i+1), fmt.Sprint(2*i+2))
		joins = append(joins, join)
	}
	if m.Code != "" {
		sel[4] = m.code
		group = append(group, "5")
	}
	base, part, amount := orTrue(m.base), orTrue(m.part), m.amount
	if amount == "" {
		amount = "null::numeric"
	}
	months := "f.month between $1 and $2"
	if m.Month == "" {
		months = "$1::date <= $2::date" // at this moment, whatever the month
	}
	where := []string{m.of, months, "($3 = '' or f.pathway = $3)", "$4::timestamptz is not null"}
	middle := func(p string) string {
		return "(percentile_cont(" + p + ") within group (order by " + amount + ") filter (where " + base + "))::float8"
	}
	sql := "select " + sel[0] + " as k1, " + sel[1] + " as w1, " + sel[2] + " as k2, " + sel[3] + " as w2, " + sel[4] + " as code, " +
		"count(*) filter (where " + base + ") as n, count(*) filter (where " + base + " and " + part + ") as part, count(*) as wide, " +
		middle("0.5") + " as median, " + middle("0.9") + " as p90, max(" + amount + ")::float8 as furthest, count(" + amount + ") filter (where " + base + ") as measured " +
		"from quality_facts f " + strings.Join(joins, " ") + " where " + strings.Join(where, " and ")
	if len(group) > 0 {
		sql += " group by " + strings.Join(group, ", ") + " order by " + strings.Join(order(q, m), ", ")
	}
	return sql, []any{q.From, q.To, q.Pathway}
}

func orTrue(condition string) string {
	if condition == "" {
		return "true"
	}
	return condition
}

// order puts months in order and everything else by name.
func order(q Query, m Measure) []string {
	var out []string
	for i := range q.By {
		out = append(out, fmt.Sprint(2*i+2), fmt.Sprint(2*i+1))
	}
	if m.Code != "" {
		out = append(out, "6 desc", "5")
	}
	return out
}

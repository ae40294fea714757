package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// big are the tables that grow with the cases: none may ever be read whole.
func big() []string {
	return []string{
		"victims", "cases", "case_holders", "incidents", "related_people", "contact_channels", "contact_details", "code_words", "contact_stops",
		"sharing_decisions", "referrals", "referral_shares", "referral_history", "referral_questions", "referral_assignments", "contact_attempts",
		"clocks", "quality_facts", "idempotency_keys", "outbox", "notices", "audit_events",
	}
}

// wholesale are the ways to read a table whole.
func wholesale() []string { return []string{"Seq Scan", "Parallel Seq Scan"} }

// node is as much of a plan as matters here.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Name     string `json:"Subplan Name"`
	Parallel bool   `json:"Parallel Aware"`
	Filter   string
	Join     string `json:"Join Filter"`
	Plans    []node
}

// faults are what of a plan grows with the number of cases.
func (n node) faults() []string {
	var out []string
	table := n.Relation
	if strings.HasPrefix(table, "audit_events") {
		table = "audit_events"
	}
	if slices.Contains(wholesale(), n.Type) && slices.Contains(big(), table) {
		out = append(out, n.Type+" on "+n.Relation)
	}
	if strings.Contains(n.Filter+n.Join, "hashed SubPlan") {
		out = append(out, "hashed SubPlan at "+n.Type+" "+n.Relation)
	}
	for _, child := range n.Plans {
		out = append(out, child.faults()...)
	}
	return out
}

// plansOf asks for the plans of a trip's statements, as whoever the first of
// them says, and returns what is wrong with them and how many there were.
// Nothing is carried out but that first statement.
func (r *run) plansOf(ctx context.Context, t trip) (faults []string, looked int, err error) {
	conn, err := r.app.Acquire(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, t[0].sql, t[0].args...); err != nil {
		return nil, 0, err
	}
	for _, st := range t[1:] {
		n, err := planOf(ctx, tx, st)
		if err != nil {
			return nil, 0, fmt.Errorf("%w in %.200s", err, st.sql)
		}
		looked++
		for _, f := range n.faults() {
			faults = append(faults, fmt.Sprintf("%s in %.60s", f, strings.Join(strings.Fields(st.sql), " ")))
		}
	}
	return faults, looked, nil
}

func planOf(ctx context.Context, tx pgx.Tx, st statement) (node, error) {
	var raw []byte
	if err := tx.QueryRow(ctx, "explain (format json) "+st.sql, st.args...).Scan(&raw); err != nil {
		return node{}, err
	}
	var list []struct{ Plan node }
	if err := json.Unmarshal(raw, &list); err != nil {
		return node{}, err
	}
	if len(list) != 1 {
		return node{}, errors.New("a plan was expected")
	}
	return list[0].Plan, nil
}

// plans looks at the plans of everything that was caught.
func (r *run) plans(ctx context.Context) error {
	var faults []string
	looked := 0
	for _, t := range r.seen {
		bad, n, err := r.plansOf(ctx, t)
		if err != nil {
			return fmt.Errorf("looking at plans: %w", err)
		}
		faults, looked = append(faults, bad...), looked+n
	}
	want := fmt.Sprintf("%d statements, none reads a table whole", looked)
	got := want
	if len(faults) > 0 {
		got = strings.Join(faults, "; ")
	}
	r.table.same("plans of every operation, for the largest organisation and for a small one", got, want)
	return nil
}

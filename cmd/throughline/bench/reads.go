package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/demo"
)

// The contenders, by the names performance.md gives them.
const (
	limit    = "a0 no row security"
	direct   = "a1 row security"
	product  = "product over HTTP"
	usualWay = "ordinary way over HTTP"
)

// again sends a trip again and again; a reference that was taken is drawn anew,
// as the product draws it.
func again(name string, pool *pgxpool.Pool, pick func(n int) (trip, *swap)) contender {
	return contender{name, func(ctx context.Context, _, n int) error {
		for {
			t, s := pick(n)
			if err := send(ctx, pool, t, s, nil); !strings.HasSuffix(pg.Constraint(err), "_reference_key") {
				return err
			}
		}
	}}
}

// inbox is the first page of 25 of the largest receiver.
func (r *run) inbox(ctx context.Context) error {
	p := r.people["support"]
	since := time.Now()
	const path = "/api/v1/referrals?box=inbox&limit=25"
	caught, body, err := r.askedAgain(http.StatusOK, request(http.MethodGet, path, p.tokenForCaught, nil))
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	if _, _, err := r.asked(http.StatusOK, request(http.MethodGet, path, r.people["youthjustice"].tokenForCaught, nil)); err != nil {
		return fmt.Errorf("inbox of a small organisation: %w", err)
	}
	t := caught.atOnce()
	pick := func(int) (trip, *swap) { return t, &swap{since: since} }
	web, stop, err := overHTTP(product, r.addr, r.o.Workers, http.StatusOK, func(int) []byte { return request(http.MethodGet, path, p.token, nil) })
	if err != nil {
		return err
	}
	defer stop()
	usual, stopUsual, err := overHTTP(usualWay, r.ordinaryAddr, r.o.Workers, http.StatusOK, func(int) []byte { return request(http.MethodGet, path, p.ordinary, nil) })
	if err != nil {
		return err
	}
	defer stopUsual()
	got, err := r.duel(ctx, r.o.Rounds, r.o.Workers, r.o.Length, 0, []contender{again(limit, r.bypass, pick), again(direct, r.app, pick), web, usual})
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	if err := r.steps(ctx, "inbox", t, 1<<20, pick); err != nil {
		return err
	}
	r.table.outcomes(fmt.Sprintf("inbox, 25 rows (%d statements in %d trips)", caught.statements(), len(caught)), got[limit], got[direct], got[product], got[usualWay])
	r.inboxCost = max(tick/1000, got[product].busy.database/time.Duration(max(1, got[product].times)))
	r.table.against("1", "inbox: row security against none", got[direct], got[limit], 0.90)
	r.table.against("2", "inbox: HTTP against the statements alone", got[product], got[direct], 0.75)
	r.table.against("3", "inbox: against the ordinary way", got[product], got[usualWay], 1.5)
	if err := r.sameRows(ctx, "inbox", t, since); err != nil {
		return err
	}
	_, other, err := ask(r.ordinaryAddr, request(http.MethodGet, path, p.ordinary, nil))
	if err != nil {
		return err
	}
	r.table.same("inbox: the product's page and the ordinary way's", listed(body), listed(other))
	return nil
}

// sameRows compares what a trip brings with and without row security. Every
// value that row security shows has to be the one that is there; what it hides
// inside a row, as the names of other organisations' people, is counted.
func (r *run) sameRows(ctx context.Context, what string, t trip, since time.Time) error {
	shown, err := rowsOf(ctx, r.app, t, &swap{since: since})
	if err != nil {
		return err
	}
	there, err := rowsOf(ctx, r.bypass, t, &swap{since: since})
	if err != nil {
		return err
	}
	got, hidden := "the same rows", 0
	if len(shown) != len(there) {
		got = fmt.Sprintf("%d rows of %d", len(shown), len(there))
	}
	for i := range min(len(shown), len(there)) {
		for j := range shown[i] {
			switch shown[i][j] {
			case there[i][j]:
			case "":
				hidden++
			default:
				got = fmt.Sprintf("row %d differs in column %d", i+1, j+1)
			}
		}
	}
	r.table.same(fmt.Sprintf("%s: rows with and without row security, %s hidden", what, models.Plural(hidden, "value", "values")), got, "the same rows")
	return nil
}

// listed is what a list holds, in order: the two ways spell the rest
// differently.
func listed(body []byte) string {
	var list struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return err.Error()
	}
	var out string
	for _, i := range list.Items {
		out += fmt.Sprint(first(i, "reference", "Reference"), first(i, "status", "Status"), " ")
	}
	return fmt.Sprintf("%d items %x", len(list.Items), hash(out))
}

func first(m map[string]any, keys ...string) any {
	for _, k := range keys {
		if v, ok := m[k]; ok {
			return v
		}
	}
	return nil
}

// casePage is a case with a hundred events, read by who holds it.
func (r *run) casePage(ctx context.Context) error {
	ids, err := r.richCases(ctx, 50, 100)
	if err != nil {
		return fmt.Errorf("case page: %w", err)
	}
	p := r.people["police"]
	since := time.Now()
	path := func(n int) string { return "/api/v1/cases/" + ids[n%len(ids)].String() }
	caught, body, err := r.askedAgain(http.StatusOK, request(http.MethodGet, path(0), p.tokenForCaught, nil))
	if err != nil {
		return fmt.Errorf("case page: %w", err)
	}
	t := caught.atOnce()
	pick := func(n int) (trip, *swap) {
		return t, &swap{since: since, ids: map[uuid.UUID]uuid.UUID{ids[0]: ids[n%len(ids)]}}
	}
	web, stop, err := overHTTP(product, r.addr, r.o.Workers, http.StatusOK, func(n int) []byte { return request(http.MethodGet, path(n), p.token, nil) })
	if err != nil {
		return err
	}
	defer stop()
	usual, stopUsual, err := overHTTP(usualWay, r.ordinaryAddr, r.o.Workers, http.StatusOK, func(n int) []byte { return request(http.MethodGet, path(n), p.ordinary, nil) })
	if err != nil {
		return err
	}
	defer stopUsual()
	got, err := r.duel(ctx, r.o.Rounds, r.o.Workers, r.o.Length, 0, []contender{again(limit, r.bypass, pick), again(direct, r.app, pick), web, usual})
	if err != nil {
		return fmt.Errorf("case page: %w", err)
	}
	if err := r.steps(ctx, "case page", t, 1<<20, pick); err != nil {
		return err
	}
	r.table.outcomes(fmt.Sprintf("case page, 100 events (%d statements in %d trips)", caught.statements(), len(caught)), got[limit], got[direct], got[product], got[usualWay])
	r.table.against("1", "case page: row security against none", got[direct], got[limit], 0.80)
	r.table.against("2", "case page: HTTP against the statements alone", got[product], got[direct], 0.70)
	r.table.against("3", "case page: against the ordinary way", got[product], got[usualWay], 1.8)
	if err := r.sameRows(ctx, "case page", t, since); err != nil {
		return err
	}
	_, other, err := ask(r.ordinaryAddr, request(http.MethodGet, path(0), p.ordinary, nil))
	if err != nil {
		return err
	}
	r.table.same("case page: the product's and the ordinary way's", holds(body), holds(other))
	return nil
}

// holds is how much of each kind a case page shows.
func holds(body []byte) string {
	var k map[string]any
	if err := json.Unmarshal(body, &k); err != nil {
		return err.Error()
	}
	inner := k
	if c, ok := k["case"].(map[string]any); ok {
		inner = c
	}
	n := func(keys ...string) int {
		for _, key := range keys {
			if list, ok := inner[key].([]any); ok {
				return len(list)
			}
			if list, ok := k[key].([]any); ok {
				return len(list)
			}
		}
		return -1
	}
	return fmt.Sprintf("%v: %d incidents, %d referrals, %d clocks, %d events", first(inner, "reference", "Reference"), n("incidents", "Incidents"),
		n("referrals", "Referrals"), n("clocks", "Clocks"), n("latest_events", "events"))
}

// search looks for people by name, as one types it, for an organisation that
// holds a tenth of the cases.
func (r *run) search(ctx context.Context) error {
	p := r.people["caseworker"]
	names, err := r.names(ctx, p.org, 120)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	bodies := make([][]byte, len(names))
	trips := make([]trip, len(names))
	since := time.Now()
	statements, round := 0, 0
	for i, name := range names {
		if bodies[i], err = json.Marshal(map[string]string{"name": name}); err != nil {
			return err
		}
		caught, _, err := r.askedAgain(http.StatusOK, request(http.MethodPost, "/api/v1/cases/search", p.tokenForCaught, bodies[i]))
		if err != nil {
			return fmt.Errorf("search for %q: %w", name, err)
		}
		trips[i], statements, round = caught.atOnce(), caught.statements(), len(caught)
	}
	pick := func(n int) (trip, *swap) { return trips[n%len(trips)], &swap{since: since} }
	web, stop, err := overHTTP(product, r.addr, r.o.Workers, http.StatusOK, func(n int) []byte {
		return request(http.MethodPost, "/api/v1/cases/search", p.token, bodies[n%len(bodies)])
	})
	if err != nil {
		return err
	}
	defer stop()
	got, err := r.duel(ctx, r.o.Rounds, r.o.Workers, r.o.Length, 0, []contender{again(limit, r.bypass, pick), again(direct, r.app, pick), web})
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := r.steps(ctx, "search", trips[0], 1<<20, pick); err != nil {
		return err
	}
	r.table.outcomes(fmt.Sprintf("search by name (%d statements in %d trips)", statements, round), got[limit], got[direct], got[product])
	r.table.against("1", "search: row security against none", got[direct], got[limit], 1.0)
	r.table.against("2", "search: HTTP against the statements alone", got[product], got[direct], 0.90)
	return r.sameFound(ctx, p.token, bodies, trips, since)
}

// sameFound compares what a search shows over HTTP with the rows its statements
// bring. Without row security they find other organisations' cases too, so the
// two kinds of rows cannot be compared.
func (r *run) sameFound(ctx context.Context, token string, bodies [][]byte, trips []trip, since time.Time) error {
	right := 0
	for i, t := range trips {
		rows, err := rowsOf(ctx, r.app, t, &swap{since: since})
		if err != nil {
			return err
		}
		status, body, err := ask(r.addr, request(http.MethodPost, "/api/v1/cases/search", token, bodies[i]))
		if err := expect(http.StatusOK, status, body, err); err != nil {
			return err
		}
		var found struct {
			Items []struct {
				Reference string `json:"reference"`
			} `json:"items"`
		}
		if err := json.Unmarshal(body, &found); err != nil {
			return err
		}
		there := map[string]bool{}
		for _, row := range rows {
			for _, v := range row {
				there[v] = true
			}
		}
		all := len(found.Items) == min(20, len(rows)-1) // one row says who asks
		for _, item := range found.Items {
			all = all && there[item.Reference]
		}
		if all {
			right++
		}
	}
	r.table.same("search: shown over HTTP, and found by the statements", fmt.Sprintf("%d of %d names", right, len(trips)), fmt.Sprintf("%d of %d names", len(trips), len(trips)))
	return nil
}

// names are family names of people the organisation can see, the first letters
// of some.
func (r *run) names(ctx context.Context, org uuid.UUID, n int) ([]string, error) {
	rows, err := r.owner.Query(ctx, `select key from (select distinct split_part(v.family_key, ' ', 1) as key from cases c join victims v on v.id = c.victim_id
		where c.accountable_org_id = $1 and v.family_key is not null and length(v.family_key) > 4) x order by md5(key) limit $2`, org, n)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for i := range names {
		if i%3 == 0 {
			letters := []rune(names[i])
			names[i] = string(letters[:min(4, len(letters))])
		}
	}
	return names, err
}

// service is the service whose referrals are planted.
func (r *run) service() uuid.UUID { return demo.StableID("service", demo.SvcIDVA) }

package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"throughline/web/components"
)

// pages compares the list of what was sent as a page and as JSON, the same fifty
// rows by the same query, and measures how long drawing a list takes.
func (r *run) pages(ctx context.Context) error {
	p := r.people["police"]
	asJSON, stop, err := overHTTP("JSON", r.addr, r.o.Workers, http.StatusOK, func(int) []byte {
		return request(http.MethodGet, "/api/v1/referrals?box=sent&limit=50", p.token, nil)
	})
	if err != nil {
		return err
	}
	defer stop()
	asHTML, stopHTML, err := overHTTP("HTML", r.addr, r.o.Workers, http.StatusOK, func(int) []byte {
		return request(http.MethodGet, "/referrals", "", nil, "Cookie: "+p.cookie)
	})
	if err != nil {
		return err
	}
	defer stopHTML()
	got, err := r.duel(ctx, r.o.Rounds, r.o.Workers, r.o.Length, 0, []contender{asJSON, asHTML})
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	r.table.outcomes("list of 50 sent referrals", got["JSON"], got["HTML"])
	r.table.against("11", "HTML list page against the JSON page", got["HTML"], got["JSON"], 0.90)
	for rows, most := range map[int]float64{25: 30, 100: 120} {
		took, err := drawing(ctx, rows)
		if err != nil {
			return err
		}
		r.table.atMost("11", fmt.Sprintf("drawing a list of %d rows", rows), float64(took)/float64(time.Microsecond), most, "us")
	}
	return nil
}

// drawing is how long it takes to draw a list of so many referrals: the median
// of many.
func drawing(ctx context.Context, rows int) (time.Duration, error) {
	var times []time.Duration
	for range 400 {
		begun := time.Now()
		if err := components.Table(listOf(rows)).Render(ctx, io.Discard); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begun))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// listOf is a list as the page of sent referrals shows it.
func listOf(rows int) components.DataTable {
	t := components.DataTable{
		Caption: "Referrals you sent", Cards: true,
		Columns: []components.Column{{Text: "Referral"}, {Text: "Service"}, {Text: "State"}, {Text: "Next clock"}},
	}
	for range rows {
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: "R-ST0R-Y001-X", Href: "/referrals/R-ST0R-Y001-X", Sub: "Sent Thursday 19 November"},
			{Text: "Domestic abuse advocacy (IDVA)", Sub: "Ashdown Advocacy"},
			{Content: components.StateTag("submitted")},
			{Content: components.Clock(components.ClockView{Kind: components.ClockKind("running"), Words: "Decide: due Monday 23 November"})},
		})
	}
	return t
}

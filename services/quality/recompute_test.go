package quality_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/models"
	"throughline/services/quality"
)

// The measures once more, from the raw rows of the records, slowly and plainly:
// loops and maps, no figures, and none of the SQL of the product. What both say
// has to be the same, group by group.

// ledger is everything the measures are about, as the tables have it.
type ledger struct {
	now       time.Time
	referrals []refRow
	clocks    []clockRow
	handoffs  []handoffRow
	ratings   []ratingRow
	goals     map[uuid.UUID]bool
	cases     []caseRow
	unsafe    []attemptRow

	complaints []complaintRow
	limits     []complaintClockRow
	asked      []askedRow

	byCase  map[uuid.UUID]*caseRow
	reached map[uuid.UUID]bool // referrals
}

type refRow struct {
	ID, CaseID, Journey, Service, To        uuid.UUID
	Pathway, Status                         string
	Reason, Whose                           *string
	Submitted, Accepted, Ended, StatusSince *time.Time
}

type clockRow struct {
	ID, CaseID, Holder uuid.UUID
	Referral           *uuid.UUID
	Rule, State        string
	Started, Due       time.Time
	Stopped            *time.Time
	PausedSeconds      int64
}

type handoffRow struct {
	CaseID, To              uuid.UUID
	Status                  string
	Sent, Due               time.Time
	Received, Decided, Told *time.Time
}

type ratingRow struct {
	ID, Referral uuid.UUID
	Need, Point  string
	Score        *int
	At           time.Time
}

type attemptRow struct {
	Referral uuid.UUID
	At       time.Time
}

type caseRow struct {
	ID, Victim, Holder uuid.UUID
	Logged             time.Time
	Born               *time.Time
	Borough            *string
	Equality           []byte
	Wants, Offences    []string
	Reported           *time.Time // London midnight of the first incident's day
	Events             []eventRow
	Relations          []string
	Closings           []closingRow

	equality map[string]string
}

type eventRow struct {
	Type, What string
	At         time.Time
}

type closingRow struct {
	Reason string
	At     time.Time
}

func collect[T any](t testing.TB, db demoQuerier, sql string) []T {
	t.Helper()
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

type demoQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// read reads the ledger as the owner.
func read(t testing.TB, db demoQuerier, now time.Time) *ledger {
	t.Helper()
	l := &ledger{now: now, goals: map[uuid.UUID]bool{}, byCase: map[uuid.UUID]*caseRow{}, reached: map[uuid.UUID]bool{}}
	l.referrals = collect[refRow](t, db, `select id, case_id, journey_id, service_id, to_org_id, pathway, status, reason, decided_by, submitted_at, accepted_at, ended_at, status_since
		from referrals where submitted_at is not null`)
	l.clocks = collect[clockRow](t, db, "select id, case_id, holder_org_id, referral_id, rule, state, started_at, due_at, stopped_at, paused_seconds from clocks where complaint_id is null")
	l.handoffs = collect[handoffRow](t, db, "select case_id, to_org_id, status, sent_at, due_at, received_at, decided_at, told_at from handoffs")
	l.ratings = collect[ratingRow](t, db, "select id, referral_id, need, point, score, at from need_ratings")
	l.unsafe = collect[attemptRow](t, db, "select referral_id, at from contact_attempts where safety_incident and referral_id is not null")
	for _, g := range collect[struct{ Referral uuid.UUID }](t, db, "select referral_id from support_goals") {
		l.goals[g.Referral] = true
	}
	type flat struct {
		ID, Victim, Holder uuid.UUID
		Logged             time.Time
		Born               *time.Time
		Borough            *string
		Equality           []byte
		Wants              []string
	}
	for _, f := range collect[flat](t, db, "select c.id, v.id, c.accountable_org_id, c.logged_at, v.date_of_birth, v.borough, v.equality, c.wants from cases c join victims v on v.id = c.victim_id") {
		l.cases = append(l.cases, caseRow{ID: f.ID, Victim: f.Victim, Holder: f.Holder, Logged: f.Logged, Born: f.Born, Borough: f.Borough, Equality: f.Equality, Wants: f.Wants})
	}
	for i := range l.cases {
		l.byCase[l.cases[i].ID] = &l.cases[i]
		if err := json.Unmarshal(l.cases[i].Equality, &l.cases[i].equality); err != nil {
			t.Fatal(err)
		}
	}
	l.readAround(t, db)
	l.readVoice(t, db)
	for _, k := range l.clocks {
		if k.Referral != nil && k.Rule == "K25" && k.Stopped != nil && (k.State == "met" || k.State == "breached") {
			l.reached[*k.Referral] = true
		}
	}
	return l
}

// readAround reads what hangs on the cases.
func (l *ledger) readAround(t testing.TB, db demoQuerier) {
	t.Helper()
	for _, i := range collect[struct {
		Case     uuid.UUID
		Offences []string
		Reported *time.Time
	}](t, db, "select case_id, offence_types, reported_on from incidents order by case_id, position desc") {
		c := l.byCase[i.Case]
		c.Offences, c.Reported = i.Offences, nil
		if i.Reported != nil {
			y, m, d := i.Reported.Date()
			at := time.Date(y, m, d, 0, 0, 0, 0, models.London())
			c.Reported = &at
		}
	}
	for _, e := range collect[struct {
		Case       uuid.UUID
		Type, What string
		At         time.Time
	}](t, db, "select case_id, type, coalesce(details->>'what', ''), occurred_at from case_events") {
		l.byCase[e.Case].Events = append(l.byCase[e.Case].Events, eventRow{e.Type, e.What, e.At})
	}
	for _, p := range collect[struct {
		Case     uuid.UUID
		Relation string
	}](t, db, "select case_id, relation from related_people where not suspect") {
		l.byCase[p.Case].Relations = append(l.byCase[p.Case].Relations, strings.ToLower(p.Relation))
	}
	for _, p := range collect[struct {
		Case   uuid.UUID
		Reason string
		At     time.Time
	}](t, db, "select case_id, reason, closed_at from case_closings") {
		l.byCase[p.Case].Closings = append(l.byCase[p.Case].Closings, closingRow{p.Reason, p.At})
	}
}

// tally is one group: how many, the part, the wider base, and the amounts.
type tally struct {
	n, part, wide int
	amounts       []float64
}

// sheetOf adds up lines by their groups.
type sheetOf map[string]*tally

// line is one thing counted, with what it may be grouped by.
type line struct {
	groups map[quality.Dimension]string
	needs  []string
	code   string
	base   bool // false: in the wider base only
	part   bool
	amount *float64
}

func (s sheetOf) add(by []quality.Dimension, x line) {
	keys := []string{""}
	for i, d := range by {
		values := []string{x.groups[d]}
		if d == quality.ByNeed {
			if values = x.needs; len(values) == 0 {
				values = []string{"unknown"}
			}
		}
		var next []string
		for _, k := range keys {
			for _, v := range values {
				if v == "" {
					v = "unknown"
				}
				if i > 0 {
					v = k + "/" + v
				}
				next = append(next, v)
			}
		}
		keys = next
	}
	for _, k := range keys {
		if x.code != "" {
			k += "#" + x.code
		}
		if s[k] == nil {
			s[k] = &tally{}
		}
		c := s[k]
		c.wide++
		if !x.base {
			continue
		}
		c.n++
		if x.part {
			c.part++
		}
		if x.amount != nil {
			c.amounts = append(c.amounts, *x.amount)
		}
	}
}

// middle is the value below which a share lies, between two neighbours in
// proportion.
func middle(amounts []float64, p float64) *float64 {
	if len(amounts) < 5 {
		return nil
	}
	sort.Float64s(amounts)
	at := p * float64(len(amounts)-1)
	low := int(math.Floor(at))
	v := amounts[low]
	if low+1 < len(amounts) {
		v += (at - float64(low)) * (amounts[low+1] - amounts[low])
	}
	return &v
}

// words of the comparison: one text for each group.
func (c *tally) say() string {
	out := fmt.Sprintf("n %d", c.n)
	if c.part > 0 {
		out += fmt.Sprintf(" part %d", c.part)
	}
	if c.wide > c.n {
		out += fmt.Sprintf(" of %d", c.wide)
	}
	for _, p := range []float64{0.5, 0.9} {
		if m := middle(c.amounts, p); m != nil {
			out += fmt.Sprintf(" p%.0f %.3f", p*100, *m)
		}
	}
	return out
}

func sayRow(r *quality.Row, m *quality.Measure, by int) (key, says string) {
	var keys []string
	for i, g := range r.Groups {
		if i == by {
			break
		}
		keys = append(keys, g.Key)
	}
	key = strings.Join(keys, "/")
	if m.Code != "" {
		key += "#" + r.Groups[len(r.Groups)-1].Key
	}
	says = fmt.Sprintf("n %d", r.N)
	if r.Part() > 0 && m.HasPart() {
		says += fmt.Sprintf(" part %d", r.Part())
	}
	if r.WideN() > r.N {
		says += fmt.Sprintf(" of %d", r.WideN())
	}
	for _, x := range []struct {
		name string
		v    *float64
	}{{"p50", r.Median}, {"p90", r.P90}} {
		if x.v != nil {
			says += fmt.Sprintf(" %s %.3f", x.name, *x.v)
		}
	}
	return key, says
}

// agree holds every measure, grouped in several ways, against the ledger.
func agree(ctx context.Context, t *testing.T, svc *quality.Service, l *ledger, from, to time.Time, ways [][]quality.Dimension) {
	t.Helper()
	for _, m := range quality.Measures() {
		told, all := 0, l.lines(t, m.Key, from, to)
		for _, by := range ways {
			rows, err := svc.Raw(ctx, quality.Query{Measure: m.Key, By: by, From: from, To: to})
			if err != nil {
				t.Fatalf("%s by %v: %v", m.Key, by, err)
			}
			got, want := map[string]string{}, map[string]string{}
			for i := range rows {
				if key, says := sayRow(&rows[i], &m, len(by)); rows[i].WideN() > 0 {
					got[key] = says
				}
			}
			sheet := sheetOf{}
			for _, x := range all {
				sheet.add(by, x)
			}
			for key, c := range sheet {
				want[key] = c.say()
			}
			told += len(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s by %v (-ledger +figures):\n%s", m.Key, by, diff)
			}
		}
		if told == 0 {
			t.Logf("%s: nothing to count here", m.Key)
		}
	}
}

func monthKey(at time.Time) string { return at.In(models.London()).Format("2006-01") }

func within(at, from, to time.Time) bool {
	k := monthKey(at)
	return k >= from.Format("2006-01") && k <= to.Format("2006-01")
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func hoursBetween(a, b time.Time) *float64 {
	h := math.Floor(b.Sub(a).Seconds()) / 3600
	if d := b.Sub(a).Seconds(); d != math.Floor(d) {
		h = math.Round(d) / 3600
	}
	return &h
}

func ageBand(born *time.Time, at time.Time) string {
	if born == nil {
		return ""
	}
	y, m, d := at.UTC().Date()
	by, bm, bd := born.Date()
	years := y - by
	if m < bm || m == bm && d < bd {
		years--
	}
	switch {
	case years < 18:
		return "under_18"
	case years < 25:
		return "18_24"
	case years < 45:
		return "25_44"
	case years < 65:
		return "45_64"
	}
	return "65_over"
}

// groupsOf is what a line of a case can be grouped by, as things stood at a
// moment.
func (c *caseRow) groupsOf(at time.Time, org uuid.UUID) map[quality.Dimension]string {
	group := "unknown"
	if len(c.Offences) > 0 {
		group = models.OffenceGroup(c.Offences[0])
	}
	t := at.In(models.London())
	return map[quality.Dimension]string{
		quality.ByOrganisation: org.String(), quality.ByBorough: str(c.Borough), quality.BySector: sectorOf(str(c.Borough)), quality.ByMonth: monthKey(at), quality.ByOffence: group,
		quality.ByQuarter: fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3), quality.ByAge: ageBand(c.Born, at),
		quality.ByEthnicGroup: c.equality["ethnic_group"], quality.BySex: c.equality["sex"], quality.ByDisability: c.equality["disability"],
	}
}

func (l *ledger) ofReferral(r *refRow) line {
	c := l.byCase[r.CaseID]
	g := c.groupsOf(*r.Submitted, r.To)
	g[quality.ByService], g[quality.ByPathway] = r.Service.String(), r.Pathway
	return line{groups: g, needs: c.Wants, base: true}
}

// sectorOf is the part of London of a borough.
func sectorOf(borough string) string {
	if a, ok := models.FindAuthority(borough); ok {
		return string(a.Sector)
	}
	return ""
}

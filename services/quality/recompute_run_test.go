package quality_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/demo"
	"throughline/services/quality"
)

// TestEveryMeasureIsWhatASlowCountOfTheRecordsSays seeds a demo, has the job
// count, and holds every measure against the ledger, by several groups.
func TestEveryMeasureIsWhatASlowCountOfTheRecordsSays(t *testing.T) {
	t.Parallel()
	end, err := demo.ParseUntil("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	d := testkit.Postgres(t)
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, demo.Options{Cases: 1000, Seed: 4, Until: end, Vault: testkit.Vault()}); err != nil {
		t.Fatal(err)
	}
	db, err := pg.Open(t.Context(), pg.Options{DSN: d.AppDSN, Now: func() time.Time { return end }, MaxConns: 4, Vault: testkit.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	owner, err := pgx.Connect(t.Context(), d.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	ctx := as(t, owner, "commissioner@demo.test")
	svc := quality.New(db)
	if err := svc.Count(models.WithActor(t.Context(), models.System()), true); err != nil {
		t.Fatal(err)
	}
	l := read(t, owner, end)
	month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	agree(ctx, t, svc, l, month.AddDate(0, -35, 0), month, [][]quality.Dimension{
		nil, {quality.ByOrganisation, quality.ByQuarter}, {quality.ByBorough, quality.ByOffence}, {quality.ByAge, quality.ByPathway}, {quality.ByNeed}, {quality.ByService, quality.ByRule}, {quality.BySector, quality.ByPathway},
	})
	agree(ctx, t, svc, l, month.AddDate(0, -4, 0), month.AddDate(0, -2, 0), [][]quality.Dimension{{quality.ByMonth, quality.BySex}, {quality.ByEthnicGroup}})
	scorecardsAgree(ctx, t, owner, svc, month)
	wayAgrees(ctx, t, svc, l, month)
	publishedIsSafe(ctx, t, svc)
}

// publishedIsSafe attacks what would be published of the demo, and holds it
// against the measures it is made of.
func publishedIsSafe(ctx context.Context, t *testing.T, svc *quality.Service) {
	t.Helper()
	if narrow, asked := svc.AttackPublished(ctx, t); len(narrow) > 0 || asked < 20 {
		t.Errorf("%d numbers were attacked; known within five: %v", asked, narrow)
	}
	p, err := svc.Published(ctx)
	if err != nil || len(p.Tables) != len(quality.PublishedTables()) {
		t.Fatalf("%d tables, %v", len(p.Tables), err)
	}
	whole, err := svc.Raw(ctx, quality.Query{Measure: "referrals_received", From: p.Period.From, To: p.Period.To})
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for i := range p.Tables {
		f := &p.Tables[i]
		if f.Share == "" && (f.Total.Mark != quality.Shown || f.Total.N != whole[0].N) {
			t.Errorf("%s is of %d, and %d were received", f.Key, f.Total.N, whole[0].N)
		}
		for _, line := range f.Cells {
			for _, c := range line {
				if c.Mark != quality.Shown && c.N != 0 {
					t.Errorf("%s holds a number that it hides", f.Key)
				}
				shown++
			}
		}
	}
	if shown < 60 {
		t.Errorf("%d cells: the demo has too little in it", shown)
	}
}

// wayAgrees counts how far referrals got in plain Go.
func wayAgrees(ctx context.Context, t *testing.T, svc *quality.Service, l *ledger, month time.Time) {
	t.Helper()
	for _, pathway := range []string{"", "vawg", "restorative"} {
		w, err := svc.RawWay(ctx, quality.Query{From: month.AddDate(0, -11, 0), To: month, Pathway: pathway})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]int, 6)
		for i := range l.referrals {
			r := &l.referrals[i]
			x, valid := l.referralLine("accepted", r)
			_, stands := l.referralLine("referrals_received", r)
			if !within(*r.Submitted, month.AddDate(0, -11, 0), month) || pathway != "" && x.groups[quality.ByPathway] != pathway {
				continue
			}
			for step, so := range []bool{stands, valid, x.part, l.reached[r.ID], l.goals[r.ID], r.Status == "completed"} {
				if !so {
					break
				}
				want[step]++
			}
		}
		for i, s := range w.Steps {
			if s.N != want[i] {
				t.Errorf("%q: %d were %s, and the records say %d", pathway, s.N, s.Key, want[i])
			}
		}
		if want[0] == 0 || pathway == "" && want[5] == 0 {
			t.Errorf("%q: the demo has too little in it: %v", pathway, want)
		}
	}
}

// scorecardsAgree holds what was counted for the scorecards against the measures,
// which were held against the records: by organisation and month, over all
// pathways and on each.
func scorecardsAgree(ctx context.Context, t *testing.T, owner *pgx.Conn, svc *quality.Service, month time.Time) {
	t.Helper()
	compared := 0
	for _, m := range quality.ScorecardMeasures() {
		for _, pathway := range append([]models.Pathway{{}}, models.Pathways()...) {
			raw, err := svc.Raw(ctx, quality.Query{Measure: m.Key, By: []quality.Dimension{quality.ByOrganisation, quality.ByMonth}, From: month.AddDate(0, -36, 0), To: month, Pathway: pathway.Key})
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for i := range raw {
				want = append(want, fmt.Sprint(raw[i].Groups[0].Key, raw[i].Groups[1].Key, " ", raw[i].N, " ", raw[i].Part(), " ", raw[i].WideN()))
			}
			rows, err := owner.Query(ctx, `select org_id::text || to_char(month, 'YYYY-MM') || ' ' || sum(n) || ' ' || sum(part) || ' ' || sum(wide) from scorecards
				where measure = $1 and ($2 = '' or pathway = $2) group by org_id, month`, m.Key, pathway.Key)
			if err == nil {
				got, err = pgx.CollectRows(rows, pgx.RowTo[string])
			}
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s on %q: the scorecards have %d lines, the measure %d, and they differ", m.Key, pathway.Key, len(got), len(want))
			}
			compared += len(want)
		}
	}
	if compared < 500 {
		t.Errorf("%d lines were compared: the demo has too little in it", compared)
	}
}

// as signs somebody of a demo in.
func as(t testing.TB, owner *pgx.Conn, email string) context.Context {
	t.Helper()
	a := models.Actor{SessionID: models.NewID()}
	err := owner.QueryRow(t.Context(), "select id, org_id, role from users where email = $1", email).Scan(&a.UserID, &a.OrgID, &a.Role)
	if err == nil {
		_, err = owner.Exec(t.Context(), `insert into sessions (id, user_id, org_id, role, kind, created_at, idle_expires_at, expires_at, stepped_up_at)
			values ($1, $2, $3, $4, 'api', now(), now() + interval '12 hours', now() + interval '12 hours', now())`, a.SessionID, a.UserID, a.OrgID, a.Role)
	}
	if err != nil {
		t.Fatal(err)
	}
	return models.WithActor(context.Background(), a)
}

// TestMeasuresAgreeOnWhatIsOutOfTheOrdinary is the same by hand: a clock that
// stood still, work that was reopened, a referral that was sent on and taken
// elsewhere, a hand-off over a bank holiday, somebody who came back, a case that
// went to court, and answers that changed.
func TestMeasuresAgreeOnWhatIsOutOfTheOrdinary(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := quality.New(w.DB)
	h := &hand{Stage: w, t: t}
	h.play()
	if err := svc.Count(w.System(), false); err != nil {
		t.Fatal(err)
	}
	l := read(t, w.Owner, w.Clock.Now())
	month := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	ways := [][]quality.Dimension{nil, {quality.ByOrganisation, quality.ByMonth}, {quality.ByNeed}, {quality.ByEthnicGroup}, {quality.ByQuarter, quality.BySex}}
	agree(w.As("commissioner"), t, svc, l, month.AddDate(0, -3, 0), month, ways)
	for key, want := range map[string]string{
		"unmet_need": "n 1", "out_of_area_served": "n 1 part 1", "re_referred": "n 2 part 1", "hearings_moved": "n 1 part 1", "withdrew_waiting": "n 1 part 1",
		"handoffs_acknowledged": "n 2 part 1", "handoffs_told": "n 1 part 1", "children_referred": "n 1 part 1", "safe_contact_incidents": "n 1",
		"engaged": "n 2 part 1 of 4", "outcomes_improved": "n 1 part 1 of 2",
		"complaints_acknowledged": "n 3 part 1", "complaints_answered": "n 3 part 1", "complaints_upheld": "n 1 part 1 of 4", "complaints_escalated": "n 4 part 1",
		"feedback_response": "n 4 part 2", "feedback_heard": "n 1 part 1 of 4", "feedback_safer": "n 0 of 4",
	} {
		rows, err := svc.Raw(w.As("commissioner"), quality.Query{Measure: key, From: month.AddDate(0, -3, 0), To: month})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %d rows, %v", key, len(rows), err)
		}
		m, _ := quality.FindMeasure(key)
		if _, got := sayRow(&rows[0], &m, 0); got != want {
			t.Errorf("%s: got %q, want %q: what is out of the ordinary is not there", key, got, want)
		}
	}
}

// hand plants by hand.
type hand struct {
	*testkit.Stage
	t *testing.T
}

func (h *hand) sent(c testkit.CaseFacts, status models.ReferralStatus) uuid.UUID {
	return h.Referral(h.t, c, testkit.ServiceIDVA, status).ID
}

func (h *hand) do(sql string, args ...any) {
	h.t.Helper()
	h.Do(h.t, sql, args...)
}

func (h *hand) play() {
	police, vawg := h.Actor("police"), h.Actor("vawg")
	now := h.Clock.Now()
	first := h.Case(h.t, h.As("police"))
	// reached after the clock stood still for a day, with a plan, ratings that
	// changed, completed, reopened and completed again
	r := h.sent(first, models.StatusAccepted)
	h.do(`update clocks set state = 'met', stopped_at = started_at + interval '3 days', paused_seconds = 86400 where referral_id = $1 and rule = 'K25'`, r)
	h.do("insert into support_goals (id, case_id, referral_id, need, goal, review_on, at, by_user_id, by_org_id) values ($1, $2, $3, 'health', $4, '2026-12-01', $5, $6, $7)",
		goalID, first.ID, r, testkit.Seal(vault.GoalText, goalID, "Sleep."), now, vawg.UserID, vawg.OrgID)
	for i, n := range []struct {
		need, point string
		score       any
	}{{"health", "start", 2}, {"health", "end", 2}, {"health", "end", 4}, {"finance", "start", 3}, {"family", "start", nil}} {
		h.do("insert into need_ratings (id, case_id, referral_id, need, point, score, unrated, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			models.NewID(), first.ID, r, n.need, n.point, n.score, map[bool]any{true: "not_asked", false: nil}[n.score == nil], now.Add(time.Duration(i)*time.Hour), vawg.UserID, vawg.OrgID)
	}
	for _, step := range []string{"status = 'in_progress'", "status = 'completed', ended_at = '2026-11-18T10:00:00Z'", "status = 'in_progress', ended_at = null", "status = 'completed', ended_at = '2026-11-20T10:00:00Z'"} {
		h.do("update referrals set version = version + 1, "+step+" where id = $1", r)
	}
	h.goesOn(first, police, vawg)
	h.elsewhere(police)
	h.atCourt(police)
	h.complained(police, vawg)
	h.answered(first, vawg)
	h.Clock.Set(time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC))
}

var goalID = models.NewID()

// goesOn is the same person, who comes back, answers differently, and is once
// contacted on a way that was not safe.
func (h *hand) goesOn(first testkit.CaseFacts, police, vawg models.Actor) {
	h.Clock.Set(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	again := h.sent(first, models.StatusAccepted)
	h.do(`update victims set equality = '{"ethnic_group": "asian", "sex": "female", "disability": "prefer_not_to_say"}' where id = $1`, first.VictimID)
	h.do(`insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, 'phone', 'out', 'other_adult', false, true, '{}', $5, $6, $7)`, models.NewID(), first.ID, again, first.Phone, h.Clock.Now(), vawg.UserID, vawg.OrgID)
	// declined by the service, and nobody else took it
	other := h.Case(h.t, h.As("police"))
	no := h.sent(other, models.StatusSubmitted)
	h.do("update referrals set status = 'declined', version = 3, ended_at = $2, reason = 'no_capacity', decided_by = 'provider' where id = $1", no, h.Clock.Now())
	// voided after it was rated: its needs leave the figures
	void := h.sent(h.Case(h.t, h.As("police")), models.StatusAccepted)
	h.do("insert into need_ratings (id, case_id, referral_id, need, point, score, at, by_user_id, by_org_id) select gen_random_uuid(), case_id, id, 'health', 'start', 2, $2, $3, $4 from referrals where id = $1",
		void, h.Clock.Now(), vawg.UserID, vawg.OrgID)
	h.do("update referrals set status = 'entered_in_error', version = version + 1, ended_at = $2, reason = 'wrong_person' where id = $1", void, h.Clock.Now())
}

// elsewhere is a referral that was sent on because of the area, and taken; and
// one that ended early after contact.
func (h *hand) elsewhere(police models.Actor) {
	c := h.Case(h.t, h.As("police"))
	away := h.sent(c, models.StatusSubmitted)
	h.do("update referrals set status = 'rerouted', version = 3, ended_at = $2, reason = 'out_of_area', decided_by = 'referrer' where id = $1", away, h.Clock.Now())
	taken := h.Referral(h.t, c, testkit.ServiceRefuge, models.StatusDraft).ID
	h.do("update referrals set journey_id = $2, parent_id = $2, relation = 'reroute' where id = $1", taken, away)
	h.do("update referrals set status = 'submitted', version = 2, submitted_at = $2 where id = $1", taken, h.Clock.Now())
	h.do("update referrals set status = 'accepted', version = 3, accepted_at = $2 where id = $1", taken, h.Clock.Now())
	early := h.sent(h.Case(h.t, h.As("police")), models.StatusAccepted)
	h.do("update clocks set state = 'breached', stopped_at = due_at + interval '1 hour' where referral_id = $1 and rule = 'K25'", early)
	h.do("update referrals set status = 'in_progress', version = version + 1 where id = $1", early)
	h.do("update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'lost_contact', decided_by = 'other' where id = $1", early, h.Clock.Now().AddDate(0, 0, 1))
}

// atCourt is a child's case that was charged, moved and given up, with clocks of
// its own; and two hand-offs over Christmas.
func (h *hand) atCourt(police models.Actor) {
	child := h.Case(h.t, h.As("police"), func(f *testkit.CaseFacts) {
		born := time.Date(2015, 3, 1, 0, 0, 0, 0, time.UTC)
		f.DateOfBirth = &born
	})
	at := h.Clock.Now()
	for i, e := range []struct{ kind, details string }{
		{"E1", "{}"}, {"E6", `{"written": true}`}, {"E9", "{}"}, {"E12", `{"what": "listed"}`}, {"E12", `{"what": "moved"}`}, {"E12", `{"what": "vacated"}`},
	} {
		id, when := models.NewID(), at.AddDate(0, 0, i)
		h.do("insert into case_events (id, case_id, type, occurred_at, known_at, at, source_org_id, details, words, by_user_id, by_org_id) values ($1, $2, $3, $4, $4, $4, $5, $6, '{}', $7, $5)",
			id, child.ID, e.kind, when, police.OrgID, e.details, police.UserID)
	}
	for rule, state := range map[string]string{"K1": "met", "K2": "not_evidenced", "K9": "breached"} {
		var stopped any
		if state == "met" {
			stopped = at.Add(time.Hour)
		}
		h.do("insert into clocks (id, case_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at) values ($1, $2, $3, $4, $5, 2, $6, $6, $6, $6, $7)",
			models.NewID(), child.ID, rule, police.OrgID, state, at, stopped)
	}
	h.do("insert into case_closings (id, case_id, reason, closed_at, closed_by, closed_by_org_id, reopened_at, reopened_by) values ($1, $2, 'victim_asked', $3, $4, $5, $6, $4)",
		models.NewID(), child.ID, at.AddDate(0, 0, 9), police.UserID, police.OrgID, at.AddDate(0, 0, 12))
	due, err := models.MustCalendar().Due(time.Date(2026, 12, 24, 10, 0, 0, 0, time.UTC), 1) // Tuesday the 29th: two holidays and a weekend lie between
	if err != nil {
		h.t.Fatal(err)
	}
	for i, answered := range []time.Time{due.Add(-time.Hour), due.Add(time.Hour)} {
		c, id := h.Case(h.t, h.As("police")), models.NewID()
		h.do(`insert into handoffs (id, reference, case_id, duty, from_org_id, to_org_id, sharing_decision_id, sent_at, sent_by, due_at) values ($1, $2, $3, 'case', $4, $5, $6, $7, $8, $9)`,
			id, []string{"H-0000-0000-0", "H-0000-0000-1"}[i], c.ID, police.OrgID, h.Org(testkit.OrgVictims).ID, h.Agreement(h.t, c, h.Org(testkit.OrgVictims).ID), time.Date(2026, 12, 24, 10, 0, 0, 0, time.UTC), police.UserID, due)
		status, further := "refused", ", refusal_reason = 'no_capacity'"
		if i == 0 {
			status, further = "accepted", ", received_at = $2, accepted_at = $2, receiver_reference = ''"
		}
		h.do("update handoffs set status = '"+status+"', version = version + 1, decided_at = $2, decided_by_org_id = to_org_id"+further+" where id = $1", id, answered)
		if i == 0 {
			h.do("update handoffs set told_at = $2, told_channel = 'phone', told_understood = 'yes', told_by_org_id = to_org_id where id = $1", id, answered)
		}
	}
}

// complained are complaints about one organisation: answered in part on the first
// day, acknowledged late, never acknowledged at all and taken further, and one
// that still has time; and a compliment.
func (h *hand) complained(police, vawg models.Actor) {
	at := time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC)
	late := time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		kind                string
		received            time.Time
		acknowledged, ended *time.Time
		further             bool
	}{
		{"complaint", at, &at, &at, false},
		{"complaint", at, &late, nil, false},
		{"complaint", at, nil, nil, true},
		{"complaint", time.Date(2026, 12, 28, 12, 0, 0, 0, time.UTC), nil, nil, false},
		{"compliment", at, nil, nil, false},
	} {
		id := models.NewID()
		h.do(`insert into complaints (id, kind, org_id, said_by, channel, topic, words, received_on, received_at, at, changed_at, by_user_id, by_org_id)
			values ($1, $2, $3, 'anonymous', 'phone', 'delay', $4, $5, $6, $6, $6, $7, $8)`, id, c.kind, vawg.OrgID, testkit.Seal(vault.ComplaintWords, id, `{"said": "Late."}`), c.received, c.received, police.UserID, police.OrgID)
		if c.kind == "compliment" {
			continue
		}
		for rule, stopped := range map[string]*time.Time{"K28": c.acknowledged, "K37": c.ended} {
			due, state := c.received.AddDate(0, 0, 14), "running"
			switch {
			case stopped != nil && !stopped.After(due):
				state = "met"
			case due.Before(time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC)):
				state = "breached"
			}
			h.do(`insert into clocks (id, complaint_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
				values ($1, $2, $3, $4, 'running', 10, $5, $6, $6, $5)`, models.NewID(), id, rule, vawg.OrgID, c.received, due)
			h.do("update clocks set state = $2, stopped_at = $3 where complaint_id = $1 and rule = $4", id, state, stopped, rule)
		}
		if c.ended != nil {
			h.do("update complaints set acknowledged_at = $2, answered_at = $2, outcome = 'partly' where id = $1", id, c.ended)
		}
		if c.further {
			h.do("update complaints set escalated_at = $2, escalated_to = 'ombudsman' where id = $1", id, late)
		}
	}
}

// answered are four who were asked: one says yes to one question, one says only
// words, one not now, one nothing; and somebody who told the office.
func (h *hand) answered(c testkit.CaseFacts, vawg models.Actor) {
	at := time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC)
	for i, a := range []struct{ point, heard, rest, words string }{
		{"working", "yes", "", ""}, {"ended", "", "", "They rang me."}, {"trial", "not_now", "not_now", ""}, {"working", "-", "", ""}, {"office", "no", "no", ""},
	} {
		id := models.NewID()
		var of any = c.ID
		switch {
		case a.point == "office":
			of = nil
		case i == 3:
			of = h.Case(h.t, h.As("police")).ID
		}
		h.do(`insert into feedback_invitations (id, case_id, org_id, point, made_at, expires_at, answered_at) values ($1, $2, $3, $4, $5::timestamptz, $5::timestamptz + interval '28 days', case when $6 then $5::timestamptz end)`,
			id, of, vawg.OrgID, a.point, at, a.heard != "-")
		if a.heard == "-" {
			continue
		}
		h.do("insert into feedback_answers (id, org_id, point, month, heard, safer, again) values ($1, $2, $3, '2026-11-01', nullif($4, ''), nullif($5, ''), nullif($5, ''))", id, vawg.OrgID, a.point, a.heard, a.rest)
		if a.words != "" {
			h.do("insert into feedback_words (id, words) values ($1, $2)", id, testkit.Seal(vault.FeedbackWords, id, a.words))
		}
	}
}

package migrations_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
)

// sights are what somebody may see of one referral and its case, each as a
// query that finds a row where they do. $1 is the referral, $2 the case.
func sights() [][2]string {
	return [][2]string{
		{"referral", "select from referrals where id = $1 and $2::uuid is not null"},
		{"sending", "select from referral_shares where referral_id = $1 and stage = 'sending' and $2::uuid is not null"},
		{"acceptance", "select from referral_shares where referral_id = $1 and stage = 'acceptance' and $2::uuid is not null"},
		{"history", "select from referral_history where referral_id = $1 and $2::uuid is not null"},
		{"clocks", "select from clocks where referral_id = $1 and $2::uuid is not null"},
		{"channels", "select from contact_channels where $1::uuid is not null and case_id = $2"},
		{"numbers", "select from contact_details where $1::uuid is not null and case_id = $2"},
		{"code word", "select from code_words where $1::uuid is not null and case_id = $2"},
		{"case", "select from cases where $1::uuid is not null and id = $2"},
		{"victim", "select from victims where $1::uuid is not null and id in (select victim_id from cases where id = $2)"},
		{"incidents", "select from incidents where $1::uuid is not null and case_id = $2"},
		{"people", "select from related_people where $1::uuid is not null and case_id = $2"},
		{"agreement", "select from sharing_decisions where $1::uuid is not null and case_id = $2"},
		{"figures", "select from quality_facts where referral_id = $1 and $2::uuid is not null"},
	}
}

// everything is what the organisation that holds a case sees of it.
const everything = "referral sending acceptance history clocks channels numbers code word case victim incidents people agreement"

// phase is a moment of a referral and what each is shown of it then, by row
// security alone (decisions.md 1, 2 and 5).
type phase struct {
	name        string
	change      string // of the referral $1
	referrer    string
	receiver    string
	coordinator string
}

func phases() []phase {
	const version = "version = version + 1"
	written := strings.NewReplacer(" sending", "", " acceptance", "", " clocks", "").Replace(everything)
	written = strings.Replace(written, " history", "", 1)
	before := "referral sending history clocks channels"
	after := "referral sending acceptance history clocks channels numbers code word"
	return []phase{
		{"draft", "", written, "", ""},
		{"sent", "", everything, before, ""},
		{"late", "update referrals set over_limit = true where id = $1", everything, before, "referral sending history clocks"},
		{"a decline is proposed", "update referrals set over_limit = false, status = 'decline_proposed', held_from = 'submitted', " + version + " where id = $1", everything, before, "referral sending history clocks"},
		{"sent back", "update referrals set status = 'submitted', held_from = null, " + version + " where id = $1", everything, before, ""},
		{"accepted", "update referrals set status = 'accepted', accepted_at = submitted_at, " + version + " where id = $1", everything, after, ""},
		{"work has begun", "update referrals set status = 'in_progress', " + version + " where id = $1", everything, after, ""},
		{"completed", "update referrals set status = 'completed', ended_at = submitted_at, " + version + " where id = $1", everything, "referral history clocks", ""},
		{"reopened", "update referrals set status = 'in_progress', ended_at = null, " + version + " where id = $1", everything, after, ""},
		{"withdrawn at work", "update referrals set status = 'withdrawn', ended_at = submitted_at, reason = 'other', " + version + " where id = $1", everything, "referral history clocks", ""},
		{"entered in error", "update referrals set status = 'entered_in_error', reason = 'other', " + version + " where id = $1", everything, "referral history clocks", ""},
	}
}

// endings are the ways a referral ends before it was accepted.
func endings() []phase {
	end := func(status string) string {
		return "update referrals set status = '" + status + "', ended_at = submitted_at, reason = 'other', version = version + 1 where id = $1"
	}
	return []phase{
		{"declined", end("declined"), everything, "", ""},
		{"lapsed", end("lapsed"), everything, "", "referral sending history clocks"},
		{"rerouted", end("rerouted"), everything, "", ""},
		{"withdrawn", end("withdrawn"), everything, "referral history clocks", ""},
		{"withdrawal acknowledged", "update referrals set withdrawal_acknowledged_at = submitted_at where id = $1", everything, "", ""},
		{"void", end("entered_in_error"), everything, "", ""},
	}
}

func TestEachSideSeesOfAReferralWhatItsMomentAllows(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := connect(t, w.AppDSN)
	drawn := w.Case(t, w.As("police"))
	w.Do(t, "insert into related_people (id, case_id, relation) values (gen_random_uuid(), $1, 'parent')", drawn.ID)
	r := w.Referral(t, drawn, testkit.ServiceIDVA, models.StatusDraft)
	for _, p := range phases() {
		if p.name == "sent" {
			w.Do(t, "delete from referrals where id = $1", r.ID)
			r = w.Referral(t, drawn, testkit.ServiceIDVA, models.StatusSubmitted)
		} else if p.change != "" {
			w.Do(t, p.change, r.ID)
		}
		shown(t, c, w, p, r.ID, drawn.ID)
	}
	for i, p := range endings() {
		if p.name != "withdrawal acknowledged" {
			drawn = w.Case(t, w.As("police"))
			w.Do(t, "insert into related_people (id, case_id, relation) values (gen_random_uuid(), $1, 'parent')", drawn.ID)
			r = w.Referral(t, drawn, []string{testkit.ServiceIDVA, testkit.ServiceISVA}[i%2], models.StatusSubmitted)
		}
		w.Do(t, p.change, r.ID)
		shown(t, c, w, p, r.ID, drawn.ID)
	}
}

// shown holds what each sees of a referral against its phase. Everybody else
// sees nothing, ever.
func shown(t *testing.T, c *pgx.Conn, w *testkit.Stage, p phase, referral, caseID uuid.UUID) {
	t.Helper()
	want := map[string]string{
		"police": p.referrer, "police.second": p.referrer, "police.manager": p.referrer, "vawg": p.receiver, "vawg.second": p.receiver, "vawg.manager": p.receiver,
		"coordinator": p.coordinator,
	}
	for who, person := range w.People() {
		expected := want[who]
		if r := person.Role; (r == models.RoleCommissionerAuditor || r == models.RoleCommissionerAnalyst) && p.name != "draft" {
			expected = "figures"
		}
		// A record one has opened, or tried to, shows what it would have shown.
		for _, opened := range []string{"", "select app_open_case($2) where $1::uuid is not null", "select app_open_referral($1) where $2::uuid is not null"} {
			var got []string
			as(t, c, w, who, func(tx pgx.Tx) {
				if opened != "" {
					if _, err := tx.Exec(t.Context(), opened, referral, caseID); err != nil {
						t.Fatalf("%s, %s opening: %v", p.name, who, err)
					}
				}
				for _, s := range sights() {
					if n, code := try(t, tx, s[1], referral, caseID); code != "" {
						t.Errorf("%s, %s looking for %s: got %s", p.name, who, s[0], code)
					} else if n > 0 {
						got = append(got, s[0])
					}
				}
			})
			if strings.Join(got, " ") != expected {
				t.Errorf("%s, %s sees %q after %q, want %q", p.name, who, strings.Join(got, " "), opened, expected)
			}
		}
	}
}

func TestWhatOneOpenedIsOpenToNobodyElse(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := connect(t, w.AppDSN)
	drawn := w.Case(t, w.As("police"))
	r := w.Referral(t, drawn, testkit.ServiceIDVA, models.StatusSubmitted)
	sees := func(tx pgx.Tx) int64 {
		var n int64
		for _, s := range sights() {
			found, _ := try(t, tx, s[1], r.ID, drawn.ID)
			n += found
		}
		return n
	}
	as(t, c, w, "police", func(tx pgx.Tx) {
		if _, err := tx.Exec(t.Context(), "select app_open_case($1)", drawn.ID); err != nil || sees(tx) == 0 {
			t.Fatalf("the case's own organisation sees nothing of it: %v", err)
		}
		enter(t, tx, w, "refuge")
		if n := sees(tx); n > 0 {
			t.Errorf("another organisation in the same transaction sees %d rows, want none", n)
		}
		enter(t, tx, w, "police")
		if _, err := tx.Exec(t.Context(), "select app_open_case($1)", drawn.ID); err != nil {
			t.Fatal(err)
		}
	})
	as(t, c, w, "refuge", func(tx pgx.Tx) {
		if n := sees(tx); n > 0 {
			t.Errorf("the connection's next transaction sees %d rows, want none", n)
		}
		for _, statement := range []string{"select app_open_case($1)", "select app_open_referral($1)"} {
			var opened bool
			for _, id := range []uuid.UUID{drawn.ID, r.ID, models.NewID()} {
				if err := tx.QueryRow(t.Context(), statement, id).Scan(&opened); err != nil || opened {
					t.Errorf("%s: got %v, %v, want no", statement, opened, err)
				}
			}
		}
		if n := sees(tx); n > 0 {
			t.Errorf("trying to open it shows %d rows, want none", n)
		}
	})
}

func TestACoordinatorSeesItsOwnPathwaysAlone(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := connect(t, w.AppDSN)
	r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	w.Do(t, "update referrals set over_limit = true where id = $1", r.ID)
	look := func() (seen int64) {
		as(t, c, w, "coordinator", func(tx pgx.Tx) {
			seen, _ = try(t, tx, "select from referrals")
			_, code := try(t, tx, `insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
				select gen_random_uuid(), $2, $1, 'K32', $3, 'running', 1, now(), now(), now(), now()`, r.ID, r.ID, w.Org(testkit.OrgCoordination).ID)
			if (code == "") != (seen > 0) {
				t.Errorf("a coordinator who sees %d referrals starts a clock: got %q", seen, code)
			}
		})
		return seen
	}
	if n := look(); n != 1 {
		t.Errorf("got %d referrals of its pathway, want 1", n)
	}
	w.Do(t, "delete from pathway_coordinators where pathway = 'vawg'")
	if n := look(); n != 0 {
		t.Errorf("got %d referrals of a pathway it does not coordinate, want none", n)
	}
}

// Whoever closes a referral to themselves still finishes the transaction with
// it in sight, and nobody else's transaction gains anything by that.
func TestSightOfARowOneClosedLastsToTheEndOfTheTransaction(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := connect(t, w.AppDSN)
	r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	enter(t, tx, w, "vawg")
	n, err := tx.Exec(t.Context(), "update referrals set status = 'declined', ended_at = now(), reason = 'other', version = version + 1 where id = $1", r.ID)
	if err != nil || n.RowsAffected() != 1 {
		t.Fatalf("declining: %v, %v", n, err)
	}
	if n, code := try(t, tx, "select from referrals where id = $1", r.ID); n != 1 || code != "" {
		t.Errorf("in the transaction that closed it: got %d rows, %q, want the one", n, code)
	}
	if n, code := try(t, tx, "update referrals set reason = 'duplicate' where id = $1", r.ID); n != 0 || code != "" {
		t.Errorf("closed, it changes %d rows, %q, want none", n, code)
	}
	other := connect(t, w.AppDSN)
	for _, who := range []string{"refuge", "vawg.second", "lantern", "system"} {
		as(t, other, w, who, func(tx pgx.Tx) {
			// A transaction with a number of its own is the one the rule could let in.
			if _, err := tx.Exec(t.Context(), "select pg_current_xact_id()"); err != nil {
				t.Fatal(err)
			}
			want := map[string]int64{"vawg.second": 1, "system": 1}[who] // not yet committed: still sent
			if n, _ := try(t, tx, "select from referrals where id = $1", r.ID); n != want {
				t.Errorf("%s meanwhile sees %d, want %d", who, n, want)
			}
		})
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"vawg", "vawg.second", "vawg.manager", "refuge", "coordinator"} {
		as(t, other, w, who, func(tx pgx.Tx) {
			if _, err := tx.Exec(t.Context(), "select pg_current_xact_id()"); err != nil {
				t.Fatal(err)
			}
			if n, _ := try(t, tx, "select from referrals where id = $1", r.ID); n != 0 {
				t.Errorf("%s still sees the referral that was declined", who)
			}
		})
	}
}

// A case shows its victim to who logged it, so it cannot be logged about a
// victim of somebody else; nor can a stop close another case's channel.
func TestNoRowOfOnesOwnReachesIntoAnothersCase(t *testing.T) {
	t.Parallel()
	s := set(t)
	c := connect(t, s.AppDSN)
	own := s.Case(t, s.As("refuge"))
	refuge := s.Actor("refuge")
	as(t, c, s.Stage, "refuge", func(tx pgx.Tx) {
		for what, s := range map[string][]any{
			"a case of another's victim": {`insert into cases (id, reference, victim_id, source, accountable_org_id, logged_by_org_id, logged_by, risk_level, enhanced, logged_at, updated_at)
				values (gen_random_uuid(), 'C-AAAA-AAAA-A', $1, 'self', $2, $2, $3, 'standard', false, now(), now())`, s.VictimID, refuge.OrgID, refuge.UserID},
			"a stop of another's channel": {`insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id)
				values (gen_random_uuid(), $1, $2, 'other_adult', now(), $3, $4)`, s.Phone, own.ID, refuge.OrgID, refuge.UserID},
			"an attempt for another's referral": {`insert into contact_attempts (id, case_id, referral_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
				values (gen_random_uuid(), $1, $2, 'phone', 'out', 'no_answer', true, false, '{}', now(), $4, $3)`, own.ID, s.accepted.ID, refuge.OrgID, refuge.UserID},
			"a referral of another's case": {
				`insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, priority, created_by, created_at, status_since)
				select gen_random_uuid(), 'R-AAAA-AAAA-A', $1, gen_random_uuid(), $2, 'vawg', $3, $3, gen_random_uuid(), 'standard', $4, now(), now()`,
				s.ID, s.Service(testkit.ServiceRefuge).ID, refuge.OrgID, refuge.UserID,
			},
			"a clock of another's case": {`insert into clocks (id, case_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, access)
				values (gen_random_uuid(), $1, 'K1', $2, 'running', 1, now(), now(), now(), now(), array[$2::uuid])`, s.ID, refuge.OrgID},
			"a note for another's outbox": {"insert into outbox (topic, by_org_id, at) values ('x', $1, now())", s.OrgID},
		} {
			if n, code := try(t, tx, s[0].(string), s[1:]...); code != refused {
				t.Errorf("%s: got %d rows, %q, want it refused", what, n, code)
			}
		}
	})
}

// TestAStepIsOfItsOwnReferralsCase: a case's history is read by its case, so a
// step that named another would be shown to strangers.
func TestAStepIsOfItsOwnReferralsCase(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := connect(t, w.AppDSN)
	own, other := w.Case(t, w.As("police")), w.Case(t, w.As("police"))
	r := w.Referral(t, own, testkit.ServiceIDVA, models.StatusSubmitted)
	const step = `insert into referral_history (id, referral_id, case_id, version, action, to_status, at, by_user_id, by_org_id, by_role)
		values (gen_random_uuid(), $1, $2, 99, 'acknowledge', 'acknowledged', now(), app_user_id(), app_org_id(), app_role())`
	as(t, c, w, "vawg", func(tx pgx.Tx) {
		if n, code := try(t, tx, step, r.ID, own.ID); n != 1 || code != "" {
			t.Errorf("a step of its own case: got %d rows, %q", n, code)
		}
		if n, code := try(t, tx, step, r.ID, other.ID); code != refused {
			t.Errorf("a step of another case: got %d rows, %q, want it refused", n, code)
		}
	})
}

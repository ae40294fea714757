package demo_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/demo"
)

// until is the morning the contract's example ends on.
func until(t testing.TB) time.Time {
	t.Helper()
	at, err := demo.ParseUntil("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func owner(t testing.TB, d testkit.Database) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), d.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func seed(t testing.TB, cases int, number int64, end time.Time) (testkit.Database, *pgx.Conn) {
	t.Helper()
	d := testkit.Postgres(t)
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, demo.Options{Cases: cases, Seed: number, Until: end, Vault: testkit.Vault()}); err != nil {
		t.Fatal(err)
	}
	return d, owner(t, d)
}

func count(t testing.TB, c *pgx.Conn, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// checksums returns one sum for each table, over the rows in order. What the
// database draws itself is left out: transaction numbers, and the time of the code
// of a victim's page, which ends in real time; of what is sealed only the length is
// drawn from the seed.
func checksums(t testing.TB, c *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := c.Query(t.Context(), `select table_name, string_agg(case when exists (select from pg_constraint where conname = table_name || '_' || column_name || '_sealed')
			then format('octet_length(%I)', column_name) else quote_ident(column_name) end, ', ' order by ordinal_position)
		from information_schema.columns join information_schema.tables using (table_schema, table_name)
		where table_schema = 'public' and table_type = 'BASE TABLE' and table_name !~ '^(goose|river|audit_events_)'
		and column_name not in ('xact', 'changed_in')
		and (table_name, column_name) not in (('status_doors', 'expires_at'), ('status_doors', 'recorded_at')) group by 1`)
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]string{}
	var table, list string
	if _, err := pgx.ForEachRow(rows, []any{&table, &list}, func() error { columns[table] = list; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(columns) < 20 {
		t.Fatalf("got %d tables, want all of the product's", len(columns))
	}
	out := map[string]string{}
	for table, list := range columns {
		var sum string
		sql := fmt.Sprintf("select count(*) || ' ' || coalesce(md5(string_agg(r, E'\\n' order by r)), '') from (select (%s)::text as r from %s) x", "row("+list+")", table)
		if err := c.QueryRow(t.Context(), sql).Scan(&sum); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		out[table] = sum
	}
	return out
}

func TestTheSameSeedMakesTheSameRows(t *testing.T) {
	t.Parallel()
	_, first := seed(t, 300, 7, until(t))
	_, second := seed(t, 300, 7, until(t))
	_, other := seed(t, 300, 8, until(t))
	want := checksums(t, first)
	if diff := cmp.Diff(want, checksums(t, second)); diff != "" {
		t.Errorf("the same seed made other rows (-first +second):\n%s", diff)
	}
	got := checksums(t, other)
	for _, table := range []string{"victims", "cases", "referrals", "clocks", "contact_attempts"} {
		if got[table] == want[table] {
			t.Errorf("another seed made the same %s", table)
		}
	}
	for _, table := range []string{"organisations", "services", "users"} {
		if got[table] != want[table] {
			t.Errorf("another seed made other %s: they are the same in every demo", table)
		}
	}
}

// TestTheDemoIsShapedByTheCounts is about the five thousand cases that a first
// start makes.
func TestTheDemoIsShapedByTheCounts(t *testing.T) {
	t.Parallel()
	_, c := seed(t, 5000, 1, until(t))

	t.Run("shares by borough and month are those of the counts, within 5 %", func(t *testing.T) {
		compareShares(t, c, "borough", `select a.name, count(*) from cases c join victims v on v.id = c.victim_id join authorities a on a.code = v.borough
			where `+covered+` group by 1`, demo.BoroughShares(t, "2023-12", "2026-02"), 0.05)
		compareShares(t, c, "month", `select to_char(c.logged_at at time zone 'Europe/London', 'YYYY-MM'), count(*) from cases c where `+covered+` group by 1`,
			demo.MonthShares(t, "2023-12", "2026-02"), 0.05)
	})

	t.Run("the City of London, which the counts leave out, has a small share", func(t *testing.T) {
		n := count(t, c, "select count(*) from victims where borough = 'E09000001'")
		if n < 5 || n > 30 {
			t.Errorf("got %d of 5000 victims in the City, want about 15", n)
		}
	})

	t.Run("age groups and kinds of crime are those of the counts, within 3 points", func(t *testing.T) {
		comparePoints(t, c, "age", `select case when age >= 80 then 'Aged 80+' else 'Aged ' || age / 10 * 10 || ' to ' || age / 10 * 10 + 9 || ' years' end, count(*)
			from (select date_part('year', age((c.logged_at at time zone 'Europe/London')::date, v.date_of_birth))::int as age from cases c
			join victims v on v.id = c.victim_id where v.date_of_birth is not null and `+covered+`) x where age >= 10 group by 1`,
			demo.AgeShares(t, "2023-12", "2026-02"))
		comparePoints(t, c, "kind of crime", `select case when i.offence_types && '{rape,sexual_assault,child_sexual_abuse}' then 'sexual'
			when i.offence_types && '{homicide}' then 'homicide' when i.offence_types && '{trafficking}' then 'trafficking' else 'other' end, count(*)
			from cases c join incidents i on i.case_id = c.id and i.position = 1 where `+covered+` group by 1`, demo.CrimeShares(t, "2023-12", "2026-02"))
	})

	t.Run("the base rates of the sources hold within 3 points", func(t *testing.T) {
		rates, err := demo.Rates(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rates {
			t.Logf("%-50s want %5.1f got %5.1f of %d", r.Name, r.Want, r.Got, r.N)
			if r.Off() > demo.Tolerance {
				t.Errorf("%s: got %.1f %% of %d, want %.1f within %.0f points", r.Name, r.Got, r.N, r.Want, demo.Tolerance)
			}
			if r.N < 200 {
				t.Errorf("%s: it rests on %d only", r.Name, r.N)
			}
		}
	})

	t.Run("everybody who signs in finds work", func(t *testing.T) { findsWork(t, c) })
	t.Run("the story cases are there under their references", func(t *testing.T) { findsStories(t, c) })
	t.Run("nothing happens after its end, and nothing waits to be sent", func(t *testing.T) {
		for _, sql := range []string{
			"select count(*) from audit_events where at >= $1", "select count(*) from referral_history where at >= $1",
			"select count(*) from cases where logged_at >= $1", "select count(*) from contact_attempts where at >= $1",
			"select count(*) from contact_stops where at >= $1 or cleared_at >= $1", "select count(*) from notices where at >= $1 or read_at >= $1",
			"select count(*) from outbox where drained_at is null and $1::timestamptz is not null",
			"select count(*) from contact_channels where confirmed_on > $1::date",
		} {
			if n := count(t, c, sql, until(t)); n != 0 {
				t.Errorf("%s: got %d, want 0", sql, n)
			}
		}
	})
	t.Run("one to three referrals follow most cases", func(t *testing.T) {
		n := count(t, c, "select count(*) from referrals where submitted_at is not null")
		if n < 5000 || n > 12000 {
			t.Errorf("got %d referrals of 5000 cases, want one to two each", n)
		}
		if n := count(t, c, "select count(*) from (select case_id from referrals group by 1 having count(*) > 5) x"); n != 0 {
			t.Errorf("got %d cases with more than five referrals", n)
		}
	})
	t.Run("the next row of the outbox does not stand in a notice's place", func(t *testing.T) {
		if n := count(t, c, "select count(*) from notices where outbox_id >= nextval(pg_get_serial_sequence('outbox', 'id'))"); n != 0 {
			t.Errorf("got %d notices in the way", n)
		}
	})
}

// covered are the months for which there are counts and which the demo holds
// whole. Work laid out by hand lies after them.
const covered = `(c.logged_at at time zone 'Europe/London') >= '2023-12-01' and (c.logged_at at time zone 'Europe/London') < '2026-03-01'`

func sharesIn(t *testing.T, c *pgx.Conn, sql string, want map[string]float64) map[string]float64 {
	t.Helper()
	rows, err := c.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	got, total := map[string]float64{}, 0.0
	var key string
	var n float64
	if _, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error {
		if _, ok := want[key]; ok {
			got[key] += n
			total += n
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for k := range got {
		got[k] /= total
	}
	return got
}

func compareShares(t *testing.T, c *pgx.Conn, what, sql string, want map[string]float64, within float64) {
	t.Helper()
	got := sharesIn(t, c, sql, want)
	worst := 0.0
	for k, w := range want {
		off := math.Abs(got[k]-w) / w
		worst = max(worst, off)
		if off > within {
			t.Errorf("%s %s: got a share of %.4f, want %.4f", what, k, got[k], w)
		}
	}
	t.Logf("%s: %d shares, the worst %.1f %% off", what, len(want), 100*worst)
}

func comparePoints(t *testing.T, c *pgx.Conn, what, sql string, want map[string]float64) {
	t.Helper()
	got := sharesIn(t, c, sql, want)
	for k, w := range want {
		t.Logf("%s %-22s want %5.2f %% got %5.2f %%", what, k, 100*w, 100*got[k])
		if math.Abs(got[k]-w) > demo.Tolerance/100 {
			t.Errorf("%s %s: got %.2f %%, want %.2f", what, k, 100*got[k], 100*w)
		}
	}
}

// findsWork holds what is open at the end against what each demo person should
// find.
func findsWork(t *testing.T, c *pgx.Conn) {
	const inbox = `select count(*) from referrals r where r.to_org_id = (select org_id from users where email = $1) and `
	for who, least := range map[string]int{
		"vawg": 3, "support": 2, "youth": 2, "childhouse": 2, "hatecrime": 2, "refuge": 2, "restorative": 1, "havens": 1,
	} {
		n := count(t, c, inbox+"status in ('submitted', 'acknowledged')", who+"@demo.test")
		most := 12
		if who == "vawg" {
			most = 8
		}
		if n < least || n > most {
			t.Errorf("%s finds %d to decide, want %d to %d", who, n, least, most)
		}
	}
	today := "(k.due_at at time zone 'Europe/London')::date = '2026-11-20'"
	for what, sql := range map[string]string{
		"at high risk, due today": inbox + "priority = 'high' and status = 'submitted' and exists (select from clocks k where k.referral_id = r.id and k.stopped_at is null and " + today + ")",
		"late to decide":          inbox + "exists (select from clocks k where k.referral_id = r.id and k.rule = 'K23' and k.state = 'breached' and k.stopped_at is null)",
		"a first call due today":  inbox + "status = 'accepted' and worker_id = (select id from users where email = $1) and exists (select from clocks k where k.referral_id = r.id and k.rule = 'K24' and k.stopped_at is null and " + today + ")",
		"withdrawn, not seen":     inbox + "status = 'withdrawn' and receiver_sees",
		"on the waiting list":     inbox + "status = 'waitlisted'",
	} {
		if n := count(t, c, sql, "vawg@demo.test"); n < 1 {
			t.Errorf("vawg finds %d %s, want some", n, what)
		}
	}
	for what, sql := range map[string]string{
		"questions to answer":   "select count(*) from referrals where status = 'info_requested' and created_by = (select id from users where email = $1)",
		"a late question":       "select count(*) from clocks k join referrals r on r.id = k.referral_id where k.rule = 'K36' and k.state = 'breached' and k.stopped_at is null and r.created_by = (select id from users where email = $1)",
		"a draft":               "select count(*) from referrals where status = 'draft' and created_by = (select id from users where email = $1)",
		"a refusal to act on":   "select count(*) from referrals where status = 'declined' and ended_at > '2026-11-18' and created_by = (select id from users where email = $1)",
		"help not offered yet":  "select count(*) from cases where help_offered = 'not_yet' and logged_by = (select id from users where email = $1)",
		"an acceptance to read": "select count(*) from referrals where status = 'accepted' and created_by = (select id from users where email = $1)",
		"news not read":         "select count(*) from notices where read_at is null and org_id = (select org_id from users where email = $1)",
	} {
		if n := count(t, c, sql, "police@demo.test"); n < 1 {
			t.Errorf("police finds %d: %s, want some", n, what)
		}
	}
	for _, who := range []string{"caseworker", "probation", "youthjustice"} {
		if n := count(t, c, "select count(*) from referrals where ended_at is null and created_by = (select id from users where email = $1)", who+"@demo.test"); n < 1 {
			t.Errorf("%s has sent nothing that is open", who)
		}
	}
	if n := count(t, c, "select count(*) from referrals where status = 'lapsed' or over_limit"); n < 3 {
		t.Errorf("the coordinator finds %d, want some", n)
	}
}

func findsStories(t *testing.T, c *pgx.Conn) {
	want := [][]models.ReferralStatus{{models.StatusAccepted}, {models.StatusDeclined, models.StatusInProgress}, {models.StatusInfoRequested}}
	for i, s := range demo.Stories() {
		for j, ref := range s.Referrals {
			if got, err := models.ParseReference(ref); err != nil || got != ref {
				t.Errorf("%s is no reference", ref)
			}
			var status models.ReferralStatus
			var relation *string
			err := c.QueryRow(t.Context(), "select r.status, r.relation from referrals r join cases c on c.id = r.case_id where r.reference = $1 and c.reference = $2",
				ref, s.Case).Scan(&status, &relation)
			if err != nil || status != want[i][j] {
				t.Errorf("%s of %s: got %q, %v, want %q", ref, s.Case, status, err, want[i][j])
			}
			if j == 1 && (relation == nil || *relation != "re_refer") {
				t.Errorf("%s does not follow from the one declined", ref)
			}
		}
	}
}

// TestCheckFindsWhatIsWrong breaks one rule after the other, past every trigger,
// and expects the checker to see each.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, c := seed(t, 400, 5, until(t))
	for what, sql := range map[string]string{
		"a case seen by another organisation":    "update cases set access = access || (select id from organisations where name = 'Rosewood Refuge') where reference = 'C-ST0R-Y001-%'",
		"a victim nobody sees":                   "update victims set access = '{}' where id = (select victim_id from cases limit 1)",
		"a clock a former receiver still sees":   "update clocks set access = access || array[(select to_org_id from referrals where id = referral_id)] where referral_id = (select id from referrals where status = 'declined' and from_org_id <> to_org_id limit 1)",
		"a case without a holder":                "update case_holders set until_at = from_at where id = (select min(id) from case_holders)",
		"a status without a step":                "update referrals set status = 'acknowledged', status_since = now(), version = version + 1 where id = (select id from referrals where status = 'submitted' limit 1)",
		"a step the table does not have":         "update referral_history set action = 'accept' where id = (select id from referral_history where action = 'acknowledge' limit 1)",
		"a step that was lost":                   "delete from referral_history where id = (select id from referral_history where action = 'acknowledge' limit 1)",
		"a deadline that was moved":              "update clocks set due_at = due_at + interval '1 day' where id = (select id from clocks where rule = 'K22' and stopped_at is not null limit 1)",
		"a late clock shown as met":              "update clocks set state = 'met' where id = (select id from clocks where rule = 'K23' and state = 'breached' and stopped_at is not null limit 1)",
		"a clock that was lost":                  "delete from clocks where id = (select id from clocks where rule = 'K25' limit 1)",
		"a pause that did not happen":            "update clocks set paused_seconds = 60 where id = (select id from clocks where rule = 'K22' and stopped_at is not null limit 1)",
		"an inbox in the wrong order":            "update referrals set due_at = due_at - interval '1 day' where id = (select id from referrals where due_at is not null limit 1)",
		"a contact that should not count":        `update contact_attempts set permission = '{"code": "stale"}' where id = (select id from contact_attempts where counted limit 1)`,
		"figures that say another thing":         "update quality_facts set status = 'accepted' where id = (select id from quality_facts where status = 'declined' limit 1)",
		"figures of something that is not there": "insert into quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, priority, month, submitted_at) select 'clock', gen_random_uuid(), referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, priority, month, submitted_at from quality_facts limit 1",
		"a step the trail does not tell of":      "update referral_history set at = at + interval '1 millisecond' where id = (select id from referral_history where action = 'complete' limit 1)",
		"a copy that was not frozen":             "delete from referral_shares where stage = 'sending' and referral_id = (select referral_id from referral_shares limit 1)",
		"more shared than agreed":                "update referrals set shared_fields = array_append(shared_fields, 'address') where id = (select id from referrals where status = 'completed' limit 1)",
	} {
		tx, err := c.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"cases", "victims", "clocks", "referrals", "referral_history", "contact_attempts"} {
			if _, err := tx.Exec(t.Context(), "alter table "+table+" disable trigger user"); err != nil {
				t.Fatal(err)
			}
		}
		tag, err := tx.Exec(t.Context(), strings.Replace(sql, "reference = 'C-ST0R-Y001-%'", "reference like 'C-ST0R-Y001-%'", 1))
		if err != nil || tag.RowsAffected() == 0 {
			t.Errorf("%s could not be planted: %d rows, %v", what, tag.RowsAffected(), err)
		} else if err := demo.Check(t.Context(), tx, testkit.Vault(), until(t)); err == nil {
			t.Errorf("%s was not found", what)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := demo.Check(t.Context(), c, testkit.Vault(), until(t)); err != nil {
		t.Errorf("got %v with nothing planted", err)
	}
}

func TestTheDemoCanEndOnAnyDay(t *testing.T) {
	t.Parallel()
	for _, end := range []time.Time{
		time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC), // a Saturday
		time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC),  // the night the clocks go forward
		time.Date(2025, 12, 26, 9, 0, 0, 0, time.UTC),  // a bank holiday
		time.Date(2026, 6, 1, 3, 0, 0, 0, time.UTC),    // the first of a month, before anybody works
		time.Date(2027, 2, 28, 23, 59, 0, 0, time.UTC),
	} {
		t.Run(end.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			_, c := seed(t, 250, 3, end)
			if n := count(t, c, "select count(*) from cases"); n != 250 {
				t.Errorf("got %d cases, want 250", n)
			}
			if n := count(t, c, "select count(*) from audit_events where at >= $1", end); n != 0 {
				t.Errorf("got %d events after the end", n)
			}
			if n := count(t, c, "select count(*) from referrals where status = 'submitted' and to_org_id = (select org_id from users where email = 'vawg@demo.test')"); n < 1 {
				t.Errorf("vawg finds %d new referrals, want some", n)
			}
		})
	}
}

func TestSeedRefusesWhatItShouldNotDo(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	fine := demo.Options{Cases: 60, Seed: 1, Until: until(t), Vault: testkit.Vault()}

	production := fine
	production.Production = true
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, production); !errors.Is(err, demo.ErrProduction) {
		t.Errorf("got %v in production, want a refusal", err)
	}
	few := fine
	few.Cases = demo.FewestCases - 1
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, few); err == nil {
		t.Error("got no error for fewer cases than are laid out by hand")
	}
	late := fine
	late.Until = time.Date(2031, 1, 1, 9, 0, 0, 0, time.UTC)
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, late); err == nil {
		t.Error("got no error for an end whose bank holidays are not known")
	}
	c := owner(t, d)
	if n := count(t, c, "select count(*) from users"); n != 0 {
		t.Errorf("got %d people after refusals, want none", n)
	}
	empty := testkit.Postgres(t)
	none := fine
	none.Cases = 0
	if _, err := demo.Seed(t.Context(), empty.OwnerDSN, none); err != nil {
		t.Errorf("got %v for people and no cases", err)
	}
	if did, err := demo.SeedOnce(t.Context(), d.OwnerDSN, fine); err != nil || !did {
		t.Errorf("got %v, %v from the first start, want data", did, err)
	}
	if did, err := demo.SeedOnce(t.Context(), d.OwnerDSN, fine); err != nil || did {
		t.Errorf("got %v, %v from the second start, want nothing done", did, err)
	}
	if n := count(t, c, "select count(*) from cases"); n != 60 {
		t.Errorf("got %d cases, want 60", n)
	}
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, fine); !errors.Is(err, demo.ErrNotEmpty) {
		t.Errorf("got %v over data that is there, want a refusal", err)
	}
}

func TestBaseHoldsThePeopleOfTheContract(t *testing.T) {
	t.Parallel()
	c := owner(t, testkit.Postgres(t))
	if err := demo.Base(t.Context(), c, until(t)); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"police": "caseworker", "caseworker": "caseworker", "caseworker.manager": "manager", "support": "provider_worker", "youth": "provider_worker",
		"childhouse": "provider_worker", "hatecrime": "provider_worker", "vawg": "provider_worker", "marac": "provider_worker", "vawg.manager": "provider_manager",
		"refuge": "provider_worker", "restorative": "provider_worker", "witnesscare": "court_officer", "probation": "caseworker",
		"coordinator": "coordinator", "youthjustice": "caseworker", "havens": "provider_worker", "cityhall": "commissioner_analyst",
		"privacy": "privacy_officer", "safeguarding": "safeguarding_lead", "operator.privacy": "privacy_officer", "commissioner": "commissioner_auditor", "commissioner.second": "commissioner_auditor", "analyst": "commissioner_analyst", "orgadmin": "organisation_admin",
		"admin": "system_admin", "admin.second": "system_admin",
	}
	rows, err := c.Query(t.Context(), "select split_part(email, '@demo.test', 1), role from users where email like '%@demo.test'")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	var who, role string
	if _, err := pgx.ForEachRow(rows, []any{&who, &role}, func() error { got[who] = role; return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the demo sign-ins are not the contract's (-want +got):\n%s", diff)
	}
	for what, check := range map[string]struct {
		sql      string
		from, to int
	}{
		"cases":                              {"select count(*) from cases", 0, 0},
		"authorities without people":         {"select count(*) from organisations o where kind = 'local_authority' and authority is not null and not exists (select from users where org_id = o.id)", 33, 33},
		"services":                           {"select count(*) from services", 24, 30},
		"pathways with a service":            {"select count(distinct pathway) from services", 5, 5},
		"closed services":                    {"select count(*) from services where capacity = 'closed'", 1, 1},
		"paused services":                    {"select count(*) from services where capacity = 'paused'", 1, 1},
		"full services":                      {"select count(*) from services where capacity = 'limited' and places_open = 0", 1, 1},
		"Child Houses":                       {"select count(*) from organisations where kind = 'child_house'", 2, 2},
		"refuges whose address is withheld":  {"select count(*) from organisations where address_withheld", 2, 2},
		"pathways with a coordinator":        {"select count(distinct pathway) from pathway_coordinators", 5, 5},
		"people":                             {"select count(*) from users", 100, 200},
		"people with an address of somebody": {"select count(*) from users where email !~ '@(demo\\.test|[a-z-]+\\.example|clients\\.invalid)$'", 0, 0},
	} {
		if n := count(t, c, check.sql); n < check.from || n > check.to {
			t.Errorf("%s: got %d, want %d to %d", what, n, check.from, check.to)
		}
	}
	var hash string
	if err := c.QueryRow(t.Context(), "select min(password_hash) from users group by password_hash").Scan(&hash); err != nil {
		t.Fatal(err)
	}
	ok, params, err := argon2id.CheckHash(demo.Password, hash)
	if err != nil || !ok || params.Memory != 19*1024 || params.Iterations != 2 || params.Parallelism != 1 {
		t.Errorf("got %v, %v, %+v, want the password's hash at 19 MiB and two passes", ok, err, params)
	}
	if err := demo.Base(t.Context(), c, until(t)); err == nil {
		t.Error("got no error over data that is there")
	}
}

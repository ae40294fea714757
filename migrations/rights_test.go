package migrations_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
)

// attempts are what the application's role must be refused, however it came to
// run such a statement.
func attempts() []string {
	return []string{
		// the trail
		"update audit_events set action = 'x'", "update audit_events set detail = '{}' where refused", "delete from audit_events",
		"truncate audit_events", "truncate audit_events_other", "select count(*) from audit_events_other", "insert into audit_events_other select * from audit_events",
		"insert into audit_events (id, at, action, subject_type, recorded_at) values (gen_random_uuid(), now(), 'a.b', 'case', now() - interval '1 day')",
		"insert into audit_events (id, at, action, subject_type, xact) values (gen_random_uuid(), now(), 'a.b', 'case', '1')",
		"insert into audit_events (id, at, action, subject_type, actor_role) values (gen_random_uuid(), now(), 'a.b', 'case', 'caseworker')",
		"update audit_leaves set salt = null", "delete from audit_leaves", "truncate audit_leaves", "update audit_checkpoints set note = 'x'", "delete from audit_checkpoints",
		"delete from audit_tiles", "truncate audit_tiles",
		"alter table audit_events disable trigger audit_events_no_change", "drop trigger audit_events_no_change on audit_events", "select audit_partition('2035-01-01')",
		// row security
		"alter table cases disable row level security", "alter table cases no force row level security", "drop policy read_access on cases",
		"alter policy read_access on cases using (true)", "create policy mine on cases using (true)", "alter table cases owner to throughline_app",
		// whom to be
		"set role throughline_owner", "set session authorization throughline_owner", "alter role throughline_app bypassrls", "create role another",
		"grant throughline_owner to throughline_app", "set session_replication_role = replica",
		// making things
		"create table mine (x int)", "create temporary table mine (x int)", "create schema mine", "create view mine as select 1",
		"create function mine() returns int language sql as 'select 1'", "create extension dblink", "create sequence mine", "create type mine as (x int)",
		"drop table cases", "alter table cases add column mine int", "create index mine on cases (id)", "comment on table cases is 'mine'",
		"create trigger mine before update on cases for each row execute function cases_hold()", "grant select on users to public",
		// other ways out
		"copy cases to program 'cat'", "copy cases to '/tmp/cases'", "select pg_read_file('postgresql.conf')", "select lo_import('/etc/hostname')",
		"truncate cases", "lock table audit_events in access exclusive mode",
		// secrets, and what only triggers write
		"select password_hash from users", "select * from users", "select token_hash from sessions", "select * from refresh_tokens", "delete from users",
		"update cases set access = access", "update cases set accountable_org_id = accountable_org_id", "update victims set access = access",
		"update clocks set access = access", "insert into case_holders (case_id, org_id, from_at) select id, accountable_org_id, now() from cases",
		"update case_holders set until_at = now()", "update quality_facts set status = 'accepted'", "delete from quality_facts",
		"update referral_shares set content = '{}'", "delete from referral_shares", "update referral_history set note = null", "delete from referral_history",
		"update referrals set to_org_id = to_org_id", "update referrals set from_org_id = from_org_id", "update referrals set case_id = case_id",
		"update referrals set changed_in = changed_in", "delete from cases", "delete from victims", "delete from clocks", "delete from notices",
		"update contact_attempts set counted = true", "update sessions set expires_at = now() + interval '9 days'", "update sessions set role = 'manager'",
		"insert into sessions select * from sessions", "insert into users select * from users", "update users set email = 'x'", "update users set org_id = org_id", "update organisations set name = 'x'",
		"insert into pathway_coordinators select * from pathway_coordinators", "update services set capacity = 'open'",
	}
}

func TestTheApplicationIsRefusedWhateverWouldGetRoundTheWalls(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusAccepted)
	c := connect(t, w.AppDSN)
	for _, who := range []string{"police.manager", "admin", "system"} {
		as(t, c, w, who, func(tx pgx.Tx) {
			for _, statement := range attempts() {
				if _, got := try(t, tx, statement); got != refused {
					t.Errorf("%s: %s: got %q, want %s", who, statement, got, refused)
				}
			}
		})
	}
}

func TestTheTrailRefusesItsOwnerToo(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	w.Do(t, "insert into audit_events (id, at, action, subject_type) values (gen_random_uuid(), $1, 'case.logged', 'case')", w.Clock.Now())
	c := connect(t, w.OwnerDSN)
	as(t, c, w, "", func(tx pgx.Tx) {
		parts := list(t, c, "select inhrelid::regclass::text from pg_inherits where inhparent = 'audit_events'::regclass")
		if len(parts) < 73 {
			t.Errorf("got %d parts of the trail, want six years of months and one for the rest", len(parts))
		}
		for _, part := range append(parts, "audit_events") {
			for _, statement := range []string{"truncate " + part, "update " + part + " set action = 'x'", "delete from " + part} {
				_, got := try(t, tx, statement)
				if empty := part != "audit_events" && part != "audit_events_202611" && statement != "truncate "+part; got != "P0001" && !empty {
					t.Errorf("%s: got %q, want the trail's own refusal", statement, got)
				}
			}
		}
	})
}

func TestTheTrailSaysItselfWhoActed(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := connect(t, w.AppDSN)
	as(t, c, w, "police.manager", func(tx pgx.Tx) {
		_, err := tx.Exec(t.Context(), `insert into audit_events (id, at, action, subject_type, detail)
			values (gen_random_uuid(), '2026-11-16 09:30Z', 'case.opened', 'case', '{"a": 1}')`)
		if err != nil {
			t.Fatal(err)
		}
		sealed := list(t, c, `select format('%s %s %s %s', actor_user_id, actor_org_id, actor_role, xact = pg_current_xact_id())
			from audit_events where recorded_at > now() - interval '1 minute'`)
		a := w.Actor("police.manager")
		if want := a.UserID.String() + " " + a.OrgID.String() + " manager t"; len(sealed) != 1 || sealed[0] != want {
			t.Errorf("got %v, want %s", sealed, want)
		}
	})
	// Outside of the months that were made there is a place for the rest.
	as(t, c, w, "police", func(tx pgx.Tx) {
		for _, at := range []string{"2019-01-01", "2035-06-01"} {
			if n, got := try(t, tx, "insert into audit_events (id, at, action, subject_type) values (gen_random_uuid(), $1::text::timestamptz, 'a.b', 'case')", at); got != "" || n != 1 {
				t.Errorf("an event of %s: got %d rows, %q", at, n, got)
			}
		}
	})
}

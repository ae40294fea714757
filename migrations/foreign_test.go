package migrations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
)

// contents is every planted row of a table as the owner sees it, and who wrote
// it last, as one value.
func (s *scene) contents(t *testing.T, table string) string {
	t.Helper()
	where, args := s.pick(plants()[table])
	var sum string
	err := s.Owner.QueryRow(t.Context(), fmt.Sprintf("select count(*) || ' ' || coalesce(md5(string_agg(t::text || xmin, '|' order by t::text)), '') from %s t where %s", table, where), args...).Scan(&sum)
	if err != nil {
		t.Fatalf("reading %s: %v", table, err)
	}
	return sum
}

// changes is a column of a table that the application may change, if any.
func changes(t *testing.T, tx pgx.Tx, table string) string {
	t.Helper()
	var column *string
	err := tx.QueryRow(t.Context(), `select min(attname) from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
		and has_column_privilege(attrelid, attnum, 'UPDATE')`, table).Scan(&column)
	if err != nil {
		t.Fatal(err)
	}
	if column == nil {
		return ""
	}
	return *column
}

func TestNobodyOfAnotherOrganisationReadsChangesOrDeletesARow(t *testing.T) {
	t.Parallel()
	s := set(t)
	c := connect(t, s.AppDSN)
	before := map[string]string{}
	for table := range plants() {
		before[table] = s.contents(t, table)
	}
	for _, who := range s.strangers() {
		as(t, c, s.Stage, who, func(tx pgx.Tx) {
			for table, p := range plants() {
				s.holds(t, tx, who, table, p)
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
	for table, was := range before {
		if now := s.contents(t, table); now != was {
			t.Errorf("somebody else changed %s: %s, was %s", table, now, was)
		}
	}
}

// holds tries to read, change and delete the planted rows of one table.
func (s *scene) holds(t *testing.T, tx pgx.Tx, who, table string, p plant) {
	t.Helper()
	where, args := s.pick(p)
	seen, code := try(t, tx, "select from "+table+" t where "+where, args...)
	_, may := p.sees[s.Person(who).Role]
	switch {
	case code != "" && code != refused:
		t.Errorf("%s reading %s: got %s", who, table, code)
	case may && seen == 0:
		t.Errorf("%s reads nothing of %s, and plants says why they may: take it off the list", who, table)
	case !may && seen > 0:
		t.Errorf("%s (%s) reads %d rows of %s of another organisation", who, s.Person(who).Role, seen, table)
	}
	if column := changes(t, tx, table); column != "" {
		if n, code := try(t, tx, fmt.Sprintf("update %s t set %s = %s where %s", table, column, column, where), args...); code != "" && code != refused || n > 0 {
			t.Errorf("%s changes %d rows of %s of another organisation, got %q", who, n, table, code)
		}
		// Asking for no column, an update is held by its own policies alone:
		// this one is kept, and contents tells whether it touched a planted row.
		if code := keep(t, tx, fmt.Sprintf("update %s set %s = default", table, column)); code != "" && code != refused {
			t.Errorf("%s changing %s: got %q", who, table, code)
		}
	}
	if n, code := try(t, tx, "delete from "+table+" t where "+where, args...); code != "" && code != refused || n > 0 {
		t.Errorf("%s deletes %d rows of %s of another organisation, got %q", who, n, table, code)
	}
}

// keep runs a statement and keeps what it did, if it could.
func keep(t *testing.T, tx pgx.Tx, statement string) string {
	t.Helper()
	inner, err := tx.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inner.Exec(t.Context(), statement); err != nil {
		_ = inner.Rollback(t.Context())
		return state(t, err)
	}
	if err := inner.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ""
}

// columns are those of a table that the application may write in a new row.
func columns(t *testing.T, tx pgx.Tx, table string) []string {
	t.Helper()
	rows, err := tx.Query(t.Context(), `select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
		and attgenerated = '' and attidentity = '' and has_column_privilege(attrelid, attnum, 'INSERT') order by attnum`, table)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signing adds the columns that say who wrote a row, which may be nobody's to
// write: then naming anybody in them is refused as a whole.
func signing(cols []string, p plant) []string {
	for _, column := range p.signed {
		if !slices.Contains(cols, column) {
			cols = append(cols, column)
		}
	}
	return cols
}

// copies gives each planted row of a table to fn as a statement that inserts it
// again under a new id, with some columns changed.
func (s *scene) copies(t *testing.T, table string, change map[string]string, cols []string, fn func(statement string, row string)) {
	t.Helper()
	where, args := s.pick(plants()[table])
	rows, err := s.Owner.Query(t.Context(), "select to_jsonb(t)::text from "+table+" t where "+where, args...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	values := slices.Clone(cols)
	for i, c := range cols {
		if v, ok := change[c]; ok {
			values[i] = v
		} else if c == "id" {
			values[i] = "gen_random_uuid()"
		}
	}
	statement := fmt.Sprintf("insert into %s (%s) select %s from jsonb_populate_record(null::%s, $1::text::jsonb)",
		table, strings.Join(cols, ", "), strings.Join(values, ", "), table)
	for _, row := range all {
		fn(statement, row)
	}
}

func TestNobodyWritesARowOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	s := set(t)
	c := connect(t, s.AppDSN)
	for _, who := range s.strangers() {
		as(t, c, s.Stage, who, func(tx pgx.Tx) {
			for table, p := range plants() {
				cols := columns(t, tx, table)
				if len(cols) == 0 {
					if _, code := try(t, tx, "insert into "+table+" default values"); code != refused {
						t.Errorf("%s writes a row of %s: got %q", who, table, code)
					}
					continue
				}
				s.copies(t, table, nil, signing(cols, p), func(statement, row string) {
					n, code := try(t, tx, statement, row)
					if p.theirs != "" && code == "" && n == 1 {
						s.becomesTheirs(t, tx, who, table, statement, row)
					} else if code != refused {
						t.Errorf("%s writes a row of another organisation into %s: got %d rows, %q", who, table, n, code)
					}
				})
			}
		})
	}
}

// becomesTheirs: what somebody wrote as a copy of another's row is seen by
// their own organisation and by no other.
func (s *scene) becomesTheirs(t *testing.T, tx pgx.Tx, who, table, statement, row string) {
	t.Helper()
	inner, err := tx.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = inner.Rollback(t.Context()) }()
	var own bool
	if err := inner.QueryRow(t.Context(), statement+" returning access = array[$2::uuid]", row, s.Person(who).Org.ID).Scan(&own); err != nil || !own {
		t.Errorf("%s writes a row of %s that others see too: %v", who, table, err)
	}
}

// signs finds the columns that say who did something.
const signs = `select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
	and (attname ~ '(^|_)by($|_)' or attname ~ '^actor_') and attname <> 'replaced_by'`

func TestNobodyWritesInAnothersName(t *testing.T) {
	t.Parallel()
	s := set(t)
	c := connect(t, s.AppDSN)
	look := connect(t, s.OwnerDSN)
	for table, p := range plants() {
		if p.by != "" {
			s.writesTheirOwn(t, c, table, p.by)
		}
		for _, column := range list(t, look, signs, table) {
			if p.loose[column] == "" && !slices.Contains(p.signed, column) {
				t.Errorf("%s.%s says who did something: hold it to who asks, or say in plants why not", table, column)
			}
		}
		for _, column := range p.signed {
			for _, other := range s.forgeries(t, look, table, column, p.by) {
				as(t, c, s.Stage, p.by, func(tx pgx.Tx) {
					s.copies(t, table, map[string]string{column: other}, signing(columns(t, tx, table), p), func(statement, row string) {
						if n, code := try(t, tx, statement, row); code != refused {
							t.Errorf("%s writes %s.%s = %s: got %d rows, %q", p.by, table, column, other, n, code)
						}
					})
				})
			}
		}
	}
}

// writesTheirOwn: signed by themselves, somebody of the scene does get a row past
// the policies, so that what stops a forgery is the signature.
func (s *scene) writesTheirOwn(t *testing.T, c *pgx.Conn, table, by string) {
	t.Helper()
	as(t, c, s.Stage, by, func(tx pgx.Tx) {
		var met []string
		s.copies(t, table, nil, columns(t, tx, table), func(statement, row string) {
			_, code := try(t, tx, statement, row)
			met = append(met, code)
		})
		if !slices.ContainsFunc(met, func(code string) bool { return code == "" || code == "23505" }) {
			t.Errorf("%s cannot write any row of %s: got %v, want one past the policies", by, table, met)
		}
	})
}

// forgeries are values of a column that would name somebody else: a stranger, a
// colleague where it names a person, and nobody where it may be empty.
func (s *scene) forgeries(t *testing.T, look *pgx.Conn, table, column, by string) []string {
	t.Helper()
	quoted := func(v any) string { return fmt.Sprintf("'%v'", v) }
	colleague := map[string]string{"police": "police.second", "police.manager": "police.second", "police.privacy": "police.second", "vawg": "vawg.second"}[by]
	var out []string
	switch {
	case strings.HasSuffix(column, "role"):
		out = []string{"'manager'", "'system'"}
	case strings.HasSuffix(column, "org_id"):
		out = []string{quoted(s.Org(testkit.OrgRefuge).ID)}
	default:
		out = []string{quoted(s.Person("refuge").ID), quoted(s.Person(colleague).ID)}
	}
	// The trail fills in who asks where nothing is said, and a channel need not
	// have been confirmed by anybody.
	if table != "audit_events" && table != "contact_channels" && list(t, look, "select attnotnull::text from pg_attribute where attrelid = $1::regclass and attname = $2", table, column)[0] == "false" {
		out = append(out, "null")
	}
	return out
}

func TestWithoutAnActorThereAreNoRows(t *testing.T) {
	t.Parallel()
	s := set(t)
	c := connect(t, s.AppDSN)
	as(t, c, s.Stage, "", func(tx pgx.Tx) {
		for table := range plants() {
			if n, code := try(t, tx, "select from "+table); n > 0 || code != "" && code != refused {
				t.Errorf("nobody reads %d rows of %s, %q", n, table, code)
			}
			if column := changes(t, tx, table); column != "" {
				if n, code := try(t, tx, fmt.Sprintf("update %s set %s = %s", table, column, column)); n > 0 || code != "" && code != refused {
					t.Errorf("nobody changes %d rows of %s, %q", n, table, code)
				}
			}
			if n, code := try(t, tx, "delete from "+table); n > 0 || code != "" && code != refused {
				t.Errorf("nobody deletes %d rows of %s, %q", n, table, code)
			}
			if cols := columns(t, tx, table); len(cols) > 0 && table != "audit_events" {
				s.copies(t, table, nil, cols, func(statement, row string) {
					if n, code := try(t, tx, statement, row); code != refused && table != "victims" {
						t.Errorf("nobody writes %d rows of %s, %q", n, table, code)
					}
				})
			}
		}
	})
}

func TestTheSystemSeesWhatItsJobsNeedAndNoPerson(t *testing.T) {
	t.Parallel()
	s := set(t)
	c := connect(t, s.AppDSN)
	needs := []string{
		"referrals", "clocks", "referral_history", "referral_questions", "referral_assignments", "outbox", "notices", "idempotency_keys",
		"pathway_coordinators", "sign_in_attempts", "emergency_accesses", "data_keys", "challenges",
		"case_clocks",                             // whether whoever owes a clock writes here; what stopped it
		"webhook_endpoints", "webhook_deliveries", // where systems are told of what: addresses, ids, and a sealed secret
		"sign_ons",                         // how organisations sign in; the secret is sealed
		"linkage_waiting", "linkage_pairs", // which records are compared, and how two agree: ids and levels
		"messages",                    // what waits to be sent: which way, never where to
		"bulk_handoffs",               // what goes on, between whom: the words are sealed
		"handoffs",                    // whom to tell: the two sides, states and times
		"quality_facts", "scorecards", // figures without a person or a reference, to count from and to write counts to
		"blobs",                    // where files are, and no name of one
		"imports", "import_chunks", // how far files are, and where: names of columns, and a sealed key
		"import_rows",              // what came of rows, to let go of in time: numbers, codes and ids
		"alerts", "alert_settings", // ids, numbers and thresholds
		"audit_events", "audit_leaves", "audit_tiles", "audit_checkpoints", "audit_receipts", // to number and deliver the log
	}
	as(t, c, s.Stage, "system", func(tx pgx.Tx) {
		for table := range plants() {
			n, code := try(t, tx, "select from "+table)
			if sees := code == "" && n > 0; sees != slices.Contains(needs, table) {
				t.Errorf("the system sees %d rows of %s (%q), want some: %v", n, table, code, !sees)
			}
		}
	})
}

func TestWhatEndedASessionShutsTheDoor(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	w.Case(t, w.As("police"))
	ends := map[string]string{
		"signed out":           "update sessions set revoked_at = now(), revoked_why = 'signed_out' where id = $1 and $2::uuid is not null",
		"idle":                 "update sessions set idle_expires_at = now() where id = $1 and $2::uuid is not null",
		"expired":              "update sessions set expires_at = now(), idle_expires_at = now() where id = $1 and $2::uuid is not null",
		"gone":                 "delete from sessions where id = $1 and $2::uuid is not null",
		"disabled":             "update users set disabled_at = now() where $1::uuid is not null and id = $2",
		"another role":         "update users set role = 'manager' where $1::uuid is not null and id = $2",
		"another organisation": "update users set org_id = (select id from organisations where kind = 'operator') where $1::uuid is not null and id = $2",
		"another password":     "update users set password_hash = 'another' where $1::uuid is not null and id = $2",
		"organisation closed":  "update organisations set active = false where $1::uuid is not null and id = (select org_id from users where id = $2)",
	}
	for name, end := range ends {
		a := newcomer(t, w)
		ctx := models.WithActor(t.Context(), a)
		var seen int64
		read := func() error {
			b, err := w.DB.Begin(ctx)
			if err != nil {
				return err
			}
			b.Query(func(rows pgx.Rows) error {
				for rows.Next() {
					seen++
				}
				return nil
			}, "select 1 from users")
			return b.Send(0)
		}
		if err := read(); err != nil || seen == 0 {
			t.Fatalf("%s, before it: got %d rows, %v", name, seen, err)
		}
		w.Do(t, end, a.SessionID, a.UserID)
		seen = 0
		if got := codeOf(read()); got != models.CodeUnauthenticated || seen != 0 {
			t.Errorf("%s: got %q and %d rows, want unauthenticated and none", name, got, seen)
		}
		if name == "organisation closed" {
			w.Do(t, "update organisations set active = true")
		}
	}
	a := w.Actor("police.second")
	a.Role = models.RoleManager
	b, err := w.DB.Begin(models.WithActor(t.Context(), a))
	if err != nil {
		t.Fatal(err)
	}
	b.Exec("select 1")
	if got := codeOf(b.Send(0)); got != models.CodeUnauthenticated {
		t.Errorf("a caller who thinks they have another role: got %q, want unauthenticated", got)
	}
	a.Role, a.SessionID = models.RoleCaseworker, w.Actor("vawg").SessionID
	if b, err = w.DB.Begin(models.WithActor(t.Context(), a)); err != nil {
		t.Fatal(err)
	}
	b.Exec("select 1")
	if got := codeOf(b.Send(0)); got != models.CodeUnauthenticated {
		t.Errorf("a caller with somebody else's session: got %q, want unauthenticated", got)
	}
}

// newcomer is one more caseworker of the police, signed in.
func newcomer(t *testing.T, w *testkit.Stage) models.Actor {
	t.Helper()
	a := w.Actor("police")
	a.UserID, a.SessionID = models.NewID(), models.NewID()
	w.Do(t, "insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, $3, 'A newcomer', 'caseworker', 'x')",
		a.UserID, a.OrgID, a.UserID.String()+"@demo.test")
	w.Do(t, `insert into sessions (id, user_id, org_id, role, kind, idle_expires_at, expires_at)
		values ($1, $2, $3, 'caseworker', 'api', now() + interval '1 hour', now() + $4::text::interval)`, a.SessionID, a.UserID, a.OrgID, time.Hour.String())
	return a
}

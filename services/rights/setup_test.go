package rights_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/rights"
)

// bench is a stage with the service under test on it. What is old on it is
// planted in the past: the database does not believe a clock that runs ahead.
type bench struct {
	*testkit.Stage
	t   *testing.T
	s   *rights.Service
	two *approvals.Service
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	two := approvals.New(w.DB)
	return &bench{Stage: w, t: t, s: rights.New(w.DB, models.MustCalendar(), two), two: two}
}

// at plants with the stage's clock at another time.
func (b *bench) at(ago time.Duration, plant func()) {
	b.t.Helper()
	now := b.Clock.Now()
	b.Clock.Set(now.Add(-ago))
	plant()
	b.Clock.Set(now)
}

const years = 365 * 24 * time.Hour

// old plants a case of the police whose work with Ashdown ended so long ago,
// with something of it in every table that can hold it.
func (b *bench) old(ago time.Duration, change ...func(*testkit.CaseFacts)) (c testkit.CaseFacts, r testkit.PlantedReferral) {
	b.t.Helper()
	b.at(ago, func() {
		c = b.Case(b.t, b.As("police"), change...)
		r = b.Referral(b.t, c, testkit.ServiceIDVA, models.StatusAccepted)
		vawg, police, now := b.Actor("vawg"), b.Actor("police"), b.Clock.Now()
		person, question, draft, note := models.NewID(), models.NewID(), models.NewID(), models.NewID()
		b.Do(b.t, "insert into related_people (id, case_id, relation, name, suspect) values ($1, $2, 'ex_partner', $3, true)", person, c.ID,
			testkit.Seal(vault.PersonName, person, "Mortimer Canaryson"))
		b.Do(b.t, "insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id) values ($1, $2, $3, 'other_adult', $4, $5, $6)",
			models.NewID(), c.Text, c.ID, now, vawg.OrgID, vawg.UserID)
		b.Do(b.t, "insert into referral_questions (id, referral_id, position, asked_at, asked_by, question) values ($1, $2, 1, $3, $4, $5)", question, r.ID, now, vawg.UserID,
			testkit.Seal(vault.QuestionText, question, "Does "+c.GivenName+" speak English?"))
		b.Do(b.t, "insert into referral_assignments (id, referral_id, worker_id, from_at, by_user_id) values ($1, $2, $3, $4, $3)", models.NewID(), r.ID, vawg.UserID, now)
		b.attempt(c, r, false)
		b.Do(b.t, "insert into contact_plans (id, case_id, channel_id, at, planned_at, by_user_id, by_org_id) values ($1, $2, $3, $4, $4, $5, $6)", models.NewID(), c.ID, c.Phone, now, vawg.UserID, vawg.OrgID)
		b.Do(b.t, "insert into outbox (topic, referral_id, case_id, by_org_id, at, drained_at) values ('referral.submitted', $1, $2, $3, $4, $4)", r.ID, c.ID, police.OrgID, now)
		b.Do(b.t, "insert into notices (id, outbox_id, org_id, topic, referral_id, at) values ($1, (select max(id) from outbox), $2, 'referral.accepted', $3, $4)", models.NewID(), police.OrgID, r.ID, now)
		b.Do(b.t, `insert into drafts (id, user_id, kind, case_id, data, created_at, updated_at) values ($1, $2, 'refer', $3, $5, $4, $4)`, draft, police.UserID, c.ID, now,
			testkit.Seal(vault.DraftData, draft, `{"name":"`+c.FamilyName+`"}`))
		b.Do(b.t, "insert into idempotency_keys (user_id, route, key, request_hash, answer) values ($1, 'POST /x', $2, 'h', convert_to($3, 'UTF8'))", police.UserID, c.Reference, c.FamilyName)
		b.Do(b.t, `insert into audit_events (id, at, actor_user_id, actor_org_id, actor_role, action, subject_type, subject_id, case_id) values ($1, $2, $3, $4, 'caseworker', 'case.logged', 'case', $5, $5)`,
			models.NewID(), now, police.UserID, police.OrgID, c.ID)
		b.Do(b.t, "insert into notes (id, case_id, referral_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, $3, 'counselling', $4, $5, $6, $7)",
			note, c.ID, r.ID, testkit.Seal(vault.NoteText, note, c.GivenName+" was afraid"), now, vawg.UserID, vawg.OrgID)
		paper := models.NewID()
		b.Do(b.t, "insert into documents (id, case_id, referral_id, kind, name, type, size, at, by_user_id, by_org_id) values ($1, $2, $3, 'counselling', $4, 'text/plain', 1, $5, $6, $7)",
			paper, c.ID, r.ID, testkit.Seal(vault.DocumentName, paper, "About "+c.GivenName+".txt"), now, vawg.UserID, vawg.OrgID)
		b.Do(b.t, "insert into record_openings (user_id, kind, record_id, nth) values ($1, 'opened', $2, (select count(*) from record_openings))", vawg.UserID, c.ID)
		b.Do(b.t, "update victims set address = $2, postcode = $3, postcode_key = $4 where id = $1", c.VictimID, testkit.Seal(vault.VictimAddress, c.VictimID, "1 Canary Lane"),
			testkit.Seal(vault.VictimPostcode, c.VictimID, "E8 1AA"), testkit.LookUp(vault.PostcodeKey, "E8 1AA"))
		b.Do(b.t, "update clocks set state = 'met', stopped_at = coalesce(stopped_at, $2) where case_id = $1", c.ID, now)
		b.Do(b.t, "update referrals set status = 'ended_early', reason = 'moved', ended_at = $2, status_since = $2, version = version + 1 where id = $1", r.ID, now)
		step := models.NewID()
		b.Do(b.t, "update referral_history set id = $3, note = $2 where referral_id = $1 and action = 'accept'", r.ID, testkit.Seal(vault.StepNote, step, c.GivenName+" said she moved"), step)
		b.Do(b.t, "update referral_shares set content = $2 where referral_id = $1", r.ID, testkit.Seal(vault.ShareSending, r.ID, `{"given_name":"`+c.GivenName+`"}`))
		b.Do(b.t, "update referral_shares set content = $2 where referral_id = $1 and stage = 'acceptance'", r.ID, testkit.Seal(vault.ShareAcceptance, r.ID, `{"given_name":"`+c.GivenName+`"}`))
	})
	return c, r
}

// attempt plants a contact of Ashdown's.
func (b *bench) attempt(c testkit.CaseFacts, r testkit.PlantedReferral, unsafe bool) uuid.UUID {
	b.t.Helper()
	vawg, id := b.Actor("vawg"), models.NewID()
	b.Do(b.t, `insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, outcome, said, counted, safety_incident, permission, at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, 'phone', 'out', 'other_adult', $9, false, $5, '{}', $6, $7, $8)`, id, c.ID, r.ID, c.Phone, unsafe, b.Clock.Now(), vawg.UserID, vawg.OrgID,
		testkit.Seal(vault.AttemptSaid, id, "Mr Canaryson answered"))
	return id
}

// traces finds every table that holds any of some words, whatever the column,
// as the superuser sees it and, where it is sealed, as the product opens it.
func (b *bench) traces(words ...string) map[string]int {
	b.t.Helper()
	c, err := pgx.Connect(context.Background(), b.SuperDSN)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	rows, err := c.Query(context.Background(), "select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition")
	if err != nil {
		b.t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]int{}
	for _, table := range tables {
		for _, w := range words {
			var n int
			if err := c.QueryRow(context.Background(), fmt.Sprintf("select count(*) from %s t where position($1 in t::text) > 0", table), w).Scan(&n); err != nil {
				b.t.Fatal(err)
			}
			if n > 0 {
				out[table] += n
			}
		}
	}
	for _, column := range vault.Columns() {
		for _, text := range b.OpenedAll(b.t, column) {
			for _, w := range words {
				out[column.Spec().Table] += strings.Count(text, w)
			}
		}
	}
	for _, k := range vault.Keys() {
		for _, w := range words {
			out[k.Spec().Table] += b.Count(b.t, fmt.Sprintf("select count(*) from %s where %s = $1", k.Spec().Table, k.Spec().Name), testkit.LookUp(k, w))
		}
	}
	maps.DeleteFunc(out, func(_ string, n int) bool { return n == 0 })
	return out
}

// night runs the nightly job.
func (b *bench) night() (deleted, found int) {
	b.t.Helper()
	deleted, found, err := b.s.Night(b.System())
	if err != nil {
		b.t.Fatalf("the night: %v", err)
	}
	return deleted, found
}

// review is what waits on somebody's list, as kind and reference.
func (b *bench) review(who string) map[string]rights.Item {
	b.t.Helper()
	list, err := b.s.Review(b.As(who))
	if err != nil {
		b.t.Fatalf("%s reviewing: %v", who, err)
	}
	out := map[string]rights.Item{}
	for _, i := range list {
		out[i.Kind+" "+i.Reference] = i
	}
	return out
}

func (b *bench) wantCode(err error, want models.Code, what string) {
	b.t.Helper()
	if models.CodeOf(err) != want || err == nil {
		b.t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

// only reports the tables of traces that are not among some.
func only(traces map[string]int, may ...string) []string {
	var out []string
	for table, n := range traces {
		if !strings.Contains(" "+strings.Join(may, " ")+" ", " "+table+" ") {
			out = append(out, fmt.Sprintf("%s (%d)", table, n))
		}
	}
	return out
}

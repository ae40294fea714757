package migrations_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/audit"
	"throughline/services/cases"
	"throughline/services/clocks"
	"throughline/services/directory"
	"throughline/services/drafts"
	"throughline/services/jobs"
	"throughline/services/notices"
	"throughline/services/owed"
	"throughline/services/quality"
	"throughline/services/referrals"
	"throughline/services/sharing"
)

// big are the tables that grow with London: no statement of the day reads one
// whole, whoever asks (performance.md, target 8).
func big() []string {
	return []string{
		"cases", "victims", "incidents", "related_people", "contact_channels", "contact_details", "contact_attempts", "contact_plans", "code_words",
		"case_holders", "sharing_decisions", "referrals", "referral_shares", "referral_history", "referral_questions", "referral_assignments", "clocks",
		"notices", "outbox", "quality_facts", "sessions", "users", "sign_in_attempts", "handoffs", "case_events", "case_clocks",
	}
}

// crowd is how many cases London has in this test, each with one referral.
const crowd = 20000

// fill plants a large sender, a large receiver and a tiny one, as the superuser
// and without triggers: it is plans that are tested, and they follow from how
// much there is.
func fill(t *testing.T, w *testkit.Stage) {
	t.Helper()
	c := connect(t, w.SuperDSN)
	at, police, vawg, lantern := w.Clock.Now(), w.Actor("police"), w.Actor("vawg"), w.Actor("lantern")
	big, small := w.Service(testkit.ServiceIDVA).ID, w.Service(testkit.ServiceLantern).ID
	text := func(format string, args ...any) {
		if _, err := c.Exec(context.Background(), fmt.Sprintf(format, args...)); err != nil {
			t.Fatalf("filling: %v", err)
		}
	}
	text("set session_replication_role = replica")
	text(`insert into organisations (id, name, kind) select gen_random_uuid(), 'Filler ' || i, 'charity' from generate_series(1, 40) i`)
	// The police send and Ashdown receives half of all, one row in five thousand
	// is Lantern's, and forty others have the rest.
	text(`create temp table n as select i, ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id, at, at + interval '3 days' as due,
		case when i %% 4998 = 6 or i %% 2 = 0 then '%s'::uuid else f.id end as sender,
		case when i %% 4998 = 6 then '%s'::uuid when i %% 2 = 0 then '%s' else f.id end as receiver, case when i %% 4998 = 6 then '%s'::uuid else '%s' end as service,
		case when i > 20 and i %% 4998 <> 6 and i %% 5 < 3 then 'completed'
			else (array['submitted', 'acknowledged', 'accepted', 'in_progress', 'completed', 'declined', 'withdrawn', 'draft'])[1 + i %% 8] end as status
		from generate_series(1, %d) i cross join lateral (select timestamptz '%s' - i * interval '5 minutes' as at) x
		join (select id, row_number() over (order by id) as n from organisations where name like 'Filler%%') f on true where f.n = 1 + i %% 40`,
		police.OrgID, lantern.OrgID, vawg.OrgID, small, big, crowd, at.Format(time.RFC3339))
	ref := func(kind string) string {
		return "'" + kind + "-' || translate(upper(substr(md5(i::text), 1, 4)), 'ILOU', '1107') || '-' || translate(upper(substr(md5(i::text), 5, 4)), 'ILOU', '1107') || '-0'"
	}
	text(`insert into victims (id, given_name, family_name, given_key, family_key, date_of_birth, postcode_key, borough, access, created_at)
		select id, 'g' || i %% 900, 'f' || i %% 2000, 'g' || i %% 900, 'f' || i %% 2000, date '1950-01-01' + i %% 20000, '\x01'::bytea || substr(sha256(('E8 ' || i %% 9 || 'A' || chr(65 + i %% 20))::bytea), 1, 16), 'E09000012', array[sender], at from n`)
	text(`insert into cases (id, reference, victim_id, source, accountable_org_id, logged_by_org_id, logged_by, risk_level, enhanced, access, logged_at, updated_at)
		select id, %s, id, 'police', sender, sender, '%s', 'standard', true, array[sender], at, at from n on conflict do nothing`, ref("C"), police.UserID)
	text("insert into case_holders (case_id, org_id, from_at) select id, sender, at from n")
	text("insert into incidents (id, case_id, position, crime_key, summary) select id, id, 1, '\\x01'::bytea || substr(sha256(('cr' || i)::bytea), 1, 16), '' from n")
	text("insert into related_people (id, case_id, relation) select id, id, 'parent' from n where i %% 4 = 0")
	text("insert into contact_channels (id, case_id, position, channel, safe) select id, id, 1, 'phone', 'yes' from n")
	text("insert into contact_details (channel_id, case_id, value, value_key) select id, id, '', '\\x01'::bytea || substr(sha256(('44770' || i)::bytea), 1, 16) from n")
	text("insert into code_words (case_id, word) select id, '' from n where i %% 4 = 0")
	text("insert into contact_plans (id, case_id, channel_id, at, planned_at, by_user_id, by_org_id) select id, id, id, at, at, '%s', '%s' from n where i %% 4 = 0", vawg.UserID, vawg.OrgID)
	text(`insert into sharing_decisions (id, case_id, receiver_org_id, purpose, basis, method, recorded_at, recorded_by, recorded_by_org_id, fields)
		select id, id, receiver, 'support', 'agreement', 'spoken', at, '%s', sender, '{borough}' from n`, police.UserID)
	text(`insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, status, priority, created_by, created_at,
			submitted_at, accepted_at, ended_at, reason, status_since, version, due_at)
		select id, %s, id, id, service, 'vawg', sender, receiver, id, status, 'standard', '%s', at, case when status <> 'draft' then at end,
			case when status in ('accepted', 'in_progress', 'completed') then at end, case when status in ('completed', 'declined', 'withdrawn') then at end,
			case when status in ('declined', 'withdrawn') then 'other' end, at, 4, case when status in ('submitted', 'acknowledged', 'accepted') then due end
		from n on conflict do nothing`, ref("R"), police.UserID)
	text("insert into referral_shares (referral_id, stage, content) select id, stage, '' from n, unnest(array['sending', 'acceptance']) stage where status <> 'draft'")
	text(`insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role, case_id)
		select gen_random_uuid(), id, v, 'submit', 'draft', 'submitted', at, '%s', sender, 'caseworker', id from n, generate_series(3, 4) v`, police.UserID)
	text(`insert into referral_questions (id, referral_id, position, asked_at, asked_by, question) select id, id, 1, at, '%s', '' from n where status <> 'draft' and i %% 4 = 0`, vawg.UserID)
	text(`insert into referral_assignments (id, referral_id, worker_id, from_at, by_user_id) select id, id, '%[1]s', at, '%[1]s' from n where status = 'accepted'`, vawg.UserID)
	text(`insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
		select id, id, id, id, 'phone', 'out', 'no_answer', true, false, '{}', at, '%s', receiver from n where status <> 'draft' and i %% 4 = 0`, vawg.UserID)
	text(`insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at, access)
		select gen_random_uuid(), id, id, rule, receiver, case when status in ('submitted', 'acknowledged') then 'running' else 'met' end, 2, at, due, due, due - interval '1 day',
			case when status not in ('submitted', 'acknowledged') then at end, array[sender, receiver] from n, unnest(array['K22', 'K23']) rule where status <> 'draft'`)
	text(`insert into quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, priority, month, submitted_at, status)
		select 'referral', id, id, id, service, sender, receiver, 'vawg', 'standard', date_trunc('month', at)::date, at, status from n where status <> 'draft'`)
	text(`insert into audit_events (id, at, actor_user_id, actor_org_id, actor_role, action, subject_type, subject_id, case_id)
		select gen_random_uuid(), n.at + k * interval '1 minute', '%s', sender, 'caseworker', 'case.opened', 'case', id, id from n, generate_series(1, 2) k`, police.UserID)
	text(`insert into notices (id, outbox_id, org_id, topic, referral_id, case_id, at, read_at) select id, i, receiver, 'referral.submitted', id, id, at, case when i %% 3 > 0 then at end from n`)
	text(`insert into outbox (topic, referral_id, case_id, by_org_id, at, drained_at) select 'referral.submitted', id, id, sender, at, case when i > 40 then now() end from n`)
	text(`insert into sign_in_attempts (id, bucket, email_hash, ip_prefix, ok, at) select id, sha256(i::text::bytea), sha256(i::text::bytea), '192.0.2.1', true, now() - i * interval '1 minute' from n where i %% 4 = 0`)
	text(`insert into users (id, org_id, email, name, role, password_hash) select id, receiver, 'u' || i || '@demo.test', 'Somebody', 'caseworker', 'x' from n where i %% 4 = 0`)
	text(`insert into sessions (id, user_id, org_id, role, kind, created_at, idle_expires_at, expires_at)
		select gen_random_uuid(), id, '%s', 'caseworker', 'api', now() - interval '2 days', now() - interval '2 days', now() - interval '2 days' from n where i %% 4 = 0`, police.OrgID)
	// One case in two is offered to somebody else, was, or was taken over and nobody
	// told the victim; police recorded something of every fourth, with a clock.
	text(`insert into handoffs (id, reference, case_id, duty, from_org_id, to_org_id, status, sent_at, sent_by, due_at, received_at, accepted_at, decided_at, decided_by_org_id, off_system)
		select id, %s, id, 'case', sender, receiver, s.status, at, '%s', due, at, case when s.status = 'accepted' then at end, case when s.status <> 'offered' then at end,
			case when s.status <> 'offered' then receiver end, true
		from n cross join lateral (select (array['offered', 'accepted', 'recalled'])[1 + i / 2 %% 3] as status) s where i %% 2 = 0 and sender <> receiver on conflict do nothing`, ref("H"), police.UserID)
	text(`insert into case_events (id, case_id, type, occurred_at, known_at, at, source_org_id, words, by_user_id, by_org_id)
		select id, id, 'E1', at, at, at, sender, '', '%s', sender from n where i %% 4 = 0`, police.UserID)
	text(`insert into clocks (id, case_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at, access)
		select ('00000000-0000-7000-8001-' || lpad(to_hex(i), 12, '0'))::uuid, id, 'K2', sender, case when i %% 200 = 0 then 'running' else 'met' end, 5, at, due, due, due, case when i %% 200 <> 0 then at end,
			array[sender] from n where i %% 4 = 0`)
	text(`insert into case_clocks (clock_id, case_id, event_id, off_record, enhanced) select ('00000000-0000-7000-8001-' || lpad(to_hex(i), 12, '0'))::uuid, id, id, false, true from n where i %% 4 = 0`)
	text("update clocks set due_at = '%[1]s'::timestamptz + interval '5 days', due_soon_at = '%[1]s'::timestamptz + interval '4 days' where due_at < '%[1]s'::timestamptz - interval '3 days'",
		at.Format(time.RFC3339))
	text("analyze")
}

// house is every service over one database.
type house struct {
	cases     *cases.Service
	referrals *referrals.Service
	sharing   *sharing.Service
	quality   *quality.Service
	audit     *audit.Service
	clocks    *clocks.Service
	drafts    *drafts.Service
	accounts  *accounts.Service
	directory *directory.Service
	notices   *notices.Service
	owed      *owed.Service
}

func build(e *testkit.Explained) *house {
	d, cal := directory.New(e.DB), models.MustCalendar()
	h := &house{
		cases: cases.New(e.DB, cal, d), referrals: referrals.New(e.DB, cal, d), sharing: sharing.New(e.DB, cal, d), quality: quality.New(e.DB), audit: audit.New(e.DB),
		drafts: drafts.New(e.DB), accounts: accounts.New(e.DB), directory: d, notices: notices.New(e.DB), owed: owed.New(e.DB, cal, d),
	}
	h.clocks = clocks.New(e.DB, cal, h.referrals.Lapse)
	return h
}

// ask does once what people and jobs do all day, as one person, about a case
// and a referral they may see (or not: then that is what is asked).
func (h *house) ask(ctx context.Context, e *testkit.Explained, caseID, referral uuid.UUID, reference string) map[string]error {
	born := time.Date(1964, 5, 6, 0, 0, 0, 0, time.UTC)
	actor, _ := models.ActorFrom(ctx)
	second := func(_ any, err error) error { return err }
	third := func(_, _ any, err error) error { return err }
	return map[string]error{
		"inbox":          second(h.referrals.Inbox(ctx)),
		"inbox, all":     second(h.referrals.List(ctx, referrals.Filter{})),
		"inbox, overdue": second(h.referrals.List(ctx, referrals.Filter{Overdue: true, Pathway: "vawg"})),
		"sent":           second(h.referrals.Sent(ctx, referrals.Filter{})),
		"sent, by state": second(h.referrals.Sent(ctx, referrals.Filter{Statuses: []models.ReferralStatus{models.StatusSubmitted, models.StatusDeclined}})),
		"today":          second(h.referrals.Today(ctx)),
		"counts":         second(h.referrals.Counts(ctx)),
		"referral":       second(h.referrals.Get(ctx, referral)),
		"referral, ref":  second(h.referrals.Find(ctx, reference)),
		"cases":          second(h.cases.List(ctx, cases.Filter{})),
		"cases, chosen":  second(h.cases.List(ctx, cases.Filter{Status: models.CaseOpen, Borough: "E09000012", Risk: models.PriorityStandard})),
		"case":           second(h.cases.Get(ctx, caseID)),
		"journey":        second(h.cases.Journey(ctx, caseID)),
		"contact":        second(h.cases.SafeContact(ctx, caseID)),
		"search, name":   second(h.cases.Search(ctx, cases.Query{Name: "g7 f7"})),
		"search, born":   second(h.cases.Search(ctx, cases.Query{DateOfBirth: &born})),
		"search, phone":  second(h.cases.Search(ctx, cases.Query{Phone: "020 7946 0123"})),
		"search, crime":  second(h.cases.Search(ctx, cases.Query{CrimeReference: "CR12"})),
		"search, post":   second(h.cases.Search(ctx, cases.Query{Postcode: "E8 1AA"})),
		"sharing":        second(h.sharing.List(ctx, caseID)),
		"audit, case":    third(h.audit.OfCase(ctx, caseID)),
		"audit, own":     third(h.audit.Events(ctx, audit.Filter{})),
		"quality":        second(h.quality.Measure(ctx, quality.Query{Measure: "referrals_received"})),
		"draft":          second(h.drafts.Latest(ctx, "case")),
		"news":           second(h.notices.Unread(ctx)),
		"news read":      h.notices.PutAway(ctx, born),
		"people":         third(h.accounts.People(ctx, accounts.PeopleQuery{Assignable: true})),
		"services":       second(h.directory.Services(ctx, directory.Filter{CaseID: caseID})),
		"session":        second(h.accounts.ByID(ctx, actor.SessionID)),
		"owed":           second(h.owed.List(ctx, owed.Filter{All: true})),
		"owed by me":     second(h.owed.List(ctx, owed.Filter{Mine: true})),
		"directory":      h.directory.Reload(ctx),
	}
}

func TestNoStatementOfTheDayReadsABigTableWhole(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	fill(t, w)
	super := connect(t, w.SuperDSN)
	// What functions and triggers do inside counts too.
	if _, err := super.Exec(t.Context(), "alter database "+w.Name+" set auto_explain.log_nested_statements = on"); err != nil {
		t.Fatal(err)
	}
	e := w.Explain(t)
	h := build(e)
	var some [2]struct {
		id        uuid.UUID
		reference string
	}
	for i, receiver := range []string{"vawg", "lantern"} {
		err := super.QueryRow(t.Context(), "select id from referrals where to_org_id = $1 and status in ('accepted', 'in_progress') order by id limit 1", w.Actor(receiver).OrgID).Scan(&some[i].id)
		if err != nil {
			t.Fatal(err)
		}
		some[i].reference = models.NewReferralReference()
		w.Do(t, "update referrals set reference = $2 where id = $1", some[i].id, some[i].reference)
	}
	done := map[string]int{}
	for _, who := range []string{"police", "police.manager", "vawg", "vawg.manager", "lantern", "lantern.manager", "coordinator", "commissioner"} {
		about := some[0]
		if strings.HasPrefix(who, "lantern") {
			about = some[1]
		}
		for name, err := range h.ask(w.As(who), e, about.id, about.id, about.reference) {
			done[name] += 0
			switch codeOf(err) {
			case "":
				done[name]++
			case models.CodeForbidden, models.CodeNotFound:
			default:
				t.Errorf("%s, %s: %v", who, name, err)
			}
		}
	}
	for name, n := range done {
		if n == 0 && name != "draft" {
			t.Errorf("nobody was answered when asking for %s: its plan proves nothing", name)
		}
	}
	h.work(t, w, e, some[0].id)
	// Of the trail's parts those that hold something.
	parts := list(t, super, "select relname from pg_class where relname like 'audit_events%' and relispartition and reltuples > 1000")
	plans := e.Plans()
	if len(plans) < 400 || len(parts) == 0 {
		t.Errorf("got %d plans, want one for every statement", len(plans))
	}
	told := map[string]bool{}
	for _, p := range plans {
		for _, table := range p.Scan {
			if (slices.Contains(big(), table) || slices.Contains(parts, table)) && !told[p.SQL+table] {
				told[p.SQL+table] = true
				t.Errorf("the whole of %s is read by\n%s", table, p.SQL)
			}
		}
		for _, table := range p.Hashed {
			if slices.Contains(big(), table) && !told[p.SQL+" "+table] {
				told[p.SQL+" "+table] = true
				t.Errorf("a hashed SubPlan reads all it may of %s in\n%s", table, p.SQL)
			}
		}
	}
}

// work does what changes something, and what jobs do.
func (h *house) work(t *testing.T, w *testkit.Stage, e *testkit.Explained, id uuid.UUID) {
	t.Helper()
	c := w.Case(t, w.As("police"))
	fail := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v %v", what, err, models.FieldsOf(err))
		}
	}
	started, err := h.accounts.SignIn(t.Context(), accounts.Credentials{Email: "police@demo.test", Password: testkit.Password, Kind: accounts.API, IP: netip.MustParseAddr("192.0.2.1")})
	fail("signing in", err)
	_, err = h.accounts.Refresh(t.Context(), started.Token)
	fail("staying signed in", err)
	agreement := w.Agreement(t, c, w.Org(testkit.OrgVAWG).ID)
	v, err := h.referrals.Create(w.As("police"), referrals.CreateInput{
		CaseID: c.ID, ServiceID: w.Service(testkit.ServiceIDVA).ID, Pathway: "vawg", SharedFields: []string{"borough"}, SharingDecisionID: agreement,
	})
	fail("beginning a referral", err)
	_, err = h.referrals.Do(w.As("police"), v.ID, models.ActSubmit, referrals.ActionInput{})
	fail("sending it", err)
	_, err = h.referrals.Do(w.As("vawg"), v.ID, models.ActAccept, referrals.ActionInput{WorkerID: w.Person("vawg").ID})
	fail("accepting it", err)
	_, err = h.sharing.Withdraw(w.As("police"), agreement, sharing.WithdrawInput{Reason: "victim_withdrew"})
	fail("withdrawing what was shared", err)
	_, err = h.clocks.Tick(w.System())
	fail("the tick", err)
	_, err = jobs.Drain(w.System(), e.DB)
	fail("the outbox", err)
	fail("sweeping", jobs.Sweep(w.System(), e.DB))
}

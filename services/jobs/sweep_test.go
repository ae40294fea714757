package jobs_test

import (
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
)

func TestSweepDeletesExactlyWhatIsPastKeeping(t *testing.T) {
	t.Parallel()
	b := setup(t)
	user, org := b.Person("police").ID, b.Person("police").Org.ID
	// Each is planted a minute this side and a minute that side of its time.
	kinds := []struct{ table, keep, insert string }{
		{"idempotency_keys", "24 hours", "insert into idempotency_keys (user_id, route, key, request_hash, answer, created_at) values ($1, $2, $3::text, 'h', 'a', $4)"},
		{"drafts", "90 days", "insert into drafts (id, user_id, kind, created_at, updated_at) select gen_random_uuid(), $1, 'x', $4::timestamptz, $4::timestamptz where $2::text <> $3::text"},
		{"outbox", "7 days", "insert into outbox (topic, by_org_id, at, drained_at) select $2::text, $1::uuid, $4::timestamptz, $4::timestamptz where $3::text <> ''"},
		{"sign_in_attempts", "1 day", "insert into sign_in_attempts (id, bucket, email_hash, ip_prefix, at, ok) select $1::uuid, sha256('b'), sha256('e'), '192.0.2.1', $4::timestamptz, false where $2::text <> $3::text"},
		{"sign_in_attempts", "90 days", "insert into sign_in_attempts (id, bucket, email_hash, ip_prefix, at, ok) select $1::uuid, sha256('b'), sha256('e'), '192.0.2.1', $4::timestamptz, true where $2::text <> $3::text"},
	}
	kinds = append(kinds, []struct{ table, keep, insert string }{
		{"code_attempts", "1 day", "insert into code_attempts (id, user_id, bucket, at, ok) select gen_random_uuid(), $1::uuid, sha256('b'), $4::timestamptz, false where $2::text <> $3::text"},
		{"code_attempts", "90 days", "insert into code_attempts (id, user_id, bucket, at, ok) select gen_random_uuid(), $1::uuid, sha256('b'), $4::timestamptz, true where $2::text <> $3::text"},
		{"kept_forms", "1 day", "insert into kept_forms (id, user_id, path, sealed, at) select gen_random_uuid(), $1::uuid, '/x', 's', $4::timestamptz where $2::text <> $3::text"},
		{"account_notices", "1 year", "insert into account_notices (id, user_id, kind, at) select gen_random_uuid(), $1::uuid, 'new_device', $4::timestamptz where $2::text <> $3::text"},
	}...)
	for status, keep := range map[string]string{"delivered": "30 days", "dead": "90 days"} {
		kinds = append(kinds, struct{ table, keep, insert string }{"webhook_deliveries", keep, `with e as (insert into webhook_endpoints (id, org_id, url, topics, sealed, made_at, made_by)
			select gen_random_uuid(), u.org_id, 'https://events.example.org/', '{referral.accepted}', 's', now(), u.id from users u where u.id = $1::uuid returning id, org_id)
			insert into webhook_deliveries (id, endpoint_id, org_id, outbox_id, topic, at, status, done_at)
			select gen_random_uuid(), e.id, e.org_id, 1, 'referral.accepted', $4::timestamptz, '` + status + `', $4::timestamptz from e where $2::text <> $3::text`})
	}
	for _, k := range kinds {
		for name, age := range map[string]string{"old": k.keep + " 1 minute", "young": k.keep + " -1 minutes"} {
			id := user
			switch k.table {
			case "sign_in_attempts":
				id = models.NewID()
			case "outbox":
				id = org
			}
			b.Do(t, k.insert, id, "POST /x", name, b.ago(age))
		}
	}
	b.Do(t, "insert into outbox (topic, at) values ('waiting', now() - interval '1 year')")
	for _, age := range []string{"30 days 1 minute", "30 days -1 minutes"} {
		b.Do(t, `insert into sessions (id, user_id, org_id, role, kind, created_at, last_seen_at, idle_expires_at, expires_at)
			values ($1, $2, $3, 'caseworker', 'api', $4::timestamptz - interval '1 hour', $4, $4, $4)`, models.NewID(), user, org, b.ago(age))
	}
	b.Do(t, `insert into refresh_tokens (id, session_id, token_hash, expires_at) select gen_random_uuid(), id, sha256(id::text::bytea), expires_at from sessions where expires_at < now()`)
	live := b.Count(t, "select count(*) from sessions where expires_at > now()")
	for range 2 { // done twice it deletes no more
		if err := jobs.Sweep(b.System(), b.DB); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int{
			"idempotency_keys where key = 'young'": 1, "idempotency_keys": 1, "drafts": 1, "outbox where topic = 'waiting'": 1, "outbox where topic <> 'waiting'": 1, "code_attempts where ok": 1, "code_attempts where not ok": 1, "kept_forms": 1, "account_notices": 1, "webhook_deliveries where status = 'delivered'": 1, "webhook_deliveries where status = 'dead'": 1, "sign_in_attempts where ok": 1, "sign_in_attempts where not ok": 1,
			"sessions where expires_at < now()": 1, "sessions where expires_at > now()": live, "refresh_tokens": 1,
			"referrals": 1, "cases": 1, "clocks": 1, "audit_events": 0,
		} {
			if n := b.Count(t, "select count(*) from "+table); n != want {
				t.Errorf("%s: got %d left, want %d", table, n, want)
			}
		}
	}
}

// ago is a moment of real time, before now by an interval.
func (b *bench) ago(interval string) (at time.Time) {
	b.t.Helper()
	if err := b.Owner.QueryRow(b.t.Context(), "select now() - $1::text::interval", interval).Scan(&at); err != nil {
		b.t.Fatal(err)
	}
	return at
}

func TestADraftNobodyTouchedForNinetyDaysGoesAndItsTrailStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	services := []string{testkit.ServiceISVA, testkit.ServiceLantern, testkit.ServiceRefuge, testkit.ServiceAdult, testkit.ServiceStandard}
	var drafts []testkit.PlantedReferral
	for _, s := range services {
		drafts = append(drafts, b.Referral(t, b.c, s, models.StatusDraft))
	}
	touched, followed, old := drafts[0], drafts[1], drafts[2]
	b.Clock.Advance(60 * 24 * time.Hour)
	b.Do(t, `insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_role) values (gen_random_uuid(), $1, 2, 'edit', 'draft', 'draft', $2, 'caseworker')`, touched.ID, b.Clock.Now())
	b.Do(t, `insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_role) values (gen_random_uuid(), $1, 2, 'edit', 'draft', 'draft', $2, 'caseworker')`, old.ID, b.Clock.Now().AddDate(0, 0, -59))
	b.Do(t, "update referrals set parent_id = $2, relation = 'onward' where id = $1", b.sent.ID, followed.ID)
	sweep := func(want ...testkit.PlantedReferral) {
		t.Helper()
		before := b.Count(t, "select count(*) from referrals")
		gone := b.Count(t, "select count(*) from audit_events")
		if err := jobs.Sweep(b.System(), b.DB); err != nil {
			t.Fatal(err)
		}
		if n := b.Count(t, "select count(*) from referrals"); n != before-len(want) {
			t.Errorf("%s: %d drafts went, want %d", b.Clock.Now().Format(time.DateOnly), before-n, len(want))
		}
		if n := b.Count(t, "select count(*) from audit_events"); n != gone+len(want) {
			t.Errorf("got %d events, want one for each draft that went", n-gone)
		}
		for _, d := range want {
			if n := b.Count(t, `select count(*) from audit_events where action = 'referral.discarded' and subject_id = $1 and case_id = $2 and actor_role = 'system'
				and at = $3 and not exists (select from referral_history where referral_id = $1)`, d.ID, b.c.ID, b.Clock.Now()); n != 1 {
				t.Errorf("the trail tells %d times that %s went, want once, and its history gone", n, d.Reference)
			}
		}
	}
	sweep()
	b.Clock.Advance(30*24*time.Hour + time.Minute)
	sweep(drafts[3], drafts[4])
	sweep()
	young := b.Referral(t, b.Case(t, b.As("police")), testkit.ServiceIDVA, models.StatusDraft)
	b.Clock.Advance(24 * time.Hour)
	sweep(old)
	b.Clock.Advance(59 * 24 * time.Hour)
	sweep(touched)
	for name, id := range map[string]testkit.PlantedReferral{"a draft another follows from": followed, "a young draft": young, "what was sent": b.sent} {
		if n := b.Count(t, "select count(*) from referrals where id = $1", id.ID); n != 1 {
			t.Errorf("%s went too", name)
		}
	}
}

// Somebody works on a draft at the moment it would go: it stays.
func TestADraftInSomebodysHandsIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.Referral(t, b.c, testkit.ServiceISVA, models.StatusDraft)
	b.Clock.Advance(91 * 24 * time.Hour)
	tx, err := b.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), "update referrals set priority = 'high', version = version + 1 where id = $1", d.ID); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Sweep(b.System(), b.DB); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from referrals where id = $1", d.ID); n != 1 {
		t.Error("the draft went from under somebody's hands")
	}
}

// What the rules let a job delete is what is past keeping, and nothing of it
// in anybody else's hands.
func TestNobodyButASweepDeletesWhatIsOld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Do(t, "insert into drafts (id, user_id, kind, created_at, updated_at) values (gen_random_uuid(), $1, 'x', now(), now())", b.Person("police").ID)
	b.Do(t, "insert into outbox (topic, at) values ('waiting', now())")
	for _, statement := range []string{"delete from drafts", "delete from outbox", "delete from sessions", "delete from referrals", "delete from idempotency_keys"} {
		batch, err := b.DB.Begin(b.System())
		if err != nil {
			t.Fatal(err)
		}
		batch.Exec(statement)
		if err := batch.Send(2); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	for table, want := range map[string]int{"drafts": 1, "outbox": 1, "sessions": len(b.People()), "referrals": 1} {
		if n := b.Count(t, "select count(*) from "+table); n != want {
			t.Errorf("%s: got %d left, want %d", table, n, want)
		}
	}
}

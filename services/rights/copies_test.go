package rights_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/documents"
	"throughline/services/rights"
)

// kept are the tables that an erasure leaves rows of, and what those may hold:
// the trail and the figures name no person, the request is its own record, and
// a list says that its row was deleted.
var kept = []string{"audit_events", "quality_facts", "data_requests", "retention_items", "tombstones", "erasure_tasks"}

// holders are the tables that can hold rows of a case, with the columns that say
// so: from the catalogue, so that a new table is here by itself.
func (b *bench) holders() map[string]string {
	b.t.Helper()
	out := map[string]string{}
	rows, err := b.Owner.Query(b.t.Context(), `select c.relname, string_agg(format('%I = any ($1)', a.attname), ' or ') from pg_attribute a join pg_class c on c.oid = a.attrelid
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attname in ('case_id', 'one_case_id', 'referral_id', 'document_id', 'victim_id', 'record_id')
		group by 1`)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, where string
		if err := rows.Scan(&table, &where); err != nil {
			b.t.Fatal(err)
		}
		out[table] = where
	}
	return out
}

// further plants what old does not: a document with its file, and a row wherever
// something about a case is written beside it.
func (b *bench) further(c testkit.CaseFacts, r testkit.PlantedReferral, docs *documents.Service) uuid.UUID {
	b.t.Helper()
	d, err := docs.AttachToCase(b.As("police"), c.ID, documents.Input{Name: "Canary letter.txt", Kind: models.NoteInternal, Content: []byte("Canary was afraid.")})
	if err != nil {
		b.t.Fatal(err, models.FieldsOf(err))
	}
	police, manager, lead, now := b.Actor("police"), b.Actor("police.manager"), b.Actor("police.privacy"), b.Clock.Now()
	b.Do(b.t, `insert into emergency_accesses (id, case_id, user_id, org_id, reason, note, at, review_due_at, reviewed_at, reviewed_by, justified, review_note)
		values ($1, $2, $3, $4, 'danger_to_life', 'Canary did not come home.', $5, $5, $5, $6, true, 'Canary was found.')`, models.NewID(), c.ID, police.UserID, police.OrgID, now, manager.UserID)
	b.Do(b.t, `insert into alerts (id, desk, kind, org_id, of_org_id, about_user_id, case_id, reference, figures, dedupe, first_at, last_at, due_at, taken_by, taken_at, outcome, outcome_text, closed_by, closed_at)
		values ($1, 'data', 'household', $2, $2, $3, $4, $5, '{"said": "Canary"}', $6, $7, $7, $7, $8, $7, 'explained', 'Canary is a cousin.', $8, $7)`,
		models.NewID(), police.OrgID, police.UserID, c.ID, c.Reference, "household "+c.ID.String(), now, lead.UserID)
	b.Do(b.t, `insert into approvals (id, org_id, kind, subject_type, subject_id, case_id, payload, reason, decide_roles, requested_by, requested_by_role, requested_at, expires_at, decision, decided_by, decided_at, decided_note)
		values ($1, $2, 'stage.act', 'case', $3, $3, '{"of": "Canary"}', 'Canary asked for it.', '{manager}', $4, 'caseworker', $5, $5::timestamptz + interval '1 day', 'refused', $6, $5, 'Canary changed her mind.')`,
		models.NewID(), police.OrgID, c.ID, police.UserID, now, manager.UserID)
	b.Do(b.t, `insert into bars (id, case_id, email, reason, note, set_at, set_by, set_by_org_id) values ($1, $2, 'brother@elsewhere.test', 'knows_victim', 'Canary''s brother.', $3, $4, $5)`,
		models.NewID(), c.ID, now, police.UserID, police.OrgID)
	b.Do(b.t, `insert into protections (id, case_id, action, reason, note, state, asked_by, asked_by_org_id, asked_role, asked_at)
		values ($1, $2, 'seal', 'court_order', 'Canary has one.', 'pending', $3, $4, 'manager', $5)`, models.NewID(), c.ID, manager.UserID, manager.OrgID, now)
	b.Do(b.t, "insert into conflict_questions (user_id, case_id, why, answered_at, knows) values ($1, $2, 'declared', $3, false)", manager.UserID, c.ID, now)
	b.supported(c, r)
	b.handedOver(c)
	b.twice(c)
	b.happened(c)
	b.imported(c)
	b.tried(c)
	b.looked(c)
	b.sampled(c, r)
	b.complained(c)
	b.answered(c, r)
	b.told(r)
	return d.ID
}

// happened plants what police recorded of the case, with the clock it started.
func (b *bench) happened(c testkit.CaseFacts) {
	b.t.Helper()
	police, now, event, clock := b.Actor("police"), b.Clock.Now(), models.NewID(), models.NewID()
	b.Do(b.t, `insert into case_events (id, case_id, type, occurred_at, known_at, at, source_org_id, reference, reference_key, details, words, by_user_id, by_org_id)
		values ($1, $2, 'E7', $3, $3, $3, $4, $5, $6, '{"what": "arrested"}', $7, $8, $4)`, event, c.ID, now, police.OrgID, testkit.Seal(vault.EventReference, event, "Canary/1"),
		testkit.LookUp(vault.EventReferenceKey, "Canary/1"), testkit.Seal(vault.EventWords, event, `{"reason": "Canary named him."}`), police.UserID)
	b.Do(b.t, `insert into clocks (id, case_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		values ($1, $2, 'K3', $3, 'running', 1, $4, $4::timestamptz + interval '1 day', $4::timestamptz + interval '1 day', $4)`, clock, c.ID, police.OrgID, now)
	b.Do(b.t, "insert into case_clocks (clock_id, case_id, event_id, off_record, enhanced) values ($1, $2, $3, false, true)", clock, c.ID, event)
}

// sampled plants an item of an audit that was read, and that they ask to be left
// out of the next.
func (b *bench) sampled(c testkit.CaseFacts, r testkit.PlantedReferral) {
	b.t.Helper()
	office, now, sample, item, review := b.Actor("commissioner"), b.Clock.Now(), models.NewID(), models.NewID(), models.NewID()
	b.Do(b.t, "insert into quality_opt_outs (case_id, org_id, at, by_user_id) values ($1, $2, $3, $4)", c.ID, c.OrgID, now, c.UserID)
	b.Do(b.t, `insert into quality_samples (id, org_id, name, pathway, standard_version, from_month, to_month, size, strata, seed, second_share, in_reach, drawn_at, drawn_by)
		values ($1, $2, 'A round', 'vawg', 1, '2026-11-01', '2026-11-01', 1, 'none', 7, 0, 10, $3, $4)`, sample, office.OrgID, now, office.UserID)
	b.Do(b.t, `insert into quality_sample_items (id, sample_id, org_id, n, person, case_id, referral_id, service_id, from_org_id, to_org_id, second, copy)
		select $1, $2, $3, 1, 'P-0A1B2', case_id, id, service_id, from_org_id, to_org_id, false, $5 from referrals where id = $4`, item, sample, office.OrgID, r.ID,
		testkit.Seal(vault.SampleCopy, item, `{"Status": "accepted"}`))
	b.Do(b.t, "insert into quality_reviews (id, item_id, sample_id, org_id, kind, grades, words, at, by_user_id) values ($1, $2, $3, $4, 'first', '{}', $5, $6, $7)",
		review, item, sample, office.OrgID, testkit.Seal(vault.ReviewWords, review, `{"in_time": "Canary waited."}`), now, office.UserID)
}

// answered plants that they were asked how it was, and what they said.
func (b *bench) answered(c testkit.CaseFacts, r testkit.PlantedReferral) {
	b.t.Helper()
	id, org := models.NewID(), b.Org(testkit.OrgVAWG).ID
	b.Do(b.t, `insert into feedback_invitations (id, case_id, referral_id, org_id, point, made_at, expires_at, answered_at)
		values ($1, $2, $3, $4, 'ended', $5::timestamptz, $5::timestamptz + interval '28 days', $5)`, id, c.ID, r.ID, org, b.Clock.Now())
	b.Do(b.t, "insert into feedback_answers (id, org_id, point, month, heard) values ($1, $2, 'ended', '2026-11-01', 'yes')", id, org)
	b.Do(b.t, "insert into feedback_words (id, words) values ($1, $2)", id, testkit.Seal(vault.FeedbackWords, id, "Canary was heard."))
}

// complained plants a complaint of the case about a service, taken further.
func (b *bench) complained(c testkit.CaseFacts) {
	b.t.Helper()
	police, now, id, entry := b.Actor("police"), b.Clock.Now(), models.NewID(), models.NewID()
	b.Do(b.t, `insert into complaints (id, kind, org_id, case_id, said_by, channel, topic, words, received_on, received_at, at, changed_at, by_user_id, by_org_id)
		values ($1, 'complaint', $2, $3, 'victim', 'phone', 'delay', $4, '2026-11-20', $5, $5, $5, $6, $7)`, id, b.Org(testkit.OrgVAWG).ID, c.ID,
		testkit.Seal(vault.ComplaintWords, id, `{"said": "Canary waited."}`), now, police.UserID, police.OrgID)
	b.Do(b.t, "insert into complaint_entries (id, complaint_id, kind, words, at, by_user_id, by_org_id) values ($1, $2, 'escalated', $3, $4, $5, $6)", entry, id,
		testkit.Seal(vault.ComplaintEntryWords, entry, `{"said": "Canary waits still."}`), now, police.UserID, police.OrgID)
	b.Do(b.t, `insert into clocks (id, complaint_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		values ($1, $2, 'K28', $3, 'running', 10, $4, $4::timestamptz + interval '1 day', $4::timestamptz + interval '1 day', $4)`, models.NewID(), id, b.Org(testkit.OrgVAWG).ID, now)
}

// told plants a message to a system about the referral.
func (b *bench) told(r testkit.PlantedReferral) {
	b.t.Helper()
	police, now, id := b.Actor("police"), b.Clock.Now(), models.NewID()
	b.Do(b.t, `insert into webhook_endpoints (id, org_id, url, topics, sealed, made_at, made_by) values ($1, $2, 'https://events.example.org/', '{referral.accepted}', 'sealed', $3, $4)`,
		id, police.OrgID, now, police.UserID)
	b.Do(b.t, "insert into webhook_deliveries (id, endpoint_id, org_id, outbox_id, topic, referral_id, at) values ($1, $1, $2, 1, 'referral.accepted', $3, $4)", id, police.OrgID, r.ID, now)
}

// tried plants a court matter that is about nobody else.
func (b *bench) tried(c testkit.CaseFacts) {
	b.t.Helper()
	police, now, m, p, e := b.Actor("police"), b.Clock.Now(), models.NewID(), models.NewID(), models.NewID()
	b.Do(b.t, "insert into matters (id, org_id, urn, at, by_user_id) values ($1, $2, '01CANARY26', $4, $3)", m, police.OrgID, police.UserID, now)
	b.Do(b.t, "insert into matter_cases (matter_id, case_id, org_id, at, by_user_id) values ($1, $2, $3, $5, $4)", m, c.ID, police.OrgID, police.UserID, now)
	b.Do(b.t, "insert into matter_people (id, matter_id, org_id, kind, name, note, at, by_user_id) values ($1, $2, $3, 'witness', $6, $7, $5, $4)", p, m, police.OrgID, police.UserID, now,
		testkit.Seal(vault.MatterName, p, "Canary's brother"), testkit.Seal(vault.MatterNote, p, "He saw Canary."))
	b.Do(b.t, `insert into matter_events (id, matter_id, org_id, type, occurred_at, known_at, content, reference_key, at, by_user_id) values ($1, $2, $3, 'E9', $5, $5, $6, $7, $5, $4)`,
		e, m, police.OrgID, police.UserID, now, testkit.Seal(vault.MatterEvent, e, `{"reference": "Canary/3"}`), testkit.LookUp(vault.MatterEventKey, "Canary/3"))
	b.Do(b.t, "insert into matter_event_cases (event_id, case_id, org_id, case_event_id) select $1, $2, $3, id from case_events where case_id = $2 limit 1", e, c.ID, police.OrgID)
	b.Do(b.t, "insert into matter_tellings (event_id, person_id, org_id, rule, rule_version, due_at) values ($1, $2, $3, 'K11', 1, $4)", e, p, police.OrgID, now)
}

// looked plants a code for the victim's page, somebody on it, and what they asked.
func (b *bench) looked(c testkit.CaseFacts) {
	b.t.Helper()
	police, now, door, id := b.Actor("police"), b.Clock.Now(), models.NewID(), models.NewID()
	b.Do(b.t, `insert into status_doors (id, case_id, code_key, word_hash, language, agreed_how, agreed_on, given_at, given_by, given_by_org_id, expires_at)
		values ($1, $2, $3, '$argon2id$v=19$x', 'en', 'in_person', $4::timestamptz, $4, $5, $6, now() + interval '90 days')`,
		door, c.ID, testkit.LookUp(vault.StatusCodeKey, "code "+c.Reference), now, police.UserID, police.OrgID)
	b.Do(b.t, `insert into status_sessions (id, door_id, case_id, token_hash, created_at, idle_expires_at, expires_at)
		values ($1, $2, $3, sha256('t'), now(), now() + interval '10 minutes', now() + interval '1 hour')`, models.NewID(), door, c.ID)
	b.Do(b.t, "insert into messages (id, case_id, channel_id, channel, org_id, by_user_id, at, state, why, next_at, done_at) values ($1, $2, $3, 'text', $4, $5, $6, 'refused', 'stale', $6, $6)",
		models.NewID(), c.ID, c.Text, police.OrgID, police.UserID, now)
	b.Do(b.t, "insert into status_requests (id, case_id, door_id, kind, said, at, due_at) values ($1, $2, $3, 'call', $4, $5, $5)", id, c.ID, door,
		testkit.Seal(vault.StatusSaid, id, "Canary wants a call."), now)
}

// imported plants a list of a court that was checked and waits to be run, with a
// row of the case.
func (b *bench) imported(c testkit.CaseFacts) {
	b.t.Helper()
	police, now, id := b.Actor("police"), b.Clock.Now(), models.NewID()
	b.Do(b.t, `insert into imports (id, org_id, kind, format, status, columns, key, total, done, accepted, by_user_id, at)
		values ($1, $2, 'court_results', 'csv', 'checked', '{reference}', $3, 1, 1, 1, $4, $5)`, id, police.OrgID, testkit.Seal(vault.ImportKey, id, "key"), police.UserID, now)
	b.Do(b.t, "insert into import_rows (id, import_id, n, org_id, kind, applied, outcome, case_id, reference_key, at) values ($1, $2, 1, $3, 'court_results', false, 'accepted', $4, $5, $6)",
		models.NewID(), id, police.OrgID, c.ID, testkit.LookUp(vault.ImportReferenceKey, "Canary/2"), now)
}

// twice plants a record that is likely of the same person, and what was said of
// the two. Once two are linked a bar is on the person, and outlives one record.
func (b *bench) twice(c testkit.CaseFacts) {
	b.t.Helper()
	other := b.Case(b.t, b.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName, f.CodeWord = "Ada", "Thistlewood", "larkspur" })
	lead, now, pair := b.Actor("police.privacy"), b.Clock.Now(), models.NewID()
	b.Do(b.t, "insert into linkage_waiting (case_id, since) values ($1, $2)", c.ID, now)
	b.Do(b.t, `insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at)
		values ($1, least($2::uuid, $3), greatest($2::uuid, $3), 21, '[{"what": "Canary"}]', $4)`, pair, c.ID, other.ID, now)
	b.Do(b.t, `insert into linkage_answers (id, pair_id, org_id, answer, reason, note, by_user_id, at)
		values ($1, $2, $3, 'same', 'known', 'Canary says so.', $4, $5)`, models.NewID(), pair, lead.OrgID, lead.UserID, now)
}

// handedOver plants a hand-off that was refused, a duty that lay apart, and a
// closing that was undone.
func (b *bench) handedOver(c testkit.CaseFacts) {
	b.t.Helper()
	police, vawg, now, id, closing := b.Actor("police"), b.Actor("vawg"), b.Clock.Now(), models.NewID(), models.NewID()
	b.Do(b.t, `insert into handoffs (id, reference, case_id, duty, from_org_id, to_org_id, sharing_decision_id, sent_at, sent_by, due_at)
		values ($1, $2, $3, 'updates', $4, $5, $6, $7, $8, $7)`, id, models.NewReference(models.HandoffReference), c.ID, police.OrgID, vawg.OrgID,
		b.Agreement(b.t, c, vawg.OrgID), now, police.UserID)
	b.Do(b.t, "update handoffs set status = 'refused', version = 2, decided_at = $2, decided_by_org_id = to_org_id, refusal_reason = 'no_capacity', note = $3 where id = $1", id, now,
		testkit.Seal(vault.HandoffNote, id, "Canary lives too far away."))
	b.Do(b.t, "insert into handoff_contents (id, stage, content) values ($1, 'sending', $2)", id, testkit.Seal(vault.HandoffSending, id, `{"summary": "Canary has a hearing."}`))
	b.Do(b.t, "insert into case_duties (case_id, duty, org_id, from_at, until_at) values ($1, 'updates', $2, $3, $3)", c.ID, vawg.OrgID, now)
	bulk := models.NewID()
	b.Do(b.t, "insert into bulk_handoffs (id, reference, from_org_id, to_org_id, words, at, by_user_id) values ($1, $2, $3, $4, $5, $6, $7)", bulk, models.NewReference(models.BulkReference),
		police.OrgID, vawg.OrgID, testkit.Seal(vault.BulkWords, bulk, `{"summary": "A contract ends."}`), now, police.UserID)
	b.Do(b.t, "insert into bulk_handoff_cases (bulk_id, n, case_id, from_org_id, to_org_id, handoff_id) values ($1, 1, $2, $3, $4, $5)", bulk, c.ID, police.OrgID, vawg.OrgID, id)
	b.Do(b.t, "insert into case_closings (id, case_id, reason, note, closed_at, closed_by, closed_by_org_id, reopened_at) values ($1, $2, 'other', $3, $4, $5, $6, $4)",
		closing, c.ID, testkit.Seal(vault.ClosingNote, closing, "Canary asked."), now, police.UserID, police.OrgID)
}

// conferred plants what a MARAC kept: the service stands for the organisation
// that runs it.
func (b *bench) conferred(c testkit.CaseFacts, r testkit.PlantedReferral) {
	b.t.Helper()
	vawg, now, clock := b.Actor("vawg"), b.Clock.Now(), models.NewID()
	put := func(statement string, args ...any) {
		b.Do(b.t, statement, append([]any{c.ID, r.ID, now, vawg.UserID, vawg.OrgID}, args...)...)
	}
	put(`insert into marac_cases (referral_id, case_id, org_id, reference, criteria, at, by_user_id) values ($2, $1, $5, $6, '{score}', $3, $4)`, r.Reference)
	for table, column := range map[string]vault.Column{"marac_research": vault.MARACResearch, "marac_minutes": vault.MARACMinutes} {
		id := models.NewID()
		put("insert into "+table+" (id, referral_id, case_id, words, at, by_user_id, by_org_id) values ($6, $2, $1, $7, $3, $4, $5)", id, testkit.Seal(column, id, "Canary was seen."))
	}
	put(`insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		select $6, $1, $2, 'K27', $5, 'running', 3, $3, $3, $3, $3 where $4::uuid is not null`, clock)
	id := models.NewID()
	put("insert into marac_actions (id, referral_id, case_id, owner_org_id, what, due_on, clock_id, at, by_user_id, by_org_id) values ($6, $2, $1, $5, $7, $3::timestamptz, $8, $3, $4, $5)",
		id, testkit.Seal(vault.MARACAction, id, "Change Canary's locks."), clock)
}

// supported plants what a service writes of its own work.
func (b *bench) supported(c testkit.CaseFacts, r testkit.PlantedReferral) {
	b.t.Helper()
	vawg, now, goal, appointment := b.Actor("vawg"), b.Clock.Now(), models.NewID(), models.NewID()
	put := func(statement string, args ...any) {
		b.Do(b.t, statement, append([]any{c.ID, r.ID, now, vawg.UserID, vawg.OrgID}, args...)...)
	}
	put("insert into need_ratings (id, case_id, referral_id, need, point, score, at, by_user_id, by_org_id) values ($6, $1, $2, 'health', 'start', 2, $3, $4, $5)", models.NewID())
	put("insert into support_goals (id, case_id, referral_id, need, goal, review_on, at, by_user_id, by_org_id) values ($6, $1, $2, 'health', $7, $3::timestamptz, $3, $4, $5)",
		goal, testkit.Seal(vault.GoalText, goal, "Canary sleeps through the night."))
	put("insert into goal_reviews (id, case_id, referral_id, goal_id, state, at, by_user_id, by_org_id) values ($6, $1, $2, $7, 'reached', $3, $4, $5)", models.NewID(), goal)
	b.conferred(c, r)
	form := models.NewID()
	put("insert into form_entries (id, case_id, referral_id, form, version, filled_on, content, at, by_user_id, by_org_id) values ($6, $1, $2, 'dash', 1, $3::timestamptz, $7, $3, $4, $5)", form,
		testkit.Seal(vault.FormContent, form, `{"answers": {"injured": "yes"}, "score": 1, "judgement": "high", "words": "Canary is in danger."}`))
	put("insert into appointments (id, case_id, referral_id, starts_at, place, channel, at, by_user_id, by_org_id) values ($6, $1, $2, $3, 'office', 'phone', $3, $4, $5)", appointment)
	put("insert into appointment_outcomes (id, case_id, referral_id, appointment_id, happened, attendance, at, by_user_id, by_org_id) values ($6, $1, $2, $7, true, 'attended', $3, $4, $5)",
		models.NewID(), appointment)
}

// TestAnErasureReachesEveryTableThatCanHoldOfACaseAndEveryFile plants a case in
// every table that has a column for one, and a file; erases it on request; and
// looks for its ids, names and words in the text of every table, in all that is
// sealed, and for its file.
func TestAnErasureReachesEveryTableThatCanHoldOfACaseAndEveryFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	folder := t.TempDir()
	store, err := blob.Dir(folder)
	if err != nil {
		t.Fatal(err)
	}
	docs := documents.New(b.DB, directory.New(b.DB), store, documents.DefaultOptions())
	c, r := b.old(24 * time.Hour)
	second := b.second()
	document := b.further(c, r, docs)
	q := b.received(rights.RequestInput{Kind: models.RequestErasure, Requester: "Z. Q.", Relation: models.RelationVictim}, rights.IdentityInput{Record: c.Reference})
	ids := []uuid.UUID{c.ID, c.VictimID, r.ID, document}
	for table, where := range b.holders() {
		if n := b.Count(t, fmt.Sprintf("select count(*) from %s where %s", table, where), ids); n == 0 && !slices.Contains([]string{"retention_holds"}, table) {
			t.Errorf("%s can hold rows of a case, and none is planted: then its silence proves nothing", table)
		}
	}
	if files := b.files(folder); len(files) != 1 {
		t.Fatalf("got %d files, want the one attached", len(files))
	}
	if _, err := b.s.Propose(b.As("police.manager"), q.ID, rights.Proposal{Outcome: models.OutcomeErase, Why: "No exemption fits."}); err != nil {
		t.Fatal(err)
	}
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	words := []string{"Quillfeather", "Zephyrine", "Canary", "canary", "marigold", "E8 1AA", "afraid"}
	if left := only(b.traces(words...)); len(left) > 0 {
		t.Errorf("its words are left in %v", left)
	}
	if left := only(b.traces(c.ID.String(), c.VictimID.String(), r.ID.String(), document.String(), c.Reference, r.Reference), kept...); len(left) > 0 {
		t.Errorf("its numbers are left in %v", left)
	}
	if n := b.Count(t, "select count(*) from imports where status = 'discarded'"); n != 1 {
		t.Error("a file that names them waits to be run")
	}
	// The file is one that no row knows now: the sweep takes those once no
	// request can still be writing them.
	for _, name := range b.files(folder) {
		if err := os.Chtimes(name, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := docs.Sweep(b.System()); err != nil {
		t.Fatal(err)
	}
	if files := b.files(folder); len(files) > 0 {
		t.Errorf("%d files are left of what was erased", len(files))
	}
}

// files are those of a folder, whatever folders they are in.
func (b *bench) files(folder string) (out []string) {
	b.t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// TestAnAnswerHoldsWhatWasPlannedHandedOverAndDone asks both whoever holds a case
// and a service for what is written in the tables that came with support,
// hand-offs and events: each answers for its own, and every sealed word of it.
func TestAnAnswerHoldsWhatWasPlannedHandedOverAndDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, r := b.old(24 * time.Hour)
	b.supported(c, r)
	b.handedOver(c)
	b.happened(c)
	b.looked(c)
	tables := func(who, record string) []string {
		q, err := b.s.Receive(b.As(who), rights.RequestInput{
			Kind: models.RequestAccess, Relation: models.RelationVictim, Requester: "Z. Q.", Asks: "All of it.", ReceivedOn: models.Today(b.Clock.Now()), Record: record,
		})
		if err == nil {
			q, err = b.s.CheckIdentity(b.As(who), q.ID, rights.IdentityInput{How: "A passport was shown.", On: models.Today(b.Clock.Now()), Record: record})
		}
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		p, err := b.s.Prepare(b.As(who), q.ID)
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		var out []string
		for _, i := range p.Items {
			table, _, _ := strings.Cut(i.Key, ":")
			if strings.Contains(i.Value, "Canary") || slices.Contains([]string{"need_ratings.score", "goal_reviews.state", "appointments.starts_at", "case_duties.duty"}, table) {
				out = append(out, table)
			}
		}
		slices.Sort(out)
		return out
	}
	further := func(in []string) (out []string) {
		for _, k := range in {
			table, _, _ := strings.Cut(k, ".")
			if slices.Contains([]string{"need_ratings", "support_goals", "form_entries", "marac_research", "marac_minutes", "marac_actions", "goal_reviews", "appointments", "handoffs", "handoff_contents", "case_duties", "case_closings", "case_events", "status_requests"}, table) {
				out = append(out, k)
			}
		}
		return out
	}
	if diff := cmp.Diff([]string{"case_closings.note", "case_duties.duty", "case_events.reference", "case_events.words", "handoff_contents.content", "handoffs.note", "status_requests.said"}, further(tables("police.manager", c.Reference))); diff != "" {
		t.Errorf("whoever holds the case answers with: %s", diff)
	}
	if diff := cmp.Diff([]string{"appointments.starts_at", "form_entries.content", "goal_reviews.state", "marac_actions.what", "marac_minutes.words", "marac_research.words", "need_ratings.score", "support_goals.goal"}, further(tables("vawg.manager", r.Reference))); diff != "" {
		t.Errorf("the service answers with: %s", diff)
	}
}

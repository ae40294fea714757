package migrations_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
)

// scene is a stage on which every table with row security holds rows of the
// police and of Ashdown, who work for one victim together, and of nobody else.
type scene struct {
	*testkit.Stage
	testkit.CaseFacts
	sent, accepted, draft testkit.PlantedReferral
}

// plant is how a table gets a row that is none of the business of any other
// organisation: which rows those are, as a condition on the table.
type plant struct {
	rows string // picks the planted rows; $1 is the case, $2 the police, $3 who of the police logged it
	by   string // who of its organisation would write such a row; empty: none of them can
	// Who sees a row of another organisation after all, and why.
	sees map[models.Role]string
	// The columns that say who wrote it, and what nobody holds them to.
	signed []string
	loose  map[string]string
	// A copy that somebody else writes becomes their own.
	theirs string
}

const ofCase = "case_id = $1"

// plants is the recipe of every table with row security. A new table fails the
// tests of this file until it has one.
func plants() map[string]plant {
	out := mainPlants()
	for _, further := range furtherPlants {
		maps.Copy(out, further.plants)
	}
	return out
}

// furtherPlants are recipes that live in a file of their own, which adds them
// in an init together with how their rows are planted.
var furtherPlants []plantation

type plantation struct {
	plants map[string]plant
	set    func(*testing.T, *scene)
}

func mainPlants() map[string]plant {
	const ofReferral = "referral_id in (select id from referrals where case_id = $1)"
	changed := "a change of the referral, and its line of history is held to who asks"
	figures := map[models.Role]string{
		models.RoleCommissionerAuditor: "figures: no person, no reference", models.RoleCommissionerAnalyst: "figures: no person, no reference",
	}
	return map[string]plant{
		"pathway_coordinators": {rows: "org_id = $2"},
		"users":                {rows: "org_id = $2", loose: map[string]string{"factors_reset_by": "written by app_factors_reset alone, of somebody else"}},
		"sessions":             {rows: "org_id = $2"},
		"refresh_tokens":       {rows: "session_id in (select id from sessions where org_id = $2)"},
		"sign_in_attempts":     {rows: "true"},
		"victims":              {rows: "id in (select victim_id from cases where id = $1)", by: "police", theirs: "a person is seen by who logged a case about them"},
		"cases":                {rows: "id = $1", by: "police", signed: []string{"logged_by", "logged_by_org_id", "accountable_org_id"}},
		"case_holders":         {rows: ofCase},
		"incidents":            {rows: ofCase, by: "police"},
		"related_people":       {rows: ofCase, by: "police"},
		"contact_channels":     {rows: ofCase, by: "police", signed: []string{"confirmed_by", "confirmed_by_org_id"}},
		"contact_details":      {rows: ofCase, by: "police"},
		"code_words":           {rows: ofCase, by: "police"},
		"contact_stops":        {rows: ofCase, by: "vawg", signed: []string{"by_org_id", "by_user_id"}, loose: map[string]string{"cleared_by": "who cleared it is in the trail"}},
		"sharing_decisions": {
			rows: ofCase, by: "police", signed: []string{"recorded_by", "recorded_by_org_id"},
			loose: map[string]string{"withdrawn_by": "who withdrew it is in the trail"},
		},
		"referrals": {rows: ofCase, by: "police", signed: []string{"created_by", "from_org_id"}, loose: map[string]string{
			"submitted_by": changed, "acknowledged_by": changed, "accepted_by": changed, "status_by": changed, "status_by_org_id": changed,
			"decided_by": "whose decision it was, not who wrote it",
		}},
		"referral_shares": {rows: ofReferral, by: "police"},
		"referral_history": {
			rows: ofReferral + " and by_org_id = $2", by: "police", signed: []string{"by_user_id", "by_org_id", "by_role"},
			loose: map[string]string{"decided_by": "whose decision it was, not who wrote it"},
		},
		"referral_questions":   {rows: ofReferral, by: "vawg", signed: []string{"asked_by"}, loose: map[string]string{"answered_by": changed}},
		"referral_assignments": {rows: ofReferral, by: "vawg", signed: []string{"by_user_id"}},
		"contact_attempts":     {rows: ofCase, by: "vawg", signed: []string{"by_user_id", "by_org_id"}},
		"contact_plans":        {rows: ofCase, by: "vawg", signed: []string{"by_user_id", "by_org_id"}},
		"clocks":               {rows: ofCase, by: "vawg"},
		"audit_events":         {rows: "actor_org_id = $2", by: "police", signed: []string{"actor_user_id", "actor_org_id", "actor_role"}},
		"outbox":               {rows: ofCase, by: "police", signed: []string{"by_org_id"}},
		"notices":              {rows: "org_id = $2", loose: map[string]string{"read_by": "which colleague saw it first"}},
		"idempotency_keys":     {rows: "user_id = $3", by: "police", signed: []string{"user_id"}},
		"drafts":               {rows: "user_id = $3", by: "police", signed: []string{"user_id"}},
		"quality_facts":        {rows: "from_org_id = $2", sees: figures, loose: map[string]string{"decided_by": "whose decision it was, not who wrote it"}},
	}
}

// set plays the scene: what the factories plant, and the rest by hand.
func set(t *testing.T) *scene {
	t.Helper()
	w := testkit.World(t)
	s := &scene{Stage: w, CaseFacts: w.Case(t, w.As("police"))}
	s.sent = w.Referral(t, s.CaseFacts, testkit.ServiceISVA, models.StatusSubmitted)
	s.accepted = w.Referral(t, s.CaseFacts, testkit.ServiceIDVA, models.StatusAccepted)
	s.draft = w.Referral(t, s.CaseFacts, testkit.ServiceReviewed, models.StatusDraft)
	police, vawg, now := w.Actor("police"), w.Actor("vawg"), w.Clock.Now()
	id := func() uuid.UUID { return models.NewID() }
	w.Do(t, "insert into pathway_coordinators (pathway, org_id) values ('vawg', $1)", police.OrgID)
	w.Do(t, "insert into refresh_tokens (id, session_id, token_hash, expires_at) values ($1, $2, sha256('x'), now() + interval '1 hour')", id(), police.SessionID)
	w.Do(t, "insert into sign_in_attempts (id, bucket, email_hash, ip_prefix) values ($1, sha256('b'), sha256('e'), '192.0.2.1')", id())
	w.Do(t, "insert into related_people (id, case_id, relation, name) values ($1, $2, 'parent', '\\x01'::bytea || sha256('x'))", id(), s.ID)
	w.Do(t, "insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id) values ($1, $2, $3, 'other_adult', $4, $5, $6)",
		id(), s.Text, s.ID, now, vawg.OrgID, vawg.UserID)
	w.Do(t, "insert into referral_questions (id, referral_id, position, asked_at, asked_by, question) values ($1, $2, 1, $3, $4, '\\x01'::bytea || sha256('x'))", id(), s.sent.ID, now, vawg.UserID)
	w.Do(t, "insert into referral_assignments (id, referral_id, worker_id, from_at, by_user_id) values ($1, $2, $3, $4, $3)", id(), s.accepted.ID, vawg.UserID, now)
	w.Do(t, `insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, 'phone', 'out', 'no_answer', true, false, '{}', $5, $6, $7)`, id(), s.ID, s.accepted.ID, s.Phone, now, vawg.UserID, vawg.OrgID)
	w.Do(t, "insert into contact_plans (id, case_id, channel_id, at, planned_at, by_user_id, by_org_id) values ($1, $2, $3, $4, $4, $5, $6)",
		id(), s.ID, s.Phone, now, vawg.UserID, vawg.OrgID)
	w.Do(t, `insert into audit_events (id, at, actor_user_id, actor_org_id, actor_role, action, subject_type, subject_id, case_id)
		values ($1, $2, $3, $4, 'caseworker', 'case.logged', 'case', $5, $5)`, id(), now, police.UserID, police.OrgID, s.ID)
	w.Do(t, "insert into outbox (topic, referral_id, case_id, by_org_id, at) values ('referral.submitted', $1, $2, $3, $4)", s.sent.ID, s.ID, police.OrgID, now)
	w.Do(t, "insert into notices (id, outbox_id, org_id, topic, referral_id, case_id, at) values ($1, 999, $2, 'referral.accepted', $3, $4, $5)",
		id(), police.OrgID, s.accepted.ID, s.ID, now)
	w.Do(t, "insert into idempotency_keys (user_id, route, key, request_hash, answer) values ($1, 'POST /x', 'k', 'h', 'a')", police.UserID)
	w.Do(t, "insert into drafts (id, user_id, kind, created_at, updated_at) values ($1, $2, 'case', $3, $3)", id(), police.UserID, now)
	for _, further := range furtherPlants {
		further.set(t, s)
	}
	return s
}

// args are what a condition of plants takes, those of them it names.
func (s *scene) pick(p plant) (string, []any) {
	// Each is named once in a condition that is always true, so that every
	// condition takes the same three.
	return "(" + p.rows + ") and $1::uuid is not null and $2::uuid is not null and $3::uuid is not null",
		[]any{s.ID, s.OrgID, s.UserID}
}

// strangers is one person of each role, and more of some, whose organisations
// have nothing to do with the scene.
func (s *scene) strangers() []string {
	parties := []uuid.UUID{s.OrgID, s.Org(testkit.OrgVAWG).ID}
	var out []string
	for key, p := range s.People() {
		if !slices.Contains(parties, p.Org.ID) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// secured are the tables with row security, without the parts of the trail.
func (s *scene) secured(t *testing.T) []string {
	t.Helper()
	rows, err := s.Owner.Query(context.Background(), `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
		and relrowsecurity and not relispartition order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}

func TestEveryTableHasARecipeOfAPlantedRow(t *testing.T) {
	t.Parallel()
	s := set(t)
	tables := s.secured(t)
	for _, table := range tables {
		p, ok := plants()[table]
		if !ok {
			t.Errorf("%s has no recipe: say in plants how a row of another organisation gets there", table)
			continue
		}
		where, args := s.pick(p)
		if s.Count(t, "select count(*) from "+table+" where "+where, args...) == 0 {
			t.Errorf("the recipe of %s plants nothing", table)
		}
	}
	for table := range plants() {
		if !slices.Contains(tables, table) {
			t.Errorf("there is a recipe for %s, which is not a table with row security", table)
		}
	}
}

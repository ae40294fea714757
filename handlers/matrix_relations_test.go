package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/route"
	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/documents"
	"throughline/services/protection"
	"throughline/services/rights"
)

// answer is what a cell of the matrix has to be.
type answer string

// The answers: as of a record that is not there; as of one that is, to whoever
// asks for it with nothing more than its name, and otherwise to whoever sends
// enough (which the tests of the pages and operations themselves tell apart).
const (
	hidden answer = "hidden"
	shown  answer = "shown"
	either answer = "either"
)

// relation is what connects the cast with one case and everything that hangs
// on it.
type relation struct {
	name           string
	caseID, victim uuid.UUID
	caseRef        string
	referral       uuid.UUID
	referRef       string
	names          map[string]string // of each kind of record, by the start of its routes
	rules          []rule            // a cell that none speaks of is hidden
}

// rule lets roles see what hangs on a record, on the routes that hold a part.
type rule struct {
	roles  []models.Role
	routes []string // parts of paths, or "METHOD /path"
}

// asMore are routes that a name alone is not enough for.
var asMore = []string{"/audit/proofs/", "/evidence/", "/safe-contact/clear", "/sharing/withdraw", "/refer", "/certificates/", "/safety-incidents/", "/events/told", "/clocks/change", "/their-page/change", "/their-page/request", "/messages/seen"}

func (r *relation) expect(role models.Role, rt route.Route) answer {
	has := func(parts []string) bool {
		return slices.ContainsFunc(parts, func(part string) bool {
			return part == rt.Method+" "+rt.Path || !strings.Contains(part, " ") && strings.Contains(rt.Path, part)
		})
	}
	for _, u := range r.rules {
		switch {
		case !slices.Contains(u.roles, role) || !has(u.routes) || !(models.Actor{Role: role}).Can(rt.Need):
		case rt.Method == http.MethodGet && !has(asMore):
			return shown
		default:
			return either
		}
	}
	return hidden
}

// knows reports whether a role may learn of the record at all.
func (r *relation) knows(role models.Role) bool {
	return slices.ContainsFunc(r.rules, func(u rule) bool {
		return slices.Contains(u.roles, role) && !slices.Contains(u.routes, "/certificates/")
	})
}

// nothing is the relation to records that are not there.
func nothing() *relation {
	r := &relation{name: "missing", caseID: uuid.New(), caseRef: models.NewCaseReference(), referral: uuid.New(), referRef: models.NewReferralReference(), names: map[string]string{}}
	for _, k := range []string{
		"/files/", "/retention/items/", "/retention/holds/", "/alerts/", "/duplicates/", "/break-glass/", "/approvals/", "/audit/proofs/", "/erasure-tasks/", "/safety-incidents/", "/data-requests/", "/breaches/", "/sharing-decisions/",
		"/requests/tasks/", "/breaches/incidents/", "/evidence/",
	} {
		r.names[k] = uuid.NewString()
		r.names["/api/v1"+k] = r.names[k]
	}
	r.names["/requests/"], r.names["/breaches/"] = models.NewReference(models.RequestReference), models.NewReference(models.BreachReference)
	r.names["/certificates/"] = models.NewReference(models.CertificateReference)
	r.names["/handoffs/"], r.names["/api/v1/handoffs/"] = models.NewReference(models.HandoffReference), uuid.NewString()
	r.names["/api/v1/certificates/"] = r.names["/certificates/"]
	r.addresses()
	return r
}

func (r *relation) addresses() {
	r.names["/api/v1/cases/"], r.names["/cases/"] = r.caseID.String(), r.caseRef
	r.names["/openings/"], r.names["/conflicts/"] = r.caseRef, r.caseID.String()
	r.names["/api/v1/referrals/"], r.names["/referrals/"] = r.referral.String(), r.referRef
	r.names["/api/v1/marac/cases/"], r.names["/marac/"] = r.referral.String(), r.referRef
}

// hiddenName begins the name of everybody whose record is hidden from the cast.
const hiddenName = "Zzcanary"

// related plants a case of somebody's that went to a service and was accepted,
// and one of each kind of record that hangs on a case.
func (s *site) related(t *testing.T, name, who, service string) *relation {
	t.Helper()
	c := s.Case(t, s.As(who), func(f *testkit.CaseFacts) {
		f.GivenName, f.FamilyName = hiddenName+name, hiddenName+models.NewID().String()
	})
	s.Do(t, "delete from contact_details where case_id = $1", c.ID)
	sent := s.Referral(t, c, service, models.StatusAccepted)
	r := &relation{name: name, caseID: c.ID, victim: c.VictimID, caseRef: c.Reference, referral: sent.ID, referRef: sent.Reference, names: map[string]string{}}
	r.addresses()
	r.names["/api/v1/sharing-decisions/"] = s.Agreement(t, c, s.Service(service).OrgID).String()
	s.hang(t, r, &c, who)
	return r
}

func (s *site) hang(t *testing.T, r *relation, c *testkit.CaseFacts, who string) {
	t.Helper()
	manager := who + ".manager"
	held, me, now := s.Actor(manager), s.Actor(who), s.Clock.Now()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
	}
	file, err := s.deps.Documents.AttachToCase(s.As(who), c.ID, documents.Input{Name: hiddenName + ".txt", Content: []byte("A letter.")})
	must(err)
	q, err := s.deps.Rights.Receive(s.As(manager), rights.RequestInput{
		Kind: models.RequestAccess, Relation: models.RelationVictim, Requester: hiddenName + r.name, Asks: "All of it.", ReceivedOn: models.Today(now), Record: c.Reference,
	})
	must(err)
	_, err = s.deps.Rights.Propose(s.As(manager), q.ID, rights.Proposal{Outcome: models.OutcomeRefuse, Ground: "not_held", Why: "Nothing was found."})
	must(err)
	hold, err := s.deps.Rights.PlaceHold(s.As(manager), rights.HoldInput{Reference: c.Reference, Reason: "inquest"})
	must(err)
	s.Do(t, `insert into marac_cases (referral_id, case_id, org_id, reference, criteria, at, by_user_id) select id, case_id, to_org_id, reference, '{score}', $2, from_org_id from referrals where id = $1`, r.referral, now)
	ids, handoffRef := map[string]uuid.UUID{}, models.NewReference(models.HandoffReference)
	plant := func(kind, statement string, more ...any) {
		ids[kind] = models.NewID()
		s.Do(t, statement, append([]any{ids[kind], me.OrgID, c.ID, now}, more...)...)
	}
	plant("/retention/items/", `insert into retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at)
		values ($1, $2, 'case', $3, $5, 'no_service', 'A rule', $4, '2026-11-01', $4)`, c.Reference)
	plant("/alerts/", `insert into alerts (id, desk, kind, org_id, of_org_id, about_user_id, case_id, reference, figures, dedupe, first_at, last_at, due_at)
		values ($1, 'data', 'trawl', $2, $2, $5, $3, $6, '{"in_hour": 51}', $7, $4, $4, $4)`, me.UserID, c.Reference, c.Reference)
	plant("/break-glass/", `insert into emergency_accesses (id, org_id, case_id, user_id, reason, note, at, review_due_at, granted_at, expires_at)
		values ($1, $2, $3, $5, 'danger_to_life', 'Somebody rang.', $4, $4, $4, $4)`, me.UserID)
	plant("/duplicates/", `insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at)
		select $1, least($3, $5::uuid), greatest($3, $5::uuid), 26, '[{"field": "family_name", "level": "same", "weight": 7.5}]', $4 where $2::uuid is not null`, s.again(t, who).ID)
	plant("/erasure-tasks/", "insert into erasure_tasks (id, org_id, reference, certificate, told_at) values ($1, $2, 'R-0000-0000-0', 'T-0000-0000-0', case when $3::uuid is not null then $4::timestamptz end)")
	plant("/safety-incidents/", `insert into contact_attempts (id, by_org_id, case_id, at, referral_id, channel_id, channel, direction, outcome, counted, safety_incident, permission, by_user_id)
		values ($1, $2, $3, $4, $5, $6, 'phone', 'out', 'other_adult', false, true, '{}', $7)`, r.referral, c.Phone, me.UserID)
	plant("/breaches/", `insert into breaches (id, org_id, attempt_id, aware_at, reference, what, cause, report_by, created_by, created_at)
		values ($1, $2, (select id from contact_attempts where case_id = $3), $4, $5, 'A letter went astray', 'wrong_recipient', $4::timestamptz + interval '72 hours', $6, $4)`,
		models.NewReference(models.BreachReference), held.UserID)
	plant("/certificates/", `insert into tombstones (id, reference, org_id, why, record_kind, record_reference, class, source, approved_by, approved_at, deleted_at, counts, hash)
		select $1, $5, $2, 'retention', 'case', 'C-0000-0000-0', 'no_service', 'A rule', $6, $4, $4, '{"cases": 1}', sha256('x') from cases where id = $3`,
		models.NewReference(models.CertificateReference), held.UserID)
	plant("/handoffs/", `insert into handoffs (id, from_org_id, case_id, sent_at, due_at, reference, duty, to_org_id, sharing_decision_id, sent_by)
		select $1, $2, $3, $4, $4, $6, 'victim_contact', d.receiver_org_id, d.id, $5 from sharing_decisions d where d.case_id = $3 limit 1`, me.UserID, handoffRef)
	ids["/approvals/"] = s.asked(t, who, c.ID)
	ids["/files/"], ids["/data-requests/"], ids["/retention/holds/"] = file.ID, q.ID, hold.ID
	var event, breach, certificate, second string
	must(s.Owner.QueryRow(t.Context(), `select (select id::text from audit_events where case_id = $1 limit 1), (select reference from breaches where id = $2), (select reference from tombstones where id = $3),
		(select id::text from approvals where subject_id = $4)`, c.ID, ids["/breaches/"], ids["/certificates/"], q.ID).Scan(&event, &breach, &certificate, &second))
	for kind, id := range ids {
		r.names["/api/v1"+kind], r.names[kind] = id.String(), id.String()
	}
	r.names["/api/v1/audit/proofs/"], r.names["/audit/proofs/"] = event, event
	r.names["/evidence/"] = event
	r.names["/requests/tasks/"], r.names["/breaches/incidents/"] = r.names["/erasure-tasks/"], r.names["/safety-incidents/"]
	r.names["/requests/"], r.names["/breaches/"] = q.Reference, breach
	r.names["/handoffs/"] = handoffRef
	r.names["/approvals/"] = second // the answer to the request; the API is asked for what the case itself waits for
	r.names["/certificates/"], r.names["/api/v1/certificates/"] = certificate, certificate
}

// again is another record that a case may be taken for, held by the same.
func (s *site) again(t *testing.T, who string) testkit.CaseFacts {
	t.Helper()
	out := s.Case(t, s.As(who), func(f *testkit.CaseFacts) {
		f.GivenName, f.FamilyName, f.DateOfBirth = hiddenName+"again", hiddenName+models.NewID().String(), nil
	})
	s.Do(t, "delete from contact_details where case_id = $1", out.ID)
	return out
}

// asked is an act upon a case that somebody asked a second person for.
func (s *site) asked(t *testing.T, who string, caseID uuid.UUID) (id uuid.UUID) {
	t.Helper()
	if _, known := s.deps.Approvals.Kind("stage.act"); !known {
		s.deps.Approvals.Add(approvals.Kind{
			Name: "stage.act", Words: "Do what takes two", Roles: []models.Role{models.RoleManager, models.RoleProviderManager}, Lasts: 48 * time.Hour,
		})
	}
	if err := s.DB.Write(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
		a, err := s.deps.Approvals.RequestTx(ctx, tx, approvals.Request{Kind: "stage.act", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Reason: "It has to be done."})
		id = a.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// relations are every way of being related to a record.
func (s *site) relations(t *testing.T) []*relation {
	t.Helper()
	organisation := s.related(t, "otherorganisation", "refuge", testkit.ServiceLantern)
	borough := s.related(t, "otherborough", "lantern", testkit.ServiceRefuge)
	s.Do(t, "update victims set borough = 'E09000033' where id = $1", borough.victim)
	after := s.related(t, "endedafter", "refuge", testkit.ServiceIDVA)
	s.Do(t, "update referrals set status = 'in_progress', version = version + 1 where id = $1", after.referral)
	s.Do(t, "update referrals set status = 'completed', ended_at = submitted_at, version = version + 1 where id = $1", after.referral)
	before := s.related(t, "endedbefore", "refuge", testkit.ServiceIDVA)
	s.Do(t, "update referrals set status = 'acknowledged', accepted_at = null, version = version + 1 where id = $1", before.referral)
	s.Do(t, "update referrals set status = 'declined', ended_at = submitted_at, reason = 'other', version = version + 1 where id = $1", before.referral)
	s.Do(t, "delete from handoffs where case_id = $1", before.caseID) // what is still offered there would be theirs to read

	support := []uuid.UUID{s.Person("support").ID}
	barred := s.related(t, "barred", "caseworker", testkit.ServiceIDVA)
	for _, who := range s.cast() {
		s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, $2, 'knows_victim', now())", barred.caseID, who+"@demo.test")
	}
	restricted := s.related(t, "restricted", "caseworker", testkit.ServiceIDVA)
	broken := s.related(t, "breakglass", "caseworker", testkit.ServiceIDVA)
	for _, r := range []*relation{restricted, broken} {
		s.Do(t, "update cases set restricted_to = $2 where id = $1", r.caseID, support)
		s.Do(t, "update referrals set to_people = $2 where id = $1", r.referral, support)
	}
	sealed := s.related(t, "sealed", "caseworker", testkit.ServiceIDVA)
	// Custodians who can decide among themselves: a case without is told of to others.
	custodians := []uuid.UUID{support[0], s.Person("police").ID}
	for _, role := range []models.Role{models.RolePrivacyOfficer, models.RoleManager} {
		id := models.NewID()
		s.Do(t, "insert into users (id, org_id, email, name, role, password_hash) select $1, accountable_org_id, $2, 'A Custodian', $3, 'x' from cases where id = $4", id, id.String()+"@demo.test", string(role), sealed.caseID)
		custodians = append(custodians, id)
	}
	s.Do(t, "update cases set sealed = true, restricted_to = $2 where id = $1", sealed.caseID, custodians)
	if _, err := s.deps.Protection.OpenInEmergency(s.As("caseworker"), protection.EmergencyInput{Reference: broken.caseRef, Reason: "danger_to_life", Note: "Somebody rang."}); err != nil {
		t.Fatal(err)
	}
	own := s.related(t, "own", "caseworker", testkit.ServiceIDVA)

	nameless, officer, receivers := rulesOfAll()
	for _, r := range []*relation{barred, sealed} {
		r.rules = []rule{nameless}
	}
	for _, r := range []*relation{restricted, broken} {
		r.rules = []rule{nameless, officer}
	}
	broken.rules = append(broken.rules, rule{[]models.Role{models.RoleCaseworker}, []string{"GET /api/v1/cases/:id", "GET /cases/:ref"}})
	after.rules = receivers
	own.rules = ownRules()
	return []*relation{organisation, borough, before, after, barred, restricted, sealed, broken, own}
}

// rulesOfAll are those that more than one relation has.
func rulesOfAll() (nameless, officer rule, receivers []rule) {
	// Certificates and what receivers still have to erase name nobody.
	nameless = rule{[]models.Role{models.RoleManager, models.RolePrivacyOfficer}, []string{"/certificates/", "/requests/tasks/", "/erasure-tasks/"}}
	officer = rule{[]models.Role{models.RolePrivacyOfficer}, []string{
		"/data-requests/", "/requests/", "/retention/", "/breaches/", "/safety-incidents/", "/alerts/", "/duplicates/", "/break-glass/", "/protection", "/openings", "/opened", "/audit/proofs/", "/evidence/",
		"GET /approvals/:id", "POST /approvals/:id/approve", "POST /approvals/:id/refuse", "POST /approvals/:id/withdraw",
	}}
	both := []models.Role{models.RoleProviderWorker, models.RoleProviderManager}
	return nameless, officer, []rule{{both, []string{"/referrals/", "/marac/", "/handoffs/", "/conflicts/"}}, {both[1:], []string{"/:id/openings"}}}
}

// ownRules are those of a case that the London Victim Service holds and Ashdown
// was sent: the receiver reads its referral and never the case.
func ownRules() []rule {
	nameless, officer, receivers := rulesOfAll()
	return append(receivers, nameless, officer,
		// What a service itself planned, while it works with the person.
		rule{[]models.Role{models.RoleProviderWorker, models.RoleProviderManager}, []string{"/contact-plans"}},
		rule{[]models.Role{models.RoleCaseworker, models.RoleManager}, []string{"/cases/", "/referrals/", "/marac/", "/handoffs/", "/conflicts/", "/files/", "/sharing-decisions/", "/api/v1/approvals/", "/audit/proofs/", "/evidence/"}},
		rule{[]models.Role{models.RoleManager}, []string{"/approvals/", "/data-requests/", "/requests/", "/retention/", "/breaches/", "/safety-incidents/", "/openings/"}},
	)
}

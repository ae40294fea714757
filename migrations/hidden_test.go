package migrations_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
)

// shelter is a case of the London Victim Service, with an accepted referral to
// Ashdown, and everything else that tells of it.
type shelter struct {
	*testkit.Stage
	testkit.CaseFacts
	sent testkit.PlantedReferral
	app  *pgx.Conn
}

func shelterOf(t *testing.T) *shelter {
	t.Helper()
	w := testkit.World(t)
	s := &shelter{Stage: w, CaseFacts: w.Case(t, w.As("caseworker")), app: connect(t, w.AppDSN)}
	w.Do(t, "insert into related_people (id, case_id, relation) values (gen_random_uuid(), $1, 'parent')", s.ID)
	s.sent = w.Referral(t, s.CaseFacts, testkit.ServiceIDVA, models.StatusAccepted)
	vawg, now := w.Actor("vawg"), w.Clock.Now()
	w.Do(t, `insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
		values (gen_random_uuid(), $1, $2, $3, 'phone', 'out', 'no_answer', true, false, '{}', $4, $5, $6)`, s.ID, s.sent.ID, s.Phone, now, vawg.UserID, vawg.OrgID)
	w.Do(t, "insert into contact_plans (id, case_id, channel_id, at, planned_at, by_user_id, by_org_id) values (gen_random_uuid(), $1, $2, $3, $3, $4, $5)",
		s.ID, s.Phone, now, vawg.UserID, vawg.OrgID)
	for _, who := range []string{"caseworker.manager", "vawg.manager"} {
		a := w.Actor(who)
		w.Do(t, `insert into audit_events (id, at, actor_user_id, actor_org_id, actor_role, action, subject_type, subject_id, case_id)
			values (gen_random_uuid(), $1, $2, $3, 'manager', 'case.opened', 'case', $4, $4), (gen_random_uuid(), $1, $2, $3, 'manager', 'referral.refused', 'referral', $5, null)`,
			now, a.UserID, a.OrgID, s.ID, s.sent.ID)
		w.Do(t, "insert into notices (id, outbox_id, org_id, topic, referral_id, case_id, at) values (gen_random_uuid(), 7, $1, 'referral.accepted', $2, $3, $4)", a.OrgID, s.sent.ID, s.ID, now)
		w.Do(t, "insert into drafts (id, user_id, kind, case_id, created_at, updated_at) values (gen_random_uuid(), $1, 'refer', $2, $3, $3)", a.UserID, s.ID, now)
	}
	return s
}

// traces are every table that could tell of a case, each as a query that finds
// a row where it does. $1 is the case, $2 the referral.
func traces() [][2]string {
	out := [][2]string{}
	for _, s := range sights() {
		out = append(out, [2]string{s[0], strings.NewReplacer("$1", "$2", "$2", "$1").Replace(s[1])})
	}
	for _, table := range []string{"contact_attempts", "contact_plans", "audit_events", "notices", "drafts", "bars", "protections", "case_holders", "contact_stops"} {
		out = append(out, [2]string{table, "select from " + table + " where case_id = $1 and $2::uuid is not null"})
	}
	return append(out, [2]string{"a refusal", "select from audit_events where subject_id = $2 and $1::uuid is not null"})
}

// finds lists what somebody finds of the case.
func (s *shelter) finds(t *testing.T, who string) string {
	t.Helper()
	var got []string
	as(t, s.app, s.Stage, who, func(tx pgx.Tx) {
		for _, trace := range traces() {
			if n, code := try(t, tx, trace[1], s.ID, s.sent.ID); code != "" && code != refused {
				t.Errorf("%s looking for %s: got %s", who, trace[0], code)
			} else if n > 0 {
				got = append(got, trace[0])
			}
		}
	})
	return strings.Join(got, " ")
}

// hides holds that these find nothing and that everybody else finds as before.
func (s *shelter) hides(t *testing.T, when string, before map[string]string, from ...string) {
	t.Helper()
	hidden := map[string]bool{}
	for _, who := range from {
		hidden[who] = true
	}
	for who := range s.People() {
		got := s.finds(t, who)
		kept := strings.Join(strings.Fields(strings.NewReplacer("bars", "", "protections", "").Replace(got)), " ")
		switch {
		case hidden[who] && got != "":
			t.Errorf("%s: %s finds %q, want no trace", when, who, got)
		case !hidden[who] && kept != before[who]:
			t.Errorf("%s: %s finds %q, want %q as before", when, who, got, before[who])
		}
	}
}

func (s *shelter) before(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for who := range s.People() {
		out[who] = s.finds(t, who)
	}
	return out
}

// A bar is on the person, whatever their role or organisation, and nobody else
// notices it.
func TestSomebodyBarredFindsNoTraceAndNobodyElseNoDifference(t *testing.T) {
	t.Parallel()
	s := shelterOf(t)
	before := s.before(t)
	for _, who := range []string{"caseworker", "caseworker.manager", "vawg", "vawg.manager", "privacy", "commissioner", "coordinator"} {
		if who != "coordinator" && before[who] == "" && who != "privacy" {
			t.Errorf("%s finds nothing before: the bar proves nothing", who)
		}
		id := models.NewID()
		s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values ($1, $2, $3, 'knows_victim', $4)", id, s.ID, who+"@demo.test", s.Clock.Now())
		s.hides(t, "barring "+who, before, who)
		s.Do(t, "update bars set lifted_at = $2 where id = $1", id, s.Clock.Now())
	}
	s.hides(t, "all bars lifted", before)
}

func TestARestrictedCaseIsItsPeoplesAndTheServiceKeepsItsReferral(t *testing.T) {
	t.Parallel()
	s := shelterOf(t)
	before := s.before(t)
	s.Do(t, "update cases set restricted_to = $2 where id = $1", s.ID, []uuid.UUID{s.Person("caseworker.manager").ID})
	s.hides(t, "restricted", before, "caseworker", "support", "safeguarding", "orgadmin", "coordinator")
	s.Do(t, "update referrals set over_limit = true where id = $1", s.sent.ID)
	s.hides(t, "restricted and late", before, "caseworker", "support", "safeguarding", "orgadmin", "coordinator")
	s.Do(t, "update referrals set over_limit = false, to_people = $2 where id = $1", s.sent.ID, []uuid.UUID{s.Person("vawg").ID})
	s.hides(t, "the service narrows it too", before, "caseworker", "support", "safeguarding", "orgadmin", "vawg.second", "vawg.manager")
	s.Do(t, "update referrals set to_people = null where id = $1", s.sent.ID)
	s.Do(t, "update cases set restricted_to = null where id = $1", s.ID)
	s.hides(t, "opened again", before)
}

func TestASealedCaseIsItsCustodiansAlone(t *testing.T) {
	t.Parallel()
	s := shelterOf(t)
	before := s.before(t)
	s.Do(t, "update cases set sealed = true, restricted_to = $2 where id = $1", s.ID, []uuid.UUID{s.Person("caseworker.manager").ID, s.Person("caseworker").ID})
	s.hides(t, "sealed", before, "support", "safeguarding", "privacy", "orgadmin", "vawg", "vawg.second", "vawg.manager", "coordinator")
}

// A live session gains nothing by having been there first (T5, T6).
func TestABarHoldsWithinTheSameSession(t *testing.T) {
	t.Parallel()
	s := shelterOf(t)
	look := func() (n int64) {
		as(t, s.app, s.Stage, "caseworker", func(tx pgx.Tx) { n, _ = try(t, tx, "select from cases where id = $1", s.ID) })
		return n
	}
	if look() != 1 {
		t.Fatal("the case is not there to begin with")
	}
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'caseworker@demo.test', 'knows_victim', now())", s.ID)
	if look() != 0 {
		t.Error("the next statement still sees the case")
	}
}

// A bar on an address nobody has yet waits for whoever gets it.
func TestABarWaitsForAnAddress(t *testing.T) {
	t.Parallel()
	s := shelterOf(t)
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'newcomer@demo.test', 'knows_victim', now())", s.ID)
	s.Do(t, "update users set email = 'newcomer@demo.test' where id = $1", s.Person("support").ID)
	if got := s.finds(t, "support"); got != "" {
		t.Errorf("got %q, want no trace", got)
	}
}

// What is logged again about the same person hides as the first does, and who
// logged it sees what they wrote and nothing else (T42).
func TestAFurtherRecordOfTheSamePersonTakesOverTheProtection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		protect func(*shelter)
		logger  string
		hidden  []string // colleagues of the logger who must not see the new case
		sees    []string
	}{
		"restricted": {func(s *shelter) {
			s.Do(t, "insert into protections (id, case_id, action, people, reason, state, asked_at, decided_at) values (gen_random_uuid(), $1, 'restrict', $2, 'works_here', 'done', now(), now())",
				s.ID, []uuid.UUID{s.Person("caseworker.manager").ID})
		}, "support", []string{"caseworker"}, []string{"support", "caseworker.manager"}},
		"restricted elsewhere": {func(s *shelter) {
			s.Do(t, "insert into protections (id, case_id, action, people, reason, state, asked_at, decided_at) values (gen_random_uuid(), $1, 'restrict', $2, 'works_here', 'done', now(), now())",
				s.ID, []uuid.UUID{s.Person("caseworker.manager").ID})
		}, "refuge", []string{"refuge.manager", "caseworker.manager"}, []string{"refuge"}},
		"a bar on a colleague": {func(s *shelter) {
			s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'refuge.manager@demo.test', 'knows_victim', now())", s.ID)
		}, "refuge", []string{"refuge.manager"}, []string{"refuge"}},
		"a bar on who logs": {func(s *shelter) {
			s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'refuge@demo.test', 'knows_victim', now())", s.ID)
		}, "refuge", []string{"refuge.manager"}, []string{"refuge"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shelterOf(t)
			c.protect(s)
			second := s.Case(t, s.As(c.logger))
			for who, want := range both(c.sees, c.hidden) {
				as(t, s.app, s.Stage, who, func(tx pgx.Tx) {
					if n, _ := try(t, tx, "select from cases where id = $1", second.ID); n != want {
						t.Errorf("%s sees %d of the new case, want %d", who, n, want)
					}
				})
			}
			if n := s.Count(t, "select count(*) from protections where case_id = $1 and action = 'review' and state = 'pending'", second.ID); n != 1 {
				t.Errorf("got %d reviews, want one", n)
			}
			as(t, s.app, s.Stage, c.logger, func(tx pgx.Tx) {
				if n, _ := try(t, tx, "select from protections"); n != 0 {
					t.Errorf("who logged it reads %d decisions about it", n)
				}
				if n, _ := try(t, tx, "select from bars"); n != 0 {
					t.Errorf("who logged it reads %d bars", n)
				}
			})
		})
	}
}

func both(sees, hidden []string) map[string]int64 {
	out := map[string]int64{}
	for _, who := range sees {
		out[who] = 1
	}
	for _, who := range hidden {
		out[who] = 0
	}
	return out
}

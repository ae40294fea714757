package protection_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/protection"
)

// stage is a case of the London Victim Service, which has two caseworkers, a
// manager and a privacy officer.
type stage struct {
	*testkit.Stage
	testkit.CaseFacts
	svc   *protection.Service
	cases *cases.Service
}

func setup(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	return &stage{Stage: w, CaseFacts: w.Case(t, w.As("caseworker")), svc: protection.New(w.DB, models.MustCalendar()), cases: cases.New(w.DB, models.MustCalendar(), directory.New(w.DB))}
}

// opens reports whether somebody can open the case.
func (s *stage) opens(t *testing.T, who string) bool {
	t.Helper()
	_, err := s.cases.Read(s.As(who), s.ID)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		t.Fatalf("%s: %v", who, err)
	}
	return err == nil
}

func (s *stage) decide(t *testing.T, who string, in protection.Ask) protection.Decision {
	t.Helper()
	d, err := s.svc.Decide(s.As(who), s.ID, in)
	if err != nil {
		t.Fatalf("%s: %v %v", who, err, models.FieldsOf(err))
	}
	return d
}

func code(_ any, err error) models.Code {
	if err == nil {
		return ""
	}
	return models.CodeOf(err)
}

func TestAManagerRestrictsACaseAndAPrivacyOfficerOpensItAgain(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.decide(t, "caseworker.manager", protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("support").ID}, Reason: "works_here"})
	for who, want := range map[string]bool{"support": true, "caseworker": false, "caseworker.manager": false} {
		if got := s.opens(t, who); got != want {
			t.Errorf("restricted, %s opens it: got %v, want %v", who, got, want)
		}
	}
	v, err := s.svc.Get(s.As("privacy"), s.ID)
	if err != nil || v.State != protection.Restricted || len(v.People) != 1 || v.People[0].Name != "Joel Mbeki" || len(v.Decisions) != 1 {
		t.Fatalf("got %+v, %v, want the privacy officer to read what hides it", v, err)
	}
	if got := code(s.svc.Get(s.As("caseworker.manager"), s.ID)); got != models.CodeNotFound {
		t.Errorf("the manager it hides from: got %q, want not found", got)
	}
	late := s.Actor("privacy")
	late.SteppedUpAt = time.Now().Add(-models.StepUpFor)
	if _, err := s.svc.Decide(models.WithActor(t.Context(), late), s.ID, protection.Ask{Action: models.ProtectLift, Reason: "no_longer_needed"}); !models.NeedsStepUp(err) || s.opens(t, "caseworker") {
		t.Errorf("opened again five minutes after the proof: got %v, want to be asked for another", err)
	}
	s.decide(t, "privacy", protection.Ask{Action: models.ProtectLift, Reason: "no_longer_needed"})
	if !s.opens(t, "caseworker") {
		t.Error("it stayed shut")
	}
	if got := code(s.svc.Decide(s.As("privacy"), s.ID, protection.Ask{Action: models.ProtectLift, Reason: "no_longer_needed"})); got != models.CodeConflict {
		t.Errorf("again: got %q, want a conflict", got)
	}
}

func TestOnlyTheOrganisationThatHoldsACaseDecidesAboutIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.Do(t, "update cases set accountable_org_id = $2, updated_at = now() where id = $1", s.ID, s.Org(testkit.OrgRefuge).ID)
	in := protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("support").ID}, Reason: "works_here"}
	for who, want := range map[string]models.Code{
		"caseworker.manager": models.CodeForbidden, "caseworker": models.CodeForbidden, "privacy": models.CodeNotFound, "vawg.manager": models.CodeNotFound, "orgadmin": models.CodeForbidden,
	} {
		if got := code(s.svc.Decide(s.As(who), s.ID, in)); got != want {
			t.Errorf("%s: got %q, want %q", who, got, want)
		}
	}
	in.People = []uuid.UUID{s.Person("support").ID} // of another organisation than the refuge
	if got := code(s.svc.Decide(s.As("refuge.manager"), s.ID, in)); got != models.CodeInvalid {
		t.Errorf("naming a stranger: got %q, want invalid", got)
	}
}

func TestSealingTakesTwoAndOneOfThemAPrivacyOfficer(t *testing.T) {
	t.Parallel()
	s := setup(t)
	r := s.Referral(t, s.CaseFacts, testkit.ServiceIDVA, models.StatusAccepted)
	if n := s.seen(t, "vawg", "select count(*) from referrals where id = $1", r.ID); n != 1 {
		t.Fatalf("the service sees %d of its referral, want it", n)
	}
	d := s.decide(t, "privacy", protection.Ask{Action: models.ProtectSeal, Reason: "court_order", People: []uuid.UUID{s.Person("caseworker").ID}})
	if d.State != "pending" || !s.opens(t, "support") {
		t.Fatalf("got %+v, want it to wait", d)
	}
	if got := code(s.svc.Decide(s.As("privacy"), s.ID, protection.Ask{Action: models.ProtectSeal, Reason: "court_order"})); got != models.CodeConflict {
		t.Errorf("asking twice: got %q, want a conflict", got)
	}
	if got := code(s.svc.Answer(s.As("privacy"), s.ID, d.ID, true, "")); got != models.CodeForbidden {
		t.Errorf("approving one's own: got %q, want forbidden", got)
	}
	late := s.Actor("caseworker.manager")
	late.SteppedUpAt = time.Now().Add(-models.StepUpFor)
	if _, err := s.svc.Answer(models.WithActor(t.Context(), late), s.ID, d.ID, true, ""); !models.NeedsStepUp(err) {
		t.Errorf("agreeing five minutes after the proof: got %v, want to be asked for another", err)
	}
	if _, err := s.svc.Answer(s.As("caseworker.manager"), s.ID, d.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if n := s.seen(t, "vawg", "select count(*) from referrals where id = $1", r.ID); n != 0 {
		t.Error("sealed, the service it was referred to has it still")
	}
	for who, want := range map[string]bool{"caseworker": true, "caseworker.manager": true, "support": false} {
		if got := s.opens(t, who); got != want {
			t.Errorf("sealed, %s opens it: got %v, want %v", who, got, want)
		}
	}
	if got := code(s.svc.Decide(s.As("caseworker.manager"), s.ID, protection.Ask{Action: models.ProtectLift, Reason: "no_longer_needed"})); got != models.CodeConflict {
		t.Errorf("opening what is sealed: got %q, want a conflict", got)
	}
	d = s.decide(t, "caseworker.manager", protection.Ask{Action: models.ProtectUnseal, Reason: "no_longer_needed"})
	if _, err := s.svc.Answer(s.As("privacy"), s.ID, d.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if s.opens(t, "support") {
		t.Error("unsealed, it stood open: opening it to all is a decision of its own")
	}
	s.decide(t, "privacy", protection.Ask{Action: models.ProtectLift, Reason: "no_longer_needed"})
	if !s.opens(t, "support") {
		t.Error("it stayed shut")
	}
}

func TestTwoManagersCannotSealAndTheDatabaseSaysSoToo(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.Do(t, "update users set role = 'manager' where id = $1", s.Person("support").ID)
	d := s.decide(t, "caseworker.manager", protection.Ask{Action: models.ProtectSeal, Reason: "court_order"})
	_, err := s.Owner.Exec(t.Context(), "update protections set state = 'done', decided_by = asked_by, decided_at = now() where id = $1", d.ID)
	if err == nil {
		t.Error("the database took an approval by whoever asked")
	}
	_, err = s.Owner.Exec(t.Context(), "update protections set state = 'done', decided_by = $2, decided_at = now() where id = $1", d.ID, s.Person("support").ID)
	if err == nil {
		t.Error("the database took an approval of two managers")
	}
	other := s.Case(t, s.As("caseworker"))
	for _, done := range []bool{true, false} { // at once, or to wait for somebody else
		b, err := s.DB.Begin(s.As("privacy"))
		if err != nil {
			t.Fatal(err)
		}
		b.Exec(`insert into protections (id, case_id, action, reason, state, asked_by, asked_by_org_id, asked_role, asked_at, decided_at)
			values ($1, $2, 'seal', 'court_order', case when $5 then 'done' else 'pending' end, $3, $4, 'privacy_officer', now(), case when $5 then now() end)`,
			models.NewID(), other.ID, s.Actor("privacy").UserID, s.Actor("privacy").OrgID, done)
		if err := b.Send(pg.BatchHousekeeping); (err == nil) == done {
			t.Errorf("done at once %v: got %v, want the database to wait for a second person", done, err)
		}
	}
}

func TestABarHidesFromOneAndTellsNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	elsewhere := s.Case(t, s.As("support")) // of the same person
	s.Do(t, "insert into idempotency_keys (user_id, route, key, request_hash, answer) values ($1, 'x', 'x', '', '')", s.Person("support").ID)
	said := map[string]protection.Bar{}
	for _, email := range []string{"Support@demo.test ", "nobody@elsewhere.test"} {
		b, err := s.svc.Bar(s.As("caseworker"), s.ID, protection.BarInput{Email: email, Reason: "knows_victim"})
		if err != nil {
			t.Fatal(err)
		}
		said[b.Who] = b
	}
	a, b := said["support@demo.test"], said["nobody@elsewhere.test"]
	a.ID, a.Who, b.ID, b.Who = uuid.Nil, "", uuid.Nil, ""
	if a != b {
		t.Errorf("got %+v and %+v: the answer tells whether somebody has the address", a, b)
	}
	if s.opens(t, "support") || !s.opens(t, "caseworker.manager") {
		t.Error("the bar is on the wrong person")
	}
	if n := s.seen(t, "support", "select (select count(*) from victims where id in ($1, $2)) + (select count(*) from cases where id = $3)", s.VictimID, elsewhere.VictimID, elsewhere.ID); n != 0 {
		t.Errorf("who is barred sees %d of the person, or of another record of theirs", n)
	}
	if n := s.Count(t, "select count(*) from idempotency_keys where user_id = $1", s.Person("support").ID); n != 0 {
		t.Error("an answer that is kept for who is barred still tells")
	}
	s.Do(t, "insert into users (id, org_id, email, name, role, password_hash) values (gen_random_uuid(), $1, 'nobody@elsewhere.test', 'Came Later', 'caseworker', 'x')", s.Person("support").Org.ID)
	if n := s.Count(t, "select count(*) from cases c join users u on u.id = any (c.barred) where c.id = $1 and u.email = 'nobody@elsewhere.test'", s.ID); n != 1 {
		t.Error("who came later is not barred")
	}
	// Whoever is barred decides nothing about it, and finds no bar.
	for _, got := range []models.Code{
		code(s.svc.Get(s.As("support"), s.ID)), code(s.svc.Bar(s.As("support"), s.ID, protection.BarInput{Email: "a@b.test", Reason: "knows_victim"})),
	} {
		if got != models.CodeNotFound {
			t.Errorf("who is barred: got %q, want not found", got)
		}
	}
	v, err := s.svc.Get(s.As("caseworker"), s.ID)
	if err != nil || len(v.Bars) != 2 {
		t.Fatalf("got %+v, %v", v, err)
	}
	i := 0
	if v.Bars[i].Who != "support@demo.test" {
		i = 1
	}
	d := s.decide(t, "privacy", protection.Ask{Action: models.ProtectLiftBar, BarID: v.Bars[i].ID, Reason: "set_in_error"})
	if s.opens(t, "support") {
		t.Error("one person lifted a bar")
	}
	if _, err := s.svc.Answer(s.As("caseworker.manager"), s.ID, d.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if !s.opens(t, "support") {
		t.Error("the bar stayed")
	}
}

func TestAPrivacyOfficerLooksAtWhatWasTakenOver(t *testing.T) {
	t.Parallel()
	for _, same := range []bool{true, false} {
		s := setup(t)
		s.decide(t, "caseworker.manager", protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("caseworker.manager").ID}, Reason: "looked_for"})
		second := s.Case(t, s.As("support"))
		v, err := s.svc.Get(s.As("support"), second.ID)
		if err != nil || v.State != protection.Open || len(v.Decisions) != 0 || v.Held {
			t.Errorf("who logged it reads %+v, %v, want nothing of it", v, err)
		}
		queue, err := s.svc.Queue(s.As("privacy"))
		if err != nil || len(queue) == 0 || queue[0].Action != models.ProtectReview || !queue[0].MayDecide || queue[0].Reference != second.Reference {
			t.Fatalf("got %+v, %v, want the review first", queue, err)
		}
		note := ""
		if same {
			note = "It is the same person."
		}
		if _, err := s.svc.Answer(s.As("privacy"), second.ID, queue[0].ID, !same, note); err != nil {
			t.Fatal(err)
		}
		_, err = s.cases.Get(s.As("caseworker"), second.ID)
		if (err == nil) == same {
			t.Errorf("the same person: %v; a colleague opens it: %v", same, err == nil)
		}
	}
}

func TestAServiceNarrowsWhatItReceivedAndNothingElse(t *testing.T) {
	t.Parallel()
	s := setup(t)
	r := s.Referral(t, s.CaseFacts, testkit.ServiceIDVA, models.StatusAccepted)
	in := protection.Ask{Action: models.ProtectRestrictReferral, People: []uuid.UUID{s.Person("vawg").ID}, Reason: "works_here"}
	if got := code(s.svc.NarrowReferral(s.As("caseworker.manager"), r.ID, in)); got != models.CodeForbidden {
		t.Errorf("the referrer: got %q, want forbidden", got)
	}
	if _, err := s.svc.NarrowReferral(s.As("vawg.manager"), r.ID, in); err != nil {
		t.Fatal(err)
	}
	sees := func(who string) int64 {
		return s.seen(t, who, "select count(*) from referrals where id = $1", r.ID)
	}
	if sees("vawg") != 1 || sees("vawg.manager") != 1 || sees("vawg.second") != 0 {
		t.Error("it is not its named people's and whoever named them alone")
	}
	if _, err := s.svc.NarrowReferral(s.As("vawg.manager"), r.ID, protection.Ask{Action: models.ProtectLiftReferral, Reason: "no_longer_needed"}); err != nil || sees("vawg.second") != 1 {
		t.Errorf("opened again: %v", err)
	}
	if !s.opens(t, "caseworker") {
		t.Error("the case hides from its own people")
	}
}

// seen counts what somebody sees.
func (s *stage) seen(t *testing.T, who, query string, args ...any) (n int64) {
	t.Helper()
	b, err := s.DB.Begin(s.As(who))
	if err != nil {
		t.Fatal(err)
	}
	b.Query(pg.One(new(bool), &n), query, args...)
	if err := b.Send(pg.BatchRead); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestASealedCaseWhoseCustodiansHaveLeftIsOpenedByTwoOthers has the privacy
// officer who sealed it leave, and then the manager.
func TestASealedCaseWhoseCustodiansHaveLeftIsOpenedByTwoOthers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	other := func(key, role string) context.Context {
		a := s.Actor(key)
		a.UserID, a.SessionID, a.Role = models.NewID(), models.NewID(), models.Role(role)
		s.Do(t, "insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, $3, 'New Officer', $4, 'x')", a.UserID, a.OrgID, a.UserID.String()+"@demo.test", role)
		s.Do(t, `insert into sessions (id, user_id, org_id, role, kind, created_at, last_seen_at, idle_expires_at, expires_at) values ($1, $2, $3, $4, 'api', now(), now(), now() + interval '20 minutes', now() + interval '1 hour')`,
			a.SessionID, a.UserID, a.OrgID, role)
		return models.WithActor(t.Context(), a)
	}
	officer, manager := other("privacy", "privacy_officer"), other("caseworker.manager", "manager")
	d := s.decide(t, "privacy", protection.Ask{Action: models.ProtectSeal, Reason: "court_order"})
	if _, err := s.svc.Answer(s.As("caseworker.manager"), s.ID, d.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	ask := protection.Ask{Action: models.ProtectUnseal, Reason: "no_longer_needed"}
	for name, ctx := range map[string]context.Context{"officer": officer, "manager": manager} {
		if got := code(s.svc.Decide(ctx, s.ID, ask)); got != models.CodeNotFound {
			t.Errorf("another %s, while both custodians are here: got %q, want not found", name, got)
		}
	}
	s.Do(t, "update users set disabled_at = now() where id = $1", s.Person("privacy").ID)
	if _, err := s.svc.Get(officer, s.ID); err != nil {
		t.Fatalf("the officer who is there now: %v", err)
	}
	if got := code(s.cases.Get(manager, s.ID)); got != models.CodeNotFound {
		t.Errorf("reading the case: got %q, want not found", got)
	}
	for _, wrong := range []models.ProtectionAction{models.ProtectSeal, models.ProtectRestrict, models.ProtectLift} {
		if got := code(s.svc.Decide(officer, s.ID, protection.Ask{Action: wrong, Reason: "court_order", People: []uuid.UUID{s.Person("support").ID}})); got != models.CodeConflict && got != models.CodeInvalid {
			t.Errorf("%s: got %q, want it refused", wrong, got)
		}
	}
	d, err := s.svc.Decide(officer, s.ID, ask)
	if err != nil {
		t.Fatal(err)
	}
	if got := code(s.svc.Answer(officer, s.ID, d.ID, true, "")); got != models.CodeForbidden {
		t.Errorf("approving one's own: got %q", got)
	}
	if _, err := s.svc.Answer(manager, s.ID, d.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.svc.Decide(officer, s.ID, protection.Ask{Action: models.ProtectRestrict, Reason: "court_order", People: []uuid.UUID{s.Person("support").ID}}); err != nil {
		t.Fatal(err)
	}
	if !s.opens(t, "support") || s.opens(t, "caseworker") {
		t.Error("want it open to who was named, and to nobody else")
	}
}

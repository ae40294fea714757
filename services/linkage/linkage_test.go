package linkage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/audit"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/jobs"
	"throughline/services/linkage"
	"throughline/services/protection"
)

type stage struct {
	*testkit.Stage
	svc   *linkage.Service
	cases *cases.Service
}

func setup(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	return &stage{w, linkage.New(w.DB), cases.New(w.DB, models.MustCalendar(), directory.New(w.DB))}
}

func day(text string) *time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil
	}
	return &at
}

// about plants a case of somebody, without a number that others have, and queues it.
func (s *stage) about(t *testing.T, who, given, family, born string) testkit.CaseFacts {
	t.Helper()
	c := s.Case(t, s.As(who), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName, f.DateOfBirth = given, family, day(born) })
	s.Do(t, "delete from contact_details where case_id = $1", c.ID)
	s.Do(t, "insert into linkage_waiting (case_id) values ($1)", c.ID)
	return c
}

// compare runs the job and says how many pairs it put forward.
func (s *stage) compare(t *testing.T) int {
	t.Helper()
	_, raised, err := s.svc.Compare(s.System())
	if err != nil {
		t.Fatal(err)
	}
	return raised
}

// queue is what somebody finds that waits.
func (s *stage) queue(t *testing.T, who string) []linkage.Pair {
	t.Helper()
	items, _, err := s.svc.List(s.As(who), linkage.Query{})
	if err != nil {
		t.Fatalf("%s: %v", who, err)
	}
	return items
}

func (s *stage) say(t *testing.T, who string, pair uuid.UUID, answer models.LinkAnswer) linkage.Pair {
	t.Helper()
	p, err := s.svc.Answer(s.As(who), pair, linkage.Say{Answer: answer, Reason: "checked_record"})
	if err != nil {
		t.Fatalf("%s: %v %v", who, err, models.FieldsOf(err))
	}
	return p
}

func code(_ any, err error) models.Code {
	if err == nil {
		return ""
	}
	return models.CodeOf(err)
}

// TestALikelyDuplicateComesBeforeWhoHoldsEitherRecord has two organisations log
// one person, with a slip: each reviewer reads their own record and how the other
// agrees, and nobody else is told that there are two.
func TestALikelyDuplicateComesBeforeWhoHoldsEitherRecord(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours := s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03")
	theirs := s.about(t, "police", "Zitta", "Elfgar", "1990-03-02")
	s.about(t, "police", "Zita", "Other", "1961-11-30")
	if n := s.compare(t); n != 1 {
		t.Fatalf("%d were put forward, want the one", n)
	}
	for who, own := range map[string]testkit.CaseFacts{"privacy": ours, "police.privacy": theirs} {
		list := s.queue(t, who)
		if len(list) != 1 {
			t.Fatalf("%s finds %d", who, len(list))
		}
		p, err := s.svc.Get(s.As(who), list[0].ID)
		if err != nil || len(p.Sides) != 2 || len(p.Asked) != 2 {
			t.Fatalf("%s: %+v, %v", who, p, err)
		}
		mine, other := p.Sides[0], p.Sides[1]
		if mine.CaseID != own.ID || !mine.Own || mine.GivenName != own.GivenName || mine.DateOfBirth == nil || mine.BoroughName != "Hackney" {
			t.Errorf("%s: their own record reads %+v", who, mine)
		}
		if other.Own || other.GivenName+other.FamilyName+other.KnownAs+other.Borough != "" || other.DateOfBirth != nil || other.LoggedAt != nil {
			t.Errorf("%s is told of the other's record %+v", who, other)
		}
		var words []string
		for _, r := range p.Reasons {
			words = append(words, r.Words)
		}
		if diff := cmp.Diff([]string{"Nearly the same given name", "The same family name", "The same date of birth with day and month the other way round", "The same borough"}, words); diff != "" {
			t.Errorf("%s: the reasons\n%s", who, diff)
		}
	}
	id := s.queue(t, "privacy")[0].ID
	for who, want := range map[string]models.Code{"operator.privacy": models.CodeNotFound, "caseworker": models.CodeForbidden, "caseworker.manager": models.CodeForbidden, "coordinator": models.CodeForbidden, "safeguarding": models.CodeForbidden} {
		if got := code(s.svc.Get(s.As(who), id)); got != want {
			t.Errorf("%s: got %q, want %q", who, got, want)
		}
	}
	if n := len(s.queue(t, "operator.privacy")); n != 0 {
		t.Errorf("a privacy officer of a third organisation finds %d", n)
	}
}

// TestNothingTellsWhoLogsOrSearchesThatThereIsAnother runs the whole of logging
// somebody whom another organisation has, and somebody nobody has: what is
// answered, found, noticed and written in the trail is the same.
func TestManyRecordsOfOnePersonDoNotFloodTheQueue(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var last testkit.CaseFacts
	for range 13 {
		last = s.about(t, "police", "Marigold", "Thistlewood", "1990-04-02")
	}
	s.Do(t, "delete from linkage_waiting where case_id <> $1", last.ID)
	if n := s.compare(t); n != 10 {
		t.Errorf("one record that twelve others are like makes %d pairs, want the ten likeliest", n)
	}
	s.Do(t, "insert into linkage_waiting (case_id) values ($1)", last.ID)
	if n := s.compare(t); n != 0 {
		t.Errorf("looked at again it makes %d more", n)
	}
}

func TestNothingTellsWhoLogsOrSearchesThatThereIsAnother(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.about(t, "police", "Zita", "Elfgar", "1990-02-03")
	seen := func(given string) (out []int) {
		in := cases.LogInput{
			Source: "self", Victim: models.Victim{GivenName: given, FamilyName: "Elfgar", DateOfBirth: day("1990-02-03"), Borough: "Hackney"}, RiskLevel: "standard",
			Incidents: []models.Incident{{OffenceTypes: []string{"burglary"}, OccurredOn: day("2026-11-01"), Summary: "A break-in."}},
		}
		logged, err := s.cases.Log(s.As("caseworker"), in)
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		if _, err := jobs.Drain(s.System(), s.DB); err != nil {
			t.Fatal(err)
		}
		s.compare(t)
		found, err := s.cases.Search(s.As("caseworker"), cases.Query{Name: given + " Elfgar"})
		if err != nil {
			t.Fatal(err)
		}
		trail, _, err := audit.New(s.DB).OfCase(s.As("caseworker.manager"), logged.ID)
		if err != nil {
			t.Fatal(err)
		}
		return []int{len(logged.EnhancedReasons), logged.Version, len(found.Items), len(trail), s.Count(t, "select count(*) from notices")}
	}
	alone, again := seen("Ottoline"), seen("Zita")
	if diff := cmp.Diff(alone, again); diff != "" {
		t.Errorf("of somebody whom another organisation has, and of nobody:\n%s", diff)
	}
	if n := len(s.queue(t, "privacy")); n != 1 {
		t.Errorf("%d wait, want the one whom another has", n)
	}
}

// TestTwoAreLinkedWhenBothSaySoAndOnlyAsLongAsTheyDo goes through linking,
// unlinking and linking again.
func TestTwoAreLinkedWhenBothSaySoAndOnlyAsLongAsTheyDo(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours, theirs := s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03"), s.about(t, "police", "Zita", "Elfgar", "1990-02-03")
	s.compare(t)
	id := s.queue(t, "privacy")[0].ID
	for _, step := range []struct {
		who    string
		answer models.LinkAnswer
		want   models.LinkState
	}{
		{"privacy", models.LinkMore, models.LinkWaiting},
		{"privacy", models.LinkSame, models.LinkWaiting},
		{"police.privacy", models.LinkSame, models.LinkLinked},
		{"police.privacy", models.LinkNot, models.LinkDifferent},
		{"privacy", models.LinkMore, models.LinkDifferent},
		{"police.privacy", models.LinkSame, models.LinkWaiting},
		{"privacy", models.LinkSame, models.LinkLinked},
	} {
		if p := s.say(t, step.who, id, step.answer); p.State != step.want {
			t.Errorf("%s says %s: got %s, want %s", step.who, step.answer, p.State, step.want)
		}
	}
	if got := code(s.svc.Answer(s.As("privacy"), id, linkage.Say{Answer: models.LinkSame, Reason: "checked_record"})); got != models.CodeConflict {
		t.Errorf("said again: got %q", got)
	}
	for _, c := range []testkit.CaseFacts{ours, theirs} {
		who := map[uuid.UUID]string{ours.ID: "caseworker", theirs.ID: "police"}[c.ID]
		if v, err := s.cases.Get(s.As(who), c.ID); err != nil || v.Case.Reference != c.Reference {
			t.Errorf("%s: the reference lives on: %v", who, err)
		}
		if of, err := s.svc.OfCase(s.As(who), c.ID); err != nil || len(of.Items) != 0 {
			t.Errorf("%s is shown %d records of another organisation, %v", who, len(of.Items), err)
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'duplicate.answered' and subject_id = $1 and case_id is null", id); n != 7 {
		t.Errorf("%d answers are in the trail, want 7 that name no case", n)
	}
}

// TestWhoMayOpenBothIsShownThatTheyAreLinked has one organisation hold both.
func TestWhoMayOpenBothIsShownThatTheyAreLinked(t *testing.T) {
	t.Parallel()
	s := setup(t)
	one, two := s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03"), s.about(t, "support", "Zita", "Elfgar", "1990-02-03")
	s.compare(t)
	id := s.queue(t, "privacy")[0].ID
	shown := func(c testkit.CaseFacts) string {
		of, err := s.svc.OfReference(s.As("caseworker"), c.Reference)
		if err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, l := range of.Items {
			out += l.Reference
		}
		return out
	}
	if got := shown(one); got != "" {
		t.Errorf("before anybody has said so: got %q", got)
	}
	s.say(t, "privacy", id, models.LinkSame)
	if a, b := shown(one), shown(two); a != two.Reference || b != one.Reference {
		t.Errorf("linked: got %q and %q", a, b)
	}
	s.say(t, "privacy", id, models.LinkNot)
	if a, b := shown(one), shown(two); a+b != "" {
		t.Errorf("unlinked: got %q and %q", a, b)
	}
	if got := code(s.svc.OfReference(s.As("refuge"), one.Reference)); got != models.CodeNotFound {
		t.Errorf("somebody who may open neither: got %q", got)
	}
}

// TestABarCoversBothRecordsAsLongAsTheyAreLinked bars somebody on one record.
func TestABarCoversBothRecordsAsLongAsTheyAreLinked(t *testing.T) {
	t.Parallel()
	s := setup(t)
	one, two := s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03"), s.about(t, "police", "Zitta", "Elfgar", "1990-02-03")
	s.compare(t)
	id := s.queue(t, "privacy")[0].ID
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'police@demo.test', 'knows_victim', now())", one.ID)
	opens := func() bool {
		_, err := s.cases.Read(s.As("police"), two.ID)
		return err == nil
	}
	if !opens() {
		t.Fatal("nobody has said that it is one person")
	}
	s.say(t, "privacy", id, models.LinkSame)
	s.say(t, "police.privacy", id, models.LinkSame)
	if opens() {
		t.Error("linked: who is barred from the person opens their other record")
	}
	s.say(t, "police.privacy", id, models.LinkNot)
	if !opens() {
		t.Error("unlinked: the record is not as it was")
	}
	if n := s.Count(t, "select count(*) from bars where case_id = $1 and lifted_at is null", one.ID); n != 1 {
		t.Errorf("the bar that was set by itself: %d", n)
	}
}

// TestARecordThatHidesIsPutBeforeItsOwnAlone restricts, seals and bars.
func TestARecordThatHidesIsPutBeforeItsOwnAlone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	guard := protection.New(s.DB, models.MustCalendar())
	decide := func(c testkit.CaseFacts, who string, in protection.Ask) protection.Decision {
		d, err := guard.Decide(s.As(who), c.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	open := s.about(t, "police", "Zita", "Elfgar", "1990-02-03")
	hides := s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03")
	decide(hides, "caseworker.manager", protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("caseworker").ID}, Reason: "works_here"})
	s.compare(t)
	if n := len(s.queue(t, "police.privacy")); n != 0 {
		t.Errorf("another organisation's record is restricted: %d pairs tell of it", n)
	}
	list := s.queue(t, "privacy")
	if len(list) != 1 || len(list[0].Asked) != 1 {
		t.Fatalf("its own privacy officer finds %+v", list)
	}
	if p := s.say(t, "privacy", list[0].ID, models.LinkSame); p.State != models.LinkLinked {
		t.Errorf("the one who is asked says so: got %s", p.State)
	}
	if got := code(s.svc.Get(s.As("police.privacy"), list[0].ID)); got != models.CodeNotFound {
		t.Errorf("linked: the other organisation's privacy officer got %q", got)
	}
	// Sealed to others: not even to a privacy officer of the organisation that holds it.
	others := []uuid.UUID{s.Person("caseworker").ID, s.Person("caseworker.manager").ID}
	s.Do(t, "update cases set sealed = true, restricted_to = $2 where id = $1", hides.ID, others)
	if got := code(s.svc.Get(s.As("privacy"), list[0].ID)); got != models.CodeNotFound {
		t.Errorf("a reviewer to whom one of the two is sealed got %q", got)
	}
	s.Do(t, "update cases set sealed = false where id = $1", hides.ID)
	if got := code(s.svc.Get(s.As("privacy"), list[0].ID)); got != "" {
		t.Errorf("restricted, and not sealed any more: got %q", got)
	}
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'privacy@demo.test', 'knows_victim', now())", open.ID)
	if got := code(s.svc.Get(s.As("privacy"), list[0].ID)); got != models.CodeNotFound {
		t.Errorf("a reviewer whom one of the two bars got %q", got)
	}
}

// TestAnAnswerSaysWhatIsWrongWithIt holds the words of faults, and who may answer.
func TestAnAnswerSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03")
	s.about(t, "police", "Zita", "Elfgar", "1990-02-03")
	s.compare(t)
	id := s.queue(t, "privacy")[0].ID
	for name, k := range map[string]struct {
		in    linkage.Say
		field string
	}{
		"nothing":        {linkage.Say{}, "answer"},
		"another answer": {linkage.Say{Answer: "merge", Reason: "checked_record"}, "answer"},
		"no reason":      {linkage.Say{Answer: models.LinkSame}, "reason"},
		"another reason": {linkage.Say{Answer: models.LinkSame, Reason: "no_capacity"}, "reason"},
		"other unsaid":   {linkage.Say{Answer: models.LinkSame, Reason: "other"}, "note"},
	} {
		_, err := s.svc.Answer(s.As("privacy"), id, k.in)
		if f := models.FieldsOf(err); models.CodeOf(err) != models.CodeInvalid || len(f) == 0 || f[0].Field != k.field {
			t.Errorf("%s: got %v %v, want a fault of %s", name, err, f, k.field)
		}
	}
	ok := linkage.Say{Answer: models.LinkSame, Reason: "checked_record"}
	for who, want := range map[string]models.Code{"operator.privacy": models.CodeNotFound, "caseworker": models.CodeForbidden} {
		if got := code(s.svc.Answer(s.As(who), id, ok)); got != want {
			t.Errorf("%s: got %q, want %q", who, got, want)
		}
	}
	if got := code(s.svc.Answer(s.As("privacy"), uuid.New(), ok)); got != models.CodeNotFound {
		t.Errorf("no pair: got %q", got)
	}
}

// TestAQueueIsReadInPages lists more than a page holds, and decided ones apart.
func TestAQueueIsReadInPages(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 3 {
		s.about(t, "caseworker", "Zita", "Elfgar", "1990-02-03")
	}
	if n := s.compare(t); n != 3 {
		t.Fatalf("%d pairs of three records", n)
	}
	got, cursor := map[uuid.UUID]bool{}, ""
	for range 3 {
		items, next, err := s.svc.List(s.As("privacy"), linkage.Query{Limit: 1, Cursor: cursor})
		if err != nil || len(items) != 1 {
			t.Fatal(len(items), err)
		}
		got[items[0].ID], cursor = true, next
	}
	if len(got) != 3 || cursor != "" {
		t.Errorf("%d pairs in three pages, and then %q", len(got), cursor)
	}
	s.say(t, "privacy", s.queue(t, "privacy")[0].ID, models.LinkNot)
	decided, _, err := s.svc.List(s.As("privacy"), linkage.Query{Decided: true})
	if err != nil || len(decided) != 1 || len(s.queue(t, "privacy")) != 2 {
		t.Errorf("%d decided, %v", len(decided), err)
	}
	if got := code2(s.svc.List(s.As("privacy"), linkage.Query{Cursor: "x"})); got != models.CodeMalformed {
		t.Errorf("a cursor that is none: got %q", got)
	}
	s.Do(t, "insert into linkage_waiting (case_id) select one_case_id from linkage_pairs on conflict do nothing")
	if n := s.compare(t); n != 0 {
		t.Errorf("compared again, %d were put forward anew", n)
	}
}

func code2(_ any, _ string, err error) models.Code { return code(nil, err) }

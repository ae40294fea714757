package rights_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/rights"
)

// received records a request of the police's manager and says who asks.
func (b *bench) received(in rights.RequestInput, identity rights.IdentityInput) models.DataRequest {
	b.t.Helper()
	if in.Asks == "" {
		in.Asks = "Everything that is held."
	}
	if in.ReceivedOn.IsZero() {
		in.ReceivedOn = models.Today(b.Clock.Now())
	}
	q, err := b.s.Receive(b.As("police.manager"), in)
	if err != nil {
		b.t.Fatalf("receiving: %v %v", err, models.FieldsOf(err))
	}
	if in.Kind == models.RequestInformation {
		return q
	}
	identity.How, identity.On = "A passport was shown.", models.Today(b.Clock.Now())
	if q, err = b.s.CheckIdentity(b.As("police.manager"), q.ID, identity); err != nil {
		b.t.Fatalf("identity: %v %v", err, models.FieldsOf(err))
	}
	return q
}

// family is a case with people of every sort in it, and notes by the police.
func (b *bench) family() testkit.CaseFacts {
	b.t.Helper()
	c := b.Case(b.t, b.As("police"))
	b.Do(b.t, "update victims set address = $2, postcode = $3 where id = $1", c.VictimID, testkit.Seal(vault.VictimAddress, c.VictimID, "1 Canary Lane"),
		testkit.Seal(vault.VictimPostcode, c.VictimID, "E8 1AA"))
	for name, suspect := range map[string]bool{"Mortimer Canaryson": true, "Orla Bystander": false} {
		id := models.NewID()
		b.Do(b.t, "insert into related_people (id, case_id, relation, name, parental_responsibility, suspect) values ($1, $2, 'parent', $3, false, $4)", id, c.ID, testkit.Seal(vault.PersonName, id, name), suspect)
	}
	police, id := b.Actor("police"), models.NewID()
	b.Do(b.t, "insert into notes (id, case_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, 'internal', $3, $4, $5, $6)",
		id, c.ID, testkit.Seal(vault.NoteText, id, "She named Orla Bystander."), b.Clock.Now(), police.UserID, police.OrgID)
	return c
}

// approve has a second person agree to an answer.
func (b *bench) approve(who string, request uuid.UUID) error {
	b.t.Helper()
	var id uuid.UUID
	if err := b.Owner.QueryRow(context.Background(), "select id from approvals where subject_id = $1 and decision is null", request).Scan(&id); err != nil {
		b.t.Fatalf("nothing waits for a second person: %v", err)
	}
	_, err := b.two.Approve(b.As(who), id, "")
	return err
}

// second gives the police a privacy officer of their own.
func (b *bench) second() string {
	b.t.Helper()
	b.Do(b.t, "update users set role = 'manager' where email = 'police.second@demo.test'")
	id, p := models.NewID(), b.Person("police.second")
	b.Do(b.t, `insert into sessions (id, user_id, org_id, role, kind, idle_expires_at, expires_at) values ($1, $2, $3, 'manager', 'api', now() + interval '10 minutes', now() + interval '1 hour')`, id, p.ID, p.Org.ID)
	p.Session, p.Role = id, models.RoleManager
	return "police.second"
}

func words(p rights.Pack) string {
	var out strings.Builder
	for _, i := range p.Items {
		out.WriteString(i.Label + ": " + i.Shown + "\n")
	}
	return out.String()
}

func TestAVictimIsGivenTheirRecordAndNobodyElses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, second := b.family(), b.second()
	ctx := b.As("police.manager")
	q := b.received(rights.RequestInput{Kind: models.RequestAccess, Requester: "Zephyrine Quillfeather", Relation: models.RelationVictim}, rights.IdentityInput{Record: c.Reference})
	p, err := b.s.Prepare(ctx, q.ID)
	if err != nil {
		t.Fatal(err)
	}
	third, mixed := 0, []rights.Mark{}
	for _, i := range p.Items {
		switch i.Whose {
		case models.WhoseThird:
			third++
		case models.WhoseMixed:
			m := rights.Mark{Key: i.Key, Decision: "release"}
			if strings.Contains(i.Value, "Orla") {
				m = rights.Mark{Key: i.Key, Decision: "redact", Redacted: "She named [somebody]."}
			}
			mixed = append(mixed, m)
		}
	}
	if third < 4 || len(mixed) < 2 {
		t.Fatalf("got %d values of others and %d of free text: %s", third, len(mixed), words(p))
	}
	_, err = b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "It is hers."})
	b.wantCode(err, models.CodeInvalid, "passages nobody looked at")
	if _, err := b.s.MarkItems(ctx, q.ID, mixed); err != nil {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	if _, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "It is hers."}); err != nil {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	_, err = b.s.Answer(ctx, q.ID)
	b.wantCode(err, models.CodeConflict, "before the second person")
	b.wantCode(b.approve("police.manager", q.ID), models.CodeForbidden, "the second person is the first")
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	p, err = b.s.Answer(ctx, q.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := words(p)
	for _, want := range []string{"Zephyrine", "1 Canary Lane", "07700 900123", "She was threatened at home.", "She named [somebody]."} {
		if !strings.Contains(got, want) {
			t.Errorf("her own record lacks %q:\n%s", want, got)
		}
	}
	for _, never := range []string{"Mortimer", "Orla", "Bystander"} {
		if strings.Contains(got, never) {
			t.Errorf("the answer names %s", never)
		}
	}
	// A value that changed after it was looked at is held back.
	var incident uuid.UUID
	if err := b.Owner.QueryRow(t.Context(), "select id from incidents where case_id = $1", c.ID).Scan(&incident); err != nil {
		t.Fatal(err)
	}
	b.Do(t, "update incidents set summary = $2 where id = $1", incident, testkit.Seal(vault.IncidentSummary, incident, "Orla Bystander saw it."))
	if p, _ := b.s.Answer(ctx, q.ID); strings.Contains(words(p), "Orla") {
		t.Error("a passage that nobody looked at leaves")
	}
	b.Clock.Advance(models.PackSeenFor)
	_, err = b.s.Answer(ctx, q.ID)
	b.wantCode(err, models.CodeConflict, "after two weeks")
	if _, err := b.s.Answer(b.As("privacy"), q.ID); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("another organisation reads the pack: %v", err)
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'request.pack_viewed' and subject_id = $1", q.ID); n != 2 {
		t.Errorf("got %d events of the pack being seen, want 2", n)
	}
}

// An adopted child's birth father asks: no address leaves, whatever is marked.
func TestABirthFatherIsGivenNoAddressWhateverIsMarked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, second := b.family(), b.second()
	ctx := b.As("police.manager")
	in := rights.RequestInput{Kind: models.RequestAccess, Requester: "Mortimer Canaryson", Relation: models.RelationOnBehalf}
	q := b.received(in, rights.IdentityInput{Record: c.Reference})
	_, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "He asks."})
	b.wantCode(err, models.CodeInvalid, "without parental responsibility shown")
	q = b.received(in, rights.IdentityInput{Record: c.Reference, Authority: "parental_responsibility"})
	p, err := b.s.Prepare(ctx, q.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range p.Items {
		if i.Whose == models.WhosePlace {
			_, err := b.s.MarkItems(ctx, q.ID, []rights.Mark{{Key: i.Key, Decision: "release"}})
			b.wantCode(err, models.CodeInvalid, "marking "+i.Label)
			// Nor by a row in the database.
			b.Do(t, "insert into data_request_marks (request_id, key, decision, value_hash, marked_by, marked_at) values ($1, $2, 'release', sha256(convert_to($3, 'UTF8')), $4, now())", q.ID, i.Key, i.Value, b.Person("police").ID)
			continue
		}
		if _, err := b.s.MarkItems(ctx, q.ID, []rights.Mark{{Key: i.Key, Decision: "release"}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "He shows it."}); err != nil {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	p, err = b.s.Answer(ctx, q.ID)
	got := words(p)
	if err != nil || !strings.Contains(got, "Zephyrine") {
		t.Fatalf("got %v %q", err, got)
	}
	for _, never := range []string{"Canary Lane", "E8 1AA", "E09000012", "Hackney", "07700", "marigold", "phone"} {
		if strings.Contains(got, never) {
			t.Errorf("the answer says where the child is: %q in\n%s", never, got)
		}
	}
}

func TestAPerpetratorIsGivenNothingOfTheVictimNorThatThereIsACase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, second := b.family(), b.second()
	ctx := b.As("police.manager")
	in := rights.RequestInput{Kind: models.RequestAccess, Requester: "mortimer CANARYSON", Relation: models.RelationSuspect, ReceivedOn: models.Today(b.Clock.Now()), Asks: "Do you hold data about me?"}
	tied := in
	tied.Record = c.Reference
	_, err := b.s.Receive(ctx, tied)
	b.wantCode(err, models.CodeInvalid, "tying a suspect to a case")
	q := b.received(in, rights.IdentityInput{})
	_, err = b.s.CheckIdentity(ctx, q.ID, rights.IdentityInput{How: "x", On: in.ReceivedOn, Record: c.Reference})
	b.wantCode(err, models.CodeInvalid, "tying them afterwards")
	p, err := b.s.Prepare(ctx, q.ID)
	if err != nil || len(p.Items) != 1 || p.Items[0].Value != "Mortimer Canaryson" || p.Items[0].Shown != "" {
		t.Fatalf("got %+v, %v, want their own name alone, held back until somebody decides", p.Items, err)
	}
	if n := b.Count(t, "select count(*) from audit_events where case_id = $1 and action like 'request.%'", c.ID); n != 0 {
		t.Error("the trail ties the request to the case")
	}
	if _, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeNeither, Why: "It would tell that there is a case."}); err != nil {
		t.Fatal(err)
	}
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	_, err = b.s.Answer(ctx, q.ID)
	b.wantCode(err, models.CodeConflict, "nothing was released")
	q = b.received(in, rights.IdentityInput{})
	p, _ = b.s.Prepare(ctx, q.ID)
	if _, err := b.s.MarkItems(ctx, q.ID, []rights.Mark{{Key: p.Items[0].Key, Decision: "release"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "He was charged and knows."}); err != nil {
		t.Fatal(err)
	}
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	p, err = b.s.Answer(ctx, q.ID)
	if got := words(p); err != nil || got != "Your name: Mortimer Canaryson\n" {
		t.Errorf("got %q, %v, want their own name and 0 fields of the victim", got, err)
	}
	nobody := b.received(rights.RequestInput{Kind: models.RequestAccess, Requester: "Nobody Known", Relation: models.RelationSuspect}, rights.IdentityInput{})
	if p, err := b.s.Prepare(ctx, nobody.ID); err != nil || len(p.Items) != 0 {
		t.Errorf("got %d items for somebody not on record, %v", len(p.Items), err)
	}
	err = b.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "update data_requests set case_id = ? where id = ?", c.ID, q.ID)
		return err
	})
	if got := pg.Constraint(err); got != "data_requests_suspect_names_no_case" {
		t.Errorf("the database lets a suspect be tied to a case: %v", err)
	}
}

func TestCounsellingNotesAreNotGivenToThePoliceWithoutProbativeValueAndASecondPerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, second := b.family(), b.second()
	r, id := b.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted), models.NewID()
	b.Do(t, "insert into notes (id, case_id, referral_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, $3, 'counselling', $4, $5, $6, $7)",
		id, c.ID, r.ID, testkit.Seal(vault.NoteText, id, "What she dreams."), b.Clock.Now(), b.Person("police").ID, b.Org("police").ID)
	ctx := b.As("police.manager")
	q := b.received(rights.RequestInput{Kind: models.RequestInformation, Requester: "DC Example", Relation: "police", Basis: "statutory", Record: c.Reference}, rights.IdentityInput{})
	_, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "They ask.", Fields: []string{"incident_summary"}})
	b.wantCode(err, models.CodeInvalid, "before the tests")
	today := models.Today(b.Clock.Now())
	yes := models.TestAnswer{Answer: "yes", Why: "It is in the log."}
	in := rights.Assessment{Tests: map[string]models.TestAnswer{"held": yes, "relevant": yes}, Notice: "given", NoticeOn: &today, VictimView: "objects"}
	_, err = b.s.Assess(ctx, q.ID, in)
	b.wantCode(err, models.CodeInvalid, "a test without an answer")
	in.Tests["necessary"] = yes
	in.Notice = ""
	_, err = b.s.Assess(ctx, q.ID, in)
	b.wantCode(err, models.CodeInvalid, "no word of the notice to the victim")
	in.Notice = "given"
	if _, err := b.s.Assess(ctx, q.ID, in); err != nil {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	for key := range in.Tests {
		unmet := in
		unmet.Tests = maps.Clone(in.Tests)
		unmet.Tests[key] = models.TestAnswer{Answer: "no", Why: "It is not."}
		if _, err := b.s.Assess(ctx, q.ID, unmet); err != nil {
			t.Fatal(err)
		}
		_, err = b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "They ask.", Fields: []string{"incident_summary"}})
		b.wantCode(err, models.CodeInvalid, key+" is not met")
	}
	if _, err := b.s.Assess(ctx, q.ID, in); err != nil {
		t.Fatal(err)
	}
	counselling := rights.Proposal{Outcome: models.OutcomeRelease, Why: "They ask.", Fields: []string{"incident_summary", models.CounsellingNotes}}
	_, err = b.s.Propose(ctx, q.ID, counselling)
	b.wantCode(err, models.CodeInvalid, "counselling notes without probative value")
	in.Tests["probative"] = models.TestAnswer{Answer: "yes", Why: "They record his confession."}
	if _, err := b.s.Assess(ctx, q.ID, in); err != nil {
		t.Fatal(err)
	}
	q, err = b.s.Propose(ctx, q.ID, counselling)
	if err != nil || q.Status != models.RequestProposed {
		t.Fatalf("got %+v, %v, want it to wait for a second person", q, err)
	}
	_, err = b.s.Answer(ctx, q.ID)
	b.wantCode(err, models.CodeConflict, "before the second person")
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	p, err := b.s.Answer(ctx, q.ID)
	got := words(p)
	if err != nil || !strings.Contains(got, "Counselling note: What she dreams.") || !strings.Contains(got, "She was threatened") || strings.Contains(got, "Zephyrine") || strings.Contains(got, "Orla") {
		t.Errorf("got %v\n%s\nwant exactly the fields that were chosen", err, got)
	}
	// Refused is a normal answer, and one person's.
	q = b.received(rights.RequestInput{Kind: models.RequestInformation, Requester: "DC Example", Relation: "police", Basis: "statutory", Record: c.Reference}, rights.IdentityInput{})
	if q, err = b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRefuse, Ground: "test_not_met", Why: "It is wider than it has to be."}); err != nil || q.Status != models.RequestAnswered {
		t.Errorf("got %+v, %v", q, err)
	}
	for _, statement := range []string{
		"update data_requests set outcome = 'release', fields = '{counselling_notes}', proposed_by = app_user_id() where status = 'open'",
		"update data_requests set status = 'answered', outcome = 'release', proposed_by = app_user_id(), answered_at = now() where kind = 'access' and status = 'open'",
	} {
		b.received(rights.RequestInput{Kind: models.RequestInformation, Requester: "DC Example", Relation: "police", Basis: "statutory", Record: c.Reference}, rights.IdentityInput{})
		b.received(rights.RequestInput{Kind: models.RequestAccess, Requester: "Z Q", Relation: models.RelationVictim}, rights.IdentityInput{Record: c.Reference})
		err := b.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, statement); return err })
		if pg.Constraint(err) == "" {
			t.Errorf("the database lets %q: %v", statement, err)
		}
	}
}

func TestErasureOnRequestReachesEveryCopyAndTellsWhoWasSentAny(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, r := b.old(24 * time.Hour)
	second := b.second()
	ctx := b.As("police.manager")
	q := b.received(rights.RequestInput{Kind: models.RequestErasure, Requester: "Z. Q.", Relation: models.RelationVictim}, rights.IdentityInput{Record: c.Reference})
	_, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeRefuse, Why: "x"})
	b.wantCode(err, models.CodeInvalid, "refusing without a ground")
	if _, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeErase, Why: "No exemption fits."}); err != nil {
		t.Fatal(err)
	}
	err = b.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "select app_erase(?, ?, ?)", q.ID, models.NewReference(models.CertificateReference), tx.Now)
		return err
	})
	if err == nil {
		t.Error("it was erased without a second person")
	}
	h, err := b.s.PlaceHold(b.As("vawg.manager"), rights.HoldInput{Reference: r.Reference, Reason: "complaint"})
	if err != nil {
		t.Fatal(err)
	}
	b.wantCode(b.approve(second, q.ID), models.CodeConflict, "while somebody holds it")
	if _, err := b.s.LiftHold(b.As("vawg.manager"), h.ID, "Settled."); err != nil {
		t.Fatal(err)
	}
	if err := b.approve(second, q.ID); err != nil {
		t.Fatal(err)
	}
	left := b.traces(c.ID.String(), c.VictimID.String(), r.ID.String(), "Quillfeather", "Zephyrine", "Canary", "marigold")
	if left := only(left, "audit_events", "quality_facts", "data_requests"); len(left) > 0 {
		t.Errorf("what is left: %v", left)
	}
	list, err := b.s.Certificates(ctx)
	if err != nil || len(list) != 1 || list[0].Why != "erasure" || !list[0].True || list[0].SecondBy != "Tom Adeyemi" || list[0].ApprovedBy != "Ruth Castellan" {
		t.Errorf("got %+v, %v", list, err)
	}
	tasks, err := b.s.Tasks(b.As("vawg.manager"))
	if err != nil || len(tasks) != 1 || tasks[0].Reference != r.Reference || tasks[0].Certificate != list[0].Reference {
		t.Fatalf("got %+v, %v, want the receiver told", tasks, err)
	}
	_, err = b.s.FinishTask(b.As("vawg.manager"), tasks[0].ID, rights.TaskInput{Outcome: "kept"})
	b.wantCode(err, models.CodeInvalid, "kept without a reason")
	if _, err := b.s.FinishTask(b.As("vawg.manager"), tasks[0].ID, rights.TaskInput{Outcome: "deleted"}); err != nil {
		t.Error(err)
	}
	_, err = b.s.FinishTask(b.As("refuge.manager"), tasks[0].ID, rights.TaskInput{Outcome: "deleted"})
	b.wantCode(err, models.CodeNotFound, "somebody else's task")
}

func TestARequestIsDueInOneMonthAndExtendedOnceWithAReason(t *testing.T) {
	t.Parallel()
	cal := models.MustCalendar()
	for day, want := range map[string]string{
		"2026-11-16": "2026-12-16", "2026-01-31": "2026-03-02", "2026-11-25": "2026-12-29", "2026-10-31": "2026-11-30", "2028-01-31": "2028-02-29",
	} {
		from, _ := models.ParseDay(day)
		if got := cal.MonthsAfter(from, 1).Format(time.DateOnly); got != want {
			t.Errorf("a month after %s: got %s, want %s", day, got, want)
		}
	}
	b := setup(t)
	c := b.Case(t, b.As("police"))
	ctx := b.As("police.manager")
	received := models.Today(b.Clock.Now()).AddDate(0, 0, -6)
	q := b.received(rights.RequestInput{Kind: models.RequestAccess, Requester: "Z Q", Relation: models.RelationVictim, ReceivedOn: received}, rights.IdentityInput{Record: c.Reference})
	if q.FirstDueOn.Format(time.DateOnly) != "2026-12-10" || q.DueOn.Format(time.DateOnly) != "2026-12-16" {
		t.Errorf("got due %s and %s, want a month of the receipt and of knowing who asks", q.FirstDueOn, q.DueOn)
	}
	_, err := b.s.Extend(ctx, q.ID, " ")
	b.wantCode(err, models.CodeInvalid, "without a reason")
	if q, err = b.s.Extend(ctx, q.ID, "There are four files."); err != nil || q.DueOn.Format(time.DateOnly) != "2027-02-16" {
		t.Errorf("got %s, %v", q.DueOn, err)
	}
	_, err = b.s.Extend(ctx, q.ID, "Again.")
	b.wantCode(err, models.CodeInvalid, "twice")
	list, err := b.s.Requests(ctx)
	if err != nil || len(list) != 1 || list[0].ID != q.ID {
		t.Errorf("got %+v, %v", list, err)
	}
	_, err = b.s.Request(b.As("refuge.manager"), q.ID, "")
	b.wantCode(err, models.CodeNotFound, "somebody else's request")
	if n := b.Count(t, "select count(*) from audit_events where detail::text ~ 'Z Q|passport|files'"); n != 0 {
		t.Error("the trail holds words of a request")
	}
	// What an open request is about is not deleted.
	if n := b.Count(t, "select count(*) from cases where id = $1 and retention_held(id, now())", c.ID); n != 1 {
		t.Error("a record that somebody asked to see can be deleted")
	}
}

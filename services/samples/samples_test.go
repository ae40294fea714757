package samples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/samples"
)

type stage struct {
	*testkit.Stage
	t *testing.T
	s *samples.Service
	c []testkit.CaseFacts
	r []testkit.PlantedReferral
}

// newStage has so many referrals of the police to Ashdown, both of whom agreed to
// be audited, and one to a service that did not.
func newStage(t *testing.T, n int) *stage {
	t.Helper()
	w := testkit.World(t)
	s := &stage{Stage: w, t: t, s: samples.New(w.DB, directory.New(w.DB))}
	for range n {
		c := w.Case(t, w.As("police"), func(f *testkit.CaseFacts) { f.FamilyName, f.DateOfBirth = "Marrowby"+models.NewID().String(), nil })
		s.Do(t, "delete from contact_details where case_id = $1", c.ID) // shared, it would be one person's
		s.c, s.r = append(s.c, c), append(s.r, w.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted))
	}
	w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceRefuge, models.StatusSubmitted)
	s.agrees(testkit.OrgPolice, 300)
	s.agrees(testkit.OrgVAWG, 300)
	return s
}

// agrees plants an organisation's agreement to be audited until so many days from
// now.
func (s *stage) agrees(org string, days int) {
	today := models.Today(s.Clock.Now())
	s.Do(s.t, `insert into data_sharing_agreements (id, org_id, with_org_id, purpose, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at)
		values ($1, $2, $3, 'audit', 'public_task', 'AUD 1', $4, $5, $6, 'organisation_admin', $7)`, models.NewID(), s.Org(org).ID, s.Org(testkit.OrgCommissioner).ID,
		today.AddDate(-1, 0, 0), today.AddDate(0, 0, days), s.Person("orgadmin").ID, s.Clock.Now())
}

// second is another auditor of the office: the analyst, whose role has changed.
func (s *stage) second() context.Context {
	a := s.Actor("analyst")
	s.Do(s.t, "update users set role = 'commissioner_auditor' where id = $1", a.UserID)
	session := models.NewID()
	s.Do(s.t, `insert into sessions (id, user_id, org_id, role, kind, idle_expires_at, expires_at)
		select $1, user_id, org_id, 'commissioner_auditor', kind, idle_expires_at, expires_at from sessions where id = $2`, session, a.SessionID)
	a.Role, a.SessionID = models.RoleCommissionerAuditor, session
	return models.WithActor(context.Background(), a)
}

func (s *stage) rule() models.Sample {
	m := models.Today(s.Clock.Now()).AddDate(0, 0, 1-models.Today(s.Clock.Now()).Day())
	return models.Sample{Name: "First round", Pathway: "vawg", FromMonth: m, ToMonth: m, Size: 8, Strata: "service", Seed: 7, SecondShare: 50}
}

func (s *stage) want(err error, code models.Code, field string) {
	s.t.Helper()
	if err == nil || models.CodeOf(err) != code {
		s.t.Errorf("got %v %v, want an error of code %s", err, models.FieldsOf(err), code)
		return
	}
	if list := models.FieldsOf(err); field != "" && (len(list) == 0 || list[0].Field != field) {
		s.t.Errorf("got %v, want a fault of %s", list, field)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		return v
	}
}

// drawn are the referrals of a sample, as the owner sees them.
func (s *stage) drawn(v samples.View) (out []uuid.UUID) {
	s.t.Helper()
	rows, err := s.Owner.Query(s.t.Context(), "select referral_id from quality_sample_items where sample_id = $1 order by n", v.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, id)
	}
	return out
}

// TestASampleIsDrawnOfWhoAgreedAndOfNobodyWhoIsHiddenOrAskedToBeLeftOut draws the
// same sample twice, hides most of what could be drawn in every way there is, and
// has the draw pass over it without a word.
func TestASampleIsDrawnOfWhoAgreedAndOfNobodyWhoIsHiddenOrAskedToBeLeftOut(t *testing.T) {
	t.Parallel()
	s := newStage(t, 12)
	auditor, draw := s.As("commissioner"), must[samples.View](t)
	for who, code := range map[string]models.Code{"analyst": models.CodeForbidden, "police.manager": models.CodeForbidden} {
		_, err := s.s.Draw(s.As(who), s.rule())
		s.want(err, code, "")
	}
	strangers := map[uuid.UUID]bool{} // whoever sent these has not agreed
	for range 8 {
		strangers[s.Referral(t, s.Case(t, s.As("caseworker")), testkit.ServiceIDVA, models.StatusAccepted).ID] = true
	}
	one, two := draw(s.s.Draw(auditor, s.rule())), draw(s.s.Draw(auditor, s.rule()))
	if one.Drawn != 8 || one.InReach != 12 || one.Fingerprint != two.Fingerprint || !slices.Equal(s.drawn(one), s.drawn(two)) {
		t.Fatalf("the same seed over the same facts: %d of %d, %s and %s", one.Drawn, one.InReach, one.Fingerprint, two.Fingerprint)
	}
	if slices.ContainsFunc(s.drawn(one), func(id uuid.UUID) bool { return strangers[id] }) {
		t.Error("drawn though whoever sent it has not agreed")
	}
	left := []uuid.UUID{s.Org(testkit.OrgRefuge).ID, s.Actor("caseworker").OrgID}
	slices.SortFunc(left, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if diff := cmp.Diff(left, one.LeftOut); diff != "" {
		t.Errorf("who has not agreed: %s", diff)
	}
	other := s.rule()
	other.Seed = 8
	if v := draw(s.s.Draw(auditor, other)); v.Fingerprint == one.Fingerprint {
		t.Error("another seed drew the same")
	}
	// Hidden in every way; the second of those drawn asks to be left out afterwards.
	last := s.drawn(one)
	custodian := []uuid.UUID{s.Person("police").ID, s.Person("police.manager").ID}
	of := func(i int) (c testkit.CaseFacts) {
		for k := range s.r {
			if s.r[k].ID == last[i] {
				c = s.c[k]
			}
		}
		return c
	}
	s.Do(t, "update cases set sealed = true, restricted_to = $2 where id = $1", of(0).ID, custodian)
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'police.second@demo.test', 'knows_victim', now())", of(2).ID)
	yes := true
	if v, err := s.s.SetOptOut(s.As("police"), of(1).ID, "", &yes); err != nil || !v.OptedOut {
		t.Fatal(v, err)
	}
	_, err := s.s.SetOptOut(s.As("vawg"), of(3).ID, "", &yes)
	s.want(err, models.CodeNotFound, "")
	smaller := s.rule()
	again := draw(s.s.Draw(auditor, smaller))
	now := s.drawn(again)
	if again.Drawn != 8 || again.InReach != 12 {
		t.Errorf("what is hidden shows: %d of %d", again.Drawn, again.InReach)
	}
	for i := range 3 {
		if slices.Contains(now, last[i]) {
			t.Errorf("drawn although it is hidden or left out: item %d", i+1)
		}
		_, err := s.s.Read(auditor, one.ID, i+1)
		s.want(err, models.CodeNotFound, "")
	}
	must[samples.Page](t)(s.s.Read(auditor, one.ID, 4))
	s.Do(t, "update data_sharing_agreements set ended_at = now(), ended_by = recorded_by, ended_reason = 'x' where purpose = 'audit' and org_id = $1", s.Org(testkit.OrgVAWG).ID)
	_, err = s.s.Read(auditor, one.ID, 4)
	s.want(err, models.CodeNotFound, "")
	_, err = s.s.Draw(auditor, s.rule())
	s.want(err, models.CodeInvalid, "size")
}

// TestWhatAReaderSeesHoldsNoNameNoWordsAndNoDate looks for what is on record in
// the copy of each item, and into the tables as the office.
func TestWhatAReaderSeesHoldsNoNameNoWordsAndNoDate(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10)
	auditor := s.As("commissioner")
	for i := range s.c {
		s.Do(t, `insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, person, said, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
			values ($1, $2, $3, $4, 'phone', 'out', $5, $5, 'no_answer', true, false, '{}', $6, $7, $8)`, models.NewID(), s.c[i].ID, s.r[i].ID, s.c[i].Phone, []byte("\x01Canary and forty more bytes of what is sealed"), s.Clock.Now().Add(26*time.Hour), s.Person("vawg").ID, s.Org(testkit.OrgVAWG).ID)
		for _, kind := range []string{"shared", "counselling"} {
			s.Do(t, "insert into notes (id, case_id, referral_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7, $8)",
				models.NewID(), s.c[i].ID, s.r[i].ID, kind, []byte("\x01Canary and forty more bytes of what is sealed"), s.Clock.Now(), s.Person("vawg").ID, s.Org(testkit.OrgVAWG).ID)
		}
	}
	rule := s.rule()
	rule.Strata = "none"
	v := must[samples.View](t)(s.s.Draw(auditor, rule))
	p := must[samples.Page](t)(s.s.Read(auditor, v.ID, 1))
	raw, err := json.Marshal(p.Copy)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"Marrowby", "Zephyrine", "Quillfeather", "07700", "Canary", "Hackney", "marigold", "2026", "Ashdown", "Metropolitan", "R-", "C-", s.c[0].VictimID.String()[:8]} {
		if strings.Contains(string(raw), word) {
			t.Errorf("the copy says %q: %s", word, raw)
		}
	}
	if len(p.Copy.Attempts) != 1 || p.Copy.Attempts[0].Day != 2 || p.Copy.Attempts[0].Who != "Charity" || len(p.Copy.Clocks) == 0 || len(p.Copy.Channels) != 2 {
		t.Errorf("the copy: %s", raw)
	}
	if notes := strings.Count(string(raw), "A note was written"); notes != 1 {
		t.Errorf("%d notes are told of, want the one that is not of counselling", notes)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'sample.item_read' and case_id is not null and actor_role = 'commissioner_auditor'"); n != 1 {
		t.Errorf("%d readings are on the trail, want 1 with its case", n)
	}
	err = s.DB.View(auditor, func(ctx context.Context, tx *pg.Tx) error {
		var n int
		if err := tx.Scan(ctx, &n, "select (select count(*) from cases) + (select count(*) from referrals) + (select count(*) from contact_attempts) + (select count(*) from notes) + (select count(*) from quality_opt_outs)"); err != nil {
			return err
		}
		if n != 0 {
			t.Errorf("the office sees %d rows of people's records", n)
		}
		return tx.Record(ctx, models.Event{Action: "stage.looked", SubjectType: "stage"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnAuditGoesFromASampleToAClosedAction reads a sample, twice where two read
// it and blind, settles where they differ, and has a finding answered and closed.
func TestAnAuditGoesFromASampleToAClosedAction(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10)
	auditor, second := s.As("commissioner"), s.second()
	rule := s.rule()
	rule.Size, rule.SecondShare = 2, 50 // the first is read by two
	v := must[samples.View](t)(s.s.Draw(auditor, rule))
	grades := func(g models.Grade) models.Reading {
		r := models.Reading{Grades: map[string]models.Grade{}, Words: map[string]string{"in_time": "Late by three days."}}
		for _, k := range v.Standard.Keys() {
			r.Grades[k] = models.GradeYes
		}
		r.Grades["in_time"] = g
		return r
	}
	bad := grades(models.GradeNo)
	bad.Words = nil
	_, err := s.s.Review(auditor, v.ID, 1, bad)
	s.want(err, models.CodeInvalid, "answers.in_time.proof")
	must[samples.Page](t)(s.s.Review(auditor, v.ID, 1, grades(models.GradeNo)))
	_, err = s.s.Review(auditor, v.ID, 1, grades(models.GradeNo))
	s.want(err, models.CodeConflict, "")
	if p := must[samples.Page](t)(s.s.Read(second, v.ID, 1)); len(p.Readings) != 0 || p.Item.Readings != 1 {
		t.Errorf("the second reader sees %d readings before reading", len(p.Readings))
	}
	_, err = s.s.Moderate(auditor, v.ID, 1, models.Reading{})
	s.want(err, models.CodeConflict, "")
	p := must[samples.Page](t)(s.s.Review(second, v.ID, 1, grades(models.GradeYes)))
	if len(p.Readings) != 2 || !slices.Equal(p.Item.Differs, []string{"in_time"}) || p.Results.Finished != 0 {
		t.Errorf("after both: %+v", p.Item)
	}
	must[samples.Page](t)(s.s.Review(second, v.ID, 2, grades(models.GradeCannotTell)))
	p = must[samples.Page](t)(s.s.Moderate(auditor, v.ID, 1, models.Reading{Grades: map[string]models.Grade{"in_time": models.GradePartly}, Words: map[string]string{"in_time": "Late, with a reason."}}))
	if r := p.Results; r.Finished != 2 || r.Compared != 6 || r.Differed != 1 || r.Criteria["in_time"].Of() != 1 || r.Criteria["in_time"][models.GradePartly] != 1 || p.Grade("in_time") != models.GradePartly {
		t.Errorf("results: %+v", p.Results)
	}
	_, err = s.s.Moderate(second, v.ID, 1, models.Reading{Grades: map[string]models.Grade{"in_time": models.GradeYes}})
	s.want(err, models.CodeConflict, "")

	_, err = s.s.Find(auditor, v.ID, models.Finding{Theme: "timeliness", Finding: "Late.", Items: []int{3}})
	s.want(err, models.CodeInvalid, "items")
	v = must[samples.View](t)(s.s.Find(auditor, v.ID, models.Finding{Theme: "timeliness", Finding: "Answers come late.", Items: []int{1, 1}}))
	ask := models.Improvement{FindingID: v.Done, ToOrgID: s.Org(testkit.OrgRefuge).ID, Recommendation: "Answer on the day.", Owner: "Service manager", DueOn: models.Today(s.Clock.Now()).AddDate(0, 1, 0)}
	_, err = s.s.Ask(auditor, v.ID, ask)
	s.want(err, models.CodeInvalid, "organisation_id")
	ask.ToOrgID = s.Org(testkit.OrgVAWG).ID
	a := must[samples.ActionView](t)(s.s.Ask(auditor, v.ID, ask))
	_, err = s.s.Action(s.As("lantern.manager"), a.ID)
	s.want(err, models.CodeNotFound, "")
	_, err = s.s.Answer(s.As("refuge.manager"), a.ID, "Done.", "Minutes.")
	s.want(err, models.CodeNotFound, "")
	_, err = s.s.Answer(s.As("vawg"), a.ID, "Done.", "Minutes.")
	s.want(err, models.CodeForbidden, "")
	_, err = s.s.Close(auditor, a.ID, "Agreed.")
	s.want(err, models.CodeConflict, "")
	_, err = s.s.Answer(s.As("vawg.manager"), a.ID, "A rota is in place.", "")
	s.want(err, models.CodeInvalid, "evidence")
	_, err = s.s.Answer(auditor, a.ID, "A rota is in place.", "Minutes.")
	s.want(err, models.CodeForbidden, "")
	manager := s.As("vawg.manager")
	must[samples.ActionView](t)(s.s.Answer(manager, a.ID, "A rota is in place.", "Minutes of 3 November."))
	must[samples.ActionView](t)(s.s.Return(second, a.ID, "The minutes do not say it."))
	must[samples.ActionView](t)(s.s.Answer(manager, a.ID, "A rota is in place.", "The rota."))
	_, err = s.s.Close(manager, a.ID, "Done.")
	s.want(err, models.CodeForbidden, "")
	a = must[samples.ActionView](t)(s.s.Close(auditor, a.ID, "The rota shows it."))
	if a.State != models.ActionClosed || len(a.Entries) != 4 || a.ClosedAt == nil {
		t.Errorf("closed: %+v", a)
	}
	_, err = s.s.Answer(manager, a.ID, "More.", "More.")
	s.want(err, models.CodeConflict, "")
	if list, err := s.s.Actions(manager); err != nil || len(list) != 1 {
		t.Errorf("the organisation's own actions: %v %v", list, err)
	}
	if list, err := s.s.Actions(s.As("lantern.manager")); err != nil || len(list) != 0 {
		t.Errorf("another organisation's: %v %v", list, err)
	}
	_, err = s.s.Get(manager, v.ID)
	s.want(err, models.CodeForbidden, "")
	if n := s.Count(t, "select count(*) from quality_reviews where words is null or get_byte(words, 0) <> 1"); n != 0 {
		t.Error("what shows an answer lies open")
	}
}

package complaints_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/complaints"
	"throughline/services/directory"
	"throughline/services/owed"
	"throughline/services/status"
)

type stage struct {
	*testkit.Stage
	t    *testing.T
	s    *complaints.Service
	owed *owed.Service
	c    testkit.CaseFacts
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	dir := directory.New(w.DB)
	return &stage{Stage: w, t: t, s: complaints.New(w.DB, models.MustCalendar(), dir), owed: owed.New(w.DB, models.MustCalendar(), dir), c: w.Case(t, w.As("police"))}
}

// said is a complaint about Ashdown.
func (s *stage) said(change ...func(*models.Complaint)) models.Complaint {
	in := models.Complaint{
		Kind: models.KindComplaint, OrgID: s.Org(testkit.OrgVAWG).ID, CaseID: s.c.ID, SaidBy: "victim", Channel: "phone", Topic: "delay", Said: "Nobody rang me back.", Wants: "A call.",
		ReceivedOn: models.Today(s.Clock.Now()),
	}
	for _, f := range change {
		f(&in)
	}
	return in
}

func (s *stage) record(who string, in models.Complaint) complaints.View {
	s.t.Helper()
	v, err := s.s.Record(s.As(who), in, "")
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func (s *stage) reads(who string, id uuid.UUID) bool {
	s.t.Helper()
	_, err := s.s.Get(s.As(who), id)
	if code := models.CodeOf(err); err != nil && code != models.CodeNotFound && code != models.CodeForbidden {
		s.t.Fatal(err)
	}
	return err == nil
}

func (s *stage) owes(who string) (out []string) {
	s.t.Helper()
	p, err := s.owed.List(s.As(who), owed.Filter{All: true})
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range p.Items {
		if it := &p.Items[i]; it.ComplaintID != uuid.Nil {
			out = append(out, string(it.Rule)+" "+it.DueAt.In(models.London()).Format(time.DateOnly)+" "+string(it.State))
		}
	}
	return out
}

// TestAComplaintIsAcknowledgedAndAnsweredInTime goes the whole way: from the day
// it was received, over a list of what is owed, to the answer, on time and late.
func TestAComplaintIsAcknowledgedAndAnsweredInTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Clock.Set(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)) // a Friday
	v := s.record("police", s.said())
	if got := strings.Join(s.owes("vawg.manager"), ", "); got != "K28 2026-12-04 running, K37 2026-12-18 running" {
		t.Errorf("Ashdown owes %s: ten working days, and twenty", got)
	}
	for _, who := range []string{"vawg", "police", "police.manager", "refuge.manager"} {
		if got := s.owes(who); len(got) != 0 {
			t.Errorf("%s owes %v of another's complaint", who, got)
		}
	}
	if _, err := s.s.Answer(s.As("police.manager"), v.ID, models.ComplaintReply{}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("who recorded it answers it: %v", err)
	}
	for what, in := range map[string]models.ComplaintReply{
		"safe": {Channel: "phone"}, "channel": {Channel: "none"},
	} {
		if _, err := s.s.Acknowledge(s.As("vawg.manager"), v.ID, in); models.CodeOf(err) != models.CodeInvalid || models.FieldsOf(err)[0].Field != what {
			t.Errorf("%+v: got %v, want a fault of %s", in, err, what)
		}
	}
	if _, err := s.s.Acknowledge(s.As("vawg.manager"), v.ID, models.ComplaintReply{Channel: "phone", Safe: true}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if _, err := s.s.Acknowledge(s.As("vawg.manager"), v.ID, models.ComplaintReply{Channel: "phone", Safe: true}); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("twice: %v", err)
	}
	// Long after its limit it is late, and never without a record.
	tick := clocks.New(s.DB, models.MustCalendar())
	for _, day := range []time.Time{time.Date(2026, 12, 19, 9, 0, 0, 0, time.UTC), time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC)} {
		s.Clock.Set(day)
		if _, err := tick.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(s.owes("vawg.manager"), ", "); got != "K37 2026-12-18 breached" {
		t.Errorf("two months later Ashdown owes %q", got)
	}
	done, err := s.s.Answer(s.As("vawg.manager"), v.ID, models.ComplaintReply{Channel: "phone", Safe: true, Further: true, Said: "We were late.", Outcome: "upheld", Changes: "A rota."})
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if len(done.Clocks) != 2 || done.Clocks[0].State != models.ClockMet || done.Clocks[1].State != models.ClockBreached || done.State() != "answered" || len(done.Entries) != 2 {
		t.Errorf("in the end: %+v", done)
	}
	if got := s.owes("vawg.manager"); len(got) != 0 {
		t.Errorf("answered, Ashdown owes %v", got)
	}
	if n := s.Count(t, "select count(*) from audit_events where subject_type = 'complaint' and subject_id = $1 and action in ('complaint.recorded', 'complaint.acknowledged', 'complaint.answered') and case_id is null", v.ID); n != 3 {
		t.Errorf("%d acts are in the trail, want three, under no case", n)
	}
}

// TestWhoeverAComplaintNamesDoesNotReadIt names workers, managers and whoever
// records it, at once or when it turns out.
func TestWhoeverAComplaintNamesDoesNotReadIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	org := s.Org(testkit.OrgVAWG).ID
	manager := models.NewID()
	s.Do(t, "update users set name = 'Morwenna Pell' where id = $1", s.Person("vawg.manager").ID)
	s.Do(t, "update users set name = 'Jory Tallack' where id = $1", s.Person("vawg").ID)
	s.Do(t, "insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, 'second.manager@demo.test', 'Tamsin Rowe', 'provider_manager', 'x')", manager, org)
	named := s.record("police", s.said(func(c *models.Complaint) { c.Worker = "morwenna" }))
	if named.Named != 1 || s.reads("vawg.manager", named.ID) || !s.reads("police", named.ID) || len(s.owes("vawg.manager")) != 0 {
		t.Errorf("the manager whom it names: named %d, owes %v", named.Named, s.owes("vawg.manager"))
	}
	items, _, err := s.s.List(s.As("vawg.manager"), complaints.Filter{})
	if err != nil || len(items) != 0 {
		t.Errorf("the list of whom it names: %v, %v", items, err)
	}
	if n := s.Count(t, "select count(*) from complaints where escalated_to is not null"); n != 0 {
		t.Error("one that another manager can answer went to the office")
	}
	// A compliment is theirs to read.
	kind := s.record("police", s.said(func(c *models.Complaint) { c.Kind, c.Worker = models.KindCompliment, "Morwenna Pell" }))
	if !s.reads("vawg.manager", kind.ID) {
		t.Error("a compliment is kept from whom it names")
	}
	if _, err := s.s.Acknowledge(s.As("vawg.manager"), kind.ID, models.ComplaintReply{Channel: "phone", Safe: true}); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a compliment is acknowledged: %v", err)
	}
	// A worker records none about themself, even without a case.
	if _, err := s.s.Record(s.As("vawg"), s.said(func(c *models.Complaint) { c.CaseID, c.Worker = uuid.Nil, "Jory Tallack" }), ""); models.CodeOf(err) != models.CodeInvalid || models.FieldsOf(err)[0].Field != "worker" {
		t.Errorf("a complaint about oneself: %v", err)
	}
	// It turns out whom it is about: whoever says so, and nobody is left but the office.
	later := s.record("vawg", s.said(func(c *models.Complaint) { c.CaseID = uuid.Nil }))
	if _, err := s.s.Name(s.As("vawg.manager"), later.ID, "Nobody Here"); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a name that nobody has: %v", err)
	}
	s.Do(t, "update users set disabled_at = now() where id = $1", manager)
	after, err := s.s.Name(s.As("vawg.manager"), later.ID, "Pell")
	if err != nil || after.Said != "" || s.reads("vawg.manager", later.ID) || !s.reads("vawg", later.ID) || !s.reads("commissioner", later.ID) {
		t.Errorf("once it is about the only manager: %v, %+v", err, after)
	}
	if _, err := s.s.Close(s.As("commissioner"), later.ID, "We spoke to them."); err != nil {
		t.Errorf("the office cannot close it: %v", err)
	}
}

// TestTheDatabaseHoldsWhoActsOnAComplaint writes past the service.
func TestTheDatabaseHoldsWhoActsOnAComplaint(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := s.record("police", s.said())
	for what, try := range map[string]struct{ who, sql string }{
		"the recorder answers":        {"police.manager", "update complaints set acknowledged_at = now(), answered_at = now(), outcome = 'not_upheld' where id = ?"},
		"the recorder closes":         {"police", "update complaints set escalated_at = now(), escalated_to = 'ombudsman', closed_at = now() where id = ?"},
		"the organisation closes":     {"vawg.manager", "update complaints set escalated_at = now(), escalated_to = 'commissioner', closed_at = now() where id = ?"},
		"a worker stops its clock":    {"vawg", "update clocks set state = 'met', stopped_at = now() where complaint_id = ?"},
		"a stranger stops its clock":  {"refuge.manager", "update clocks set state = 'met', stopped_at = now() where complaint_id = ?"},
		"the office before it is its": {"commissioner", "update complaints set version = 9 where id = ?"},
	} {
		var n int64
		_ = s.DB.Write(s.As(try.who), func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = tx.Exec(ctx, try.sql, v.ID)
			return errors.Join(err, errUndo)
		})
		if n != 0 {
			t.Errorf("%s: %d rows", what, n)
		}
	}
}

var errUndo = errors.New("nothing of this stays")

// TestThePageOfAVictimAsksToComplainAndNothingElse is a request like any other.
func TestThePageOfAVictimAsksToComplainAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, l := range status.All() {
		if l.Say("can."+string(models.AskComplain)) == "" || l.Say("complain.4") == "" {
			t.Errorf("%s does not say how to complain", l.Key)
		}
	}
}

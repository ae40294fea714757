package events_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/jobs"
	"throughline/services/referrals"
)

// stage is a case that the police logged, with Enhanced Rights, and the service.
type stage struct {
	*testkit.Stage
	t      *testing.T
	events *events.Service
	tick   *clocks.Service
	c      testkit.CaseFacts
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	dir := directory.New(w.DB)
	return &stage{
		Stage: w, t: t, events: events.New(w.DB, models.MustCalendar(), dir, referrals.New(w.DB, models.MustCalendar(), dir)),
		tick: clocks.New(w.DB, models.MustCalendar()), c: w.Case(t, w.As("police")),
	}
}

// happens records an event as the police, ago before now.
func (s *stage) happens(kind, what, reference string, ago time.Duration, more ...any) events.Recorded {
	s.t.Helper()
	r, err := s.events.Record(s.As("police"), s.c.ID, s.input(kind, what, reference, ago, more...))
	if err != nil {
		s.t.Fatal(kind, what, err, models.FieldsOf(err))
	}
	return r
}

func (s *stage) input(kind, what, reference string, ago time.Duration, more ...any) events.Input {
	in := events.Input{NewCaseEvent: models.NewCaseEvent{Type: kind, OccurredAt: s.Clock.Now().Add(-ago), Reference: reference, Details: map[string]any{}}}
	if what != "" {
		in.Details["what"] = what
	}
	for i := 0; i < len(more); i += 2 {
		in.Details[more[i].(string)] = more[i+1]
	}
	return in
}

func (s *stage) move(days int) {
	s.t.Helper()
	s.Clock.Advance(time.Duration(days) * 24 * time.Hour)
	if _, err := s.tick.Tick(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// states are the clocks of the case that hang on events: rule, state and, of
// one that was stopped, when.
func (s *stage) states() []string {
	s.t.Helper()
	_, list, err := s.events.Clocks(s.As("police"), s.c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for i := range list {
		line := string(list[i].Rule) + " " + string(list[i].State)
		if list[i].StoppedAt != nil {
			line += " " + list[i].StoppedAt.In(models.London()).Format("2 Jan")
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func (s *stage) expect(when string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.states()); diff != "" {
		s.t.Errorf("%s: want -, got +\n%s", when, diff)
	}
}

func (s *stage) told(who string, id uuid.UUID, by models.Channel) (events.Recorded, error) {
	yes := true
	return s.events.Told(s.As(who), s.c.ID, id, events.Telling{At: s.Clock.Now(), Channel: by, Understood: &yes})
}

func fields(err error) string {
	var out []string
	for _, f := range models.FieldsOf(err) {
		out = append(out, f.Field+" "+f.Code)
	}
	return strings.Join(out, ", ")
}

func TestTheRulesInTheDatabaseAreThoseOfTheProduct(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var got []models.ClockRule
	if err := s.DB.Read(s.As("police"), func(ctx context.Context, tx *pg.Tx) (err error) {
		got, err = events.Rules(ctx, tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(models.ClockRules(), got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestTheyAreToldOnceByASafeWayAndDeliveredTwiceItIsOneEvent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	arrest := s.happens("E7", "arrested", "CAD 1", time.Hour, "reason", "Zzreason")
	if arrest.Repeated || len(arrest.Clocks) != 1 || arrest.Clocks[0].Rule != "K3" || arrest.Clocks[0].LimitDays != 1 || !arrest.Clocks[0].Enhanced ||
		arrest.Clocks[0].Holder.ID != s.Org(testkit.OrgPolice).ID || arrest.Clocks[0].RuleVersion != 1 {
		t.Fatalf("got %+v, want K3 of one day that the police owe", arrest)
	}
	s.Clock.Advance(time.Minute)
	in := s.input("suspect_update", "arrested", " cad  1", time.Hour+time.Minute, "reason", "Zzreason")
	again, err := s.events.Record(s.As("police.second"), s.c.ID, in)
	if err != nil || !again.Repeated || again.Event.ID != arrest.Event.ID || len(again.Clocks) != 1 || s.Count(t, "select count(*) from case_events") != 1 || s.Count(t, "select count(*) from case_clocks") != 1 {
		t.Errorf("delivered again: got %+v, %v, want the same and nothing new", again, err)
	}
	in.Details["reason"] = "Another"
	if _, err := s.events.Record(s.As("police"), s.c.ID, in); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("other content under the same reference: got %v, want a conflict", err)
	}
	if _, err := s.told("police", arrest.Event.ID, models.ChannelText); fields(err) != "channel not_allowed" {
		t.Errorf("by text: got %v %s, want the gate's refusal", err, fields(err))
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'contact.refused' and refused"); n != 1 {
		t.Errorf("got %d refusals on record, want 1", n)
	}
	s.expect("refused", "K3 running")
	r, err := s.told("police", arrest.Event.ID, models.ChannelPhone)
	if err != nil || r.Event.ToldAt == nil || r.Event.Words["reason"] != "Zzreason" {
		t.Fatalf("told: got %+v, %v", r, err)
	}
	s.expect("told", "K3 met 16 Nov")
	if _, err := s.told("police", arrest.Event.ID, models.ChannelPhone); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("told twice: got %v, want a conflict", err)
	}
	for _, table := range []string{"case_events", "audit_events"} {
		if n := s.Count(t, "select count(*) from "+table+" t where position('Zzreason' in t::text) > 0 or position('CAD 1' in t::text) > 0"); n != 0 {
			t.Errorf("%d rows of %s hold what was said, or the reference, in clear", n, table)
		}
	}
}

func TestOnlyWhoSeesTheCaseRecordsWhatIsTheirs(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	arrest := s.happens("E7", "arrested", "1", time.Hour)
	own := s.Case(t, s.As("caseworker"))
	for who, want := range map[string]models.Code{"vawg": models.CodeNotFound, "lantern": models.CodeNotFound, "witnesscare": models.CodeNotFound, "coordinator": models.CodeForbidden, "commissioner": models.CodeForbidden, "admin": models.CodeForbidden} {
		_, err := s.events.Record(s.As(who), s.c.ID, s.input("E7", "arrested", "2", time.Hour))
		_, told := s.told(who, arrest.Event.ID, models.ChannelPhone)
		_, changed := s.events.ChangeClock(s.As(who), s.c.ID, arrest.Clocks[0].ID, events.Change{Act: events.ActWaive})
		if models.CodeOf(err) != want || models.CodeOf(told) != want || models.CodeOf(changed) != want {
			t.Errorf("%s: got %v, %v, %v, want %s", who, err, told, changed, want)
		}
		if want == models.CodeNotFound {
			if _, err := s.events.List(s.As(who), s.c.ID, events.Query{}); models.CodeOf(err) != want {
				t.Errorf("%s lists: got %v, want %s", who, err, want)
			}
		}
		for _, table := range []string{"case_events", "case_clocks"} {
			var n int
			if err := s.DB.Read(s.As(who), func(ctx context.Context, tx *pg.Tx) error { return tx.Scan(ctx, &n, "select count(*) from "+table) }); err != nil || n != 0 {
				t.Errorf("%s reads %d rows of %s, %v, want none", who, n, table, err)
			}
		}
	}
	if _, err := s.events.Record(s.As("caseworker"), own.ID, s.input("E7", "arrested", "3", time.Hour)); fields(err) != "type not_allowed" {
		t.Errorf("a victim service records an arrest: got %v, want that the police do", err)
	}
	if _, err := s.events.Get(s.As("caseworker"), own.ID, arrest.Event.ID); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("an event of another case: got %v, want not found", err)
	}
	s.Do(t, "update cases set status = 'closed' where id = $1", own.ID)
	if _, err := s.events.Record(s.As("caseworker"), own.ID, s.input("E6", "", "4", time.Hour, "written", true)); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a closed case: got %v, want a conflict", err)
	}
}

// TestWitnessCareIsTimedFromItsReceiptAndAMovedDateTakesTheOldOnesPlace is
// scenario 12 of domain.md 8, as the clocks see it.
func TestWitnessCareIsTimedFromItsReceiptAndAMovedDateTakesTheOldOnesPlace(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	hearing := func(in events.Input) events.Recorded {
		t.Helper()
		known := s.Clock.Now()
		in.KnownAt = &known
		r, err := s.events.Record(s.As("police"), s.c.ID, in)
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		return r
	}
	listed := hearing(s.input("E12", "listed", "L1", 4*24*time.Hour, "hearing_at", "2027-06-09T10:00:00Z", "court", "Zzcourt"))
	s.expect("listed", "K10 met 16 Nov", "K11 running")
	for _, l := range listed.Clocks {
		if l.Rule == "K11" && (!l.StartedAt.Equal(s.Clock.Now()) || !l.OffRecord || l.Holder.ID != s.Org(testkit.OrgWitnessCare).ID) {
			t.Errorf("got %+v, want one of witness care's, from its receipt", l)
		}
		if l.Rule == "K10" && (!l.StartedAt.Equal(s.Clock.Now().Add(-4*24*time.Hour)) || l.Owner != "court") {
			t.Errorf("got %+v, want the court's leg before", l)
		}
	}
	s.Clock.Advance(time.Hour)
	moved := hearing(s.input("hearing", "moved", "L2", 30*time.Minute, "hearing_at", "2027-09-02T09:00:00Z", "was_at", "2027-06-09T10:00:00Z", "reason", "No judge."))
	if !moved.Event.Safety() {
		t.Error("a moved trial does not ask anybody to look again")
	}
	s.expect("moved", "K10 met 16 Nov", "K10 met 16 Nov", "K11 not_applicable 16 Nov", "K11 running")
	l, err := s.events.List(s.As("police"), s.c.ID, events.Query{Limit: 1})
	if err != nil || len(l.Items) != 1 || l.Items[0].Replaced || l.Next == "" {
		t.Fatalf("got %+v, %v, want the new date first, and more", l, err)
	}
	l, err = s.events.List(s.As("police"), s.c.ID, events.Query{Limit: 1, Cursor: l.Next})
	if err != nil || len(l.Items) != 1 || !l.Items[0].Replaced || l.Items[0].Words["court"] != "Zzcourt" || l.Next != "" {
		t.Fatalf("got %+v, %v, want the old date kept and struck", l, err)
	}
	s.move(2)
	s.expect("nobody wrote", "K10 met 16 Nov", "K10 met 16 Nov", "K11 not_applicable 16 Nov", "K11 not_evidenced")
	if _, err := s.told("police", moved.Event.ID, models.ChannelPhone); err != nil {
		t.Fatal(err)
	}
	s.expect("told late", "K10 met 16 Nov", "K10 met 16 Nov", "K11 breached 18 Nov", "K11 not_applicable 16 Nov")
}

func TestWhatNobodyRecordedIsAGapAndAWindowEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	arrest := s.happens("E7", "arrested", "1", time.Hour)
	s.happens("E7", "interviewed", "2", 60*24*time.Hour)
	dropped := s.happens("E10", "dropped", "3", time.Hour)
	if _, err := s.told("police", dropped.Event.ID, models.ChannelPhone); err != nil {
		t.Fatal(err)
	}
	s.expect("at once", "K3 running", "K4 not_evidenced", "K8 met 16 Nov", "K9 running")
	s.move(2)
	s.expect("two days on", "K3 breached", "K4 not_evidenced", "K8 met 16 Nov", "K9 running")
	s.move(15)
	s.expect("two weeks on", "K3 not_evidenced", "K4 not_evidenced", "K8 met 16 Nov", "K9 running")
	s.Do(t, "update contact_channels set confirmed_on = $1", s.Clock.Now())
	if _, err := s.told("police", arrest.Event.ID, models.ChannelPhone); err != nil {
		t.Fatal(err)
	}
	s.move(80)
	s.expect("three months on", "K3 breached 3 Dec", "K4 not_evidenced", "K8 met 16 Nov", "K9 not_applicable 16 Feb")
}

func TestReportsComeInAnyOrderAndAReferralSentIsSupport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	assessed, err := s.events.Record(s.As("police"), s.c.ID, s.input("E2", "", "a", time.Hour, "enhanced", true, "update_every", 14))
	if err != nil || len(assessed.Clocks) != 1 || assessed.Clocks[0].LimitDays != 14 {
		t.Fatalf("got %+v, %v, want updates as often as was agreed", assessed, err)
	}
	reported := s.happens("E1", "", "b", 3*time.Hour)
	s.expect("out of order", "K1 running", "K2 met 16 Nov", "K20 running", "K21 running")
	s.Clock.Advance(time.Hour)
	s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusSubmitted)
	s.move(1)
	s.expect("referred", "K1 met 16 Nov", "K2 met 16 Nov", "K20 running", "K21 running")
	if _, err := s.told("police", reported.Event.ID, models.ChannelPhone); err != nil {
		t.Fatal(err)
	}
	s.expect("told", "K1 met 16 Nov", "K2 met 16 Nov", "K20 met 17 Nov", "K21 met 17 Nov", "K21 running")
	s.happens("E18", "custody", "c", time.Hour, "contact_scheme", true, "months", 24)
	s.happens("E21", "opt_out", "d", 0)
	if list := s.states(); !slices.Contains(list, "K16 waived 17 Nov") || !slices.Contains(list, "K15 running") {
		t.Errorf("opted out: got %v", list)
	}
	var by uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select x.ended_by_org_id from case_clocks x join clocks k on k.id = x.clock_id where k.rule = 'K16'").Scan(&by); err != nil || by != s.Org(testkit.OrgPolice).ID {
		t.Errorf("who recorded the waiver: got %v, %v", by, err)
	}
}

func TestAClockIsChangedWithItsReasonAndItsFirstDeadlineStays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Do(t, "update cases set enhanced = false where id = $1", s.c.ID)
	k := s.happens("E7", "arrested", "1", time.Hour).Clocks[0]
	change := func(in events.Change) (events.Line, string) {
		l, err := s.events.ChangeClock(s.As("police"), s.c.ID, k.ID, in)
		if err != nil {
			return l, strings.TrimSpace(string(models.CodeOf(err)) + " " + fields(err))
		}
		return l, ""
	}
	for _, c := range []struct {
		in   events.Change
		want string
	}{
		{events.Change{Act: "forget"}, "invalid action unknown"},
		{events.Change{Act: events.ActPause}, "invalid reason required"},
		{events.Change{Act: events.ActPause, Reason: "provider_staffing"}, "invalid reason required"},
		{events.Change{Act: events.ActExtend, Reason: "interpreter_needed"}, "invalid days invalid"},
		{events.Change{Act: events.ActExtend, Reason: "interpreter_needed", Days: 21}, "invalid days invalid"},
		{events.Change{Act: events.ActResume}, "conflict"},
		{events.Change{Act: events.ActWaive, Reason: "died"}, "invalid reason not_allowed"},
	} {
		if _, got := change(c.in); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.in, got, c.want)
		}
	}
	first := k.DueAt
	if l, got := change(events.Change{Act: events.ActPause, Reason: "unsafe_to_contact"}); got != "" || l.PausedSince == nil || !strings.Contains(l.Text.Paused, "not safe to contact") {
		t.Fatalf("paused: got %+v %s", l.Text, got)
	}
	s.move(2)
	if l, got := change(events.Change{Act: events.ActResume}); got != "" || !l.FirstDueAt.Equal(first) || !l.DueAt.Equal(first.AddDate(0, 0, 2)) || len(l.Pauses) != 1 {
		t.Fatalf("resumed: got due %s, first %s, %s; was %s", l.DueAt, l.FirstDueAt, got, first)
	}
	if l, got := change(events.Change{Act: events.ActExtend, Reason: "interpreter_needed", Days: 3}); got != "" || l.Extended != 3 || !l.FirstDueAt.Equal(first) || !l.DueAt.Equal(first.AddDate(0, 0, 7)) {
		t.Fatalf("extended: got due %s, %s; was %s", l.DueAt, got, first)
	}
	if _, got := change(events.Change{Act: events.ActExtend, Reason: "interpreter_needed", Days: 3}); got != "conflict" {
		t.Errorf("extended twice: got %q, want a conflict", got)
	}
	if l, got := change(events.Change{Act: events.ActWaive}); got != "" || l.State != models.ClockWaived || l.StoppedAt == nil {
		t.Errorf("waived: got %+v %s", l.Clock, got)
	}
	if _, got := change(events.Change{Act: events.ActNotOwed, Reason: "died"}); got != "conflict" {
		t.Errorf("after it has stopped: got %q, want a conflict", got)
	}
	s.happens("E18", "fine", "2", time.Hour, "contact_scheme", false)
	k = s.clock("K15")
	if _, got := change(events.Change{Act: events.ActPause, Reason: "out_of_country"}); got != "conflict" {
		t.Errorf("a window of the law is paused: got %q, want a conflict", got)
	}
	s.happens("E7", "interviewed", "3", 0)
	s.move(9)
	k = s.clock("K4")
	if _, got := change(events.Change{Act: events.ActWaive}); got != "conflict" {
		t.Errorf("late and waived: got %q, want a conflict", got)
	}
	if l, got := change(events.Change{Act: events.ActNotOwed, Reason: "recorded_in_error"}); got != "" || l.State != models.ClockNotApplicable {
		t.Errorf("recorded in error: got %+v %s", l.Clock, got)
	}
}

func (s *stage) clock(rule models.Rule) events.Line {
	s.t.Helper()
	_, list, err := s.events.Clocks(s.As("police"), s.c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range list {
		if list[i].Rule == rule {
			return list[i]
		}
	}
	s.t.Fatalf("there is no clock %s", rule)
	return events.Line{}
}

// TestWhatBearsOnSafetyIsToldToEveryLiveReferralAndNothingOfIt holds that both
// sides of a live referral look again the same day, and that no word of what
// happened is among what they are told.
func TestWhatBearsOnSafetyIsToldToEveryLiveReferralAndNothingOfIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	live := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	ended := s.Referral(t, s.c, testkit.ServiceRefuge, models.StatusAccepted)
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other' where id = $1", ended.ID, s.Clock.Now())
	s.Do(t, "update outbox set drained_at = now()")
	confirmed := func() int {
		return s.Count(t, "select count(*) from contact_channels where case_id = $1 and safe = 'yes' and confirmed_on is not null", s.c.ID)
	}
	s.happens("E7", "interviewed", "1", time.Hour)
	if confirmed() == 0 {
		t.Error("an interview ends what is known to be safe")
	}
	s.happens("E7", "bail_lifted", "2", time.Hour)
	// Whoever they fear is freer: stale is not safe (referrals.md section 7).
	if n := confirmed(); n != 0 {
		t.Errorf("%d ways to reach them count as confirmed after bail was lifted, want none", n)
	}
	err := referrals.New(s.DB, models.MustCalendar(), directory.New(s.DB)).MayTell(s.As("police"), s.c.ID, models.ChannelPhone, s.Clock.Now())
	if models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("telling them by a way that is not confirmed: %v", err)
	}
	for range 2 {
		if _, err := jobs.Drain(s.System(), s.DB); err != nil {
			t.Fatal(err)
		}
	}
	var rows int
	var topic string
	var org, referral uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select count(*), min(topic), min(org_id::text)::uuid, min(referral_id::text)::uuid from notices").Scan(&rows, &topic, &org, &referral); err != nil {
		t.Fatal(err)
	}
	if rows != 1 || topic != "case.safety" || org != s.Org(testkit.OrgVAWG).ID || referral != live.ID {
		t.Errorf("got %d notices, %s to %s of %s, want one to the service that works on it", rows, topic, org, referral)
	}
	today := func(who string) referrals.Worklist {
		t.Helper()
		list, err := referrals.New(s.DB, models.MustCalendar(), directory.New(s.DB)).Today(s.As(who))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := today("vawg").Safety; len(got) != 1 || got[0].ReferralID != live.ID || got[0].CaseReference != "" || strings.Contains(got[0].What, "ail") {
		t.Errorf("the service's day: got %+v, want that they look again, and nothing of what it was", got)
	}
	owed := today("police")
	if len(owed.Safety) != 0 || len(owed.Soon)+len(owed.DueToday) != 2 || owed.Soon[0].CaseReference != s.c.Reference || owed.Soon[0].Reference != "" {
		t.Errorf("the day of the police: got %+v, want the two clocks of the case", owed)
	}
}

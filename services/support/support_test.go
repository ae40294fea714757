package support_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
	"throughline/services/support"
)

// stage is a referral that Ashdown has accepted, and the service.
type stage struct {
	*testkit.Stage
	t       *testing.T
	support *support.Service
	c       testkit.CaseFacts
	id      uuid.UUID
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	s := &stage{Stage: w, t: t, support: support.New(w.DB, referrals.New(w.DB, models.MustCalendar(), directory.New(w.DB))), c: w.Case(t, w.As("police"))}
	s.id = w.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted).ID
	return s
}

func (s *stage) must(p support.Plan, err error) support.Plan {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return p
}

// fields are what is wrong, in order.
func fields(err error) (out []string) {
	for _, f := range models.FieldsOf(err) {
		out = append(out, f.Field)
	}
	return out
}

func (s *stage) in(days int) *time.Time {
	d := models.Today(s.Clock.Now()).AddDate(0, 0, days)
	return &d
}

func number(n int) *int { return &n }

func yes(b bool) *bool { return &b }

func (s *stage) full() support.Plan {
	s.t.Helper()
	ctx := s.As("vawg")
	s.must(s.support.Rate(ctx, s.id, support.Rated{Point: models.NeedAtStart, Ratings: []support.Rating{{Need: "health", Score: number(2)}, {Need: "finance", Unrated: "unsafe_to_ask"}}}))
	p := s.must(s.support.SetGoal(ctx, s.id, support.NewGoal{Need: "health", Goal: "Sleep through the night.", ReviewOn: s.in(14)}))
	s.must(s.support.ReviewGoal(ctx, s.id, support.GoalReview{GoalID: p.Goals[0].ID, State: models.GoalOpen, ReviewOn: s.in(28)}))
	p = s.must(s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: s.Clock.Now(), Place: "office", Channel: models.ChannelPhone}))
	return s.must(s.support.RecordAppointment(ctx, s.id, support.AppointmentOutcome{AppointmentID: p.Appointments[0].ID, Happened: yes(true), Attendance: "attended"}))
}

func TestWhatAServiceKeepsOfItsWorkIsReadByItAndByNobodyElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.full()
	tables := []string{"need_ratings", "support_goals", "goal_reviews", "appointments", "appointment_outcomes"}
	reads := func(who, reason string) string {
		p, err := s.support.Read(s.As(who), s.id, reason)
		rows := 0
		for _, table := range tables {
			var n int
			if err := s.DB.Read(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
				return tx.Scan(ctx, &n, "select count(*) from "+table+" where referral_id = ?", s.id)
			}); err != nil {
				t.Fatal(err)
			}
			rows += n
		}
		switch {
		case err != nil && rows > 0:
			return string(models.CodeOf(err)) + ", and the database shows it"
		case err != nil:
			return string(models.CodeOf(err))
		case rows < len(tables) || len(p.Ratings) != 2 || len(p.Goals) != 1 || p.Goals[0].Goal != "Sleep through the night." || p.Sessions.Held != 1:
			return "less than all"
		}
		return "all"
	}
	expect := func(when, reason string, want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for who := range want {
			got[who] = reads(who, reason)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", when, diff)
		}
	}
	nobody := map[string]string{
		"police": "forbidden", "police.manager": "forbidden", "refuge": "not_found", "lantern.manager": "not_found", "coordinator": "forbidden",
		"commissioner": "forbidden", "analyst": "forbidden", "privacy": "forbidden", "admin": "forbidden", "witnesscare": "forbidden",
	}
	expect("at every stage", "", nobody)
	expect("while it lives", "", map[string]string{"vawg": "all", "vawg.second": "all", "vawg.manager": "all"})
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other', worker_id = $3 where id = $1", s.id, s.Clock.Now(), s.Person("vawg.second").ID)
	expect("ended", "", nobody)
	expect("ended, to others of the service", "", map[string]string{"vawg": "forbidden"})
	expect("ended, with a reason", "A complaint", map[string]string{"vawg.second": "all", "vawg.manager": "all"})
	if _, err := s.support.Read(s.As("vawg.manager"), s.id, ""); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("ended, without a reason: got %v, want a conflict that asks for one", err)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'support.read' and detail->>'why' = 'A complaint' and subject_id = $1", s.id); n != 2 {
		t.Errorf("got %d openings with their reason on record, want 2", n)
	}
	_, err := s.support.Rate(s.As("vawg.manager"), s.id, support.Rated{Point: models.NeedAtEnd, Ratings: []support.Rating{{Need: "health", Score: number(4)}}})
	if models.CodeOf(err) != models.CodeConflict {
		t.Errorf("after the ending: got %v, want a conflict", err)
	}
	s.Do(t, "update referrals set status = 'entered_in_error', version = version + 1 where id = $1", s.id)
	for _, table := range tables {
		if n := s.Count(t, "select count(*) from "+table); n != 0 {
			t.Errorf("%s of what should not have been holds %d rows, want none", table, n)
		}
	}
}

func TestANumberIsNeverMixedWithWhyThereIsNone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct {
		why  string
		in   support.Rated
		want []string
	}{
		{"nothing", support.Rated{}, []string{"point", "ratings"}},
		{"neither", support.Rated{Point: "start", Ratings: []support.Rating{{Need: "health"}}}, []string{"ratings[0].score"}},
		{"both", support.Rated{Point: "start", Ratings: []support.Rating{{Need: "health", Score: number(3), Unrated: "declined"}}}, []string{"ratings[0].unrated"}},
		{"off the scale", support.Rated{Point: "end", Ratings: []support.Rating{{Need: "health", Score: number(0)}, {Need: "social", Score: number(6)}}}, []string{"ratings[0].score", "ratings[1].score"}},
		{"no such reason", support.Rated{Point: "end", Ratings: []support.Rating{{Need: "health", Unrated: "unknown"}}}, []string{"ratings[0].unrated"}},
		{"twice", support.Rated{Point: "end", Ratings: []support.Rating{{Need: "health", Score: number(1)}, {Need: "health", Score: number(5)}}}, []string{"ratings[1].need"}},
		{"no such need", support.Rated{Point: "end", Ratings: []support.Rating{{Need: "money", Score: number(1)}}}, []string{"ratings[0].need"}},
	} {
		_, err := s.support.Rate(s.As("vawg"), s.id, c.in)
		if diff := cmp.Diff(c.want, fields(err)); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.why, diff)
		}
	}
	rate := func(point models.NeedPoint, r support.Rating) support.Plan {
		s.Clock.Advance(time.Hour)
		return s.must(s.support.Rate(s.As("vawg"), s.id, support.Rated{Point: point, Ratings: []support.Rating{r}}))
	}
	rate(models.NeedAtStart, support.Rating{Need: "health", Unrated: "not_asked"})
	rate(models.NeedAtStart, support.Rating{Need: "health", Score: number(1)})
	p := rate(models.NeedAtReview, support.Rating{Need: "health", Unrated: "declined"})
	if got := p.Latest("health", models.NeedAtStart); got == nil || got.Words() != "1" || got.ByUserID != s.Actor("vawg").UserID {
		t.Errorf("at the start: got %+v, want the last word, 1, and who asked", got)
	}
	if got := p.Latest("health", models.NeedAtReview); got == nil || got.Score != nil || got.Words() != "Did not want to say" {
		t.Errorf("at the review: got %+v, want no number", got)
	}
	if p.Latest("health", models.NeedAtEnd) != nil || len(p.Ratings) != 3 {
		t.Errorf("got %d ratings and an end %+v, want all three kept and none made up", len(p.Ratings), p.Latest("health", models.NeedAtEnd))
	}
}

func TestAGoalIsLookedAtUntilItIsReachedOrGivenUp(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("vawg")
	_, err := s.support.SetGoal(ctx, s.id, support.NewGoal{Need: "hope", Goal: " ", ReviewOn: s.in(-1)})
	if diff := cmp.Diff([]string{"need", "goal", "review_on"}, fields(err)); diff != "" {
		t.Errorf("a bad goal: want -, got +\n%s", diff)
	}
	p := s.must(s.support.SetGoal(ctx, s.id, support.NewGoal{Need: "health", Goal: "  Sleep through the night. ", ReviewOn: s.in(14)}))
	g := p.Goals[0]
	if g.Goal != "Sleep through the night." || g.State != models.GoalOpen || !g.ReviewOn.Equal(*s.in(14)) {
		t.Errorf("got %+v", g)
	}
	for _, c := range []struct {
		in   support.GoalReview
		want []string
	}{
		{support.GoalReview{GoalID: g.ID, State: models.GoalOpen}, []string{"review_on"}},
		{support.GoalReview{GoalID: g.ID, State: models.GoalReached, ReviewOn: s.in(3)}, []string{"review_on"}},
		{support.GoalReview{GoalID: models.NewID(), State: models.GoalReached}, []string{"goal_id"}},
		{support.GoalReview{GoalID: g.ID, State: "forgotten"}, []string{"state"}},
	} {
		if _, err := s.support.ReviewGoal(ctx, s.id, c.in); !cmp.Equal(c.want, fields(err)) {
			t.Errorf("%+v: got faults at %v, want %v", c.in, fields(err), c.want)
		}
	}
	s.Clock.Advance(time.Hour)
	s.must(s.support.ReviewGoal(ctx, s.id, support.GoalReview{GoalID: g.ID, State: models.GoalOpen, ReviewOn: s.in(30)}))
	s.Clock.Advance(time.Hour)
	p = s.must(s.support.ReviewGoal(ctx, s.id, support.GoalReview{GoalID: g.ID, State: models.GoalPartly}))
	if g := p.Goals[0]; g.State != models.GoalPartly || g.ReviewOn != nil || !g.StateAt.Equal(s.Clock.Now()) {
		t.Errorf("got %+v, want the last look to hold", g)
	}
	if n := s.Count(t, "select count(*) from goal_reviews"); n != 2 {
		t.Errorf("got %d looks on record, want 2", n)
	}
}

func TestAnAppointmentGoesThroughTheSafeContactGate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("vawg")
	s.Do(t, `update contact_channels set windows = '[{"day":"tue","from":"10:00","to":"12:00"}]' where id = $1`, s.c.Phone)
	tuesday := time.Date(2026, 12, 29, 10, 30, 0, 0, models.London()) // further ahead than an answer holds
	for _, c := range []struct {
		why  string
		in   support.NewAppointment
		want []string
	}{
		{"told by a text that is not safe", support.NewAppointment{StartsAt: tuesday, Place: "office", Channel: models.ChannelText}, []string{"channel"}},
		{"told by a letter nobody asked about", support.NewAppointment{StartsAt: tuesday, Place: "office", Channel: models.ChannelPost}, []string{"channel"}},
		{"a call outside the safe time", support.NewAppointment{StartsAt: tuesday.Add(3 * time.Hour), Place: "phone", Channel: models.ChannelPhone}, []string{"starts_at"}},
		{"a visit nobody said is safe", support.NewAppointment{StartsAt: tuesday, Place: "home", Channel: models.ChannelPhone}, []string{"channel"}},
		{"in the past, nowhere, by nothing", support.NewAppointment{StartsAt: s.Clock.Now().Add(-time.Hour), Channel: "pigeon"}, []string{"place", "channel", "starts_at"}},
	} {
		_, err := s.support.MakeAppointment(ctx, s.id, c.in)
		if diff := cmp.Diff(c.want, fields(err)); diff != "" {
			t.Errorf("%s: %v: want -, got +\n%s", c.why, err, diff)
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'contact.refused' and refused and case_id = $1", s.c.ID); n != 4 {
		t.Errorf("got %d refusals of the gate on record, want 4", n)
	}
	if n := s.Count(t, "select count(*) from appointments"); n != 0 {
		t.Fatalf("got %d appointments, want none of those refused", n)
	}
	s.must(s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: tuesday, Place: "phone", Channel: models.ChannelPhone}))
	p := s.must(s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: tuesday.Add(3 * time.Hour), Place: "office", Channel: models.ChannelPhone}))
	if len(p.Appointments) != 2 || p.Sessions.Outstanding != 2 {
		t.Errorf("got %+v", p.Appointments)
	}
}

func TestWhetherItHappenedAndWhetherTheyCameAreTwoAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("vawg")
	now := s.Clock.Now()
	s.must(s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: now, Place: "office", Channel: models.ChannelPhone}))
	p := s.must(s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: now.Add(48 * time.Hour), Place: "office", Channel: models.ChannelPhone}))
	first, later := p.Appointments[0].ID, p.Appointments[1].ID
	for _, c := range []struct {
		in   support.AppointmentOutcome
		want []string
	}{
		{support.AppointmentOutcome{AppointmentID: first}, []string{"happened"}},
		{support.AppointmentOutcome{AppointmentID: first, Happened: yes(true)}, []string{"attendance"}},
		{support.AppointmentOutcome{AppointmentID: first, Happened: yes(true), Attendance: "absent", Why: "unsafe"}, []string{"why"}},
		{support.AppointmentOutcome{AppointmentID: first, Happened: yes(false), Attendance: "absent", Why: "unsafe"}, []string{"attendance"}},
		{support.AppointmentOutcome{AppointmentID: first, Happened: yes(false)}, []string{"why"}},
		{support.AppointmentOutcome{AppointmentID: later, Happened: yes(true), Attendance: "attended"}, []string{"happened"}},
		{support.AppointmentOutcome{AppointmentID: models.NewID(), Happened: yes(false), Why: "unsafe"}, []string{"appointment_id"}},
	} {
		if _, err := s.support.RecordAppointment(ctx, s.id, c.in); !cmp.Equal(c.want, fields(err)) {
			t.Errorf("%+v: got faults at %v, want %v", c.in, fields(err), c.want)
		}
	}
	s.must(s.support.RecordAppointment(ctx, s.id, support.AppointmentOutcome{AppointmentID: first, Happened: yes(true), Attendance: "absent"}))
	if _, err := s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: now.Add(time.Hour), Place: "office", Channel: models.ChannelPhone, InsteadOf: models.NewID()}); !cmp.Equal([]string{"instead_of"}, fields(err)) {
		t.Errorf("instead of none of this referral: got %v", err)
	}
	again := support.NewAppointment{StartsAt: now.Add(time.Hour), Place: "office", Channel: models.ChannelPhone, InsteadOf: first}
	p = s.must(s.support.MakeAppointment(ctx, s.id, again))
	if diff := cmp.Diff(models.Sessions{Outstanding: 2}, p.Sessions); diff != "" {
		t.Errorf("one made up for: want -, got +\n%s", diff)
	}
	if _, err := s.support.MakeAppointment(ctx, s.id, again); !cmp.Equal([]string{"instead_of"}, fields(err)) {
		t.Errorf("made up for twice: got %v", err)
	}
	s.Clock.Advance(time.Minute)
	p = s.must(s.support.RecordAppointment(ctx, s.id, support.AppointmentOutcome{AppointmentID: later, Happened: yes(false), Why: "service_cancelled"}))
	if p.Sessions.Missed != 1 {
		t.Errorf("called off by us: got %+v, want one missed", p.Sessions)
	}
	s.Clock.Advance(time.Minute)
	p = s.must(s.support.RecordAppointment(ctx, s.id, support.AppointmentOutcome{AppointmentID: later, Happened: yes(false), Why: "not_needed"}))
	if diff := cmp.Diff(models.Sessions{Outstanding: 1}, p.Sessions); diff != "" {
		t.Errorf("said again: want -, got +\n%s", diff)
	}
	p = s.must(s.support.MakeAppointment(ctx, s.id, support.NewAppointment{StartsAt: s.Clock.Now(), Place: "office", Channel: models.ChannelPhone}))
	held := p.Appointments[slices.IndexFunc(p.Appointments, func(a models.Appointment) bool { return a.StartsAt.Equal(s.Clock.Now()) })].ID
	s.must(s.support.RecordAppointment(ctx, s.id, support.AppointmentOutcome{AppointmentID: held, Happened: yes(true), Attendance: "part"}))
	again.InsteadOf, again.StartsAt = held, s.Clock.Now().Add(time.Hour)
	if _, err := s.support.MakeAppointment(ctx, s.id, again); !cmp.Equal([]string{"instead_of"}, fields(err)) {
		t.Errorf("made up for though it happened: got %v", err)
	}
}

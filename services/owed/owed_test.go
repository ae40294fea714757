package owed_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/handoffs"
	"throughline/services/jobs"
	"throughline/services/notices"
	"throughline/services/owed"
	"throughline/services/referrals"
	"throughline/services/rights"
)

// stage is a morning on which everybody owes something: the police have a case
// in which somebody was arrested, one whose duty they offered to a court that
// never signs in, two that the London Victim Service was offered, one that it
// took over, and two that a service was sent.
type stage struct {
	*testkit.Stage
	t                       *testing.T
	owed                    *owed.Service
	handoffs                *handoffs.Service
	referrals               *referrals.Service
	arrested, offered, took testkit.CaseFacts
	offer, taken            handoffs.View
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	court := models.NewID()
	w.Do(t, "insert into organisations (id, name, kind) values ($1, 'Snaresbrook court', 'court')", court)
	dir, cal := directory.New(w.DB), models.MustCalendar()
	refs := referrals.New(w.DB, cal, dir)
	s := &stage{Stage: w, t: t, owed: owed.New(w.DB, cal, dir), handoffs: handoffs.New(w.DB, cal, dir, refs), referrals: refs}
	victims := w.Org(testkit.OrgVictims).ID
	give := func(c testkit.CaseFacts, in handoffs.Offer) handoffs.View {
		in.Reason, in.Summary = "She moved.", "A hearing is near."
		v, err := s.handoffs.Offer(w.As("police"), c.ID, in)
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		return v
	}
	s.arrested = w.Case(t, w.As("police"))
	_, err := events.New(w.DB, cal, dir, refs).Record(w.As("police"), s.arrested.ID, events.Input{NewCaseEvent: models.NewCaseEvent{
		Type: "E7", OccurredAt: w.Clock.Now().Add(-time.Hour), Reference: "A1", Details: map[string]any{"what": "arrested"},
	}})
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	sent := w.Clock.Now().Add(-time.Hour)
	give(w.Case(t, w.As("police")), handoffs.Offer{ToOrgID: court, Duty: models.DutyWitnessCare, OffSystem: &models.OffSystemWord{SentAt: sent, Proof: "A letter."}})
	s.offered, s.took = w.Case(t, w.As("police")), w.Case(t, w.As("police"))
	for _, c := range []testkit.CaseFacts{w.Case(t, w.As("police")), s.offered, s.took} { // the first two due at one moment
		w.Agreement(t, c, victims)
		w.Clock.Advance(time.Minute)
		s.offer = give(c, handoffs.Offer{ToOrgID: victims, Duty: models.DutyCase})
	}
	s.taken = s.offer
	if _, err := s.handoffs.Do(w.As("caseworker"), s.taken.ID, models.HandoffAccept, handoffs.Act{ReceiverReference: "LVS 12"}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if err := w.Owner.QueryRow(t.Context(), "select id, reference from handoffs where case_id = $1", s.offered.ID).Scan(&s.offer.ID, &s.offer.Reference); err != nil {
		t.Fatal(err)
	}
	w.Referral(t, s.arrested, testkit.ServiceIDVA, models.StatusSubmitted)
	w.Referral(t, s.took, testkit.ServiceIDVA, models.StatusSubmitted) // due at the same moment
	w.Clock.Advance(time.Minute)
	return s
}

// walked are all of a list's items, a page at a time.
func (s *stage) walked(who string, f owed.Filter) []owed.Item {
	s.t.Helper()
	var out []owed.Item
	for range 30 {
		p, err := s.owed.List(s.As(who), f)
		if err != nil {
			s.t.Fatal(err)
		}
		out = append(out, p.Items...)
		if f.Cursor = p.Next; f.Cursor == "" {
			return out
		}
	}
	s.t.Fatal("the pages never end")
	return nil
}

func kinds(items []owed.Item) []string {
	out := []string{}
	for i := range items {
		out = append(out, items[i].Kind+" "+string(items[i].Rule)+string(items[i].Duty))
	}
	slices.Sort(out)
	return out
}

func TestWhatIsOwedIsListedToWhoeverOwesIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct {
		who  string
		f    owed.Filter
		want []string
	}{
		{"police", owed.Filter{All: true}, []string{"answer witness_care", "clock K3"}},
		{"police", owed.Filter{}, []string{}},
		{"police", owed.Filter{All: true, Mine: true}, []string{"answer witness_care", "clock K3"}},
		{"police.second", owed.Filter{All: true, Mine: true}, []string{}},
		{"caseworker", owed.Filter{All: true}, []string{"answer case", "answer case", "telling case"}},
		{"caseworker", owed.Filter{}, []string{"telling case"}},
		{"caseworker", owed.Filter{All: true, Mine: true}, []string{"telling case"}},
		{"caseworker.manager", owed.Filter{All: true, Mine: true}, []string{}},
		{"vawg", owed.Filter{All: true}, []string{"clock K23", "clock K23"}},
		{"refuge", owed.Filter{All: true}, []string{}},
	} {
		whole := s.walked(c.who, c.f)
		if diff := cmp.Diff(c.want, kinds(whole)); diff != "" {
			t.Errorf("%s %+v: want -, got +\n%s", c.who, c.f, diff)
		}
		if !slices.IsSortedFunc(whole, func(a, b owed.Item) int { return a.DueAt.Compare(b.DueAt) }) {
			t.Errorf("%s %+v is not in the order it is due", c.who, c.f)
		}
		c.f.Limit = 1
		if diff := cmp.Diff(whole, s.walked(c.who, c.f)); diff != "" {
			t.Errorf("%s %+v, one at a time: %s", c.who, c.f, diff)
		}
	}
	for _, it := range s.walked("caseworker", owed.Filter{All: true}) {
		seen := it.CaseReference != ""
		if it.With.ID != s.Org(testkit.OrgPolice).ID || seen != (it.CaseID == s.took.ID) || it.Late != (it.Kind == owed.KindTelling) {
			t.Errorf("the service reads %+v", it)
		}
	}
	told := models.Telling{Channel: models.ChannelPhone, Understood: "yes"}
	if _, err := s.handoffs.Do(s.As("caseworker"), s.taken.ID, models.HandoffVictimTold, handoffs.Act{Told: told}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if got := kinds(s.walked("caseworker", owed.Filter{})); len(got) > 0 {
		t.Errorf("they were told, and still owed are %v", got)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'owed.listed' and actor_user_id = $1", s.Person("caseworker").ID); n < 4 {
		t.Errorf("%d readings are on record", n)
	}
	if _, err := s.owed.List(s.As("commissioner"), owed.Filter{}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("the Commissioner: %v", err)
	}
	if _, err := s.owed.List(s.As("police"), owed.Filter{Cursor: "x"}); models.CodeOf(err) != models.CodeMalformed {
		t.Errorf("a cursor of nobody's: %v", err)
	}
}

// TestWhatIsOwedOfDataIsOnTheSameListToWhoeverAnswersForIt reads the clock of a
// request about somebody's data.
func TestWhatIsOwedOfDataIsOnTheSameListToWhoeverAnswersForIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	q, err := rights.New(s.DB, models.MustCalendar(), nil).Receive(s.As("police.manager"), rights.RequestInput{
		Kind: models.RequestAccess, Relation: models.RelationVictim, Requester: "Z Q", Asks: "All of it.", ReceivedOn: models.Today(s.Clock.Now()),
	})
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	for who, want := range map[string]int{"police.manager": 1, "police": 0, "caseworker.manager": 0} {
		var found []owed.Item
		for _, it := range s.walked(who, owed.Filter{All: true, Limit: 1}) {
			if it.Rule == models.RuleDataRequest {
				found = append(found, it)
			}
		}
		if len(found) != want || want == 1 && (found[0].Request != q.Reference || found[0].CaseReference != "" || found[0].Kind != owed.KindClock) {
			t.Errorf("%s reads %+v, want %d", who, found, want)
		}
	}
	if mine := s.walked("police.manager", owed.Filter{All: true, Mine: true}); len(mine) != 1 || mine[0].Request != q.Reference {
		t.Errorf("whoever received it owes %+v", mine)
	}
}

// TestAnOfferNobodyAnswersClimbsToACoordinator lets time pass over an offer: both
// sides are told, then their managers, and at the end it is a coordinator's task
// until somebody answers. The duty stays where it was.
func TestAnOfferNobodyAnswersClimbsToACoordinator(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	tick, news := clocks.New(s.DB, models.MustCalendar()), notices.New(s.DB)
	topics := func(who string) (out []string) {
		list, err := news.Unread(s.As(who))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list {
			if n.HandoffID == s.offer.ID {
				out = append(out, n.Topic)
			}
		}
		slices.Sort(out)
		return out
	}
	task := func() bool {
		w, err := s.referrals.Today(s.As("coordinator"))
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(w.Late, func(t referrals.Task) bool { return t.Handoff == s.offer.Reference })
	}
	// Offered on Monday 16 November: due at the end of Wednesday 18.
	for _, c := range []struct {
		at       time.Time
		rung     int
		receiver []string
		others   []string
	}{
		{november(18, 23, 59), 0, []string{"handoff.offered"}, nil},
		{november(19, 0, 1), 1, []string{"handoff.late", "handoff.offered"}, nil},
		{november(20, 0, 1), 2, []string{"handoff.late", "handoff.late_manager", "handoff.offered"}, nil},
		{november(23, 0, 1), 3, []string{"handoff.late", "handoff.late_coordinator", "handoff.late_manager", "handoff.offered"}, []string{"handoff.late_coordinator"}},
		{november(30, 0, 1), 3, []string{"handoff.late", "handoff.late_coordinator", "handoff.late_manager", "handoff.offered"}, []string{"handoff.late_coordinator"}},
	} {
		s.Clock.Set(c.at)
		for range 2 {
			if _, err := tick.Tick(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := jobs.Drain(models.WithActor(context.Background(), models.System()), s.DB); err != nil {
			t.Fatal(err)
		}
		if rung := s.Count(t, "select rung from handoffs where id = $1", s.offer.ID); rung != c.rung {
			t.Errorf("%s: rung %d, want %d", c.at, rung, c.rung)
		}
		sender := slices.DeleteFunc(slices.Clone(c.receiver), func(x string) bool { return x == "handoff.offered" })
		if diff := cmp.Diff([][]string{c.receiver, sender, c.others}, [][]string{topics("caseworker"), topics("police"), topics("coordinator")}, equateEmpty()); diff != "" {
			t.Errorf("%s: %s", c.at, diff)
		}
		if task() != (c.rung == 3) {
			t.Errorf("%s: the coordinator has the task: %v", c.at, task())
		}
		if h := s.holder(); h != s.Org(testkit.OrgPolice).ID {
			t.Errorf("%s: the case moved to %s", c.at, h)
		}
	}
	// A coordinator reads that it is there, and nothing that was said in it.
	if _, err := s.handoffs.Get(s.As("coordinator"), s.offer.ID); models.CodeOf(err) != models.CodeForbidden && models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("the coordinator opens it: %v", err)
	}
	if err := s.climbs("police"); err == nil {
		t.Error("somebody moved the ladder")
	}
	if _, err := s.handoffs.Do(s.As("caseworker"), s.offer.ID, models.HandoffRefuse, handoffs.Act{Reason: "no_capacity"}); err != nil {
		t.Fatal(err)
	}
	if task() {
		t.Error("it was answered, and is still the coordinator's")
	}
}

package marac_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/forms"
	"throughline/services/marac"
)

// stage is a referral of the police that Lantern, which runs a MARAC here, has
// accepted. Ashdown and the police take part.
type stage struct {
	*testkit.Stage
	t     *testing.T
	marac *marac.Service
	forms *forms.Service
	c     testkit.CaseFacts
	id    uuid.UUID
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	w.Do(t, "update organisations set kind = 'marac' where id = $1", w.Org(testkit.OrgVAWGSecond).ID)
	w.Org(testkit.OrgVAWGSecond).Kind = models.KindMARAC
	dir := directory.New(w.DB)
	s := &stage{Stage: w, t: t, marac: marac.New(w.DB, models.MustCalendar(), dir), forms: forms.New(w.DB, dir, models.FormVersions()), c: w.Case(t, w.As("police"))}
	s.id = w.Referral(t, s.c, testkit.ServiceLantern, models.StatusAccepted).ID
	s.Do(t, "delete from referral_shares where referral_id = $1", s.id)
	s.Do(t, "insert into referral_shares (referral_id, stage, content) values ($1, 'sending', $2)", s.id,
		testkit.Seal(vault.ShareSending, s.id, `{"given_name": "Zephyrine", "risk_assessment": "16 of 24 answered yes.", "address": "2 Hidden Row"}`))
	for _, org := range []string{testkit.OrgVAWG, testkit.OrgPolice} {
		if err := s.marac.Invite(s.As("lantern"), s.Org(org).ID); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *stage) must(v marac.View, err error) marac.View {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func (s *stage) in(days int) *time.Time {
	d := models.Today(s.Clock.Now()).AddDate(0, 0, days)
	return &d
}

// listed is the case on the list of a meeting in so many days.
func (s *stage) listed(days int) models.MARACMeeting {
	s.t.Helper()
	s.must(s.marac.Screen(s.As("lantern"), s.id, []string{models.MARACByScore}))
	m, err := s.marac.Meet(s.As("lantern"), s.in(days))
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	s.must(s.marac.List(s.As("lantern"), s.id, m.ID))
	return m
}

// sees is what somebody is shown, and what the database shows them behind it.
func (s *stage) sees(who string) string {
	s.t.Helper()
	var rows int
	if err := s.DB.Read(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &rows, "select (select count(*) from marac_research) + (select count(*) from marac_minutes)")
	}); err != nil {
		s.t.Fatal(err)
	}
	v, err := s.marac.Get(s.As(who), s.id)
	if err != nil {
		if rows > 0 {
			return string(models.CodeOf(err)) + ", and the database shows it"
		}
		return string(models.CodeOf(err))
	}
	out := v.Side
	if v.Papers["given_name"] == "Zephyrine" {
		out += " papers"
	}
	if v.Papers["address"] != nil {
		out += " AND THE ADDRESS"
	}
	for _, r := range v.Research {
		out += " research by " + r.Org
	}
	if len(v.Minutes) > 0 {
		out += " minutes"
	}
	if rows != len(v.Research)+len(v.Minutes) {
		out += ", and the database shows more"
	}
	return out
}

func (s *stage) expect(when string, want map[string]string) {
	s.t.Helper()
	got := map[string]string{}
	for who := range want {
		got[who] = s.sees(who)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s: want -, got +\n%s", when, diff)
	}
}

func TestACaseAtAMARACIsSeenByWhoTakesPartAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	nobody := map[string]string{"refuge": "not_found", "caseworker": "not_found", "coordinator": "forbidden", "commissioner": "forbidden", "admin": "forbidden", "privacy": "forbidden"}
	s.expect("before it was taken on", map[string]string{"lantern": "not_found", "vawg": "not_found", "police": "not_found"})
	s.must(s.marac.Screen(s.As("lantern"), s.id, []string{models.MARACByScore, models.MARACByJudgement}))
	s.expect("taken on, and on no list", map[string]string{"lantern": "marac papers", "vawg": "not_found", "police": "referrer"})
	m, err := s.marac.Meet(s.As("lantern"), s.in(0))
	if err != nil {
		t.Fatal(err)
	}
	s.must(s.marac.List(s.As("lantern"), s.id, m.ID))
	s.must(s.marac.Research(s.As("vawg"), s.id, "He waits outside her work."))
	s.must(s.marac.Hear(s.As("lantern"), s.id, "Heard at eleven."))
	s.expect("on a list", map[string]string{
		"lantern": "marac papers research by Ashdown Advocacy minutes", "vawg": "partner papers research by Ashdown Advocacy minutes",
		"vawg.manager": "partner papers research by Ashdown Advocacy minutes", "police": "partner papers research by Ashdown Advocacy minutes",
	})
	s.expect("whoever does not take part", nobody)
	if _, err := s.marac.Research(s.As("refuge"), s.id, "Nothing."); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("somebody else's research: got %v, want not found", err)
	}
	if _, err := s.marac.Hear(s.As("vawg"), s.id, "Our own minutes."); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a partner's minutes: got %v, want forbidden", err)
	}
	if _, err := s.marac.Meet(s.As("vawg"), s.in(3)); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a partner calls a meeting: got %v, want a refusal", err)
	}

	// Who is kept from the victim by a conflict finds no trace, at a partner too.
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values (gen_random_uuid(), $1, 'vawg@demo.test', 'knows_victim', now())", s.c.ID)
	s.expect("a conflict of interest", map[string]string{"vawg": "not_found", "vawg.second": "partner papers research by Ashdown Advocacy minutes"})
	if o, err := s.marac.Look(s.As("vawg")); err != nil || len(o.Rows) != 0 {
		t.Error(err, "somebody with a conflict is shown the case in a list")
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'marac.opened' and case_id = $1", s.c.ID); n == 0 {
		t.Error("nobody's reading is on record")
	}

	// Withdrawn, and those who take part see nothing any more.
	s.Do(t, "update referrals set status = 'withdrawn', version = version + 1, ended_at = $2, reason = 'other' where id = $1", s.id, s.Clock.Now())
	s.expect("withdrawn", map[string]string{"vawg.second": "not_found"})
	s.Do(t, "update referrals set status = 'entered_in_error', version = version + 1 where id = $1", s.id)
	if n := s.Count(t, "select count(*) from marac_research where words <> ''") + s.Count(t, "select count(*) from marac_minutes where words <> ''"); n != 0 {
		t.Error("of what should not have been, words are left")
	}
}

func TestTheClockRunsFromTheReferralToTheMeetingAndEachActionHasItsOwn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Do(t, `insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		values (gen_random_uuid(), $1, $2, 'K24', $3, 'running', 2, $4, $4, $4, $4)`, s.c.ID, s.id, s.Org(testkit.OrgVAWGSecond).ID, s.Clock.Now())
	m := s.listed(7)
	clocks := func(where string) int {
		return s.Count(t, "select count(*) from clocks where referral_id = $1 and "+where, s.id)
	}
	if clocks("rule = 'K27' and state = 'running' and limit_days = 20 and started_at = (select submitted_at from referrals r where r.id = referral_id)") != 1 {
		t.Error("the clock to the meeting does not run from when it was sent, by the rule's number")
	}
	if clocks("rule = 'K24' and state = 'not_applicable'") != 1 {
		t.Error("a MARAC is counted late for calling nobody")
	}
	if n := s.Count(t, "select count(*) from referrals r join clocks k on k.referral_id = r.id and k.rule = 'K27' where r.id = $1 and r.due_at = k.due_at", s.id); n != 1 {
		t.Error("the inbox is not ordered by the clock to the meeting")
	}
	if _, err := s.marac.Hear(s.As("lantern"), s.id, "Too early."); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("heard before the meeting: got %v, want a conflict", err)
	}
	later, err := s.marac.Meet(s.As("lantern"), s.in(14))
	if err != nil {
		t.Fatal(err)
	}
	if v := s.must(s.marac.List(s.As("lantern"), s.id, later.ID)); v.State() != models.MARACPutOff {
		t.Errorf("put off: got %s", v.State())
	}
	s.must(s.marac.List(s.As("lantern"), s.id, m.ID))
	s.Clock.Advance(7 * 24 * time.Hour)
	v := s.must(s.marac.Hear(s.As("lantern"), s.id, "Heard."))
	if v.State() != models.MARACHeard || !v.WatchedUntil.Equal(v.HeardAt.AddDate(1, 0, 0)) || clocks("rule = 'K27' and state = 'met'") != 1 {
		t.Errorf("heard: got %s until %v", v.State(), v.WatchedUntil)
	}
	if _, err := s.marac.Agree(s.As("lantern"), s.id, marac.NewAction{OwnerOrgID: s.Org(testkit.OrgRefuge).ID, What: "A place.", DueOn: s.in(3)}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("an action for somebody who does not take part: got %v", err)
	}
	v = s.must(s.marac.Agree(s.As("lantern"), s.id, marac.NewAction{OwnerOrgID: s.Org(testkit.OrgVAWG).ID, What: "Change the locks.", DueOn: s.in(3)}))
	s.must(s.marac.Agree(s.As("lantern"), s.id, marac.NewAction{OwnerOrgID: s.Org(testkit.OrgPolice).ID, What: "Mark the address.", DueOn: s.in(30)}))
	if clocks("rule = 'K27' and state = 'running'") != 2 {
		t.Error("two actions have no clock each")
	}
	var ref string
	if err := s.Owner.QueryRow(t.Context(), "select reference from referrals where id = $1", s.id).Scan(&ref); err != nil {
		t.Fatal(err)
	}
	if id, err := s.marac.ByReference(s.As("vawg"), ref); err != nil || id != s.id {
		t.Error(err, "a partner does not find it by its reference")
	}
	if _, err := s.marac.ByReference(s.As("refuge"), ref); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("somebody else finds it: %v", err)
	}
	if o, err := s.marac.Look(s.As("vawg")); err != nil || len(o.Actions) != 1 || o.Actions[0].What != "Change the locks." {
		t.Error(err, "the owner is not shown what it has to do")
	}
	if _, err := s.marac.Done(s.As("police"), s.id, v.Actions[0].ID); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("done by somebody else: got %v, want forbidden", err)
	}
	s.Clock.Advance(5 * 24 * time.Hour)
	s.must(s.marac.Done(s.As("vawg"), s.id, v.Actions[0].ID))
	if clocks("rule = 'K27' and state = 'breached' and stopped_at is not null") != 1 {
		t.Error("an action that was done late is not told as late")
	}
	if _, err := s.marac.Done(s.As("vawg"), s.id, v.Actions[0].ID); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("done twice: got %v, want a conflict", err)
	}
}

func TestWhatIsNewWithinAYearComesBackToMind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		after time.Duration
		want  string
	}{
		{"a form", 300 * 24 * time.Hour, "form"}, {"an incident", 300 * 24 * time.Hour, "incident"}, {"a form", 370 * 24 * time.Hour, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.listed(0)
			s.must(s.marac.Hear(s.As("lantern"), s.id, "Heard."))
			s.Clock.Advance(c.after)
			if c.what == "a form" {
				on := models.Today(s.Clock.Now())
				if _, err := s.forms.FillForCase(s.As("police"), s.c.ID, forms.Input{Form: "dash", FilledOn: &on, Judgement: "standard"}); err != nil {
					t.Fatal(err, models.FieldsOf(err))
				}
			} else {
				s.Do(t, "update cases set updated_at = $2 where id = $1", s.c.ID, s.Clock.Now())
				s.Do(t, `insert into incidents (id, case_id, position, occurred_on, offence_types, summary) select gen_random_uuid(), case_id, 9, occurred_on, offence_types, summary from incidents where case_id = $1 limit 1`, s.c.ID)
			}
			v := s.must(s.marac.Get(s.As("lantern"), s.id))
			if v.AgainWhy != c.want || (v.State() == models.MARACAgain) != (c.want != "") {
				t.Errorf("got %q and %s, want %q", v.AgainWhy, v.State(), c.want)
			}
			if n := s.Count(t, "select count(*) from outbox where topic = 'marac.repeat' and referral_id = $1", s.id); (n == 1) != (c.want != "") {
				t.Errorf("%d are told of it", n)
			}
		})
	}
}

// TestAMARACNeverHoldsACase asks the service, and the database behind it.
func TestAMARACNeverHoldsACase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if models.KindMARAC.HoldsDuties() {
		t.Error("a MARAC may be handed a case")
	}
	if _, err := s.Owner.Exec(t.Context(), "update cases set accountable_org_id = $2 where id = $1", s.c.ID, s.Org(testkit.OrgVAWGSecond).ID); err == nil || !strings.Contains(err.Error(), "never holds") {
		t.Errorf("made to hold a case: got %v, want a refusal", err)
	}
	s.listed(0)
	s.must(s.marac.Hear(s.As("lantern"), s.id, "Heard."))
	if n := s.Count(t, "select count(*) from cases where id = $1 and accountable_org_id = $2", s.c.ID, s.Org(testkit.OrgPolice).ID); n != 1 {
		t.Error("hearing a case moved who holds it")
	}
}

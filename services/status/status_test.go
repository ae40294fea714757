package status_test

import (
	"context"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/demo"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/referrals"
	"throughline/services/status"
)

// stage is a case of the police with a code for its page.
type stage struct {
	*testkit.Stage
	t    *testing.T
	s    *status.Service
	c    testkit.CaseFacts
	code string
}

const word = "Kingfisher  Blue"

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	s := &stage{Stage: w, t: t, s: status.New(w.DB, models.MustCalendar(), accounts.New(w.DB), status.Options{}), c: w.Case(t, w.As("police"))}
	s.code = s.give().Code
	return s
}

func gift() status.Gift {
	return status.Gift{Word: word, Language: "en", AgreedHow: "in_person", Alone: true}
}

func (s *stage) give() status.Given {
	s.t.Helper()
	g, err := s.s.Give(s.As("police"), s.c.ID, gift())
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return g
}

func (s *stage) enter(code, word, ip string) (status.Entered, error) {
	return s.s.Enter(s.t.Context(), status.Try{Code: code, Word: word, IP: netip.MustParseAddr(ip)})
}

func (s *stage) inside() string {
	s.t.Helper()
	e, err := s.enter(s.code, word, "192.0.2.1")
	if err != nil {
		s.t.Fatal(err)
	}
	return e.Token
}

func (s *stage) shut(what string, err error) {
	s.t.Helper()
	if models.CodeOf(err) != models.CodeUnauthenticated {
		s.t.Errorf("%s: got %v, want to stand before the door", what, err)
	}
}

func TestWhoHasTheCodeAndTheWordSeesHowThingsStandAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	// As people type it: small, without the dash, with letters for the digits they look like.
	typed := strings.NewReplacer("0", "o", "1", "l", "-", " ").Replace(strings.ToLower(s.code))
	e, err := s.enter(typed, " KINGFISHER blue ", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.s.Read(t.Context(), e.Token, "update")
	if err != nil {
		t.Fatal(err)
	}
	var done []string
	for _, d := range u.Done {
		done = append(done, d.Key)
	}
	if diff := cmp.Diff([]string{"step.begun", "step.sent", "step.yes"}, done); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(u.Now.Key, "now.accepted") || len(u.Next) != 1 || u.Next[0].Key != "next.contact" {
		t.Errorf("got %v, next %v", u.Now, u.Next)
	}
	// It is in the trail as what it is: nobody's account, the page's own session.
	if n := s.Count(t, "select count(*) from audit_events where action = 'status.read' and case_id = $1 and actor_role = 'victim' and actor_user_id is null and session_id in (select id from status_sessions)", s.c.ID); n != 1 {
		t.Errorf("got %d events of the reading, want 1", n)
	}
	// Without the trail nothing is shown.
	s.Do(t, "revoke insert on audit_events from throughline_app")
	if u, err := s.s.Read(t.Context(), e.Token, "update"); err == nil {
		t.Errorf("shown and not recorded: %v", u)
	}
	s.Do(t, "grant insert on audit_events to throughline_app")
	if err := s.s.Leave(t.Context(), e.Token); err != nil {
		t.Fatal(err)
	}
	_, err = s.s.Read(t.Context(), e.Token, "update")
	s.shut("after leaving", err)
}

func TestTheCodeAndTheWordOfTheGuidesOpenTheDemo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Do(t, "update status_doors set code_key = $2, word_hash = $3 where case_id = $1", s.c.ID, testkit.LookUp(vault.StatusCodeKey, "code DEM0PAGE"), demo.StatusHash)
	if _, err := s.enter("demo-page", demo.StatusWord, "192.0.2.1"); err != nil {
		t.Error(err)
	}
	guide, err := os.ReadFile("../../docs/guides/victims.md")
	if err != nil || !strings.Contains(string(guide), demo.StatusCode) || !strings.Contains(string(guide), demo.StatusWord) {
		t.Errorf("the guide names another code or word: %v", err)
	}
}

// TestEveryFailureAtTheDoorIsTheSame holds the one answer, and that the same
// work is done for it.
func TestEveryFailureAtTheDoorIsTheSame(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	compared := 0
	slow := s.s.Slow(func(inner func(context.Context, string, string) (bool, error)) func(context.Context, string, string) (bool, error) {
		return func(ctx context.Context, secret, hash string) (bool, error) {
			compared++
			return inner(ctx, secret, hash)
		}
	})
	defer slow()
	n := 0
	fails := func(what, code, word, before, after string) {
		t.Helper()
		if before != "" {
			s.Do(t, before, s.c.ID)
			defer s.Do(t, after, s.c.ID)
		}
		n++
		e, err := s.enter(code, word, "198.51.100."+strconv.Itoa(n))
		if e.Token != "" || models.CodeOf(err) != models.CodeUnauthenticated || models.MessageOf(err) != models.MessageOf(models.Unauthenticated()) || models.FieldsOf(err) != nil {
			t.Errorf("%s: got %v %v", what, e, err)
		}
	}
	fails("a code nobody has", "ZZZZ-ZZZZ", word, "", "")
	fails("no code at all", "?", word, "", "")
	fails("a wrong word", s.code, "kingfisher", "", "")
	fails("frozen", s.code, word, "update status_doors set frozen_at = now(), frozen_by = given_by where case_id = $1", "update status_doors set frozen_at = null, frozen_by = null where case_id = $1")
	fails("run out", s.code, word, "update status_doors set expires_at = now() - interval '1 second' where case_id = $1", "update status_doors set expires_at = now() + interval '9 days' where case_id = $1")
	fails("protected", s.code, word, "update cases set restricted_to = array[logged_by] where id = $1", "update cases set restricted_to = null where id = $1")
	fails("closed", s.code, word, "update cases set status = 'closed' where id = $1", "update cases set status = 'open' where id = $1")
	if compared != n {
		t.Errorf("%d of %d failures cost a comparison", compared, n)
	}
	if got := s.Count(t, "select count(*) from audit_events where action = 'status.refused' and refused"); got != n {
		t.Errorf("%d of %d failures are in the trail", got, n)
	}
	if _, err := s.enter(s.code, word, "198.51.100.99"); err != nil {
		t.Errorf("whoever has both is not let in: %v", err)
	}
}

func TestGuessingIsSlowedAndTheVictimIsNotLockedOut(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const home = "192.0.2.1"
	if _, err := s.enter(s.code, word, home); err != nil { // she has come in from here
		t.Fatal(err)
	}
	for range 5 {
		_, err := s.enter(s.code, "wrong word", "198.51.100.1")
		s.shut("a wrong word", err)
	}
	_, err := s.enter(s.code, word, "198.51.100.1")
	s.shut("the sixth from one place, though it is right", err)
	if n := s.Count(t, "select count(*) from status_attempts where not ok"); n != 5 {
		t.Errorf("got %d wrong guesses counted, want 5: a pause must not feed itself", n)
	}
	// Strangers in many places, more than twenty wrong in an hour.
	s.Do(t, `insert into status_attempts (id, code_key, network_key, ok, at) select gen_random_uuid(), code_key, '\x01'::bytea || substr(sha256(n::text::bytea), 1, 16), false, now()
		from status_attempts, generate_series(1, 5) n where not ok`)
	_, err = s.enter(s.code, word, "203.0.113.9")
	s.shut("a stranger while many guess", err)
	if _, err := s.enter(s.code, word, home); err != nil {
		t.Errorf("she is locked out of where she came in from: %v", err)
	}
	// A quarter of an hour later the first place may try again.
	s.Do(t, "update status_attempts set at = at - interval '2 hours'")
	if _, err := s.enter(s.code, word, "198.51.100.1"); err != nil {
		t.Errorf("the pause does not end: %v", err)
	}
}

func TestFreezingANewCodeAndAProtectedCasePutEverybodyOut(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	out := func(what, token string) {
		t.Helper()
		_, err := s.s.Read(t.Context(), token, "update")
		s.shut(what, err)
		_, err = s.s.Ask(t.Context(), token, models.AskStop, "")
		s.shut(what+", asking", err)
	}
	token := s.inside()
	if _, err := s.s.Freeze(ctx, s.c.ID); err != nil {
		t.Fatal(err)
	}
	out("frozen", token)
	if _, err := s.s.Unfreeze(ctx, s.c.ID); err != nil {
		t.Fatal(err)
	}
	out("frozen once, and open again", token)
	token, old := s.inside(), s.code
	s.code = s.give().Code
	out("a new code was given", token)
	_, err := s.enter(old, word, "192.0.2.1")
	s.shut("the old code", err)
	token = s.inside()
	s.Do(t, "update cases set restricted_to = array[logged_by] where id = $1", s.c.ID)
	out("the case is protected", token)
	s.Do(t, "update cases set restricted_to = null where id = $1", s.c.ID)
	token = s.inside()
	s.Do(t, "update status_sessions set idle_expires_at = now() - interval '1 second' where ended_at is null")
	out("ten minutes without use", token)
	token = s.inside()
	if _, err := s.s.Withdraw(ctx, s.c.ID); err != nil {
		t.Fatal(err)
	}
	out("the code was taken back", token)
	if _, err := s.s.Freeze(ctx, s.c.ID); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v, want a conflict: there is no code", err)
	}
}

func TestACodeIsOnlyGivenWhereThePageCanBeLookedAtSafely(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	faults := func(change func(*status.Gift)) (out []string) {
		g := gift()
		change(&g)
		_, err := s.s.Give(ctx, s.c.ID, g)
		for _, f := range models.FieldsOf(err) {
			out = append(out, f.Field)
		}
		return out
	}
	for what, test := range map[string]struct {
		change func(*status.Gift)
		want   []string
	}{
		"their name":         {func(g *status.Gift) { g.Word = s.c.GivenName }, []string{"word"}},
		"what we say":        {func(g *status.Gift) { g.Word = s.c.CodeWord }, []string{"word"}},
		"a date":             {func(g *status.Gift) { g.Word = "12/03/1990" }, []string{"word"}},
		"short":              {func(g *status.Gift) { g.Word = "cat" }, []string{"word"}},
		"not alone":          {func(g *status.Gift) { g.Alone = false }, []string{"alone"}},
		"not offered":        {func(g *status.Gift) { g.Language = "pl" }, []string{"language"}},
		"nobody said how":    {func(g *status.Gift) { g.AgreedHow = "" }, []string{"agreed_how"}},
		"in another writing": {func(g *status.Gift) { g.Word = "بجعة بيضاء" }, nil},
	} {
		if diff := cmp.Diff(test.want, faults(test.change)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if _, err := s.s.Give(s.As("refuge"), s.c.ID, gift()); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("somebody else's case: got %v", err)
	}
	if _, err := s.s.Give(s.As("commissioner"), s.c.ID, gift()); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a role that speaks to no victim: got %v", err)
	}
	s.Do(t, "update contact_channels set safe = 'no' where case_id = $1", s.c.ID)
	if _, err := s.s.Give(ctx, s.c.ID, gift()); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("no way is safe: got %v", err)
	}
	if n := s.Count(t, "select count(*) from status_doors where word_hash like '%ingfisher%' or encode(code_key, 'escape') like '%' || $1 || '%'", strings.ReplaceAll(s.code, "-", "")); n != 0 {
		t.Error("the code or the word can be read")
	}
}

// TestAVictimsSessionReachesNoTable asks for every table as the page's own
// session does: row security shows it nothing, and lets it write one request.
func TestAVictimsSessionReachesNoTable(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	s.inside()
	var session uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select id from status_sessions where ended_at is null").Scan(&session); err != nil {
		t.Fatal(err)
	}
	s.Do(t, `insert into status_requests (id, case_id, door_id, kind, at, due_at) select gen_random_uuid(), case_id, door_id, 'call', now(), now() from status_sessions where id = $1`, session)
	ctx := models.WithActor(t.Context(), models.Actor{Role: models.RoleVictim, StatusID: session, SessionID: session})
	for _, table := range []string{
		"cases", "victims", "incidents", "related_people", "contact_channels", "contact_details", "code_words", "referrals", "referral_shares", "clocks", "case_events",
		"notes", "handoffs", "sharing_decisions", "users", "sessions", "audit_events", "status_requests", "notices",
	} {
		if n := count(ctx, t, s, "select count(*) from "+table); n != 0 {
			t.Errorf("%s shows %d rows to a victim's session", table, n)
		}
	}
	for _, statement := range []string{
		"update contact_channels set safe = 'yes'", "update cases set risk_level = 'standard'", "update sharing_decisions set withdrawn_at = now()",
		"update referrals set status = 'withdrawn'", "update contact_details set value = null", "delete from notices",
		"update status_requests set note = null", // nothing of a row is read by it, so that its own policy alone stands before it
	} {
		if n := changed(ctx, s, statement); n != 0 {
			t.Errorf("%q changes %d rows", statement, n)
		}
	}
}

// TestNewsThatWasNotToldIsOwedAndNotToldHere has a sentence passed of which nobody
// has told the victim: the page says that news is owed, and not of what.
func TestNewsThatWasNotToldIsOwedAndNotToldHere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	dir := directory.New(s.DB)
	svc := events.New(s.DB, models.MustCalendar(), dir, referrals.New(s.DB, models.MustCalendar(), dir))
	if _, err := svc.Record(s.As("police"), s.c.ID, events.Input{NewCaseEvent: models.NewCaseEvent{
		Type: "E18", OccurredAt: s.Clock.Now(), Reference: "Z1", Details: map[string]any{"what": "custody", "contact_scheme": true, "months": 24},
	}}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	e, err := s.enter(s.code, word, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.s.Read(t.Context(), e.Token, "expect")
	if err != nil || len(u.Rights) == 0 {
		t.Fatalf("got %+v, %v, want what is owed", u, err)
	}
	for _, r := range u.Rights {
		if r.Key != "right.news" {
			t.Errorf("%s tells of a sentence that they were not told of", r.Key)
		}
	}
}

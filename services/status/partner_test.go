package status_test

import (
	"fmt"
	"strings"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

// untouched are the tables that hold what keeps somebody safe, and what was
// agreed with them.
var untouched = []string{
	"contact_channels", "contact_details", "contact_stops", "code_words", "contact_plans", "sharing_decisions", "referrals", "referral_shares", "referral_history",
	"cases", "victims", "related_people", "incidents", "clocks", "handoffs", "protections", "bars", "status_doors",
}

// rows is the text of every row of those tables.
func (s *stage) rows() map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, table := range untouched {
		var text string
		if err := s.Owner.QueryRow(s.t.Context(), fmt.Sprintf("select coalesce(string_agg(x::text, E'\\n' order by x::text), '') from %s x", table)).Scan(&text); err != nil {
			s.t.Fatal(err)
		}
		out[table] = text
	}
	return out
}

// TestAPartnerWithThePhoneTheCodeAndTheWordChangesNothing plays twenty moves of
// somebody who holds all three, and compares every row that keeps her safe.
func TestAPartnerWithThePhoneTheCodeAndTheWordChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	s.inside() // she looks first
	before := s.rows()
	token := s.inside()
	ask := func(kind models.StatusRequestKind, said string) func() error {
		return func() error {
			_, err := s.s.Ask(t.Context(), token, kind, said)
			return err
		}
	}
	read := func(part string) func() error {
		return func() error {
			u, err := s.s.Read(t.Context(), token, part)
			if strings.Contains(fmt.Sprintf("%+v", u), "call me") {
				t.Error("the page shows what was asked on it")
			}
			return err
		}
	}
	enter := func(code, word string) func() error {
		return func() error {
			e, err := s.enter(code, word, "192.0.2.1")
			if err == nil {
				token = e.Token
			}
			return err
		}
	}
	moves := []struct {
		what  string
		do    func() error
		fails bool
	}{
		{"reads what has happened", read("update"), false},
		{"reads what is due", read("expect"), false},
		{"asks for another number", ask(models.AskContact, "Use 07700 900999 from now on."), false},
		{"asks for it again", ask(models.AskContact, "I said 07700 900999."), false},
		{"asks that everything stops", ask(models.AskStop, "I do not want any help."), false},
		{"asks that nothing is shared", ask(models.AskSharing, "Share nothing."), false},
		{"asks who works on it", ask(models.AskCall, "Who are you? call me"), false},
		{"looks whether she asked for something", read("asked"), false},
		{"asks for what there is not", ask("safe", "Mark my number as safe."), true},
		{"asks with an order to the database", ask(models.AskCall, "'; update contact_channels set safe = 'yes'; --"), false},
		{"says more than there is room for", ask(models.AskCall, strings.Repeat("x", 501)), true},
		{"comes in a second time", enter(s.code, word), false},
		{"tries her other words", enter(s.code, "marigold"), true},
		{"tries a code like hers", enter(s.code[:7]+"0"+s.code[8:], word), true},
		{"tries the word as the code", enter(word, s.code), true},
		{"tries nothing", enter("", ""), true},
		{"is still on the page", read("update"), false},
		{"asks to stop once more", ask(models.AskStop, "Close the case."), false},
		{"leaves", func() error { return s.s.Leave(t.Context(), token) }, false},
		{"goes back", read("update"), true},
	}
	if len(moves) != 20 {
		t.Fatalf("got %d moves, want 20", len(moves))
	}
	for _, m := range moves {
		if err := m.do(); (err != nil) != m.fails {
			t.Errorf("%s: got %v", m.what, err)
		}
	}
	after := s.rows()
	for _, table := range untouched {
		if before[table] != after[table] {
			t.Errorf("%s is not as it was", table)
		}
	}
	// What is left are four tasks, whatever was said how often.
	if n := s.Count(t, "select count(*) from status_requests where case_id = $1 and done_at is null", s.c.ID); n != 4 {
		t.Errorf("got %d tasks, want one of each kind", n)
	}
}

// TestARequestIsOnlyMeantWhenItWasSaidSafely holds a worker to the rules, and
// the database to the same.
func TestARequestIsOnlyMeantWhenItWasSaidSafely(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	if _, err := s.s.Ask(t.Context(), s.inside(), models.AskStop, "Stop it all."); err != nil {
		t.Fatal(err)
	}
	seen, err := s.s.See(ctx, s.c.ID)
	if err != nil || len(seen.Requests) != 1 || seen.Requests[0].Said != "Stop it all." {
		t.Fatalf("got %v, %v", seen, err)
	}
	id := seen.Requests[0].ID
	before := s.rows()
	whole := models.StatusAnswer{Outcome: "meant", Channel: s.c.Phone.String(), Pressure: "no", Risk: "same"}
	for what, test := range map[string]struct {
		change func(*models.StatusAnswer)
		field  string
	}{
		"nobody was spoken to":          {func(a *models.StatusAnswer) { a.Channel = "" }, "channel"},
		"on a way that is not safe":     {func(a *models.StatusAnswer) { a.Channel = s.c.Text.String() }, "channel"},
		"on a way of nobody":            {func(a *models.StatusAnswer) { a.Channel = s.c.ID.String() }, "channel"},
		"under pressure":                {func(a *models.StatusAnswer) { a.Pressure = "yes" }, "pressure"},
		"without asking about pressure": {func(a *models.StatusAnswer) { a.Pressure = "not_asked" }, "pressure"},
		"without looking at the risk":   {func(a *models.StatusAnswer) { a.Risk = "not_known" }, "risk"},
	} {
		a := whole
		test.change(&a)
		_, err := s.s.Answer(ctx, s.c.ID, id, a)
		if f := models.FieldsOf(err); len(f) == 0 || f[0].Field != test.field {
			t.Errorf("%s: got %v %v, want a fault of %s", what, err, f, test.field)
		}
	}
	// Marked safe after she asked, it was not safe before.
	s.Do(t, "update status_requests set at = at - interval '40 days' where id = $1", id)
	if _, err := s.s.Answer(ctx, s.c.ID, id, whole); len(models.FieldsOf(err)) != 1 {
		t.Errorf("a way that was marked safe afterwards: got %v", err)
	}
	s.Do(t, "update status_requests set at = at + interval '40 days' where id = $1", id)
	if _, err := s.s.Answer(s.As("refuge"), s.c.ID, id, whole); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("somebody else's: got %v", err)
	}
	if n := changed(ctx, s, "update status_requests set done_at = now(), done_by = app_user_id(), done_by_org_id = app_org_id(), outcome = 'meant', pressure = 'yes', risk = 'same', channel = 'phone'"); n != 0 {
		t.Error("the database takes what was said under pressure")
	}
	whole.Outcome, whole.Pressure, whole.FreezeNow = "not_theirs", "unsure", true
	seen, err = s.s.Answer(ctx, s.c.ID, id, whole)
	if err != nil || seen.State() != "frozen" || seen.Requests[0].Outcome != "not_theirs" {
		t.Fatalf("got %v, %v %v", seen, err, models.FieldsOf(err))
	}
	if _, err := s.s.Answer(ctx, s.c.ID, id, whole); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("seen to twice: got %v", err)
	}
	after := s.rows()
	delete(before, "status_doors")
	for table, text := range before {
		if after[table] != text {
			t.Errorf("seeing to a request changes %s", table)
		}
	}
}

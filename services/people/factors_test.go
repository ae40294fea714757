package people_test

import (
	"cmp"
	"context"
	"errors"
	"testing"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/people"
)

// lost is a request that lacks nothing.
var lost = people.FactorsLost{Reason: "lost", Checked: "call_back"}

// has gives somebody a passkey, an app and a recovery code.
func (b *bench) has(t *testing.T, who string) {
	t.Helper()
	id := b.Person(who).ID
	for _, q := range []string{
		"insert into app_keys (id, user_id, sealed, name) values ($2, $1, 'x', 'App')",
		"insert into passkeys (id, user_id, credential_id, record, name) values ($2, $1, sha256($2::uuid::text::bytea), '{}', 'Key')",
		"insert into recovery_codes (id, user_id, code_hash) values ($2, $1, sha256('x'))",
	} {
		b.Do(t, q, id, models.NewID())
	}
}

// refusesInTheDatabase asks the database past the service.
func (b *bench) refusesInTheDatabase(t *testing.T) {
	t.Helper()
	b.has(t, "coordinator")
	for _, test := range [][2]string{
		{"orgadmin", "orgadmin"},
		{"orgadmin", "vawg"},
		{"orgadmin", "coordinator"},
		{"caseworker.manager", "support"},
		{"privacy", "support"},
		{"admin", "support"},
		{"admin", "coordinator"},
		{"admin", "admin"},
	} {
		outcome, undone := "", errors.New("undone")
		err := b.DB.Write(b.As(test[0]), func(ctx context.Context, tx *pg.Tx) error {
			return cmp.Or(tx.Scan(ctx, &outcome, "select app_factors_reset(?, null, ?)", b.Person(test[1]).ID, tx.Now), undone)
		})
		if !errors.Is(err, undone) || outcome != "unknown" {
			t.Errorf("%s of %s, past the service: got %q, %v, want it unknown", test[0], test[1], outcome, err)
		}
	}
}

const left = `select (select count(*) from passkeys where user_id = $1) + (select count(*) from app_keys where user_id = $1)
	+ (select count(*) from recovery_codes where user_id = $1) + (select count(*) from sessions where user_id = $1 and revoked_at is null)`

func TestAnAdministratorTakesAwayWhatAColleagueHasLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	support := b.Person("support").ID
	b.has(t, "support")
	for name, test := range map[string]struct {
		who, target string
		in          people.FactorsLost
		want        models.Code
	}{
		"without a reason":                       {"orgadmin", "support", people.FactorsLost{Checked: "in_person"}, models.CodeInvalid},
		"without having made sure":               {"orgadmin", "support", people.FactorsLost{Reason: "lost", Checked: "email"}, models.CodeInvalid},
		"their own":                              {"orgadmin", "orgadmin", lost, models.CodeForbidden},
		"of another organisation":                {"orgadmin", "vawg", lost, models.CodeNotFound},
		"by a manager":                           {"caseworker.manager", "support", lost, models.CodeForbidden},
		"by a system administrator":              {"admin", "support", lost, models.CodeNotFound},
		"of somebody who has none":               {"orgadmin", "caseworker", lost, models.CodeConflict},
		"of a role that is not theirs to manage": {"orgadmin", "coordinator", lost, models.CodeNotFound},
	} {
		if _, err := b.svc.ResetFactors(b.As(test.who), b.Person(test.target).ID, test.in); code(err) != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
	b.refusesInTheDatabase(t)
	if got := b.Count(t, left, support); got < 4 {
		t.Fatalf("got %d left, want nothing taken yet", got)
	}
	if out, err := b.svc.ResetFactors(b.As("orgadmin"), support, lost); err != nil || out.At.IsZero() {
		t.Fatalf("got %+v, %v, want it done", out, err)
	}
	if got := b.Count(t, left, support); got != 0 {
		t.Errorf("got %d factors and sessions left, want none", got)
	}
	for what, q := range map[string]string{
		"an event with why": "select count(*) from audit_events where action = 'user.factors_reset' and subject_id = $1 and detail->>'reason' = 'lost' and detail->>'checked' = 'call_back'",
		"a notice":          "select count(*) from account_notices where kind = 'factors_reset' and user_id = $1",
		"a message":         "select count(*) from outbox where topic = 'account.changed' and payload->>'user' = $1::text",
	} {
		if got := b.Count(t, q, support); got != 1 {
			t.Errorf("got %d of %s, want 1", got, what)
		}
	}
	// A password alone lets them in no more, though this installation asks nobody else for a second factor.
	s, err := b.accounts.SignIn(context.Background(), accounts.Credentials{Email: "support@demo.test", Password: testkit.Password, Kind: accounts.Page})
	if err != nil || !s.Pending {
		t.Fatalf("got %+v, %v, want them led to set up another", s, err)
	}
	if _, err := b.signIn("support@demo.test", testkit.Password); code(err) == "" {
		t.Error("an API client was let in with the password alone")
	}
	b.has(t, "support")
	d, err := b.svc.Get(b.As("orgadmin"), support)
	if err != nil || d.FactorOwed || d.FactorsResetAt == nil {
		t.Errorf("got %+v, %v, want nothing owed once there is another", d.Person, err)
	}
}

func TestNobodyHoldsBothHalvesOfAnAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	support := b.Person("support").ID
	other := b.Actor("support")
	b.has(t, "support")
	// The link of a new password first: then not the factors, by whoever has had it in their hands.
	i, err := b.svc.StartReset(b.As("orgadmin"), support)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.ResetFactors(b.As("orgadmin"), support, lost); code(err) != models.CodeConflict {
		t.Errorf("with the link in hand: got %v, want a conflict", err)
	}
	b.Do(t, "update invitations set invited_by = $2 where id = $1", i.ID, other.UserID)
	if _, err := b.svc.ResetFactors(b.As("orgadmin"), support, lost); code(err) != models.CodeConflict {
		t.Errorf("with a link that somebody else asked for: got %v, want a conflict", err)
	}
	if _, err := b.svc.TakeBack(b.As("orgadmin"), i.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.ResetFactors(b.As("orgadmin"), support, lost); err != nil {
		t.Fatalf("once the link is taken back: got %v", err)
	}
	// The factors first: then no link, neither a new one nor an old one made again.
	if _, err := b.svc.StartReset(b.As("orgadmin"), support); code(err) != models.CodeConflict {
		t.Errorf("a link after the factors: got %v, want a conflict", err)
	}
	b.Do(t, "update users set factors_reset_at = now() - interval '8 days' where id = $1", support)
	if i, err = b.svc.StartReset(b.As("orgadmin"), support); err != nil {
		t.Fatalf("a week later: got %v", err)
	}
	b.Do(t, "update users set factors_reset_at = now() where id = $1", support)
	if _, err := b.svc.MakeLink(b.As("orgadmin"), i.ID); code(err) != models.CodeConflict {
		t.Errorf("an old link made again: got %v, want a conflict", err)
	}
	if got := b.Count(t, "select count(*) from users where factors_reset_by = $1 and id = $2", b.Person("orgadmin").ID, support); got != 1 {
		t.Errorf("got %d rows that say who did it, want 1", got)
	}
}

func TestForARoleThatCrossesOrganisationsItTakesTwo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.As("admin.second")
	coordinator := b.Person("coordinator").ID
	b.has(t, "coordinator")
	out, err := b.svc.ResetFactors(b.As("admin"), coordinator, lost)
	if err != nil || !out.At.IsZero() {
		t.Fatalf("got %+v, %v, want it to wait", out, err)
	}
	if got := b.Count(t, left, coordinator); got < 4 {
		t.Fatalf("got %d left, want nothing taken by one alone", got)
	}
	if _, err := b.approvals.Approve(b.As("admin"), out.ApprovalID, ""); code(err) != models.CodeForbidden {
		t.Errorf("approving one's own: got %v, want forbidden", err)
	}
	if _, err := b.approvals.Approve(second, out.ApprovalID, ""); err != nil {
		t.Fatal(err)
	}
	if got := b.Count(t, left, coordinator); got != 0 {
		t.Errorf("got %d left, want none", got)
	}
	// Whose factors they are decides nothing about it.
	b.has(t, "admin.second")
	if out, err = b.svc.ResetFactors(b.As("admin"), b.Person("admin.second").ID, lost); err != nil {
		t.Fatal(err)
	}
	if _, err := b.approvals.Approve(second, out.ApprovalID, ""); code(err) != models.CodeConflict {
		t.Errorf("approving the loss of one's own: got %v, want a conflict", err)
	}
}

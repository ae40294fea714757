package people_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/approvals"
	"throughline/services/directory"
	"throughline/services/people"
	"throughline/services/referrals"
)

// bench is a stage with the services under test.
type bench struct {
	*testkit.Stage
	svc       *people.Service
	approvals *approvals.Service
	accounts  *accounts.Service
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	a := approvals.New(w.DB)
	return &bench{Stage: w, approvals: a, svc: people.New(w.DB, a, "https://throughline.test/"), accounts: accounts.New(w.DB)}
}

const secret = "seven tall lamps by the canal"

func (b *bench) signIn(email, password string) (accounts.Started, error) {
	return b.accounts.SignIn(context.Background(), accounts.Credentials{Email: email, Password: password, Kind: accounts.API, IP: netip.MustParseAddr("192.0.2.9")})
}

// joins uses a link as its holder would.
func (b *bench) joins(t *testing.T, link, name string) {
	t.Helper()
	if err := b.svc.Use(context.Background(), token(t, link), name, secret); err != nil {
		t.Fatalf("using the link: %v %v", err, models.FieldsOf(err))
	}
}

func token(t *testing.T, link string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(link, "https://throughline.test/invitation/")
	if !ok {
		t.Fatalf("got the link %q, want one that begins as the settings say", link)
	}
	return rest
}

func (b *bench) invite(t *testing.T, who string, in people.NewInvitation) people.Invitation {
	t.Helper()
	i, err := b.svc.Invite(b.As(who), in)
	if err != nil {
		t.Fatalf("%s invites: %v %v", who, err, models.FieldsOf(err))
	}
	return i
}

func code(err error) models.Code {
	if err == nil {
		return ""
	}
	return models.CodeOf(err)
}

func TestAnInvitationLetsOnePersonInOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	i := b.invite(t, "orgadmin", people.NewInvitation{Email: "New.Colleague@Demo.test", Role: models.RoleCaseworker})
	open, err := b.svc.Opened(context.Background(), token(t, i.Link))
	if err != nil || open != (people.Opening{OrgName: "London Victim Service", Kind: "joining", State: "open"}) {
		t.Fatalf("got %+v, %v, want the organisation's name alone", open, err)
	}
	if err := b.svc.Use(context.Background(), token(t, i.Link), "Nia Farrow", "password1234"); code(err) != models.CodeInvalid {
		t.Errorf("a common password: got %v, want invalid", err)
	}
	b.joins(t, i.Link, "Nia Farrow")
	if s, err := b.signIn("new.colleague@demo.test", secret); err != nil || s.Actor.Role != models.RoleCaseworker || s.Actor.OrgName != "London Victim Service" || s.Actor.Name != "Nia Farrow" {
		t.Errorf("got %+v, %v, want the newcomer signed in as invited", s.Actor, err)
	}
	if err := b.svc.Use(context.Background(), token(t, i.Link), "Somebody Else", secret); code(err) != models.CodeConflict {
		t.Errorf("a second use: got %v, want a conflict", err)
	}
	if err := b.svc.Use(context.Background(), "tli_"+strings.Repeat("A", 43), "Nobody", secret); code(err) != models.CodeNotFound {
		t.Errorf("a token that is none: got %v, want not found", err)
	}
	if got := b.Count(t, "select count(*) from outbox where topic = 'account.invited' and payload->>'invitation' = $1", i.ID.String()); got != 1 {
		t.Errorf("got %d messages, want one for the mailer", got)
	}
	if got := b.Count(t, "select count(*) from audit_events where action = 'account.invitation_used' and detail->>'outcome' = 'joined' and actor_org_id = $1", i.OrgID); got != 1 {
		t.Errorf("got %d events in the organisation's trail, want one", got)
	}
}

func TestALinkEndsAfterADayWhenAnotherIsMadeAndWhenItIsTakenBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	begin := func() people.Invitation {
		return b.invite(t, "orgadmin", people.NewInvitation{Email: uuid.NewString() + "@demo.test", Role: models.RoleCaseworker})
	}
	use := func(i people.Invitation) models.Code {
		return code(b.svc.Use(context.Background(), token(t, i.Link), "Nia Farrow", secret))
	}
	late := begin()
	if d := time.Until(*late.ExpiresAt); d > 24*time.Hour || d < 23*time.Hour {
		t.Errorf("got a link for %s, want a day", d)
	}
	b.Do(t, "update invitations set issued_at = issued_at - interval '24 hours', expires_at = expires_at - interval '24 hours' where id = $1", late.ID)
	if got := use(late); got != models.CodeConflict {
		t.Errorf("after a day: got %q, want a conflict", got)
	}
	first := begin()
	second, err := b.svc.MakeLink(b.As("orgadmin"), first.ID)
	if err != nil || second.Link == first.Link {
		t.Fatalf("got %v and the same link, want another", err)
	}
	if got := use(first); got != models.CodeNotFound {
		t.Errorf("the link before: got %q, want not found", got)
	}
	if _, err := b.svc.TakeBack(b.As("orgadmin"), first.ID); err != nil {
		t.Fatal(err)
	}
	if got := use(second); got != models.CodeConflict {
		t.Errorf("what was taken back: got %q, want a conflict", got)
	}
	if _, err := b.svc.MakeLink(b.As("orgadmin"), first.ID); code(err) != models.CodeConflict {
		t.Errorf("a link for what was taken back: got %v, want a conflict", err)
	}
	for _, who := range []string{"admin", "caseworker.manager", "police.manager"} {
		if _, err := b.svc.MakeLink(b.As(who), late.ID); code(err) != models.CodeNotFound && code(err) != models.CodeForbidden {
			t.Errorf("%s makes a link: got %v, want it refused", who, err)
		}
	}
}

func TestAChangeOfRoleOrAnEndBitesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	reads := func() models.Code {
		return code(b.DB.Read(b.As("support"), func(ctx context.Context, tx *pg.Tx) error {
			var n int
			return tx.Scan(ctx, &n, "select count(*) from users")
		}))
	}
	if got := reads(); got != "" {
		t.Fatalf("before: got %q", got)
	}
	id := b.Person("support").ID
	d, err := b.svc.ChangeRole(b.As("orgadmin"), id, models.RoleCaseworker)
	if err != nil || d.Role != models.RoleCaseworker {
		t.Fatalf("got %+v, %v", d.Person, err)
	}
	if got := reads(); got != models.CodeUnauthenticated {
		t.Errorf("after another role: got %q, want the session ended", got)
	}
	if s, err := b.signIn("support@demo.test", testkit.Password); err != nil || s.Actor.Role != models.RoleCaseworker {
		t.Errorf("got %+v, %v, want them signed in as what they are", s.Actor, err)
	}
	if _, err := b.svc.Disable(b.As("orgadmin"), id, people.Leaving{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.signIn("support@demo.test", testkit.Password); code(err) != models.CodeUnauthenticated {
		t.Errorf("after leaving: got %v, want them refused", err)
	}
	if _, err := b.svc.Disable(b.As("orgadmin"), id, people.Leaving{}); code(err) != models.CodeConflict {
		t.Errorf("twice: got %v, want a conflict", err)
	}
	if _, err := b.svc.Enable(b.As("orgadmin"), id); err != nil {
		t.Fatal(err)
	}
	if _, err := b.signIn("support@demo.test", testkit.Password); err != nil {
		t.Errorf("restored: got %v", err)
	}
}

func TestWhoLeavesLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// Ashdown gets an administrator of its own.
	b.Do(t, "update users set role = 'organisation_admin' where id = $1", b.Person("vawg.manager").ID)
	b.Do(t, "insert into sessions (id, user_id, org_id, role, kind, idle_expires_at, expires_at) select $2, id, org_id, role, 'api', now() + interval '1 hour', now() + interval '1 hour' from users where id = $1",
		b.Person("vawg.manager").ID, uuid.MustParse("018f0000-0000-7000-8000-000000000001"))
	admin := b.Actor("vawg.manager")
	admin.Role, admin.SessionID = models.RoleOrganisationAdmin, uuid.MustParse("018f0000-0000-7000-8000-000000000001")
	ctx := models.WithActor(context.Background(), admin)
	c := b.Case(t, b.As("police"))
	r := b.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted)
	vawg, second := b.Person("vawg").ID, b.Person("vawg.second").ID
	b.Do(t, "update referrals set worker_id = $2 where id = $1", r.ID, vawg)
	b.Do(t, "insert into referral_assignments (id, referral_id, worker_id, from_at, by_user_id) values ($1, $2, $3, now(), $3)", models.NewID(), r.ID, vawg)
	d, err := b.svc.Get(ctx, vawg)
	if err != nil || d.Holds.Referrals != 1 {
		t.Fatalf("got %+v, %v, want one referral in hand", d.Holds, err)
	}
	if _, err := b.svc.Disable(ctx, vawg, people.Leaving{}); code(err) != models.CodeInvalid {
		t.Errorf("with work in hand and nobody to take it: got %v, want invalid", err)
	}
	for name, to := range map[string]people.Leaving{
		"a stranger": {WorkerID: b.Person("police").ID}, "themselves": {WorkerID: vawg}, "an administrator": {WorkerID: admin.UserID},
		"both": {WorkerID: second, Team: "Intake"}, "a long team": {Team: strings.Repeat("x", 81)},
	} {
		if _, err := b.svc.Disable(ctx, vawg, to); code(err) != models.CodeInvalid {
			t.Errorf("to %s: got %v, want invalid", name, err)
		}
	}
	if _, err := b.svc.Disable(ctx, vawg, people.Leaving{WorkerID: second}); err != nil {
		t.Fatal(err)
	}
	for what, q := range map[string]string{
		"the referral":      "select count(*) from referrals where id = $1 and worker_id = $2 and version = 4",
		"its history":       "select count(*) from referral_history where referral_id = $1 and action = 'assign' and version = 4 and length(detail) > 40 and $2::uuid is not null",
		"its assignments":   "select count(*) from referral_assignments where referral_id = $1 and until_at is null and worker_id = $2",
		"its event":         "select count(*) from audit_events where action = 'referral.assigned' and subject_id = $1 and $2::uuid is not null",
		"a line to tell":    "select count(*) from outbox where topic = 'referral.assigned' and referral_id = $1 and $2::uuid is not null",
		"the leaver is out": "select count(*) from users where disabled_at is not null and $1::uuid is not null and $2::uuid is not null",
	} {
		if got := b.Count(t, q, r.ID, second); got != 1 {
			t.Errorf("%s: got %d, want 1", what, got)
		}
	}
	// A manager gives a colleague's work to a team without anybody leaving.
	svc := referrals.New(b.DB, models.MustCalendar(), directory.New(b.DB))
	b.Do(t, "update users set role = 'provider_manager' where id = $1", second)
	if n, err := svc.Reassign(b.As("refuge.manager"), second, referrals.To{Team: "Intake"}); n != 0 || code(err) != models.CodeNotFound {
		t.Errorf("a stranger's manager: got %d, %v, want not found", n, err)
	}
	if n, err := svc.Reassign(b.As("refuge"), second, referrals.To{Team: "Intake"}); n != 0 || code(err) != models.CodeForbidden {
		t.Errorf("a worker: got %d, %v, want forbidden", n, err)
	}
}

func TestAManagerGivesAColleaguesWorkToATeam(t *testing.T) {
	t.Parallel()
	b := setup(t)
	svc := referrals.New(b.DB, models.MustCalendar(), directory.New(b.DB))
	c := b.Case(t, b.As("police"))
	r := b.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted)
	vawg := b.Person("vawg").ID
	b.Do(t, "update referrals set worker_id = $2 where id = $1", r.ID, vawg)
	if n, err := svc.Reassign(b.As("vawg.manager"), vawg, referrals.To{Team: "Intake"}); n != 1 || err != nil {
		t.Fatalf("got %d, %v, want one referral given on", n, err)
	}
	v, err := svc.Get(b.As("vawg.second"), r.ID)
	if err != nil || v.Team == nil || *v.Team != "Intake" || v.Worker != nil {
		t.Errorf("got %v %v, %v, want it with the team", v.Team, v.Worker, err)
	}
	if n, err := svc.Reassign(b.As("vawg.manager"), vawg, referrals.To{Team: "Intake"}); n != 0 || err != nil {
		t.Errorf("again: got %d, %v, want nothing left", n, err)
	}
	// What a colleague must not see is not given to them, and what the manager
	// must not see is not theirs to move.
	b.Do(t, "update referrals set worker_id = $2, team = null, to_people = array[$2, $3]::uuid[] where id = $1", r.ID, vawg, b.Person("vawg.manager").ID)
	if n, err := svc.Reassign(b.As("vawg.manager"), vawg, referrals.To{WorkerID: b.Person("vawg.second").ID}); n != 1 || err != nil {
		t.Errorf("got %d, %v, want it moved", n, err)
	}
	if got := b.Count(t, "select count(*) from referrals where id = $1 and worker_id is null and team = 'To be given out'", r.ID); got != 1 {
		t.Error("a colleague was given what they must not see")
	}
	b.Do(t, "update referrals set worker_id = $2, to_people = array[$2]::uuid[] where id = $1", r.ID, vawg)
	if n, err := svc.Reassign(b.As("vawg.manager"), vawg, referrals.To{Team: "Intake"}); n != 0 || err != nil {
		t.Errorf("got %d, %v, want what the manager does not see left alone", n, err)
	}
}

func TestNobodyChangesThemselvesOrWhoIsNotTheirs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, test := range []struct {
		who, target string
		want        models.Code
	}{
		{"orgadmin", "orgadmin", models.CodeForbidden},
		{"orgadmin", "police", models.CodeNotFound},
		{"orgadmin", "admin", models.CodeNotFound},
		{"admin", "admin", models.CodeForbidden},
		{"admin", "police", models.CodeNotFound},
		{"police.manager", "police", models.CodeForbidden},
		{"privacy", "support", models.CodeForbidden},
		{"caseworker.manager", "support", models.CodeForbidden},
	} {
		id := b.Person(test.target).ID
		for name, act := range map[string]func(context.Context) error{
			"disable": func(ctx context.Context) error { _, err := b.svc.Disable(ctx, id, people.Leaving{}); return err },
			"enable":  func(ctx context.Context) error { _, err := b.svc.Enable(ctx, id); return err },
			"reset":   func(ctx context.Context) error { _, err := b.svc.StartReset(ctx, id); return err },
			"role":    func(ctx context.Context) error { _, err := b.svc.ChangeRole(ctx, id, models.RoleManager); return err },
		} {
			got := code(act(b.As(test.who)))
			if got != test.want && (name != "role" || got != models.CodeForbidden) {
				t.Errorf("%s: %s %s: got %q, want %q", test.who, name, test.target, got, test.want)
			}
		}
	}
	if got := b.Count(t, "select count(*) from users where disabled_at is not null or version > 1"); got != 0 {
		t.Errorf("%d people were changed", got)
	}
}

// TestEveryGrantIsHeldToTheTable tries every giver with every role, to a
// newcomer of their own organisation, of another, and to themselves.
func TestEveryGrantIsHeldToTheTable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	givers := map[models.Role]string{}
	for key, p := range b.People() {
		if givers[p.Role] == "" || key < givers[p.Role] {
			givers[p.Role] = key
		}
	}
	for giver, who := range givers {
		actor := b.Actor(who)
		for _, role := range append(models.Roles(), models.RoleSystem) {
			for _, org := range []string{testkit.OrgPolice, testkit.OrgVictims, testkit.OrgCoordination, testkit.OrgCommissioner, testkit.OrgOperator, testkit.OrgWitnessCare} {
				to := b.Org(org)
				if giver != models.RoleSystemAdmin && to.ID != actor.OrgID {
					continue // everybody else invites into their own organisation, whatever they send
				}
				table := models.MayGrant(actor, role, models.Person{OrgID: to.ID, OrgKind: to.Kind})
				i, err := b.svc.Invite(b.As(who), people.NewInvitation{OrgID: to.ID, Email: uuid.NewString() + "@demo.test", Role: role, Reason: "It is needed."})
				switch {
				case table.Allowed && err != nil:
					t.Errorf("%s invites a %s of %s: got %v %v, the table says %s", giver, role, org, err, models.FieldsOf(err), table.Effect())
				case table.Allowed && (i.Link == "") != role.Crosses():
					t.Errorf("%s invites a %s of %s: got a link %v, and the role takes two: %v", giver, role, org, i.Link != "", role.Crosses())
				case !table.Allowed && err == nil:
					t.Errorf("%s invites a %s of %s, and the table denies it", giver, role, org)
				}
			}
		}
	}
	for _, role := range models.Roles() {
		if _, err := b.svc.ChangeRole(b.As("orgadmin"), b.Person("orgadmin").ID, role); code(err) != models.CodeForbidden {
			t.Errorf("an administrator gives themselves %s: got %v, want forbidden", role, err)
		}
		_, err := b.svc.ChangeRole(b.As("orgadmin"), b.Person("support").ID, role)
		table := models.MayGrant(b.Actor("orgadmin"), role, models.Person{ID: b.Person("support").ID, OrgID: b.Person("support").Org.ID, OrgKind: models.KindCharity})
		if simple := table.Effect() == "allow_with:step_up"; simple != (err == nil) && code(err) != models.CodeConflict {
			t.Errorf("an administrator gives a colleague %s: got %v, the table says %s", role, err, table.Effect())
		}
	}
}

func TestARoleThatCrossesOrganisationsTakesTwo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	i := b.invite(t, "admin", people.NewInvitation{OrgID: b.Org(testkit.OrgPolice).ID, Email: "police.admin@demo.test", Role: models.RoleOrganisationAdmin, Reason: "Nobody manages accounts there."})
	if i.Link != "" || i.State(time.Now()) != "asked" {
		t.Fatalf("got %+v, want no link before a second person approves", i)
	}
	if _, err := b.svc.MakeLink(b.As("admin.second"), i.ID); code(err) != models.CodeConflict {
		t.Errorf("a link before the approval: got %v, want a conflict", err)
	}
	if _, err := b.approvals.Approve(b.As("admin"), i.ApprovalID, ""); code(err) != models.CodeForbidden {
		t.Errorf("approving what one asked for: got %v, want forbidden", err)
	}
	v, err := b.approvals.Approve(b.As("admin.second"), i.ApprovalID, "")
	if err != nil || len(v.Facts) != 3 || v.Facts[1].Value != "police.admin@demo.test" {
		t.Fatalf("got %+v, %v, want it approved with what was asked for", v.Facts, err)
	}
	made, err := b.svc.MakeLink(b.As("admin"), i.ID)
	if err != nil || made.Link == "" {
		t.Fatalf("got %v, want a link", err)
	}
	b.joins(t, made.Link, "Petra Vale")
	if s, err := b.signIn("police.admin@demo.test", secret); err != nil || s.Actor.Role != models.RoleOrganisationAdmin || s.Actor.OrgID != b.Org(testkit.OrgPolice).ID {
		t.Errorf("got %+v, %v", s.Actor, err)
	}
	// Somebody who works there already keeps their name and password.
	again := b.invite(t, "admin.second", people.NewInvitation{OrgID: b.Org(testkit.OrgVictims).ID, Email: "support@demo.test", Role: models.RoleOrganisationAdmin, Reason: "A deputy."})
	if _, err := b.approvals.Approve(b.As("admin"), again.ApprovalID, ""); err != nil {
		t.Fatal(err)
	}
	if made, err = b.svc.MakeLink(b.As("admin"), again.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.svc.Use(context.Background(), token(t, made.Link), "", ""); err != nil {
		t.Fatal(err)
	}
	if s, err := b.signIn("support@demo.test", testkit.Password); err != nil || s.Actor.Role != models.RoleOrganisationAdmin || s.Actor.Name != "Joel Mbeki" {
		t.Errorf("got %+v, %v, want the same person with the new role", s.Actor, err)
	}
}

func TestAResetKeepsThePersonAndEndsTheOldPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.svc.StartReset(b.As("orgadmin"), b.Person("support").ID)
	if err != nil {
		t.Fatal(err)
	}
	i, err := b.svc.StartReset(b.As("orgadmin"), b.Person("support").ID)
	if err != nil || i.Kind != "reset" || i.Link == "" {
		t.Fatalf("got %+v, %v, want a link", i, err)
	}
	if err := b.svc.Use(context.Background(), token(t, first.Link), "", secret); code(err) != models.CodeConflict {
		t.Errorf("the link before: got %v, want a conflict", err)
	}
	if _, err := b.signIn("support@demo.test", testkit.Password); err != nil {
		t.Errorf("until it is used the old password works: got %v", err)
	}
	b.joins(t, i.Link, "Another Name")
	if _, err := b.signIn("support@demo.test", testkit.Password); code(err) != models.CodeUnauthenticated {
		t.Errorf("the old password: got %v, want it refused", err)
	}
	if s, err := b.signIn("support@demo.test", secret); err != nil || s.Actor.Name != "Joel Mbeki" || s.Actor.Role != models.RoleProviderWorker {
		t.Errorf("got %+v, %v, want the same person", s.Actor, err)
	}
	taken, err := b.svc.StartReset(b.As("orgadmin"), b.Person("privacy").ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.Disable(b.As("orgadmin"), b.Person("privacy").ID, people.Leaving{}); err != nil {
		t.Fatal(err)
	}
	if err := b.svc.Use(context.Background(), token(t, taken.Link), "", secret); code(err) != models.CodeConflict {
		t.Errorf("a reset of somebody who left: got %v, want a conflict", err)
	}
	if _, err := b.svc.Enable(b.As("orgadmin"), b.Person("privacy").ID); err != nil {
		t.Fatal(err)
	}
	if err := b.svc.Use(context.Background(), token(t, taken.Link), "", secret); code(err) != models.CodeConflict {
		t.Errorf("a reset of before somebody left and came back: got %v, want a conflict", err)
	}
}

// TestTheDatabaseHoldsTheRulesWithoutTheService tries what a fault in the
// service would let through.
func TestTheDatabaseHoldsTheRulesWithoutTheService(t *testing.T) {
	t.Parallel()
	b := setup(t)
	colleague, own := b.Person("support").ID, b.Person("orgadmin").ID
	run := func(who, statement string, args ...any) (int64, error) {
		var n int64
		err := b.DB.Write(b.As(who), func(ctx context.Context, tx *pg.Tx) (err error) {
			if n, err = tx.Exec(ctx, statement, args...); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "test.tried", SubjectType: "user"})
		})
		return n, err
	}
	const role = "update users set role = ? where id = ?"
	for name, test := range map[string]struct {
		who, statement string
		args           []any
	}{
		"an administrator gives themselves a role":         {"orgadmin", role, []any{"caseworker", own}},
		"an administrator gives a role that crosses":       {"orgadmin", role, []any{"organisation_admin", colleague}},
		"a manager gives a role":                           {"caseworker.manager", role, []any{"manager", colleague}},
		"a system administrator gives a role alone":        {"admin", role, []any{"system_admin", b.Person("coordinator").ID}},
		"a system administrator touches a caseworker":      {"admin", role, []any{"organisation_admin", b.Person("police").ID}},
		"a system administrator ends their own access":     {"admin", "update users set disabled_at = now() where id = ?", []any{b.Person("admin").ID}},
		"an administrator ends a stranger's access":        {"orgadmin", "update users set disabled_at = now() where id = ?", []any{b.Person("police").ID}},
		"an invitation in another's name":                  {"orgadmin", invited, []any{b.Org(testkit.OrgVictims).ID, "caseworker", colleague, "organisation_admin"}},
		"an invitation as another role":                    {"orgadmin", invited, []any{b.Org(testkit.OrgVictims).ID, "caseworker", own, "system_admin"}},
		"an invitation into another organisation":          {"orgadmin", invited, []any{b.Org(testkit.OrgPolice).ID, "caseworker", own, "organisation_admin"}},
		"an invitation to a role that crosses":             {"orgadmin", invited, []any{b.Org(testkit.OrgVictims).ID, "system_admin", own, "organisation_admin"}},
		"a system administrator invites a caseworker":      {"admin", invited, []any{b.Org(testkit.OrgPolice).ID, "caseworker", b.Person("admin").ID, "system_admin"}},
		"a caseworker invites":                             {"caseworker", invited, []any{b.Org(testkit.OrgVictims).ID, "caseworker", b.Person("caseworker").ID, "caseworker"}},
		"a worker takes a colleague's referrals from them": {"support", "select 1 where app_reassign(?, ?, null, now(), null, null) > 0", []any{b.Person("caseworker").ID, colleague}},
	} {
		if n, err := run(test.who, test.statement, test.args...); err == nil && n > 0 {
			t.Errorf("%s: got %d rows", name, n)
		}
	}
	if got := b.Count(t, "select count(*) from users where version > 1 or disabled_at is not null") + b.Count(t, "select count(*) from invitations"); got != 0 {
		t.Errorf("got %d rows changed, want none", got)
	}
	// Two tables of the same roles are one.
	for _, r := range models.Roles() {
		var got bool
		if err := b.Owner.QueryRow(t.Context(), "select app_crosses($1)", string(r)).Scan(&got); err != nil || got != r.Crosses() {
			t.Errorf("%s crosses: the database says %v, %v, the table %v", r, got, err, r.Crosses())
		}
	}
}

const invited = `insert into invitations (id, org_id, kind, email, role, invited_by, invited_by_role, invited_at)
	values (gen_random_uuid(), ?, 'joining', 'x@demo.test', ?, ?, ?, now())`

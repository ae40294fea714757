package approvals_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/approvals"
)

// bench is a stage on which caseworkers ask and managers decide.
type bench struct {
	*testkit.Stage
	svc  *approvals.Service
	done []uuid.UUID // what was carried out
	fail error       // what carrying out meets
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	b := &bench{Stage: w, svc: approvals.New(w.DB)}
	b.svc.Add(approvals.Kind{
		Name: "stage.act", Words: "Do what takes two", Roles: []models.Role{models.RoleManager, models.RoleProviderManager}, Lasts: 48 * time.Hour,
		Apply: func(_ context.Context, _ *pg.Tx, a models.Approval) error {
			if b.fail == nil {
				b.done = append(b.done, a.ID)
			}
			return b.fail
		},
		Facts: func(_ context.Context, _ *pg.Tx, a models.Approval) ([]approvals.Fact, error) {
			var in struct{ Code string }
			err := a.Into(&in)
			return []approvals.Fact{{Key: "What", Value: in.Code}}, err
		},
	})
	return b
}

func (b *bench) ask(t *testing.T, who string, change ...func(*approvals.Request)) uuid.UUID {
	t.Helper()
	a, err := b.tryAsk(who, change...)
	if err != nil {
		t.Fatalf("%s asks: %v", who, err)
	}
	return a.ID
}

func (b *bench) tryAsk(who string, change ...func(*approvals.Request)) (models.Approval, error) {
	r := approvals.Request{Kind: "stage.act", SubjectType: "case", SubjectID: uuid.New(), Payload: map[string]string{"code": "the_code"}, Reason: "It has to be done."}
	for _, c := range change {
		c(&r)
	}
	var out models.Approval
	err := b.DB.Write(b.As(who), func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = b.svc.RequestTx(ctx, tx, r)
		return err
	})
	return out, err
}

func (b *bench) events(t *testing.T, action string, id uuid.UUID) int {
	t.Helper()
	return b.Count(t, "select count(*) from audit_events where action = $1 and subject_id = $2", action, id)
}

func TestWhatTakesTwoIsDoneByTwo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.ask(t, "police")
	v, err := b.svc.Get(b.As("police.manager"), id)
	if err != nil || !v.MayDecide || v.Own || v.State != "waiting" || len(v.Facts) != 1 || v.Facts[0].Value != "the_code" || v.RequestedByName != "Priya Nair" {
		t.Fatalf("got %+v, %v, want a request the manager may decide", v, err)
	}
	if n, err := b.svc.Waiting(b.As("police.manager")); n != 1 || err != nil {
		t.Errorf("got %d waiting, %v, want 1", n, err)
	}
	v, err = b.svc.Approve(b.As("police.manager"), id, "Seen and agreed.")
	if err != nil || v.State != "approved" || v.DecidedByName != "Ruth Castellan" || len(b.done) != 1 || b.done[0] != id {
		t.Fatalf("got %+v, %v and %v done, want it approved and done once", v, err, b.done)
	}
	if _, err = b.svc.Approve(b.As("police.manager"), id, ""); models.CodeOf(err) != models.CodeConflict || len(b.done) != 1 {
		t.Errorf("again: got %v and %d done, want a conflict", err, len(b.done))
	}
	for _, action := range []string{"approval.requested", "approval.viewed", "approval.approved"} {
		if got := b.events(t, action, id); got != 1 {
			t.Errorf("got %d events %s, want 1", got, action)
		}
	}
}

func TestNobodyDecidesWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.ask(t, "police.manager")
	if _, err := b.svc.Approve(b.As("police.manager"), id, ""); models.CodeOf(err) != models.CodeForbidden || len(b.done) != 0 {
		t.Errorf("got %v and %d done, want forbidden", err, len(b.done))
	}
	// The database refuses it too, whatever the service were to say.
	err := b.DB.Write(b.As("police.manager"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "update approvals set decision = 'approved', decided_by = requested_by, decided_at = ? where id = ?", tx.Now, id)
		return err
	})
	if got := pg.Constraint(err); got != "approvals_second_person" {
		t.Errorf("got %v, want the constraint approvals_second_person", err)
	}
	if _, err := b.svc.Withdraw(b.As("police.manager"), id); err != nil {
		t.Errorf("taking it back: %v", err)
	}
}

func TestOnlyWhoDecidesOrAskedFindsARequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.ask(t, "police")
	hidden := b.ask(t, "police", func(r *approvals.Request) { r.HiddenFrom = []uuid.UUID{b.Person("police.manager").ID} })
	for _, who := range []string{"police.second", "vawg.manager", "orgadmin", "admin", "privacy"} {
		if _, err := b.svc.Get(b.As(who), id); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s: got %v, want not found", who, err)
		}
		if _, err := b.svc.Approve(b.As(who), id, ""); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s approving: got %v, want not found", who, err)
		}
		if list, _, err := b.svc.List(b.As(who), approvals.Query{}); len(list) != 0 || err != nil {
			t.Errorf("%s: got %d requests, %v, want none", who, len(list), err)
		}
	}
	if _, err := b.svc.Withdraw(b.As("police.manager"), id); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("taking back what somebody else asked for: got %v, want forbidden", err)
	}
	if _, err := b.svc.Get(b.As("police.manager"), hidden); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("what is hidden from its reader: got %v, want not found", err)
	}
	if list, _, _ := b.svc.List(b.As("police.manager"), approvals.Query{Waiting: true}); len(list) != 1 || list[0].ID != id {
		t.Errorf("got %d requests, want the one that is not hidden", len(list))
	}
	if len(b.done) != 0 {
		t.Errorf("got %d done, want none", len(b.done))
	}
}

func TestARequestEndsRefusedWithdrawnOrByTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refused, withdrawn, late := b.ask(t, "police"), b.ask(t, "police"), b.ask(t, "police")
	if _, err := b.svc.Refuse(b.As("police.manager"), refused, " "); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("without a reason: got %v, want invalid", err)
	}
	if v, err := b.svc.Refuse(b.As("police.manager"), refused, "Not needed."); err != nil || v.State != "refused" {
		t.Errorf("got %+v, %v, want it refused", v, err)
	}
	if v, err := b.svc.Withdraw(b.As("police"), withdrawn); err != nil || v.State != "withdrawn" {
		t.Errorf("got %+v, %v, want it withdrawn", v, err)
	}
	b.Clock.Advance(48 * time.Hour)
	for name, act := range map[string]func() error{
		"refused":   func() error { _, err := b.svc.Approve(b.As("police.manager"), refused, ""); return err },
		"withdrawn": func() error { _, err := b.svc.Approve(b.As("police.manager"), withdrawn, ""); return err },
		"too late":  func() error { _, err := b.svc.Approve(b.As("police.manager"), late, ""); return err },
	} {
		if err := act(); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("%s: got %v, want a conflict", name, err)
		}
	}
	if v, err := b.svc.Get(b.As("police"), late); err != nil || v.State != "expired" || v.MayDecide {
		t.Errorf("got %+v, %v, want it expired", v, err)
	}
	if len(b.done) != 0 {
		t.Errorf("got %d done, want none", len(b.done))
	}
}

func TestTheSameIsAskedForOnceAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	about := uuid.New()
	same := func(r *approvals.Request) { r.SubjectID = about }
	b.ask(t, "police", same)
	if _, err := b.tryAsk("police", same); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v, want a conflict", err)
	}
	b.Clock.Advance(48 * time.Hour)
	b.ask(t, "police", same) // the first has ended by time
}

func TestWhatCannotBeCarriedOutIsNotApproved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.ask(t, "police")
	b.fail = models.Conflict("It has changed.")
	if _, err := b.svc.Approve(b.As("police.manager"), id, ""); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v, want what carrying out met", err)
	}
	if v, err := b.svc.Get(b.As("police"), id); err != nil || v.State != "waiting" {
		t.Errorf("got %+v, %v, want it to wait still", v, err)
	}
	other := approvals.New(b.DB) // a release that knows no such kind
	if _, err := other.Approve(b.As("police.manager"), id, ""); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a kind nobody knows: got %v, want a conflict", err)
	}
}

func TestAListOfRequestsIsReadInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 5 {
		b.ask(t, "police")
	}
	seen := map[uuid.UUID]bool{}
	cursor := ""
	for range 3 {
		list, next, err := b.svc.List(b.As("police.manager"), approvals.Query{Limit: 2, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			seen[v.ID] = true
		}
		cursor = next
	}
	if len(seen) != 5 || cursor != "" {
		t.Errorf("got %d requests and the cursor %q, want 5 and none", len(seen), cursor)
	}
	if _, _, err := b.svc.List(b.As("police.manager"), approvals.Query{Cursor: "no"}); models.CodeOf(err) != models.CodeMalformed {
		t.Errorf("got %v, want malformed", err)
	}
}

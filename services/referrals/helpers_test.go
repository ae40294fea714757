package referrals_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// bench is a stage with the service under test on it.
type bench struct {
	*testkit.Stage
	t *testing.T
	s *referrals.Service
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	w.DB = w.Another(t, pg.Caps{Opened: pg.Cap{"": 1000}}) // one person here does the work of many
	return &bench{Stage: w, t: t, s: referrals.New(w.DB, models.MustCalendar(), directory.New(w.DB))}
}

// draft makes a draft of the police to a service, sharing a little from sending
// and the names once accepted.
func (b *bench) draft(c testkit.CaseFacts, service string, change ...func(*referrals.CreateInput)) referrals.View {
	b.t.Helper()
	in := b.input(c, service)
	for _, f := range change {
		f(&in)
	}
	v, err := b.s.Create(b.As("police"), in)
	if err != nil {
		b.t.Fatalf("creating a draft: %v %v", err, models.FieldsOf(err))
	}
	return v
}

func (b *bench) input(c testkit.CaseFacts, service string) referrals.CreateInput {
	s := b.Service(service)
	return referrals.CreateInput{
		CaseID: c.ID, ServiceID: s.ID, Pathway: s.Pathway, SharedFields: []string{"borough", "incident_summary", "risk_level"},
		SharingDecisionID: b.Agreement(b.t, c, s.OrgID),
	}
}

// sent makes a referral of a new case and sends it.
func (b *bench) sent(service string, change ...func(*referrals.CreateInput)) referrals.View {
	b.t.Helper()
	v := b.draft(b.Case(b.t, b.As("police")), service, change...)
	return b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
}

// accepted makes a referral and accepts it.
func (b *bench) accepted(service string, change ...func(*referrals.CreateInput)) referrals.View {
	b.t.Helper()
	v := b.sent(service, change...)
	return b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
}

func (b *bench) worker(who string) referrals.ActionInput {
	return referrals.ActionInput{WorkerID: b.Person(who).ID}
}

func (b *bench) must(who string, id uuid.UUID, a models.Action, in referrals.ActionInput) referrals.View {
	b.t.Helper()
	v, err := b.do(who, id, a, in)
	if err != nil {
		b.t.Fatalf("%s %s: %v %v", who, a, err, models.FieldsOf(err))
	}
	return v
}

func (b *bench) code(who string, id uuid.UUID, a models.Action, in referrals.ActionInput, want models.Code) error {
	b.t.Helper()
	_, err := b.do(who, id, a, in)
	if got := codeOf(err); got != want {
		b.t.Fatalf("%s %s: got %v (%v %v), want %v", who, a, got, err, models.FieldsOf(err), want)
	}
	return err
}

// refused is code where the words do not matter.
func (b *bench) refused(who string, id uuid.UUID, a models.Action, in referrals.ActionInput, want models.Code) {
	b.t.Helper()
	_ = b.code(who, id, a, in, want)
}

func codeOf(err error) models.Code {
	if err == nil {
		return ""
	}
	return models.CodeOf(err)
}

// clock returns the latest clock of a rule on a referral.
func (b *bench) clock(v referrals.View, rule models.Rule) *models.Clock {
	b.t.Helper()
	for i := len(v.Clocks) - 1; i >= 0; i-- {
		if v.Clocks[i].Rule == rule {
			return &v.Clocks[i]
		}
	}
	b.t.Fatalf("no clock %s on %v", rule, v.Clocks)
	return nil
}

func (b *bench) state(v referrals.View, rule models.Rule, want models.ClockState) {
	b.t.Helper()
	if got := b.clock(v, rule).State; got != want {
		b.t.Errorf("clock %s: got %s, want %s", rule, got, want)
	}
}

// in returns a date some days from the stage's today.
func (b *bench) in(days int) *time.Time {
	d := models.Today(b.Clock.Now()).AddDate(0, 0, days)
	return &d
}

func request(ctx context.Context, r models.Request) context.Context {
	return models.WithRequest(ctx, &r)
}

func ptr[T any](v T) *T { return &v }

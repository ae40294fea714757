package handoffs_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/handoffs"
	"throughline/services/referrals"
	"throughline/services/sharing"
)

// stage is a case of the police, who have agreed with the victim to share it
// with the London Victim Service and with Ashdown.
type stage struct {
	*testkit.Stage
	t        *testing.T
	handoffs *handoffs.Service
	cases    *cases.Service
	sharing  *sharing.Service
	c        testkit.CaseFacts
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	dir, cal := directory.New(w.DB), models.MustCalendar()
	s := &stage{
		Stage: w, t: t, handoffs: handoffs.New(w.DB, cal, dir, referrals.New(w.DB, cal, dir)), cases: cases.New(w.DB, cal, dir), sharing: sharing.New(w.DB, cal, dir),
		c: w.Case(t, w.As("police")),
	}
	s.agree(testkit.OrgVictims, testkit.OrgVAWG)
	return s
}

func (s *stage) agree(orgs ...string) {
	s.t.Helper()
	for _, o := range orgs {
		s.Agreement(s.t, s.c, s.Org(o).ID)
	}
}

func to(s *stage, org string, duty models.Duty) handoffs.Offer {
	return handoffs.Offer{ToOrgID: s.Org(org).ID, Duty: duty, Reason: "She moved.", Summary: "A hearing is near."}
}

// offered is a duty that somebody has offered.
func (s *stage) offered(who, org string, duty models.Duty) handoffs.View {
	s.t.Helper()
	return s.must(s.handoffs.Offer(s.As(who), s.c.ID, to(s, org, duty)))
}

func (s *stage) accept(who string, v handoffs.View) handoffs.View {
	s.t.Helper()
	return s.must(s.do(who, v, models.HandoffAccept))
}

// do takes an action with all it asks for.
func (s *stage) do(who string, v handoffs.View, a models.HandoffAction) (handoffs.View, error) {
	in := handoffs.Act{}
	switch a {
	case models.HandoffAccept:
		in.ReceiverReference = "LVS 12"
	case models.HandoffRefuse:
		in.Reason = "wrong_borough"
	case models.HandoffVictimTold:
		in.Told = models.Telling{Channel: models.ChannelPhone, Understood: "yes", Help: "easy_read"}
	case models.HandoffRecall:
	}
	return s.handoffs.Do(s.As(who), v.ID, a, in)
}

func (s *stage) must(v handoffs.View, err error) handoffs.View {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func (s *stage) want(err error, code models.Code) {
	s.t.Helper()
	if err == nil || models.CodeOf(err) != code {
		s.t.Errorf("got %v %v, want an error of code %s", err, models.FieldsOf(err), code)
	}
}

// holder is who is accountable for the case.
func (s *stage) holder() uuid.UUID {
	s.t.Helper()
	var id uuid.UUID
	if err := s.Owner.QueryRow(context.Background(), "select accountable_org_id from cases where id = $1", s.c.ID).Scan(&id); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// fields are what is wrong, in order.
func fields(err error) (out []string) {
	for _, f := range models.FieldsOf(err) {
		out = append(out, f.Field)
	}
	return out
}

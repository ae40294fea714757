package handoffs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/handoffs"
	"throughline/services/sharing"
)

func TestACaseMovesOnceItIsAcceptedAndNoSooner(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	police, victims := s.Org(testkit.OrgPolice).ID, s.Org(testkit.OrgVictims).ID
	v := s.offered("police", testkit.OrgVictims, models.DutyCase)
	if s.holder() != police || v.Status != models.HandoffOffered || v.ReceivedAt != nil || v.Victim == "" || v.Shared["given_name"] == nil {
		t.Fatalf("the sender reads %+v", v)
	}
	_, err := s.cases.Get(s.As("caseworker"), s.c.ID)
	s.want(err, models.CodeNotFound)
	s.Clock.Advance(time.Hour)
	got := s.must(s.handoffs.Get(s.As("caseworker"), v.ID))
	if got.Summary != "A hearing is near." || got.Shared["given_name"] != nil || got.Shared["incident_summary"] == nil || got.Victim != "" || got.CaseReference != "" ||
		!slices.Contains(got.Waits, "given_name") || got.ReceivedAt == nil || !got.ReceivedAt.Equal(s.Clock.Now()) {
		t.Errorf("before accepting the receiver reads %+v", got)
	}
	_, err = s.cases.SafeContact(s.As("caseworker"), s.c.ID)
	s.want(err, models.CodeNotFound)

	_, err = s.handoffs.Do(s.As("caseworker"), v.ID, models.HandoffAccept, handoffs.Act{})
	if !cmp.Equal(fields(err), []string{"receiver_reference"}) {
		t.Errorf("without its own reference: got %v, want that field", err)
	}
	s.Clock.Advance(time.Hour)
	got = s.accept("caseworker", v)
	if s.holder() != victims || got.Status != models.HandoffAccepted || got.ReceiverReference != "LVS 12" || got.Victim == "" || got.CaseReference != s.c.Reference {
		t.Errorf("after accepting the receiver reads %+v", got)
	}
	j, err := s.cases.Journey(s.As("caseworker"), s.c.ID)
	if err != nil || len(j.Holders) != 2 || j.Holders[0].Until == nil || !j.Holders[0].Until.Equal(j.Holders[1].From) || !j.Holders[1].From.Equal(s.Clock.Now()) ||
		len(j.Handoffs) != 1 || len(j.Gaps) != 1 || !strings.Contains(j.Gaps[0].Why, "has not been told") {
		t.Errorf("the line is %+v %+v, %v", j.Holders, j.Gaps, err)
	}
	// Whoever logged it still sees it; nobody else does.
	if _, err := s.cases.Get(s.As("police"), s.c.ID); err != nil {
		t.Errorf("whoever logged it: %v", err)
	}
	_, err = s.do("police", got, models.HandoffRecall)
	s.want(err, models.CodeConflict)
	if err == nil || !strings.Contains(err.Error(), "London Victim Service accepted this") {
		t.Errorf("who did what: %v", err)
	}
	s.Clock.Advance(time.Hour)
	got = s.must(s.do("caseworker", got, models.HandoffVictimTold))
	if got.ToldAt == nil || got.ToldUnderstood != "yes" || got.ToldHelp != "easy_read" || got.ToldBy == "" {
		t.Errorf("told: %+v", got)
	}
	if j, err = s.cases.Journey(s.As("police"), s.c.ID); err != nil || len(j.Gaps) != 0 {
		t.Errorf("once told: %+v, %v", j.Gaps, err)
	}
	for action, n := range map[string]int{"handoff.offered": 1, "handoff.read": 1, "handoff.accepted": 1, "handoff.victim_told": 1} {
		if got := s.Count(t, "select count(*) from audit_events where action = $1 and case_id = $2 and not refused", action, s.c.ID); got != n {
			t.Errorf("%s: %d events, want %d", action, got, n)
		}
	}
	if n := s.Count(t, "select count(*) from outbox where payload->>'handoff' = $1", v.ID.String()); n != 3 {
		t.Errorf("got %d messages, want offered, accepted and told", n)
	}
}

// TestEveryPairOfStateSideAndActionIsAnswered asks every action of every side in
// every state: the table's say, or refused and nothing changed.
func TestEveryPairOfStateSideAndActionIsAnswered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	bring := map[models.HandoffStatus]func(handoffs.View){
		models.HandoffOffered:  func(handoffs.View) {},
		models.HandoffAccepted: func(v handoffs.View) { s.accept("caseworker", v) },
		models.HandoffRefused:  func(v handoffs.View) { s.must(s.do("caseworker", v, models.HandoffRefuse)) },
		models.HandoffRecalled: func(v handoffs.View) { s.must(s.do("police", v, models.HandoffRecall)) },
	}
	sides := map[string][]models.HandoffSide{"police": {models.HandoffSender}, "caseworker": {models.HandoffReceiver}, "refuge": nil}
	for _, status := range models.HandoffStatuses() {
		for who, side := range sides {
			for _, action := range models.HandoffActions() {
				s.c = s.Case(t, s.As("police"))
				s.agree(testkit.OrgVictims)
				v := s.offered("police", testkit.OrgVictims, models.DutyCase)
				bring[models.HandoffStatus(status.Key)](v)
				before := s.Count(t, "select version from handoffs where id = $1", v.ID)
				row, ok := models.FindHandoffTransition(action, models.HandoffStatus(status.Key))
				want := models.CodeConflict
				switch {
				case side == nil:
					want = models.CodeNotFound
				case action == models.HandoffRecall && who == "caseworker", who == "police" && (action == models.HandoffAccept || action == models.HandoffRefuse):
					want = models.CodeForbidden
				case ok && intersects(row.By, side):
					want = ""
				}
				got, err := s.do(who, v, action)
				switch {
				case want == "" && (err != nil || got.Status != row.To || got.Version != before+1):
					t.Errorf("%s %s in %s: %+v, %v %v", who, action, status.Key, got.Handoff, err, models.FieldsOf(err))
				case want != "" && (models.CodeOf(err) != want || s.Count(t, "select version from handoffs where id = $1", v.ID) != before):
					t.Errorf("%s %s in %s: got %v, want %s and nothing changed", who, action, status.Key, err, want)
				}
			}
		}
	}
}

func intersects(a, b []models.HandoffSide) bool {
	return slices.ContainsFunc(a, func(x models.HandoffSide) bool { return slices.Contains(b, x) })
}

func TestADutyLiesApartAndGoesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	witness := s.Org(testkit.OrgWitnessCare).ID
	// Between bodies of criminal justice the law is the basis, and it is recorded.
	v := s.offered("police", testkit.OrgWitnessCare, models.DutyWitnessCare)
	if n := s.Count(t, "select count(*) from sharing_decisions where case_id = $1 and receiver_org_id = $2 and basis = 'legal_obligation'", s.c.ID, witness); n != 1 {
		t.Errorf("%d decisions were recorded, want one", n)
	}
	_, err := s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgVictims, models.DutyCase))
	s.want(err, models.CodeConflict) // one ends before the other begins
	v = s.accept("witnesscare", v)
	if !v.Contact || s.holder() == witness {
		t.Errorf("the duty is %+v", v)
	}
	_, err = s.cases.Get(s.As("witnesscare"), s.c.ID)
	s.want(err, models.CodeNotFound)
	if c, err := s.cases.SafeContact(s.As("witnesscare"), s.c.ID); err != nil || !c.Values || c.Reference != "" {
		t.Errorf("how she is reached: %+v, %v", c, err)
	}
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgVAWG, models.DutyWitnessCare))
	s.want(err, models.CodeForbidden)
	_, err = s.cases.Close(s.As("police"), s.c.ID, cases.Closing{Reason: "needs_met"})
	s.want(err, models.CodeConflict)

	s.Clock.Advance(time.Hour)
	s.must(s.do("witnesscare", v, models.HandoffVictimTold))
	back := s.offered("witnesscare", testkit.OrgPolice, models.DutyWitnessCare)
	if back.SharingDecisionID != nil || len(back.Shared) != 0 {
		t.Errorf("going back: %+v", back)
	}
	s.Clock.Advance(time.Hour)
	s.must(s.handoffs.Do(s.As("police"), back.ID, models.HandoffAccept, handoffs.Act{ReceiverReference: "MPS 1"}))
	if n := s.Count(t, "select count(*) from case_duties where case_id = $1 and until_at is null", s.c.ID); n != 0 {
		t.Errorf("%d duties lie apart, want none", n)
	}
	_, err = s.cases.SafeContact(s.As("witnesscare"), s.c.ID)
	s.want(err, models.CodeNotFound)
	if _, err := s.cases.Close(s.As("police"), s.c.ID, cases.Closing{Reason: "needs_met"}); err != nil {
		t.Errorf("closing: %v", err)
	}
}

func TestTheVictimIsToldOnASafeChannelAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := s.accept("caseworker", s.offered("police", testkit.OrgVictims, models.DutyCase))
	for _, channel := range []models.Channel{models.ChannelText, models.ChannelPost, "pigeon"} {
		_, err := s.handoffs.Do(s.As("caseworker"), v.ID, models.HandoffVictimTold, handoffs.Act{Told: models.Telling{Channel: channel, Understood: "yes"}})
		s.want(err, models.CodeInvalid)
		if f := fields(err); len(f) != 1 || f[0] != "channel" {
			t.Errorf("by %s: got faults of %v", channel, f)
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'contact.refused' and refused and case_id = $1", s.c.ID); n != 2 {
		t.Errorf("%d refusals are on record, want 2", n)
	}
	early := models.Telling{Channel: models.ChannelPhone, Understood: "yes", At: s.Clock.Now().Add(-2 * time.Hour)}
	_, err := s.handoffs.Do(s.As("caseworker"), v.ID, models.HandoffVictimTold, handoffs.Act{Told: early})
	if !cmp.Equal(fields(err), []string{"at"}) {
		t.Errorf("before it was accepted: %v", err)
	}
}

func TestAPartnerThatNeverSignsInHasItsWordRecorded(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	court := models.NewID()
	s.Do(t, "insert into organisations (id, name, kind) values ($1, 'Snaresbrook court', 'court')", court)
	now := s.Clock.Now()
	word := func(accepted *time.Time) handoffs.Offer {
		sent, received := now.Add(-72*time.Hour), now.Add(-71*time.Hour)
		return handoffs.Offer{
			ToOrgID: court, Duty: models.DutyWitnessCare, Reason: "Trial.", Summary: "Listed.",
			OffSystem: &models.OffSystemWord{SentAt: sent, ReceivedAt: &received, AcceptedAt: accepted, Proof: "A letter."},
		}
	}
	plain := word(nil)
	plain.OffSystem = nil
	_, err := s.handoffs.Offer(s.As("police"), s.c.ID, plain)
	if !cmp.Equal(fields(err), []string{"to_organisation_id"}) {
		t.Errorf("an offer that nobody can answer: %v %v", err, fields(err))
	}
	forced := word(nil)
	forced.ToOrgID = s.Org(testkit.OrgWitnessCare).ID
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, forced)
	if !cmp.Equal(fields(err), []string{"off_system"}) {
		t.Errorf("in the name of who signs in: %v %v", err, fields(err))
	}
	early := word(nil)
	early.OffSystem.PartnerReference = "T2026"
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, early)
	if !cmp.Equal(fields(err), []string{"off_system.partner_reference"}) {
		t.Errorf("their reference of what they have not accepted: %v %v", err, fields(err))
	}
	v := s.must(s.handoffs.Offer(s.As("police"), s.c.ID, word(nil)))
	if !v.OffSystem || !slices.Contains(v.AllowedActions, models.HandoffAccept) {
		t.Errorf("got %+v", v)
	}
	_, err = s.handoffs.Do(s.As("police"), v.ID, models.HandoffAccept, handoffs.Act{AcceptedAt: ago(now, 80*time.Hour), ReceiverReference: "T2026"})
	if !cmp.Equal(fields(err), []string{"accepted_at"}) {
		t.Errorf("before it was sent: %v %v", err, fields(err))
	}
	v = s.must(s.handoffs.Do(s.As("police"), v.ID, models.HandoffAccept, handoffs.Act{AcceptedAt: ago(now, time.Hour), ReceiverReference: "T2026"}))
	if !v.AcceptedAt.Equal(now.Add(-time.Hour)) || !v.DecidedAt.Equal(now) {
		t.Errorf("their word and ours are %v and %v", v.AcceptedAt, v.DecidedAt)
	}
	// Whoever recorded it acts for the partner: the duty is not stranded there.
	s.Clock.Advance(time.Hour)
	onward := s.offered("police", testkit.OrgVictims, models.DutyWitnessCare)
	s.accept("caseworker", onward)
}

func ago(now time.Time, d time.Duration) *time.Time { at := now.Add(-d); return &at }

func TestWhatCannotBeOfferedIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := s.handoffs.Offer(s.As("refuge"), s.c.ID, to(s, testkit.OrgVictims, models.DutyCase))
	s.want(err, models.CodeNotFound)
	_, missing := s.handoffs.Offer(s.As("refuge"), uuid.New(), to(s, testkit.OrgVictims, models.DutyCase))
	if err == nil || missing == nil || err.Error() != missing.Error() {
		t.Errorf("foreign %v, missing %v", err, missing)
	}
	_, err = s.handoffs.Offer(s.As("commissioner"), s.c.ID, to(s, testkit.OrgVictims, models.DutyCase))
	s.want(err, models.CodeForbidden)
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgRefuge, models.DutyCase))
	if !cmp.Equal(fields(err), []string{"sharing_decision_id"}) {
		t.Errorf("without a decision to share: %v", err)
	}
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, handoffs.Offer{ToOrgID: s.Org(testkit.OrgPolice).ID, Duty: "cake"})
	if !cmp.Equal(fields(err), []string{"duty", "to_organisation_id", "reason", "summary"}) {
		t.Errorf("all that is wrong: %v", fields(err))
	}
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgCommissioner, models.DutyCase))
	if !cmp.Equal(fields(err), []string{"to_organisation_id"}) {
		t.Errorf("to whoever oversees it and answers for no case: %v %v", err, fields(err))
	}
	if err := s.insert(testkit.OrgCommissioner); !errors.Is(err, pg.ErrLostRace) {
		t.Errorf("the database lets an offer lead to the Commissioner: %v", err)
	}
	if err := s.insert(testkit.OrgVictims); err != nil {
		t.Errorf("the same to who may hold it: %v", err)
	}
	s.offered("police", testkit.OrgVictims, models.DutyCase)
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgVAWG, models.DutyCase))
	s.want(err, models.CodeConflict)
	_, err = s.cases.Close(s.As("police"), s.c.ID, cases.Closing{Reason: "needs_met"})
	s.want(err, models.CodeConflict)
	s.c = s.Case(t, s.As("police"))
	s.agree(testkit.OrgVictims)
	s.Do(t, "update cases set restricted_to = array[$2::uuid] where id = $1", s.c.ID, s.Person("police").ID)
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgVictims, models.DutyCase))
	s.want(err, models.CodeConflict)
	s.c = s.Case(t, s.As("police"))
	if _, err := s.cases.Close(s.As("police"), s.c.ID, cases.Closing{Reason: "needs_met"}); err != nil {
		t.Fatal(err)
	}
	_, err = s.handoffs.Offer(s.As("police"), s.c.ID, to(s, testkit.OrgVictims, models.DutyCase))
	s.want(err, models.CodeConflict)
	// The database holds the same, whoever asks it.
	for _, statement := range []string{
		"update cases set accountable_org_id = '" + s.Org(testkit.OrgVictims).ID.String() + "' where id = '" + s.c.ID.String() + "'",
		"update case_holders set until_at = now() where case_id = '" + s.c.ID.String() + "'",
		"insert into case_duties (case_id, duty, org_id, from_at) values ('" + s.c.ID.String() + "', 'updates', '" + s.Org(testkit.OrgPolice).ID.String() + "', now())",
	} {
		err := s.DB.Housekeeping(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, statement)
			return err
		})
		if err == nil {
			t.Errorf("the application may do: %s", statement)
		}
	}
}

// insert writes an offer past the service, as the application, and leaves nothing.
func (s *stage) insert(org string) error {
	s.t.Helper()
	agreed, police, undone := s.Agreement(s.t, s.c, s.Org(org).ID), s.Actor("police"), errors.New("undone")
	err := s.DB.Housekeeping(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into handoffs (id, reference, case_id, duty, from_org_id, to_org_id, sharing_decision_id, sent_at, sent_by, due_at)
			values ($1, $2, $3, 'case', $4, $5, $6, now(), $7, now())`, models.NewID(), models.NewReference(models.HandoffReference), s.c.ID, police.OrgID, s.Org(org).ID, agreed, police.UserID)
		if err != nil {
			return pg.Translate(err)
		}
		return undone
	})
	if errors.Is(err, undone) {
		return nil
	}
	return err
}

func TestOfTwoWhoAcceptAtOnceOneWins(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := s.offered("police", testkit.OrgVictims, models.DutyCase)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i, who := range []string{"caseworker", "caseworker.manager", "support", "caseworker", "police", "police.second"} {
		wg.Go(func() {
			action := models.HandoffAccept
			if who == "police" || who == "police.second" {
				action = models.HandoffRecall
			}
			_, errs[i] = s.do(who, v, action)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case models.CodeOf(err) != models.CodeConflict:
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 || s.Count(t, "select count(*) from audit_events where action in ('handoff.accepted', 'handoff.recalled')") != 1 {
		t.Errorf("%d won", won)
	}
}

func TestAnOfferEndsWithTheDecisionItRestsOn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := s.offered("police", testkit.OrgVictims, models.DutyCase)
	if _, err := s.sharing.Withdraw(s.As("police"), *v.SharingDecisionID, sharing.WithdrawInput{Reason: "victim_withdrew"}); err != nil {
		t.Fatal(err)
	}
	got := s.must(s.handoffs.Get(s.As("caseworker"), v.ID))
	if got.Status != models.HandoffRecalled || got.Summary != "" || len(got.Shared) != 0 {
		t.Errorf("the receiver reads %+v", got)
	}
	_, err := s.do("caseworker", v, models.HandoffAccept)
	s.want(err, models.CodeConflict)
	if _, err := s.handoffs.Get(s.As("refuge"), v.ID); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("somebody else: %v", err)
	}
}

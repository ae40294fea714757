package referrals_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

func TestTheMatrixHasAWordForEveryPhaseAndShowsTheCommissionerNothing(t *testing.T) {
	t.Parallel()
	for _, s := range models.ReferralStatuses() {
		phases := []referrals.Phase{{Status: s}}
		if s.Ended() {
			r := models.Referral{Status: s}
			phases = nil
			if s != models.StatusCompleted && s != models.StatusEndedEarly && s != models.StatusNotEngaged {
				phases = append(phases, referrals.PhaseOf(&r))
			}
			if s != models.StatusDeclined && s != models.StatusLapsed {
				phases = append(phases, referrals.Phase{Status: s, Accepted: true})
			}
		}
		for _, p := range phases {
			if got := referrals.LevelFor(p, referrals.RelReferrer, false); got == referrals.LevelNothing {
				t.Errorf("%+v: its referrer is shown nothing", p)
			}
			for _, rel := range []referrals.Relation{referrals.RelCommissioner, referrals.RelOther} {
				if got := referrals.LevelFor(p, rel, true); got != referrals.LevelNothing {
					t.Errorf("%+v: %s is shown %s, want nothing", p, rel, got)
				}
			}
			if got := referrals.LevelFor(p, referrals.RelCoordinator, true); got >= referrals.LevelBefore {
				t.Errorf("%+v: a coordinator is shown %s", p, got)
			}
		}
	}
}

func TestEveryStateShowsEachReaderWhatTheMatrixSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	readers := map[string]referrals.Relation{
		"police": referrals.RelReferrer, "vawg.second": referrals.RelProviderWorker, "vawg.manager": referrals.RelProviderManager, "vawg": referrals.RelProviderManager,
		"coordinator": referrals.RelCoordinator, "refuge": referrals.RelOther, "caseworker": referrals.RelOther,
	}
	for _, s := range models.ReferralStatuses() {
		v := b.at(s)
		r := b.referral(v.ID)
		for who, rel := range readers {
			if who == "vawg" && r.WorkerID == nil {
				continue // not given to her
			}
			want := referrals.LevelFor(referrals.PhaseOf(r), rel, false)
			got, err := b.s.Get(b.As(who), v.ID)
			if want == referrals.LevelNothing {
				if codeOf(err) != models.CodeNotFound {
					t.Errorf("%s in %s: got %v, want not found", who, s, err)
				}
				continue
			}
			shown := want
			if want == referrals.LevelOwn {
				shown = referrals.LevelShell
			}
			if err != nil || got.Level != shown || got.OwnRecord != (want == referrals.LevelOwn) {
				t.Errorf("%s in %s: got %s %v, own record: %v, want %s", who, s, got.Level, err, got.OwnRecord, shown)
			}
			if shown == referrals.LevelShell && len(got.Shared)+len(got.Attempts)+len(got.History) > 0 {
				t.Errorf("%s in %s, without a reason: got more than a shell", who, s)
			}
			opened, err := b.s.Open(b.As(who), v.ID, "A complaint was made")
			if want == referrals.LevelOwn && (err != nil || opened.Level != want) || want != referrals.LevelOwn && err == nil {
				t.Errorf("%s in %s, with a reason: got %s %v, want %s", who, s, opened.Level, err, want)
			}
		}
	}
}

func (b *bench) referral(id uuid.UUID) *models.Referral {
	b.t.Helper()
	r := &models.Referral{}
	err := b.Owner.QueryRow(b.t.Context(), "select status, accepted_at, ended_at, withdrawal_acknowledged_at, worker_id from referrals where id = $1", id).
		Scan(&r.Status, &r.AcceptedAt, &r.EndedAt, &r.WithdrawalAcknowledgedAt, &r.WorkerID)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func TestAnotherOrganisationMeetsNothingAnywhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.accepted(testkit.ServiceIDVA)
	for _, who := range []string{"refuge", "refuge.manager", "lantern", "caseworker"} {
		ctx := b.As(who)
		_, get := b.s.Get(ctx, v.ID)
		_, open := b.s.Open(ctx, v.ID, "Looking")
		_, find := b.s.Find(ctx, v.Reference)
		_, history := b.s.History(ctx, v.ID)
		_, clocks := b.s.Clocks(ctx, v.ID)
		_, act := b.s.Do(ctx, v.ID, models.ActAccept, b.worker("vawg"))
		_, plan := b.s.PlanContact(ctx, v.CaseID, models.ChannelPhone, b.Clock.Now())
		_, missing := b.s.Get(ctx, uuid.New())
		for name, err := range map[string]error{"get": get, "open": open, "find": find, "history": history, "clocks": clocks, "act": act, "plan": plan} {
			if codeOf(err) != models.CodeNotFound || message(err) != message(missing) {
				t.Errorf("%s %s: got %v, want the words for what is not there", who, name, err)
			}
		}
		for _, box := range []string{referrals.BoxInbox, referrals.BoxSent} {
			if p, err := b.s.List(ctx, referrals.Filter{Box: box}); err != nil || len(p.Items) != 0 {
				t.Errorf("%s %s: got %d items %v, want none", who, box, len(p.Items), err)
			}
		}
		if c, err := b.s.Counts(ctx); err != nil || c != (referrals.Counts{}) {
			t.Errorf("%s: got counts %+v %v, want none", who, c, err)
		}
	}
	if got := b.Count(t, "select count(*) from audit_events where action in ('referral.read', 'referral.history_read') and subject_id = $1", v.ID); got != 0 {
		t.Errorf("got %d events of readings that showed nothing, want 0", got)
	}
}

func TestWhatIsSharedIsFrozenInTwoStages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	v := b.draft(c, testkit.ServiceIDVA, func(in *referrals.CreateInput) {
		in.SharedFields = []string{"known_as", "borough", "safe_contact"}
		in.SharedAfterAcceptance = []string{"given_name", "date_of_birth", "borough"}
		in.Answers = map[string]any{"asked_for": "idva", "risk_tool": "dash", "suspect_access": "neither"}
	})
	if diff := cmp.Diff([]string{"known_as", "borough"}, v.SharedFields); diff != "" {
		t.Errorf("seen from sending (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"given_name", "date_of_birth", "safe_contact"}, v.SharedAfterAcceptance); diff != "" {
		t.Errorf("seen once accepted: contact values always wait (-want +got):\n%s", diff)
	}
	b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
	b.Do(t, "update victims set known_as = 'Later', given_name = 'Later' where id = $1", c.VictimID)
	p, err := b.s.Get(b.As("vawg"), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"answers", "borough", "known_as"}, slices.Sorted(maps.Keys(p.Shared))); diff != "" {
		t.Errorf("before acceptance (-want +got):\n%s", diff)
	}
	if p.Shared["known_as"] != nil {
		t.Errorf("got known as %v, want what was not known at sending", p.Shared["known_as"])
	}
	p = b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	if got := p.Shared["given_name"]; got != "Zephyrine" {
		t.Errorf("got %v after acceptance, want the name as it was sent", got)
	}
	if _, there := p.Shared["family_name"]; there {
		t.Error("a name that was not ticked is there")
	}
	if !p.SafeContact.Values || p.SafeContact.CodeWord != "marigold" {
		t.Errorf("got safe contact %+v, want its values", p.SafeContact)
	}
}

func TestNamesWaitForAcceptanceWhereNobodySaidOtherwise(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.draft(b.Case(t, b.As("police")), testkit.ServiceIDVA)
	if diff := cmp.Diff([]string{"given_name", "family_name", "known_as", "safe_contact"}, v.SharedAfterAcceptance); diff != "" {
		t.Errorf("seen once accepted (-want +got):\n%s", diff)
	}
}

func TestContactValuesStayShutWhereTheyWereNotAgreedTo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	v := b.draft(c, testkit.ServiceIDVA, func(in *referrals.CreateInput) {
		in.SharedFields = []string{"borough"}
		in.SharingDecisionID = b.Agreement(t, c, b.Org(testkit.OrgVAWG).ID, "borough")
	})
	b.must("police", v.ID, models.ActSubmit, referrals.ActionInput{})
	p := b.must("vawg", v.ID, models.ActAccept, b.worker("vawg"))
	if p.SafeContact.Values || p.SafeContact.CodeWord != "" || p.SafeContact.Channels[0].Value != "" {
		t.Errorf("got %+v, want kinds and times alone", p.SafeContact)
	}
}

func TestTheFirstReadingByTheReceiverIsStampedOnceAndChangesNoState(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	if _, err := b.s.Get(b.As("police"), v.ID); err != nil {
		t.Fatal(err)
	}
	if got := b.Count(t, "select count(*) from referrals where id = $1 and first_read_at is not null", v.ID); got != 0 {
		t.Error("the sender's own reading was stamped as the receiver's")
	}
	for range 2 {
		p, err := b.s.Get(b.As("vawg"), v.ID)
		if err != nil || p.Status != models.StatusSubmitted || p.Version != v.Version || !p.FirstReadAt.Equal(testkit.StageStart()) {
			t.Errorf("got %s version %d read at %v %v, want it stamped at the first reading", p.Status, p.Version, p.FirstReadAt, err)
		}
		b.Clock.Advance(60e9)
	}
	if got := b.Count(t, "select count(*) from audit_events where action = 'referral.read' and subject_id = $1", v.ID); got != 3 {
		t.Errorf("got %d readings in the trail, want 3", got)
	}
}

func TestADeclineClosesTheReferralToItsReceiverAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	told := b.must("vawg", v.ID, models.ActDecline, referrals.ActionInput{Reason: "no_capacity"})
	if told.Level != referrals.LevelShell || told.Status != models.StatusDeclined || len(told.Shared) != 0 || len(told.AllowedActions) != 0 {
		t.Errorf("got %s %s with %v, want a shell", told.Level, told.Status, told.Shared)
	}
	if _, err := b.s.Get(b.As("vawg"), v.ID); codeOf(err) != models.CodeNotFound {
		t.Errorf("got %v, want not found", err)
	}
	if p, err := b.s.List(b.As("vawg"), referrals.Filter{}); err != nil || len(p.Items) != 0 {
		t.Errorf("got %d in the inbox, want none", len(p.Items))
	}
}

package cases_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/cases"
)

// change is a new answer about the phone of a planted case.
func change(c testkit.CaseFacts, edit func(*models.ContactPoint)) cases.ContactChange {
	p := models.ContactPoint{ContactChannel: models.ContactChannel{ID: c.Phone, Kind: models.ChannelPhone, Safe: models.SafeYes}, Value: "07700 900555"}
	edit(&p)
	return cases.ContactChange{
		Source: "victim_in_person", Versions: map[uuid.UUID]int{c.Phone: 1},
		SafeContact: models.SafeContact{ConfirmedOn: day("2026-11-16"), Channels: []models.ContactPoint{p}},
	}
}

func TestAReceiverSeesKindsAndTimesAndTheValuesOnceItHasAccepted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.Case(t, s.As("police"))
	_, err := s.cases.SafeContact(s.As("vawg"), c.ID)
	wantCode(t, err, models.CodeNotFound)
	r := s.Referral(t, c, testkit.ServiceIDVA, models.StatusSubmitted)
	before, err := s.cases.SafeContact(s.As("vawg"), c.ID)
	if err != nil || len(before.Points) != 2 || before.Values || before.CodeWord != "" || before.HasCodeWord || before.Points[0].Value != "" ||
		before.Points[0].Note != "" || before.Points[0].Safe != models.SafeYes || before.Reference != "" {
		t.Errorf("before acceptance: got %+v, %v, want kinds and times alone", before, err)
	}
	s.Do(t, "update referrals set status = 'accepted', version = 3, accepted_at = now(), accepted_by = $2, worker_id = $2 where id = $1", r.ID, s.Person("vawg").ID)
	after, err := s.cases.SafeContact(s.As("vawg"), c.ID)
	if err != nil || !after.Values || after.CodeWord != "marigold" || after.Points[0].Value != "07700 900123" {
		t.Errorf("after acceptance: got %+v, %v, want the values", after, err)
	}
	if diff := cmp.Diff([]string{"safe_contact.opened", "safe_contact.opened"}, s.trail(t, c.ID)); diff != "" {
		t.Errorf("trail (-want +got):\n%s", diff)
	}
	err = s.cases.ChangeSafeContact(s.As("vawg"), c.ID, change(c, func(*models.ContactPoint) {}))
	wantCode(t, err, models.CodeNotFound)
}

func TestSafeContactIsChangedWithASourceAndTheReceiversAreTold(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	s.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted)
	in := change(c, func(p *models.ContactPoint) {
		p.Safe, p.Windows = models.SafeYes, []models.Window{{Day: "mon", From: "09:00", To: "10:00"}}
	})
	in.SafeContact.CodeWord = "juniper"
	in.SafeContact.Channels = append(in.SafeContact.Channels, models.ContactPoint{
		ContactChannel: models.ContactChannel{Kind: models.ChannelEmail, Safe: models.SafeYes}, Value: "Someone@Example.org",
	})
	if err := s.cases.ChangeSafeContact(ctx, c.ID, in); err != nil {
		t.Fatalf("changing it: %v", err)
	}
	v, err := s.cases.Get(ctx, c.ID)
	if err != nil || len(v.Contact.Points) != 3 || v.Contact.CodeWord != "juniper" {
		t.Fatalf("got %+v, %v", v.Contact, err)
	}
	p := v.Contact.Points[0]
	if p.Value != "07700 900555" || p.Version != 2 || p.Source != "victim_in_person" || p.ConfirmedByOrg != "Metropolitan Police Service, victim care" ||
		!cmp.Equal(p.Windows, []models.Window{{Day: "mon", From: "09:00", To: "10:00"}}) || v.Contact.Points[2].Value != "Someone@Example.org" {
		t.Errorf("got points %+v", v.Contact.Points)
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'safe_contact.changed' and referral_id is not null"); n != 1 {
		t.Errorf("got %d rows in the outbox, want one for the live referral", n)
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'case.more_known' and case_id = $1", c.ID); n != 1 {
		t.Errorf("%d times it is to be compared with others anew, want once for the new address", n)
	}
	if found, err := s.cases.Search(ctx, cases.Query{Phone: "07700900555"}); err != nil || len(found.Items) != 1 {
		t.Errorf("the new number finds %+v, %v", found, err)
	}
}

func TestAChangeOfSafeContactThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	husband := models.NewID()
	s.Do(t, "insert into related_people (id, case_id, relation, name, suspect) values ($1, $2, 'husband', $3, true)", husband, c.ID,
		testkit.Seal(vault.PersonName, husband, "Aldous Fernsby"))
	for name, tc := range map[string]struct {
		in   cases.ContactChange
		want models.Code
	}{
		"no source": {func() cases.ContactChange { i := change(c, func(*models.ContactPoint) {}); i.Source = ""; return i }(), models.CodeInvalid},
		"a source unheard": {func() cases.ContactChange {
			i := change(c, func(*models.ContactPoint) {})
			i.Source = "suspect"
			return i
		}(), models.CodeInvalid},
		"no day": {func() cases.ContactChange {
			i := change(c, func(*models.ContactPoint) {})
			i.SafeContact.ConfirmedOn = nil
			return i
		}(), models.CodeInvalid},
		"the suspect":  {change(c, func(p *models.ContactPoint) { p.Person = "husband" }), models.CodeInvalid},
		"another kind": {change(c, func(p *models.ContactPoint) { p.Kind = models.ChannelText }), models.CodeInvalid},
		"a stale version": {func() cases.ContactChange {
			i := change(c, func(*models.ContactPoint) {})
			i.Versions[c.Phone] = 7
			return i
		}(), models.CodeStale},
		"a channel of none":  {change(c, func(p *models.ContactPoint) { p.ID = models.NewID() }), models.CodeNotFound},
		"times upside down":  {change(c, func(p *models.ContactPoint) { p.Windows = []models.Window{{Day: "mon", From: "10:00", To: "09:00"}} }), models.CodeInvalid},
		"safe for no number": {change(c, func(p *models.ContactPoint) { p.Value = "" }), models.CodeInvalid},
	} {
		if err := s.cases.ChangeSafeContact(ctx, c.ID, tc.in); models.CodeOf(err) != tc.want || err == nil {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
	if n := s.Count(t, "select count(*) from contact_channels where version > 1 or confirmed_source is not null"); n != 0 {
		t.Errorf("%d channels were changed", n)
	}
}

func TestAStopStandsUntilThoseWhoHoldTheCaseClearIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("police")
	c := s.Case(t, ctx)
	s.Referral(t, c, testkit.ServiceIDVA, models.StatusAccepted)
	stop := models.NewID()
	s.Do(t, "insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id) values ($1, $2, $3, 'someone_else_answered', now(), $4, $5)",
		stop, c.Phone, c.ID, s.Org("vawg").ID, s.Person("vawg").ID)
	v, err := s.cases.SafeContact(ctx, c.ID)
	if err != nil || v.Points[0].Stop == nil || v.Points[0].Stop.ID != stop || v.Points[0].Stop.Org != "Ashdown Advocacy" || v.Points[0].StoppedAt == nil {
		t.Fatalf("got %+v, %v, want the phone stopped", v.Points, err)
	}
	wantCode(t, s.cases.ClearStop(s.As("vawg"), c.ID, stop, "victim_in_person"), models.CodeNotFound)
	wantCode(t, s.cases.ClearStop(ctx, c.ID, stop, ""), models.CodeInvalid)
	if err := s.cases.ClearStop(ctx, c.ID, stop, "victim_in_person"); err != nil {
		t.Errorf("clearing it: %v", err)
	}
	wantCode(t, s.cases.ClearStop(ctx, c.ID, stop, "victim_in_person"), models.CodeConflict)
	if v, err := s.cases.SafeContact(ctx, c.ID); err != nil || v.Points[0].Stop != nil {
		t.Errorf("got %+v, %v, want it cleared", v.Points, err)
	}
}

package rights_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/rights"
)

func TestARecordPastKeepingGoesFromEveryTableAndLeavesItsCertificate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, r := b.old(7*years, func(f *testkit.CaseFacts) { f.CodeWord = "periwinkle" })
	b.Do(t, "update victims set address = $2 where id = $1", c.VictimID, testkit.Seal(vault.VictimAddress, c.VictimID, "7 Old Lane"))
	young, _ := b.old(2*years, func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName = "Young", "Stays" })
	figures := b.Count(t, "select count(*) from quality_facts where referral_id = $1", r.ID)
	held := []string{c.ID.String(), c.VictimID.String(), r.ID.String(), c.Reference, r.Reference, "Quillfeather", "Zephyrine", "Old Lane", "periwinkle"}
	if before := b.traces(held...); len(before) < 18 {
		t.Fatalf("the case is in %d tables before, want it in all that can hold it: %v", len(before), before)
	}
	if deleted, found := b.night(); deleted != 0 || found != 3 {
		t.Fatalf("the first night deleted %d and found %d, want none gone, and the case, the service's record of it and the young one's numbers found", deleted, found)
	}
	item, ok := b.review("police.manager")["case "+c.Reference]
	if !ok || item.Class != "service_user" || item.Status != models.ItemWaiting {
		t.Fatalf("got %+v, want the case on the list", b.review("police.manager"))
	}
	if _, err := b.s.Approve(b.As("police.manager"), item.ID); err != nil {
		t.Fatal(err)
	}
	if deleted, _ := b.night(); deleted != 0 {
		t.Error("it went before its two working days were over")
	}
	b.Clock.Set(time.Now()) // Saturday: two working days after Monday the 16th are over
	if deleted, _ := b.night(); deleted != 1 {
		t.Fatalf("deleted %d, want the one approved", deleted)
	}
	after := b.traces(held...)
	if left := only(after, "audit_events", "quality_facts", "retention_items", "tombstones"); len(left) > 0 {
		t.Errorf("what is left of it: %v", left)
	}
	if n := b.Count(t, "select count(*) from quality_facts where referral_id = $1", r.ID); n != figures || n == 0 {
		t.Errorf("%d figures are left of %d: counting loses nothing by a deletion", n, figures)
	}
	if n := b.Count(t, "select count(*) from cases where id = $1", young.ID); n != 1 {
		t.Error("a case that is not past keeping went too")
	}
	if list := b.review("vawg.manager"); len(list) > 0 {
		t.Errorf("what went with the case is still on the service's list: %v", list)
	}
	b.certified(c.Reference)
	if deleted, _ := b.night(); deleted != 0 {
		t.Error("done twice it deletes again")
	}
}

// certified holds the certificate of a case to what it has to say.
func (b *bench) certified(reference string) {
	b.t.Helper()
	list, err := b.s.Certificates(b.As("police.manager"))
	if err != nil || len(list) != 1 {
		b.t.Fatalf("got %d certificates, %v, want 1", len(list), err)
	}
	got, err := b.s.Certificate(b.As("police.manager"), list[0].Reference)
	if err != nil || !got.True || got.RecordReference != reference || got.ApprovedBy != "Ruth Castellan" || got.Class != "service_user" || len(got.Hash) != 64 {
		b.t.Errorf("got %+v, %v", got, err)
	}
	for table, n := range map[string]int{"cases": 1, "victims": 1, "incidents": 1, "contact_details": 2, "referrals": 1, "referral_shares": 2, "contact_attempts": 1, "notices": 1, "drafts": 1} {
		if got.Counts[table] != n {
			b.t.Errorf("the certificate counts %d rows of %s, want %d (%v)", got.Counts[table], table, n, got.Counts)
		}
	}
	if _, err := b.s.Certificate(b.As("vawg.manager"), list[0].Reference); models.CodeOf(err) != models.CodeNotFound {
		b.t.Errorf("another organisation reads the certificate: %v", err)
	}
	b.Do(b.t, "update tombstones set counts = '{}' where reference = $1", got.Reference)
	if got, _ := b.s.Certificate(b.As("police.manager"), got.Reference); got.True {
		b.t.Error("a certificate that was changed still passes for whole")
	}
}

func TestHowLongACaseIsKeptFollowsFromWhatHappened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	type want struct{ class, due string }
	cases := map[string]want{}
	plant := func(due want, change func(*testkit.CaseFacts), then ...string) {
		t.Helper()
		b.at(7*years, func() {
			c := b.Case(t, b.As("police"), func(f *testkit.CaseFacts) {
				if change != nil {
					change(f)
				}
			})
			for _, s := range then {
				b.Do(t, s, c.ID)
			}
			cases[c.ID.String()] = due
		})
	}
	born := func(y int) func(*testkit.CaseFacts) {
		return func(f *testkit.CaseFacts) { d := time.Date(y, 5, 1, 0, 0, 0, 0, time.UTC); f.DateOfBirth = &d }
	}
	plant(want{"service_user", "2025-11-18"}, nil)
	plant(want{"no_service", "2019-12-30"}, nil, "update cases set status = 'closed' where id = $1")
	plant(want{"no_service", "2019-12-30"}, nil, "update cases set help_offered = 'no' where id = $1")
	plant(want{"child", "2035-05-01"}, born(2010))
	plant(want{"service_user", "2025-11-18"}, born(2000)) // 25 before the six years are over? no: 2025-05-01 comes first
	plant(want{"child_sexual_abuse", "2094-11-18"}, func(f *testkit.CaseFacts) { f.OffenceTypes = []string{"child_sexual_abuse"} })
	for id, w := range cases {
		var class, due string
		if err := b.Owner.QueryRow(t.Context(), "select class, due::date::text from retention_of_case($1)", id).Scan(&class, &due); err != nil {
			t.Fatal(err)
		}
		if class != w.class || due != w.due {
			t.Errorf("got %s until %s, want %s until %s", class, due, w.class, w.due)
		}
	}
	// An organisation's own time holds in place of the product's.
	if _, err := b.s.SetSchedule(b.As("police.manager"), "service_user", rights.ScheduleInput{Months: 96, Source: "Our own policy"}); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from cases c, retention_of_case(c.id) d where d.class = 'service_user' and d.due::date = '2027-11-18'"); n != 2 {
		t.Errorf("%d cases follow the organisation's own time, want 2", n)
	}
}

func TestWhatAReceiverWroteKeepsACaseForAsLongAsTheReceiverSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, r := b.old(7 * years)
	if _, err := b.s.SetSchedule(b.As("vawg.manager"), "referral_record", rights.ScheduleInput{Months: 120, Source: "Our contract"}); err != nil {
		t.Fatal(err)
	}
	b.night()
	if _, on := b.review("police.manager")["case "+c.Reference]; on {
		t.Error("the case is to go while its receiver's record is to stay")
	}
	if _, err := b.s.SetSchedule(b.As("vawg.manager"), "referral_record", rights.ScheduleInput{Months: 72, Source: "Our contract, ended"}); err != nil {
		t.Fatal(err)
	}
	b.night()
	i, on := b.review("vawg.manager")["referral_record "+r.Reference]
	if !on {
		t.Fatalf("got %v, want the receiver's own record on its list", b.review("vawg.manager"))
	}
	if _, err := b.s.Approve(b.As("vawg.manager"), i.ID); err != nil {
		t.Fatal(err)
	}
	b.Clock.Set(time.Now())
	b.night()
	for table, want := range map[string]int{
		"contact_attempts where referral_id = $1": 0, "referral_questions where referral_id = $1": 0, "notes where referral_id = $1": 0, "referral_assignments where referral_id = $1": 0,
		"referral_history where referral_id = $1 and note is not null": 0, "referrals where id = $1": 1, "referral_shares where referral_id = $1": 2,
	} {
		if n := b.Count(t, "select count(*) from "+table, r.ID); n != want {
			t.Errorf("%s: got %d, want %d", table, n, want)
		}
	}
}

func TestContactDetailsGoBeforeTheCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, _ := b.old(2 * years)
	b.night()
	i, on := b.review("police.manager")["contact_details "+c.Reference]
	if !on || i.Class != "contact_details" {
		t.Fatalf("got %v, want the contact details on the list", b.review("police.manager"))
	}
	if _, err := b.s.Approve(b.As("police.manager"), i.ID); err != nil {
		t.Fatal(err)
	}
	b.Clock.Set(time.Now())
	b.night()
	if left := b.traces("07700 900123", "447700900123", "marigold", "Canary Lane"); len(left) > 0 {
		t.Errorf("what is left: %v", left)
	}
	if n := b.Count(t, "select count(*) from victims where id = $1 and given_name = 'Zephyrine'", c.VictimID); n != 1 {
		t.Error("more than the contact details went")
	}
}

// Nothing but an approved, due, unheld record can be deleted, whatever the
// application asks: the database holds it, statement by statement.
func TestTheDatabaseDeletesNothingThatIsNotApprovedDueAndFree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, r := b.old(7 * years)
	b.night()
	item := b.review("police.manager")["case "+c.Reference]
	b.Clock.Set(time.Now())
	remove := func(ctx context.Context) error {
		return b.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			var id struct{ ID uuid.UUID }
			if err := tx.Scan(ctx, &id, "select app_retention_delete(?, ?, ?) as id", item.ID, models.NewReference(models.CertificateReference), tx.Now.AddDate(9, 0, 0)); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "x.y", SubjectType: "x"})
		})
	}
	refused := func(what string, ctx context.Context) {
		t.Helper()
		if err := remove(ctx); err == nil {
			t.Errorf("%s: it was deleted", what)
		}
		if n := b.Count(t, "select count(*) from cases where id = $1", c.ID); n != 1 {
			t.Fatalf("%s: the case is gone", what)
		}
	}
	refused("nobody approved it", b.System())
	b.Do(t, "update retention_items set status = 'approved', approved_by = $2, approved_at = $3::timestamptz, delete_after = $3::timestamptz + interval '3 days' where id = $1",
		item.ID, b.Person("police.manager").ID, time.Now())
	refused("its time to be stopped is not over, and the clock that is told runs ahead", b.System())
	b.Do(t, "update retention_items set approved_at = now() - interval '3 days', delete_after = now() - interval '1 hour' where id = $1", item.ID)
	for _, who := range []string{"police.manager", "privacy", "police", "admin"} {
		refused("by "+who+" and not by the job", b.As(who))
	}
	h, err := b.s.PlaceHold(b.As("vawg.manager"), rights.HoldInput{Reference: r.Reference, Reason: "claim"})
	if err != nil {
		t.Fatal(err)
	}
	refused("another organisation holds it", b.System())
	if _, err := b.s.LiftHold(b.As("vawg.manager"), h.ID, "The claim was settled."); err != nil {
		t.Fatal(err)
	}
	b.Do(t, "update referrals set status = 'in_progress', ended_at = null, reason = null, version = version + 1 where id = $1", r.ID)
	refused("work on it is live", b.System())
	b.Do(t, "update referrals set status = 'ended_early', ended_at = now(), reason = 'moved', version = version + 1 where id = $1", r.ID)
	refused("it was used meanwhile, and is not due", b.System())
	b.Do(t, "update referrals set ended_at = $2, status_since = $2 where id = $1", r.ID, time.Now().Add(-7*years))
	if err := remove(b.System()); err != nil {
		t.Errorf("free of all that: %v", err)
	}
	if n := b.Count(t, "select count(*) from cases where id = $1", c.ID); n != 0 {
		t.Error("approved, due and free, it is still there")
	}
	for _, statement := range []string{
		"delete from cases", "delete from victims", "delete from incidents", "delete from contact_details", "delete from referral_shares", "delete from contact_attempts",
		"insert into retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at) values (gen_random_uuid(), app_org_id(), 'case', gen_random_uuid(), 'x', 'x', 'x', now(), now(), now())",
		"update retention_items set status = 'deleted'", "update tombstones set counts = '{}'", "delete from tombstones", "update retention_items set due_on = now()",
		"select retention_erase_case(gen_random_uuid())", "select retention_cascade('cases', 'true', '{}')",
	} {
		err := b.DB.Write(b.As("police.manager"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, statement)
			return err
		})
		if models.CodeOf(err) != models.CodeUnavailable && models.CodeOf(err) != models.CodeNotFound && !errors.Is(err, pg.ErrLostRace) {
			t.Errorf("%s: got %v, want it refused for want of a right", statement, err)
		}
	}
}

func TestAHoldKeepsARecordAndLiftedLetsItGo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, r := b.old(7 * years)
	manager := b.As("police.manager")
	b.wantCode(func() error {
		_, err := b.s.PlaceHold(manager, rights.HoldInput{Reference: c.Reference, Reason: "other"})
		return err
	}(), models.CodeInvalid, "another reason without words")
	b.wantCode(func() error {
		_, err := b.s.PlaceHold(b.As("refuge.manager"), rights.HoldInput{Reference: c.Reference, Reason: "inquest"})
		return err
	}(), models.CodeInvalid, "a case of somebody else's")
	b.wantCode(func() error {
		_, err := b.s.PlaceHold(b.As("police"), rights.HoldInput{Reference: c.Reference, Reason: "inquest"})
		return err
	}(), models.CodeForbidden, "a caseworker")
	b.night()
	item := b.review("police.manager")["case "+c.Reference]
	if _, err := b.s.Approve(manager, item.ID); err != nil {
		t.Fatal(err)
	}
	kept, err := b.s.KeepOn(manager, item.ID, rights.KeepInput{Reason: "inquest"})
	if err != nil || kept.Status != models.ItemKept {
		t.Fatalf("got %+v, %v", kept, err)
	}
	b.wantCode(func() error { _, err := b.s.Approve(manager, item.ID); return err }(), models.CodeConflict, "approving what was kept")
	b.Clock.Set(time.Now())
	if deleted, found := b.night(); deleted != 0 || found != 0 {
		t.Errorf("deleted %d and found %d of what is held", deleted, found)
	}
	holds, err := b.s.Holds(manager)
	if err != nil || len(holds) != 1 || holds[0].Reason != "inquest" {
		t.Fatalf("got %+v, %v", holds, err)
	}
	if _, err := b.s.LiftHold(manager, holds[0].ID, "The inquest is over."); err != nil {
		t.Fatal(err)
	}
	b.wantCode(func() error { _, err := b.s.LiftHold(manager, holds[0].ID, "Again."); return err }(), models.CodeConflict, "lifting twice")
	if _, found := b.night(); found == 0 {
		t.Error("lifted, it is not found again")
	}
	until := models.Today(b.Clock.Now())
	if _, err := b.s.PlaceHold(b.As("vawg.manager"), rights.HoldInput{Reference: r.Reference, Reason: "claim", Until: &until}); err != nil {
		t.Errorf("a hold by who was sent the referral: %v", err)
	}
	b.wantCode(func() error { _, err := b.s.One(b.As("refuge.manager"), item.ID); return err }(), models.CodeNotFound, "somebody else's item")
}

func TestAScheduleIsSetWithinItsBoundsWithASource(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list, err := b.s.Schedules(b.As("privacy"))
	if err != nil || len(list) != len(models.ScheduleKinds()) {
		t.Fatalf("got %d schedules, %v, want one of each kind", len(list), err)
	}
	for _, s := range list {
		if s.Own || s.Source == "" || s.SourceDate.IsZero() || s.Words() == "" {
			t.Errorf("got %+v, want the product's number with its source", s)
		}
	}
	for _, in := range []rights.ScheduleInput{{Months: 0, Source: "x"}, {Months: 145, Source: "x"}, {Months: 24}} {
		_, err := b.s.SetSchedule(b.As("privacy"), "service_user", in)
		b.wantCode(err, models.CodeInvalid, "out of bounds or without a source")
	}
	_, err = b.s.SetSchedule(b.As("privacy"), "child_sexual_abuse", rights.ScheduleInput{Months: 120, Source: "x"})
	b.wantCode(err, models.CodeInvalid, "child sexual abuse for ten years")
	_, err = b.s.SetSchedule(b.As("privacy"), "nothing", rights.ScheduleInput{Months: 120, Source: "x"})
	b.wantCode(err, models.CodeNotFound, "no such kind")
	if s, err := b.s.SetSchedule(b.As("privacy"), "service_user", rights.ScheduleInput{Months: 84, Source: "Contract of 2026"}); err != nil || s.Words() != "7 years" || s.Version != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	if list, _ := b.s.Schedules(b.As("police.manager")); list[2].Own {
		t.Error("one organisation's time is another's")
	}
}

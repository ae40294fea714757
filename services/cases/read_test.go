package cases_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
)

func TestAForeignCaseAndAMissingOneAreOneAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	for _, who := range []string{"refuge", "caseworker", "vawg.manager", "witnesscare"} {
		ctx := s.As(who)
		for name, ask := range map[string]func(id uuid.UUID, reference string) error{
			"get":     func(id uuid.UUID, _ string) error { _, err := s.cases.Get(ctx, id); return err },
			"find":    func(_ uuid.UUID, r string) error { _, err := s.cases.Find(ctx, r); return err },
			"journey": func(id uuid.UUID, _ string) error { _, err := s.cases.Journey(ctx, id); return err },
			"contact": func(id uuid.UUID, _ string) error { _, err := s.cases.SafeContact(ctx, id); return err },
		} {
			foreign, missing := ask(logged.ID, logged.Reference), ask(uuid.New(), models.NewCaseReference())
			wantCode(t, foreign, models.CodeNotFound)
			if foreign == nil || missing == nil || foreign.Error() != missing.Error() {
				t.Errorf("%s, %s: got %v for a foreign one, %v for a missing one", who, name, foreign, missing)
			}
		}
	}
	if n := s.Count(t, "select count(*) from audit_events where action <> 'case.logged'"); n != 0 {
		t.Errorf("got %d events of reading what was not shown", n)
	}
}

func TestARestrictedCaseIsThereOnlyForThoseNamed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	s.Do(t, "update cases set restricted_to = array[$2::uuid] where id = $1", logged.ID, s.Person("police").ID)
	if _, err := s.cases.Get(s.As("police"), logged.ID); err != nil {
		t.Errorf("the person named: %v", err)
	}
	for _, who := range []string{"police.second", "police.manager"} {
		ctx := s.As(who)
		_, err := s.cases.Get(ctx, logged.ID)
		wantCode(t, err, models.CodeNotFound)
		_, err = s.cases.SafeContact(ctx, logged.ID)
		wantCode(t, err, models.CodeNotFound)
		page, err := s.cases.List(ctx, cases.Filter{})
		if err != nil || len(page.Items) != 0 || page.Total != 0 {
			t.Errorf("%s lists %+v, %v", who, page, err)
		}
		for _, q := range []cases.Query{{Name: "Quillfeather"}, {Phone: "07700 900123"}, {Reference: logged.Reference}, {DateOfBirth: day("1992-03-14")}, {CrimeReference: "CAD1234/14NOV26"}, {Postcode: "E8 1EA"}} {
			if found, err := s.cases.Search(ctx, q); err != nil || len(found.Items) != 0 || found.More {
				t.Errorf("%s finds %+v with %+v, %v", who, found, q, err)
			}
		}
		err = s.cases.ChangeSafeContact(ctx, logged.ID, cases.ContactChange{Source: "police", SafeContact: models.SafeContact{ConfirmedOn: day("2026-11-16")}})
		wantCode(t, err, models.CodeNotFound)
	}
}

func TestAListHoldsTheCasesHeldInOrderBothWays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("caseworker")
	var want []string
	for i := range 7 {
		s.Clock.Advance(time.Minute)
		if i == 3 {
			s.Clock.Advance(-time.Minute) // two at the same moment
		}
		c := s.log(t, ctx, func(in *cases.LogInput) { in.Victim.GivenName = fmt.Sprintf("Number %d", i) })
		want = append([]string{c.Reference}, want...)
	}
	s.log(t, s.As("police"))
	s.Do(t, "update cases set status = 'closed' where reference = $1", want[6])
	all := readOn(t, s, ctx, cases.Filter{Limit: 3})
	sorted := slices.Sorted(slices.Values(want))
	if !cmp.Equal(slices.Sorted(slices.Values(slices.Concat(all...))), sorted) || len(all) != 3 || len(all[0]) != 3 || len(all[2]) != 1 {
		t.Errorf("got pages %v, want all of %v by three", all, want)
	}
	open := readOn(t, s, ctx, cases.Filter{Limit: 100, Status: models.CaseOpen})
	if len(open) != 1 || len(open[0]) != 6 {
		t.Errorf("open: got %v", open)
	}
	for _, f := range []cases.Filter{{Risk: models.PriorityStandard}, {Borough: "Camden"}, {Status: models.CaseClosed, Risk: models.PriorityMedium}} {
		if got := readOn(t, s, ctx, f); len(slices.Concat(got...)) != 0 {
			t.Errorf("%+v: got %v, want none", f, got)
		}
	}
	if got := readOn(t, s, ctx, cases.Filter{Borough: "hackney", Risk: models.PriorityHigh, Status: models.CaseClosed}); len(slices.Concat(got...)) != 1 {
		t.Errorf("closed and high in Hackney: got %v, want one", got)
	}
}

// readOn reads a list to its end, then back to its start, and compares.
func readOn(t *testing.T, s *stage, ctx context.Context, f cases.Filter) [][]string {
	t.Helper()
	var pages [][]string
	var last cases.Page
	for range 20 {
		page, err := s.cases.List(ctx, f)
		if err != nil {
			t.Fatalf("listing: %v", err)
		}
		pages, last = append(pages, references(page)), page
		if page.Next == "" {
			break
		}
		f.Cursor = page.Next
	}
	for i := len(pages) - 2; i >= 0; i-- {
		if last.Previous == "" {
			t.Fatalf("page %d knows no page before it", i+1)
		}
		f.Cursor = last.Previous
		page, err := s.cases.List(ctx, f)
		if err != nil {
			t.Fatalf("listing back: %v", err)
		}
		if diff := cmp.Diff(pages[i], references(page)); diff != "" {
			t.Errorf("page %d on the way back (-want +got):\n%s", i, diff)
		}
		last = page
	}
	if last.Previous != "" {
		t.Error("the first page knows a page before it")
	}
	return pages
}

func references(p cases.Page) []string {
	out := []string{}
	for _, i := range p.Items {
		out = append(out, i.Reference)
	}
	return out
}

func TestAListRecordsWhichCasesItShowed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx := s.As("caseworker")
	for range 3 {
		s.log(t, ctx)
		s.Clock.Advance(time.Second)
	}
	page, err := s.cases.List(ctx, cases.Filter{Limit: 2})
	if err != nil || len(page.Items) != 2 || page.Total != 3 || page.More {
		t.Fatalf("got %+v, %v", page, err)
	}
	if n := s.Count(t, `select count(*) from audit_events where action = 'case.listed' and detail->'cases' @> to_jsonb($1::uuid[])
		and jsonb_array_length(detail->'cases') = 2 and actor_user_id = $2`, []uuid.UUID{page.Items[0].ID, page.Items[1].ID}, s.Person("caseworker").ID); n != 1 {
		t.Errorf("got %d events naming the two cases shown, want 1", n)
	}
	i := page.Items[0]
	if i.Name() != "Zephyrine Quillfeather" || i.BoroughName != "Hackney" || len(i.Channels) != 2 || i.Channels[0].ConfirmedOn == nil || i.Channels[0].Windows[0].Day != "tue" {
		t.Errorf("got item %+v", i)
	}
}

func TestAListRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, f := range []cases.Filter{{Limit: 101}, {Limit: -1}, {Cursor: "x"}, {Cursor: strings.Repeat("A", 33)}, {Cursor: strings.Repeat("_", 34)}} {
		if _, err := s.cases.List(s.As("police"), f); models.CodeOf(err) != models.CodeMalformed {
			t.Errorf("%+v: got %v, want malformed", f, err)
		}
	}
	for _, f := range []cases.Filter{{Status: "gone"}, {Risk: "extreme"}, {Borough: "Watford"}} {
		_, err := s.cases.List(s.As("police"), f)
		wantCode(t, err, models.CodeInvalid)
	}
}

func TestAListShowsTheNextClockOfEachCase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.Case(t, s.As("police"))
	s.Referral(t, c, testkit.ServiceIDVA, models.StatusSubmitted)
	page, err := s.cases.List(s.As("police"), cases.Filter{})
	if err != nil || len(page.Items) != 1 || page.Items[0].Clock == nil {
		t.Fatalf("got %+v, %v", page, err)
	}
	if k := page.Items[0].Clock; k.Rule != models.RuleDecide || k.Holder.Name != "Ashdown Advocacy" || k.Text.Words != "Due in 2 working days" {
		t.Errorf("got %+v, want the clock to decide", k)
	}
	v, err := s.cases.Get(s.As("police"), c.ID)
	if err != nil || len(v.Clocks) != 1 || v.Clocks[0].Text != page.Items[0].Clock.Text || len(v.Referrals) != 1 || v.Referrals[0].To.Name != "Ashdown Advocacy" {
		t.Errorf("the case shows clocks %+v, referrals %+v, %v", v.Clocks, v.Referrals, err)
	}
	if len(v.Events) != 3 || v.Events[0].Kind == "case.logged" && v.Events[2].Kind == "case.logged" {
		t.Errorf("got events %+v, want logged, agreed and sent", v.Events)
	}
	j, err := s.cases.Journey(s.As("police"), c.ID)
	if err != nil || len(j.Holders) != 1 || len(j.Gaps) != 0 || len(j.Referrals) != 1 || len(j.Clocks) != 1 || len(j.Events) != 3 {
		t.Errorf("got journey %+v, %v", j, err)
	}
}

func TestAJourneyShowsAnUnbrokenLineOfHolders(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	logged := s.log(t, s.As("police"))
	s.Clock.Advance(24 * time.Hour)
	s.Do(t, "update cases set accountable_org_id = $2, updated_at = $3 where id = $1", logged.ID, s.Org("lvs").ID, s.Clock.Now())
	for _, who := range []string{"police", "caseworker"} {
		j, err := s.cases.Journey(s.As(who), logged.ID)
		if err != nil || len(j.Holders) != 2 || j.Holders[0].Until == nil || !j.Holders[0].Until.Equal(j.Holders[1].From) || len(j.Gaps) != 0 {
			t.Errorf("%s: got %+v, %v", who, j, err)
		}
	}
}

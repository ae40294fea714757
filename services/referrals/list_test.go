package referrals_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// many plants referrals straight into the table: due an hour apart, every
// fourth with nothing due, from the police to Ashdown.
func (b *bench) many(n int) {
	b.t.Helper()
	c := b.Case(b.t, b.As("police"))
	s := b.Service(testkit.ServiceIDVA)
	agreement := b.Agreement(b.t, c, s.OrgID)
	b.Do(b.t, `create temp sequence if not exists refs`)
	b.Do(b.t, `insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, status, priority,
		created_by, created_at, submitted_at, ended_at, reason, decided_by, accepted_at, status_since, due_at)
		select id, 'R-' || substr(translate(upper(md5(n::text)), 'ILOU', '1100'), 1, 4) || '-' || lpad(n::text, 4, '0') || '-' || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + n / 10000, 1),
			$1, id, $2, 'vawg', $3, $4, $5, case when n % 4 = 0 then 'completed' else 'acknowledged' end, 'standard', $6, $7::timestamptz, $7,
			case when n % 4 = 0 then $7::timestamptz end, null, null, case when n % 4 = 0 then $7::timestamptz end, $7, case when n % 4 <> 0 then $7::timestamptz + make_interval(hours => n % 50) end
		from (select n, gen_random_uuid() as id from generate_series(1, $8) n) x on conflict do nothing`,
		c.ID, s.ID, c.OrgID, s.OrgID, agreement, c.UserID, b.Clock.Now(), n)
}

func TestABoxIsReadToItsEndAndBackWithNothingTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Do(t, "drop index referrals_one_live") // many of one case, to page through
	b.many(57)
	var forward, back []uuid.UUID
	var pages []string
	cursor := ""
	for range 20 {
		p, err := b.s.List(b.As("vawg"), referrals.Filter{Limit: 10, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range p.Items {
			forward = append(forward, it.ID)
		}
		pages = append(pages, cursor)
		if p.Next == "" {
			cursor = p.Previous
			break
		}
		cursor = p.Next
	}
	if len(forward) != 57 || len(pages) != 6 {
		t.Fatalf("got %d referrals on %d pages, want 57 on 6", len(forward), len(pages))
	}
	for cursor != "" {
		p, err := b.s.List(b.As("vawg"), referrals.Filter{Limit: 10, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		var ids []uuid.UUID
		for _, it := range p.Items {
			ids = append(ids, it.ID)
		}
		back = append(ids, back...)
		cursor = p.Previous
	}
	if diff := cmp.Diff(forward[:50], back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	all, err := b.s.List(b.As("vawg"), referrals.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	due := func(it referrals.Item) time.Time {
		if it.DueAt == nil {
			return time.Unix(1<<40, 0)
		}
		return *it.DueAt
	}
	if !slices.IsSortedFunc(all.Items, func(a, b referrals.Item) int { return due(a).Compare(due(b)) }) {
		t.Error("the box is not ordered by what is due")
	}
}

func TestAFilterChoosesAndTheTrailSaysWhatWasShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.sent(testkit.ServiceIDVA), b.accepted(testkit.ServiceIDVA)
	b.draft(b.Case(t, b.As("police")), testkit.ServiceLantern)
	b.Clock.Set(london(18, 9, 0)) // the acknowledge clock of the first has passed
	list := func(who string, f referrals.Filter) []string {
		t.Helper()
		p, err := b.s.List(b.As(who), f)
		if err != nil {
			t.Fatal(err)
		}
		out := []string{}
		for _, it := range p.Items {
			out = append(out, it.Reference)
		}
		return out
	}
	for name, c := range map[string]struct {
		who  string
		f    referrals.Filter
		want []string
	}{
		"inbox":              {"vawg", referrals.Filter{}, []string{first.Reference, second.Reference}},
		"late":               {"vawg", referrals.Filter{Overdue: true}, []string{first.Reference}},
		"accepted":           {"vawg", referrals.Filter{Statuses: []models.ReferralStatus{models.StatusAccepted}}, []string{second.Reference}},
		"mine":               {"vawg", referrals.Filter{Worker: b.Person("vawg").ID}, []string{second.Reference}},
		"of another pathway": {"vawg", referrals.Filter{Pathway: "general"}, []string{}},
		"drafts in the box":  {"lantern", referrals.Filter{}, []string{}},
	} {
		if diff := cmp.Diff(c.want, list(c.who, c.f)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := len(list("police", referrals.Filter{Box: referrals.BoxSent})); got != 3 {
		t.Errorf("got %d sent, want 3 with the draft", got)
	}
	var detail []byte
	err := b.Owner.QueryRow(t.Context(), `select detail from audit_events where action = 'referral.listed' and actor_user_id = $1
		and jsonb_array_length(detail->'ids') = 2 limit 1`, b.Person("vawg").ID).Scan(&detail)
	if err != nil || !strings.Contains(string(detail), first.ID.String()) || !strings.Contains(string(detail), second.ID.String()) {
		t.Errorf("got %s %v, want the two that were shown", detail, err)
	}
	for name, f := range map[string]referrals.Filter{"a box": {Box: "x"}, "a status": {Statuses: []models.ReferralStatus{"x"}}, "a pathway": {Pathway: "x"}} {
		if _, err := b.s.List(b.As("vawg"), f); codeOf(err) != models.CodeInvalid {
			t.Errorf("%s that is none: got %v, want invalid", name, err)
		}
	}
	for _, f := range []referrals.Filter{{Cursor: "x"}, {Cursor: strings.Repeat("_", 34)}, {Limit: 101}, {Limit: -1}} {
		if _, err := b.s.List(b.As("vawg"), f); codeOf(err) != models.CodeMalformed {
			t.Errorf("%+v: got %v, want malformed", f, err)
		}
	}
}

func TestTheWorklistGroupsWhatIsOwedByWhenAndWhoWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.sent(testkit.ServiceIDVA)
	asked := b.at(models.StatusInfoRequested)
	w, err := b.s.Today(b.As("vawg"))
	if err != nil || len(w.Soon) != 2 || w.Soon[0].What != "Pick up the referral" || w.Soon[0].Reference != v.Reference || len(w.Waiting) != 1 {
		t.Errorf("got %+v %v, want two clocks soon and one question waiting", w, err)
	}
	w, err = b.s.Today(b.As("police"))
	if err != nil || len(w.Soon) != 1 || w.Soon[0].What != "Answer the question" || w.Soon[0].Reference != asked.Reference || w.Soon[0].CaseReference == "" {
		t.Errorf("got %+v %v, want the question to answer", w, err)
	}
	if len(w.Waiting) != 1 || w.Waiting[0].What != "They pick it up" || w.Waiting[0].With.Name != "Ashdown Advocacy" {
		t.Errorf("got %+v, want the other waiting on the receiver", w.Waiting)
	}
	b.Clock.Set(london(19, 9, 0))
	w, err = b.s.Today(b.As("vawg"))
	if err != nil || len(w.Late) != 2 {
		t.Errorf("got %+v %v, want both clocks late", w, err)
	}
	b.must("police", v.ID, models.ActWithdraw, referrals.ActionInput{Reason: "victim_changed_mind"})
	w, err = b.s.Today(b.As("vawg"))
	if err != nil || len(w.DueToday) != 1 || w.DueToday[0].What != "Acknowledge the withdrawal" {
		t.Errorf("got %+v %v, want the withdrawal to acknowledge", w, err)
	}
	if _, err := b.s.Today(b.As("commissioner")); codeOf(err) != models.CodeForbidden {
		t.Errorf("got %v, want forbidden", err)
	}
}

func TestADeclineAsksItsReferrerForTheNextStepUntilThereIsOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.at(models.StatusDeclined)
	w, err := b.s.Today(b.As("police"))
	if err != nil || len(w.DueToday) != 1 || w.DueToday[0].What != "Choose the next service" {
		t.Errorf("got %+v %v, want the next service asked for", w, err)
	}
	b.Clock.Advance(time.Minute)
	b.draft(v.facts, testkit.ServiceLantern)
	if w, err = b.s.Today(b.As("police")); err != nil || len(w.DueToday) != 0 {
		t.Errorf("got %+v %v once there is one, want nothing", w, err)
	}
}

func TestAHoldThatIsUpAndALateDutyShowToThoseWhoMustAct(t *testing.T) {
	t.Parallel()
	b := setup(t)
	held := b.at(models.StatusOnHold)
	b.Do(t, "update referrals set review_on = $2 where id = $1", held.ID, models.Today(b.Clock.Now()))
	w, err := b.s.Today(b.As("vawg"))
	if err != nil || len(w.DueToday) != 1 || w.DueToday[0].What != "Look at the hold again" {
		t.Errorf("got %+v %v, want the hold to look at", w.DueToday, err)
	}
	late := b.sent(testkit.ServiceIDVA)
	b.Do(t, "update clocks set state = 'breached' where referral_id = $1 and rule = 'K22'", late.ID)
	b.Do(t, "update referrals set over_limit = true where id = $1", late.ID)
	w, err = b.s.Today(b.As("coordinator"))
	if err != nil || len(w.Late) != 1 || w.Late[0].Reference != late.Reference || w.Late[0].What != "They pick it up" || w.Late[0].CaseReference != "" {
		t.Errorf("got %+v %v, want the late duty without the case", w.Late, err)
	}
}

func TestTheInboxCountsWhatItGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sent(testkit.ServiceIDVA)
	b.accepted(testkit.ServiceIDVA)
	b.at(models.StatusWaitlisted)
	b.at(models.StatusOnHold)
	b.at(models.StatusWithdrawn)
	in, err := b.s.Inbox(b.As("vawg"))
	if err != nil {
		t.Fatal(err)
	}
	want := referrals.Counts{ToDecide: 1, FirstContact: 1, Waiting: 1, Working: 1, Withdrawn: 1}
	if in.Counts != want || len(in.ToDecide) != 1 || len(in.FirstContact) != 1 || len(in.Working) != 1 || len(in.Waiting) != 1 || len(in.Withdrawn) != 1 {
		t.Errorf("got %+v, want one of each", in.Counts)
	}
}

// crowd plants forty organisations that refer to each other, with the clocks of
// each referral: enough rows for the planner to choose as it would in use.
func (b *bench) crowd(n int) {
	b.t.Helper()
	b.Do(b.t, "insert into organisations (id, name, kind) select gen_random_uuid(), 'Organisation ' || n, 'charity' from generate_series(1, 40) n")
	b.Do(b.t, `insert into victims (id, created_at) select gen_random_uuid(), now() from generate_series(1, $1::int / 5)`, n)
	b.Do(b.t, `insert into cases (id, reference, victim_id, source, accountable_org_id, logged_by_org_id, logged_by, risk_level, enhanced, logged_at, updated_at)
		select gen_random_uuid(), 'C-' || lpad(row_number() over ()::text, 4, '0') || '-0000-0', v.id, 'police', o.id, o.id, $1, 'standard', false, now(), now()
		from (select id, (random() * 40)::int n from victims) v join (select id, row_number() over () n from organisations) o on o.n = v.n + 1
		on conflict do nothing`, b.Person("police").ID)
	c := b.Case(b.t, b.As("police"))
	s := b.Service(testkit.ServiceIDVA)
	b.Do(b.t, "alter table referrals disable trigger user")
	b.Do(b.t, "alter table clocks disable trigger user")
	b.Do(b.t, `insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, status, priority,
			created_by, created_at, submitted_at, ended_at, reason, decided_by, accepted_at, status_since, due_at, worker_id)
		select id, 'R-' || lpad((n / 10000)::text, 4, '0') || '-' || lpad((n % 10000)::text, 4, '0') || '-0', case_id, id, $1, 'vawg', from_org, to_org, $2, status, 'standard',
			$3, $4::timestamptz, $4, case when status in ('completed', 'declined') then $4::timestamptz end, case when status = 'declined' then 'no_capacity' end, null,
			case when status in ('completed', 'accepted') then $4::timestamptz end, $4,
			case when status not in ('completed', 'declined') then $4::timestamptz + make_interval(hours => n % 500) end, worker
		from (select n, gen_random_uuid() as id, (array(select id from cases))[1 + n % (select count(*) from cases)] as case_id,
				case when n % 10 = 0 then $5 else (array(select id from organisations))[1 + (n * 7) % 45] end as from_org,
				case when n % 10 = 1 then $6 else (array(select id from organisations))[1 + (n * 11) % 45] end as to_org,
				(array['submitted', 'acknowledged', 'accepted', 'completed', 'completed', 'completed', 'declined', 'completed'])[1 + n % 8] as status,
				case when n % 10 = 1 and n % 8 = 2 then $3::uuid end as worker
			from generate_series(1, $7::int) n) x`,
		s.ID, b.Agreement(b.t, c, s.OrgID), b.Person("vawg").ID, b.Clock.Now(), b.Org(testkit.OrgPolice).ID, b.Org(testkit.OrgVAWG).ID, n)
	b.Do(b.t, `insert into clocks (id, case_id, referral_id, rule, holder_org_id, access, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at)
		select gen_random_uuid(), r.case_id, r.id, rule, r.to_org_id, array[r.from_org_id, r.to_org_id], case when r.ended_at is null then 'running' else 'met' end, 2, r.submitted_at,
			coalesce(r.due_at, r.submitted_at), coalesce(r.due_at, r.submitted_at), r.submitted_at, r.ended_at
		from referrals r, unnest(array['K22', 'K23']) rule`)
	b.Do(b.t, "alter table referrals enable trigger user")
	b.Do(b.t, "alter table clocks enable trigger user")
	for _, table := range []string{"referrals", "clocks", "cases", "victims", "organisations"} {
		b.Do(b.t, "analyze "+table)
	}
}

// TestListsNeverReadAWholeTable asks how the server runs each statement as the
// application asks it, for a large organisation and for one with little.
func TestListsNeverReadAWholeTable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Do(t, "drop index referrals_one_live")
	b.crowd(30000)
	e := b.Explain(t)
	svc := referrals.New(e.DB, models.MustCalendar(), directory.New(e.DB))
	for _, who := range []string{"vawg", "refuge"} { // the largest organisation and one with nothing
		ctx := b.As(who)
		for _, f := range []referrals.Filter{
			{},
			{Box: referrals.BoxSent},
			{Statuses: []models.ReferralStatus{models.StatusSubmitted, models.StatusAcknowledged}},
			{Overdue: true},
			{Worker: b.Person("vawg").ID},
		} {
			if _, err := svc.List(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := svc.Today(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Counts(ctx); err != nil {
			t.Fatal(err)
		}
	}
	v := b.sent(testkit.ServiceIDVA)
	if _, err := svc.Get(b.As("vawg"), v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Do(b.As("vawg"), v.ID, models.ActAccept, b.worker("vawg")); err != nil {
		t.Fatal(err)
	}
	plans := e.Plans()
	if len(plans) < 40 {
		t.Errorf("got %d plans, want one for every statement", len(plans))
	}
	for _, p := range plans {
		for _, table := range []string{"referrals", "clocks", "cases", "victims"} {
			if slices.Contains(p.Scan, table) {
				t.Errorf("the whole of %s is read by %s", table, p.SQL)
			}
		}
	}
}

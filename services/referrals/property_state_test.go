package referrals_test

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// due is a clock as it stands in the table.
type due struct {
	rule           models.Rule
	holder         uuid.UUID
	state          models.ClockState
	started, at    time.Time
	first          time.Time
	pauses         models.PauseList
	stopped, still *time.Time // still: since when it stands still
	open           bool
}

// moved is when a clock is due by its first due time and its pauses.
func (p *play) moved(d due) time.Time {
	at := d.first
	for _, stretch := range d.pauses {
		var err error
		if at, err = models.MustCalendar().AddPause(at, stretch.From, stretch.Until); err != nil {
			p.fail("adding a pause: %v", err)
		}
	}
	return at
}

func (p *play) dues(id uuid.UUID) []due {
	p.t.Helper()
	rows, err := p.Owner.Query(context.Background(), `select rule, holder_org_id, state, started_at, due_at, stopped_at, paused_since,
		stopped_at is null and state in ('running', 'due_soon', 'breached'), first_due_at, pauses from clocks where referral_id = $1`, id)
	if err != nil {
		p.fail("reading clocks: %v", err)
	}
	defer rows.Close()
	var out []due
	for rows.Next() {
		var d due
		if err := rows.Scan(&d.rule, &d.holder, &d.state, &d.started, &d.at, &d.stopped, &d.still, &d.open, &d.first, &d.pauses); err != nil {
			p.fail("reading clocks: %v", err)
		}
		out = append(out, d)
	}
	return out
}

// owed is which clocks run in a state: true must, false may. What a question, a
// proposal or a hold came from goes on owing what it owed.
func owed(s models.ReferralStatus, from *models.ReferralStatus) map[models.Rule]bool {
	out := map[models.Rule]bool{}
	held := func() map[models.Rule]bool {
		if from == nil {
			return map[models.Rule]bool{}
		}
		return owed(*from, nil)
	}
	switch s {
	case models.StatusSubmitted:
		out[models.RuleAcknowledge], out[models.RuleDecide] = false, true
	case models.StatusAcknowledged:
		out[models.RuleDecide] = true
	case models.StatusInfoRequested:
		out = held()
		delete(out, models.RuleAcknowledge)
		out[models.RuleAnswer] = true
		if from == nil { // of a proposal that came from a question: either may be owed
			out[models.RuleDecide], out[models.RuleWaitingReview] = false, false
		}
	case models.StatusWaitlisted:
		out[models.RuleWaitingReview] = true
	case models.StatusDeclineProposed:
		out = held()
		delete(out, models.RuleAcknowledge)
		out[models.RuleDeclineReview] = true
	case models.StatusAccepted:
		out[models.RuleFirstAttempt], out[models.RuleFirstContact] = false, true
	case models.StatusOnHold:
		out = held()
	case models.StatusEndedEarly:
		out[models.RuleEndReport] = false
	}
	return out
}

// checkState holds one referral, at rest, against every rule that holds between
// acts:
//
//   - the clocks that run are those its state owes, one of a rule at a time
//   - the decide clock never stands still where the risk is high, and stands
//     still only while a question or a proposed decline is open
//   - a clock is met only where it was stopped in time, and late only where not
//   - a clock is due when its pauses, added to its first due time, say
//   - due_at is the earliest duty of the receiver that runs
//   - a late duty still owed makes it its coordinator's to see
//   - it has ended if and only if it has an end, and then nothing is live of it
//   - what was frozen at sending is frozen
//   - the case has one accountable organisation, that which logged it
//   - who may see case, victim and clocks is what live relations say
//   - the figures hold the state it has
func (p *play) checkState(ref *playReferral, r *row) {
	p.t.Helper()
	clocks := p.dues(r.ID)
	want := owed(r.Status, r.HeldFrom)
	var earliest *time.Time
	late := false
	open := map[models.Rule]int{}
	for _, d := range clocks {
		if d.state == models.ClockMet && d.stopped.After(d.at) || d.state == models.ClockBreached && d.stopped != nil && !d.stopped.After(d.at) {
			p.fail("clock %s is %s, stopped %v, due %v", d.rule, d.state, d.stopped, d.at)
		}
		if want := p.moved(d); !want.Equal(d.at) && d.state != models.ClockNotApplicable {
			p.fail("clock %s is due %v, want %v after %v", d.rule, d.at, want, d.pauses)
		}
		if !d.open {
			continue
		}
		open[d.rule]++
		late = late || d.state == models.ClockBreached
		if _, ok := want[d.rule]; !ok || open[d.rule] > 1 {
			p.fail("clock %s runs in %s (from %v), which does not owe it", d.rule, r.Status, r.HeldFrom)
		}
		if d.still == nil && d.holder == r.To && (earliest == nil || d.at.Before(*earliest)) {
			earliest = &d.at
		}
		still := d.rule == models.RuleDecide && r.Priority != models.PriorityHigh && (r.Status == models.StatusInfoRequested || r.Status == models.StatusDeclineProposed)
		if d.rule == models.RuleDecide && (d.still != nil) != still {
			p.fail("the decide clock stands still since %v in %s, priority %s", d.still, r.Status, r.Priority)
		}
		if d.still != nil && d.rule != models.RuleDecide && r.Status != models.StatusOnHold {
			p.fail("clock %s stands still in %s", d.rule, r.Status)
		}
	}
	for rule, must := range want {
		if must && open[rule] == 0 {
			p.fail("%s owes %s, and no such clock runs", r.Status, rule)
		}
	}
	if (earliest == nil) != (r.Due == nil) || earliest != nil && !earliest.Equal(*r.Due) {
		p.fail("due at %v, want the receiver's earliest %v", r.Due, earliest)
	}
	if late && !r.OverLimit {
		p.fail("a duty is late and its coordinator does not see it")
	}
	if (r.Ended != nil) != r.Status.Ended() || r.Status.Accepted() && r.Accepted == nil {
		p.fail("%s with end %v and acceptance %v", r.Status, r.Ended, r.Accepted)
	}
	if r.Submitted != nil && r.Shares != ref.shares {
		p.fail("what was frozen has changed")
	}
	p.checkAround(r)
}

// aroundSQL counts what is wrong round a referral; every column has to be 0.
const aroundSQL = `select
	(select count(*) from cases c where c.id = r.case_id and (c.accountable_org_id <> c.logged_by_org_id
		or (select count(*) from case_holders h where h.case_id = c.id and h.until_at is null and h.org_id = c.accountable_org_id) <> 1)),
	(select count(*) from cases c where c.id = r.case_id and c.access <> case_access(c)),
	(select count(*) from victims v join cases c on c.victim_id = v.id where c.id = r.case_id and v.access <> victim_access(v.id)),
	(select count(*) from clocks k where k.referral_id = r.id and (r.receiver_sees or r.from_org_id = r.to_org_id) <> (r.to_org_id = any (k.access))),
	(select count(*) from clocks k where k.referral_id = r.id and not r.from_org_id = any (k.access)),
	(select count(*) from quality_facts f where f.kind = 'referral' and f.id = r.id and (f.status <> r.status or f.ended_at is distinct from r.ended_at)),
	(select abs(count(*) - (select count(*) from clocks k where k.referral_id = r.id)) from quality_facts f where f.kind = 'clock' and f.referral_id = r.id),
	(select count(*) from referral_history h join referral_history n on n.referral_id = h.referral_id and n.version = h.version + 1
		where h.referral_id = r.id and n.from_status <> h.to_status)
	from referrals r where r.id = $1`

func (p *play) checkAround(r *row) {
	p.t.Helper()
	names := []string{
		"accountable organisation", "access of the case", "access of the victim", "receiver's access to clocks", "referrer's access to clocks",
		"figures of the referral", "figures of its clocks", "chain of the history",
	}
	counts := make([]int, len(names))
	into := make([]any, len(names))
	for i := range counts {
		into[i] = &counts[i]
	}
	if err := p.Owner.QueryRow(context.Background(), aroundSQL, r.ID).Scan(into...); err != nil {
		p.fail("looking round: %v", err)
	}
	for i, n := range counts {
		if n != 0 {
			p.fail("%s: %d wrong", names[i], n)
		}
	}
}

// checkSeen: a reader is shown exactly what the matrix says, and to everyone
// else it does not exist.
func (p *play) checkSeen(who string, r *row, v referrals.View, err error) {
	p.t.Helper()
	want := p.levelOf(who, r)
	switch role := p.Person(who).Role; {
	case role == models.RoleCourtOfficer || role == models.RoleCommissionerAuditor:
		if models.CodeOf(err) != models.CodeForbidden {
			p.fail("%s read a referral: %v", who, err)
		}
		return
	case want == referrals.LevelNothing:
		if models.CodeOf(err) != models.CodeNotFound {
			p.fail("%s saw a referral in %s: %v", who, r.Status, err)
		}
		return
	case err != nil:
		p.fail("%s could not read a referral in %s: %v", who, r.Status, err)
	}
	if want == referrals.LevelOwn { // without a reason: a shell
		want = referrals.LevelShell
	}
	var keys []string
	switch want {
	case referrals.LevelBefore:
		keys = p.keys(r.ID, "sending")
	case referrals.LevelAfter:
		keys = append(p.keys(r.ID, "sending"), p.keys(r.ID, "acceptance")...)
	case referrals.LevelRedacted:
		keys = slices.DeleteFunc(p.keys(r.ID, "sending"), func(k string) bool { return k == "given_name" })
	}
	slices.Sort(keys)
	if got := slices.Sorted(maps.Keys(v.Shared)); v.Level != want || !slices.Equal(got, keys) {
		p.fail("%s is shown %s with %v in %s, want %s with %v", who, v.Level, got, r.Status, want, keys)
	}
	p.checkContactSeen(who, r, v, want)
}

// checkContactSeen: numbers and the code word open with acceptance, where they
// were agreed to, and to the referrer; to a coordinator never.
func (p *play) checkContactSeen(who string, r *row, v referrals.View, level referrals.Level) {
	p.t.Helper()
	own := p.Person(who).Org.ID == r.From
	agreed := slices.Contains(r.Fields, "safe_contact")
	want := own && level == referrals.LevelAfter || level == referrals.LevelAfter && agreed
	got := v.SafeContact != nil && v.SafeContact.CodeWord != ""
	if got != want {
		p.fail("%s sees the code word: %v, want %v (%s, agreed %v)", who, got, want, level, agreed)
	}
	if v.SafeContact != nil && !want {
		for _, c := range v.SafeContact.Channels {
			if c.Value != "" || c.Note != "" {
				p.fail("%s sees a number in %s", who, r.Status)
			}
		}
	}
}

func (p *play) levelOf(who string, r *row) referrals.Level {
	phase := referrals.Phase{Status: r.Status}
	if r.Status.Ended() {
		phase.Accepted = r.Accepted != nil
		phase.Acknowledged = r.Status == models.StatusWithdrawn && r.Accepted == nil && r.WithdrawalAcknowledged != nil
	}
	level := referrals.LevelNothing
	for _, s := range p.sides(who, r) {
		rel := map[models.Side]referrals.Relation{
			models.SideReferrer: referrals.RelReferrer, models.SideReferrerManager: referrals.RelReferrer, models.SideProvider: referrals.RelProviderWorker,
			models.SideProviderManager: referrals.RelProviderManager, models.SideCoordinator: referrals.RelCoordinator,
		}[s]
		if l := referrals.LevelFor(phase, rel, r.OverLimit); level != referrals.LevelAfter {
			level = max(level, l)
		}
	}
	return level
}

// checkTicked: after a tick every clock that runs stands where its times say,
// and a second tick moves nothing.
func (p *play) checkTicked() {
	p.t.Helper()
	now := p.Clock.Now()
	wrong := p.Count(p.t, `select count(*) from clocks where stopped_at is null and paused_since is null and state in ('running', 'due_soon')
		and (due_at < $1 or state = 'running' and due_soon_at <= $1)`, now)
	hidden := p.Count(p.t, `select count(*) from clocks k join referrals r on r.id = k.referral_id where k.stopped_at is null and k.state = 'breached' and not r.over_limit`)
	if wrong != 0 || hidden != 0 {
		p.fail("after a tick %d clocks stand wrong, %d late ones are hidden", wrong, hidden)
	}
	if moved, err := p.clock.Tick(context.Background()); err != nil || moved != 0 {
		p.fail("a second tick moved %d clocks, %v", moved, err)
	}
}

// checkEnd looks at every referral once more, after all that happened round it.
func (p *play) checkEnd() {
	p.t.Helper()
	for _, ref := range p.referrals {
		if r := p.row(ref.id); r != nil {
			p.checkState(ref, r)
			for _, who := range seats() {
				v, err := p.s.Get(p.As(who), ref.id)
				p.checkSeen(who, r, v, err)
			}
		}
	}
}

package referrals_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/referrals"
)

// works reports whether somebody's role sends and answers referrals.
func (p *play) works(who string) bool {
	switch p.Person(who).Role {
	case models.RoleCaseworker, models.RoleManager, models.RoleProviderWorker, models.RoleProviderManager:
		return true
	}
	return false
}

// takes holds a service against a case by the story's own facts.
func (p *play) takes(s *models.Service, c *playCase) bool {
	age := models.AgeOn(*c.DateOfBirth, models.Today(p.Clock.Now()))
	male := c.Equality == `{"sex":"male"}`
	return s.Capacity == models.CapacityOpen && (s.MinAge == nil || age >= *s.MinAge) &&
		(len(s.Boroughs) == 0 || slices.Contains(s.Boroughs, c.Borough)) && (len(s.OffenceTypes) == 0 || slices.Contains(s.OffenceTypes, "domestic_abuse")) &&
		(!s.WomenOnly || !male) && (s.HighRisk || c.Risk != models.PriorityHigh)
}

func (p *play) live(c *playCase, service uuid.UUID) int {
	return p.Count(p.t, "select count(*) from referrals where case_id = $1 and service_id = $2 and submitted_at is not null and ended_at is null", c.ID, service)
}

// decision finds a decision to share of a case, if it is one of this case.
func (c *playCase) decision(id uuid.UUID) *playDecision {
	i := slices.IndexFunc(c.decisions, func(d playDecision) bool { return d.id == id })
	if i < 0 {
		return nil
	}
	return &c.decisions[i]
}

// checkCreated: a draft begins exactly where the case is the actor's, the
// service takes it, and the decision is live, for this receiver and wide enough.
func (p *play) checkCreated(c *playCase, s *models.Service, d playDecision, in referrals.CreateInput, who string, v referrals.View, err error) {
	p.t.Helper()
	d = *c.decision(d.id)
	narrow := slices.ContainsFunc(in.SharedFields, func(f string) bool { return !slices.Contains(d.fields, f) })
	want := p.works(who) && p.Person(who).Org.ID == c.OrgID && p.takes(s, c) && d.receiver == s.OrgID && !d.withdrawn && !narrow && p.live(c, s.ID) == 0
	if (err == nil) != want {
		p.fail("create by %s: got %v %v, want allowed %v", who, err, models.FieldsOf(err), want)
	}
	if err == nil && (v.Status != models.StatusDraft || v.Version != 1) {
		p.fail("create: got %s version %d, want a draft", v.Status, v.Version)
	}
}

// checkActed: whoever did something stood on a side that may, in a state the
// table lets it leave, and everything that follows from it followed.
func (p *play) checkActed(ref *playReferral, before, after *row, a models.Action, who string, in *referrals.ActionInput, req *models.Request) {
	p.t.Helper()
	rows := slices.DeleteFunc(models.FindTransitions(a, before.Status), func(t models.Transition) bool {
		return !slices.ContainsFunc(t.By, func(s models.Side) bool { return slices.Contains(p.sides(who, before), s) })
	})
	if len(rows) == 0 {
		p.fail("%q did %s in %s, which no row lets them", who, a, before.Status)
	}
	if req.IfMatch != nil && *req.IfMatch != before.Version {
		p.fail("%s went through on version %d, which was %d", a, *req.IfMatch, before.Version)
	}
	if a == models.ActDiscard {
		if after != nil || before.CreatedBy != p.Person(who).ID && !slices.Contains(p.sides(who, before), models.SideReferrerManager) {
			p.fail("discard by %s of a draft of %s: %v", who, before.CreatedBy, after)
		}
		return
	}
	if after.Version != before.Version+1 || after.History != after.Version-1 || after.Acts != after.Version-1 || after.Told != after.Version-1 {
		p.fail("%s: version %d after %d, with %d steps, %d events, %d notices", a, after.Version, before.Version, after.History, after.Acts, after.Told)
	}
	p.checkTarget(rows, before, after, a)
	p.checkGuard(ref, before, after, a, who, in)
	p.checkState(ref, after)
}

// checkTarget: the referral is in a state that one of the rows leads to.
func (p *play) checkTarget(rows []models.Transition, before, after *row, a models.Action) {
	p.t.Helper()
	ok := slices.ContainsFunc(rows, func(t models.Transition) bool {
		switch t.Target {
		case models.ToSame:
			return after.Status == before.Status
		case models.ToHeldFrom:
			return after.Status == *before.HeldFrom
		}
		return after.Status == t.To
	})
	if !ok {
		p.fail("%s led from %s to %s", a, before.Status, after.Status)
	}
	paused := slices.ContainsFunc(rows, func(t models.Transition) bool { return t.Pauses && t.To == after.Status })
	switch {
	case paused && (after.HeldFrom == nil || *after.HeldFrom != before.Status):
		p.fail("%s kept %v to come back to, want %s", a, after.HeldFrom, before.Status)
	case after.Status == models.StatusInfoRequested && (after.HeldFrom == nil || *after.HeldFrom == models.StatusInfoRequested):
		p.fail("%s left a question with no state to go back to", a)
	}
}

// checkGuard: what the table's third column asks for was there.
func (p *play) checkGuard(ref *playReferral, before, after *row, a models.Action, who string, in *referrals.ActionInput) {
	p.t.Helper()
	now, high := p.Clock.Now(), before.Priority == models.PriorityHigh
	manager := who != "" && slices.Contains(p.sides(who, before), models.SideProviderManager)
	provider := slices.Contains(p.sides(who, before), models.SideProvider)
	s := p.Stage.Service(p.serviceKey(before.Service))
	must := func(ok bool, words string) {
		p.t.Helper()
		if !ok {
			p.fail("%s by %q went through, but %s", a, who, words)
		}
	}
	if slices.Contains([]models.Action{models.ActDecline, models.ActProposeDecline, models.ActNotEngaged, models.ActHold, models.ActEndEarly, models.ActWaitlist, models.ActVoid}, a) {
		_, _, faults := models.CheckReason(a, in.Reason, in.DecidedBy, in.Note)
		must(len(faults) == 0, "its reason is none")
		must(after.Reason != nil && *after.Reason == in.Reason, "its reason was not kept")
	}
	switch a {
	case models.ActSubmit:
		d := ref.of.decision(before.Decision)
		must(d != nil && !d.withdrawn && d.receiver == before.To, "the decision to share does not fit")
		must(!slices.ContainsFunc(before.Fields, func(f string) bool { return !slices.Contains(d.fields, f) }), "more is shared than was agreed")
		must(p.Count(p.t, "select count(*) from contact_channels where case_id = $1 and safe <> 'unknown'", before.Case) > 0, "nobody asked about safe contact")
		must(p.takes(s, ref.of), "the service does not take them")
		must(p.live(ref.of, before.Service) == 1, "there is another live one")
		ref.shares = after.Shares
		p.checkFrozen(ref, before)
	case models.ActAccept, models.ActAssign:
		must(after.Worker != nil || after.Team != nil, "nobody is named")
		must(after.Worker == nil || p.Count(p.t, "select count(*) from users where id = $1 and org_id = $2", *after.Worker, before.To) == 1, "the worker is of another organisation")
		must(after.Assigned == 1, "there is no one assignment")
	case models.ActAnswerInfo:
		must(p.Count(p.t, `select count(*) from referral_questions q where referral_id = $1 and answered_at is null
			and asked_at = (select max(asked_at) from referral_questions where referral_id = $1)`, before.ID) == 0, "a question is open")
	case models.ActWaitlist, models.ActHold:
		must(in.ReviewOn != nil && in.ReviewOn.After(models.Today(now)), "its review date is none")
	case models.ActDecline:
		must(!s.DeclineReview, "declines are reviewed here")
	case models.ActRecordContact:
		p.checkContact(before, after, in, must)
	case models.ActNotEngaged:
		days := p.Count(p.t, `select count(distinct (at at time zone 'Europe/London')::date) from contact_attempts where referral_id = $1 and counted and direction = 'out'`, before.ID)
		must(days >= s.ContactAttempts, "there were too few attempts")
		must(!high || manager, "no manager agreed")
	case models.ActEndEarly:
		must(before.Status != models.StatusAccepted || !high || manager, "no manager agreed")
		must(before.Status != models.StatusAccepted || in.Note != "" || in.Report != "", "nobody said what was done")
		must(provider || *after.DecidedBy != "provider", "the referrer decided for the service")
	case models.ActWithdraw:
		must(slices.Contains(p.sides(who, before), models.SideReferrer) || who == "" || *after.DecidedBy == "victim", "it was not on the victim's word")
	case models.ActUndoAccept:
		must(now.Sub(*before.Accepted) <= 24*time.Hour, "a day has passed")
		must(p.Count(p.t, "select count(*) from contact_attempts where referral_id = $1", before.ID) == 0, "there was contact")
		must(after.Accepted == nil && after.Worker == nil && after.Assigned == 0, "it is still accepted")
	case models.ActReopen:
		must(now.Sub(*before.Ended) <= 28*24*time.Hour, "it ended too long ago")
		must(after.Ended == nil && p.live(ref.of, before.Service) == 1, "it is not the one live referral")
	case models.ActComplete:
		must(len(in.Outcomes) > 0 && in.Outcomes[0].End > 0 && in.Report != "", "there is no outcome")
	case models.ActReport:
		must(in.Report != "" && p.Count(p.t, "select count(*) from clocks where referral_id = $1 and rule = 'K35' and stopped_at = $2", before.ID, now) == 1, "no report was owed")
	case models.ActLapse:
		must(p.Count(p.t, "select count(*) from clocks where referral_id = $1 and state = 'breached' and rung = 3 and due_at < $2", before.ID, now.AddDate(0, 0, -7)) > 0, "the ladder was not climbed")
	case models.ActVoid:
		must(p.Count(p.t, "select count(*) from referral_shares where referral_id = $1 and content <> '{}'", before.ID) == 0, "its content is still there")
		ref.shares = after.Shares
	case models.ActReroute:
		p.checkMoved(ref, before, after, in, must)
	}
}

// checkMoved: a receiver's proposal leaves everything; otherwise another
// referral stands in its place, on the same journey, under a decision for its
// own receiver.
func (p *play) checkMoved(ref *playReferral, before, after *row, in *referrals.ActionInput, must func(bool, string)) {
	p.t.Helper()
	if after.Status == before.Status {
		return
	}
	var next, service uuid.UUID
	err := p.Owner.QueryRow(context.Background(), `select n.id, n.service_id from referrals n join referrals r on r.id = n.parent_id and r.journey_id = n.journey_id
		where n.parent_id = $1 and n.relation = 'reroute' and n.status = 'submitted'`, before.ID).Scan(&next, &service)
	must(err == nil, "no referral took its place")
	d := ref.of.decision(in.SharingDecisionID)
	s := p.Stage.Service(p.serviceKey(service))
	must(d != nil && !d.withdrawn && d.receiver == s.OrgID && service == in.ServiceID, "the decision to share does not fit")
	f := &playReferral{id: next, service: service, of: ref.of}
	r := p.row(next)
	f.shares = r.Shares
	p.referrals = append(p.referrals, f)
	must(r.Version == 2 && r.History == 1 && r.Told == 1 && r.Acts == 1, "what took its place has no history")
	p.checkState(f, r)
}

// checkContact: it counts exactly where the channel was safe at that moment,
// and who is reached in a way that counts begins the work.
func (p *play) checkContact(before, after *row, in *referrals.ActionInput, must func(bool, string)) {
	p.t.Helper()
	var counted, incident, safe, stopped bool
	var at time.Time
	var windows []models.Window
	var confirmed *time.Time
	err := p.Owner.QueryRow(context.Background(), `select t.counted, t.safety_incident, t.at, coalesce(c.safe = 'yes', false), coalesce(c.windows, '[]'), c.confirmed_on,
		exists (select from contact_stops s where s.channel_id = c.id and s.cleared_at is null and s.at <= t.at and s.id < t.id)
		from contact_attempts t left join contact_channels c on c.case_id = t.case_id and c.channel = t.channel
		where t.referral_id = $1 order by t.id desc limit 1`, before.ID).Scan(&counted, &incident, &at, &safe, &windows, &confirmed, &stopped)
	must(err == nil, "no attempt was kept")
	inbound := in.Contact.Direction == models.ContactIn
	inside := len(windows) == 0 || at.In(models.London()).Weekday() >= time.Monday && at.In(models.London()).Weekday() <= time.Wednesday &&
		at.In(models.London()).Hour() >= 9 && at.In(models.London()).Hour() < 17
	fresh := confirmed != nil && !models.Today(at).Before(*confirmed) && models.Today(at).Sub(*confirmed) <= models.StaleAfterDays*24*time.Hour
	good := safe && fresh && !stopped
	must(incident == (!inbound && !good), "its safety was judged wrongly")
	want := in.Contact.Outcome != models.OutcomeOtherAdult && (inbound && in.Contact.Outcome == models.OutcomeReached || !inbound && good && inside)
	must(counted == want, "it was counted wrongly")
	began := before.Status == models.StatusAccepted && after.Status == models.StatusInProgress
	must(began == (before.Status == models.StatusAccepted && counted && in.Contact.Outcome == models.OutcomeReached), "the work began wrongly")
	if (in.Contact.Outcome == models.OutcomeOtherAdult || incident) && confirmed != nil {
		must(p.Count(p.t, "select count(*) from contact_stops s join contact_channels c on c.id = s.channel_id where c.case_id = $1 and c.channel = $2 and s.cleared_at is null",
			before.Case, in.Contact.Channel) == 1, "the channel was not stopped")
	}
}

// checkFrozen: what was frozen is what was ticked, in its two stages.
func (p *play) checkFrozen(ref *playReferral, r *row) {
	p.t.Helper()
	for stage, column := range map[string]string{"sending": "shared_fields", "acceptance": "shared_after_acceptance"} {
		got := p.keys(r.ID, stage)
		var want []string
		if err := p.Owner.QueryRow(context.Background(), "select "+column+" from referrals where id = $1", r.ID).Scan(&want); err != nil {
			p.fail("reading what was ticked: %v", err)
		}
		want = slices.DeleteFunc(want, func(k string) bool { return k == "safe_contact" })
		if slices.Sort(want); !slices.Equal(got, want) {
			p.fail("froze %v at %s, want %v", got, stage, want)
		}
	}
	if ref.shares == "" {
		p.fail("nothing was frozen")
	}
}

func (p *play) keys(id uuid.UUID, stage string) []string {
	var content []byte
	if err := p.Owner.QueryRow(context.Background(), "select content from referral_shares where referral_id = $1 and stage = $2", id, stage).Scan(&content); err != nil {
		return nil
	}
	at, m := vault.ShareSending, map[string]any{}
	if stage == "acceptance" {
		at = vault.ShareAcceptance
	}
	_ = json.Unmarshal([]byte(testkit.Opened(at, id, content)), &m)
	return slices.Sorted(maps.Keys(m))
}

func (p *play) serviceKey(id uuid.UUID) string {
	for _, key := range append(stalls(), testkit.ServiceClosed) {
		if p.Stage.Service(key).ID == id {
			return key
		}
	}
	p.fail("no service %s", id)
	return ""
}

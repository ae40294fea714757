package quality_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/quality"
)

// lines are the things a measure counts, one by one, as its definition reads.
func (l *ledger) lines(t *testing.T, key string, from, to time.Time) []line {
	t.Helper()
	var out []line
	switch key {
	case "waiting", "open_work":
		for i := range l.referrals {
			r := &l.referrals[i]
			x := l.ofReferral(r)
			switch {
			case key == "waiting" && r.Status == "waitlisted":
				h := l.now.Sub(*r.StatusSince).Hours()
				x.amount = &h
			case key == "open_work" && slices.Contains([]string{"accepted", "in_progress", "on_hold"}, r.Status):
			default:
				continue
			}
			out = append(out, x)
		}
		return out
	case "time_to_acknowledge", "time_to_decide", "time_to_first_attempt", "time_to_first_contact", "clocks_met":
		return l.clockLines(key, from, to)
	case "handoffs_acknowledged", "handoffs_told":
		return l.handoffLines(key, from, to)
	case "feedback_response", "feedback_heard", "feedback_safer", "feedback_again":
		return l.askedLines(key, from, to)
	case "complaints", "complaints_acknowledged", "complaints_answered", "complaints_upheld", "complaints_escalated", "compliments":
		return l.voiceLines(key, from, to)
	case "outcomes_improved":
		return l.needLines(from, to)
	case "safe_contact_incidents":
		for _, a := range l.unsafe {
			for i := range l.referrals {
				if r := &l.referrals[i]; r.ID == a.Referral && within(a.At, from, to) {
					x := l.ofReferral(r)
					x.needs = nil
					g := l.byCase[r.CaseID].groupsOf(a.At, r.To)
					x.groups[quality.ByMonth], x.groups[quality.ByQuarter] = g[quality.ByMonth], g[quality.ByQuarter]
					out = append(out, x)
				}
			}
		}
		return out
	}
	for i := range l.referrals {
		r := &l.referrals[i]
		if !within(*r.Submitted, from, to) {
			continue
		}
		if x, ok := l.referralLine(key, r); ok {
			out = append(out, x)
		}
	}
	for i := range l.cases {
		if c := &l.cases[i]; within(c.Logged, from, to) {
			out = append(out, l.caseLines(key, c)...)
		}
	}
	return out
}

// referralLine is a referral, where the measure counts it.
func (l *ledger) referralLine(key string, r *refRow) (line, bool) {
	x, reason := l.ofReferral(r), str(r.Reason)
	stands := r.Status != "entered_in_error"
	valid := stands && (r.Ended == nil || !slices.Contains([]string{
		"duplicate", "sent_in_error", "not_eligible_area", "not_eligible_age", "not_eligible_offence_or_need", "not_eligible_gender",
	}, reason))
	declined := r.Status == "declined" && str(r.Whose) == "provider"
	away := stands && (r.Status == "declined" && reason == "not_eligible_area" || r.Status == "rerouted" && reason == "out_of_area")
	ended := stands && r.Accepted != nil && slices.Contains([]string{"completed", "ended_early", "not_engaged", "withdrawn"}, r.Status)
	switch key {
	case "referrals_received":
		return x, stands
	case "valid":
		x.part = valid
		return x, true
	case "accepted":
		x.part = r.Accepted != nil
		return x, valid
	case "declined":
		x.part = declined
		return x, valid
	case "declined_by_reason":
		x.code = reason
		return x, declined
	case "results":
		x.code = endedAs(r)
		return x, x.code != ""
	case "out_of_area":
		x.part = away
		return x, stands
	case "out_of_area_served":
		x.part = l.taken(r.Journey)
		return x, away
	case "unmet_need":
		return x, stands && r.Ended != nil && (r.Status == "lapsed" || declined) && !l.taken(r.Journey) && l.last(r)
	case "contact_rate":
		x.part = l.reached[r.ID]
		return x, stands && r.Accepted != nil
	case "engaged":
		x.base, x.part = l.reached[r.ID], l.goals[r.ID]
		return x, stands && r.Accepted != nil
	case "closure_reasons":
		if x.code = reason; reason == "" {
			x.code = r.Status
		}
		return x, ended
	case "re_referred":
		x.part = ended && l.cameBack(r)
		return x, ended
	}
	return x, false
}

// endedAs is what came of a referral that ended without being completed.
func endedAs(r *refRow) string {
	var groups []models.ReasonGroup
	switch r.Status {
	case "lapsed":
		return "lapsed"
	case "declined":
		groups = []models.ReasonGroup{models.GroupDecline, models.GroupNotTakenUp, models.GroupNoContact}
	case "withdrawn":
		groups = []models.ReasonGroup{models.GroupWithdraw}
	case "ended_early":
		groups = []models.ReasonGroup{models.GroupEndEarly}
	case "not_engaged":
		groups = []models.ReasonGroup{models.GroupNoContact, models.GroupNotTakenUp}
	default:
		return ""
	}
	for _, g := range groups {
		if reason, ok := models.FindReason(g, str(r.Reason)); ok {
			if res := reason.Result(models.DecidedBy(str(r.Whose))); res != models.ResultNone {
				return string(res)
			}
			break
		}
	}
	return "other"
}

// taken reports whether a service accepted any of a chain.
func (l *ledger) taken(journey uuid.UUID) bool {
	return slices.ContainsFunc(l.referrals, func(r refRow) bool {
		return r.Journey == journey && r.Accepted != nil && r.Status != "entered_in_error"
	})
}

// last reports whether nothing of the chain is open or came after.
func (l *ledger) last(r *refRow) bool {
	return !slices.ContainsFunc(l.referrals, func(o refRow) bool {
		return o.Journey == r.Journey && o.Status != "entered_in_error" && (o.Ended == nil || o.Submitted.After(*r.Submitted))
	})
}

// cameBack reports whether the same person was referred again within the year.
func (l *ledger) cameBack(r *refRow) bool {
	victim := l.byCase[r.CaseID].Victim
	return slices.ContainsFunc(l.referrals, func(o refRow) bool {
		return o.ID != r.ID && o.Status != "entered_in_error" && l.byCase[o.CaseID].Victim == victim && o.Submitted.After(*r.Ended) && !o.Submitted.After(r.Ended.AddDate(1, 0, 0))
	})
}

func (l *ledger) clockLines(key string, from, to time.Time) []line {
	rule := map[string]string{"time_to_acknowledge": "K22", "time_to_decide": "K23", "time_to_first_attempt": "K24", "time_to_first_contact": "K25"}[key]
	sent := map[uuid.UUID]*refRow{}
	for i := range l.referrals {
		sent[l.referrals[i].ID] = &l.referrals[i]
	}
	var out []line
	for _, k := range l.clocks {
		var x line
		at := k.Started
		if k.Referral != nil {
			x, at = l.ofReferral(sent[*k.Referral]), *sent[*k.Referral].Submitted
		} else {
			x = line{groups: l.byCase[k.CaseID].groupsOf(k.Started, k.Holder)}
		}
		x.needs, x.groups[quality.ByRule] = nil, k.Rule
		known := k.State == "met" || k.State == "breached"
		x.base, x.part = known, k.State == "met"
		switch {
		case !within(at, from, to):
			continue
		case key == "clocks_met":
			if !known && k.State != "not_evidenced" || k.Rule == "K9" || k.Rule == "K15" {
				continue
			}
		case k.Referral == nil || k.Rule != rule || !known:
			continue
		case k.Stopped != nil:
			x.amount = hoursBetween(k.Started, k.Stopped.Add(-time.Duration(k.PausedSeconds)*time.Second))
		}
		out = append(out, x)
	}
	return out
}

func (l *ledger) handoffLines(key string, from, to time.Time) []line {
	var out []line
	for _, h := range l.handoffs {
		if !within(h.Sent, from, to) {
			continue
		}
		x := line{groups: l.byCase[h.CaseID].groupsOf(h.Sent, h.To), base: true}
		answered := h.Received
		if answered == nil {
			answered = h.Decided
		}
		if key == "handoffs_told" {
			if x.part = h.Told != nil; h.Status == "accepted" {
				out = append(out, x)
			}
			continue
		}
		if h.Status == "recalled" || answered == nil && !h.Due.Before(l.now) {
			continue
		}
		if answered != nil {
			x.part, x.amount = !answered.After(h.Due), hoursBetween(h.Sent, *answered)
		}
		out = append(out, x)
	}
	return out
}

// needLines are the needs of referrals, each once: the last number of the start
// and of the end.
func (l *ledger) needLines(from, to time.Time) []line {
	type pair struct {
		referral uuid.UUID
		need     string
	}
	said := map[pair]map[string]ratingRow{}
	for _, n := range l.ratings {
		p := pair{n.Referral, n.Need}
		if said[p] == nil {
			said[p] = map[string]ratingRow{}
		}
		old, ok := said[p][n.Point]
		if !ok || n.At.After(old.At) || n.At.Equal(old.At) && strings.Compare(n.ID.String(), old.ID.String()) > 0 {
			said[p][n.Point] = n
		}
	}
	var out []line
	for p, points := range said {
		i := slices.IndexFunc(l.referrals, func(r refRow) bool { return r.ID == p.referral })
		r := &l.referrals[i]
		start, end := points["start"].Score, points["end"].Score
		if start == nil || r.Status == "entered_in_error" || !within(*r.Submitted, from, to) {
			continue
		}
		x := l.ofReferral(r)
		x.needs, x.base, x.part = []string{p.need}, end != nil, end != nil && *end > *start
		out = append(out, x)
	}
	return out
}

// path is what police, prosecutors and courts recorded of a case.
func (c *caseRow) path() (reported, charged, tried *time.Time, listed, moved int, dropped bool) {
	first := func(p **time.Time, at time.Time) {
		if *p == nil || at.Before(**p) {
			*p = &at
		}
	}
	for _, e := range c.Events {
		switch {
		case e.Type == "E1":
			first(&reported, e.At)
		case e.Type == "E9":
			first(&charged, e.At)
		case e.Type == "E17":
			first(&tried, e.At)
		case e.Type == "E12" && e.What == "listed":
			listed++
		case e.Type == "E12":
			moved++
		case e.Type == "E10" && e.What != "altered":
			dropped = true
		}
	}
	if reported == nil {
		reported = c.Reported
	}
	return reported, charged, tried, listed, moved, dropped
}

func (l *ledger) caseLines(key string, c *caseRow) []line {
	x := line{groups: c.groupsOf(c.Logged, c.Holder), needs: c.Wants, base: true}
	reported, charged, tried, listed, moved, dropped := c.path()
	child := ageBand(c.Born, c.Logged) == "under_18" || slices.Contains(c.Relations, "child")
	wait := charged != nil && (tried != nil || !dropped)
	until := l.now
	if tried != nil {
		until = *tried
	}
	keep := false
	switch key {
	case "report_to_charge":
		if keep = reported != nil && charged != nil && !charged.Before(*reported); keep {
			h := charged.Sub(*reported).Hours()
			x.amount = &h
		}
	case "charge_to_trial_end":
		if keep = charged != nil && tried != nil && !tried.Before(*charged); keep {
			h := tried.Sub(*charged).Hours()
			x.amount = &h
		}
	case "hearings_moved":
		n := float64(moved)
		keep, x.part, x.amount = listed+moved > 0, moved > 0, &n
	case "withdrew_waiting":
		keep = wait
		x.part = wait && slices.ContainsFunc(c.Closings, func(k closingRow) bool {
			return k.Reason == "victim_asked" && !k.At.Before(*charged) && (tried == nil || k.At.Before(*tried))
		})
	case "supported_through":
		keep = wait
		x.part = slices.ContainsFunc(l.referrals, func(r refRow) bool {
			return r.CaseID == c.ID && r.Status != "entered_in_error" && r.Accepted != nil && !r.Accepted.After(until) && (r.Ended == nil || !r.Ended.Before(until))
		})
	case "children_linked":
		keep, x.part = true, child
	case "children_referred":
		keep, x.part = child, slices.ContainsFunc(c.Events, func(e eventRow) bool { return e.Type == "E6" })
	case "needs_named":
		var out []line
		for _, n := range c.Wants {
			y := x
			y.code = n
			out = append(out, y)
		}
		return out
	case "equality_known":
		return l.knownLines(c, x)
	}
	if !keep {
		return nil
	}
	return []line{x}
}

func (l *ledger) knownLines(c *caseRow, x line) []line {
	known := map[string]bool{"age": c.Born != nil, "borough": c.Borough != nil}
	for _, q := range models.EqualityQuestions() {
		if q.After == "" {
			known[q.Key] = models.EqualityKnown(c.equality[q.Key])
		}
	}
	var out []line
	for field, is := range known {
		y := x
		y.code, y.part = field, is
		out = append(out, y)
	}
	return out
}

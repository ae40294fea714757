package referrals

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/directory"
)

// discard deletes a draft (row 0): its author's to do, or a manager's.
func (a *act) discard() {
	if a.CreatedBy != a.actor.UserID && !a.has(models.SideReferrerManager) {
		a.fail(models.Forbidden("Only whoever wrote this draft, or a manager, can discard it."))
	}
	a.c.deleted = true
}

// submit sends a draft (row 1): what is shared is frozen in two stages and the
// receiver's clocks start.
func (a *act) submit() {
	next := &a.c.after
	a.checkDecision(a.Decision, a.ToOrgID, append(slices.Clone(a.SharedFields), a.SharedAfterAcceptance...))
	a.checkSafeContact()
	a.checkService(a.Next.Service)
	if ref, ok := a.Case.Live[a.ServiceID]; ok {
		a.fail(liveAlready(ref))
	}
	a.faults.Join(models.CheckSending(a.Pathway, a.PathwayVersion, a.Case.sending(a.Answers, a.now))...)
	a.faults.Join(basisFault(a.Pathway, a.PathwayVersion, a.Decision)...)
	next.SubmittedAt, next.SubmittedBy = &a.now, nonZero(a.actor.UserID)
	a.c.shares = a.Case.freeze(a.SharedFields, a.SharedAfterAcceptance, asked{a.Pathway, a.PathwayVersion, a.Answers})
	a.start(models.RuleAcknowledge, a.ToOrgID, a.Next.Service.AcknowledgeDays)
	a.start(models.RuleDecide, a.ToOrgID, a.Next.Service.DecideDays)
}

// checkDecision holds a decision to share against this case and receiver.
func (a *act) checkDecision(d *models.SharingDecision, receiver uuid.UUID, fields []string) {
	a.faults.Join(decisionFaults(d, a.CaseID, receiver, fields, a.now)...)
}

// decisionFaults says why a decision to share will not do: for another case or
// receiver, withdrawn, out of date or too narrow.
func decisionFaults(d *models.SharingDecision, caseID, receiver uuid.UUID, fields []string, now time.Time) []models.FieldError {
	const field = "sharing_decision_id"
	switch {
	case d == nil || d.CaseID != caseID:
		return []models.FieldError{models.Field(field, models.FieldUnknown, "Record a decision to share for this case first")}
	case d.ReceiverOrgID != receiver:
		return []models.FieldError{models.Field(field, models.FieldNotOpen, "This decision to share is for another organisation. Record one for this receiver")}
	case !d.Live(now):
		return []models.FieldError{models.Field(field, models.FieldNotOpen, "This decision to share was withdrawn or has ended. Record a new one")}
	case slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(d.Fields, f) }):
		return []models.FieldError{models.Field("shared_fields", models.FieldNotOpen, "Select only what the decision to share allows")}
	}
	return nil
}

// basisFault says where a pathway does not take the reason for sharing: nobody
// is brought to restorative justice by a duty. A coordinator who moves a referral
// is not told the basis: whoever recorded the decision was held to it.
func basisFault(pathway string, version int, d *models.SharingDecision) []models.FieldError {
	p, ok := models.FindPathwayVersion(pathway, version)
	if !ok || d == nil || d.Basis == "" || slices.Contains(p.Bases, d.Basis) {
		return nil
	}
	return []models.FieldError{models.Field("sharing_decision_id", models.FieldNotOpen, p.Name+" is only asked with the person's agreement. Record that first")}
}

// checkSafeContact asks that somebody was asked how they can be reached: yes or
// no, for at least one channel.
func (a *act) checkSafeContact() {
	if !slices.ContainsFunc(a.Channels, func(c models.ContactChannel) bool { return c.Safe != models.SafeUnknown }) {
		a.faults.Add("safe_contact", models.FieldRequired, "Say how they can be reached safely before sending")
	}
}

// checkService holds the service, as it is now, against the case.
func (a *act) checkService(s models.Service) {
	f := a.Case.Facts
	f.Live = nil // told as a conflict, by name
	if fault, bad := directory.Fault("service_id", append(directory.Assess(s, &f, a.now), a.agreed(s)...)); bad {
		a.faults.Join(fault)
	}
}

// agreed says why the referrer and a service's organisation cannot share, which
// is asked when something is sent and never of what was sent before.
func (a *act) agreed(s models.Service) []directory.Reason {
	return a.dir.Agreed(a.FromOrgID, s.OrgID, s.Pathway, a.now)
}

// liveAlready names the referral that is in the way.
func liveAlready(reference string) error {
	return models.Conflict("Referral " + reference + " to this service is already open for this case. Nothing you did was saved.")
}

// reroute moves a referral to another service (row 20). The receiver proposes,
// which is recorded and changes nothing; the referrer or a coordinator
// confirms, which ends this one and sends another on the same journey.
func (a *act) reroute() {
	a.checkReason()
	s := a.Next.Service
	if !a.Next.Known {
		a.faults.Add("service_id", models.FieldUnknown, "Select a service from the list")
		return
	}
	if s.ID == a.ServiceID {
		a.faults.Add("service_id", models.FieldNotOpen, "Select another service than this one")
	}
	a.c.history.detail["service_id"] = s.ID
	if a.row.Target == models.ToSame {
		a.c.after.Reason = a.Reason
		a.c.topics = []string{"referral.reroute_proposed"}
		return
	}
	a.c.after.Reason = a.c.history.reason
	a.checkDecision(a.Next.Decision, s.OrgID, nil)
	a.faults.Join(basisFault(s.Pathway, pathwayVersion(s.Pathway), a.Next.Decision)...)
	if a.has(models.SideReferrer) {
		a.checkService(s)
		if ref, ok := a.Case.Live[s.ID]; ok {
			a.fail(liveAlready(ref))
		}
	} else if fault, bad := directory.Fault("service_id", append(directory.Assess(s, nil, a.now), a.agreed(s)...)); bad {
		a.faults.Join(fault)
	}
	a.excuseAll("Moved to another service")
	if a.Next.Decision != nil {
		a.follow(s, a.Next.Decision)
	}
}

// follow makes the referral that takes this one's place: sent at once, to the
// new receiver, with what the new decision allows.
func (a *act) follow(s models.Service, d *models.SharingDecision) {
	f := &follower{}
	relation := models.RelationReroute
	f.Referral = models.Referral{
		ID: models.NewID(), Reference: models.NewReferralReference(), CaseID: a.CaseID, JourneyID: a.JourneyID, ParentID: &a.ID, Relation: &relation,
		ServiceID: s.ID, Pathway: s.Pathway, PathwayVersion: a.PathwayVersion, FromOrgID: a.FromOrgID, ToOrgID: s.OrgID, SharingDecisionID: d.ID,
		Status: models.StatusSubmitted, Priority: a.Priority, Version: 2, CreatedBy: a.actor.UserID, CreatedAt: a.now,
		SubmittedBy: nonZero(a.actor.UserID), SubmittedAt: &a.now, StatusSince: a.now, StatusBy: nonZero(a.actor.UserID), StatusByOrg: nonZero(a.actor.OrgID),
	}
	keep := func(fields []string) []string {
		return slices.DeleteFunc(slices.Clone(fields), func(key string) bool { return !slices.Contains(d.Fields, key) })
	}
	f.shared, f.after = stages(keep(a.SharedFields), keep(a.SharedAfterAcceptance), d.Fields)
	f.answers = a.Answers
	if s.Pathway != a.Pathway { // other questions: these answers are no answers to them
		p, _ := models.FindPathway(s.Pathway)
		f.answers, f.PathwayVersion = map[string]any{}, p.Version
	}
	for rule, days := range map[models.Rule]int{models.RuleAcknowledge: s.AcknowledgeDays, models.RuleDecide: s.DecideDays} {
		c, err := a.cal.StartClock(rule, s.OrgID, a.now, days)
		if err != nil {
			a.failClock(err)
			return
		}
		c.CaseID, c.ReferralID = f.CaseID, &f.ID
		f.clocks = append(f.clocks, c)
	}
	f.DueAt = dueAt(f.clocks, s.OrgID)
	seconds := int64(0)
	f.history = step{
		id: models.NewID(), action: models.ActSubmit, from: models.StatusDraft, to: models.StatusSubmitted, at: a.now, inState: &seconds,
		detail: map[string]any{"instead_of": a.ID},
	}
	if f.copied = !a.has(models.SideReferrer); f.copied {
		f.shares = copied(a.Next.Frozen, d.Fields, asked{pathway: a.Pathway, version: a.PathwayVersion}, s.Pathway)
	} else {
		f.shares = a.Case.freeze(f.shared, f.after, asked{f.Pathway, f.PathwayVersion, f.answers})
	}
	a.c.next = f
	a.c.history.detail["referral_id"] = f.ID
}

// copied is what was frozen before, as far as the new decision allows it: of the
// answers those that belong to no field, or to one that it names, and none of
// another pathway's.
func copied(frozen map[string]map[string]any, fields []string, of asked, to string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for stage, content := range frozen {
		out[stage] = map[string]any{}
		for key, value := range content {
			if slices.Contains(fields, key) {
				out[stage][key] = value
			}
		}
		answers, _ := content[answersKey].(map[string]any)
		if kept, _ := models.Stages(of.pathway, of.version, answers, fields, nil); of.pathway == to && len(kept) > 0 {
			out[stage][answersKey] = kept
		}
	}
	return out
}

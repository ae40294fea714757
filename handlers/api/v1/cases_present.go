package v1

import (
	"time"

	"throughline/models"
	"throughline/services/cases"
)

func presentCase(v cases.View) Case {
	boroughs := func(code string) string { return v.Boroughs[code] }
	c := v.Case
	return Case{
		LoggedCase: LoggedCase{
			ID: c.ID, Reference: c.Reference, Status: string(c.Status), AccountableOrganisation: presentOrganisation(v.Accountable),
			EnhancedRights: EnhancedRights{Flag: c.Enhanced, Reasons: c.EnhancedReasons, OffReason: c.EnhancedOffReason, OffNote: c.EnhancedOffNote},
		},
		Source: c.Source, RiskLevel: string(c.RiskLevel), RiskNote: c.RiskNote, HelpOffered: c.HelpOffered, HelpReason: c.HelpReason,
		HelpNote: c.HelpNote, Wants: c.Wants, LoggedAt: utc(c.LoggedAt), UpdatedAt: utc(c.UpdatedAt), LoggedBy: presentOrganisation(v.LoggedByOrg),
		Version: c.Version, Victim: presentVictim(v.Victim, boroughs),
		RelatedPeople: presented(v.People, func(p models.RelatedPerson) RelatedPerson {
			return RelatedPerson{ID: p.ID, Relation: p.Relation, Name: p.Name, ParentalResponsibility: p.ParentalResponsibility, Suspect: p.Suspect}
		}),
		SafeContact:      SafeContact{CodeWord: v.Contact.CodeWord, Channels: presented(v.Contact.Points, presentChannel)},
		Incidents:        presented(v.Incidents, func(i models.Incident) Incident { return presentIncident(i, boroughs) }),
		SharingDecisions: presented(v.Sharing, func(d cases.Decision) SharingDecision { return presentSharing(d.SharingDecision, d.Receiver, d.Live) }),
		Referrals:        presented(v.Referrals, presentCaseReferral), Clocks: presented(v.Clocks, presentCaseClock),
		HoldersOfCase: presented(v.Holders, presentHolder), LatestEventsOfCase: presented(v.Events, presentCaseEvent),
	}
}

func presentVictim(v models.Victim, boroughs func(string) string) Victim {
	return Victim{
		GivenName: v.GivenName, FamilyName: v.FamilyName, KnownAs: v.KnownAs, DateOfBirth: day(v.DateOfBirth), Borough: borough(v.Borough, boroughs),
		Postcode: v.Postcode, Address: v.Address, Language: v.Language, InterpreterNeeded: v.InterpreterNeeded, AccessNeeds: v.AccessNeeds,
		Equality: v.Equality, Missing: v.Missing,
	}
}

// day writes a date without a time; nil where it is not known.
func day(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := t.Format(time.DateOnly)
	return &s
}

func borough(code string, boroughs func(string) string) *Borough {
	if code == "" {
		return nil
	}
	return &Borough{Code: code, Name: boroughs(code)}
}

func presentChannel(p cases.Point) ContactChannel {
	return ContactChannel{
		ID: p.ID, Channel: string(p.Kind), Value: p.Value, Person: p.Person, Safe: string(p.Safe), LeaveMessage: p.LeaveMessage, Note: p.Note,
		Windows:     presented(p.Windows, func(w models.Window) Window { return Window(w) }),
		ConfirmedOn: day(p.ConfirmedOn), StoppedAt: utcOrNone(p.StoppedAt), Version: p.Version,
	}
}

func presentIncident(i models.Incident, boroughs func(string) string) Incident {
	out := Incident{
		ID: i.ID, OccurredOn: day(i.OccurredOn), ReportedOn: day(i.ReportedOn), WantsToReport: i.WantsToReport, Force: i.Force,
		CrimeReference: i.CrimeReference, OffenceTypes: i.OffenceTypes, HateStrands: i.HateStrands, Summary: i.Summary,
	}
	if i.OccurredFrom != nil || i.OccurredTo != nil {
		out.OccurredBetween = &Between{From: text(day(i.OccurredFrom)), To: text(day(i.OccurredTo))}
	}
	if i.Place != (models.Place{}) {
		out.Place = &Place{Kind: i.Place.Kind, Borough: borough(i.Place.Borough, boroughs), Mode: i.Place.Mode, Operator: i.Place.Operator, Route: i.Place.Route}
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func presentCaseReferral(l cases.ReferralLine) CaseReferral {
	return CaseReferral{
		ID: l.ID, Reference: l.Reference, Service: l.Service, FromOrganisation: presentOrganisation(l.From), ToOrganisation: presentOrganisation(l.To),
		Pathway: l.Pathway, Status: string(l.Status), Priority: string(l.Priority), Relation: l.Relation, ParentID: l.ParentID,
		SubmittedAt: utcOrNone(l.SubmittedAt), AcceptedAt: utcOrNone(l.AcceptedAt), EndedAt: utcOrNone(l.EndedAt), DueAt: utcOrNone(l.DueAt),
		Reason: l.Reason, DecidedBy: l.DecidedBy, Version: l.Version,
	}
}

func presentCaseClock(l cases.ClockLine) CaseClock { return presentClock(l.Clock, l.Holder) }

func presentClock(k models.Clock, holder models.Organisation) CaseClock {
	out := CaseClock{
		ID: k.ID, ReferralID: k.ReferralID, Rule: string(k.Rule), Version: k.RuleVersion, Holder: presentOrganisation(holder), State: string(k.State),
		StartedAt: utc(k.StartedAt), DueAt: utc(k.DueAt), FirstDueAt: utc(k.FirstDueAt), StoppedAt: utcOrNone(k.StoppedAt), Pauses: []CasePause{},
	}
	for _, p := range k.Pauses {
		until := utc(p.Until)
		out.Pauses = append(out.Pauses, CasePause{Since: utc(p.From), Until: &until, Reason: p.Reason})
	}
	if k.PausedSince != nil {
		out.Pauses = append(out.Pauses, CasePause{Since: utc(*k.PausedSince), Reason: text(k.PauseReason)})
	}
	return out
}

func presentHolder(h cases.Holder) CaseHolder {
	return CaseHolder{Organisation: presentOrganisation(h.Organisation), From: utc(h.From), Until: utcOrNone(h.Until)}
}

func presentCaseEvent(e cases.Event) CaseEvent {
	return CaseEvent{
		At: utc(e.At), Kind: e.Kind, Reference: e.Reference, Service: e.Service, From: e.From, To: e.To, Organisation: e.Org, Reason: e.Reason,
	}
}

func presentJourney(j cases.Journey) CaseJourney {
	return CaseJourney{
		ID: j.CaseID, Reference: j.Reference, Holders: presented(j.Holders, presentHolder),
		Gaps: presented(j.Gaps, func(g cases.Gap) CaseGap {
			return CaseGap{From: utc(g.From), Until: utcOrNone(g.Until), Why: g.Why, Reference: g.Reference}
		}),
		Handoffs: presented(j.Handoffs, func(h cases.HandoffLine) CaseHandoff {
			return CaseHandoff{
				ID: h.ID, Reference: h.Reference, Duty: string(h.Duty), FromOrganisation: presentOrganisation(h.From), ToOrganisation: presentOrganisation(h.To),
				Status: string(h.Status), OffSystem: h.OffSystem, SentAt: utc(h.SentAt), DueAt: utc(h.DueAt), ReceivedAt: utcOrNone(h.ReceivedAt),
				AcceptedAt: utcOrNone(h.AcceptedAt), DecidedAt: utcOrNone(h.DecidedAt), VictimToldAt: utcOrNone(h.ToldAt), RefusalReason: h.RefusalReason,
			}
		}),
		Duties: presented(j.Duties, func(d cases.DutyLine) CaseDuty {
			return CaseDuty{Duty: string(d.Duty), Organisation: presentOrganisation(d.Organisation), From: utc(d.From), Until: utcOrNone(d.Until)}
		}),
		Referrals: presented(j.Referrals, presentCaseReferral), Events: presented(j.Events, presentCaseEvent), Clocks: presented(j.Clocks, presentCaseClock),
	}
}

func presentSummary(i cases.Item) CaseSummary {
	out := CaseSummary{
		ID: i.ID, Reference: i.Reference, Status: string(i.Status), RiskLevel: string(i.Risk), EnhancedRights: i.Enhanced, LoggedAt: utc(i.LoggedAt),
		AccountableOrganisation: presentOrganisation(i.Accountable), Version: i.Version,
		Victim: CaseVictim{
			GivenName: i.GivenName, FamilyName: i.FamilyName, KnownAs: i.KnownAs, DateOfBirth: day(i.DateOfBirth),
			Borough: borough(i.Borough, func(string) string { return i.BoroughName }),
		},
	}
	if k := i.Clock; k != nil {
		out.NextClock = &NextClock{Rule: string(k.Rule), ReferralID: k.ReferralID, Holder: k.Holder.Name, State: string(k.State), DueAt: utc(k.DueAt)}
	}
	return out
}

package demo

import (
	"slices"
	"time"

	"throughline/models"
)

// refers makes the one to three referrals of a case, and what follows them.
func (g *generator) refers(s *source, k *kase) {
	if g.noReferral(s, k) {
		return
	}
	wanted := 1
	switch x := s.unit(); {
	case x < 0.12:
		wanted = 3
	case x < 0.42:
		wanted = 2
	}
	at := g.firstReferral(s, k)
	for i := range wanted {
		svc := g.choose(s, k, i, at)
		if svc == nil {
			continue
		}
		if svc.Pathway == models.PathwayRestorative { // when there is something to restore
			at = g.office.on(at, s.between(40, 140), time.Duration(s.between(30, 420))*time.Minute)
		}
		if !at.Before(g.until) {
			return
		}
		g.refer(s, k, svc, at.UTC())
		at = g.office.after(at, time.Duration(s.between(20, 2400))*time.Minute)
	}
}

// noReferral leaves some cases without one: help was not wanted, or could not
// be offered.
func (g *generator) noReferral(s *source, k *kase) bool {
	switch {
	case s.chance(0.025):
		k.HelpOffered = models.HelpYes // and they said no
		return true
	case s.chance(0.015):
		k.HelpOffered = models.HelpNo
		k.HelpReason = pick(s, []string{"not_safe_to_ask", "left_before", "no_interpreter", "already_supported"})
		return true
	}
	return false
}

// firstReferral is when the first referral is sent: the police often in the
// same hour, others the same day or the next.
func (g *generator) firstReferral(s *source, k *kase) time.Time {
	soon := time.Duration(s.between(12, 70)) * time.Minute
	if k.author.org.kind == models.KindPolice && s.chance(0.55) {
		return k.LoggedAt.Add(soon)
	}
	return g.office.after(k.LoggedAt.Add(soon), time.Duration(s.between(10, 600))*time.Minute)
}

// choose is the service of the n-th referral of a case: one that takes this
// victim and that the case has not gone to.
func (g *generator) choose(s *source, k *kase, n int, at time.Time) *service {
	weights := g.wishes(s, k, n)
	var can []*service
	total := 0.0
	for _, svc := range g.world.services {
		if weights[svc.key] > 0 && !k.sentTo(svc) && k.eligible(svc, at) {
			can = append(can, svc)
			total += weights[svc.key]
		}
	}
	x := s.unit() * total
	for _, svc := range can {
		if x -= weights[svc.key]; x < 0 {
			return svc
		}
	}
	return nil
}

func (k *kase) sentTo(svc *service) bool {
	return slices.ContainsFunc(k.referrals, func(r *referral) bool { return r.ServiceID == svc.ID })
}

// wishes weighs the services for what happened: the first referral goes to who
// knows this kind of crime, later ones round it out.
func (g *generator) wishes(s *source, k *kase, n int) map[string]float64 {
	general := map[string]float64{SvcAdult: 10, SvcAdultHigh: 3, SvcYoung: 10, SvcYouthViolence: 2, SvcBereaved: 40}
	if n > 0 && s.chance(0.09) {
		return map[string]float64{SvcRestorative: 1, SvcRestorativeDA: 0.15}
	}
	switch {
	case k.domestic() && n == 0:
		return map[string]float64{SvcIDVA: 5, SvcIDVASecond: 5, SvcOutreach: 2.5, SvcRefuge: 1.1, SvcRefugeSecond: 1.1, SvcAdult: 1.5, SvcYoung: 2}
	case k.domestic():
		return map[string]float64{SvcRefuge: 3.2, SvcRefugeSecond: 3.2, SvcOutreach: 3, SvcAdult: 4, SvcIDVA: 1.5, SvcYoung: 3}
	case k.age < 18 && k.has("child_sexual_abuse", "rape", "sexual_assault"):
		return map[string]float64{SvcChildHouse: 12, SvcChildHouseSW: 12, SvcConsultation: 2, SvcISVAYoung: 7, SvcHavens: 2.5, SvcYoung: 2}
	case k.has("rape", "sexual_assault", "trafficking"):
		return map[string]float64{SvcISVA: 6, SvcHavens: 4, SvcCounselling: 2.2, SvcAdult: 2.5, SvcChildHouse25: 1.5, SvcRefugeSecond: 0.2}
	case k.has("stalking"):
		return map[string]float64{SvcStalking: 7, SvcIDVA: 2, SvcAdult: 3, SvcYoung: 4}
	case k.has("hate_crime"):
		return map[string]float64{SvcHate: 6, SvcHateRace: 2, SvcHateFaith: 3, SvcHateLGBT: 4, SvcHateDisabled: 4, SvcAdult: 2, SvcYoung: 2}
	case k.has("harassment") && n == 0:
		return map[string]float64{SvcAdult: 7, SvcStalking: 2.5, SvcOutreach: 0.5, SvcYoung: 8}
	}
	if k.age >= 18 && k.age <= 24 {
		general[SvcYouthViolence] = 6
	}
	return general
}

// refer records the decision to share, writes the referral, sends it and
// follows it.
func (g *generator) refer(s *source, k *kase, svc *service, at time.Time) *referral {
	d := k.decide(g, s, svc, at, k.author)
	r := k.draft(g, s, svc, d, at.Add(time.Duration(s.between(2, 14))*time.Minute), k.author)
	r.submit(r.last.Add(time.Duration(s.between(1, 9))*time.Minute), k.author, nil)
	g.follow(r)
	return r
}

// draft writes a referral that is not sent yet.
func (k *kase) draft(g *generator, s *source, svc *service, d *models.SharingDecision, at time.Time, by *person) *referral {
	r := &referral{k: k, svc: svc, g: g, s: s, last: at}
	r.Referral = models.Referral{
		ID: s.id(at), Reference: g.referralRefs.take(), CaseID: k.ID, ServiceID: svc.ID, Pathway: svc.Pathway, FromOrgID: by.org.id,
		ToOrgID: svc.OrgID, SharingDecisionID: d.ID, Status: models.StatusDraft, Priority: k.RiskLevel, Version: 1, CreatedBy: by.id,
		CreatedAt: at, StatusSince: at, StatusBy: &by.id, StatusByOrg: &by.org.id,
	}
	p, _ := models.FindPathway(svc.Pathway)
	r.PathwayVersion = p.Version
	r.JourneyID = r.ID
	r.Answers = g.answersFor(s, k, svc)
	r.SharedFields, r.SharedAfter = stagesOf(s, d.Fields)
	k.events = append(k.events, event{at: at.Add(-90 * time.Second), by: by, action: "case.opened", subject: "case", id: k.ID, caseID: k.ID})
	r.record(at, by, "referral.created", map[string]any{"service_id": svc.ID})
	k.referrals = append(k.referrals, r)
	return r
}

// follow draws how the referral goes and walks it there. One that was refused
// for want of a place, or lay in the wrong hands, is often sent elsewhere.
func (g *generator) follow(r *referral) {
	if r.over {
		return
	}
	key := fateGroup(r)
	if g.decisions[key] == nil {
		list := fates(r.svc.key)
		if key == "feed" {
			list = feedFates()
		}
		g.decisions[key] = newDealer(g.stream("fates "+key), list...)
		g.endings[key] = newDealer(g.stream("endings "+key), endings(r.svc.key)...)
	}
	f := g.decisions[key].deal()
	var ending fate
	if f.kind == fateServed || f.kind == fateWaits {
		ending = g.endings[key].deal()
	}
	r.run(f, ending)
	again := r.Status == models.StatusDeclined && f.whose == provider && f.reason != "duplicate" && f.reason != "already_open_elsewhere" ||
		r.Status == models.StatusLapsed
	if again && len(r.k.referrals) < 4 && r.s.chance(0.55) {
		g.again(r)
	}
}

// fateGroup is what shares its base rates.
func fateGroup(r *referral) string {
	switch {
	case r.fromFeed():
		return "feed"
	case r.svc.key == SvcRefugeSecond:
		return SvcRefuge
	case r.svc.key == SvcIDVASecond:
		return SvcIDVA
	case r.svc.Pathway == models.PathwayGeneral || r.svc.Pathway == models.PathwayHateCrime:
		return "other"
	}
	return r.svc.key
}

// again refers to another service after one that came to nothing.
func (g *generator) again(old *referral) {
	s, k := old.s, old.k
	at := g.office.after(old.last, time.Duration(s.between(40, 900))*time.Minute)
	svc := g.choose(s, k, len(k.referrals), at)
	if svc == nil || !at.Before(g.until) {
		return
	}
	d := k.decide(g, s, svc, at.UTC(), k.author)
	r := k.draft(g, s, svc, d, at.UTC().Add(4*time.Minute), k.author)
	relation := models.RelationReRefer
	r.ParentID, r.Relation, r.JourneyID = &old.ID, &relation, old.JourneyID
	r.submit(r.last.Add(3*time.Minute), k.author, nil)
	g.follow(r)
}

// another is a service of the same pathway, or of the general one, that could
// take the case instead.
func (g *generator) another(s *source, k *kase, pathway string, at time.Time) *service {
	var can []*service
	for _, svc := range g.world.services {
		if svc.key != SvcMARAC && (svc.Pathway == pathway || svc.Pathway == models.PathwayGeneral) && !k.sentTo(svc) && k.eligible(svc, at) {
			can = append(can, svc)
		}
	}
	if len(can) == 0 {
		return nil
	}
	return pick(s, can)
}

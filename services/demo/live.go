package demo

import (
	"time"

	"throughline/models"
)

// liveWork is what is open when the demo ends, so that everybody who signs in
// finds believable work: some due today, something late, something new.
func (g *generator) liveWork() []*kase {
	var out []*kase
	for _, part := range []func() []*kase{g.liveVAWG, g.liveGeneral, g.liveChildren, g.liveOthers, g.liveTwice} {
		out = append(out, part()...)
	}
	return out
}

const (
	standard = models.PriorityStandard
	medium   = models.PriorityMedium
	high     = models.PriorityHigh
)

// liveVAWG is the work of vawg@, refuge@ and havens@.
func (g *generator) liveVAWG() []*kase {
	vawg, refuge, havens := g.world.sign("vawg"), g.world.sign("refuge"), g.world.sign("havens")
	var out []*kase
	add := func(l laid) *kase { k := g.layOut(l); out = append(out, k); return k }

	// To decide: one at high risk due today, one late, one new this morning.
	k := add(laid{author: "police", given: "Ifeoma", family: "Saltmarsh", age: 31, female: true, borough: "Southwark", class: "strangulation", risk: high, at: g.back(1, 9, 20)})
	g.send(k, SvcIDVA, g.back(1, 9, 50))
	k = add(laid{author: "police", given: "Ruta", family: "Winterbourne", age: 45, female: true, borough: "Brent", class: "abuse", risk: medium, at: g.back(5, 13, 0)})
	late := g.send(k, SvcIDVA, g.back(5, 13, 40))
	late.acknowledge(g.back(4, 10, 0), vawg)
	k = add(laid{author: "police", given: "Shanice", family: "Duskwell", age: 26, female: true, borough: "Lambeth", class: "rape", risk: high, at: g.back(0, 7, 30)})
	g.send(k, SvcISVA, g.back(0, 8, 5))
	examined := g.send(k, SvcHavens, g.back(0, 7, 50))
	examined.acknowledge(g.back(0, 8, 10), havens)
	k = add(laid{author: "caseworker", given: "Leyla", family: "Brightwater", age: 38, female: true, borough: "Haringey", class: "coercive", risk: medium, at: g.back(2, 14, 0)})
	g.send(k, SvcIDVA, g.back(2, 15, 10)).acknowledge(g.back(1, 16, 0), vawg)

	// Accepted: a first call due today, and one in progress.
	k = add(laid{author: "police", given: "Chloe", family: "Moonraker", age: 23, female: true, borough: "Tower Hamlets", class: "abuse", risk: high, at: g.back(3, 9, 15)})
	k.assess(g, 15, "high", "It happens more often, and he has threatened her life.")
	r := g.send(k, SvcIDVA, g.back(3, 9, 55))
	r.acknowledge(g.back(2, 9, 30), vawg)
	r.accept(g.back(1, 10, 10), vawg, vawg)
	g.confer(k, g.back(2, 12, 0), false)
	k = add(laid{author: anybody + OrgPolice, given: "Parveen", family: "Cresswood", age: 52, female: true, borough: "Newham", class: "abuse", risk: medium, at: g.back(16, 11, 0)})
	k.assess(g, 18, "high", "He has strangled her twice. Her sister is afraid of him too.")
	r = g.send(k, SvcIDVA, g.back(16, 11, 40))
	r.acknowledge(g.back(15, 10, 0), vawg)
	r.accept(g.back(15, 14, 0), vawg, vawg)
	r.attempt(g.back(14, 11, 0), models.OutcomeReached)
	g.confer(k, g.back(13, 15, 0), true)

	// Withdrawn yesterday, for the receiver to acknowledge; wait-listed with a review today.
	k = add(laid{author: "police", given: "Danuta", family: "Otterburn", age: 60, female: true, borough: "Hounslow", class: "abuse", risk: standard, at: g.back(3, 12, 0)})
	r = g.send(k, SvcIDVA, g.back(3, 12, 30))
	r.acknowledge(g.back(2, 11, 30), vawg)
	r.withdraw(g.back(1, 15, 0), k.author, "victim_changed_mind", victim)
	k = add(laid{author: anybody + OrgPolice, given: "Efua", family: "Whistledown", age: 33, female: true, borough: "Enfield", class: "sexual", risk: medium, at: g.back(22, 10, 0)})
	r = g.send(k, SvcISVA, g.back(22, 10, 30))
	r.acknowledge(g.back(21, 10, 0), vawg)
	r.wait(g.back(20, 12, 0), vawg, "right_worker", g.today())

	// The refuge: a new one this morning, one waiting for its decision.
	k = add(laid{author: "police", given: "Amara", family: "Tidewater", age: 27, female: true, borough: "Croydon", class: "abuse", risk: high, at: g.back(0, 6, 40)})
	g.send(k, SvcRefuge, g.back(0, 7, 20))
	k = add(laid{author: "caseworker", given: "Mihaela", family: "Applegarth", age: 35, female: true, borough: "Barnet", class: "coercive", risk: high, at: g.back(1, 13, 30)})
	g.send(k, SvcRefuge, g.back(1, 14, 0)).acknowledge(g.back(1, 14, 40), refuge)
	return out
}

// liveGeneral is the work of police@, caseworker@ and support@.
func (g *generator) liveGeneral() []*kase {
	support := g.world.sign("support")
	var out []*kase
	add := func(l laid) *kase { k := g.layOut(l); out = append(out, k); return k }

	k := add(laid{author: "police", given: "Gordon", family: "Pebblestone", age: 71, female: false, borough: "Bromley", class: "burglary", risk: standard, at: g.back(1, 10, 20)})
	g.send(k, SvcAdult, g.back(1, 10, 55))
	k = add(laid{author: "police", given: "Nasreen", family: "Copperfern", age: 40, female: true, borough: "Redbridge", class: "fraud", risk: standard, at: g.back(0, 7, 10)})
	g.send(k, SvcAdult, g.back(0, 7, 45))
	k = add(laid{author: "police", given: "Callum", family: "Ivorywell", age: 36, female: false, borough: "Camden", class: "assault", risk: medium, at: g.back(4, 16, 0)})
	r := g.send(k, SvcAdultHigh, g.back(4, 16, 30))
	r.acknowledge(g.back(3, 10, 0), support)
	r.accept(g.back(2, 10, 30), support, support)
	r.attempt(g.back(1, 11, 0), models.OutcomeNoAnswer)

	// A question that police@ has not answered in time, and a refusal to act on.
	k = add(laid{author: "police", given: "Olga", family: "Frostwick", age: 48, female: true, borough: "Islington", class: "harassment", risk: medium, at: g.back(7, 9, 30)})
	r = g.send(k, SvcAdult, g.back(7, 10, 0))
	r.acknowledge(g.back(6, 11, 0), support)
	r.ask(g.back(5, 15, 20), support, "Has the person been told which organisation will contact them?")
	k = add(laid{author: "police", given: "Delroy", family: "Greywillow", age: 57, female: false, borough: "Lewisham", class: "robbery", risk: standard, at: g.back(3, 11, 0)})
	r = g.send(k, SvcAdult, g.back(3, 11, 30))
	r.acknowledge(g.back(2, 14, 0), support)
	r.decline(g.back(1, 12, 30), support, "already_open_elsewhere", provider, "Has been with another service since the spring.")

	// Begun and not sent; logged this morning and help not offered yet.
	k = add(laid{author: "police", given: "Wei", family: "Marblethwaite", age: 30, female: false, borough: "Westminster", class: "robbery", risk: standard, at: g.back(1, 16, 10)})
	g.begun(k, SvcAdult, g.back(1, 16, 35))
	k = add(laid{author: "police", given: "Rosa", family: "Seabright", age: 19, female: true, borough: "Greenwich", class: "public", risk: standard, at: g.back(0, 8, 0)})
	k.HelpOffered = models.HelpNotYet
	k.events[0].detail["help_offered"] = k.HelpOffered
	k = add(laid{author: "caseworker", given: "Idris", family: "Nettlecombe", age: 44, female: false, borough: "Haringey", class: "assault", risk: standard, at: g.back(2, 11, 0)})
	g.send(k, SvcAdult, g.back(2, 11, 45)).acknowledge(g.back(1, 9, 30), support)
	return out
}

// liveChildren is the work of youth@ and childhouse@.
func (g *generator) liveChildren() []*kase {
	youth, house := g.world.sign("youth"), g.world.sign("childhouse")
	var out []*kase
	add := func(l laid) *kase { k := g.layOut(l); out = append(out, k); return k }

	k := add(laid{author: "police", given: "Zac", family: "Swiftwater", age: 15, female: false, borough: "Croydon", class: "knife", risk: medium, at: g.back(1, 15, 20)})
	g.send(k, SvcYoung, g.back(1, 15, 50))
	k = add(laid{author: "youthjustice", given: "Tiana", family: "Sparrowdale", age: 16, female: true, borough: "Newham", class: "robbery", risk: standard, at: g.back(3, 10, 0)})
	g.send(k, SvcYoung, g.back(3, 10, 40)).acknowledge(g.back(2, 10, 20), youth)
	k = add(laid{author: "police", given: "Malachi", family: "Foxlight", age: 17, female: false, borough: "Hackney", class: "knife", risk: high, at: g.back(4, 9, 0)})
	r := g.send(k, SvcYouthViolence, g.back(4, 9, 40))
	r.acknowledge(g.back(4, 11, 0), youth)
	r.accept(g.back(3, 14, 20), youth, youth)

	k = add(laid{author: "police", given: "Poppy", family: "Littlestar", age: 12, female: true, borough: "Camden", class: "child16", risk: high, at: g.back(1, 10, 0)})
	g.send(k, SvcChildHouse, g.back(1, 10, 45))
	k = add(laid{author: "police", given: "Noor", family: "Honeycombe", age: 9, female: true, borough: "Islington", class: "child13", risk: medium, at: g.back(3, 13, 0)})
	g.send(k, SvcChildHouse, g.back(3, 13, 30)).acknowledge(g.back(2, 9, 45), house)
	k = add(laid{author: "youth", given: "Ellis", family: "Rainsford", age: 14, female: false, borough: "Barnet", class: "child16", risk: medium, at: g.back(8, 10, 0)})
	r = g.send(k, SvcChildHouse, g.back(8, 10, 30))
	r.acknowledge(g.back(7, 10, 0), house)
	r.accept(g.back(6, 15, 0), house, house)
	r.attempt(g.back(5, 11, 0), models.OutcomeReached)
	return out
}

// liveOthers is the work of hatecrime@, restorative@ and probation@.
func (g *generator) liveOthers() []*kase {
	hate, rj := g.world.sign("hatecrime"), g.world.sign("restorative")
	var out []*kase
	add := func(l laid) *kase { k := g.layOut(l); out = append(out, k); return k }

	k := add(laid{author: "police", given: "Samir", family: "Goldmeadow", age: 33, female: false, borough: "Barking and Dagenham", class: "hate", risk: standard, at: g.back(1, 11, 30)})
	g.send(k, SvcHate, g.back(1, 12, 0))
	k = add(laid{author: anybody + OrgBTP, given: "Yewande", family: "Kestrelby", age: 28, female: true, borough: "Southwark", class: "hateassault", risk: medium, at: g.back(3, 8, 50)})
	g.send(k, SvcHate, g.back(3, 9, 20)).acknowledge(g.back(2, 12, 0), hate)
	k = add(laid{author: "police", given: "Jamie", family: "Thornapple", age: 25, female: false, borough: "Lambeth", class: "hate", risk: standard, at: g.back(6, 10, 0)})
	r := g.send(k, SvcHate, g.back(6, 10, 30))
	r.acknowledge(g.back(5, 10, 0), hate)
	r.accept(g.back(5, 12, 0), hate, hate)
	r.attempt(g.back(4, 10, 30), models.OutcomeReached)

	k = add(laid{author: "probation", given: "Harriet", family: "Mossbank", age: 47, female: true, borough: "Merton", class: "burglary", risk: standard, at: g.back(2, 10, 0)})
	g.send(k, SvcRestorative, g.back(2, 10, 50))
	k = add(laid{author: "probation", given: "Obinna", family: "Lavenderhill", age: 39, female: false, borough: "Bexley", class: "assault", risk: standard, at: g.back(10, 10, 0)})
	r = g.send(k, SvcRestorative, g.back(10, 10, 40))
	r.acknowledge(g.back(9, 10, 0), rj)
	r.accept(g.back(7, 11, 0), rj, rj)
	r.attempt(g.back(6, 11, 0), models.OutcomeReached)
	return out
}

// begun is a referral written and not sent.
func (g *generator) begun(k *kase, service string, at time.Time) {
	s := g.stream("begun " + k.Reference)
	d := k.decide(g, s, g.world.service[service], at.Add(-5*time.Minute), k.author)
	k.draft(g, s, g.world.service[service], d, at, k.author)
}

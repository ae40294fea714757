package demo

import (
	"strings"
	"time"

	"throughline/models"
)

// Story is one of the fixed cases that guides and screens use: its references
// are the same in every demo, and so is what has happened.
type Story struct {
	What      string
	Case      string
	Referrals []string // in the order they were sent
}

// Stories lists the fixed cases.
func Stories() []Story {
	ref := func(symbols string) string { return fixedReference(models.ReferralReference, symbols) }
	return []Story{
		{"Accepted: a VAWG adviser has taken the referral and tried to call", fixedReference(models.CaseReference, "ST0RY001"), []string{ref("ST0RY001")}},
		{"Declined for want of a place, then referred again and accepted", fixedReference(models.CaseReference, "ST0RY002"), []string{ref("ST0RY002"), ref("ST0RY003")}},
		{"Waiting: the service has asked a question", fixedReference(models.CaseReference, "ST0RY003"), []string{ref("ST0RY004")}},
	}
}

// The code and the word that open the page of the first story: for a copy of
// made-up people alone.
const (
	StatusCode = "DEM0-PAGE"
	StatusWord = "kingfisher"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// fixedReference is a reference with symbols of one's own choosing.
func fixedReference(kind models.ReferenceKind, symbols string) string {
	var v [8]byte
	for i := range v {
		v[i] = byte(strings.IndexByte(crockford, symbols[i])) //nolint:gosec // below 32
	}
	return models.MakeReference(kind, v)
}

// storyReferences are those that no other case or referral may get.
func storyReferences() []string {
	var out []string
	for _, s := range Stories() {
		out = append(append(out, s.Case), s.Referrals...)
	}
	return out
}

// today is the working day on which the demo ends, or the next one.
func (g *generator) today() time.Time {
	y, m, d := g.until.In(models.London()).Date()
	return g.office.on(time.Date(y, m, d, 0, 0, 0, 0, models.London()), 0, 0)
}

// back is a moment of the n-th working day before today, but never after the
// demo's last hour: 0 and 8:20 is this morning.
func (g *generator) back(n, hour, minute int) time.Time {
	at := g.office.before(g.today(), n, time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute-opens)
	if last := g.until.Add(-40 * time.Minute); at.After(last) {
		at = last
	}
	return at.UTC()
}

// laid is a case laid out by hand: what of it is not left to chance.
type laid struct {
	author        string // address before "@demo.test", or "anybody at " and the key of an organisation
	given, family string
	age           int
	female        bool
	borough       string
	class         string
	risk          models.Priority
	at            time.Time
	reference     string
}

const anybody = "anybody at "

// layOut makes a case by hand.
func (g *generator) layOut(l laid) *kase {
	s := g.stream("laid out " + l.given + " " + l.family)
	k := &kase{class: g.classes[l.class]}
	if key, ok := strings.CutPrefix(l.author, anybody); ok {
		k.author = g.world.byKey[key].workerBy(s)
	} else {
		k.author = g.world.sign(l.author)
	}
	k.LoggedAt = l.at
	sure := *k.class
	sure.female = 0
	if l.female {
		sure.female = 1
	}
	k.class = &sure
	borough := authorityOf(l.borough)
	g.fill(s, k, borough)
	g.settleVictim(s, k, l)
	k.RiskLevel = l.risk
	if l.risk != models.PriorityStandard && k.RiskNote == "" {
		k.RiskNote = riskTexts()[0]
	}
	if l.reference != "" {
		k.Reference = l.reference
	}
	g.rights(s, k)
	k.events[0].detail["risk_level"], k.events[0].detail["enhanced"], k.events[0].detail["enhanced_reasons"] = k.RiskLevel, k.Enhanced, orEmpty(k.EnhancedReasons)
	return k
}

// settleVictim gives a case laid out by hand the victim it is about, and one
// safe way to call: the guides say so.
func (g *generator) settleVictim(s *source, k *kase, l laid) {
	v := &k.victim
	v.GivenName, v.FamilyName, v.KnownAs = l.given, l.family, ""
	k.age = l.age
	born := models.Today(l.at).AddDate(-l.age, -s.between(1, 11), -s.between(1, 27))
	v.DateOfBirth = &born
	delete(v.Missing, "given_name")
	delete(v.Missing, "family_name")
	delete(v.Missing, "date_of_birth")
	v.Equality[models.EqualitySex] = "male"
	if l.female {
		v.Equality[models.EqualitySex] = "female"
	}
	for i := range k.incidents { // nothing long ago: they were told this week
		inc := &k.incidents[i]
		on := models.Today(l.at).AddDate(0, 0, -1-i)
		inc.OccurredOn, inc.OccurredFrom, inc.OccurredTo = &on, nil, nil
		if inc.ReportedOn != nil && inc.ReportedOn.Before(on) {
			inc.ReportedOn = &on
		}
	}
	phone := k.channels[0]
	phone.Safe, phone.Windows, phone.stop = models.SafeYes, windows(s, l.age >= 14 && k.domestic()), nil
	if phone.ConfirmedOn == nil {
		phone.confirm(models.Today(l.at))
	}
	for _, c := range k.channels {
		if l.age >= 14 {
			c.Person = models.PersonVictim
		}
	}
}

// send writes and sends a referral of a case laid out by hand.
func (g *generator) send(k *kase, service string, at time.Time) *referral {
	s := g.stream("sent " + k.Reference + service + at.String())
	svc := g.world.service[service]
	if !k.eligible(svc, at) {
		panic("demo: " + service + " cannot take the case of " + k.victim.GivenName)
	}
	d := k.decide(g, s, svc, at.Add(-9*time.Minute), k.author)
	r := k.draft(g, s, svc, d, at.Add(-6*time.Minute), k.author)
	r.submit(at, k.author, nil)
	return r
}

// stories makes the fixed cases.
func (g *generator) stories() []*kase {
	fixed := Stories()
	vawg, manager, refuge := g.world.sign("vawg"), g.world.sign("vawg.manager"), g.world.sign("refuge")

	accepted := g.layOut(laid{"police", "Marguerite", "Fernsby-Vale", 34, true, "Hackney", "abuse", models.PriorityHigh, g.back(4, 10, 5), fixed[0].Case})
	accepted.assess(g, 16, "high", "He has a key to the flat and has followed her to work twice this month.")
	r := g.send(accepted, SvcIDVA, g.back(4, 10, 40))
	r.Reference = fixed[0].Referrals[0]
	r.acknowledge(g.back(4, 12, 10), vawg)
	r.accept(g.back(3, 11, 20), manager, vawg)
	r.attempt(g.back(2, 10, 30), models.OutcomeNoAnswer)

	again := g.layOut(laid{"police", "Adaeze", "Larkspur", 29, true, "Lewisham", "coercive", models.PriorityHigh, g.back(9, 14, 10), fixed[1].Case})
	again.assess(g, 11, "medium", "She has somewhere to go and he does not know where.")
	first := g.send(again, SvcRefuge, g.back(9, 14, 50))
	first.Reference = fixed[1].Referrals[0]
	first.acknowledge(g.back(9, 15, 20), refuge)
	first.decline(g.back(8, 9, 40), refuge, "no_capacity", provider, "No room this week. Willowbank may have one.")
	second := g.send(again, SvcRefugeSecond, g.back(8, 11, 5))
	second.Reference = fixed[1].Referrals[1]
	relation := models.RelationReRefer
	second.ParentID, second.Relation, second.JourneyID = &first.ID, &relation, first.JourneyID
	room := second.svcOrg().staff[0]
	second.acknowledge(g.back(8, 12, 0), room)
	second.accept(g.back(8, 15, 30), room, room)
	second.attempt(g.back(7, 10, 15), models.OutcomeReached)
	second.assess(g.back(6, 14, 30), 13, "high", "He has rung every refuge in the borough and asked for her by name.")

	asked := g.layOut(laid{"police", "Tomasz", "Heatherlow", 41, false, "Ealing", "stalking", models.PriorityMedium, g.back(3, 15, 0), fixed[2].Case})
	r = g.send(asked, SvcStalking, g.back(3, 15, 45))
	r.Reference = fixed[2].Referrals[0]
	r.acknowledge(g.back(2, 9, 30), vawg)
	r.ask(g.back(1, 11, 15), vawg, "Is there a safe time to call on a weekday afternoon?", "Does anyone else use the same phone or computer?")
	return []*kase{accepted, again, asked}
}

// attempt is a call of a referral laid out by hand, inside the safe times.
func (r *referral) attempt(at time.Time, outcome models.ContactOutcome) {
	if r.over {
		return
	}
	c := r.k.safe(models.ChannelPhone)
	r.confirm(c, at)
	if from, _, ok := c.asOf(at).Next(at, models.StaleAfterDays); ok && from.After(at) {
		at = from.Add(7 * time.Minute)
	}
	said := ""
	if outcome == models.OutcomeReached {
		said = saidTexts()[0]
	}
	r.contact(at, c, outcome, said)
	if outcome == models.OutcomeReached && !r.over {
		r.planned(at, r.worker)
	}
}

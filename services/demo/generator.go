package demo

import (
	"strconv"
	"time"

	"throughline/models"
)

// generator makes cases, one after the other in the order they were logged.
type generator struct {
	seed     int64
	from     time.Time
	until    time.Time
	demand   *demand
	calendar *models.Calendar
	office   *office
	world    *world

	names       []nameGroup
	groupTotals map[string]float64
	classes     map[string]*class
	month       month

	age, ethnicity, line  *dealer[string]
	other, hurt           *dealer[string]
	strands               *dealer[[]string]
	feedFirst, otherFirst *dealer[models.Channel]
	reached               *dealer[bool]
	decisions, endings    map[string]*dealer[fate]
	risks                 map[string]*dealer[models.Priority]

	caseRefs, referralRefs *numbering

	conferred []conferred // referrals to the MARAC, in the order they were made
}

// newGenerator prepares the data of a seed up to a moment.
func newGenerator(seed int64, from, until time.Time, w *world) (*generator, error) {
	d, err := loadDemand()
	if err != nil {
		return nil, err
	}
	g := &generator{
		seed: seed, from: from, until: until, demand: d, calendar: models.MustCalendar(), world: w, names: nameGroups(),
		groupTotals: map[string]float64{}, classes: map[string]*class{}, decisions: map[string]*dealer[fate]{},
		endings: map[string]*dealer[fate]{}, risks: map[string]*dealer[models.Priority]{},
	}
	g.office = newOffice(g.calendar, from.AddDate(0, 0, -10), until.AddDate(0, 9, 0))
	for _, n := range g.names {
		for ethnicity, w := range n.weight {
			g.groupTotals[ethnicity] += w
		}
	}
	for _, c := range classes() {
		g.classes[c.key] = c
	}
	m := d.known(monthOf(until))
	g.age = newDealer(g.stream("ages"), sharesOf(d.ages[m])...)
	g.ethnicity = newDealer(g.stream("ethnicity"), sharesOf(d.ethnicities[m])...)
	g.line = newDealer(g.stream("classes"), sharesOf(d.allClasses(m))...)
	g.other = newDealer(g.stream("other crime"), otherShares(d.recorded)...)
	g.hurt = newDealer(g.stream("violence"), hurtShares()...)
	g.strands = newDealer(g.stream("strands"), strandShares()...)
	g.feedFirst = newDealer(g.stream("feed first"), share[models.Channel]{models.ChannelPhone, FirstByPhone}, share[models.Channel]{models.ChannelText, FirstByText},
		share[models.Channel]{models.ChannelPost, FirstByPost})
	g.otherFirst = newDealer(g.stream("other first"), share[models.Channel]{models.ChannelPhone, 90}, share[models.Channel]{models.ChannelText, 3},
		share[models.Channel]{models.ChannelEmail, 4}, share[models.Channel]{models.ChannelInPerson, 3})
	g.reached = newDealer(g.stream("reached"), share[bool]{true, PhoneReached}, share[bool]{false, 100 - PhoneReached})
	kept := map[string]bool{}
	for _, ref := range storyReferences() {
		kept[ref] = true
	}
	g.caseRefs = newNumbering(seed, models.CaseReference, kept)
	g.referralRefs = newNumbering(seed, models.ReferralReference, kept)
	return g, nil
}

func (g *generator) stream(name string) *source { return newSource(g.seed, name) }

// allClasses are the offence lines of every month with the counts of one, so
// that a dealer can be reweighed month by month.
func (d *demand) allClasses(m month) map[string]float64 {
	out := map[string]float64{}
	for _, by := range d.classes {
		for k := range by {
			out[k] = 0
		}
	}
	for k, n := range d.classes[m] {
		out[k] = n
	}
	return out
}

// enter brings the dealers to a month's counts.
func (g *generator) enter(m month) {
	if m == g.month {
		return
	}
	g.month = m
	known := g.demand.known(m)
	weigh := func(d *dealer[string], by map[string]float64) {
		weights := make([]float64, len(d.items))
		for i, k := range d.items {
			weights[i] = by[k]
		}
		d.reweigh(weights)
	}
	weigh(g.age, g.demand.ages[known])
	weigh(g.ethnicity, g.demand.ethnicities[known])
	weigh(g.line, g.demand.classes[known])
}

// makeCase makes the n-th case: who, what, how to reach them, and the referrals
// that follow, each walked to its end or to the end of the demo.
func (g *generator) makeCase(n int, at slot) *kase {
	g.enter(monthOf(at.day))
	s := g.stream("case " + strconv.Itoa(n))
	borough := &authorities()[at.borough]
	k := &kase{}
	k.class = g.dealClass()
	k.author = g.authorFor(s, k, borough, at.day)
	k.LoggedAt = g.loggedAt(s, k, at.day)
	g.fill(s, k, borough)
	g.refers(s, k)
	return k
}

// fill makes everything of a case but its referrals; author, class and time
// are settled.
func (g *generator) fill(s *source, k *kase, borough *authority) {
	now := k.LoggedAt
	k.ID, k.Reference = s.id(now), g.caseRefs.take()
	g.draw(s, k, borough, now)
	k.VictimID = k.victim.ID
	k.Status, k.Version, k.UpdatedAt = models.CaseOpen, 1, now
	k.LoggedBy, k.LoggedByOrgID, k.AccountableOrgID = k.author.id, k.author.org.id, k.author.org.id
	k.Case.Source = g.sourceOf(s, k)
	g.incidentsOf(s, k, borough, now)
	g.risk(s, k)
	g.peopleAround(s, k, now)
	g.safeContact(s, k, now)
	g.rights(s, k)
	k.HelpOffered = models.HelpYes
	if s.chance(0.65) {
		k.Wants = []string{pick(s, models.Needs()).Key}
	}
	k.events = append(k.events, event{at: now, by: k.author, action: "case.logged", subject: "case", id: k.ID, caseID: k.ID, detail: map[string]any{
		"source": k.Case.Source, "risk_level": k.RiskLevel, "enhanced": k.Enhanced, "enhanced_reasons": orEmpty(k.EnhancedReasons),
		"enhanced_off_reason": k.EnhancedOffReason, "help_offered": k.HelpOffered, "incidents": len(k.incidents), "channels": len(k.channels),
		"related_people": len(k.people),
	}})
}

func (g *generator) dealClass() *class {
	line := g.line.deal()
	group, offence := splitLine(line)
	key := classKey(group, offence)
	switch key {
	case "other":
		key = g.other.deal()
	case "hurt":
		key = g.hurt.deal()
	}
	c := g.classes[key]
	if c == nil {
		panic("demo: no class " + key)
	}
	return c
}

// risk draws the level by the kind of crime, and says what makes it more than
// standard.
func (g *generator) risk(s *source, k *kase) {
	d := g.risks[k.class.key]
	if d == nil {
		d = newDealer(g.stream("risk "+k.class.key), share[models.Priority]{models.PriorityStandard, k.class.risk[0]},
			share[models.Priority]{models.PriorityMedium, k.class.risk[1]}, share[models.Priority]{models.PriorityHigh, k.class.risk[2]})
		g.risks[k.class.key] = d
	}
	k.RiskLevel = d.deal()
	if k.RiskLevel != models.PriorityStandard && s.chance(0.8) {
		k.RiskNote = pick(s, riskTexts())
	}
}

// rights are the Enhanced Rights, by the product's own rule and, as it does, by
// the age on the first day that is known.
func (g *generator) rights(s *source, k *kase) {
	var types []string
	day := models.Today(k.LoggedAt)
	for _, i := range k.incidents {
		types = append(types, i.OffenceTypes...)
		if first := i.First(); first != nil && first.Before(day) {
			day = *first
		}
	}
	var age *int
	if k.victim.DateOfBirth != nil {
		years := models.AgeOn(*k.victim.DateOfBirth, day)
		age = &years
	}
	asked := models.EnhancedAsked{Vulnerable: s.chance(0.06), Intimidated: k.RiskLevel == models.PriorityHigh && s.chance(0.3)}
	if models.EnhancedAsks(types) {
		asked.PersistentlyTargeted = s.chance(0.4)
	}
	k.Enhanced, k.EnhancedReasons = models.EnhancedDefault(types, age, asked)
}

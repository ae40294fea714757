package demo

import (
	"fmt"
	"time"

	"throughline/models"
)

// incidentsOf makes what happened: one incident, or a series for what repeats.
func (g *generator) incidentsOf(s *source, k *kase, borough *authority, at time.Time) {
	types := append([]string(nil), pick(s, k.class.types)...)
	var strands []string
	if types[0] == "hate_crime" {
		strands = g.strands.deal()
	}
	n := 1
	if k.class.known >= 0.7 && s.chance(0.22) || types[0] == "hate_crime" && s.chance(0.15) {
		n = s.between(2, 3)
	}
	force := g.force(s, k)
	day := models.Today(at)
	var reference string
	reported := k.Source == "police" || s.chance(0.45)
	for i := range n {
		inc := models.Incident{
			ID: s.id(at), Position: i + 1, OffenceTypes: types, HateStrands: strands, Summary: pick(s, k.class.texts),
			Place: g.place(s, k, borough),
		}
		g.when(s, k, &inc, day.AddDate(0, 0, -7*i))
		wants := reported || s.chance(0.4)
		inc.WantsToReport = &wants
		if reported {
			on := day
			if inc.OccurredOn != nil && i > 0 {
				on = *inc.OccurredOn
			}
			inc.ReportedOn = &on
			inc.Force = force
			if i == 0 || reference == "" {
				reference = crimeReference(s, force, day)
			}
			inc.CrimeReference = reference
		}
		k.incidents = append(k.incidents, inc)
	}
}

// when says when it happened: mostly days before, for sexual and child abuse
// often long ago and not on one known day.
func (g *generator) when(s *source, k *kase, inc *models.Incident, day time.Time) {
	born := day.AddDate(-k.age, 0, 0)
	if k.victim.DateOfBirth != nil {
		born = *k.victim.DateOfBirth
	}
	past := k.class.key == "child13" || k.class.key == "child16" || k.class.key == "rape" || k.class.key == "honour" || k.class.key == "fgm"
	if past && s.chance(0.35) {
		from := day.AddDate(0, -s.between(3, 30), 0)
		if from.Before(born) {
			from = born
		}
		to := day.AddDate(0, -s.between(1, 2), 0)
		if to.After(from) {
			inc.OccurredFrom, inc.OccurredTo = &from, &to
			return
		}
	}
	on := day.AddDate(0, 0, -pick(s, []int{0, 0, 1, 1, 1, 2, 2, 3, 5, 9, 20}))
	if on.Before(born) {
		on = born
	}
	inc.OccurredOn = &on
}

// place says where it happened; on the railway also how and by whom it is run.
func (g *generator) place(s *source, k *kase, borough *authority) models.Place {
	p := models.Place{Kind: pick(s, k.class.place)}
	if k.author.org.key == OrgBTP {
		p.Kind = "transport"
	}
	if p.Kind != "online" {
		p.Borough = borough.Code
		if p.Kind != "home" && s.chance(0.25) {
			p.Borough = authorityOf(pick(s, g.demand.boroughs)).Code
		}
	}
	if p.Kind == "transport" {
		p.Mode = pick(s, []string{"bus", "bus", "underground", "underground", "train", "tram"})
		p.Operator = map[string]string{"bus": "Transport for London", "underground": "Transport for London", "tram": "Transport for London", "train": "A train company"}[p.Mode]
		p.Route = map[string]string{"bus": fmt.Sprintf("Night bus N%d", s.between(1, 279)), "underground": "Northern line", "tram": "Wimbledon branch", "train": "Stopping service"}[p.Mode]
	}
	return p
}

// force is the police force that dealt with it.
func (g *generator) force(s *source, k *kase) string {
	switch k.author.org.key {
	case OrgCityPolice:
		return "city-of-london"
	case OrgBTP:
		return "btp"
	}
	if k.author.org.key != OrgPolice && s.chance(0.04) {
		return "btp"
	}
	return "metropolitan"
}

// crimeReference looks like a force's own number; the letters are none of theirs.
func crimeReference(s *source, force string, day time.Time) string {
	switch force {
	case "city-of-london":
		return fmt.Sprintf("ZC%05d/%02d", s.below(100000), day.Year()%100)
	case "btp":
		return fmt.Sprintf("ZB-%06d-%02d", s.below(1000000), day.Year()%100)
	}
	return fmt.Sprintf("ZZ%07d/%02d", s.below(10000000), day.Year()%100)
}

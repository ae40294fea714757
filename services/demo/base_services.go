package demo

import "throughline/models"

// The keys of the services of the demo.
const (
	SvcAdult         = "adult"
	SvcAdultHigh     = "adult-enhanced"
	SvcBereaved      = "bereaved"
	SvcYoung         = "young"
	SvcYouthViolence = "youth-violence"
	SvcEvening       = "evening-line"
	SvcChildHouse    = "child-house"
	SvcConsultation  = "child-house-consultation"
	SvcChildHouse25  = "child-house-18-25"
	SvcChildHouseSW  = "child-house-sw"
	SvcHate          = "hate"
	SvcHateRace      = "hate-race"
	SvcHateFaith     = "hate-faith"
	SvcHateLGBT      = "hate-lgbt"
	SvcHateDisabled  = "hate-disability"
	SvcHateOnline    = "hate-online"
	SvcIDVA          = "idva"
	SvcISVA          = "isva"
	SvcISVAYoung     = "isva-young"
	SvcIDVASecond    = "idva-second"
	SvcOutreach      = "outreach"
	SvcStalking      = "stalking"
	SvcCounselling   = "counselling"
	SvcHavens        = "havens"
	SvcRefuge        = "refuge"
	SvcRefugeSecond  = "refuge-second"
	SvcRestorative   = "restorative"
	SvcRestorativeDA = "restorative-sensitive"
	SvcMARAC         = "marac"
)

// service is one service of the demo. Limits left at zero are the pathway's.
type service struct {
	models.Service
	key, org string
}

func domesticAbuse() []string {
	return []string{"domestic_abuse", "coercive_control", "honour_based_abuse", "forced_marriage", "fgm", "image_abuse"}
}

func sexualViolence() []string {
	return []string{"rape", "sexual_assault", "child_sexual_abuse", "image_abuse", "trafficking"}
}

func violence() []string {
	return []string{"assault", "robbery", "knife_crime", "wounding_with_intent", "attempted_murder", "kidnap", "homicide"}
}

// eastAndNorth is where the second VAWG service works.
func eastAndNorth() []string {
	return append(models.AuthoritiesIn(models.SectorNorthEast), models.AuthoritiesIn(models.SectorNorthCentral)...)
}

func demoServices() []service {
	var out []service
	add := func(key, org, pathway, name, description string, change ...func(*models.Service)) {
		s := service{key: key, org: org, Service: models.Service{
			ID: StableID("service", key), OrgID: StableID("organisation", org), Pathway: pathway, Name: name, Description: description,
			HighRisk: true, Languages: []string{"English"}, Opening: "Monday to Friday, 9am to 5pm", Capacity: models.CapacityOpen, Active: true,
		}}
		for _, c := range change {
			c(&s.Service)
		}
		out = append(out, s)
	}
	general, child, hate, vawg, rj := models.PathwayGeneral, models.PathwayChildHouse, models.PathwayHateCrime, models.PathwayVAWG, models.PathwayRestorative
	add(SvcAdult, OrgAdult, general, "Adult victims' support", "Practical and emotional help for any victim of crime aged 18 or over, reported or not.",
		ages(18, 0), speaks("Polish", "Bengali", "Somali"))
	add(SvcAdultHigh, OrgAdult, general, "Enhanced support after violent crime", "A named worker for adults after serious violence, with help through court.",
		ages(18, 0), offences(violence()...))
	add(SvcBereaved, OrgAdult, general, "Support after homicide", "For families bereaved by murder or manslaughter.", offences("homicide"))
	add(SvcEvening, OrgAdult, general, "Evening and weekend line", "Calls back outside office hours. Paused until more people are trained.",
		ages(18, 0), capacity(models.CapacityPaused))
	add(SvcYoung, OrgYoung, general, "Young victims' support", "One-to-one help for children and young people aged 4 to 17 in every borough.", ages(4, 17))
	add(SvcYouthViolence, OrgYoung, general, "Young people hurt by violence", "Youth workers for people aged 11 to 24 after assault, robbery or a knife.",
		ages(11, 24), offences("assault", "robbery", "knife_crime", "wounding_with_intent", "attempted_murder"))
	add(SvcChildHouse, OrgChildHouse, child, "Child House assessment and support", "Medical help, advocacy and therapy under one roof for children who live in north central London.",
		ages(0, 17), in(models.AuthoritiesIn(models.SectorNorthCentral)), offences("child_sexual_abuse", "rape", "sexual_assault"))
	add(SvcConsultation, OrgChildHouse, child, "Advice for professionals", "A consultation for the people already working with a child.",
		ages(0, 17), in(models.AuthoritiesIn(models.SectorNorthCentral)), offences("child_sexual_abuse", "rape", "sexual_assault"))
	add(SvcChildHouse25, OrgChildHouse, child, "Young adults with additional needs", "For people of 18 to 25 with a learning disability or additional needs.",
		ages(18, 25), in(models.AuthoritiesIn(models.SectorNorthCentral)), offences("child_sexual_abuse", "rape", "sexual_assault"))
	add(SvcChildHouseSW, OrgChildHouseSW, child, "Child House assessment and support", "The same offer for children who live in south west London.",
		ages(0, 17), in(models.AuthoritiesIn(models.SectorSouthWest)), offences("child_sexual_abuse", "rape", "sexual_assault"))
	add(SvcHate, OrgHate, hate, "Hate crime advocacy", "Advocates for anyone attacked for who they are, who bring in a specialist partner where one is wanted.",
		offences("hate_crime"), speaks("Arabic", "Urdu", "Yoruba"))
	add(SvcHateRace, OrgHateRace, hate, "Race hate advocacy", "Run by and for racialised communities.", offences("hate_crime"), strands("race"), speaks("Yoruba", "Bengali"))
	add(SvcHateFaith, OrgHateFaith, hate, "Faith hate advocacy", "For people of every faith, and none.", offences("hate_crime"), strands("religion"), speaks("Arabic", "Urdu"))
	add(SvcHateLGBT, OrgHateLGBT, hate, "LGBT+ hate advocacy", "Run by and for LGBT+ people.", offences("hate_crime"), strands("sexual_orientation", "transgender"))
	add(SvcHateDisabled, OrgHateDisabled, hate, "Disability hate advocacy", "Run by disabled people.", offences("hate_crime"), strands("disability"), speaks("British Sign Language"))
	add(SvcHateOnline, OrgHate, hate, "Online hate support", "Closed to new people since the pilot ended.", offences("hate_crime"), capacity(models.CapacityClosed))
	add(SvcIDVA, OrgVAWG, vawg, "Domestic abuse advocacy (IDVA)", "Independent domestic violence advisers for people at high risk, all of London.",
		ages(16, 0), offences(append(domesticAbuse(), "stalking")...), speaks("Portuguese", "Polish", "Somali"))
	add(SvcISVA, OrgVAWG, vawg, "Sexual violence advocacy (ISVA)", "Independent sexual violence advisers, recent or long ago, reported or not.", ages(16, 0), offences(sexualViolence()...))
	add(SvcISVAYoung, OrgVAWG, vawg, "Advocacy for children after sexual violence", "Advisers for children and young people, in every borough.",
		ages(5, 17), offences("child_sexual_abuse", "rape", "sexual_assault"))
	add(SvcIDVASecond, OrgVAWGSecond, vawg, "Lantern domestic abuse advocacy", "Advisers for women in east and north London.",
		ages(16, 0), in(eastAndNorth()), offences(domesticAbuse()...), women, speaks("Bengali", "Turkish", "Urdu"))
	add(SvcOutreach, OrgVAWGSecond, vawg, "Outreach and group work", "For women at standard or medium risk who want to talk to others.",
		ages(16, 0), offences(append(domesticAbuse(), "stalking", "harassment")...), women, noHighRisk)
	add(SvcStalking, OrgVAWG, vawg, "Stalking advocacy", "Advocates for anyone who is stalked, in person or online.", ages(16, 0), offences("stalking", "harassment"))
	add(SvcCounselling, OrgVAWGSecond, vawg, "Sexual violence counselling", "Counselling for women. The waiting list is long.",
		ages(14, 0), offences(sexualViolence()...), women, limited(40, 0, 240))
	add(SvcHavens, OrgHavens, vawg, "Sexual assault referral centre", "Medical care, forensic examination and crisis workers, day and night.",
		offences("rape", "sexual_assault", "child_sexual_abuse"), opening("Every day, 24 hours"))
	add(SvcRefuge, OrgRefuge, vawg, "Rosewood: a place of safety", "Rooms for women and their children. The address is never given.",
		ages(18, 0), offences(domesticAbuse()...), women, limited(18, 1, 14), opening("Every day, 24 hours"))
	add(SvcRefugeSecond, OrgRefugeSecond, vawg, "Willowbank: a place of safety", "Rooms for women and their children. The address is never given.",
		ages(16, 0), offences(append(domesticAbuse(), "trafficking")...), women, limited(14, 2, 10), opening("Every day, 24 hours"))
	add(SvcRestorative, OrgRestorative, rj, "Restorative justice", "Two trained facilitators, for anyone who lives or works in London.", offences("assault", "robbery", "burglary", "hate_crime",
		"criminal_damage", "knife_crime", "theft", "fraud", "harassment", "public_order", "homicide", "wounding_with_intent"))
	add(SvcRestorativeDA, OrgRestorative, rj, "Restorative justice, sensitive cases", "Begun by the victim alone, with an accredited facilitator and a specialist adviser.",
		ages(18, 0), offences("domestic_abuse", "rape", "sexual_assault", "stalking", "child_sexual_abuse"))
	add(SvcMARAC, OrgMARAC, vawg, "MARAC", "Agencies look together at somebody in high danger. It calls nobody, and never holds the case.",
		ages(16, 0), in([]string{authorityOf("Newham").Code, authorityOf("Tower Hamlets").Code}), offences(append(domesticAbuse(), "stalking", "harassment")...), opening("Every two weeks"))
	return out
}

func ages(lo, hi int) func(*models.Service) {
	return func(s *models.Service) {
		if lo > 0 || hi > 0 {
			s.MinAge = &lo
		}
		if hi > 0 {
			s.MaxAge = &hi
		}
	}
}

func in(boroughs []string) func(*models.Service) {
	return func(s *models.Service) { s.Boroughs = boroughs }
}

func offences(keys ...string) func(*models.Service) {
	return func(s *models.Service) { s.OffenceTypes = keys }
}

func strands(keys ...string) func(*models.Service) {
	return func(s *models.Service) { s.HateStrands = keys }
}

func speaks(languages ...string) func(*models.Service) {
	return func(s *models.Service) { s.Languages = append(s.Languages, languages...) }
}

func opening(words string) func(*models.Service) {
	return func(s *models.Service) { s.Opening = words }
}

func capacity(c models.Capacity) func(*models.Service) {
	return func(s *models.Service) { s.Capacity = c }
}

func limited(places, open, wait int) func(*models.Service) {
	return func(s *models.Service) {
		s.Capacity, s.PlacesTotal, s.PlacesOpen, s.WaitDays = models.CapacityLimited, &places, &open, &wait
	}
}

func women(s *models.Service)      { s.WomenOnly = true }
func noHighRisk(s *models.Service) { s.HighRisk = false }

package demo

import "throughline/models"

// The keys of organisations that other packages and the stories name.
const (
	OrgPolice       = "police"
	OrgCityPolice   = "city-police"
	OrgBTP          = "btp"
	OrgVictims      = "lvs"
	OrgAdult        = "lvs-adult"
	OrgYoung        = "ylvs"
	OrgChildHouse   = "child-house"
	OrgChildHouseSW = "child-house-sw"
	OrgHate         = "hate-crime"
	OrgHateRace     = "hate-race"
	OrgHateFaith    = "hate-faith"
	OrgHateLGBT     = "hate-lgbt"
	OrgHateDisabled = "hate-disability"
	OrgVAWG         = "vawg"
	OrgVAWGSecond   = "vawg-second"
	OrgRefuge       = "refuge"
	OrgRefugeSecond = "refuge-second"
	OrgRestorative  = "restorative"
	OrgWitnessCare  = "witness-care"
	OrgProbation    = "probation"
	OrgCoordination = "coordination"
	OrgYouthJustice = "youth-justice"
	OrgHavens       = "havens"
	OrgCityHall     = "city-hall"
	OrgCommissioner = "commissioner"
	OrgOperator     = "operator"
	OrgMARAC        = "marac"
)

// orgData is an organisation with the people it employs beside those of
// contract.md section 3.
type orgData struct {
	key, name string
	kind      models.OrganisationKind
	withheld  bool
	workers   int // how many more, of role worker
	worker    models.Role
	managers  int // how many more, of role manager
	manager   models.Role
}

func organisations() []orgData {
	caseworker, manager := models.RoleCaseworker, models.RoleManager
	provider, lead := models.RoleProviderWorker, models.RoleProviderManager
	charity := func(key, name string, workers, managers int) orgData {
		return orgData{key: key, name: name, kind: models.KindCharity, workers: workers, worker: provider, managers: managers, manager: lead}
	}
	public := func(key, name string, kind models.OrganisationKind, workers, managers int) orgData {
		return orgData{key: key, name: name, kind: kind, workers: workers, worker: caseworker, managers: managers, manager: manager}
	}
	house := func(key, name string, workers int) orgData {
		return orgData{key: key, name: name, kind: models.KindChildHouse, workers: workers, worker: provider, managers: 1, manager: lead}
	}
	refuge := func(key, name string, workers int) orgData {
		o := charity(key, name, workers, 1)
		o.withheld = true
		return o
	}
	havens := charity(OrgHavens, "NHS Sexual Assault Referral Centre", 5, 1)
	havens.kind = models.KindNHS
	victims := public(OrgVictims, "London Victim Service", models.KindCharity, 6, 0)
	return []orgData{
		public(OrgPolice, "Metropolitan Police Service, victim care", models.KindPolice, 15, 2),
		public(OrgCityPolice, "City of London Police, victim care", models.KindPolice, 2, 0),
		public(OrgBTP, "British Transport Police, victim care", models.KindPolice, 2, 0),
		victims,
		charity(OrgAdult, "London Victim Service, adult support", 11, 1),
		charity(OrgYoung, "Young Londoners' Victim Service", 6, 1),
		house(OrgChildHouse, "The Child House, north central London", 4),
		house(OrgChildHouseSW, "The Child House, south west London", 4),
		charity(OrgHate, "Hate Crime Victims' Advocates", 5, 1),
		charity(OrgHateRace, "Common Ground Race Advocacy", 2, 1),
		charity(OrgHateFaith, "Shared Faiths Safety Project", 2, 1),
		charity(OrgHateLGBT, "Rainbow Harbour London", 2, 1),
		charity(OrgHateDisabled, "Equal Ground Disabled People's Network", 2, 1),
		charity(OrgVAWG, "Ashdown Advocacy, VAWG advocacy service", 9, 0),
		charity(OrgVAWGSecond, "Lantern Women's Advocacy", 6, 1),
		refuge(OrgRefuge, "Rosewood Refuge", 3),
		refuge(OrgRefugeSecond, "Willowbank Refuge", 3),
		charity(OrgRestorative, "Bridgeway Restorative Justice", 3, 1),
		{key: OrgWitnessCare, name: "London Witness Care Unit", kind: models.KindWitnessCare, workers: 2, worker: models.RoleCourtOfficer},
		public(OrgProbation, "Probation Victim Contact", models.KindProbation, 3, 1),
		{key: OrgCoordination, name: "Pathway Coordination", kind: models.KindLocalAuthority, workers: 1, worker: models.RoleCoordinator},
		public(OrgYouthJustice, "London Youth Justice Team", models.KindYouthJustice, 3, 1),
		havens,
		{key: OrgCityHall, name: "The Mayor's Office for Policing and Crime", kind: models.KindCityHall},
		{key: OrgCommissioner, name: "Victims' Commissioner's Office", kind: models.KindCommissioner},
		{key: OrgOperator, name: "The operator of Throughline", kind: models.KindOperator},
		{key: OrgMARAC, name: "Newham and Tower Hamlets MARAC", kind: models.KindMARAC, managers: 1, manager: lead},
	}
}

// personData is somebody who can sign in to the demo. All are fictional.
type personData struct {
	email, name, org string
	role             models.Role
}

// signIns are the people of contract.md section 3.
func signIns() []personData {
	return []personData{
		{"police@demo.test", "Priya Larkmoor", OrgPolice, models.RoleCaseworker},
		{"caseworker@demo.test", "Dominik Wrenfield", OrgVictims, models.RoleCaseworker},
		{"caseworker.manager@demo.test", "Amina Hollowbrook", OrgVictims, models.RoleManager},
		{"support@demo.test", "Joel Ashenmere", OrgAdult, models.RoleProviderWorker},
		{"youth@demo.test", "Tariq Silverleigh", OrgYoung, models.RoleProviderWorker},
		{"childhouse@demo.test", "Maeve Thistledown", OrgChildHouse, models.RoleProviderWorker},
		{"hatecrime@demo.test", "Yusuf Candlewick", OrgHate, models.RoleProviderWorker},
		{"vawg@demo.test", "Inês Quillfeather", OrgVAWG, models.RoleProviderWorker},
		{"vawg.manager@demo.test", "Sunita Merrywood", OrgVAWG, models.RoleProviderManager},
		{"refuge@demo.test", "Grace Emberley", OrgRefuge, models.RoleProviderWorker},
		{"restorative@demo.test", "Kwame Stillwater", OrgRestorative, models.RoleProviderWorker},
		{"marac@demo.test", "Thea Winterfold", OrgMARAC, models.RoleProviderWorker},
		{"witnesscare@demo.test", "Alec Dovecote", OrgWitnessCare, models.RoleCourtOfficer},
		{"probation@demo.test", "Oksana Fairhaven", OrgProbation, models.RoleCaseworker},
		{"coordinator@demo.test", "Femi Lanternby", OrgCoordination, models.RoleCoordinator},
		{"youthjustice@demo.test", "Rosa Nightingrove", OrgYouthJustice, models.RoleCaseworker},
		{"havens@demo.test", "Mei-Ling Starbrook", OrgHavens, models.RoleProviderWorker},
		{"cityhall@demo.test", "Hugo Pennyfarthing", OrgCityHall, models.RoleCommissionerAnalyst},
		{"privacy@demo.test", "Hana Owlsmere", OrgVictims, models.RolePrivacyOfficer},
		{"operator.privacy@demo.test", "Mina Copperwheat", OrgOperator, models.RolePrivacyOfficer},
		{"safeguarding@demo.test", "Noor Hartswell", OrgVictims, models.RoleSafeguardingLead},
		{"commissioner@demo.test", "Iris Vanewood", OrgCommissioner, models.RoleCommissionerAuditor},
		{"commissioner.second@demo.test", "Leonie Starling", OrgCommissioner, models.RoleCommissionerAuditor}, // some of what is sampled takes two readers
		{"analyst@demo.test", "Kofi Brambleton", OrgCommissioner, models.RoleCommissionerAnalyst},
		{"orgadmin@demo.test", "Carys Snowdrift", OrgVictims, models.RoleOrganisationAdmin},
		{"admin@demo.test", "Sam Cogsworth", OrgOperator, models.RoleSystemAdmin},
		// What crosses organisations takes two of them.
		{"admin.second@demo.test", "Rowan Tidewater", OrgOperator, models.RoleSystemAdmin},
	}
}

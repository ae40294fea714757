package testkit

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// Person is somebody who can sign in to a stage. All of them are fictional.
type Person struct {
	ID      uuid.UUID
	Email   string
	Name    string
	Role    models.Role
	Org     *models.Organisation
	Session uuid.UUID // live for twelve hours of real time
	Proved  time.Time // when they last proved who they are: as the stage began
}

// Password is what every person of a stage signs in with.
const Password = "correct horse battery staple"

// The organisations of a stage, by key.
const (
	OrgPolice       = "police"
	OrgVictims      = "lvs"
	OrgVAWG         = "vawg"
	OrgVAWGSecond   = "vawg2"
	OrgRefuge       = "refuge"
	OrgCoordination = "coordination"
	OrgCommissioner = "commissioner"
	OrgOperator     = "operator"
	OrgWitnessCare  = "witnesscare"
)

type orgSeed struct {
	key, name string
	kind      models.OrganisationKind
	withheld  bool
}

func orgSeeds() []orgSeed {
	return []orgSeed{
		{OrgPolice, "Metropolitan Police Service, victim care", models.KindPolice, false},
		{OrgVictims, "London Victim Service", models.KindCharity, false},
		{OrgVAWG, "Ashdown Advocacy", models.KindCharity, false},
		{OrgVAWGSecond, "Lantern Advocacy", models.KindCharity, false},
		{OrgRefuge, "Haven House", models.KindCharity, true},
		{OrgCoordination, "Pathway coordination", models.KindLocalAuthority, false},
		{OrgCommissioner, "Victims' Commissioner's office", models.KindCommissioner, false},
		{OrgOperator, "The operator", models.KindOperator, false},
		{OrgWitnessCare, "London witness care unit", models.KindWitnessCare, false},
	}
}

type personSeed struct {
	key, name, org string
	role           models.Role
}

// personSeeds gives every role at least one person, and each organisation that
// answers referrals a worker and a manager. The key is the part of the address
// before "@demo.test".
func personSeeds() []personSeed {
	return []personSeed{
		{"police", "Priya Nair", OrgPolice, models.RoleCaseworker},
		{"police.second", "Tom Adeyemi", OrgPolice, models.RoleCaseworker},
		{"police.manager", "Ruth Castellan", OrgPolice, models.RoleManager},
		{"caseworker", "Dominik Wrona", OrgVictims, models.RoleCaseworker},
		{"caseworker.manager", "Amina Warsame", OrgVictims, models.RoleManager},
		{"support", "Joel Mbeki", OrgVictims, models.RoleProviderWorker},
		{"privacy", "Hana Sorel", OrgVictims, models.RolePrivacyOfficer},
		{"safeguarding", "Wren Achterberg", OrgVictims, models.RoleSafeguardingLead},
		{"police.privacy", "Idris Falkner", OrgPolice, models.RolePrivacyOfficer},
		{"operator.privacy", "Mina Castlebay", OrgOperator, models.RolePrivacyOfficer},
		{"orgadmin", "Carys Penhale", OrgVictims, models.RoleOrganisationAdmin},
		{"vawg", "Ines Pereira", OrgVAWG, models.RoleProviderWorker},
		{"vawg.second", "Maud Okonjo", OrgVAWG, models.RoleProviderWorker},
		{"vawg.manager", "Sunita Rao", OrgVAWG, models.RoleProviderManager},
		{"lantern", "Leila Farsi", OrgVAWGSecond, models.RoleProviderWorker},
		{"lantern.manager", "Bronwen Tait", OrgVAWGSecond, models.RoleProviderManager},
		{"refuge", "Grace Tembo", OrgRefuge, models.RoleProviderWorker},
		{"refuge.manager", "Noor Haddad", OrgRefuge, models.RoleProviderManager},
		{"witnesscare", "Alec Birch", OrgWitnessCare, models.RoleCourtOfficer},
		{"coordinator", "Femi Lawal", OrgCoordination, models.RoleCoordinator},
		{"commissioner", "Iris Vane", OrgCommissioner, models.RoleCommissionerAuditor},
		{"analyst", "Kofi Brandt", OrgCommissioner, models.RoleCommissionerAnalyst},
		{"admin", "Sam Ortega", OrgOperator, models.RoleSystemAdmin},
		{"admin.second", "Uma Castell", OrgOperator, models.RoleSystemAdmin},
	}
}

// The services of a stage, by key.
const (
	ServiceIDVA     = "idva"     // Ashdown: domestic abuse, 16 and over, all of London
	ServiceISVA     = "isva"     // Ashdown: sexual offences, any age
	ServiceLantern  = "lantern"  // Lantern: as IDVA, three boroughs
	ServiceRefuge   = "refuge"   // Haven House: women, domestic abuse
	ServiceAdult    = "adult"    // London Victim Service: anyone of 18 and over
	ServiceStandard = "standard" // Lantern: not for people at high risk
	ServicePaused   = "paused"
	ServiceClosed   = "closed"
	ServiceReviewed = "reviewed" // Ashdown: a coordinator reviews its declines
)

type serviceSeed struct {
	key, org, pathway, name string
	minAge, maxAge          int // 0: none
	boroughs, offences      []string
	womenOnly, noHighRisk   bool
	capacity                models.Capacity
	review                  bool
}

func serviceSeeds() []serviceSeed {
	abuse := []string{"domestic_abuse", "stalking", "harassment"}
	sexual := []string{"rape", "sexual_assault", "child_sexual_abuse"}
	return []serviceSeed{
		{key: ServiceIDVA, org: OrgVAWG, pathway: "vawg", name: "Domestic abuse advocacy", minAge: 16, offences: abuse},
		{key: ServiceISVA, org: OrgVAWG, pathway: "vawg", name: "Sexual violence advocacy", offences: sexual},
		{
			key: ServiceLantern, org: OrgVAWGSecond, pathway: "vawg", name: "Lantern advocacy", minAge: 16, offences: abuse,
			boroughs: []string{"E09000012", "E09000019", "E09000030"},
		},
		{key: ServiceRefuge, org: OrgRefuge, pathway: "vawg", name: "A place of safety", minAge: 18, offences: abuse, womenOnly: true},
		{key: ServiceAdult, org: OrgVictims, pathway: "general", name: "Adult support", minAge: 18},
		{key: ServiceStandard, org: OrgVAWGSecond, pathway: "vawg", name: "Lantern group work", minAge: 16, noHighRisk: true},
		{key: ServicePaused, org: OrgVAWGSecond, pathway: "vawg", name: "Lantern counselling", capacity: models.CapacityPaused},
		{key: ServiceClosed, org: OrgVAWGSecond, pathway: "vawg", name: "Lantern drop-in", capacity: models.CapacityClosed},
		{key: ServiceReviewed, org: OrgVAWG, pathway: "vawg", name: "Reviewed advocacy", minAge: 16, offences: abuse, review: true},
	}
}

// authorityNames are the 33 authorities in the order of their codes,
// E09000001 to E09000033.
func authorityNames() []string {
	return []string{
		"City of London", "Barking and Dagenham", "Barnet", "Bexley", "Brent", "Bromley", "Camden", "Croydon", "Ealing",
		"Enfield", "Greenwich", "Hackney", "Hammersmith and Fulham", "Haringey", "Harrow", "Havering", "Hillingdon",
		"Hounslow", "Islington", "Kensington and Chelsea", "Kingston upon Thames", "Lambeth", "Lewisham", "Merton",
		"Newham", "Redbridge", "Richmond upon Thames", "Southwark", "Sutton", "Tower Hamlets", "Waltham Forest",
		"Wandsworth", "Westminster",
	}
}

package models

import (
	"time"

	"github.com/google/uuid"
)

// OrganisationKind is what sort of body an organisation is.
type OrganisationKind string

// The kinds an organisation can be.
const (
	KindPolice         OrganisationKind = "police_force"
	KindWitnessCare    OrganisationKind = "witness_care"
	KindCourt          OrganisationKind = "court"
	KindCPS            OrganisationKind = "cps"
	KindProbation      OrganisationKind = "probation"
	KindPrison         OrganisationKind = "prison"
	KindYouthJustice   OrganisationKind = "youth_justice_team"
	KindLocalAuthority OrganisationKind = "local_authority"
	KindMASH           OrganisationKind = "mash"
	KindMARAC          OrganisationKind = "marac"
	KindNHS            OrganisationKind = "nhs"
	KindSchool         OrganisationKind = "school"
	KindHousing        OrganisationKind = "housing"
	KindTransport      OrganisationKind = "transport_operator"
	KindCharity        OrganisationKind = "charity"
	KindChildHouse     OrganisationKind = "child_house"
	KindCommissioner   OrganisationKind = "commissioner"
	KindCityHall       OrganisationKind = "city_hall"
	KindOperator       OrganisationKind = "operator"
)

// OrganisationKinds lists every kind.
func OrganisationKinds() []OrganisationKind {
	return []OrganisationKind{
		KindPolice, KindWitnessCare, KindCourt, KindCPS, KindProbation, KindPrison, KindYouthJustice,
		KindLocalAuthority, KindMASH, KindMARAC, KindNHS, KindSchool, KindHousing, KindTransport,
		KindCharity, KindChildHouse, KindCommissioner, KindCityHall, KindOperator,
	}
}

// HoldsDuties reports whether an organisation of this kind may answer for a case,
// or for one duty of it. Whoever runs the product, oversees it or counts never
// does: the Commissioner's office reads and reviews (referrals.md section 3). Nor
// does a MARAC: it manages no case, and each agency answers for its own work
// (domain.md 2.3).
func (k OrganisationKind) HoldsDuties() bool {
	switch k {
	case KindOperator, KindCommissioner, KindCityHall, KindMARAC:
		return false
	}
	return true
}

// LawEnforcement reports whether what the organisation writes is processed
// under Part 3 of the Data Protection Act 2018 (domain.md 5.1).
func (k OrganisationKind) LawEnforcement() bool {
	switch k {
	case KindPolice, KindWitnessCare, KindCourt, KindCPS, KindProbation, KindPrison, KindYouthJustice:
		return true
	}
	return false
}

// Organisation is a body whose people sign in, or to whom things are sent.
type Organisation struct {
	ID              uuid.UUID
	Name            string
	Kind            OrganisationKind
	Authority       *string // E09 code, for bodies that serve one borough
	AddressWithheld bool    // a refuge: its address is never shown
	IdleMinutes     int     // sign-out after this long without use, 5-30
	Active          bool
}

// Capacity is whether a service is taking people.
type Capacity string

// The states of a service's capacity.
const (
	CapacityOpen    Capacity = "open"
	CapacityLimited Capacity = "limited" // taking people on to a waiting list
	CapacityPaused  Capacity = "paused"
	CapacityClosed  Capacity = "closed"
)

// Service is one thing an organisation offers to victims, with who it is for
// and how fast it promises to answer. Limits are in working days and are
// settings: no London contract value is confirmed (decisions.md 24).
type Service struct {
	ID                  uuid.UUID
	OrgID               uuid.UUID
	Pathway             string
	Name                string
	Description         string
	MinAge              *int
	MaxAge              *int
	Boroughs            []string // E09 codes; empty: all of London
	OffenceTypes        []string // empty: any
	HateStrands         []string // empty: any
	WomenOnly           bool
	HighRisk            bool // accepts people at high risk
	Languages           []string
	Opening             string
	Capacity            Capacity
	PlacesTotal         *int
	PlacesOpen          *int
	CapacityConfirmedOn *time.Time
	WaitDays            *int
	CapacityVersion     int // of the four above, for who publishes them
	AcknowledgeDays     int
	DecideDays          int
	AttemptDays         int
	AttemptDaysHigh     int
	ContactDays         int
	ContactAttempts     int
	DeclineReview       bool
	Active              bool
}

// OrganisationKindWords name what sort of body an organisation is, where its
// name is not to be told.
func OrganisationKindWords(k OrganisationKind) string {
	switch k {
	case KindPolice:
		return "Police"
	case KindWitnessCare:
		return "Witness care"
	case KindCourt:
		return "Court"
	case KindCPS:
		return "Prosecutors"
	case KindProbation:
		return "Probation"
	case KindPrison:
		return "Prison"
	case KindYouthJustice:
		return "Youth justice"
	case KindLocalAuthority:
		return "Local authority"
	case KindMASH, KindMARAC:
		return "Safeguarding partnership"
	case KindNHS:
		return "NHS"
	case KindSchool:
		return "School"
	case KindHousing:
		return "Housing"
	case KindTransport:
		return "Transport operator"
	case KindCharity:
		return "Charity"
	case KindChildHouse:
		return "Child House"
	}
	return "Another organisation"
}

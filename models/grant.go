package models

import "slices"

// grantPrefix begins the action of giving somebody a role.
const grantPrefix = "grant:"

// Grant is who gives a role, and what giving it takes.
type Grant struct {
	By          Role         // who gives it
	Relation    Relation     // to whom: a colleague, or anybody
	Obligations []Obligation // what it takes
}

// crossing are the roles whose sight does not end at one organisation, and the
// two that give roles to others. Two system administrators give them: one asks,
// the other approves (security.md T7).
func crossing() []Role {
	return []Role{RoleCoordinator, RoleCommissionerAuditor, RoleCommissionerAnalyst, RoleOrganisationAdmin, RoleSystemAdmin}
}

// Crosses reports whether a role takes two system administrators to give.
func (r Role) Crosses() bool { return slices.Contains(crossing(), r) }

// GrantOf says who gives a role. Nobody gives one to themselves, and the role
// of a job is given by nobody.
func GrantOf(r Role) (Grant, bool) {
	switch {
	case !slices.Contains(Roles(), r):
		return Grant{}, false
	case r.Crosses():
		return Grant{RoleSystemAdmin, RelationOther, []Obligation{ObligationStepUp, ObligationSecondPerson}}, true
	}
	return Grant{RoleOrganisationAdmin, RelationOrganisation, []Obligation{ObligationStepUp}}, true
}

func grantAccess(a Access, given Role) Access {
	g, ok := GrantOf(given)
	reaches := a.Relation == g.Relation || g.Relation == RelationOther && a.Relation == RelationOrganisation
	if ok && a.Role == g.By && reaches {
		a.Allowed, a.Obligations = true, g.Obligations
	}
	return a
}

// RolesFor lists the roles that fit a kind of organisation, in the order of
// Roles: a charity has no court officer, and the operator nobody who works
// with cases.
func RolesFor(k OrganisationKind) []Role {
	var out []Role
	for _, r := range Roles() {
		if r.Fits(k) {
			out = append(out, r)
		}
	}
	return out
}

// Fits reports whether somebody of a kind of organisation can hold the role.
func (r Role) Fits(k OrganisationKind) bool {
	switch r {
	case RoleSystemAdmin:
		return k == KindOperator
	case RoleOrganisationAdmin, RolePrivacyOfficer, RoleSafeguardingLead:
		return true
	case RoleCommissionerAuditor:
		return k == KindCommissioner
	case RoleCommissionerAnalyst:
		return k == KindCommissioner || k == KindCityHall
	case RoleCourtOfficer:
		return k == KindWitnessCare || k == KindCourt || k == KindCPS
	case RoleCoordinator:
		return k == KindLocalAuthority || k == KindCharity || k == KindCityHall
	case RoleProviderWorker, RoleProviderManager:
		return providers(k)
	case RoleCaseworker, RoleManager:
		return caseworking(k)
	}
	return false
}

// providers are the kinds that offer a service to victims.
func providers(k OrganisationKind) bool {
	switch k {
	case KindCharity, KindChildHouse, KindNHS, KindLocalAuthority, KindHousing:
		return true
	}
	return false
}

// caseworking are the kinds that log cases and refer.
func caseworking(k OrganisationKind) bool {
	switch k {
	case KindCommissioner, KindCityHall, KindOperator, KindCourt, KindCPS, KindWitnessCare:
		return false
	}
	return slices.Contains(OrganisationKinds(), k)
}

// Grantable lists the roles an actor may give to somebody else of a kind of
// organisation: at once, or by asking where the role takes a second person.
func Grantable(a Actor, k OrganisationKind, own bool) []Role {
	rel := RelationOther
	if own {
		rel = RelationOrganisation
	}
	var out []Role
	for _, r := range RolesFor(k) {
		if CanReach(a.Role, grantPrefix+string(r), rel).Allowed {
			out = append(out, r)
		}
	}
	return out
}

// MayGrant says whether an actor may give a role to a person: another than
// themselves, in an organisation it fits, as the table has it.
func MayGrant(a Actor, r Role, person Person) Access {
	rel := RelationOther
	switch {
	case person.ID == a.UserID:
		rel = RelationSelf
	case person.OrgID == a.OrgID:
		rel = RelationOrganisation
	}
	out := CanReach(a.Role, grantPrefix+string(r), rel)
	if !r.Fits(person.OrgKind) {
		out.Allowed, out.Obligations = false, nil
	}
	return out
}

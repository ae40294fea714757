package models

import (
	"slices"
	"testing"
)

// TestTheTableAndThePermissionsAreOne holds the exported table to what the
// routes ask: an action is allowed in some relation if and only if the role
// holds the permission.
func TestTheTableAndThePermissionsAreOne(t *testing.T) {
	t.Parallel()
	allowed := map[Role]map[string]bool{}
	for _, a := range AccessTable() {
		if allowed[a.Role] == nil {
			allowed[a.Role] = map[string]bool{}
		}
		allowed[a.Role][a.Action] = allowed[a.Role][a.Action] || a.Allowed
		if !a.Allowed && len(a.Obligations) > 0 {
			t.Errorf("%+v is denied and takes something", a)
		}
	}
	for _, r := range Roles() {
		if len(Permissions(r)) == 0 {
			t.Errorf("%s may do nothing", r)
		}
		for _, p := range permissionOrder() {
			holds := slices.Contains(Permissions(r), p)
			if allowed[r][string(p)] != holds {
				t.Errorf("%s %s: the table says %v, Permissions says %v: say in reaches where it acts", r, p, allowed[r][string(p)], holds)
			}
		}
	}
	for p, m := range reaches() {
		if !slices.Contains(permissionOrder(), p) {
			t.Errorf("%s is in the table and nobody holds it", p)
		}
		if m.words == "" || len(m.to) == 0 {
			t.Errorf("%s has no words or acts nowhere", p)
		}
	}
}

func TestWhatNobodyListedIsDenied(t *testing.T) {
	t.Parallel()
	for _, a := range []Access{
		CanReach("intruder", string(CaseRead), RelationHolder), CanReach(RoleSystem, string(CaseRead), RelationHolder),
		CanReach(RoleCaseworker, "case:burn", RelationHolder), CanReach(RoleCaseworker, string(CaseRead), "anything"),
		CanReach(RoleCaseworker, string(CaseRead), RelationReceiver), // a receiver never reads the case
		CanReach(RoleOrganisationAdmin, string(CaseRead), RelationHolder), CanReach(RoleSystemAdmin, string(CaseRead), RelationHolder),
		CanReach(RoleOrganisationAdmin, "grant:system", RelationOrganisation), CanReach(RoleSystemAdmin, "grant:system", RelationOther),
	} {
		if a.Allowed || a.Effect() != "deny" {
			t.Errorf("%s %s %s: got %s, want deny", a.Role, a.Action, a.Relation, a.Effect())
		}
	}
}

// TestNobodyGivesARoleButAsTheTableSays tries every giver with every role, to
// themselves, a colleague and a stranger, in every kind of organisation.
func TestNobodyGivesARoleButAsTheTableSays(t *testing.T) {
	t.Parallel()
	ordinary := []Role{RoleCaseworker, RoleManager, RoleProviderWorker, RoleProviderManager, RoleCourtOfficer, RolePrivacyOfficer, RoleSafeguardingLead}
	tried := 0
	for _, giver := range append(Roles(), RoleSystem) {
		for _, given := range append(Roles(), RoleSystem) {
			for _, kind := range OrganisationKinds() {
				for _, to := range []Relation{RelationSelf, RelationOrganisation, RelationOther} {
					tried++
					actor := Actor{UserID: NewID(), OrgID: NewID(), Role: giver}
					person := Person{ID: NewID(), OrgID: NewID(), OrgKind: kind}
					if to == RelationSelf {
						person.ID = actor.UserID
					}
					if to != RelationOther {
						person.OrgID = actor.OrgID
					}
					want := "deny"
					if to != RelationSelf && given.Fits(kind) {
						if giver == RoleOrganisationAdmin && to == RelationOrganisation && slices.Contains(ordinary, given) {
							want = "allow_with:step_up"
						}
						if giver == RoleSystemAdmin && given.Crosses() {
							want = "allow_with:step_up+second_person"
						}
					}
					if got := MayGrant(actor, given, person).Effect(); got != want {
						t.Errorf("%s gives %s to %s of a %s: got %s, want %s", giver, given, to, kind, got, want)
					}
				}
			}
		}
	}
	if tried < 8000 {
		t.Errorf("tried %d, want every permutation", tried)
	}
}

func TestEveryKindOfOrganisationHasSomebodyToManageItsPeople(t *testing.T) {
	t.Parallel()
	for _, k := range OrganisationKinds() {
		roles := RolesFor(k)
		if !slices.Contains(roles, RoleOrganisationAdmin) || !slices.Contains(roles, RolePrivacyOfficer) {
			t.Errorf("%s: got %v", k, roles)
		}
		for _, r := range roles {
			if CanReach(r, string(CaseRead), RelationHolder).Allowed && (k == KindOperator || k == KindCommissioner || k == KindCityHall) {
				t.Errorf("%s: somebody of the %s reads cases", r, k)
			}
		}
	}
}

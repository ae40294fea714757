package models

import (
	"slices"
	"strings"
)

// Relation is what connects a person with what they act on. The role gives the
// permission, the relation gives the row (decisions.md 4).
type Relation string

// The relations of the access table.
const (
	RelationSelf         Relation = "self"         // oneself, and what is one's own
	RelationOrganisation Relation = "organisation" // one's own organisation: its people, its trail, its figures
	RelationHolder       Relation = "holder"       // the organisation logged the case or holds it
	RelationReferrer     Relation = "referrer"     // the organisation sent the referral
	RelationOffered      Relation = "offered"      // it was sent the referral and has not accepted
	RelationReceiver     Relation = "receiver"     // it accepted the referral
	RelationEnded        Relation = "ended"        // it accepted the referral, which has ended
	RelationPathway      Relation = "pathway"      // it coordinates the referral's pathway
	RelationFigures      Relation = "figures"      // figures without persons or references
	RelationOther        Relation = "other"        // none of these
)

// Relations lists every relation, in the order people read them.
func Relations() []Relation {
	return []Relation{
		RelationSelf, RelationOrganisation, RelationHolder, RelationReferrer, RelationOffered, RelationReceiver, RelationEnded,
		RelationPathway, RelationFigures, RelationOther,
	}
}

// Words names the relation as the exported table does.
func (r Relation) Words() string {
	switch r {
	case RelationSelf:
		return "Themselves"
	case RelationOrganisation:
		return "Their own organisation"
	case RelationHolder:
		return "A case their organisation logged or holds"
	case RelationReferrer:
		return "A referral their organisation sent"
	case RelationOffered:
		return "A referral sent to them, not accepted"
	case RelationReceiver:
		return "A referral they accepted"
	case RelationEnded:
		return "A referral they accepted that has ended"
	case RelationPathway:
		return "A referral of a pathway they coordinate"
	case RelationFigures:
		return "Figures without persons"
	case RelationOther:
		return "Anything else"
	}
	return string(r)
}

// Obligation is what an act takes besides the permission.
type Obligation string

// The obligations of the access table.
const (
	ObligationReason       Obligation = "reason"        // a reason is written down before
	ObligationStepUp       Obligation = "step_up"       // the second factor, within the last five minutes
	ObligationSecondPerson Obligation = "second_person" // somebody else approves
)

// Words names the obligation.
func (o Obligation) Words() string {
	switch o {
	case ObligationReason:
		return "with a reason"
	case ObligationStepUp:
		return "after confirming who they are"
	case ObligationSecondPerson:
		return "when a second person approves"
	}
	return string(o)
}

// Access is one cell of the table: what a role may do to what it is related to
// in this way. What is not allowed is denied.
type Access struct {
	Role        Role
	Action      string // a permission, or "grant:" and the role that is given
	Relation    Relation
	Allowed     bool
	Obligations []Obligation
}

// Effect is the cell in one word: allow, deny, or allow_with and what it takes.
func (a Access) Effect() string {
	switch {
	case !a.Allowed:
		return "deny"
	case len(a.Obligations) == 0:
		return "allow"
	}
	parts := make([]string, len(a.Obligations))
	for i, o := range a.Obligations {
		parts[i] = string(o)
	}
	return "allow_with:" + strings.Join(parts, "+")
}

// reach is one relation in which a permission acts, and what it takes there.
type reach struct {
	relation    Relation
	obligations []Obligation
}

func within(relations ...Relation) []reach {
	out := make([]reach, len(relations))
	for i, r := range relations {
		out[i] = reach{relation: r}
	}
	return out
}

func under(o []Obligation, relations ...Relation) []reach {
	out := within(relations...)
	for i := range out {
		out[i].obligations = o
	}
	return out
}

// CanReach reports whether a role may do something to what it is related to in
// this way, and what it takes. The default is to deny.
func CanReach(r Role, action string, rel Relation) Access {
	out := Access{Role: r, Action: action, Relation: rel}
	if given, is := strings.CutPrefix(action, grantPrefix); is {
		return grantAccess(out, Role(given))
	}
	if !slices.Contains(Permissions(r), Permission(action)) {
		return out
	}
	for _, to := range reaches()[Permission(action)].to {
		if to.relation == rel {
			out.Allowed, out.Obligations = true, to.obligations
		}
	}
	return out
}

// AccessTable is every role with every action in every relation, in order:
// what auditors are given, and what the pages and the tests read.
func AccessTable() []Access {
	var out []Access
	for _, role := range Roles() {
		for _, action := range Actions() {
			for _, rel := range Relations() {
				out = append(out, CanReach(role, action, rel))
			}
		}
	}
	return out
}

// Actions lists every action of the table: the permissions, then the granting
// of each role.
func Actions() []string {
	out := make([]string, 0, len(permissionOrder())+len(Roles()))
	for _, p := range permissionOrder() {
		out = append(out, string(p))
	}
	for _, r := range Roles() {
		out = append(out, grantPrefix+string(r))
	}
	return out
}

// permissionOrder is every permission some role holds, each once, in the order
// of the roles that hold it first.
func permissionOrder() []Permission {
	var out []Permission
	for _, r := range Roles() {
		for _, p := range Permissions(r) {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// ActionWords names an action as the exported table does.
func ActionWords(action string) string {
	if given, is := strings.CutPrefix(action, grantPrefix); is {
		return "Give somebody the role: " + LowerFirst(Role(given).Words())
	}
	if w := reaches()[Permission(action)].words; w != "" {
		return w
	}
	return action
}

package models

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Machine is the credentials of a system of an organisation: it signs in with a
// secret of its own, may do what its scopes say, and is named in the trail.
type Machine struct {
	ID         uuid.UUID // the client id it sends
	Name       string
	Role       Role
	Scopes     []Permission
	MadeAt     time.Time
	MadeBy     string
	LastUsedAt *time.Time // when it last got a token
	RevokedAt  *time.Time
	RevokedBy  string
	Version    int
	Secrets    []MachineSecret // the newest first
	Secret     string          // of a new one, told once
}

// MachineSecret is what is known of a secret, which nobody sees again.
type MachineSecret struct {
	ID         uuid.UUID
	MadeAt     time.Time
	LastUsedAt *time.Time
	EndsAt     *time.Time // in real time; nil: it ends with the next rotation
	Ended      bool       // it opens nothing any more
}

// SecretOverlap is how long the secret before a rotation goes on: long enough to
// bring the new one to where it is used, on a working day.
const SecretOverlap = 24 * time.Hour

// MachineRoles are the roles whose rows a system of an organisation can work
// under: those of workers. None of them manages people or decides for others.
func MachineRoles(k OrganisationKind) []Role {
	return slices.DeleteFunc(RolesFor(k), func(r Role) bool {
		return r != RoleCaseworker && r != RoleProviderWorker && r != RoleCourtOfficer
	})
}

// MachineScopes are the permissions that can be given to a system: what workers
// do day by day. What takes a proof, hides a record or manages people is done by
// people; a file is sent by whoever answers for it, because each of its rows does
// what its reader may do.
func MachineScopes() []Permission {
	return []Permission{
		CaseCreate, CaseRead, CaseSearch, ReferralRead, ReferralSend, ReferralAnswer, ContactRecord, RecordKeep, EventRecord, HandoffSend, HandoffAnswer, MatterManage,
	}
}

// ScopesFor are those of them that a role holds.
func ScopesFor(r Role) []Permission {
	return slices.DeleteFunc(MachineScopes(), func(p Permission) bool { return !slices.Contains(Permissions(r), p) })
}

// longestMachineName is the most characters of a system's name.
const longestMachineName = 80

// Check says what is wrong with the credentials of a system of a kind of
// organisation, whose live systems have these names.
func (m *Machine) Check(f *Faults, k OrganisationKind, names []string) {
	switch {
	case m.Name == "":
		f.Add("name", FieldRequired, "Enter what the system is called")
	case utf8.RuneCountInString(m.Name) > longestMachineName || !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, func(r rune) bool { return r < ' ' }):
		f.Add("name", FieldTooLong, "The name must be one line of 80 characters or fewer")
	case slices.Contains(names, m.Name):
		f.Add("name", FieldInvalid, "Another system of yours has this name. The trail could not tell them apart")
	}
	known := slices.Contains(MachineRoles(k), m.Role)
	if !known {
		f.Add("role", FieldRequired, "Select whose work it does")
	}
	if len(m.Scopes) == 0 {
		f.Add("scopes", FieldRequired, "Select what it may do")
	}
	for _, p := range m.Scopes {
		if known && !slices.Contains(ScopesFor(m.Role), p) {
			f.Add("scopes", FieldNotOpen, "Select only what a system with this work can do")
			return
		}
	}
}

// Scoped writes scopes as a session holds them.
func Scoped(scopes []Permission) string {
	out := make([]string, len(scopes))
	for i, p := range scopes {
		out[i] = string(p)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// Scopes reads what Scoped wrote.
func Scopes(text string) []Permission {
	var out []Permission
	for _, p := range strings.Fields(text) {
		out = append(out, Permission(p))
	}
	return out
}

// MachineForbidden refuses a system what only a person does, whatever its scopes.
func MachineForbidden() *Error {
	return Forbidden("A system cannot do this, whatever it is allowed. A person does it.")
}

package models

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Person is somebody who can sign in, or could.
type Person struct {
	ID         uuid.UUID // uuid.Nil for somebody who is only invited
	OrgID      uuid.UUID
	OrgKind    OrganisationKind
	Email      string
	Name       string
	Role       Role
	CreatedAt  time.Time
	DisabledAt *time.Time
	Version    int
	Conduct    ConductAcceptance // the newest they accepted, where the reader manages them

	FactorOwed     bool       // a password alone does not let them in until they set up a second factor
	FactorsResetAt *time.Time // when theirs were last taken away
}

// IsEmail reports whether a text can be the address somebody signs in with, in
// lower case: one @ with something on both sides, and nothing a header, a list
// or a page could choke on.
func IsEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && domain != "" && len(s) <= 254 && utf8.ValidString(s) && s == strings.ToLower(s) &&
		!strings.ContainsAny(s, " \t\r\n\x00<>,;\"'()\\") && !strings.Contains(domain, "@") && strings.Contains(domain, ".")
}

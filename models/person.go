package models

import (
	"time"

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
}

package accounts

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// MachineCredentials are what a system sends for a token.
type MachineCredentials struct {
	ClientID  uuid.UUID
	Secret    string
	Scopes    []models.Permission // a part of what it may do; none: all of it
	IP        netip.Addr
	UserAgent string
}

// machineRow is what the database made of them.
type machineRow struct {
	Outcome string
	WaitS   int
	OrgID   *uuid.UUID
	Role    string
	Name    string
	OrgName string
	OrgKind string

	IdleMinutes int
	ExpiresAt   time.Time
	Scopes      string
}

// machineRefused is the one answer to an unknown client, a wrong secret and one
// that was revoked.
func machineRefused() *models.Error {
	e := models.Unauthenticated()
	e.Message = "The client id or the secret is not right."
	return e
}

// SignInMachine opens the session of a system for as long as one access token
// lasts: when its credentials are revoked, or its organisation is closed, its next
// request finds no session. Every outcome is in the trail, but for the wrong
// secrets of a network that has sent many. It returns unauthenticated, too many,
// and field errors for a scope that is not the system's.
func (s *Service) SignInMachine(ctx context.Context, c MachineCredentials) (Started, error) {
	out := Started{Actor: models.Actor{UserID: c.ClientID, SessionID: models.NewID(), Machine: true}}
	var row machineRow
	err := s.db.Write(asSystem(ctx, out.Actor.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.Scan(ctx, &row, `select outcome, coalesce(wait_s, 0) as wait_s, org_id, coalesce(role, '') as role, coalesce(name, '') as name, coalesce(org_name, '') as org_name,
			coalesce(org_kind, '') as org_kind, coalesce(idle_minutes, 0) as idle_minutes, coalesce(expires_at, now()) as expires_at, coalesce(scopes, '') as scopes
			from app_machine_open($1, $2, string_to_array($3, ' '), $4, $5, $6::inet, $7)`,
			c.ClientID, hashSecret(c.Secret), pg.OrNull(models.Scoped(c.Scopes)), out.Actor.SessionID, agent(c.UserAgent), network(c.IP), tx.Now)
		if err != nil {
			return err
		}
		switch row.Outcome {
		case "opened":
			return tx.Record(ctx, models.Event{Action: "session.started", SubjectType: "session", SubjectID: out.Actor.SessionID, Detail: map[string]any{
				"kind": string(API), "factor": "client", "scopes": strings.Fields(row.Scopes),
			}})
		case "refused":
			if row.OrgID != nil {
				if err := within(ctx, tx, *row.OrgID); err != nil {
					return err
				}
			}
			return tx.Record(ctx, models.Event{Action: "session.refused", SubjectType: "client", SubjectID: c.ClientID, Refused: true, Detail: map[string]any{"why": "secret"}})
		case "scope":
			return models.Invalid(models.Field("scope", models.FieldNotOpen, "Ask only for scopes that this system was given"))
		}
		return models.TooMany("Too much was asked at once. Keep a token until it ends, and wait a moment.", time.Duration(row.WaitS)*time.Second)
	})
	switch {
	case err != nil:
		return Started{}, err
	case row.Outcome != "opened":
		return Started{}, machineRefused()
	}
	a := &out.Actor
	a.OrgID, a.Role, a.Name, a.OrgName, a.OrgKind = *row.OrgID, models.Role(row.Role), row.Name, row.OrgName, models.OrganisationKind(row.OrgKind)
	a.Scopes, a.IdleMinutes = row.Scopes, row.IdleMinutes
	out.IdleMinutes, out.Expires = row.IdleMinutes, row.ExpiresAt
	return out, nil
}

package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Refresh trades a refresh token for the next one. Each is used once. A token
// used a second time means that somebody holds a copy: the session and all its
// tokens end. Two requests that cross (two tabs) both succeed, and one that
// comes within ten seconds of the first is refused without ending anything,
// as long as the next token is unused (security.md T18).
//
// It returns an unauthenticated error for every token that cannot be traded,
// without saying why; the trail says it.
func (s *Service) Refresh(ctx context.Context, token string) (Started, error) {
	if fields := models.RequestFrom(ctx).Invalid; len(fields) > 0 {
		return Started{}, models.Invalid(fields...)
	}
	if token == "" {
		return Started{}, models.Invalid(models.Field("refresh_token", models.FieldRequired, "Send the refresh token"))
	}
	next, nextHash := newSecret(refreshPrefix)
	var row refreshRow
	err := s.db.Write(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.Scan(ctx, &row, `select * from app_session_refresh($1, $2, $3)`, hashSecret(token), models.NewID(), nextHash)
		if err != nil {
			return err
		}
		event, err := row.event()
		if err != nil {
			return err
		}
		return tx.Record(ctx, event)
	})
	if err != nil {
		return Started{}, err
	}
	if !row.granted() {
		return Started{}, models.Unauthenticated()
	}
	return Started{Token: next, Actor: row.actor()}, nil
}

type refreshRow struct {
	Outcome   string
	SessionID *uuid.UUID
	UserID    *uuid.UUID
	OrgID     *uuid.UUID
	Role      string
	Name      string
	OrgName   string
	OrgKind   string
}

func (r refreshRow) granted() bool { return r.Outcome == "rotated" || r.Outcome == "raced" }

func (r refreshRow) actor() models.Actor {
	return models.Actor{
		UserID: *r.UserID, OrgID: *r.OrgID, SessionID: *r.SessionID, Role: models.Role(r.Role),
		Name: r.Name, OrgName: r.OrgName, OrgKind: models.OrganisationKind(r.OrgKind),
	}
}

// event is what the trail says of the outcome.
func (r refreshRow) event() (models.Event, error) {
	e := models.Event{SubjectType: "session", Detail: map[string]any{"outcome": r.Outcome}}
	if r.SessionID != nil {
		e.SubjectID = *r.SessionID
	}
	switch r.Outcome {
	case "rotated", "raced":
		e.Action = "token.refreshed"
	case "reused":
		e.Action, e.Refused = "token.reused", true
	case "late", "ended", "unknown":
		e.Action, e.Refused = "token.refused", true
	default:
		return e, models.Internal("refreshing a token", fmt.Errorf("outcome %q", r.Outcome))
	}
	return e, nil
}

package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/handlers/auth"
	"throughline/models"
	"throughline/services/accounts"
)

// OwnSession is one place where the caller is signed in.
type OwnSession struct {
	ID         uuid.UUID `json:"id"`
	Kind       string    `json:"kind" enum:"page,api"`
	SignedInBy string    `json:"signed_in_by" doc:"password, passkey, app, recovery_code or single_sign_on."`
	Browser    string    `json:"browser" doc:"As it names itself."`
	Network    string    `json:"network" doc:"The part of the address that names a provider or an office."`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	Current    bool      `json:"current" doc:"The one that asks."`
	Waiting    bool      `json:"waiting" doc:"The password was given, and no second factor yet."`
}

type (
	ownSessionsOut struct{ Body List[OwnSession] }
	ownSessionIn   struct {
		ID uuid.UUID `path:"id"`
	}
)

// RegisterOwnSessions adds where the caller is signed in, and ending it there.
func RegisterOwnSessions(a *api.API, svc *accounts.Service, cache *auth.Cache) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/me/sessions", ID: "list-own-sessions", Open: true, Tag: "Signing in",
		Summary: "Where you are signed in, the one that asks first", Need: models.SignedIn,
	}, func(ctx context.Context, _ *struct{}) (*ownSessionsOut, error) {
		all, err := svc.Sessions(ctx)
		if err != nil {
			return nil, err
		}
		return &ownSessionsOut{Body: listed(all, "", presentOwnSession)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodDelete, Path: "/api/v1/me/sessions", ID: "end-own-sessions", Open: true, Tag: "Signing in",
		Summary: "Sign out everywhere, here too", Need: models.SignedIn,
	}, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		actor, err := models.ActorFrom(ctx)
		if err != nil {
			return nil, err
		}
		if err := svc.EndEverywhere(ctx); err != nil {
			return nil, err
		}
		cache.Forget(actor.SessionID)
		return nil, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodDelete, Path: "/api/v1/me/sessions/{id}", ID: "end-own-session", Open: true, Tag: "Signing in",
		Summary: "Sign out in one place", Need: models.SignedIn,
	}, func(ctx context.Context, in *ownSessionIn) (*struct{}, error) {
		if err := svc.EndSession(ctx, in.ID); err != nil {
			return nil, err
		}
		cache.Forget(in.ID)
		return nil, nil
	})
}

func presentOwnSession(s accounts.OwnSession) OwnSession {
	return OwnSession{
		ID: s.ID, Kind: string(s.Kind), SignedInBy: s.Factor, Browser: s.Browser, Network: s.Network,
		CreatedAt: s.CreatedAt.UTC(), LastSeenAt: s.SeenAt.UTC(), ExpiresAt: s.EndsAt.UTC(), Current: s.Current, Waiting: s.Waits,
	}
}

package v1

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/handlers/auth"
	"throughline/models"
	"throughline/services/accounts"
)

// ClientToken is what a system works with.
type ClientToken struct {
	AccessToken string `json:"access_token" doc:"Send it as Authorization: Bearer."`
	TokenType   string `json:"token_type" enum:"Bearer"`
	ExpiresIn   int    `json:"expires_in" doc:"Seconds until the token ends. Then ask for another: there is no refresh token."`
	Scope       string `json:"scope" doc:"What it may do, with spaces between."`
}

// ClientGrant asks for a token.
type ClientGrant struct {
	GrantType    string `json:"grant_type" enum:"client_credentials"`
	ClientID     string `json:"client_id" minLength:"1" maxLength:"64"`
	ClientSecret string `json:"client_secret" minLength:"1" maxLength:"128"`
	Scope        string `json:"scope,omitempty" maxLength:"1000" doc:"A part of what the system may do, with spaces between. Left out: all of it."`
}

// Client is the credentials of a system of your organisation.
type Client struct {
	ID         uuid.UUID      `json:"client_id"`
	Name       string         `json:"name"`
	Role       string         `json:"role" doc:"Whose rows it works under."`
	Scopes     []string       `json:"scopes"`
	MadeAt     time.Time      `json:"made_at"`
	LastUsedAt *time.Time     `json:"last_used_at,omitempty" doc:"When it last got a token."`
	RevokedAt  *time.Time     `json:"revoked_at,omitempty"`
	Secrets    []ClientSecret `json:"secrets" doc:"What is known of each: never the secret."`
	Secret     string         `json:"client_secret,omitempty" doc:"Told once, when it is made."`
	Version    int            `json:"version"`
}

// ClientSecret is what is known of a secret.
type ClientSecret struct {
	ID         uuid.UUID  `json:"id"`
	MadeAt     time.Time  `json:"made_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
	EndsAt     *time.Time `json:"ends_at,omitempty" doc:"Absent: it ends with the next rotation."`
}

// NewClient is the credentials to be made.
type NewClient struct {
	Name   string `json:"name" maxLength:"80"`
	Role   Key    `json:"role" doc:"caseworker, provider_worker or court_officer, as fits your organisation."`
	Scopes []Key  `json:"scopes" maxItems:"40" doc:"Permissions of that role."`
}

// Rotation says what becomes of the secret before.
type Rotation struct {
	AtOnce bool `json:"at_once,omitempty" doc:"The secret before ends now, not in 24 hours."`
}

type (
	clientTokenIn struct {
		Body ClientGrant
	}
	clientTokenOut struct {
		Pragma string `header:"Pragma"`
		Body   ClientToken
	}
	clientIn struct {
		ID uuid.UUID `path:"id"`
	}
	clientNewIn    struct{ Body NewClient }
	clientRotateIn struct {
		ID   uuid.UUID `path:"id"`
		Body *Rotation
	}
	clientsOut struct{ Body List[Client] }
	clientOut  struct {
		ETag string `header:"ETag"`
		Body Client
	}
)

// RegisterClients adds how systems get a token, and the credentials of those of
// one's organisation.
func RegisterClients(a *api.API, svc *accounts.Service, tokens *auth.Tokens) {
	registerClientToken(a, svc, tokens)
	op := func(method, path, id, summary string) api.Op {
		return api.Op{
			Method: method, Path: "/api/v1/clients" + path, ID: id, Tag: "Systems", Need: models.ClientManage, Summary: summary, StepUp: method != http.MethodGet,
		}
	}
	api.Register(a, op(http.MethodGet, "", "list-clients", "The systems of your organisation"), func(ctx context.Context, _ *struct{}) (*clientsOut, error) {
		all, err := svc.Machines(ctx)
		if err != nil {
			return nil, err
		}
		return &clientsOut{Body: listed(all, "", presentClient)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-client", "One system, with what is known of its secrets"), func(ctx context.Context, in *clientIn) (*clientOut, error) {
		m, err := svc.Machine(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentOneClient(m), nil
	})
	made := op(http.MethodPost, "", "make-client", "Make the credentials of a system")
	made.Status = http.StatusCreated
	made.Description = "The secret is told once, here. The system works under the row security of your organisation and the role, may do what its scopes say and nothing that takes a proof, and is named in the trail."
	api.Keyed(a, made, func(ctx context.Context, in *clientNewIn) (models.Machine, error) {
		m := models.Machine{Name: in.Body.Name, Role: models.Role(in.Body.Role)}
		for _, s := range in.Body.Scopes {
			m.Scopes = append(m.Scopes, models.Permission(s))
		}
		return svc.MakeMachine(ctx, m)
	}, presentOneClient)
	rotate := op(http.MethodPost, "/{id}/secrets", "rotate-client-secret", "Make another secret; the one before goes on for a day, or ends at once")
	rotate.Errors = []int{http.StatusConflict}
	api.Keyed(a, rotate, func(ctx context.Context, in *clientRotateIn) (models.Machine, error) {
		return svc.RotateMachine(ctx, in.ID, in.Body != nil && in.Body.AtOnce)
	}, presentOneClient)
	revoke := op(http.MethodPost, "/{id}/revoke", "revoke-client", "End the credentials of a system for good, and its tokens with them")
	revoke.Errors = []int{http.StatusConflict}
	api.Keyed(a, revoke, func(ctx context.Context, in *clientIn) (models.Machine, error) { return svc.RevokeMachine(ctx, in.ID) }, presentOneClient)
}

func registerClientToken(a *api.API, svc *accounts.Service, tokens *auth.Tokens) {
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/oauth/token", ID: "get-client-token", Tag: "Signing in", Need: models.Public, Early: true, Form: true,
		Summary:     "A token for a system, for its client id and secret",
		Description: "OAuth 2.0, client credentials: a form, with Basic authorisation or the two beside the grant, or a JSON document. Failures are problems as everywhere here: 401 for a wrong id or secret, 422 for a scope that the system was not given, 429 with Retry-After for more than 30 tokens in a minute.",
		Errors:      []int{http.StatusUnauthorized},
	}, func(ctx context.Context, in *clientTokenIn) (*clientTokenOut, error) {
		from := accounts.ClientFrom(ctx)
		id, _ := uuid.Parse(in.Body.ClientID) // what is none is nobody's
		s, err := svc.SignInMachine(ctx, accounts.MachineCredentials{
			ClientID: id, Secret: in.Body.ClientSecret, Scopes: models.Scopes(in.Body.Scope), IP: from.IP, UserAgent: from.UserAgent,
		})
		if err != nil {
			return nil, err
		}
		access, err := tokens.Issue(s.Actor)
		if err != nil {
			return nil, err
		}
		return &clientTokenOut{Pragma: "no-cache", Body: ClientToken{
			AccessToken: access, TokenType: "Bearer", ExpiresIn: int(auth.TokenLifetime.Seconds()), Scope: s.Actor.Scopes,
		}}, nil
	})
}

func presentOneClient(m models.Machine) *clientOut {
	return &clientOut{ETag: etag(m.Version), Body: presentClient(m)}
}

func presentClient(m models.Machine) Client {
	return Client{
		ID: m.ID, Name: m.Name, Role: string(m.Role), Scopes: strings.Fields(models.Scoped(m.Scopes)), MadeAt: utc(m.MadeAt), LastUsedAt: utcOrNone(m.LastUsedAt),
		RevokedAt: utcOrNone(m.RevokedAt), Secret: m.Secret, Version: m.Version,
		Secrets: presented(m.Secrets, func(s models.MachineSecret) ClientSecret {
			return ClientSecret{ID: s.ID, MadeAt: utc(s.MadeAt), LastUsedAt: utcOrNone(s.LastUsedAt), EndsAt: utcOrNone(s.EndsAt)}
		}),
	}
}

package v1

import (
	"context"
	"net/http"

	"throughline/handlers/api"
	"throughline/handlers/auth"
	"throughline/models"
	"throughline/services/accounts"
)

// Tokens are what a system works with after signing in.
type Tokens struct {
	AccessToken  string `json:"access_token" doc:"Send it as Authorization: Bearer."`
	TokenType    string `json:"token_type" enum:"Bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds until the access token ends."`
	RefreshToken string `json:"refresh_token" doc:"Trade it once for the next pair, before the session has been idle for as long as the organisation allows."`
}

type (
	signInIn struct {
		Body struct {
			Email    string `json:"email" minLength:"1" maxLength:"254"`
			Password string `json:"password" minLength:"1" maxLength:"512"`
			Code     string `json:"code,omitempty" maxLength:"64" doc:"The second factor, where the account has one: the 6 digits the authenticator app shows now, or a recovery code. Missing or wrong: 401 with errors[].field code."`
		} `nameHint:"Credentials"`
	}
	refreshIn struct {
		Body struct {
			RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"512"`
		} `nameHint:"RefreshToken"`
	}
	stepUpIn struct {
		Body struct {
			Code     string `json:"code,omitempty" maxLength:"64" doc:"The 6 digits the authenticator app shows now, or a recovery code."`
			Password string `json:"password,omitempty" maxLength:"512" doc:"For an account without a second factor."`
		} `nameHint:"Proof"`
	}
	tokensOut struct{ Body Tokens }
)

// RegisterAuth adds signing in, refreshing and signing out. cache forgets the
// tokens of a session that signs out here; other processes learn of it from
// the database, in their next transaction.
func RegisterAuth(a *api.API, svc *accounts.Service, tokens *auth.Tokens, cache *auth.Cache) {
	pair := func(s accounts.Started) (*tokensOut, error) {
		access, err := tokens.Issue(s.Actor)
		if err != nil {
			return nil, err
		}
		return &tokensOut{Body: Tokens{
			AccessToken: access, TokenType: "Bearer", ExpiresIn: int(auth.TokenLifetime.Seconds()), RefreshToken: s.Token,
		}}, nil
	}
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/auth/tokens", ID: "sign-in", Tag: "Signing in",
		Summary:     "Sign in",
		Description: "A wrong address and a wrong password get the same answer. Too many wrong tries are slowed with 429 and Retry-After, never locked out. An account with a second factor needs its code too: without one, or with a wrong one, 401 with errors[].field code. A passkey cannot be used here; a recovery code can.",
		Need:        models.Public, Early: true, Errors: []int{http.StatusUnauthorized},
	}, func(ctx context.Context, in *signInIn) (*tokensOut, error) {
		from := accounts.ClientFrom(ctx)
		s, err := svc.SignIn(ctx, accounts.Credentials{
			Email: in.Body.Email, Password: in.Body.Password, Code: in.Body.Code, Kind: accounts.API, IP: from.IP, UserAgent: from.UserAgent,
		})
		if err != nil {
			return nil, err
		}
		return pair(s)
	})
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/auth/step-up", ID: "step-up", Open: true, Tag: "Signing in",
		Summary:     "Prove who you are, for what asks for it",
		Description: "Operations marked x-step-up answer 403 with errors[].code step_up_required unless this was done within the last five minutes. The session gets another id: use the new pair, the old one ends.",
		Need:        models.SignedIn, Early: true, Errors: []int{http.StatusUnauthorized},
	}, func(ctx context.Context, in *stepUpIn) (*tokensOut, error) {
		before, err := models.ActorFrom(ctx)
		if err != nil {
			return nil, err
		}
		s, err := svc.Prove(ctx, accounts.Proof{Code: in.Body.Code, Password: in.Body.Password})
		if err != nil {
			return nil, err
		}
		cache.Forget(before.SessionID)
		return pair(s)
	})
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/auth/tokens/refresh", ID: "refresh-tokens", Tag: "Signing in",
		Summary:     "Trade a refresh token for the next pair",
		Description: "Each refresh token works once. Using one a second time ends the session and all its tokens; within ten seconds, and while the next one is unused, it is only refused.",
		Need:        models.Public, Early: true, Errors: []int{http.StatusUnauthorized},
	}, func(ctx context.Context, in *refreshIn) (*tokensOut, error) {
		s, err := svc.Refresh(ctx, in.Body.RefreshToken)
		if err != nil {
			return nil, err
		}
		return pair(s)
	})
	api.Register(a, api.Op{
		Method: http.MethodDelete, Path: "/api/v1/auth/session", ID: "sign-out", Open: true, Tag: "Signing in",
		Summary: "Sign out everywhere this token reaches", Need: models.SignedIn,
	}, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		actor, err := models.ActorFrom(ctx)
		if err != nil {
			return nil, err
		}
		if err := svc.SignOut(ctx); err != nil {
			return nil, err
		}
		cache.Forget(actor.SessionID)
		return nil, nil
	})
}

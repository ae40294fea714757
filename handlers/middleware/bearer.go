package middleware

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/auth"
	"throughline/models"
	"throughline/services/accounts"
)

// checkEvery is how often a session in use is looked up again, so that one that
// has ended is nobody's within a second even on a route that asks the database
// nothing. Everywhere else the transaction itself asks the session row first.
const checkEvery = time.Second

// Holders answers whose an API session is. services/accounts does.
type Holders interface {
	ByID(ctx context.Context, session uuid.UUID) (accounts.Session, error)
}

// Bearer puts whoever holds the access token into the context. It is for the
// API alone. A token is verified once and then known by its hash until it
// expires. A token that is not sound, or of a session that has ended, is
// nobody's: the route then answers 401.
func Bearer(tokens *auth.Tokens, cache *auth.Cache, holders Holders, fail Fail) gin.HandlerFunc {
	b := bearer{tokens: tokens, cache: cache, holders: holders}
	return func(c *gin.Context) {
		if !forSystems(c) || c.GetHeader("Authorization") == "" {
			c.Next()
			return
		}
		raw, err := auth.BearerToken(c.Request)
		if err == nil {
			err = b.identify(c, raw)
		}
		if err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
			stop(c, fail, err)
			return
		}
		c.Next()
	}
}

type bearer struct {
	tokens  *auth.Tokens
	cache   *auth.Cache
	holders Holders
}

// identify puts the token's holder into the request's context, or says that
// there is none.
func (b bearer) identify(c *gin.Context, raw string) error {
	ctx, now := c.Request.Context(), time.Now()
	v := b.cache.Get(raw, now)
	var actor models.Actor
	// Who owes something is asked about each time, so that accepting counts at once.
	if v != nil && !v.Actor.OwesConduct && !v.DueForCheck(now, checkEvery) {
		actor = v.Actor
	} else {
		var err error
		if actor, err = b.lookUp(ctx, raw, v, now); err != nil {
			return err
		}
	}
	c.Request = c.Request.WithContext(models.WithActor(ctx, actor))
	return nil
}

// lookUp verifies a token that is not known, and asks the database about its
// session. A token that disagrees with the session it names is not believed.
func (b bearer) lookUp(ctx context.Context, raw string, known *auth.Verified, now time.Time) (models.Actor, error) {
	var session uuid.UUID
	var claims auth.Claims
	if known != nil {
		session = known.Actor.SessionID
	} else {
		var err error
		if claims, err = b.tokens.Verify(raw); err != nil {
			return models.Actor{}, err
		}
		session = claims.SessionID
	}
	s, err := b.holders.ByID(ctx, session)
	if err != nil {
		return models.Actor{}, err
	}
	if s.Ended != "" || s.Pending {
		b.cache.Forget(session)
		return models.Actor{}, models.Unauthenticated()
	}
	if known != nil && known.Actor.OwesConduct == s.Actor.OwesConduct {
		return known.Actor, nil
	}
	if known != nil {
		b.cache.Put(raw, s.Actor, known.Expires, now)
		return s.Actor, nil
	}
	if a := s.Actor; a.UserID != claims.UserID || a.OrgID != claims.OrgID || a.Role != claims.Role {
		return models.Actor{}, models.Unauthenticated()
	}
	b.cache.Put(raw, s.Actor, claims.ExpiresAt, now)
	return s.Actor, nil
}

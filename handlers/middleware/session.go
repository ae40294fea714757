package middleware

import (
	"context"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/auth"
	"throughline/models"
	"throughline/services/accounts"
)

// Sessions answers whose a page's cookie is. services/accounts does.
type Sessions interface {
	ByCookie(ctx context.Context, cookie string) (accounts.Session, error)
}

const sessionKey = "throughline.session"

// Session puts whoever holds the page's cookie into the context. It is for
// pages alone: on the API a cookie means nothing, so that no other site can
// make a browser act there. Whoever holds no live session goes on as nobody;
// the route refuses them. So does whoever has given a password and waits for a
// second factor: all they can do is give it.
//
// A cookie is looked up once a second at most: what a page reads or changes
// asks the session row again in its own transaction. Assets and what
// supervisors ask cost no look-up; the pages of signing in and out always do.
func Session(cookies auth.Cookies, sessions Sessions, fail Fail) gin.HandlerFunc {
	f := finder{sessions: sessions, cache: auth.NewCache()}
	return func(c *gin.Context) {
		value := ""
		if path := c.Request.URL.Path; !forSystems(c) && !forAnybody(path) {
			value = cookies.Session(c.Request)
		}
		if value == "" {
			c.Next()
			return
		}
		s, err := f.find(c, value, time.Now())
		if err != nil {
			stop(c, fail, err)
			return
		}
		c.Set(sessionKey, s)
		switch {
		case s.Ended != "":
		case s.Pending:
			c.Request = c.Request.WithContext(accounts.WithWaiting(c.Request.Context(), s))
		default:
			c.Request = c.Request.WithContext(models.WithActor(c.Request.Context(), s.Actor))
		}
		c.Next()
	}
}

type finder struct {
	sessions Sessions
	cache    *auth.Cache
}

func (f finder) find(c *gin.Context, cookie string, now time.Time) (accounts.Session, error) {
	v := f.cache.Get(cookie, now)
	if v != nil && !strings.HasPrefix(c.Request.URL.Path, "/sign") && !v.Actor.OwesConduct && !v.DueForCheck(now, checkEvery) {
		return accounts.Session{Actor: v.Actor}, nil
	}
	s, err := f.sessions.ByCookie(c.Request.Context(), cookie)
	switch {
	case err != nil || s.Pending:
	case s.Ended != "":
		f.cache.Forget(s.Actor.SessionID)
	case v == nil || v.Actor != s.Actor:
		f.cache.Put(cookie, s.Actor, s.Expires, now)
	}
	return s, err
}

// SessionOf is what was found behind the page's cookie: a live session, or one
// that ended and why. False where the browser sent none.
func SessionOf(c *gin.Context) (accounts.Session, bool) {
	v, _ := c.Get(sessionKey)
	s, ok := v.(accounts.Session)
	return s, ok
}

// forAnybody reports an address that is the same for everybody, and asked for
// often.
func forAnybody(path string) bool {
	return strings.HasPrefix(path, "/static/") || published(path) || path == "/healthz" || path == "/readyz"
}

package middleware

import (
	"context"
	"strings"

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
// make a browser act there. Assets and what supervisors ask cost no look-up.
// Whoever holds no live session goes on as nobody; the route refuses them.
func Session(cookies auth.Cookies, sessions Sessions, fail Fail) gin.HandlerFunc {
	return func(c *gin.Context) {
		value := ""
		if !forSystems(c) && !forAnybody(c.Request.URL.Path) {
			value = cookies.Session(c.Request)
		}
		if value == "" {
			c.Next()
			return
		}
		s, err := sessions.ByCookie(c.Request.Context(), value)
		if err != nil {
			stop(c, fail, err)
			return
		}
		c.Set(sessionKey, s)
		if s.Ended == "" {
			c.Request = c.Request.WithContext(models.WithActor(c.Request.Context(), s.Actor))
		}
		c.Next()
	}
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
	return strings.HasPrefix(path, "/static/") || path == "/healthz" || path == "/readyz"
}

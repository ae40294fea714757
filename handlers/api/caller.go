package api

import (
	"context"
	"net/netip"

	"github.com/gin-gonic/gin"

	"throughline/handlers/middleware"
)

// Caller is what is known of whoever sends a request, signed in or not: for
// signing in alone, which slows down guesses by where they come from.
type Caller struct {
	IP        netip.Addr // as the trusted proxies tell it
	UserAgent string
}

type callerKey struct{}

// CallerFrom returns who sent the request that fn was called for.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

func withCaller(ctx context.Context, c *gin.Context) context.Context {
	return context.WithValue(ctx, callerKey{}, Caller{IP: middleware.ClientIP(c), UserAgent: c.Request.UserAgent()})
}

package middleware

import (
	"errors"
	"log/slog"
	"net/url"

	"github.com/gin-gonic/gin"

	"throughline/handlers/auth"
	"throughline/services/accounts"
)

// Options are what the edge of one installation stands on.
type Options struct {
	Base     *url.URL // the address people use
	OneHost  bool     // refuse every other host: in production
	Log      *slog.Logger
	Limits   Limits
	Cookies  auth.Cookies
	Tokens   *auth.Tokens
	Cache    *auth.Cache
	Accounts *accounts.Service
}

// Edge returns the middleware in its order: what every answer carries comes
// first, so that refusals carry it too; who asks is found last, so that
// nothing of the database is touched for a request that is refused anyway.
func Edge(o Options, fail Fail) ([]gin.HandlerFunc, error) {
	if o.Base == nil || o.Log == nil || o.Tokens == nil || o.Cache == nil || o.Accounts == nil {
		return nil, errors.New("the edge lacks the base URL, the log, the tokens, their cache or the accounts")
	}
	origin := o.Base.Scheme + "://" + o.Base.Host
	crossOrigin, err := CrossOrigin(origin, fail)
	if err != nil {
		return nil, err
	}
	edge := []gin.HandlerFunc{RequestID(), AccessLog(o.Log), Recover(o.Log, fail), Headers(o.Base.Scheme == "https")}
	if o.OneHost {
		edge = append(edge, Host(o.Base))
	}
	return append(edge,
		crossOrigin,
		RateLimitByNetwork(o.Limits.Network, fail),
		Body(fail),
		Client(),
		Session(o.Cookies, o.Accounts, fail),
		Bearer(o.Tokens, o.Cache, o.Accounts, fail),
		RateLimitBySession(o.Limits.Session, o.Limits.Forms, o.Limits.Machine, fail),
	), nil
}

// Package middleware is the edge: what is done to every request before and
// after its route. One file for each thing. Nothing here decides about a case;
// whoever may not pass is told through Fail, the one mapping of errors.
package middleware

import (
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"
)

// Fail answers a request that may not go on. It is the handlers' one mapping
// of errors to pages and problems.
type Fail func(c *gin.Context, err error)

// stop answers and lets nothing further see the request.
func stop(c *gin.Context, fail Fail, err error) {
	c.Abort()
	fail(c, err)
}

// forSystems reports whether the address belongs to the API, where cookies
// mean nothing; everywhere else a bearer token means nothing.
func forSystems(c *gin.Context) bool {
	return strings.HasPrefix(c.Request.URL.Path, "/api/v1/")
}

// published reports whether the address belongs to the public directory, which
// any site may read in any browser: nothing there is anybody's.
func published(path string) bool {
	return path == "/directory" || strings.HasPrefix(path, "/directory/")
}

// ClientIP is who sent the request, as far as the trusted proxies vouch for
// it. What a client writes into X-Forwarded-For or X-Real-IP itself is ignored
// (security.md 0.4j).
func ClientIP(c *gin.Context) netip.Addr {
	ip, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return netip.Addr{} // a socket without an address, as in some tests
	}
	return ip.Unmap().WithZone("")
}

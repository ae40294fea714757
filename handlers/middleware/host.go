package middleware

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// Host refuses a request for another host than the base URL's, with 421: a
// link, a redirect or a cached page can then never name a host of somebody
// else's choosing (security.md T47). A supervisor that asks for health by
// address passes. It belongs where the base URL is set, in production.
func Host(base *url.URL) gin.HandlerFunc {
	want := strings.ToLower(base.Host)
	other := withPort(base)
	return func(c *gin.Context) {
		got := strings.ToLower(c.Request.Host)
		path := c.Request.URL.Path
		if got != want && got != other && path != "/healthz" && path != "/readyz" {
			c.Header("Cache-Control", "no-store")
			c.Data(http.StatusMisdirectedRequest, "text/plain; charset=utf-8", []byte("This is not the address of Throughline.\n"))
			c.Abort()
			return
		}
		c.Next()
	}
}

// withPort is the other way to write the same host: with the usual port of the
// scheme where the base URL has none, without it where it has.
func withPort(base *url.URL) string {
	port := map[string]string{"http": "80", "https": "443"}[base.Scheme]
	switch base.Port() {
	case "":
		return strings.ToLower(base.Host) + ":" + port
	case port:
		return strings.ToLower(strings.TrimSuffix(base.Host, ":"+port))
	}
	return strings.ToLower(base.Host)
}

package middleware

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// contentSecurityPolicy lets a page use what comes from this host and nothing
// else: no inline script or style, no frame, no plug-in (security.md V3).
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

// permissionsPolicy switches off what no page of ours uses.
const permissionsPolicy = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), " +
	"geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), interest-cohort=()"

// Headers sets what every answer carries, errors included. Nothing may be kept
// by a browser or a proxy unless the route says so itself, as the assets do.
// secure is true where the base URL is https.
func Headers(secure bool) gin.HandlerFunc {
	always := http.Header{}
	always.Set("Content-Security-Policy", contentSecurityPolicy)
	always.Set("X-Content-Type-Options", "nosniff")
	always.Set("X-Frame-Options", "DENY")
	always.Set("Referrer-Policy", "no-referrer")
	always.Set("Cross-Origin-Opener-Policy", "same-origin")
	always.Set("Cross-Origin-Resource-Policy", "same-origin")
	always.Set("Permissions-Policy", permissionsPolicy)
	always.Set("Cache-Control", "no-store")
	if secure {
		always.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return func(c *gin.Context) {
		h := c.Writer.Header()
		for name, values := range always {
			h[name] = values[:1:1] // whoever adds another makes a list of their own
		}
		c.Next()
	}
}

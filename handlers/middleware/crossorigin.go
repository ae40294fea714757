package middleware

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"throughline/models"
)

// CrossOrigin refuses what another site makes a browser do here: any request
// that changes something (security.md T19), and any that would put an answer
// of ours inside a page of theirs, as a picture, a frame or a script. A link
// from elsewhere that is followed by a person passes, and so does reading the
// public directory. base is the origin people
// use, trusted where a proxy ends TLS and the host header differs.
//
// A client that is no browser sends neither of the headers this reads and
// passes: it has no cookie either, and the API takes only bearer tokens.
func CrossOrigin(base string, fail Fail) (gin.HandlerFunc, error) {
	guard := http.NewCrossOriginProtection()
	if base != "" {
		if err := guard.AddTrustedOrigin(base); err != nil {
			return nil, err
		}
	}
	return func(c *gin.Context) {
		if guard.Check(c.Request) != nil || embedded(c.Request) && !published(c.Request.URL.Path) {
			stop(c, fail, models.Forbidden("This came from another site, so nothing was done. Open Throughline and try again."))
			return
		}
		c.Next()
	}, nil
}

// embedded reports a request of another site for something to put into its own
// page, as browsers say it (Fetch Metadata).
func embedded(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") != "cross-site" {
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

package middleware

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/models"
)

// BodyLimit is the most a request may carry; mostDrain is how much more is
// read and thrown away, so that the sender hears the 413 and not a reset.
const (
	BodyLimit = 1 << 20
	mostDrain = 8 << 20
)

// Body refuses a request that carries more than BodyLimit with 413, before
// anything of it is looked at. A body of unknown length is read to the limit
// here, so that a form that never ends is refused too and not cut short. An
// address that takes files has a limit of its own, and counts while it reads.
func Body(fail Fail) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.Method == http.MethodPost && strings.HasSuffix(c.FullPath(), "/files") {
			c.Next()
			return
		}
		if err := limitBody(c.Request); err != nil {
			stop(c, fail, err)
			return
		}
		c.Next()
	}
}

func limitBody(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody || (r.ContentLength >= 0 && r.ContentLength <= BodyLimit) {
		return nil
	}
	if r.ContentLength > BodyLimit {
		_, _ = io.CopyN(io.Discard, r.Body, mostDrain)
		return models.TooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, BodyLimit+1))
	if err != nil {
		return models.Malformed("What was sent could not be read to its end.")
	}
	if len(body) > BodyLimit {
		_, _ = io.CopyN(io.Discard, r.Body, mostDrain)
		return models.TooLarge()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

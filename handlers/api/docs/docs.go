// Package docs serves the readable page of the API: Swagger UI 5.35.0
// (Apache 2.0, swagger-ui-dist without its source maps), embedded, so that
// nothing is loaded from elsewhere.
package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"throughline/handlers/route"
	"throughline/models"
)

//go:embed assets
var files embed.FS

// policy is this page's own: Swagger UI writes styles into elements, which the
// policy of the other pages refuses.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// asset is one file, ready to send.
type asset struct {
	plain, zipped []byte
	kind, tag     string
}

var assets = sync.OnceValue(func() map[string]asset {
	kinds := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	}
	out := map[string]asset{}
	entries, _ := files.ReadDir("assets") // embedded: it is there
	for _, e := range entries {
		plain, _ := files.ReadFile("assets/" + e.Name())
		sum := sha256.Sum256(plain)
		out[e.Name()] = asset{plain: plain, zipped: zip(plain), kind: kinds[path.Ext(e.Name())], tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return out
})

func zip(plain []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// Routes returns the page, the files it is made of, and the description it
// shows, which is made when somebody first asks for it. Anybody may read them:
// they hold nothing about anybody.
func Routes(describe func() ([]byte, error)) []route.Route {
	description := sync.OnceValues(func() (asset, error) {
		plain, err := describe()
		sum := sha256.Sum256(plain)
		return asset{plain: plain, kind: "application/openapi+json", tag: `"` + hex.EncodeToString(sum[:8]) + `"`}, err
	})
	return []route.Route{
		{Method: http.MethodGet, Path: "/api/docs", Need: models.Public, Handle: func(c *gin.Context) error {
			return assets()["page.html"].send(c)
		}},
		{Method: http.MethodGet, Path: "/api/docs/:file", Need: models.Public, JSON: true, Handle: func(c *gin.Context) error {
			a, ok := assets()[c.Param("file")]
			if !ok {
				return models.NotFound("file of the documentation")
			}
			return a.send(c)
		}},
		{Method: http.MethodGet, Path: "/api/v1/openapi.json", Need: models.Public, JSON: true, Handle: func(c *gin.Context) error {
			a, err := description()
			if err != nil {
				return models.Internal("describing the API", err)
			}
			return a.send(c)
		}},
	}
}

// send writes the file, or says that the browser's copy is still good.
func (a asset) send(c *gin.Context) error {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.tag)
	h.Set("Vary", "Accept-Encoding")
	if c.GetHeader("If-None-Match") == a.tag {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	body := a.plain
	if a.zipped != nil && strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(body) // an error means that the reader has gone
	}
	return nil
}

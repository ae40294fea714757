package render

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// Attachment sends content to be saved under a name and never shown: whatever
// it is, a browser that opened it all the same would find a page of no origin
// that may do nothing (security.md T20, T22).
func Attachment(c *gin.Context, name string, content []byte) error {
	saved(c, name)
	c.Writer.Header().Set("Content-Length", strconv.Itoa(len(content)))
	c.Writer.WriteHeaderNow()
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(content) // an error means that the reader has gone
	}
	return nil
}

// AttachmentFrom is Attachment of what write writes as it goes, so that it is
// never whole in memory. Its error before the first byte is an answer of its
// own; after it the connection is broken off, and nobody takes a part for all.
func AttachmentFrom(c *gin.Context, name string, write func(io.Writer) error) error {
	w := &late{c: c, name: name}
	if err := write(w); err != nil {
		return err
	}
	_, err := w.Write(nil) // of nothing there is a file too
	return err
}

// late sends the headers of a file before its first byte.
type late struct {
	c     *gin.Context
	name  string
	begun bool
}

func (w *late) Write(p []byte) (int, error) {
	if !w.begun {
		saved(w.c, w.name)
		w.c.Writer.WriteHeaderNow()
		w.begun = true
	}
	if w.c.Request.Method == http.MethodHead {
		return len(p), nil
	}
	return w.c.Writer.Write(p)
}

func saved(c *gin.Context, name string) {
	h := c.Writer.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", Disposition(name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	c.Status(http.StatusOK)
}

// Disposition names a file to be saved, as RFC 6266 says: once in letters that
// every program reads, once in full.
func Disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.PathEscape(name), "'", "%27")
}

// Package render sends pages. A page is drawn into memory and sent only when all
// of it is there, so a fault half way never leaves half a page, and never a
// record with a wrong status.
package render

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
)

// largest is the size above which a buffer is not kept for the next page.
const largest = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Page draws the component and sends it with the status. The browser may keep no
// copy. Nothing has been sent when it returns an error of the drawing, so the
// caller can still answer with the page for a fault; an error of the sending
// means that the reader has gone.
func Page(c *gin.Context, status int, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer func() {
		if b.Cap() <= largest {
			b.Reset()
			buffers.Put(b)
		}
	}()
	if err := page.Render(c.Request.Context(), b); err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	c.Status(status)
	if c.Request.Method == http.MethodHead {
		c.Writer.WriteHeaderNow()
		return nil
	}
	_, err := c.Writer.Write(b.Bytes())
	return err
}

// OK sends a page with status 200.
func OK(c *gin.Context, page templ.Component) error { return Page(c, http.StatusOK, page) }

// Form sends a form page: 200 when it is clean, 422 when it is shown again with
// what is wrong. The page itself draws the faults.
func Form(c *gin.Context, page templ.Component, faults bool) error {
	if faults {
		return Page(c, http.StatusUnprocessableEntity, page)
	}
	return Page(c, http.StatusOK, page)
}

// See sends the browser to the page after an act, to be fetched with GET, so that
// reloading it does not repeat the act.
func See(c *gin.Context, path string) {
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, path)
}

package frame

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// shortcutsCookie remembers that a person has switched keyboard shortcuts off
// in this browser. It holds nothing else.
const shortcutsCookie = "tl_shortcuts"

// SwitchShortcuts switches the keyboard shortcuts of this browser off or on.
func SwitchShortcuts(c *gin.Context, off bool) {
	cookie := &http.Cookie{ //nolint:gosec // it holds no secret, and a copy without TLS must be able to set it
		Name: shortcutsCookie, Value: "off", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Request.TLS != nil, MaxAge: 365 * 24 * 3600,
	}
	if !off {
		cookie.Value, cookie.MaxAge = "", -1
	}
	http.SetCookie(c.Writer, cookie)
}

func shortcutsOff(c *gin.Context) bool {
	v, err := c.Cookie(shortcutsCookie)
	return err == nil && v == "off"
}

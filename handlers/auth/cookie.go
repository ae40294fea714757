package auth

import (
	"net/http"
	"strings"
	"time"

	"throughline/models"
)

// Cookies writes and reads the two cookies of the pages: the session, and the
// device that has signed in before. Neither can be read by a script, and
// neither is ever read on the API.
type Cookies struct {
	secure bool
}

// NewCookies returns the cookies of an installation. secure is true where the
// base URL is https: the names then carry the __Host- prefix, with which a
// browser refuses the cookie from any other host, path or unencrypted page.
func NewCookies(secure bool) Cookies { return Cookies{secure: secure} }

// deviceLifetime is how long a device is remembered; the database believes it
// for 90 days after its last sign-in.
const deviceLifetime = 365 * 24 * time.Hour

// SetSession gives the browser its session until the absolute end of it.
func (c Cookies) SetSession(w http.ResponseWriter, value string, expires time.Time) {
	http.SetCookie(w, c.cookie("session", value, expires))
}

// ClearSession takes the session from the browser.
func (c Cookies) ClearSession(w http.ResponseWriter) {
	gone := c.cookie("session", "", time.Unix(1, 0)) //nolint:gosec // Secure follows the base URL: a plain local address has no TLS
	gone.MaxAge = -1
	http.SetCookie(w, gone)
}

// Session returns the browser's session, "" when there is none or, which no
// browser of ours sends, more than one.
func (c Cookies) Session(r *http.Request) string { return c.one(r, "session") }

// SetDevice marks the browser as one that has signed in here.
func (c Cookies) SetDevice(w http.ResponseWriter, value string, now time.Time) {
	http.SetCookie(w, c.cookie("device", value, now.Add(deviceLifetime)))
}

// awayFor is how long a browser remembers that it was led to an organisation's
// sign-in.
const awayFor = 10 * time.Minute

// SetAway marks the browser that is led to an organisation's sign-in: what comes
// back is believed in this one alone.
func (c Cookies) SetAway(w http.ResponseWriter, value string) {
	mark := c.cookie("away", value, time.Now().Add(awayFor)) //nolint:gosec // Secure follows the base URL: a plain local address has no TLS
	mark.MaxAge = int(awayFor.Seconds())
	http.SetCookie(w, mark)
}

// Away returns that mark, "" when there is none.
func (c Cookies) Away(r *http.Request) string { return c.one(r, "away") }

// ClearAway takes it back.
func (c Cookies) ClearAway(w http.ResponseWriter) {
	gone := c.cookie("away", "", time.Unix(1, 0)) //nolint:gosec // Secure follows the base URL: a plain local address has no TLS
	gone.MaxAge = -1
	http.SetCookie(w, gone)
}

// Device returns the browser's mark, "" when there is none.
func (c Cookies) Device(r *http.Request) string { return c.one(r, "device") }

func (c Cookies) one(r *http.Request, what string) string {
	found := r.CookiesNamed(c.name(what))
	if len(found) != 1 || len(found[0].Value) > 128 {
		return ""
	}
	return found[0].Value
}

func (c Cookies) name(what string) string {
	if c.secure {
		return "__Host-throughline-" + what
	}
	return "throughline-" + what
}

func (c Cookies) cookie(what, value string, expires time.Time) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the base URL: a plain local address has no TLS
		Name: c.name(what), Value: value, Path: "/", Expires: expires,
		Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// BearerToken returns the token of the Authorization header. It fails as
// unauthenticated when there is none, more than one, or another scheme.
func BearerToken(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	const scheme = "bearer "
	if len(values) != 1 || len(values[0]) <= len(scheme) || !strings.EqualFold(values[0][:len(scheme)], scheme) {
		return "", models.Unauthenticated()
	}
	return values[0][len(scheme):], nil
}

package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/auth"
	"throughline/models"
)

func TestTheSessionCookieIsClosedToScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	for name, secure := range map[string]bool{"over TLS": true, "on a plain local address": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			auth.NewCookies(secure).SetSession(w, "value", moment)
			c := w.Result().Cookies()[0]
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure {
				t.Errorf("got %q", w.Header().Get("Set-Cookie"))
			}
			if got := strings.HasPrefix(c.Name, "__Host-"); got != secure {
				t.Errorf("got name %q, want the __Host- prefix exactly where TLS is", c.Name)
			}
		})
	}
}

func TestTheCookieThatWasSetIsRead(t *testing.T) {
	t.Parallel()
	cookies, w := auth.NewCookies(true), httptest.NewRecorder()
	cookies.SetSession(w, "one", moment)
	cookies.SetDevice(w, "two", moment)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	if got := cookies.Session(r) + cookies.Device(r); got != "onetwo" {
		t.Errorf("got %q, want both values", got)
	}
	r.AddCookie(&http.Cookie{Name: "__Host-throughline-session", Value: "planted"})
	if got := cookies.Session(r); got != "" {
		t.Errorf("got %q of two session cookies, want none to be believed", got)
	}
}

func TestABearerTokenIsOneHeaderOfOneScheme(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		headers []string
		want    string
	}{
		"none":           {nil, ""},
		"one":            {[]string{"Bearer abc"}, "abc"},
		"any case":       {[]string{"bearer abc"}, "abc"},
		"two":            {[]string{"Bearer abc", "Bearer def"}, ""},
		"basic":          {[]string{"Basic abc"}, ""},
		"without token":  {[]string{"Bearer "}, ""},
		"without scheme": {[]string{"abc.def.ghi"}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			for _, h := range c.headers {
				r.Header.Add("Authorization", h)
			}
			got, err := auth.BearerToken(r)
			if got != c.want || (err != nil) != (c.want == "") {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestTheCacheHonoursExpiryAndForgetsEndedSessions(t *testing.T) {
	t.Parallel()
	c, a := auth.NewCache(), someone()
	c.Put("token", a, moment.Add(time.Minute), moment)
	if got := c.Get("token", moment.Add(time.Minute-1)); got == nil || got.Actor != a {
		t.Errorf("got %v before expiry, want the actor", got)
	}
	if got := c.Get("token", moment.Add(time.Minute)); got != nil {
		t.Error("got the actor at expiry, want nothing")
	}
	if got := c.Get("Token", moment); got != nil {
		t.Error("got an actor for another token")
	}
	c.Forget(uuid.New())
	if c.Get("token", moment) == nil {
		t.Error("another session's end forgot this one")
	}
	c.Forget(a.SessionID)
	if c.Get("token", moment) != nil {
		t.Error("got the actor after the session ended, want nothing")
	}
}

func TestTheCacheStaysWithinItsBound(t *testing.T) {
	t.Parallel()
	c := auth.NewCache()
	for range 20_000 {
		c.Put(uuid.NewString(), models.Actor{}, moment.Add(time.Hour), moment)
	}
	if got := c.Len(); got > 8192 {
		t.Errorf("got %d tokens remembered, want at most 8192", got)
	}
}

func TestOneCallerLooksUpASessionThatIsDue(t *testing.T) {
	t.Parallel()
	v := auth.NewCache().Put("token", someone(), moment.Add(time.Hour), moment)
	if v.DueForCheck(moment.Add(29*time.Second), 30*time.Second) {
		t.Error("got due after 29 seconds, want after 30")
	}
	later := moment.Add(30 * time.Second)
	if !v.DueForCheck(later, 30*time.Second) || v.DueForCheck(later, 30*time.Second) {
		t.Error("want exactly one caller to be told")
	}
}

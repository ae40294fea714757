// Package accounts knows who people are and whether they are signed in:
// passwords, sessions, refresh tokens, the slowing of guesses, and the people
// of an organisation. It holds no session in memory: the database is asked in
// every transaction, so that an ended session is ended everywhere at once.
package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"runtime"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Service signs people in and out and tells who they are.
type Service struct {
	db     *pg.DB
	places chan struct{} // one for each hash that may be worked on at once
}

// New returns the service. Hashing a password takes 19 MiB and a core, so no
// more are worked on at once than there are cores, two at least.
func New(db *pg.DB) *Service {
	return &Service{db: db, places: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
}

// Kind says what a session is for: a person's browser or another system.
type Kind string

// The kinds of session.
const (
	Page Kind = "page"
	API  Kind = "api"
)

// Credentials are what somebody sends to sign in, and what is known of where
// they send it from.
type Credentials struct {
	Email     string
	Password  string
	Kind      Kind
	IP        netip.Addr // as the trusted proxies tell it
	Device    string     // the mark this browser got at an earlier sign-in, "" without
	Replaces  string     // the session the browser still holds, "" without: it ends
	UserAgent string
}

// Started is a session that has just begun. Token is the only copy of the
// secret: a page's cookie, or an API client's first refresh token.
type Started struct {
	Actor       models.Actor
	Token       string
	Device      string // for pages: the mark to keep in this browser
	IdleMinutes int
	Expires     time.Time
}

// Session is what is known of a cookie or a session id. Ended is empty for a
// live session; otherwise nobody is signed in and it says why: "idle",
// "expired", "signed_out", "unknown" and the other reasons of the sessions
// table.
type Session struct {
	Actor       models.Actor
	IdleMinutes int
	Expires     time.Time
	Ended       string
}

// Prefixes of the secrets, so that a leaked one is recognised for what it is.
const (
	cookiePrefix  = "tls_"
	refreshPrefix = "tlr_"
	devicePrefix  = "tld_"
)

// newSecret returns 256 random bits as text, and the hash that is stored.
func newSecret(prefix string) (text string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	text = prefix + base64.RawURLEncoding.EncodeToString(b)
	return text, hashSecret(text)
}

// hashSecret is what the database holds of a secret. A plain hash is enough:
// nobody can try 2^256 values.
func hashSecret(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// optionalHash is the hash of a secret that may be absent.
func optionalHash(text string) []byte {
	if text == "" {
		return nil
	}
	return hashSecret(text)
}

// asSystem acts before anybody is signed in. The session is written beside
// what happened, where there is one.
func asSystem(ctx context.Context, session uuid.UUID) context.Context {
	a := models.System()
	a.SessionID = session
	return models.WithActor(ctx, a)
}

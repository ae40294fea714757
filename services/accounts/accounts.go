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
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"throughline/internal/idp"
	"throughline/internal/pg"
	"throughline/internal/seal"
	"throughline/models"
)

// Service signs people in and out and tells who they are.
type Service struct {
	db       *pg.DB
	places   chan struct{} // one for each hash that may be worked on at once
	required bool
	keys     *seal.Keys
	party    func() (*webauthn.WebAuthn, error)
	origin   string
	idp      *idp.Client
	conduct  models.Conduct // what has to be accepted; none without a version
}

// Settings are what an installation decides about signing in.
type Settings struct {
	// RequireSecondFactor lets nobody in with a password alone: who has no
	// second factor is led to set one up.
	RequireSecondFactor bool
	// Keys seal the keys of authenticator apps and what was typed into forms
	// that could not be taken. nil: keys that live as long as the process.
	Keys *seal.Keys
	// Origin is the address people use, which passkeys are bound to and which
	// an organisation's sign-in sends people back to:
	// https://throughline.example. "": http://localhost.
	Origin string
	// Conduct is the version of the code of conduct that nobody sees a record
	// without having accepted. Without a version nobody is asked.
	Conduct models.Conduct
}

// New returns the service; without settings a password is enough and nothing
// sealed outlives the process. Hashing a password takes 19 MiB and a core, so no
// more are worked on at once than there are cores, two at least.
func New(db *pg.DB, settings ...Settings) *Service {
	var set Settings
	if len(settings) > 0 {
		set = settings[0]
	}
	if set.Keys == nil {
		set.Keys = seal.New()
	}
	return &Service{
		db: db, places: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
		required: set.RequireSecondFactor, keys: set.Keys, origin: set.Origin, idp: idp.New(), conduct: set.Conduct,
		party: sync.OnceValues(func() (*webauthn.WebAuthn, error) { return relyingParty(set.Origin) }),
	}
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
	Code      string // of the authenticator app, or a recovery code; API alone: pages ask for it next
}

// Started is a session that has just begun. Token is the only copy of the
// secret: a page's cookie, or an API client's first refresh token.
type Started struct {
	Actor       models.Actor
	Token       string
	Device      string // for pages: the mark to keep in this browser
	IdleMinutes int
	Expires     time.Time
	// Pending: the password was right, and nothing can be done with the session
	// but give or set up a second factor.
	Pending bool
}

// Session is what is known of a cookie or a session id. Ended is empty for a
// live session; otherwise nobody is signed in and it says why: "idle",
// "expired", "signed_out", "unknown" and the other reasons of the sessions
// table.
type Session struct {
	Actor       models.Actor
	IdleMinutes int
	IdleExpires time.Time
	Expires     time.Time
	Ended       string
	// Pending: as in Started. Nobody is signed in.
	Pending bool
}

// Prefixes of the secrets, so that a leaked one is recognised for what it is.
const (
	cookiePrefix  = "tls_"
	refreshPrefix = "tlr_"
	devicePrefix  = "tld_"
	askedPrefix   = "tlc_"
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

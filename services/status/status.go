// Package status is the victim's own door (docs/adr/0040): a code a worker gave
// and a word the victim chose open a page that says what has happened, what is
// next and by when. The page asks and never changes anything (referrals.md
// section 7): whoever holds the telephone may hold the code and the word too.
package status

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/accounts"
)

// Service gives codes, lets people in by them, and answers what was asked.
type Service struct {
	db       *pg.DB
	calendar *models.Calendar
	slow     func(ctx context.Context, secret, hash string) (bool, error)
	offered  []*Language
}

// Options are the settings of one installation.
type Options struct {
	// Unreviewed are the keys of languages to offer though nobody has reviewed
	// their texts; "all" for every one.
	Unreviewed []string
}

// New returns the service over a database, the calendar by which it is said
// when a request is answered, and the accounts in whose places a word is
// checked.
func New(db *pg.DB, calendar *models.Calendar, people *accounts.Service, o Options) *Service {
	return &Service{db: db, calendar: calendar, slow: people.Slow, offered: offered(o.Unreviewed)}
}

// Languages are those the page is offered in, English first.
func (s *Service) Languages() []*Language { return s.offered }

// Language finds one that is offered; English where there is none of this key.
func (s *Service) Language(key string) *Language {
	for _, l := range s.offered {
		if l.Key == key {
			return l
		}
	}
	return s.offered[0]
}

// may refuses roles that never speak to a victim.
func may(ctx context.Context) error {
	_, err := models.May(ctx, models.ContactRecord)
	return err
}

// nobody acts before it is known whose code it is.
func nobody(ctx context.Context, session uuid.UUID) context.Context {
	a := models.System()
	a.SessionID = session
	return models.WithActor(ctx, a)
}

// secretOf is what a word is checked with: a word alone opens nothing.
func secretOf(code, word string) string { return code + "\x00" + word }

// tokenPrefix tells a leaked token of this page for what it is.
const tokenPrefix = "s_"

// newToken returns 256 random bits as text, and what the database holds of them.
func newToken() (string, []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	text := tokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	return text, hashOf(text)
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

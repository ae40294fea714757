// Package messages sends one sentence to people who are not signed in
// (docs/adr/0046). Nothing else in the product sends to a victim: whatever is to
// go asks here, and the gate of safe contact is held twice, when it is asked for
// and again at the moment it leaves (referrals.md section 7).
package messages

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"throughline/internal/courier"
	"throughline/internal/pg"
	"throughline/models"
)

// Carrier takes one letter outside. It fails with a *courier.Failed, which says
// whether it may be tried again.
type Carrier interface {
	Way() string // smtp or notify
	Send(ctx context.Context, l courier.Letter) error
}

// Finder is a carrier that can be asked afterwards whether it has a letter.
type Finder interface {
	Find(ctx context.Context, id string) (status string, found bool, err error)
}

// Carriers are those of an installation. Nil carries nothing.
type Carriers struct {
	Email Carrier
	Text  Carrier
}

func (c Carriers) of(channel models.Channel) Carrier {
	switch channel {
	case models.ChannelEmail:
		return c.Email
	case models.ChannelText:
		return c.Text
	}
	return nil
}

// Service asks for messages, sends them and shows what became of them.
type Service struct {
	db       *pg.DB
	carriers Carriers
	log      *slog.Logger

	mu      sync.Mutex
	tripped map[string]trip // by way
}

// New returns the service over a database and the carriers of the installation.
func New(db *pg.DB, c Carriers, log *slog.Logger) *Service {
	return &Service{db: db, carriers: c, log: log, tripped: map[string]trip{}}
}

// Ways are the channels that this installation can send by.
func (s *Service) Ways() []models.Channel {
	var out []models.Channel
	for _, c := range models.MessageChannels() {
		if s.carriers.of(c) != nil {
			out = append(out, c)
		}
	}
	return out
}

// Message is one message, as staff see it: never to which number or address.
type Message struct {
	ID            uuid.UUID
	CaseID        uuid.UUID
	CaseReference string
	Channel       models.Channel
	State         models.MessageState
	Why           string
	At            time.Time // when it was asked for
	By            string    // who asked, by name
	SentAt        *time.Time
	DoneAt        *time.Time
	SeenAt        *time.Time
}

// Unseen reports whether somebody has to see to it: it did not arrive.
func (m *Message) Unseen() bool {
	return m.SeenAt == nil && (m.State == models.MessageFailed || m.State == models.MessageUnsure)
}

// windows reads the safe times of a way.
func windows(text []byte) (out []models.Window, err error) {
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, models.Internal("reading safe times", err)
	}
	return out, nil
}

// Package approvals keeps the acts that take two people: one asks, another of
// the same organisation decides, and what was asked for happens in the
// transaction of the decision (security.md T7). Areas add the kinds of act
// they own; this package knows none of them.
package approvals

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Kind is one sort of act that takes two people.
type Kind struct {
	Name  string        // "people.grant": the area, then the act
	Words string        // as a page names it: "Give a role that crosses organisations"
	Roles []models.Role // who may decide; they see the request
	Lasts time.Duration // how long it waits for a decision, at most 60 days

	// Apply does what was asked for, in the transaction of the approval and as
	// whoever approves. It checks again whatever may have changed since. An
	// error undoes the approval too. Nil: whoever asked acts on the decision.
	Apply func(ctx context.Context, tx *pg.Tx, a models.Approval) error
	// Facts says what is asked for, for whoever decides. Nil: the reason alone.
	Facts func(ctx context.Context, tx *pg.Tx, a models.Approval) ([]Fact, error)
}

// Fact is one line of what is asked for.
type Fact struct{ Key, Value string }

// Service keeps requests and decisions.
type Service struct {
	db    *pg.DB
	mu    sync.RWMutex
	kinds map[string]Kind
}

// New returns the service over a database. It knows no kind until one is added.
func New(db *pg.DB) *Service { return &Service{db: db, kinds: map[string]Kind{}} }

// Add makes a kind known. It panics on one that is described wrongly or known
// already, so that such a server does not start.
func (s *Service) Add(k Kind) {
	if k.Name == "" || k.Words == "" || len(k.Roles) == 0 || k.Lasts <= 0 || k.Lasts > 60*24*time.Hour {
		panic(fmt.Sprintf("approvals: the kind %q is not described whole", k.Name))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.kinds[k.Name]; known {
		panic(fmt.Sprintf("approvals: the kind %q is added twice", k.Name))
	}
	s.kinds[k.Name] = k
}

// Kind returns what is known of a kind.
func (s *Service) Kind(name string) (Kind, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, ok := s.kinds[name]
	return k, ok
}

// Request is what somebody asks for.
type Request struct {
	Kind        string
	SubjectType string
	SubjectID   uuid.UUID // uuid.Nil where it is about no record
	CaseID      uuid.UUID
	Payload     any         // ids, codes and field names, written as JSON
	Reason      string      // in words, up to 2,000 characters
	HiddenFrom  []uuid.UUID // people who must find no trace of it
}

// View is a request as its reader sees it.
type View struct {
	models.Approval
	Words     string // of its kind
	Facts     []Fact // of one request; a list has none
	MayDecide bool   // the reader is another than who asked, of a role that decides, in time
	Own       bool   // the reader asked
	State     string // waiting, expired, approved, refused, withdrawn
}

// view says what the reader may do.
func (s *Service) view(a models.Approval, actor models.Actor, now time.Time) View {
	k, _ := s.Kind(a.Kind)
	v := View{Approval: a, Words: k.Words, Own: a.RequestedBy == actor.UserID, State: a.Status(now)}
	if v.Words == "" {
		v.Words = a.Kind
	}
	v.MayDecide = !v.Own && v.State == "waiting" && slices.Contains(k.Roles, actor.Role)
	return v
}

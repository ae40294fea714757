package accounts

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
)

// outPatience is how long signing out waits for a provider to say where it signs
// people out: it is an offer, and nobody waits for it.
const outPatience = 2 * time.Second

// outPath is where a provider sends people back to who signed out there.
const outPath = "/signed-out"

// OutThere is where the actor ends what they have open at their organisation's own
// sign-in, for whoever came from there on a computer that others use too. It is
// the zero Away for who did not come from there, and where the provider publishes
// no such address or does not answer: signing out here waits for nobody. It is
// asked before SignOut.
func (s *Service) OutThere(ctx context.Context) (Away, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Away{}, err
	}
	var there bool
	var factor string
	b.Query(pg.One(&there, &factor), "select factor from sessions where id = $1", b.Actor.SessionID)
	if err := b.Send(pg.BatchRead); err != nil || factor != bySignOn {
		return Away{}, err
	}
	row, err := s.signOn(asSystem(ctx, uuid.Nil), "org_id = $1 and active", b.Actor.OrgID)
	if err != nil || !row.found() {
		return Away{}, err
	}
	p, err := s.providerOf(row)
	if err != nil {
		return Away{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, outPatience)
	defer cancel()
	to, err := s.idp.Out(ctx, p, strings.TrimSuffix(s.origin, "/")+outPath)
	if err != nil || to == "" {
		return Away{}, nil //nolint:nilerr // a provider that is silent keeps nobody signed in here
	}
	u, err := url.Parse(to)
	if err != nil {
		return Away{}, nil //nolint:nilerr // the same
	}
	return Away{URL: to, Host: u.Hostname()}, nil
}

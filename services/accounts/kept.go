package accounts

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Kept is a form whose sender was signed out, or had to prove who they are,
// before it could be taken. It is theirs alone, sealed, and gone after a day.
type Kept struct {
	ID   uuid.UUID
	Path string // where it was sent
	At   time.Time
	Form url.Values
}

// largestKept is the most a kept form may hold, in bytes.
const largestKept = 256 << 10

// secretField reports a field that is never kept: what proves who somebody is.
func secretField(name string) bool {
	return strings.Contains(name, "password") || name == "code" || name == "credential" || name == "challenge" || name == "key"
}

// Keep keeps what was typed for whoever is signed in, or for the holder of a
// session that has ended by being idle: only the secret of the session is proof
// enough to put something aside, and reading it takes signing in again. A form
// with nothing in it is a button, kept for who is signed in. It returns uuid.Nil
// where there is nothing worth keeping.
func (s *Service) Keep(ctx context.Context, ended Session, path string, form url.Values) (uuid.UUID, error) {
	ctx, user, err := s.keeper(ctx, ended)
	if err != nil || user == uuid.Nil {
		return uuid.Nil, err
	}
	kept := url.Values{}
	for name, values := range form {
		if !secretField(name) {
			kept[name] = values
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return uuid.Nil, models.Internal("keeping a form", err)
	}
	bare := len(kept) == 0 && ended.Ended != "" // a button alone is worth keeping for who is about to press it again
	if bare || len(text) > largestKept || len(path) > 500 {
		return uuid.Nil, nil
	}
	id := models.NewID()
	sealed, err := s.keys.Seal(text, keptOf(user, id, path))
	if err != nil {
		return uuid.Nil, models.Internal("sealing a form", err)
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	b.Exec("insert into kept_forms (id, user_id, path, sealed) values ($1, $2, $3, $4)", id, user, path, sealed)
	return id, b.Send(pg.BatchHousekeeping)
}

// keeper says for whom something may be kept, and in whose name: nobody, where
// there is no session, or it ended for another reason than being idle. What an
// earlier look at the session said may be a second old, so it is asked again.
func (s *Service) keeper(ctx context.Context, ended Session) (context.Context, uuid.UUID, error) {
	if a, err := models.ActorFrom(ctx); err == nil {
		if ended, err = s.ByID(ctx, a.SessionID); err != nil {
			return ctx, uuid.Nil, err
		}
	}
	switch {
	case ended.Pending:
	case ended.Ended == "idle":
		return asSystem(ctx, uuid.Nil), ended.Actor.UserID, nil
	case ended.Ended == "":
		return ctx, ended.Actor.UserID, nil
	}
	return ctx, uuid.Nil, nil
}

func keptOf(user, id uuid.UUID, path string) []byte {
	return []byte("kept form\n" + user.String() + "\n" + id.String() + "\n" + path)
}

// LatestKept is the id of the form the actor sent last that could not be taken;
// uuid.Nil where there is none.
func (s *Service) LatestKept(ctx context.Context) (uuid.UUID, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	var there bool
	var id uuid.UUID
	b.Query(pg.One(&there, &id), "select id from kept_forms where user_id = $1 and at > clock_timestamp() - interval '1 day' order by at desc, id limit 1", b.Actor.UserID)
	return id, b.Send(pg.BatchRead)
}

// KeptForm opens a form the actor sent; another's, or an old one, is not found.
func (s *Service) KeptForm(ctx context.Context, id uuid.UUID) (Kept, error) {
	out := Kept{ID: id}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return out, err
	}
	var there bool
	var sealed []byte
	b.Query(pg.One(&there, &out.Path, &sealed, &out.At), "select path, sealed, at from kept_forms where id = $1 and user_id = $2 and at > clock_timestamp() - interval '1 day'",
		id, b.Actor.UserID)
	if err := b.Send(pg.BatchRead); err != nil {
		return out, err
	}
	if !there {
		return out, models.NotFound("kept form")
	}
	text, err := s.keys.Open(sealed, keptOf(b.Actor.UserID, id, out.Path))
	if err != nil {
		return out, models.NotFound("kept form") // of a key that is gone
	}
	if err := json.Unmarshal(text, &out.Form); err != nil {
		return out, models.Internal("reading a kept form", err)
	}
	return out, nil
}

// DropKept throws a kept form of the actor's away, or every one with uuid.Nil.
func (s *Service) DropKept(ctx context.Context, id uuid.UUID) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Exec("delete from kept_forms where user_id = $1 and ($2::uuid = '00000000-0000-0000-0000-000000000000' or id = $2::uuid)", b.Actor.UserID, id)
	return b.Send(pg.BatchHousekeeping)
}

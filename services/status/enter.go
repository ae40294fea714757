package status

import (
	"context"
	"net/netip"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Try is one attempt to come in.
type Try struct {
	Code, Word string
	IP         netip.Addr
}

// Entered is a session that has just begun: ten minutes, an hour at most.
type Entered struct {
	Token    string // the only copy of the secret
	Language string
}

// found is what the database says about a guess.
type found struct {
	attempt          uuid.UUID
	paused, opens    bool
	door, caseID, of *uuid.UUID
	hash             *string
}

// Enter lets in whoever has the code and the word. Every failure is the same
// error, after the same work: a code nobody has, a wrong word, a page that is
// frozen, taken back, run out or of a protected case, and too many guesses
// (security.md T39). Each is in the trail. It never says which it was.
func (s *Service) Enter(ctx context.Context, t Try) (Entered, error) {
	code, _ := models.ReadStatusCode(t.Code)
	f, err := s.lookUp(ctx, code, t.IP)
	if err != nil {
		return Entered{}, err
	}
	hash := ""
	if f.hash != nil {
		hash = *f.hash
	}
	ok, err := s.slow(ctx, secretOf(code, models.FoldStatusWord(t.Word)), hash)
	if err != nil {
		return Entered{}, err
	}
	if ok && f.opens && !f.paused {
		e, err := s.open(ctx, f, hash)
		if models.CodeOf(err) != models.CodeUnauthenticated {
			return e, err
		}
	}
	if err := s.refuse(ctx, f, ok); err != nil {
		return Entered{}, err
	}
	return Entered{}, models.Unauthenticated()
}

// lookUp counts the guess before it is known whether it is right, so that a
// volley gains nothing.
func (s *Service) lookUp(ctx context.Context, code string, ip netip.Addr) (found, error) {
	f := found{attempt: models.NewID()}
	b, err := s.db.Begin(nobody(ctx, uuid.Nil))
	if err != nil {
		return f, err
	}
	var there bool
	b.Query(pg.One(&there, &f.paused, &f.door, &f.caseID, &f.of, &f.hash, &f.opens), "select * from app_status_lookup($1, $2, $3, $4)", f.attempt,
		b.Vault.LookUp(vault.StatusCodeKey, codeText(code)), b.Vault.LookUp(vault.StatusTriedKey, codeText(code)), b.Vault.LookUp(vault.StatusNetworkKey, models.NetworkOf(ip).String()))
	return f, b.Send(pg.BatchHousekeeping)
}

func (s *Service) open(ctx context.Context, f found, hash string) (Entered, error) {
	session := models.NewID()
	token, stored := newToken()
	out := Entered{Token: token}
	err := s.db.Write(nobody(ctx, session), func(ctx context.Context, tx *pg.Tx) error {
		var rows []struct {
			CaseID, OrgID uuid.UUID
			Language      string
		}
		if err := tx.Scan(ctx, &rows, "select * from app_status_open(?, ?, ?, ?, ?)", f.attempt, *f.door, hash, session, stored); err != nil {
			return err
		}
		if len(rows) == 0 {
			return models.Unauthenticated()
		}
		out.Language = rows[0].Language
		return record(ctx, tx, &f, "status.entered", false, nil)
	})
	return out, err
}

func (s *Service) refuse(ctx context.Context, f found, word bool) error {
	why := "code"
	switch {
	case f.paused:
		why = "slowed"
	case f.door != nil && !f.opens:
		why = "shut"
	case f.door != nil && !word:
		why = "word"
	}
	return s.db.Write(nobody(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		return record(ctx, tx, &f, "status.refused", true, map[string]any{"why": why})
	})
}

// record writes what happened at the door where the organisation that holds the
// case finds it. The same statements run whether or not the code is known.
func record(ctx context.Context, tx *pg.Tx, f *found, action string, refused bool, detail map[string]any) error {
	org := ""
	e := models.Event{Action: action, SubjectType: "status_page", Refused: refused, Detail: detail}
	if f.door != nil && f.caseID != nil {
		e.SubjectID, e.CaseID = *f.door, *f.caseID
	}
	if f.of != nil {
		org = f.of.String()
	}
	if _, err := tx.Exec(ctx, "select set_config('app.org_id', ?, true)", org); err != nil {
		return err
	}
	return tx.Record(ctx, e)
}

// as is who holds a token, in a context of their own: unauthenticated where the
// token is none of ours or its session is over, for whatever reason.
func (s *Service) as(ctx context.Context, token string) (context.Context, error) {
	if len(token) != len(tokenPrefix)+43 {
		return nil, models.Unauthenticated()
	}
	b, err := s.db.Begin(nobody(ctx, uuid.Nil))
	if err != nil {
		return nil, err
	}
	var live bool
	var id uuid.UUID
	b.Query(pg.One(&live, &id), "select session_id from app_status_find($1)", hashOf(token))
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return nil, err
	}
	if !live {
		return nil, models.Unauthenticated()
	}
	return models.WithActor(ctx, models.Actor{Role: models.RoleVictim, StatusID: id, SessionID: id}), nil
}

// Leave ends the session of a token. One that has ended, or never was, is left
// all the same.
func (s *Service) Leave(ctx context.Context, token string) error {
	ctx, err := s.as(ctx, token)
	if models.CodeOf(err) == models.CodeUnauthenticated {
		return nil
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var left bool
		if err := tx.Scan(ctx, &left, "select app_status_leave(?)", tx.Actor.StatusID); err != nil {
			return err
		}
		return s.own(ctx, tx, "status.left", nil)
	})
}

// own records what was done on the page as the page's own session.
func (s *Service) own(ctx context.Context, tx *pg.Tx, action string, detail map[string]any) error {
	var at struct{ Door, Case uuid.UUID }
	if err := tx.Scan(ctx, &at, `select app_status_door() as door, app_status_case() as "case"`); err != nil {
		return err
	}
	return tx.Record(ctx, models.Event{Action: action, SubjectType: "status_page", SubjectID: at.Door, CaseID: at.Case, Detail: detail})
}

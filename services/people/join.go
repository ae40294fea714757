package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/accounts"
)

// tokenPrefix begins the token of a link, so that a leaked one is recognised.
const tokenPrefix = "tli_"

// joining is the kind of a link that lets somebody in who has no account.
const joining = "joining"

// newToken returns 256 random bits as text, and the hash that is stored.
func newToken() (text string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	text = tokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	return text, hashToken(text)
}

func hashToken(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// Opening is what a link shows before it is used: the organisation and whether
// it can be used, nothing of the person.
type Opening struct {
	OrgName string
	Kind    string // joining, reset, or changing: another role for somebody who works there already
	State   string // open, used, expired or ended
	Conduct string // the version of the code of conduct that joining accepts; "" for none
	SSO     bool   // they sign in with their organisation's own sign-in, and set no password
}

// Opened says what a link is. A token that is none is not found.
func (s *Service) Opened(ctx context.Context, token string) (Opening, error) {
	row, err := s.opened(ctx, token)
	out := Opening{OrgName: row.OrgName, Kind: row.Kind, State: row.State, SSO: row.SSO}
	if row.Kind == joining {
		out.Conduct = s.conduct.Version
	}
	return out, err
}

type openedRow struct {
	Kind, Role, Email, OrgName, Name, State string
	SSO                                     bool `gorm:"column:sso"`
}

func (s *Service) opened(ctx context.Context, token string) (openedRow, error) {
	var row openedRow
	if len(token) != len(tokenPrefix)+43 || !strings.HasPrefix(token, tokenPrefix) {
		return row, models.NotFound("invitation")
	}
	err := s.db.Read(models.WithActor(ctx, models.System()), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &row, "select * from app_invitation_find($1)", hashToken(token))
	})
	if err == nil && row.Kind == "" {
		err = models.NotFound("invitation")
	}
	return row, err
}

// Use does what a link is for, once: whoever holds it sets their own name and
// password and can then sign in; who signs in with their organisation's own
// sign-in sets no password, and is bound to it when they first come from there. A link that was used, has ended or expired is
// a conflict in plain words; one that is none is not found. The password is
// held to the rules of services/accounts.
func (s *Service) Use(ctx context.Context, token, name, password string) error {
	row, err := s.opened(ctx, token)
	if err != nil {
		return err
	}
	if row.State != "open" {
		return ended(row.State)
	}
	name = strings.TrimSpace(name)
	if row.Kind == "reset" {
		name = row.Name
	}
	hash := ""
	if row.Kind != "changing" {
		if faults := checkJoining(row, name, password); len(faults) > 0 {
			return models.Invalid(faults...)
		}
		if row.SSO {
			password = accounts.NobodysPassword()
		}
		if hash, err = accounts.HashPassword(password); err != nil {
			return err
		}
	}
	outcome, err := s.use(ctx, token, name, hash)
	switch {
	case err != nil:
		return err
	case outcome == "unknown":
		return models.NotFound("invitation")
	case outcome == "joined" || outcome == "reset" || outcome == "changed":
		return nil
	}
	return ended(outcome)
}

func (s *Service) use(ctx context.Context, token, name, hash string) (outcome string, err error) {
	err = s.db.Write(models.WithActor(ctx, models.System()), func(ctx context.Context, tx *pg.Tx) error {
		var used struct {
			Outcome              string
			UserID, InvitationID *uuid.UUID
			OrgID                *uuid.UUID
		}
		err := tx.Scan(ctx, &used, "select outcome, user_id, invitation_id, org_id from app_invitation_use($1, $2, $3, $4)", hashToken(token), models.NewID(), name, hash)
		if err != nil {
			return err
		}
		outcome = used.Outcome
		user := uuid.Nil
		if used.UserID != nil {
			user = *used.UserID
		}
		if outcome == "joined" && s.conduct.Version != "" && used.OrgID != nil {
			if err := accounts.WriteConduct(ctx, tx, user, *used.OrgID, s.conduct); err != nil {
				return err
			}
		}
		refused := outcome != "joined" && outcome != "reset" && outcome != "changed"
		return tx.Record(ctx, models.Event{Action: "account.invitation_used", SubjectType: "user", SubjectID: user, Refused: refused, Detail: map[string]any{
			"outcome": outcome, "invitation": used.InvitationID,
		}})
	})
	return outcome, err
}

func checkJoining(row openedRow, name, password string) []models.FieldError {
	f := &models.Faults{}
	if n := utf8.RuneCountInString(name); n < 1 || n > 200 || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		f.Add("name", models.FieldRequired, "Enter your name, as colleagues know you")
	}
	if row.SSO {
		return f.List()
	}
	local, _, _ := strings.Cut(row.Email, "@")
	if fault := accounts.CheckPassword(password, name, local, row.OrgName); fault != nil {
		f.Join(*fault)
	}
	return f.List()
}

// Over says in plain words why a link of this state cannot be used.
func (*Service) Over(state string) string {
	e, _ := errors.AsType[*models.Error](ended(state))
	return e.Message
}

// ended says why a link cannot be used.
func ended(state string) error {
	switch state {
	case "used":
		return models.Conflict("This link has been used. It works once. If it was not you, tell the person who manages accounts at your organisation at once.")
	case "expired":
		return models.Conflict("This link has expired. Links work for one day. Ask for a new one.")
	case "taken":
		return models.Conflict("This email address belongs to an account at another organisation. Ask the person who invited you to use another.")
	}
	return models.Conflict("This link has been withdrawn. Ask for a new one.")
}

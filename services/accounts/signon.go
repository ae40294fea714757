package accounts

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/idp"
	"throughline/internal/pg"
	"throughline/models"
)

// bySignOn is the factor of who came from their organisation's own sign-in, as
// the sessions table has it.
const bySignOn = "single_sign_on"

// signOnFor is how long an organisation's sign-in may take to answer.
const signOnFor = 10 * time.Minute

// backPath is where an organisation's sign-in sends people back to.
const backPath = "/sign-in/organisation/back"

// The purposes of what was asked of an organisation's sign-in, as the challenges
// table has them.
const (
	toSignOn        = "sign_on"
	toConfirmSignOn = "sign_on_confirm"
)

// Away is somebody's way to their organisation's sign-in.
type Away struct {
	URL  string
	Host string // of the provider, for people to recognise
	Mark string // to keep in this browser until it comes back
}

// asked is what is kept of a question until its answer comes back, once.
type asked struct {
	Org      uuid.UUID `json:"org"`
	Nonce    string    `json:"nonce"`
	Verifier []byte    `json:"verifier"` // sealed
	Mark     []byte    `json:"mark"`     // hash of what this browser keeps
	Next     string    `json:"next"`
	At       time.Time `json:"at"`
}

// noSignOn is the one answer to an address whose domain no organisation has: the
// same whoever it belongs to, and whether anybody has it.
func noSignOn() *models.Error {
	return models.Invalid(models.Field("email", models.FieldUnknown, "No organisation here signs in for addresses like this. Sign in with your password or a passkey"))
}

// silent is what people are told where a provider is down.
func silent(err error) *models.Error {
	e := models.Unavailable("asking an organisation's sign-in", err)
	e.Message = "Your organisation's sign-in does not answer. Wait a few minutes and try again, or ask who runs it."
	e.Fields = []models.FieldError{models.Field("email", models.FieldInvalid, e.Message)}
	return e
}

// notSignedOn is the one answer to whatever an organisation's sign-in said that
// lets nobody in; the trail says why.
func notSignedOn() *models.Error {
	e := models.Unauthenticated()
	e.Message = "Your organisation's sign-in did not let you in here. Start again, or ask the person who manages accounts at your organisation."
	e.Fields = []models.FieldError{models.Field("email", models.FieldInvalid, e.Message)}
	return e
}

// BeginSignOn leads to the sign-in of the organisation an address belongs to by
// its domain. Nothing is looked up about the address itself, so it is answered
// the same whether or not somebody has it. It fails as invalid where no
// organisation has the domain, and as unavailable where the provider is silent.
func (s *Service) BeginSignOn(ctx context.Context, email, next string) (Away, error) {
	if fields := models.RequestFrom(ctx).Invalid; len(fields) > 0 {
		return Away{}, models.Invalid(fields...)
	}
	_, domain, found := strings.Cut(address(email), "@")
	if !found || domain == "" {
		return Away{}, models.Invalid(models.Field("email", models.FieldRequired, "Enter your email address for work"))
	}
	row, err := s.signOn(asSystem(ctx, uuid.Nil), "domain = $1 and active", domain)
	if err != nil {
		return Away{}, err
	}
	if !row.found() {
		return Away{}, noSignOn()
	}
	return s.leave(ctx, row, toSignOn, nil, next)
}

// ConfirmSignOn leads whoever is signed in to their organisation's sign-in to
// prove anew who they are. It is not found for who never came from there.
func (s *Service) ConfirmSignOn(ctx context.Context, next string) (Away, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return Away{}, err
	}
	bound, err := s.CanConfirmBySignOn(ctx)
	if err != nil {
		return Away{}, err
	}
	if !bound {
		return Away{}, models.NotFound("sign-in")
	}
	row, err := s.signOn(asSystem(ctx, uuid.Nil), "org_id = $1 and active", a.OrgID)
	if err != nil {
		return Away{}, err
	}
	if !row.found() {
		return Away{}, models.NotFound("sign-in")
	}
	return s.leave(ctx, row, toConfirmSignOn, &a.UserID, next)
}

// CanConfirmBySignOn reports whether the actor has come from their
// organisation's own sign-in before.
func (s *Service) CanConfirmBySignOn(ctx context.Context) (bool, error) {
	var bound bool
	b, err := s.db.Begin(ctx)
	if err != nil {
		return false, err
	}
	var there bool
	b.Query(pg.One(&there, &bound), "select exists (select from sign_on_subjects where user_id = $1)", b.Actor.UserID)
	return bound, b.Send(pg.BatchRead)
}

// leave keeps the question and says where to go with it.
func (s *Service) leave(ctx context.Context, row signOnRow, purpose string, user *uuid.UUID, next string) (Away, error) {
	state, hash := newSecret(askedPrefix)
	nonce, _ := newSecret("")
	mark, markHash := newSecret(askedPrefix)
	q := idp.Question{State: state, Nonce: nonce, Verifier: idp.NewVerifier(), Again: purpose == toConfirmSignOn}
	p, err := s.providerOf(row)
	if err != nil {
		return Away{}, err
	}
	to, err := s.idp.Address(ctx, p, q)
	if err != nil {
		return Away{}, silent(err)
	}
	sealed, err := s.keys.Seal([]byte(q.Verifier), signOnAsked(state))
	if err != nil {
		return Away{}, models.Internal("sealing a question", err)
	}
	kept, err := json.Marshal(asked{Org: row.OrgID, Nonce: nonce, Verifier: sealed, Mark: markHash, Next: next, At: time.Now().UTC()})
	if err != nil {
		return Away{}, models.Internal("keeping a question", err)
	}
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return Away{}, err
	}
	b.Exec("delete from challenges where expires_at < clock_timestamp()")
	b.Exec(`insert into challenges (id, asked_hash, purpose, user_id, data, expires_at) values ($1, $2, $3, $4, $5, clock_timestamp() + $6::interval)`,
		models.NewID(), hash, purpose, user, kept, signOnFor.String())
	u, err := url.Parse(to)
	if err != nil {
		return Away{}, silent(err)
	}
	return Away{URL: to, Host: u.Hostname(), Mark: mark}, b.Send(pg.BatchHousekeeping)
}

func signOnAsked(state string) []byte { return append([]byte("sign-on\n"), hashSecret(state)...) }

// Returned is what an organisation's sign-in sent somebody back with.
type Returned struct {
	State, Code string
	Issuer      string // whom it says it is, "" where it does not (RFC 9207)
	Failed      bool   // it says that it let them not in
	Mark        string // what this browser kept
}

// FinishSignOn lets in who comes back from their organisation's sign-in, or
// takes it as the proof of who is signed in, and returns where they wanted to
// go. The state is taken once, in the browser that asked, within ten minutes;
// the answer is believed as internal/idp says. Nobody is made an account, and an
// address that the provider has not verified binds none. Everything that lets
// nobody in gets one answer, and is in the trail.
func (s *Service) FinishSignOn(ctx context.Context, c Credentials, r Returned) (Started, string, error) {
	purpose, user := toSignOn, (*uuid.UUID)(nil)
	me, err := selfOf(ctx)
	if err == nil && !me.waits {
		purpose, user = toConfirmSignOn, &me.UserID
	}
	q, err := s.returned(ctx, r, purpose, user)
	if err != nil {
		return Started{}, "", err
	}
	row, said, err := s.redeem(ctx, q, r, purpose)
	if err != nil {
		return Started{}, "", err
	}
	if purpose == toConfirmSignOn {
		out, err := s.confirmBySignOn(ctx, me, row, q, said)
		return out, q.Next, err
	}
	id, err := s.bound(ctx, row, said)
	if err != nil {
		return Started{}, "", err
	}
	c.Kind = Page
	out, err := s.start(ctx, c, opening{user: id, factor: bySignOn})
	if models.CodeOf(err) == models.CodeUnauthenticated {
		err = s.refusedSignOn(ctx, row.OrgID, id, "disabled")
	}
	return out, q.Next, err
}

// returned takes a question back, once, in the browser that asked it.
func (s *Service) returned(ctx context.Context, r Returned, purpose string, user *uuid.UUID) (asked, error) {
	var q asked
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return q, err
	}
	var there bool
	var kept []byte
	b.Query(pg.One(&there, &kept), `delete from challenges where asked_hash = $1 and purpose = $2 and user_id is not distinct from $3
		and expires_at > clock_timestamp() returning data`, hashSecret(r.State), purpose, user)
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return q, err
	}
	if there {
		if err := json.Unmarshal(kept, &q); err != nil {
			return q, models.Internal("reading a question", err)
		}
	}
	if !there || subtle.ConstantTimeCompare(q.Mark, hashSecret(r.Mark)) != 1 {
		return q, s.refusedSignOn(ctx, q.Org, uuid.Nil, "state")
	}
	return q, nil
}

// redeem asks the provider who it let in.
func (s *Service) redeem(ctx context.Context, q asked, r Returned, purpose string) (signOnRow, idp.Answer, error) {
	var said idp.Answer
	row, err := s.signOn(asSystem(ctx, uuid.Nil), "org_id = $1 and active", q.Org)
	if err != nil {
		return row, said, err
	}
	if !row.found() || r.Failed || r.Code == "" || r.Issuer != "" && r.Issuer != row.Issuer {
		return row, said, s.refusedSignOn(ctx, q.Org, uuid.Nil, "not_let_in")
	}
	verifier, err := s.keys.Open(q.Verifier, signOnAsked(r.State))
	if err != nil {
		return row, said, s.refusedSignOn(ctx, q.Org, uuid.Nil, "state")
	}
	p, err := s.providerOf(row)
	if err != nil {
		return row, said, err
	}
	said, err = s.idp.Redeem(ctx, p, idp.Question{Nonce: q.Nonce, Verifier: string(verifier)}, r.Code, row.Claim)
	switch {
	case errors.Is(err, idp.ErrSilent):
		return row, said, silent(err)
	case err != nil:
		return row, said, s.refusedSignOn(ctx, q.Org, uuid.Nil, "not_believed")
	case purpose == toConfirmSignOn && said.ProvenAt.Before(q.At.Add(-time.Minute)):
		return row, said, s.refusedSignOn(ctx, q.Org, uuid.Nil, "not_proven_again")
	}
	return row, said, nil
}

// bound is whose account the provider's subject is, with the role that its claim
// says, where the operator mapped it.
func (s *Service) bound(ctx context.Context, row signOnRow, said idp.Answer) (uuid.UUID, error) {
	var out struct {
		Outcome, RoleBefore, RoleNow string
		UserID                       *uuid.UUID
	}
	err := s.db.Write(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.Scan(ctx, &out, `select outcome, user_id, coalesce(role_before, '') as role_before, coalesce(role_now, '') as role_now
			from app_sign_on_enter(?, ?, ?, nullif(?, ''), nullif(?, ''))`, row.OrgID, row.Issuer, said.Subject, said.Email, string(row.roleOf(said.Values)))
		if err != nil {
			return err
		}
		if err := within(ctx, tx, row.OrgID); err != nil {
			return err
		}
		who := uuid.Nil
		if out.UserID != nil {
			who = *out.UserID
		}
		if out.RoleNow != out.RoleBefore {
			err := tx.Record(ctx, models.Event{Action: "user.role_changed", SubjectType: "user", SubjectID: who, Detail: map[string]any{
				"from": out.RoleBefore, "to": out.RoleNow, "by": bySignOn,
			}})
			if err != nil {
				return err
			}
		}
		if out.Outcome == "bound" {
			if err := tell(ctx, tx, who, ToldSignOn, ""); err != nil {
				return err
			}
		}
		refused := out.Outcome != "known" && out.Outcome != "bound"
		return tx.Record(ctx, models.Event{Action: "sign_on.answered", SubjectType: "user", SubjectID: who, Refused: refused, Detail: map[string]any{"outcome": out.Outcome}})
	})
	if err != nil {
		return uuid.Nil, err
	}
	if out.UserID == nil || out.Outcome != "known" && out.Outcome != "bound" {
		return uuid.Nil, notSignedOn()
	}
	return *out.UserID, nil
}

// confirmBySignOn takes the provider's answer as the proof of who is signed in,
// where it is about them.
func (s *Service) confirmBySignOn(ctx context.Context, me self, row signOnRow, _ asked, said idp.Answer) (Started, error) {
	var own bool
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &own, "select exists (select from sign_on_subjects where user_id = ? and org_id = ? and issuer = ? and subject = ?)",
			me.UserID, row.OrgID, row.Issuer, said.Subject)
	})
	if err != nil {
		return Started{}, err
	}
	if !own {
		return Started{}, s.refusedSignOn(ctx, row.OrgID, me.UserID, "somebody_else")
	}
	var out Started
	err = s.db.Write(asSystem(ctx, me.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		out, err = s.enter(ctx, tx, me, bySignOn)
		return err
	})
	return out, err
}

// refusedSignOn puts on record that nobody was let in, and says so.
func (s *Service) refusedSignOn(ctx context.Context, org, user uuid.UUID, why string) error {
	err := s.db.Write(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		if org != uuid.Nil {
			if err := within(ctx, tx, org); err != nil {
				return err
			}
		}
		return tx.Record(ctx, models.Event{Action: "session.refused", SubjectType: "user", SubjectID: user, Refused: true, Detail: map[string]any{"why": "sign_on_" + why}})
	})
	if err != nil {
		return err
	}
	return notSignedOn()
}

// roleOf is the role the claim's values say: the one that comes first in the
// order of models.Roles where they say several, "" where they say none.
func (r signOnRow) roleOf(values []string) models.Role {
	for _, role := range models.Roles() {
		for value, mapped := range r.Roles {
			if mapped == role && slices.Contains(values, value) {
				return role
			}
		}
	}
	return ""
}

package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// challengeFor is how long a challenge may be signed (security.md, passkeys).
const challengeFor = 5 * time.Minute

// relyingParty is who passkeys are made for: the host people use, and no other
// origin. A browser knows no passkeys of an address in numbers; a copy on one
// that only this machine reaches is also localhost.
func relyingParty(origin string) (*webauthn.WebAuthn, error) {
	if origin == "" {
		origin = "http://localhost"
	}
	u, err := url.Parse(origin)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		u.Host = "localhost:" + u.Port()
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: challengeFor, TimeoutUVD: challengeFor}
	required := true
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Throughline", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
}

// holder is a person as the library asks for one. A passkey holds their id,
// which says nothing about them, and the name they see when they choose.
type holder struct {
	id    uuid.UUID
	name  string
	creds []webauthn.Credential
}

// WebAuthnID is the person's id.
func (h holder) WebAuthnID() []byte { return h.id[:] }

// WebAuthnName is what the person's device calls the account.
func (h holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName is the same.
func (h holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials are the person's passkeys.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.creds }

// Asked is a challenge: Options go to the browser as they are, Token comes back
// with what it signed.
type Asked struct {
	Token   string
	Options json.RawMessage
}

// The purposes of a challenge, as the challenges table has them.
const (
	toAdd     = "add"
	toSignIn  = "sign_in"
	toConfirm = "confirm"
)

// AskNewPasskey begins adding a passkey for whoever is signed in, and has proved
// who they are shortly before, or waits to be signed in.
func (s *Service) AskNewPasskey(ctx context.Context) (Asked, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return Asked{}, err
	}
	if !me.waits {
		if err := stepUp(ctx); err != nil {
			return Asked{}, err
		}
	}
	party, err := s.party()
	if err != nil {
		return Asked{}, models.Internal("reading the address passkeys are for", err)
	}
	h, err := s.holder(ctx, me.UserID, me.Name)
	if err != nil {
		return Asked{}, err
	}
	options, data, err := party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.creds).CredentialDescriptors()))
	if err != nil {
		return Asked{}, models.Internal("beginning a passkey", err)
	}
	return s.ask(ctx, toAdd, &me.UserID, options.Response, data)
}

// AskPasskey begins a sign-in by passkey, or the proof of who is signed in or
// waits to be. The device offers what it holds for this site; nobody is named.
func (s *Service) AskPasskey(ctx context.Context) (Asked, error) {
	party, err := s.party()
	if err != nil {
		return Asked{}, models.Internal("reading the address passkeys are for", err)
	}
	options, data, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Asked{}, models.Internal("asking for a passkey", err)
	}
	purpose, user := toSignIn, (*uuid.UUID)(nil)
	if me, err := selfOf(ctx); err == nil {
		purpose, user = toConfirm, &me.UserID
	}
	return s.ask(ctx, purpose, user, options.Response, data)
}

// ask keeps a challenge to be signed once, and forgets those nobody signed.
func (s *Service) ask(ctx context.Context, purpose string, user *uuid.UUID, options any, data *webauthn.SessionData) (Asked, error) {
	var out Asked
	kept, err := json.Marshal(data)
	if err != nil {
		return out, models.Internal("keeping a challenge", err)
	}
	if out.Options, err = json.Marshal(options); err != nil {
		return out, models.Internal("writing a challenge", err)
	}
	token, hash := newSecret(askedPrefix)
	out.Token = token
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return out, err
	}
	b.Exec("delete from challenges where expires_at < clock_timestamp()")
	b.Exec(`insert into challenges (id, asked_hash, purpose, user_id, data, expires_at) values ($1, $2, $3, $4, $5, clock_timestamp() + $6::interval)`,
		models.NewID(), hash, purpose, user, kept, challengeFor.String())
	return out, b.Send(pg.BatchHousekeeping)
}

// answered takes a challenge away, whatever comes of it, and returns what was
// asked. A challenge that is not there, or was for another purpose or person, is
// unauthenticated.
func (s *Service) answered(ctx context.Context, token, purpose string, user *uuid.UUID) (webauthn.SessionData, error) {
	var data webauthn.SessionData
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return data, err
	}
	var there bool
	var kept []byte
	b.Query(pg.One(&there, &kept), `delete from challenges where asked_hash = $1 and purpose = $2 and user_id is not distinct from $3
		and expires_at > clock_timestamp() returning data`, hashSecret(token), purpose, user)
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return data, err
	}
	if !there {
		return data, notSigned()
	}
	if err := json.Unmarshal(kept, &data); err != nil {
		return data, models.Internal("reading a challenge", err)
	}
	return data, nil
}

// notSigned is the one answer to a passkey that does not let anybody in.
func notSigned() *models.Error {
	e := models.Unauthenticated()
	e.Message = "The passkey was not accepted. Try again, or sign in another way."
	e.Fields = []models.FieldError{models.Field("passkey", models.FieldInvalid, e.Message)}
	return e
}

// holder is a person with their passkeys.
func (s *Service) holder(ctx context.Context, user uuid.UUID, name string) (holder, error) {
	h := holder{id: user, name: name}
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return h, err
	}
	b.Exec(lettingIn, user)
	b.Query(pg.Each(func(rows pg.Row) error {
		var record []byte
		var count uint32
		if err := rows.Scan(&record, &count); err != nil {
			return err
		}
		var c webauthn.Credential
		if err := json.Unmarshal(record, &c); err != nil {
			return err
		}
		c.Authenticator.SignCount = count
		h.creds = append(h.creds, c)
		return nil
	}), "select record, sign_count from passkeys where user_id = $1 order by created_at", user)
	return h, b.Send(pg.BatchRead)
}

// NewPasskey is what a browser made of AskNewPasskey.
type NewPasskey struct {
	Token      string
	Credential []byte // the browser's answer, as JSON
	Name       string
	EndOthers  bool // sign the person out everywhere else
}

// AddPasskey adds a passkey. Who is signed in must have proved who they are
// shortly before; who waits to be is signed in with it. What this site did not
// ask for, what another origin signed, and what its holder did not unlock is
// refused.
func (s *Service) AddPasskey(ctx context.Context, in NewPasskey) (Enrolled, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return Enrolled{}, err
	}
	if !me.waits {
		if err := stepUp(ctx); err != nil {
			return Enrolled{}, err
		}
	}
	name, err := nameOf(in.Name, "Passkey")
	if err != nil {
		return Enrolled{}, err
	}
	data, err := s.answered(ctx, in.Token, toAdd, &me.UserID)
	if err != nil {
		return Enrolled{}, notAdded(err)
	}
	party, err := s.party()
	if err != nil {
		return Enrolled{}, models.Internal("reading the address passkeys are for", err)
	}
	made, err := protocol.ParseCredentialCreationResponseBytes(in.Credential)
	if err != nil {
		return Enrolled{}, notAdded(nil)
	}
	cred, err := party.CreateCredential(holder{id: me.UserID, name: me.Name}, data, made)
	if err != nil {
		return Enrolled{}, notAdded(nil)
	}
	record, err := json.Marshal(cred)
	if err != nil {
		return Enrolled{}, models.Internal("writing a passkey", err)
	}
	a := added{kind: Passkey, id: models.NewID(), name: name, end: in.EndOthers}
	out, err := s.enrol(ctx, me, a, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, `insert into passkeys (id, user_id, credential_id, record, sign_count, name) values ($1, $2, $3, $4::jsonb, $5, $6)
			on conflict (credential_id) do nothing`, a.id, me.UserID, cred.ID, string(record), cred.Authenticator.SignCount, name)
		if err == nil && n == 0 {
			return notAdded(nil)
		}
		return err
	})
	return out, err
}

// notAdded is the answer to what is no new passkey of this site; a failure of
// ours stays what it is.
func notAdded(err error) error {
	if err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
		return err
	}
	return models.Invalid(models.Field("passkey", models.FieldInvalid, "The passkey was not added. Try again"))
}

// Signed is what a browser made of AskPasskey.
type Signed struct {
	Token      string
	Credential []byte // the browser's answer, as JSON
}

// ByPasskey lets somebody in by passkey, which is both factors in one: the
// device, and what unlocks it. Where c is of somebody signed in, or waiting to
// be, it is their proof, and their session gets another id and secret. Every
// fault gets the same answer.
func (s *Service) ByPasskey(ctx context.Context, c Credentials, in Signed) (Started, error) {
	purpose, user := toSignIn, (*uuid.UUID)(nil)
	me, err := selfOf(ctx)
	known := err == nil
	if known {
		purpose, user = toConfirm, &me.UserID
	}
	data, err := s.answered(ctx, in.Token, purpose, user)
	if err != nil {
		return Started{}, err
	}
	who, err := s.signed(ctx, data, in.Credential)
	if err == nil && known && who != me.UserID {
		err = notSigned()
	}
	if err != nil {
		return Started{}, errors.Join(s.refusedPasskey(ctx, who, err), err)
	}
	if !known {
		out, err := s.start(ctx, c, opening{user: who, factor: byPasskey})
		if models.CodeOf(err) == models.CodeUnauthenticated {
			err = notSigned()
		}
		return out, err
	}
	var out Started
	err = s.db.Write(asSystem(ctx, me.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		out, err = s.enter(ctx, tx, me, byPasskey)
		return err
	})
	return out, err
}

// signed says whose passkey signed the challenge, here, unlocked by its holder,
// and moves its count on. A count that did not go forward means that somebody
// holds a copy: it is refused, and its owner told.
func (s *Service) signed(ctx context.Context, data webauthn.SessionData, answer []byte) (uuid.UUID, error) {
	party, err := s.party()
	if err != nil {
		return uuid.Nil, models.Internal("reading the address passkeys are for", err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return uuid.Nil, notSigned()
	}
	var broken error // a failure of ours, which the library would hide
	var who uuid.UUID
	_, cred, err := party.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		id, err := uuid.FromBytes(handle)
		if err != nil {
			return nil, err
		}
		h, err := s.holder(ctx, id, "")
		if err != nil {
			broken = err
			return nil, err
		}
		who = id
		return h, nil
	}, data, parsed)
	switch {
	case broken != nil:
		return uuid.Nil, broken
	case err != nil:
		return who, notSigned()
	case cred.Authenticator.CloneWarning:
		return who, s.copied(ctx, who)
	}
	return who, s.used(ctx, who, cred)
}

// used moves the count of a passkey on, unless another use went further.
func (s *Service) used(ctx context.Context, user uuid.UUID, cred *webauthn.Credential) error {
	record, err := json.Marshal(cred)
	if err != nil {
		return models.Internal("writing a passkey", err)
	}
	b, err := s.db.Begin(asSystem(ctx, uuid.Nil))
	if err != nil {
		return err
	}
	b.Exec(lettingIn, user)
	var there bool
	b.Query(pg.One(&there, new(uuid.UUID)), `update passkeys set sign_count = $3, record = $4, last_used_at = clock_timestamp()
		where user_id = $1 and credential_id = $2 and (sign_count < $3 or sign_count = 0 and $3 = 0) returning id`,
		user, cred.ID, int64(cred.Authenticator.SignCount), record)
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		return err
	}
	if !there {
		return s.copied(ctx, user)
	}
	return nil
}

// copied tells the owner that their passkey was used in two places.
func (s *Service) copied(ctx context.Context, user uuid.UUID) error {
	err := s.db.Housekeeping(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		return tell(ctx, tx, user, ToldCopied, "")
	})
	return errors.Join(notSigned(), err)
}

// refusedPasskey records that a passkey let nobody in; a failure of ours is not
// one.
func (s *Service) refusedPasskey(ctx context.Context, user uuid.UUID, why error) error {
	if models.CodeOf(why) != models.CodeUnauthenticated {
		return nil
	}
	return s.db.Write(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Record(ctx, models.Event{Action: "session.refused", SubjectType: "user", SubjectID: user, Refused: true, Detail: map[string]any{"why": "passkey"}})
	})
}

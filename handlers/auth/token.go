package auth

import (
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"throughline/models"
)

// The fixed terms of an access token (decisions.md 22).
const (
	TokenLifetime = 10 * time.Minute
	maxTokenBytes = 2048
	// leeway forgives two servers whose clocks differ a little.
	leeway = 5 * time.Second
)

// errToken is the one answer to every token that is not sound: why it is not
// would only help whoever forged it.
var errToken = errors.New("not a sound access token")

// Claims is what a sound token says. It names a session; whether that session
// is live is the database's to say.
type Claims struct {
	ID        string
	UserID    uuid.UUID
	OrgID     uuid.UUID
	SessionID uuid.UUID
	Role      models.Role
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// payload is the claims as they travel.
type payload struct {
	jwt.RegisteredClaims

	SessionID string `json:"sid"`
	OrgID     string `json:"org"`
	Role      string `json:"role"`
}

// Tokens issues and verifies access tokens for one installation.
type Tokens struct {
	keys   *Keys
	issuer string
	now    func() time.Time
	parser *jwt.Parser
}

// audience is what our tokens are for; a token of another system that trusts
// the same keys is not for us.
const audience = "throughline-api"

// NewTokens returns the issuer and verifier of tokens. issuer is the base URL
// of the installation. now is real time: tokens never follow a shifted
// demonstration clock (decisions.md 12).
func NewTokens(keys *Keys, issuer string, now func() time.Time) *Tokens {
	return &Tokens{keys: keys, issuer: issuer, now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(), jwt.WithIssuedAt(),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithStrictDecoding(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(now),
	)}
}

// Issue signs an access token for a's session.
func (t *Tokens) Issue(a models.Actor) (string, error) {
	now := t.now().Truncate(time.Second)
	k := t.keys.signing(now)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, payload{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: t.issuer, Audience: jwt.ClaimStrings{audience}, Subject: a.UserID.String(),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(TokenLifetime)), ID: uuid.NewString(),
		},
		SessionID: a.SessionID.String(), OrgID: a.OrgID.String(), Role: string(a.Role),
	})
	token.Header["kid"], token.Header["typ"] = k.id, "at+jwt"
	signed, err := token.SignedString(k.private)
	if err != nil {
		return "", models.Internal("signing an access token", err)
	}
	return signed, nil
}

// Verify returns what a token says, or an unauthenticated error for any token
// that this installation did not sign, that is not for its API, or whose time
// has passed. The key is found by comparing the whole header with the headers
// we write: alg, kid and typ are fixed by that, and jku, jwk, x5u or crit in a
// header make it one we did not write (security.md T16).
func (t *Tokens) Verify(raw string) (Claims, error) {
	claims, err := t.verify(raw)
	if err != nil {
		return Claims{}, models.Unauthenticated()
	}
	return claims, nil
}

func (t *Tokens) verify(raw string) (Claims, error) {
	header, _, ok := strings.Cut(raw, ".")
	// The decoder of base64 skips line breaks: one token would have many forms.
	if !ok || len(raw) > maxTokenBytes || strings.ContainsAny(raw, "\r\n") {
		return Claims{}, errToken
	}
	k := t.keys.find(header, t.now())
	if k == nil {
		return Claims{}, errToken
	}
	var p payload
	token, err := t.parser.ParseWithClaims(raw, &p, func(*jwt.Token) (any, error) { return k.public, nil })
	if err != nil || !token.Valid {
		return Claims{}, errToken
	}
	return p.check(k)
}

// check holds the claims to what Issue writes; the library leaves these open.
func (p *payload) check(k *key) (Claims, error) {
	sub, err1 := uuid.Parse(p.Subject)
	org, err2 := uuid.Parse(p.OrgID)
	sid, err3 := uuid.Parse(p.SessionID)
	if err := errors.Join(err1, err2, err3); err != nil || p.ID == "" || p.IssuedAt == nil || len(p.Audience) != 1 {
		return Claims{}, errToken
	}
	issued, expires := p.IssuedAt.Time, p.ExpiresAt.Time
	if !expires.After(issued) || expires.Sub(issued) > TokenLifetime || p.NotBefore.After(expires) {
		return Claims{}, errToken
	}
	if !k.retired.IsZero() && issued.After(k.retired.Add(signAfter+leeway)) {
		return Claims{}, errToken // signed after the key was given up
	}
	return Claims{
		ID: p.ID, UserID: sub, OrgID: org, SessionID: sid, Role: models.Role(p.Role), IssuedAt: issued, ExpiresAt: expires,
	}, nil
}

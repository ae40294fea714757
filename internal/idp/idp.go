// Package idp speaks OpenID Connect with the sign-in of an organisation: the
// code flow with PKCE, and an ID token that is believed only when the provider's
// key signed it, for us, in answer to what we asked.
package idp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	patience    = 10 * time.Second // for one answer of a provider
	remembered  = time.Hour        // how long what a provider says of itself is believed
	mostOfABody = 1 << 20          // bytes of one answer
)

// ErrSilent is returned where a provider does not answer, or not as one.
var ErrSilent = errors.New("the provider does not answer")

// ErrRefused is returned where what it answers is not to be believed: another
// issuer, audience, nonce or signature, or a code it does not take.
var ErrRefused = errors.New("the provider's answer is not believed")

// Provider is one organisation's provider, and what we are to it.
type Provider struct {
	Issuer, ClientID, ClientSecret string
	Back                           string // where it sends people back to: an address of ours
}

// Question is what is asked of a provider. State, Nonce and Verifier are random
// and used once.
type Question struct {
	State, Nonce, Verifier string
	Again                  bool // the person has to prove who they are now, whatever session they have there
}

// Answer is what a provider says of somebody.
type Answer struct {
	Subject  string
	Email    string    // "" unless the provider has verified it
	ProvenAt time.Time // when they proved who they are there; zero where it does not say
	Values   []string  // of the claim that was asked for
}

// Client talks to providers, and remembers what they say of themselves.
type Client struct {
	http *http.Client
	mu   sync.Mutex
	seen map[string]known
}

type known struct {
	provider *oidc.Provider
	until    time.Time
}

// New returns a client. It follows no redirect, waits ten seconds, and reads a
// megabyte of an answer at most.
func New() *Client {
	return &Client{seen: map[string]known{}, http: &http.Client{
		Timeout: patience, Transport: bounded{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type bounded struct{ next http.RoundTripper }

// RoundTrip bounds what is read of the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := b.next.RoundTrip(r)
	if err == nil {
		w.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(w.Body, mostOfABody), w.Body}
	}
	return w, err
}

// CheckIssuer reports whether an address can be a provider's: https, or this
// machine's own, with no query and nobody's name in it.
func CheckIssuer(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(issuer, " \t\r\n") {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}

func (c *Client) provider(ctx context.Context, issuer string) (*oidc.Provider, error) {
	c.mu.Lock()
	k := c.seen[issuer]
	c.mu.Unlock()
	if time.Now().Before(k.until) {
		return k.provider, nil
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, c.http), issuer)
	if err != nil {
		return nil, errors.Join(ErrSilent, err)
	}
	c.mu.Lock()
	c.seen[issuer] = known{p, time.Now().Add(remembered)}
	c.mu.Unlock()
	return p, nil
}

func (p Provider) config(at *oidc.Provider) oauth2.Config {
	return oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: at.Endpoint(), RedirectURL: p.Back, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}
}

// Address is where somebody goes to sign in at the provider.
func (c *Client) Address(ctx context.Context, p Provider, q Question) (string, error) {
	at, err := c.provider(ctx, p.Issuer)
	if err != nil {
		return "", err
	}
	cfg := p.config(at)
	options := []oauth2.AuthCodeOption{oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier)}
	if q.Again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return cfg.AuthCodeURL(q.State, options...), nil
}

// Out is where somebody ends what they have open at the provider, and comes back
// from to an address of ours; "" where the provider publishes no such address, or
// one that is not to be sent to. Nothing of the person is in it: the provider asks
// them there.
func (c *Client) Out(ctx context.Context, p Provider, back string) (string, error) {
	at, err := c.provider(ctx, p.Issuer)
	if err != nil {
		return "", err
	}
	var said struct {
		End string `json:"end_session_endpoint"`
	}
	if err := at.Claims(&said); err != nil {
		return "", errors.Join(ErrSilent, err)
	}
	u, err := url.Parse(said.End)
	if err != nil || said.End == "" || !CheckIssuer((&url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host, Path: u.Path}).String()) {
		return "", nil //nolint:nilerr // what is no address is not offered
	}
	q := u.Query()
	q.Set("client_id", p.ClientID)
	q.Set("post_logout_redirect_uri", back)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// NewVerifier returns 256 random bits as PKCE writes them.
func NewVerifier() string { return oauth2.GenerateVerifier() }

// Redeem trades a code for what the provider says of who signed in. claim names
// the claim whose values are wanted, "" for none.
func (c *Client) Redeem(ctx context.Context, p Provider, q Question, code, claim string) (Answer, error) {
	at, err := c.provider(ctx, p.Issuer)
	if err != nil {
		return Answer{}, err
	}
	ctx = oidc.ClientContext(ctx, c.http)
	cfg := p.config(at)
	tokens, err := cfg.Exchange(ctx, code, oauth2.VerifierOption(q.Verifier))
	if err != nil {
		return Answer{}, errors.Join(kind(err), err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	// Only keys that are public at the provider: "none", and a secret that both
	// sides hold, are nobody's signature.
	check := at.Verifier(&oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
	}})
	token, err := check.Verify(ctx, raw)
	if err != nil {
		return Answer{}, errors.Join(kind(err), err)
	}
	return answer(token, p, q, claim)
}

func answer(token *oidc.IDToken, p Provider, q Question, claim string) (Answer, error) {
	var said struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"`
		AuthTime int64  `json:"auth_time"`
		For      string `json:"azp"`
	}
	if err := token.Claims(&said); err != nil {
		return Answer{}, errors.Join(ErrRefused, err)
	}
	switch {
	case q.Nonce == "" || token.Nonce != q.Nonce:
		return Answer{}, fmt.Errorf("another nonce: %w", ErrRefused)
	case len(token.Audience) > 1 && said.For != p.ClientID, said.For != "" && said.For != p.ClientID:
		return Answer{}, fmt.Errorf("made for somebody else: %w", ErrRefused)
	case token.Subject == "" || len(token.Subject) > 255:
		return Answer{}, fmt.Errorf("no subject: %w", ErrRefused)
	}
	out := Answer{Subject: token.Subject}
	if said.Verified == true || said.Verified == "true" {
		out.Email = strings.ToLower(strings.TrimSpace(said.Email))
	}
	if said.AuthTime > 0 {
		out.ProvenAt = time.Unix(said.AuthTime, 0)
	}
	var all map[string]any
	if err := token.Claims(&all); err != nil {
		return Answer{}, errors.Join(ErrRefused, err)
	}
	if claim != "" {
		out.Values = texts(all[claim])
	}
	return out, nil
}

// texts are the values of a claim that is one text or a list of them.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				out = append(out, s)
			}
		}
		return slices.Compact(out)
	}
	return nil
}

// kind tells a provider that is down from one that refuses.
func kind(err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response != nil && e.Response.StatusCode < http.StatusInternalServerError {
		return ErrRefused
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return ErrSilent
	}
	if _, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return ErrSilent
	}
	return ErrRefused
}

package idp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"throughline/internal/idp"
)

// desk is a provider that gives whatever token it is told to.
type desk struct {
	*httptest.Server
	key    *rsa.PrivateKey
	token  string
	asked  url.Values // of the last code that was traded
	looked int        // how often it was asked what it is
	status int        // of the token's answer
	end    string     // where it signs people out
}

func opened(t *testing.T) *desk {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{key: key, status: http.StatusOK}
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		d.looked++
		answer(w, map[string]any{
			"issuer": d.URL, "authorization_endpoint": d.URL + "/authorize", "token_endpoint": d.URL + "/token", "jwks_uri": d.URL + "/keys",
			"end_session_endpoint":                  d.end,
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "k", "use": "sig", "n": number(key.N), "e": number(big.NewInt(int64(key.E)))}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		d.asked = r.PostForm
		if d.status != http.StatusOK {
			http.Error(w, `{"error":"invalid_grant"}`, d.status)
			return
		}
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": d.token})
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

func (d *desk) us() idp.Provider {
	return idp.Provider{Issuer: d.URL, ClientID: "us", ClientSecret: "a secret of both sides", Back: "https://throughline.test/back"}
}

func (d *desk) claims(change jwt.MapClaims) jwt.MapClaims {
	now := time.Now()
	out := jwt.MapClaims{
		"iss": d.URL, "aud": "us", "sub": "s-1", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": "n",
		"email": "Somebody@Demo.test", "email_verified": true, "groups": []string{"a", "b"}, "auth_time": now.Unix(),
	}
	for k, v := range change {
		out[k] = v
		if v == nil {
			delete(out, k)
		}
	}
	return out
}

func (d *desk) signed(t *testing.T, method jwt.SigningMethod, key any, change jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, d.claims(change))
	token.Header["kid"] = "k"
	out, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestATokenIsBelievedOnlyFromTheProviderForUsInAnswerToOurQuestion gives the
// client one good token and every kind of bad one.
func TestATokenIsBelievedOnlyFromTheProviderForUsInAnswerToOurQuestion(t *testing.T) {
	t.Parallel()
	d := opened(t)
	c := idp.New()
	q := idp.Question{Nonce: "n", Verifier: idp.NewVerifier()}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&d.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	d.token = d.signed(t, jwt.SigningMethodRS256, d.key, nil)
	got, err := c.Redeem(t.Context(), d.us(), q, "code", "groups")
	if err != nil || got.Subject != "s-1" || got.Email != "somebody@demo.test" || len(got.Values) != 2 || got.ProvenAt.IsZero() {
		t.Fatalf("got %+v %v, want who signed in", got, err)
	}
	if d.asked.Get("code_verifier") != q.Verifier || d.asked.Get("redirect_uri") != d.us().Back {
		t.Errorf("the code was traded with %v, want the verifier of PKCE and our address", d.asked)
	}
	for name, token := range map[string]string{
		"no signature":                d.signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"a secret that both hold":     d.signed(t, jwt.SigningMethodHS256, []byte(d.us().ClientSecret), nil),
		"the public key as a secret":  d.signed(t, jwt.SigningMethodHS256, public, nil),
		"another's key":               d.signed(t, jwt.SigningMethodRS256, other, nil),
		"another issuer":              d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"iss": "https://idp.elsewhere.test"}),
		"another audience":            d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"aud": "them"}),
		"two audiences and no azp":    d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"aud": []string{"us", "them"}}),
		"made for another of two":     d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"aud": []string{"us", "them"}, "azp": "them"}),
		"expired":                     d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"exp": time.Now().Add(-time.Minute).Unix()}),
		"never expires":               d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"exp": nil}),
		"another nonce":               d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"nonce": "m"}),
		"no nonce":                    d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"nonce": nil}),
		"no subject":                  d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"sub": nil}),
		"no token":                    "",
		"something that is no token":  "a.b.c",
		"a token with its middle cut": d.token[:len(d.token)/2],
	} {
		d.token = token
		if got, err := c.Redeem(t.Context(), d.us(), q, "code", ""); !errors.Is(err, idp.ErrRefused) || got.Subject != "" {
			t.Errorf("%s: got %+v %v, want it refused", name, got, err)
		}
	}
	for name, verified := range map[string]any{"not verified": false, "not said": nil, "said in other words": "yes"} {
		d.token = d.signed(t, jwt.SigningMethodRS256, d.key, jwt.MapClaims{"email_verified": verified})
		if got, err := c.Redeem(t.Context(), d.us(), q, "code", ""); err != nil || got.Email != "" {
			t.Errorf("an address that is %s: got %q %v, want none", name, got.Email, err)
		}
	}
	if d.looked != 1 {
		t.Errorf("the provider was asked %d times what it is, want once an hour", d.looked)
	}
}

// TestAProviderThatIsDownIsToldFromOneThatRefuses asks in both states.
func TestAProviderThatIsDownIsToldFromOneThatRefuses(t *testing.T) {
	t.Parallel()
	d := opened(t)
	c := idp.New()
	for status, want := range map[int]error{http.StatusBadRequest: idp.ErrRefused, http.StatusBadGateway: idp.ErrSilent} {
		d.status = status
		if _, err := c.Redeem(t.Context(), d.us(), idp.Question{Nonce: "n"}, "code", ""); !errors.Is(err, want) {
			t.Errorf("%d: got %v, want %v", status, err, want)
		}
	}
	one := d.us()
	one.Issuer += "/"
	if _, err := c.Address(t.Context(), one, idp.Question{}); !errors.Is(err, idp.ErrSilent) {
		t.Errorf("a provider that says it is another: got %v", err)
	}
	d.Close()
	if _, err := c.Redeem(t.Context(), d.us(), idp.Question{Nonce: "n"}, "code", ""); !errors.Is(err, idp.ErrSilent) {
		t.Errorf("down: got %v", err)
	}
	if _, err := idp.New().Address(t.Context(), d.us(), idp.Question{}); !errors.Is(err, idp.ErrSilent) {
		t.Errorf("down, and never seen: got %v", err)
	}
}

func TestAnIssuerIsAnAddressOfAProvider(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]bool{
		"https://idp.test": true, "https://idp.test/realms/one": true, "http://localhost:9000": true, "http://127.0.0.1:9": true,
		"http://idp.test": false, "http://169.254.169.254": false, "https://a:b@idp.test": false, "https://idp.test?x=1": false, "ftp://idp.test": false, "idp.test": false, "": false,
	} {
		if got := idp.CheckIssuer(issuer); got != want {
			t.Errorf("%q: got %v, want %v", issuer, got, want)
		}
	}
}

func TestOnlyAnAddressThatCanBeAProvidersIsOfferedToSignOutAt(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]string{
		"https://idp.test/out?tenant=1": "https://idp.test/out?client_id=us&post_logout_redirect_uri=https%3A%2F%2Fthroughline.test%2Fsigned-out&tenant=1",
		"":                              "",
		"http://idp.test/out":           "",
		"javascript:alert(1)":           "",
		"https://a:b@idp.test/out":      "",
		"//idp.test/out":                "",
	} {
		d := opened(t)
		d.end = end
		got, err := idp.New().Out(t.Context(), d.us(), "https://throughline.test/signed-out")
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", end, got, err, want)
		}
	}
	d := opened(t)
	d.Close()
	if _, err := idp.New().Out(t.Context(), d.us(), "https://throughline.test/"); !errors.Is(err, idp.ErrSilent) {
		t.Errorf("of a provider that is down: got %v, want that it is silent", err)
	}
}

package auth_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/handlers/auth"
	"throughline/models"
)

const issuer = "https://throughline.test"

var moment = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// bench is one installation with its clock in hand, and the signing key as the
// file holds it, so that a test can sign what the product never would.
type bench struct {
	tokens  *auth.Tokens
	now     *time.Time
	kid     string
	private ed25519.PrivateKey
	path    string
}

func newBench(t *testing.T) bench {
	t.Helper()
	now := moment
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := auth.CreateKeys(path, now); err != nil {
		t.Fatal(err)
	}
	keys, err := auth.LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	b := bench{now: &now, path: path}
	b.tokens = auth.NewTokens(keys, issuer, func() time.Time { return now })
	b.kid, b.private = signingKey(t, path)
	return b
}

func signingKey(t *testing.T, path string) (string, ed25519.PrivateKey) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Keys []struct {
			ID string `json:"kid"`
			D  string `json:"d"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	last := file.Keys[len(file.Keys)-1]
	seed, err := base64.RawURLEncoding.DecodeString(last.D)
	if err != nil {
		t.Fatal(err)
	}
	return last.ID, ed25519.NewKeyFromSeed(seed)
}

func someone() models.Actor {
	return models.Actor{UserID: uuid.New(), OrgID: uuid.New(), SessionID: uuid.New(), Role: models.RoleCaseworker}
}

func segment(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }

// sign makes a token of any header and any payload with the real key.
func (b bench) sign(header, payload string) string {
	text := segment(header) + "." + segment(payload)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(b.private, []byte(text)))
}

func (b bench) header() string { return `{"alg":"EdDSA","kid":"` + b.kid + `","typ":"at+jwt"}` }

// claims renders the claims of a sound token with some of them changed; nil
// takes a claim away.
func claims(change map[string]any) string {
	all := map[string]any{
		"iss": issuer, "aud": "throughline-api", "sub": uuid.NewString(), "sid": uuid.NewString(), "org": uuid.NewString(),
		"role": "caseworker", "iat": moment.Unix(), "nbf": moment.Unix(), "exp": moment.Add(10 * time.Minute).Unix(), "jti": uuid.NewString(),
	}
	for k, v := range change {
		if v == nil {
			delete(all, k)
		} else {
			all[k] = v
		}
	}
	out, _ := json.Marshal(all)
	return string(out)
}

func TestAnIssuedTokenSaysWhoHoldsItAndForTenMinutes(t *testing.T) {
	t.Parallel()
	b, a := newBench(t), someone()
	raw, err := b.tokens.Issue(a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.tokens.Verify(raw)
	if err != nil {
		t.Fatalf("got %v, want a sound token", err)
	}
	want := auth.Claims{
		ID: got.ID, UserID: a.UserID, OrgID: a.OrgID, SessionID: a.SessionID, Role: a.Role,
		IssuedAt: moment.Local(), ExpiresAt: moment.Add(10 * time.Minute).Local(),
	}
	if diff := cmp.Diff(want, got); diff != "" || got.ID == "" {
		t.Errorf("claims differ (-want +got):\n%s", diff)
	}
	*b.now = moment.Add(10*time.Minute + 6*time.Second)
	if _, err := b.tokens.Verify(raw); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v after its time, want unauthenticated", err)
	}
}

func TestTwoTokensOfOneSessionDiffer(t *testing.T) {
	t.Parallel()
	b, a := newBench(t), someone()
	first, _ := b.tokens.Issue(a)
	second, _ := b.tokens.Issue(a)
	if first == second {
		t.Error("got the same token twice, want a new jti each time")
	}
}

func TestATokenSignedByHandLikeOursIsSound(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.tokens.Verify(b.sign(b.header(), claims(nil))); err != nil {
		t.Errorf("got %v: the tamper tests would prove nothing", err)
	}
}

func TestNoTamperedHeaderIsBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := b.kid
	headers := map[string]string{
		"alg none":              `{"alg":"none","kid":"` + k + `","typ":"at+jwt"}`,
		"alg None":              `{"alg":"None","kid":"` + k + `","typ":"at+jwt"}`,
		"alg nOnE":              `{"alg":"nOnE","kid":"` + k + `","typ":"at+jwt"}`,
		"alg empty":             `{"alg":"","kid":"` + k + `","typ":"at+jwt"}`,
		"alg missing":           `{"kid":"` + k + `","typ":"at+jwt"}`,
		"alg null":              `{"alg":null,"kid":"` + k + `","typ":"at+jwt"}`,
		"alg HS256":             `{"alg":"HS256","kid":"` + k + `","typ":"at+jwt"}`,
		"alg HS512":             `{"alg":"HS512","kid":"` + k + `","typ":"at+jwt"}`,
		"alg RS256":             `{"alg":"RS256","kid":"` + k + `","typ":"at+jwt"}`,
		"alg PS256":             `{"alg":"PS256","kid":"` + k + `","typ":"at+jwt"}`,
		"alg ES256":             `{"alg":"ES256","kid":"` + k + `","typ":"at+jwt"}`,
		"alg Ed25519":           `{"alg":"Ed25519","kid":"` + k + `","typ":"at+jwt"}`,
		"alg lower case":        `{"alg":"eddsa","kid":"` + k + `","typ":"at+jwt"}`,
		"alg twice":             `{"alg":"none","alg":"EdDSA","kid":"` + k + `","typ":"at+jwt"}`,
		"alg and ALG":           `{"alg":"EdDSA","ALG":"none","kid":"` + k + `","typ":"at+jwt"}`,
		"alg a list":            `{"alg":["EdDSA"],"kid":"` + k + `","typ":"at+jwt"}`,
		"kid missing":           `{"alg":"EdDSA","typ":"at+jwt"}`,
		"kid empty":             `{"alg":"EdDSA","kid":"","typ":"at+jwt"}`,
		"kid of nobody":         `{"alg":"EdDSA","kid":"AAAAAAAAAAAA","typ":"at+jwt"}`,
		"kid a path":            `{"alg":"EdDSA","kid":"../../dev/null","typ":"at+jwt"}`,
		"kid an absolute path":  `{"alg":"EdDSA","kid":"/etc/passwd","typ":"at+jwt"}`,
		"kid an injection":      `{"alg":"EdDSA","kid":"x' union select 'k","typ":"at+jwt"}`,
		"kid a command":         `{"alg":"EdDSA","kid":"k|id","typ":"at+jwt"}`,
		"kid a number":          `{"alg":"EdDSA","kid":0,"typ":"at+jwt"}`,
		"kid an object":         `{"alg":"EdDSA","kid":{"$ne":1},"typ":"at+jwt"}`,
		"kid with a NUL":        `{"alg":"EdDSA","kid":"` + k + `\u0000","typ":"at+jwt"}`,
		"kid padded":            `{"alg":"EdDSA","kid":" ` + k + `","typ":"at+jwt"}`,
		"jku":                   `{"alg":"EdDSA","jku":"http://127.0.0.1:9/keys","kid":"` + k + `","typ":"at+jwt"}`,
		"jwk":                   `{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"},"kid":"` + k + `","typ":"at+jwt"}`,
		"x5u":                   `{"alg":"EdDSA","kid":"` + k + `","typ":"at+jwt","x5u":"http://127.0.0.1:9/cert"}`,
		"x5c":                   `{"alg":"EdDSA","kid":"` + k + `","typ":"at+jwt","x5c":["AA=="]}`,
		"x5t":                   `{"alg":"EdDSA","kid":"` + k + `","typ":"at+jwt","x5t":"AA"}`,
		"crit":                  `{"alg":"EdDSA","crit":["exp"],"kid":"` + k + `","typ":"at+jwt"}`,
		"crit empty":            `{"alg":"EdDSA","crit":[],"kid":"` + k + `","typ":"at+jwt"}`,
		"b64 false":             `{"alg":"EdDSA","b64":false,"kid":"` + k + `","typ":"at+jwt"}`,
		"zip":                   `{"alg":"EdDSA","kid":"` + k + `","typ":"at+jwt","zip":"DEF"}`,
		"cty":                   `{"alg":"EdDSA","cty":"JWT","kid":"` + k + `","typ":"at+jwt"}`,
		"typ missing":           `{"alg":"EdDSA","kid":"` + k + `"}`,
		"typ JWT":               `{"alg":"EdDSA","kid":"` + k + `","typ":"JWT"}`,
		"typ of another token":  `{"alg":"EdDSA","kid":"` + k + `","typ":"invite+jwt"}`,
		"another order of keys": `{"kid":"` + k + `","alg":"EdDSA","typ":"at+jwt"}`,
		"with spaces":           `{ "alg":"EdDSA","kid":"` + k + `","typ":"at+jwt"}`,
		"with a tail":           `{"alg":"EdDSA","kid":"` + k + `","typ":"at+jwt"}{}`,
		"not an object":         `[]`,
		"nothing":               ``,
		"not JSON":              `alg=EdDSA`,
		"a byte order mark":     "\ufeff" + `{"alg":"EdDSA","kid":"` + k + `","typ":"at+jwt"}`,
	}
	for name, header := range headers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := b.tokens.Verify(b.sign(header, claims(nil))); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("got %v, want unauthenticated", err)
			}
		})
	}
}

func TestNoTamperedClaimIsBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := func(d time.Duration) int64 { return moment.Add(d).Unix() }
	tampers := map[string]map[string]any{
		"expired":              {"exp": at(-6 * time.Second), "iat": at(-time.Minute), "nbf": at(-time.Minute)},
		"exp zero":             {"exp": 0},
		"exp missing":          {"exp": nil},
		"exp a word":           {"exp": "tomorrow"},
		"exp a list":           {"exp": []int64{at(time.Minute)}},
		"exp negative":         {"exp": -1},
		"exp beyond ten years": {"exp": at(10 * 365 * 24 * time.Hour)},
		"exp a second too far": {"exp": at(10*time.Minute + time.Second)},
		"exp beyond numbers":   {"exp": 1e300},
		"exp before iat":       {"exp": at(time.Second), "iat": at(2 * time.Second)},
		"nbf in the future":    {"nbf": at(time.Minute)},
		"nbf missing":          {"nbf": nil},
		"iat in the future":    {"iat": at(time.Minute)},
		"iat missing":          {"iat": nil},
		"iat a word":           {"iat": "now"},
		"iss of another":       {"iss": "https://other.test"},
		"iss missing":          {"iss": nil},
		"iss with a slash":     {"iss": issuer + "/"},
		"iss a list":           {"iss": []string{issuer}},
		"aud of another":       {"aud": "other-api"},
		"aud missing":          {"aud": nil},
		"aud empty":            {"aud": []string{}},
		"aud ours and more":    {"aud": []string{"throughline-api", "other-api"}},
		"aud a number":         {"aud": 1},
		"sub missing":          {"sub": nil},
		"sub an address":       {"sub": "police@demo.test"},
		"sub an injection":     {"sub": "x' or '1'='1"},
		"sid missing":          {"sid": nil},
		"sid not an id":        {"sid": "1"},
		"org missing":          {"org": nil},
		"org a star":           {"org": "*"},
		"role a list":          {"role": []string{"system_admin"}},
		"jti missing":          {"jti": nil},
	}
	for name, change := range tampers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := b.tokens.Verify(b.sign(b.header(), claims(change))); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("got %v, want unauthenticated", err)
			}
		})
	}
}

func TestNoDamagedTokenIsBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good, err := b.tokens.Issue(someone())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	_, stranger, _ := ed25519.GenerateKey(nil)
	text := parts[0] + "." + parts[1]
	raised := segment(strings.Replace(claims(nil), "caseworker", "system_admin", 1))
	damaged := map[string]string{
		"nothing":              "",
		"one part":             parts[0],
		"two parts":            text,
		"no signature":         text + ".",
		"four parts":           good + "." + parts[2],
		"another's signature":  text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(stranger, []byte(text))),
		"another payload":      parts[0] + "." + raised + "." + parts[2],
		"a signature of zeros": text + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"a short signature":    text + "." + parts[2][:40],
		"padding":              good + "==",
		"a space before":       " " + good,
		"a line after":         good + "\n",
		"a NUL inside":         text + "\x00." + parts[2],
		"unused bits set":      good[:len(good)-1] + string(good[len(good)-1]+1),
		"very long":            parts[0] + "." + strings.Repeat("A", 4096) + "." + parts[2],
		"a refresh token":      "tlr_" + strings.Repeat("A", 43),
	}
	for name, raw := range damaged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := b.tokens.Verify(raw); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("got %v, want unauthenticated", err)
			}
		})
	}
}

// The vectors of Project Wycheproof (C2SP/wycheproof, Apache-2.0) are signed
// with algorithms that this product does not take. None may pass, valid for
// its own algorithm or not.
func TestNoWycheproofVectorIsBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	data, err := os.ReadFile("testdata/wycheproof_json_web_signature_test.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Count  int `json:"numberOfTests"`
		Groups []struct {
			Tests []struct {
				ID  int    `json:"tcId"`
				JWS string `json:"jws"`
			} `json:"tests"`
		} `json:"testGroups"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, g := range file.Groups {
		for _, v := range g.Tests {
			seen++
			if _, err := b.tokens.Verify(v.JWS); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("vector %d: got %v, want unauthenticated", v.ID, err)
			}
			// The same payload and signature under a header of ours.
			if parts := strings.Split(v.JWS, "."); len(parts) == 3 {
				if _, err := b.tokens.Verify(segment(b.header()) + "." + parts[1] + "." + parts[2]); models.CodeOf(err) != models.CodeUnauthenticated {
					t.Errorf("vector %d under our header: got %v, want unauthenticated", v.ID, err)
				}
			}
		}
	}
	if seen != file.Count || seen < 400 {
		t.Errorf("got %d vectors, want %d", seen, file.Count)
	}
}

func FuzzVerifyNeverPanicsAndNeverBelieves(f *testing.F) {
	now := moment
	keys, err := auth.NewKeys(now)
	if err != nil {
		f.Fatal(err)
	}
	tokens := auth.NewTokens(keys, issuer, func() time.Time { return now })
	good, _ := tokens.Issue(someone())
	f.Add(good[:len(good)-2])
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, raw string) {
		if _, err := tokens.Verify(raw); err == nil && raw != good {
			t.Errorf("a token that was never issued was believed")
		}
	})
}

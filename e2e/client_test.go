package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// caller is a system with somebody's access token.
type caller struct {
	t     testing.TB
	who   string
	base  string
	token string
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Raw    string
}

// email is the address of a demo person: "police" is police@demo.test.
func email(who string) string {
	if strings.Contains(who, "@") {
		return who
	}
	return who + "@demo.test"
}

// signIn gets an access token for a demo person, by first part of the address
// or by the whole of it.
func signIn(t testing.TB, base, who string) *caller {
	t.Helper()
	c := &caller{t: t, who: who, base: base}
	a := c.send("POST", "/api/v1/auth/tokens", map[string]any{"email": email(who), "password": password}, nil)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("signing in as %s: got %d %s", who, a.Status, a.Raw)
	}
	c.token, _ = a.Body["access_token"].(string)
	if c.token == "" {
		t.Fatalf("signing in as %s: no access_token in %s", who, a.Raw)
	}
	return c
}

// newKey is a fresh Idempotency-Key.
func newKey() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// wire keeps enough connections for a crowd.
var wire = &http.Client{
	Transport:     &http.Transport{MaxIdleConns: 1000, MaxIdleConnsPerHost: 500},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// try sends one request; unlike send it may be called from any goroutine.
func (c *caller) try(method, path string, body any, headers map[string]string) (answer, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, c.base+path, r)
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := wire.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	a := answer{Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
	_ = json.Unmarshal(raw, &a.Body)
	return a, err
}

func (c *caller) send(method, path string, body any, headers map[string]string) answer {
	c.t.Helper()
	a, err := c.try(method, path, body, headers)
	if err != nil {
		c.t.Fatalf("%s: %s %s: %v", c.who, method, path, err)
	}
	return a
}

// at is the same person, through another process of the product.
func (c *caller) at(s *server) *caller {
	return &caller{t: c.t, who: c.who, base: s.url, token: c.token}
}

// get reads and expects 200.
func (c *caller) get(path string) answer {
	c.t.Helper()
	return c.expect(200, "GET", path, nil, nil)
}

// create posts with a fresh key and expects 201.
func (c *caller) create(path string, body any) answer {
	c.t.Helper()
	return c.expect(201, "POST", path, body, map[string]string{"Idempotency-Key": newKey()})
}

// do takes an action on a referral as it stands now and expects 200.
func (c *caller) do(id, action string, body map[string]any) answer {
	c.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	tag := c.get("/api/v1/referrals/" + id).Header.Get("ETag")
	if tag == "" {
		c.t.Fatalf("a read of a referral carries no ETag")
	}
	return c.expect(200, "POST", "/api/v1/referrals/"+id+"/"+action, body, map[string]string{"Idempotency-Key": newKey(), "If-Match": tag})
}

func (c *caller) expect(status int, method, path string, body any, headers map[string]string) answer {
	c.t.Helper()
	a := c.send(method, path, body, headers)
	if a.Status != status {
		c.t.Fatalf("%s: %s %s: got %d, want %d\n%s\n%s", c.who, method, path, a.Status, status, a.Raw, logOf(c.base))
	}
	return a
}

// text reads a value of an answer by its dotted path.
func (a answer) text(t testing.TB, path string) string {
	t.Helper()
	var v any = a.Body
	for _, part := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%s: not an object on the way in %s", path, a.Raw)
		}
		v = m[part]
	}
	s, ok := v.(string)
	if !ok {
		t.Fatalf("%s: got %v in %s", path, v, a.Raw)
	}
	return s
}

// items reads the rows of a list.
func (a answer) items(t testing.TB) []map[string]any {
	t.Helper()
	rows, ok := a.Body["items"].([]any)
	if !ok {
		t.Fatalf("no items in %s", a.Raw)
	}
	var out []map[string]any
	for _, r := range rows {
		m, ok := r.(map[string]any)
		if !ok {
			t.Fatalf("an item is not an object: %v", r)
		}
		out = append(out, m)
	}
	return out
}

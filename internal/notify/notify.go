// Package notify is a client of GOV.UK Notify: as much of it as sends one
// template to one person and asks what became of it. What is sent holds no
// personalisation: a template is the one sentence there is, written there.
package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"throughline/internal/courier"
	"throughline/models"
)

// Address is where GOV.UK Notify is.
const Address = "https://api.notifications.service.gov.uk"

// patience is how long one call may take.
const patience = 20 * time.Second

// Channel is what a client sends.
type Channel string

// The channels of Notify that are used here.
const (
	Text  Channel = "sms"
	Email Channel = "email"
)

// Client sends one template by one channel.
type Client struct {
	base            string
	service, secret string
	template        string
	channel         Channel
	http            *http.Client
	now             func() time.Time
}

// keyForm is an API key as Notify gives it out: a name, the id of the service
// and the secret.
var keyForm = regexp.MustCompile(`^.*-?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`)

// CheckKey says whether an API key is written as Notify writes one.
func CheckKey(key string) bool { return keyForm.MatchString(key) }

// New returns a client of the service whose key it is. The token of each call is
// made in real time.
func New(base, key, template string, channel Channel) (*Client, error) {
	m := keyForm.FindStringSubmatch(key)
	u, err := url.Parse(base)
	if m == nil || err != nil || u.Host == "" || template == "" {
		return nil, errors.New("GOV.UK Notify is not set up as it should be")
	}
	return &Client{
		base: strings.TrimRight(base, "/"), service: m[1], secret: m[2], template: template, channel: channel, now: time.Now,
		http: &http.Client{
			Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: patience / 2}).DialContext, TLSHandshakeTimeout: patience / 2, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
		},
	}, nil
}

// Patience sets how long one call may take.
func (c *Client) Patience(d time.Duration) { c.http.Timeout = d }

// Way names it.
func (*Client) Way() string { return "notify" }

// token is what Notify knows us by: HS256 over who and when, 30 seconds either
// way.
func (c *Client) token() string {
	part := base64.RawURLEncoding.EncodeToString
	claims, _ := json.Marshal(map[string]any{"iss": c.service, "iat": c.now().Unix()}) // a string and a number
	signed := part([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + part(claims)
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte(signed))
	return signed + "." + part(mac.Sum(nil))
}

// Send has the template sent. The reference is the id of the letter, by which it
// is found again. It fails with a *courier.Failed.
func (c *Client) Send(ctx context.Context, l courier.Letter) error {
	if !slices.Contains(models.Wordings(), l.Words) || l.Link != "" {
		return &courier.Failed{Came: courier.Barred} // the template says another sentence than that
	}
	to := map[Channel]string{Text: "phone_number", Email: "email_address"}[c.channel]
	body, err := json.Marshal(map[string]any{to: l.To, "template_id": c.template, "reference": l.ID})
	if err != nil {
		return &courier.Failed{Came: courier.Barred}
	}
	status, answer, err := c.call(ctx, http.MethodPost, "/v2/notifications/"+string(c.channel), body)
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return &courier.Failed{Came: courier.Back, Down: true}
		}
		return &courier.Failed{Came: courier.Lost, Down: true}
	}
	return c.read(status, answer)
}

// read is what an answer means. A refusal for what was typed as a number or an
// address is that there is none such.
func (c *Client) read(status int, answer []byte) error {
	switch {
	case status == http.StatusCreated:
		return nil
	case status == http.StatusBadRequest:
		var said struct {
			Errors []struct{ Error, Message string } `json:"errors"`
		}
		_ = json.Unmarshal(answer, &said) // no answer of Notify's is no reason
		for _, e := range said.Errors {
			if e.Error == "ValidationError" && (strings.Contains(e.Message, "phone_number") || strings.Contains(e.Message, "email_address")) {
				return &courier.Failed{Came: courier.Wrong}
			}
		}
		return &courier.Failed{Came: courier.Barred}
	case status == http.StatusTooManyRequests, status == http.StatusForbidden, status == http.StatusUnauthorized:
		return &courier.Failed{Came: courier.Back, Down: true}
	case status >= http.StatusInternalServerError:
		return &courier.Failed{Came: courier.Lost, Down: true}
	}
	return &courier.Failed{Came: courier.Barred, Down: true}
}

// Find asks what became of a letter: whether Notify has it at all, and its
// status in Notify's words.
func (c *Client) Find(ctx context.Context, id string) (status string, found bool, err error) {
	code, answer, err := c.call(ctx, http.MethodGet, "/v2/notifications?reference="+url.QueryEscape(id), nil)
	if err != nil || code != http.StatusOK {
		return "", false, fmt.Errorf("asking GOV.UK Notify: %d, %w", code, err)
	}
	var list struct {
		Notifications []struct{ Reference, Status string } `json:"notifications"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return "", false, fmt.Errorf("reading what GOV.UK Notify has: %w", err)
	}
	for _, n := range list.Notifications {
		if n.Reference == id {
			return n.Status, true, nil
		}
	}
	return "", false, nil
}

func (c *Client) call(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Throughline")
	res, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, answer, err
}

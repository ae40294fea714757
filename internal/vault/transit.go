package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// transit is a key-encryption key in HashiCorp Vault or OpenBao: their transit
// engine wraps and unwraps, and the key never leaves it. Of its API this needs
// two calls, so it has no client library. The key has to be of a type that
// takes associated data (aes256-gcm96, the usual one).
type transit struct {
	base   string // https://host:port/v1/transit
	key    string
	token  string // the file that holds it
	name   string
	client *http.Client
}

// newTransit reads hcvault://host:port/mount/keys/name. Plain HTTP is for a
// server of this machine alone.
func newTransit(u *url.URL, tokenFile string) (KEK, error) {
	mount, key, ok := strings.Cut(strings.Trim(u.Path, "/"), "/keys/")
	if !ok || mount == "" || key == "" || strings.Contains(key, "/") || u.Host == "" || u.User != nil {
		return nil, errors.New("KMS_URI must be hcvault://host:port/transit/keys/name, without a password")
	}
	if tokenFile == "" {
		return nil, errors.New("KMS_TOKEN_FILE must name a file with the token for KMS_URI")
	}
	scheme := "https"
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		scheme = "http"
	}
	return &transit{
		base: scheme + "://" + u.Host + "/v1/" + mount, key: url.PathEscape(key), token: tokenFile, name: "hcvault://" + u.Host + u.Path,
		client: &http.Client{
			Timeout:       10 * time.Second,
			Transport:     &http.Transport{DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func (t *transit) Name() string { return t.name }

func (t *transit) EncryptWithContext(ctx context.Context, plaintext, associatedData []byte) ([]byte, error) {
	var out struct{ Ciphertext string }
	err := t.call(ctx, "encrypt", map[string]any{"plaintext": plaintext, "associated_data": associatedData}, &out)
	if err == nil && out.Ciphertext == "" {
		err = errors.New("the answer held no ciphertext")
	}
	return []byte(out.Ciphertext), err
}

func (t *transit) DecryptWithContext(ctx context.Context, ciphertext, associatedData []byte) ([]byte, error) {
	var out struct{ Plaintext []byte }
	err := t.call(ctx, "decrypt", map[string]any{"ciphertext": string(ciphertext), "associated_data": associatedData}, &out)
	return out.Plaintext, err
}

// call asks the engine. What it answers when it refuses is not repeated: only
// that it refused, which for a ciphertext means that another key made it.
func (t *transit) call(ctx context.Context, verb string, body map[string]any, into any) error {
	token, err := os.ReadFile(t.token)
	if err != nil {
		return fmt.Errorf("reading KMS_TOKEN_FILE: %w", err)
	}
	text, err := json.Marshal(body) // bytes become base64, as the engine wants them
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.base+"/"+verb+"/"+t.key, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("X-Vault-Token", strings.TrimSpace(string(token)))
	res, err := t.client.Do(req)
	if err != nil {
		return fmt.Errorf("asking the key management server: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("asking the key management server: %w", err)
	}
	switch {
	case res.StatusCode == http.StatusBadRequest && verb == "decrypt":
		return ErrWrongKEK
	case res.StatusCode == http.StatusForbidden:
		return errors.New("the key management server refuses the token of KMS_TOKEN_FILE, or it may not use this key")
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("the key management server answered %d", res.StatusCode)
	}
	return json.Unmarshal(answer, &struct{ Data any }{into})
}

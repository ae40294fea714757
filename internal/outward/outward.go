// Package outward asks addresses that others chose. It never reaches what is
// inside: the address is looked at when it is dialled, after the name was
// resolved, so that neither a name that leads inside nor one that changes its mind
// gets there.
package outward

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrInside is returned where an address is not one of the public internet.
var ErrInside = errors.New("the address is inside")

// ErrSlow is returned where the answer took too long.
var ErrSlow = errors.New("the answer took too long")

// Options say what may be reached.
type Options struct {
	Patience time.Duration // for a whole answer; 0: ten seconds
	Most     int64         // bytes read of an answer; 0: 64 KiB
	Loopback bool          // this machine may be reached, and without TLS: for tests and trying things out
	Resolver *net.Resolver // nil: the machine's
}

// Client asks.
type Client struct {
	http     *http.Client
	most     int64
	loopback bool
}

// New returns a client. It follows no redirect, uses no proxy, keeps no cookie,
// and opens a connection for each question, so that each is looked at.
func New(o Options) *Client {
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.Most == 0 {
		o.Most = 64 << 10
	}
	dialer := &net.Dialer{Timeout: o.Patience, Resolver: o.Resolver, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(at.Addr(), o.Loopback) {
			return ErrInside
		}
		return nil
	}}
	return &Client{most: o.Most, loopback: o.Loopback, http: &http.Client{
		Timeout:       o.Patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 16 << 10,
			TLSHandshakeTimeout: o.Patience, ResponseHeaderTimeout: o.Patience,
		},
	}}
}

// Post sends a body and returns the status of the answer, whose text is read to
// its end or to the limit and thrown away. It returns ErrInside and ErrSlow for
// what they say.
func (c *Client) Post(ctx context.Context, address string, headers map[string]string, body []byte) (int, error) {
	if !c.Allows(address) {
		return 0, ErrInside
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w, err := c.http.Do(r)
	if err != nil {
		return 0, slow(err)
	}
	defer func() { _ = w.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(w.Body, c.most))
	return w.StatusCode, slow(err)
}

// slow says of an error that time ran out, where it did.
func slow(err error) error {
	if late, is := errors.AsType[net.Error](err); is && late.Timeout() {
		return errors.Join(ErrSlow, err)
	}
	return err
}

// Allows reports whether an address can be asked at all: https, with a host and
// nobody's name or password, and no address of the inside written out. Where a
// name leads is looked at when it is dialled.
func (c *Client) Allows(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.ContainsAny(address, " \t\r\n") {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, err := netip.ParseAddr(host)
	mine := err == nil && ip.Unmap().IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !c.loopback || !mine) {
		return false
	}
	if err == nil {
		return allowed(ip, c.loopback)
	}
	return strings.Contains(host, ".") && !strings.HasSuffix(host, ".localhost") && !strings.HasSuffix(host, ".local") && !strings.HasSuffix(host, ".internal")
}

// inside are the networks that are nobody's on the public internet (IANA's
// special-purpose registries), and those through which one is reached by another
// writing of its address.
func inside() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
	} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

var nobodys = inside()

// allowed reports whether an address may be dialled.
func allowed(ip netip.Addr, loopback bool) bool {
	ip = ip.Unmap().WithZone("")
	if loopback && ip.IsLoopback() {
		return true
	}
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range nobodys {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

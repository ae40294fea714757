package outward

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"
)

func TestNothingInsideIsDialled(t *testing.T) {
	t.Parallel()
	for _, at := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.192",
		"198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1",
	} {
		if allowed(netip.MustParseAddr(at), false) {
			t.Errorf("%s may be dialled", at)
		}
	}
	for _, at := range []string{"93.184.215.14", "8.8.8.8", "100.63.0.1", "172.32.0.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"} {
		if !allowed(netip.MustParseAddr(at), false) {
			t.Errorf("%s may not be dialled", at)
		}
	}
	if allowed(netip.MustParseAddr("10.0.0.1"), true) || !allowed(netip.MustParseAddr("127.0.0.1"), true) {
		t.Error("where this machine may be reached, it alone may be")
	}
}

func TestAnAddressIsHTTPSWithoutNamesAndNotWrittenInside(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	for address, want := range map[string]bool{
		"https://events.example.org/hook?x=1": true, "https://8.8.8.8/": true, "https://events.example.org:8443/": true,
		"http://events.example.org/": false, "ftp://events.example.org/": false, "https://": false, "https:///x": false, "//events.example.org/": false, "": false,
		"https://me:secret@events.example.org/": false, "https://events.example.org/#x": false, "https://localhost/": false, "https://intranet/": false, "https://x.local/": false,
		"https://metadata.google.internal/": false, "https://10.0.0.1/": false, "https://[::1]/": false, "https://[::ffff:10.0.0.1]/": false, "https://169.254.169.254/": false, "https://a b.org/": false,
	} {
		if got := c.Allows(address); got != want {
			t.Errorf("%q: got %v, want %v", address, got, want)
		}
	}
	mine := New(Options{Loopback: true})
	if !mine.Allows("http://127.0.0.1:9/") || mine.Allows("http://10.0.0.1/") || mine.Allows("http://example.org/") {
		t.Error("without TLS, this machine alone may be asked, and only where that is allowed")
	}
}

// lying resolves every name to an address of the inside.
func lying(t *testing.T) *net.Resolver {
	t.Helper()
	pc, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	go func() {
		b := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			q := append([]byte{}, b[:n]...)
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			kind := q[end+2]
			answer := append([]byte{}, q[:end+5]...)
			answer[2], answer[3] = 0x81, 0x80
			answer[7], answer[9], answer[10], answer[11] = 0, 0, 0, 0
			if kind == 1 { // an A record: 127.0.0.1
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			}
			_, _ = pc.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func TestANameThatLeadsInsideIsRefusedWhenItIsDialled(t *testing.T) {
	t.Parallel()
	reached := false
	inner := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(inner.Close)
	u, _ := url.Parse(inner.URL)
	resolver := lying(t)
	if at, err := resolver.LookupHost(t.Context(), "events.example.org"); err != nil || at[0] != "127.0.0.1" {
		t.Fatalf("the stand-in resolves to %v, %v", at, err)
	}
	c := New(Options{Resolver: resolver, Patience: 5 * time.Second})
	_, err := c.Post(t.Context(), "https://events.example.org:"+u.Port()+"/", nil, []byte("{}"))
	if !errors.Is(err, ErrInside) || reached {
		t.Errorf("got %v and reached %v, want it refused", err, reached)
	}
}

func TestARedirectIsNotFollowedAndAnAnswerIsCutOffInLengthAndTime(t *testing.T) {
	t.Parallel()
	followed, over := false, make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/elsewhere":
			http.Redirect(w, r, "/inside", http.StatusTemporaryRedirect)
		case "/inside":
			followed = true
		case "/long":
			for range 1000 {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
			t.Error("sixty megabytes of an answer were taken")
		case "/never":
			<-over
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(over) })
	c := New(Options{Loopback: true, Patience: 300 * time.Millisecond})
	if status, err := c.Post(t.Context(), srv.URL+"/elsewhere", nil, []byte("{}")); err != nil || status != http.StatusTemporaryRedirect || followed {
		t.Errorf("a redirect: got %d, %v, followed %v", status, err, followed)
	}
	if status, err := c.Post(t.Context(), srv.URL+"/long", nil, []byte("{}")); status != http.StatusOK {
		t.Errorf("a long answer: got %d, %v", status, err)
	}
	_, err := c.Post(t.Context(), srv.URL+"/never", nil, []byte("{}"))
	if !errors.Is(err, ErrSlow) {
		t.Errorf("an answer that never comes: got %v, want it cut off", err)
	}
}

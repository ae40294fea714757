package e2e

import (
	"io"
	"maps"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// postbox is a mail server that keeps what it is given.
type postbox struct {
	url string
	mu  sync.Mutex
	got map[string]string // by address
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{url: "smtp://" + l.Addr().String(), got: map[string]string{}}
	s := smtp.NewServer(p)
	s.Domain = "mail.test"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

// NewSession takes a connection.
func (p *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &envelope{box: p}, nil }

func (p *postbox) all() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.got)
}

// envelope is one mail on its way, with who sends it and to whom.
type envelope struct {
	box      *postbox
	from, to string
}

// Mail is told who sends.
func (e *envelope) Mail(from string, _ *smtp.MailOptions) error { e.from = from; return nil }

// Rcpt is told to whom.
func (e *envelope) Rcpt(to string, _ *smtp.RcptOptions) error { e.to = to; return nil }

// Reset forgets nothing that matters.
func (*envelope) Reset() {}

// Logout ends it.
func (*envelope) Logout() error { return nil }

// Data keeps the mail, its envelope first.
func (e *envelope) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	e.box.mu.Lock()
	defer e.box.mu.Unlock()
	e.box.got[e.to] += e.from + "\n" + e.to + "\n" + string(b)
	return err
}

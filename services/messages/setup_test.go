package messages_test

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"throughline/internal/courier"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/messages"
	"throughline/services/status"
)

// server is a mail server that keeps what it is given, as raw as it came.
type server struct {
	mu     sync.Mutex
	mails  []string
	to     []string
	no     int           // what it answers to an address; 0: it takes it
	silent chan struct{} // not nil: it takes the text and does not answer until this is closed
	url    string
}

func newServer(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &server{url: "smtp://" + l.Addr().String()}
	s := smtp.NewServer(p)
	s.Domain = "mail.test"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

// NewSession takes a connection.
func (p *server) NewSession(*smtp.Conn) (smtp.Session, error) { return &envelope{p: p}, nil }

func (p *server) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.mails...)
}

type envelope struct {
	p        *server
	from, to string
}

func (e *envelope) Mail(from string, _ *smtp.MailOptions) error { e.from = from; return nil }
func (*envelope) Reset()                                        {}
func (*envelope) Logout() error                                 { return nil }

func (e *envelope) Rcpt(to string, _ *smtp.RcptOptions) error {
	if e.p.no != 0 {
		return &smtp.SMTPError{Code: e.p.no, Message: "no " + to}
	}
	e.to = to
	return nil
}

func (e *envelope) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	e.p.mu.Lock()
	e.p.mails, e.p.to = append(e.p.mails, e.from+"\n"+string(b)), append(e.p.to, e.to)
	e.p.mu.Unlock()
	if e.p.silent != nil {
		<-e.p.silent
	}
	return err
}

// stage is a case of the police with a page, and a text and an email that are
// safe at any time.
type stage struct {
	*testkit.Stage
	t      *testing.T
	mail   *server
	post   *courier.Post
	s      *messages.Service
	status *status.Service
	c      testkit.CaseFacts
	email  uuid.UUID
}

const address = "zzcanary@victim.test"

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	s := &stage{Stage: w, t: t, mail: newServer(t), email: models.NewID(), status: status.New(w.DB, models.MustCalendar(), accounts.New(w.DB), status.Options{})}
	s.post = s.carrier(s.mail.url)
	s.s = s.service(s.post)
	s.c = s.aCase()
	return s
}

func (s *stage) carrier(url string) *courier.Post {
	s.t.Helper()
	p, err := courier.NewPost(url, "no-reply@stage.test")
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// service is one of several that work side by side.
func (s *stage) service(email messages.Carrier) *messages.Service {
	return messages.New(s.DB, messages.Carriers{Email: email}, slog.New(slog.DiscardHandler))
}

func (s *stage) aCase() testkit.CaseFacts {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"), func(f *testkit.CaseFacts) { f.TextSafe = "yes" })
	s.email = s.anEmail(c, "victim", address)
	if _, err := s.status.Give(s.As("police"), c.ID, status.Gift{Word: "kingfisher", Language: "en", AgreedHow: "in_person", Alone: true}); err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return c
}

func (s *stage) anEmail(c testkit.CaseFacts, person, value string) uuid.UUID {
	s.t.Helper()
	id := models.NewID()
	s.Do(s.t, `insert into contact_channels (id, case_id, position, channel, person, safe, confirmed_on) values ($1, $2, (select count(*) + 1 from contact_channels where case_id = $2), 'email', $3, 'yes', $4)`,
		id, c.ID, person, s.Clock.Now())
	s.Do(s.t, "insert into contact_details (channel_id, case_id, value, value_key) values ($1, $2, $3, $4)", id, c.ID, testkit.Seal(vault.ContactValue, id, value), testkit.LookUp(vault.ContactValueKey, value))
	return id
}

func (s *stage) ask() {
	s.t.Helper()
	if _, err := s.s.Ask(s.As("police"), s.c.ID, s.email); err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
}

func (s *stage) send(want int) {
	s.t.Helper()
	if n, err := s.s.Send(s.System()); n != want || err != nil {
		s.t.Errorf("sent %d, %v, want %d", n, err, want)
	}
}

// state is how the latest message of the case stands, and why.
func (s *stage) state(want string) {
	s.t.Helper()
	of, err := s.s.OfCase(s.As("police"), s.c.ID)
	if err != nil || len(of.Messages) == 0 {
		s.t.Fatal(of, err)
	}
	if got := strings.TrimSpace(string(of.Messages[0].State) + " " + of.Messages[0].Why); got != want {
		s.t.Errorf("the message is %q, want %q", got, want)
	}
}

// refused tries to ask, and is told that it cannot be done.
func (s *stage) refused(code models.Code) {
	s.t.Helper()
	if _, err := s.s.Ask(s.As("police"), s.c.ID, s.email); models.CodeOf(err) != code {
		s.t.Errorf("got %v, want %s", err, code)
	}
}

func (s *stage) mails(want int) {
	s.t.Helper()
	if got := s.mail.all(); len(got) != want {
		s.t.Errorf("got %d mails, want %d", len(got), want)
	}
}

// hole listens, and says nothing to anybody; or hangs up at once.
func hole(t *testing.T, hangsUp bool) (url string, calls func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var held []net.Conn
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			held = append(held, c)
			mu.Unlock()
			if hangsUp {
				_ = c.Close()
			}
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range held {
			_ = c.Close()
		}
	})
	return "smtp://" + l.Addr().String(), func() int { mu.Lock(); defer mu.Unlock(); return len(held) }
}

const soon = 300 * time.Millisecond

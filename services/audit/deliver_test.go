package audit_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"throughline/internal/courier"
	"throughline/services/audit"
)

// post is a mail server that keeps what it is given.
type post struct {
	mu  sync.Mutex
	got map[string]string // by address
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &letter{post: p}, nil }
func (*letter) Mail(string, *smtp.MailOptions) error        { return nil }
func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error { l.to = to; return nil }
func (*letter) Reset()                                      {}
func (*letter) Logout() error                               { return nil }
func (l *letter) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	l.post.mu.Lock()
	defer l.post.mu.Unlock()
	l.post.got[l.to] = string(b)
	return err
}

type letter struct {
	post *post
	to   string
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// mailServer starts one, and says where.
func mailServer(t *testing.T) (*post, string) {
	t.Helper()
	p := &post{got: map[string]string{}}
	s := smtp.NewServer(p)
	s.Domain = "mail.test"
	l := listen(t)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p, "smtp://" + l.Addr().String()
}

func TestCheckpointsLeaveForAFileTwoMailboxesAndAStore(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	dir := t.TempDir()
	mails, server := mailServer(t)
	store := s3mem.New()
	s3 := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(s3.Close)
	if err := store.CreateBucket("proofs"); err != nil {
		t.Fatal(err)
	}
	bucket, err := courier.NewStore("s3+http://key:secret@" + strings.TrimPrefix(s3.URL, "http://") + "/proofs/audit?region=eu-west-2")
	if err != nil {
		t.Fatal(err)
	}
	boxes, err := courier.Mailboxes(server, "audit@stage.test", []string{"one@agency.test", "two@court.test"})
	if err != nil {
		t.Fatal(err)
	}
	d := audit.NewDeliveries(b.DB, append(boxes, courier.Folder{Dir: dir}, bucket), slog.New(slog.DiscardHandler))
	send := func(now bool, want int) {
		t.Helper()
		if n, err := d.Deliver(b.System(), now); n != want || err != nil {
			t.Errorf("delivered %d, %v, want %d", n, err, want)
		}
	}
	send(true, 0) // nothing is signed yet
	act(t, b.Stage, "police", b.Case(t, b.As("police")).ID, 2)
	b.number(t)
	send(false, 4)
	note := b.note(t)
	file, err := os.ReadFile(filepath.Join(dir, "audit-checkpoint-00000001.txt"))
	if err != nil || string(file) != note {
		t.Errorf("got %q, %v, want the checkpoint", file, err)
	}
	if _, err := b.keys.Open(string(file)); err != nil {
		t.Errorf("what was delivered does not verify: %v", err)
	}
	object, err := store.GetObject("proofs", "audit/audit-checkpoint-00000001.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	if kept, _ := io.ReadAll(object.Contents); string(kept) != note {
		t.Errorf("the store keeps %q", kept)
	}
	for _, to := range []string{"one@agency.test", "two@court.test"} {
		if got := mails.got[to]; !strings.Contains(got, "Audit checkpoint 1") || !strings.Contains(got, "audit-checkpoint-00000001.txt") {
			t.Errorf("%s got %q", to, got)
		}
	}
	// Once an hour, and no oftener, unless somebody asks for it.
	act(t, b.Stage, "police", b.Case(t, b.As("police")).ID, 1)
	b.number(t)
	send(false, 0)
	b.Clock.Advance(time.Hour)
	send(false, 4)
	send(false, 0)
	send(true, 4)
	if n := b.Count(t, "select count(*) from audit_receipts where sent_at is not null and tries between 1 and 2"); n != 8 {
		t.Errorf("got %d receipts, want 8", n)
	}
}

func TestAPlaceThatHangsOrRefusesHoldsUpNoOtherAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	silent := listen(t) // takes a call and never answers
	boxes, err := courier.Mailboxes("smtp://"+silent.Addr().String(), "audit@stage.test", []string{"one@agency.test"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var said strings.Builder
	gone := courier.Folder{Dir: filepath.Join(dir, "gone")}
	d := audit.NewDeliveries(b.DB, append(boxes, gone), slog.New(slog.NewTextHandler(&said, nil)))
	act(t, b.Stage, "police", b.Case(t, b.As("police")).ID, 1)
	b.number(t)
	ctx, cancel := context.WithTimeout(b.System(), 300*time.Millisecond)
	defer cancel()
	n, err := d.Deliver(ctx, false)
	if n != 0 || err == nil || !strings.Contains(err.Error(), "did not answer in time") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %d, %v, want both told", n, err)
	}
	// The log goes on meanwhile, and the failure is on record, without an address.
	act(t, b.Stage, "police", b.Case(t, b.As("police")).ID, 1)
	if b.number(t) == 0 {
		t.Error("the log waited for a mail server")
	}
	if n := b.Count(t, "select count(*) from audit_receipts where sent_at is null and failure is not null and n = 1"); n != 2 {
		t.Errorf("got %d failures on record, want 2", n)
	}
	if strings.Contains(said.String(), "agency.test") || !strings.Contains(said.String(), "email") {
		t.Errorf("the log says %q, want the way and no address", said.String())
	}
	if err := os.Mkdir(gone.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	again := audit.NewDeliveries(b.DB, []courier.Place{gone}, slog.New(slog.DiscardHandler))
	if n, err := again.Deliver(b.System(), false); n != 1 || err != nil {
		t.Errorf("tried again: got %d, %v", n, err)
	}
}

func TestAnAddressOfAStoreIsReadOrRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "s3://host/bucket", "https://a:b@host/bucket", "s3://a:b@host", "s3://a:b@host/", "::"} {
		if _, err := courier.NewStore(bad); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := courier.Mailboxes("nonsense", "a@b.test", []string{"c@d.test"}); err == nil {
		t.Error("a mail server without a host was taken")
	}
}

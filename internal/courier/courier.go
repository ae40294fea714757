// Package courier takes small texts out of the installation: to a folder, to
// people by e-mail, to an object store. What is taken is public; what is not, is
// never given to it.
package courier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/wneessen/go-mail"
)

// patience is how long one delivery may take.
const patience = 30 * time.Second

// Place is somewhere outside. Deliver may be asked twice for the same name, and
// then replaces it or delivers it again.
type Place interface {
	// Name says which it is: its way (file, email, store) and which of several. It
	// is no address.
	Name() (way, place string)
	Deliver(ctx context.Context, name, subject string, text []byte) error
}

// Folder keeps texts as files of a folder, perhaps of a mounted share.
type Folder struct{ Dir string }

// Name is the folder's.
func (Folder) Name() (way, place string) { return "file", "folder" }

// Deliver writes the file whole or not at all.
func (f Folder) Deliver(_ context.Context, name, _ string, text []byte) error {
	path := filepath.Join(f.Dir, filepath.Base(name))
	fresh := path + ".new"
	if err := os.WriteFile(fresh, text, 0o644); err != nil { //nolint:gosec // what is delivered is public
		return err
	}
	return os.Rename(fresh, path)
}

// Mailbox is one address.
type Mailbox struct {
	server   *url.URL
	from, to string
	place    string
}

// Mailboxes are the addresses of a list, reached by one mail server: smtp:// with
// STARTTLS where the server offers it, and always where a password is sent, or
// smtps://.
func Mailboxes(server, from string, to []string) ([]Place, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return nil, errors.New("the mail server is not written as an address")
	}
	var out []Place
	for i, address := range to {
		out = append(out, &Mailbox{server: u, from: from, to: address, place: "address " + strconv.Itoa(i+1)})
	}
	return out, nil
}

// Name is the mailbox's.
func (m *Mailbox) Name() (way, place string) { return "email", m.place }

// Deliver sends the text as a message of its own.
func (m *Mailbox) Deliver(ctx context.Context, name, subject string, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(m.from), msg.To(m.to)); err != nil {
		return err
	}
	msg.Subject(subject)
	msg.SetBodyString(mail.TypeTextPlain, string(text))
	if err := msg.AttachReader(name, bytes.NewReader(text)); err != nil {
		return err
	}
	client, err := mail.NewClient(m.server.Hostname(), m.options(ctx)...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

// options say how to reach the server. Once connected it keeps to a time of its
// own, and not to the context's.
func (m *Mailbox) options(ctx context.Context) []mail.Option {
	policy := mail.TLSOpportunistic
	limit := patience
	if end, ok := ctx.Deadline(); ok {
		limit = max(time.Millisecond, time.Until(end))
	}
	out := []mail.Option{mail.WithTimeout(limit)}
	if m.server.User != nil {
		policy = mail.TLSMandatory
		password, _ := m.server.User.Password()
		out = append(out, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.server.User.Username()), mail.WithPassword(password))
	}
	port := 587
	if m.server.Scheme == "smtps" {
		port = 465
		out = append(out, mail.WithSSL())
	} else {
		out = append(out, mail.WithTLSPolicy(policy))
	}
	if p, err := strconv.Atoi(m.server.Port()); err == nil {
		port = p
	}
	return append(out, mail.WithPort(port))
}

// Store is a folder of an object store that speaks S3.
type Store struct {
	client         *minio.Client
	bucket, prefix string
}

// NewStore reads an address such as s3://key:secret@s3.example/bucket/folder;
// s3+http:// goes without TLS, to a server of one's own.
func NewStore(address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User == nil || (u.Scheme != "s3" && u.Scheme != "s3+http") {
		return nil, errors.New("an object store is written as s3://key:secret@host/bucket/folder")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if bucket == "" {
		return nil, errors.New("an object store is written as s3://key:secret@host/bucket/folder")
	}
	secret, _ := u.User.Password()
	c, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(u.User.Username(), secret, ""), Secure: u.Scheme == "s3", BucketLookup: minio.BucketLookupPath, Region: u.Query().Get("region"),
	})
	if err != nil {
		return nil, errors.New("the object store cannot be used as it is written")
	}
	return &Store{client: c, bucket: bucket, prefix: prefix}, nil
}

// Name is the store's.
func (*Store) Name() (way, place string) { return "store", "bucket" }

// Deliver puts the text as an object.
func (s *Store) Deliver(ctx context.Context, name, _ string, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if s.prefix != "" {
		name = s.prefix + "/" + name
	}
	_, err := s.client.PutObject(ctx, s.bucket, name, bytes.NewReader(text), int64(len(text)), minio.PutObjectOptions{ContentType: "text/plain; charset=utf-8"})
	if err != nil {
		return fmt.Errorf("putting an object: %w", err)
	}
	return nil
}

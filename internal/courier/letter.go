package courier

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"throughline/models"
)

// letterPatience is how long one letter may take, from the first dial to the
// last answer.
const letterPatience = 20 * time.Second

// Letter is one message to one person: a sentence of a closed list, and for
// somebody who signs in perhaps a link that shows nothing by itself.
type Letter struct {
	ID    string // the same at every attempt; it says nothing
	To    string
	Words models.Wording
	Link  string
}

// Text is what the letter says.
func (l Letter) Text() (string, error) {
	if !slices.Contains(models.Wordings(), l.Words) {
		return "", errors.New("these words are on no list")
	}
	if l.Link == "" {
		return string(l.Words), nil
	}
	return string(l.Words) + "\n\n" + l.Link, nil
}

// Came says what is known of a letter that did not simply go.
type Came int

// What can have come of it.
const (
	Back   Came = iota // nobody took it: it can be tried again
	Wrong              // there is no such address or number
	Barred             // it was refused for good, for another reason
	Lost               // it may have been taken: nobody knows
)

// Failed is a letter that did not go. Its words hold no address.
type Failed struct {
	Came Came
	Down bool // it is the carrier that fails, and not this letter: the next would fare no better
}

// Error says what came of it.
func (f *Failed) Error() string {
	return [...]string{"nobody took it", "there is no such address", "it was refused", "it is not known whether it was taken"}[f.Came]
}

// Post takes letters to a mail server.
type Post struct {
	server   *url.URL
	from     string
	patience time.Duration
}

// NewPost sends by a server, written as for Mailboxes, from one address.
func NewPost(server, from string) (*Post, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return nil, errors.New("the mail server is not written as an address")
	}
	return &Post{server: u, from: from, patience: letterPatience}, nil
}

// Way names it.
func (*Post) Way() string { return "smtp" }

// Patience sets how long a letter may take.
func (p *Post) Patience(d time.Duration) { p.patience = d }

// Send takes one letter there. It fails with a *Failed.
func (p *Post) Send(ctx context.Context, l Letter) error {
	msg, err := p.write(l)
	if err != nil {
		return &Failed{Came: Barred}
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	m := &Mailbox{server: p.server}
	_, domain, _ := strings.Cut(p.from, "@")
	client, err := mail.NewClient(p.server.Hostname(), append(m.options(ctx), mail.WithHELO(domain))...)
	if err != nil {
		return &Failed{Came: Barred, Down: true}
	}
	open, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &Failed{Came: Back, Down: true}
	}
	defer func() { _ = client.CloseWithSMTPClient(open) }()
	err = client.SendWithSMTPClient(open, msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return came(err)
}

// write makes the mail: the sentence is its subject and its text, and no header
// tells more than that.
func (p *Post) write(l Letter) (*mail.Msg, error) {
	text, err := l.Text()
	if err != nil {
		return nil, err
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(p.from), msg.To(l.To)); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(p.from, "@")
	msg.SetMessageIDWithValue(l.ID + "@" + domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.Subject(string(l.Words))
	msg.SetBodyString(mail.TypeTextPlain, text)
	return msg, nil
}

// came reads what a server said. Once the text was on its way an answer alone
// says that it was not taken; no answer says nothing.
func came(err error) *Failed {
	var said *mail.SendError
	if !errors.As(err, &said) {
		return &Failed{Came: Lost, Down: true}
	}
	final := said.ErrorCode() >= 500
	switch said.Reason {
	case mail.ErrSMTPRcptTo:
		switch {
		case slices.Contains([]int{550, 551, 553}, said.ErrorCode()):
			return &Failed{Came: Wrong}
		case final:
			return &Failed{Came: Barred}
		}
		return &Failed{Came: Back}
	case mail.ErrGetSender, mail.ErrGetRcpts, mail.ErrNoUnencoded:
		return &Failed{Came: Barred}
	case mail.ErrSMTPMailFrom, mail.ErrSMTPData, mail.ErrConnCheck:
		return &Failed{Came: Back, Down: true}
	case mail.ErrSMTPDataClose, mail.ErrWriteContent:
		if final {
			return &Failed{Came: Barred}
		}
		if said.ErrorCode() >= 400 {
			return &Failed{Came: Back}
		}
	}
	return &Failed{Came: Lost, Down: true}
}

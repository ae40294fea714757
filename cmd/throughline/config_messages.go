package main

import (
	"errors"
	"net/mail"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/courier"
	"throughline/internal/notify"
	"throughline/services/messages"
)

// mailAddress is one e-mail address.
type mailAddress string

// UnmarshalText takes an address without a name.
func (m *mailAddress) UnmarshalText(b []byte) error {
	a, err := mail.ParseAddress(string(b))
	if err != nil || a.Name != "" || a.Address != string(b) {
		return errors.New("no address")
	}
	*m = mailAddress(a.Address)
	return nil
}

// mailFrom is whose messages they are.
func (c Config) mailFrom() string {
	if c.MailFrom != "" {
		return string(c.MailFrom)
	}
	return "no-reply@" + c.base().Hostname()
}

// carriers are what messages to people go by, as far as they are set.
func (c Config) carriers() (out messages.Carriers, err error) {
	if c.SMTPURL.Set() {
		if out.Email, err = courier.NewPost(c.SMTPURL.Reveal(), c.mailFrom()); err != nil {
			return out, err
		}
	}
	if !c.NotifyKey.Set() {
		return out, nil
	}
	// GOV.UK Notify carries what there is a template for.
	for _, t := range []struct {
		id      template
		channel notify.Channel
		to      *messages.Carrier
	}{{c.NotifyTextTemplate, notify.Text, &out.Text}, {c.NotifyEmailTemplate, notify.Email, &out.Email}} {
		if t.id == "" {
			continue
		}
		client, err := notify.New(string(c.NotifyURL), c.NotifyKey.Reveal(), string(t.id), t.channel)
		if err != nil {
			return out, err
		}
		*t.to = client
	}
	return out, nil
}

// template is the id of a template of GOV.UK Notify.
type template string

// UnmarshalText takes a UUID.
func (t *template) UnmarshalText(b []byte) error {
	id, err := uuid.ParseBytes(b)
	*t = template(id.String())
	return err
}

// notifyProblems finds what stands in the way of sending by GOV.UK Notify.
func notifyProblems(c Config) (found problems) {
	templates := c.NotifyTextTemplate != "" || c.NotifyEmailTemplate != ""
	switch {
	case c.NotifyKey.Set() && !notify.CheckKey(c.NotifyKey.Reveal()):
		found = append(found, "NOTIFY_KEY must be an API key as GOV.UK Notify gives it out")
	case c.NotifyKey.Set() && !templates:
		found = append(found, "NOTIFY_TEXT_TEMPLATE or NOTIFY_EMAIL_TEMPLATE must be set beside NOTIFY_KEY")
	case !c.NotifyKey.Set() && templates:
		found = append(found, "NOTIFY_KEY must be set: the templates are GOV.UK Notify's")
	}
	if c.NotifyCallbackToken.Set() && weakPassword(c.NotifyCallbackToken.Reveal(), "notify") {
		found = append(found, "NOTIFY_CALLBACK_TOKEN is easy to guess: use 16 or more random characters")
	}
	if c.NotifyKey.Set() && c.Env == production && !strings.HasPrefix(string(c.NotifyURL), "https://") {
		found = append(found, "NOTIFY_URL must begin with https:// in production")
	}
	return found
}

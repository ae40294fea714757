package main

import (
	"strings"
	"testing"

	"throughline/internal/secret"
	"throughline/models"
)

func TestTheSettingsOfMessagesAreHeldToReason(t *testing.T) {
	t.Parallel()
	const key, id = "hunter2-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0", "f33517ff-2a88-4f6e-b855-c550268ce08a"
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
		ways   []models.Channel
	}{
		"none":           {func(*Config) {}, "", nil},
		"a mail server":  {func(c *Config) { c.SMTPURL = secret.New("smtp://mail.example") }, "", []models.Channel{models.ChannelEmail}},
		"texts":          {func(c *Config) { c.NotifyKey, c.NotifyTextTemplate = secret.New(key), id }, "", []models.Channel{models.ChannelText}},
		"both by Notify": {func(c *Config) { c.NotifyKey, c.NotifyTextTemplate, c.NotifyEmailTemplate = secret.New(key), id, id }, "", []models.Channel{models.ChannelText, models.ChannelEmail}},
		"a key alone":    {func(c *Config) { c.NotifyKey = secret.New(key) }, "must be set beside NOTIFY_KEY", nil},
		"no key":         {func(c *Config) { c.NotifyTextTemplate = id }, "NOTIFY_KEY must be set", nil},
		"another key":    {func(c *Config) { c.NotifyKey, c.NotifyTextTemplate = secret.New("hunter2"), id }, "NOTIFY_KEY must be an API key", nil},
		"a weak token":   {func(c *Config) { c.NotifyCallbackToken = secret.New("hunter2") }, "NOTIFY_CALLBACK_TOKEN is easy to guess", nil},
		"without TLS": {func(c *Config) {
			c.Env, c.NotifyKey, c.NotifyTextTemplate, c.NotifyURL = production, secret.New(key), id, "http://hunter2.example"
		}, "NOTIFY_URL must begin with https://", nil},
	} {
		cfg := Config{Env: development, HTTPAddr: "localhost:8080", NotifyURL: "https://api.notifications.service.gov.uk"}
		c.change(&cfg)
		found := strings.Join(notifyProblems(cfg), "; ")
		if (c.want == "") != (found == "") || !strings.Contains(found, c.want) || strings.Contains(found, "hunter2") {
			t.Errorf("%s: got %q, want %q and no value", name, found, c.want)
		}
		if c.want != "" {
			continue
		}
		carriers, err := cfg.carriers()
		if err != nil || (carriers.Email != nil) != sends(c.ways, models.ChannelEmail) || (carriers.Text != nil) != sends(c.ways, models.ChannelText) {
			t.Errorf("%s: got %+v, %v", name, carriers, err)
		}
	}
}

func sends(list []models.Channel, c models.Channel) bool {
	for _, one := range list {
		if one == c {
			return true
		}
	}
	return false
}

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"throughline/internal/secret"
	"throughline/models"
)

// environment is where the program runs: it decides what is refused.
type environment string

// The environments of contract.md section 2.
const (
	development environment = "development"
	test        environment = "test"
	production  environment = "production"
)

// UnmarshalText takes one of the three names.
func (e *environment) UnmarshalText(b []byte) error {
	*e = environment(b)
	if !slices.Contains([]environment{development, test, production}, *e) {
		return errors.New("no such environment")
	}
	return nil
}

// Config is every setting there is (contract.md section 2). The must tag
// completes the sentence that is said of a bad value; the value itself is
// never repeated. .env.example lists the same names; config_test.go checks.
type Config struct {
	Env      environment `env:"APP_ENV" envDefault:"development" must:"be development, test or production"`
	LogLevel slog.Level  `env:"LOG_LEVEL" envDefault:"info" must:"be debug, info, warn or error"`

	HTTPAddr       address   `env:"HTTP_ADDR" envDefault:"localhost:8080" must:"be a host and a port, such as localhost:8080"`
	BaseURL        webOrigin `env:"BASE_URL" must:"be the address people use, without a path, such as https://throughline.example"`
	AdminAddr      address   `env:"ADMIN_ADDR" envDefault:"127.0.0.1:8081" must:"be a host and a port, such as 127.0.0.1:8081, or off"`
	TrustedProxies proxies   `env:"TRUSTED_PROXIES" must:"be addresses or networks with commas between, such as 10.0.0.0/8"`

	DatabaseURL      secret.String `env:"DATABASE_URL"`
	DatabaseOwnerURL secret.String `env:"DATABASE_OWNER_URL"`
	DatabaseMaxConns connections   `env:"DATABASE_MAX_CONNS" envDefault:"12" must:"be a number from 2 to 500"`

	DataDir       string        `env:"DATA_DIR" envDefault:"./var"`
	JWTKeysFile   string        `env:"JWT_KEYS_FILE"`
	AnswerKeyFile string        `env:"ANSWER_KEY_FILE"`
	AuditKeyFile  string        `env:"AUDIT_KEY_FILE"`
	KMSURI        string        `env:"KMS_URI"`
	KMSTokenFile  string        `env:"KMS_TOKEN_FILE"`
	SMTPURL       secret.String `env:"SMTP_URL"`
	MailFrom      mailAddress   `env:"MAIL_FROM" must:"be one e-mail address, such as no-reply@throughline.example"`

	NotifyKey           secret.String `env:"NOTIFY_KEY"`
	NotifyURL           webOrigin     `env:"NOTIFY_URL" envDefault:"https://api.notifications.service.gov.uk" must:"be an address without a path, such as https://api.notifications.service.gov.uk"`
	NotifyTextTemplate  template      `env:"NOTIFY_TEXT_TEMPLATE" must:"be the id of a template, as GOV.UK Notify shows it"`
	NotifyEmailTemplate template      `env:"NOTIFY_EMAIL_TEMPLATE" must:"be the id of a template, as GOV.UK Notify shows it"`
	NotifyCallbackToken secret.String `env:"NOTIFY_CALLBACK_TOKEN"`

	CheckpointDir    string        `env:"CHECKPOINT_DIR"`
	CheckpointEmails mailAddresses `env:"CHECKPOINT_EMAILS" must:"be e-mail addresses with commas between, ten at most"`
	CheckpointStore  secret.String `env:"CHECKPOINT_STORE"`

	KMSFileInProduction yes       `env:"KMS_FILE_IN_PRODUCTION" must:"be yes, or not be set"`
	RecordsPerHour      recordCap `env:"RECORDS_PER_HOUR" must:"be a number from 1 to 100000000, and roles of their own after commas, such as 50,manager=100"`
	ListedPerHour       recordCap `env:"LISTED_PER_HOUR" must:"be a number from 1 to 100000000, and roles of their own after commas, such as 500,manager=1000"`
	RequireSecondFactor choice    `env:"REQUIRE_SECOND_FACTOR" must:"be on or off"`
	CodeOfConduct       conduct   `env:"CODE_OF_CONDUCT" must:"be current, off, or a version there is, such as 1"`

	FilesURL       secret.String `env:"FILES_URL"`
	FilesMaxMB     megabytes     `env:"FILES_MAX_MB" envDefault:"10" must:"be a number of megabytes from 1 to 50"`
	FilesDayMB     quota         `env:"FILES_DAY_MB" envDefault:"200" must:"be a number from 1 to 1000000"`
	FilesOrgGB     quota         `env:"FILES_ORG_GB" envDefault:"50" must:"be a number from 1 to 1000000"`
	FilesUnscanned string        `env:"FILES_UNSCANNED"`
	ClamdAddr      string        `env:"CLAMD_ADDR"`

	UnreviewedLanguages languages `env:"UNREVIEWED_LANGUAGES" must:"be languages of the status page with commas between, such as ar,pl, or all"`

	DemoNow moment `env:"DEMO_NOW" must:"be a time, such as 2026-11-20T09:00:00Z"`
}

// address is a host and a port to listen on; "off" listens nowhere.
type address string

// UnmarshalText takes host:port.
func (a *address) UnmarshalText(b []byte) error {
	*a = address(b)
	if *a == "off" {
		return nil
	}
	_, port, err := net.SplitHostPort(string(b))
	if err != nil || port == "" {
		return errors.New("no address")
	}
	_, err = net.LookupPort("tcp", port)
	return err
}

// loopback reports whether only this machine can reach the address.
func (a address) loopback() bool {
	host, _, err := net.SplitHostPort(string(a))
	return err == nil && local(host)
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// webOrigin is a scheme, a host and perhaps a port.
type webOrigin string

// UnmarshalText takes an http or https address without anything after the host.
func (o *webOrigin) UnmarshalText(b []byte) error {
	u, err := url.Parse(string(b))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("no origin")
	}
	*o = webOrigin(u.Scheme + "://" + u.Host)
	return nil
}

// proxies are the networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// UnmarshalText takes addresses and networks with commas between.
func (p *proxies) UnmarshalText(b []byte) error {
	for part := range strings.SplitSeq(string(b), ",") {
		part = strings.TrimSpace(part)
		if one, err := netip.ParseAddr(part); err == nil {
			*p = append(*p, netip.PrefixFrom(one, one.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			return err
		}
		*p = append(*p, network)
	}
	return nil
}

// connections is the size of the database pool.
type connections int32

// UnmarshalText takes a number within reason.
func (c *connections) UnmarshalText(b []byte) error {
	var n int32
	if _, err := fmt.Sscanf(string(b)+"\n", "%d\n", &n); err != nil || n < 2 || n > 500 {
		return errors.New("out of range")
	}
	*c = connections(n)
	return nil
}

// choice is on, off, or not made.
type choice string

// UnmarshalText takes on or off.
func (c *choice) UnmarshalText(b []byte) error {
	*c = choice(b)
	if *c != "on" && *c != "off" {
		return errors.New("neither on nor off")
	}
	return nil
}

// secondFactor reports whether a password alone lets nobody in: so it is in
// production, always, and elsewhere where it was asked for.
func (c Config) secondFactor() bool {
	return c.Env == production || c.RequireSecondFactor == "on"
}

// conduct is which version of the code of conduct is asked for: current, off, or
// the name of one. Empty is current.
type conduct string

// UnmarshalText takes current, off or a version there is.
func (c *conduct) UnmarshalText(b []byte) error {
	*c = conduct(b)
	if _, there := models.ConductOf(string(b)); !there && *c != "current" && *c != "off" {
		return errors.New("no version")
	}
	return nil
}

// version is the version that is asked for; none where nobody is asked.
func (c conduct) version() models.Conduct {
	if c == "off" {
		return models.Conduct{}
	}
	if v, there := models.ConductOf(string(c)); there {
		return v
	}
	return models.CurrentConduct()
}

// moment is a time; zero is none.
type moment struct{ time.Time }

// UnmarshalText takes RFC 3339.
func (m *moment) UnmarshalText(b []byte) (err error) {
	m.Time, err = time.Parse(time.RFC3339, string(b))
	return err
}

// clock is the program's one source of time. With DEMO_NOW it starts there
// when the program starts, and ticks on (decisions.md 12).
func (c Config) clock() func() time.Time {
	if c.DemoNow.IsZero() {
		return time.Now
	}
	started := time.Now()
	return func() time.Time { return c.DemoNow.Add(time.Since(started)) }
}

// origin is the address people use.
func (c Config) origin() string {
	if c.BaseURL != "" {
		return string(c.BaseURL)
	}
	host, port, err := net.SplitHostPort(string(c.HTTPAddr))
	if ip, bad := netip.ParseAddr(host); err != nil || host == "" || bad == nil && ip.IsUnspecified() {
		host = "localhost" // it listens everywhere: here is one of its places
	}
	return "http://" + net.JoinHostPort(host, port)
}

// base is the origin in its parts.
func (c Config) base() *url.URL {
	u, err := url.Parse(c.origin())
	if err != nil {
		panic("the settings took an origin that is none: " + err.Error())
	}
	return u
}

// secure reports whether people come by TLS, which the cookies' names follow.
func (c Config) secure() bool { return strings.HasPrefix(c.origin(), "https://") }

// private reports whether the database is the one we run ourselves.
func (c Config) private() bool { return !c.DatabaseURL.Set() }

// databaseDir is the folder of the private PostgreSQL.
func (c Config) databaseDir() string { return filepath.Join(c.DataDir, "postgres") }

// jwtKeys is the file of the signing keys; outside production it has a place
// of its own, and is made there at the first start.
func (c Config) jwtKeys() string {
	if c.JWTKeysFile != "" {
		return c.JWTKeysFile
	}
	return filepath.Join(c.DataDir, "keys", "jwt.json")
}

// answerKey is the file of the key that closes stored answers.
func (c Config) answerKey() string {
	if c.AnswerKeyFile != "" {
		return c.AnswerKeyFile
	}
	return filepath.Join(c.DataDir, "keys", "answer.key")
}

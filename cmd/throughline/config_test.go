package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"throughline/handlers/auth"
	"throughline/internal/prooflog"
	"throughline/internal/seal"
)

// with is a program whose world is these variables and this .env.
func with(t *testing.T, dotenv string, environ ...string) program {
	t.Helper()
	dir := t.TempDir()
	if dotenv != "" {
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(dotenv), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return program{environ: environ, dir: dir, stdout: &strings.Builder{}, stderr: &strings.Builder{}}
}

func TestTheExampleListsEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	values, err := godotenv.Unmarshal(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for name := range values {
		got = append(got, name)
	}
	want := settingNames()
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf(".env.example and Config name different settings (-Config +example)\n%s", diff)
	}

	t.Run("each with a comment above it", func(t *testing.T) {
		t.Parallel()
		lines := strings.Split(string(text), "\n")
		for i, line := range lines {
			if name, _, found := strings.Cut(line, "="); found && !strings.HasPrefix(line, "#") && !strings.HasPrefix(lines[i-1], "# ") {
				t.Errorf("%s has no comment above it", name)
			}
		}
	})

	t.Run("and as it stands it is what one gets without it", func(t *testing.T) {
		t.Parallel()
		with, found := with(t, string(text)).parse()
		if len(found) > 0 {
			t.Fatal(found)
		}
		without, _ := (program{dir: t.TempDir()}).parse()
		if !reflect.DeepEqual(with, without) {
			t.Errorf("got %+v, want %+v", with, without)
		}
	})
}

func TestEverySettingThatCanBeWrongSaysWhatItMustBe(t *testing.T) {
	t.Parallel()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		free := f.Type.Kind() == reflect.String && f.Type.Name() == "string" || f.Type.String() == "secret.String"
		if !free && f.Tag.Get("must") == "" {
			t.Errorf("%s has no must tag", f.Name)
		}
	}
}

func TestSettingsAreRead(t *testing.T) {
	t.Parallel()
	cfg, found := with(t, "HTTP_ADDR=localhost:1\nLOG_LEVEL=warn\nDATA_DIR=\n",
		"HTTP_ADDR=localhost:2", "DATABASE_URL=postgres://a:b@h/d", "TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.1", "PATH=/bin").parse()
	if len(found) > 0 {
		t.Fatal(found)
	}
	if cfg.HTTPAddr != "localhost:2" {
		t.Errorf("got %s, want the environment to win over .env", cfg.HTTPAddr)
	}
	if cfg.LogLevel != slog.LevelWarn {
		t.Errorf("got %s, want what .env says", cfg.LogLevel)
	}
	if cfg.DataDir != "./var" {
		t.Errorf("got %q, want an empty value to be none", cfg.DataDir)
	}
	want := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32")}
	if !slices.Equal(cfg.TrustedProxies, want) {
		t.Errorf("got %v, want %v", cfg.TrustedProxies, want)
	}
	if cfg.origin() != "http://localhost:2" || cfg.secure() {
		t.Errorf("got %s, want the origin to follow from the address", cfg.origin())
	}
	if printed := fmt.Sprintf("%+v", cfg); strings.Contains(printed, "a:b") {
		t.Errorf("got %s, want no password in it", printed)
	}
}

func TestEveryProblemIsToldAtOnceAndNoValueIsRepeated(t *testing.T) {
	t.Parallel()
	_, err := with(t, "COLOUR=hunter2\nHTTP_ADR=hunter2\n",
		"APP_ENV=hunter2", "LOG_LEVEL=hunter2", "HTTP_ADDR=hunter2", "BASE_URL=hunter2", "ADMIN_ADDR=hunter2", "TRUSTED_PROXIES=hunter2",
		"DATABASE_MAX_CONNS=hunter2", "DEMO_NOW=hunter2", "DATABSE_URL=hunter2", "jwt_keys_file=hunter2", "HOME=hunter2").load(toServe)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		"COLOUR in .env is not a setting\n",
		"HTTP_ADR in .env is not a setting; did you mean HTTP_ADDR?",
		"DATABSE_URL in the environment is not a setting; did you mean DATABASE_URL?",
		"jwt_keys_file in the environment is not a setting; did you mean JWT_KEYS_FILE?",
		"APP_ENV must be development, test or production",
		"LOG_LEVEL must", "HTTP_ADDR must", "BASE_URL must", "ADMIN_ADDR must", "TRUSTED_PROXIES must", "DATABASE_MAX_CONNS must", "DEMO_NOW must",
	} {
		if !strings.Contains(err.Error()+"\n", want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "HOME") {
		t.Errorf("got %v, want no value and no stranger in it", err)
	}
}

func TestADotEnvThatCannotBeReadIsNotQuoted(t *testing.T) {
	t.Parallel()
	_, err := with(t, "hunter2 'x\n").load(nil)
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), ".env") {
		t.Errorf("got %v, want an error without the line", err)
	}
}

func TestNamesNearlyOursAreFoundAndOthersAreNot(t *testing.T) {
	t.Parallel()
	known := settingNames()
	for name, want := range map[string]bool{
		"DATABSE_URL": true, "DATABASE_URI": true, "DATABASEURL": true, "http_addr": true, "HTTP_ADDRS": true, "APPENV": true,
		"APP_ENVS": true, "JWT_KEY_FILE": true, "DATADIR": true, "TRUSTED_PROXY": false, "DATABASE_ONWER_URL": true,
		"PATH": false, "HOME": false, "HTTP_PROXY": false, "HTTPS_PROXY": false, "NO_PROXY": false, "PGHOST": false, "LANG": false,
		"BASH_ENV": false, "TEST_DATABASE_URL": false, "TMPDIR": false, "USER": false, "CI": false, "GOFLAGS": false, "LOGNAME": false,
		"SSL_CERT_FILE": false, "SSL_CERT_DIR": false, "NODE_ENV": false, "RAILS_ENV": false,
	} {
		if got := suggestion(name, known) != ""; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// sound is what production needs, in order; each test spoils one part.
func sound(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	jwt, answers := filepath.Join(dir, "jwt.json"), filepath.Join(dir, "answer.key")
	if err := auth.CreateKeys(jwt, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := seal.Create(answers); err != nil {
		t.Fatal(err)
	}
	auditKey := filepath.Join(dir, "audit.key")
	if err := prooflog.CreateKeys(auditKey, "throughline.example/audit"); err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(dir, "token")
	return map[string]string{
		"APP_ENV": "production", "BASE_URL": "https://throughline.example",
		"DATABASE_URL":  "postgres://throughline_app:Vb7-kQz2mXw9-Lr4t@db.example/throughline?sslmode=verify-full",
		"JWT_KEYS_FILE": jwt, "ANSWER_KEY_FILE": answers, "AUDIT_KEY_FILE": auditKey, "KMS_URI": "hcvault://vault.example:8200/transit/keys/throughline", "KMS_TOKEN_FILE": token,
	}
}

func TestProductionRefusesWhatIsForDemos(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change map[string]string
		want   string // empty: fine
	}{
		"what is sound":            {nil, ""},
		"a private database":       {map[string]string{"DATABASE_URL": ""}, "DATABASE_URL must be set"},
		"a clock of its own":       {map[string]string{"DEMO_NOW": "2026-11-20T09:00:00Z"}, "DEMO_NOW must not"},
		"no origin":                {map[string]string{"BASE_URL": ""}, "BASE_URL must be set"},
		"no TLS":                   {map[string]string{"BASE_URL": "http://throughline.example"}, "BASE_URL must be set"},
		"an open admin address":    {map[string]string{"ADMIN_ADDR": ":8081"}, "ADMIN_ADDR must be"},
		"no admin address":         {map[string]string{"ADMIN_ADDR": "off"}, ""},
		"no signing keys":          {map[string]string{"JWT_KEYS_FILE": ""}, "JWT_KEYS_FILE must be set"},
		"no answer key":            {map[string]string{"ANSWER_KEY_FILE": ""}, "ANSWER_KEY_FILE must be set"},
		"no audit key":             {map[string]string{"AUDIT_KEY_FILE": ""}, "AUDIT_KEY_FILE must be set"},
		"a missing audit key":      {map[string]string{"AUDIT_KEY_FILE": "/nowhere/audit.key"}, "AUDIT_KEY_FILE: "},
		"no key-encryption key":    {map[string]string{"KMS_URI": ""}, "KMS_URI must be set"},
		"a key that is a file":     {map[string]string{"KMS_URI": "file:///nowhere/kek.key"}, "KMS_FILE_IN_PRODUCTION=yes"},
		"a key that is not there":  {map[string]string{"KMS_URI": "file:///nowhere/kek.key", "KMS_FILE_IN_PRODUCTION": "yes"}, "is not at /nowhere/kek.key"},
		"a key that is somewhere":  {map[string]string{"KMS_URI": "hunter2://vault.example/transit/keys/a"}, "KMS_URI must begin"},
		"a key without a name":     {map[string]string{"KMS_URI": "hcvault://root:hunter2@vault.example/transit/keys/a"}, "KMS_URI must be hcvault://"},
		"a key without a token":    {map[string]string{"KMS_TOKEN_FILE": ""}, "KMS_TOKEN_FILE must name"},
		"perhaps":                  {map[string]string{"KMS_FILE_IN_PRODUCTION": "hunter2"}, "KMS_FILE_IN_PRODUCTION must be yes"},
		"a missing key":            {map[string]string{"ANSWER_KEY_FILE": "/nowhere/answer.key"}, "ANSWER_KEY_FILE: "},
		"a short password":         {map[string]string{"DATABASE_URL": "postgres://throughline_app:x7Qz2m@db.example/t?sslmode=verify-full"}, "easy to guess"},
		"a word for a password":    {map[string]string{"DATABASE_URL": "postgres://app:throughline-postgres-2026@db.example/t?sslmode=verify-full"}, "easy to guess"},
		"a database without TLS":   {map[string]string{"DATABASE_URL": "postgres://app:Vb7-kQz2mXw9-Lr4t@db.example/t?sslmode=prefer"}, "ask for TLS"},
		"one on this machine":      {map[string]string{"DATABASE_URL": "postgres://app:Vb7-kQz2mXw9-Lr4t@127.0.0.1/t?sslmode=disable"}, ""},
		"one by a socket":          {map[string]string{"DATABASE_URL": "postgres://throughline_app@/throughline?host=/run/postgresql"}, ""},
		"a mail server that isn't": {map[string]string{"SMTP_URL": "https://mail.example"}, "SMTP_URL must"},
		"a database that isn't":    {map[string]string{"DATABASE_URL": "mysql://hunter2:x@y:z/"}, "DATABASE_URL must be an address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var environ []string
			values := sound(t)
			for k, v := range test.change {
				values[k] = v
			}
			for k, v := range values {
				environ = append(environ, k+"="+v)
			}
			_, err := with(t, "", environ...).load(toServe)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want it taken", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2")):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}

	t.Run("a demo", func(t *testing.T) {
		t.Parallel()
		if _, err := with(t, "", "APP_ENV=production").load(toDemo); err == nil || !strings.Contains(err.Error(), "no demo data") {
			t.Errorf("got %v, want it refused", err)
		}
	})

	t.Run("a key that others can read", func(t *testing.T) {
		t.Parallel()
		values := sound(t)
		if err := os.Chmod(values["ANSWER_KEY_FILE"], 0o644); err != nil {
			t.Fatal(err)
		}
		if found := keyProblems(values["JWT_KEYS_FILE"], values["ANSWER_KEY_FILE"]); len(found) != 1 || !strings.Contains(found[0], "0600") {
			t.Errorf("got %q, want the mode told", found)
		}
	})

	t.Run("a .env, which it does not even read", func(t *testing.T) {
		t.Parallel()
		if _, err := with(t, "NONSENSE", "APP_ENV=production").load(nil); err != nil {
			t.Errorf("got %v, want .env left alone", err)
		}
		if _, err := with(t, "APP_ENV=production").load(nil); err == nil || !strings.Contains(err.Error(), "APP_ENV=production stands in .env") {
			t.Errorf("got %v, want it refused", err)
		}
	})
}

func TestTheOriginFollowsFromTheAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"localhost:8080": "http://localhost:8080", ":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80",
		"[::]:8080": "http://localhost:8080", "127.0.0.1:9": "http://127.0.0.1:9", "[::1]:9": "http://[::1]:9",
	} {
		cfg, found := with(t, "", "HTTP_ADDR="+addr).parse()
		if len(found) > 0 || cfg.origin() != want || cfg.base().String() != want {
			t.Errorf("%s: got %s and %v, want %s", addr, cfg.origin(), found, want)
		}
	}
	cfg, _ := with(t, "", "BASE_URL=https://throughline.example/").parse()
	if cfg.origin() != "https://throughline.example" || !cfg.secure() {
		t.Errorf("got %s, want what BASE_URL says", cfg.origin())
	}
}

func TestTheDemoClockStartsWhereItIsToldAndTicks(t *testing.T) {
	t.Parallel()
	cfg, found := with(t, "", "DEMO_NOW=2026-11-20T09:00:00Z").parse()
	if len(found) > 0 {
		t.Fatal(found)
	}
	now := cfg.clock()
	first := now()
	if d := first.Sub(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)); d < 0 || d > time.Minute {
		t.Errorf("got %s, want the time it was told", first)
	}
	if second := now(); !second.After(first) {
		t.Errorf("got %s after %s, want it to tick", second, first)
	}
}

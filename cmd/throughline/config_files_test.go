package main

import (
	"strings"
	"testing"

	"throughline/internal/secret"
)

func TestTheSettingsOfFilesAreHeldToReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"none":                      {func(*Config) {}, ""},
		"a folder":                  {func(c *Config) { c.FilesURL = secret.New("file:///var/lib/throughline/files") }, ""},
		"a bucket":                  {func(c *Config) { c.FilesURL = secret.New("s3://k:hunter2@host/bucket?region=eu-west-2") }, ""},
		"a bucket without a key":    {func(c *Config) { c.FilesURL = secret.New("s3://hunter2/bucket") }, "FILES_URL must be"},
		"a folder of nobody":        {func(c *Config) { c.FilesURL = secret.New("hunter2") }, "FILES_URL must be"},
		"a scanner":                 {func(c *Config) { c.ClamdAddr = "127.0.0.1:3310" }, ""},
		"a scanner's socket":        {func(c *Config) { c.ClamdAddr = "unix:/run/clamav/clamd.ctl" }, ""},
		"a scanner nowhere":         {func(c *Config) { c.ClamdAddr = "hunter2" }, "CLAMD_ADDR must be"},
		"unscanned files allowed":   {func(c *Config) { c.FilesUnscanned = "allow" }, ""},
		"unscanned files, misspelt": {func(c *Config) { c.FilesUnscanned = "hunter2" }, "FILES_UNSCANNED must be"},
	} {
		var cfg Config
		c.change(&cfg)
		found := strings.Join(files(cfg), "; ")
		if (c.want == "") != (found == "") || !strings.Contains(found, c.want) || strings.Contains(found, "hunter2") {
			t.Errorf("%s: got %q, want %q and no value", name, found, c.want)
		}
	}
}

func TestWithoutAScannerProductionHandsNothingOutUnlessToldTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env       environment
		unscanned string
		want      bool
	}{{production, "", false}, {production, "allow", true}, {development, "", true}, {test, "", true}} {
		cfg := Config{Env: c.env, FilesUnscanned: c.unscanned, DataDir: t.TempDir(), FilesMaxMB: 10, FilesDayMB: 1, FilesOrgGB: 1}
		_, o, err := openFiles(cfg)
		if err != nil || o.Scanner != nil || o.Unscanned != c.want || o.MostFile != 10<<20 {
			t.Errorf("%s with %q: got %+v, %v, want unscanned files open: %v", c.env, c.unscanned, o, err, c.want)
		}
	}
	cfg := Config{Env: production, DataDir: t.TempDir(), ClamdAddr: "127.0.0.1:3310"}
	if _, o, err := openFiles(cfg); err != nil || o.Scanner == nil {
		t.Errorf("with a scanner: got %+v, %v", o, err)
	}
}

package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/services/keys"
)

// yes is a setting that is given by saying yes.
type yes bool

// UnmarshalText takes yes, and nothing else.
func (y *yes) UnmarshalText(b []byte) error {
	if *y = string(b) == "yes"; !*y {
		return errors.New("not yes")
	}
	return nil
}

// kmsURI is where the key-encryption key is; outside production it has a place
// of its own, and is made there at the first start.
func (c Config) kmsURI() string {
	if c.KMSURI != "" {
		return c.KMSURI
	}
	return vault.FileURI(filepath.Join(c.DataDir, "keys", "kek.key"))
}

// kekOptions say how the key-encryption key is found; create: it may be made.
func (c Config) kekOptions(create bool) vault.KEKOptions {
	return vault.KEKOptions{URI: c.kmsURI(), TokenFile: c.KMSTokenFile, Make: create && c.KMSURI == "" && c.Env != production}
}

// kms checks what production needs of the key-encryption key.
func kms(c Config) (found problems) {
	switch {
	case c.KMSURI == "":
		return problems{"KMS_URI must be set in production"}
	case strings.HasPrefix(c.KMSURI, "file:") && !bool(c.KMSFileInProduction):
		return problems{"KMS_URI names a file, which production takes only with KMS_FILE_IN_PRODUCTION=yes: a key management server keeps the key from whoever copies this machine"}
	}
	return kmsProblems(c)
}

// kmsProblems opens the key-encryption key, without asking a server yet.
func kmsProblems(c Config) problems {
	if _, err := vault.OpenKEK(c.kekOptions(false)); err != nil {
		return problems{"KMS_URI: " + err.Error()}
	}
	return nil
}

// openKeys fills a vault with the data keys of a database. Where there are none
// it makes them and seals what the release before left in clear; where there are, the key-encryption key that wrapped them has
// to be the one that is set.
func openKeys(ctx context.Context, cfg Config, db *pg.DB, v *vault.Vault) (*keys.Service, error) {
	made, err := keys.Made(ctx, db)
	if err != nil {
		return nil, err
	}
	kek, err := vault.OpenKEK(cfg.kekOptions(!made))
	if err != nil {
		return nil, err
	}
	s := keys.New(db, v, kek)
	if err := s.Load(ctx); err != nil {
		return nil, err
	}
	_, err = s.Settle(ctx)
	return s, err
}

// vaultOf opens the data keys of a migrated database for a command that does
// not serve.
func (p program) vaultOf(ctx context.Context, cfg Config, dsn string) (*vault.Vault, error) {
	v := &vault.Vault{}
	err := p.withKeys(ctx, cfg, dsn, v, func(*keys.Service) error { return nil })
	return v, err
}

// withKeys runs fn with the data keys of a migrated database.
func (p program) withKeys(ctx context.Context, cfg Config, dsn string, v *vault.Vault, fn func(*keys.Service) error) error {
	db, err := pg.Open(ctx, pg.Options{DSN: dsn, Now: cfg.clock(), MaxConns: 2, Vault: v})
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := openKeys(ctx, cfg, db, v)
	if err != nil {
		return err
	}
	return fn(s)
}

// withService runs fn with a service that has loaded nothing yet.
func (p program) withService(ctx context.Context, cfg Config, dsn string, kek vault.KEK, fn func(*keys.Service) error) error {
	v := &vault.Vault{}
	db, err := pg.Open(ctx, pg.Options{DSN: dsn, Now: cfg.clock(), MaxConns: 2, Vault: v})
	if err != nil {
		return err
	}
	defer db.Close()
	return fn(keys.New(db, v, kek))
}

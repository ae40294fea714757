package main

import (
	"context"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/services/keys"
)

// inspectDataKeys looks whether what was sealed can be opened: that the data
// keys are there and the key-encryption key unwraps them. It makes none.
func inspectDataKeys(ctx context.Context, cfg Config, dsn string) (all findings) {
	v := &vault.Vault{}
	db, err := pg.Open(ctx, pg.Options{DSN: dsn, Now: cfg.clock(), MaxConns: 1, Vault: v})
	if err != nil {
		all.add(wrong, "The data keys could not be looked at: %s.", plainly(err))
		return all
	}
	defer db.Close()
	made, err := keys.Made(ctx, db)
	switch {
	case err != nil:
		all.add(wrong, "The data keys could not be looked at: %s.", plainly(err))
		return all
	case !made:
		all.add(warning, "There are no data keys yet: the first throughline serve makes them.")
		return all
	}
	kek, err := vault.OpenKEK(cfg.kekOptions(false))
	if err == nil {
		err = keys.New(db, v, kek).Whole(ctx)
	}
	if err != nil {
		all.add(wrong, "Nothing that was sealed can be read: %s.", plainly(err))
		return all
	}
	all.add(fine, "The data keys are there, and %s unwraps them.", kek.Name())
	return all
}

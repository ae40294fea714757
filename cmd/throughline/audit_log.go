package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/models"
	"throughline/services/audit"
	"throughline/services/jobs"
)

// auditKey is the file of the key that signs the audit log's checkpoints.
func (c Config) auditKey() string {
	if c.AuditKeyFile != "" {
		return c.AuditKeyFile
	}
	return filepath.Join(c.DataDir, "keys", "audit.key")
}

// logName is the name of the audit log in its keys and checkpoints: whose it is
// has to be plain to somebody who finds one in ten years.
func (c Config) logName() string { return c.base().Hostname() + "/audit" }

// makeAuditKey makes the audit log's key at a first start, where no setting names
// a file.
func makeAuditKey(cfg Config) error {
	if cfg.AuditKeyFile != "" {
		return nil
	}
	if err := prooflog.CreateKeys(cfg.auditKey(), cfg.logName()); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// auditKeyMissing finds that production names no audit key, or one that cannot be
// read.
func auditKeyMissing(c Config) problems {
	if c.AuditKeyFile == "" {
		return problems{"AUDIT_KEY_FILE must be set in production"}
	}
	return auditKeyProblems(c.AuditKeyFile)
}

func auditKeyProblems(path string) problems {
	if _, err := prooflog.LoadKeys(path); err != nil {
		return problems{"AUDIT_KEY_FILE: " + err.Error()}
	}
	return nil
}

// auditJobs are the periodic jobs of the audit log.
func (a *app) auditJobs(cfg Config) ([]jobs.Option, error) {
	keys, err := prooflog.LoadKeys(cfg.auditKey())
	if err != nil {
		return nil, err
	}
	return []jobs.Option{jobs.WithLog(audit.NewLog(a.db, keys))}, nil
}

// numberAll numbers the trail of a database that was just filled.
func (p program) numberAll(ctx context.Context, cfg Config, d *database) error {
	if err := makeAuditKey(cfg); err != nil {
		return err
	}
	keys, err := prooflog.LoadKeys(cfg.auditKey())
	if err != nil {
		return err
	}
	db, err := pg.Open(ctx, pg.Options{DSN: d.appDSN, Now: cfg.clock(), MaxConns: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	begun := time.Now()
	n, err := audit.NewLog(db, keys).Number(models.WithActor(ctx, models.System()))
	if err != nil {
		return err
	}
	p.say("Numbered %s events of the trail in %s.", models.Count(int(n)), time.Since(begun).Round(100*time.Millisecond))
	return nil
}

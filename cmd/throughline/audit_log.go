package main

import (
	"context"
	"errors"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"time"

	"throughline/internal/courier"
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
	out := []jobs.Option{jobs.WithLog(audit.NewLog(a.db, keys))}
	places, err := cfg.places()
	if err != nil {
		return nil, err
	}
	if len(places) > 0 {
		out = append(out, jobs.WithDeliveries(audit.NewDeliveries(a.db, places, a.log)))
	}
	return out, nil
}

// mailAddresses are e-mail addresses with commas between.
type mailAddresses []string

// UnmarshalText takes ten at most.
func (m *mailAddresses) UnmarshalText(b []byte) error {
	list, err := mail.ParseAddressList(string(b))
	if err != nil || len(list) > 10 {
		return errors.New("no addresses")
	}
	for _, a := range list {
		*m = append(*m, a.Address)
	}
	return nil
}

// places are those outside where checkpoints are taken.
func (c Config) places() (out []courier.Place, err error) {
	if c.CheckpointDir != "" {
		out = append(out, courier.Folder{Dir: c.CheckpointDir})
	}
	if len(c.CheckpointEmails) > 0 {
		boxes, err := courier.Mailboxes(c.SMTPURL.Reveal(), "audit@"+c.base().Hostname(), c.CheckpointEmails)
		if err != nil {
			return nil, err
		}
		out = append(out, boxes...)
	}
	if c.CheckpointStore.Set() {
		store, err := courier.NewStore(c.CheckpointStore.Reveal())
		if err != nil {
			return nil, err
		}
		out = append(out, store)
	}
	return out, nil
}

// deliveryProblems finds what stands in the way of delivering checkpoints.
func deliveryProblems(c Config) (found problems) {
	if len(c.CheckpointEmails) > 0 && !c.SMTPURL.Set() {
		found = append(found, "SMTP_URL must be set: CHECKPOINT_EMAILS are reached by it")
	}
	if c.CheckpointDir != "" {
		if info, err := os.Stat(c.CheckpointDir); err != nil || !info.IsDir() {
			found = append(found, "CHECKPOINT_DIR must be a folder that is there")
		}
	}
	if c.CheckpointStore.Set() {
		if _, err := courier.NewStore(c.CheckpointStore.Reveal()); err != nil {
			found = append(found, "CHECKPOINT_STORE must be s3://key:secret@host/bucket/folder")
		}
	}
	return found
}

// inspectLog looks at the audit log: whether it goes on, and whether what was
// signed leaves.
func inspectLog(ctx context.Context, dsn string, cfg Config) (all findings) {
	h, err := audit.Inspect(ctx, dsn)
	if err != nil {
		all.add(wrong, "The audit log could not be looked at: %s.", plainly(err))
		return all
	}
	keys, err := prooflog.LoadKeys(cfg.auditKey())
	switch {
	case err != nil: // the keys have a finding of their own
	case h.Note == "":
		all.add(warning, "Nothing of the audit trail has been signed yet: the jobs of throughline serve or work do it.")
	default:
		if _, err := keys.Open(h.Note); err != nil {
			all.add(wrong, "The last checkpoint of the audit log is not signed by our key: it was altered, or the key is another. Run throughline audit verify.")
		} else {
			all.add(fine, "The audit log has signed %s events.", models.Count(int(h.Size)))
		}
	}
	if h.Waiting {
		all.add(wrong, "Events of the audit trail have waited ten minutes for a number: the jobs do not run, or the log was altered (throughline audit verify).")
	}
	places, err := cfg.places()
	switch {
	case err == nil && len(places) == 0:
		all.add(warning, "Checkpoints of the audit log are delivered nowhere: set CHECKPOINT_DIR, CHECKPOINT_EMAILS or CHECKPOINT_STORE, or keep them by hand.")
	case len(h.Failing) == 0:
		all.add(fine, "Checkpoints of the audit log are delivered outside.")
	}
	for _, f := range h.Failing {
		all.add(warning, "The last checkpoint could not be delivered by %s.", f)
	}
	return all
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

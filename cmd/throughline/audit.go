package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/models"
	"throughline/services/audit"
)

func newAuditCmd(p program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Prove the audit trail, or find what was altered in it",
		Long: `The audit trail is numbered and signed as a log that can be proved
(docs/security/audit-log.md). Whoever keeps the log's public keys and an old
checkpoint elsewhere can show that nothing before it was changed, reordered or
taken away, or can say what was.`,
		Args: cobra.NoArgs, RunE: needsSubcommand,
	}
	cmd.AddCommand(auditCheckpoint(p), auditVerify(p), auditPublicKey(p))
	return cmd
}

func auditCheckpoint(p program) *cobra.Command {
	var out string
	var deliver bool
	cmd := &cobra.Command{
		Use: "checkpoint", Short: "Print the last signed checkpoint, keep it in a file, or deliver it outside", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if deliver {
				return p.deliver(cmd.Context())
			}
			return p.readingAudit(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				note, err := audit.LastNote(ctx, conn)
				if err != nil {
					return err
				}
				if out == "" {
					_, err = fmt.Fprint(p.stdout, note)
					return err
				}
				if err := os.WriteFile(out, []byte(note), 0o600); err != nil {
					return err
				}
				p.say("Kept in %s. Take it where nobody who runs this database can reach it.", out)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write it to")
	cmd.Flags().BoolVar(&deliver, "send", false, "deliver it now to CHECKPOINT_DIR, CHECKPOINT_EMAILS and CHECKPOINT_STORE")
	return cmd
}

// deliver takes the last checkpoint to every place at once.
func (p program) deliver(ctx context.Context) (err error) {
	cfg, err := p.load(addresses)
	if err != nil {
		return err
	}
	places, err := cfg.places()
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return usageError{errors.New("CHECKPOINT_DIR, CHECKPOINT_EMAILS or CHECKPOINT_STORE must say where to")}
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	db, err := pg.Open(ctx, pg.Options{DSN: d.appDSN, Now: cfg.clock(), MaxConns: 4})
	if err != nil {
		return err
	}
	defer db.Close()
	n, err := audit.NewDeliveries(db, places, p.logger(cfg)).Deliver(models.WithActor(ctx, models.System()), true)
	p.say("Delivered to %d of %s.", n, plural(len(places), "place"))
	return err
}

func auditPublicKey(p program) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "public-key", Short: "Print the public keys of the log, which whoever verifies needs", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := p.load(nil)
			if err != nil {
				return err
			}
			keys, err := prooflog.LoadKeys(cfg.auditKey())
			if err != nil {
				return err
			}
			if out != "" {
				return os.WriteFile(out, []byte(keys.Public.String()), 0o644) //nolint:gosec // it is public
			}
			_, err = fmt.Fprint(p.stdout, keys.Public)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write them to")
	return cmd
}

// verifyFlags are the files a verification is given.
type verifyFlags struct {
	publicKey, bundle string
	checkpoints       []string
	since             string
}

func auditVerify(p program) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compare the audit trail with what was signed, and name what was altered",
		Long: `Reads the whole trail and its log as DATABASE_OWNER_URL, changes nothing, and
compares every event with its hash, every hash with the tree, and the tree with
every checkpoint: those of the database and those you kept. Only a checkpoint
that was kept elsewhere shows that the end was cut off. Without --public-key it
takes the key of this installation, which whoever altered the log may hold too.

With --bundle it looks at one evidence file instead, and needs no database.`,
		Example: `  throughline audit verify --public-key log.pub --checkpoint march.txt
  throughline audit verify --public-key log.pub --bundle evidence.json --since march.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.publicKey == "" && f.bundle != "" {
				return usageError{errors.New("--public-key must name the file of the log's public keys, one that you kept")}
			}
			if f.since != "" {
				f.checkpoints = append(f.checkpoints, f.since)
			}
			public, notes, err := f.read(p)
			if err != nil {
				return usageError{err}
			}
			if f.bundle != "" {
				return p.verifyBundle(f.bundle, public, notes)
			}
			return p.verifyDatabase(cmd.Context(), public, notes)
		},
	}
	cmd.Flags().StringVar(&f.publicKey, "public-key", "", "the file of the log's public keys")
	cmd.Flags().StringArrayVar(&f.checkpoints, "checkpoint", nil, "a checkpoint that was kept elsewhere; again for each")
	cmd.Flags().StringVar(&f.since, "since", "", "an older one, which has to be the beginning of it")
	cmd.Flags().StringVar(&f.bundle, "bundle", "", "an evidence file: look at that, without a database")
	return cmd
}

// read reads the files that were kept.
func (f verifyFlags) read(p program) (prooflog.Public, []string, error) {
	public, err := f.public(p)
	if err != nil {
		return public, nil, err
	}
	var notes []string
	for _, name := range f.checkpoints {
		note, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			return public, nil, err
		}
		notes = append(notes, string(note))
	}
	return public, notes, nil
}

// public reads the log's public keys: those that were kept, or else the
// installation's own, which prove less.
func (f verifyFlags) public(p program) (prooflog.Public, error) {
	if f.publicKey == "" {
		cfg, err := p.load(nil)
		if err != nil {
			return prooflog.Public{}, err
		}
		keys, err := prooflog.LoadKeys(cfg.auditKey())
		if err != nil {
			return prooflog.Public{}, fmt.Errorf("--public-key names no file, and the key of this installation cannot be read: %w", err)
		}
		p.say("Compared by the key of this installation, which whoever altered the log may hold too: keep the public key elsewhere, and name it with --public-key.")
		return keys.Public, nil
	}
	text, err := os.ReadFile(filepath.Clean(f.publicKey))
	if err != nil {
		return prooflog.Public{}, err
	}
	public, err := prooflog.ParsePublic(string(text))
	if err != nil {
		return public, fmt.Errorf("%s: %w", f.publicKey, err)
	}
	return public, nil
}

// verifyBundle proves one event by the public keys alone.
func (p program) verifyBundle(name string, public prooflog.Public, earlier []string) error {
	file, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		return usageError{err}
	}
	b, err := prooflog.ReadBundle(file)
	if err != nil {
		return err
	}
	c, err := b.Check(public)
	if err != nil {
		return fmt.Errorf("this proves nothing: %w", err)
	}
	for _, note := range earlier {
		if err := b.CheckSince(public, note); err != nil {
			return fmt.Errorf("this proves nothing: %w", err)
		}
	}
	detail := "Its detail was erased."
	if b.Detail != nil {
		detail = "Its detail is the one that was sealed: " + *b.Detail
	}
	p.say("Proved: event %s, %s on %s, is number %d of the log %s. %s\nIt was there when checkpoint %d was signed, on %s, over %s events.",
		b.Event.ID, b.Event.Action, b.Event.At.UTC().Format(time.RFC3339), b.Leaf, c.Origin, detail, c.Number, c.Time.Format(time.RFC3339), models.Count(int(c.Size)))
	return nil
}

func (p program) verifyDatabase(ctx context.Context, public prooflog.Public, notes []string) error {
	return p.readingAudit(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		v, err := audit.Verify(ctx, conn, public, notes)
		if err != nil {
			return err
		}
		for _, f := range v.Findings {
			p.say("%s", f)
		}
		p.say("%s events of the log looked at, %s of them without their detail, erased as the log says; %s waiting for a number.",
			models.Count(int(v.Events)), models.Count(int(v.Erased)), models.Count(int(v.Waiting)))
		if v.Last.Number > 0 {
			p.say("The last checkpoint of the database is number %d of %s, over %s events.", v.Last.Number, v.Last.Time.Format(time.RFC3339), models.Count(int(v.Last.Size)))
		}
		for _, c := range v.Against {
			p.say("Compared with the one you kept: number %d of %s, over %s events.", c.Number, c.Time.Format(time.RFC3339), models.Count(int(c.Size)))
		}
		if len(notes) == 0 {
			p.say("Without a checkpoint that was kept elsewhere nobody can tell whether the end was cut off.")
		}
		if len(v.Findings) > 0 {
			p.say("\n%s: the trail is not what was signed.", plural(len(v.Findings), "finding"))
			return errTold
		}
		p.say("\nNothing was altered.")
		return nil
	})
}

// readingAudit connects as the schema's owner, who reads the audit tables whole.
func (p program) readingAudit(ctx context.Context, fn func(context.Context, *pgx.Conn) error) (err error) {
	cfg, err := p.load(addresses)
	if err != nil {
		return err
	}
	if !cfg.private() && !cfg.DatabaseOwnerURL.Set() {
		return usageError{errors.New("DATABASE_OWNER_URL must be set: the whole trail is read past row security")}
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	conn, err := pgx.Connect(ctx, d.ownerDSN)
	if err != nil {
		return errors.New(plainly(err))
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return fn(ctx, conn)
}

func adminAuditKey(p program) *cobra.Command {
	var rotate bool
	cmd := &cobra.Command{
		Use: "audit-key", Short: "Make the key that signs the audit log, or sign with a fresh one from now on", Args: cobra.NoArgs,
		Long: `Makes AUDIT_KEY_FILE. With --rotate it puts a fresh key in it and keeps the public
half of the one before, which verifies what that has signed. Give the printed
public keys to whoever verifies, before anything has to be proved.`,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := p.load(nil)
			if err != nil {
				return err
			}
			if rotate {
				public, err := prooflog.RotateKeys(cfg.auditKey())
				if err != nil {
					return err
				}
				p.say("The log signs with a fresh key once throughline is started again. Its public keys, newest first:\n%s", public)
				return nil
			}
			if err := prooflog.CreateKeys(cfg.auditKey(), cfg.logName()); err != nil {
				return err
			}
			keys, err := prooflog.LoadKeys(cfg.auditKey())
			if err != nil {
				return err
			}
			p.say("Made %s. The public key of the log:\n%s", cfg.auditKey(), keys.Public)
			return nil
		},
	}
	cmd.Flags().BoolVar(&rotate, "rotate", false, "put a fresh key in front of the one there is")
	return cmd
}

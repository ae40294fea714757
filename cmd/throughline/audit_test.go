package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/prooflog"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/audit"
)

// TestAnAuditorVerifiesWithAPublicKeyAndAnOldCheckpoint goes the way of
// docs/security/audit-log.md, command by command.
func TestAnAuditorVerifiesWithAPublicKeyAndAnOldCheckpoint(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	environ := []string{"DATABASE_URL=" + w.AppDSN, "DATABASE_OWNER_URL=" + w.OwnerDSN, "DATA_DIR=" + dir}
	run := func(want int, says string, args ...string) string {
		t.Helper()
		code, out, stderr := call(t, environ, args...)
		if code != want || !strings.Contains(out+stderr, says) {
			t.Errorf("%v: got exit %d and %q %q, want %d and %q", args, code, out, stderr, want, says)
		}
		return out
	}
	run(exitFine, "localhost/audit+", "admin", "audit-key")
	run(exitFailed, "exists", "admin", "audit-key")
	run(exitFailed, "Nothing has been signed yet", "audit", "checkpoint")
	number := func() {
		t.Helper()
		keys, err := prooflog.LoadKeys(filepath.Join(dir, "keys", "audit.key"))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.Do(t, "insert into audit_events (id, at, actor_org_id, action, subject_type, detail) values ($1, $2, $3, 'case.tested', 'case', '{\"a\": 1}')",
				models.NewID(), w.Clock.Now(), w.Org(testkit.OrgPolice).ID)
		}
		if n, err := audit.NewLog(w.DB, keys).Number(w.System()); err != nil || n < 3 {
			t.Fatalf("numbered %d, %v", n, err)
		}
	}
	number()
	run(exitFine, "Kept in", "audit", "checkpoint", "--out", in("old.txt"))
	run(exitFine, "", "audit", "public-key", "--out", in("old.pub"))
	run(exitFine, "Nothing was altered", "audit", "verify", "--public-key", in("old.pub"), "--checkpoint", in("old.txt"))
	run(exitFine, "Compared by the key of this installation", "audit", "verify")

	// Delivered outside, and told by doctor when it fails.
	environ = append(environ, "CHECKPOINT_DIR="+dir)
	run(exitFine, "Delivered to 1 of 1 place", "audit", "checkpoint", "--send")
	if kept, err := os.ReadFile(in("audit-checkpoint-00000001.txt")); err != nil || !strings.Contains(string(kept), "localhost/audit") {
		t.Errorf("got %q, %v, want the checkpoint in the folder", kept, err)
	}
	if _, out, _ := call(t, environ, "doctor"); !strings.Contains(out, "The audit log has signed 3 events") || !strings.Contains(out, "are delivered outside") {
		t.Errorf("doctor says %q", out)
	}
	w.Do(t, "update audit_receipts set sent_at = null, failure = 'it did not answer in time'")
	w.Do(t, "insert into audit_events (id, at, recorded_at, action, subject_type) values ($1, now(), now() - interval '11 minutes', 'case.tested', 'case')", models.NewID())
	if _, out, _ := call(t, environ, "doctor"); !strings.Contains(out, "could not be delivered by file (folder): it did not answer in time") || !strings.Contains(out, "have waited ten minutes") {
		t.Errorf("doctor says %q", out)
	}
	environ = environ[:len(environ)-1]
	run(exitUsage, "must say where to", "audit", "checkpoint", "--send")

	// With a fresh key the old public keys say nothing of what it signs.
	before, _ := os.ReadFile(in("old.pub"))
	rotated := run(exitFine, "fresh key", "admin", "audit-key", "--rotate")
	if !strings.Contains(rotated, strings.TrimSpace(string(before))) {
		t.Errorf("got %q, want the key before among them", rotated)
	}
	number()
	run(exitFine, "", "audit", "public-key", "--out", in("new.pub"))
	run(exitFine, "Kept in", "audit", "checkpoint", "--out", in("new.txt"))
	run(exitFailed, "checkpoint 2 was altered or forged", "audit", "verify", "--public-key", in("old.pub"), "--checkpoint", in("old.txt"))
	run(exitFine, "Nothing was altered", "audit", "verify", "--public-key", in("new.pub"), "--checkpoint", in("new.txt"), "--since", in("old.txt"))

	bundle := evidence(t, w)
	if err := os.WriteFile(in("evidence.json"), bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	alone := environ
	environ = []string{"DATA_DIR=" + dir, "DATABASE_URL=postgres://nobody@127.0.0.1:1/none"}
	run(exitFine, "Proved: event", "audit", "verify", "--public-key", in("new.pub"), "--bundle", in("evidence.json"), "--since", in("old.txt"))
	if err := os.WriteFile(in("forged.json"), []byte(strings.Replace(string(bundle), "case.tested", "case.logged", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	run(exitFailed, "This proves nothing", "audit", "verify", "--public-key", in("new.pub"), "--bundle", in("forged.json"))
	run(exitUsage, "DATABASE_OWNER_URL must be set", "audit", "verify", "--public-key", in("new.pub"))
	run(exitUsage, "--public-key must name", "audit", "verify", "--bundle", in("evidence.json"))
	environ = append(environ, "DATA_DIR="+in("nowhere"))
	run(exitUsage, "--public-key names no file", "audit", "verify")
	environ = alone

	// Somebody who owns the server takes the end away, and leaves no trace of it
	// but with who kept the checkpoint.
	super, err := pgx.Connect(t.Context(), w.SuperDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = super.Close(t.Context()) }()
	for _, q := range []string{
		"set session_replication_role = replica", "delete from audit_events e using audit_leaves l where l.event_id = e.id and l.leaf >= (select min(size) from audit_checkpoints)",
		"delete from audit_leaves where leaf >= (select min(size) from audit_checkpoints)", "delete from audit_checkpoints where n > 1",
		"update audit_tiles set hashes = substr(hashes, 1, 32 * (select max(size)::int from audit_checkpoints))",
	} {
		if _, err := super.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	run(exitFine, "Without a checkpoint that was kept elsewhere", "audit", "verify", "--public-key", in("new.pub"))
	run(exitFailed, "the end was cut off", "audit", "verify", "--public-key", in("new.pub"), "--checkpoint", in("new.txt"))
}

// evidence is the file of an event's proof, since the first checkpoint.
func evidence(t *testing.T, w *testkit.Stage) []byte {
	t.Helper()
	var id [16]byte
	var size int64
	if err := w.Owner.QueryRow(t.Context(), "select id, (select min(size) from audit_checkpoints) from audit_events where action = 'case.tested' limit 1").Scan(&id, &size); err != nil {
		t.Fatal(err)
	}
	p, err := audit.New(w.DB).Prove(w.As("police.manager"), id, size)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

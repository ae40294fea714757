package pg_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unaudited are the files that change something without an event, what they may
// change, and why nobody needs to know (decisions.md 14). A file that is not
// listed fails; what it may not change fails too.
var unaudited = map[string]struct{ tables, why string }{
	"internal/pg/pg.go":            {"outbox", "where it is defined"},
	"internal/pg/batch.go":         {"outbox", "where it is defined"},
	"services/jobs/escalate.go":    {"emergency_accesses outbox notices", "that nobody looked in time is told; the access is recorded"},
	"services/drafts/drafts.go":    {"drafts", "an unfinished form is its writer's own; the trail begins when it is sent"},
	"services/jobs/outbox.go":      {"notices outbox linkage_waiting webhook_deliveries", "ids on their way from a change, which is recorded, to whom it concerns"},
	"services/jobs/sweep.go":       {"idempotency_keys outbox drafts sessions sign_in_attempts code_attempts kept_forms account_notices record_openings webhook_deliveries referrals audit_events", "what is past keeping; a draft referral that goes is recorded in the same statement"},
	"services/audit/deliver.go":    {"audit_receipts", "where a checkpoint was delivered holds nobody's record"},
	"services/audit/log.go":        {"audit_leaves audit_tiles audit_checkpoints", "the log over the trail is nobody's record, and would never end recording itself"},
	"services/clocks/clocks.go":    {"clocks referrals handoffs outbox", "time passed: what follows is told by the outbox and stands in the clock's own row, or the hand-off's"},
	"services/accounts/signin.go":  {"sign_in_attempts sessions users", "a guess is counted before anybody is known; the sign-in itself is recorded"},
	"services/accounts/guess.go":   {"code_attempts", "a guess at a code is counted before it is known whether it is right; what it opens is recorded"},
	"services/accounts/signon.go":  {"challenges", "what was asked of an organisation's sign-in is taken back once, before what it lets happen is recorded"},
	"services/accounts/passkey.go": {"challenges passkeys", "a challenge is signed once; the count of a passkey moves on before what it opens is recorded, in a transaction that adding one records"},
	"services/accounts/told.go":    {"account_notices outbox", "that somebody has read what they were told is theirs; telling is part of the change it tells of"},
	"services/accounts/kept.go":    {"kept_forms", "a form that could not be taken is its writer's own; the trail begins when it is sent"},
	"services/accounts/forget.go":  {"sign_in_attempts", "a guess that proved right, on a session that is recorded, is forgotten"},
	"services/accounts/session.go": {"sessions", "the last use of a session moves its idle time"},
	"services/keys/reseal.go":      {"", "the same content under another key: nobody reads it, and nothing it says changes"},
	"services/linkage/compare.go":  {"linkage_waiting linkage_pairs", "nobody reads what is compared; a pair that is put forward is recorded"},
	"services/status/enter.go":     {"", "a guess at a code is counted before it is known whose it is, and the last use of a session moves its idle time; what either opens is recorded"},
	"services/webhooks/send.go":    {"webhook_deliveries webhook_endpoints", "that a message of ids arrived is nobody's record; what is switched off is recorded"},
	"services/notices/notices.go":  {"notices", "that a notice was read is nobody's record"},
}

// changesTable finds the tables a statement changes.
var changesTable = regexp.MustCompile(`(?i)\b(?:insert into|update|delete from)\s+([a-z_]+)`)

func TestOnlyListedFilesChangeAnythingWithoutAnEvent(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	calls := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "node_modules" || d.Name() == "testdata") {
			return orSkip(err)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(source, []byte("Housekeeping")) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (id.Name == "Housekeeping" || id.Name == "BatchHousekeeping") {
				calls[name] = true
			}
			return true
		})
		if calls[name] {
			holdTables(t, name, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range calls {
		if _, ok := unaudited[name]; !ok {
			t.Errorf("%s changes something without an event: record one, or list the file with the reason", name)
		}
	}
	for name, file := range unaudited {
		if !calls[name] || file.why == "" {
			t.Errorf("%s is listed and does no housekeeping, or without a reason: take it off the list", name)
		}
	}
}

func orSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

// holdTables fails for a statement of a listed file that changes another table
// than those it is listed with.
func holdTables(t *testing.T, name string, file *ast.File) {
	t.Helper()
	may := strings.Fields(unaudited[name].tables)
	ast.Inspect(file, func(n ast.Node) bool {
		text, ok := n.(*ast.BasicLit)
		if !ok || text.Kind != token.STRING {
			return true
		}
		for _, m := range changesTable.FindAllStringSubmatch(text.Value, -1) {
			if m[1] != "set" && m[1] != "skip" && m[1] != "of" && !slices.Contains(may, m[1]) {
				t.Errorf("%s changes %s, which its housekeeping may not", name, m[1])
			}
		}
		return true
	})
}

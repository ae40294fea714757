package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A victim, a colleague's guess and a file of whom nothing may stand anywhere
// but in the record: each value holds a word or a number that no other has.
const (
	birdName    = "Zzcanary"
	birdNumber  = "07700 900941"
	birdEmail   = "zzcanary@victim.test"
	birdAddress = "19 Zzcanary Row, London"
	birdStory   = "He waited at the zzcanary gate and said that he would come back."
)

// bird finds any of it, however it is spelled in an address or a document.
var bird = regexp.MustCompile(`(?i)zzcanary|7700[ +%0-9]{0,3}900941`)

func birdCase() map[string]any {
	c := aCase(birdName)
	victim := c["victim"].(map[string]any)
	victim["family_name"], victim["known_as"], victim["address"] = birdName+"son", birdName+"ie", birdAddress
	contact := c["safe_contact"].(map[string]any)
	contact["channels"] = []any{
		map[string]any{"channel": "phone", "value": birdNumber, "safe": "yes", "note": birdStory},
		map[string]any{"channel": "email", "value": birdEmail, "safe": "yes"},
		map[string]any{"channel": "text", "value": birdNumber, "safe": "yes"},
	}
	contact["code_word"] = "zzcanaryword"
	incident := c["incidents"].([]any)[0].(map[string]any)
	incident["summary"], incident["crime_reference"] = birdStory, "ZZCANARY/26"
	c["related_people"] = []any{map[string]any{"relation": "parent", "name": birdName + " Senior"}}
	c["risk_note"] = birdStory
	return c
}

// aviary is a copy of the product with a mail server and a folder outside, and
// what it answered where no record is shown.
type aviary struct {
	*server
	t      *testing.T
	env    []string
	mails  *postbox
	notify *notifyStandIn
	told   string // the case whose victim was told that there is news
	folder string // where checkpoints are taken
}

// shows fails the test where an answer that is none of the record's holds the bird.
func (v *aviary) shows(what string, a answer) {
	v.t.Helper()
	if bird.MatchString(a.Raw) {
		v.t.Errorf("%s: the answer repeats it: %d %.300s", what, a.Status, bird.ReplaceAllString(a.Raw, "[$0]"))
	}
	v.outside(what, a)
}

// outside fails the test where a header or the title of any answer holds the bird.
func (v *aviary) outside(what string, a answer) {
	v.t.Helper()
	for name, values := range a.Header {
		if bird.MatchString(strings.Join(values, " ")) {
			v.t.Errorf("%s: the header %s holds it", what, name)
		}
	}
	if _, after, is := strings.Cut(a.Raw, "<title>"); is {
		if title, _, _ := strings.Cut(after, "</title>"); bird.MatchString(title) {
			v.t.Errorf("%s: the title holds it: %s", what, title)
		}
	}
}

// TestACanaryIsNowhereButInItsRecord carries a victim through the whole of the
// main job, through refusals, faults of the database and jobs that fail, and
// then reads everything that the product and its database wrote beside the
// record: logs, figures, profiles, mails, the queue, notices, files, addresses,
// titles and headers (security.md T23, T24, section 7).
func TestACanaryIsNowhereButInItsRecord(t *testing.T) {
	t.Parallel()
	v := newAviary(t)
	police, vawg := signIn(t, v.url, "police"), signIn(t, v.url, "vawg")
	v.story(police, vawg)
	v.refusals(police)
	v.pages()
	v.faults(police, vawg)
	v.arrives(police)
	v.deliver()
	v.admins()
	v.nowhere()
}

func newAviary(t *testing.T) *aviary {
	t.Helper()
	v := &aviary{t: t, mails: newPostbox(t), notify: newNotify(t), folder: t.TempDir()}
	v.env = []string{
		"NOTIFY_URL=" + v.notify.url, "NOTIFY_KEY=demo-" + notifyService + "-" + notifySecret, "NOTIFY_TEXT_TEMPLATE=" + notifyTemplate, "NOTIFY_CALLBACK_TOKEN=" + notifyReceipts,
		"SMTP_URL=" + v.mails.url, "CHECKPOINT_EMAILS=one@agency.test,two@other.test", "CHECKPOINT_DIR=" + v.folder,
	}
	s, err := startWith(v.env, filepath.Join(folder, "aviary"), "", "demo", "--cases", "60")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	v.server = s
	return v
}

// story logs, refers, asks, accepts, writes, attaches, rings and searches.
func (v *aviary) story(police, vawg *caller) {
	t := v.t
	logged := police.create("/api/v1/cases", birdCase())
	v.outside("logging", logged)
	caseID := logged.text(t, "id")
	v.tell(police, caseID)
	id := refers(t, police, vawg, caseID)
	vawg.do(id, "request-info", map[string]any{"questions": []any{"Is " + birdName + " at home?"}, "note": birdStory})
	police.do(id, "answer-info", map[string]any{"answers": []any{birdName + " is."}})
	worker := vawg.get("/api/v1/people?assignable=true").items(t)[0]["id"]
	vawg.do(id, "accept", map[string]any{"worker_id": worker, "note": birdStory})
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached", "note": birdStory})
	v.outside("a note", vawg.create("/api/v1/referrals/"+id+"/notes", map[string]any{"text": birdStory, "kind": "shared"}))
	vawg.attach("/api/v1/referrals/"+id+"/files", "zzcanary letter.txt", birdStory)
	for _, search := range []map[string]any{{"name": birdName}, {"phone": birdNumber}, {"crime_reference": "ZZCANARY/26"}, {"name": "Nozzcanary Body"}} {
		v.outside("a search", police.expect(200, "POST", "/api/v1/cases/search", search, nil))
	}
	vawg.do(id, "end-early", map[string]any{"reason": "other", "report": birdStory, "note": birdStory})
	v.outside("reading", police.get("/api/v1/cases/"+caseID))
}

// refusals are sent all of it where it does not belong.
func (v *aviary) refusals(police *caller) {
	q := url.Values{"name": {birdName}, "phone": {birdNumber}}.Encode()
	for _, path := range []string{
		"/api/v1/cases?" + q, "/api/v1/cases/" + birdName, "/api/v1/referrals/" + birdName + "?" + q, "/api/v1/" + birdName, "/cases/" + birdName, "/" + birdName + "?" + q, "/find?" + q,
		"/sign-in/" + birdName, "/static/" + birdName + ".js?" + q, "/cases?" + q, "/%5a%7acanary/" + birdName,
	} {
		for _, method := range []string{"GET", "POST", "DELETE", "TRACE"} {
			a := police.send(method, path, nil, map[string]string{"User-Agent": birdName + "/1.0", "Referer": "http://x.test/" + birdName, "X-Request-Id": birdName, "If-Match": birdName, "Idempotency-Key": birdEmail, "X-Forwarded-For": birdName})
			if a.Status == http.StatusSeeOther {
				continue // to sign in, and back to where they were going
			}
			v.shows(method+" "+path, a)
		}
	}
	key := func() map[string]string { return map[string]string{"Idempotency-Key": newKey()} }
	c := birdCase()
	c["risk_level"], c["zz_unknown"], c["victim"].(map[string]any)["date_of_birth"] = birdName, birdStory, birdName
	v.shows("a case that is wrong", police.send("POST", "/api/v1/cases", c, key()))
	v.shows("a list for a case", police.send("POST", "/api/v1/cases", []any{birdName}, key()))
	v.shows("a stranger's token", (&caller{t: v.t, base: v.url, token: birdName}).send("GET", "/api/v1/cases", nil, nil))
	v.shows("a stranger's sign-in", police.send("POST", "/api/v1/auth/tokens", map[string]any{"email": birdEmail, "password": birdStory}, nil))
	v.shows("a sign-in with more", police.send("POST", "/api/v1/auth/tokens", map[string]any{"email": birdEmail, birdName: birdStory}, nil))
	v.shows("a refresh", police.send("POST", "/api/v1/auth/tokens/refresh", map[string]any{"refresh_token": birdStory}, nil))
}

// pages are what a browser asks for, errors among them; a form that is shown
// again keeps what was typed, and nothing outside it does.
func (v *aviary) pages() {
	p := visit(v.t, v.url, "police")
	for _, path := range []string{"/cases", "/referrals", "/today", "/find"} {
		v.outside(path, p.get(path))
	}
	v.outside("a search by page", p.post("/find", "name", birdName))
	v.outside("a new case", p.post("/cases/new", "given_name", birdName, "family_name", birdName, "name", birdName))
	v.shows("a page that is not there", p.get("/cases/"+birdName+"?name="+birdName))
	v.shows("a form of a page that is not there", p.post("/cases/"+birdName+"/notes", "text", birdStory))
	v.outside("a wrong sign-in", p.post("/sign-in", "email", birdEmail, "password", birdStory, "next", "/cases/"+birdName))
}

// faults breaks the database under what is being written: what PostgreSQL says
// then holds the whole row, and a job fails over what it should tell.
func (v *aviary) faults(police, vawg *caller) {
	t, db := v.t, v.superuser(v.t)
	change(t, db, "alter table incidents add constraint zz_broken check (occurred_on is null) not valid")
	change(t, db, `create function zz_says() returns trigger language plpgsql as $$ begin raise exception 'a fault' using detail = new::text, hint = new::text; end $$`)
	change(t, db, "create trigger zz_says before insert on victims for each row execute function zz_says()")
	wrong := police.send("POST", "/api/v1/cases", birdCase(), map[string]string{"Idempotency-Key": newKey()})
	change(t, db, "drop trigger zz_says on victims")
	again := police.send("POST", "/api/v1/cases", birdCase(), map[string]string{"Idempotency-Key": newKey()})
	change(t, db, "alter table incidents drop constraint zz_broken")
	for what, a := range map[string]answer{"a trigger that speaks of the row": wrong, "a row that is refused": again} {
		v.shows(what, a)
		if a.Status != http.StatusInternalServerError && a.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: got %d %.200s, want a fault of ours", what, a.Status, a.Raw)
		}
	}
	change(t, db, "create trigger zz_says before insert on notices for each row execute function zz_says()")
	before := number(t, db, "select count(*) from river_job where errors <> '{}'")
	_, _ = police.create("/api/v1/cases", birdCase()), refers(t, police, vawg, police.create("/api/v1/cases", birdCase()).text(t, "id"))
	until(t, 30*time.Second, "a job that fails", func() bool {
		return number(t, db, "select count(*) from river_job where errors <> '{}'") > before
	})
	if n := number(t, db, "select count(*) from river_job j where j::text ~* 'zzcanary|900941'"); n > 0 {
		t.Errorf("%d jobs that failed say over whom", n)
	}
	change(t, db, "drop trigger zz_says on notices")
}

// deliver takes a checkpoint outside, by mail and to the folder.
func (v *aviary) deliver() {
	program, err := binary()
	if err != nil {
		v.t.Fatal(err)
	}
	var said []byte
	defer func() {
		if v.t.Failed() {
			v.t.Logf("delivering says: %s", said)
		}
	}()
	until(v.t, time.Minute, "mail to two addresses", func() bool {
		cmd := exec.CommandContext(context.Background(), program, "audit", "checkpoint", "--send")
		cmd.Dir, cmd.Env = folder, append(append(cleanEnv(), "DATA_DIR="+v.data, "BASE_URL="+v.url), v.env...)
		said, _ = cmd.CombinedOutput() // there may be none yet
		got := v.mails.all()
		return got["one@agency.test"] != "" && got["two@other.test"] != ""
	})
}

// admins are the addresses of whoever runs the installation: apart from the
// site, and about nobody.
func (v *aviary) admins() {
	for _, path := range []string{"/metrics", "/debug/pprof/goroutine?debug=2", "/debug/pprof/cmdline", "/debug/pprof/heap?debug=1", "/debug/pprof/allocs?debug=1", "/debug/vars"} {
		ask := func(base string) answer {
			return (&caller{t: v.t, base: base}).send("GET", path, nil, nil)
		}
		if a := ask(v.admin); a.Status == http.StatusOK || path == "/debug/vars" {
			v.shows("the administrator's "+path, a)
		} else {
			v.t.Errorf("the administrator's %s: got %d", path, a.Status)
		}
		if a := ask(v.url); a.Status != http.StatusNotFound {
			v.t.Errorf("the site's %s: got %d, want 404", path, a.Status)
		}
	}
	for _, path := range []string{"/sign-in", "/cases", "/api/v1/cases", "/readyz"} {
		if a := (&caller{t: v.t, base: v.admin}).send("GET", path, nil, nil); a.Status != http.StatusNotFound {
			v.t.Errorf("the administrator's %s: got %d, want 404", path, a.Status)
		}
	}
}

// nowhere reads what was written beside the record.
func (v *aviary) nowhere() {
	t, db := v.t, v.superuser(v.t)
	for _, table := range []string{"river_job", "outbox", "notices", "account_notices", "sign_in_attempts", "sessions", "idempotency_keys", "audit_events", "audit_checkpoints", "clocks", "quality_facts", "drafts", "blobs", "messages"} {
		if number(t, db, "select count(*) from pg_class where relname = $1", table) == 0 {
			continue
		}
		if n := number(t, db, fmt.Sprintf("select count(*) from %s x where x::text ~* 'zzcanary|900941'", table)); n > 0 {
			t.Errorf("%d rows of %s hold it", n, table)
		}
	}
	read := map[string]int{}
	of := func(kind, name string, b []byte) {
		read[kind] += len(b)
		if i := bird.FindIndex(b); i != nil {
			t.Errorf("%s %s holds it: ...%q...", kind, name, b[max(0, i[0]-200):min(len(b), i[1]+60)])
		}
	}
	b, err := os.ReadFile(v.log.whole.Name())
	if err != nil {
		t.Fatal(err)
	}
	of("the log", "of the program", b)
	for _, line := range []string{"msg=request", "level=ERROR"} {
		if !strings.Contains(string(b), line) {
			t.Errorf("the log has no %s: then its silence proves nothing", line)
		}
	}
	for to, mail := range v.mails.all() {
		if to == birdEmail { // where it goes to, and nothing else
			mail = strings.ReplaceAll(mail, birdEmail, "")
		}
		of("a mail", to, []byte(mail))
	}
	v.notify.says(t, of)
	for kind, root := range map[string]string{"a file of ours": v.data, "a checkpoint": v.folder} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil //nolint:nilerr // a file that has gone meanwhile
			case d.IsDir() && d.Name() == "data" && strings.HasSuffix(filepath.Dir(path), "postgres"):
				return fs.SkipDir // the record itself
			case !d.Type().IsRegular():
				return nil
			}
			b, err := os.ReadFile(path)
			if err == nil {
				of(kind, d.Name(), b)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	said, _ := json.Marshal(read)
	t.Logf("bytes read: %s", said)
	if len(read) < 4 {
		t.Errorf("read %s: something wrote nothing", said)
	}
}

package documents_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/documents"
)

// scanner answers as it is told.
type scanner struct {
	found string
	err   error
	seen  []string
}

func (s *scanner) Scan(_ context.Context, content []byte) (string, error) {
	s.seen = append(s.seen, string(content))
	return s.found, s.err
}

type stage struct {
	*testkit.Stage
	folder string
	c      testkit.CaseFacts
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	return &stage{w, t.TempDir(), w.Case(t, w.As("police"))}
}

func (s *stage) service(t *testing.T, change func(*documents.Options)) *documents.Service {
	t.Helper()
	store, err := blob.Dir(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	o := documents.DefaultOptions()
	o.Unscanned = true
	if change != nil {
		change(&o)
	}
	return documents.New(s.DB, directory.New(s.DB), store, o)
}

// kept are the files in the store.
func (s *stage) kept(t *testing.T) (out []string) {
	t.Helper()
	err := filepath.WalkDir(s.folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const words = "She asked for a letter to her landlord."

func letter() documents.Input {
	return documents.Input{Name: "Letter to Zephyrine.txt", Content: []byte(words)}
}

func TestWhatIsKeptOfAFileSaysNothingToWhoTakesIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	svc := s.service(t, nil)
	d, err := svc.AttachToCase(s.As("police"), s.c.ID, letter())
	if err != nil {
		t.Fatal(err)
	}
	files := s.kept(t)
	if len(files) != 1 {
		t.Fatalf("got %d files, want 1", len(files))
	}
	sealed, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(files[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v, want one for its owner alone", info.Mode(), err)
	}
	for _, trace := range []string{"Zephyrine", "landlord", d.ID.String(), s.c.Reference} {
		if bytes.Contains(sealed, []byte(trace)) || strings.Contains(files[0], trace) {
			t.Errorf("%q can be read in the store", trace)
		}
	}
	if n := s.Count(t, "select count(*) from documents where position('Zephyrine' in encode(name, 'escape')) > 0"); n != 0 {
		t.Error("the name of a file stands in the database in clear")
	}
	got, err := svc.Open(s.As("police.second"), d.ID, "")
	if err != nil || string(got.Content) != words || got.Name != "Letter to Zephyrine.txt" {
		t.Errorf("got %q %q, %v", got.Name, got.Content, err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"a letter changed": func(b []byte) []byte { b[len(b)-5] ^= 1; return b },
		"the end cut off":  func(b []byte) []byte { return b[:len(b)-9] },
		"something added":  func(b []byte) []byte { return append(b, 7) },
		"nothing left":     func([]byte) []byte { return nil },
	} {
		if err := os.WriteFile(files[0], change(bytes.Clone(sealed)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := svc.Open(s.As("police"), d.ID, ""); models.CodeOf(err) != models.CodeInternal || len(got.Content) > 0 {
			t.Errorf("%s: got %q, %v, want nothing of it", name, got.Content, err)
		}
	}
	if err := os.WriteFile(files[0], sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	// The content of one document in the place of another's.
	other, err := svc.AttachToCase(s.As("police"), s.c.ID, letter())
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, `alter table blobs disable trigger blobs_guarded`)
	s.Do(t, `update blobs set name = name || 'x' where false`)
	s.Do(t, `with a as (select name, key from blobs where document_id = $1) update blobs b set key = a.key from a where b.document_id = $2`, other.ID, d.ID)
	if _, err := svc.Open(s.As("police"), d.ID, ""); models.CodeOf(err) != models.CodeInternal {
		t.Errorf("with another's key: got %v", err)
	}
	s.Do(t, `update blobs set sha256 = sha256('something else') where document_id = $1`, other.ID)
	if got, err := svc.Open(s.As("police"), other.ID, ""); models.CodeOf(err) != models.CodeInternal || len(got.Content) > 0 {
		t.Errorf("not what was kept: got %q, %v", got.Content, err)
	}
}

func TestADocumentIsReadByThoseItWasAttachedForAtEveryStage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	svc := s.service(t, nil)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusSubmitted)
	ids := map[string]uuid.UUID{}
	for _, d := range []struct {
		name, who string
		kind      models.NoteKind
	}{
		{"p-own", "police", models.NoteInternal},
		{"p-shared", "police", models.NoteShared},
		{"v-own", "vawg", models.NoteInternal},
		{"v-shared", "vawg", models.NoteShared},
		{"v-counsel", "vawg", models.NoteCounselling},
	} {
		in := letter()
		in.Name, in.Kind = d.name+".txt", d.kind
		kept, err := svc.AttachToReferral(s.As(d.who), r.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		ids[d.name] = kept.ID
	}
	// Handed out by the service, and known to the database, of each; the first
	// letter of what is: of its own organisation, or of the other.
	expect := func(stage, reason string, want map[string]string) {
		t.Helper()
		for who, all := range want {
			var opened, known []string
			for _, name := range slices.Sorted(maps.Keys(ids)) {
				if _, err := svc.Open(s.As(who), ids[name], reason); err == nil {
					opened = append(opened, name)
				}
				if s.sees(t, who, ids[name]) > 0 {
					known = append(known, name)
				}
			}
			if got := strings.Join(opened, " "); got != all {
				t.Errorf("%s: %s opens %q, want %q", stage, who, got, all)
			}
			if got := strings.Join(known, " "); reason != "" && got != all {
				t.Errorf("%s: the database shows %s %q, want %q", stage, who, got, all)
			}
		}
	}
	const police = "p-own p-shared v-shared"
	expect("before acceptance", "x", map[string]string{
		"police": police, "police.second": police, "vawg": "v-counsel v-own v-shared", "vawg.second": "v-own v-shared", "vawg.manager": "v-own v-shared", "refuge": "", "lantern.manager": "",
	})
	s.Do(t, "update referrals set status = 'accepted', version = version + 1, accepted_at = $2, worker_id = $3 where id = $1", r.ID, s.Clock.Now(), s.Person("vawg.second").ID)
	expect("accepted", "x", map[string]string{"police": police, "vawg.second": "p-shared v-counsel v-own v-shared", "vawg.manager": "p-shared v-own v-shared"})
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other' where id = $1", r.ID, s.Clock.Now())
	expect("ended, without a reason", "", map[string]string{"vawg.second": "", "vawg.manager": ""})
	expect("ended, with a reason", "A complaint", map[string]string{"police": police, "vawg": "", "vawg.second": "v-counsel v-own v-shared", "vawg.manager": "v-own v-shared"})
	// What the service refuses, the database refuses too.
	b, err := s.DB.Begin(s.As("police"))
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	b.Query(pg.One(new(bool), &n), `with gone as (update documents set withdrawn_at = now(), withdrawn_by = $2, withdrawn_reason = '' where id = $1 returning 1) select count(*) from gone`,
		ids["p-own"], s.Actor("police").UserID)
	if err := b.Send(pg.BatchHousekeeping); err == nil && n > 0 {
		t.Error("somebody who is no manager took a document away")
	}
}

// sees counts what the database shows somebody of a document and its content.
func (s *stage) sees(t *testing.T, who string, id uuid.UUID) (n int64) {
	t.Helper()
	b, err := s.DB.Begin(s.As(who))
	if err != nil {
		t.Fatal(err)
	}
	b.Query(pg.One(new(bool), &n), "select (select count(*) from documents where id = $1) + (select count(*) from blobs where document_id = $1)", id)
	if err := b.Send(pg.BatchRead); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNothingIsHandedOutThatWasNotScanned(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	look := &scanner{err: errors.New("down")}
	svc := s.service(t, func(o *documents.Options) { o.Scanner = look })
	attach := func() uuid.UUID {
		d, err := svc.AttachToCase(s.As("police"), s.c.ID, letter())
		if err != nil {
			t.Fatal(err)
		}
		return d.ID
	}
	opens := func(svc *documents.Service, id uuid.UUID) models.Code {
		_, err := svc.Open(s.As("police"), id, "")
		if err == nil {
			return ""
		}
		return models.CodeOf(err)
	}
	id := attach()
	if err := svc.Scan(s.System()); err == nil || opens(svc, id) != models.CodeConflict {
		t.Errorf("the scanner is down: got %v and %q, want it told and the file shut", err, opens(svc, id))
	}
	// The same without a scanner: shut in production, open where it is allowed.
	if got := opens(s.service(t, func(o *documents.Options) { o.Unscanned = false }), id); got != models.CodeConflict {
		t.Errorf("no scanner, and nobody allowed it: got %q, want a conflict", got)
	}
	if got := opens(s.service(t, nil), id); got != "" {
		t.Errorf("no scanner, and it is allowed: got %q", got)
	}
	look.err = nil
	if err := svc.Scan(s.System()); err != nil || opens(svc, id) != "" || look.seen[len(look.seen)-1] != words {
		t.Errorf("scanned: got %v and %q, having looked at %q", err, opens(svc, id), look.seen)
	}
	bad := attach()
	look.found = "Harmful-Thing"
	if err := svc.Scan(s.System()); err != nil || opens(svc, bad) != models.CodeConflict || opens(s.service(t, nil), bad) != models.CodeConflict {
		t.Errorf("found harmful: got %v, %q and, without a scanner, %q", err, opens(svc, bad), opens(s.service(t, nil), bad))
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'alert.malware' and payload->>'document' = $1", bad.String()); n != 1 {
		t.Errorf("got %d alerts, want 1", n)
	}
	look.found, look.seen = "", nil
	if err := svc.Scan(s.System()); err != nil || len(look.seen) != 0 {
		t.Errorf("all is scanned: got %v, and it looked at %q", err, look.seen)
	}
	if _, err := s.Owner.Exec(t.Context(), "update blobs set scan = 'clean', found = null where document_id = $1", bad); err == nil {
		t.Error("what was found harmful was called clean, in the database")
	}
}

// A file that no scanner answers for holds no other up.
func TestAFileWithoutAnAnswerGoesToTheEndOfTheLine(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	look := &scanner{err: errors.New("too large for me")}
	svc := s.service(t, func(o *documents.Options) { o.Scanner = look })
	for range 5 {
		if _, err := svc.AttachToCase(s.As("police"), s.c.ID, letter()); err != nil {
			t.Fatal(err)
		}
	}
	if err := svc.Scan(s.System()); err == nil || len(look.seen) != 3 {
		t.Errorf("got %v after %d tries, want it given up after 3", err, len(look.seen))
	}
	s.Clock.Advance(time.Minute)
	look.err = nil
	if err := svc.Scan(s.System()); err != nil || s.Count(t, "select count(*) from blobs where scan = 'clean'") != 5 {
		t.Errorf("the next run: got %v and %d clean, want all 5", err, s.Count(t, "select count(*) from blobs where scan = 'clean'"))
	}
}

func TestAManagerWithdrawsADocumentForGood(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	svc := s.service(t, nil)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	in := letter()
	in.Kind = models.NoteShared
	d, err := svc.AttachToReferral(s.As("police"), r.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]models.Code{"police": models.CodeForbidden, "vawg.manager": models.CodeForbidden, "refuge.manager": models.CodeNotFound} {
		if _, err := svc.Withdraw(s.As(who), d.ID, "x"); models.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", who, err, want)
		}
	}
	if _, err := svc.Withdraw(s.As("police.manager"), d.ID, "  "); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("without a reason: got %v", err)
	}
	if _, err := svc.Withdraw(s.As("police.manager"), d.ID, "It is about somebody else."); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Withdraw(s.As("police.manager"), d.ID, "Again."); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("again: got %v, want a conflict", err)
	}
	if _, err := svc.Open(s.As("police"), d.ID, ""); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("opened before its content is removed: got %v, want a conflict", err)
	}
	if err := svc.Sweep(s.System()); err != nil || len(s.kept(t)) != 0 {
		t.Errorf("swept: got %v, and %d files left", err, len(s.kept(t)))
	}
	l, err := svc.OfReferral(s.As("vawg"), r.ID, documents.Query{})
	if err != nil || len(l.Documents) != 1 || l.Documents[0].WithdrawnReason != "It is about somebody else." || l.Documents[0].Ready {
		t.Errorf("its tombstone: got %+v, %v", l.Documents, err)
	}
	if err := svc.Sweep(s.System()); err != nil || s.Count(t, "select count(*) from audit_events where action = 'document.removed'") != 1 {
		t.Errorf("swept again: %v", err)
	}
}

func TestContentThatNoRowKnowsIsSweptAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	svc := s.service(t, nil)
	if _, err := svc.AttachToCase(s.As("police"), s.c.ID, letter()); err != nil {
		t.Fatal(err)
	}
	known := s.kept(t)[0]
	lost, fresh := blob.NewName(), blob.NewName()
	for _, name := range []string{lost, lost + ".part", fresh, "README"} {
		if err := os.MkdirAll(filepath.Join(s.folder, name[:2]), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.folder, name[:2], name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-2 * time.Hour)
	for _, path := range []string{known, filepath.Join(s.folder, lost[:2], lost), filepath.Join(s.folder, lost[:2], lost+".part"), filepath.Join(s.folder, "RE", "README")} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := svc.Sweep(s.System()); err != nil {
		t.Fatal(err)
	}
	left := strings.Join(s.kept(t), " ")
	if strings.Contains(left, lost) || !strings.Contains(left, known) || !strings.Contains(left, fresh) || !strings.Contains(left, "README") {
		t.Errorf("left: %s, want all but %s", left, lost)
	}
}

// failing is a store that breaks.
type failing struct{ blob.Store }

func (failing) Put(context.Context, string, []byte) error {
	return errors.New("no space left on device")
}

func TestAFullStoreLeavesNoRowAndAFailedRowNoContent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	svc := s.service(t, nil)
	full := documents.New(s.DB, directory.New(s.DB), failing{}, documents.DefaultOptions())
	if _, err := full.AttachToCase(s.As("police"), s.c.ID, letter()); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("a full store: got %v, want unavailable", err)
	}
	s.Do(t, "revoke insert on blobs from throughline_app")
	if _, err := svc.AttachToCase(s.As("police"), s.c.ID, letter()); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("a row that cannot be written: got %v, want unavailable", err)
	}
	if n := s.Count(t, "select count(*) from documents"); n != 0 || len(s.kept(t)) != 0 {
		t.Errorf("got %d rows and %d files, want none of either", n, len(s.kept(t)))
	}
}

func TestQuotasOfAPersonAndAnOrganisationHold(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	size := int64(len(words))
	day := s.service(t, func(o *documents.Options) { o.MostPerDay = 3 * size })
	var all sync.WaitGroup
	codes := make([]models.Code, 8)
	for i := range codes {
		all.Go(func() {
			if _, err := day.AttachToCase(s.As("police"), s.c.ID, letter()); err != nil {
				codes[i] = models.CodeOf(err)
			}
		})
	}
	all.Wait()
	refusals := 0
	for _, c := range codes {
		switch c {
		case "":
		case models.CodeTooMany:
			refusals++
		default:
			t.Errorf("got %q", c)
		}
	}
	if refusals != 5 || len(s.kept(t)) != 3 {
		t.Errorf("got %d refusals and %d files of 8, want 5 and 3", refusals, len(s.kept(t)))
	}
	if _, err := day.AttachToCase(s.As("police.second"), s.c.ID, letter()); err != nil {
		t.Errorf("a colleague has a day of their own: %v", err)
	}
	org := s.service(t, func(o *documents.Options) { o.MostKept = 4*size + 1 })
	if _, err := org.AttachToCase(s.As("police.second"), s.c.ID, letter()); models.CodeOf(err) != models.CodeTooLarge {
		t.Errorf("the organisation's room is used up: got %v, want too large", err)
	}
	other := s.Case(t, s.As("vawg"))
	if _, err := org.AttachToCase(s.As("vawg"), other.ID, letter()); err != nil {
		t.Errorf("another organisation has room of its own: %v", err)
	}
}

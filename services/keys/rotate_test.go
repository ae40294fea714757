package keys_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/keys"
)

// begun is a process with keys, on a stage of its own.
func begun(t *testing.T) (*testkit.Stage, *process, string) {
	t.Helper()
	w, file := testkit.World(t), kekFile(t)
	p := start(t, w, file)
	if err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w, p, file
}

// rest lets the time pass in which every process learns of a change.
func rest(t *testing.T, w *testkit.Stage) {
	t.Helper()
	w.Do(t, "update data_keys set changed_at = changed_at - interval '3 minutes'")
}

func (p *process) logged(t *testing.T, w *testkit.Stage) models.Case {
	t.Helper()
	got, err := cases.New(p.db, models.MustCalendar(), directory.New(p.db)).Log(w.As("police"), cases.LogInput{
		Source: "police", ContactSource: "victim_in_person", RiskLevel: models.PriorityHigh, RiskNote: "He knows the ZZCANARYNOTE street.", HelpOffered: models.HelpNotYet,
		Victim:        models.Victim{GivenName: "Zephyrine", FamilyName: "Quillfeather", DateOfBirth: day(t, "1992-03-14"), Borough: "Hackney", Postcode: "E8 1EA", Address: "7 ZZCANARYADDRESS Street"},
		RelatedPeople: []models.RelatedPerson{{Relation: "husband", Name: "Aldous ZZCANARYSUSPECT", Suspect: true}},
		SafeContact: models.SafeContact{
			CodeWord: "ZZCANARYWORD", ConfirmedOn: day(t, "2026-11-16"),
			Channels: []models.ContactPoint{{
				ContactChannel: models.ContactChannel{Kind: models.ChannelPhone, Safe: models.SafeYes}, Value: "07700 900777", Note: "Ring ZZCANARYTWICE",
			}},
		},
		Incidents: []models.Incident{{OccurredOn: day(t, "2026-11-14"), OffenceTypes: []string{"domestic_abuse"}, Force: "metropolitan", CrimeReference: "ZZCANARYCRIME1", Summary: "He said ZZCANARYSUMMARY."}},
	})
	if err != nil {
		t.Fatalf("logging a case: %v %v", err, models.FieldsOf(err))
	}
	return models.Case{ID: got.ID}
}

func (p *process) sees(t *testing.T, w *testkit.Stage, id uuid.UUID) string {
	t.Helper()
	v, err := cases.New(p.db, models.MustCalendar(), directory.New(p.db)).Get(w.As("police"), id)
	if err != nil {
		return err.Error()
	}
	return strings.Join([]string{
		v.Victim.Address, v.Victim.Postcode, v.Case.RiskNote, v.People[0].Name, v.Contact.CodeWord, v.Contact.Points[0].Value,
		v.Contact.Points[0].Note, v.Incidents[0].Summary, v.Incidents[0].CrimeReference,
	}, "|")
}

func (p *process) status(t *testing.T, c vault.Class) keys.ClassStatus {
	t.Helper()
	list, err := p.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Class == c {
			return s
		}
	}
	t.Fatalf("no class %s", c)
	return keys.ClassStatus{}
}

func (p *process) step(t *testing.T) {
	t.Helper()
	if err := p.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestARotationSealsEverythingAnewAndThenDisablesTheOldKey(t *testing.T) {
	t.Parallel()
	w, p, file := begun(t)
	p.Page(1)                  // few rows are several pages
	other := start(t, w, file) // another copy of the product, which hears of it by itself
	if err := other.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := p.logged(t, w).ID
	p.logged(t, w)
	want := p.sees(t, w, id)
	if !strings.Contains(want, "ZZCANARYADDRESS") || !strings.Contains(want, "07700 900777") {
		t.Fatalf("got %s", want)
	}
	before := p.status(t, vault.ClassContact)
	if before.State != "settled" || len(before.Keys) != 1 || before.Keys[0].Values != 10 || before.InClear != 0 {
		t.Fatalf("before: got %+v, want ten values under one key", before)
	}
	if err := p.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Rotate(t.Context()); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a second rotation at once: got %v, want a conflict", err)
	}
	p.step(t) // too early: others may not have heard
	if s := p.status(t, vault.ClassContact); s.State != "announced" || !s.Keys[0].Primary {
		t.Errorf("got %+v, want the new key to wait", s)
	}
	rest(t, w)
	p.step(t)
	if s := p.status(t, vault.ClassContact); s.State != "resealing" || !s.Keys[1].Primary {
		t.Errorf("got %+v, want the new key to seal", s)
	}
	later := p.logged(t, w).ID // sealed by the new key
	if got := other.sees(t, w, later); !strings.Contains(got, "opening") || !strings.Contains(got, vault.ErrUnknownKey.Error()) {
		t.Errorf("a copy that has not heard: got %s, want it to fail and say nothing", got)
	}
	if err := other.Refresh(t.Context()); err != nil || !strings.Contains(other.sees(t, w, later), "ZZCANARYADDRESS") {
		t.Errorf("a copy that has heard: got %v and %s", err, other.sees(t, w, later))
	}
	p.step(t)
	if s := p.status(t, vault.ClassContact); s.Keys[0].Values != 10 {
		t.Errorf("got %+v, want nothing sealed anew before every copy has stopped using the old key", s)
	}
	rest(t, w)
	p.step(t)
	if s := p.status(t, vault.ClassContact); s.State != "resealing" || s.Keys[0].Values != 0 || s.Keys[1].Values != 15 || !s.Keys[0].Enabled {
		t.Errorf("got %+v, want everything under the new key and the old one still there", s)
	}
	p.step(t)
	if s := p.status(t, vault.ClassContact); s.State != "settled" || s.Keys[0].Enabled {
		t.Errorf("got %+v, want the old key disabled", s)
	}
	if got := p.sees(t, w, id); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := w.Count(t, "select count(*) from audit_events where action = 'keys.retired'"); n != 3 {
		t.Errorf("got %d events of keys that were retired, want one of each class", n)
	}
	if n := w.Count(t, "select count(*) from audit_events where action like 'keys.%'"); n < 9 {
		t.Errorf("got %d events of keys, want each change on record", n)
	}
}

func TestAnOldKeyStaysWhileARowIsUnderIt(t *testing.T) {
	t.Parallel()
	w, p, _ := begun(t)
	if err := p.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := p.logged(t, w).ID // under the old key
	var old []byte
	if err := w.Owner.QueryRow(t.Context(), "select word from code_words where case_id = $1", id).Scan(&old); err != nil {
		t.Fatal(err)
	}
	rest(t, w)
	p.step(t)
	rest(t, w)
	p.step(t) // everything is sealed anew
	w.Do(t, "update code_words set word = $2 where case_id = $1", id, old)
	p.step(t) // a row came back: found, sealed anew, and so not the last pass
	if s := p.status(t, vault.ClassContact); s.State != "resealing" || !s.Keys[0].Enabled {
		t.Errorf("got %+v, want the old key kept", s)
	}
	p.step(t)
	if s := p.status(t, vault.ClassContact); s.State != "settled" || s.Keys[0].Enabled {
		t.Errorf("got %+v, want it disabled now", s)
	}
	w.Do(t, "update code_words set word = $2 where case_id = $1", id, old)
	if got := p.sees(t, w, id); !strings.Contains(got, vault.ErrUnknownKey.Error()) {
		t.Errorf("got %s, want what a disabled key sealed to stay closed", got)
	}
}

func TestWhatTheReleaseBeforeLeftInClearIsSealedBeforeAnybodyIsServed(t *testing.T) {
	t.Parallel()
	w, file := testkit.World(t), kekFile(t)
	columns := [][2]string{
		{"contact_details", "value"},
		{"contact_details", "note"},
		{"contact_details", "value_key"},
		{"code_words", "word"},
		{"victims", "address"},
		{"victims", "postcode"},
		{"victims", "postcode_key"},
	}
	for _, c := range columns {
		w.Do(t, "alter table "+c[0]+" drop constraint "+c[0]+"_"+c[1]+"_sealed")
	}
	c := w.Case(t, w.As("police"))
	id, channel := c.ID, c.Phone
	w.Do(t, "update code_words set word = convert_to('clematis', 'UTF8') where case_id = $1", id)
	w.Do(t, "update contact_details set value = convert_to('07700 900321', 'UTF8'), value_key = convert_to('447700900321', 'UTF8'), note = convert_to('Ring once', 'UTF8') where case_id = $1", id)
	w.Do(t, "update victims set address = convert_to('1 Clear Street', 'UTF8'), postcode = convert_to('E8 1EA', 'UTF8'), postcode_key = convert_to('E8 1EA', 'UTF8') where id = $1", c.VictimID)
	w.Do(t, "update incidents set summary = '' where case_id = $1", id)
	for _, c := range columns { // as the migration leaves them
		is := "is_sealed"
		if strings.HasSuffix(c[1], "_key") {
			is = "is_look_up"
		}
		w.Do(t, "alter table "+c[0]+" add constraint "+c[0]+"_"+c[1]+"_sealed check ("+is+"("+c[1]+")) not valid")
	}
	p := start(t, w, file)
	if err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Open(vault.CodeWord, id, []byte("clematis, which is long enough to be taken for sealed")); got != nil || !errors.Is(err, vault.ErrInClear) {
		t.Errorf("in clear: got %q and %v, want it refused", got, err)
	}
	if s := p.status(t, vault.ClassContact); s.InClear == 0 {
		t.Errorf("got %+v, want the values in clear counted", s)
	}
	if n, err := p.Settle(t.Context()); err != nil || n != 4 {
		t.Errorf("got %d rows and %v, want a code word, two channels and a victim", n, err)
	}
	if n, err := p.Settle(t.Context()); err != nil || n != 0 {
		t.Errorf("again: got %d and %v, want nothing to do", n, err)
	}
	s := cases.New(p.db, models.MustCalendar(), directory.New(p.db))
	v, err := s.Get(w.As("police"), id)
	if err != nil || v.Contact.CodeWord != "clematis" || v.Contact.Points[0].Value != "07700 900321" || v.Victim.Address != "1 Clear Street" {
		t.Errorf("got %+v and %v", v.Contact, err)
	}
	for name, q := range map[string]cases.Query{"phone": {Phone: "07700 900321"}, "postcode": {Postcode: "E8 1EA"}} {
		if got, err := s.Search(w.As("police"), q); err != nil || len(got.Items) != 1 {
			t.Errorf("by %s: got %d and %v, want the case", name, len(got.Items), err)
		}
	}
	if n := w.Count(t, "select count(*) from contact_details where channel_id = $1 and not is_sealed(value)", channel); n != 0 {
		t.Error("a value is still in clear")
	}
}

func TestAnotherKeyEncryptionKeyTakesOver(t *testing.T) {
	t.Parallel()
	w, p, file := begun(t)
	id := p.logged(t, w).ID
	next := kekFile(t)
	q := start(t, w, next)
	before, err := vault.OpenKEK(vault.KEKOptions{URI: vault.FileURI(file)})
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := vault.OpenKEK(vault.KEKOptions{URI: vault.FileURI(kekFile(t)), Make: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Rewrap(t.Context(), wrong); !errors.Is(err, vault.ErrWrongKEK) {
		t.Errorf("from a key that wrapped nothing: got %v", err)
	}
	if err := q.Rewrap(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if got := q.sees(t, w, id); !strings.Contains(got, "ZZCANARYADDRESS") {
		t.Errorf("got %s, want the same data keys", got)
	}
	if err := start(t, w, file).Load(t.Context()); !errors.Is(err, vault.ErrWrongKEK) {
		t.Errorf("the key before: got %v, want it refused", err)
	}
	if err := start(t, w, next).Whole(t.Context()); err != nil {
		t.Errorf("the new key: got %v", err)
	}
}

func TestNobodyButTheSystemTakesSealedBytesOrPutsThemBack(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := w.Case(t, w.As("police"))
	for _, who := range []string{"police", "vawg", "admin"} {
		b, err := w.DB.Begin(w.As(who))
		if err != nil {
			t.Fatal(err)
		}
		b.Recorded()
		b.Exec("do $$ begin if exists (select from app_sealed_rows('code_words', 'case_id', '{word}', '', '00000000-0000-0000-0000-000000000000', 10)) then raise 'rows'; end if; end $$")
		b.Exec("select app_reseal('code_words', 'case_id', '{word}', '', $1, array[(select word from code_words where case_id = $1)], array[''::bytea])", c.ID)
		if err := b.Send(1); err != nil {
			t.Errorf("%s: got %v, want nothing at all", who, err)
		}
	}
	if n := w.Count(t, "select count(*) from code_words where word = ''"); n != 0 {
		t.Error("somebody changed a sealed value")
	}
	p := start(t, w, kekFile(t))
	b, err := p.db.Begin(w.System())
	if err != nil {
		t.Fatal(err)
	}
	// The row was written since it was read: what was made of it is of no use.
	b.Exec("select app_reseal('code_words', 'case_id', '{word}', '', $1, array['before'::bytea], array[''::bytea])", c.ID)
	if err := b.Send(pg.BatchHousekeeping); err != nil || w.Count(t, "select count(*) from code_words where word = ''") != 0 {
		t.Errorf("got %v, want what somebody wrote meanwhile left alone", err)
	}
	if b, err = p.db.Begin(w.System()); err != nil {
		t.Fatal(err)
	}
	b.Exec("select from app_sealed_rows('users', 'id', '{password_hash}', '', '00000000-0000-0000-0000-000000000000', 10)")
	if err := b.Send(0); err == nil {
		t.Error("a column that is not sealed was handed over")
	}
}

// during is a key-encryption key in whose use something else happens, once.
type during struct {
	vault.KEK
	once sync.Once
	do   func()
}

func (d *during) EncryptWithContext(ctx context.Context, plain, data []byte) ([]byte, error) {
	d.once.Do(d.do)
	return d.KEK.EncryptWithContext(ctx, plain, data)
}

func TestOfTwoRotationsAtOnceOneIsToldThatItLost(t *testing.T) {
	t.Parallel()
	w, p, file := begun(t)
	kek, err := vault.OpenKEK(vault.KEKOptions{URI: vault.FileURI(file)})
	if err != nil {
		t.Fatal(err)
	}
	late := keys.New(p.db, p.Vault, &during{KEK: kek, do: func() {
		if err := p.Rotate(t.Context()); err != nil {
			t.Error(err)
		}
	}})
	if err := late.Rotate(t.Context()); !errors.Is(err, pg.ErrLostRace) {
		t.Errorf("got %v, want the one that was late to lose", err)
	}
	if n := w.Count(t, "select count(*) from audit_events where action = 'keys.announced'"); n != 3 {
		t.Errorf("the trail says %d times that a key was announced, want once of each class", n)
	}
}

package keys_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

// canary finds what must be in no copy of the database.
var canary = regexp.MustCompile(`ZZCANARY[A-Z]*|07700 ?900777|447700900777|E8 ?1EA`)

// stolen is everything whoever copies the database gets: every table, as a role
// past row security dumps it, in text.
func stolen(t *testing.T, w *testkit.Stage) []byte {
	t.Helper()
	c, err := pgx.Connect(t.Context(), w.SuperDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	rows, err := c.Query(t.Context(), `select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'authorities'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, table := range tables {
		if _, err := c.PgConn().CopyTo(t.Context(), &out, "copy (select * from "+table+") to stdout"); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		// bytea is dumped as hex: what lies in it as text would be missed
		rows, err := c.Query(t.Context(), `select attname from pg_attribute where attrelid = $1::regclass and atttypid = 'bytea'::regtype and attnum > 0 and not attisdropped`, table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range columns {
			rows, err := c.Query(t.Context(), fmt.Sprintf("select %s from %s where %s is not null", column, table, column))
			if err != nil {
				t.Fatal(err)
			}
			values, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				out.Write(append(v, '\n'))
			}
		}
	}
	return out.Bytes()
}

func TestAStolenCopyOfTheDatabaseGivesUpNothingThatIsSealed(t *testing.T) {
	t.Parallel()
	w, p, _ := begun(t)
	id := p.logged(t, w).ID
	if got := len(canary.FindAllString(p.sees(t, w, id), -1)); got < 8 {
		t.Fatalf("the product shows %d canaries, want all of them: %s", got, p.sees(t, w, id))
	}
	if found := canary.FindAll(stolen(t, w), -1); len(found) > 0 {
		t.Errorf("a dump holds %s", slices.CompactFunc(found, bytes.Equal))
	}
	// The files themselves, the write-ahead log among them.
	var dir string
	c, err := pgx.Connect(t.Context(), w.SuperDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), "checkpoint"); err != nil {
		t.Fatal(err)
	}
	if err := c.QueryRow(t.Context(), "show data_directory").Scan(&dir); err != nil {
		t.Fatal(err)
	}
	searched := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // other tests' databases come and go
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		searched++
		// Only the word no other test's database has; plain bytes, because a
		// pattern over all that a server keeps takes minutes under the race detector.
		if bytes.Contains(b, []byte("ZZCANARY")) {
			t.Errorf("%s holds what was sealed", path)
		}
		return nil
	})
	if err != nil || searched < 100 {
		t.Errorf("got %d files searched and %v", searched, err)
	}
}

func TestACopyRestoredWithoutItsKeySaysSoAndShowsNothing(t *testing.T) {
	t.Parallel()
	w, p, file := begun(t)
	id := p.logged(t, w).ID
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenKEK(vault.KEKOptions{URI: vault.FileURI(file)}); err == nil || !strings.Contains(err.Error(), "nothing that was sealed can be read") {
		t.Errorf("without the file: got %v", err)
	}
	q := start(t, w, file) // somebody makes another key in its place
	if err := q.Load(t.Context()); err == nil {
		t.Error("another key opened it")
	}
	if got := q.sees(t, w, id); !strings.Contains(got, vault.ErrNoKeys.Error()) || canary.MatchString(got) {
		t.Errorf("got %s, want an error and no content", got)
	}
}

// Whoever can write to the database moves what is sealed to where they may read
// it.
func TestWhatIsMovedInTheDatabaseDoesNotOpen(t *testing.T) {
	t.Parallel()
	w, p, _ := begun(t)
	mine, theirs := p.logged(t, w).ID, p.logged(t, w).ID
	for name, move := range map[string]string{
		"an address":        "update victims v set address = o.address from victims o, cases c, cases d where v.id = c.victim_id and c.id = $1 and o.id = d.victim_id and d.id = $2",
		"a code word":       "update code_words set word = (select word from code_words where case_id = $2) where case_id = $1",
		"a number":          "update contact_details set value = (select value from contact_details where case_id = $2) where case_id = $1",
		"a note of a case":  "update cases set risk_note = (select risk_note from cases where id = $2) where id = $1",
		"another column":    "update contact_details set note = value where case_id = $1 and $2::uuid is not null",
		"an account":        "update incidents set summary = (select summary from incidents where case_id = $2) where case_id = $1",
		"a suspect's name":  "update related_people set name = (select name from related_people where case_id = $2) where case_id = $1",
		"a crime reference": "update incidents set crime_reference = summary where case_id = $1 and $2::uuid is not null",
	} {
		tx, err := w.Owner.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before := p.sees(t, w, mine)
		if _, err := tx.Exec(t.Context(), move, mine, theirs); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := p.sees(t, w, mine)
		if !strings.Contains(got, vault.ErrTampered.Error()) || canary.MatchString(got) {
			t.Errorf("%s: got %s, want it refused", name, got)
		}
		mine = p.logged(t, w).ID
		if !strings.Contains(before, "ZZCANARY") {
			t.Errorf("%s: got %s before it was moved", name, before)
		}
	}
}

func TestTheRegisterTheDatabaseAndTheVaultSayTheSame(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	var register, sealed []string
	for _, f := range models.FieldRegister() {
		if f.Encrypted && f.Name() != "idempotency_keys.answer" { // sealed with a key of its own, for a day
			register = append(register, f.Name())
		}
	}
	for _, c := range vault.Columns() {
		sealed = append(sealed, c.Spec().Table+"."+c.Spec().Name)
	}
	for _, k := range vault.Keys() {
		sealed = append(sealed, k.Spec().Table+"."+k.Spec().Name)
	}
	rows, err := w.Owner.Query(t.Context(), `select conrelid::regclass::text || '.' || a.attname from pg_constraint k
		join pg_attribute a on a.attrelid = k.conrelid and k.conname = k.conrelid::regclass::text || '_' || a.attname || '_sealed' where k.contype = 'c' and k.convalidated`)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []*[]string{&register, &sealed, &catalogue} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if !slices.Equal(register, sealed) || !slices.Equal(catalogue, sealed) {
		t.Errorf("the register says %v,\nthe database %v,\nthe vault %v", register, catalogue, sealed)
	}
	c := w.Case(t, w.As("police"))
	for column, text := range map[string]string{"address": "7 Clear Street, in a text long enough to be taken for sealed", "postcode_key": "447700900321"} {
		_, err := w.Owner.Exec(t.Context(), "update victims set "+column+" = $2 where id = $1", c.VictimID, []byte(text))
		if err == nil || !strings.Contains(err.Error(), "_sealed") {
			t.Errorf("%s: got %v, want text in clear refused by the database", column, err)
		}
	}
	w.Do(t, "update victims set postcode = decode(repeat('01', 40), 'hex'), postcode_key = decode(repeat('01', 17), 'hex') where id = $1", c.VictimID)
	w.Do(t, "update victims set postcode = null where id = $1", c.VictimID)
	if n := w.Count(t, "select count(*) from victims where id = $1 and postcode_key is not null", c.VictimID); n != 0 {
		t.Error("a postcode is gone, and is found all the same")
	}
}

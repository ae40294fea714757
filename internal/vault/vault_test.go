package vault_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/vault"
	"throughline/models"
)

var row, other = uuid.MustParse("00000000-0000-7000-8000-000000000001"), uuid.MustParse("00000000-0000-7000-8000-000000000002")

func sealed(t *testing.T, v *vault.Vault, c vault.Column, text string) []byte {
	t.Helper()
	b, err := v.Bytes(c, row, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsSealedOpensInItsOwnPlaceAlone(t *testing.T) {
	t.Parallel()
	v := vault.Temporary()
	for _, c := range vault.Columns() {
		b := sealed(t, v, c, "12 Quill Street")
		if bytes.Contains(b, []byte("Quill")) {
			t.Errorf("%s: the text can be read in what was sealed", c)
		}
		if got, err := v.Open(c, row, b); err != nil || string(got) != "12 Quill Street" {
			t.Errorf("%s: got %q and %v, want the text", c, got, err)
		}
		for _, at := range vault.Columns() {
			if got, err := v.Open(at, row, b); (at != c) != (err != nil) || at != c && got != nil {
				t.Errorf("%s moved to %s: got %q and %v", c, at, got, err)
			}
		}
		if got, err := v.Open(c, other, b); !errors.Is(err, vault.ErrTampered) || got != nil {
			t.Errorf("%s moved to another row: got %q and %v, want it refused", c, got, err)
		}
	}
}

func TestWhatWasChangedDoesNotOpen(t *testing.T) {
	t.Parallel()
	v := vault.Temporary()
	b := sealed(t, v, vault.CodeWord, "marigold")
	for i := range b {
		spoilt := bytes.Clone(b)
		spoilt[i] ^= 1
		if got, err := v.Open(vault.CodeWord, row, spoilt); err == nil || got != nil || models.CodeOf(err) != models.CodeInternal {
			t.Fatalf("byte %d changed: got %q and %v, want an internal error", i, got, err)
		}
	}
	for name, test := range map[string]struct {
		stored []byte
		want   error
	}{
		"text in clear":   {[]byte("marigold, which nobody sealed, and long enough to seem so"), vault.ErrInClear},
		"half of it":      {b[:len(b)/2], vault.ErrInClear},
		"another's key":   {sealed(t, vault.Temporary(), vault.CodeWord, "marigold"), vault.ErrUnknownKey},
		"its tail cut":    {append(bytes.Clone(b), 0), vault.ErrTampered},
		"another content": {append(bytes.Clone(b[:20]), sealed(t, v, vault.CodeWord, "rosebush")[20:]...), vault.ErrTampered},
	} {
		if _, err := v.Open(vault.CodeWord, row, test.stored); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	var none *vault.Vault
	for _, v := range []*vault.Vault{none, {}} {
		if _, err := v.Open(vault.CodeWord, row, b); !errors.Is(err, vault.ErrNoKeys) {
			t.Errorf("without keys: got %v", err)
		}
		if _, err := v.Bytes(vault.CodeWord, row, []byte("x")); !errors.Is(err, vault.ErrNoKeys) {
			t.Errorf("sealing without keys: got %v", err)
		}
		if _, err := v.LookUp(vault.CrimeKey, "x").BytesValue(); !errors.Is(err, vault.ErrNoKeys) {
			t.Errorf("looking up without keys: got %v", err)
		}
	}
	if _, err := v.Bytes(vault.CodeWord, uuid.Nil, b); err == nil {
		t.Error("a value of no row was sealed")
	}
}

func TestNothingStaysNothing(t *testing.T) {
	t.Parallel()
	v := vault.Temporary()
	for _, stored := range [][]byte{nil, {}, []byte("{}")} {
		if got, err := v.Open(vault.StepDetail, row, stored); err != nil || got != nil {
			t.Errorf("%q: got %q and %v, want nothing", stored, got, err)
		}
	}
	for name, test := range map[string]struct {
		got  vault.Sealed
		want string
	}{
		"no text": {v.Seal(vault.CodeWord, row, ""), ""}, "none at all": {v.SealAny(vault.CodeWord, row, nil), ""}, "no key": {v.LookUp(vault.CrimeKey, " "), ""},
		"an empty object": {v.SealJSON(vault.StepDetail, row, map[string]any{}), "{}"}, "no object": {v.SealJSON(vault.StepDetail, row, map[string]any(nil)), "{}"},
	} {
		if b, err := test.got.BytesValue(); err != nil || string(b) != test.want {
			t.Errorf("%s: got %q and %v, want %q", name, b, err, test.want)
		}
	}
}

func TestWhatTheDatabaseWouldNotTakeAsTextIsNotSealedEither(t *testing.T) {
	t.Parallel()
	v := vault.Temporary()
	for name, s := range map[string]vault.Sealed{
		"a NUL": v.Seal(vault.CodeWord, row, "mari\x00gold"), "no UTF-8": v.Seal(vault.CodeWord, row, "mari\xffgold"),
		"a NUL in JSON":         v.SealJSON(vault.DraftData, row, map[string]string{"a": "x\x00"}),
		"one after a backslash": v.SealJSON(vault.DraftData, row, map[string]string{"a": `x\` + "\x00"}),
	} {
		if _, err := s.BytesValue(); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	for name, s := range map[string]vault.Sealed{
		"six signs that say so": v.SealJSON(vault.DraftData, row, map[string]string{"a": `\u0000`}), "in a text": v.Seal(vault.CodeWord, row, `\u0000`),
	} {
		if _, err := s.BytesValue(); err != nil {
			t.Errorf("%s: got %v, want it sealed", name, err)
		}
	}
}

func TestARowIsOpenedWhileItIsRead(t *testing.T) {
	t.Parallel()
	v := vault.Temporary()
	id, text, missing, detail := row, "before", new(string), map[string]any{}
	read := func(o *vault.Opening, b []byte) {
		t.Helper()
		if err := o.ScanBytes(b); err != nil {
			t.Error(err)
		}
	}
	read(v.Text(vault.CodeWord, &id, &text), sealed(t, v, vault.CodeWord, "marigold"))
	read(v.TextOrNil(vault.QuestionAnswer, &id, &missing), nil)
	read(v.JSON(vault.StepDetail, &id, &detail), sealed(t, v, vault.StepDetail, `{"report":"She is safe."}`))
	if text != "marigold" || missing != nil || detail["report"] != "She is safe." {
		t.Errorf("got %q, %v and %v", text, missing, detail)
	}
	read(v.Text(vault.CodeWord, &id, &text), nil)
	if text != "" {
		t.Errorf("got %q for null, want nothing of the row before", text)
	}
	id = uuid.Nil // the key is read after the value
	if err := v.Text(vault.CodeWord, &id, &text).ScanBytes(sealed(t, v, vault.CodeWord, "marigold")); err == nil || text != "" {
		t.Errorf("got %q and %v without the row's key", text, err)
	}
}

func TestEqualValuesHaveEqualKeysOfOneColumnAlone(t *testing.T) {
	t.Parallel()
	v := vault.Temporary()
	key := func(v *vault.Vault, k vault.Key, s string) string {
		b, err := v.LookUp(k, s).BytesValue()
		if err != nil || !vault.IsLookUp(b) || bytes.Contains(b, []byte(s)) {
			t.Fatalf("%q: got %x and %v", s, b, err)
		}
		return string(b)
	}
	want := key(v, vault.ContactValueKey, "zephyrine@quill.example")
	for _, same := range []string{" Zephyrine@Quill.example ", "ｚephyrine@quill.example"} {
		if key(v, vault.ContactValueKey, same) != want {
			t.Errorf("%q is not found as the same", same)
		}
	}
	if key(v, vault.CrimeKey, "zephyrine@quill.example") == want || key(vault.Temporary(), vault.ContactValueKey, "zephyrine@quill.example") == want ||
		key(v, vault.ContactValueKey, "zephyrine@quil.example") == want {
		t.Error("another column, another key or another value is found as the same")
	}
	if key(v, vault.CrimeKey, "1234567/26") == key(v, vault.EventReferenceKey, "1234567/26") {
		t.Error("one key of look-ups makes the same of two columns")
	}
	if vault.IsLookUp([]byte("0123456789abcdefg")) {
		t.Error("a text of 17 bytes is taken for a key")
	}
}

func TestNothingSealedIsPrinted(t *testing.T) {
	t.Parallel()
	s := struct{ S vault.Sealed }{vault.Temporary().Seal(vault.CodeWord, row, "marigold")}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s.S)
	doc, _ := json.Marshal(s)
	for _, got := range []string{fmt.Sprintf("%v %s %+v", s, s.S, s), log.String(), string(doc)} {
		if strings.Contains(got, "marigold") {
			t.Errorf("got %s", got)
		}
	}
	if got := s.S.String(); got != "[sealed]" {
		t.Errorf("got %q, want not even what the database holds", got)
	}
}

// rotated plays a rotation with the vault in each of its steps.
func TestWhatAnOlderKeySealedOpensUntilThatIsDisabled(t *testing.T) {
	t.Parallel()
	sets := map[vault.Class]*vault.Keyset{}
	for _, c := range vault.Classes() {
		k, err := vault.MakeKeyset(c)
		if err != nil {
			t.Fatal(err)
		}
		sets[c] = k
	}
	with := func(step func(*vault.Keyset) (*vault.Keyset, error)) *vault.Vault {
		t.Helper()
		v, list := &vault.Vault{}, []*vault.Keyset{}
		if step != nil {
			k, err := step(sets[vault.ClassContact])
			if err != nil {
				t.Fatal(err)
			}
			sets[vault.ClassContact] = k
		}
		for _, k := range sets {
			list = append(list, k)
		}
		if err := v.Use(list); err != nil {
			t.Fatal(err)
		}
		return v
	}
	id := func(b []byte) uint32 { n, _ := vault.KeyID(b); return n }
	first := with(nil)
	old := sealed(t, first, vault.CodeWord, "marigold")
	told := with((*vault.Keyset).Announce)
	if b := sealed(t, told, vault.CodeWord, "x"); id(b) != id(old) {
		t.Error("a key seals before everybody knows it")
	}
	sealing := with((*vault.Keyset).Promote)
	fresh := sealed(t, sealing, vault.CodeWord, "rosebush")
	if id(fresh) == id(old) {
		t.Error("the new key does not seal")
	}
	for name, v := range map[string]*vault.Vault{"announced": told, "sealing": sealing} {
		a, errA := v.Open(vault.CodeWord, row, old)
		b, errB := v.Open(vault.CodeWord, row, fresh)
		if errA != nil || errB != nil || string(a) != "marigold" || string(b) != "rosebush" {
			t.Errorf("%s: got %q %v and %q %v", name, a, errA, b, errB)
		}
	}
	if _, err := first.Open(vault.CodeWord, row, fresh); !errors.Is(err, vault.ErrUnknownKey) || !first.Missed() || first.Missed() {
		t.Errorf("a process that has not looked: got %v, want it to know once that it missed a key", err)
	}
	last := with((*vault.Keyset).Retire)
	if _, err := last.Open(vault.CodeWord, row, old); !errors.Is(err, vault.ErrUnknownKey) {
		t.Errorf("a disabled key: got %v", err)
	}
	if got, err := last.Open(vault.CodeWord, row, fresh); err != nil || string(got) != "rosebush" {
		t.Errorf("got %q and %v", got, err)
	}
	if keys := sets[vault.ClassContact].Keys(); len(keys) != 2 || keys[0].Enabled || !keys[1].Primary || last.Versions()[vault.ClassContact] != 4 {
		t.Errorf("got %+v and version %d", keys, last.Versions()[vault.ClassContact])
	}
	crimes, values := found(t, last, vault.CrimeKey), found(t, last, vault.ContactValueKey)
	var err error
	if sets[vault.ClassLookUpValue], err = vault.MakeKeyset(vault.ClassLookUpValue); err != nil {
		t.Fatal(err)
	}
	if other := with(nil); found(t, other, vault.CrimeKey) != crimes || found(t, other, vault.ContactValueKey) == values {
		t.Error("a class does not look up with the keys that are its own")
	}
	if _, err := sets[vault.ClassLookUpCrime].Announce(); err == nil {
		t.Error("a key that values are looked up by was rotated")
	}
	if err := (&vault.Vault{}).Use([]*vault.Keyset{sets[vault.ClassContact]}); err == nil {
		t.Error("a vault without the other classes was taken")
	}
}

// found is the key by which a column finds a value.
func found(t *testing.T, v *vault.Vault, k vault.Key) string {
	t.Helper()
	b, err := v.LookUp(k, "07700 900321").BytesValue()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func BenchmarkOpen(b *testing.B) {
	v := vault.Temporary()
	for _, size := range []int{12, 300, 4000} {
		b.Run(fmt.Sprintf("%d bytes", size), func(b *testing.B) {
			c, err := v.Bytes(vault.IncidentSummary, row, bytes.Repeat([]byte("x"), size))
			if err != nil {
				b.Fatal(err)
			}
			var out string
			o := v.Text(vault.IncidentSummary, &row, &out)
			b.ReportAllocs()
			for b.Loop() {
				if err := o.ScanBytes(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	v, text := vault.Temporary(), strings.Repeat("x", 300)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Seal(vault.IncidentSummary, row, text).BytesValue(); err != nil {
			b.Fatal(err)
		}
	}
}

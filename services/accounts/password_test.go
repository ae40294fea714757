package accounts_test

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"throughline/models"
	"throughline/services/accounts"
)

func TestAPasswordIsLongAndNotTheFirstThingAnybodyTries(t *testing.T) {
	t.Parallel()
	about := []string{"Amara Fictional", "amara.fictional", "London Victim Service"}
	cases := map[string]string{ // password: the code it is refused with, "" for none
		"":                                models.FieldTooShort,
		"eleven char":                     models.FieldTooShort,
		"twelve chars":                    "",
		"three odd words":                 "",
		"tin harbour velvet nine":         "",
		strings.Repeat("xq ", 42) + "xy":  "",
		strings.Repeat("xq ", 42) + "xyz": models.FieldTooLong,
		"ünïcode — and 🦊 pictures":        "",
		"🦊🦊🦊🦊🦊🐈🐈🐈🐈🐈🐕🐕":                     "",
		"a NUL\x00 in the middle":          models.FieldInvalid,
		"not \xff UTF-8 at all":            models.FieldInvalid,
		"password1234":                     models.FieldInvalid,
		"P@$$word 2026":                    models.FieldInvalid,
		"passwordpassword":                 models.FieldInvalid,
		"London2026!!":                     models.FieldInvalid,
		"Metropolitan Police 1":            models.FieldInvalid,
		"qwertyuiop123":                    models.FieldInvalid,
		"123456789012":                     models.FieldInvalid,
		"!!!!!!!!!!!!!!":                   models.FieldInvalid,
		"Amara Fictional 1":                models.FieldInvalid,
		"AmaraAmara99":                     models.FieldInvalid,
		"London Victim Service 9":          models.FieldInvalid,
		"Throughline-2026":                 models.FieldInvalid,
		"Correct Horse Battery Staple 1":   models.FieldInvalid,
		"Passw0rd!2026!!":                  models.FieldInvalid,
		"NewProject2004":                   models.FieldInvalid,
		"Sunshine-2026":                    models.FieldInvalid,
		"w4t3rm3l0n 99":                    models.FieldInvalid,
		"OkonkwoSmith":                     "",
		"Henderson1999":                    models.FieldInvalid,
		"dragondragondragon":               models.FieldInvalid,
		"dragon tin harbour":               "",
		"Amara keeps a tin harbour velvet": "",
	}
	for password, want := range cases {
		t.Run(password, func(t *testing.T) {
			t.Parallel()
			got := ""
			if f := accounts.CheckPassword(password, about...); f != nil {
				got = f.Code
				if len(password) > 3 && strings.Contains(f.Message, password) {
					t.Error("the refusal repeats the password")
				}
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestAPasswordIsStoredAsArgon2idAtTheDocumentedCost(t *testing.T) {
	t.Parallel()
	hash, err := accounts.HashPassword("tin harbour velvet nine")
	if err != nil {
		t.Fatal(err)
	}
	if want := "$argon2id$v=19$m=19456,t=2,p=1$"; !strings.HasPrefix(hash, want) {
		t.Errorf("got %q, want it to begin with %q", hash, want)
	}
	if ok, err := argon2id.ComparePasswordAndHash("tin harbour velvet nine", hash); !ok || err != nil {
		t.Errorf("got %v, %v, want a match", ok, err)
	}
	if ok, _ := argon2id.ComparePasswordAndHash("tin harbour velvet nine"+strings.Repeat("x", 80), hash); ok {
		t.Error("a longer password matched: something cut it short")
	}
}

package accounts

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"throughline/models"
)

// The length of a password in characters. There is no rule about which
// characters, and no expiry (ASVS 5.0.0, 6.2.5 and 6.2.10).
const (
	minPassword = 12
	maxPassword = 128
)

// params are those of security.md row 7a: 20 ms and 19 MiB a hash.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobody is the hash of a password that was thrown away: comparing with it
// costs an unknown address what comparing costs a known one.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$lul8WbjtcZ7MiiGPNTz3rA$BgXcsepxTdsGxyaji2ULBL4w1/eaBqTA6GN6itCAspU"

// hashWait is how long a sign-in waits for its turn to be hashed.
const hashWait = 10 * time.Second

//go:embed leaked.txt
var leaked string

//go:embed common.txt
var commonText string

// common holds what people of this trade choose first, reduced to its letters.
var common = strings.Fields(commonText)

// CheckPassword says what is wrong with a new password, nil when nothing is.
// about holds what others know of its owner: their name, address and
// organisation. The answer never repeats the password.
func CheckPassword(password string, about ...string) *models.FieldError {
	refuse := func(code, message string) *models.FieldError {
		f := models.Field("password", code, message)
		return &f
	}
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return refuse(models.FieldInvalid, "Use characters that can be typed")
	case n < minPassword:
		return refuse(models.FieldTooShort, fmt.Sprintf("Use %d characters or more", minPassword))
	case n > maxPassword:
		return refuse(models.FieldTooLong, fmt.Sprintf("Use %d characters or fewer", maxPassword))
	case guessable(password, about):
		return refuse(models.FieldInvalid, "This password is easy to guess. Three words that do not belong together are harder")
	}
	return nil
}

// guessable reports a password that many people chose before, or a word anybody
// would try for this person, whatever digits and signs stand around it, and
// once or repeated.
func guessable(password string, about []string) bool {
	plain, read := letters(password), letters(lookalikes(password))
	if plain == "" {
		return true // digits and signs alone
	}
	if tried(strings.ToLower(password)) {
		return true
	}
	own := map[string]bool{}
	for _, a := range about {
		own[letters(a)] = true
		for _, part := range strings.FieldsFunc(a, func(r rune) bool { return !unicode.IsLetter(r) }) {
			own[letters(part)] = true
		}
	}
	for _, core := range []string{plain, read} {
		for n := 3; n <= len(core); n++ {
			if w := core[:n]; (tried(w) || own[w]) && strings.Repeat(w, len(core)/n) == core {
				return true
			}
		}
	}
	return false
}

// tried reports a word that guessing begins with: one of the 30,000 most used of
// the passwords that became known in breaches, a first name or a family name, or
// what people of this trade choose. leaked.txt is in order, a word to a line, and
// searched where it lies: it costs no memory of its own.
func tried(word string) bool {
	if slices.Contains(common, word) {
		return true
	}
	low, high := 0, len(leaked) // of lines that may be the word
	for low < high {
		begin := strings.LastIndexByte(leaked[low:(low+high)/2], '\n') + 1 + low
		line, _, _ := strings.Cut(leaked[begin:], "\n")
		switch {
		case line == word:
			return true
		case line < word:
			low = begin + len(line) + 1
		default:
			high = begin
		}
	}
	return false
}

// lookalikes reads digits inside a word as the letters they stand for; those at
// its ends are only there to make it longer.
func lookalikes(s string) string {
	return strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t").Replace(strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }))
}

// letters keeps the letters of s in lower case, and reads the signs people put
// in their place.
func letters(s string) string {
	s = strings.NewReplacer("@", "a", "$", "s").Replace(strings.ToLower(s))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		if r > unicode.MaxASCII {
			return r // other scripts and pictures count as they are
		}
		return -1
	}, s)
}

// HashPassword returns the argon2id hash of a password in the PHC format. It
// does not judge the password: CheckPassword does. Demonstration accounts
// share one hash.
func HashPassword(password string) (string, error) {
	defer sweepUp()
	hash, err := argon2id.CreateHash(password, params)
	if err != nil {
		return "", models.Internal("hashing a password", err)
	}
	return hash, nil
}

// NobodysPassword is 256 random bits that nobody was told: the password of who
// signs in another way.
func NobodysPassword() string {
	text, _ := newSecret("")
	return text
}

var sweeping atomic.Bool // whether sweepUp is already to come

// sweepUp gives back what hashing leaves behind, at most once a second: Go lets
// the heap grow to three times what a hash took before it looks for what is no
// longer needed, and that would stay with a small site until then.
func sweepUp() {
	if sweeping.CompareAndSwap(false, true) {
		time.AfterFunc(time.Second, func() {
			sweeping.Store(false)
			debug.FreeOSMemory()
		})
	}
}

// matches compares in constant time and with constant work: an empty hash, of
// an address nobody has, is compared like any other. It waits for its turn,
// and fails as unavailable when that does not come.
func (s *Service) matches(ctx context.Context, password, hash string) (bool, error) {
	wait := time.NewTimer(hashWait)
	defer wait.Stop()
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places; sweepUp() }()
	case <-ctx.Done():
		return false, models.Unavailable("waiting to check a password", ctx.Err())
	case <-wait.C:
		return false, models.Unavailable("waiting to check a password", errors.New("no place came free"))
	}
	known := hash != ""
	if !known {
		hash = nobody
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, models.Internal("comparing a password", err)
	}
	return ok && known, nil
}

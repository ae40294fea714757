package models

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ReferenceKind is the letter a public reference begins with.
type ReferenceKind byte

// The kinds of public reference.
const (
	CaseReference        ReferenceKind = 'C'
	ReferralReference    ReferenceKind = 'R'
	RequestReference     ReferenceKind = 'Q' // of a request about somebody's data
	CertificateReference ReferenceKind = 'T' // of a deletion
	BreachReference      ReferenceKind = 'B'
	HandoffReference     ReferenceKind = 'H'
	BulkReference        ReferenceKind = 'G' // of many hand-offs made as one
)

// ErrReference is returned for anything that is not a reference of ours: the
// wrong letter, length or symbols, or a check symbol that does not fit. Its
// text is written for people and does not hold what was typed.
var ErrReference = errors.New("Enter the reference as it was given to you, like C-7KQ4-M2XA-A") //nolint:staticcheck // a sentence shown to people

// crockford is Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// randomSymbols is how many symbols stand before the check symbol: 40 random
// bits, so a number says nothing about how many there are or which come next.
const randomSymbols = 8

// NewID returns a new UUIDv7. It panics only if the system has no randomness
// left to give, where nothing safe can be done.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// IDAt returns the UUIDv7 of a moment with the given random part, so that the
// same seed makes the same demo data.
func IDAt(at time.Time, random [10]byte) uuid.UUID {
	var id uuid.UUID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli())) //nolint:gosec // times of this product lie after 1970
	copy(id[:6], ms[2:])
	copy(id[6:], random[:])
	id[6] = id[6]&0x0f | 0x70 // version 7
	id[8] = id[8]&0x3f | 0x80 // the variant of RFC 9562
	return id
}

// NewCaseReference returns a random reference of a case, C-XXXX-XXXX-K. The
// database keeps references unique; on the rare clash the caller asks again.
func NewCaseReference() string { return newReference(CaseReference) }

// NewReferralReference returns a random reference of a referral, R-XXXX-XXXX-K.
func NewReferralReference() string { return newReference(ReferralReference) }

// NewReference returns a random reference of any kind.
func NewReference(kind ReferenceKind) string { return newReference(kind) }

func newReference(kind ReferenceKind) string {
	var b [randomSymbols]byte
	_, _ = rand.Read(b[:]) // crypto/rand never returns an error; it ends the program
	return MakeReference(kind, b)
}

// MakeReference returns the reference made of the low five bits of each byte,
// so that the same seed makes the same demo data. The last symbol is the Luhn
// mod 32 check of the eight before it: it catches every single wrong symbol and
// every swap of two neighbours but 0 with Z.
func MakeReference(kind ReferenceKind, random [randomSymbols]byte) string {
	var v [randomSymbols]int
	for i, b := range random {
		v[i] = int(b & 31)
	}
	var s strings.Builder
	s.WriteByte(byte(kind))
	for i, n := range v {
		if i%4 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(crockford[n])
	}
	s.WriteByte('-')
	s.WriteByte(crockford[(32-luhn(v[:], 2)%32)%32])
	return s.String()
}

// luhn sums symbols as the Luhn mod N algorithm does, from the right, with the
// rightmost symbol weighing factor (2 before the check symbol, 1 with it).
func luhn(values []int, factor int) int {
	sum := 0
	for i := len(values) - 1; i >= 0; i-- {
		n := values[i] * factor
		sum += n/32 + n%32
		factor = 3 - factor
	}
	return sum
}

// ParseReference reads a reference as people type it (lower case, without or
// with other dashes, with spaces, I or L for 1 and O for 0) and returns it as
// it is written. It returns ErrReference for anything else.
func ParseReference(s string) (string, error) {
	const longest = 64 // no one types more around twelve symbols
	if len(s) > longest {
		return "", ErrReference
	}
	symbols := strings.Map(symbol, s)
	if len(symbols) != randomSymbols+2 {
		return "", ErrReference
	}
	kind := ReferenceKind(symbols[0])
	if kind != CaseReference && kind != ReferralReference && kind != HandoffReference && kind != BulkReference {
		return "", ErrReference
	}
	values := make([]int, 0, randomSymbols+1)
	for _, r := range symbols[1:] {
		n := strings.IndexRune(crockford, r)
		if n < 0 {
			return "", ErrReference
		}
		values = append(values, n)
	}
	if luhn(values, 1)%32 != 0 {
		return "", ErrReference
	}
	var random [randomSymbols]byte
	for i := range random {
		random[i] = byte(values[i]) //nolint:gosec // below 32
	}
	return MakeReference(kind, random), nil
}

// symbol maps what people type to the symbol meant; dashes and spaces go.
func symbol(r rune) rune {
	switch {
	case strings.ContainsRune("-\u2010\u2011\u2012\u2013\u2014\u2212 \t\u00a0", r):
		return -1
	case r >= 'a' && r <= 'z':
		return symbol(r - 'a' + 'A')
	case r == 'I' || r == 'L':
		return '1'
	case r == 'O':
		return '0'
	}
	return r
}

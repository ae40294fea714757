package accounts

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// recoveryCodes is how many codes a person gets at a time.
const recoveryCodes = 10

// crockford leaves out the letters that are taken for digits.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newRecoveryCode is 128 random bits for people to write down: five groups of
// five, and one more sign. It is bound to nothing until its hash is stored.
func newRecoveryCode() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	plain := crockford.EncodeToString(b)
	var groups []string
	for i := 0; i < len(plain); i += 5 {
		groups = append(groups, plain[i:min(i+5, len(plain))])
	}
	// 26 signs: the last group is six long, as a single sign is easily missed.
	last := len(groups) - 1
	return strings.Join(groups[:last], "-") + groups[last]
}

// recoveryCode reads a code as people type it: letters of either case, with or
// without the signs between, O for 0 and I or L for 1. It is "" for what cannot
// be one.
func recoveryCode(text string) string {
	text = strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(text)))
	if raw, err := crockford.DecodeString(text); err != nil || len(raw) != 16 {
		return ""
	}
	return text
}

func recoveryHash(code string) []byte { return hashSecret("tlx_" + code) }

// makeCodes gives a person ten recovery codes; those of before stop working.
func makeCodes(ctx context.Context, tx *pg.Tx, user uuid.UUID) ([]string, error) {
	if _, err := tx.Exec(ctx, "delete from recovery_codes where user_id = $1", user); err != nil {
		return nil, err
	}
	var out []string
	for range recoveryCodes {
		code := newRecoveryCode()
		_, err := tx.Exec(ctx, "insert into recovery_codes (id, user_id, code_hash) values ($1, $2, $3)", models.NewID(), user, recoveryHash(recoveryCode(code)))
		if err != nil {
			return nil, err
		}
		out = append(out, code)
	}
	return out, nil
}

// takeRecoveryCode takes one of the person's recovery codes, once.
func takeRecoveryCode(ctx context.Context, tx *pg.Tx, user uuid.UUID, code string) (bool, error) {
	n, err := tx.Exec(ctx, "update recovery_codes set used_at = clock_timestamp() where user_id = $1 and code_hash = $2 and used_at is null",
		user, recoveryHash(code))
	if err != nil || n != 1 {
		return false, err
	}
	return true, tell(ctx, tx, user, ToldCodeUsed, "")
}

// NewRecoveryCodes gives the actor ten recovery codes, shown this once, in
// place of those of before. They must have proved who they are shortly before,
// and have a factor for the codes to stand in for: a conflict where they have
// none.
func (s *Service) NewRecoveryCodes(ctx context.Context, endOther bool) ([]string, error) {
	if err := stepUp(ctx); err != nil {
		return nil, err
	}
	var out []string
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		me := self{Actor: tx.Actor}
		if err := only(ctx, tx, me.UserID); err != nil {
			return err
		}
		var have int
		if err := tx.Scan(ctx, &have, `select count(*) from (`+factorsSQL+`) f`, me.UserID); err != nil {
			return err
		}
		if have == 0 {
			return models.Conflict("Recovery codes stand in for a passkey or an app. Add one of those first.")
		}
		var err error
		if out, err = makeCodes(ctx, tx, me.UserID); err != nil {
			return err
		}
		if err := tell(ctx, tx, me.UserID, ToldCodesMade, ""); err != nil {
			return err
		}
		if endOther {
			if err := endOthers(ctx, tx, me.Actor); err != nil {
				return err
			}
		}
		return me.event(ctx, tx, models.Event{Action: "recovery_codes.made"})
	})
	return out, err
}

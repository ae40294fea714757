package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
)

// StatusHash is what the database holds of StatusCode and StatusWord: one hash,
// so that two demos are the same.
const StatusHash = "$argon2id$v=19$m=19456,t=2,p=1$AGzxdAHXpdr5II09Zi58fg$3cKIWVcjsJs//ihTVBBJRmE3nfIQeYw/EhAqo31XNEQ"

// openDoor gives the first story a code, so that a newcomer can look. It is good
// for a year from when the demo is made: codes end in real time.
func (l *loader) openDoor(ctx context.Context, tx pgx.Tx) error {
	key, err := l.o.Vault.LookUp(vault.StatusCodeKey, "code "+strings.ReplaceAll(StatusCode, "-", "")).BytesValue()
	if err != nil {
		return fmt.Errorf("looking up the code of the demo: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into status_doors (id, case_id, code_key, word_hash, language, agreed_how, agreed_on, given_at, given_by, given_by_org_id, expires_at)
		select c.id, c.id, $2, $3, 'en', 'in_person', $4::timestamptz, $4, c.logged_by, c.logged_by_org_id, clock_timestamp() + interval '365 days'
		from cases c where c.reference = $1`, Stories()[0].Case, key, StatusHash, l.o.Until.AddDate(0, 0, -1))
	if err != nil {
		return fmt.Errorf("giving the first story a code: %w", err)
	}
	return nil
}

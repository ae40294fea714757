package accounts

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
)

// Told says what a person is told of their own account (ASVS 5.0.0, 6.3.5 and
// 6.3.7).
type Told string

// The kinds of notice.
const (
	ToldNewDevice      Told = "new_device"       // somebody signed in on a browser not seen before
	ToldPasskeyAdded   Told = "passkey_added"    // detail: its name
	ToldPasskeyRemoved Told = "passkey_removed"  // detail: its name
	ToldAppAdded       Told = "app_added"        // detail: its name
	ToldAppRemoved     Told = "app_removed"      // detail: its name
	ToldCodesMade      Told = "codes_made"       // the old recovery codes stopped working
	ToldCodeUsed       Told = "code_used"        // a recovery code was used
	ToldPassword       Told = "password_changed" //nolint:gosec // the name of a notice
	ToldReset          Told = "factors_reset"    // somebody who manages the account, or runs the installation, took every factor away
	ToldSignOn         Told = "sign_on_bound"    // their organisation's own sign-in opens their account from now on
	ToldWebhookOff     Told = "webhook_off"      // an address of their organisation's systems was switched off
	ToldCopied         Told = "passkey_copied"   // a passkey was refused because its counter went back
)

// AccountNotice is one thing a person is told of their own account. Name is the
// factor's, as they called it, where it is about one.
type AccountNotice struct {
	ID   uuid.UUID
	Kind Told
	Name string
	At   time.Time
	Read bool
}

// tell writes a notice for a person and asks for a message to them, in the
// transaction of what it tells of.
func tell(ctx context.Context, tx *pg.Tx, user uuid.UUID, kind Told, name string) error {
	detail := map[string]string{}
	if name != "" {
		detail["name"] = name
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into account_notices (id, user_id, kind, detail, at) values ($1, $2, $3, $4::jsonb, clock_timestamp())`,
		uuid.Must(uuid.NewV7()), user, string(kind), string(text)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into outbox (topic, payload, at) values ('account.changed', jsonb_build_object('user', $1::uuid, 'kind', $2::text), $3)`,
		user, string(kind), tx.Now)
	return err
}

// mostNotices is how many notices are shown.
const mostNotices = 20

// AccountNotices lists what the actor has been told of their own account, the
// newest first.
func (s *Service) AccountNotices(ctx context.Context) ([]AccountNotice, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var out []AccountNotice
	b.Query(pg.Each(func(rows pg.Row) error {
		var n AccountNotice
		err := rows.Scan(&n.ID, &n.Kind, &n.Name, &n.At, &n.Read)
		out = append(out, n)
		return err
	}), `select id, kind, coalesce(detail->>'name', ''), at, read_at is not null from account_notices
		where user_id = $1 order by at desc, id limit $2`, b.Actor.UserID, mostNotices)
	return out, b.Send(pg.BatchRead)
}

// ReadAccountNotices marks the actor's notices up to a moment as read.
func (s *Service) ReadAccountNotices(ctx context.Context, until time.Time) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Exec("update account_notices set read_at = clock_timestamp() where user_id = $1 and read_at is null and at <= $2", b.Actor.UserID, until)
	return b.Send(pg.BatchHousekeeping)
}

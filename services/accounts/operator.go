package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"throughline/models"
)

// Beginner starts a transaction as the owner of the schema: a connection or a
// pool of the operator's, never the application's own.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Operator does what only whoever runs the installation may: it works as the
// schema's owner, from the command line, and writes what it did to the trail.
// No page and no API operation reaches it.
type Operator struct {
	db Beginner
}

// NewOperator returns the operator's acts on an owner's connection.
func NewOperator(db Beginner) *Operator { return &Operator{db: db} }

// NewUser is somebody to be let in.
type NewUser struct {
	OrgID    uuid.UUID
	Email    string
	Name     string
	Role     models.Role
	Password string
}

// operatorOrganisation is where the first administrator belongs when there is
// no body of that kind.
const operatorOrganisation = "Throughline operator"

// CreateFirstAdmin makes the first system administrator, and the operator's
// organisation where there is none. It returns a conflict when there is an
// administrator: from then on they let others in.
func (o *Operator) CreateFirstAdmin(ctx context.Context, email, name, password string) (uuid.UUID, error) {
	var id uuid.UUID
	err := o.inTx(ctx, func(tx pgx.Tx) error {
		// One at a time: two first administrators would each be the first.
		if _, err := tx.Exec(ctx, `lock table users in share row exclusive mode`); err != nil {
			return err
		}
		var there bool
		err := tx.QueryRow(ctx, `select exists (select from users where role = $1 and disabled_at is null)`, string(models.RoleSystemAdmin)).Scan(&there)
		if err != nil {
			return err
		}
		if there {
			return models.Conflict("There is a system administrator already.")
		}
		org, err := operatorOrg(ctx, tx)
		if err != nil {
			return err
		}
		id, err = create(ctx, tx, NewUser{OrgID: org, Email: email, Name: name, Role: models.RoleSystemAdmin, Password: password})
		return err
	})
	return id, err
}

func operatorOrg(ctx context.Context, tx pgx.Tx) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.QueryRow(ctx, `select id from organisations where kind = $1 and active order by id limit 1`, string(models.KindOperator)).Scan(&id)
	if !errors.Is(err, pgx.ErrNoRows) {
		return id, err
	}
	id = models.NewID()
	_, err = tx.Exec(ctx, `insert into organisations (id, name, kind) values ($1, $2, $3)`, id, operatorOrganisation, string(models.KindOperator))
	return id, err
}

// CreateUser lets somebody in. It returns field errors for what is wrong with
// the address, the name, the role or the password, and a conflict when the
// address is taken.
func (o *Operator) CreateUser(ctx context.Context, u NewUser) (uuid.UUID, error) {
	var id uuid.UUID
	err := o.inTx(ctx, func(tx pgx.Tx) (err error) {
		id, err = create(ctx, tx, u)
		return err
	})
	return id, err
}

func create(ctx context.Context, tx pgx.Tx, u NewUser) (uuid.UUID, error) {
	u.Email, u.Name = strings.ToLower(strings.TrimSpace(u.Email)), strings.TrimSpace(u.Name)
	var orgName string
	err := tx.QueryRow(ctx, `select name from organisations where id = $1`, u.OrgID).Scan(&orgName)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, models.Invalid(models.Field("organisation_id", models.FieldInvalid, "Choose an organisation from the list"))
	}
	if err != nil {
		return uuid.Nil, err
	}
	if fields := u.check(orgName); len(fields) > 0 {
		return uuid.Nil, models.Invalid(fields...)
	}
	hash, err := HashPassword(u.Password)
	if err != nil {
		return uuid.Nil, err
	}
	id := models.NewID()
	_, err = tx.Exec(ctx, `insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, $3, $4, $5, $6)`,
		id, u.OrgID, u.Email, u.Name, string(u.Role), hash)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.ConstraintName == "users_email_once" {
		return uuid.Nil, models.Conflict("Somebody has this email address already.")
	}
	if err != nil {
		return uuid.Nil, err
	}
	return id, record(ctx, tx, "user.created", id, u.OrgID, map[string]any{"role": string(u.Role)})
}

func (u NewUser) check(orgName string) []models.FieldError {
	var fields []models.FieldError
	local, domain, found := strings.Cut(u.Email, "@")
	if !found || local == "" || domain == "" || len(u.Email) > 254 || strings.ContainsAny(u.Email, " \t\r\n\x00<>,;") || strings.Contains(domain, "@") {
		fields = append(fields, models.Field("email", models.FieldInvalid, "Enter an email address, like name@example.com"))
	}
	if n := len([]rune(u.Name)); n < 1 || n > 200 {
		fields = append(fields, models.Field("name", models.FieldInvalid, "Enter a name of up to 200 characters"))
	}
	known := false
	for _, r := range models.Roles() {
		known = known || r == u.Role
	}
	if !known {
		fields = append(fields, models.Field("role", models.FieldInvalid, "Choose a role from the list"))
	}
	if f := CheckPassword(u.Password, u.Name, local, orgName); f != nil {
		fields = append(fields, *f)
	}
	return fields
}

// DisableUser ends somebody's access: every session they have ends in the same
// transaction, by trigger. Doing it twice changes nothing. It returns not
// found when nobody has the address.
func (o *Operator) DisableUser(ctx context.Context, email string) error {
	return o.change(ctx, email, "user.disabled", `update users set disabled_at = coalesce(disabled_at, clock_timestamp()), version = version + 1 where id = $1`)
}

// EnableUser lets somebody back in. Their old sessions stay ended.
func (o *Operator) EnableUser(ctx context.Context, email string) error {
	return o.change(ctx, email, "user.enabled", `update users set disabled_at = null, version = version + 1 where id = $1`)
}

// EndSessions signs somebody out everywhere.
func (o *Operator) EndSessions(ctx context.Context, email string) error {
	return o.change(ctx, email, "user.signed_out", `update sessions set revoked_at = clock_timestamp(), revoked_why = 'signed_out' where user_id = $1 and revoked_at is null`)
}

// ForgetGuesses clears the wrong guesses counted against an address, so that
// its owner need not wait.
func (o *Operator) ForgetGuesses(ctx context.Context, email string) error {
	return o.change(ctx, email, "user.guesses_forgotten", `delete from sign_in_attempts a using users u
		where u.id = $1 and a.email_hash = sha256(convert_to(u.email, 'UTF8')) and a.ok is not true`)
}

// ResetFactors takes every passkey, authenticator app and recovery code from
// somebody who has lost them, signs them out everywhere and tells them. Their
// password stays: they set up another when they next sign in. Whoever runs the installation makes sure who is asking first.
func (o *Operator) ResetFactors(ctx context.Context, email string) error {
	return o.with(ctx, email, func(tx pgx.Tx, u userRow) error {
		for _, q := range []string{
			`delete from passkeys where user_id = $1`, `delete from app_keys where user_id = $1`, `delete from recovery_codes where user_id = $1`,
			`update sessions set revoked_at = clock_timestamp(), revoked_why = 'factors_reset' where user_id = $1 and revoked_at is null`,
			`update users set factor_owed = true, factors_reset_at = clock_timestamp(), factors_reset_by = null, version = version + 1 where id = $1`,
			`insert into account_notices (id, user_id, kind) values (gen_random_uuid(), $1, 'factors_reset')`,
			`insert into outbox (topic, payload, at) values ('account.changed', jsonb_build_object('user', $1::uuid, 'kind', 'factors_reset'), clock_timestamp())`,
		} {
			if _, err := tx.Exec(ctx, q, u.id); err != nil {
				return err
			}
		}
		return record(ctx, tx, "user.factors_reset", u.id, u.orgID, nil)
	})
}

// SetPassword gives somebody another password and signs them out everywhere.
func (o *Operator) SetPassword(ctx context.Context, email, password string) error {
	return o.with(ctx, email, func(tx pgx.Tx, u userRow) error {
		local, _, _ := strings.Cut(u.email, "@")
		if f := CheckPassword(password, u.name, local, u.orgName); f != nil {
			return models.Invalid(*f)
		}
		hash, err := HashPassword(password)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update users set password_hash = $2, version = version + 1 where id = $1`, u.id, hash); err != nil {
			return err
		}
		return record(ctx, tx, "user.password_set", u.id, u.orgID, nil)
	})
}

func (o *Operator) change(ctx context.Context, email, action, q string) error {
	return o.with(ctx, email, func(tx pgx.Tx, u userRow) error {
		if _, err := tx.Exec(ctx, q, u.id); err != nil {
			return err
		}
		return record(ctx, tx, action, u.id, u.orgID, nil)
	})
}

type userRow struct {
	id, orgID            uuid.UUID
	email, name, orgName string
}

func (o *Operator) with(ctx context.Context, email string, fn func(pgx.Tx, userRow) error) error {
	return o.inTx(ctx, func(tx pgx.Tx) error {
		var u userRow
		err := tx.QueryRow(ctx, `select u.id, u.org_id, u.email, u.name, o.name from users u join organisations o on o.id = u.org_id
			where u.email = $1 for update of u`, address(email)).Scan(&u.id, &u.orgID, &u.email, &u.name, &u.orgName)
		if errors.Is(err, pgx.ErrNoRows) {
			return models.NotFound("user")
		}
		if err != nil {
			return err
		}
		return fn(tx, u)
	})
}

func (o *Operator) inTx(ctx context.Context, fn func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, o.db, fn)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*models.Error](err); ok {
		return err
	}
	return models.Internal("an act of the operator", err)
}

// record writes the trail as the operator, in the organisation it concerns.
func record(ctx context.Context, tx pgx.Tx, action string, user, org uuid.UUID, detail map[string]any) error {
	return recordOf(ctx, tx, action, "user", user, org, detail)
}

func recordOf(ctx context.Context, tx pgx.Tx, action, kind string, subject, org uuid.UUID, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into audit_events (id, at, actor_org_id, actor_role, action, subject_type, subject_id, detail)
		values ($1, clock_timestamp(), $2, 'operator', $3, $4, $5, $6::jsonb)`, models.NewID(), org, action, kind, subject, string(text))
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"throughline/internal/migrate"
	"throughline/internal/pglocal"
)

// inspectPrivate looks at the private database, where there is one already; it
// makes none.
func (p program) inspectPrivate(ctx context.Context, cfg Config) (all findings) {
	if !hasData(cfg) {
		all.add(warning, "There is no private database yet: the first throughline demo or serve makes it.")
		return all
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		all.add(wrong, "%s", sentence(err))
		return all
	}
	all = append(inspectDatabase(ctx, d.appDSN, d.ownerDSN, cfg.clock()()), inspectLog(ctx, d.appDSN, cfg)...)
	all = append(all, inspectDataKeys(ctx, cfg, d.appDSN)...)
	if err := d.close(); err != nil {
		all.add(wrong, "%s", sentence(err))
	}
	return all
}

func hasData(cfg Config) bool {
	dir := pglocal.Where(cfg.databaseDir())
	_, err := os.Stat(filepath.Join(dir, "data", "PG_VERSION"))
	return err == nil
}

// inspectDatabase connects as the application, and as the owner where that is
// known, and looks at what keeps one organisation's records from another.
func inspectDatabase(ctx context.Context, appDSN, ownerDSN string, now time.Time) (all findings) {
	app, err := pgx.Connect(ctx, appDSN)
	if err != nil {
		all.add(wrong, "The database of DATABASE_URL cannot be reached: %s.", plainly(err))
		return all
	}
	defer func() { _ = app.Close(context.WithoutCancel(ctx)) }()
	all.add(fine, "The database can be reached.")
	for _, look := range []func(context.Context, *pgx.Conn, *findings) error{serverVersion, appRole, rowSecurity, auditIsAppendOnly} {
		if err := look(ctx, app, &all); err != nil {
			all.add(wrong, "The database could not be asked: %s.", plainly(err))
		}
	}
	if err := auditPartitions(ctx, app, now, &all); err != nil {
		all.add(wrong, "The audit trail could not be looked at: %s.", plainly(err))
	}
	if ownerDSN != "" {
		inspectMigrations(ctx, ownerDSN, &all)
	} else if err := versionAsApp(ctx, app, &all); err != nil {
		all.add(wrong, "The database has not been migrated: run throughline migrate up.")
	}
	return all
}

func serverVersion(ctx context.Context, c *pgx.Conn, all *findings) error {
	var n int
	if err := c.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&n); err != nil {
		return err
	}
	if n/10000 < pglocal.OldestMajor {
		all.add(wrong, "The server is PostgreSQL %d; %d or newer is needed.", n/10000, pglocal.OldestMajor)
		return nil
	}
	all.add(fine, "The server is PostgreSQL %d.", n/10000)
	return nil
}

// appRole makes sure that the application's role is bound by row security:
// no superuser, no BYPASSRLS, no ownership, and no way to become such a role.
func appRole(ctx context.Context, c *pgx.Conn, all *findings) error {
	var name string
	var super, bypass, member bool
	var owned int
	err := c.QueryRow(ctx, `SELECT r.rolname, r.rolsuper, r.rolbypassrls,
			EXISTS (SELECT FROM pg_roles o WHERE o.rolname <> r.rolname AND pg_has_role(r.oid, o.oid, 'member')
				AND (o.rolsuper OR o.rolbypassrls OR o.rolname = $1)),
			(SELECT count(*) FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = r.oid AND deptype = 'o'
				AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
		FROM pg_roles r WHERE r.rolname = current_user`, pglocal.OwnerRole).Scan(&name, &super, &bypass, &member, &owned)
	if err != nil {
		return err
	}
	for _, bad := range []struct {
		is    bool
		words string
	}{
		{super, "is a superuser, whom row security does not bind: ALTER ROLE %[1]s NOSUPERUSER"},
		{bypass, "may bypass row security: ALTER ROLE %[1]s NOBYPASSRLS"},
		{member, "can become a role that row security does not bind: REVOKE that membership from %[1]s"},
		{owned > 0, "owns things in the database, and an owner can change their policies: REASSIGN OWNED BY %[1]s TO " + pglocal.OwnerRole},
	} {
		if bad.is {
			all.add(wrong, "The application's role %s "+bad.words+".", name)
		}
	}
	if !super && !bypass && !member && owned == 0 {
		all.add(fine, "The application's role %s owns nothing and is bound by row security.", name)
	}
	return nil
}

// openTables are those without row security, as decisions.md 8 lists them, and the
// limits of the law (adr/0029).
const openTables = `relname LIKE 'river\_%' OR relname IN ('goose_db_version', 'calendar', 'clock_rules', 'authorities', 'organisations', 'services')`

func rowSecurity(ctx context.Context, c *pgx.Conn, all *findings) error {
	rows, err := c.Query(ctx, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
		AND NOT (relrowsecurity AND relforcerowsecurity) AND NOT (`+openTables+`)
		AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE') ORDER BY relname`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(names) > 0 {
		all.add(wrong, "Row security is not forced on %s: somebody altered the schema.", strings.Join(names, ", "))
		return nil
	}
	all.add(fine, "Row security is forced on every table with people's records.")
	return nil
}

func auditIsAppendOnly(ctx context.Context, c *pgx.Conn, all *findings) error {
	var there, alters, adds bool
	err := c.QueryRow(ctx, `SELECT to_regclass('audit_events') IS NOT NULL,
		coalesce(has_table_privilege(to_regclass('audit_events'), 'UPDATE, DELETE, TRUNCATE'), false),
		coalesce(has_any_column_privilege(to_regclass('audit_events'), 'INSERT'), false)`).Scan(&there, &alters, &adds)
	switch {
	case err != nil:
		return err
	case alters:
		all.add(wrong, "The application may alter the audit trail: REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM the application's role.")
	case there && !adds:
		all.add(wrong, "The application cannot add to the audit trail, so it will show and change nothing: GRANT INSERT ON audit_events TO throughline_app.")
	case there:
		all.add(fine, "The application can add to the audit trail and not alter it.")
	}
	return nil
}

// auditPartitions warns of a month without its partition: its events go to the
// default one, which works and grows slow (decisions.md 10).
func auditPartitions(ctx context.Context, c *pgx.Conn, now time.Time, all *findings) error {
	this := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, month := range []time.Time{this, this.AddDate(0, 1, 0)} {
		var there bool
		if err := c.QueryRow(ctx, "SELECT to_regclass('audit_events_' || $1) IS NOT NULL", month.Format("200601")).Scan(&there); err != nil {
			return err
		}
		if there {
			all.add(fine, "The audit trail has its partition for %s.", month.Format("January 2006"))
			continue
		}
		all.add(warning, "The audit trail has no partition for %s: as %s, SELECT audit_partition('%s').",
			month.Format("January 2006"), pglocal.OwnerRole, month.Format(time.DateOnly))
	}
	return nil
}

func inspectMigrations(ctx context.Context, ownerDSN string, all *findings) {
	steps, err := migrate.Status(ctx, ownerDSN)
	if err != nil {
		all.add(wrong, "The migrations could not be looked at with DATABASE_OWNER_URL: %s.", plainly(err))
		return
	}
	var pending []string
	for _, s := range steps {
		if s.Applied.IsZero() {
			pending = append(pending, s.Name)
		}
	}
	if len(pending) > 0 {
		all.add(wrong, "%s pending (%s): run throughline migrate up.", plural(len(pending), "migration"), strings.Join(pending, ", "))
		return
	}
	all.add(fine, "Every migration is applied (version %d).", migrate.Latest())
}

func versionAsApp(ctx context.Context, c *pgx.Conn, all *findings) error {
	var at int64
	if err := c.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&at); err != nil {
		return err
	}
	if at < migrate.Latest() {
		return fmt.Errorf("at version %d", at)
	}
	all.add(fine, "The database is at version %d.", at)
	return nil
}

// plainly tells a database error without the address it came from.
func plainly(err error) string {
	if connect, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		err = errors.Unwrap(connect)
	}
	return strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
}

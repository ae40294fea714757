package pglocal

import (
	"context"
	_ "embed" // the statements below
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed roles.sql
var rolesSQL string

//go:embed bench.sql
var benchSQL string

//go:embed database.sql
var databaseSQL string

// OperatorSQL is what a superuser runs on a server of one's own before the
// first migration: the roles, the database and its extensions, for psql.
func OperatorSQL() string {
	return rolesSQL + "\nCREATE DATABASE " + Database + " OWNER " + OwnerRole + " TEMPLATE template0 ENCODING 'UTF8';\n" +
		"REVOKE ALL ON DATABASE " + Database + " FROM PUBLIC;\nGRANT CONNECT ON DATABASE " + Database + " TO " + AppRole + ";\n" +
		"\\connect " + Database + "\n" + databaseSQL
}

// Prepare makes the roles and a database of this server; see Prepare.
func (s *Server) Prepare(ctx context.Context, database string) error {
	return Prepare(ctx, func(db string) string { return s.DSN(SuperRole, db) }, database)
}

// Prepare makes the roles, the database and its extensions on a server where
// super gives a superuser's connection to a database by name. What is there
// already stays. It may run in several processes at once.
func Prepare(ctx context.Context, super func(database string) string, database string) error {
	c, err := pgx.Connect(ctx, super("postgres"))
	if err != nil {
		return fmt.Errorf("preparing the database server: %w", err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock(hashtext('throughline prepare'))"); err != nil {
		return fmt.Errorf("preparing the database server: %w", err)
	}
	if _, err := c.Exec(ctx, rolesSQL+benchSQL); err != nil {
		return fmt.Errorf("creating the roles: %w", err)
	}
	if err := createDatabase(ctx, c, database); err != nil {
		return fmt.Errorf("creating the database %s: %w", database, err)
	}
	in, err := pgx.Connect(ctx, super(database))
	if err != nil {
		return fmt.Errorf("preparing the database %s: %w", database, err)
	}
	defer func() { _ = in.Close(context.WithoutCancel(ctx)) }()
	if _, err := in.Exec(ctx, databaseSQL); err != nil {
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "0A000" {
			return fmt.Errorf("this PostgreSQL lacks an extension we need (install its contrib package): %w", err)
		}
		return fmt.Errorf("preparing the database %s: %w", database, err)
	}
	return nil
}

func createDatabase(ctx context.Context, c *pgx.Conn, database string) error {
	name := pgx.Identifier{database}.Sanitize()
	var there bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := c.Exec(ctx, "CREATE DATABASE "+name+" OWNER "+OwnerRole+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			return err
		}
	}
	_, err := c.Exec(ctx, "REVOKE ALL ON DATABASE "+name+" FROM PUBLIC; GRANT CONNECT ON DATABASE "+name+" TO "+AppRole+", "+BenchRole)
	return err
}

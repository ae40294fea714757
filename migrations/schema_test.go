package migrations_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestGoldenSchema writes the whole schema down to be read: what a table holds,
// what it refuses, who sees which of its rows and who may do what. A change of
// a migration shows here as what it comes to.
func TestGoldenSchema(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	var out strings.Builder
	out.WriteString("The schema as the migrations leave it, written by the test TestGoldenSchema; make golden rewrites it.\n")
	for _, table := range list(t, c, "select relname "+ours+" and relname not like 'river%' and relname <> 'goose_db_version' and not relispartition order by 1") {
		writeTable(t, c, &out, table)
	}
	writeParts(t, c, &out)
	writeQueue(t, c, &out)
	writeFunctions(t, c, &out)
	golden(t, "schema.txt", out.String())
}

// section writes the answers of a query under a heading, if there are any.
func section(t *testing.T, c *pgx.Conn, out *strings.Builder, heading, query string, args ...any) {
	t.Helper()
	rows := list(t, c, query, args...)
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(out, "  %s\n", heading)
	for _, row := range rows {
		fmt.Fprintf(out, "    %s\n", strings.ReplaceAll(row, "\n", "\n      "))
	}
}

const (
	columnLines = `select rpad(attname, 28) || format_type(atttypid, atttypmod) || case when attcollation <> 0 and attcollation <> 100
			then ' collate ' || (select quote_ident(collname) from pg_collation where oid = attcollation) else '' end
		|| case when attnotnull then ' not null' else '' end
		|| case when attidentity = 'a' then ' always numbered by the database' when attgenerated = 's' then ' always computed: ' || pg_get_expr(adbin, adrelid)
			when adbin is not null then ' default ' || pg_get_expr(adbin, adrelid) else '' end
		from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
		where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`
	constraintLines = `select conname || ': ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = $1::regclass order by contype <> 'p', conname`
	indexLines      = `select indexdef from (select i.indexrelid::regclass::text || case when i.indisunique then ' unique' else '' end
			|| regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', '') as indexdef
		from pg_index i where i.indrelid = $1::regclass and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))) x order by 1`
	triggerLines = `select tgname || ': ' || regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ ', '') from pg_trigger
		where tgrelid = $1::regclass and not tgisinternal order by 1`
	policyLines = `select polname || ' for ' || case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end
		|| coalesce(E'\nsees ' || pg_get_expr(polqual, polrelid), '') || coalesce(E'\nwrites ' || pg_get_expr(polwithcheck, polrelid), '')
		from pg_policy where polrelid = $1::regclass and polname <> 'owner_all' order by 1`
	grantLines = `select lower(privilege) || coalesce(' (' || columns || ')', '') from (
			select privilege_type as privilege, null as columns, 1 as n from pg_class, aclexplode(relacl) where oid = $1::regclass and grantee = 'throughline_app'::regrole
			union all select a.privilege_type, string_agg(attname, ', ' order by attnum), 2 from pg_attribute, aclexplode(attacl) a
			where attrelid = $1::regclass and a.grantee = 'throughline_app'::regrole group by 1) x order by n, 1`
)

func writeTable(t *testing.T, c *pgx.Conn, out *strings.Builder, table string) {
	t.Helper()
	security := list(t, c, "select case when relrowsecurity and relforcerowsecurity then 'row security, forced' when relrowsecurity then 'row security' else 'no row security' end "+ours+" and relname = $1", table)[0]
	if why, ok := open()[table]; ok {
		security += ": " + why
	}
	fmt.Fprintf(out, "\n%s (%s)\n", table, security)
	section(t, c, out, "columns", columnLines, table)
	section(t, c, out, "constraints", constraintLines, table)
	section(t, c, out, "indexes", indexLines, table)
	section(t, c, out, "triggers", triggerLines, table)
	section(t, c, out, "policies for "+app, policyLines, table)
	section(t, c, out, "granted to "+app, grantLines, table)
}

// writeParts tells of the parts of the trail, which are all alike.
func writeParts(t *testing.T, c *pgx.Conn, out *strings.Builder) {
	t.Helper()
	kinds := list(t, c, `select count(*) || ' parts, from ' || min(relname) || ' to ' || max(relname) || ': '
		|| case when forced then 'row security, forced' else 'NO ROW SECURITY' end || ', policies ' || policies || ', triggers ' || triggers || ', granted: ' || grants
		from (select c.relname, c.relforcerowsecurity and c.relrowsecurity as forced,
			(select string_agg(polname, ', ' order by polname) from pg_policy where polrelid = c.oid) as policies,
			(select string_agg(tgname, ', ' order by tgname) from pg_trigger where tgrelid = c.oid and not tgisinternal) as triggers,
			coalesce((select string_agg(distinct grantee::regrole::text, ', ') from aclexplode(c.relacl) where grantee <> c.relowner), 'to nobody') as grants
			`+ours+` and relispartition) x group by forced, policies, triggers, grants order by 1`)
	fmt.Fprintf(out, "\nparts of audit_events\n    %s\n", strings.Join(kinds, "\n    "))
	if len(kinds) != 1 {
		t.Errorf("got %d kinds of parts of the trail, want them alike:\n%s", len(kinds), strings.Join(kinds, "\n"))
	}
}

// writeQueue tells what may be done to the tables of other libraries.
func writeQueue(t *testing.T, c *pgx.Conn, out *strings.Builder) {
	t.Helper()
	for _, table := range list(t, c, "select relname "+ours+" and (relname like 'river%' or relname = 'goose_db_version') order by 1") {
		fmt.Fprintf(out, "\n%s (no row security: %s)\n", table, open()[table])
		section(t, c, out, "granted to "+app, grantLines, table)
	}
}

// writeFunctions tells who may call what, and as whom it acts.
func writeFunctions(t *testing.T, c *pgx.Conn, out *strings.Builder) {
	t.Helper()
	out.WriteString("\nfunctions\n")
	for _, f := range list(t, c, `select proname || '(' || pg_get_function_identity_arguments(p.oid) || ') returns ' || pg_get_function_result(p.oid)
		|| case when prosecdef then ', as the owner' else '' end || ', called by ' || case when prorettype = 'trigger'::regtype then 'triggers'
			when proacl is null or exists (select from aclexplode(proacl) a where a.grantee = 0) then 'everybody'
			when has_function_privilege($1, p.oid, 'EXECUTE') then 'the application' else 'the owner' end `+functions+` order by 1`, app) {
		fmt.Fprintf(out, "  %s\n", f)
	}
}

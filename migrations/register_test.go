package migrations_test

import (
	"slices"
	"testing"

	"throughline/models"
)

func TestEveryColumnOfATableAboutPeopleIsInTheRegister(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	var registered []string
	for _, f := range models.FieldRegister() {
		registered = append(registered, f.Name())
	}
	columns := list(t, c, `select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relrowsecurity
		and a.attnum > 0 and not a.attisdropped order by 1`)
	for _, column := range columns {
		if !slices.Contains(registered, column) {
			t.Errorf("%s is not in models.FieldRegister: say there what it is, who answers for it and how long it is kept", column)
		}
	}
	for _, column := range registered {
		if !slices.Contains(columns, column) {
			t.Errorf("models.FieldRegister holds %s, which is not in the database", column)
		}
	}
	for table := range open() {
		if len(models.DataFieldsOf(table)) > 0 {
			t.Errorf("%s is open to everybody and in models.FieldRegister: it cannot be both", table)
		}
	}
}

func TestWhatTheRegisterCallsEncryptedIsNotKeptAsText(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	for _, f := range models.FieldRegister() {
		if !f.Encrypted {
			continue
		}
		kind := list(t, c, `select format_type(atttypid, atttypmod) from pg_attribute where attrelid = $1::regclass and attname = $2`, f.Table, f.Column)
		if !slices.Equal(kind, []string{"bytea"}) {
			t.Errorf("%s is called encrypted and is a %v, want bytea", f.Name(), kind)
		}
	}
}

package bench

import (
	"database/sql/driver"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// stringList is a text[] for GORM.
type stringList []string

// Scan reads what database/sql brings: the text form.
func (l *stringList) Scan(src any) error {
	return pgtype.NewMap().SQLScanner((*[]string)(l)).Scan(src)
}

// Value writes the text form.
func (l stringList) Value() (driver.Value, error) {
	parts := make([]string, len(l))
	for i, s := range l {
		parts[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

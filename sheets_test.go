package throughline_test

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// tables are the files that name a kind of table, and what they do with it.
var tables = map[string]string{
	"handlers/pages/admin/access.go":  "models.WriteAccessCSV",
	"internal/filecheck/filecheck.go": "looks at what was uploaded and writes none",
}

// TestTablesLeaveThroughTheOneWriter finds whoever writes a spreadsheet by
// hand: a cell of theirs could be a formula. models.Sheet is the one that knows.
func TestTablesLeaveThroughTheOneWriter(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, ".go") {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "e2e/") || strings.HasPrefix(name, "scripts/") {
			continue
		}
		each(t, name, func(set *token.FileSet, n ast.Node) {
			if selects(n, "csv", "NewWriter") {
				t.Errorf("%s writes a table by hand: use models.NewSheet", set.Position(n.Pos()))
			}
			lit, is := n.(*ast.BasicLit)
			if !is || lit.Kind != token.STRING {
				return
			}
			for _, kind := range []string{"text/csv", "tab-separated-values", "spreadsheetml", "ms-excel", "opendocument.spreadsheet", "/excelize", "/xlsx"} {
				if strings.Contains(lit.Value, kind) && tables[name] == "" {
					t.Errorf("%s names %s: write it with models.NewSheet, and say in tables so", set.Position(n.Pos()), kind)
				}
			}
		})
	}
	for name, how := range tables {
		if !strings.Contains(read(t, name), "csv") {
			t.Errorf("%s names no table any more: take it off the list", name)
		}
		if strings.HasPrefix(how, "models.") && !strings.Contains(read(t, name), how+"(") {
			t.Errorf("%s does not write its table with %s", name, how)
		}
	}
}

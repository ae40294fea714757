// Package migrations holds the schema as plain SQL, forward only. The owner
// role applies it; the application's role owns nothing.
package migrations

import "embed"

// FS holds the migrations in the order of their names.
//
//go:embed *.sql
var FS embed.FS

package models

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ImportKind says what the rows of a file are, and what becomes of them.
type ImportKind string

// The kinds of file that are taken (issue 5, docs/adr/0031).
const (
	ImportPoliceFeed    ImportKind = "police_feed"    // each row becomes a case
	ImportCourtResults  ImportKind = "court_results"  // each row becomes an event of a case
	ImportProbationList ImportKind = "probation_list" // the same
)

// ImportStatus says how far a file is.
type ImportStatus string

// The statuses of a file, in their order.
const (
	ImportMapping   ImportStatus = "mapping"  // its columns have to be matched
	ImportChecking  ImportStatus = "checking" // the dry run, which changes nothing
	ImportChecked   ImportStatus = "checked"
	ImportRunning   ImportStatus = "running"
	ImportDone      ImportStatus = "done"
	ImportStopped   ImportStatus = "stopped" // who started it may no longer: somebody else can go on
	ImportDiscarded ImportStatus = "discarded"
)

// Words says the status as pages do.
func (s ImportStatus) Words() string {
	switch s {
	case ImportMapping:
		return "Match the columns"
	case ImportChecking:
		return "Being checked"
	case ImportChecked:
		return "Checked, not started"
	case ImportRunning:
		return "Running"
	case ImportDone:
		return "Done"
	case ImportStopped:
		return "Stopped"
	case ImportDiscarded:
		return "Discarded"
	}
	return string(s)
}

// ImportFormat is how the rows of a file are written.
type ImportFormat string

// The formats: CSV with a line of names first, and one JSON object to a line.
const (
	ImportCSV   ImportFormat = "csv"
	ImportLines ImportFormat = "jsonl"
)

// ImportOutcome is what came of one row.
type ImportOutcome string

// The outcomes of a row.
const (
	RowAccepted  ImportOutcome = "accepted"
	RowChanged   ImportOutcome = "changed"   // known, and now other: nothing is overwritten, somebody looks
	RowDuplicate ImportOutcome = "duplicate" // known, and the same: nothing happened
	RowRefused   ImportOutcome = "refused"
)

// ImportOutcomes lists them with their words.
func ImportOutcomes() []Choice {
	return []Choice{
		{string(RowAccepted), "Accepted"}, {string(RowChanged), "Changed since"}, {string(RowDuplicate), "Already here"}, {string(RowRefused), "Refused"},
	}
}

// Import is one file, and how far it is. The file itself is not part of it.
type Import struct {
	ID         uuid.UUID
	OrgID      uuid.UUID
	Kind       ImportKind
	Format     ImportFormat
	Status     ImportStatus
	Columns    []string          // the names in its first line
	Mapping    map[string]string // field of the layout -> column
	Total      int               // rows
	Done       int               // rows of the check or of the run
	Accepted   int
	Changed    int
	Duplicate  int
	Refused    int
	At         time.Time
	FinishedAt *time.Time
	StoppedIn  ImportStatus // of a stopped one: what it was at
	ContentAt  *time.Time   // when its content was removed
	ByUserID   uuid.UUID
	Version    int
}

// Waits reports whether a job has still to do with it.
func (i *Import) Waits() bool { return i.Status == ImportChecking || i.Status == ImportRunning }

// ImportRow is what came of one row: its number, and never what was in it.
type ImportRow struct {
	N       int
	Outcome ImportOutcome
	Field   string // of the layout; empty: of the whole row
	Code    string // of a refused one
	Says    string
	CaseID  *uuid.UUID
	Case    string // its reference
	Flags   []string
}

// ImportField is a column of a layout.
type ImportField struct {
	Key      string
	Words    string
	Required bool
	Example  string
}

// ImportSpec is everything about one kind of file.
type ImportSpec struct {
	Kind   ImportKind
	Words  string
	Needs  Permission // beside import:run
	By     []OrganisationKind
	Types  []EventType // of the events its rows may be; none: its rows are cases
	Fields []ImportField
}

// MayRun reports whether an organisation of a kind has such files.
func (s *ImportSpec) MayRun(k OrganisationKind) bool { return slices.Contains(s.By, k) }

// Name is what such a file is called, without what becomes of its rows.
func (s *ImportSpec) Name() string {
	name, _, _ := strings.Cut(s.Words, ":")
	return name
}

// Label is how a form asks for a column: its words, with its key where another
// column of the layout has the same.
func (s *ImportSpec) Label(f ImportField) string {
	out := f.Words
	if slices.ContainsFunc(s.Fields, func(other ImportField) bool { return other.Key != f.Key && other.Words == f.Words }) {
		out += " (" + f.Key + ")"
	}
	return out
}

// Field finds a column of the layout.
func (s *ImportSpec) Field(key string) (ImportField, bool) {
	i := slices.IndexFunc(s.Fields, func(f ImportField) bool { return f.Key == key })
	if i < 0 {
		return ImportField{}, false
	}
	return s.Fields[i], true
}

// Match matches the columns of a file with the layout: as it was saved, and by
// name where a column is called what we call it. It says what is missing, and
// which columns nothing is known of.
func (s *ImportSpec) Match(columns []string, saved map[string]string) (mapping map[string]string, missing, unknown []string) {
	mapping = map[string]string{}
	used := map[string]bool{}
	for _, f := range s.Fields {
		column := saved[f.Key]
		if column == "" || !slices.Contains(columns, column) {
			i := slices.IndexFunc(columns, func(c string) bool { return ImportName(c) == f.Key })
			if i < 0 || used[columns[i]] {
				if f.Required {
					missing = append(missing, f.Key)
				}
				continue
			}
			column = columns[i]
		}
		mapping[f.Key], used[column] = column, true
	}
	for _, c := range columns {
		if !used[c] {
			unknown = append(unknown, c)
		}
	}
	return mapping, missing, unknown
}

// ImportName is a column's name as it is compared: small letters, one low line
// between words.
func ImportName(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || r == '_' || r == '-' || r == '.' || r == '\u00a0'
	}), "_")
}

// CheckMapping says what is wrong with a mapping of a file's columns: every
// column once, every field of the layout that has to be there.
func (s *ImportSpec) CheckMapping(columns []string, mapping map[string]string) []FieldError {
	f := &Faults{}
	used := map[string]bool{}
	for _, field := range s.Fields {
		switch c := mapping[field.Key]; {
		case c == "" && field.Required:
			f.Add("mapping."+field.Key, FieldRequired, "Select the column for: "+LowerFirst(field.Words))
		case c == "":
		case !slices.Contains(columns, c):
			f.Add("mapping."+field.Key, FieldUnknown, "Select a column of this file")
		case used[c]:
			f.Add("mapping."+field.Key, FieldNotOpen, "This column is used for something else already")
		default:
			used[c] = true
		}
	}
	for key := range mapping {
		if _, ok := s.Field(key); !ok {
			f.Add("mapping", FieldUnknown, "Match only what belongs to this kind of file")
		}
	}
	return f.List()
}

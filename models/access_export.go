package models

import (
	"fmt"
	"io"
	"strings"
)

// Granted is what a role may do to what it is related to in one or more ways,
// on one condition: a line of the table as people read it.
type Granted struct {
	Action  string
	Words   string
	Where   []Relation
	Takes   []Obligation
	IsGrant bool // the action is giving a role
}

// AccessOf lists what a role may do, in the order of the table.
func AccessOf(r Role) []Granted {
	var out []Granted
	for _, action := range Actions() {
		for _, rel := range Relations() {
			a := CanReach(r, action, rel)
			if !a.Allowed {
				continue
			}
			last := len(out) - 1
			if last >= 0 && out[last].Action == action && takesWords(out[last].Takes) == takesWords(a.Obligations) {
				out[last].Where = append(out[last].Where, rel)
				continue
			}
			out = append(out, Granted{action, ActionWords(action), []Relation{rel}, a.Obligations, strings.HasPrefix(action, grantPrefix)})
		}
	}
	return out
}

// WhereWords says in which relations, as one text.
func (g Granted) WhereWords() string {
	parts := make([]string, len(g.Where))
	for i, r := range g.Where {
		parts[i] = r.Words()
	}
	return strings.Join(parts, "; ")
}

// TakesWords says what the act takes, empty where it takes nothing more.
func (g Granted) TakesWords() string { return takesWords(g.Takes) }

func takesWords(list []Obligation) string {
	parts := make([]string, len(list))
	for i, o := range list {
		parts[i] = o.Words()
	}
	return strings.Join(parts, ", ")
}

// WriteAccessCSV writes every cell of the table, denials too, a line each.
func WriteAccessCSV(w io.Writer) error {
	s := NewSheet(w)
	s.Row("role", "action", "relation", "effect")
	for _, a := range AccessTable() {
		s.Row(string(a.Role), a.Action, string(a.Relation), a.Effect())
	}
	return s.Close()
}

const accessAbout = `# Who may do what

Written by ` + "`throughline access-table --markdown`" + ` from the table the product decides by (models/access_data.go, models/grant.go). What does not stand here is denied. A role gives the permission; the relation to the record gives the row, and row security in the database holds the same. Somebody who belongs to another organisation, or has no relation to a record, is answered as if it were not there.
`

// WriteAccessMarkdown writes what each role may do, for people to read.
func WriteAccessMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(accessAbout)
	for _, r := range Roles() {
		fmt.Fprintf(&b, "\n## %s (`%s`)\n\n| May | Action | To what | Takes |\n|---|---|---|---|\n", r.Words(), r)
		for _, g := range AccessOf(r) {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", g.Words, g.Action, g.WhereWords(), g.TakesWords())
		}
		var kinds []string
		for _, k := range OrganisationKinds() {
			if r.Fits(k) {
				kinds = append(kinds, string(k))
			}
		}
		fmt.Fprintf(&b, "\nHeld in: %s.\n", strings.Join(kinds, ", "))
		if g, ok := GrantOf(r); ok {
			fmt.Fprintf(&b, "Given by: %s, %s; never to oneself.\n", LowerFirst(g.By.Words()), takesWords(g.Obligations))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

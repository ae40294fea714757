// Package layouts holds the frame every page stands in: head, skip link, header,
// navigation, training strip, back link, main and footer (ux.md 2). A page gives
// it a PageMeta of plain values and its content as children.
package layouts

import (
	"strings"

	"github.com/a-h/templ"

	"throughline/web/components"
)

// PageMeta is what the frame needs to know about a page. Title and everything
// else that ends up in the browser's history carries references, never a
// person's name.
type PageMeta struct {
	Title string // "Case C-7KQ4-M2"; the frame adds " - Throughline"
	Wide  bool   // worklists, cases and dashboards: 1200px; forms: 960px

	User, Org string           // who is signed in, and for whom; no sign-out is drawn when User is empty
	Unread    *components.Link // to what the reader has not read yet; nil where there is nothing
	Home      string           // where the wordmark leads; "/" when empty
	Nav       []NavItem        // navigation of the role; none is drawn when empty
	Training  bool             // demo copy: says so on every page

	Back   *components.Link      // back link above the heading
	Top    templ.Component       // full-width bar at the top of main, such as components.Identity
	Flash  *Flash                // what the act before this page has done
	Errors components.FormErrors // draws the summary and prefixes the title with "Error: "

	// IdleMinutes is after how long without use the session ends; script says so
	// before. 0: nobody is signed in.
	IdleMinutes int

	ShortcutsOff bool // the person has switched keyboard shortcuts off (WCAG 2.1.4)
}

// NavItem is one entry of the navigation of a role. Keys is its keyboard
// shortcut, such as "g t".
type NavItem struct {
	Text, Href string
	Current    bool
	Keys       string
}

// Flash is said once, at the top of the page after an act: what was recorded,
// who was told, which clock now runs and its date (ux.md principle 11).
type Flash struct {
	Title string // "Success" or "Important" when empty
	Text  string
	Link  *components.Link
	Info  bool // not the result of an act: does not take the focus
}

// title gives the page title in its pattern.
func title(m PageMeta) string {
	var b strings.Builder
	if m.Errors.Any() {
		b.WriteString("Error: ")
	}
	b.WriteString(m.Title)
	if m.Title != "" {
		b.WriteString(" - ")
	}
	b.WriteString("Throughline")
	return b.String()
}

// who names the person and the organisation in the header.
func who(m PageMeta) string {
	if m.Org == "" {
		return m.User
	}
	return m.User + ", " + m.Org
}

// home is where the wordmark leads.
func home(m PageMeta) string {
	if m.Home == "" {
		return "/"
	}
	return m.Home
}

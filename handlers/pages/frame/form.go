package frame

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/services/subject"
	"throughline/web/components"
)

// Typed is what a form was sent with, kept to be shown again.
type Typed map[string][]string

// ReadForm reads what was sent. What no keyboard can type is refused, because
// it cannot be shown again either.
func ReadForm(c *gin.Context) (Typed, error) {
	if err := c.Request.ParseForm(); err != nil {
		return nil, models.Malformed("We could not read the form. Go back and send it again.")
	}
	return TypedOf(c.Request.PostForm)
}

// TypedOf keeps the values of a form that was read another way.
func TypedOf(values map[string][]string) (Typed, error) {
	t := Typed{}
	for name, list := range values {
		for _, v := range list {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, models.Malformed("The form holds a character that cannot be stored. Go back and take it out.")
			}
			t[name] = append(t[name], strings.TrimSpace(v))
		}
	}
	return t, nil
}

// One is the first value of a name, empty where there is none.
func (t Typed) One(name string) string {
	if v := t[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Date reads the three boxes of a date: nil where all are empty, an error where
// they are no date.
func (t Typed) Date(name string) (*time.Time, error) {
	day, month, year := t.One(name+"-day"), t.One(name+"-month"), t.One(name+"-year")
	if day+month+year == "" {
		return nil, nil //nolint:nilnil // no date was given
	}
	d, ok := models.DayOf(day, month, year)
	if !ok {
		return nil, errNoDate
	}
	return &d, nil
}

var errNoDate = errors.New("not a date")

// Held holds an act to the version its page was drawn from, so that a page left
// open does not undo somebody else's change, and gives the service what was
// wrong with the form before it got there.
func Held(c *gin.Context, version string, faults ...models.FieldError) context.Context {
	ctx := c.Request.Context()
	r := *models.RequestFrom(ctx)
	if n, err := strconv.Atoi(version); err == nil {
		r.IfMatch = &n
	}
	r.Invalid = append(slices.Clone(r.Invalid), faults...)
	return models.WithRequest(ctx, &r)
}

// Choices turns a list of the domain into radio buttons or checkboxes.
func Choices(list []models.Choice) []components.ChoiceItem {
	out := make([]components.ChoiceItem, len(list))
	for i, c := range list {
		out[i] = components.ChoiceItem{Value: c.Key, Text: c.Words}
	}
	return out
}

// SupportPart and FormsPart are the pages of a referral that only the service has.
var (
	SupportPart = [2]string{"support", "Support"}
	FormsPart   = [2]string{"forms", "Forms"}
)

// SupportParts are those two, where the reader's organisation has accepted the
// referral that a note or document is about.
func SupportParts(about *subject.Subject) [][2]string {
	if about.Receiver() && about.Accepted {
		return [][2]string{SupportPart, FormsPart}
	}
	return nil
}

// Parts are the pages of one record that are open to everyone who keeps
// records, and those that this reader has besides; current is the last part of
// the address of the page they stand on.
func Parts(a models.Actor, path, current string, more ...[2]string) []components.SubNavItem {
	if !a.Can(models.RecordKeep) {
		return nil
	}
	var out []components.SubNavItem
	for _, part := range append(append([][2]string{{"", "Overview"}}, more...), [2]string{"notes", "Notes"}, [2]string{"files", "Documents"}) {
		href := path
		if part[0] != "" {
			href += "/" + part[0]
		}
		out = append(out, components.SubNavItem{Text: part[1], Href: href, Current: part[0] == current})
	}
	return out
}

// CaseParts are the pages of one case that a role can open; current is the last
// part of the address of the page they stand on, "" for the overview.
func CaseParts(a models.Actor, path, current string) []components.SubNavItem {
	var out []components.SubNavItem
	for _, part := range []struct {
		key, text, href string
		need            models.Permission
	}{
		{"", "Overview", path, models.CaseRead},
		{"journey", "The line", path + "/journey", models.CaseRead},
		{"safe-contact", "Safe contact", path + "/safe-contact", models.ContactRecord},
		{"their-page", "Their page", path + "/their-page", models.ContactRecord},
		{"events", "Events", path + "/events", models.CaseRead},
		{"clocks", "Clocks", path + "/clocks", models.CaseRead},
		{"forms", "Forms", path + "/forms", models.RecordKeep},
		{"notes", "Notes", path + "/notes", models.RecordKeep},
		{"files", "Documents", path + "/files", models.RecordKeep},
		{"sharing", "Sharing", path + "/sharing", models.ReferralSend},
		{"protection", "Protection", path + "/protection", models.CaseProtection},
		{"linked", "Other records", path + "/linked", models.CaseRead},
		{"opened", "Who opened this", path + "/opened", models.AuditOwn},
	} {
		if a.Can(part.need) {
			out = append(out, components.SubNavItem{Text: part.text, Href: part.href, Current: part.key == current})
		}
	}
	return out
}

// RecordParts are the pages of the record under root that a note or a document
// is about.
func RecordParts(a models.Actor, root, reference, current string, about *subject.Subject) []components.SubNavItem {
	path := root + "/" + reference
	if about.OfReferral() {
		return Parts(a, path, current, SupportParts(about)...)
	}
	return CaseParts(a, path, current)
}

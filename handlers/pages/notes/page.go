package notes

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/notes"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/notes"
	"throughline/web/pages/shared"
)

// page draws the notes of a record with the box to write another.
func (p *Pages) page(c *gin.Context, r record, l notes.Listed, of *notes.Note, t frame.Typed, errs components.FormErrors) error {
	reference := l.CaseReference
	if l.OfReferral() {
		reference = l.Reference
	}
	caption := strings.ToUpper(r.what[:1]) + r.what[1:] + " " + reference
	meta := p.meta(c, r, "Notes, "+r.what+" "+reference)
	meta.Errors = errs
	if c.Query("done") == "added" {
		meta.Flash = &layouts.Flash{Text: "The note was added."}
	}
	a, _ := models.ActorFrom(c.Request.Context())
	v := view.PageView{
		Meta: meta, Caption: caption, Title: "Notes", Label: "Parts of this " + r.what, Empty: "No notes you can see.",
		Parts: frame.RecordParts(a, r.root, reference, "notes", &l.Subject),
	}
	if len(l.Kinds) > 0 {
		v.Form = p.form(c, r, l, of, t, errs)
	}
	for i := range l.Notes {
		v.Entries = append(v.Entries, p.entry(&l, &l.Notes[i]))
	}
	if l.Next != "" && !l.Kept() {
		v.Older = &components.Link{Text: "Older notes", Href: r.path(c) + "?after=" + l.Next}
	}
	return render.Form(c, view.Page(v), errs.Any())
}

func (p *Pages) form(c *gin.Context, r record, l notes.Listed, of *notes.Note, t frame.Typed, errs components.FormErrors) *view.FormView {
	box := components.CharacterCountParams{
		TextAreaParams: components.TextAreaParams{
			Name: "text", Label: "Write a note", LabelSize: components.Medium, Value: t.One("text"), Error: errs.Of("text"), Rows: 5,
			Hint: "Write what was seen, said or done, and who said it. It cannot be changed later, and the person it is about may ask to read it.",
		}, MaxLength: models.NoteLongest, Threshold: 80, CountType: "characters",
	}
	f := &view.FormView{Action: r.path(c), Button: "Add note"}
	if reason := t.One("reason"); reason != "" {
		f.Hidden = append(f.Hidden, shared.Hidden{Name: "reason", Value: reason})
	}
	if of != nil {
		f.Of = view.Note(p.words(&l, of, false))
		f.Hidden = append(f.Hidden, shared.Hidden{Name: "corrects", Value: of.ID.String()})
		f.Button, f.Cancel = "Add correction", &components.Link{Text: "Cancel", Href: r.path(c)}
		box.Label, box.Hint = "What is right?", "The note above stays as it is. Your correction stands beside it, for the same readers."
		f.Fields = []templ.Component{components.CharacterCount(box)}
		return f
	}
	f.Fields = []templ.Component{components.CharacterCount(box)}
	if len(l.Kinds) > 1 {
		f.Fields = append(f.Fields, components.Radios(kinds(l, t.One("kind"), errs)))
	}
	return f
}

// kinds asks who can read what is added here.
func kinds(l notes.Listed, chosen string, errs components.FormErrors) components.RadiosParams {
	out := components.RadiosParams{Name: "kind", Legend: "Who can read it?", LegendSize: components.Small, IsSmall: true, Value: chosen, Error: errs.Of("kind")}
	if chosen == "" {
		out.Value = string(models.NoteInternal)
	}
	for _, k := range l.Kinds {
		item := components.ChoiceItem{Value: string(k), Text: models.ChoiceWords(models.NoteKinds(), string(k))}
		switch {
		case k == models.NoteShared && l.Referrer() && !l.Accepted:
			item.Hint = "The service reads it once it has accepted."
		case k == models.NoteCounselling:
			item.Hint = "Only you, and whoever this referral is given to."
		}
		out.Items = append(out.Items, item)
	}
	return out
}

func (p *Pages) entry(l *notes.Listed, n *notes.Note) components.TimelineEntry {
	return components.TimelineEntry{
		Title: kindWords(n.Kind), By: by(n), When: models.DateTimeIn(n.At, p.Now()), Datetime: n.At.UTC().Format(time.RFC3339),
		Content: view.Note(p.words(l, n, len(l.Kinds) > 0)),
	}
}

func kindWords(k models.NoteKind) string {
	switch k {
	case models.NoteShared:
		return "Shared note"
	case models.NoteCounselling:
		return "Counselling note"
	case models.NoteInternal:
	}
	return "Note"
}

func by(n *notes.Note) string {
	if n.Author != "" {
		return n.Author + ", " + n.Org
	}
	return n.Org
}

const gone = "What was written here is no longer kept."

func (p *Pages) words(l *notes.Listed, n *notes.Note, correct bool) view.NoteView {
	v := view.NoteView{Paragraphs: paragraphs(n.Text)}
	if n.Removed() {
		v.Removed = gone
	}
	path := "/cases/" + l.CaseReference + "/notes"
	if n.Referral != "" {
		path = "/referrals/" + n.Referral + "/notes"
		if !l.OfReferral() {
			v.About = &components.Link{Text: n.Referral, Href: path}
		}
	}
	for i := range n.Corrections {
		k := &n.Corrections[i]
		cv := view.CorrectionView{By: by(k), When: models.DateTimeIn(k.At, p.Now()), Paragraphs: paragraphs(k.Text)}
		if k.Removed() {
			cv.Removed = gone
		}
		v.Corrections = append(v.Corrections, cv)
	}
	// A record that ended is opened with a reason, which no address carries.
	if correct && n.Own && !n.Removed() && !l.Kept() {
		v.Correct = &components.Link{Text: "Correct", Href: path + "?correct=" + n.ID.String(), Hidden: "the note of " + models.DateTimeIn(n.At, p.Now())}
	}
	return v
}

// paragraphs splits what was written at empty lines, and each part into lines.
func paragraphs(text string) [][]string {
	var out [][]string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.Trim(part, "\n"); part != "" {
			out = append(out, strings.Split(part, "\n"))
		}
	}
	return out
}

package documents

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/documents"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/documents"
	"throughline/web/pages/shared"
)

// page draws the documents of a record with the form to attach another.
func (p *Pages) page(c *gin.Context, r record, l documents.Listed, kind, reason string, errs components.FormErrors, status int) error {
	reference := l.CaseReference
	if l.OfReferral() {
		reference = l.Reference
	}
	meta := p.meta(c, r, "Documents, "+r.what+" "+reference)
	meta.Errors = errs
	switch c.Query("done") {
	case "attached":
		meta.Flash = &layouts.Flash{Text: "The document was attached."}
	case "withdrawn":
		meta.Flash = &layouts.Flash{Text: "The document was withdrawn. Its content is gone for good."}
	}
	a, _ := models.ActorFrom(c.Request.Context())
	v := view.PageView{
		Meta: meta, Caption: strings.ToUpper(r.what[:1]) + r.what[1:] + " " + reference, Label: "Parts of this " + r.what,
		Parts: frame.RecordParts(a, r.root, reference, "files", &l.Subject), Action: r.path(c),
	}
	if len(l.Kinds) > 0 && !l.Kept() {
		v.Fields = p.fields(&l, kind, errs)
	}
	if p.Documents.Scanner == nil {
		v.Notice = "No virus scanner is set up here. Files are not scanned: open only what you expect, from people you know."
	}
	for i := range l.Documents {
		v.List = append(v.List, p.file(&l, &l.Documents[i], reason))
	}
	if l.Next != "" && !l.Kept() {
		v.Older = &components.Link{Text: "Older documents", Href: r.path(c) + "?after=" + l.Next}
	}
	return render.Page(c, status, view.Page(v))
}

func (p *Pages) fields(l *documents.Listed, kind string, errs components.FormErrors) []templ.Component {
	out := []templ.Component{components.FileUpload(components.FileUploadParams{
		Name: "file", Label: "Attach a document", LabelSize: components.Medium, Error: errs.Of("file"), Accept: ".pdf,.jpg,.jpeg,.png,.txt,.docx,.odt",
		Hint: fmt.Sprintf("A PDF, a picture (JPEG or PNG), a text file, or a Word or OpenDocument text without macros, up to %d MB. Where a picture was taken is removed from it.", p.Documents.Most()>>20),
	})}
	if len(l.Kinds) < 2 {
		return out
	}
	radios := components.RadiosParams{Name: "kind", Legend: "Who can read it?", LegendSize: components.Small, IsSmall: true, Value: kind, Error: errs.Of("kind")}
	if kind == "" {
		radios.Value = string(models.NoteInternal)
	}
	for _, k := range l.Kinds {
		item := components.ChoiceItem{Value: string(k), Text: models.ChoiceWords(models.NoteKinds(), string(k))}
		switch {
		case k == models.NoteShared && l.Referrer() && !l.Accepted:
			item.Hint = "The service reads it once it has accepted."
		case k == models.NoteCounselling:
			item.Text, item.Hint = "Counselling record", "Only you, and whoever this referral is given to."
		}
		radios.Items = append(radios.Items, item)
	}
	return append(out, components.Radios(radios))
}

func (p *Pages) file(l *documents.Listed, d *documents.Document, reason string) view.FileView {
	by := d.Org
	if d.Author != "" {
		by = d.Author + ", " + d.Org
	}
	f := view.FileView{
		Name: d.Name, Facts: typeWords(d.Type) + ", " + sizeWords(d.Size) + ". Attached by " + by + ", " + models.DateTimeIn(d.At, p.Now()) + ".",
	}
	if d.Name == "" {
		f.Name = "A document that is no longer kept"
	}
	if d.Referral != "" && !l.OfReferral() {
		f.About = &components.Link{Text: d.Referral, Href: "/referrals/" + d.Referral + "/files"}
	}
	switch d.Kind {
	case models.NoteShared:
		f.Tags = append(f.Tags, components.TagParams{Text: "Shared", Colour: "purple"})
	case models.NoteCounselling:
		f.Tags = append(f.Tags, components.TagParams{Text: "Counselling", Colour: "open"})
	case models.NoteInternal:
	}
	p.state(&f, d, reason)
	if d.Removable {
		f.Withdraw = &components.Link{Text: "Withdraw", Href: "/files/" + d.ID.String() + "/withdraw", Hidden: d.Name}
	}
	return f
}

// state says whether a document can be downloaded, and why not.
func (p *Pages) state(f *view.FileView, d *documents.Document, reason string) {
	tag := func(text, colour string) { f.Tags = append(f.Tags, components.TagParams{Text: text, Colour: colour}) }
	switch {
	case d.WithdrawnAt != nil:
		tag("Withdrawn", "open")
		f.Says = "Withdrawn " + models.DateTimeIn(*d.WithdrawnAt, p.Now()) + ". " + d.WithdrawnReason
	case d.Scan == models.ScanFound:
		tag("Locked away", "red")
		f.Says = "Something harmful was found in this file, so it is locked away. Ask its sender for a clean copy."
	case !d.Ready:
		tag("Not scanned", "open")
		f.Says = "This file can be opened once it has been checked for viruses."
	default:
		if d.Unscanned {
			tag("Not scanned", "open")
		}
		f.Href = "/files/" + d.ID.String()
		if reason != "" {
			f.Post, f.Href, f.Hidden = true, f.Href+"/open", []shared.Hidden{{Name: "reason", Value: reason}}
		}
	}
}

func typeWords(kind string) string {
	words := map[string]string{
		"application/pdf": "PDF", "image/jpeg": "Picture", "image/png": "Picture", "text/plain": "Text",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document", "application/vnd.oasis.opendocument.text": "OpenDocument text",
	}
	return words[kind]
}

func sizeWords(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

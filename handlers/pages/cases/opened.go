package cases

import (
	"encoding/json"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/audit"
	"throughline/web/components"
	view "throughline/web/pages/cases"
)

// opened is who looked at a case, changed it or was refused, the latest first.
func (p *Pages) opened(c *gin.Context) error {
	id, back, err := p.answersFor(c)
	if err != nil {
		return err
	}
	entries, more, err := p.Audit.OfCase(c.Request.Context(), id)
	if err != nil {
		return err
	}
	reference, err := models.ParseReference(c.Param("ref"))
	if err != nil {
		return models.NotFound("case")
	}
	a, _ := models.ActorFrom(c.Request.Context())
	meta := p.Frame.Meta(c, "Who opened case "+reference, "/cases")
	meta.Wide = true
	meta.Back = &back
	t := components.DataTable{
		Caption: "Who opened or changed this case", Cards: true, Columns: []components.Column{{Text: "When"}, {Text: "Who"}, {Text: "What"}, {Text: "Result"}}, Empty: "Nothing is recorded yet.",
	}
	for i := range entries {
		t.Rows = append(t.Rows, p.openedRow(&entries[i]))
	}
	return render.OK(c, view.Opened(view.OpenedView{Meta: meta, Caption: "Case " + reference, Parts: frame.CaseParts(a, "/cases/"+reference, "opened"), Table: t, More: more != ""}))
}

// answersFor is the case of the address and where its reader came from: who sees
// the case, and the privacy officer of the organisation that holds or logged it,
// who does not.
func (p *Pages) answersFor(c *gin.Context) (uuid.UUID, components.Link, error) {
	ctx, reference := c.Request.Context(), c.Param("ref")
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return uuid.Nil, components.Link{}, err
	}
	if !a.Can(models.CaseRead) {
		id, err := p.Audit.Answered(ctx, reference)
		return id, components.Link{Text: "Who opened a record", Href: "/openings"}, err
	}
	id, err := p.Cases.ID(ctx, reference)
	return id, components.Link{Text: "Back to the case", Href: "/cases/" + reference}, err
}

func (p *Pages) openedRow(e *audit.Entry) []components.DataCell {
	who := components.DataCell{Text: "Throughline"}
	switch {
	case e.ActorName != nil:
		who.Text = *e.ActorName
	case e.ActorRole != nil:
		who.Text = e.ActorRole.Words()
	}
	if e.OrgName != nil {
		who.Sub = *e.OrgName
	}
	result := components.DataCell{Text: "Done"}
	if e.Refused {
		result = components.DataCell{Content: components.Tag(components.TagParams{Text: "Refused", Colour: "red"})}
	}
	return []components.DataCell{{Text: models.DateTimeIn(e.At, p.Now())}, who, {Text: actWords(e)}, result}
}

// actWords say what was done. An act without words of its own is named as the
// trail names it.
func actWords(e *audit.Entry) string {
	known := map[string]string{
		"case.logged": "Logged the case", "case.opened": "Opened the case", "case.viewed": "Opened the case", "case.refused": "Tried to open the case", "case.matched": "Looked for services for the case",
		"safe_contact.opened": "Read safe contact", "safe_contact.changed": "Changed safe contact", "safe_contact.cleared": "Cleared a stop",
		"sharing.recorded": "Recorded a decision to share", "sharing.listed": "Read what is shared", "sharing.withdrawn": "Withdrew sharing", "audit.viewed": "Read who opened this",
		"notes.opened": "Read the notes", "note.added": "Wrote a note", "note.corrected": "Corrected a note",
		"forms.opened": "Read the forms", "form.filled": "Filled in a form", "form.corrected": "Corrected a form",
		"marac.opened": "Read the case at a MARAC", "marac.screened": "Took the case on at a MARAC", "marac.listed": "Put the case on the list of a MARAC", "marac.researched": "Said at a MARAC what is known",
		"marac.heard": "Kept the minutes of a MARAC", "marac.action_agreed": "Agreed on an action at a MARAC", "marac.action_done": "Did an action of a MARAC",
		"protection.viewed": "Read what protects the case", "protection.restrict": "Restricted the case", "protection.lift_restriction": "Opened the case to the organisation",
		"protection.asked": "Asked for a second person", "protection.answered": "Answered as second person", "protection.barred": "Hid the case from a person",
		"documents.listed": "Read the list of documents", "document.listed": "Read the list of documents", "document.attached": "Attached a document",
		"document.opened": "Downloaded a document", "document.withdrawn": "Withdrew a document",
	}
	if words, ok := known[e.Action]; ok {
		return words + part(e)
	}
	area, act, ok := strings.Cut(e.Action, ".")
	if !ok {
		return e.Action
	}
	words := strings.ReplaceAll(area, "_", " ") + ": " + strings.ReplaceAll(act, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// part says which part of the case was read.
func part(e *audit.Entry) string {
	var d struct{ Part string }
	if json.Unmarshal(e.Detail, &d) == nil && d.Part == "journey" {
		return ": its line"
	}
	return ""
}

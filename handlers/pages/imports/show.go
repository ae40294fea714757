package imports

import (
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/imports"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/imports"
)

// show is one file: how far it is, what can be done with it, and what came of
// each row.
func (p *Pages) show(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	outcome := models.ImportOutcome(c.Query("outcome"))
	if !models.HasChoice(models.ImportOutcomes(), string(outcome)) {
		outcome = ""
	}
	i, err := p.svc.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	v := view.FileView{
		Meta: p.frame.Meta(c, "Import file", root), Title: kindWords(i.Kind), State: tag(i.Status), Says: says(&i), Acts: acts(&i),
		Text: rowsWords(i.Total) + ", sent " + models.DateTimeIn(i.At, p.now()) + ".",
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Import files", Href: root}
	if words := map[string]string{
		"started": "The file was started.", "stopped": "The file was stopped. What was done stays.", "discarded": "The file was given up. Its content is removed.",
	}[c.Query("done")]; words != "" {
		v.Meta.Flash = &layouts.Flash{Text: words}
	}
	if i.Waits() || i.Status == models.ImportStopped {
		v.Progress = &view.ProgressView{Done: i.Done, Total: i.Total, Again: address(id)}
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	if models.Triages(a) && i.Kind == models.ImportPoliceFeed && (i.Status == models.ImportRunning || i.Status == models.ImportDone) {
		v.Acts = append(v.Acts, view.ActView{Button: components.ButtonParams{Text: "Triage what it left to see to", Href: frame.TriagePath}})
	}
	if i.Done > 0 {
		v.Counts = counts(&i)
		if i.Refused > 0 {
			v.More = append(v.More, components.Link{Text: "Download the refused rows (CSV)", Href: address(id) + "/refused"})
		}
		if err := p.rows(c, &i, outcome, &v); err != nil {
			return err
		}
	}
	return render.OK(c, view.File(v))
}

// says is what happens now with a file.
func says(i *models.Import) string {
	switch i.Status {
	case models.ImportMapping:
		return "Some columns are not known. Say which is which, and the check begins."
	case models.ImportChecking:
		return "The check changes nothing. You can leave this page: it goes on."
	case models.ImportChecked:
		if i.Accepted+i.Changed == 0 {
			return "Nothing was changed. No row of this file would change anything: put right what was refused and send it again."
		}
		return "Nothing was changed yet. This is what would come of each row. What is refused stays out: put it right and send it again."
	case models.ImportRunning:
		return "It is being taken in. You can leave this page: it goes on, and rows that are done stay done."
	case models.ImportDone:
		return "It is done. Its content is removed; what came of each row stays here."
	case models.ImportStopped:
		return "It stopped. Rows that are done stay done. Whoever goes on with it does so in their own name."
	case models.ImportDiscarded:
		return "It was given up, and its content is removed. What rows had made by then stays."
	}
	return ""
}

// acts are what can be done with a file now.
func acts(i *models.Import) []view.ActView {
	button := func(path, text string, kind components.ButtonKind) view.ActView {
		return view.ActView{Action: address(i.ID) + path, Button: components.ButtonParams{Text: text, Kind: kind, Once: true}}
	}
	columns := view.ActView{Button: components.ButtonParams{Text: "Match the columns", Href: address(i.ID) + "/columns", Kind: components.Secondary}}
	giveUp := button("/discard", "Give this file up", components.Warning)
	switch i.Status {
	case models.ImportMapping:
		columns.Button.Kind = components.Primary
		return []view.ActView{columns, giveUp}
	case models.ImportChecked:
		if i.Accepted+i.Changed == 0 {
			return []view.ActView{columns, giveUp}
		}
		return []view.ActView{button("/start", "Start: take in "+rowsWords(i.Accepted+i.Changed), components.Primary), columns, giveUp}
	case models.ImportChecking, models.ImportRunning:
		return []view.ActView{button("/stop", "Stop", components.Secondary)}
	case models.ImportStopped:
		return []view.ActView{button("/start", "Go on", components.Primary), giveUp}
	case models.ImportDone, models.ImportDiscarded:
	}
	return nil
}

// counts is the report of a file: how many rows came to what.
func counts(i *models.Import) []components.SummaryRow {
	out := []components.SummaryRow{}
	for _, o := range models.ImportOutcomes() {
		n := map[models.ImportOutcome]int{models.RowAccepted: i.Accepted, models.RowChanged: i.Changed, models.RowDuplicate: i.Duplicate, models.RowRefused: i.Refused}[models.ImportOutcome(o.Key)]
		row := components.SummaryRow{Key: o.Words, Value: models.Count(n)}
		if n > 0 {
			row.Actions = []components.Link{{Text: "See the rows", Hidden: ": " + models.LowerFirst(o.Words), Href: address(i.ID) + "?outcome=" + o.Key + "#rows"}}
		}
		out = append(out, row)
	}
	return out
}

// rows adds what came of each row.
func (p *Pages) rows(c *gin.Context, i *models.Import, outcome models.ImportOutcome, v *view.FileView) error {
	items, next, err := p.svc.Rows(c.Request.Context(), i.ID, imports.Query{Outcome: outcome, Cursor: c.Query("cursor"), Limit: 50})
	if err != nil {
		return err
	}
	spec, _ := models.FindImportKind(i.Kind)
	v.RowsHead = "All rows"
	if outcome != "" {
		v.RowsHead = "Rows: " + models.LowerFirst(models.ChoiceWords(models.ImportOutcomes(), string(outcome)))
		v.More = append(v.More, components.Link{Text: "See all rows", Href: address(i.ID) + "#rows"})
	}
	t := &components.DataTable{
		Caption: v.RowsHead, Cards: true, Empty: "No such rows.",
		Columns: []components.Column{{Text: "Row", Right: true}, {Text: "What came of it"}, {Text: "Why, and what to see to"}, {Text: "Case"}},
	}
	for j := range items {
		r := &items[j]
		cell := components.DataCell{Text: "None yet"}
		if r.Case != "" {
			cell = components.DataCell{Text: r.Case, Href: "/cases/" + r.Case}
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: rowNumber(r.N)}, {Content: components.Tag(outcomeTag(r.Outcome))}, why(spec, r), cell,
		})
	}
	v.Rows = t
	if next != "" {
		q := "?cursor=" + next
		if outcome != "" {
			q += "&outcome=" + string(outcome)
		}
		v.Pages = components.PaginationParams{NextHref: address(i.ID) + q + "#rows", Landmark: "Pages of rows"}
	}
	return nil
}

func outcomeTag(o models.ImportOutcome) components.TagParams {
	colour := map[models.ImportOutcome]string{models.RowAccepted: "green", models.RowChanged: "yellow", models.RowDuplicate: "grey", models.RowRefused: "red"}[o]
	return components.TagParams{Text: models.ChoiceWords(models.ImportOutcomes(), string(o)), Colour: colour}
}

// why says what is wrong with a row, with its column, or what to see to first.
func why(spec *models.ImportSpec, r *models.ImportRow) components.DataCell {
	if r.Outcome == models.RowRefused {
		if f, ok := spec.Field(r.Field); ok {
			return components.DataCell{Text: r.Says, Sub: "Column: " + f.Words}
		}
		return components.DataCell{Text: r.Says}
	}
	flags := models.FlagWords(r.Flags)
	if len(flags) == 0 {
		return components.DataCell{Text: "Nothing"}
	}
	return components.DataCell{Text: strings.Join(flags, ". ")}
}

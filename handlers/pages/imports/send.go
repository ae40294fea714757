package imports

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/api"
	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/imports"
	"throughline/web/components"
	view "throughline/web/pages/imports"
	"throughline/web/pages/shared"
)

func (p *Pages) sendForm(c *gin.Context) error { return p.drawSend(c, nil, nil, http.StatusOK) }

// drawSend asks for a file. What it is and how it is written stand before it in
// the form, so that they are known when it comes.
func (p *Pages) drawSend(c *gin.Context, typed map[string]string, errs components.FormErrors, status int) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	kinds := models.ImportSpecsOf(a)
	if len(kinds) == 0 {
		render.See(c, root) // which says that there is nothing to send
		return nil
	}
	v := view.SendView{Meta: p.frame.Meta(c, "Send a file", root), Help: help()}
	v.Meta.Back, v.Meta.Errors = &components.Link{Text: "Import files", Href: root}, errs
	if len(kinds) == 1 {
		v.Hidden = []shared.Hidden{{Name: "kind", Value: string(kinds[0].Kind)}}
		v.Fields = append(v.Fields, components.InsetText(components.InsetTextParams{Text: kinds[0].Words + "."}))
	} else {
		radios := components.RadiosParams{Name: "kind", Legend: "What does it hold?", LegendSize: components.Medium, IsSmall: true, Value: typed["kind"], Error: errs.Of("kind")}
		for i := range kinds {
			radios.Items = append(radios.Items, components.ChoiceItem{Value: string(kinds[i].Kind), Text: kinds[i].Words})
		}
		v.Fields = append(v.Fields, components.Radios(radios))
	}
	format := typed["format"]
	if format == "" {
		format = string(models.ImportCSV)
	}
	v.Fields = append(v.Fields,
		components.Radios(components.RadiosParams{
			Name: "format", Legend: "How is it written?", LegendSize: components.Medium, IsSmall: true, Value: format, Error: errs.Of("format"),
			Items: []components.ChoiceItem{
				{Value: string(models.ImportCSV), Text: "CSV, with the names of the columns in the first line"},
				{Value: string(models.ImportLines), Text: "JSON, one object to a line"},
			},
		}),
		components.FileUpload(components.FileUploadParams{
			Name: "file", Label: "The file", LabelSize: components.Medium, Error: errs.Of("file"), Accept: ".csv,.jsonl,.ndjson,.txt",
			Hint: "In UTF-8, up to " + strconv.Itoa(imports.MostBytes>>20) + " MB and " + models.Count(imports.MostRows) + " rows.",
		}))
	v.Layout = layout(kinds)
	return render.Page(c, status, view.Send(v))
}

// help says how values are written (docs/guides/import-files.md).
func help() []string {
	return []string{
		"Your own names for the columns are fine: you match them once.",
		"Dates: 2026-11-14 or 14/11/2026. Times: 2026-11-16 10:30 or 16/11/2026 10:30.",
		"Yes and no: yes, no. Whether a way to reach somebody is safe: yes, no, unknown. Nothing is not safe.",
		"Several values in one column: a semicolon between them.",
	}
}

// layout is the columns of the kinds of file that somebody may send.
func layout(kinds []models.ImportSpec) components.DataTable {
	t := components.DataTable{Caption: "Columns", Cards: true, Columns: []components.Column{{Text: "Column"}, {Text: "What it is"}, {Text: "Example"}}}
	seen := map[string]bool{}
	for i := range kinds {
		for _, f := range kinds[i].Fields {
			if seen[f.Key] {
				continue
			}
			seen[f.Key] = true
			words := f.Words
			if f.Required {
				words += " (needed)"
			}
			t.Rows = append(t.Rows, []components.DataCell{{Text: f.Key}, {Text: words}, {Text: f.Example}})
		}
	}
	return t
}

// send takes a file as it comes in, or says what is wrong with it where it was
// chosen.
func (p *Pages) send(c *gin.Context) error {
	var up api.Uploaded
	var err error
	if strings.HasPrefix(c.GetHeader("Content-Type"), "multipart/form-data") {
		known := func(name string) bool { return name == "kind" || name == "format" }
		up, err = api.OpenUpload(c, imports.MostBytes, io.Discard, known, func(string) {}, func() {})
	}
	if err == nil && up.Name == "" {
		up.Stream = nil // a browser sends a part without a name where nothing was chosen
	}
	var taken models.Import
	if err == nil {
		taken, err = p.svc.Take(c.Request.Context(), imports.File{Kind: models.ImportKind(up.Fields["kind"]), Format: models.ImportFormat(up.Fields["format"]), Body: up.Stream})
	}
	if err != nil {
		up.Drain()
		errs, status := frame.FileFaults(err)
		if !errs.Any() {
			return err
		}
		return p.drawSend(c, up.Fields, errs, status)
	}
	if taken.Status == models.ImportMapping {
		render.See(c, address(taken.ID)+"/columns")
		return nil
	}
	render.See(c, address(taken.ID))
	return nil
}

// columnsForm asks which column is which, as it was matched last.
func (p *Pages) columnsForm(c *gin.Context) error {
	i, spec, err := p.matching(c)
	if err != nil {
		return err
	}
	return p.drawColumns(c, &i, spec, i.Mapping, true, nil)
}

func (p *Pages) matching(c *gin.Context) (models.Import, *models.ImportSpec, error) {
	id, err := idOf(c)
	if err != nil {
		return models.Import{}, nil, err
	}
	i, err := p.svc.Get(c.Request.Context(), id)
	if err != nil {
		return models.Import{}, nil, err
	}
	spec, _ := models.FindImportKind(i.Kind)
	return i, spec, nil
}

func (p *Pages) drawColumns(c *gin.Context, i *models.Import, spec *models.ImportSpec, mapping map[string]string, save bool, errs components.FormErrors) error {
	if i.Status != models.ImportMapping && i.Status != models.ImportChecked {
		return p.moved(c, i.ID, models.Conflict("Its columns are matched before it is started. The file is: "+models.LowerFirst(i.Status.Words())+"."))
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Match the columns", root), Title: "Match the columns", Caption: spec.Name() + ", " + rowsWords(i.Total), Button: "Save and check",
		Lede: "Say which column of your file holds what. The check begins again from the first row.", Cancel: &components.Link{Text: "Back to the file", Href: address(i.ID)},
	}
	v.Meta.Back, v.Meta.Errors = &components.Link{Text: "Import files", Href: root}, errs
	_, _, left := spec.Match(i.Columns, mapping)
	var besides []templ.Component
	for _, f := range spec.Fields {
		s := components.SelectParams{Name: f.Key, Label: spec.Label(f), Value: mapping[f.Key], Error: errs.Of(f.Key), Options: []components.Option{{Text: "Not in the file"}}}
		if f.Example != "" {
			s.Hint = "For example, " + f.Example
		}
		for _, column := range i.Columns {
			s.Options = append(s.Options, components.Option{Value: column, Text: column})
		}
		if f.Required {
			v.Fields = append(v.Fields, components.Select(s))
		} else {
			besides = append(besides, components.Select(s))
		}
	}
	v.Fields = append(v.Fields, view.Besides(len(left) > 0 || errs.Any(), besides))
	if len(left) > 0 {
		v.Before = []templ.Component{components.InsetText(components.InsetTextParams{Text: "Nothing is done yet with: " + strings.Join(left, ", ") + "."})}
	}
	saved := components.CheckboxesParams{Name: "save", Items: []components.ChoiceItem{{Value: "yes", Text: "Match the next file of this kind in the same way"}}}
	if save {
		saved.Values = []string{"yes"}
	}
	v.Fields = append(v.Fields, components.Checkboxes(saved))
	return render.Form(c, shared.Form(v), errs.Any())
}

// columns matches them, and begins the check.
func (p *Pages) columns(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	i, spec, err := p.matching(c)
	if err != nil {
		return err
	}
	in := imports.Matching{Mapping: map[string]string{}, Save: t.One("save") == "yes"}
	for _, f := range spec.Fields {
		if column := t.One(f.Key); column != "" {
			in.Mapping[f.Key] = column
		}
	}
	_, err = p.svc.Match(c.Request.Context(), i.ID, in)
	switch {
	case frame.IsInvalid(err):
		return p.drawColumns(c, &i, spec, in.Mapping, in.Save, frame.Errors(err, nil))
	case err != nil:
		return p.moved(c, i.ID, err)
	}
	render.See(c, address(i.ID))
	return nil
}

package samples

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/samples"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// show is one sample: how it was drawn, how far it is read, what that says, and
// what came of it.
func (p *Pages) show(c *gin.Context) error {
	of, err := id(c)
	if err != nil {
		return err
	}
	v, err := p.svc.Get(c.Request.Context(), of)
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	page := admin.PageView{
		Meta: p.meta(c, "Sample", frame.SamplesPath, frame.SamplesPath, "Quality reviews"), Caption: "Sample of " + support(v.Pathway), Title: v.Name,
		Text: strconv.Itoa(v.Results.Finished) + " of " + models.Plural(v.Drawn, "item is finished", "items are finished") + ".",
	}
	page.Meta.Wide = true
	for i := range v.Items {
		if v.Items[i].Waits() {
			page.Buttons = append(page.Buttons, components.ButtonParams{Text: "Read item " + strconv.Itoa(v.Items[i].N), Href: itemPath(v.ID, v.Items[i].N)})
			break
		}
	}
	if v.Results.Finished > 0 {
		page.Buttons = append(page.Buttons, components.ButtonParams{Text: "Make a finding", Href: samplePath(c) + "/findings", Kind: components.Secondary})
	}
	page.Parts = []admin.PartView{
		{ID: "items", Title: "Items", Table: itemTable(&v)},
		{ID: "results", Title: "What it shows", Text: v.Results.Rate() + ". “Cannot tell” is not a fail.", Table: resultTable(&v)},
	}
	compared, err := p.compared(c, &v)
	if err != nil {
		return err
	}
	page.Parts = append(page.Parts, compared...)
	page.Parts = append(page.Parts, []admin.PartView{
		{ID: "findings", Title: "Findings", Table: findingTable(&v)},
		{ID: "actions", Title: "Actions", Table: p.actionTable(v.Actions, dir, "No action was asked for yet.")},
		{ID: "rule", Title: "How it was drawn", Rows: rule(&v, dir)},
	}...)
	return render.OK(c, admin.Page(page))
}

func itemPath(sample uuid.UUID, n int) string {
	return frame.SamplesPath + "/" + sample.String() + "/items/" + strconv.Itoa(n)
}

func itemTable(v *samples.View) *components.DataTable {
	t := &components.DataTable{Caption: "Items", Cards: true, Columns: []components.Column{{Text: "Item"}, {Text: "Person"}, {Text: "Read by"}, {Text: "State"}}}
	for i := range v.Items {
		item := &v.Items[i]
		readers := "One person"
		if item.Second {
			readers = "Two people"
		}
		state := components.TagParams{Text: "To read", Colour: "yellow"}
		switch {
		case item.Finished():
			state = components.TagParams{Text: "Finished", Colour: "green"}
		case item.Read():
			state = components.TagParams{Text: "To settle", Colour: "orange"}
		case item.Mine:
			state = components.TagParams{Text: "Waits for another reader", Colour: "grey"}
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: "Item " + strconv.Itoa(item.N), Href: itemPath(v.ID, item.N)}, {Text: item.Person}, {Text: readers}, {Content: components.Tag(state)}})
	}
	return t
}

func resultTable(v *samples.View) *components.DataTable {
	t := &components.DataTable{Caption: "Answers by criterion", Cards: true, Columns: []components.Column{{Text: "Criterion"}}}
	for _, g := range models.Grades() {
		t.Columns = append(t.Columns, components.Column{Text: g.Words, Right: true})
	}
	for _, criterion := range v.Standard.Criteria {
		row := []components.DataCell{{Text: criterion.Question, Sub: criterion.Source}}
		for _, g := range models.Grades() {
			row = append(row, components.DataCell{Text: strconv.Itoa(v.Results.Criteria[criterion.Key][models.Grade(g.Key)])})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func findingTable(v *samples.View) *components.DataTable {
	t := &components.DataTable{Caption: "Findings", Cards: true, Empty: "No finding was made yet.", Columns: []components.Column{{Text: "Finding"}, {Text: "About"}, {Text: "Items"}, {Text: "Next"}}}
	for _, f := range v.Findings {
		items := "None named"
		for i, n := range f.Items {
			if i == 0 {
				items = strconv.Itoa(n)
			} else {
				items += ", " + strconv.Itoa(n)
			}
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: f.Finding},
			{Text: models.ChoiceWords(models.FindingThemes(), f.Theme)},
			{Text: items},
			{Text: "Ask for an action", Href: frame.SamplesPath + "/" + v.ID.String() + "/actions?finding=" + f.ID.String()},
		})
	}
	return t
}

func rule(v *samples.View, dir *directory.Snapshot) []components.SummaryRow {
	whose := "All who agreed to be audited"
	if v.OfOrgID != uuid.Nil {
		whose = dir.Name(v.OfOrgID)
	}
	service := "Every service"
	if v.ServiceID != uuid.Nil {
		service = dir.ServiceName(v.ServiceID)
	}
	left := "None"
	for i, org := range v.LeftOut {
		if i == 0 {
			left = dir.Name(org)
		} else {
			left += ", " + dir.Name(org)
		}
	}
	return []components.SummaryRow{
		{Key: "Received by", Value: whose},
		{Key: "Service", Value: service},
		{Key: "Sent in", Value: months(&v.Sample)},
		{Key: "Asked for", Value: models.Count(v.Size)},
		{Key: "In reach", Value: models.Count(v.InReach) + ", of which at most four in five are drawn"},
		{Key: "Spread over", Value: models.ChoiceWords(models.SampleStrata(), v.Strata)},
		{Key: "Seed", Value: strconv.FormatInt(v.Seed, 10)},
		{Key: "Read by two", Value: strconv.Itoa(v.SecondShare) + " in a hundred"},
		{Key: "Standard", Value: support(v.Pathway) + ", version " + strconv.Itoa(v.StandardVersion)},
		{Key: "Left out: no agreement to be audited", Value: left},
		{Key: "Drawn", Value: models.DateTime(v.DrawnAt)},
		{Key: "Fingerprint", Value: v.Fingerprint[:min(16, len(v.Fingerprint))]},
	}
}

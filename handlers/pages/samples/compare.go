package samples

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/samples"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// mostRounds is how many of the latest samples are offered to compare with.
const mostRounds = 100

// compared lays two rounds side by side where both were read against the same
// version of a standard, and offers those that can be. Both are samples of the
// reader's office: their counts go to nobody else.
func (p *Pages) compared(c *gin.Context, v *samples.View) ([]admin.PartView, error) {
	all, _, err := p.svc.List(c.Request.Context(), "", mostRounds)
	if err != nil {
		return nil, err
	}
	with, _ := uuid.Parse(c.Query("with"))
	part := admin.PartView{ID: "compare", Title: "Compare with another round", Text: "Of the same standard, in the same version."}
	var out []admin.PartView
	for i := range all {
		other := &all[i]
		if other.ID == v.ID || other.Pathway != v.Pathway || other.StandardVersion != v.StandardVersion {
			continue
		}
		if other.ID != with {
			part.Links = append(part.Links, components.StackItem{Link: components.Link{Text: other.Name, Href: frame.SamplesPath + "/" + v.ID.String() + "?with=" + other.ID.String() + "#compare"}, Note: months(other)})
			continue
		}
		read, err := p.svc.Get(c.Request.Context(), other.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, admin.PartView{ID: "compare", Title: "Compared with " + other.Name, Text: "How many items met each criterion in full, of those in which the record tells.", Table: sideBySide(v, &read)})
		part.ID, part.Title = "others", "Other rounds"
	}
	if len(part.Links) > 0 {
		out = append(out, part)
	}
	return out, nil
}

func sideBySide(a, b *samples.View) *components.DataTable {
	t := &components.DataTable{
		Caption: "Two rounds, side by side", Cards: true, Columns: []components.Column{{Text: "Criterion"}, {Text: a.Name, Right: true}, {Text: b.Name, Right: true}},
	}
	for _, criterion := range a.Standard.Criteria {
		t.Rows = append(t.Rows, []components.DataCell{{Text: criterion.Question}, met(a.Results.Criteria[criterion.Key]), met(b.Results.Criteria[criterion.Key])})
	}
	return t
}

// met says how many of the items that tell met a criterion; a share stands beside
// it on a base that bears one.
func met(t samples.Tally) components.DataCell {
	yes, of := t[models.GradeYes], t.Of()
	if of == 0 {
		return components.DataCell{Text: "Not read yet"}
	}
	cell := components.DataCell{Text: strconv.Itoa(yes) + " of " + strconv.Itoa(of)}
	if of >= 20 {
		cell.Sub = models.Percent(yes, of)
	}
	return cell
}

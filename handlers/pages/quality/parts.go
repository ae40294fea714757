package quality

import (
	"strconv"

	"github.com/a-h/templ"

	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/components"
)

// fields are the controls of the filter.
func fields(pick choice) []templ.Component {
	pathways := []components.Option{{Value: "", Text: "All pathways"}}
	for _, p := range models.Pathways() {
		pathways = append(pathways, components.Option{Value: p.Key, Text: p.Name})
	}
	return []templ.Component{
		components.Select(components.SelectParams{Name: "pathway", Label: "Pathway", LabelSize: components.Small, Value: pick.pathway, Options: pathways}),
		components.Select(components.SelectParams{
			Name: "months", Label: "Months", LabelSize: components.Small, Value: strconv.Itoa(pick.months),
			Options: []components.Option{
				{Value: "3", Text: "Last 3 months"},
				{Value: "6", Text: "Last 6 months"},
				{Value: "12", Text: "Last 12 months"},
				{Value: "24", Text: "Last 24 months"},
			},
		}),
	}
}

// kpis are the figures over everything, at the top.
func kpis(d loaded) []components.KpiView {
	received := components.KpiView{Title: "Referrals received", Value: "None", Text: "In these months."}
	if len(d.total.Rows) == 1 {
		n := count(d.total.Rows[0])
		received.Value, received.Hidden = n.Mark(), n.Hidden()
	}
	out := []components.KpiView{received}
	for _, k := range []struct {
		r      figures.Result
		target string
	}{{d.allAcknowledge, "Target: 1 working day."}, {d.allDecide, "Target: 2 working days."}, {d.allIn, "Target: 5 working days."}} {
		kpi := components.KpiView{Title: k.r.Measure.Name, Value: "None", Text: k.target}
		if len(k.r.Rows) == 1 {
			row := k.r.Rows[0]
			kpi.Value, kpi.Hidden = hours(row.Median), row.Hidden
			if row.Hidden {
				kpi.Value = "<5"
			} else {
				kpi.Text = "Half within this. 9 in 10 within " + models.LowerFirst(hours(row.P90)) + ". In time: " + models.LowerFirst(inTime(row)) + ". " + k.target
			}
		}
		out = append(out, kpi)
	}
	if len(d.waiting.Rows) == 1 {
		row := d.waiting.Rows[0]
		out = append(out, components.KpiView{Title: d.waiting.Measure.Name, Value: count(row).Mark(), Hidden: row.Hidden, Text: "At this moment, whatever month they were sent."})
	}
	return out
}

// definitions stand beneath the figures: what, of how many, without what, and
// what a reader is most likely to get wrong.
func definitions(d loaded) []components.SummaryRow {
	var out []components.SummaryRow
	for _, r := range []figures.Result{d.received, d.acknowledge, d.decide, d.contact, d.declined, d.waiting} {
		out = append(out, components.SummaryRow{Key: r.Measure.Name, Value: r.Measure.Sentence()})
	}
	return out
}

package referrals

import (
	"slices"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
)

// sharedRows are the fields shared with the reader, in the order of the field
// list; what waits for acceptance is named, and not shown.
func (p *Pages) sharedRows(v referrals.View) []components.SummaryRow {
	rows := frame.ContentRows(v.Shared, v.Pathway, v.PathwayVersion, p.Now())
	if v.AcceptedAt == nil && slices.Contains(v.Relations, referrals.RelReferrer) {
		for i := range rows {
			for _, f := range models.SharableFields() {
				if rows[i].Key == f.Words && slices.Contains(v.SharedAfterAcceptance, f.Key) && !slices.Contains(v.SharedFields, f.Key) {
					rows[i].Key += " (once they accept)"
					break
				}
			}
		}
	}
	if answers, ok := v.Shared["answers"].(map[string]any); ok {
		pw, _ := models.FindPathwayVersion(v.Pathway, v.PathwayVersion)
		for _, words := range models.Advise(pw.Advice, answers) {
			rows = append(rows, components.SummaryRow{Key: "To think of", Value: words})
		}
	}
	if v.Level == referrals.LevelBefore {
		rows = append(rows, components.SummaryRow{Key: "Once you accept", Value: "You see the rest that was shared with you, and how to reach them."})
	}
	return rows
}

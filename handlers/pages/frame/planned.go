package frame

import (
	"time"

	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
)

// PlannedTable shows the contacts that are planned, the next first, and which of
// them are not safe any more.
func PlannedTable(list []referrals.Planned, now time.Time) components.DataTable {
	t := components.DataTable{
		Caption: "Planned contacts", ShowCaption: true, Cards: true, Empty: "No contact is planned.",
		Columns: []components.Column{{Text: "When"}, {Text: "How"}, {Text: "Planned by"}, {Text: "Safe then?"}},
	}
	for _, p := range list {
		who := components.DataCell{Text: p.ByOrg}
		if p.By != "" {
			who = components.DataCell{Text: p.By, Sub: p.ByOrg}
		}
		safe := components.DataCell{Text: "Yes, as things stand"}
		if p.Unsafe != "" {
			safe = components.DataCell{Content: components.Tag(components.TagParams{Text: "Not safe any more", Colour: "red"}), Sub: p.Unsafe}
		}
		how := components.DataCell{Text: p.Channel.Words()}
		if p.Person != models.PersonVictim {
			how.Sub = "With the " + p.Person
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: models.DateTimeIn(p.At, now), Sub: "Planned " + models.DateTimeIn(p.MadeAt, now)}, how, who, safe})
	}
	return t
}

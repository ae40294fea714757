package cases

import (
	"strings"

	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
)

// pointWords says of one channel whether it is safe, when, whose it is, and
// what to mind.
func pointWords(p *models.ContactPoint) string {
	var parts []string
	switch p.Safe {
	case models.SafeYes:
		parts = append(parts, "Safe", p.Value, models.WindowWords(p.Windows))
		if p.Kind == models.ChannelPhone {
			message := "Do not leave a message"
			if p.LeaveMessage {
				message = "A message can be left"
			}
			parts = append(parts, message)
		}
	case models.SafeNo:
		parts = append(parts, "Not safe")
	case models.SafeUnknown:
		parts = append(parts, "Not asked, so not allowed")
	}
	if p.Person != "" && p.Person != models.PersonVictim {
		parts = append(parts, "belongs to: "+strings.ToLower(models.ChoiceWords(models.ContactPeople(), p.Person)))
	}
	parts = append(parts, p.Note)
	var out []string
	for _, s := range parts {
		if s = strings.TrimSuffix(strings.TrimSpace(s), "."); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, ". ") + "."
}

func incidentRows(i *models.Incident, names authority) []components.SummaryRow {
	when := "Not known"
	switch {
	case i.OccurredOn != nil:
		when = models.Day(*i.OccurredOn)
	case i.OccurredFrom != nil && i.OccurredTo != nil:
		when = models.Day(*i.OccurredFrom) + " to " + models.Day(*i.OccurredTo)
	case i.OccurredFrom != nil:
		when = "Since " + models.Day(*i.OccurredFrom)
	case i.OccurredTo != nil:
		when = "Until " + models.Day(*i.OccurredTo)
	}
	police := "Not asked whether the police know"
	switch {
	case i.Force != "":
		police = "Reported to " + models.ChoiceWords(models.Forces(), i.Force)
	case i.WantsToReport != nil && *i.WantsToReport:
		police = "Not reported; they want to report it"
	case i.WantsToReport != nil:
		police = "Not reported; they do not want to report it"
	}
	borough := ""
	if i.Place.Borough != "" {
		borough = names.words(i.Place.Borough)
	}
	return []components.SummaryRow{
		{Key: "When", Value: when},
		{Key: "Police", Value: police},
		{Key: "Crime reference", Value: i.CrimeReference},
		{Key: "Place", Value: models.ChoiceWords(models.PlaceKinds(), i.Place.Kind)},
		{Key: "Borough", Value: borough},
	}
}

func accountRows(in *cases.LogInput) []components.SummaryRow {
	rows := []components.SummaryRow{
		{Key: "What happened", Value: in.Incidents[0].Summary}, {Key: "How it reached you", Value: models.ChoiceWords(models.Sources(), in.Source)},
	}
	return append(rows, peopleRowsOf(in.RelatedPeople, true)...)
}

// peopleRowsOf are the suspects of a case, or everybody else.
func peopleRowsOf(people []models.RelatedPerson, suspects bool) []components.SummaryRow {
	var rows []components.SummaryRow
	for _, r := range people {
		if r.Suspect != suspects {
			continue
		}
		row := components.SummaryRow{Key: r.Relation, Value: or(r.Name, "Name not given")}
		if suspects {
			row.Key, row.Value = "Responsible", strings.TrimSuffix(r.Relation+": "+r.Name, ": ")
		}
		if r.ParentalResponsibility != nil && *r.ParentalResponsibility {
			row.Value += ", has parental responsibility"
		}
		rows = append(rows, row)
	}
	return rows
}

func (p *Pages) rightsRows(in *cases.LogInput) []components.SummaryRow {
	on, why := in.Enhanced(p.Now())
	because := models.List(enhancedWords(why))
	switch {
	case on:
		return []components.SummaryRow{{Key: "Enhanced Rights", Value: "Apply"}, {Key: "Because of", Value: because}}
	case len(why) > 0:
		return []components.SummaryRow{
			{Key: "Enhanced Rights", Value: "Switched off"},
			{Key: "Would follow from", Value: because},
			{Key: "Why off", Value: reasonWords(models.GroupSwitchOffEnhanced, in.EnhancedOffReason, in.EnhancedOffNote)},
		}
	}
	return []components.SummaryRow{{Key: "Enhanced Rights", Value: "Do not apply"}}
}

func helpRows(offered, reason, note string, wants []string) []components.SummaryRow {
	rows := []components.SummaryRow{
		{Key: "What they need", Value: words(models.Needs(), wants)}, {Key: "Was help offered", Value: models.ChoiceWords(models.HelpAnswers(), offered)},
	}
	if reason != "" {
		rows = append(rows, components.SummaryRow{Key: "Why not", Value: reasonWords(models.GroupHelpNotOffered, reason, note)})
	}
	return rows
}

package cases

import (
	"strings"

	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/web/components"
	view "throughline/web/pages/cases"
)

// eventWords say what happened, in the words screens use.
func eventWords(e *cases.Event) string {
	if e.Happened != "" {
		return e.Happened
	}
	switch e.Kind {
	case "case.logged":
		return "Case logged"
	case "case.held":
		return "Case passed on"
	case "sharing.recorded":
		return "Sharing agreed or decided: " + e.To
	case "sharing.withdrawn":
		return "Sharing withdrawn: " + e.To
	case "handoff.offered":
		return "Hand-off offered to " + e.To
	case "handoff.accepted":
		return "Hand-off accepted"
	case "handoff.refused":
		return "Hand-off refused"
	case "handoff.recalled":
		return "Hand-off taken back"
	case "handoff.victim_told":
		return "They were told of the hand-off"
	}
	action := strings.TrimPrefix(e.Kind, "referral.")
	if action == string(models.ActSubmit) {
		return "Referred to " + e.Service
	}
	if e.From == e.To || e.From == "" {
		return e.Service + ": " + strings.ReplaceAll(action, "-", " ")
	}
	return e.Service + ": " + strings.ToLower(components.StateWord(e.To))
}

// facts are who and what the case is about, folded away under the rest.
func (p *Pages) facts(v *cases.View) []view.FactsView {
	names := authority(func(code string) (directory.Authority, bool) {
		name, ok := v.Boroughs[code]
		return directory.Authority{Code: code, Name: name}, ok
	})
	out := []view.FactsView{{Title: "About them", Rows: given(append(victimRows(&v.Victim, names), peopleRowsOf(v.People, false)...))}}
	for i := range v.Incidents {
		in := &v.Incidents[i]
		rows := append([]components.SummaryRow{
			{Key: "Kind of crime", Value: words(models.Offences(), in.OffenceTypes)}, {Key: "Because of", Value: words(models.HateStrands(), in.HateStrands)},
		}, incidentRows(in, names)...)
		title := "What happened"
		if len(v.Incidents) > 1 {
			title += ", " + itoa(i+1) + " of " + itoa(len(v.Incidents))
		}
		out = append(out, view.FactsView{Title: title, Rows: given(append(rows, components.SummaryRow{Key: "Account", Value: in.Summary}))})
	}
	out = append(out, view.FactsView{Title: "Equality questions", Rows: askedOrNot(v.Victim.Equality)})
	risk := []components.SummaryRow{
		{Key: "Risk", Value: models.ChoiceWords(models.RiskLevels(), string(v.Case.RiskLevel))},
		{Key: "What makes it", Value: v.Case.RiskNote},
		{Key: "Enhanced rights because of", Value: models.List(enhancedWords(v.Case.EnhancedReasons))},
		{Key: "Switched off", Value: reasonWords(models.GroupSwitchOffEnhanced, v.Case.EnhancedOffReason, v.Case.EnhancedOffNote)},
	}
	risk = append(risk, peopleRowsOf(v.People, true)...)
	out = append(out, view.FactsView{Title: "Risk and rights", Rows: given(risk)})
	return append(out, view.FactsView{Title: "Help", Rows: given(append(helpRows(v.Case.HelpOffered, v.Case.HelpReason, v.Case.HelpNote, v.Case.Wants),
		components.SummaryRow{Key: "How it reached us", Value: models.ChoiceWords(models.Sources(), v.Case.Source)}))})
}

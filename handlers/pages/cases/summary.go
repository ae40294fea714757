package cases

import (
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/web/components"
)

// authority names an E09 code.
type authority func(code string) (directory.Authority, bool)

func (a authority) words(code string) string {
	if found, ok := a(code); ok {
		return found.Name
	}
	return code
}

// cards are the answers of the journey, a card for each page.
func (p *Pages) cards(j *journey, names authority) []components.SummaryListParams {
	b := p.build(j)
	var out []components.SummaryListParams
	for _, s := range steps() {
		if s.skips != nil && s.skips(j) {
			continue
		}
		rows := given(p.rows(b, s.path, names))
		actions := change(j, s.path, "")
		if len(rows) == 0 && s.aside {
			actions[0].Text = "Answer"
			rows = []components.SummaryRow{{Key: "Answers", Value: "Not asked"}}
		}
		if len(rows) == 0 {
			rows = []components.SummaryRow{{Key: "Answer", Value: "Nothing to add"}}
		}
		out = append(out, components.SummaryListParams{
			Rows: rows, Card: &components.SummaryCard{Title: s.title, Actions: actions},
		})
	}
	return out
}

func (p *Pages) rows(b *build, path string, names authority) []components.SummaryRow {
	in := &b.in
	switch path {
	case "who":
		return victimRows(&in.Victim, names)
	case "contact":
		return contactRows(in, in.SafeContact.Channels)
	case "ways":
		return nil
	case "crime":
		return []components.SummaryRow{
			{Key: "Kind of crime", Value: words(models.Offences(), in.Incidents[0].OffenceTypes)},
			{Key: "Because of", Value: words(models.HateStrands(), in.Incidents[0].HateStrands)},
		}
	case "when":
		return incidentRows(&in.Incidents[0], names)
	case "account":
		return accountRows(in)
	case "people":
		return peopleRowsOf(in.RelatedPeople, false)
	case "rights":
		return p.rightsRows(in)
	case "risk":
		return []components.SummaryRow{{Key: "Risk", Value: models.ChoiceWords(models.RiskLevels(), string(in.RiskLevel))}, {Key: "What makes it", Value: in.RiskNote}}
	case "equality":
		return equalityRows(in.Victim.Equality, models.EqualitySex)
	case "help":
		return helpRows(in.HelpOffered, in.HelpReason, in.HelpNote, in.Wants)
	}
	return nil
}

// words names keys of a list, as a sentence does.
func words(list []models.Choice, keys []string) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = models.ChoiceWords(list, k)
	}
	return models.List(out)
}

// reasonWords are the words of a coded reason, and of what was said beside it.
func reasonWords(g models.ReasonGroup, code, note string) string {
	if r, ok := models.FindReason(g, code); ok {
		code = r.Words
	}
	if note != "" {
		return code + ": " + note
	}
	return code
}

// victimRows are what is known of somebody; what is missing says why.
func victimRows(v *models.Victim, names authority) []components.SummaryRow {
	or := func(field, value string) string {
		if why := v.Missing[field]; value == "" && why != "" {
			return reasonWords(models.GroupMissingField, why, "")
		}
		return value
	}
	rows := []components.SummaryRow{
		{Key: "First name", Value: or("given_name", v.GivenName)}, {Key: "Family name", Value: or("family_name", v.FamilyName)}, {Key: "Goes by", Value: v.KnownAs},
	}
	born := ""
	if v.DateOfBirth != nil {
		born = models.Date(*v.DateOfBirth)
	}
	borough := ""
	if v.Borough != "" {
		borough = names.words(v.Borough)
	}
	language := v.Language
	if v.InterpreterNeeded != nil && *v.InterpreterNeeded {
		language += ", interpreter needed"
	}
	return append(rows,
		components.SummaryRow{Key: "Date of birth", Value: or("date_of_birth", born)},
		components.SummaryRow{Key: "Borough", Value: or("borough", borough)},
		components.SummaryRow{Key: "Postcode", Value: v.Postcode},
		components.SummaryRow{Key: "Sex", Value: sexWords(v.Equality[models.EqualitySex])},
		components.SummaryRow{Key: "Language", Value: language},
		components.SummaryRow{Key: "Access", Value: models.List(v.AccessNeeds)},
	)
}

// sexWords are the words of an answer. Earlier pages offered two answers that
// were kept under names of their own.
func sexWords(answer string) string {
	switch answer {
	case "other":
		return "Another answer"
	case "declined":
		return "Prefer not to say"
	}
	return models.EqualityWords(models.EqualitySex, answer)
}

func contactRows(in *cases.LogInput, points []models.ContactPoint) []components.SummaryRow {
	var rows []components.SummaryRow
	for i := range points {
		rows = append(rows, components.SummaryRow{Key: points[i].Kind.Words(), Value: pointWords(&points[i])})
	}
	if len(points) == 0 {
		rows = append(rows, components.SummaryRow{Key: "Ways", Value: "There is no safe way yet"})
	}
	rows = append(rows, components.SummaryRow{Key: "Code word", Value: in.SafeContact.CodeWord})
	if in.ContactSource != "" {
		rows = append(rows, components.SummaryRow{Key: "Who said so", Value: models.ChoiceWords(models.ContactSources(), in.ContactSource)})
	}
	if on := in.SafeContact.ConfirmedOn; on != nil && len(points) > 0 {
		rows = append(rows, components.SummaryRow{Key: "When", Value: models.Day(*on)})
	}
	return rows
}

package support

import (
	"strconv"
	"time"

	"throughline/models"
	"throughline/services/support"
	"throughline/web/components"
)

// needsTable is how each need that was asked about stood.
func needsTable(l *support.Plan, now time.Time) components.DataTable {
	t := components.DataTable{
		Caption: "How needs stood, from 1, very hard, to 5, going well", Cards: true, Empty: "Nobody has been asked about their needs yet.",
		Columns: []components.Column{{Text: "Need"}, {Text: "At the start"}, {Text: "At the last review"}, {Text: "At the end"}},
	}
	for _, need := range models.Needs() {
		row, asked := []components.DataCell{{Text: need.Words}}, false
		for _, point := range []models.NeedPoint{models.NeedAtStart, models.NeedAtReview, models.NeedAtEnd} {
			cell := components.DataCell{Text: "Nothing yet"}
			if r := l.Latest(need.Key, point); r != nil {
				cell, asked = components.DataCell{Text: r.Words(), Sub: models.DayIn(r.At, now)}, true
			}
			row = append(row, cell)
		}
		if asked {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func goalsTable(l *support.Plan, path string, now time.Time) components.DataTable {
	t := components.DataTable{
		Caption: "Goals of the support plan", Cards: true, Empty: "No goal has been set yet.",
		Columns: []components.Column{{Text: "Goal"}, {Text: "Stands"}, {Text: "Look again"}},
	}
	for i := range l.Goals {
		g := &l.Goals[i]
		first := components.DataCell{Text: g.Goal, Sub: models.ChoiceWords(models.Needs(), g.Need)}
		if l.Goes {
			first.Href = path + "/goal?goal=" + g.ID.String()
		}
		again := components.DataCell{Text: "Not again"}
		if g.ReviewOn != nil {
			again.Text = models.DayIn(*g.ReviewOn, now)
			if g.ReviewOn.Before(models.Today(now)) {
				again.Sub = "That day has passed."
			}
		}
		t.Rows = append(t.Rows, []components.DataCell{first, {Text: models.ChoiceWords(models.GoalStates(), string(g.State)), Sub: models.DayIn(g.StateAt, now)}, again})
	}
	return t
}

func appointmentsTable(l *support.Plan, path string, now time.Time) components.DataTable {
	t := components.DataTable{
		Caption: "Appointments", Cards: true, Empty: "No appointment has been made yet.",
		Columns: []components.Column{{Text: "When"}, {Text: "Where"}, {Text: "What came of it"}},
	}
	for i := range l.Appointments {
		a := &l.Appointments[i]
		when := components.DataCell{Text: models.DateTimeIn(a.StartsAt, now), Sub: "Told by " + models.LowerFirst(a.Channel.Words())}
		if l.Goes {
			when.Href = path + "/appointment?appointment=" + a.ID.String()
		}
		said := components.DataCell{Text: a.Words()}
		if a.Happened == nil && a.StartsAt.After(now) {
			said.Text = "Still to come"
		}
		t.Rows = append(t.Rows, []components.DataCell{when, {Text: models.ChoiceWords(models.AppointmentPlaces(), a.Place)}, said})
	}
	return t
}

// sessions says how the appointments stand: what an ending will ask about.
func sessions(s models.Sessions) string {
	if s == (models.Sessions{}) {
		return ""
	}
	words := strconv.Itoa(s.Held) + " held"
	if s.Missed > 0 {
		words += ", " + strconv.Itoa(s.Missed) + " missed and not made up for"
	}
	if s.Outstanding > 0 {
		words += ", " + strconv.Itoa(s.Outstanding) + " with nothing said yet"
	}
	return words + "."
}

package cases

import (
	"throughline/models"
)

func (b *build) crime(t typed) {
	i := b.incident()
	i.OffenceTypes = append([]string{}, t["offence"]...)
	if t.has("offence", models.OffenceHateCrime) {
		if i.HateStrands = append([]string{}, t["strand"]...); len(i.HateStrands) == 0 {
			b.wrong("crime", "strand", "", "Select why they were attacked")
		}
	}
	b.to("incidents", "crime", "offence", "")
	b.to("incidents[0].offence_types", "crime", "offence", "")
	b.to("incidents[0].hate_strands", "crime", "strand", "")
}

// incident is the one incident the pages ask about; a case can hold more.
func (b *build) incident() *models.Incident {
	if len(b.in.Incidents) == 0 {
		b.in.Incidents = []models.Incident{{}}
	}
	return &b.in.Incidents[0]
}

func (b *build) when(t typed) {
	i := b.incident()
	on := b.date(t, "on", "when", "incidents[0].occurred_on")
	from := b.date(t, "from", "when", "incidents[0].occurred_between.from")
	to := b.date(t, "to", "when", "incidents[0].occurred_between.to")
	yesterday := b.today.AddDate(0, 0, -1)
	switch t.one("when") {
	case "today":
		i.OccurredOn = &b.today
	case "yesterday":
		i.OccurredOn = &yesterday
	case "day":
		if i.OccurredOn = on; on == nil {
			b.wrong("when", "on", "on-day", "Enter the day it happened")
		}
	case "between":
		if i.OccurredFrom, i.OccurredTo = from, to; from == nil && to == nil {
			b.wrong("when", "from", "from-day", "Enter the first or the last day")
		}
	case "unknown":
	default:
		b.wrong("when", "when", "", "Select when it happened")
	}
	b.reported(t, i)
	i.Place = models.Place{Kind: t.one("place"), Borough: t.one("place_borough")}
	b.to("incidents[0].place", "when", "place", "")
	b.to("incidents[0].place.borough", "when", "place_borough", "")
}

func (b *build) reported(t typed, i *models.Incident) {
	yes, no := true, false
	switch t.one("reported") {
	case "yes":
		i.Force, i.CrimeReference = t.one("force"), t.one("crime_reference")
	case "wants":
		i.WantsToReport = &yes
	case "no":
		i.WantsToReport = &no
	case "not_asked":
	default:
		b.wrong("when", "reported", "", "Select whether the police know")
	}
	b.to("incidents[0].force", "when", "force", "")
	b.to("incidents[0].crime_reference", "when", "crime_reference", "")
	b.to("incidents[0].reported_on", "when", "reported", "")
}

func (b *build) account(t typed) {
	b.in.Source = t.one("source")
	b.to("source", "account", "source", "")
	b.incident().Summary = t.one("summary")
	b.to("incidents[0].summary", "account", "summary", "")
	if r := t.one("responsible"); r != "" && r != "not_known" {
		b.related("account", "responsible", models.RelatedPerson{Relation: models.ChoiceWords(responsible(), r), Name: t.one("responsible_name"), Suspect: true})
		b.to(b.lastPerson()+".name", "account", "responsible_name", "")
	} else if t.one("responsible_name") != "" {
		b.wrong("account", "responsible", "", "Select how they know the victim")
	}
}

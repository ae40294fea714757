package models

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Forces are the police forces of London, by the keys of contract.md.
func Forces() []Choice {
	return []Choice{
		{"metropolitan", "Metropolitan Police"},
		{"city-of-london", "City of London Police"},
		{"btp", "British Transport Police"},
	}
}

// PlaceKinds are the kinds of place an incident can happen at. The API takes
// other words as well: a partner's system may know better.
func PlaceKinds() []Choice {
	return []Choice{
		{"home", "At or near home"},
		{"street", "In the street or a public place"},
		{"transport", "On public transport"},
		{"online", "Online or by phone"},
		{"work", "At work"},
		{"school", "At school, college or university"},
		{"venue", "At a pub, club, shop or other business"},
		{"worship", "At a place of worship"},
		{"elsewhere", "Somewhere else"},
	}
}

// Place is where an incident happened.
type Place struct {
	Kind     string
	Borough  string // E09 code; on the way in also the exact name
	Mode     string // of transport
	Operator string
	Route    string
}

// Incident is one thing that happened. A case holds one or many, with one or
// several forces. The day is known, or only that it lies between two days, or
// not at all.
type Incident struct {
	ID             uuid.UUID
	CaseID         uuid.UUID
	Position       int
	OccurredOn     *time.Time
	OccurredFrom   *time.Time
	OccurredTo     *time.Time
	ReportedOn     *time.Time
	WantsToReport  *bool
	Force          string
	CrimeReference string
	Place          Place
	OffenceTypes   []string
	HateStrands    []string
	Summary        string
}

// SummaryLimit is the longest account of an incident, in characters.
const SummaryLimit = 10000

// IncidentLimit is the most incidents one case is logged with.
const IncidentLimit = 30

// Tidy trims what was typed and writes the borough the way it is kept.
func (i *Incident) Tidy(boroughs Boroughs) {
	for _, s := range []*string{&i.CrimeReference, &i.Place.Kind, &i.Place.Borough, &i.Place.Mode, &i.Place.Operator, &i.Place.Route, &i.Summary} {
		*s = strings.TrimSpace(*s)
	}
	if code, ok := boroughs(i.Place.Borough); ok {
		i.Place.Borough = code
	}
}

// Last is the latest day the incident can have happened on; nil: not known.
func (i *Incident) Last() *time.Time {
	if i.OccurredOn != nil {
		return i.OccurredOn
	}
	return i.OccurredTo
}

// First is the earliest day the incident can have happened on; nil: not known.
func (i *Incident) First() *time.Time {
	if i.OccurredOn != nil {
		return i.OccurredOn
	}
	return i.OccurredFrom
}

// CheckIncidents returns what is wrong with the incidents of a case; the paths
// begin with "incidents[0].".
func CheckIncidents(incidents []Incident, today time.Time, boroughs Boroughs) []FieldError {
	f := &Faults{}
	switch {
	case len(incidents) == 0:
		f.Add("incidents", FieldRequired, "Say what happened: give at least one incident")
	case len(incidents) > IncidentLimit:
		f.Add("incidents", FieldTooLong, "Give "+strconv.Itoa(IncidentLimit)+" incidents or fewer")
	default:
		for n := range incidents {
			incidents[n].check(f, indexed("incidents", n), today, boroughs)
		}
	}
	return f.List()
}

func (i *Incident) check(f *Faults, at string, today time.Time, boroughs Boroughs) {
	i.checkDays(f, at, today)
	if i.Force != "" {
		f.oneOf(at+".force", "Select a police force from the list", i.Force, Forces())
	}
	f.line(at+".crime_reference", "Crime reference", i.CrimeReference, 60)
	f.line(at+".place.kind", "Kind of place", i.Place.Kind, 40)
	f.line(at+".place.mode", "Kind of transport", i.Place.Mode, 40)
	f.line(at+".place.operator", "Operator", i.Place.Operator, 80)
	f.line(at+".place.route", "Route", i.Place.Route, 80)
	if _, ok := boroughs(i.Place.Borough); i.Place.Borough != "" && !ok {
		f.Add(at+".place.borough", FieldUnknown, "Select a London borough, or give its E09 code")
	}
	i.checkOffences(f, at)
	if i.Summary == "" {
		f.Add(at+".summary", FieldRequired, "Say what happened in a few words")
	}
	f.text(at+".summary", "What happened", i.Summary, SummaryLimit, true)
}

func (i *Incident) checkDays(f *Faults, at string, today time.Time) {
	between := i.OccurredFrom != nil || i.OccurredTo != nil
	if between && i.OccurredOn != nil {
		f.Add(at+".occurred_on", FieldNotOpen, "Give one day or a first and a last day, not both")
	}
	f.past(at+".occurred_on", "The day it happened", i.OccurredOn, today)
	f.past(at+".occurred_between.from", "The first day", i.OccurredFrom, today)
	f.past(at+".occurred_between.to", "The last day", i.OccurredTo, today)
	if i.OccurredFrom != nil && i.OccurredTo != nil && i.OccurredTo.Before(*i.OccurredFrom) {
		f.Add(at+".occurred_between.to", FieldInvalid, "The last day must be the same as or after the first day")
	}
	f.past(at+".reported_on", "The day it was reported", i.ReportedOn, today)
	if first := i.First(); i.ReportedOn != nil && first != nil && i.ReportedOn.Before(*first) {
		f.Add(at+".reported_on", FieldInvalid, "The day it was reported must be the same as or after the day it happened")
	}
}

func (i *Incident) checkOffences(f *Faults, at string) {
	if len(i.OffenceTypes) == 0 {
		f.Add(at+".offence_types", FieldRequired, "Select at least one kind of crime")
	}
	if !subset(i.OffenceTypes, Offences()) {
		f.Add(at+".offence_types", FieldUnknown, "Select kinds of crime from the list")
	}
	if !subset(i.HateStrands, HateStrands()) {
		f.Add(at+".hate_strands", FieldUnknown, "Select strands from the list")
	}
	if len(i.HateStrands) > 0 && !slices.Contains(i.OffenceTypes, "hate_crime") {
		f.Add(at+".hate_strands", FieldNotOpen, "Give strands only with hate crime")
	}
}

// subset reports whether every key is of the list and none is given twice.
func subset(keys []string, list []Choice) bool {
	for n, k := range keys {
		if !HasChoice(list, k) || slices.Contains(keys[:n], k) {
			return false
		}
	}
	return true
}

// CheckBornBefore returns a fault where the victim was born after something
// that happened to them.
func CheckBornBefore(born *time.Time, incidents []Incident) []FieldError {
	if born == nil {
		return nil
	}
	for n := range incidents {
		if last := incidents[n].Last(); last != nil && last.Before(*born) {
			return []FieldError{Field("victim.date_of_birth", FieldInvalid, "Date of birth must be before the day it happened")}
		}
	}
	return nil
}

func indexed(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

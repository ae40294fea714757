package models

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A case event is something that police, a court, prosecutors, probation or a
// service did in a case (domain.md 3.2, E1 to E30). It starts and stops clocks.
// It is not an Event, which is a line of the audit trail.

// EventType is the number of a kind of case event, E1 to E30.
type EventType string

// CaseEvent is one thing that happened, with its three times: when it happened,
// when the duty holder knew, and when it was written down.
type CaseEvent struct {
	ID          uuid.UUID
	CaseID      uuid.UUID
	Type        EventType
	OccurredAt  time.Time
	KnownAt     time.Time
	At          time.Time
	SourceOrgID uuid.UUID
	Reference   string            // of the source; empty where it gave none
	Details     map[string]any    // codes, dates, numbers, yes and no
	Words       map[string]string // what was said in anybody's words
	ByUserID    uuid.UUID
	ByOrgID     uuid.UUID

	ToldAt      *time.Time // when the victim was told
	ToldChannel Channel
	ToldByOrg   *uuid.UUID
	Understood  *bool
}

// What is the kind within the kind: arrested, moved, granted. Empty where the
// type has none.
func (e *CaseEvent) What() string {
	s, _ := e.Details["what"].(string)
	return s
}

// Moment reads a time of the details.
func (e *CaseEvent) Moment(key string) (time.Time, bool) {
	s, _ := e.Details[key].(string)
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// Title names the event as pages do: "Suspect: arrested".
func (e *CaseEvent) Title() string {
	spec, ok := FindEventType(string(e.Type))
	if !ok {
		return string(e.Type)
	}
	if f, ok := spec.Field("what"); ok && e.What() != "" {
		return spec.Words + ": " + LowerFirst(ChoiceWords(f.Choices, e.What()))
	}
	return spec.Words
}

// DetailKind is what a detail of an event holds.
type DetailKind string

// The kinds of detail. Text is sealed in the database; the others are codes.
const (
	DetailChoice DetailKind = "choice"
	DetailText   DetailKind = "text"
	DetailMoment DetailKind = "time" // RFC 3339
	DetailYesNo  DetailKind = "yes_no"
	DetailNumber DetailKind = "number"
)

// EventDetail is one thing that is asked of a kind of event.
type EventDetail struct {
	Key      string
	Label    string
	Kind     DetailKind
	Choices  []Choice
	Required bool
	Only     []string // values of "what" with which it is asked; none: always
	Least    int
	Most     int // of a number; the most characters of a text
}

// Asked reports whether the detail belongs to an event of this kind.
func (f *EventDetail) Asked(what string) bool {
	return len(f.Only) == 0 || slices.Contains(f.Only, what)
}

// EventSpec is everything about one kind of event.
type EventSpec struct {
	Type    EventType
	Key     string // its name in the API: suspect_update
	Words   string
	Group   string
	By      []OrganisationKind // whose it is to record; none: anybody's who sees the case
	Details []EventDetail
	Effects []EventEffect
	Opens   []Rule // windows that open for the victim once they were told
	Offer   bool   // the telling also says whether support was offered
}

// Field finds a detail by its key.
func (s *EventSpec) Field(key string) (*EventDetail, bool) {
	for i := range s.Details {
		if s.Details[i].Key == key {
			return &s.Details[i], true
		}
	}
	return nil, false
}

// MayRecord reports whether an organisation of a kind records such events.
func (s *EventSpec) MayRecord(k OrganisationKind) bool {
	return len(s.By) == 0 || slices.Contains(s.By, k)
}

// FindEventType finds a kind by its number (E7) or its name (suspect_update).
func FindEventType(name string) (*EventSpec, bool) {
	all := EventTypes()
	i := slices.IndexFunc(all, func(s EventSpec) bool { return string(s.Type) == name || s.Key == name })
	if i < 0 {
		return nil, false
	}
	return &all[i], true
}

// eventOld is how long ago something may have happened.
const eventOld = 50 * 366 * 24 * time.Hour

// NewCaseEvent is an event as it was sent.
type NewCaseEvent struct {
	Type       string // number or name
	OccurredAt time.Time
	KnownAt    *time.Time // left out: when it happened
	Reference  string
	Details    map[string]any
}

// eventReferenceLongest is the most characters of a source's reference.
const eventReferenceLongest = 120

// Check reads what was sent into an event, with what is wrong with it: one fault
// for each field, in words that repeat nothing of it. now bounds the times.
func (n *NewCaseEvent) Check(now time.Time, cal *Calendar) (CaseEvent, []FieldError) {
	f := &Faults{}
	e := CaseEvent{ID: NewID(), OccurredAt: n.OccurredAt.UTC().Truncate(time.Microsecond), KnownAt: n.OccurredAt.UTC().Truncate(time.Microsecond), At: now, Details: map[string]any{}, Words: map[string]string{}}
	spec, ok := FindEventType(strings.TrimSpace(n.Type))
	if !ok {
		f.Add("type", FieldUnknown, "Select what happened from the list")
	}
	f.moment("occurred_at", "When it happened", n.OccurredAt, now, cal)
	if n.KnownAt != nil {
		e.KnownAt = n.KnownAt.UTC().Truncate(time.Microsecond)
		f.moment("known_at", "When it was known", *n.KnownAt, now, cal)
		if e.KnownAt.Before(e.OccurredAt) {
			f.Add("known_at", FieldInvalid, "It must be known at or after the time it happened")
		}
	}
	e.Reference = strings.TrimSpace(n.Reference)
	f.line("source_reference", "The reference", e.Reference, eventReferenceLongest)
	if ok {
		e.Type = spec.Type
		spec.read(f, &e, n.Details)
	}
	return e, f.List()
}

// moment checks a time that has come, in a year whose working days are known.
func (f *Faults) moment(field, label string, at, now time.Time, cal *Calendar) {
	switch {
	case at.IsZero():
		f.Add(field, FieldRequired, "Enter when: "+LowerFirst(label))
	case at.After(now.Add(time.Minute)):
		f.Add(field, FieldInvalid, label+" must be now or in the past")
	case at.Before(now.Add(-eventOld)):
		f.Add(field, FieldInvalid, label+" is too long ago")
	case !cal.Covers(at):
		first, _ := cal.Years()
		f.Add(field, FieldInvalid, "We cannot work out dates before "+strconv.Itoa(first)+": bank holidays are not loaded")
	}
}

// read takes the details that the kind asks for, and refuses all others.
func (s *EventSpec) read(f *Faults, e *CaseEvent, sent map[string]any) {
	what, _ := sent["what"].(string)
	for i := range s.Details {
		d := &s.Details[i]
		v := sent[d.Key]
		switch {
		case !d.Asked(what):
			if !empty(v) {
				f.Add("details."+d.Key, FieldNotOpen, "Leave this out here: "+LowerFirst(d.Label))
			}
		case empty(v):
			if d.Required {
				f.Add("details."+d.Key, FieldRequired, d.missing())
			}
		default:
			d.read(f, e, v)
		}
	}
	for key := range sent {
		if _, ok := s.Field(key); !ok {
			f.Add("details", FieldUnknown, "Send only the details that belong to what happened")
		}
	}
}

func (d *EventDetail) missing() string {
	switch d.Kind {
	case DetailChoice, DetailYesNo:
		return "Select one: " + LowerFirst(d.Label)
	case DetailText, DetailMoment, DetailNumber:
	}
	return "Enter an answer: " + LowerFirst(d.Label)
}

// read takes one detail that is there.
func (d *EventDetail) read(f *Faults, e *CaseEvent, v any) {
	at := "details." + d.Key
	switch d.Kind {
	case DetailChoice:
		if s, ok := v.(string); ok && HasChoice(d.Choices, s) {
			e.Details[d.Key] = s
			return
		}
	case DetailText:
		if s, ok := v.(string); ok {
			e.Words[d.Key] = strings.TrimSpace(s)
			f.text(at, d.Label, s, d.Most, true)
			return
		}
	case DetailMoment:
		s, _ := v.(string)
		if t, err := time.Parse(time.RFC3339, s); err == nil && t.Year() >= oldestYear && t.Year() < 2200 {
			e.Details[d.Key] = t.UTC().Format(time.RFC3339)
			return
		}
		f.Add(at, FieldInvalid, "Enter a date and time: "+LowerFirst(d.Label))
	case DetailYesNo:
		if yes, ok := yesNo(v); ok {
			e.Details[d.Key] = yes
			return
		}
	case DetailNumber:
		if n, ok := wholeNumber(v); ok && n >= d.Least && n <= d.Most {
			e.Details[d.Key] = n
			return
		}
		f.Add(at, FieldInvalid, "Enter a number from "+strconv.Itoa(d.Least)+" to "+strconv.Itoa(d.Most)+": "+LowerFirst(d.Label))
	}
	f.Add(at, FieldInvalid, d.missing())
}

// wholeNumber reads a number as JSON or a form brings it.
func wholeNumber(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case float64:
		return int(n), n == float64(int(n))
	case json.Number:
		i, err := strconv.Atoi(n.String())
		return i, err == nil
	case string:
		i, err := strconv.Atoi(strings.TrimSpace(n))
		return i, err == nil
	}
	return 0, false
}

// Say is the detail of an event in words; empty where it has none.
func (f *EventDetail) Say(e *CaseEvent, now time.Time) string {
	switch f.Kind {
	case DetailText:
		return e.Words[f.Key]
	case DetailChoice:
		if s, ok := e.Details[f.Key].(string); ok {
			return ChoiceWords(f.Choices, s)
		}
	case DetailMoment:
		if at, ok := e.Moment(f.Key); ok {
			return DateTimeIn(at, now)
		}
	case DetailYesNo:
		if yes, ok := e.Details[f.Key].(bool); ok && yes {
			return "yes"
		} else if ok {
			return "no"
		}
	case DetailNumber:
		if n, ok := wholeNumber(e.Details[f.Key]); ok {
			return strconv.Itoa(n)
		}
	}
	return ""
}

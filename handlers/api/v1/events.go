package v1

import (
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/events"
)

// NewCaseEvent is something that happened in a case.
type NewCaseEvent struct {
	Type            Key            `json:"type" doc:"E1 to E30, or its name: suspect_update, hearing, sentence ..."`
	OccurredAt      time.Time      `json:"occurred_at"`
	KnownAt         *time.Time     `json:"known_at,omitempty" doc:"When whoever owes what follows knew; witness care's receipt of what a court did. Left out: when it happened."`
	SourceReference string         `json:"source_reference" minLength:"1" maxLength:"120" doc:"Yours. The same type with the same reference changes nothing and answers 200."`
	Details         map[string]any `json:"details,omitempty" doc:"What the type asks for: codes, times as RFC 3339, true and false, words."`
}

// HappenedEvent is an event as it was recorded.
type HappenedEvent struct {
	ID              uuid.UUID      `json:"id"`
	CaseID          uuid.UUID      `json:"case_id"`
	Type            string         `json:"type"`
	Name            string         `json:"name"`
	Title           string         `json:"title" doc:"In words."`
	OccurredAt      time.Time      `json:"occurred_at"`
	KnownAt         time.Time      `json:"known_at"`
	RecordedAt      time.Time      `json:"recorded_at"`
	Source          OrgRef         `json:"source"`
	SourceReference string         `json:"source_reference,omitempty"`
	Details         map[string]any `json:"details"`
	Safety          bool           `json:"safety" doc:"Whoever supports the victim looks again the same day."`
	Replaced        bool           `json:"replaced" doc:"A date in it was moved or vacated since."`
	Told            *EventTold     `json:"told,omitempty"`
	Clocks          []EventClock   `json:"clocks,omitempty" doc:"Started, stopped or changed by this."`
}

// EventTold is that the victim was told.
type EventTold struct {
	At         time.Time `json:"at"`
	Channel    string    `json:"channel"`
	By         OrgRef    `json:"by"`
	Understood *bool     `json:"understood,omitempty"`
}

// EventClock is a clock of a case that hangs on an event.
type EventClock struct {
	CaseClock
	EventID     uuid.UUID  `json:"event_id" doc:"What started it."`
	OwedBy      string     `json:"owed_by" doc:"The kind of organisation that owes it by the rule, or victim for a time that is theirs to use."`
	OffRecord   bool       `json:"off_record" doc:"Whoever owes it does not write here: it is never late, but without a record."`
	Enhanced    bool       `json:"enhanced" doc:"The limit is that of Enhanced Rights."`
	BestBy      *time.Time `json:"best_by,omitempty" doc:"Of a window: when it is best used by."`
	Extended    int        `json:"extended_days,omitempty"`
	ExtendedWhy string     `json:"extended_why,omitempty" doc:"In words."`
	Why         string     `json:"why,omitempty" doc:"Of one that is waived or does not apply."`
	EndedOn     string     `json:"ended_on,omitempty" format:"date" doc:"Of one that somebody said is not owed: when the victim, or whoever it was, said so."`
	EndedBy     *OrgRef    `json:"ended_by,omitempty" doc:"Who recorded that."`
}

// NewTelling says how the victim was told.
type NewTelling struct {
	ToldAt         time.Time `json:"told_at"`
	Channel        string    `json:"channel" enum:"phone,text,email,post,in_person" doc:"422 where it was not marked safe then."`
	Understood     *bool     `json:"understood" doc:"With an interpreter or Easy Read where they need it."`
	SupportOffered *bool     `json:"support_offered,omitempty" doc:"Of a decision not to investigate: whether a support service was offered with it."`
}

// ClockChange is what is said of a clock.
type ClockChange struct {
	Action string `json:"action" enum:"pause,resume,extend,waive,not_owed"`
	Reason string `json:"reason,omitempty" maxLength:"60" doc:"Of the group pause, extend or not_owed."`
	Days   int    `json:"days,omitempty" minimum:"0" maximum:"20" doc:"Working days more, once."`
	On     string `json:"on,omitempty" format:"date" doc:"When the victim said so; left out: today."`
}

type (
	eventsIn struct {
		Paging
		ID uuid.UUID `path:"id" doc:"Of the case."`
	}
	newEventIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body NewCaseEvent
	}
	tellIn struct {
		ID      uuid.UUID `path:"id" doc:"Of the case."`
		EventID uuid.UUID `path:"event_id"`
		Body    NewTelling
	}
	clockChangeIn struct {
		ID      uuid.UUID `path:"id" doc:"Of the case."`
		ClockID uuid.UUID `path:"clock_id"`
		Body    ClockChange
	}
	eventsOut struct{ Body List[HappenedEvent] }
	eventOut  struct {
		Status int
		Body   HappenedEvent
	}
	eventClockOut struct{ Body EventClock }
)

// RegisterEvents adds what police, courts and others did in a case, and what is
// said of the clocks that hang on it.
func RegisterEvents(a *api.API, svc *events.Service) {
	op := func(method, path, id, summary, description string) api.Op {
		return api.Op{Method: method, Path: "/api/v1/cases/{id}/" + path, ID: id, Tag: "Events and clocks", Need: models.EventRecord, Summary: summary, Description: description, Errors: []int{http.StatusConflict}}
	}
	list := op(http.MethodGet, "events", "list-case-events", "What happened in a case, the latest first", "To whoever sees the case; a service that received a referral does not.")
	list.Need, list.Errors = models.CaseRead, nil
	api.Register(a, list, func(ctx context.Context, in *eventsIn) (*eventsOut, error) {
		l, err := svc.List(ctx, in.ID, events.Query{Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &eventsOut{Body: listed(l.Items, l.Next, presentEvent)}, nil
	})
	record := op(http.MethodPost, "events", "record-case-event", "Record what happened in a case",
		"Clocks start and stop by it. Delivered again it changes nothing and answers 200; 409 where the reference holds something else.")
	record.Status, record.Also = http.StatusCreated, http.StatusOK
	api.Keyed(a, record, func(ctx context.Context, in *newEventIn) (events.Recorded, error) {
		b := in.Body
		kind, details := eventKind(b.Type, b.Details)
		return svc.Record(ctx, in.ID, events.Input{NewCaseEvent: models.NewCaseEvent{
			Type: kind, OccurredAt: b.OccurredAt, KnownAt: b.KnownAt, Reference: b.SourceReference, Details: details,
		}})
	}, presentRecorded)
	tell := op(http.MethodPost, "events/{event_id}/told", "tell-case-event", "Record that the victim was told of an event",
		"Through the safe-contact gate. It stops the clocks that wait for it, and is recorded once.")
	tell.Status = http.StatusOK
	api.Keyed(a, tell, func(ctx context.Context, in *tellIn) (events.Recorded, error) {
		b := in.Body
		return svc.Told(ctx, in.ID, in.EventID, events.Telling{At: b.ToldAt, Channel: models.Channel(b.Channel), Understood: b.Understood, Offered: b.SupportOffered})
	}, func(r events.Recorded) *eventOut {
		r.Repeated = true // nothing was created
		return presentRecorded(r)
	})
	change := op(http.MethodPost, "clocks/{clock_id}", "change-case-clock", "Pause, resume, extend, waive or excuse a clock of a case",
		"Each with its reason. The first deadline stays. A clock is extended once; one that is late stays late.")
	change.Status = http.StatusOK
	api.Keyed(a, change, func(ctx context.Context, in *clockChangeIn) (events.Line, error) {
		b := in.Body
		return svc.ChangeClock(ctx, in.ID, in.ClockID, events.Change{Act: b.Action, Reason: b.Reason, Days: b.Days, On: date(b.On)})
	}, func(l events.Line) *eventClockOut { return &eventClockOut{Body: presentEventClock(l)} })
}

func presentRecorded(r events.Recorded) *eventOut {
	out := &eventOut{Body: presentEvent(r.Event)}
	if r.Repeated {
		out.Status = http.StatusOK
	}
	out.Body.Clocks = presented(r.Clocks, presentEventClock)
	return out
}

func presentEvent(v events.View) HappenedEvent {
	out := HappenedEvent{
		ID: v.ID, CaseID: v.CaseID, Type: string(v.Type), Title: v.Title(), OccurredAt: utc(v.OccurredAt), KnownAt: utc(v.KnownAt), RecordedAt: utc(v.At),
		Source: OrgRef{ID: v.Source.ID, Name: v.Source.Name}, SourceReference: v.Reference, Details: map[string]any{}, Safety: v.Safety(), Replaced: v.Replaced,
	}
	if spec, ok := models.FindEventType(string(v.Type)); ok {
		out.Name = spec.Key
	}
	maps.Copy(out.Details, v.Details)
	for key, words := range v.Words {
		out.Details[key] = words
	}
	if v.ToldAt != nil {
		out.Told = &EventTold{At: utc(*v.ToldAt), Channel: string(v.ToldChannel), By: OrgRef{ID: v.ToldBy.ID, Name: v.ToldBy.Name}, Understood: v.Understood}
	}
	return out
}

func presentEventClock(l events.Line) EventClock {
	out := EventClock{
		CaseClock: presentClock(l.Clock, l.Holder), EventID: l.EventID, OwedBy: l.Owner, OffRecord: l.OffRecord, Enhanced: l.Enhanced,
		BestBy: utcOrNone(l.BestBy), Extended: l.Extended, ExtendedWhy: l.ExtendedWhy, Why: text(l.Why),
	}
	if l.EndedOn != nil {
		out.EndedOn, out.EndedBy = l.EndedOn.Format(time.DateOnly), &OrgRef{ID: l.EndedBy.ID, Name: l.EndedBy.Name}
	}
	return out
}

// eventKind reads the type as another system may name it: by its number, by its
// name, or by what happened alone.
func eventKind(sent Key, details map[string]any) (string, map[string]any) {
	name := spelled(sent, nil)
	for _, spec := range models.EventTypes() {
		if name == spec.Key || name == lowerKey(string(spec.Type)) {
			return string(spec.Type), details
		}
	}
	for _, spec := range models.EventTypes() {
		what, ok := spec.Field("what")
		if !ok {
			continue
		}
		for _, choice := range what.Choices {
			if name != spec.Key+"_"+choice.Key && name != "suspect_"+choice.Key && (name != choice.Key || spec.Type != "E7") {
				continue
			}
			out := maps.Clone(details)
			if out == nil {
				out = map[string]any{}
			}
			if _, said := out["what"]; !said {
				out["what"] = choice.Key
			}
			return string(spec.Type), out
		}
	}
	return name, details
}

func lowerKey(s string) string { return spelled(Key(s), nil) }

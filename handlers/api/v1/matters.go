package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/events"
	"throughline/services/matters"
)

// NewMatter is court work about to be kept under its URN.
type NewMatter struct {
	URN        string            `json:"urn" minLength:"1" maxLength:"40" doc:"Spaces, slashes and dashes make no difference."`
	CaseIDs    []uuid.UUID       `json:"case_ids,omitempty" maxItems:"500" doc:"Of its victims: cases that you can see."`
	Witnesses  []MatterWitness   `json:"witnesses,omitempty" maxItems:"200" doc:"Who are not victims."`
	Defendants []MatterDefendant `json:"defendants,omitempty" maxItems:"200"`
}

// MatterWitness is a witness who is not a victim.
type MatterWitness struct {
	Name            string           `json:"name" minLength:"1" maxLength:"200"`
	Needs           []Key            `json:"needs,omitempty" maxItems:"20" doc:"under_18, mental_health, disability, intimidated, interpreter, communication, travel, care, safe_waiting, media."`
	SpecialMeasures []SpecialMeasure `json:"special_measures,omitempty" maxItems:"20"`
	Note            string           `json:"note,omitempty" maxLength:"2000"`
}

// SpecialMeasure is one, and how far it is.
type SpecialMeasure struct {
	Measure Key `json:"measure" doc:"screens, live_link, in_private, no_wigs, video_interview, video_cross, intermediary, aids."`
	State   Key `json:"state" doc:"asked, granted or refused."`
}

// MatterDefendant is who is charged.
type MatterDefendant struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
	Note string `json:"note,omitempty" maxLength:"2000"`
}

// MatterCase names a case of a victim.
type MatterCase struct {
	CaseID uuid.UUID `json:"case_id"`
}

// MatterTelling is that a witness was told of an event.
type MatterTelling struct {
	EventID    uuid.UUID  `json:"event_id"`
	WitnessID  uuid.UUID  `json:"witness_id"`
	ToldAt     *time.Time `json:"told_at,omitempty" doc:"Left out: now."`
	Channel    Key        `json:"channel" doc:"phone, text, email, post or in_person."`
	Understood Safe       `json:"understood" doc:"Whether they understood: yes, no or unknown."`
}

// Matter is court work as somebody of the organisation that keeps it reads it: of
// its cases those that they see.
type Matter struct {
	ID         uuid.UUID            `json:"id"`
	URN        string               `json:"urn"`
	At         time.Time            `json:"at"`
	Cases      []MatterCaseRead     `json:"cases"`
	Witnesses  []MatterWitnessRead  `json:"witnesses"`
	Defendants []MatterDefendantOut `json:"defendants"`
	Events     []MatterEvent        `json:"events"`
}

// MatterItem is a matter in a list.
type MatterItem struct {
	ID  uuid.UUID `json:"id"`
	URN string    `json:"urn"`
	At  time.Time `json:"at"`
}

// MatterCaseRead is the case of a victim. It names no person.
type MatterCaseRead struct {
	ID        uuid.UUID `json:"id"`
	Reference string    `json:"reference"`
	Status    string    `json:"status"`
}

// MatterWitnessRead is a witness who is not a victim, as kept.
type MatterWitnessRead struct {
	ID              uuid.UUID         `json:"id"`
	Name            string            `json:"name"`
	Needs           []string          `json:"needs"`
	SpecialMeasures map[string]string `json:"special_measures"`
	Note            string            `json:"note,omitempty"`
}

// MatterDefendantOut is a defendant, as kept.
type MatterDefendantOut struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Note string    `json:"note,omitempty"`
}

// MatterEvent is what was entered once, with what it became in each case.
type MatterEvent struct {
	ID              uuid.UUID           `json:"id"`
	Type            string              `json:"type"`
	Title           string              `json:"title"`
	OccurredAt      time.Time           `json:"occurred_at"`
	KnownAt         time.Time           `json:"known_at"`
	SourceReference string              `json:"source_reference"`
	Cases           []MatterEventCase   `json:"cases" doc:"One event of each case, with its own proof of telling: record that by the case's own event."`
	Witnesses       []MatterWitnessTold `json:"witnesses" doc:"Who is to be told as a witness, by when."`
}

// MatterEventCase is the event of one case.
type MatterEventCase struct {
	CaseID        uuid.UUID  `json:"case_id"`
	CaseReference string     `json:"case_reference"`
	EventID       *uuid.UUID `json:"event_id,omitempty" doc:"Left out: it could not be entered there."`
	Message       string     `json:"message,omitempty"`
	ToldAt        *time.Time `json:"told_at,omitempty"`
	ToldChannel   string     `json:"told_channel,omitempty"`
	ToldBy        *uuid.UUID `json:"told_by_organisation_id,omitempty"`
	Understood    *bool      `json:"understood,omitempty"`
}

// MatterWitnessTold is what one witness is to be told of, and how they were.
type MatterWitnessTold struct {
	WitnessID   uuid.UUID  `json:"witness_id"`
	Rule        string     `json:"rule"`
	Version     int        `json:"version"`
	DueAt       time.Time  `json:"due_at"`
	State       string     `json:"state" enum:"running,met,breached,not_applicable" doc:"Not applicable: a later change of the date took its place."`
	ToldAt      *time.Time `json:"told_at,omitempty"`
	ToldChannel string     `json:"told_channel,omitempty"`
	Understood  string     `json:"understood,omitempty"`
}

type (
	newMatterIn  struct{ Body NewMatter }
	newMatterOut struct {
		Location string `header:"Location"`
		Body     Matter
	}
	matterIn struct {
		URN string `path:"urn" maxLength:"40"`
	}
	matterAct[B any] struct {
		URN  string `path:"urn" maxLength:"40"`
		Body B
	}
	mattersIn      struct{ Paging }
	mattersOut     struct{ Body List[MatterItem] }
	matterOut      struct{ Body Matter }
	matterEventOut struct{ Body MatterEvent }
)

// RegisterMatters adds court work by URN.
func RegisterMatters(a *api.API, svc *matters.Service) {
	op := func(method, path, id, summary, description string, errors ...int) api.Op {
		return api.Op{Method: method, Path: "/api/v1/matters" + path, ID: id, Tag: "Court matters", Need: models.MatterManage, Summary: summary, Description: description, Errors: errors}
	}
	open := op(http.MethodPost, "", "open-matter", "Keep court work under its URN", "For police, witness care, courts, prosecutors, probation, prisons and youth justice. A matter is your organisation's alone. 409 where you keep it already.", http.StatusConflict)
	open.Status = http.StatusCreated
	api.Keyed(a, open, func(ctx context.Context, in *newMatterIn) (matters.View, error) {
		return svc.Open(ctx, in.Body.input())
	}, func(v matters.View) *newMatterOut {
		return &newMatterOut{Location: "/api/v1/matters/" + v.URN, Body: presentMatter(v)}
	})
	api.Register(a, op(http.MethodGet, "", "list-matters", "The matters of your organisation, the latest first", ""), func(ctx context.Context, in *mattersIn) (*mattersOut, error) {
		items, next, err := svc.List(ctx, in.Cursor, in.Limit)
		if err != nil {
			return nil, err
		}
		return &mattersOut{Body: listed(items, next, func(m models.Matter) MatterItem { return MatterItem{ID: m.ID, URN: m.URN, At: utc(m.At)} })}, nil
	})
	api.Register(a, op(http.MethodGet, "/{urn}", "get-matter", "One matter: its cases, people and events", "Of its cases those that you can see. Reading it is recorded."), func(ctx context.Context, in *matterIn) (*matterOut, error) {
		v, err := svc.Get(ctx, in.URN)
		if err != nil {
			return nil, err
		}
		return presentMatterRead(v), nil
	})
	act := func(path, id, summary, description string) api.Op {
		o := op(http.MethodPost, "/{urn}/"+path, id, summary, description, http.StatusConflict)
		o.Status = http.StatusOK
		return o
	}
	api.Keyed(a, act("cases", "add-matter-case", "Add the case of a victim", "What was entered before is entered in it too."), func(ctx context.Context, in *matterAct[MatterCase]) (matters.View, error) {
		return svc.AddCase(ctx, in.URN, in.Body.CaseID, "")
	}, presentMatterRead)
	api.Keyed(a, act("witnesses", "add-matter-witness", "Add a witness who is not a victim", ""), func(ctx context.Context, in *matterAct[MatterWitness]) (matters.View, error) {
		return svc.AddPerson(ctx, in.URN, in.Body.input())
	}, presentMatterRead)
	api.Keyed(a, act("defendants", "add-matter-defendant", "Add a defendant", ""), func(ctx context.Context, in *matterAct[MatterDefendant]) (matters.View, error) {
		return svc.AddPerson(ctx, in.URN, models.MatterPerson{Kind: models.MatterDefendant, Name: in.Body.Name, Note: in.Body.Note})
	}, presentMatterRead)
	api.Keyed(a, act("events", "record-matter-event", "Enter once what happened", "It becomes an event of each case that you can see, each with its own clocks and its own proof of telling. Delivered again it is entered where it was not, and changes nothing else."), func(ctx context.Context, in *matterAct[NewCaseEvent]) (matters.View, error) {
		b := in.Body
		kind, details := eventKind(b.Type, b.Details)
		return svc.Record(ctx, in.URN, events.Input{NewCaseEvent: models.NewCaseEvent{Type: kind, OccurredAt: b.OccurredAt, KnownAt: b.KnownAt, Reference: b.SourceReference, Details: details}})
	}, func(v matters.View) *matterEventOut {
		for i := range v.Events {
			if v.Events[i].ID == v.Done {
				return &matterEventOut{Body: presentMatterEvent(v.Events[i], v.Now)}
			}
		}
		return &matterEventOut{}
	})
	api.Keyed(a, act("tellings", "tell-matter-witness", "Record that a witness was told", "Once."), func(ctx context.Context, in *matterAct[MatterTelling]) (matters.View, error) {
		b := in.Body
		t := matters.Telling{EventID: b.EventID, PersonID: b.WitnessID, Channel: models.Channel(spelled(b.Channel, nil)), Understood: understood(b.Understood)}
		if b.ToldAt != nil {
			t.At = *b.ToldAt
		}
		return svc.Told(ctx, in.URN, t)
	}, presentMatterRead)
}

func (w MatterWitness) input() models.MatterPerson {
	p := models.MatterPerson{Kind: models.MatterWitness, Name: w.Name, Note: w.Note, Needs: texts(w.Needs), Measures: map[string]string{}}
	for _, m := range w.SpecialMeasures {
		p.Measures[string(m.Measure)] = string(m.State)
	}
	return p
}

func (n NewMatter) input() matters.NewMatter {
	out := matters.NewMatter{URN: n.URN, CaseIDs: n.CaseIDs}
	for _, w := range n.Witnesses {
		out.People = append(out.People, w.input())
	}
	for _, d := range n.Defendants {
		out.People = append(out.People, models.MatterPerson{Kind: models.MatterDefendant, Name: d.Name, Note: d.Note})
	}
	return out
}

func presentMatterRead(v matters.View) *matterOut { return &matterOut{Body: presentMatter(v)} }

func presentMatter(v matters.View) Matter {
	out := Matter{ID: v.ID, URN: v.URN, At: utc(v.At), Cases: []MatterCaseRead{}, Witnesses: []MatterWitnessRead{}, Defendants: []MatterDefendantOut{}, Events: []MatterEvent{}}
	for _, c := range v.Cases {
		out.Cases = append(out.Cases, MatterCaseRead{ID: c.ID, Reference: c.Reference, Status: string(c.Status)})
	}
	for _, p := range v.People {
		if p.Kind == models.MatterDefendant {
			out.Defendants = append(out.Defendants, MatterDefendantOut{ID: p.ID, Name: p.Name, Note: p.Note})
			continue
		}
		out.Witnesses = append(out.Witnesses, MatterWitnessRead{ID: p.ID, Name: p.Name, Needs: append([]string{}, p.Needs...), SpecialMeasures: p.Measures, Note: p.Note})
	}
	for _, e := range v.Events {
		out.Events = append(out.Events, presentMatterEvent(e, v.Now))
	}
	return out
}

func presentMatterEvent(e matters.Event, now time.Time) MatterEvent {
	out := MatterEvent{
		ID: e.ID, Type: string(e.Type), Title: e.Title, OccurredAt: utc(e.OccurredAt), KnownAt: utc(e.KnownAt), SourceReference: e.Reference,
		Cases: []MatterEventCase{}, Witnesses: []MatterWitnessTold{},
	}
	for _, c := range e.Cases {
		out.Cases = append(out.Cases, MatterEventCase{
			CaseID: c.CaseID, CaseReference: c.Reference, EventID: c.EventID, Message: c.Says, ToldAt: utcOrNone(c.ToldAt), ToldChannel: string(c.ToldChannel),
			ToldBy: c.ToldByOrgID, Understood: c.Understood,
		})
	}
	for i := range e.Witnesses {
		w := &e.Witnesses[i]
		out.Witnesses = append(out.Witnesses, MatterWitnessTold{
			WitnessID: w.PersonID, Rule: string(w.Rule), Version: w.RuleVersion, DueAt: utc(w.DueAt), State: string(w.State(now)), ToldAt: utcOrNone(w.ToldAt),
			ToldChannel: string(w.ToldChannel), Understood: w.Understood,
		})
	}
	return out
}

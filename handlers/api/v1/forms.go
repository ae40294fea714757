package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/forms"
)

// FormDefinition is one version of a form: what is asked, and how it is counted.
type FormDefinition struct {
	Key      string        `json:"key"`
	Version  int           `json:"version" doc:"An entry keeps the version it was filled in with."`
	Current  bool          `json:"current" doc:"Whether it is the one to fill in now."`
	Name     string        `json:"name"`
	Summary  string        `json:"summary"`
	Source   string        `json:"source"`
	Sections []FormSection `json:"sections"`
	Counted  int           `json:"counted" doc:"How many questions count towards the score: one for each yes."`
	MARAC    int           `json:"marac" doc:"The score from which a MARAC is suggested; 0 where the score alone suggests nothing."`
}

// FormSection is some questions under one heading.
type FormSection struct {
	Title     string     `json:"title"`
	Counts    bool       `json:"counts"`
	Questions []Question `json:"questions"`
}

// NewForm is a form that was filled in. It is never changed; a mistake is put
// right by another that names it.
type NewForm struct {
	Form      Key            `json:"form" doc:"The key of a form: see GET /api/v1/forms. Its current version is kept."`
	FilledOn  string         `json:"filled_on" format:"date"`
	Answers   map[string]Key `json:"answers" maxProperties:"100" doc:"By the keys of the questions. What is left out is kept as not_asked."`
	Judgement string         `json:"judgement" enum:"high,medium,standard,not_made" doc:"The professional's own, whatever the score."`
	Words     string         `json:"words,omitempty" maxLength:"4000" doc:"What the judgement rests on."`
	Corrects  uuid.UUID      `json:"corrects,omitzero" doc:"The entry that this one stands in the place of."`
}

// FormEntry is a form as it was filled in.
type FormEntry struct {
	ID           uuid.UUID      `json:"id"`
	CaseID       uuid.UUID      `json:"case_id"`
	ReferralID   *uuid.UUID     `json:"referral_id,omitempty"`
	Form         string         `json:"form"`
	Version      int            `json:"version"`
	FilledOn     string         `json:"filled_on"`
	Answers      map[string]any `json:"answers" doc:"Empty where what was answered is no longer kept."`
	Score        int            `json:"score" doc:"As it was counted then."`
	Judgement    string         `json:"judgement,omitempty"`
	Words        string         `json:"words,omitempty"`
	Suggests     []string       `json:"suggests_marac" doc:"The criteria of a MARAC it meets: score, judgement, escalation, repeat. It decides nothing."`
	At           time.Time      `json:"at"`
	Author       string         `json:"author,omitempty" doc:"Left out for somebody of another organisation."`
	Organisation string         `json:"organisation"`
	Corrects     *uuid.UUID     `json:"corrects,omitempty"`
	Corrected    bool           `json:"corrected" doc:"Another stands in its place."`
}

type (
	formsOut    struct{ Body List[FormDefinition] }
	listFormsIn struct {
		ID uuid.UUID `path:"id"`
		Paging
	}
	listFormsOut struct{ Body List[FormEntry] }
	fillFormIn   struct {
		ID   uuid.UUID `path:"id"`
		Body NewForm
	}
	fillFormOut struct{ Body FormEntry }
)

// RegisterForms adds reading what forms there are, filling them in, and reading
// what was filled in.
func RegisterForms(a *api.API, svc *forms.Service) {
	list := func(l forms.Listed, err error) (*listFormsOut, error) {
		if err != nil {
			return nil, err
		}
		return &listFormsOut{Body: listed(l.Entries, l.Next, presentFilled)}, nil
	}
	present := func(e forms.Filled) *fillFormOut { return &fillFormOut{Body: presentFilled(e)} }
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/forms", ID: "list-forms", Open: true, Tag: "Forms", Need: models.SignedIn,
		Summary: "The forms that can be filled in, and every version that ever was",
	}, func(context.Context, *struct{}) (*formsOut, error) {
		return &formsOut{Body: listed(svc.Versions(), "", func(d models.FormDefinition) FormDefinition {
			now, _ := svc.Definition(d.Key, 0)
			return presentForm(d, now.Version == d.Version)
		})}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}/forms", ID: "list-case-forms", Tag: "Forms", Need: models.RecordKeep,
		Summary: "Read the forms of a case", Description: "The latest first. Whoever sees the case reads them.",
	}, func(ctx context.Context, in *listFormsIn) (*listFormsOut, error) {
		return list(svc.OfCase(ctx, in.ID, forms.Query{Limit: in.Limit, Cursor: in.Cursor}))
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/forms", ID: "fill-case-form", Tag: "Forms", Need: models.RecordKeep,
		Status: http.StatusCreated, Summary: "Fill in a form about a case",
		Description: "A receiver of a referral is told a summary of the last risk form, and only where what makes the risk is shared.",
	}, func(ctx context.Context, in *fillFormIn) (forms.Filled, error) {
		return svc.FillForCase(ctx, in.ID, in.Body.input())
	}, present)
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/referrals/{id}/forms", ID: "list-referral-forms", Tag: "Forms", Need: models.RecordKeep,
		Summary: "Read a service's own forms of a referral", Errors: []int{http.StatusConflict},
		Description: "403 for its referrer. 409 once the referral has ended: open it with a reason.",
	}, func(ctx context.Context, in *listFormsIn) (*listFormsOut, error) {
		return list(svc.OfReferral(ctx, in.ID, forms.Query{Limit: in.Limit, Cursor: in.Cursor}))
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/referrals/{id}/forms", ID: "fill-referral-form", Tag: "Forms", Need: models.RecordKeep,
		Status: http.StatusCreated, Summary: "Fill in a form on one's own record of a referral", Errors: []int{http.StatusConflict},
		Description: "From acceptance until the referral ends. The referrer reads none of it.",
	}, func(ctx context.Context, in *fillFormIn) (forms.Filled, error) {
		return svc.FillForReferral(ctx, in.ID, in.Body.input())
	}, present)
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/referrals/{id}/forms/open", ID: "open-referral-forms", Tag: "Forms", Need: models.RecordKeep,
		Status: http.StatusOK, Summary: "Read one's own forms of a referral that has ended", Errors: []int{http.StatusConflict},
		Description: "For a manager of the service, or the worker it was given to. The reason is on record.",
	}, func(ctx context.Context, in *openIn) (*listFormsOut, error) {
		return list(svc.OfReferral(ctx, in.ID, forms.Query{Reason: in.Body.Reason}))
	})
}

func (n NewForm) input() forms.Input {
	answers := make(map[string]any, len(n.Answers))
	for key, answer := range n.Answers {
		answers[key] = string(answer)
	}
	return forms.Input{Form: string(n.Form), FilledOn: date(n.FilledOn), Answers: answers, Judgement: n.Judgement, Words: n.Words, Corrects: n.Corrects}
}

func presentForm(d models.FormDefinition, current bool) FormDefinition {
	return FormDefinition{
		Key: d.Key, Version: d.Version, Current: current, Name: d.Name, Summary: d.Summary, Source: d.Source, Counted: d.Counted(), MARAC: d.Score.MARAC,
		Sections: presented(d.Sections, func(s models.FormSection) FormSection {
			return FormSection{Title: s.Title, Counts: s.Counts, Questions: presented(s.Questions, presentQuestion)}
		}),
	}
}

func presentFilled(e forms.Filled) FormEntry {
	out := FormEntry{
		ID: e.ID, CaseID: e.CaseID, ReferralID: e.ReferralID, Form: e.Form, Version: e.Version, FilledOn: e.FilledOn.Format(time.DateOnly), Answers: e.Answers,
		Score: e.Score, Judgement: e.Judgement, Words: e.Words, Suggests: e.Suggests, At: utc(e.At), Author: e.Author, Organisation: e.Org, Corrects: e.Corrects, Corrected: e.Corrected,
	}
	if out.Answers == nil {
		out.Answers = map[string]any{}
	}
	if out.Suggests == nil {
		out.Suggests = []string{}
	}
	return out
}

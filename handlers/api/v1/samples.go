package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/samples"
)

// NewSample is the rule of a sample about to be drawn.
type NewSample struct {
	Name           string    `json:"name" minLength:"1" maxLength:"120"`
	Pathway        Key       `json:"pathway" doc:"Whose standard it is read against."`
	ServiceID      uuid.UUID `json:"service_id,omitzero" doc:"Left out: every service."`
	OrganisationID uuid.UUID `json:"organisation_id,omitzero" doc:"Who receives; left out: all who agreed to be audited."`
	From           string    `json:"from" format:"date" doc:"A day in the first month."`
	To             string    `json:"to" format:"date" doc:"A day in the last month."`
	Size           int       `json:"size" minimum:"1" maximum:"200"`
	Method         Key       `json:"method,omitempty" doc:"random or stratified; left out: random."`
	By             Key       `json:"by,omitempty" doc:"Of a stratified one: service, borough or month, each in its share. Left out: service."`
	Seed           *int64    `json:"seed,omitempty" minimum:"0" maximum:"9007199254740991" doc:"The same seed over the same facts draws the same sample. Left out: one is made, and shown."`
	SecondShare    *int      `json:"second_share,omitempty" minimum:"0" maximum:"100" doc:"How many in a hundred two people read. Left out: 20."`
}

// SampleRule is a sample, by the rule it was drawn by.
type SampleRule struct {
	ID              uuid.UUID   `json:"id"`
	Name            string      `json:"name"`
	Pathway         string      `json:"pathway"`
	StandardVersion int         `json:"standard_version"`
	ServiceID       *uuid.UUID  `json:"service_id,omitempty"`
	OrganisationID  *uuid.UUID  `json:"organisation_id,omitempty"`
	From            string      `json:"from" format:"date"`
	To              string      `json:"to" format:"date"`
	Size            int         `json:"size"`
	Method          string      `json:"method" enum:"random,stratified"`
	By              string      `json:"by,omitempty" enum:"service,borough,month"`
	Seed            int64       `json:"seed"`
	SecondShare     int         `json:"second_share"`
	InReach         int         `json:"in_reach" doc:"Referrals that answer to the rule, of organisations that agreed."`
	Drawn           int         `json:"drawn" doc:"At most four in five of those in reach."`
	LeftOut         []uuid.UUID `json:"left_out_organisation_ids" doc:"Organisations in the rule that have not agreed to be audited."`
	Fingerprint     string      `json:"fingerprint" doc:"Of what was drawn, in its order: the same for the same sample."`
	DrawnAt         time.Time   `json:"drawn_at"`
}

// Sample is a sample with its items, what they said and what came of it.
type Sample struct {
	SampleRule
	Criteria         []Criterion       `json:"criteria"`
	Items            []SampleItem      `json:"items"`
	Finished         int               `json:"finished"`
	AnswersCompared  int               `json:"answers_compared" doc:"That two readers gave apart."`
	AnswersDifferent int               `json:"answers_different"`
	Results          []CriterionResult `json:"results"`
	Findings         []SampleFinding   `json:"findings"`
	Actions          []QualityAction   `json:"actions"`
}

// Criterion is one question of a standard.
type Criterion struct {
	Key      string `json:"key"`
	Question string `json:"question"`
	Hint     string `json:"hint"`
	Source   string `json:"source"`
}

// CriterionResult counts the grades of one criterion over finished items.
type CriterionResult struct {
	Criterion  string `json:"criterion"`
	Yes        int    `json:"yes"`
	Partly     int    `json:"partly"`
	No         int    `json:"no"`
	CannotTell int    `json:"cannot_tell" doc:"Not a fail: the record does not show it."`
}

// SampleItem is one referral of a sample: a number and a pseudonym.
type SampleItem struct {
	Item      int      `json:"item"`
	Person    string   `json:"person"`
	Second    bool     `json:"read_by_two"`
	Readings  int      `json:"readings"`
	Finished  bool     `json:"finished"`
	Differs   []string `json:"differs" doc:"Criteria that its two readers grade differently."`
	Moderated bool     `json:"moderated"`
}

// SampleFinding is what a sample showed.
type SampleFinding struct {
	ID      uuid.UUID `json:"id"`
	Theme   string    `json:"theme"`
	Finding string    `json:"finding"`
	Items   []int     `json:"items"`
	At      time.Time `json:"at"`
}

// SampleReading is what a reader makes of one item.
type SampleReading struct {
	Item    int            `json:"item" minimum:"1" maximum:"200"`
	Answers []SampleAnswer `json:"answers" maxItems:"50"`
}

// SampleAnswer is the grade of one criterion.
type SampleAnswer struct {
	Criterion Key    `json:"criterion"`
	Grade     Key    `json:"grade" doc:"yes, partly, no or cannot_tell."`
	Proof     string `json:"proof,omitempty" maxLength:"1000" doc:"What in the copy shows it; required for partly and no."`
}

// NewFinding is what a sample showed, about to be recorded.
type NewFinding struct {
	Theme   Key    `json:"theme" doc:"safe_contact, timeliness, hand_offs, recording, risk, needs, fairness or other."`
	Finding string `json:"finding" minLength:"1" maxLength:"4000" doc:"About services, never about a person."`
	Items   []int  `json:"items,omitempty" maxItems:"200" doc:"That show it, by their numbers."`
}

// NewQualityAction is what a named organisation is asked to do.
type NewQualityAction struct {
	FindingID      uuid.UUID `json:"finding_id"`
	OrganisationID uuid.UUID `json:"organisation_id" doc:"One whose referrals were drawn."`
	Recommendation string    `json:"recommendation" minLength:"1" maxLength:"4000"`
	Owner          string    `json:"owner" minLength:"1" maxLength:"120" doc:"A post of the organisation."`
	DueOn          string    `json:"due_on" format:"date"`
}

type (
	newSampleIn  struct{ Body NewSample }
	newSampleOut struct {
		Location string `header:"Location"`
		Body     Sample
	}
	samplesIn  struct{ Paging }
	samplesOut struct{ Body List[SampleRule] }
	sampleIn   struct {
		ID uuid.UUID `path:"id"`
	}
	sampleOut        struct{ Body Sample }
	sampleAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	sampleItemIn struct {
		ID   uuid.UUID `path:"id"`
		Item int       `path:"item" minimum:"1" maximum:"200"`
	}
	samplePageOut    struct{ Body SamplePage }
	sampleFindingOut struct{ Body SampleFinding }
)

// RegisterSamples adds the audit cycle: samples, readings, findings and actions.
func RegisterSamples(a *api.API, svc *samples.Service) {
	op := func(method, path, id, summary, description string, errors ...int) api.Op {
		return api.Op{Method: method, Path: "/api/v1/quality/samples" + path, ID: id, Tag: "Case audit", Need: models.QualityAudit, Summary: summary, Description: description, Errors: errors}
	}
	draw := op(http.MethodPost, "", "draw-sample", "Draw a sample of referrals", "Of organisations with an agreement to be audited that holds today; of nobody who asked to be left out. Frozen, and the same for the same seed and facts. 422 where too few answer to the rule.")
	draw.Status = http.StatusCreated
	api.Keyed(a, draw, func(ctx context.Context, in *newSampleIn) (samples.View, error) {
		return svc.Draw(ctx, in.Body.model())
	}, func(v samples.View) *newSampleOut {
		return &newSampleOut{Location: "/api/v1/quality/samples/" + v.ID.String(), Body: presentSample(v)}
	})
	api.Register(a, op(http.MethodGet, "", "list-samples", "The samples of your office, the latest first", ""), func(ctx context.Context, in *samplesIn) (*samplesOut, error) {
		items, next, err := svc.List(ctx, in.Cursor, in.Limit)
		if err != nil {
			return nil, err
		}
		return &samplesOut{Body: listed(items, next, presentSampleRule)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-sample", "One sample: its items, results, findings and actions", "Reading it is recorded."), func(ctx context.Context, in *sampleIn) (*sampleOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &sampleOut{Body: presentSample(v)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}/items/{item}", "get-sample-item", "The redacted copy of one item", "No name, no address, nobody's words, no date: days are counted since the case was logged. Reading it is recorded with the case."), func(ctx context.Context, in *sampleItemIn) (*samplePageOut, error) {
		p, err := svc.Read(ctx, in.ID, in.Item)
		if err != nil {
			return nil, err
		}
		return presentSamplePage(p), nil
	})
	review := op(http.MethodPost, "/{id}/reviews", "review-sample-item", "Grade one item against the standard", "Once by each reader; where two read, the second does not see the first before. A shortfall says what shows it.", http.StatusConflict)
	review.Status = http.StatusCreated
	api.Keyed(a, review, func(ctx context.Context, in *sampleAct[SampleReading]) (samples.Page, error) {
		page, err := svc.Review(ctx, in.ID, in.Body.Item, in.Body.model())
		return page, in.Body.placed(err)
	}, presentSamplePage)
	settle := op(http.MethodPost, "/{id}/moderations", "moderate-sample-item", "Settle where two readings of an item differ", "", http.StatusConflict)
	settle.Status = http.StatusCreated
	api.Keyed(a, settle, func(ctx context.Context, in *sampleAct[SampleReading]) (samples.Page, error) {
		page, err := svc.Moderate(ctx, in.ID, in.Body.Item, in.Body.model())
		return page, in.Body.placed(err)
	}, presentSamplePage)
	finding := op(http.MethodPost, "/{id}/findings", "record-finding", "Record what the sample showed", "")
	finding.Status = http.StatusCreated
	api.Keyed(a, finding, func(ctx context.Context, in *sampleAct[NewFinding]) (samples.View, error) {
		return svc.Find(ctx, in.ID, models.Finding{Theme: string(in.Body.Theme), Finding: in.Body.Finding, Items: in.Body.Items})
	}, func(v samples.View) *sampleFindingOut {
		for _, f := range v.Findings {
			if f.ID == v.Done {
				return &sampleFindingOut{Body: presentFinding(f)}
			}
		}
		return &sampleFindingOut{}
	})
	ask := op(http.MethodPost, "/{id}/actions", "ask-for-action", "Ask a named organisation to do something about a finding", "Its managers read this and nothing else of the sample, and answer.")
	ask.Status = http.StatusCreated
	api.Keyed(a, ask, func(ctx context.Context, in *sampleAct[NewQualityAction]) (samples.ActionView, error) {
		return svc.Ask(ctx, in.ID, in.Body.model())
	}, presentAction)
	registerQualityActions(a, svc)
}

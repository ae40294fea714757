package v1

import (
	"context"

	"throughline/handlers/api"
	"throughline/models"
)

// Pathway is one kind of help, with what a referral to it has to answer.
type Pathway struct {
	Key       string           `json:"key"`
	Name      string           `json:"name"`
	Version   int              `json:"version" doc:"Answers are kept with the version they were given to."`
	Summary   string           `json:"summary"`
	For       string           `json:"for" doc:"Who it is for. Each service has rules of its own beside it: see its reasons."`
	Questions []Question       `json:"questions"`
	Bases     []string         `json:"bases" doc:"Why something may be shared on this pathway."`
	Review    bool             `json:"decline_review" doc:"Whether a coordinator looks at a decline before it stands, unless a service has its own."`
	AtMost    bool             `json:"attempts_at_most" doc:"The number of attempts is a most, and not a least."`
	Limits    []Limit          `json:"limits" doc:"The numbers its clocks start from; a service may have its own."`
	Strands   []QuestionOption `json:"strands" doc:"The parts of the work that different organisations can do."`
	Outcomes  []QuestionOption `json:"outcomes" doc:"What the work is for."`
	Measures  []string         `json:"measures"`
}

// Limit is one number a clock or a rule starts from.
type Limit struct {
	Key    string `json:"key"`
	Number int    `json:"number"`
	Unit   string `json:"unit"`
	Source string `json:"source"`
}

// Question is one thing a referral on a pathway has to answer.
type Question struct {
	Key       string           `json:"key" doc:"The key in a referral's answers."`
	Label     string           `json:"label"`
	Hint      string           `json:"hint,omitempty"`
	Kind      string           `json:"kind" enum:"radios,checkboxes,text,textarea,yes_no,number,date"`
	Required  bool             `json:"required"`
	Field     string           `json:"field,omitempty" doc:"The sharable field this answer belongs to: the receiver sees it with that field, or not at all. Without one it is seen from sending."`
	When      *QuestionWhen    `json:"required_when,omitempty" doc:"Required where another question has one of these answers."`
	Most      int              `json:"most,omitempty" doc:"Of a number."`
	MaxLength int              `json:"max_length,omitempty"`
	Options   []QuestionOption `json:"options,omitempty"`
}

// QuestionWhen is that another question has one of some answers.
type QuestionWhen struct {
	Key string   `json:"key"`
	Is  []string `json:"is"`
}

// QuestionOption is one answer that can be chosen.
type QuestionOption struct {
	Key   string `json:"key"`
	Words string `json:"words"`
}

type (
	pathwaysOut struct{ Body List[Pathway] }
	pathwayIn   struct {
		Key string `path:"key" maxLength:"40"`
	}
	pathwayOut struct{ Body Pathway }
)

// RegisterPathways adds the reading of the pathways.
func RegisterPathways(a *api.API) {
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/pathways", ID: "list-pathways", Open: true, Tag: "Services",
		Summary: "The pathways and what a referral to each has to answer", Need: models.SignedIn,
	}, func(context.Context, *struct{}) (*pathwaysOut, error) {
		return &pathwaysOut{Body: listed(models.Pathways(), "", presentPathway)}, nil
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/pathways/{key}", ID: "get-pathway", Open: true, Tag: "Services",
		Summary: "One pathway and its questions", Need: models.SignedIn,
	}, func(_ context.Context, in *pathwayIn) (*pathwayOut, error) {
		p, ok := models.FindPathway(in.Key)
		if !ok {
			return nil, models.NotFound("pathway")
		}
		return &pathwayOut{Body: presentPathway(p)}, nil
	})
}

func presentPathway(p models.Pathway) Pathway {
	return Pathway{
		Key: p.Key, Name: p.Name, Version: p.Version, Summary: p.Summary, For: p.Eligible.Words, Questions: presented(p.Questions, presentQuestion),
		Bases: p.Bases, Review: p.DeclineReview, AtMost: p.AttemptsAtMost, Strands: presented(p.Strands, presentOption), Outcomes: presented(p.Outcomes, presentOption),
		Measures: p.Measures, Limits: presented(p.Limits.All(), func(l models.Limit) Limit { return Limit{Key: l.Key, Number: l.N, Unit: l.Unit, Source: l.Source} }),
	}
}

func presentQuestion(q models.Question) Question {
	out := Question{Key: q.Key, Label: q.Label, Hint: q.Hint, Kind: string(q.Kind), Required: q.Required, MaxLength: q.MaxLength, Field: q.Field, Most: q.Most}
	for _, o := range q.Options {
		out.Options = append(out.Options, presentOption(o))
	}
	if q.When.Key != "" {
		out.When = &QuestionWhen{Key: q.When.Key, Is: q.When.Is}
	}
	return out
}

func presentOption(c models.Choice) QuestionOption { return QuestionOption{Key: c.Key, Words: c.Words} }

package v1

import (
	"context"

	"throughline/handlers/api"
	"throughline/models"
)

// Pathway is one kind of help, with what a referral to it has to answer.
type Pathway struct {
	Key       string     `json:"key"`
	Name      string     `json:"name"`
	Version   int        `json:"version" doc:"Answers are kept with the version they were given to."`
	Questions []Question `json:"questions"`
}

// Question is one thing a referral on a pathway has to answer.
type Question struct {
	Key       string           `json:"key" doc:"The key in a referral's answers."`
	Label     string           `json:"label"`
	Hint      string           `json:"hint,omitempty"`
	Kind      string           `json:"kind" enum:"radios,checkboxes,text,textarea,yes_no"`
	Required  bool             `json:"required"`
	MaxLength int              `json:"max_length,omitempty"`
	Options   []QuestionOption `json:"options,omitempty"`
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
	return Pathway{Key: p.Key, Name: p.Name, Version: p.Version, Questions: presented(p.Questions, presentQuestion)}
}

func presentQuestion(q models.Question) Question {
	out := Question{Key: q.Key, Label: q.Label, Hint: q.Hint, Kind: string(q.Kind), Required: q.Required, MaxLength: q.MaxLength}
	for _, o := range q.Options {
		out.Options = append(out.Options, QuestionOption{Key: o.Key, Words: o.Words})
	}
	return out
}

package v1

import (
	"context"

	"throughline/handlers/api"
	"throughline/models"
)

// Reason is one coded answer to "why".
type Reason struct {
	Code        string   `json:"code" doc:"What to send as reason."`
	Group       string   `json:"group" doc:"What it is a reason for."`
	Words       string   `json:"words" doc:"As it is shown to people."`
	Whose       []string `json:"whose" doc:"Who can have decided, as decided_by takes it; the first is assumed where nobody says."`
	NeedsText   bool     `json:"needs_text" doc:"Whether a note has to say more."`
	PausesClock bool     `json:"pauses_clock" doc:"Whether clocks stand still meanwhile."`
}

type reasonsIn struct {
	Group string `query:"group" doc:"Only the reasons of one group." maxLength:"40"`
}

type reasonsOut struct {
	Body struct {
		Items []Reason `json:"items"`
	} `nameHint:"Reasons"`
}

// RegisterReasons adds the published list of coded reasons. They hold nothing
// about anybody, so whoever is signed in may read them.
func RegisterReasons(a *api.API) {
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/reasons", ID: "list-reasons", Open: true, Tag: "Reference",
		Summary: "The coded reasons, and whose each of them is", Need: models.SignedIn,
	}, func(_ context.Context, in *reasonsIn) (*reasonsOut, error) {
		reasons := models.AllReasons()
		if in.Group != "" {
			if reasons = models.Reasons(models.ReasonGroup(in.Group)); len(reasons) == 0 {
				return nil, models.Invalid(models.Field("group", models.FieldInvalid, "This group is not known."))
			}
		}
		out := &reasonsOut{}
		out.Body.Items = presented(reasons, presentReason)
		return out, nil
	})
}

func presentReason(r models.Reason) Reason {
	return Reason{
		Code: r.Code, Group: string(r.Group), Words: r.Words, NeedsText: r.NeedsText, PausesClock: r.PausesClock,
		Whose: presented(r.Whose, func(d models.DecidedBy) string { return string(d) }),
	}
}

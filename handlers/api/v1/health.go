package v1

import (
	"context"

	"throughline/handlers/api"
	"throughline/models"
)

// Check asks whether one thing that the server stands on is there.
type Check struct {
	Name string
	Ask  func(context.Context) error
}

type nothing struct{}

type healthOut struct {
	Body struct {
		Status string `json:"status" enum:"ok"`
	} `nameHint:"Health"`
}

// RegisterHealth adds what a supervisor asks: whether the process lives, and
// whether it can serve. The second answers 503 as soon as one check fails; why
// is for the log, not for whoever asks.
func RegisterHealth(a *api.API, ready ...Check) {
	ok := &healthOut{}
	ok.Body.Status = "ok"
	api.Register(a, api.Op{
		Method: "GET", Path: "/healthz", ID: "read-health", Tag: "Health",
		Summary: "Whether the process lives", Need: models.Public,
	}, func(context.Context, *nothing) (*healthOut, error) { return ok, nil })

	api.Register(a, api.Op{
		Method: "GET", Path: "/readyz", ID: "read-readiness", Tag: "Health",
		Summary: "Whether the database, its migrations and the queue are there", Need: models.Public,
	}, func(ctx context.Context, _ *nothing) (*healthOut, error) {
		for _, c := range ready {
			if err := c.Ask(ctx); err != nil {
				return nil, models.Unavailable("checking the "+c.Name, err)
			}
		}
		return ok, nil
	})
}

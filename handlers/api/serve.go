package api

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gin-gonic/gin"

	"throughline/models"
)

// serve answers one request to an operation. present makes the output of what
// a service keeps under an idempotency key; it is nil where nothing is kept.
func (p *plan) serve(c *gin.Context, in any, present func(any) (any, error), call func(context.Context) (any, error)) error {
	ctx, req, err := p.read(c, in)
	if err != nil {
		return err
	}
	if p.op.Early {
		if err := early(req); err != nil {
			return err
		}
	}
	var kept *answer
	if present != nil {
		req.Seal = func(result any) ([]byte, error) {
			out, err := present(result)
			if err != nil {
				return nil, err
			}
			a, err := p.render(out)
			kept = &a
			if err != nil {
				return nil, err
			}
			return p.seal(ctx, req, a)
		}
	}
	out, err := call(ctx)
	if replay, ok := errors.AsType[*models.Replay](err); ok {
		return p.replay(ctx, c, req, replay)
	}
	if err != nil {
		return err
	}
	if len(req.Invalid) > 0 {
		return models.Internal("answering "+p.op.ID, errors.New("its service did not return the faults of the body"))
	}
	if kept != nil {
		return kept.send(c) // the very bytes that a replay will be told
	}
	a, err := p.render(out)
	if err != nil {
		return models.Internal("writing the answer of "+p.op.ID, err)
	}
	return a.send(c)
}

// early tells the faults of a request that is about no record yet.
func early(req *models.Request) error {
	switch {
	case len(req.Invalid) == 0:
		return nil
	case req.KeyRequired && req.IdempotencyKey == "":
		return models.PreconditionRequired("Send an Idempotency-Key with this request.")
	}
	return models.Invalid(req.Invalid...)
}

// seal encrypts an answer so that it opens only for the same person, route and
// key: a copy put beside another key opens nothing.
func (p *plan) seal(ctx context.Context, req *models.Request, a answer) ([]byte, error) {
	if p.sealer == nil {
		return nil, errors.New("there is nothing to seal with")
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	whose, err := bound(ctx, req)
	if err != nil {
		return nil, err
	}
	return p.sealer.Seal(plain, whose)
}

// replay tells again what was told before.
func (p *plan) replay(ctx context.Context, c *gin.Context, req *models.Request, r *models.Replay) error {
	whose, err := bound(ctx, req)
	if err != nil {
		return err
	}
	plain, err := p.sealer.Open(r.Answer, whose)
	if err != nil {
		return models.Internal("opening a kept answer", err)
	}
	a := answer{Headers: map[string]string{}}
	if err := json.Unmarshal(plain, &a); err != nil {
		return models.Internal("reading a kept answer", err)
	}
	a.Headers["Idempotent-Replay"] = "true"
	return a.send(c)
}

func bound(ctx context.Context, req *models.Request) ([]byte, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return nil, err
	}
	return []byte(actor.UserID.String() + "\n" + req.Route + "\n" + req.IdempotencyKey), nil
}

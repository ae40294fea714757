package handoffs

import (
	"context"
	"errors"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/handoffs"
	"throughline/web/components"
)

// draftKind names the unfinished form of this journey among a person's drafts.
const draftKind = "handoff"

// plan is what was answered so far of one hand-off being written. It is kept on
// the server after every page, for the person who writes it.
type plan struct {
	CaseID  uuid.UUID           `json:"case_id"`
	Answers map[string][]string `json:"answers"`
	Done    []string            `json:"done"`

	// The decision to share that was recorded on the way, for whom: a repeated
	// press goes on from here.
	DecisionID uuid.UUID `json:"decision_id"`
	Receiver   uuid.UUID `json:"receiver"`
}

// journey is a plan with the case it is for.
type journey struct {
	plan
	ref string
}

func (j *journey) at(step string) string { return "/cases/" + j.ref + "/hand-over/" + step }
func (j *journey) typed() frame.Typed    { return j.Answers }
func (j *journey) to() uuid.UUID         { id, _ := uuid.Parse(j.typed().One("to")); return id }
func (j *journey) duty() models.Duty     { return models.Duty(j.typed().One("duty")) }

// step is one page of the journey. It keeps the answers it asks for.
type step struct {
	path  string
	keeps []string
	show  func(*Pages, *gin.Context, *journey, handoffs.Terms, frame.Typed, components.FormErrors) error
	check func(*Pages, context.Context, *journey, handoffs.Terms, frame.Typed) ([]models.FieldError, error)
}

func steps() []step {
	return []step{
		{"what", []string{"duty", "to", "reason", "summary"}, (*Pages).showWhat, (*Pages).checkWhat},
		{"sharing", []string{"basis", "method", "why", "fields"}, (*Pages).showSharing, (*Pages).checkSharing},
		{"their-word", []string{"sent-day", "sent-month", "sent-year", "sent-time", "accepted-day", "accepted-month", "accepted-year", "accepted-time", "partner_reference", "proof"}, (*Pages).showWord, (*Pages).checkWord},
		{"check", nil, (*Pages).showCheck, (*Pages).send},
	}
}

// wants reports whether a hand-off on these terms asks a page at all.
func wants(step string, t handoffs.Terms) bool {
	switch step {
	case "sharing":
		return t.Asks()
	case "their-word":
		return !t.SignsIn
	}
	return true
}

// begin starts afresh.
func (p *Pages) begin(c *gin.Context) error {
	j, err := p.load(c)
	if err != nil {
		return err
	}
	j.plan = plan{CaseID: j.CaseID}
	if err := p.save(c.Request.Context(), j); err != nil {
		return err
	}
	render.See(c, j.at("what"))
	return nil
}

// load finds the case of the address and what was answered so far.
func (p *Pages) load(c *gin.Context) (*journey, error) {
	ctx := c.Request.Context()
	v, err := p.Cases.Find(ctx, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	j := &journey{ref: v.Case.Reference, plan: plan{CaseID: v.Case.ID}}
	id, err := draftFor(ctx, j.CaseID)
	if err != nil {
		return nil, err
	}
	d, err := p.Drafts.Load(ctx, draftKind, id)
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return j, nil
	case err != nil:
		return nil, err
	}
	return j, d.Into(&j.plan)
}

// draftFor is one draft of a hand-off for each case and person.
func draftFor(ctx context.Context, caseID uuid.UUID) (uuid.UUID, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.NewSHA1(caseID, append([]byte("hand-off by "), a.UserID[:]...)), nil
}

func (p *Pages) save(ctx context.Context, j *journey) error {
	id, err := draftFor(ctx, j.CaseID)
	if err != nil {
		return err
	}
	return p.Drafts.Save(ctx, draftKind, id, j.CaseID, j.plan)
}

// errAnswered says that a step has sent its own answer.
var errAnswered = errors.New("answered")

// stand reads the journey at one of its pages, and sends the browser on where
// that page cannot be answered yet.
func (p *Pages) stand(c *gin.Context, s step) (*journey, handoffs.Terms, error) {
	j, err := p.load(c)
	if err != nil {
		return nil, handoffs.Terms{}, err
	}
	if s.path == "what" {
		return j, handoffs.Terms{}, nil
	}
	if !slices.Contains(j.Done, "what") {
		render.See(c, j.at("what"))
		return nil, handoffs.Terms{}, errAnswered
	}
	terms, err := p.Handoffs.Terms(c.Request.Context(), j.CaseID, j.duty(), j.to())
	if frame.IsInvalid(err) {
		render.See(c, j.at("what"))
		return nil, terms, errAnswered
	}
	if err != nil {
		if moved := p.moved(c, "/cases/"+j.ref, err); moved != nil {
			return nil, terms, moved
		}
		return nil, terms, errAnswered
	}
	for _, before := range steps() {
		if before.path == s.path {
			break
		}
		if wants(before.path, terms) && !slices.Contains(j.Done, before.path) {
			render.See(c, j.at(before.path))
			return nil, terms, errAnswered
		}
	}
	return j, terms, nil
}

func (p *Pages) showStep(s step) route.Handler {
	return func(c *gin.Context) error {
		j, terms, err := p.stand(c, s)
		switch {
		case errors.Is(err, errAnswered):
			return nil
		case err != nil:
			return err
		}
		return s.show(p, c, j, terms, j.typed(), nil)
	}
}

func (p *Pages) takeStep(s step) route.Handler {
	return func(c *gin.Context) error {
		j, terms, err := p.stand(c, s)
		switch {
		case errors.Is(err, errAnswered):
			return nil
		case err != nil:
			return err
		}
		t, err := frame.ReadForm(c)
		if err != nil {
			return err
		}
		ctx := c.Request.Context()
		faults, err := s.check(p, ctx, j, terms, t)
		if frame.IsInvalid(err) {
			faults, err = models.FieldsOf(err), nil
		}
		if err != nil {
			return p.moved(c, "/cases/"+j.ref, err)
		}
		if len(faults) > 0 {
			return s.show(p, c, j, terms, t, frame.Errors(models.Invalid(faults...), targets()))
		}
		if s.path == "check" {
			return p.sent(c, j)
		}
		j.keep(s, t)
		if err := p.save(ctx, j); err != nil {
			return err
		}
		return p.onward(c, j, s)
	}
}

func targets() map[string]string {
	return map[string]string{"sent": "sent-day", "sent_time": "sent-time", "accepted": "accepted-day", "accepted_time": "accepted-time", "to_organisation_id": "to", "sent_at": "sent-day", "accepted_at": "accepted-day"}
}

func (j *journey) keep(s step, t frame.Typed) {
	if j.Answers == nil {
		j.Answers = map[string][]string{}
	}
	for _, name := range s.keeps {
		j.Answers[name] = t[name]
	}
	if s.path == "what" {
		j.Done = nil // whatever follows rests on it
	}
	if !slices.Contains(j.Done, s.path) {
		j.Done = append(j.Done, s.path)
	}
}

// onward is the next page that these terms ask.
func (p *Pages) onward(c *gin.Context, j *journey, from step) error {
	terms, err := p.Handoffs.Terms(c.Request.Context(), j.CaseID, j.duty(), j.to())
	if err != nil {
		return p.moved(c, "/cases/"+j.ref, err)
	}
	passed := false
	for _, s := range steps() {
		if passed && wants(s.path, terms) {
			render.See(c, j.at(s.path))
			return nil
		}
		passed = passed || s.path == from.path
	}
	return nil
}

package referrals

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/directory"
	"throughline/web/components"
	view "throughline/web/pages/referrals"
	"throughline/web/pages/shared"
)

// draftKind names the unfinished form of this journey among a person's drafts.
const draftKind = "referral"

// plan is what was answered so far of one referral being written. It is kept
// on the server after every page, for the person who writes it.
type plan struct {
	CaseID    uuid.UUID      `json:"case_id"`
	Pathway   string         `json:"pathway"`
	Priority  string         `json:"priority"`
	Answers   map[string]any `json:"answers"`
	Version   int            `json:"version"` // of the pathway, whose questions they answer
	ServiceID uuid.UUID      `json:"service_id"`
	Basis     string         `json:"basis"`
	Method    string         `json:"method"`
	Reason    string         `json:"reason"`
	First     []string       `json:"first"`
	After     []string       `json:"after"`
	Shared    bool           `json:"shared"` // the page of fields was answered

	// What was made so far: a repeated press goes on from here.
	DecisionID uuid.UUID `json:"decision_id"`
	ReferralID uuid.UUID `json:"referral_id"`

	// Of a move: the referral whose place the new one takes, and why.
	Moves      *moving `json:"moves,omitempty"`
	MoveReason string  `json:"move_reason,omitempty"`
	MoveNote   string  `json:"move_note,omitempty"`
	Suggested  bool    `json:"suggested,omitempty"` // the service named one
}

// moving is a referral that moves to another service, as it was when that began.
type moving struct {
	ID        uuid.UUID `json:"id"`
	Reference string    `json:"reference"`
	Version   int       `json:"version"`
	First     []string  `json:"first"` // what it shared from sending, and
	After     []string  `json:"after"` // once accepted
}

// step is one page of the journey.
type step struct {
	path string
	show func(*Pages, *gin.Context, journey, typed, components.FormErrors) error
	take func(*Pages, *gin.Context, *journey, typed) ([]models.FieldError, error)
	next string
}

func steps() []step {
	return []step{
		{"need", (*Pages).showNeed, (*Pages).takeNeed, "questions"},
		{"questions", (*Pages).showQuestions, (*Pages).takeQuestions, "service"},
		{"service", (*Pages).showService, (*Pages).takeService, "agreement"},
		{"agreement", (*Pages).showAgreement, (*Pages).takeAgreement, "share"},
		{"share", (*Pages).showShare, (*Pages).takeShare, "check"},
		{"check", (*Pages).showCheck, (*Pages).takeCheck, ""},
	}
}

// journey is a plan with the case it is for.
type journey struct {
	plan
	ref  string // of the case
	risk models.Priority
}

func (j journey) at(step string) string { return "/cases/" + j.ref + "/refer/" + step }

// definition is the version of the pathway that the answers are to: the current
// one, and of a referral that moves the one it began under.
func (j journey) definition() models.Pathway {
	if pw, ok := models.FindPathwayVersion(j.Pathway, j.Version); ok && j.Moves != nil {
		return pw
	}
	pw, _ := models.FindPathway(j.Pathway)
	return pw
}

// caption says whose pages these are.
func (j journey) caption() string {
	if j.Moves != nil {
		return "Move referral " + j.Moves.Reference
	}
	return "Refer case " + j.ref
}

// before is the page before the choice of a service: a move begins there.
func (j journey) before() string {
	if j.Moves != nil {
		return "/referrals/" + j.Moves.Reference
	}
	return j.at("questions")
}

func (p *Pages) referRoutes() []route.Route {
	out := []route.Route{{Method: http.MethodGet, Path: "/cases/:ref/refer", Need: models.ReferralSend, Handle: p.begin}}
	for _, s := range steps() {
		out = append(out,
			route.Route{Method: http.MethodGet, Path: "/cases/:ref/refer/" + s.path, Need: models.ReferralSend, Handle: p.showStep(s)},
			route.Route{Method: http.MethodPost, Path: "/cases/:ref/refer/" + s.path, Need: models.ReferralSend, Handle: p.takeStep(s)})
	}
	return out
}

// begin starts a referral of a case afresh.
func (p *Pages) begin(c *gin.Context) error {
	j, err := p.journey(c)
	if err != nil {
		return err
	}
	j.plan = plan{CaseID: j.CaseID}
	if err := p.save(c.Request.Context(), j); err != nil {
		return err
	}
	render.See(c, j.at("need"))
	return nil
}

// journey loads the case of the address and what was answered so far.
func (p *Pages) journey(c *gin.Context) (journey, error) {
	ref, err := models.ParseReference(c.Param("ref"))
	if err != nil {
		return journey{}, models.NotFound("case")
	}
	v, err := p.Cases.Find(c.Request.Context(), ref)
	if err != nil {
		return journey{}, err
	}
	j := journey{ref: ref, risk: v.Case.RiskLevel, plan: plan{CaseID: v.Case.ID}}
	id, err := p.draftFor(c.Request.Context(), v.Case.ID)
	if err != nil {
		return j, err
	}
	d, err := p.Drafts.Load(c.Request.Context(), draftKind, id)
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return j, nil
	case err != nil:
		return j, err
	}
	return j, d.Into(&j.plan)
}

// draftFor is one draft of a referral for each case and person.
func (p *Pages) draftFor(ctx context.Context, caseID uuid.UUID) (uuid.UUID, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.NewSHA1(caseID, append([]byte("referral by "), a.UserID[:]...)), nil
}

func (p *Pages) save(ctx context.Context, j journey) error {
	id, err := p.draftFor(ctx, j.CaseID)
	if err != nil {
		return err
	}
	return p.Drafts.Save(ctx, draftKind, id, j.CaseID, j.plan)
}

func (p *Pages) showStep(s step) route.Handler {
	return func(c *gin.Context) error {
		j, err := p.journey(c)
		if err != nil {
			return err
		}
		if missing := j.missingBefore(s.path); missing != "" {
			render.See(c, j.at(missing))
			return nil
		}
		return s.show(p, c, j, nil, nil)
	}
}

func (p *Pages) takeStep(s step) route.Handler {
	return func(c *gin.Context) error {
		j, err := p.journey(c)
		if err != nil {
			return err
		}
		if missing := j.missingBefore(s.path); missing != "" {
			render.See(c, j.at(missing))
			return nil
		}
		t, err := read(c)
		if err != nil {
			return err
		}
		faults, err := s.take(p, c, &j, t)
		switch {
		case errors.Is(err, errAnswered):
			return nil
		case frame.IsInvalid(err):
			faults = models.FieldsOf(err)
		case err != nil:
			return p.caseMoved(c, j, err)
		}
		if slices.ContainsFunc(faults, func(f models.FieldError) bool { return strings.HasPrefix(f.Field, "answers.") }) && s.path != "questions" {
			// A guard holds the answers against the case: they are put right where
			// they were given.
			return p.showQuestions(c, j, nil, frame.Errors(models.Invalid(faults...), targetsOf("questions")))
		}
		if len(faults) > 0 {
			return s.show(p, c, j, t, frame.Errors(models.Invalid(faults...), targetsOf(s.path)))
		}
		if err := p.save(c.Request.Context(), j); err != nil {
			return err
		}
		render.See(c, j.at(s.next))
		return nil
	}
}

// errAnswered says that the step has sent its own answer.
var errAnswered = errors.New("answered")

func targetsOf(step string) map[string]string {
	switch step {
	case "questions":
		out := map[string]string{}
		for _, p := range models.Pathways() {
			maps.Copy(out, frame.AnswerTargets(p.Questions))
		}
		return out
	case "share":
		return map[string]string{"shared_fields": "first", "fields": "first"}
	case "check":
		return map[string]string{}
	}
	return map[string]string{"service_id": "service-1"}
}

// missingBefore is the earliest page before this one that has no answer yet.
func (j journey) missingBefore(step string) string {
	if j.Moves != nil && (step == "need" || step == "questions") {
		return "service" // what was asked of a referral that moves stays as it was sent
	}
	for _, s := range []struct {
		path string
		done bool
	}{
		{"need", j.Pathway != ""},
		{"questions", j.Answers != nil && (j.Moves != nil || j.Version == j.definition().Version)},
		{"service", j.ServiceID != uuid.Nil},
		{"agreement", j.Basis != ""},
		{"share", j.Shared},
	} {
		if s.path == step {
			return ""
		}
		if !s.done {
			return s.path
		}
	}
	return ""
}

func (p *Pages) caseMoved(c *gin.Context, j journey, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.Frame.Meta(c, "Case "+j.ref, "/cases"), Title: "This was not sent", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "Back to the case", Href: "/cases/" + j.ref}),
	}))
}

// question draws the page of one question.
func (p *Pages) question(c *gin.Context, j journey, v shared.FormView, back string, errs components.FormErrors) error {
	title := v.Title
	if title == "" {
		title = "Refer"
	}
	v.Meta = p.Frame.Meta(c, title+" - case "+j.ref, "/cases")
	v.Meta.Back = &components.Link{Text: "Back", Href: back}
	v.Meta.Errors = errs
	if v.Button == "" {
		v.Button = "Continue"
	}
	if v.Caption == "" {
		v.Caption = j.caption()
	}
	return render.Form(c, shared.Form(v), errs.Any())
}

func (p *Pages) showNeed(c *gin.Context, j journey, t typed, errs components.FormErrors) error {
	pathway, priority := j.Pathway, j.Priority
	if t != nil {
		pathway, priority = t.one("pathway"), t.one("priority")
	}
	if priority == "" {
		priority = string(j.risk)
	}
	var items, levels []components.ChoiceItem
	for _, pw := range models.Pathways() {
		items = append(items, components.ChoiceItem{Value: pw.Key, Text: pw.Name, Hint: pw.Summary})
	}
	for _, r := range models.RiskLevels() {
		levels = append(levels, components.ChoiceItem{Value: r.Key, Text: r.Words})
	}
	return p.question(c, j, shared.FormView{Title: "What kind of help is needed?", Fields: []templ.Component{
		components.Radios(components.RadiosParams{Name: "pathway", Legend: "Kind of help", LegendSize: components.Medium, Items: items, Value: pathway, Error: errs.Of("pathway")}),
		components.Radios(components.RadiosParams{
			Name: "priority", Legend: "How high is the risk now?", LegendSize: components.Medium, IsSmall: true,
			Hint: "The level on the case is chosen already.", Items: levels, Value: priority, Error: errs.Of("priority"),
		}),
	}}, "/cases/"+j.ref, errs)
}

func (p *Pages) takeNeed(_ *gin.Context, j *journey, t typed) ([]models.FieldError, error) {
	var faults []models.FieldError
	if _, ok := models.FindPathway(t.one("pathway")); !ok {
		faults = append(faults, models.Field("pathway", models.FieldRequired, "Select the kind of help"))
	}
	if !models.HasChoice(models.RiskLevels(), t.one("priority")) {
		faults = append(faults, models.Field("priority", models.FieldRequired, "Select how high the risk is"))
	}
	if len(faults) > 0 {
		return faults, nil
	}
	if j.Pathway != t.one("pathway") {
		j.Answers, j.ServiceID, j.Shared = nil, uuid.Nil, false
	}
	j.Pathway, j.Priority = t.one("pathway"), t.one("priority")
	return nil, nil
}

func (p *Pages) showQuestions(c *gin.Context, j journey, t typed, errs components.FormErrors) error {
	pw, _ := models.FindPathway(j.Pathway)
	var fields []templ.Component
	for i := range pw.Questions {
		fields = append(fields, frame.Ask(&pw.Questions[i], j.Answers[pw.Questions[i].Key], frame.Typed(t), errs))
	}
	return p.question(c, j, shared.FormView{
		Title: "A few things they will ask", Lede: "The service sees these answers as soon as you send the referral, except where a question says otherwise.",
		Fields: fields, Action: j.at("questions"),
	}, j.at("need"), errs)
}

func (p *Pages) takeQuestions(_ *gin.Context, j *journey, t typed) ([]models.FieldError, error) {
	pw, _ := models.FindPathway(j.Pathway)
	answers := frame.Answers(pw.Questions, frame.Typed(t))
	if faults := models.CheckAnswers(j.Pathway, pw.Version, answers); len(faults) > 0 {
		return faults, nil
	}
	j.Answers, j.Version, j.ReferralID = answers, pw.Version, uuid.Nil
	return nil, nil
}

func (p *Pages) showService(c *gin.Context, j journey, t typed, errs components.FormErrors) error {
	options, err := p.Directory.Services(c.Request.Context(), directory.Filter{Pathway: j.Pathway, CaseID: j.CaseID})
	if err != nil {
		return err
	}
	chosen := j.ServiceID.String()
	if t != nil {
		chosen = t.one("service")
	}
	v := view.ServicesView{
		Meta: p.Frame.Meta(c, "Choose a service - case "+j.ref, "/cases"), Caption: j.caption(), Title: "Which service should we ask?", Button: "Continue",
		Error: errs.Of("service_id"), Facts: p.needRows(j), SideTitle: "What you told us",
		None: "No service on this pathway fits. The reasons are below. You can go back and choose another kind of help.",
	}
	v.Meta.Back, v.Meta.Errors = &components.Link{Text: "Back", Href: j.before()}, errs
	if j.Moves != nil {
		v.None = "No other service of this kind fits. The reasons are below. You can withdraw this referral and ask for another kind of help."
		if v.SideTitle = "What is moved"; j.Suggested && t == nil {
			v.Lede = "The service that has it suggests another, which is selected where it fits."
		}
	}
	n := 0
	for _, o := range options {
		if !o.Eligible {
			v.Not = append(v.Not, notOffered(o))
			continue
		}
		n++
		v.Put(p.choice(o, n, chosen, "Fits what is known of the case"))
	}
	status := http.StatusOK
	if errs.Any() {
		status = http.StatusUnprocessableEntity
	}
	return render.Page(c, status, view.Services(v))
}

func (p *Pages) takeService(c *gin.Context, j *journey, t typed) ([]models.FieldError, error) {
	if t.one("service") == "" {
		return []models.FieldError{models.Field("service_id", models.FieldRequired, "Select a service")}, nil
	}
	options, err := p.Directory.Services(c.Request.Context(), directory.Filter{Pathway: j.Pathway, CaseID: j.CaseID})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(options, func(o directory.Option) bool { return o.Service.ID.String() == t.one("service") && o.Eligible })
	if i < 0 {
		return []models.FieldError{models.Field("service_id", models.FieldUnknown, "Select a service that fits")}, nil
	}
	id := options[i].Service.ID
	if j.ServiceID != id {
		j.DecisionID, j.ReferralID = uuid.Nil, uuid.Nil
	}
	j.ServiceID = id
	return nil, nil
}

package handoffs

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/handoffs"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// asking is a page that answers a hand-off, or does something with it.
type asking struct {
	path    string
	need    models.Permission
	fits    func(v *handoffs.View) bool
	form    func(v *handoffs.View, t frame.Typed, errs components.FormErrors) shared.FormView
	do      func(ctx context.Context, id uuid.UUID, t frame.Typed) (done string, err error)
	targets map[string]string // of the faults, the boxes they are put right in
}

func does(a models.HandoffAction) func(*handoffs.View) bool {
	return func(v *handoffs.View) bool { return slices.Contains(v.AllowedActions, a) }
}

func (p *Pages) forms() []asking {
	const send, answer = models.HandoffSend, models.HandoffAnswer
	return []asking{
		{path: "accept", need: answer, fits: func(v *handoffs.View) bool { return does(models.HandoffAccept)(v) && !v.OffSystem }, do: func(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
			_, err := p.Handoffs.Do(ctx, id, models.HandoffAccept, handoffs.Act{ReceiverReference: t.One("receiver_reference")})
			return "accepted", err
		}},
		{
			path: "their-answer", need: answer, fits: func(v *handoffs.View) bool { return does(models.HandoffAccept)(v) && v.OffSystem }, form: p.theirAnswerForm, do: p.takeTheirAnswer,
			targets: map[string]string{"accepted_at": "accepted-day"},
		},
		{path: "refuse", need: answer, fits: does(models.HandoffRefuse), form: refuseForm, do: func(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
			_, err := p.Handoffs.Do(ctx, id, models.HandoffRefuse, handoffs.Act{Reason: t.One("reason"), Note: t.One("note")})
			return "refused", err
		}},
		{path: "recall", need: send, fits: does(models.HandoffRecall), form: recallForm, do: func(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
			_, err := p.Handoffs.Do(ctx, id, models.HandoffRecall, handoffs.Act{Note: t.One("note")})
			return "recalled", err
		}},
		{path: "told", need: send, fits: does(models.HandoffVictimTold), form: p.toldForm, do: p.takeTold, targets: map[string]string{"at": "at-day"}},
		{path: "hand-back", need: send, fits: func(v *handoffs.View) bool { return v.Contact }, form: handBackForm, do: p.takeHandBack},
	}
}

// ask draws a form where the act fits what the hand-off is now.
func (p *Pages) ask(c *gin.Context, a asking) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if !a.fits(&v) {
		return p.unfit(c, &v)
	}
	return p.draw(c, a, &v, frame.Typed{}, nil)
}

func (p *Pages) unfit(c *gin.Context, v *handoffs.View) error {
	return p.moved(c, path(v), models.Conflict("This is not to be done with the hand-off as it is now."))
}

func (p *Pages) draw(c *gin.Context, a asking, v *handoffs.View, t frame.Typed, errs components.FormErrors) error {
	if a.form == nil {
		return p.record(c, v, "", t.One("receiver_reference"), errs)
	}
	f := a.form(v, t, errs)
	f.Meta = p.meta(c, f.Title+", hand-off "+v.Reference)
	f.Meta.Back, f.Meta.Errors = &components.Link{Text: "Back to the hand-off", Href: path(v)}, errs
	f.Caption, f.Cancel = "Hand-off "+v.Reference, &components.Link{Text: "Cancel", Href: path(v)}
	f.Hidden = append(f.Hidden, shared.Hidden{Name: "version", Value: strconv.Itoa(v.Version)})
	return render.Form(c, shared.Form(f), errs.Any())
}

// answer takes a form, or shows it again with what was typed.
func (p *Pages) answer(c *gin.Context, a asking) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	ctx := frame.Held(c, t.One("version"))
	done, err := a.do(ctx, id, t)
	back := "/handoffs/" + strings.ToUpper(c.Param("ref"))
	switch {
	case err == nil && strings.HasPrefix(done, "/"):
		render.See(c, done)
		return nil
	case err == nil:
		render.See(c, back+"?done="+done)
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, back, err)
	}
	v, again := p.find(c)
	if again != nil {
		return again
	}
	if !a.fits(&v) {
		return p.unfit(c, &v)
	}
	return p.draw(c, a, &v, t, frame.Errors(err, a.targets))
}

func noteArea(label, value string, errs components.FormErrors) templ.Component {
	return components.TextArea(components.TextAreaParams{Name: "note", Label: label, Value: value, Error: errs.Of("note"), Rows: 3})
}

func radios(name, legend, value string, list []models.Choice, errs components.FormErrors) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: name, Legend: legend, LegendSize: components.Medium, IsSmall: true, Value: value, Error: errs.Of(name), Items: frame.Choices(list),
	})
}

func refuseForm(v *handoffs.View, t frame.Typed, errs components.FormErrors) shared.FormView {
	var reasons []models.Choice
	for _, r := range models.Reasons(models.GroupHandoffRefused) {
		reasons = append(reasons, models.Choice{Key: r.Code, Words: r.Words})
	}
	return shared.FormView{
		Title: "Why is it refused?", Button: "Refuse", Lede: "It stays with " + v.From.Name + ", who is told why.",
		Fields: []templ.Component{radios("reason", "Reason", t.One("reason"), reasons, errs), noteArea("What would help them (optional)", t.One("note"), errs)},
	}
}

func recallForm(v *handoffs.View, t frame.Typed, errs components.FormErrors) shared.FormView {
	return shared.FormView{
		Title: "Take this back?", Button: "Take it back", Lede: "You hold it as before. " + v.To.Name + " can no longer read what you sent.",
		Fields: []templ.Component{noteArea("Why (optional). They read this", t.One("note"), errs)},
	}
}

func handBackForm(_ *handoffs.View, t frame.Typed, errs components.FormErrors) shared.FormView {
	return shared.FormView{Title: "Hand it back", Button: "Send hand-off", Lede: "To whoever holds the case. You hold this until they accept.", Fields: words(t, errs)}
}

// words ask why something is handed over and what the receiver needs to know.
func words(t frame.Typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		components.TextArea(components.TextAreaParams{Name: "reason", Label: "Why are you handing it over?", LabelSize: components.Medium, Value: t.One("reason"), Error: errs.Of("reason"), Rows: 2}),
		components.CharacterCount(components.CharacterCountParams{TextAreaParams: components.TextAreaParams{
			Name: "summary", Label: "What do they need to know to take over?", LabelSize: components.Medium, Rows: 6, Value: t.One("summary"), Error: errs.Of("summary"),
			Hint: "They read this before they accept. Say who is owed what, and what is due next. Leave out what they do not need.",
		}, MaxLength: models.HandoffSummaryLongest, Threshold: 80, CountType: "characters"}),
	}
}

func (p *Pages) takeHandBack(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
	v, err := p.Handoffs.Get(ctx, id)
	if err != nil {
		return "", err
	}
	duties, err := p.Handoffs.Duties(ctx, v.CaseID)
	if err != nil {
		return "", err
	}
	out, err := p.Handoffs.Offer(ctx, v.CaseID, handoffs.Offer{ToOrgID: duties[0].Holder.ID, Duty: v.Duty, Reason: t.One("reason"), Summary: t.One("summary")})
	return "/handoffs/" + out.Reference + "?done=offered", err
}

func (p *Pages) toldForm(_ *handoffs.View, t frame.Typed, errs components.FormErrors) shared.FormView {
	var ways []models.Choice
	for _, ch := range models.Channels() {
		ways = append(ways, models.Choice{Key: string(ch), Words: ch.Words()})
	}
	help := t.One("help")
	if help == "" {
		help = "none"
	}
	return shared.FormView{
		Title: "How were they told?", Button: "Keep this", Lede: "That another organisation now holds this, and who that is. We check how they were told against what they said is safe.",
		Fields: append([]templ.Component{radios("channel", "How?", t.One("channel"), ways, errs)}, append(frame.MomentFields("at", "When?", "Time", t, errs),
			radios("understood", "Did they understand?", t.One("understood"), models.Understandings(), errs),
			radios("help", "What helped them?", help, models.TellingHelps(), errs))...),
		After: "If they were told in a way that was not safe, record that contact on the case as it was, so that it is looked at.",
	}
}

func (p *Pages) takeTold(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
	told := models.Telling{Channel: models.Channel(t.One("channel")), Understood: t.One("understood"), Help: t.One("help")}
	at, wrong := readMoment("at", t)
	if at != nil {
		told.At = *at
	}
	_, err := p.Handoffs.Do(with(ctx, wrong), id, models.HandoffVictimTold, handoffs.Act{Told: told})
	return "told", err
}

func (p *Pages) theirAnswerForm(v *handoffs.View, t frame.Typed, errs components.FormErrors) shared.FormView {
	return shared.FormView{
		Title: "When did they accept?", Button: "Record that they accepted", Lede: "The line shows this as their word. " + v.To.Name + " holds it from now.",
		Fields: append(frame.MomentFields("accepted", "When they accepted", "Time they accepted", t, errs),
			components.TextInput(components.TextInputParams{Name: "receiver_reference", Label: "Their reference", Value: t.One("receiver_reference"), Error: errs.Of("receiver_reference"), Autocomplete: "off", Classes: "govuk-input--width-20"}),
			noteArea("What shows it: a letter, an entry, who said so and when", t.One("note"), errs)),
	}
}

func (p *Pages) takeTheirAnswer(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
	at, wrong := readMoment("accepted", t)
	if at == nil && len(wrong) == 0 {
		wrong = append(wrong, models.Field("accepted", models.FieldRequired, "Say when they accepted"))
	}
	_, err := p.Handoffs.Do(with(ctx, wrong), id, models.HandoffAccept, handoffs.Act{ReceiverReference: t.One("receiver_reference"), Note: t.One("note"), AcceptedAt: at})
	return "accepted", err
}

// readMoment reads a day and a time of it: nil where both are empty.
func readMoment(name string, t frame.Typed) (*time.Time, []models.FieldError) {
	return t.Moment(name, name, name+"_time")
}

// with gives the service what was wrong with a form before it got there.
func with(ctx context.Context, wrong []models.FieldError) context.Context {
	r := *models.RequestFrom(ctx)
	r.Invalid = append(slices.Clone(r.Invalid), wrong...)
	return models.WithRequest(ctx, &r)
}

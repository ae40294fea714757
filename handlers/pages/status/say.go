package status

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/status"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/status"
)

// say asks the three questions, where they are open; else there is nothing here.
func (p *Pages) say(c *gin.Context) error {
	u, err := p.Status.Read(c.Request.Context(), p.token(c), "say")
	if err != nil {
		return err
	}
	if u.Asks == uuid.Nil {
		render.See(c, p.to(c, updatePath))
		return nil
	}
	return p.sayPage(c, p.language(c, u.Language), frame.Typed{}, nil)
}

func (p *Pages) sayPage(c *gin.Context, l *status.Language, t frame.Typed, errs components.FormErrors) error {
	v := view.SayView{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("say"), First: l.Say("say.why"), Action: p.to(c, sayPath), Button: l.Say("ask.send"),
		Words: l.Say("say.words"), Hint: l.Say("say.words.hint"), Typed: t.One("words"), Fault: errs.Of("words"), Back: layouts.PlainLink{Text: l.Say("back"), Href: p.to(c, updatePath)},
	}
	v.Meta.Errors = errs
	for _, q := range models.FeedbackQuestions() {
		one := view.Question{Name: q.Key, Text: l.Say("say." + q.Key), Value: t.One(q.Key), Fault: errs.Of(q.Key)}
		for _, a := range [][2]string{{"yes", "say.yes"}, {"partly", "say.partly"}, {"no", "say.no"}, {models.FeedbackNotNow, "say.later"}} {
			one.Answers = append(one.Answers, components.ChoiceItem{Value: a[0], Text: l.Say(a[1])})
		}
		v.Questions = append(v.Questions, one)
	}
	return render.Form(c, view.Say(v), errs.Any())
}

// answered keeps what was said. What follows is the same whether or not it was
// asked for still.
func (p *Pages) answered(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	err = p.Status.Say(c.Request.Context(), p.token(c), models.Feedback{Heard: t.One("heard"), Safer: t.One("safer"), Again: t.One("again"), Words: t.One("words")})
	if frame.IsInvalid(err) {
		u, failed := p.Status.Read(c.Request.Context(), p.token(c), "say")
		if failed != nil {
			return failed
		}
		l := p.language(c, u.Language)
		errs := frame.Errors(err, nil)
		for i := range errs {
			errs[i].Message = l.Say(errs[i].Message)
		}
		return p.sayPage(c, l, t, errs)
	}
	if err != nil {
		return err
	}
	render.See(c, p.to(c, saidPath))
	return nil
}

// said thanks for it, and says who reads it.
func (p *Pages) said(c *gin.Context) error {
	u, err := p.Status.Read(c.Request.Context(), p.token(c), "said")
	if err != nil {
		return err
	}
	l := p.language(c, u.Language)
	return render.OK(c, view.Page(view.View{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("say.thanks"), Lede: l.Say("say.thanks.who"), Figure: "paper", Easy: l.Easy(),
		Back: &layouts.PlainLink{Text: l.Say("back"), Href: p.to(c, updatePath)},
	}))
}

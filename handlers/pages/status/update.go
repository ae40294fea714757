package status

import (
	"strings"

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

// update is what has happened, what is next and by when, and what can be asked.
func (p *Pages) update(c *gin.Context) error {
	u, err := p.Status.Read(c.Request.Context(), p.token(c), "update")
	if err != nil {
		return err
	}
	l := p.language(c, u.Language)
	v := view.View{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("title"), Lede: say(l, u.Now), Figure: figureOf(u.Now.Key), Easy: l.Easy(),
		Quiet: []string{l.Say("danger.watch"), l.Say("time"), l.Say("history")}, Shift: l.Say("shift"),
	}
	done := view.Section{Title: l.Say("happened")}
	for i, s := range u.Done {
		e := entry(l, s)
		if e.Here = i == len(u.Done)-1; e.Here {
			e.Lines = append(e.Lines, l.Say("here"))
		}
		done.Entries = append(done.Entries, e)
	}
	next := view.Section{Title: l.Say("next")}
	for _, s := range u.Next {
		next.Entries = append(next.Entries, entry(l, s))
	}
	if len(next.Entries) == 0 {
		next.Title = ""
	}
	v.Sections = []view.Section{
		done, next,
		{Title: l.Say("can"), Links: p.acts(c, l, u.Asks != uuid.Nil)},
		{Title: l.Say("danger"), Words: []string{l.Say("danger.call")}, Figure: "danger"},
	}
	return render.OK(c, view.Page(v))
}

// say writes a phrase in a language.
func say(l *status.Language, p status.Phrase) string {
	if p.On.IsZero() {
		return l.Say(p.Key)
	}
	return l.SayOn(p.Key, p.On)
}

func entry(l *status.Language, s status.Step) view.Entry {
	e := view.Entry{Title: l.Say(s.Key), Next: s.Next, Figure: figureOf(s.Key)}
	if s.Team > 0 {
		e.Team = l.SayN("team", s.Team)
	}
	switch {
	case s.Next && s.Late:
		e.Lines = []string{l.Say("late")}
	case s.Next && !s.On.IsZero():
		e.Lines = []string{l.SayOn("by", s.On), l.Say("chase")}
	case !s.Next:
		e.Lines = []string{l.Day(s.On)}
	}
	return e
}

// acts are what can be asked: each is a page that asks, and changes nothing.
// The questions stand first where they are open.
func (p *Pages) acts(c *gin.Context, l *status.Language, asks bool) []layouts.PlainLink {
	var out []layouts.PlainLink
	if asks {
		out = append(out, layouts.PlainLink{Text: l.Say("can.say"), Href: p.to(c, sayPath)})
	}
	for _, k := range models.StatusRequestKinds() {
		out = append(out, layouts.PlainLink{Text: l.Say("can." + k.Key), Href: p.asking(c, k.Key)})
	}
	return append(out, layouts.PlainLink{Text: l.Say("can.expect"), Href: p.to(c, expectPath)})
}

func (p *Pages) asking(c *gin.Context, kind string) string {
	path := p.to(c, askPath)
	if strings.Contains(path, "?") {
		return path + "&about=" + kind
	}
	return path + "?about=" + kind
}

// figureOf is the picture of a text.
func figureOf(key string) string {
	for _, f := range []struct{ key, figure string }{
		{"now.accepted", "yes"},
		{"now.none", "talk"}, // before now.no, which it begins with
		{"now.no", "no"},
		{"now.ended", "talk"},
		{"now.waiting", "wait"},
		{"now.hold", "wait"},
		{"now.", "team"},
		{"step.yes", "yes"},
		{"step.no", "no"},
		{"step.met", "phone"},
		{"step.told", "news"},
		{"step.waiting", "wait"},
		{"step.hold", "wait"},
		{"step.ended", "talk"},
		{"step.sent", "letter"},
		{"step.read", "paper"},
		{"step.moved", "team"},
		{"step.begun", "talk"},
		{"next.worker", "talk"},
		{"next.", "calendar"},
		{"right.news", "news"},
		{"right.update", "news"},
		{"right.", "calendar"},
	} {
		if strings.HasPrefix(key, f.key) {
			return f.figure
		}
	}
	return "paper"
}

// ask asks whether a request is to be sent.
func (p *Pages) ask(c *gin.Context) error {
	u, err := p.Status.Read(c.Request.Context(), p.token(c), "ask")
	if err != nil {
		return err
	}
	if !models.HasChoice(models.StatusRequestKinds(), c.Query("about")) {
		render.See(c, p.to(c, updatePath))
		return nil
	}
	return p.askPage(c, p.language(c, u.Language), c.Query("about"), "", nil)
}

func (p *Pages) askPage(c *gin.Context, l *status.Language, kind, typed string, errs components.FormErrors) error {
	v := view.AskView{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("ask." + kind), First: l.Say("ask.first"), Said: l.Say("ask.said"), Hint: l.Say("ask.said.hint"),
		Typed: typed, Fault: errs.Of("said"), Button: l.Say("ask.send"), About: kind, Action: p.to(c, askPath),
		Back: layouts.PlainLink{Text: l.Say("back"), Href: p.to(c, updatePath)},
	}
	v.Meta.Errors = errs
	return render.Form(c, view.Ask(v), errs.Any())
}

// asked sends a request. What is said afterwards is the same whether or not the
// same was asked before.
func (p *Pages) asked(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	kind := t.One("about")
	_, err = p.Status.Ask(c.Request.Context(), p.token(c), models.StatusRequestKind(kind), t.One("said"))
	if frame.IsInvalid(err) {
		u, failed := p.Status.Read(c.Request.Context(), p.token(c), "ask")
		if failed != nil {
			return failed
		}
		if !models.HasChoice(models.StatusRequestKinds(), kind) {
			render.See(c, p.to(c, updatePath))
			return nil
		}
		l := p.language(c, u.Language)
		errs := frame.Errors(err, nil)
		for i := range errs {
			errs[i].Message = l.Say(errs[i].Message)
		}
		return p.askPage(c, l, kind, t.One("said"), errs)
	}
	if err != nil {
		return err
	}
	render.See(c, p.to(c, askedPath))
	return nil
}

// thanks says what comes next, whatever was asked.
func (p *Pages) thanks(c *gin.Context) error {
	u, err := p.Status.Read(c.Request.Context(), p.token(c), "asked")
	if err != nil {
		return err
	}
	due, err := p.Status.AnswerBy()
	if err != nil {
		return err
	}
	l := p.language(c, u.Language)
	return render.OK(c, view.Page(view.View{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("ask.thanks"), Lede: l.SayOn("ask.thanks.by", due), Figure: "calendar", Easy: l.Easy(),
		Back:     &layouts.PlainLink{Text: l.Say("back"), Href: p.to(c, updatePath)},
		Sections: []view.Section{{Words: []string{l.Say("ask.thanks.safe")}, Figure: "talk"}},
	}))
}

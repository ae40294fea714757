package status

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/services/status"
	"throughline/web/layouts"
	view "throughline/web/pages/status"
)

// How many texts there are of what can always be expected, and of how to
// complain.
const (
	alwaysTexts   = 14
	complainTexts = 5
)

// expect is what is owed now, with dates and whom to ask; what can always be
// expected; and how to complain.
func (p *Pages) expect(c *gin.Context) error {
	u, err := p.Status.Read(c.Request.Context(), p.token(c), "expect")
	if err != nil {
		return err
	}
	l := p.language(c, u.Language)
	v := view.View{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("expect"), Easy: l.Easy(), Quiet: []string{l.Say("code.name")},
		Back: &layouts.PlainLink{Text: l.Say("back"), Href: p.to(c, updatePath)},
	}
	now := view.Section{Title: l.Say("expect.now"), Figure: "calendar"}
	for _, r := range u.Rights {
		now.Entries = append(now.Entries, owed(l, r))
	}
	if len(u.Rights) == 0 {
		now.Words = []string{l.Say("expect.none")}
	}
	always := view.Section{Title: l.Say("expect.always"), Figure: "yes"}
	for i := range alwaysTexts {
		always.Items = append(always.Items, l.Say("code."+strconv.Itoa(i+1)))
	}
	complain := view.Section{Title: l.Say("complain"), Figure: "talk", Numbers: true}
	for i := range complainTexts {
		complain.Items = append(complain.Items, l.Say("complain."+strconv.Itoa(i+1)))
	}
	v.Sections = []view.Section{now, always, complain}
	return render.OK(c, view.Page(v))
}

func owed(l *status.Language, r status.Right) view.Entry {
	e := view.Entry{Title: l.Say(r.Key), Figure: figureOf(r.Key), Next: r.Done.IsZero()}
	switch {
	case !r.Done.IsZero():
		e.Lines = []string{l.SayOn("due.done", r.Done)}
		return e
	case r.Open:
		e.Lines = []string{l.Say("due.open")}
	case r.Late:
		e.Lines = []string{l.SayOn("due.late", r.Due)}
	case r.Key == "right.again":
		e.Lines = []string{l.SayOn("due.until", r.Due)}
	default:
		e.Lines = []string{l.SayOn("due.by", r.Due)}
	}
	e.Lines = append(e.Lines, l.Say(r.Who))
	return e
}

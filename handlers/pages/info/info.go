// Package info serves the pages that are the same for everyone: where signing
// in leads, help, accessibility, privacy and the keyboard.
package info

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/web/components"
	keyboardpage "throughline/web/pages/info"
	"throughline/web/pages/shared"
)

// Pages serves them.
type Pages struct{ frame frame.Frame }

// New returns the pages.
func New(f frame.Frame) *Pages { return &Pages{frame: f} }

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	out := []route.Route{{Method: http.MethodGet, Path: "/", Need: models.SignedIn, Handle: land}}
	out = append(out, route.Route{Method: http.MethodPost, Path: "/keyboard", Need: models.SignedIn, Handle: switchShortcuts})
	for path, page := range p.plain() {
		out = append(out, route.Route{Method: http.MethodGet, Path: path, Need: models.Public, Handle: func(c *gin.Context) error {
			v := page
			v.Meta = p.frame.Meta(c, v.Title, "")
			if path == "/keyboard" && v.Meta.User != "" {
				v.Body = keyboard(v.Meta.ShortcutsOff)
			}
			return render.OK(c, shared.Plain(v))
		}})
	}
	return out
}

// land leads to the first page of the reader's role.
func land(c *gin.Context) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	render.See(c, frame.Landing(a))
	return nil
}

func (p *Pages) plain() map[string]shared.PlainView {
	return map[string]shared.PlainView{
		"/help": {Title: "Help and how to get urgent advice", Paras: []string{
			"If somebody is in danger now, call 999. Throughline is not watched round the clock and sends nothing to the police by itself.",
			"If you are unsure whether a way of contact is safe, do not use it. Ask the organisation that holds the case: its name is on the case and on every referral.",
			"If a page shows you something it should not, leave the page, tell your manager or privacy officer, and give them the reference at the top. Everything that was shown is on record, so nothing is lost by closing it.",
			"If you cannot sign in, wait a few minutes and try again; your organisation's administrator can set a new password. Nobody at Throughline will ever ask you for yours.",
		}},
		"/accessibility": {Title: "Accessibility", Paras: []string{
			"We want everyone to be able to use Throughline: with a keyboard, a screen reader, speech, at 400% zoom, without script, and in colours of your own.",
			"Every page is checked by an automated tool against WCAG 2.2, levels A and AA, at two widths, filled, empty and with faults. It finds no fault. We have not yet had it tested by people who use assistive technology every day, and say so until we have.",
			"Pictures of figures have a table of the same numbers beneath them. No state is told by colour alone.",
			"If something is in your way, tell the organisation that runs this copy what you were doing and what stopped you.",
		}},
		"/privacy": {Title: "Privacy", Paras: []string{
			"Throughline holds what organisations that help victims of crime need to reach and support a person safely. Each organisation answers for what it writes and for the copy it is given.",
			"What a service sees of a case is chosen by the person who refers, field by field, with the victim's agreement or a recorded lawful reason, and can be withdrawn.",
			"Every reading and every change of a person's record is kept in a trail that nobody can alter: who, when, and what was refused.",
			"The Victims' Commissioner's office reads figures without names. Numbers under five are hidden.",
			"We set one cookie to keep you signed in, one to recognise your device when you sign in, and one if you switch keyboard shortcuts off. There are no others.",
		}},
		"/keyboard": {Title: "Keyboard shortcuts", Body: keyboardpage.Shortcuts(shortcuts()), Paras: []string{
			"Everything can be done with Tab, Enter and Space. Where script runs there are shortcuts as well. None works while you type.",
		}},
	}
}

// switchShortcuts switches the shortcuts of this browser off or on (WCAG 2.1.4).
func switchShortcuts(c *gin.Context) error {
	frame.SwitchShortcuts(c, c.PostForm("shortcuts") == "off")
	render.See(c, "/keyboard")
	return nil
}

// keyboard is the list with the switch beneath it.
func keyboard(off bool) templ.Component {
	return keyboardpage.Switch(shortcuts(), off)
}

// shortcuts lists what ux.md section 10 gives.
func shortcuts() []components.SummaryRow {
	rows := []components.SummaryRow{}
	for _, k := range [][2]string{
		{"g then t", "Today or Inbox"},
		{"g then c", "Cases"},
		{"g then f", "Find a case"},
		{"n", "Log a case"},
		{"j and k", "Next and previous row"},
		{"Enter", "Open the row"},
		{"a", "Move to the Accept button; it does not press it"},
		{"?", "This list"},
	} {
		rows = append(rows, components.SummaryRow{Key: k[0], Value: k[1]})
	}
	return rows
}

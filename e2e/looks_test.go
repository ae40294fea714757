package e2e

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axeJS string

// axeRun asks axe-core about WCAG 2.0 to 2.2, A and AA.
const axeRun = `axe.run(document, {preload: false, resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).
	then(r => r.violations.map(v => v.id + ' (' + v.help + '): ' + v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join('; ')))`

// sideways says how far the page can be scrolled sideways, and what sticks out
// furthest; nothing inside a region that scrolls by itself counts.
const sideways = `(() => {
	const root = document.documentElement
	const over = root.scrollWidth - root.clientWidth
	if (over <= 0) return ''
	let worst = null
	for (const el of document.body.querySelectorAll('*')) {
		const right = el.getBoundingClientRect().right
		if (right > root.clientWidth && (!worst || right > worst.getBoundingClientRect().right)) worst = el
	}
	return over + 'px, by ' + (worst ? worst.outerHTML.slice(0, 160) : 'nothing in sight')
})()`

// looks judges the page that is shown: nothing to scroll sideways at either
// width, and no violation that axe can find at those given. what names the page
// in a failure.
func (p *person) looks(what string, axed ...int64) {
	p.t.Helper()
	for _, width := range []int64{phone, desk} {
		p.wide(width)
		if slices.Contains(axed, width) {
			for _, fault := range p.axe() {
				p.t.Errorf("%s as %s, %d wide: %s", what, p.who, width, fault)
			}
		}
		if over := ask[string](p, sideways); over != "" {
			p.t.Errorf("%s as %s, %d wide, scrolls sideways: %s", what, p.who, width, over)
		}
	}
}

// axe lists the violations on the page that is shown.
func (p *person) axe() []string {
	p.t.Helper()
	if !ask[bool](p, `typeof axe === 'object'`) {
		ask[bool](p, axeJS+"\n;true")
	}
	return ask[[]string](p, axeRun)
}

// neutral is the title of the victim's own page, which says nothing of what it is.
const neutral = "Your update"

// outline checks what axe does not: one h1, a title that is not only the
// product's name, or on the victim's own page does not have it; no inline style
// or script.
func (p *person) outline(what string) {
	p.t.Helper()
	if n := ask[int](p, `document.querySelectorAll('h1').length`); n != 1 {
		p.t.Errorf("%s as %s has %d h1, want 1", what, p.who, n)
	}
	title, own := p.title(), strings.HasPrefix(p.address()+"/", "/s/") || strings.HasPrefix(p.address(), "/s?")
	if own && ask[string](p, `document.documentElement.lang`) == "en-GB" && title != neutral || own && strings.Contains(title, "Throughline") {
		p.t.Errorf("%s as %s: the title is %q, want %q", what, p.who, title, neutral)
	}
	if !own && !strings.Contains(title, " - Throughline") {
		p.t.Errorf("%s as %s: the title is %q, want words and then the product's name", what, p.who, title)
	}
	if n := ask[int](p, `document.querySelectorAll('[style], style, script:not([src]), [onclick], [onload], [onerror]').length`); n != 0 {
		p.t.Errorf("%s as %s has %d inline styles or scripts", what, p.who, n)
	}
}

// picture is the whole page as it looks at one width, as WebP.
func (p *person) picture(width int64) ([]byte, error) {
	p.t.Helper()
	p.wide(width)
	whole, quality := true, int64(80)
	shot, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatWebp, Quality: &quality, CaptureBeyondViewport: &whole,
		Clip: &page.Viewport{Width: float64(width), Height: ask[float64](p, `document.documentElement.scrollHeight`), Scale: 1},
	})
	if err != nil {
		return nil, fmt.Errorf("a picture of %s: %w", p.address(), err)
	}
	return shot.Data, nil
}

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keyed presses keys one after the other.
func (p *person) keyed(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

func TestShortcutsLeadAndFocusButNeverAct(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Keyed")
	p := s.police
	p.visit("/today").keyed("g")
	p.load("g c", chromedp.KeyEvent("c"))
	if got := p.address(); got != "/cases" {
		t.Errorf("g c leads to %s, want /cases", got)
	}
	// Not while typing.
	p.visit("/find").find("fill", "Name")
	p.keyed("g", "c", "n")
	if got := p.read("Name"); got != "gcn" || p.address() != "/find" {
		t.Errorf("typing g c n into a box leaves %q at %s", got, p.address())
	}
	// A key for a button moves the focus, and presses nothing.
	v := s.vawg.visit(s.page)
	v.keyed("a")
	if got := ask[string](v, `document.activeElement.innerText`); strings.TrimSpace(got) != "Accept referral" {
		t.Errorf("a moves the focus to %q, want the button", got)
	}
	if got := signIn(t, site(t).url, "vawg").get("/api/v1/referrals/"+s.id).text(t, "status"); got != "submitted" {
		t.Errorf("a shortcut moved the referral to %s", got)
	}
	// They can be switched off (WCAG 2.1.4).
	p.visit("/keyboard").press("Switch shortcuts off").is(200).visit("/today").keyed("g", "c")
	p.visit("/today").keyed("n")
	if focused := ask[string](p, `document.activeElement.tagName`); p.address() != "/today" || focused != "BODY" {
		t.Errorf("switched off, keys lead to %s and focus %s", p.address(), focused)
	}
	p.visit("/keyboard").press("Switch shortcuts on").is(200)
}

// TestEverythingCanBeReachedByTab walks the page on which a service decides with
// the Tab key alone: every control has its turn, in the order it is read, and
// shows that it has the focus.
func TestEverythingCanBeReachedByTab(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Tabbed")
	p := s.vawg.visit(s.page)
	p.keyed(kb.Tab)
	if got := ask[string](p, `document.activeElement.innerText`); got != "Skip to main content" {
		t.Errorf("the first Tab leads to %q, want the way past the navigation", got)
	}
	p.keyed(kb.Enter)
	want := ask[int](p, `[...document.querySelectorAll('main a[href], main button, main summary, main input:not([type=hidden]):not([type=radio]), main textarea, main select')].filter(e => e.checkVisibility()).length + new Set([...document.querySelectorAll('main input[type=radio]')].map(r => r.name)).size`)
	const seen = `(() => {
		const e = document.activeElement
		if (!e.closest('main')) return ''
		const s = getComputedStyle(e), l = e.labels && e.labels[0] ? getComputedStyle(e.labels[0], '::before') : s
		const ring = [s, l].some(c => c.outlineStyle !== 'none' && parseFloat(c.outlineWidth) > 0 || c.boxShadow !== 'none')
		return (ring ? 'seen ' : 'unseen ') + e.tagName + ' ' + (e.innerText || e.name || '')
	})()`
	var met []string
	for range want + 5 {
		p.keyed(kb.Tab)
		at := ask[string](p, seen)
		if at == "" {
			break
		}
		if strings.HasPrefix(at, "unseen") {
			t.Errorf("nothing shows that the focus is at %s", at)
		}
		met = append(met, at)
	}
	if len(met) != want {
		t.Errorf("Tab meets %d controls of %d: %v", len(met), want, met)
	}
}

package e2e

import (
	"fmt"
	"time"
)

// effort is what a task costs the person who does it.
type effort struct {
	began   time.Time
	pages   int // that were loaded
	presses int // of buttons, links, choices and boxes
	letters int // typed characters, all of them
	keys    int // typed characters, names and free text left out
}

// The keystroke-level model of Card, Moran and Newell (1980): an average typist,
// pointing with a mouse and pressing, and taking in a page before acting on it.
const (
	perLetter = 280 * time.Millisecond
	perPress  = 1200 * time.Millisecond
	perPage   = 1350 * time.Millisecond
)

// starts forgets what was done so far: the task begins.
func (p *person) starts() *person {
	p.effort = effort{began: time.Now()}
	return p
}

// took is how long a person takes for what was done: the time the product took
// to answer, and the time it takes to read, point and type.
func (e effort) took() time.Duration {
	return time.Since(e.began) + time.Duration(e.letters)*perLetter + time.Duration(e.presses)*perPress + time.Duration(e.pages)*perPage
}

// String says it for the log of a test.
func (e effort) String() string {
	return fmt.Sprintf("%d pages, %d presses, %d characters typed, %d of them beyond names and free text; %s of answering, %s in all for a person",
		e.pages, e.presses, e.letters, e.keys, time.Since(e.began).Round(time.Millisecond), e.took().Round(time.Second))
}

package referrals

import (
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/services/directory"
)

// Freezing is a case about to be frozen for somebody who will read a part of
// it: a referral's receiver, or whoever a duty is handed to.
type Freezing struct{ facts caseFacts }

// QueueFreezing adds to a batch the reading of all of a case that can be shared.
// Nothing of it is shown by that.
func QueueFreezing(b *pg.Batch, dir *directory.Snapshot, caseID uuid.UUID) *Freezing {
	f := &Freezing{caseFacts{boroughsByCode: func(code string) string { a, _ := dir.Authority(code); return a.Name }}}
	directory.QueueFacts(b, caseID, &f.facts.Facts, &f.facts.found)
	f.facts.queue(b, "$1", caseID)
	return f
}

// Found reports whether the actor can see the case.
func (f *Freezing) Found() bool { return f.facts.found }

// Content is what is frozen of the case, by stage, of the fields that are given
// for each. Safe contact never is: it is the one live read.
func (f *Freezing) Content(first, second []string) map[string]map[string]any {
	return f.facts.freeze(first, second, asked{})
}

package demo

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// referral is one referral while it is walked through the state table.
type referral struct {
	models.Referral
	k   *kase
	svc *service
	g   *generator
	s   *source

	Answers      map[string]any
	SharedFields []string // seen from sending
	SharedAfter  []string // seen once accepted

	worker      *person // who has it at the receiver
	history     []historyRow
	clocks      []*models.Clock
	questions   []question
	assignments []assignment
	attempts    []models.ContactAttempt
	events      []event
	changes     []change
	shares      map[string]string // stage -> JSON
	support     *support          // of those laid out by hand
	overLimit   bool
	last        time.Time // of the latest step
	over        bool      // the demo ends before the next step
}

// historyRow is one step as the history keeps it.
type historyRow struct {
	id        uuid.UUID
	version   int
	action    models.Action
	from      models.ReferralStatus
	to        models.ReferralStatus
	at        time.Time
	by        *person
	role      models.Role
	inBefore  *int64 // seconds in the state that was left
	reason    string
	decidedBy models.DecidedBy
	note      string
	detail    map[string]any
}

type question struct {
	id         uuid.UUID
	position   int
	at         time.Time
	by         *person
	text       string
	answer     string
	answeredAt *time.Time
	answeredBy *person
}

type assignment struct {
	id     uuid.UUID
	worker *person
	team   string
	from   time.Time
	until  *time.Time
	by     *person
}

// because is what may stand beside a step.
type because struct {
	reason    string
	decidedBy models.DecidedBy // empty: the reason's usual one
	note      string
	detail    map[string]any
	stays     bool // the row of the table that leaves the state as it is
	ends      bool // whose decision it was is kept with the referral
}

// do takes one step by the state table. It is false, and every later step too,
// where the demo ends before; a step the table does not hold is a mistake of
// this package and stops it.
func (r *referral) do(a models.Action, moment time.Time, by *person, why because) bool {
	if moment.Before(r.last) {
		moment = r.last.Add(time.Minute)
	}
	if r.over || !moment.Before(r.g.until) {
		r.over = true
		return false
	}
	moment = moment.UTC()
	to, row := r.target(a, why.stays)
	r.Version++
	h := historyRow{
		id: r.s.id(moment), version: r.Version, action: a, from: r.Status, to: to, at: moment, by: by, role: models.RoleSystem,
		reason: why.reason, decidedBy: why.decidedBy, note: why.note, detail: why.detail,
	}
	if by != nil {
		h.role = by.role
	}
	if why.reason != "" {
		_, h.decidedBy, _ = models.CheckReason(a, why.reason, why.decidedBy, "-")
		r.Reason = &why.reason
	}
	if why.ends {
		whose := h.decidedBy
		r.DecidedBy = &whose
	}
	r.last = moment
	if row.Target != models.ToSame {
		seconds := int64(moment.Sub(r.StatusSince) / time.Second)
		h.inBefore = &seconds
		r.move(to, row, by)
	}
	r.history = append(r.history, h)
	return true
}

// move takes on a state, and keeps the one left where the table says so.
func (r *referral) move(to models.ReferralStatus, row models.Transition, by *person) {
	now, left := r.last, r.Status
	r.HeldFrom = nil
	if row.Pauses {
		r.HeldFrom = &left
	}
	r.Status, r.StatusSince, r.StatusBy, r.StatusByOrg = to, now, nil, nil
	if by != nil {
		r.StatusBy, r.StatusByOrg = &by.id, &by.org.id
	}
	if to.Ended() && r.EndedAt == nil {
		r.EndedAt = &now
	}
}

// target finds the row of the state table for an action and where it leads.
func (r *referral) target(a models.Action, stays bool) (models.ReferralStatus, models.Transition) {
	for _, t := range transitionsOf(a) {
		if !slices.Contains(t.From, r.Status) || stays != (t.Target == models.ToSame) {
			continue
		}
		switch t.Target {
		case models.ToHeldFrom:
			return *r.HeldFrom, t
		case models.ToSame:
			return r.Status, t
		}
		return t.To, t
	}
	panic("demo: the state table has no " + string(a) + " from " + string(r.Status))
}

// record adds a line to the trail.
func (r *referral) record(moment time.Time, by *person, action string, detail map[string]any) {
	r.events = append(r.events, event{
		at: moment, by: by, action: action, subject: "referral", id: r.ID, caseID: r.CaseID, detail: detail,
	})
}

// tell notes what the other side is told.
func (r *referral) tell(moment time.Time, by *person, topic string) {
	c := change{at: moment, topic: topic, referral: r.ID, caseID: r.CaseID}
	if by != nil {
		c.by = by.org.id
	}
	for _, party := range []uuid.UUID{r.FromOrgID, r.ToOrgID} {
		if party == c.by || party == r.ToOrgID && !r.VisibleToReceiver() || party == r.ToOrgID && r.FromOrgID == r.ToOrgID {
			continue
		}
		c.to = party
		r.changes = append(r.changes, c)
	}
}

var byAction = sync.OnceValue(func() map[models.Action][]models.Transition {
	out := map[models.Action][]models.Transition{}
	for _, t := range models.Transitions() {
		out[t.Action] = append(out[t.Action], t)
	}
	return out
})

// transitionsOf are the rows of the state table for an action.
func transitionsOf(a models.Action) []models.Transition { return byAction()[a] }

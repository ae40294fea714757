package referrals

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/models"
)

// act is one request while it is being decided.
type act struct {
	*state
	action models.Action
	actor  models.Actor
	sides  []models.Side
	in     *ActionInput
	now    time.Time
	cal    *models.Calendar

	row    models.Transition
	clocks []models.Clock // of the referral, as they will be
	dirty  map[int]bool   // which of them changed
	c      *change
	faults models.Faults
	failed error
}

// decide says what follows from an action, or why it cannot be done. It reads
// nothing but what it is given, so that every rule of the state table can be
// tested without a database. Its refusals, in the order of decisions.md 18: no
// version given where one is required, the state moved on, in this state the
// other side's to do, an old version, then whatever the guards find.
func decide(st *state, actor models.Actor, action models.Action, in *ActionInput, req *models.Request, now time.Time, cal *models.Calendar) (*change, error) {
	a := &act{state: st, action: action, actor: actor, in: in, now: now, cal: cal, sides: st.Sides(actor, st.Coordinates), dirty: map[int]bool{}}
	if req.IfMatch == nil && req.MatchRequired {
		return nil, models.PreconditionRequired("Send If-Match with the ETag of the referral you read.")
	}
	if err := a.findRow(); err != nil {
		return nil, err
	}
	if req.IfMatch != nil && *req.IfMatch != st.Version {
		return nil, models.Stale("This referral has changed since you read it. Read it again, then decide.")
	}
	a.begin(req)
	handlers()[action](a)
	return a.finish()
}

// checkSide refuses an actor for whom the action is never theirs to do here:
// before anything is said about the state.
func checkSide(st *state, actor models.Actor, action models.Action) error {
	sides := st.Sides(actor, st.Coordinates)
	if len(sides) == 0 {
		return models.NotFound("referral")
	}
	if !among(models.ActionSides(action), sides) {
		return models.Forbidden(othersToDo(action, models.ActionSides(action)))
	}
	return nil
}

func (a *act) findRow() error {
	rows := models.FindTransitions(a.action, a.Status)
	if len(rows) == 0 || a.action == models.ActAcknowledgeWithdrawal && a.WithdrawalAcknowledgedAt != nil {
		return errMoved
	}
	var sides []models.Side
	for _, r := range rows {
		if among(r.By, a.sides) {
			a.row = r
			return nil
		}
		sides = append(sides, r.By...)
	}
	return models.Forbidden(othersToDo(a.action, sides))
}

// errMoved says that no row of the table lets the action leave this state. Do
// turns it into who did what and when.
var errMoved = errors.New("the state has moved on")

func (a *act) begin(req *models.Request) {
	a.clocks = slices.Clone(a.Clocks)
	a.faults.Join(req.Invalid...)
	next := a.Referral
	next.Version++
	a.c = &change{before: a.Referral, after: next}
	a.c.history = step{id: models.NewID(), action: a.action, from: a.Status, at: a.now, detail: map[string]any{}}
	a.checkText("note", "Note", a.in.Note, 4000)
	if note := strings.TrimSpace(a.in.Note); note != "" {
		a.c.history.note = &note
	}
	a.c.topics = []string{"referral." + past(a.action)}
}

// settleStatus works out the state the row leads to, and what is kept to come
// back to.
func (a *act) settleStatus() {
	next, to := &a.c.after, a.row.To
	switch a.row.Target {
	case models.ToSame, models.ToDeleted:
		return
	case models.ToHeldFrom:
		to = *a.HeldFrom
		next.HeldFrom = nil
		if to == models.StatusInfoRequested {
			next.HeldFrom = a.AskedFrom // the question goes back to where it came from
		}
	case models.ToState:
		next.HeldFrom = nil
		if a.row.Pauses {
			next.HeldFrom = &a.Status
		}
	}
	next.Status = to
	seconds := int64(a.now.Sub(a.StatusSince) / time.Second)
	a.c.history.inState = &seconds
	next.StatusSince, next.StatusBy, next.StatusByOrg = a.now, nonZero(a.actor.UserID), nonZero(a.actor.OrgID)
	if to.Ended() && next.EndedAt == nil {
		next.EndedAt = &a.now
	}
}

// finish adds what follows from any act and tells the first thing wrong.
func (a *act) finish() (*change, error) {
	if a.failed != nil {
		return nil, a.failed
	}
	if faults := a.faults.List(); len(faults) > 0 {
		return nil, models.Invalid(faults...)
	}
	a.settleStatus()
	c := a.c
	c.row, c.history.to = a.row, c.after.Status
	for i := range a.clocks {
		if a.dirty[i] && i < len(a.Clocks) {
			c.moved = append(c.moved, a.clocks[i])
		}
	}
	c.started = a.clocks[len(a.Clocks):]
	c.after.DueAt = dueAt(a.clocks, a.ToOrgID)
	c.overdue = overdue(a.clocks) || a.waitsTooLong()
	return c, nil
}

// fail notes what makes the act impossible; the first counts.
func (a *act) fail(err error) {
	if a.failed == nil && err != nil {
		a.failed = err
	}
}

// failClock is fail for what the calendar says: outside its years it refuses in
// words for people.
func (a *act) failClock(err error) {
	if errors.Is(err, models.ErrOutsideCalendar) {
		err = models.Invalid(models.Field("", models.FieldInvalid, err.Error()))
	}
	a.fail(err)
}

// checkText refuses what is too long or cannot be stored.
func (a *act) checkText(field, label, value string, longest int) {
	switch {
	case len(value) > longest && utf8.RuneCountInString(value) > longest:
		a.faults.Add(field, models.FieldTooLong, label+" must be "+models.Count(longest)+" characters or fewer")
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unreadable):
		a.faults.Add(field, models.FieldInvalid, label+" must only include letters, numbers and punctuation")
	}
}

func unreadable(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }

// checkReason holds the coded reason against the action's list and keeps it.
func (a *act) checkReason() models.Reason {
	r, by, faults := models.CheckReason(a.action, a.in.Reason, a.in.DecidedBy, a.in.Note)
	a.faults.Join(faults...)
	if len(faults) == 0 {
		a.c.history.reason, a.c.history.decidedBy = &r.Code, &by
		a.c.after.Reason = &r.Code
	}
	return r
}

// endReason is checkReason for an ending, which keeps whose decision it was.
func (a *act) endReason() {
	a.checkReason()
	a.c.after.DecidedBy = a.c.history.decidedBy
}

func (a *act) has(s models.Side) bool { return slices.Contains(a.sides, s) }

func (a *act) high() bool { return a.Priority == models.PriorityHigh }

func among(a, b []models.Side) bool {
	return slices.ContainsFunc(a, func(s models.Side) bool { return slices.Contains(b, s) })
}

func nonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// handlers is what each action does beyond changing the status.
func handlers() map[models.Action]func(*act) {
	return map[models.Action]func(*act){
		models.ActDiscard:               (*act).discard,
		models.ActSubmit:                (*act).submit,
		models.ActAcknowledge:           (*act).acknowledge,
		models.ActRequestInfo:           (*act).requestInfo,
		models.ActAnswerInfo:            (*act).answerInfo,
		models.ActAccept:                (*act).accept,
		models.ActWaitlist:              (*act).waitlist,
		models.ActProposeDecline:        (*act).proposeDecline,
		models.ActUpholdDecline:         (*act).upholdDecline,
		models.ActReturnDecline:         (*act).returnDecline,
		models.ActDecline:               (*act).decline,
		models.ActRecordContact:         (*act).recordContact,
		models.ActHold:                  (*act).hold,
		models.ActResume:                (*act).resume,
		models.ActComplete:              (*act).complete,
		models.ActEndEarly:              (*act).endEarly,
		models.ActNotEngaged:            (*act).notEngaged,
		models.ActWithdraw:              (*act).withdraw,
		models.ActAcknowledgeWithdrawal: (*act).acknowledgeWithdrawal,
		models.ActReroute:               (*act).reroute,
		models.ActUndoAccept:            (*act).undoAccept,
		models.ActReport:                (*act).report,
		models.ActReopen:                (*act).reopen,
		models.ActVoid:                  (*act).void,
		models.ActAssign:                (*act).assign,
		models.ActLapse:                 (*act).lapse,
	}
}

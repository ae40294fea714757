package referrals

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// rated is how a need stood last at the start and at the end, by the service's
// own record of it.
type rated struct{ start, end *models.NeedRating }

// queueSessions reads the appointments of a referral, and what came of each:
// what an ending asks about. The service's own, so that its referrer reads none.
func (s *state) queueSessions(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var a models.Appointment
		err := rows.Scan(&a.ID, &a.InsteadOf, &a.Happened, &a.Attendance, &a.Why)
		s.appointments = append(s.appointments, a)
		return err
	}), `select a.id, a.instead_of, o.happened, o.attendance, o.why from appointments a left join lateral (
			select x.happened, x.attendance, x.why from appointment_outcomes x where x.appointment_id = a.id order by x.at desc, x.id desc limit 1) o on true
		where a.referral_id = $1`, id)
}

// queueRated reads how each need that was asked about stood.
func (s *state) queueRated(b *pg.Batch, id uuid.UUID) {
	s.rated = map[string]rated{}
	b.Query(pg.Each(func(rows pg.Row) error {
		var r models.NeedRating
		if err := rows.Scan(&r.Need, &r.Point, &r.Score, &r.Unrated); err != nil {
			return err
		}
		n := s.rated[r.Need]
		switch r.Point {
		case models.NeedAtStart:
			n.start = &r
		case models.NeedAtEnd:
			n.end = &r
		case models.NeedAtReview:
		}
		s.rated[r.Need] = n
		return nil
	}), "select need, point, score, unrated from need_ratings where referral_id = $1 order by at, id", id)
}

// allHeld holds an ending as completed to the truth table of referrals.md
// section 3: nothing planned is left to be held.
func (a *act) allHeld() {
	switch s := models.CountSessions(a.appointments); {
	case s.Outstanding > 0:
		a.faults.Add("sessions", models.FieldRequired, "Say first what came of "+models.Plural(s.Outstanding, "appointment", "appointments")+", under Support")
	case s.Missed > 0:
		a.faults.Add("sessions", models.FieldNotOpen, models.Plural(s.Missed, "appointment was", "appointments were")+
			" missed. Make another instead, say that it was not needed, or end this early")
	}
}

// noneHeld holds an ending without any work to the same table: whoever came to
// an appointment was reached.
func (a *act) noneHeld(words string) {
	if models.CountSessions(a.appointments).Held > 0 {
		a.fail(models.Conflict(words))
	}
}

// outcomes is how each need stood at the start and stands at the end: as given
// with the ending, and else as the service's record has it. Each need that was
// asked about at the start has to have an end: a number, or why there is none.
func (a *act) outcomes() []Outcome {
	out := slices.Clone(a.in.Outcomes)
	given := map[string]bool{}
	for _, o := range out {
		given[o.Need] = true
		a.keepRating(o.Need, models.NeedAtStart, o.Start)
		a.keepRating(o.Need, models.NeedAtEnd, o.End)
	}
	unrated := map[string]string{}
	var open []string
	for _, need := range models.Needs() {
		n, ok := a.rated[need.Key]
		switch {
		case !ok || given[need.Key] || n.start == nil && n.end == nil:
		case n.end == nil:
			open = append(open, need.Words)
		case n.start != nil && n.start.Score != nil && n.end.Score != nil:
			out = append(out, Outcome{Need: need.Key, Start: *n.start.Score, End: *n.end.Score})
		default:
			unrated[need.Key] = why(n)
		}
	}
	switch {
	case len(open) > 0:
		a.faults.Add("outcomes", models.FieldRequired, "Say how these needs stand at the end, or why there is no number: "+strings.Join(open, "; "))
	case len(out)+len(unrated) == 0:
		a.faults.Add("outcomes", models.FieldRequired, "Say how things stand for each need")
	}
	if len(unrated) > 0 {
		a.c.history.detail["unrated"] = unrated
	}
	return out
}

// why is the reason that a need has no number at the end, or had none at the
// start to hold it against.
func why(n rated) string {
	for _, r := range []*models.NeedRating{n.end, n.start} {
		if r != nil && r.Unrated != nil {
			return *r.Unrated
		}
	}
	return "not_asked"
}

// keepRating keeps a number that came with the ending beside what was kept on
// the way, where it says something new.
func (a *act) keepRating(need string, point models.NeedPoint, score int) {
	last := a.rated[need].start
	if point == models.NeedAtEnd {
		last = a.rated[need].end
	}
	if last != nil && last.Score != nil && *last.Score == score {
		return
	}
	a.c.ratings = append(a.c.ratings, models.NeedRating{ID: models.NewID(), Need: need, Point: point, Score: &score})
}

func queueRatings(b *pg.Batch, c *change) {
	for i := range c.ratings {
		r := &c.ratings[i]
		b.Exec(`insert into need_ratings (id, case_id, referral_id, need, point, score, at, by_user_id, by_org_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, r.ID, c.after.CaseID, c.after.ID, r.Need, r.Point, r.Score, c.history.at, b.Actor.UserID, b.Actor.OrgID)
	}
}

// report hands in the end report that is still owed after work ended early (row
// 17): until then the ending does not count as finished.
func (a *act) report() {
	if !owesReport(a.Clocks) {
		a.fail(models.Conflict("No end report is owed here any longer."))
	}
	a.checkReport(true)
	a.stop(models.RuleEndReport)
}

// owesReport reports whether an end report is still to come.
func owesReport(clocks []models.Clock) bool {
	return slices.ContainsFunc(clocks, func(c models.Clock) bool { return c.Rule == models.RuleEndReport && c.Open() })
}

// toldBack is a history as it is told to somebody other than the service: how
// many needs changed which way, and not which needs nor by how much.
func toldBack(steps []Step) []Step {
	out := slices.Clone(steps)
	for i := range out {
		list, ok := out[i].Detail["outcomes"].([]any)
		if !ok {
			continue
		}
		told := map[string]any{}
		for k, v := range out[i].Detail {
			if k != "outcomes" && k != "unrated" {
				told[k] = v
			}
		}
		better, same, worse := changed(list)
		told["changed"] = map[string]any{"better": better, "same": same, "worse": worse}
		out[i].Detail = told
	}
	return out
}

// changed counts the needs that stood better, the same and worse at the end.
func changed(outcomes []any) (better, same, worse int) {
	for _, o := range outcomes {
		m, _ := o.(map[string]any)
		start, _ := m["start"].(float64)
		end, _ := m["end"].(float64)
		switch {
		case end > start:
			better++
		case end == start:
			same++
		default:
			worse++
		}
	}
	return better, same, worse
}

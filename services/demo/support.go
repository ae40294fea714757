package demo

import (
	"time"

	"github.com/google/uuid"

	"throughline/internal/vault"
	"throughline/models"
)

// support is what a service kept of its work on a referral: of those laid out by
// hand all of it, so that its pages are seen filled; of the thousands of others
// a goal that was agreed, and how needs stood when the work was done.
type support struct {
	ratings      []models.NeedRating
	goals        []models.SupportGoal
	reviews      []goalReview
	appointments []models.Appointment
}

type goalReview struct {
	id, goal uuid.UUID
	state    models.GoalState
	on       *time.Time
	at       time.Time
}

// planned keeps the first weeks of work, from the first conversation on: what
// was asked, two goals, a meeting that happened and one to come.
func (r *referral) planned(begun time.Time, by *person) {
	s := newSource(r.g.seed, "support "+r.Reference)
	first := begun.Add(20 * time.Minute)
	k := &support{}
	rate := func(point models.NeedPoint, at time.Time, need string, score int, unrated string) {
		n := models.NeedRating{ID: s.id(at), Need: need, Point: point, At: at, ByUserID: by.id, ByOrgID: by.org.id}
		if unrated != "" {
			n.Unrated = &unrated
		} else {
			n.Score = &score
		}
		k.ratings = append(k.ratings, n)
	}
	rate(models.NeedAtStart, first, "health", 2, "")
	rate(models.NeedAtStart, first, "accommodation", 1, "")
	rate(models.NeedAtStart, first, "finance", 3, "")
	rate(models.NeedAtStart, first, "family", 0, "declined")
	rate(models.NeedAtStart, first, "drugs_alcohol", 0, "unsafe_to_ask")
	goal := func(need, words string, ahead int) uuid.UUID {
		on := models.Today(r.g.until).AddDate(0, 0, ahead)
		g := models.SupportGoal{ID: s.id(first), Need: need, Goal: words, ReviewOn: &on, At: first, ByUserID: by.id, ByOrgID: by.org.id}
		k.goals = append(k.goals, g)
		return g.ID
	}
	locks := goal("accommodation", "The locks are changed and I know who has a key.", 3)
	goal("health", "I sleep through the night most days of the week.", 24)
	meet := func(at time.Time, place string, happened *bool, attendance string) {
		a := models.Appointment{ID: s.id(first), StartsAt: at, Place: place, Channel: models.ChannelPhone, At: first, ByUserID: by.id, ByOrgID: by.org.id, Happened: happened}
		if happened != nil {
			said := at.Add(70 * time.Minute)
			a.SaidAt, a.Attendance = &said, &attendance
		}
		k.appointments = append(k.appointments, a)
	}
	was := true
	if met := weekday(begun.AddDate(0, 0, 2)); met.Add(2 * time.Hour).Before(r.g.until) {
		meet(met, "office", &was, models.AttendanceAttended)
		at := met.Add(time.Hour)
		rate(models.NeedAtReview, at, "accommodation", 3, "")
		k.reviews = append(k.reviews, goalReview{s.id(at), locks, models.GoalReached, nil, at})
	}
	meet(weekday(r.g.back(1, 11, 0).AddDate(0, 0, 5)), "office", nil, "")
	r.record(first, by, "needs.rated", map[string]any{"point": "start", "needs": 5})
	r.support = k
}

// agrees keeps the plan that most agree on in their first conversation.
func (r *referral) agrees() {
	s := newSource(r.g.seed, "plan "+r.Reference)
	at := r.last.Add(25 * time.Minute)
	if !s.chance(0.8) || !at.Before(r.g.until) {
		return
	}
	need := pick(s, models.Needs()).Key
	on := models.Today(at).AddDate(0, 0, s.between(14, 56))
	r.kept().goals = append(r.kept().goals, models.SupportGoal{ID: s.id(at), Need: need, Goal: pick(s, goalTexts()), ReviewOn: &on, At: at, ByUserID: r.worker.id, ByOrgID: r.worker.org.id})
}

// rated keeps how needs stood, as the ending says it.
func (r *referral) rated(list []outcome, by *person) {
	s := newSource(r.g.seed, "rated "+r.Reference+" "+r.last.Format(time.RFC3339))
	for _, o := range list {
		for _, p := range []struct {
			point models.NeedPoint
			score int
		}{{models.NeedAtStart, o.Start}, {models.NeedAtEnd, o.End}} {
			r.kept().ratings = append(r.kept().ratings, models.NeedRating{ID: s.id(r.last), Need: o.Need, Point: p.point, Score: &p.score, At: r.last, ByUserID: by.id, ByOrgID: by.org.id})
		}
	}
}

func (r *referral) kept() *support {
	if r.support == nil {
		r.support = &support{}
	}
	return r.support
}

func goalTexts() []string {
	return []string{
		"I go out on my own again, first by day.",
		"The locks are changed and I know who has a key.",
		"I sleep through the night most days of the week.",
		"I know what will happen at court, and who will be there with me.",
		"I have told my employer and have time off when I need it.",
		"I have somebody to ring when it gets bad.",
	}
}

// weekday is the moment itself, or at that time of the next Monday.
func weekday(t time.Time) time.Time {
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

func (b *book) writeSupport(r *referral) {
	k := r.support
	if k == nil || r.Status == models.StatusEnteredInError {
		return
	}
	for i := range k.ratings {
		n := &k.ratings[i]
		var score any
		if n.Score != nil {
			score = small(*n.Score)
		}
		b.ratings.row(n.ID, r.CaseID, r.ID, n.Need, string(n.Point), score, text(n.Unrated), n.At, recorded(n.At), n.ByUserID, n.ByOrgID)
	}
	for i := range k.goals {
		g := &k.goals[i]
		b.goals.row(g.ID, r.CaseID, r.ID, g.Need, b.seal(vault.GoalText, g.ID, g.Goal), dayOf(g.ReviewOn), g.At, recorded(g.At), g.ByUserID, g.ByOrgID)
	}
	for _, v := range k.reviews {
		b.reviews.row(v.id, r.CaseID, r.ID, v.goal, string(v.state), dayOf(v.on), v.at, recorded(v.at), k.goals[0].ByUserID, k.goals[0].ByOrgID)
	}
	for i := range k.appointments {
		a := &k.appointments[i]
		b.meetings.row(a.ID, r.CaseID, r.ID, a.StartsAt, a.Place, string(a.Channel), a.At, recorded(a.At), a.ByUserID, a.ByOrgID)
		if a.Happened != nil {
			b.met.row(a.ID, r.CaseID, r.ID, a.ID, *a.Happened, text(a.Attendance), *a.SaidAt, recorded(*a.SaidAt), a.ByUserID, a.ByOrgID)
		}
	}
}

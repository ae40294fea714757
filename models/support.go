package models

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// What a service keeps of its own work on one referral (docs/adr/0024): how
// each of the eight needs stands, the goals of a support plan, and
// appointments. None of it is ever changed: what came last holds.

// NeedPoint is when a need was asked about.
type NeedPoint string

// The points of domain.md 4.2.
const (
	NeedAtStart  NeedPoint = "start"
	NeedAtReview NeedPoint = "review"
	NeedAtEnd    NeedPoint = "end"
)

// NeedPoints lists the points in the order of the work.
func NeedPoints() []Choice {
	return []Choice{{string(NeedAtStart), "At the start"}, {string(NeedAtReview), "At a review"}, {string(NeedAtEnd), "At the end"}}
}

// The ends of the scale, in the person's own judgement.
const (
	NeedWorst = 1 // very hard
	NeedBest  = 5 // going well
)

// Unrated are the reasons why a need has no number. They are kept apart from
// each other and from every number: none is ever filled in (domain.md 4.2).
func Unrated() []Choice {
	return []Choice{{"not_asked", "Not asked"}, {"declined", "Did not want to say"}, {"unsafe_to_ask", "Not safe to ask"}}
}

// NeedRating is how one need stood when somebody asked, or why there is no
// number. Exactly one of Score and Unrated is there.
type NeedRating struct {
	ID         uuid.UUID
	CaseID     uuid.UUID
	ReferralID uuid.UUID
	Need       string // of Needs
	Point      NeedPoint
	Score      *int    // 1 to 5
	Unrated    *string // of Unrated
	At         time.Time
	ByUserID   uuid.UUID
	ByOrgID    uuid.UUID
}

// Words say the rating as pages do.
func (r *NeedRating) Words() string {
	switch {
	case r.Score != nil:
		return strconv.Itoa(*r.Score)
	case r.Unrated != nil:
		return ChoiceWords(Unrated(), *r.Unrated)
	}
	return ""
}

// CheckRatings says what is wrong with the needs of one occasion.
func CheckRatings(point NeedPoint, list []NeedRating) []FieldError {
	f := &Faults{}
	f.oneOf("point", "Select when you asked", string(point), NeedPoints())
	if len(list) == 0 {
		f.Add("ratings", FieldRequired, "Say how at least one need stands")
	}
	if len(list) > len(Needs()) {
		f.Add("ratings", FieldTooLong, "Rate each need once")
		return f.List()
	}
	seen := map[string]bool{}
	for i := range list {
		r, at := &list[i], "ratings["+strconv.Itoa(i)+"]"
		f.oneOf(at+".need", "Select a need from the list", r.Need, Needs())
		if seen[r.Need] {
			f.Add(at+".need", FieldInvalid, "Rate each need once")
		}
		seen[r.Need] = true
		switch {
		case r.Score == nil && r.Unrated == nil:
			f.Add(at+".score", FieldRequired, "Enter a number from 1 to 5, or why there is none")
		case r.Score != nil && r.Unrated != nil:
			f.Add(at+".unrated", FieldNotOpen, "Give a number or why there is none, not both")
		case r.Score != nil && (*r.Score < NeedWorst || *r.Score > NeedBest):
			f.Add(at+".score", FieldInvalid, "Enter a number from 1 to 5")
		case r.Unrated != nil:
			f.oneOf(at+".unrated", "Select why there is no number", *r.Unrated, Unrated())
		}
	}
	return f.List()
}

// GoalState is where a goal of a support plan stands.
type GoalState string

// The states of a goal.
const (
	GoalOpen    GoalState = "open"
	GoalReached GoalState = "reached"
	GoalPartly  GoalState = "partly"
	GoalDropped GoalState = "dropped"
)

// GoalStates lists them in the order pages ask.
func GoalStates() []Choice {
	return []Choice{
		{string(GoalOpen), "Still working on it"},
		{string(GoalReached), "Reached"},
		{string(GoalPartly), "Partly reached"},
		{string(GoalDropped), "No longer wanted"},
	}
}

// GoalLongest is the most characters a goal may have.
const GoalLongest = 500

// goalAhead is how far away a goal may be looked at again.
const goalAhead = 366 * 24 * time.Hour

// SupportGoal is something a person and their worker work towards, for one
// need. State and ReviewOn are those of its latest review.
type SupportGoal struct {
	ID         uuid.UUID
	CaseID     uuid.UUID
	ReferralID uuid.UUID
	Need       string
	Goal       string // in the person's words
	State      GoalState
	ReviewOn   *time.Time // a date; nil once it is no longer open
	At         time.Time
	StateAt    time.Time
	ByUserID   uuid.UUID
	ByOrgID    uuid.UUID
}

// Check says what is wrong with a goal that is about to be kept.
func (g *SupportGoal) Check(now time.Time) []FieldError {
	f := &Faults{}
	g.Goal = strings.TrimSpace(g.Goal)
	f.oneOf("need", "Select the need it is for", g.Need, Needs())
	if g.Goal == "" {
		f.Add("goal", FieldRequired, "Write the goal")
	}
	f.text("goal", "The goal", g.Goal, GoalLongest, true)
	checkGoalReview(f, GoalOpen, g.ReviewOn, now)
	return f.List()
}

// CheckGoalReview says what is wrong with a look at a goal: one that goes on
// has a day on which it is looked at again, one that is over has none.
func CheckGoalReview(state GoalState, on *time.Time, now time.Time) []FieldError {
	f := &Faults{}
	f.oneOf("state", "Select how the goal stands", string(state), GoalStates())
	checkGoalReview(f, state, on, now)
	return f.List()
}

func checkGoalReview(f *Faults, state GoalState, on *time.Time, now time.Time) {
	switch {
	case state != GoalOpen && on != nil:
		f.Add("review_on", FieldNotOpen, "Leave the date out: the goal is not worked on any longer")
	case state != GoalOpen:
	case on == nil:
		f.Add("review_on", FieldRequired, "Enter when you will look at it again")
	case on.Before(Today(now)):
		f.Add("review_on", FieldInvalid, "The date must be today or later")
	case on.After(now.Add(goalAhead)):
		f.Add("review_on", FieldInvalid, "The date must be within a year")
	}
}

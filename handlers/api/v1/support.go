package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/support"
)

// NeedsRated is one occasion on which needs were asked about.
type NeedsRated struct {
	Point   string      `json:"point" enum:"start,review,end"`
	Ratings []NeedRated `json:"ratings" minItems:"1" maxItems:"8"`
}

// NeedRated is one need: a number, or why there is none.
type NeedRated struct {
	Need    Key    `json:"need" doc:"health, accommodation, family, education_employment, drugs_alcohol, finance, outlook or social, or other words for these."`
	Score   *int   `json:"score,omitempty" minimum:"1" maximum:"5" doc:"From 1, very hard, to 5, going well, in the person's own judgement."`
	Unrated string `json:"unrated,omitempty" enum:"not_asked,declined,unsafe_to_ask" doc:"Why there is no number. Never filled in."`
}

// NewGoal is a goal of a support plan.
type NewGoal struct {
	Need     Key    `json:"need"`
	Goal     string `json:"goal" minLength:"1" maxLength:"500"`
	ReviewOn string `json:"review_on" format:"date"`
}

// GoalReviewed is a look at a goal.
type GoalReviewed struct {
	GoalID   uuid.UUID `json:"goal_id"`
	State    string    `json:"state" enum:"open,reached,partly,dropped"`
	ReviewOn string    `json:"review_on,omitempty" format:"date" doc:"Of a goal that is still open."`
}

// NewAppointment is a time to meet.
type NewAppointment struct {
	StartsAt  time.Time `json:"starts_at"`
	Place     string    `json:"place" enum:"office,phone,home,partner,court,police,health,elsewhere" doc:"The kind of place; no address is kept."`
	Channel   string    `json:"channel" enum:"phone,text,email,post,in_person" doc:"How the person is told. 422 where it is not marked safe."`
	InsteadOf uuid.UUID `json:"instead_of,omitzero" doc:"One that did not happen, which this makes up for."`
}

// AppointmentSaid is what came of an appointment. Whether it happened and
// whether the person came are two answers.
type AppointmentSaid struct {
	AppointmentID uuid.UUID `json:"appointment_id"`
	Happened      *bool     `json:"happened"`
	Attendance    string    `json:"attendance,omitempty" enum:"attended,part,absent" doc:"Where it happened."`
	Why           string    `json:"why,omitempty" enum:"moved,service_cancelled,person_cancelled,unsafe,not_needed" doc:"Where it did not."`
}

// Support is a service's own record of its work on a referral.
type Support struct {
	ReferralID   uuid.UUID     `json:"referral_id"`
	Ratings      []NeedRating  `json:"ratings" doc:"In the order they were asked. The last of a need and a point holds."`
	Goals        []Goal        `json:"goals"`
	Appointments []Appointment `json:"appointments" doc:"By when they begin."`
	Sessions     SessionCount  `json:"sessions"`
}

// SessionCount is how the appointments that are part of the plan stand.
type SessionCount struct {
	Held        int `json:"held"`
	Missed      int `json:"missed"`
	Outstanding int `json:"outstanding"`
}

// NeedRating is how one need stood when somebody asked.
type NeedRating struct {
	Need    string    `json:"need"`
	Point   string    `json:"point"`
	Score   *int      `json:"score,omitempty"`
	Unrated string    `json:"unrated,omitempty"`
	At      time.Time `json:"at"`
	ByID    uuid.UUID `json:"by_id"`
}

// Goal is a goal as it stands.
type Goal struct {
	ID       uuid.UUID `json:"id"`
	Need     string    `json:"need"`
	Goal     string    `json:"goal"`
	State    string    `json:"state"`
	ReviewOn string    `json:"review_on,omitempty"`
	SetAt    time.Time `json:"set_at"`
	StateAt  time.Time `json:"state_at"`
}

// Appointment is a time to meet, and what came of it once somebody has said.
type Appointment struct {
	ID         uuid.UUID  `json:"id"`
	StartsAt   time.Time  `json:"starts_at"`
	Place      string     `json:"place"`
	Channel    string     `json:"channel"`
	InsteadOf  *uuid.UUID `json:"instead_of,omitempty"`
	Happened   *bool      `json:"happened,omitempty"`
	Attendance *string    `json:"attendance,omitempty"`
	Why        *string    `json:"why,omitempty"`
	SaidAt     *time.Time `json:"said_at,omitempty"`
}

type (
	supportIn struct {
		ID uuid.UUID `path:"id"`
	}
	supportOut        struct{ Body Support }
	supportAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
)

// RegisterSupport adds what a service keeps of its work on a referral.
func RegisterSupport(a *api.API, svc *support.Service) {
	const tag, answer = "Support", models.ReferralAnswer
	op := func(method, suffix, id, summary, description string) api.Op {
		o := api.Op{
			Method: method, Path: "/api/v1/referrals/{id}/" + suffix, ID: id, Tag: tag, Need: answer, Summary: summary, Description: description,
			Errors: []int{http.StatusConflict},
		}
		if method == http.MethodPost {
			o.Status = http.StatusCreated
		}
		return o
	}
	api.Register(a, op(http.MethodGet, "support", "read-support", "Read the needs, goals and appointments of a referral",
		"The service's own record: 403 to the referrer, who is told the outcome. 409 once the referral has ended: open it with a reason."),
		func(ctx context.Context, in *supportIn) (*supportOut, error) {
			p, err := svc.Read(ctx, in.ID, "")
			if err != nil {
				return nil, err
			}
			return presentSupport(p), nil
		})
	opened := op(http.MethodPost, "support/open", "open-support", "Read the support of a referral that has ended", "For a manager, or the worker it was given to. The reason is on record.")
	opened.Status = http.StatusOK
	api.Register(a, opened, func(ctx context.Context, in *openIn) (*supportOut, error) {
		p, err := svc.Read(ctx, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return presentSupport(p), nil
	})
	api.Keyed(a, op(http.MethodPost, "needs", "rate-needs", "Say how needs stand", "At the start, at a review or at the end."),
		func(ctx context.Context, in *supportAct[NeedsRated]) (support.Plan, error) {
			return svc.Rate(ctx, in.ID, in.Body.input())
		}, presentSupport)
	api.Keyed(a, op(http.MethodPost, "goals", "set-goal", "Add a goal to the support plan", ""),
		func(ctx context.Context, in *supportAct[NewGoal]) (support.Plan, error) {
			return svc.SetGoal(ctx, in.ID, support.NewGoal{Need: spelled(in.Body.Need, needs()), Goal: in.Body.Goal, ReviewOn: date(in.Body.ReviewOn)})
		}, presentSupport)
	api.Keyed(a, op(http.MethodPost, "goals/review", "review-goal", "Say how a goal stands", "Every look at it is kept; the last holds."),
		func(ctx context.Context, in *supportAct[GoalReviewed]) (support.Plan, error) {
			return svc.ReviewGoal(ctx, in.ID, support.GoalReview{GoalID: in.Body.GoalID, State: models.GoalState(in.Body.State), ReviewOn: date(in.Body.ReviewOn)})
		}, presentSupport)
	api.Keyed(a, op(http.MethodPost, "appointments", "make-appointment", "Make an appointment", "Through the safe-contact gate. What it refuses is on record."),
		func(ctx context.Context, in *supportAct[NewAppointment]) (support.Plan, error) {
			b := in.Body
			return svc.MakeAppointment(ctx, in.ID, support.NewAppointment{StartsAt: b.StartsAt, Place: b.Place, Channel: models.Channel(b.Channel), InsteadOf: b.InsteadOf})
		}, presentSupport)
	api.Keyed(a, op(http.MethodPost, "appointments/outcome", "record-appointment", "Say what came of an appointment", "The last word holds."),
		func(ctx context.Context, in *supportAct[AppointmentSaid]) (support.Plan, error) {
			return svc.RecordAppointment(ctx, in.ID, support.AppointmentOutcome(in.Body))
		}, presentSupport)
}

func (n NeedsRated) input() support.Rated {
	return support.Rated{Point: models.NeedPoint(n.Point), Ratings: presented(n.Ratings, func(r NeedRated) support.Rating {
		return support.Rating{Need: spelled(r.Need, needs()), Score: r.Score, Unrated: r.Unrated}
	})}
}

func presentSupport(p support.Plan) *supportOut {
	out := Support{
		ReferralID: p.ReferralID, Sessions: SessionCount(p.Sessions),
		Ratings: presented(p.Ratings, func(r models.NeedRating) NeedRating {
			out := NeedRating{Need: r.Need, Point: string(r.Point), Score: r.Score, At: utc(r.At), ByID: r.ByUserID}
			if r.Unrated != nil {
				out.Unrated = *r.Unrated
			}
			return out
		}),
		Goals: presented(p.Goals, func(g models.SupportGoal) Goal {
			out := Goal{ID: g.ID, Need: g.Need, Goal: g.Goal, State: string(g.State), SetAt: utc(g.At), StateAt: utc(g.StateAt)}
			if g.ReviewOn != nil {
				out.ReviewOn = g.ReviewOn.Format(time.DateOnly)
			}
			return out
		}),
		Appointments: presented(p.Appointments, func(a models.Appointment) Appointment {
			return Appointment{
				ID: a.ID, StartsAt: utc(a.StartsAt), Place: a.Place, Channel: string(a.Channel), InsteadOf: a.InsteadOf, Happened: a.Happened,
				Attendance: a.Attendance, Why: a.Why, SaidAt: a.SaidAt,
			}
		}),
	}
	return &supportOut{Body: out}
}

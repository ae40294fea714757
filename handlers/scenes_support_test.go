package handlers

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
	"throughline/services/support"
)

// planned is a referral the service works on, with a goal and an appointment
// that lies behind.
func (s setting) planned() (v referrals.View, goal, appointment uuid.UUID) {
	s.t.Helper()
	v = s.reached()
	on := models.Today(s.Clock.Now()).AddDate(0, 0, 14)
	if _, err := s.deps.Support.SetGoal(s.As("vawg"), v.ID, support.NewGoal{Need: "health", Goal: "Sleep through the night.", ReviewOn: &on}); err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	p, err := s.deps.Support.MakeAppointment(s.As("vawg"), v.ID, support.NewAppointment{StartsAt: s.Clock.Now(), Place: "office", Channel: models.ChannelPhone})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v, p.Goals[0].ID, p.Appointments[0].ID
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		on := func(suffix string, body func(s setting, goal, appointment uuid.UUID) string) func(setting) scene {
			return func(s setting) scene {
				v, goal, appointment := s.planned()
				return scene{who: "vawg", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + suffix, body: body(s, goal, appointment), foreign: "refuge"}
			}
		}
		inTwoWeeks := func(s setting) string { return models.Today(s.Clock.Now()).AddDate(0, 0, 14).Format(time.DateOnly) }
		return map[string]func(setting) scene{
			"GET /api/v1/referrals/{id}/support": on("/support", func(setting, uuid.UUID, uuid.UUID) string { return "" }),
			"POST /api/v1/referrals/{id}/needs": on("/needs", func(setting, uuid.UUID, uuid.UUID) string {
				return `{"point":"start","ratings":[{"need":"health","score":2},{"need":"finance","unrated":"not_asked"}]}`
			}),
			"POST /api/v1/referrals/{id}/goals": on("/goals", func(s setting, _, _ uuid.UUID) string {
				return doc("need", "finance", "goal", "Claim what she is owed.", "review_on", inTwoWeeks(s))
			}),
			"POST /api/v1/referrals/{id}/goals/review": on("/goals/review", func(s setting, goal, _ uuid.UUID) string {
				return doc("goal_id", goal, "state", "open", "review_on", inTwoWeeks(s))
			}),
			"POST /api/v1/referrals/{id}/appointments": on("/appointments", func(s setting, _, _ uuid.UUID) string {
				return doc("starts_at", s.Clock.Now().Add(5*24*time.Hour), "place", "office", "channel", "phone")
			}),
			"POST /api/v1/referrals/{id}/appointments/outcome": on("/appointments/outcome", func(_ setting, _, appointment uuid.UUID) string {
				return doc("appointment_id", appointment, "happened", true, "attendance", "attended")
			}),
			"POST /api/v1/referrals/{id}/support/open": func(s setting) scene {
				v := s.must("vawg", s.reached(), models.ActEndEarly, referrals.ActionInput{Reason: reasonOf(models.ActEndEarly), Report: "She moved."})
				return scene{
					who: "vawg.manager", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/support/open",
					body: doc("reason", "A complaint about our work."), foreign: "refuge.manager",
				}
			},
		}
	})
}

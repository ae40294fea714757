package handlers

import (
	"time"

	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, alertScenes) }

// alertScenes are those of the privacy officer on what stands out in the trail.
func alertScenes() map[string]func(setting) scene {
	one := func(suffix, body string) func(setting) scene {
		return func(s setting) scene {
			id := s.alert()
			return scene{who: "privacy", id: id, path: "/api/v1/alerts/" + id + suffix, body: body, foreign: "police.privacy"}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/alerts/{id}":          one("", ""),
		"POST /api/v1/alerts/{id}/take":    one("/take", ""),
		"POST /api/v1/alerts/{id}/outcome": one("/outcome", `{"outcome":"explained","text":"They were on call."}`),
		"POST /api/v1/alert-thresholds": func(setting) scene {
			return scene{who: "privacy", path: "/api/v1/alert-thresholds", body: `{"key":"readers","value":7,"reason":"A large team."}`}
		},
	}
}

// alert is one about a caseworker of the privacy officer's organisation.
func (s setting) alert() string {
	s.t.Helper()
	id, me, now := models.NewID(), s.Actor("caseworker"), s.Clock.Now()
	s.Do(s.t, `insert into alerts (id, desk, kind, org_id, of_org_id, about_user_id, figures, dedupe, first_at, last_at, due_at)
		values ($1, 'data', 'trawl', $2, $2, $3, '{"in_hour": 51}', $4, $5, $5, $6)`, id, me.OrgID, me.UserID, id.String(), now, now.Add(48*time.Hour))
	return id.String()
}

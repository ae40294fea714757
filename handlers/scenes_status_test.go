package handlers

import (
	"net/netip"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	statuspage "throughline/services/status"
)

// theirs is a case of the police with a code, and a request that was made with it.
func (s setting) theirs() (c testkit.CaseFacts, code string, request uuid.UUID) {
	s.t.Helper()
	c = s.Case(s.t, s.As("police"))
	g, err := s.deps.Status.Give(s.As("police"), c.ID, statuspage.Gift{Word: "kingfisher", Language: "en", AgreedHow: "in_person", Alone: true})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	e, err := s.deps.Status.Enter(s.t.Context(), statuspage.Try{Code: g.Code, Word: "kingfisher", IP: netip.MustParseAddr("192.0.2.7")})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.deps.Status.Ask(s.t.Context(), e.Token, models.AskCall, "After noon."); err != nil {
		s.t.Fatal(err)
	}
	seen, err := s.deps.Status.See(s.As("police"), c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return c, g.Code, seen.Requests[0].ID
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		on := func(suffix string, body func(c testkit.CaseFacts, request uuid.UUID) string) func(setting) scene {
			return func(s setting) scene {
				c, _, request := s.theirs()
				return scene{who: "police", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + "/status-page" + suffix, body: body(c, request), foreign: "refuge"}
			}
		}
		nothing := func(testkit.CaseFacts, uuid.UUID) string { return "" }
		return map[string]func(setting) scene{
			"GET /api/v1/cases/{id}/status-page": on("", nothing),
			"POST /api/v1/cases/{id}/status-page": func(s setting) scene {
				return s.onCase("/status-page", doc("word", "kingfisher", "language", "en", "agreed_how", "in_person", "alone", true))
			},
			"POST /api/v1/cases/{id}/status-page/freeze":   on("/freeze", nothing),
			"POST /api/v1/cases/{id}/status-page/withdraw": on("/withdraw", nothing),
			"POST /api/v1/cases/{id}/status-page/unfreeze": func(s setting) scene {
				sc := on("/unfreeze", nothing)(s)
				if _, err := s.deps.Status.Freeze(s.As("police"), uuid.MustParse(sc.id)); err != nil {
					s.t.Fatal(err)
				}
				return sc
			},
			"POST /api/v1/cases/{id}/status-page/answers": on("/answers", func(c testkit.CaseFacts, request uuid.UUID) string {
				return doc("request_id", request, "outcome", "meant", "channel_id", c.Phone, "pressure", "no", "risk", "same", "note", "She wants a call at noon.")
			}),
		}
	})
}

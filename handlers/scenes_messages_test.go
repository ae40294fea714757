package handlers

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/courier"
	"throughline/models"
)

// receiptToken is with which receipts come.
const receiptToken = "q7Vd-2mXw-9Tz4-kPbR"

// nowhere takes every letter and keeps none.
type nowhere struct{}

func (nowhere) Way() string                                { return "smtp" }
func (nowhere) Send(context.Context, courier.Letter) error { return nil }

// told is a case of the police with a code for its page, a text that is safe, and
// a message that did not arrive.
func (s setting) told() (id, text, message uuid.UUID) {
	s.t.Helper()
	c, _, _ := s.theirs()
	s.Do(s.t, "update contact_channels set safe = 'yes', confirmed_on = $2 where id = $1", c.Text, s.Clock.Now())
	message = models.NewID()
	police := s.Actor("police")
	s.Do(s.t, `insert into messages (id, case_id, channel_id, channel, org_id, by_user_id, at, state, why, tries, next_at, claimed_at, done_at)
		values ($1, $2, $3, 'text', $4, $5, $6, 'failed', 'wrong_number', 1, $6, $6, $6)`, message, c.ID, c.Text, police.OrgID, police.UserID, s.Clock.Now())
	return c.ID, c.Text, message
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		on := func(suffix string, body func(text, message uuid.UUID) string) func(setting) scene {
			return func(s setting) scene {
				id, text, message := s.told()
				return scene{who: "police", id: id.String(), path: "/api/v1/cases/" + id.String() + "/messages" + suffix, body: body(text, message), foreign: "refuge"}
			}
		}
		return map[string]func(setting) scene{
			"GET /api/v1/cases/{id}/messages":       on("", func(uuid.UUID, uuid.UUID) string { return "" }),
			"POST /api/v1/cases/{id}/messages":      on("", func(text, _ uuid.UUID) string { return doc("channel_id", text) }),
			"POST /api/v1/cases/{id}/messages/seen": on("/seen", func(_, message uuid.UUID) string { return doc("message_id", message) }),
		}
	})
}

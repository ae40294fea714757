package messages

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/subject"
)

// Of are the messages of one case, the latest first, with the ways the victim
// could be sent one by, and why not.
type Of struct {
	CaseID    uuid.UUID
	Reference string
	Messages  []Message
	Ways      []Way
	At        time.Time
}

// Way is one way to reach the victim by a message, without the number.
type Way struct {
	ID      uuid.UUID
	Channel models.Channel
	Why     string // it cannot be used now; empty: it can
}

// OfCase shows what was sent for a case, and how they could be sent something
// now. Errors: forbidden, not found.
func (s *Service) OfCase(ctx context.Context, caseID uuid.UUID) (Of, error) {
	if err := may(ctx); err != nil {
		return Of{}, err
	}
	var out Of
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := subject.Case(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if out, err = s.of(ctx, tx, &about); err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("messages.read", map[string]any{"shown": len(out.Messages)}))
	})
	return out, err
}

func may(ctx context.Context) error {
	_, err := models.May(ctx, models.ContactRecord)
	return err
}

func (s *Service) of(ctx context.Context, tx *pg.Tx, about *subject.Subject) (Of, error) {
	out := Of{CaseID: about.CaseID, Reference: about.CaseReference, At: tx.Now}
	if err := tx.Scan(ctx, &out.Messages, "select "+columns+" from messages m where m.case_id = ? order by m.at desc, m.id desc limit 50", about.CaseID); err != nil {
		return out, err
	}
	ways, err := waysOf(ctx, tx, about.CaseID)
	if err != nil {
		return out, err
	}
	for i := range ways {
		w := Way{ID: ways[i].ID, Channel: ways[i].Kind}
		if _, words := s.shut(&ways[i], tx.Now); words != "" {
			w.Why = words
		}
		out.Ways = append(out.Ways, w)
	}
	return out, nil
}

// columns are those of a Message; m is the table.
const columns = `m.id, m.case_id, coalesce((select c.reference from cases c where c.id = m.case_id), '') as case_reference, m.channel, m.state, coalesce(m.why, '') as why,
	m.at, coalesce((select u.name from users u where u.id = m.by_user_id), '') as by, m.sent_at, m.done_at, m.seen_at`

// waysOf are the ways of a case that a message can go by.
func waysOf(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) ([]models.ContactChannel, error) {
	var rows []struct {
		ID          uuid.UUID
		Channel     models.Channel
		Person      string
		Safe        models.Safety
		Windows     []byte
		ConfirmedOn *time.Time
		StoppedAt   *time.Time
	}
	err := tx.Scan(ctx, &rows, `select ch.id, ch.channel, ch.person, ch.safe, ch.windows, ch.confirmed_on,
		(select min(st.at) from contact_stops st where st.channel_id = ch.id and st.cleared_at is null) as stopped_at
		from contact_channels ch where ch.case_id = ? and ch.channel in ('text', 'email') order by ch.position, ch.id`, caseID)
	if err != nil {
		return nil, err
	}
	out := make([]models.ContactChannel, len(rows))
	for i, r := range rows {
		out[i] = models.ContactChannel{ID: r.ID, CaseID: caseID, Kind: r.Channel, Person: r.Person, Safe: r.Safe, ConfirmedOn: r.ConfirmedOn, StoppedAt: r.StoppedAt}
		if out[i].Windows, err = windows(r.Windows); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shut says why nothing may go a way at a moment, by its code and in words; both
// are empty where something may.
func (s *Service) shut(w *models.ContactChannel, at time.Time) (why, words string) {
	if w.Person != models.PersonVictim {
		return models.MessageNotTheirs, "This is somebody else's. A message about their page goes to them alone."
	}
	if g := w.GateAt(at, models.StaleAfterDays); !g.Open() {
		return string(g.Code), g.Why
	}
	return "", ""
}

// Ask has one sentence sent to the victim of a case: that there is something to
// look at. It leaves within seconds, by a job. What the gate does not open is
// refused, and that it was is recorded, in the outbox too. Errors: forbidden,
// not found, a replay; a conflict where they have no page to look at, or one
// message is on its way already; invalid.
func (s *Service) Ask(ctx context.Context, caseID, channelID uuid.UUID) (Of, error) {
	if err := may(ctx); err != nil {
		return Of{}, err
	}
	var out Of
	err := pg.Once(func() error {
		var refused *refusal
		err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			about, err := subject.Case(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			way, err := s.fits(ctx, tx, caseID, channelID)
			if err != nil {
				return err
			}
			if why, words := s.shut(way, tx.Now); why != "" {
				refused = &refusal{why, words}
				return s.refuse(ctx, tx, &about, way, why)
			}
			if err := s.put(ctx, tx, &about, way); err != nil {
				return err
			}
			if out, err = s.of(ctx, tx, &about); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
		if err == nil && refused != nil {
			return models.Invalid(models.Field("channel_id", models.FieldNotOpen, refused.words))
		}
		return err
	})
	return out, err
}

// refusal is why something was not sent, for whoever asked.
type refusal struct{ why, words string }

// fits finds the way, and says whether there is anything to tell them of.
func (s *Service) fits(ctx context.Context, tx *pg.Tx, caseID, channelID uuid.UUID) (*models.ContactChannel, error) {
	ways, err := waysOf(ctx, tx, caseID)
	if err != nil {
		return nil, err
	}
	page := false
	if err := tx.Scan(ctx, &page, `select exists (select from status_doors d join cases c on c.id = d.case_id where d.case_id = ? and d.ended_at is null and d.frozen_at is null
		and d.expires_at > clock_timestamp() and c.status = 'open' and not c.sealed and not c.held and c.restricted_to is null)`, caseID); err != nil {
		return nil, err
	}
	if !page {
		return nil, models.Conflict("They have no page to look at. Give them a code for it first.")
	}
	var way *models.ContactChannel
	for i := range ways {
		if ways[i].ID == channelID {
			way = &ways[i]
		}
	}
	var faults []models.FieldError
	switch {
	case way == nil:
		faults = append(faults, models.Field("channel_id", models.FieldUnknown, "Select one of the ways to reach them by text or email"))
	case s.carriers.of(way.Kind) == nil:
		faults = append(faults, models.Field("channel_id", models.FieldNotOpen, "Nothing can be sent by "+models.LowerFirst(way.Kind.Words())+" from here"))
	}
	if err := models.Refusal(ctx, faults); err != nil {
		return nil, err
	}
	return way, nil
}

const intoMessages = "insert into messages (id, case_id, channel_id, channel, org_id, by_user_id, at, state, why, next_at, done_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

func (s *Service) put(ctx context.Context, tx *pg.Tx, about *subject.Subject, way *models.ContactChannel) error {
	id := models.NewID()
	_, err := tx.Exec(ctx, intoMessages, id, about.CaseID, way.ID, way.Kind, tx.Actor.OrgID, tx.Actor.UserID, tx.Now, models.MessageWaiting, nil, tx.Now, nil)
	if pg.Constraint(err) == "messages_one_waiting" {
		return models.Conflict("A message is on its way to them already. Nothing else was sent.")
	}
	if err != nil {
		return err
	}
	return tx.Record(ctx, about.Event("message.asked", map[string]any{"message": id, "channel": way.Kind}))
}

// refuse keeps that something was asked for which the gate does not allow.
// Nothing is sent of it, now or later.
func (s *Service) refuse(ctx context.Context, tx *pg.Tx, about *subject.Subject, way *models.ContactChannel, why string) error {
	id := models.NewID()
	if _, err := tx.Exec(ctx, intoMessages, id, about.CaseID, way.ID, way.Kind, tx.Actor.OrgID, tx.Actor.UserID, tx.Now, models.MessageRefused, why, tx.Now, tx.Now); err != nil {
		return err
	}
	e := about.Event("message.refused", map[string]any{"message": id, "channel": way.Kind, "gate": why})
	e.Refused = true
	return tx.Record(ctx, e)
}

// See says that somebody has seen to a message that did not arrive. Errors:
// forbidden, not found, a replay; a conflict where somebody has already; invalid
// where this case has no such message.
func (s *Service) See(ctx context.Context, caseID, id uuid.UUID) (Of, error) {
	if err := may(ctx); err != nil {
		return Of{}, err
	}
	var out Of
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			about, err := subject.Case(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			var m Message
			if err := tx.Scan(ctx, &m, "select id, state, seen_at from messages where id = ? and case_id = ?", id, caseID); err != nil {
				return err
			}
			var faults []models.FieldError
			if m.ID == uuid.Nil {
				faults = append(faults, models.Field("message_id", models.FieldUnknown, "Name a message of this case"))
			}
			if err := models.Refusal(ctx, faults); err != nil {
				return err
			}
			if !m.Unseen() {
				return models.Conflict("There is nothing to see to: it arrived, or somebody has seen to it.")
			}
			if _, err := tx.Exec(ctx, "update messages set seen_at = ?, seen_by = ? where id = ?", tx.Now, tx.Actor.UserID, id); err != nil {
				return err
			}
			if err := tx.Record(ctx, about.Event("message.seen_to", map[string]any{"message": id})); err != nil {
				return err
			}
			if out, err = s.of(ctx, tx, &about); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

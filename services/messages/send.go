package messages

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/courier"
	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

const (
	// giveUpAfter is how long a message is tried; what was new is then no news.
	giveUpAfter = 24 * time.Hour
	// leftInHand is when nobody is sending a message any more that was taken in
	// hand: far longer than any carrier may take.
	leftInHand = 10 * time.Minute
	atOnce     = 20
)

// trip is a carrier that failed: it is left alone until then, longer each time.
type trip struct {
	failures int
	until    time.Time
}

// wait is how long after so many failures in a row something is tried again.
func wait(failures int) time.Duration {
	return min(30*time.Second<<min(failures-1, 6), 30*time.Minute)
}

// open reports whether a carrier is to be tried now.
func (s *Service) open(way string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !at.Before(s.tripped[way].until)
}

// heard keeps whether a carrier answered.
func (s *Service) heard(way string, down bool, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !down {
		delete(s.tripped, way)
		return
	}
	n := s.tripped[way].failures + 1
	s.tripped[way] = trip{n, at.Add(wait(n))}
}

// Send takes outside what waits, one after another, and says how many went. A
// carrier that cannot be reached is left alone for a while, and what waits for
// it waits. No transaction is open while something is being sent.
func (s *Service) Send(ctx context.Context) (int, error) {
	if err := s.recover(ctx); err != nil {
		return 0, err
	}
	sent := 0
	for {
		var channels []string
		for _, c := range s.Ways() {
			if s.open(s.carriers.of(c).Way(), s.db.Now()) {
				channels = append(channels, string(c))
			}
		}
		ids, err := s.due(ctx, channels)
		if err != nil || len(ids) == 0 {
			return sent, err
		}
		for _, id := range ids {
			went, err := s.one(ctx, id)
			if went {
				sent++
			}
			if err != nil {
				return sent, err
			}
		}
	}
}

// due are messages whose time has come, by the channels that can be tried.
func (s *Service) due(ctx context.Context, channels []string) (ids []uuid.UUID, err error) {
	if len(channels) == 0 {
		return nil, nil
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &ids, "select id from messages where state = 'waiting' and next_at <= ? and channel in ? order by next_at, id limit ?", tx.Now, channels, atOnce)
	})
	return ids, err
}

// claimed is a message in hand, with where it goes.
type claimed struct {
	CaseID, OrgID uuid.UUID
	ChannelID     *uuid.UUID
	Channel       models.Channel
	Person        string
	Safe          models.Safety
	Windows       []byte
	ConfirmedOn   *time.Time
	StoppedAt     *time.Time
	Value         []byte
	HasPage       bool
	Tries         int

	id    uuid.UUID
	to    string
	since time.Time // it has been in hand
}

// errNotSent ends a claim that was not one: somebody else has it, or the
// carrier of its channel has just failed.
var errNotSent = errors.New("nothing to send")

// one sends one message. That it was taken in hand is committed first: whoever
// dies from there on leaves it in hand, and nobody sends it again.
func (s *Service) one(ctx context.Context, id uuid.UUID) (bool, error) {
	var m claimed
	goes := false
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		m, goes, err = s.claim(ctx, tx, id)
		return err
	})
	if errors.Is(err, errNotSent) {
		return false, nil
	}
	if err != nil || !goes {
		return false, err
	}
	carrier := s.carriers.of(m.Channel)
	err = carrier.Send(ctx, courier.Letter{ID: id.String(), To: m.to, Words: models.WordingLook})
	var failed *courier.Failed
	if err != nil && !errors.As(err, &failed) {
		failed = &courier.Failed{Came: courier.Lost}
	}
	s.heard(carrier.Way(), failed != nil && failed.Down, s.db.Now())
	if failed != nil {
		s.log.Warn("a message could not be sent", "way", carrier.Way(), "why", failed.Error())
	}
	if _, asks := carrier.(Finder); asks && failed != nil && failed.Came == courier.Lost {
		return false, nil // it stays in hand until whoever carries it is asked
	}
	// What became of it is written down though the process is asked to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return failed == nil, s.became(ctx, &m, carrier.Way(), failed)
}

// claim takes a message in hand and asks the gate again: what was safe when it
// was asked for may be so no more. What the gate shuts by then is refused; what
// is outside the safe times waits for the next of them.
func (s *Service) claim(ctx context.Context, tx *pg.Tx, id uuid.UUID) (m claimed, goes bool, err error) {
	var rows []claimed
	if err := tx.Scan(ctx, &rows, "select * from app_message_claim(?, ?)", id, tx.Now); err != nil {
		return m, false, err
	}
	if len(rows) == 0 {
		return m, false, errNotSent
	}
	m = rows[0]
	m.id = id
	if carrier := s.carriers.of(m.Channel); carrier == nil || !s.open(carrier.Way(), tx.Now) {
		return m, false, errNotSent // as it was: the claim is undone
	}
	w := models.ContactChannel{CaseID: m.CaseID, Kind: m.Channel, Person: m.Person, Safe: m.Safe, ConfirmedOn: m.ConfirmedOn, StoppedAt: m.StoppedAt}
	if w.Windows, err = windows(m.Windows); err != nil {
		return m, false, err
	}
	why, _ := s.shut(&w, tx.Now)
	switch {
	case m.ChannelID == nil || len(m.Value) == 0:
		why = string(models.GateNotSafe)
	case !m.HasPage:
		why = models.MessageNoPage
	}
	if why == string(models.GateOutside) {
		if from, _, ok := w.Next(tx.Now, models.StaleAfterDays); ok {
			return m, false, s.turn(ctx, tx, &m, change{state: models.MessageWaiting, next: from, act: "message.put_off", why: why})
		}
	}
	if why != "" {
		return m, false, s.turn(ctx, tx, &m, change{state: models.MessageRefused, why: why, act: "message.refused"})
	}
	value, err := tx.Vault.Open(vault.ContactValue, *m.ChannelID, m.Value)
	if err != nil {
		return m, false, err
	}
	m.to = string(value)
	return m, true, tx.Record(ctx, m.event("message.in_hand", map[string]any{"message": id, "channel": m.Channel, "try": m.Tries}))
}

func (m *claimed) event(act string, detail map[string]any) models.Event {
	return models.Event{Action: act, SubjectType: "case", SubjectID: m.CaseID, CaseID: m.CaseID, Detail: detail}
}

// change is what becomes of a message.
type change struct {
	state models.MessageState
	why   string
	way   string
	next  time.Time
	act   string
}

// turn moves a message that is in hand on.
func (s *Service) turn(ctx context.Context, tx *pg.Tx, m *claimed, c change) error {
	var why, sent, done any
	switch c.state {
	case models.MessageSent:
		sent = tx.Now
	case models.MessageFailed, models.MessageUnsure, models.MessageRefused:
		why, done = c.why, tx.Now
	case models.MessageWaiting, models.MessageSending, models.MessageDelivered:
	}
	if c.next.IsZero() {
		c.next = tx.Now
	}
	n, err := tx.Exec(ctx, "update messages set state = ?, why = ?, way = nullif(?, ''), next_at = ?, sent_at = ?, done_at = ? where id = ? and state = 'sending'",
		c.state, why, c.way, c.next, sent, done, m.id)
	if err != nil {
		return err
	}
	if n == 0 {
		return errNotSent
	}
	detail := map[string]any{"message": m.id, "channel": m.Channel}
	if c.why != "" {
		detail["why"] = c.why
	}
	e := m.event(c.act, detail)
	e.Refused = c.state == models.MessageRefused
	return tx.Record(ctx, e)
}

// became writes down what the carrier said.
func (s *Service) became(ctx context.Context, m *claimed, way string, failed *courier.Failed) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		c := change{state: models.MessageSent, way: way, act: "message.sent"}
		if failed != nil {
			var err error
			if c, err = s.failure(ctx, tx, m, way, failed); err != nil {
				return err
			}
		}
		return s.turn(ctx, tx, m, c)
	})
	if errors.Is(err, errNotSent) {
		return nil // it was given up in the meantime
	}
	return err
}

func (s *Service) failure(ctx context.Context, tx *pg.Tx, m *claimed, way string, failed *courier.Failed) (change, error) {
	switch failed.Came {
	case courier.Wrong:
		return change{state: models.MessageFailed, why: models.MessageWrong, way: way, act: "message.failed"}, nil
	case courier.Barred:
		return change{state: models.MessageFailed, why: models.MessageDeclined, way: way, act: "message.failed"}, nil
	case courier.Lost:
		return change{state: models.MessageUnsure, why: models.MessageCutOff, way: way, act: "message.unsure"}, nil
	case courier.Back:
	}
	var asked time.Time
	if err := tx.Scan(ctx, &asked, "select at from messages where id = ?", m.id); err != nil {
		return change{}, err
	}
	if tx.Now.Sub(asked) >= giveUpAfter {
		return change{state: models.MessageFailed, why: models.MessageTooLate, act: "message.failed"}, nil
	}
	return change{state: models.MessageWaiting, next: tx.Now.Add(wait(m.Tries)), act: "message.put_off", why: "back"}, nil
}

// recover finds what whoever was sending it left in hand. A carrier that can be
// asked says whether it has it; of another nobody knows how far it came, and it
// is not sent again.
func (s *Service) recover(ctx context.Context) error {
	var left []claimed
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []struct {
			ID, CaseID uuid.UUID
			Channel    models.Channel
			ClaimedAt  time.Time
			Tries      int
		}
		if err := tx.Scan(ctx, &rows, "select id, case_id, channel, claimed_at, tries from messages where state = 'sending' and claimed_at < ? order by claimed_at limit 100", tx.Now.Add(-leftInHand)); err != nil {
			return err
		}
		for _, r := range rows {
			left = append(left, claimed{CaseID: r.CaseID, Channel: r.Channel, Tries: r.Tries, id: r.ID, since: r.ClaimedAt})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range left {
		failed, known := s.settled(ctx, &left[i])
		if !known {
			continue
		}
		if err := s.became(ctx, &left[i], s.wayOf(left[i].Channel), failed); err != nil {
			return err
		}
	}
	return nil
}

// settled asks a carrier what it knows of a message that was left in hand; not
// known while it cannot be asked, for a day.
func (s *Service) settled(ctx context.Context, m *claimed) (failed *courier.Failed, known bool) {
	lost := &courier.Failed{Came: courier.Lost}
	carrier := s.carriers.of(m.Channel)
	asks, can := carrier.(Finder)
	if !can {
		return lost, true
	}
	if !s.open(carrier.Way(), s.db.Now()) {
		return nil, false
	}
	_, found, err := asks.Find(ctx, m.id.String())
	s.heard(carrier.Way(), err != nil, s.db.Now())
	switch {
	case err != nil && s.db.Now().Sub(m.since) >= giveUpAfter:
		return lost, true
	case err != nil:
		s.log.Warn("what became of a message could not be asked", "way", carrier.Way())
		return nil, false //nolint:nilerr // it is asked again
	case found:
		return nil, true
	}
	return &courier.Failed{Came: courier.Back}, true
}

// wayOf names what carries a channel, empty where nothing does any more.
func (s *Service) wayOf(c models.Channel) string {
	if carrier := s.carriers.of(c); carrier != nil {
		return carrier.Way()
	}
	return ""
}

// Package handoffs moves a case, or one duty of it apart, from the organisation
// that holds it to another (referrals.md section 4, docs/adr/0028). The duty
// moves in the transaction that accepts, and only then: until then the sender is
// responsible. The same rules stand in the database, where nothing goes round
// them.
package handoffs

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// Service offers, answers and shows hand-offs.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
	referrals *referrals.Service
}

// New returns a service over a database, the calendar its answers are due by,
// the directory that names organisations, and the referrals whose safe-contact
// gate it asks.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service, refs *referrals.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir, referrals: refs}
}

// View is a hand-off as one of its sides reads it. What the reader may not see
// is absent, never empty.
type View struct {
	models.Handoff
	From, To      models.Organisation
	CaseReference string // to those who see the case
	Victim        string // the name, to those who see the case

	Reason  string         // why it is handed over
	Summary string         // what the receiver needs to know
	Shared  map[string]any // what of the case the reader sees here
	Waits   []string       // the fields that open once it is accepted

	ReceiverReference string
	Note              string // beside a refusal, a recall or an acceptance
	Proof             string // of a partner's word

	SentByName string // a colleague's; empty for another organisation's
	DecidedBy  string
	ToldBy     string

	Sides          []models.HandoffSide
	AllowedActions []models.HandoffAction
	Contact        bool // the reader's organisation owes the duty now and may reach the person
	At             time.Time
}

// Held is who owes one duty of a case now.
type Held struct {
	Duty   models.Duty
	Holder models.Organisation
	Since  time.Time
	Sends  bool // the actor's organisation may hand it on
}

// Duties shows who owes what of a case, to those who see the case or owe some
// of it: not found to anybody else. It names no person.
func (s *Service) Duties(ctx context.Context, caseID uuid.UUID) ([]Held, error) {
	if _, err := models.May(ctx, models.HandoffSend); err != nil {
		return nil, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var out []Held
	queueDuties(b, dir, caseID, &out)
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, models.NotFound("case")
	}
	return out, nil
}

func queueDuties(b *pg.Batch, dir *directory.Snapshot, caseID uuid.UUID, into *[]Held) {
	b.Query(pg.Each(func(r pg.Row) error {
		var h Held
		var org uuid.UUID
		err := r.Scan(&h.Duty, &org, &h.Since, &h.Sends)
		h.Holder = organisation(dir, org)
		*into = append(*into, h)
		return err
	}), "select duty, holder_org_id, since, sends from app_duties($1)", caseID)
}

// organisation names one; the directory may be a minute old.
func organisation(dir *directory.Snapshot, id uuid.UUID) models.Organisation {
	o, ok := dir.Organisation(id)
	if !ok {
		o = models.Organisation{ID: id, Name: dir.Name(id)}
	}
	return o
}

// topic is the row of the outbox that has the other side told.
const topicSQL = `insert into outbox (topic, case_id, payload, at) values (?, ?, jsonb_build_object('handoff', ?::text), ?)`

func tell(ctx context.Context, tx *pg.Tx, topic string, h *models.Handoff) error {
	_, err := tx.Exec(ctx, topicSQL, "handoff."+topic, h.CaseID, h.ID.String(), tx.Now)
	return err
}

// event is what the trail says of an act on a hand-off: ids and codes alone.
func event(action string, h *models.Handoff, detail map[string]any) models.Event {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["duty"], detail["from"], detail["to"] = h.Duty, h.FromOrgID, h.ToOrgID
	return models.Event{Action: "handoff." + action, SubjectType: "handoff", SubjectID: h.ID, CaseID: h.CaseID, Detail: detail}
}

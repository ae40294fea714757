package cases

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// SafeContact shows how somebody can be reached: to those who hold the case,
// all of it; to an organisation with a live referral of it, the kinds of channel
// and the times, and the values once it has accepted (decisions.md 1).
func (s *Service) SafeContact(ctx context.Context, caseID uuid.UUID) (Contact, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return Contact{}, err
	}
	if !a.Can(models.CaseRead) && !a.Can(models.ContactRecord) {
		return Contact{}, models.RoleForbidden()
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Contact{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Contact{}, err
	}
	r := &reading{dir: dir, calendar: s.calendar, view: View{At: b.Now}}
	var reference string
	var receives, accepted bool
	b.Query(pg.One(&r.found, &reference, &receives, &accepted), `select coalesce((select reference from cases where id = $1), ''),
		app_receives($1, false), app_receives($1, true)`, caseID)
	r.queueContact(b, caseID)
	b.Recorded()
	b.Exec(recordContactSeen, models.NewID(), b.Now, b.Actor.SessionID, models.RequestFrom(ctx).ID, caseID)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Contact{}, err
	}
	c := r.view.Contact
	if reference == "" && !receives {
		return Contact{}, models.NotFound("case")
	}
	c.Reference, c.Values = reference, reference != "" || accepted
	return c, nil
}

const recordContactSeen = `insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, detail)
	select $1::uuid, $2::timestamptz, $3::uuid, $4::text, 'safe_contact.opened', 'case', $5::uuid, $5::uuid, '{}'
	where exists (select from cases where id = $5) or app_receives($5, false)`

// moreKnown says that something was added by which a person is known again: the
// case is compared with the others anew (services/linkage).
const moreKnown = "case.more_known"

// ContactChange is a new answer about how somebody is reached. Who said so is
// always asked: it may be the abuser who asks for the change. An empty code word
// leaves the one that is there.
type ContactChange struct {
	Source      string // key of models.ContactSources
	SafeContact models.SafeContact
	// Versions holds, for every channel of SafeContact that is there already,
	// the version that was read; a channel without an id is new.
	Versions map[uuid.UUID]int
}

// ChangeSafeContact records new answers about channels and the code word of a
// case the actor's organisation sees as its own. A change with no source is
// refused, and one made of what somebody else has changed meanwhile is stale.
func (s *Service) ChangeSafeContact(ctx context.Context, caseID uuid.UUID, in ContactChange) error {
	if _, err := models.May(ctx, models.ContactRecord); err != nil {
		return err
	}
	in.SafeContact.Tidy()
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		people, err := visiblePeople(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if faults := in.check(ctx, tx, people); len(faults) > 0 {
			return models.Invalid(faults...)
		}
		var told []map[string]any
		added := false
		for i := range in.SafeContact.Channels {
			p := &in.SafeContact.Channels[i]
			added = added || p.ID == uuid.Nil
			detail, err := putChannel(ctx, tx, caseID, p, in.Source, in.Versions[p.ID])
			if err != nil {
				return err
			}
			told = append(told, detail)
		}
		if err := in.putCodeWord(ctx, tx, caseID); err != nil {
			return err
		}
		if err := tellReceivers(ctx, tx, caseID, "safe_contact.changed"); err != nil {
			return err
		}
		if added {
			if err := tx.Enqueue(ctx, moreKnown, uuid.Nil, caseID); err != nil {
				return err
			}
		}
		return tx.Record(ctx, models.Event{
			Action: "safe_contact.changed", SubjectType: "case", SubjectID: caseID, CaseID: caseID,
			Detail: map[string]any{"source": in.Source, "channels": told, "code_word": in.SafeContact.CodeWord != ""},
		})
	})
}

func (in *ContactChange) check(ctx context.Context, tx *pg.Tx, people []models.RelatedPerson) []models.FieldError {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	if !models.HasChoice(models.ContactSources(), in.Source) {
		f.Add("source", models.FieldRequired, "Select who said so")
	}
	if in.SafeContact.ConfirmedOn == nil {
		f.Add("safe_contact.confirmed_on", models.FieldRequired, "Enter the day they said so")
	}
	f.Join(in.SafeContact.Check(models.Today(tx.Now), people, isPhone)...)
	return f.List()
}

// visiblePeople returns the people round the victim of a case, or not found
// where the case is not the actor's to see.
func visiblePeople(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) ([]models.RelatedPerson, error) {
	var n int
	if err := tx.Scan(ctx, &n, "select count(*) from cases where id = ?", caseID); err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, models.NotFound("case")
	}
	var rows []struct {
		ID       uuid.UUID
		Relation string
		Name     []byte
		Suspect  bool
	}
	if err := tx.Scan(ctx, &rows, "select id, relation, name, suspect from related_people where case_id = ?", caseID); err != nil {
		return nil, err
	}
	people := make([]models.RelatedPerson, len(rows))
	for i, r := range rows {
		name, err := tx.Vault.Open(vault.PersonName, r.ID, r.Name)
		if err != nil {
			return nil, err
		}
		people[i] = models.RelatedPerson{Relation: r.Relation, Name: string(name), Suspect: r.Suspect}
	}
	return people, nil
}

// tellReceivers writes to the outbox for every live referral of the case.
func tellReceivers(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, topic string) error {
	_, err := tx.Exec(ctx, "insert into outbox (topic, referral_id, case_id, at) select ?, r.id, r.case_id, ? from referrals r where r.case_id = ? and r.live",
		topic, tx.Now, caseID)
	return err
}

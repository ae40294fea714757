// Package matters keeps court work by URN: the cases of its victims, witnesses
// who are not victims, defendants, and what happens, entered once and recorded
// in each case (docs/adr/0035). A matter is its organisation's alone, and shows
// of the cases those that the reader sees.
package matters

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/events"
)

// Service keeps matters.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
	events    *events.Service
}

// New returns the service over a database, the calendar clocks are told by, the
// directory, and the events that what happens becomes in each case.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service, happened *events.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir, events: happened}
}

// NewMatter is a matter about to be kept.
type NewMatter struct {
	URN        string
	CaseIDs    []uuid.UUID // with References
	References []string
	People     []models.MatterPerson
}

// may refuses a role that keeps no matters.
func may(ctx context.Context) (models.Actor, error) {
	return models.May(ctx, models.MatterManage)
}

// about is a line of the trail about a matter, and of a case of it where one is
// named.
func about(m *models.Matter, action string, caseID uuid.UUID, detail map[string]any) models.Event {
	return models.Event{Action: "matter." + action, SubjectType: "matter", SubjectID: m.ID, CaseID: caseID, Detail: detail}
}

// Open begins to keep a matter. Errors: forbidden, a models.Replay, a conflict
// where the organisation keeps it already, and invalid: of an organisation that is
// no body of criminal justice too.
func (s *Service) Open(ctx context.Context, in NewMatter) (View, error) {
	a, err := may(ctx)
	if err != nil {
		return View{}, err
	}
	var out View
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			found := models.CheckURN(in.URN)
			if !a.OrgKind.LawEnforcement() {
				found = []models.FieldError{models.Field("urn", models.FieldNotOpen, "Court matters are kept by police, witness care, courts, prosecutors, probation, prisons and youth justice")}
			}
			found = append(found, checkPeople(in.People)...)
			ids, wrong, err := cases(ctx, tx, in.CaseIDs, in.References)
			if err != nil {
				return err
			}
			if err := models.Refusal(ctx, append(found, wrong...)); err != nil {
				return err
			}
			urn, _ := models.ParseURN(in.URN)
			m := models.Matter{ID: models.NewID(), OrgID: tx.Actor.OrgID, URN: urn, At: tx.Now, ByUserID: tx.Actor.UserID}
			n, err := tx.Exec(ctx, "insert into matters (id, org_id, urn, at, by_user_id) values (?, ?, ?, ?, ?) on conflict on constraint matters_once do nothing", m.ID, m.OrgID, m.URN, m.At, m.ByUserID)
			if err != nil {
				return err
			}
			if n == 0 {
				return models.Conflict("Your organisation keeps this URN already. Open it, and add to it there.")
			}
			if err := tx.Record(ctx, about(&m, "opened", uuid.Nil, map[string]any{"cases": len(ids), "people": len(in.People)})); err != nil {
				return err
			}
			if err := s.join(ctx, tx, &m, ids); err != nil {
				return err
			}
			for i := range in.People {
				if err := s.enter(ctx, tx, &m, &in.People[i]); err != nil {
					return err
				}
			}
			if out, err = s.show(ctx, tx, &m); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// checkPeople names what is wrong with each as it stands among those of its kind.
func checkPeople(people []models.MatterPerson) (found []models.FieldError) {
	nth := map[models.MatterPersonKind]int{}
	for i := range people {
		p := &people[i]
		at := fmt.Sprintf("%s[%d].", p.Kind.Plural(), nth[p.Kind])
		nth[p.Kind]++
		for _, f := range p.Check() {
			f.Field = at + f.Field
			found = append(found, f)
		}
	}
	return found
}

// cases are those that were named, each once; what is not a case the actor sees
// is told as a field.
func cases(ctx context.Context, tx *pg.Tx, ids []uuid.UUID, references []string) (out []uuid.UUID, wrong []models.FieldError, err error) {
	named := len(ids) + len(references)
	if named == 0 {
		return nil, nil, nil
	}
	err = tx.Scan(ctx, &out, "select id from cases where id in ? or reference in ? order by id limit 1000", append(ids, uuid.Nil), append(references, ""))
	if len(out) < named {
		wrong = append(wrong, models.Field("case_ids", models.FieldUnknown, "One of these is no case that you can see, or is named twice"))
	}
	return out, wrong, err
}

// join adds cases to a matter.
func (s *Service) join(ctx context.Context, tx *pg.Tx, m *models.Matter, ids []uuid.UUID) error {
	for _, id := range ids {
		n, err := tx.Exec(ctx, "insert into matter_cases (matter_id, case_id, org_id, at, by_user_id) values (?, ?, ?, ?, ?) on conflict do nothing", m.ID, id, m.OrgID, tx.Now, tx.Actor.UserID)
		if err != nil {
			return err
		}
		if n == 0 {
			return models.Conflict("This case is part of it already. Nothing you did was saved.")
		}
		if err := tx.Record(ctx, about(m, "case_added", id, nil)); err != nil {
			return err
		}
	}
	return nil
}

// enter adds a witness or a defendant.
func (s *Service) enter(ctx context.Context, tx *pg.Tx, m *models.Matter, p *models.MatterPerson) error {
	p.ID = models.NewID()
	measures, err := json.Marshal(p.Measures)
	if err != nil || p.Measures == nil {
		measures = []byte("{}")
	}
	needs, err := json.Marshal(p.Needs)
	if err != nil || p.Needs == nil {
		needs = []byte("[]")
	}
	if _, err := tx.Exec(ctx, `insert into matter_people (id, matter_id, org_id, kind, name, note, needs, measures, at, by_user_id)
		values (?, ?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)), ?::jsonb, ?, ?)`, p.ID, m.ID, m.OrgID, p.Kind, tx.Vault.Seal(vault.MatterName, p.ID, p.Name),
		tx.Vault.Seal(vault.MatterNote, p.ID, p.Note), string(needs), string(measures), tx.Now, tx.Actor.UserID); err != nil {
		return err
	}
	return tx.Record(ctx, about(m, "person_added", uuid.Nil, map[string]any{"person": p.ID, "kind": p.Kind}))
}

// change does one thing with a matter of the actor's organisation.
func (s *Service) change(ctx context.Context, urn string, do func(context.Context, *pg.Tx, *models.Matter) (uuid.UUID, error)) (View, error) {
	if _, err := may(ctx); err != nil {
		return View{}, err
	}
	var out View
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			m, err := find(ctx, tx, urn)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			done, err := do(ctx, tx, &m)
			if err != nil {
				return err
			}
			if out, err = s.show(ctx, tx, &m); err != nil {
				return err
			}
			out.Done = done
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// AddPerson adds a witness or a defendant. Errors: not found, forbidden, a
// models.Replay, and invalid.
func (s *Service) AddPerson(ctx context.Context, urn string, p models.MatterPerson) (View, error) {
	return s.change(ctx, urn, func(ctx context.Context, tx *pg.Tx, m *models.Matter) (uuid.UUID, error) {
		if err := models.Refusal(ctx, p.Check()); err != nil {
			return uuid.Nil, err
		}
		return uuid.Nil, s.enter(ctx, tx, m, &p)
	})
}

// AddCase adds the case of a victim, by its id or its reference, and enters in it
// what was entered in the matter before. Errors: as AddPerson, and a conflict
// where it is part of it already.
func (s *Service) AddCase(ctx context.Context, urn string, id uuid.UUID, reference string) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	return s.change(ctx, urn, func(ctx context.Context, tx *pg.Tx, m *models.Matter) (uuid.UUID, error) {
		var ids []uuid.UUID
		var references []string
		var found []models.FieldError
		switch {
		case id != uuid.Nil:
			ids = []uuid.UUID{id}
		case reference != "":
			references = []string{reference}
		default:
			found = append(found, models.Field("case_id", models.FieldRequired, "Enter the reference of the case"))
		}
		list, wrong, err := cases(ctx, tx, ids, references)
		if err != nil {
			return uuid.Nil, err
		}
		for i := range wrong {
			wrong[i].Field, wrong[i].Message = "case_id", "This is no case that you can see. A reference looks like C-7KQ4-M2XA-A"
		}
		if err := models.Refusal(ctx, append(found, wrong...)); err != nil {
			return uuid.Nil, err
		}
		if err := s.join(ctx, tx, m, list); err != nil {
			return uuid.Nil, err
		}
		return uuid.Nil, s.catchUp(ctx, tx, dir, m, list)
	})
}

package directory

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Settings are what whoever runs the installation sets of an organisation.
type Settings struct {
	models.Organisation
	Services []models.Service
	Version  int
}

// NewSettings is what an organisation's settings are to be.
type NewSettings struct {
	Name        string
	IdleMinutes int // sign-out after this long without use, 5 to 30 (decisions.md 22)
	Active      bool
}

func operates(ctx context.Context) error {
	a, err := models.ActorFrom(ctx)
	if err == nil && !a.Can(models.SystemOperate) {
		err = models.RoleForbidden()
	}
	return err
}

// Settings shows an organisation's settings to a system administrator. It holds
// no person and no case.
func (s *Service) Settings(ctx context.Context, id uuid.UUID) (Settings, error) {
	var out Settings
	if err := operates(ctx); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = settings(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "organisation.viewed", SubjectType: "organisation", SubjectID: id})
	})
	return out, err
}

func settings(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Settings, error) {
	var o struct {
		ID              uuid.UUID
		Name, Kind      string
		Authority       *string
		AddressWithheld bool
		IdleMinutes     int
		Active          bool
		Version         int
	}
	err := tx.Scan(ctx, &o, "select id, name, kind, authority, address_withheld, idle_minutes, active, version from organisations where id = ?", id)
	if err != nil {
		return Settings{}, err
	}
	if o.ID == uuid.Nil {
		return Settings{}, models.NotFound("organisation")
	}
	out := Settings{Version: o.Version, Organisation: models.Organisation{
		ID: o.ID, Name: o.Name, Kind: models.OrganisationKind(o.Kind), Authority: o.Authority, AddressWithheld: o.AddressWithheld, IdleMinutes: o.IdleMinutes, Active: o.Active,
	}}
	var services []struct {
		ID            uuid.UUID
		Name, Pathway string
		Active        bool
	}
	err = tx.Scan(ctx, &services, "select id, name, pathway, active from services where org_id = ? order by name, id", id)
	for _, v := range services {
		out.Services = append(out.Services, models.Service{ID: v.ID, OrgID: id, Name: v.Name, Pathway: v.Pathway, Active: v.Active})
	}
	return out, err
}

// SetSettings changes an organisation's settings. Closing it ends the sessions
// of its people in the same transaction. It returns not found, stale where
// somebody changed them meanwhile, a conflict where the name is taken or the
// operator's own organisation would be closed, and field errors.
func (s *Service) SetSettings(ctx context.Context, id uuid.UUID, in NewSettings) (Settings, error) {
	if err := operates(ctx); err != nil {
		return Settings{}, err
	}
	var out Settings
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			before, err := settings(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := in.check(ctx, before); err != nil {
				return err
			}
			if err := in.save(ctx, tx, before); err != nil {
				return err
			}
			if out, err = settings(ctx, tx, id); err != nil {
				return err
			}
			err = tx.Record(ctx, models.Event{Action: "organisation.set", SubjectType: "organisation", SubjectID: id, Detail: map[string]any{
				"idle_minutes": in.IdleMinutes, "active": in.Active, "renamed": in.Name != before.Name,
			}})
			if err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	if err == nil {
		err = s.Reload(ctx)
	}
	return out, err
}

func (in *NewSettings) save(ctx context.Context, tx *pg.Tx, before Settings) error {
	var set struct{ Version *int }
	err := tx.Scan(ctx, &set, "select app_organisation_set(?, ?, ?, ?, ?) as version", before.ID, before.Version, in.Name, in.IdleMinutes, in.Active)
	if pg.Constraint(err) == "organisations_name_key" {
		return models.Conflict("Another organisation has this name.")
	}
	if err == nil && set.Version == nil {
		err = models.Stale("Somebody changed these settings a moment ago. Read them again, then decide.")
	}
	return err
}

// check holds the change to the order of answers: precondition, conflict,
// stale, then every field.
func (in *NewSettings) check(ctx context.Context, before Settings) error {
	r := models.RequestFrom(ctx)
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case r.MatchRequired && r.IfMatch == nil:
		return models.PreconditionRequired("Send the ETag of what you read as If-Match.")
	case before.Kind == models.KindOperator && !in.Active && len(r.Invalid) == 0:
		return models.Conflict("The operator's own organisation stays open: nobody could open it again.")
	case r.IfMatch != nil && *r.IfMatch != before.Version:
		return models.Stale("Somebody changed these settings since you read them. Read them again, then decide.")
	}
	f := &models.Faults{}
	f.Join(r.Invalid...)
	if n := utf8.RuneCountInString(in.Name); n < 1 || n > 120 || !utf8.ValidString(in.Name) || strings.ContainsFunc(in.Name, func(r rune) bool { return r < ' ' }) {
		f.Add("name", models.FieldInvalid, "Enter a name of up to 120 characters")
	}
	if in.IdleMinutes < 5 || in.IdleMinutes > 30 {
		f.Add("idle_minutes", models.FieldInvalid, "Enter a number of minutes from 5 to 30")
	}
	if len(f.List()) > 0 {
		return models.Invalid(f.List()...)
	}
	return nil
}

// Offer says whether a service is offered: one that is not takes no referral,
// and what it has goes on. It returns the organisation whose it is.
func (s *Service) Offer(ctx context.Context, service uuid.UUID, active bool) (uuid.UUID, error) {
	if err := operates(ctx); err != nil {
		return uuid.Nil, err
	}
	var row struct{ OrgID *uuid.UUID }
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &row, "select app_service_offer(?, ?) as org_id", service, active); err != nil {
			return err
		}
		if row.OrgID == nil {
			return models.NotFound("service")
		}
		return tx.Record(ctx, models.Event{Action: "service.offered", SubjectType: "service", SubjectID: service, Detail: map[string]any{"active": active}})
	})
	if err != nil {
		return uuid.Nil, err
	}
	return *row.OrgID, s.Reload(ctx)
}

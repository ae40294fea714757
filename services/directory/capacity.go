package directory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Capacity is what a provider publishes of one of its services. What is nil is
// not counted, or not known.
type Capacity struct {
	Capacity    models.Capacity // open, limited or paused
	PlacesOpen  *int
	PlacesTotal *int
	WaitDays    *int // how long somebody waits at present
}

// The most that can be published, far above any service: what is more is a slip.
const (
	mostPlaces = 9999
	mostWait   = 999
)

// StaleAfter is the last day on which what a service published holds, and false
// where it has published nothing.
func StaleAfter(s *models.Service) (time.Time, bool) {
	if s.CapacityConfirmedOn == nil {
		return time.Time{}, false
	}
	return s.CapacityConfirmedOn.AddDate(0, 0, staleAfterDays), true
}

// Own returns the services of the actor's organisation that are offered, by
// name, as they are this moment.
func (s *Service) Own(ctx context.Context) ([]models.Service, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if !b.Actor.Can(models.ReferralAnswer) {
		return nil, models.RoleForbidden()
	}
	var out []models.Service
	b.Query(pg.Each(func(r pg.Row) error {
		m, err := scanService(r)
		out = append(out, m)
		return err
	}), "select "+serviceColumns+" from services where org_id = $1 and active order by name, id", b.Actor.OrgID)
	return out, b.Send(pg.BatchRead)
}

// OwnService is Own for one service; that of somebody else is not found.
func (s *Service) OwnService(ctx context.Context, id uuid.UUID) (models.Service, error) {
	all, err := s.Own(ctx)
	if err != nil {
		return models.Service{}, err
	}
	for i := range all {
		if all[i].ID == id {
			return all[i], nil
		}
	}
	return models.Service{}, models.NotFound("service")
}

// Publish says whether a service of the actor's organisation is taking people,
// from today. Referrers see it with its date, and are told when that is more
// than a week old. It returns, in this order: forbidden; not found; what the
// request's key was answered with before; a missing precondition; a conflict
// where the service has been closed; stale; and every field to correct.
func (s *Service) Publish(ctx context.Context, id uuid.UUID, in Capacity) (models.Service, error) {
	var out models.Service
	err := pg.Once(func() error {
		before, err := s.OwnService(ctx, id)
		if err != nil {
			return err
		}
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := in.check(ctx, &before); err != nil {
				return err
			}
			today := models.Today(tx.Now)
			var set struct{ Version *int }
			err := tx.Scan(ctx, &set, "select app_service_capacity(?, ?, ?, ?, ?, ?, ?) as version", id, before.CapacityVersion, in.Capacity,
				in.PlacesOpen, in.PlacesTotal, in.WaitDays, today)
			switch {
			case err != nil:
				return err
			case set.Version == nil:
				return models.Stale("Somebody changed this a moment ago. Read it again, then decide.")
			}
			out = before
			out.Capacity, out.PlacesOpen, out.PlacesTotal, out.WaitDays = in.Capacity, in.PlacesOpen, in.PlacesTotal, in.WaitDays
			out.CapacityConfirmedOn, out.CapacityVersion = &today, *set.Version
			err = tx.Record(ctx, models.Event{Action: "service.capacity_published", SubjectType: "service", SubjectID: id, Detail: map[string]any{
				"capacity": in.Capacity, "places_open": in.PlacesOpen, "places_total": in.PlacesTotal, "wait_days": in.WaitDays, "was": before.Capacity,
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

func (in *Capacity) check(ctx context.Context, before *models.Service) error {
	r := models.RequestFrom(ctx)
	switch {
	case r.MatchRequired && r.IfMatch == nil:
		return models.PreconditionRequired("Send the capacity_version you read as If-Match.")
	case before.Capacity == models.CapacityClosed:
		return models.Conflict("This service has been closed. Whoever runs Throughline opens it again.")
	case r.IfMatch != nil && *r.IfMatch != before.CapacityVersion:
		return models.Stale("Somebody changed this since you read it. Read it again, then decide.")
	}
	f := &models.Faults{}
	f.Join(r.Invalid...)
	switch in.Capacity {
	case models.CapacityOpen, models.CapacityLimited, models.CapacityPaused:
	case "":
		f.Add("capacity", models.FieldRequired, "Select whether you are taking people")
	default:
		f.Add("capacity", models.FieldUnknown, "Select whether you are taking people")
	}
	between := func(field string, n *int, most int, words string) {
		if n != nil && (*n < 0 || *n > most) {
			f.Add(field, models.FieldInvalid, words)
		}
	}
	between("places_open", in.PlacesOpen, mostPlaces, "Places free must be a number from 0 to 9,999")
	between("places_total", in.PlacesTotal, mostPlaces, "Places in all must be a number from 0 to 9,999")
	between("wait_days", in.WaitDays, mostWait, "Days must be a number from 0 to 999")
	if in.PlacesOpen != nil && in.PlacesTotal == nil {
		f.Add("places_total", models.FieldRequired, "Enter how many places there are in all")
	}
	if in.PlacesOpen != nil && in.PlacesTotal != nil && *in.PlacesOpen > *in.PlacesTotal {
		f.Add("places_open", models.FieldInvalid, "Places free cannot be more than places in all")
	}
	if in.Capacity == models.CapacityLimited && in.WaitDays == nil {
		f.Add("wait_days", models.FieldRequired, "Enter about how many days somebody waits")
	}
	if list := f.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	return nil
}

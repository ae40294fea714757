package v1

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/audit"
)

// RecordOpening is one time that somebody had a record before them.
type RecordOpening struct {
	At               time.Time `json:"at"`
	OrganisationName string    `json:"organisation_name,omitempty" doc:"Absent for the service itself."`
	Role             string    `json:"role,omitempty"`
	Name             string    `json:"name,omitempty" doc:"For people of your own organisation."`
	What             string    `json:"what" doc:"In plain words."`
}

// OpeningOfDay is a line of what the victim is told.
type OpeningOfDay struct {
	Day              string `json:"day" format:"date"`
	OrganisationName string `json:"organisation_name"`
	Role             string `json:"role"`
	What             string `json:"what"`
	Times            int    `json:"times"`
}

type (
	openingsIn struct {
		ID string `path:"id" maxLength:"40" doc:"The case's id, or its reference: a privacy officer has no list of cases."`
		Paging
	}
	openingsOut struct{ Body List[RecordOpening] }
	toldIn      struct {
		ID string `path:"id" maxLength:"40" doc:"The case's id, or its reference."`
	}
	toldOut struct{ Body List[OpeningOfDay] }
)

// answeredCase reads the name of a case that somebody answers for: its id, or the
// reference that is on their alert, a letter or a request.
func answeredCase(ctx context.Context, svc *audit.Service, name string) (uuid.UUID, error) {
	if id, err := uuid.Parse(name); err == nil {
		return id, nil
	}
	return svc.Answered(ctx, name)
}

func registerOpenings(a *api.API, svc *audit.Service) {
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/cases/{id}/openings", ID: "list-case-openings", Tag: "Audit",
		Summary: "Who had this record before them, the latest first", Need: models.AuditOwn,
		Description: "For managers who see the case, and for the privacy officer of the organisation that holds or logged it. Staff of other organisations are not named. Asking is itself recorded.",
	}, func(ctx context.Context, in *openingsIn) (*openingsOut, error) {
		id, err := answeredCase(ctx, svc, in.ID)
		if err != nil {
			return nil, err
		}
		items, next, err := svc.Openings(ctx, id, in.Limit, in.Cursor)
		if err != nil {
			return nil, err
		}
		return &openingsOut{Body: listed(items, next, func(o audit.Opening) RecordOpening {
			out := RecordOpening{At: utc(o.At), OrganisationName: o.OrgName, What: o.What}
			if o.Role != nil {
				out.Role = string(*o.Role)
			}
			if o.ActorName != nil {
				out.Name = *o.ActorName
			}
			return out
		})}, nil
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/cases/{id}/openings/for-victim", ID: "get-case-openings-for-victim", Tag: "Audit",
		Summary: "The same in plain words for the person the record is about: day by day, nobody of the staff named", Need: models.AuditOwn,
	}, func(ctx context.Context, in *toldIn) (*toldOut, error) {
		id, err := answeredCase(ctx, svc, in.ID)
		if err != nil {
			return nil, err
		}
		items, err := svc.ForVictim(ctx, id)
		if err != nil {
			return nil, err
		}
		return &toldOut{Body: listed(items, "", func(t audit.Told) OpeningOfDay {
			return OpeningOfDay{Day: t.Day.Format(time.DateOnly), OrganisationName: t.OrgName, Role: t.Role, What: t.What, Times: t.Times}
		})}, nil
	})
}

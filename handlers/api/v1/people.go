package v1

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/accounts"
)

// Me is who the caller is.
type Me struct {
	ID           uuid.UUID      `json:"id"`
	Name         string         `json:"name"`
	Role         string         `json:"role"`
	Organisation MyOrganisation `json:"organisation"`
	Permissions  []string       `json:"permissions" doc:"What the role may do; which records it may do it to is decided by their relations."`
}

// MyOrganisation is the body the caller belongs to.
type MyOrganisation struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Kind string    `json:"kind"`
}

// Person is a colleague.
type Person struct {
	ID     uuid.UUID `json:"id" doc:"The worker_id of accept and assign."`
	Name   string    `json:"name"`
	Role   string    `json:"role"`
	Active bool      `json:"active" doc:"Whether they can sign in."`
}

type (
	meOut    struct{ Body Me }
	peopleIn struct {
		Paging
		Assignable bool `query:"assignable" doc:"Only those who can be given a referral."`
	}
	peopleOut struct{ Body List[Person] }
)

// RegisterPeople adds who the caller is and who their colleagues are.
func RegisterPeople(a *api.API, svc *accounts.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/me", ID: "get-me", Open: true, Tag: "People",
		Summary: "Who you are and what your role may do", Need: models.SignedIn,
	}, func(ctx context.Context, _ *struct{}) (*meOut, error) {
		m, err := svc.Me(ctx)
		if err != nil {
			return nil, err
		}
		return &meOut{Body: presentMe(m)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/people", ID: "list-people", Tag: "People",
		Summary: "The people of your own organisation, by name", Need: models.SignedIn,
	}, func(ctx context.Context, in *peopleIn) (*peopleOut, error) {
		people, next, err := svc.People(ctx, accounts.PeopleQuery{Assignable: in.Assignable, Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &peopleOut{Body: listed(people, next, presentPerson)}, nil
	})
}

func presentMe(m accounts.Me) Me {
	return Me{
		ID: m.ID, Name: m.Name, Role: string(m.Role),
		Organisation: MyOrganisation{ID: m.Organisation.ID, Name: m.Organisation.Name, Kind: string(m.Organisation.Kind)},
		Permissions:  presented(m.Permissions, func(p models.Permission) string { return string(p) }),
	}
}

func presentPerson(p accounts.Person) Person {
	return Person{ID: p.ID, Name: p.Name, Role: string(p.Role), Active: !p.Disabled}
}

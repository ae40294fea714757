package v1

import (
	"context"
	"net/http"

	"throughline/handlers/api"
	"throughline/models"
)

// AccessCell is what a role may do to what it is related to in one way.
type AccessCell struct {
	Role        string   `json:"role"`
	Action      string   `json:"action" doc:"A permission, or grant: and the role that is given."`
	Relation    string   `json:"relation"`
	Effect      string   `json:"effect" enum:"allow,allow_with,deny"`
	Obligations []string `json:"obligations" doc:"What it takes besides: reason, step_up, second_person."`
}

// AccessCells is the table of who may do what.
type AccessCells struct {
	Items []AccessCell `json:"items"`
}

type (
	accessIn struct {
		Role string `query:"role" maxLength:"40" doc:"Only this role; left out: every role."`
	}
	accessOut struct{ Body AccessCells }
)

// RegisterAccess adds the table of who may do what.
func RegisterAccess(a *api.API) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/access-table", ID: "get-access-table", Open: true, Tag: "People",
		Summary: "Who may do what: every role with every action in every relation, denials too", Need: models.SignedIn,
	}, func(_ context.Context, in *accessIn) (*accessOut, error) {
		out := &accessOut{Body: AccessCells{Items: []AccessCell{}}}
		for _, cell := range models.AccessTable() {
			if in.Role == "" || in.Role == string(cell.Role) {
				out.Body.Items = append(out.Body.Items, presentAccess(cell))
			}
		}
		return out, nil
	})
}

func presentAccess(a models.Access) AccessCell {
	effect := "deny"
	switch {
	case a.Allowed && len(a.Obligations) > 0:
		effect = "allow_with"
	case a.Allowed:
		effect = "allow"
	}
	return AccessCell{
		Role: string(a.Role), Action: a.Action, Relation: string(a.Relation), Effect: effect,
		Obligations: presented(a.Obligations, func(o models.Obligation) string { return string(o) }),
	}
}

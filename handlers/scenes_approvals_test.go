package handlers

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

func init() { furtherScenes = append(furtherScenes, approvalScenes) }

// approvalScenes are those of an act that a caseworker asks for and a manager
// decides.
func approvalScenes() map[string]func(setting) scene {
	one := func(who, foreign, suffix, body string) func(setting) scene {
		return func(s setting) scene {
			id := s.approval("police").String()
			return scene{who: who, id: id, path: "/api/v1/approvals/" + id + suffix, body: body, foreign: foreign}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/approvals/{id}":           one("police.manager", "refuge.manager", "", ""),
		"POST /api/v1/approvals/{id}/approve":  one("police.manager", "refuge.manager", "/approve", ""),
		"POST /api/v1/approvals/{id}/refuse":   one("police.manager", "refuge.manager", "/refuse", `{"note":"Not needed."}`),
		"POST /api/v1/approvals/{id}/withdraw": one("police", "refuge", "/withdraw", ""),
	}
}

// approval is what somebody of the stage asked for and a manager decides.
func (s setting) approval(who string) uuid.UUID {
	s.t.Helper()
	if _, known := s.deps.Approvals.Kind("stage.act"); !known {
		s.deps.Approvals.Add(approvals.Kind{
			Name: "stage.act", Words: "Do what takes two", Roles: []models.Role{models.RoleManager, models.RoleProviderManager}, Lasts: 48 * time.Hour,
		})
	}
	var id uuid.UUID
	err := s.DB.Write(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
		a, err := s.deps.Approvals.RequestTx(ctx, tx, approvals.Request{Kind: "stage.act", SubjectType: "case", SubjectID: uuid.New(), Reason: "It has to be done."})
		id = a.ID
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

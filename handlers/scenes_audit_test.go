package handlers

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/models"
	"throughline/services/audit"
)

func init() { furtherScenes = append(furtherScenes, auditScenes) }

// auditScenes are those of the audit log.
func auditScenes() map[string]func(setting) scene {
	return map[string]func(setting) scene{
		"GET /api/v1/audit/checkpoint": func(s setting) scene {
			s.numbered()
			return scene{who: "police", path: "/api/v1/audit/checkpoint"}
		},
		"POST /api/v1/audit/erasures": func(s setting) scene {
			if _, known := s.deps.Approvals.Kind("audit.erase_detail"); !known {
				audit.AddErasure(s.deps.Approvals)
			}
			return scene{who: "police.manager", path: "/api/v1/audit/erasures", body: doc("event_ids", []string{s.numbered().String()}, "reason", "It held more than it should.")}
		},
		"GET /api/v1/cases/{id}/openings":            func(s setting) scene { return s.answered("/openings") },
		"GET /api/v1/cases/{id}/openings/for-victim": func(s setting) scene { return s.answered("/openings/for-victim") },
		"GET /api/v1/audit/proofs/{id}": func(s setting) scene {
			id := s.numbered().String()
			return scene{who: "police.manager", id: id, path: "/api/v1/audit/proofs/" + id, foreign: "refuge.manager"}
		},
	}
}

// logKeys sign the log of every site of these tests: two scenes may share one.
var logKeys = func() func(testing.TB) *prooflog.Keys {
	once := sync.OnceValues(func() (*prooflog.Keys, error) { return prooflog.NewKeys("stage.test/audit") })
	return func(t testing.TB) *prooflog.Keys {
		t.Helper()
		keys, err := once()
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
}()

// answered is a case of London Victim Service whose privacy officer asks who
// opened it.
func (s setting) answered(suffix string) scene {
	s.t.Helper()
	c := s.Case(s.t, s.As("caseworker"))
	if err := s.DB.Write(s.As("caseworker"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Record(ctx, models.Event{Action: "case.opened", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID})
	}); err != nil {
		s.t.Fatal(err)
	}
	return scene{who: "privacy", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + suffix}
}

// numbered is an event of the police that has its number in the log.
func (s setting) numbered() uuid.UUID {
	s.t.Helper()
	keys := logKeys(s.t)
	c := s.Case(s.t, s.As("police"))
	if err := s.DB.Write(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Record(ctx, models.Event{Action: "case.tested", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID})
	}); err != nil {
		s.t.Fatal(err)
	}
	var id uuid.UUID
	if err := s.Owner.QueryRow(s.t.Context(), "select id from audit_events where action = 'case.tested' order by recorded_at desc limit 1").Scan(&id); err != nil {
		s.t.Fatal(err)
	}
	if _, err := audit.NewLog(s.DB, keys).Number(s.System()); err != nil {
		s.t.Fatal(err)
	}
	return id
}

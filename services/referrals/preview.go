package referrals

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// PreviewInput says what would be shared of a case.
type PreviewInput struct {
	CaseID                uuid.UUID
	SharedFields          []string
	SharedAfterAcceptance []string
	Pathway               string
	Version               int // of the pathway
	Answers               map[string]any
}

// Preview returns exactly what a receiver would be shown of a case, from
// sending and on acceptance, made by the same code that freezes it. It reads
// the case, which is recorded; a case that is not the actor's to see is not
// found.
func (s *Service) Preview(ctx context.Context, in PreviewInput) (before, after map[string]any, err error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return nil, nil, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	f := &caseFacts{boroughsByCode: func(code string) string { a, _ := dir.Authority(code); return a.Name }}
	directory.QueueFacts(b, in.CaseID, &f.Facts, &f.found)
	f.queue(b, "$1", in.CaseID)
	b.Exec(`insert into audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id)
		select $2, $3, $4, $5, 'case.previewed', 'case', id, id from cases where id = $1`,
		in.CaseID, models.NewID(), b.Now, nonZero(b.Actor.SessionID), models.RequestFrom(ctx).ID)
	b.Recorded()
	if err := b.Send(pg.BatchWrite); err != nil {
		return nil, nil, err
	}
	if !f.found {
		return nil, nil, models.NotFound("case")
	}
	first, second := stages(in.SharedFields, in.SharedAfterAcceptance, append(append([]string{}, in.SharedFields...), in.SharedAfterAcceptance...))
	content := f.freeze(first, second, asked{in.Pathway, in.Version, in.Answers})
	if before, err = asRead(content[StageSending]); err != nil {
		return nil, nil, err
	}
	after, err = asRead(content[StageAcceptance])
	return before, after, err
}

// asRead passes content through the form it is stored in, so that a preview has
// the very types a receiver's page is drawn from.
func asRead(content map[string]any) (map[string]any, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return nil, models.Internal("writing a preview", err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, models.Internal("reading a preview", err)
	}
	return out, nil
}

package audit

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// eraseKind is the act of erasing details, which takes two people.
const eraseKind = "audit.erase_detail"

// mostErased is how many events one request may name.
const mostErased = 100

// erasure is what a request to erase names.
type erasure struct {
	Events []uuid.UUID `json:"events"`
}

// AddErasure makes known to approvals how details of events are erased: one who
// answers for the trail asks, another of the same organisation approves, and the
// database itself holds them to that.
func AddErasure(a *approvals.Service) {
	a.Add(approvals.Kind{
		Name: eraseKind, Words: "Erase details from the audit trail",
		Roles: []models.Role{models.RolePrivacyOfficer, models.RoleManager, models.RoleProviderManager}, Lasts: 14 * 24 * time.Hour,
		Apply: func(ctx context.Context, tx *pg.Tx, a models.Approval) error {
			_, err := tx.Exec(ctx, "select audit_erase_detail(?)", a.ID)
			return err
		},
		Facts: func(_ context.Context, _ *pg.Tx, a models.Approval) ([]approvals.Fact, error) {
			var in erasure
			if err := a.Into(&in); err != nil {
				return nil, err
			}
			ids := make([]string, len(in.Events))
			for i, id := range in.Events {
				ids[i] = id.String()
			}
			return []approvals.Fact{{Key: "Events", Value: strconv.Itoa(len(ids))}, {Key: "Their numbers", Value: strings.Join(ids, ", ")}}, nil
		},
	})
}

// AskErasure asks for the details of events to be erased for good: the line stays
// in the trail and in the log, with who, when and what, and every proof stays
// true. It needs audit:own; the events are acts of the actor's own organisation
// that have their number. Others are not found. A second person decides.
func (s *Service) AskErasure(ctx context.Context, a *approvals.Service, events []uuid.UUID, reason string) (approvals.View, error) {
	if err := allowed(ctx); err != nil {
		return approvals.View{}, err
	}
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	events = slices.Compact(events)
	var out approvals.View
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if faults := checkErasure(ctx, events, reason); len(faults) > 0 {
				return models.Invalid(faults...)
			}
			var known int
			err := tx.Scan(ctx, &known, `select count(*) from audit_events e join audit_leaves l on l.event_id = e.id and l.event_at = e.at
				where e.id in (?) and e.actor_org_id = (select app_org_id()) and e.action <> 'audit.detail_erased'`, events)
			if err != nil {
				return models.Internal("looking for the events to erase", err)
			}
			if known != len(events) {
				return models.NotFound("event of the log")
			}
			asked, err := a.RequestTx(ctx, tx, approvals.Request{
				Kind: eraseKind, SubjectType: "audit_event", SubjectID: events[0], Payload: erasure{events}, Reason: reason,
			})
			if err != nil {
				return err
			}
			out = approvals.View{Approval: asked, Words: "Erase details from the audit trail", Own: true, State: asked.Status(tx.Now)}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

func checkErasure(ctx context.Context, events []uuid.UUID, reason string) []models.FieldError {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	if n := len(events); n == 0 {
		f.Add("event_ids", models.FieldRequired, "Name the events")
	} else if n > mostErased {
		f.Add("event_ids", models.FieldTooLong, "Name 100 events or fewer")
	}
	if utf8.RuneCountInString(strings.TrimSpace(reason)) < 10 {
		f.Add("reason", models.FieldRequired, "Say why, in 10 letters or more")
	}
	return f.List()
}

package handoffs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// workFor is how long one run of the job goes on; the next goes on from there.
const workFor = 20 * time.Second

// bulkItem is one case of a bulk hand-over that something is done with.
type bulkItem struct {
	BulkID    uuid.UUID
	N         int
	CaseID    uuid.UUID
	HandoffID *uuid.UUID
	quiet     bool // the other side was told of one before: one notice for many
}

// Work goes on with what was begun of bulk hand-overs, each in the name of who
// began it, until there is nothing to do or its time is up. Every case is a
// transaction of its own: cut off anywhere and begun again, it ends the same.
func (s *Service) Work(ctx context.Context) error {
	until := s.db.Now().Add(workFor)
	var rows []bulkRow
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &rows, "select "+bulkColumns+" from bulk_handoffs b where b.doing is not null order by b.id limit 20")
	})
	if err != nil {
		return err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return err
	}
	var failed error
	for i := range rows {
		r := &rows[i]
		org, _ := dir.Organisation(r.RunOrgID)
		as := models.WithActor(ctx, models.Actor{UserID: r.RunBy, OrgID: r.RunOrgID, BulkID: r.ID, Role: r.RunRole, OrgName: org.Name, OrgKind: org.Kind})
		for more := true; more && s.db.Now().Before(until); {
			if more, err = s.goOn(as, r.ID, true); err == nil {
				continue
			}
			if models.CodeOf(err) != models.CodeUnauthenticated {
				failed = errors.Join(failed, err)
			} else {
				failed = errors.Join(failed, s.settle(ctx, r, "stopped"))
			}
			break
		}
	}
	return failed
}

// first does the first cases of what was begun, in the same request. What stays
// undone is the job's, whatever went wrong here.
func (s *Service) first(ctx context.Context, id uuid.UUID) error {
	r := models.RequestFrom(ctx)
	_, err := s.goOn(models.WithRequest(ctx, &models.Request{ID: r.ID, Route: r.Route}), id, false)
	if models.CodeOf(err) == models.CodeUnavailable {
		return nil
	}
	return err
}

// goOn does the next cases, and ends what was begun where none is left.
func (s *Service) goOn(ctx context.Context, id uuid.UUID, quiet bool) (more bool, err error) {
	var r *bulkRow
	var list []bulkItem
	words, said := map[string]string{}, map[string]string{}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if r, err = findBulk(ctx, tx, id, ""); err != nil || r.Doing == "" {
			return err
		}
		if words, err = bulkWords(tx.Vault, vault.BulkWords, id, r.Words); err != nil {
			return err
		}
		if said, err = bulkWords(tx.Vault, vault.BulkRunWords, id, r.RunWords); err != nil {
			return err
		}
		return tx.Scan(ctx, &list, `select k.bulk_id, k.n, k.case_id, k.handoff_id from bulk_handoff_cases k left join handoffs h on h.id = k.handoff_id
			where k.bulk_id = ? and k.tried < ? and case when ? then k.handoff_id is null else h.status = 'offered' end order by k.n limit ?`,
			id, r.Run, r.Doing == models.BulkOffer, atOnce)
	})
	if err != nil || r.Doing == "" {
		return false, err
	}
	if len(list) == 0 {
		return false, s.settle(ctx, r, "done")
	}
	for i := range list {
		it := &list[i]
		it.quiet = quiet
		err := s.doOne(ctx, r, it, words, said)
		quiet = quiet || err == nil
		if err != nil && !stops(err) {
			return false, err
		}
		if err != nil {
			if err := s.note(ctx, r, it, err); err != nil {
				return false, err
			}
		}
	}
	if len(list) < atOnce {
		return false, s.settle(ctx, r, "done")
	}
	return true, nil
}

// stops reports whether an error is about the case, and the act goes on without
// it.
func stops(err error) bool {
	return slices.Contains([]models.Code{models.CodeConflict, models.CodeInvalid, models.CodeNotFound, models.CodeForbidden}, models.CodeOf(err))
}

func (s *Service) doOne(ctx context.Context, r *bulkRow, it *bulkItem, words, said map[string]string) error {
	var err error
	switch r.Doing {
	case models.BulkOffer:
		_, err = s.Offer(ctx, it.CaseID, Offer{ToOrgID: r.ToOrgID, Duty: models.DutyCase, Reason: words[keyReason], Summary: words[keySummary], bulk: it})
	case models.BulkAccept:
		_, err = s.Do(ctx, *it.HandoffID, models.HandoffAccept, Act{ReceiverReference: numbered(said["receiver_reference"], it.N), bulk: it})
	case models.BulkRefuse, models.BulkRecall:
		_, err = s.Do(ctx, *it.HandoffID, r.Doing.Action(), Act{Reason: said["reason"], Note: said["note"], bulk: it})
	}
	return err
}

// detail says in the trail of one hand-off that it is one of many.
func (it *bulkItem) detail(d map[string]any) map[string]any {
	if it != nil {
		d["bulk"] = it.BulkID
	}
	return d
}

// tell has the other side told: of many that are done as one, of the first.
func (it *bulkItem) tell(ctx context.Context, tx *pg.Tx, topic string, h *models.Handoff) error {
	if it != nil && it.quiet {
		return nil
	}
	return tell(ctx, tx, topic, h)
}

// mark keeps which hand-off a case became, in its transaction: it becomes one
// once.
func (it *bulkItem) mark(ctx context.Context, tx *pg.Tx, h *models.Handoff) error {
	if it == nil {
		return nil
	}
	n, err := tx.Exec(ctx, "update bulk_handoff_cases set handoff_id = ?, code = null, says = null where bulk_id = ? and n = ? and handoff_id is null", h.ID, it.BulkID, it.N)
	if err == nil && n == 0 {
		err = pg.ErrLostRace
	}
	return err
}

// errDoneMeanwhile says that the other did it, and there is nothing to keep.
var errDoneMeanwhile = errors.New("it was done meanwhile")

// note keeps why something could not be done to a case. Where the request and the
// job went on side by side and the other did it, there is nothing to say.
func (s *Service) note(ctx context.Context, r *bulkRow, it *bulkItem, why error) error {
	code, says := string(models.CodeOf(why)), models.MessageOf(why)
	if list := models.FieldsOf(why); len(list) > 0 {
		code, says = list[0].Field, list[0].Message
	}
	says = strings.TrimSuffix(says, " Nothing you did was saved.")
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, `update bulk_handoff_cases k set tried = ?, code = ?, says = ? where bulk_id = ? and n = ? and tried < ?
			and case when ? then handoff_id is null else exists (select from handoffs h where h.id = k.handoff_id and h.status = 'offered') end`,
			r.Run, code, says, it.BulkID, it.N, r.Run, r.Doing == models.BulkOffer)
		if err != nil {
			return err
		}
		if n == 0 {
			return errDoneMeanwhile
		}
		e := bulkEvent("case_stopped", &r.BulkHandoff, map[string]any{"doing": r.Doing, "code": code})
		e.CaseID = it.CaseID
		return tx.Record(ctx, e)
	})
	return unlessDone(err)
}

func unlessDone(err error) error {
	if errors.Is(err, errDoneMeanwhile) {
		return nil
	}
	return err
}

// settle ends what was begun: nothing is left of it, or nobody may go on.
func (s *Service) settle(ctx context.Context, r *bulkRow, how string) error {
	return unlessDone(s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, "update bulk_handoffs set doing = null, run_words = null, version = version + 1 where id = ? and run = ? and doing is not null", r.ID, r.Run)
		if err != nil {
			return err
		}
		if n == 0 {
			return errDoneMeanwhile
		}
		return tx.Record(ctx, bulkEvent(how, &r.BulkHandoff, map[string]any{"doing": r.Doing}))
	}))
}

package referrals

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// To is who takes over: a colleague, or the queue of a team.
type To struct {
	WorkerID uuid.UUID
	Team     string
}

// Reassign gives every referral a colleague has in hand to another or to a
// team, in one transaction: each with its line of history, its event and its
// notice to the referrer, as assign does one. It returns how many went. Only
// who manages a team may; somebody of another organisation is not found.
func (s *Service) Reassign(ctx context.Context, from uuid.UUID, to To) (int64, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return 0, err
	}
	if !a.Can(models.TeamManage) {
		return 0, models.RoleForbidden()
	}
	var moved int64
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			var n int
			if err := tx.Scan(ctx, &n, "select count(*) from users where id = ? and org_id = (select app_org_id())", from); err != nil {
				return err
			}
			if n == 0 {
				return models.NotFound("person")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if moved, err = ReassignTx(ctx, tx, from, to); err != nil {
				return err
			}
			return tx.Keep(ctx, moved)
		})
	})
	return moved, err
}

// ReassignTx is Reassign in the transaction of another act: somebody leaves.
// That the actor may do so is checked by the caller and by the database.
func ReassignTx(ctx context.Context, tx *pg.Tx, from uuid.UUID, to To) (int64, error) {
	to.Team = strings.TrimSpace(to.Team)
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	switch {
	case to.WorkerID == uuid.Nil && to.Team == "":
		f.Add("worker_id", models.FieldRequired, "Select who takes over their referrals, or a team")
	case to.WorkerID != uuid.Nil && to.Team != "":
		f.Add("team", models.FieldNotOpen, "Give a colleague or a team, not both")
	case utf8.RuneCountInString(to.Team) > 80 || !utf8.ValidString(to.Team) || strings.ContainsRune(to.Team, 0):
		f.Add("team", models.FieldTooLong, "Team must be 80 characters or fewer")
	case to.WorkerID == from:
		f.Add("worker_id", models.FieldNotOpen, "Select somebody else")
	}
	if len(f.List()) > 0 {
		return 0, models.Invalid(f.List()...)
	}
	moved, err := handOver(ctx, tx, from, to)
	if pg.Constraint(err) == "reassign_to_a_colleague" {
		return 0, models.Invalid(models.Field("worker_id", models.FieldUnknown, "Select somebody of your own organisation who answers referrals"))
	}
	if err != nil {
		return 0, err
	}
	return moved, tx.Record(ctx, models.Event{Action: "referral.work_handed_over", SubjectType: "user", SubjectID: from, Detail: map[string]any{
		"to": nonZero(to.WorkerID), "team": to.Team != "", "referrals": moved,
	}})
}

// handful is how many referrals go over in one statement.
const handful = 100

// handOver moves them, a handful at a time. The name of whoever takes over is
// sealed for each line of history before there is one.
func handOver(ctx context.Context, tx *pg.Tx, from uuid.UUID, to To) (total int64, err error) {
	var name string
	var machine bool
	if err := tx.Scan(ctx, &machine, "select machine from users where id = ?", to.WorkerID); err != nil {
		return 0, err
	}
	if machine {
		return 0, models.Invalid(models.Field("worker_id", models.FieldUnknown, "Select somebody of your own organisation who answers referrals"))
	}
	if err := tx.Scan(ctx, &name, "select name from users where id = ?", to.WorkerID); err != nil {
		return 0, err
	}
	for {
		ids, details := make([]uuid.UUID, handful), make([][]byte, handful)
		for i := range ids {
			ids[i] = models.NewID()
			if details[i], err = tx.Vault.SealJSON(vault.StepDetail, ids[i], map[string]any{"worker": name}).BytesValue(); err != nil {
				return 0, models.Internal("sealing a line of history", err)
			}
		}
		var moved int64
		err := tx.Scan(ctx, &moved, "select app_reassign($1, $2, nullif($3, ''), $4, $5, $6, $7, $8)", from, nonZero(to.WorkerID), to.Team, tx.Now,
			nonZero(tx.Actor.SessionID), models.RequestFrom(ctx).ID, ids, details)
		total += moved
		if err != nil || moved < handful {
			return total, err
		}
	}
}

package support

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/subject"
)

// Rating is one need as somebody was asked about it.
type Rating struct {
	Need    string
	Score   *int
	Unrated string // why there is no number
}

// Rated is one occasion on which needs were asked about.
type Rated struct {
	Point   models.NeedPoint
	Ratings []Rating
}

// Rate keeps how needs stand at the start, at a review or at the end. A need
// that was rated before at the same point keeps its earlier rating beside the
// new one. Errors: not found, forbidden to the referrer, a replay, a conflict
// where no work goes on, and invalid with every field to correct.
func (s *Service) Rate(ctx context.Context, id uuid.UUID, in Rated) (Plan, error) {
	return s.write(ctx, id, func(ctx context.Context, tx *pg.Tx, about *subject.Subject) error {
		list := make([]models.NeedRating, len(in.Ratings))
		for i, r := range in.Ratings {
			list[i] = models.NeedRating{Need: r.Need, Point: in.Point, Score: r.Score}
			if r.Unrated != "" {
				list[i].Unrated = &r.Unrated
			}
		}
		if err := models.Refusal(ctx, models.CheckRatings(in.Point, list)); err != nil {
			return err
		}
		for i := range list {
			r := &list[i]
			_, err := tx.Exec(ctx, `insert into need_ratings (id, case_id, referral_id, need, point, score, unrated, at, by_user_id, by_org_id)
				values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, models.NewID(), about.CaseID, about.ReferralID, r.Need, r.Point, r.Score, r.Unrated, tx.Now,
				tx.Actor.UserID, tx.Actor.OrgID)
			if err != nil {
				return err
			}
		}
		return tx.Record(ctx, about.Event("needs.rated", map[string]any{"point": in.Point, "needs": len(list)}))
	})
}

// NewGoal is a goal about to be set.
type NewGoal struct {
	Need     string
	Goal     string
	ReviewOn *time.Time // a date
}

// SetGoal adds a goal to the support plan. Errors as Rate.
func (s *Service) SetGoal(ctx context.Context, id uuid.UUID, in NewGoal) (Plan, error) {
	return s.write(ctx, id, func(ctx context.Context, tx *pg.Tx, about *subject.Subject) error {
		g := models.SupportGoal{ID: models.NewID(), Need: in.Need, Goal: in.Goal, ReviewOn: in.ReviewOn}
		if err := models.Refusal(ctx, g.Check(tx.Now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into support_goals (id, case_id, referral_id, need, goal, review_on, at, by_user_id, by_org_id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, g.ID, about.CaseID, about.ReferralID, g.Need, tx.Vault.Seal(vault.GoalText, g.ID, g.Goal), day(g.ReviewOn), tx.Now,
			tx.Actor.UserID, tx.Actor.OrgID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("goal.set", map[string]any{"goal": g.ID}))
	})
}

// GoalReview is a look at a goal.
type GoalReview struct {
	GoalID   uuid.UUID
	State    models.GoalState
	ReviewOn *time.Time // a date; of one that is still worked on
}

// ReviewGoal says how a goal stands. The plan keeps every look at it. A goal of
// another referral is an invalid field; otherwise errors as Rate.
func (s *Service) ReviewGoal(ctx context.Context, id uuid.UUID, in GoalReview) (Plan, error) {
	return s.write(ctx, id, func(ctx context.Context, tx *pg.Tx, about *subject.Subject) error {
		found := models.CheckGoalReview(in.State, in.ReviewOn, tx.Now)
		var n int
		if err := tx.Scan(ctx, &n, "select count(*) from support_goals where id = ? and referral_id = ?", in.GoalID, about.ReferralID); err != nil {
			return err
		}
		if n == 0 {
			found = append(found, models.Field("goal_id", models.FieldUnknown, "Choose a goal of this referral"))
		}
		if err := models.Refusal(ctx, found); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into goal_reviews (id, case_id, referral_id, goal_id, state, review_on, at, by_user_id, by_org_id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, models.NewID(), about.CaseID, about.ReferralID, in.GoalID, in.State, day(in.ReviewOn), tx.Now,
			tx.Actor.UserID, tx.Actor.OrgID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("goal.reviewed", map[string]any{"goal": in.GoalID, "state": in.State}))
	})
}

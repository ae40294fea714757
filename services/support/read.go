package support

import (
	"context"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/subject"
)

// goalRow is a goal as the database gives it: sealed.
type goalRow struct {
	models.SupportGoal
	Sealed []byte
}

const goalsSQL = `select g.id, g.case_id, g.referral_id, g.need, g.goal as sealed, g.at, g.by_user_id, g.by_org_id,
	coalesce(r.state, 'open') as state, coalesce(r.at, g.at) as state_at, case when r.state is null then g.review_on else r.review_on end as review_on
	from support_goals g left join lateral (
		select x.state, x.at, x.review_on from goal_reviews x where x.goal_id = g.id order by x.at desc, x.id desc limit 1) r on true
	where g.referral_id = ? order by g.at, g.id`

const appointmentsSQL = `select a.id, a.case_id, a.referral_id, a.starts_at, a.place, a.channel, a.instead_of, a.at, a.by_user_id, a.by_org_id,
	o.happened, o.attendance, o.why, o.at as said_at
	from appointments a left join lateral (
		select x.happened, x.attendance, x.why, x.at from appointment_outcomes x where x.appointment_id = a.id order by x.at desc, x.id desc limit 1) o on true
	where a.referral_id = ? order by a.starts_at, a.id`

// read is all of a referral's support that the actor may see.
func read(ctx context.Context, tx *pg.Tx, about *subject.Subject) (Plan, error) {
	out := Plan{Subject: *about, Goes: open(about) == nil}
	err := tx.Scan(ctx, &out.Ratings, `select id, case_id, referral_id, need, point, score, unrated, at, by_user_id, by_org_id
		from need_ratings where referral_id = ? order by at, id`, about.ReferralID)
	if err != nil {
		return out, err
	}
	var rows []goalRow
	if err := tx.Scan(ctx, &rows, goalsSQL, about.ReferralID); err != nil {
		return out, err
	}
	for i := range rows {
		text, err := tx.Vault.Open(vault.GoalText, rows[i].ID, rows[i].Sealed)
		if err != nil {
			return out, err
		}
		g := rows[i].SupportGoal
		g.Goal = string(text)
		out.Goals = append(out.Goals, g)
	}
	if err := tx.Scan(ctx, &out.Appointments, appointmentsSQL, about.ReferralID); err != nil {
		return out, err
	}
	out.Sessions = models.CountSessions(out.Appointments)
	return out, nil
}

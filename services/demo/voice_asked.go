package demo

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
)

// whoWas is a referral whose victim was asked at a point of it.
type whoWas struct {
	kase, referral, service, org uuid.UUID
	point                        string
	at                           time.Time
}

// asked makes those who opened their page when something was asked: one for
// every ten referrals that are old enough, of whom about four in ten answer.
func (l *loader) asked(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select r.case_id, r.id, r.service_id, r.to_org_id, case when r.ended_at is null then 'working' else 'ended' end,
			case when r.ended_at is null then r.accepted_at + interval '45 days' else r.ended_at + interval '20 days' end
		from referrals r where r.accepted_at is not null and (r.ended_at is null and r.status = 'in_progress' and r.accepted_at < $1::timestamptz - interval '60 days'
			or r.status in ('completed', 'ended_early') and r.ended_at < $1::timestamptz - interval '40 days') order by r.id limit 20000`, l.o.Until)
	if err != nil {
		return err
	}
	var from []whoWas
	var x whoWas
	if _, err := pgx.ForEachRow(rows, []any{&x.kase, &x.referral, &x.service, &x.org, &x.point, &x.at}, func() error { from = append(from, x); return nil }); err != nil {
		return err
	}
	s, most := newSource(l.o.Seed, "asked"), 800
	for i := range from {
		if !s.chance(0.22) || most == 0 {
			continue
		}
		most--
		if err := l.one(ctx, tx, s, &from[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) one(ctx context.Context, tx pgx.Tx, s *source, x *whoWas) error {
	id, answers := s.id(x.at), s.chance(0.42)
	if _, err := tx.Exec(ctx, `insert into feedback_invitations (id, case_id, referral_id, service_id, org_id, point, made_at, expires_at, answered_at, recorded_at)
		values ($1, $2, $3, $4, $5, $6, $7::timestamptz, $7::timestamptz + interval '28 days', case when $8 then $7::timestamptz end, $7)`, id, x.kase, x.referral, x.service, x.org, x.point, x.at, answers); err != nil || !answers {
		return err
	}
	say := func(good []string) *string {
		if s.chance(0.08) {
			return nil
		}
		v := pick(s, good)
		return &v
	}
	heard, safer, again := say([]string{"yes", "yes", "yes", "yes", "partly", "no"}), say([]string{"yes", "yes", "partly", "partly", "no", models.FeedbackNotNow}), say([]string{"yes", "yes", "yes", "partly", "no"})
	if s.chance(0.07) {
		later := models.FeedbackNotNow
		heard, safer, again = &later, &later, &later
	}
	y, m, _ := x.at.In(models.London()).Date()
	if _, err := tx.Exec(ctx, "insert into feedback_answers (id, service_id, org_id, point, month, heard, safer, again) values ($1, $2, $3, $4, $5, $6, $7, $8)", id, x.service, x.org, x.point,
		time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), heard, safer, again); err != nil || !s.chance(0.2) {
		return err
	}
	words := pick(s, []string{"I felt that somebody was on my side.", "The wait at the start was hard.", "It was good to have one person to ring.", "I would have liked evenings.", "Thank you."})
	_, err := tx.Exec(ctx, "insert into feedback_words (id, words) values ($1, $2)", id, l.book.seal(vault.FeedbackWords, id, words))
	return err
}

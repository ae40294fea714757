package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
)

// matter of a complaint: what somebody said of a service, and what changed.
type remark struct{ topic, said, wants, answer, changes string }

func grumbles() []remark {
	return []remark{
		{"told", "Nobody told me that the hearing had moved.", "To be told first.", "You should have been told on the day. We are sorry.", "The list of hearings is read each morning."},
		{"delay", "I waited three weeks for the first call.", "A call this week.", "The first call was late. We are sorry.", "Referrals of a Friday are given out on Monday morning."},
		{"delay", "Every time I ring I am told to ring again.", "", "We rang you back within the day each time, and wrote down when.", "A rota for calls back."},
		{"manner", "I was asked the same questions five times.", "That they read what I said.", "The notes were there and were not read. We are sorry.", "Workers read the referral before they ring."},
		{"manner", "The person on the phone sounded as if they did not believe me.", "An apology.", "We listened to the call with the worker.", "A day of training on first calls."},
		{"safety", "They left a message on a phone that he can hear.", "That it never happens again.", "A message was left against what you had told us. We are sorry.", "No message is left unless the record allows it."},
		{"privacy", "My sister was told that I had an appointment.", "To know who was told what.", "Your sister rang us and was told a time. That was wrong.", "Nobody is told anything who does not know the word."},
		{"decision", "They said that I do not live in the right borough.", "That somebody looks again.", "The rule was followed, and it was not explained to you.", "The letter says which service can help instead."},
		{"access", "The building has stairs and no lift.", "Somewhere that I can get into.", "We meet you at the library, which has a lift.", "Access is asked about with the first appointment."},
		{"support", "My worker changed twice and I began again each time.", "One worker.", "Two workers left. You stay with the third.", "The leaving worker and the new one meet the person together."},
	}
}

func thanks() []remark {
	return []remark{
		{"support", "She stayed with me until I could sleep again.", "", "", ""},
		{"told", "I always knew what came next.", "", "", ""},
		{"manner", "He listened and did not rush me.", "", "", ""},
		{"safety", "They asked each time if it was safe to talk.", "", "", ""},
		{"access", "The interpreter was the same one every time.", "", "", ""},
	}
}

// heard is one remark about an organisation, who wrote it down, and of which case.
type heard struct {
	kase, org, service, by, byOrg uuid.UUID
	at                            time.Time
}

// said makes complaints and compliments: one of either for every twenty cases.
// Most complaints are acknowledged and answered in time, some late, a few are
// taken further. One waits for the Commissioner's office, and one for Ashdown.
func (l *loader) said(ctx context.Context, tx pgx.Tx, w *world) error {
	n := min(l.o.Cases/20, 600)
	if n == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `select r.case_id, r.to_org_id, r.service_id, c.logged_by, c.logged_by_org_id, r.submitted_at from referrals r join cases c on c.id = r.case_id
		where r.accepted_at is not null and r.submitted_at < $1 and c.restricted_to is null and not c.sealed order by r.id limit 20000`, l.o.Until.AddDate(0, 0, -10))
	if err != nil {
		return err
	}
	var from []heard
	var h heard
	if _, err := pgx.ForEachRow(rows, []any{&h.kase, &h.org, &h.service, &h.by, &h.byOrg, &h.at}, func() error { from = append(from, h); return nil }); err != nil || len(from) == 0 {
		return err
	}
	s, cal := newSource(l.o.Seed, "voice"), models.MustCalendar()
	for range n {
		h := pick(s, from)
		h.at = h.at.AddDate(0, 0, s.between(2, 40)).Add(time.Duration(s.between(0, 6*3600)) * time.Second).Truncate(time.Second)
		if !h.at.Before(l.o.Until.AddDate(0, 0, -1)) {
			h.at = l.o.Until.AddDate(0, 0, -s.between(2, 30))
		}
		if s.chance(0.4) {
			h.kase = uuid.Nil
		}
		if s.chance(0.45) {
			if err := l.remark(ctx, tx, s, h, models.KindCompliment, pick(s, thanks())); err != nil {
				return err
			}
			continue
		}
		r := pick(s, grumbles())
		id, err := l.complain(ctx, tx, s, h, r)
		if err == nil {
			err = l.answered(ctx, tx, w, s, cal, id, h, &r)
		}
		if err != nil {
			return fmt.Errorf("making a complaint: %w", err)
		}
	}
	return l.waiting(ctx, tx, w, s, cal, pick(s, from))
}

func (l *loader) complain(ctx context.Context, tx pgx.Tx, s *source, h heard, r remark) (uuid.UUID, error) {
	id := s.id(h.at)
	return id, l.keepRemark(ctx, tx, s, id, h, models.KindComplaint, r)
}

func (l *loader) remark(ctx context.Context, tx pgx.Tx, s *source, h heard, kind string, r remark) error {
	return l.keepRemark(ctx, tx, s, s.id(h.at), h, kind, r)
}

func (l *loader) keepRemark(ctx context.Context, tx pgx.Tx, s *source, id uuid.UUID, h heard, kind string, r remark) error {
	source := pick(s, []string{"victim", "victim", "victim", "for_victim", "other", "anonymous"})
	if h.kase != uuid.Nil {
		source = "victim"
	}
	words := map[string]string{"said": r.said}
	if r.wants != "" {
		words["wants"] = r.wants
	}
	_, err := tx.Exec(ctx, `insert into complaints (id, kind, org_id, service_id, case_id, said_by, channel, topic, words, received_on, received_at, at, changed_at, recorded_at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, nullif($5, '00000000-0000-0000-0000-000000000000'::uuid), $6, $7, $8, $9, $10, $11, $11, $11, $11, $12, $13)`,
		id, kind, h.org, h.service, h.kase, source, pick(s, []string{"phone", "phone", "in_person", "email", "post", "page"}), r.topic, l.book.seal(vault.ComplaintWords, id, toJSON(words)),
		models.Today(h.at), h.at, h.by, h.byOrg)
	return err
}

// answered gives a complaint its clocks and what was done about it by the end.
func (l *loader) answered(ctx context.Context, tx pgx.Tx, w *world, s *source, cal *models.Calendar, id uuid.UUID, h heard, r *remark) error {
	first, whole := h.at.AddDate(0, 0, s.between(0, 11)).Add(time.Hour), h.at.AddDate(0, 0, s.between(9, 27)).Add(2*time.Hour)
	if s.chance(0.12) {
		first = h.at.AddDate(0, 0, s.between(16, 25))
	}
	if s.chance(0.2) {
		whole = h.at.AddDate(0, 0, s.between(30, 50))
	}
	if !whole.After(first) {
		whole = first.Add(time.Hour)
	}
	acknowledged, done := l.past(first), l.past(whole)
	outcome := pick(s, []string{"upheld", "partly", "partly", "not_upheld", "not_upheld"})
	if err := l.limits(ctx, tx, s, cal, id, h, acknowledged, done); err != nil || acknowledged == nil {
		return err
	}
	by := w.orgOf(h.org).lead(s)
	if done == nil {
		if _, err := tx.Exec(ctx, "update complaints set acknowledged_at = $2, changed_at = $2, version = 2 where id = $1", id, first); err != nil {
			return err
		}
		return l.entry(ctx, tx, s, id, "acknowledged", "phone", map[string]string{"said": "We have it, and a manager looks at it."}, by, first)
	}
	further := s.chance(0.06)
	if _, err := tx.Exec(ctx, `update complaints set acknowledged_at = $2, answered_at = $3::timestamptz, outcome = $4, changed_at = $3, version = 3,
		escalated_at = case when $5::boolean then $3::timestamptz end, escalated_to = case when $5 then 'ombudsman' end where id = $1`, id, first, whole, outcome, further); err != nil {
		return err
	}
	words := map[string]string{"said": r.answer}
	if outcome != "not_upheld" {
		words["changes"] = r.changes
	}
	if err := l.entry(ctx, tx, s, id, "acknowledged", "phone", map[string]string{"said": "We have it, and a manager looks at it."}, by, first); err != nil {
		return err
	}
	if err := l.entry(ctx, tx, s, id, "answered", "phone", words, by, whole); err != nil || !further {
		return err
	}
	return l.entry(ctx, tx, s, id, "escalated", "", map[string]string{"said": "They are not content with the answer."}, by, whole)
}

// past is a moment that has been; nil for one that is still to come.
func (l *loader) past(at time.Time) *time.Time {
	if at.Before(l.o.Until) {
		return &at
	}
	return nil
}

func (l *loader) limits(ctx context.Context, tx pgx.Tx, s *source, cal *models.Calendar, id uuid.UUID, h heard, stops ...*time.Time) error {
	for i, name := range []models.Rule{models.RuleComplaint, models.RuleComplaintAnswer} {
		rule, _ := models.RuleAt(models.ClockRules(), name, h.at)
		k, err := cal.StartRule(&rule, models.Clock{HolderOrgID: h.org, StartedAt: h.at}, rule.Standard)
		if err != nil {
			return err
		}
		k.State = k.StateAt(l.o.Until)
		if stops[i] != nil {
			if err := cal.StopClock(&k, *stops[i]); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `insert into clocks (id, complaint_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at, rung, recorded_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 3, $8)`, s.id(h.at), id, string(k.Rule), k.RuleVersion, k.HolderOrgID, string(k.State), k.LimitDays, k.StartedAt, k.DueAt, k.FirstDueAt, k.DueSoonAt, k.StoppedAt); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) entry(ctx context.Context, tx pgx.Tx, s *source, of uuid.UUID, kind, channel string, words map[string]string, by *person, at time.Time) error {
	id := s.id(at)
	_, err := tx.Exec(ctx, `insert into complaint_entries (id, complaint_id, kind, channel, words, at, recorded_at, by_user_id, by_org_id) values ($1, $2, $3, nullif($4, ''), $5, $6, $6, $7, $8)`,
		id, of, kind, channel, l.book.seal(vault.ComplaintEntryWords, id, toJSON(words)), at, by.id, by.org.id)
	return err
}

// waiting is what a newcomer finds to do: a complaint that was taken to the
// Commissioner's office, and one for Ashdown to acknowledge.
func (l *loader) waiting(ctx context.Context, tx pgx.Tx, w *world, s *source, cal *models.Calendar, h heard) error {
	police, ashdown := w.sign("police"), w.sign("vawg.manager")
	h.kase, h.org, h.service, h.by, h.byOrg, h.at = uuid.Nil, ashdown.org.id, w.serviceOf(ashdown.org), police.id, police.org.id, l.o.Until.AddDate(0, 0, -3)
	id, err := l.complain(ctx, tx, s, h, grumbles()[1])
	if err == nil {
		err = l.limits(ctx, tx, s, cal, id, h, nil, nil)
	}
	if err != nil {
		return err
	}
	h.at = l.o.Until.AddDate(0, 0, -40)
	if id, err = l.complain(ctx, tx, s, h, grumbles()[5]); err != nil {
		return err
	}
	further, first := l.o.Until.AddDate(0, 0, -2), h.at.AddDate(0, 0, 2)
	if err := l.limits(ctx, tx, s, cal, id, h, &first, nil); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "update complaints set acknowledged_at = $2, escalated_at = $3, escalated_to = 'commissioner', changed_at = $3, version = 3 where id = $1", id, first, further); err != nil {
		return err
	}
	if err := l.entry(ctx, tx, s, id, "acknowledged", "phone", map[string]string{"said": "We have it, and a manager looks at it."}, ashdown, first); err != nil {
		return err
	}
	return l.entry(ctx, tx, s, id, "escalated", "", map[string]string{"said": "The answer is late, and it is about safety."}, police, further)
}

func (w *world) orgOf(id uuid.UUID) *org {
	for _, o := range w.orgs {
		if o.id == id {
			return o
		}
	}
	return w.orgs[0]
}

// serviceOf is the first service of an organisation.
func (w *world) serviceOf(o *org) uuid.UUID {
	for _, s := range w.services {
		if w.byKey[s.org] == o {
			return s.ID
		}
	}
	return uuid.Nil
}

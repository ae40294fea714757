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

// conferred is a referral to the MARAC of the demo, which has heard it or has it
// on the list of its next meeting.
type conferred struct {
	id, caseID uuid.UUID
	reference  string
	sent       time.Time
	heard      bool
}

// confer refers a case laid out by hand to the MARAC, which accepts it the next
// working day.
func (g *generator) confer(k *kase, at time.Time, heard bool) {
	r := g.send(k, SvcMARAC, at)
	by := g.world.sign("marac")
	r.acknowledge(at.Add(time.Hour), by)
	r.accept(at.Add(2*time.Hour), by, by)
	g.conferred = append(g.conferred, conferred{r.ID, k.ID, r.Reference, at, heard})
}

// confer writes what the MARAC did, as services/marac does: a meeting that was,
// one to come, and who takes part.
func (l *loader) confer(ctx context.Context, tx pgx.Tx, g *generator) error {
	board, vawg, police := g.world.sign("marac"), g.world.sign("vawg"), g.world.sign("police")
	s := newSource(g.seed, "marac")
	first := g.until.AddDate(0, -2, 0)
	do := func(statement string, args ...any) error {
		if _, err := tx.Exec(ctx, statement, args...); err != nil {
			return fmt.Errorf("a MARAC: %w", err)
		}
		return nil
	}
	for _, partner := range []string{OrgPolice, OrgVAWG, OrgProbation} {
		if err := do("insert into marac_partners (org_id, partner_org_id, at, by_user_id) values ($1, $2, $3, $4)", board.org.id, g.world.byKey[partner].id, first, board.id); err != nil {
			return err
		}
	}
	heardAt := g.back(2, 11, 0)
	meetings := map[bool]uuid.UUID{true: s.id(first), false: s.id(first)}
	for heard, on := range map[bool]time.Time{true: models.Today(heardAt), false: models.Today(g.until).AddDate(0, 0, 8)} {
		if err := do("insert into marac_meetings (id, org_id, meets_on, at, by_user_id) values ($1, $2, $3, $4, $5)", meetings[heard], board.org.id, on, first, board.id); err != nil {
			return err
		}
	}
	for _, c := range g.conferred {
		screened := c.sent.Add(2 * time.Hour)
		var heard, watched *time.Time
		if c.heard {
			until := heardAt.AddDate(models.MARACWatch, 0, 0)
			heard, watched = &heardAt, &until
		}
		if err := do(`insert into marac_cases (referral_id, case_id, org_id, reference, criteria, meeting_id, listed, heard_at, watched_until, at, by_user_id)
			values ($1, $2, $3, $4, '{score,judgement}', $5, 1, $6, $7, $8, $9)`, c.id, c.caseID, board.org.id, c.reference, meetings[c.heard], heard, watched, screened, board.id); err != nil {
			return err
		}
		k, err := g.calendar.StartClock(models.RuleMARAC, board.org.id, c.sent, 20)
		if err != nil {
			return err
		}
		k.ID = s.id(screened)
		if heard != nil {
			if err := g.calendar.StopClock(&k, *heard); err != nil {
				return err
			}
		}
		if err := l.clock(do, &c, &k); err != nil {
			return err
		}
		if err := do("update clocks set state = 'not_applicable', stopped_at = $2, why = 'a MARAC calls nobody', rung = 0 where referral_id = $1 and rule in ('K24', 'K25') and stopped_at is null", c.id, screened); err != nil {
			return err
		}
		say := func(table string, col vault.Column, at time.Time, by *person, words string) error {
			id := s.id(at)
			return do("insert into "+table+" (id, referral_id, case_id, words, at, recorded_at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7, $8)",
				id, c.id, c.caseID, l.book.seal(col, id, words), at, recorded(at), by.id, by.org.id)
		}
		if err := say("marac_research", vault.MARACResearch, screened.Add(3*time.Hour), vawg, "She has moved to her sister's. He found out within a week."); err != nil {
			return err
		}
		if c.heard {
			if err := l.heard(g, s, do, say, &c, board, vawg, police, heardAt); err != nil {
				return err
			}
		}
		if err := do(`update referrals r set over_limit = false, due_at = (select min(k.due_at) from clocks k where k.referral_id = r.id and k.stopped_at is null and k.paused_since is null
			and k.holder_org_id = r.to_org_id and k.state in ('running', 'due_soon', 'breached')) where r.id = $1`, c.id); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) clock(do func(string, ...any) error, c *conferred, k *models.Clock) error {
	return do(`insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at, recorded_at)
		values ($1, $2, $3, 'K27', $4, $5, $6, $7, $8, $8, $9, $10, $11)`, k.ID, c.caseID, c.id, k.HolderOrgID, string(k.State), k.LimitDays, k.StartedAt, k.DueAt, k.DueSoonAt, k.StoppedAt, recorded(k.StartedAt))
}

// heard writes the minutes, and two actions: one that is done and one that is not.
func (l *loader) heard(g *generator, s *source, do func(string, ...any) error, say func(string, vault.Column, time.Time, *person, string) error, c *conferred, board, vawg, police *person, at time.Time) error {
	if err := say("marac_minutes", vault.MARACMinutes, at, board, "Heard. High risk. Two actions were agreed on. Her adviser tells her, at her safe time."); err != nil {
		return err
	}
	for i, x := range []struct {
		by   *person
		what string
		days int
	}{{police, "Mark her sister's address for an urgent answer.", 1}, {vawg, "Go through a safety plan with her, and ask about the locks.", 6}} {
		due := models.Today(at).AddDate(0, 0, x.days)
		k, err := g.calendar.StartClockUntil(models.RuleMARAC, x.by.org.id, at, due)
		if err != nil {
			return err
		}
		k.ID = s.id(at)
		var done *time.Time
		var by any
		if i == 0 {
			now := at.Add(5 * time.Hour)
			done, by = &now, x.by.id
			if err := g.calendar.StopClock(&k, now); err != nil {
				return err
			}
		} else {
			k.State = k.StateAt(g.until)
		}
		if err := l.clock(do, c, &k); err != nil {
			return err
		}
		id := s.id(at)
		if err := do(`insert into marac_actions (id, referral_id, case_id, owner_org_id, what, due_on, clock_id, at, recorded_at, by_user_id, by_org_id, done_at, done_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, id, c.id, c.caseID, x.by.org.id, l.book.seal(vault.MARACAction, id, x.what), due, k.ID, at, recorded(at), board.id, board.org.id, done, by); err != nil {
			return err
		}
	}
	return nil
}

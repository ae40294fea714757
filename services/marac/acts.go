package marac

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// write runs one act on a case in the order of answers of decisions.md 18, and
// gives back the case as it stands then.
func (s *Service) write(ctx context.Context, id uuid.UUID, sides []string, act func(context.Context, *pg.Tx, *models.MARACCase) error) (View, error) {
	if _, err := may(ctx); err != nil {
		return View{}, err
	}
	var out View
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			c, side, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			allowed := false
			for _, ok := range sides {
				allowed = allowed || ok == side
			}
			if !allowed {
				return models.Forbidden("This is the MARAC's to do, or its partners'.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := act(ctx, tx, &c); err != nil {
				return err
			}
			if c, side, err = find(ctx, tx, id); err != nil {
				return err
			}
			if out, err = s.show(ctx, tx, c, side); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// Screen takes a referral that the MARAC has accepted on to its agenda, with the
// criteria it meets. The clock to the meeting runs from when it was sent; those
// of a service that calls people do not apply: a MARAC calls nobody. Whoever
// supports the victim is told. Errors: not found, forbidden where it was not sent
// to the actor, a replay, a conflict where it was not accepted or is there already,
// and invalid: of an organisation that runs no MARAC too.
func (s *Service) Screen(ctx context.Context, id uuid.UUID, criteria []string) (View, error) {
	a, err := may(ctx)
	if err != nil {
		return View{}, err
	}
	var out View
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			var r struct {
				ID, CaseID, ToOrgID uuid.UUID
				Reference           string
				SubmittedAt         *time.Time
				Accepted, Live      bool
				Known               bool
			}
			if err := tx.Scan(ctx, &r, `select r.id, r.case_id, r.to_org_id, r.reference, r.submitted_at, r.accepted_at is not null as accepted, r.live,
				exists (select from marac_cases m where m.referral_id = r.id) as known from referrals r where r.id = ?`, id); err != nil {
				return err
			}
			switch {
			case r.ID == uuid.Nil:
				return models.NotFound("referral")
			case r.ToOrgID != tx.Actor.OrgID:
				return models.Forbidden("This referral was not sent to you.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			switch {
			case r.Known:
				return models.Conflict("This case is at the MARAC already. Open it as it is now.")
			case !r.Accepted || !r.Live:
				return models.Conflict("Accept this referral first. What has ended is not taken on.")
			}
			if err := models.Refusal(ctx, notRun(a, "criteria"), models.CheckCriteria(criteria)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into marac_cases (referral_id, case_id, org_id, reference, criteria, at, by_user_id)
				values (?, ?, ?, ?, string_to_array(?, ','), ?, ?)`, r.ID, r.CaseID, r.ToOrgID, r.Reference, strings.Join(criteria, ","), tx.Now, tx.Actor.UserID); err != nil {
				return err
			}
			c := models.MARACCase{ReferralID: r.ID, CaseID: r.CaseID, OrgID: r.ToOrgID}
			if err := s.begin(ctx, tx, &c, *r.SubmittedAt); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, "case.safety", uuid.Nil, r.CaseID); err != nil {
				return err
			}
			if err := tx.Record(ctx, about(&c, "screened", map[string]any{"criteria": criteria})); err != nil {
				return err
			}
			kept, side, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			if out, err = s.show(ctx, tx, kept, side); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// begin starts the clock to the meeting, and excuses those of calling the victim.
func (s *Service) begin(ctx context.Context, tx *pg.Tx, c *models.MARACCase, sent time.Time) error {
	if _, err := tx.Exec(ctx, `update clocks set state = 'not_applicable', stopped_at = ?, why = 'a MARAC calls nobody' where referral_id = ? and stopped_at is null and rule in ?`,
		tx.Now, c.ReferralID, []models.Rule{models.RuleFirstAttempt, models.RuleFirstContact, models.RuleReferrerUpdate}); err != nil {
		return err
	}
	var r models.ClockRule
	if err := tx.Scan(ctx, &r, "select rule, version, owner, standard, enhanced, unit, soft, source, effective_from from clock_rules where rule = ? and effective_to is null", models.RuleMARAC); err != nil {
		return err
	}
	if r.Standard == 0 {
		return inOrder(ctx, tx, c) // no number is set
	}
	k, err := s.calendar.StartClock(models.RuleMARAC, c.OrgID, sent, r.Standard)
	if err != nil {
		return err
	}
	k.RuleVersion, k.State = r.Version, k.StateAt(tx.Now)
	if err := clock(ctx, tx, c, &k); err != nil {
		return err
	}
	return inOrder(ctx, tx, c)
}

// inOrder keeps the inbox ordered by the earliest clock that runs.
func inOrder(ctx context.Context, tx *pg.Tx, c *models.MARACCase) error {
	_, err := tx.Exec(ctx, `update referrals r set due_at = (select min(k.due_at) from clocks k where k.referral_id = r.id and k.stopped_at is null and k.paused_since is null
		and k.holder_org_id = r.to_org_id and k.state in ('running', 'due_soon', 'breached')) where r.id = ?`, c.ReferralID)
	return err
}

func clock(ctx context.Context, tx *pg.Tx, c *models.MARACCase, k *models.Clock) error {
	_, err := tx.Exec(ctx, `insert into clocks (id, case_id, referral_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, c.CaseID, c.ReferralID, k.Rule, k.RuleVersion, k.HolderOrgID, k.State, k.LimitDays, k.StartedAt, k.DueAt, k.FirstDueAt, k.DueSoonAt)
	return err
}

// List puts a case on the list of a meeting, which is when its partners see it;
// once more puts it off. Errors: not found, forbidden, a replay, a conflict once
// it was heard, and invalid where there is no such meeting to come.
func (s *Service) List(ctx context.Context, id, meeting uuid.UUID) (View, error) {
	return s.write(ctx, id, []string{SideMARAC}, func(ctx context.Context, tx *pg.Tx, c *models.MARACCase) error {
		if c.HeardAt != nil {
			return models.Conflict("This case was heard already.")
		}
		var n int
		if err := tx.Scan(ctx, &n, "select count(*) from marac_meetings where id = ? and org_id = ? and meets_on >= ?", meeting, c.OrgID, models.Today(tx.Now).Format(time.DateOnly)); err != nil {
			return err
		}
		var found []models.FieldError
		if n == 0 {
			found = append(found, models.Field("meeting_id", models.FieldUnknown, "Select a meeting that is still to come"))
		}
		if err := models.Refusal(ctx, found); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update marac_cases set meeting_id = ?, listed = listed + 1, version = version + 1 where referral_id = ?", meeting, c.ReferralID); err != nil {
			return err
		}
		return tx.Record(ctx, about(c, "listed", map[string]any{"meeting": meeting}))
	})
}

// Research adds what an organisation that takes part knows. Errors as List.
func (s *Service) Research(ctx context.Context, id uuid.UUID, words string) (View, error) {
	return s.write(ctx, id, []string{SideMARAC, SidePartner}, func(ctx context.Context, tx *pg.Tx, c *models.MARACCase) error {
		if err := models.Refusal(ctx, models.CheckMARACWords("words", words)); err != nil {
			return err
		}
		return s.say(ctx, tx, c, "marac_research", vault.MARACResearch, words, "researched")
	})
}

func (s *Service) say(ctx context.Context, tx *pg.Tx, c *models.MARACCase, table string, col vault.Column, words, did string) error {
	id := models.NewID()
	if _, err := tx.Exec(ctx, "insert into "+table+" (id, referral_id, case_id, words, at, by_user_id, by_org_id) values (?, ?, ?, ?, ?, ?, ?)",
		id, c.ReferralID, c.CaseID, tx.Vault.Seal(col, id, strings.TrimSpace(words)), tx.Now, tx.Actor.UserID, tx.Actor.OrgID); err != nil {
		return err
	}
	return tx.Record(ctx, about(c, did, map[string]any{"entry": id}))
}

// Hear keeps the minutes of a meeting that heard a case: the clock to it stops,
// and a year of watching begins. Minutes that are added later change neither.
// Errors as List, and a conflict where it is on no list.
func (s *Service) Hear(ctx context.Context, id uuid.UUID, minutes string) (View, error) {
	return s.write(ctx, id, []string{SideMARAC}, func(ctx context.Context, tx *pg.Tx, c *models.MARACCase) error {
		switch {
		case c.MeetingID == nil:
			return models.Conflict("Put this case on the list of a meeting first.")
		case c.HeardAt == nil && c.MeetsOn.After(models.Today(tx.Now)):
			return models.Conflict("The meeting is still to come.")
		}
		if err := models.Refusal(ctx, models.CheckMARACWords("minutes", minutes)); err != nil {
			return err
		}
		if c.HeardAt == nil {
			if _, err := tx.Exec(ctx, "update marac_cases set heard_at = ?, watched_until = ?, version = version + 1 where referral_id = ?",
				tx.Now, tx.Now.AddDate(models.MARACWatch, 0, 0), c.ReferralID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update clocks k set stopped_at = ?, state = case when ? > k.due_at then 'breached' else 'met' end
				where k.referral_id = ? and k.rule = ? and k.stopped_at is null and not exists (select from marac_actions a where a.clock_id = k.id)`,
				tx.Now, tx.Now, c.ReferralID, models.RuleMARAC); err != nil {
				return err
			}
			if err := inOrder(ctx, tx, c); err != nil {
				return err
			}
		}
		return s.say(ctx, tx, c, "marac_minutes", vault.MARACMinutes, minutes, "heard")
	})
}

// NewAction is an action about to be agreed on.
type NewAction struct {
	OwnerOrgID uuid.UUID
	What       string
	DueOn      *time.Time // a date
}

// Agree keeps an action with its owner, who takes part, and its clock. Errors as
// List.
func (s *Service) Agree(ctx context.Context, id uuid.UUID, in NewAction) (View, error) {
	return s.write(ctx, id, []string{SideMARAC}, func(ctx context.Context, tx *pg.Tx, c *models.MARACCase) error {
		found := models.CheckMARACAction(in.What, in.DueOn, tx.Now)
		var n int
		if err := tx.Scan(ctx, &n, "select count(*) from marac_partners where org_id = ? and partner_org_id = ?", c.OrgID, in.OwnerOrgID); err != nil {
			return err
		}
		if n == 0 {
			found = append(found, models.Field("owner_organisation_id", models.FieldUnknown, "Select an organisation that takes part"))
		}
		if err := models.Refusal(ctx, found); err != nil {
			return err
		}
		k, err := s.calendar.StartClockUntil(models.RuleMARAC, in.OwnerOrgID, tx.Now, *in.DueOn)
		if err != nil {
			return models.Invalid(models.Field("due_on", models.FieldInvalid, err.Error()))
		}
		if err := clock(ctx, tx, c, &k); err != nil {
			return err
		}
		id := models.NewID()
		if _, err := tx.Exec(ctx, `insert into marac_actions (id, referral_id, case_id, owner_org_id, what, due_on, clock_id, at, by_user_id, by_org_id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, c.ReferralID, c.CaseID, in.OwnerOrgID, tx.Vault.Seal(vault.MARACAction, id, strings.TrimSpace(in.What)),
			in.DueOn.Format(time.DateOnly), k.ID, tx.Now, tx.Actor.UserID, tx.Actor.OrgID); err != nil {
			return err
		}
		return tx.Record(ctx, about(c, "action_agreed", map[string]any{"action": id, "owner": in.OwnerOrgID}))
	})
}

// Done says that an action was done: its owner, or the MARAC on the owner's word.
// Errors as List, a conflict where it was done already.
func (s *Service) Done(ctx context.Context, id, action uuid.UUID) (View, error) {
	return s.write(ctx, id, []string{SideMARAC, SidePartner, SideReferrer}, func(ctx context.Context, tx *pg.Tx, c *models.MARACCase) error {
		var a struct {
			ID, OwnerOrgID uuid.UUID
			DoneAt         *time.Time
		}
		if err := tx.Scan(ctx, &a, "select id, owner_org_id, done_at from marac_actions where id = ? and referral_id = ?", action, c.ReferralID); err != nil {
			return err
		}
		var found []models.FieldError
		switch {
		case a.ID == uuid.Nil:
			found = append(found, models.Field("action_id", models.FieldUnknown, "Select an action of this case"))
		case a.DoneAt != nil:
			return models.Conflict("This action was done already.")
		case a.OwnerOrgID != tx.Actor.OrgID && c.OrgID != tx.Actor.OrgID:
			return models.Forbidden("This is another organisation's action.")
		}
		if err := models.Refusal(ctx, found); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update marac_actions set done_at = ?, done_by = ? where id = ?", tx.Now, tx.Actor.UserID, action); err != nil {
			return err
		}
		return tx.Record(ctx, about(c, "action_done", map[string]any{"action": action}))
	})
}

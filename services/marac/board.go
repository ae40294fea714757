package marac

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// mostShown bounds the lists of an overview.
const mostShown = 200

// Look shows an organisation what it has to do with MARACs: one that runs one
// its referrals to look at, its cases, meetings and partners; any other the cases
// it takes part in, and to each the actions it owes.
func (s *Service) Look(ctx context.Context) (Overview, error) {
	a, err := may(ctx)
	if err != nil {
		return Overview{}, err
	}
	out := Overview{Runs: runs(a)}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := models.Refusal(ctx); err != nil {
			return err
		}
		out.Now = tx.Now
		if err := s.board(ctx, tx, &out); err != nil {
			return err
		}
		for i := range out.Partners {
			if id, err := uuid.Parse(out.Partners[i]); err == nil {
				out.Partners[i] = dir.Name(id)
			}
		}
		var rows []caseRow
		if err := tx.Scan(ctx, &rows, "select "+caseColumns+`, (select count(*) from marac_actions a where a.referral_id = m.referral_id and a.done_at is null) as open
			from marac_cases m left join marac_meetings g on g.id = m.meeting_id where m.watched_until is null or m.watched_until > ?
			order by m.heard_at is not null, g.meets_on nulls first, m.at desc limit ?`, tx.Now, mostShown); err != nil {
			return err
		}
		ids := []uuid.UUID{}
		for i := range rows {
			c, err := rows[i].model()
			if err != nil {
				return err
			}
			ids = append(ids, c.ReferralID)
			out.Rows = append(out.Rows, Row{MARACCase: c, Board: dir.Name(c.OrgID), Open: rows[i].Open})
		}
		var owed []struct {
			ID, ReferralID uuid.UUID
			Reference      string
		}
		if err := tx.Scan(ctx, &owed, `select a.id, a.referral_id, m.reference from marac_actions a join marac_cases m on m.referral_id = a.referral_id
			where a.owner_org_id = ? and a.done_at is null order by a.due_on, a.id limit ?`, tx.Actor.OrgID, mostShown); err != nil {
			return err
		}
		list, err := actions(ctx, tx, dir, "where a.owner_org_id = ? and a.done_at is null", tx.Actor.OrgID)
		if err != nil {
			return err
		}
		for _, o := range owed {
			for _, l := range list {
				if l.ID == o.ID {
					out.Actions = append(out.Actions, OwnAction{Action: l, ReferralID: o.ReferralID, Reference: o.Reference})
				}
			}
		}
		return tx.Record(ctx, models.Event{Action: "marac.listed_read", SubjectType: "referral", Detail: map[string]any{"referrals": ids}})
	})
	return out, err
}

// board is what only the organisation that runs a MARAC sees, and the meetings
// of those that a partner takes part in.
func (s *Service) board(ctx context.Context, tx *pg.Tx, out *Overview) error {
	if err := tx.Scan(ctx, &out.Meetings, "select id, org_id, meets_on from marac_meetings where meets_on >= ? order by meets_on limit ?",
		models.Today(tx.Now).Format(time.DateOnly), mostShown); err != nil || !out.Runs {
		return err
	}
	if err := tx.Scan(ctx, &out.Waiting, `select r.id as referral_id, r.reference, r.accepted_at from referrals r where r.to_org_id = ? and r.live and r.accepted_at is not null
		and not exists (select from marac_cases m where m.referral_id = r.id) order by r.accepted_at, r.id limit ?`, tx.Actor.OrgID, mostShown); err != nil {
		return err
	}
	return tx.Scan(ctx, &out.Partners, "select partner_org_id::text from marac_partners where org_id = ? order by at, partner_org_id", tx.Actor.OrgID)
}

// Meet calls a meeting. Errors: a replay, a conflict where there is one that day,
// and invalid: of an organisation that runs no MARAC too.
func (s *Service) Meet(ctx context.Context, on *time.Time) (models.MARACMeeting, error) {
	m := models.MARACMeeting{ID: models.NewID()}
	err := s.own(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := models.Refusal(ctx, notRun(tx.Actor, "meets_on"), models.CheckMeeting(on, tx.Now)); err != nil {
			return err
		}
		m.OrgID, m.MeetsOn = tx.Actor.OrgID, *on
		n, err := tx.Exec(ctx, "insert into marac_meetings (id, org_id, meets_on, at, by_user_id) values (?, ?, ?, ?, ?) on conflict on constraint marac_meetings_once do nothing",
			m.ID, m.OrgID, on.Format(time.DateOnly), tx.Now, tx.Actor.UserID)
		if err == nil && n == 0 {
			err = models.Conflict("There is a meeting on that day already.")
		}
		if err != nil {
			return err
		}
		if err := tx.Record(ctx, models.Event{Action: "marac.meeting_called", SubjectType: "marac", SubjectID: m.ID}); err != nil {
			return err
		}
		return tx.Keep(ctx, m)
	})
	return m, err
}

// Invite has another organisation take part: it sees what is put on a list from
// then on, and what is there. Errors as Meet; a conflict where it does already.
func (s *Service) Invite(ctx context.Context, partner uuid.UUID) error {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return err
	}
	return s.own(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var found []models.FieldError
		if o, known := dir.Organisation(partner); !known || !o.Active || partner == tx.Actor.OrgID {
			found = append(found, models.Field("organisation_id", models.FieldUnknown, "Select another organisation from the directory"))
		}
		if err := models.Refusal(ctx, notRun(tx.Actor, "organisation_id"), found); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "insert into marac_partners (org_id, partner_org_id, at, by_user_id) values (?, ?, ?, ?) on conflict do nothing", tx.Actor.OrgID, partner, tx.Now, tx.Actor.UserID)
		if err == nil && n == 0 {
			err = models.Conflict("This organisation takes part already.")
		}
		if err != nil {
			return err
		}
		if err := tx.Record(ctx, models.Event{Action: "marac.partner_invited", SubjectType: "organisation", SubjectID: partner}); err != nil {
			return err
		}
		return tx.Keep(ctx, partner)
	})
}

func (s *Service) own(ctx context.Context, act func(context.Context, *pg.Tx) error) error {
	if _, err := may(ctx); err != nil {
		return err
	}
	return pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			return act(ctx, tx)
		})
	})
}

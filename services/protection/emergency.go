package protection

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// reviewDays is how many working days somebody else has to look at an
// emergency access (decisions.md 22).
const reviewDays = 2

// EmergencyInput asks to open a case that is restricted to others.
type EmergencyInput struct {
	Reference string // exact: nothing is searched
	Reason    string // of the group emergency
	Note      string // what is happening, and what has to be known
}

// Emergency is one emergency access.
type Emergency struct {
	ID          uuid.UUID
	CaseID      uuid.UUID
	Reference   string
	Who         string
	Reason      string
	Note        string
	At          time.Time
	ExpiresAt   time.Time
	ReviewDueAt time.Time
	ReviewedAt  *time.Time
	ReviewedBy  string
	Justified   *bool
	ReviewNote  string
	Late        bool // nobody has looked in time
	Own         bool
}

// OpenInEmergency lets the actor read one case of their organisation that is
// restricted to others, for fifteen minutes, and tells its privacy officers at
// once. A case that is not there, is sealed, bars the actor or is another
// organisation's is not found, alike. One they can open anyway is a conflict.
func (s *Service) OpenInEmergency(ctx context.Context, in EmergencyInput) (Emergency, error) {
	if _, err := models.May(ctx, models.CaseEmergency); err != nil {
		return Emergency{}, err
	}
	in.Note = strings.TrimSpace(in.Note)
	var out Emergency
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			out, err = s.openInEmergency(ctx, tx, in)
			return err
		})
	})
	return out, err
}

func (s *Service) openInEmergency(ctx context.Context, tx *pg.Tx, in EmergencyInput) (Emergency, error) {
	if err := tx.FindReplay(ctx); err != nil {
		return Emergency{}, err
	}
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(models.CheckCoded(models.GroupEmergency, "reason", in.Reason, "note", in.Note, longestNote)...)
	if in.Note == "" && in.Reason != "other" {
		f.Add("note", models.FieldRequired, "Say what is happening, and what you have to know")
	}
	written, err := models.ParseReference(in.Reference)
	if err != nil || written[0] != byte(models.CaseReference) {
		f.Add("reference", models.FieldInvalid, models.ErrReference.Error())
	}
	if l := f.List(); l != nil {
		return Emergency{}, models.Invalid(l...)
	}
	due, err := s.calendar.Due(tx.Now, reviewDays)
	if err != nil {
		return Emergency{}, err
	}
	out := Emergency{
		ID: models.NewID(), Reference: written, Who: tx.Actor.Name, Reason: in.Reason, Note: in.Note, At: tx.Now,
		ReviewDueAt: due, Own: true,
	}
	var open int
	if err := tx.Scan(ctx, &open, "select count(*) from cases where reference = ?", written); err != nil {
		return Emergency{}, err
	}
	var granted struct{ CaseID *uuid.UUID }
	if err := tx.Scan(ctx, &granted, "select app_break_glass(?, ?, ?, ?, ?, ?) as case_id", out.ID, written, in.Reason, in.Note, tx.Now, due); err != nil {
		return Emergency{}, err
	}
	switch {
	case open > 0:
		return Emergency{}, models.Conflict("You can open this case already. Emergency access is not needed.")
	case granted.CaseID == nil:
		return Emergency{}, models.NotFound("case")
	}
	out.CaseID = *granted.CaseID
	if err := tx.Scan(ctx, &out.ExpiresAt, "select expires_at from emergency_accesses where id = ?", out.ID); err != nil {
		return Emergency{}, err
	}
	if err := tx.Keep(ctx, out); err != nil {
		return Emergency{}, err
	}
	return out, tx.Record(ctx, models.Event{Action: "emergency.opened", SubjectType: "case", SubjectID: out.CaseID, CaseID: out.CaseID, Detail: map[string]any{
		"access": out.ID, "reason": in.Reason,
	}})
}

// Emergencies lists the emergency accesses of the actor's organisation, those
// that nobody has looked at first. It needs access:review.
func (s *Service) Emergencies(ctx context.Context) ([]Emergency, error) {
	if _, err := models.May(ctx, models.AccessReview); err != nil {
		return nil, err
	}
	var out []Emergency
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if out, err = emergencies(ctx, tx, "true"); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "emergency.listed", SubjectType: "emergency_access", Detail: map[string]any{"shown": len(out)}})
	})
	return out, err
}

func emergencies(ctx context.Context, tx *pg.Tx, where string, args ...any) ([]Emergency, error) {
	var out []Emergency
	err := tx.Scan(ctx, &out, `select e.id, e.case_id, coalesce(c.reference, '') as reference, coalesce(u.name, '') as who, e.reason, e.note, e.at, e.expires_at, e.review_due_at,
		e.reviewed_at, coalesce(r.name, '') as reviewed_by, e.justified, coalesce(e.review_note, '') as review_note, e.user_id = (select app_user_id()) as own
		from emergency_accesses e left join users u on u.id = e.user_id left join users r on r.id = e.reviewed_by
		left join lateral (select reference from app_case_protection(e.case_id, '')) c on true
		where `+where+` order by e.reviewed_at is not null, e.at desc, e.id limit 100`, args...)
	for i := range out {
		out[i].Late = out[i].ReviewedAt == nil && tx.Now.After(out[i].ReviewDueAt)
	}
	return out, err
}

// Review says whether an emergency access was justified. It needs
// access:review, and somebody else than who had it; what was looked at already
// is a conflict.
func (s *Service) Review(ctx context.Context, id uuid.UUID, justified *bool, note string) (Emergency, error) {
	if _, err := models.May(ctx, models.AccessReview); err != nil {
		return Emergency{}, err
	}
	note = strings.TrimSpace(note)
	var out Emergency
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			found, err := emergencies(ctx, tx, "e.id = ?", id)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return models.NotFound("emergency access")
			}
			out = found[0]
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			switch {
			case out.Own:
				return models.Forbidden("Somebody else has to look at your emergency access.")
			case out.ReviewedAt != nil:
				return models.Conflict("This was looked at already, by " + out.ReviewedBy + ".")
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			if justified == nil {
				f.Add("justified", models.FieldRequired, "Select whether it was justified")
			}
			switch {
			case len([]rune(note)) > longestNote:
				f.Add("note", models.FieldTooLong, "Your note must be 2,000 characters or fewer")
			case note == "":
				f.Add("note", models.FieldRequired, "Say what you looked at, and why you think so")
			}
			if l := f.List(); l != nil {
				return models.Invalid(l...)
			}
			out.ReviewedAt, out.ReviewedBy, out.Justified, out.ReviewNote, out.Late = &tx.Now, tx.Actor.Name, justified, note, false
			if err := tx.Keep(ctx, out); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, "update emergency_accesses set reviewed_at = ?, reviewed_by = ?, justified = ?, review_note = ? where id = ? and reviewed_at is null",
				tx.Now, tx.Actor.UserID, *justified, note, id)
			if err != nil {
				return err
			}
			if n == 0 {
				return models.Conflict("Somebody else looked at it meanwhile. Nothing you did was saved.")
			}
			return tx.Record(ctx, models.Event{Action: "emergency.reviewed", SubjectType: "emergency_access", SubjectID: id, CaseID: out.CaseID, Detail: map[string]any{"justified": *justified}})
		})
	})
	return out, err
}

// Figures are how emergency access was used in the last 28 days.
type Figures struct {
	Count     int // accesses
	Reads     int // of cases, by the organisation
	Emergency int // of those, under emergency access
	Reviewed  int // accesses somebody has looked at
	InTime    int // of those, within two working days
	Late      int // accesses nobody has looked at in time
}

// Share is which part of all readings of cases was made under emergency
// access, in per cent.
func (f Figures) Share() float64 {
	if f.Reads == 0 {
		return 0
	}
	return 100 * float64(f.Emergency) / float64(f.Reads)
}

// Figures counts the use of emergency access in the actor's organisation. It
// needs access:review.
func (s *Service) Figures(ctx context.Context) (Figures, error) {
	if _, err := models.May(ctx, models.AccessReview); err != nil {
		return Figures{}, err
	}
	var out Figures
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		since := tx.Now.AddDate(0, 0, -28)
		err := tx.Scan(ctx, &out, `select count(*) as count, count(reviewed_at) as reviewed, count(*) filter (where reviewed_at <= review_due_at) as in_time,
			count(*) filter (where reviewed_at is null and review_due_at < ?) as late,
			(select count(*) from audit_events a where a.actor_org_id = (select app_org_id()) and a.at >= ? and a.action in ('case.opened', 'case.opened_in_emergency')) as reads,
			(select count(*) from audit_events a where a.actor_org_id = (select app_org_id()) and a.at >= ? and a.action = 'case.opened_in_emergency') as emergency
			from emergency_accesses where at >= ? and org_id = (select app_org_id())`, tx.Now, since, since, since)
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "emergency.counted", SubjectType: "emergency_access"})
	})
	return out, err
}

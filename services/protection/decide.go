package protection

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/accounts"
)

// Ask is a decision about a case or a referral, or what is asked for where it
// takes a second person.
type Ask struct {
	Action models.ProtectionAction
	People []uuid.UUID // named people; custodians beside the two who seal
	BarID  uuid.UUID   // of lift_bar
	Reason string
	Note   string
}

const longestNote = 2000

// check returns the faults of what was sent.
func (in *Ask) check(ctx context.Context, tx *pg.Tx) ([]models.FieldError, error) {
	in.Note = strings.TrimSpace(in.Note)
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(models.CheckCoded(in.Action.Reasons(), "reason", in.Reason, "note", in.Note, longestNote)...)
	names := in.Action == models.ProtectRestrict || in.Action == models.ProtectRestrictReferral
	if names && len(in.People) == 0 {
		f.Add("people", models.FieldRequired, "Select who can open it")
	}
	slices.SortFunc(in.People, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	in.People = slices.Compact(in.People)
	if len(in.People) > 0 {
		var n int
		err := tx.Scan(ctx, &n, "select count(*) from users where id = any (string_to_array(?, ',')::uuid[]) and org_id = (select app_org_id()) and disabled_at is null and not machine", joined(in.People))
		if err != nil {
			return nil, err
		}
		if n != len(in.People) {
			f.Add("people", models.FieldUnknown, "Select people from the list")
		}
	}
	return f.List(), nil
}

// Decide hides a case or shows it again, or asks for what takes a second
// person. It needs case:protect and an organisation that answers for the case.
// A case the actor may not know of is not found; what is so already is a
// conflict.
func (s *Service) Decide(ctx context.Context, caseID uuid.UUID, in Ask) (Decision, error) {
	if _, err := models.May(ctx, models.CaseProtect); err != nil {
		return Decision{}, err
	}
	if err := proven(ctx, in.Action); err != nil {
		return Decision{}, err
	}
	return s.once(ctx, func(ctx context.Context, tx *pg.Tx) (Decision, error) {
		r, err := find(ctx, tx, caseID, "")
		if err != nil {
			return Decision{}, err
		}
		if err := r.own(tx.Actor); err != nil {
			return Decision{}, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return Decision{}, err
		}
		if words := r.refuses(in.Action); words != "" {
			return Decision{}, models.Conflict(words)
		}
		faults, err := in.check(ctx, tx)
		if err != nil {
			return Decision{}, err
		}
		if in.Action == models.ProtectLiftBar {
			var n int
			if err := tx.Scan(ctx, &n, "select count(*) from bars where id = ? and case_id = ? and lifted_at is null", in.BarID, caseID); err != nil {
				return Decision{}, err
			}
			if n == 0 {
				faults = append(faults, models.Field("bar_id", models.FieldUnknown, "Select a bar of this case"))
			}
		}
		if len(faults) > 0 {
			return Decision{}, models.Invalid(faults...)
		}
		return s.write(ctx, tx, r.ID, uuid.Nil, r.Reference, in)
	})
}

// proven asks for a fresh proof of who somebody is before what shows a record
// again. To hide one has to be quick, and takes nothing but the role.
func proven(ctx context.Context, a models.ProtectionAction) error {
	if a.Shows() {
		return accounts.StepUp(ctx)
	}
	return nil
}

// refuses says why an action cannot be taken on a case as it is.
func (r *record) refuses(a models.ProtectionAction) string {
	switch state := r.state(); {
	case state == Sealed && a != models.ProtectUnseal && a != models.ProtectLiftBar:
		return "This case is sealed. Unseal it first."
	case a == models.ProtectUnseal && state != Sealed:
		return "This case is not sealed."
	case a == models.ProtectLift && state == Open:
		return "This case is open to the organisation already."
	}
	return ""
}

// NarrowReferral restricts a referral to named people of the service that
// received it, whoever decides among them, or opens it to the service again. It
// needs case:protect; what the actor's organisation did not receive is not found.
func (s *Service) NarrowReferral(ctx context.Context, id uuid.UUID, in Ask) (Decision, error) {
	if _, err := models.May(ctx, models.CaseProtect); err != nil {
		return Decision{}, err
	}
	if err := proven(ctx, in.Action); err != nil {
		return Decision{}, err
	}
	return s.once(ctx, func(ctx context.Context, tx *pg.Tx) (Decision, error) {
		var r struct {
			CaseID, ToOrgID uuid.UUID
			Reference       string
		}
		if err := tx.Scan(ctx, &r, "select case_id, to_org_id, reference from referrals where id = ?", id); err != nil {
			return Decision{}, err
		}
		switch {
		case r.CaseID == uuid.Nil:
			return Decision{}, models.NotFound("referral")
		case r.ToOrgID != tx.Actor.OrgID:
			return Decision{}, models.Forbidden("The service that received the referral decides this.")
		}
		if err := tx.FindReplay(ctx); err != nil {
			return Decision{}, err
		}
		if faults, err := in.check(ctx, tx); err != nil || len(faults) > 0 {
			if err == nil {
				err = models.Invalid(faults...)
			}
			return Decision{}, err
		}
		if in.Action == models.ProtectRestrictReferral && !slices.Contains(in.People, tx.Actor.UserID) {
			in.People = append(in.People, tx.Actor.UserID) // or nobody could open it again
		}
		return s.write(ctx, tx, r.CaseID, id, r.Reference, in)
	})
}

// once runs a decision that may be the twin of another with the same key.
func (s *Service) once(ctx context.Context, do func(context.Context, *pg.Tx) (Decision, error)) (Decision, error) {
	var out Decision
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			out, err = do(ctx, tx)
			return err
		})
	})
	switch {
	case pg.Constraint(err) == "protections_one_waiting":
		err = models.Conflict("The same has been asked for already and waits for a second person.")
	case errors.Is(err, pg.ErrLostRace):
		err = models.Conflict("Somebody else decided meanwhile. Nothing you did was saved.")
	}
	return out, err
}

// write keeps a decision; what it does is the database's to do, in the same
// transaction.
func (s *Service) write(ctx context.Context, tx *pg.Tx, caseID, referral uuid.UUID, reference string, in Ask) (Decision, error) {
	d := Decision{
		ID: models.NewID(), CaseID: caseID, Reference: reference, Action: in.Action, State: "done", Reason: in.Reason, Note: in.Note, AskedBy: tx.Actor.Name, AskedAt: tx.Now,
	}
	action := "protection." + string(in.Action)
	if in.Action.TakesTwo() {
		d.State, action = "pending", "protection.asked"
	} else {
		d.DecidedAt, d.DecidedBy = &tx.Now, tx.Actor.Name
	}
	if in.BarID != uuid.Nil {
		d.BarID = &in.BarID
	}
	if err := tx.Keep(ctx, d); err != nil {
		return Decision{}, err
	}
	var decidedBy *uuid.UUID
	if d.DecidedAt != nil {
		decidedBy = &tx.Actor.UserID
	}
	_, err := tx.Exec(ctx, `insert into protections (id, case_id, referral_id, action, people, bar_id, reason, note, state, asked_by, asked_by_org_id, asked_role, asked_at,
		decided_by, decided_at) values (?, ?, ?, ?, string_to_array(nullif(?, ''), ',')::uuid[], ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, caseID, pg.OrNull(referral), string(in.Action), joined(in.People), d.BarID, in.Reason, in.Note, d.State, tx.Actor.UserID, tx.Actor.OrgID, string(tx.Actor.Role),
		tx.Now, decidedBy, d.DecidedAt)
	if err != nil {
		return Decision{}, err
	}
	return d, tx.Record(ctx, models.Event{Action: action, SubjectType: "protection", SubjectID: d.ID, CaseID: caseID, Detail: map[string]any{
		"what": in.Action, "reason": in.Reason, "people": len(in.People), "referral": pg.OrNull(referral),
	}})
}

// Answer approves or refuses what somebody else asked for. One of the two is a
// privacy officer; nobody answers themselves. It needs case:protect.
func (s *Service) Answer(ctx context.Context, caseID, request uuid.UUID, approve bool, note string) (Decision, error) {
	if _, err := models.May(ctx, models.CaseUnprotect); err != nil {
		return Decision{}, err
	}
	if err := accounts.StepUp(ctx); err != nil {
		return Decision{}, err
	}
	note = strings.TrimSpace(note)
	return s.once(ctx, func(ctx context.Context, tx *pg.Tx) (Decision, error) {
		r, err := find(ctx, tx, caseID, "")
		if err != nil {
			return Decision{}, err
		}
		found, err := decisions(ctx, tx, "p.case_id = ? and p.id = ?", caseID, request)
		if err != nil {
			return Decision{}, err
		}
		if len(found) == 0 {
			return Decision{}, models.NotFound("request")
		}
		d := found[0]
		if err := r.own(tx.Actor); err != nil {
			return Decision{}, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return Decision{}, err
		}
		switch {
		case d.State != "pending":
			return Decision{}, models.Conflict("This has been decided already.")
		case !d.MayDecide:
			return Decision{}, models.Forbidden("Somebody else has to decide this, and one of you two must be a privacy officer.")
		}
		if faults := checkAnswer(ctx, approve, note); len(faults) > 0 {
			return Decision{}, models.Invalid(faults...)
		}
		return d, s.answer(ctx, tx, &d, approve, note)
	})
}

func checkAnswer(ctx context.Context, approve bool, note string) []models.FieldError {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	switch {
	case len([]rune(note)) > longestNote:
		f.Add("note", models.FieldTooLong, "Your note must be 2,000 characters or fewer")
	case !approve && note == "":
		f.Add("note", models.FieldRequired, "Say why")
	}
	return f.List()
}

func (s *Service) answer(ctx context.Context, tx *pg.Tx, d *Decision, approve bool, note string) error {
	d.State = "refused"
	if approve {
		d.State = "done"
	}
	d.DecidedAt, d.DecidedBy, d.MayDecide = &tx.Now, tx.Actor.Name, false
	if err := tx.Keep(ctx, *d); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "update protections set state = ?, decided_by = ?, decided_at = ?, decided_note = nullif(?, '') where id = ? and state = 'pending'",
		d.State, tx.Actor.UserID, tx.Now, note, d.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return pg.ErrLostRace
	}
	return tx.Record(ctx, models.Event{Action: "protection.answered", SubjectType: "protection", SubjectID: d.ID, CaseID: d.CaseID, Detail: map[string]any{
		"what": d.Action, "result": d.State,
	}})
}

// joined writes ids the way string_to_array reads them.
func joined(ids []uuid.UUID) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = id.String()
	}
	return strings.Join(parts, ",")
}

package referrals

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Get returns a referral as the actor may see it, and records that it was read.
// The first reading by the receiver is stamped, without changing the state. It
// returns a not-found error for one that does not exist or is not the actor's
// to see: the two are never told apart.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	r, err := s.read(ctx, id, models.Event{Action: "referral.read"})
	if err != nil {
		return View{}, err
	}
	return r.view(), nil
}

// reasonLongest is the most characters of why an ended record is opened.
const reasonLongest = 400

// Open is Get with a reason: it shows a referral that ended after acceptance to
// the receiver's manager or named worker, who see their own record of it
// (decisions.md 2). Without a reason they see a shell. It returns, in this
// order: not found as Get does; a conflict where the referral goes on, and
// forbidden where the record is not the actor's to open; invalid where the
// reason is missing or too long. Nothing is recorded as opened that was not.
func (s *Service) Open(ctx context.Context, id uuid.UUID, reason string) (View, error) {
	reason = strings.TrimSpace(reason)
	if err := s.mayOpen(ctx, id); err != nil {
		return View{}, err
	}
	var f models.Faults
	f.Join(models.RequestFrom(ctx).Invalid...)
	switch {
	case reason == "":
		f.Add("reason", models.FieldRequired, "Say why you need to open this")
	case utf8.RuneCountInString(reason) > reasonLongest:
		f.Add("reason", models.FieldTooLong, "The reason must be "+models.Count(reasonLongest)+" characters or fewer")
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, unreadable):
		f.Add("reason", models.FieldInvalid, "The reason must only include letters, numbers and punctuation")
	}
	if list := f.List(); len(list) > 0 {
		return View{}, models.Invalid(list...)
	}
	r, err := s.read(ctx, id, models.Event{Action: "referral.own_record_opened", Detail: map[string]any{"why": reason}})
	if err != nil {
		return View{}, err
	}
	r.opened = true
	return r.view(), nil
}

// mayOpen says whether a reason would open anything. It shows nothing.
func (s *Service) mayOpen(ctx context.Context, id uuid.UUID) error {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	if !b.Actor.Can(models.ReferralAnswer) {
		return models.RoleForbidden()
	}
	st, found := &state{}, false
	st.queueReferral(b, id, &found)
	if err := b.Send(pg.BatchRead); err != nil {
		return err
	}
	switch level := levelOf(st, b.Actor); {
	case !found || level == LevelNothing:
		return models.NotFound("referral")
	case level == LevelOwn:
		return nil
	case st.AcceptedAt == nil || level != LevelShell:
		return models.Conflict("Only what a service keeps of a referral that ended after it was accepted is opened with a reason.")
	}
	return models.Forbidden("A manager, or the worker this was given to, can open this record.")
}

// Links are other referrals of the same journey that a page leads to.
type Links struct {
	Before string // the reference of the one this took the place of
	After  string // of the one that took its place
}

// Links returns the references of the referrals before and after one on its
// journey, as far as the actor can see them. A reference says nothing of anybody.
func (s *Service) Links(ctx context.Context, v *View) (Links, error) {
	var out Links
	if v.ParentID == nil && v.Status != models.StatusRerouted {
		return out, nil
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return out, err
	}
	var before, after bool
	b.Query(pg.One(&before, &out.Before), "select reference from referrals where id = $1", v.ParentID)
	b.Query(pg.One(&after, &out.After), "select reference from referrals where parent_id = $1 and relation = 'reroute' order by created_at limit 1", v.ID)
	return out, b.Send(pg.BatchRead)
}

// Agreed returns, by receiving organisation, the decision to share that the
// referrer has recorded for another service of the same kind: what a coordinator
// needs to move a referral, who sees neither the case nor its sharing.
func (s *Service) Agreed(ctx context.Context, id uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if !b.Actor.Can(models.ReferralCoordinate) {
		return nil, models.RoleForbidden()
	}
	out := map[uuid.UUID]uuid.UUID{}
	b.RecordSeen(models.Event{Action: "referral.agreements_read", SubjectType: "referral", SubjectID: id})
	b.Query(pg.Each(func(rows pg.Row) error {
		var decision, receiver uuid.UUID
		err := rows.Scan(&decision, &receiver)
		out[receiver] = decision
		return err
	}), "select decision_id, receiver_org_id from app_reroute_agreed($1, $2)", id, models.Today(b.Now))
	return out, b.Send(pg.BatchWrite)
}

// Find returns the id of the referral with a public reference, or a not-found
// error. It shows nothing of it.
func (s *Service) Find(ctx context.Context, reference string) (uuid.UUID, error) {
	canonical, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, models.NotFound("referral")
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	if !b.Actor.Can(models.ReferralRead) {
		return uuid.Nil, models.RoleForbidden()
	}
	var found bool
	var id uuid.UUID
	b.Query(pg.One(&found, &id), "select id from referrals where reference = $1", canonical)
	if err := b.Send(pg.BatchRead); err != nil {
		return uuid.Nil, err
	}
	if !found {
		return uuid.Nil, models.NotFound("referral")
	}
	return id, nil
}

// History returns what happened to a referral since it was sent, and to the
// referrer since it was begun. Errors as Get.
func (s *Service) History(ctx context.Context, id uuid.UUID) ([]Step, error) {
	r, err := s.read(ctx, id, models.Event{Action: "referral.history_read"})
	if err != nil {
		return nil, err
	}
	return r.view().History, nil
}

// Clocks returns the timed duties of a referral. Errors as Get.
func (s *Service) Clocks(ctx context.Context, id uuid.UUID) ([]ClockLine, error) {
	r, err := s.read(ctx, id, models.Event{Action: "referral.clocks_read"})
	if err != nil {
		return nil, err
	}
	return r.clocks(), nil
}

// stampSQL notes the first reading by the receiver. It is no act: the state and
// the version stay. The case of an organisation that refers to itself counts as
// read by whoever did not send it.
const stampSQL = `update referrals set first_read_at = $2 where id = $1 and first_read_at is null and submitted_at is not null and ended_at is null
	and to_org_id = (select app_org_id()) and submitted_by is distinct from (select app_user_id())`

// read is every reading of one referral: one round trip, with its event.
func (s *Service) read(ctx context.Context, id uuid.UUID, e models.Event) (*reader, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if !b.Actor.Can(models.ReferralRead) {
		return nil, models.RoleForbidden()
	}
	r, err := s.reader(ctx, b.Actor, b.Now)
	if err != nil {
		return nil, err
	}
	if b.Actor.Can(models.ReferralAnswer) {
		b.Exec(stampSQL, id, b.Now)
	}
	r.queue(b, id)
	e.SubjectType, e.SubjectID = "referral", id
	b.RecordSeen(e)
	if err := b.Send(pg.BatchWrite); err != nil {
		return nil, err
	}
	if !r.found || levelOf(&r.st, b.Actor) == LevelNothing {
		return nil, models.NotFound("referral")
	}
	return r, nil
}

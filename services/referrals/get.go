package referrals

import (
	"context"

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

// Open is Get with a reason: it shows a referral that ended after acceptance to
// the receiver's manager or named worker, who see their own record of it
// (decisions.md 2). Without a reason they see a shell.
func (s *Service) Open(ctx context.Context, id uuid.UUID, reason string) (View, error) {
	if reason == "" {
		return View{}, models.Invalid(models.Field("reason", models.FieldRequired, "Say why you need to open this"))
	}
	if len(reason) > 400 {
		return View{}, models.Invalid(models.Field("reason", models.FieldTooLong, "The reason must be 400 characters or fewer"))
	}
	r, err := s.read(ctx, id, models.Event{Action: "referral.own_record_opened", Detail: map[string]any{"why": reason}})
	if err != nil {
		return View{}, err
	}
	r.opened = true
	return r.view(), nil
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

package directory

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Filter chooses services: of a pathway, or for a case, or both.
type Filter struct {
	Pathway string
	CaseID  uuid.UUID // uuid.Nil: for nobody in particular
}

// Services lists services by name, those that can take the case first. With a
// case its facts are read, which is recorded; a case that is not the actor's
// to see is not found.
func (s *Service) Services(ctx context.Context, f Filter) ([]Option, error) {
	if f.Pathway != "" {
		if _, ok := models.FindPathway(f.Pathway); !ok {
			return nil, models.Invalid(models.Field("pathway", models.FieldUnknown, "Select a kind of support from the list"))
		}
	}
	c, err := s.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var facts *Facts
	if f.CaseID != uuid.Nil {
		if facts, err = s.facts(ctx, f.CaseID); err != nil {
			return nil, err
		}
	}
	me, _ := models.ActorFrom(ctx)
	var can, cannot []Option
	for _, m := range c.Services(f.Pathway) {
		o := Option{Service: m, Reasons: append(Assess(m, facts, s.db.Now()), c.Agreed(me.OrgID, m.OrgID, m.Pathway, s.db.Now())...)}
		o.Organisation, _ = c.Organisation(m.OrgID)
		o.Eligible = !Excluded(o.Reasons)
		if facts != nil {
			o.LiveReferral = facts.Live[m.ID]
		}
		if o.Eligible {
			can = append(can, o)
		} else {
			cannot = append(cannot, o)
		}
	}
	return append(can, cannot...), nil
}

// facts reads what eligibility is decided by, and records that it was read.
func (s *Service) facts(ctx context.Context, caseID uuid.UUID) (*Facts, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if !b.Actor.Can(models.ReferralSend) {
		return nil, models.RoleForbidden()
	}
	var found bool
	facts := &Facts{}
	QueueFacts(b, caseID, facts, &found)
	b.RecordSeen(models.Event{Action: "case.matched", SubjectType: "case", SubjectID: caseID, CaseID: caseID})
	if err := b.Send(pg.BatchWrite); err != nil {
		return nil, err
	}
	if !found {
		return nil, models.NotFound("case")
	}
	return facts, nil
}

// QueueFacts adds to a batch the reading of a case's facts. Found tells after
// Send whether the actor can see the case.
func QueueFacts(b *pg.Batch, caseID uuid.UUID, f *Facts, found *bool) {
	queueFacts(b, factsHead+"$1", liveHead+"$1"+liveTail, caseID, f, found)
}

// QueueFactsOf is QueueFacts for the case of a referral.
func QueueFactsOf(b *pg.Batch, referral uuid.UUID, f *Facts, found *bool) {
	const ofReferral = "(select case_id from referrals where id = $1)"
	queueFacts(b, factsHead+ofReferral, liveHead+ofReferral+liveTail, referral, f, found)
}

const (
	factsHead = `select v.date_of_birth, v.borough, v.equality->>'sex', c.risk_level,
		coalesce((select array_agg(distinct o) from incidents i, unnest(i.offence_types) o where i.case_id = c.id), '{}'),
		coalesce((select array_agg(distinct h) from incidents i, unnest(i.hate_strands) h where i.case_id = c.id), '{}')
		from cases c join victims v on v.id = c.victim_id where c.id = `
	liveHead = "select service_id, reference from referrals where case_id = "
	liveTail = " and live"
)

func queueFacts(b *pg.Batch, facts, live string, id uuid.UUID, f *Facts, found *bool) {
	f.Live = map[uuid.UUID]string{}
	var borough, sex *string
	b.Query(func(r pg.Row) error {
		err := pg.One(found, &f.BornOn, &borough, &sex, &f.Risk, &f.OffenceTypes, &f.HateStrands)(r)
		f.Borough, f.Sex = deref(borough), deref(sex)
		return err
	}, facts, id)
	b.Query(pg.Each(func(r pg.Row) error {
		var service uuid.UUID
		var reference string
		err := r.Scan(&service, &reference)
		f.Live[service] = reference
		return err
	}), live, id)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

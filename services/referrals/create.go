package referrals

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// actEdit is how the history names a change of a draft. It is no transition.
const actEdit models.Action = "edit"

// Create begins a referral of a case to a service, as a draft only the actor's
// organisation sees. It returns a not-found error for a case that is not the
// actor's to see; a models.Replay where the request's key was answered before;
// a conflict that names the referral of the same case to the same service where
// one is open; and invalid with every field to correct: a service that cannot
// take the case is told with the code of why.
func (s *Service) Create(ctx context.Context, in CreateInput) (View, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return View{}, err
	}
	if !actor.Can(models.ReferralSend) {
		return View{}, models.RoleForbidden()
	}
	var out View
	err = pg.Once(func() (err error) {
		out, err = s.create(ctx, in)
		return err
	})
	return out, err
}

// draft is what a new referral is checked against.
type draft struct {
	facts    directory.Facts
	caseSeen bool
	service  models.Service
	known    bool
	decision *models.SharingDecision
	parent   *models.Referral
	agreed   []directory.Reason // why the two organisations cannot share
}

func (s *Service) create(ctx context.Context, in CreateInput) (View, error) {
	d, err := s.loadDraft(ctx, in)
	if err != nil {
		return View{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	b.Now = b.Now.Truncate(time.Microsecond)
	req := models.RequestFrom(ctx)
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	d.agreed = dir.Agreed(b.Actor.OrgID, d.service.OrgID, d.service.Pathway, b.Now)
	if err := d.check(in, req, b.Now); err != nil {
		return View{}, err
	}
	id := d.queue(b, in)
	r, err := s.reader(ctx, b.Actor, b.Now)
	if err != nil {
		return View{}, err
	}
	r.queue(b, id)
	b.KeepLater(func() any { return r.view() })
	if err := b.Send(pg.BatchWrite); err != nil {
		return View{}, err
	}
	return r.view(), nil
}

func (s *Service) loadDraft(ctx context.Context, in CreateInput) (*draft, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	kept := b.FindReplay()
	directory.QueueFacts(b, in.CaseID, &d.facts, &d.caseSeen)
	directory.QueueService(b, in.ServiceID, &d.service, &d.known)
	b.Query(scanDecision(&d.decision), "select "+decisionColumns+" from sharing_decisions d where d.id = $1", in.SharingDecisionID)
	if in.ParentID != uuid.Nil {
		b.Query(pg.Each(func(rows pg.Row) error {
			d.parent = &models.Referral{}
			return rows.Scan(&d.parent.ID, &d.parent.CaseID, &d.parent.JourneyID, &d.parent.Status)
		}), "select id, case_id, journey_id, status from referrals where id = $1", in.ParentID)
	}
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	if !d.caseSeen {
		return nil, models.NotFound("case")
	}
	return d, kept.Check()
}

// check holds everything that was sent against the case, the service and the
// decision to share.
func (d *draft) check(in CreateInput, req *models.Request, now time.Time) error {
	if ref, ok := d.facts.Live[in.ServiceID]; ok {
		return liveAlready(ref)
	}
	var f models.Faults
	f.Join(req.Invalid...)
	d.checkService(&f, in, now)
	if d.known {
		fields := append(slices.Clone(in.SharedFields), in.SharedAfterAcceptance...)
		checkFields(&f, in.SharedFields, in.SharedAfterAcceptance)
		f.Join(decisionFaults(d.decision, in.CaseID, d.service.OrgID, fields, now)...)
		f.Join(basisFault(d.service.Pathway, pathwayVersion(d.service.Pathway), d.decision)...)
		f.Join(models.CheckAnswersGiven(d.service.Pathway, pathwayVersion(d.service.Pathway), in.Answers)...)
	}
	checkPriority(&f, in.Priority)
	d.checkParent(&f, in)
	if list := f.List(); len(list) > 0 {
		return models.Invalid(list...)
	}
	return nil
}

func (d *draft) checkService(f *models.Faults, in CreateInput, now time.Time) {
	if !d.known {
		f.Add("service_id", models.FieldUnknown, "Select a service from the list")
		return
	}
	if in.Pathway != "" && in.Pathway != d.service.Pathway {
		f.Add("pathway", models.FieldInvalid, "This service is for another kind of support")
	}
	facts := d.facts
	facts.Live = nil // told as a conflict, by name
	if fault, bad := directory.Fault("service_id", append(directory.Assess(d.service, &facts, now), d.agreed...)); bad {
		f.Join(fault)
	}
}

func checkFields(f *models.Faults, sending, after []string) {
	for field, list := range map[string][]string{"shared_fields": sending, "shared_after_acceptance": after} {
		if slices.ContainsFunc(list, func(key string) bool { return !models.HasChoice(models.SharableFields(), key) }) {
			f.Add(field, models.FieldUnknown, "Select what to share from the list")
		}
	}
}

func checkPriority(f *models.Faults, p models.Priority) {
	if p != "" && !models.HasChoice(models.RiskLevels(), string(p)) {
		f.Add("priority", models.FieldUnknown, "Select standard, medium or high")
	}
}

// checkParent holds the place on a journey: what follows from another referral
// of the same case, and how. A move to another service is an action of its own.
func (d *draft) checkParent(f *models.Faults, in CreateInput) {
	switch {
	case in.Relation == "" && in.ParentID == uuid.Nil:
	case in.Relation == models.RelationReroute:
		f.Add("relation", models.FieldNotOpen, "Use the action reroute of the referral instead")
	case !slices.Contains([]models.ReferralRelation{models.RelationOnward, models.RelationCascade, models.RelationReRefer, models.RelationStrand}, in.Relation):
		f.Add("relation", needed(string(in.Relation)), "Say how this referral follows from the other")
	case d.parent == nil || d.parent.CaseID != in.CaseID:
		f.Add("parent_id", models.FieldUnknown, "Select a referral of the same case")
	case in.Relation == models.RelationReRefer && !d.parent.Status.Ended():
		f.Add("parent_id", models.FieldNotOpen, "That referral is still open")
	}
}

func pathwayVersion(key string) int {
	p, _ := models.FindPathway(key)
	return p.Version
}

// queue adds the draft and what belongs to it.
func (d *draft) queue(b *pg.Batch, in CreateInput) uuid.UUID {
	id := models.NewID()
	journey := id
	if d.parent != nil {
		journey = d.parent.JourneyID
	}
	priority := in.Priority
	if priority == "" {
		priority = d.facts.Risk
	}
	first, second := stages(in.SharedFields, in.SharedAfterAcceptance, d.decision.Fields)
	b.Exec(`insert into referrals (id, reference, case_id, journey_id, parent_id, relation, service_id, pathway, pathway_version, from_org_id, to_org_id,
		sharing_decision_id, priority, answers, shared_fields, shared_after_acceptance, created_by, created_at, status_since, status_by, status_by_org_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $17, $10)`,
		id, models.NewReferralReference(), in.CaseID, journey, nonZero(in.ParentID), nonZero(in.Relation), d.service.ID, d.service.Pathway,
		pathwayVersion(d.service.Pathway), b.Actor.OrgID, d.service.OrgID, in.SharingDecisionID, priority,
		b.Vault.SealJSON(vault.ReferralAnswers, id, in.Answers), first, second, b.Actor.UserID, b.Now)
	b.Record(models.Event{
		Action: "referral.created", SubjectType: "referral", SubjectID: id, CaseID: in.CaseID,
		Detail: map[string]any{"service_id": d.service.ID},
	})
	return id
}

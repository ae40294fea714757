package rights

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// AnswerKind is the approval a request's answer takes.
const AnswerKind = "rights.answer"

// answerLasts is how long a proposed answer waits for a second person: longer
// than the request has would help nobody.
const answerLasts = 14 * 24 * time.Hour

// answers is the kind of approval: what leaves and what goes takes two.
func (s *Service) answers() approvals.Kind {
	return approvals.Kind{
		Name: AnswerKind, Words: "Answer a request about somebody's data", Lasts: answerLasts,
		Roles: []models.Role{models.RoleManager, models.RoleProviderManager, models.RolePrivacyOfficer},
		Apply: s.carry, Facts: s.facts,
	}
}

// Proposal is how a request shall be answered.
type Proposal struct {
	Outcome string // release, refuse, neither, erase
	Ground  string // of a refusal: the exemption
	Why     string
	Fields  []string // of an information request: exactly what is disclosed
}

// Propose says how a request shall be answered. A second person decides it,
// but for an information request without counselling notes, which is the
// manager's own to decide: it is answered at once.
func (s *Service) Propose(ctx context.Context, id uuid.UUID, in Proposal) (models.DataRequest, error) {
	return s.change(ctx, id, "request.answer_proposed", func(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]models.FieldError, error) {
		q.Outcome, q.Ground, q.OutcomeWhy, q.Fields = in.Outcome, in.Ground, in.Why, nil
		if q.Kind == models.RequestInformation && q.Outcome == models.OutcomeRelease {
			q.Fields = in.Fields
		}
		f := &models.Faults{}
		if err := s.checkProposal(ctx, tx, f, q); err != nil || len(f.List()) > 0 || q.Status != models.RequestOpen {
			return f.List(), err
		}
		q.ProposedBy, q.ProposedAt = &tx.Actor.UserID, &tx.Now
		if q.Kind == models.RequestInformation && !contains(q.Fields, models.CounsellingNotes) {
			answer(q, tx.Now)
			return nil, nil
		}
		q.Status = models.RequestProposed
		if len(models.RequestFrom(ctx).Invalid) > 0 {
			return nil, nil // told by the step that follows
		}
		_, err := s.approvals.RequestTx(ctx, tx, approvals.Request{
			Kind: AnswerKind, SubjectType: "data_request", SubjectID: q.ID, Payload: map[string]any{"outcome": q.Outcome, "fields": q.Fields, "ground": q.Ground}, Reason: q.Reference,
		})
		return nil, err
	})
}

// answer ends a request; what was released can be seen for a time.
func answer(q *models.DataRequest, now time.Time) {
	q.Status, q.AnsweredAt = models.RequestAnswered, &now
	if q.Outcome == models.OutcomeRelease {
		until := now.Add(models.PackSeenFor)
		q.ExpiresAt = &until
	}
}

// Outcomes are those a kind of request can have.
func Outcomes(q *models.DataRequest) []string {
	switch {
	case q.Kind == models.RequestErasure:
		return []string{models.OutcomeErase, models.OutcomeRefuse}
	case q.Relation == models.RelationSuspect:
		return []string{models.OutcomeNeither, models.OutcomeRelease, models.OutcomeRefuse}
	}
	return []string{models.OutcomeRelease, models.OutcomeRefuse}
}

func (s *Service) checkProposal(ctx context.Context, tx *pg.Tx, f *models.Faults, q *models.DataRequest) error {
	if !contains(Outcomes(q), q.Outcome) {
		f.Add("outcome", models.FieldUnknown, "Select how it is answered")
	}
	needed(f, "why", q.OutcomeWhy, 4000, "Say why")
	if q.Outcome == models.OutcomeRefuse && !models.HasChoice(models.RequestGrounds(), q.Ground) {
		f.Add("ground", models.FieldRequired, "Select the ground of the refusal")
	}
	if q.Outcome != models.OutcomeRefuse {
		q.Ground = ""
	}
	if q.Kind == models.RequestInformation {
		checkInformation(f, q)
		return nil
	}
	if q.Outcome == models.OutcomeRefuse {
		return nil
	}
	if q.IdentityOn == nil {
		f.Add("outcome", models.FieldNotOpen, "It has to be known first who asks")
	}
	if q.Relation == models.RelationOnBehalf && q.Authority == "none" {
		f.Add("outcome", models.FieldNotOpen, "Nothing shows that they may ask for the victim")
	}
	if q.Relation == models.RelationSuspect && q.Kind == models.RequestErasure {
		f.Add("outcome", models.FieldNotOpen, "Nothing ties this person to a record that could be erased")
	}
	if q.Outcome != models.OutcomeRelease || len(f.List()) > 0 {
		return nil
	}
	items, err := s.items(ctx, tx, q)
	if err != nil {
		return err
	}
	for i := range items {
		if items[i].Whose == models.WhoseMixed && items[i].Mark == "" {
			f.Add("outcome", models.FieldNotOpen, "Every passage has to be looked at first: some have no decision")
		}
	}
	return nil
}

// carry does what a second person approved, in their name.
func (s *Service) carry(ctx context.Context, tx *pg.Tx, a models.Approval) error {
	q, err := findRequest(ctx, tx, a.SubjectID, "")
	if err != nil {
		return err
	}
	if q.Status != models.RequestProposed || q.ProposedBy == nil || *q.ProposedBy != a.RequestedBy {
		return models.Conflict("This request has changed since. Refuse it, and ask again.")
	}
	detail, about := map[string]any{"kind": q.Kind, "outcome": q.Outcome, "fields": q.Fields}, caseOf(&q)
	if q.Outcome == models.OutcomeErase {
		about = uuid.Nil // nothing of what is gone names it again
		if detail["certificate"], err = s.erase(ctx, tx, &q); err != nil {
			return err
		}
	}
	q.SecondBy = &tx.Actor.UserID
	answer(&q, tx.Now)
	if err := s.keepRequest(ctx, tx, &q); err != nil {
		return err
	}
	return record(ctx, tx, "request.answered", "data_request", q.ID, about, detail)
}

// erase deletes what a request names and tells those who were sent any of it.
func (s *Service) erase(ctx context.Context, tx *pg.Tx, q *models.DataRequest) (string, error) {
	reference := models.NewReference(models.CertificateReference)
	var stone struct{ ID uuid.UUID }
	err := pg.Translate(tx.Scan(ctx, &stone, "select app_erase(?, ?, ?) as id", q.ID, reference, tx.Now))
	if errors.Is(err, pg.ErrLostRace) {
		return "", models.Conflict("It cannot be erased now: somebody holds it, or work on it is live. End that first, or refuse this.")
	}
	if err != nil {
		return "", err
	}
	return reference, tx.Enqueue(ctx, "record.erased", uuid.Nil, uuid.Nil)
}

// facts are what the second person decides on.
func (s *Service) facts(ctx context.Context, tx *pg.Tx, a models.Approval) ([]approvals.Fact, error) {
	q, err := findRequest(ctx, tx, a.SubjectID, "")
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := []approvals.Fact{
		{Key: "Request", Value: q.Reference},
		{Key: "What is asked", Value: models.ChoiceWords(models.RequestKinds(), q.Kind)},
		{Key: "Who asks", Value: models.ChoiceWords(models.RequestRelations(), q.Relation)},
		{Key: "Answer", Value: OutcomeWords(q.Outcome)},
		{Key: "Why", Value: q.OutcomeWhy},
	}
	for _, key := range q.Fields {
		out = append(out, approvals.Fact{Key: "Disclosed", Value: models.ChoiceWords(models.InformationFields(), key)})
	}
	if q.Kind != models.RequestAccess || q.Outcome != models.OutcomeRelease || q.Status == models.RequestAnswered {
		return out, nil
	}
	items, err := s.items(ctx, tx, &q)
	if err != nil {
		return nil, err
	}
	given, held := 0, 0
	for i := range items {
		if items[i].Shown == "" {
			held++
		} else {
			given++
		}
		if items[i].Whose == models.WhoseThird || items[i].Whose == models.WhoseMixed {
			out = append(out, approvals.Fact{Key: items[i].Label + " (" + whoseWords(items[i].Whose) + ")", Value: items[i].decided()})
		}
	}
	return append(out, approvals.Fact{Key: "Values", Value: models.Count(given) + " given, " + models.Count(held) + " held back"}), nil
}

// OutcomeWords says how a request is answered.
func OutcomeWords(outcome string) string {
	switch outcome {
	case models.OutcomeRelease:
		return "Disclose what was marked"
	case models.OutcomeRefuse:
		return "Refuse"
	case models.OutcomeNeither:
		return "Say neither that anything is held nor that it is not"
	case models.OutcomeErase:
		return "Erase"
	}
	return outcome
}

func whoseWords(whose string) string {
	switch whose {
	case models.WhoseThird:
		return "somebody else's"
	case models.WhoseMixed:
		return "can be anybody's"
	case models.WhosePlace:
		return "where and how the victim is reached"
	}
	return "the victim's own"
}

// Reopen takes a request whose answer was not approved back to work: by
// whoever proposed it or anyone who answers for data, once nothing waits.
func (s *Service) Reopen(ctx context.Context, id uuid.UUID) (models.DataRequest, error) {
	var out models.DataRequest
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		q, err := findRequest(ctx, tx, id, "")
		if err != nil {
			return err
		}
		var n int
		if err := tx.Scan(ctx, &n, "select count(*) from approvals where kind = ? and subject_id = ? and decision is null and expires_at > ?", AnswerKind, id, tx.Now); err != nil {
			return err
		}
		if err := step(ctx, tx, q.Status == models.RequestProposed && n == 0, "It still waits for a second person, or was answered. Nothing you did was saved.", q.Version, nil); err != nil {
			return err
		}
		q.Status, q.Outcome, q.Ground, q.OutcomeWhy, q.Fields, q.ProposedBy, q.ProposedAt = models.RequestOpen, "", "", "", nil, nil, nil
		if err := s.keepRequest(ctx, tx, &q); err != nil {
			return err
		}
		out = q
		if err := record(ctx, tx, "request.reopened", "data_request", id, caseOf(&q), nil); err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

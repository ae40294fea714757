package v1

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// NewReferral begins a referral.
type NewReferral struct {
	ServiceID             uuid.UUID      `json:"service_id"`
	Pathway               string         `json:"pathway,omitempty" enum:"child_house,hate_crime,vawg,restorative,general" doc:"Of the service; sent to be sure."`
	Answers               map[string]any `json:"answers,omitempty" doc:"To the questions of the pathway."`
	SharedFields          []string       `json:"shared_fields" maxItems:"16" maxLength:"60" uniqueItems:"true" doc:"Seen from sending, within what the decision to share allows."`
	SharedAfterAcceptance *[]string      `json:"shared_after_acceptance,omitempty" maxItems:"16" maxLength:"60" uniqueItems:"true" doc:"Seen once accepted. Left out: the names, where they were agreed to. Contact values are always here."`
	SharingDecisionID     uuid.UUID      `json:"sharing_decision_id" doc:"Of this case, for this receiver."`
	Priority              string         `json:"priority,omitempty" enum:"standard,medium,high" doc:"Left out: the case's level of risk."`
	Relation              string         `json:"relation,omitempty" enum:"onward,cascade,re_refer,strand" doc:"How it follows from its parent."`
	ParentID              *uuid.UUID     `json:"parent_id,omitempty" doc:"A referral of the same case."`
}

func (n *NewReferral) input(caseID uuid.UUID) referrals.CreateInput {
	in := referrals.CreateInput{
		CaseID: caseID, ServiceID: n.ServiceID, Pathway: n.Pathway, Answers: n.Answers, SharedFields: n.SharedFields,
		SharingDecisionID: n.SharingDecisionID, Priority: models.Priority(n.Priority), Relation: models.ReferralRelation(n.Relation),
	}
	if n.SharedAfterAcceptance != nil {
		in.SharedAfterAcceptance = append([]string{}, *n.SharedAfterAcceptance...)
	}
	if n.ParentID != nil {
		in.ParentID = *n.ParentID
	}
	return in
}

// Each action has a body of its own. What is left out and needed is told with
// the rest of what is wrong, in words.
type (
	// ReferralNote is the body of an action that asks for nothing.
	ReferralNote struct {
		Note string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralQuestions are asked of the referrer.
	ReferralQuestions struct {
		Questions []string `json:"questions" minItems:"1" maxItems:"10" maxLength:"1000"`
		Note      string   `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralAnswers answer the open questions, in their order.
	ReferralAnswers struct {
		Answers []string `json:"answers" minItems:"1" maxItems:"10" maxLength:"4000"`
		Note    string   `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralWorker is who the referral is given to.
	ReferralWorker struct {
		WorkerID *uuid.UUID `json:"worker_id,omitempty" doc:"Of your own organisation: GET /api/v1/people?assignable=true. This or team."`
		Team     string     `json:"team,omitempty" maxLength:"80"`
		Note     string     `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralWait keeps a place on the waiting list.
	ReferralWait struct {
		Reason             string `json:"reason" maxLength:"60" doc:"Of the group waitlist."`
		ReviewOn           string `json:"review_on" format:"date"`
		InterimAdviceGiven bool   `json:"interim_advice_given" doc:"Whether safety advice was given for the meantime."`
		Note               string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralRefusal says why not, and whose decision it was.
	ReferralRefusal struct {
		Reason    string `json:"reason" maxLength:"60" doc:"Of the groups decline, not_taken_up or no_contact."`
		DecidedBy string `json:"decided_by,omitempty" enum:"provider,victim,referrer,system,other" doc:"Left out: whose it usually is."`
		Note      string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralNextStep agrees to a decline.
	ReferralNextStep struct {
		NextStep string `json:"next_step" maxLength:"200" doc:"What happens next for the victim."`
		Note     string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralReturned sends a proposed decline back.
	ReferralReturned struct {
		Reason string `json:"reason" maxLength:"1000" doc:"Why, in words."`
		Note   string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralContact is a contact that happened.
	ReferralContact struct {
		Channel   string     `json:"channel" enum:"phone,text,email,post,in_person"`
		At        *time.Time `json:"at,omitempty" doc:"Left out: now."`
		Direction string     `json:"direction,omitempty" enum:"out,in" doc:"Left out: out."`
		Person    string     `json:"person,omitempty" maxLength:"60" doc:"Who it was with, as a relation and never a name."`
		Outcome   string     `json:"outcome" enum:"reached,no_answer,voicemail,other_adult,child,wrong_number,returned"`
		Said      string     `json:"said,omitempty" maxLength:"4000"`
		Note      string     `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralHold pauses the work.
	ReferralHold struct {
		Reason   string `json:"reason" maxLength:"60" doc:"Of the group hold."`
		ReviewOn string `json:"review_on" format:"date"`
		Note     string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralOutcome is how one need stood at the start and at the end.
	ReferralOutcome struct {
		Need  Key `json:"need" doc:"health, accommodation, family, education_employment, drugs_alcohol, finance, outlook or social, or other words for these."`
		Start int `json:"start" minimum:"1" maximum:"5"`
		End   int `json:"end" minimum:"1" maximum:"5"`
	}
	// ReferralReport is the end report of work that ended early.
	ReferralReport struct {
		Report string `json:"report" minLength:"1" maxLength:"4000"`
		Note   string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralCompletion ends work that was done.
	ReferralCompletion struct {
		Outcomes []ReferralOutcome `json:"outcomes,omitempty" maxItems:"8" doc:"Left out: those that were kept on the way, at the start and at the end."`
		Report   string            `json:"report" minLength:"1" maxLength:"4000"`
		Note     string            `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralEnding stops work before its end.
	ReferralEnding struct {
		Reason    string `json:"reason" maxLength:"60" doc:"Of the group end_early."`
		DecidedBy string `json:"decided_by,omitempty" enum:"provider,victim,referrer,system,other"`
		Report    string `json:"report,omitempty" maxLength:"4000" doc:"Owed within 5 working days where it is left out."`
		Note      string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralReason is the body of an action that asks for a coded reason.
	ReferralReason struct {
		Reason string `json:"reason" maxLength:"60"`
		Note   string `json:"note,omitempty" maxLength:"4000"`
	}
	// ReferralMove sends the referral to another service.
	ReferralMove struct {
		ServiceID         uuid.UUID  `json:"service_id"`
		SharingDecisionID *uuid.UUID `json:"sharing_decision_id,omitempty" doc:"A decision to share with the new receiver. A receiver who proposes a move has none."`
		Reason            string     `json:"reason" maxLength:"60" doc:"Of the group reroute."`
		Note              string     `json:"note,omitempty" maxLength:"4000"`
	}
)

func (b *ReferralNote) input() referrals.ActionInput {
	if b == nil {
		return referrals.ActionInput{}
	}
	return referrals.ActionInput{Note: b.Note}
}

func (b *ReferralQuestions) input() referrals.ActionInput {
	return referrals.ActionInput{Questions: b.Questions, Note: b.Note}
}

func (b *ReferralAnswers) input() referrals.ActionInput {
	return referrals.ActionInput{Answers: b.Answers, Note: b.Note}
}

func (b *ReferralWorker) input() referrals.ActionInput {
	in := referrals.ActionInput{Team: b.Team, Note: b.Note}
	if b.WorkerID != nil {
		in.WorkerID = *b.WorkerID
	}
	return in
}

func (b *ReferralWait) input() referrals.ActionInput {
	return referrals.ActionInput{Reason: b.Reason, ReviewOn: date(b.ReviewOn), InterimAdvice: &b.InterimAdviceGiven, Note: b.Note}
}

func (b *ReferralRefusal) input() referrals.ActionInput {
	return referrals.ActionInput{Reason: b.Reason, DecidedBy: models.DecidedBy(b.DecidedBy), Note: b.Note}
}

func (b *ReferralNextStep) input() referrals.ActionInput {
	return referrals.ActionInput{NextStep: b.NextStep, Note: b.Note}
}

func (b *ReferralReturned) input() referrals.ActionInput {
	return referrals.ActionInput{Reason: b.Reason, Note: b.Note}
}

func (b *ReferralContact) input() referrals.ActionInput {
	return referrals.ActionInput{Note: b.Note, Contact: referrals.ContactInput{
		Channel: models.Channel(b.Channel), At: b.At, Direction: models.ContactDirection(b.Direction), Person: b.Person,
		Outcome: models.ContactOutcome(b.Outcome), Said: b.Said,
	}}
}

func (b *ReferralHold) input() referrals.ActionInput {
	return referrals.ActionInput{Reason: b.Reason, ReviewOn: date(b.ReviewOn), Note: b.Note}
}

func (b *ReferralCompletion) input() referrals.ActionInput {
	return referrals.ActionInput{
		Report: b.Report, Note: b.Note,
		Outcomes: presented(b.Outcomes, func(o ReferralOutcome) referrals.Outcome {
			return referrals.Outcome{Need: spelled(o.Need, needs()), Start: o.Start, End: o.End}
		}),
	}
}

func (b *ReferralReport) input() referrals.ActionInput {
	return referrals.ActionInput{Report: b.Report, Note: b.Note}
}

func (b *ReferralEnding) input() referrals.ActionInput {
	return referrals.ActionInput{Reason: b.Reason, DecidedBy: models.DecidedBy(b.DecidedBy), Report: b.Report, Note: b.Note}
}

func (b *ReferralReason) input() referrals.ActionInput {
	return referrals.ActionInput{Reason: b.Reason, Note: b.Note}
}

func (b *ReferralMove) input() referrals.ActionInput {
	in := referrals.ActionInput{ServiceID: b.ServiceID, Reason: b.Reason, Note: b.Note}
	if b.SharingDecisionID != nil {
		in.SharingDecisionID = *b.SharingDecisionID
	}
	return in
}

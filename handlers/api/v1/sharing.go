package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/sharing"
)

// NewSharingDecision is a decision to share with one receiver.
type NewSharingDecision struct {
	ReceiverOrganisationID uuid.UUID `json:"receiver_organisation_id"`
	Purpose                string    `json:"purpose" minLength:"1" maxLength:"500"`
	Basis                  Key       `json:"basis" minLength:"1" doc:"agreement (the victim's), safeguarding, vital_interests, legal_obligation, public_task or legitimate_interests; every one but agreement takes a reason."`
	Method                 Key       `json:"method,omitempty" doc:"How an agreement was given: spoken, interpreter, bsl, written or signed, or other words for these; none with another basis."`
	Fields                 []Key     `json:"fields" minItems:"1" maxItems:"16" uniqueItems:"true" doc:"given_name, family_name, known_as, date_of_birth, borough, postcode, address, language, access_needs, safe_contact, incident_summary, crime_reference, risk_level, risk_assessment, children, perpetrator."`
	Reason                 string    `json:"reason,omitempty" maxLength:"2000"`
	ExpiresOn              string    `json:"expires_on,omitempty" format:"date" doc:"The last day it holds."`
}

// SharingDecision is a decision to share with one receiver. It is never
// changed: another is recorded, or it is withdrawn.
type SharingDecision struct {
	ID                     uuid.UUID  `json:"id"`
	CaseID                 uuid.UUID  `json:"case_id"`
	ReceiverOrganisationID uuid.UUID  `json:"receiver_organisation_id"`
	Receiver               string     `json:"receiver"`
	Purpose                string     `json:"purpose"`
	Basis                  string     `json:"basis"`
	Method                 string     `json:"method"`
	Fields                 []string   `json:"fields"`
	Reason                 string     `json:"reason,omitempty"`
	RecordedAt             time.Time  `json:"recorded_at"`
	ExpiresOn              *string    `json:"expires_on,omitempty" format:"date"`
	Live                   bool       `json:"live" doc:"Whether it can be relied on now."`
	WithdrawnAt            *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnReason        string     `json:"withdrawn_reason,omitempty"`
	WithdrawnNote          string     `json:"withdrawn_note,omitempty"`
	EndedReferrals         []string   `json:"ended_referrals,omitempty" doc:"References of the referrals that a withdrawal ended."`
	Version                int        `json:"version"`
}

// SharingWithdrawal says why sharing ends.
type SharingWithdrawal struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"A reason of the group sharing_withdrawn. Left out: victim_withdrew for an agreement."`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

type (
	recordSharingIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewSharingDecision
	}
	withdrawSharingIn struct {
		ID   uuid.UUID `path:"id"`
		Body *SharingWithdrawal
	}
	sharingOut struct {
		ETag string `header:"ETag"`
		Body SharingDecision
	}
)

// RegisterSharing adds recording and withdrawing decisions to share.
func RegisterSharing(a *api.API, svc *sharing.Service) {
	present := func(d sharing.Decision) *sharingOut {
		body := presentSharing(d.SharingDecision, d.Receiver.Name, d.Live)
		body.EndedReferrals = d.Ended
		return &sharingOut{ETag: etag(d.Version), Body: body}
	}
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/sharing-decisions", ID: "record-sharing-decision", Tag: "Sharing", Status: http.StatusCreated,
		Summary: "Record a decision to share with one receiver", Need: models.ReferralSend,
	}, func(ctx context.Context, in *recordSharingIn) (sharing.Decision, error) {
		b := in.Body
		return svc.Record(ctx, in.ID, sharing.Input{
			ReceiverOrgID: b.ReceiverOrganisationID, Purpose: b.Purpose, Basis: spelled(b.Basis, bases()), Method: spelled(b.Method, methods()), Fields: texts(b.Fields), Reason: b.Reason,
			ExpiresOn: date(b.ExpiresOn),
		})
	}, present)
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/sharing-decisions/{id}/withdraw", ID: "withdraw-sharing-decision", Tag: "Sharing",
		Summary:     "Withdraw a decision to share",
		Description: "Every live referral that was sent on it ends in the same moment: its receiver sees what was shared no longer.",
		Need:        models.ReferralSend, Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *withdrawSharingIn) (sharing.Decision, error) {
		return svc.Withdraw(ctx, in.ID, in.input())
	}, present)
}

// input reads why. A system that keeps its reasons as words sends them as the
// reason; they are kept as the note of another reason.
func (in *withdrawSharingIn) input() sharing.WithdrawInput {
	if in.Body == nil {
		return sharing.WithdrawInput{}
	}
	out := sharing.WithdrawInput{Reason: in.Body.Reason, Note: in.Body.Note}
	if _, known := models.FindReason(models.GroupSharingWithdrawn, out.Reason); !known && out.Reason != "" && out.Note == "" {
		out.Reason, out.Note = "other", out.Reason
	}
	return out
}

func presentSharing(d models.SharingDecision, receiver string, live bool) SharingDecision {
	return SharingDecision{
		ID: d.ID, CaseID: d.CaseID, ReceiverOrganisationID: d.ReceiverOrgID, Receiver: receiver, Purpose: d.Purpose, Basis: d.Basis, Method: d.Method,
		Fields: d.Fields, Reason: d.Reason, RecordedAt: utc(d.RecordedAt), ExpiresOn: day(d.ExpiresOn), Live: live,
		WithdrawnAt: utcOrNone(d.WithdrawnAt), WithdrawnReason: d.WithdrawnReason, WithdrawnNote: d.WithdrawnNote, Version: d.Version,
	}
}

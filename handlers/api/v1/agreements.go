package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/directory"
)

// Agreement is a data-sharing agreement of an organisation.
type Agreement struct {
	ID             uuid.UUID  `json:"id"`
	OrganisationID uuid.UUID  `json:"organisation_id"`
	WithID         *uuid.UUID `json:"with_organisation_id,omitempty" doc:"Absent: with all who take part."`
	Purpose        string     `json:"purpose" enum:"sharing,audit" doc:"audit: the office may draw samples of the organisation's work."`
	Pathways       []string   `json:"pathways" doc:"None: for every kind of support."`
	Basis          string     `json:"basis"`
	Reference      string     `json:"reference"`
	SignedOn       string     `json:"signed_on" format:"date"`
	ExpiresOn      string     `json:"expires_on" format:"date" doc:"The last day it holds."`
	State          string     `json:"state" enum:"in_force,ending,later,expired,ended" doc:"ending: within 30 days of its last day."`
	RecordedAt     time.Time  `json:"recorded_at"`
	EndedAt        *time.Time `json:"ended_at,omitempty"`
	EndedReason    string     `json:"ended_reason,omitempty"`
	Version        int        `json:"version"`
}

// NewAgreement is an agreement that is to be recorded.
type NewAgreement struct {
	WithID    uuid.UUID `json:"with_organisation_id,omitzero" doc:"Left out: with all who take part."`
	Purpose   Key       `json:"purpose,omitempty" doc:"sharing or audit; left out: sharing."`
	Pathways  []Key     `json:"pathways,omitempty" maxItems:"20"`
	Basis     Key       `json:"basis"`
	Reference string    `json:"reference" maxLength:"200"`
	SignedOn  string    `json:"signed_on" format:"date"`
	ExpiresOn string    `json:"expires_on" format:"date"`
}

// EndAgreement says why an agreement ends before its time.
type EndAgreement struct {
	Reason string `json:"reason" maxLength:"1000"`
}

type (
	agreementsOut  struct{ Body List[Agreement] }
	agreementNewIn struct{ Body NewAgreement }
	agreementIn    struct {
		ID uuid.UUID `path:"id"`
	}
	agreementEndIn struct {
		ID   uuid.UUID `path:"id"`
		Body EndAgreement
	}
	agreementOut struct {
		ETag string `header:"ETag"`
		Body Agreement
	}
)

// RegisterAgreements adds the data-sharing agreements of one's organisation.
func RegisterAgreements(a *api.API, svc *directory.Service, now func() time.Time) {
	op := func(method, path, id, summary string) api.Op {
		return api.Op{Method: method, Path: "/api/v1/agreements" + path, ID: id, Tag: "Organisations", Need: models.AgreementManage, Summary: summary}
	}
	present := func(m models.Agreement) Agreement { return presentAgreement(m, now()) }
	one := func(m models.Agreement) *agreementOut {
		return &agreementOut{ETag: etag(m.Version), Body: present(m)}
	}
	api.Register(a, op(http.MethodGet, "", "list-agreements", "The data-sharing agreements of your organisation, and of others with it"),
		func(ctx context.Context, _ *struct{}) (*agreementsOut, error) {
			all, err := svc.Agreements(ctx)
			if err != nil {
				return nil, err
			}
			return &agreementsOut{Body: listed(all, "", present)}, nil
		})
	record := op(http.MethodPost, "", "record-agreement", "Record a data-sharing agreement of your organisation")
	record.Status = http.StatusCreated
	record.Description = "After its last day nothing new is referred to or from your organisation for what it covers, unless another holds: services then say agreement_expired. Referrals that were sent go on."
	api.Keyed(a, record, func(ctx context.Context, in *agreementNewIn) (models.Agreement, error) {
		return svc.RecordAgreement(ctx, in.Body.model())
	}, one)
	api.Register(a, op(http.MethodGet, "/{id}", "get-agreement", "One agreement"), func(ctx context.Context, in *agreementIn) (*agreementOut, error) {
		m, err := svc.Agreement(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return one(m), nil
	})
	end := op(http.MethodPost, "/{id}/end", "end-agreement", "End an agreement before its time")
	end.Match, end.Errors = true, []int{http.StatusConflict, http.StatusForbidden}
	api.Keyed(a, end, func(ctx context.Context, in *agreementEndIn) (models.Agreement, error) {
		return svc.EndAgreement(ctx, in.ID, in.Body.Reason)
	}, one)
}

func (n NewAgreement) model() models.Agreement {
	out := models.Agreement{WithOrgID: n.WithID, Purpose: string(n.Purpose), Basis: string(n.Basis), Reference: n.Reference}
	for _, p := range n.Pathways {
		out.Pathways = append(out.Pathways, string(p))
	}
	out.SignedOn, _ = time.Parse(time.DateOnly, n.SignedOn)
	out.ExpiresOn, _ = time.Parse(time.DateOnly, n.ExpiresOn)
	return out
}

func presentAgreement(m models.Agreement, now time.Time) Agreement {
	out := Agreement{
		ID: m.ID, OrganisationID: m.OrgID, Purpose: m.Purpose, Pathways: append([]string{}, m.Pathways...), Basis: m.Basis, Reference: m.Reference,
		SignedOn: m.SignedOn.Format(time.DateOnly), ExpiresOn: m.ExpiresOn.Format(time.DateOnly), State: m.State(models.Today(now)),
		RecordedAt: utc(m.RecordedAt), EndedAt: utcOrNone(m.EndedAt), EndedReason: m.EndedReason, Version: m.Version,
	}
	if m.WithOrgID != uuid.Nil {
		out.WithID = &m.WithOrgID
	}
	return out
}

package v1

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/cases"
)

type (
	logCaseIn  struct{ Body NewCase }
	logCaseOut struct {
		ETag     string `header:"ETag"`
		Location string `header:"Location"`
		Body     LoggedCase
	}
	caseIn struct {
		ID uuid.UUID `path:"id"`
	}
	caseOut struct {
		ETag string `header:"ETag"`
		Body Case
	}
	casesIn struct {
		Paging
		Status    string `query:"status" enum:"open,closed"`
		RiskLevel string `query:"risk_level" enum:"standard,medium,high"`
		Borough   string `query:"borough" maxLength:"60" doc:"An E09 code or the exact name."`
	}
	casesOut   struct{ Body List[CaseSummary] }
	journeyOut struct{ Body CaseJourney }
	searchIn   struct{ Body CaseSearch }
	searchOut  struct{ Body FoundCases }
	caseClocks struct {
		Items []CaseClock `json:"items"`
	}
	caseClocksOut struct {
		Body caseClocks `nameHint:"CaseClocks"`
	}
)

// CaseSearch says what is known of a case that is looked for. Everything given
// must fit.
type CaseSearch struct {
	Name           string `json:"name,omitempty" maxLength:"200" doc:"Given and family name in either order, or the name they go by; the last word may be unfinished."`
	DateOfBirth    string `json:"date_of_birth,omitempty" format:"date"`
	YearOfBirth    int    `json:"year_of_birth,omitempty" minimum:"1900" maximum:"9999" doc:"With a name."`
	Reference      string `json:"reference,omitempty" maxLength:"64"`
	CrimeReference string `json:"crime_reference,omitempty" maxLength:"60"`
	Phone          string `json:"phone,omitempty" maxLength:"60"`
	Postcode       string `json:"postcode,omitempty" maxLength:"20"`
}

// FoundCases are at most twenty. What is barred and what is not there are one
// answer.
type FoundCases struct {
	Items []CaseSummary `json:"items"`
	More  bool          `json:"more" doc:"There are more: say more about it."`
}

// RegisterCases adds logging, reading and finding cases.
func RegisterCases(a *api.API, svc *cases.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases", ID: "log-case", Tag: "Cases", Status: http.StatusCreated, Need: models.CaseCreate,
		Summary:     "Log a case",
		Description: "Your organisation holds it from then on. Enhanced Rights follow from the crimes, the age and what was asked.",
	}, func(ctx context.Context, in *logCaseIn) (cases.Logged, error) {
		return svc.Log(ctx, in.Body.input())
	}, func(l cases.Logged) *logCaseOut {
		return &logCaseOut{ETag: etag(l.Version), Location: "/api/v1/cases/" + l.ID.String(), Body: presentLogged(l)}
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases", ID: "list-cases", Tag: "Cases", Need: models.CaseRead,
		Summary: "The cases your organisation holds, the latest logged first", Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *casesIn) (*casesOut, error) {
		p, err := svc.List(ctx, cases.Filter{
			Status: models.CaseStatus(in.Status), Risk: models.Priority(in.RiskLevel), Borough: in.Borough, Cursor: in.Cursor, Limit: in.Limit,
		})
		if err != nil {
			return nil, err
		}
		return &casesOut{Body: listed(p.Items, p.Next, presentSummary)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/search", ID: "search-cases", Tag: "Cases", Need: models.CaseSearch, Status: http.StatusOK,
		Summary: "Find cases you may see", Description: "A POST, because names never travel in an address. Changes nothing.", Early: true,
	}, func(ctx context.Context, in *searchIn) (*searchOut, error) {
		b := in.Body
		f, err := svc.Search(ctx, cases.Query{
			Name: b.Name, DateOfBirth: date(b.DateOfBirth), YearOfBirth: b.YearOfBirth, Reference: b.Reference,
			CrimeReference: b.CrimeReference, Phone: b.Phone, Postcode: b.Postcode,
		})
		if err != nil {
			return nil, err
		}
		return &searchOut{Body: FoundCases{Items: presented(f.Items, presentSummary), More: f.More}}, nil
	})
	registerCase(a, svc)
	registerCaseChanges(a, svc)
	registerCaseClosing(a, svc)
}

// registerCase adds what is asked of one case.
func registerCase(a *api.API, svc *cases.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}", ID: "get-case", Tag: "Cases", Need: models.CaseRead,
		Summary: "All of a case", Description: "Whoever received a referral of it reads what was shared with them, not this.",
	}, func(ctx context.Context, in *caseIn) (*caseOut, error) {
		v, err := svc.Read(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &caseOut{ETag: etag(v.Case.Version), Body: presentCase(v)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}/journey", ID: "get-journey", Tag: "Cases", Need: models.CaseRead,
		Summary: "The line of a case: holders with gaps, referrals, events and clocks, in order",
	}, func(ctx context.Context, in *caseIn) (*journeyOut, error) {
		j, err := svc.Journey(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &journeyOut{Body: presentJourney(j)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}/clocks", ID: "list-case-clocks", Tag: "Cases", Need: models.CaseRead,
		Summary: "Every timed duty of a case",
	}, func(ctx context.Context, in *caseIn) (*caseClocksOut, error) {
		j, err := svc.Journey(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &caseClocksOut{Body: caseClocks{Items: presented(j.Clocks, presentCaseClock)}}, nil
	})
}

package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/rights"
)

// NewBreach is what is known of a breach when it is logged.
type NewBreach struct {
	What       string     `json:"what" minLength:"1" maxLength:"4000" doc:"What happened. Name nobody."`
	Cause      string     `json:"cause" enum:"wrong_recipient,unsafe_contact,seen_without_reason,lost_or_stolen,system,attack,other"`
	HappenedAt *time.Time `json:"happened_at,omitempty"`
	AwareAt    time.Time  `json:"aware_at" doc:"When your organisation knew: the 72 hours run from here."`
	People     *int       `json:"people,omitempty" minimum:"0" maximum:"1000000" doc:"How many people it is about."`
	DataKinds  []Key      `json:"data_kinds,omitempty" maxItems:"6" uniqueItems:"true" doc:"identity, address, contact, narrative, special, suspect."`
}

// BreachUpdate is what was found out and done.
type BreachUpdate struct {
	Risk            string     `json:"risk,omitempty" enum:"not_known,unlikely,likely,high"`
	RiskWhy         string     `json:"risk_why,omitempty" maxLength:"2000"`
	Contained       string     `json:"contained,omitempty" maxLength:"2000" doc:"What was done to contain it."`
	ReportedAt      *time.Time `json:"reported_at,omitempty" doc:"When the Information Commissioner was told."`
	ReportReference string     `json:"report_reference,omitempty" maxLength:"60"`
	NotReportedWhy  string     `json:"not_reported_why,omitempty" maxLength:"2000"`
	Told            string     `json:"told,omitempty" enum:"not_yet,told,not_needed,not_safe" doc:"Whether the people it is about were told."`
	ToldWhy         string     `json:"told_why,omitempty" maxLength:"2000"`
	Close           bool       `json:"close,omitempty" doc:"Close it: everything has to be said."`
}

// Breach is a breach of personal data.
type Breach struct {
	ID              uuid.UUID  `json:"id"`
	Reference       string     `json:"reference"`
	What            string     `json:"what"`
	Cause           string     `json:"cause"`
	HappenedAt      *time.Time `json:"happened_at,omitempty"`
	AwareAt         time.Time  `json:"aware_at"`
	ReportBy        time.Time  `json:"report_by" doc:"72 hours after it was known."`
	People          *int       `json:"people,omitempty"`
	DataKinds       []string   `json:"data_kinds"`
	Risk            string     `json:"risk"`
	RiskWhy         string     `json:"risk_why,omitempty"`
	Contained       string     `json:"contained,omitempty"`
	ReportedAt      *time.Time `json:"reported_at,omitempty"`
	ReportReference string     `json:"report_reference,omitempty"`
	NotReportedWhy  string     `json:"not_reported_why,omitempty"`
	Told            string     `json:"told"`
	ToldAt          *time.Time `json:"told_at,omitempty"`
	ToldWhy         string     `json:"told_why,omitempty"`
	Status          string     `json:"status" enum:"open,closed"`
	Version         int        `json:"version"`
}

// SafetyIncident is a contact on a way that was not safe.
type SafetyIncident struct {
	ID                uuid.UUID `json:"id"`
	At                time.Time `json:"at"`
	Channel           string    `json:"channel"`
	Outcome           string    `json:"outcome"`
	CaseReference     string    `json:"case_reference,omitempty"`
	ReferralReference string    `json:"referral_reference,omitempty"`
	Breach            string    `json:"breach,omitempty" doc:"The breach it was made."`
}

type (
	newBreachIn struct{ Body NewBreach }
	breachIn    struct {
		ID   uuid.UUID `path:"id"`
		Body BreachUpdate
	}
	breachesOut struct{ Body List[Breach] }
	breachOut   struct {
		ETag string `header:"ETag"`
		Body Breach
	}
	incidentsOut struct{ Body List[SafetyIncident] }
)

// RegisterBreaches adds the log of breaches.
func RegisterBreaches(a *api.API, svc *rights.Service) {
	present := func(b models.Breach) *breachOut { return &breachOut{ETag: etag(b.Version), Body: presentBreach(b)} }
	api.Register(a, rightsOp("GET", "breaches", "list-breaches", "Breaches of your organisation, open ones first", ""), func(ctx context.Context, _ *struct{}) (*breachesOut, error) {
		items, err := svc.Breaches(ctx)
		return &breachesOut{Body: listed(items, "", presentBreach)}, err
	})
	api.Register(a, rightsOp("GET", "breaches/{id}", "get-breach", "One breach", ""), func(ctx context.Context, in *byID) (*breachOut, error) {
		b, err := svc.Breach(ctx, in.ID, "")
		if err != nil {
			return nil, err
		}
		return present(b), nil
	})
	api.Register(a, rightsOp("GET", "safety-incidents", "list-safety-incidents", "Contacts that were made on a way that was not safe", ""), func(ctx context.Context, _ *struct{}) (*incidentsOut, error) {
		items, err := svc.Incidents(ctx)
		return &incidentsOut{Body: listed(items, "", func(i rights.Incident) SafetyIncident {
			return SafetyIncident{ID: i.AttemptID, At: utc(i.At), Channel: i.Channel, Outcome: i.Outcome, CaseReference: i.CaseReference, ReferralReference: i.ReferralReference, Breach: i.Breach}
		})}, err
	})
	log := rightsOp(http.MethodPost, "breaches", "log-breach", "Log a breach", "")
	log.Status = http.StatusCreated
	api.Keyed(a, log, func(ctx context.Context, in *newBreachIn) (models.Breach, error) {
		b := in.Body
		return svc.LogBreach(ctx, rights.BreachInput{What: b.What, Cause: b.Cause, HappenedAt: b.HappenedAt, AwareAt: b.AwareAt, People: b.People, DataKinds: texts(b.DataKinds)})
	}, present)
	promote := rightsOp(http.MethodPost, "safety-incidents/{id}/breach", "promote-incident", "Make a breach of a safety incident", "409 names the breach it was made already.")
	promote.Status = http.StatusCreated
	promote.Errors = []int{http.StatusConflict}
	api.Keyed(a, promote, func(ctx context.Context, in *byID) (models.Breach, error) { return svc.Promote(ctx, in.ID) }, present)
	update := rightsOp(http.MethodPost, "breaches/{id}/update", "update-breach", "Keep what was found out and done about a breach, or close it", "What is left out is taken as not said.")
	update.Match = true
	api.Keyed(a, update, func(ctx context.Context, in *breachIn) (models.Breach, error) {
		b := in.Body
		return svc.UpdateBreach(ctx, in.ID, rights.BreachProgress{
			Risk: b.Risk, RiskWhy: b.RiskWhy, Contained: b.Contained, ReportedAt: b.ReportedAt, ReportReference: b.ReportReference,
			NotReportedWhy: b.NotReportedWhy, Told: b.Told, ToldWhy: b.ToldWhy, Close: b.Close,
		})
	}, present)
}

func presentBreach(b models.Breach) Breach {
	return Breach{
		ID: b.ID, Reference: b.Reference, What: b.What, Cause: b.Cause, HappenedAt: utcOrNone(b.HappenedAt), AwareAt: utc(b.AwareAt), ReportBy: utc(b.ReportBy),
		People: b.People, DataKinds: append([]string{}, b.DataKinds...), Risk: b.Risk, RiskWhy: b.RiskWhy, Contained: b.Contained, ReportedAt: utcOrNone(b.ReportedAt),
		ReportReference: b.ReportReference, NotReportedWhy: b.NotReportedWhy, Told: b.Told, ToldAt: utcOrNone(b.ToldAt), ToldWhy: b.ToldWhy, Status: b.Status, Version: b.Version,
	}
}

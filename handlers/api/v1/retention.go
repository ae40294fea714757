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

// RetentionSchedule is how long one kind of record is kept.
type RetentionSchedule struct {
	Kind       string `json:"kind"`
	What       string `json:"what"`
	Months     int    `json:"months"`
	Days       int    `json:"days"`
	Counted    string `json:"counted_from"`
	Source     string `json:"source"`
	SourceDate string `json:"source_date" format:"date"`
	Own        bool   `json:"own" doc:"Set by your organisation; false: the product's own number."`
	Version    int    `json:"version" doc:"0 where your organisation has set nothing."`
}

// NewSchedule is a time your organisation sets.
type NewSchedule struct {
	Months int    `json:"months" minimum:"1" maximum:"1200"`
	Source string `json:"source" minLength:"1" maxLength:"400" doc:"Who decided it, and why."`
}

// RetentionItem is a record that is past keeping.
type RetentionItem struct {
	ID          uuid.UUID  `json:"id"`
	Kind        string     `json:"kind" enum:"case,contact_details,referral_record"`
	Reference   string     `json:"reference"`
	Class       string     `json:"class" doc:"The schedule it falls under."`
	Source      string     `json:"source"`
	Since       time.Time  `json:"since" doc:"The last thing that happened."`
	DueOn       string     `json:"due_on" format:"date"`
	Status      string     `json:"status" enum:"waiting,approved,kept,deleted"`
	DeleteAfter *time.Time `json:"delete_after,omitempty" doc:"Until when an approval can be taken back."`
	Version     int        `json:"version"`
}

// KeepRecord says why a record past keeping is kept.
type KeepRecord struct {
	Reason string `json:"reason" enum:"police,information_request,inquest,death_review,inquiry,claim,complaint,kept_at_review,other"`
	Note   string `json:"note,omitempty" maxLength:"1000" doc:"Needed for another reason."`
	Until  string `json:"until,omitempty" format:"date" doc:"The last day. Left out: until it is lifted."`
}

// NewHold is a hold on a case and all that belongs to it.
type NewHold struct {
	Reference string `json:"reference" maxLength:"64" doc:"Of a case of yours, or of a referral sent to you."`
	KeepRecord
}

// RetentionHold keeps a case from being deleted.
type RetentionHold struct {
	ID        uuid.UUID  `json:"id"`
	Reference string     `json:"reference"`
	Reason    string     `json:"reason"`
	Note      string     `json:"note,omitempty"`
	PlacedAt  time.Time  `json:"placed_at"`
	Until     *string    `json:"until,omitempty" format:"date"`
	LiftedAt  *time.Time `json:"lifted_at,omitempty"`
	Version   int        `json:"version"`
}

// DeletionCertificate says that a record was deleted. It names nobody.
type DeletionCertificate struct {
	Reference       string         `json:"reference"`
	Why             string         `json:"why" enum:"retention,erasure"`
	RecordKind      string         `json:"record_kind"`
	RecordReference string         `json:"record_reference"`
	Class           string         `json:"class"`
	Source          string         `json:"source"`
	DueOn           *string        `json:"due_on,omitempty" format:"date"`
	ApprovedBy      string         `json:"approved_by"`
	ApprovedAt      time.Time      `json:"approved_at"`
	SecondBy        string         `json:"second_by,omitempty"`
	DeletedAt       time.Time      `json:"deleted_at"`
	Rows            map[string]int `json:"rows" doc:"How many rows of which tables."`
	Hash            string         `json:"hash" doc:"SHA-256 over all of it, in hex."`
	Unchanged       bool           `json:"unchanged" doc:"Whether the hash still fits."`
}

type (
	byID struct {
		ID uuid.UUID `path:"id"`
	}
	scheduleIn struct {
		Kind string `path:"kind" maxLength:"40"`
		Body NewSchedule
	}
	keepIn struct {
		ID   uuid.UUID `path:"id"`
		Body KeepRecord
	}
	holdIn struct{ Body NewHold }
	liftIn struct {
		ID   uuid.UUID `path:"id"`
		Body Refusal
	}
	certificateIn struct {
		Reference string `path:"reference" maxLength:"20"`
	}
	schedulesOut struct{ Body List[RetentionSchedule] }
	scheduleOut  struct {
		ETag string `header:"ETag"`
		Body RetentionSchedule
	}
	itemsOut struct{ Body List[RetentionItem] }
	itemOut  struct {
		ETag string `header:"ETag"`
		Body RetentionItem
	}
	holdsOut struct{ Body List[RetentionHold] }
	holdOut  struct {
		ETag string `header:"ETag"`
		Body RetentionHold
	}
	certificatesOut struct{ Body List[DeletionCertificate] }
	certificateOut  struct{ Body DeletionCertificate }
)

func rightsOp(method, path, id, summary, description string) api.Op {
	return api.Op{Method: method, Path: "/api/v1/" + path, ID: id, Tag: "Data protection", Summary: summary, Description: description, Need: models.RightsManage}
}

// RegisterRetention adds how long records are kept and how they go.
func RegisterRetention(a *api.API, svc *rights.Service) {
	api.Register(a, rightsOp("GET", "retention/schedules", "list-retention-schedules", "How long your organisation keeps each kind of record", ""),
		func(ctx context.Context, _ *struct{}) (*schedulesOut, error) {
			items, err := svc.Schedules(ctx)
			return &schedulesOut{Body: listed(items, "", presentSchedule)}, err
		})
	set := rightsOp(http.MethodPost, "retention/schedules/{kind}", "set-retention-schedule", "Set how long your organisation keeps one kind of record", "Within the bounds the product sets for the kind.")
	set.Match = true
	api.Keyed(a, set, func(ctx context.Context, in *scheduleIn) (models.Schedule, error) {
		return svc.SetSchedule(ctx, in.Kind, rights.ScheduleInput{Months: in.Body.Months, Source: in.Body.Source})
	}, func(s models.Schedule) *scheduleOut {
		return &scheduleOut{ETag: etag(s.Version), Body: presentSchedule(s)}
	})
	registerReview(a, svc)
	registerHolds(a, svc)
	api.Register(a, rightsOp("GET", "certificates", "list-certificates", "Certificates of deletion, the latest first", ""),
		func(ctx context.Context, _ *struct{}) (*certificatesOut, error) {
			items, err := svc.Certificates(ctx)
			return &certificatesOut{Body: listed(items, "", presentCertificate)}, err
		})
	api.Register(a, rightsOp("GET", "certificates/{reference}", "get-certificate", "One certificate of deletion", ""),
		func(ctx context.Context, in *certificateIn) (*certificateOut, error) {
			c, err := svc.Certificate(ctx, in.Reference)
			return &certificateOut{Body: presentCertificate(c)}, err
		})
}

func registerReview(a *api.API, svc *rights.Service) {
	present := func(i rights.Item) *itemOut { return &itemOut{ETag: etag(i.Version), Body: presentRetention(i)} }
	api.Register(a, rightsOp("GET", "retention/items", "list-retention-items", "What is past keeping and waits for a decision or its time", ""),
		func(ctx context.Context, _ *struct{}) (*itemsOut, error) {
			items, err := svc.Review(ctx)
			return &itemsOut{Body: listed(items, "", presentRetention)}, err
		})
	api.Register(a, rightsOp("GET", "retention/items/{id}", "get-retention-item", "One record that is past keeping", ""),
		func(ctx context.Context, in *byID) (*itemOut, error) {
			i, err := svc.One(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return present(i), nil
		})
	approve := rightsOp(http.MethodPost, "retention/items/{id}/approve", "approve-deletion", "Agree that a record goes", "It goes at the end of the second working day after, and can be stopped until then.")
	approve.Match, approve.StepUp, approve.Need = true, true, models.RightsRelease
	api.Keyed(a, approve, func(ctx context.Context, in *byID) (rights.Item, error) { return svc.Approve(ctx, in.ID) }, present)
	keep := rightsOp(http.MethodPost, "retention/items/{id}/keep", "keep-record", "Keep a record that is past keeping, with a hold", "An approval that has not been carried out is taken back by it.")
	keep.Match = true
	api.Keyed(a, keep, func(ctx context.Context, in *keepIn) (rights.Item, error) {
		return svc.KeepOn(ctx, in.ID, rights.KeepInput{Reason: in.Body.Reason, Note: in.Body.Note, Until: date(in.Body.Until)})
	}, present)
}

func registerHolds(a *api.API, svc *rights.Service) {
	present := func(h models.Hold) *holdOut { return &holdOut{ETag: etag(h.Version), Body: presentHold(h)} }
	api.Register(a, rightsOp("GET", "retention/holds", "list-holds", "Holds of your organisation", ""), func(ctx context.Context, _ *struct{}) (*holdsOut, error) {
		items, err := svc.Holds(ctx)
		return &holdsOut{Body: listed(items, "", presentHold)}, err
	})
	place := rightsOp(http.MethodPost, "retention/holds", "place-hold", "Keep a case and all that belongs to it", "Nothing of it is deleted at any organisation while the hold stands.")
	place.Status = http.StatusCreated
	api.Keyed(a, place, func(ctx context.Context, in *holdIn) (models.Hold, error) {
		return svc.PlaceHold(ctx, rights.HoldInput{Reference: in.Body.Reference, Reason: in.Body.Reason, Note: in.Body.Note, Until: date(in.Body.Until)})
	}, present)
	lift := rightsOp(http.MethodPost, "retention/holds/{id}/lift", "lift-hold", "End a hold", "")
	lift.Match = true
	api.Keyed(a, lift, func(ctx context.Context, in *liftIn) (models.Hold, error) {
		return svc.LiftHold(ctx, in.ID, in.Body.Note)
	}, present)
}

func presentSchedule(s models.Schedule) RetentionSchedule {
	k, _ := models.FindScheduleKind(s.Kind)
	return RetentionSchedule{
		Kind: s.Kind, What: k.Words, Months: s.Months, Days: s.Days, Counted: k.Counted, Source: s.Source,
		SourceDate: s.SourceDate.Format(time.DateOnly), Own: s.Own, Version: s.Version,
	}
}

func presentRetention(i rights.Item) RetentionItem {
	return RetentionItem{
		ID: i.ID, Kind: i.Kind, Reference: i.Reference, Class: i.Class, Source: i.Source, Since: utc(i.Since), DueOn: i.DueOn.Format(time.DateOnly),
		Status: i.Status, DeleteAfter: utcOrNone(i.DeleteAfter), Version: i.Version,
	}
}

func presentHold(h models.Hold) RetentionHold {
	return RetentionHold{ID: h.ID, Reference: h.Reference, Reason: h.Reason, Note: h.Note, PlacedAt: utc(h.PlacedAt), Until: day(h.Until), LiftedAt: utcOrNone(h.LiftedAt), Version: h.Version}
}

func presentCertificate(c rights.Certificate) DeletionCertificate {
	return DeletionCertificate{
		Reference: c.Reference, Why: c.Why, RecordKind: c.RecordKind, RecordReference: c.RecordReference, Class: c.Class, Source: c.Source, DueOn: day(c.DueOn),
		ApprovedBy: c.ApprovedBy, ApprovedAt: utc(c.ApprovedAt), SecondBy: c.SecondBy, DeletedAt: utc(c.DeletedAt), Rows: c.Counts, Hash: c.Hash, Unchanged: c.True,
	}
}

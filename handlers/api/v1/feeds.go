package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/listings"
)

// DirectoryFeed is a file of another directory of services, and what came or
// would come of it.
type DirectoryFeed struct {
	ID        uuid.UUID  `json:"id"`
	Source    string     `json:"source"`
	Format    string     `json:"format" enum:"json,csv,zip"`
	Status    string     `json:"status" enum:"checked,done"`
	Rows      int        `json:"rows"`
	Accepted  int        `json:"accepted" doc:"New services."`
	Changed   int        `json:"changed" doc:"Known, and now other: what the feed says now is published."`
	Duplicate int        `json:"duplicate" doc:"Known, and the same, or told of by another directory already."`
	Refused   int        `json:"refused"`
	At        time.Time  `json:"at"`
	DoneAt    *time.Time `json:"done_at,omitempty"`
}

// DirectoryFeedRow is what came or would come of one service of a feed.
type DirectoryFeedRow struct {
	Row       int        `json:"row" doc:"The first service is 1."`
	Outcome   string     `json:"outcome" enum:"accepted,changed,duplicate,refused"`
	Name      string     `json:"name"`
	Field     string     `json:"field,omitempty"`
	Code      string     `json:"code,omitempty"`
	Message   string     `json:"message,omitempty"`
	ListingID *uuid.UUID `json:"listing_id,omitempty"`
}

type (
	directoryFeedIn struct {
		ID uuid.UUID `path:"id"`
	}
	directoryFeedRowsIn struct {
		Paging
		ID      uuid.UUID `path:"id"`
		Outcome string    `query:"outcome" enum:"accepted,changed,duplicate,refused"`
	}
	directoryFeedsIn     struct{ Paging }
	directoryFeedOut     struct{ Body DirectoryFeed }
	directoryFeedsOut    struct{ Body List[DirectoryFeed] }
	directoryFeedRowsOut struct{ Body List[DirectoryFeedRow] }
)

// RegisterFeeds adds taking in feeds of other directories of services.
func RegisterFeeds(a *api.API, svc *listings.Service) {
	op := func(method, path, id, summary, description string, errors ...int) api.Op {
		return api.Op{
			Method: method, Path: "/api/v1/directory-feeds" + path, ID: id, Tag: "Directory feeds", Need: models.SystemOperate, Summary: summary, Description: description,
			Errors: errors, StepUp: method == http.MethodPost,
		}
	}
	present := func(i listings.Import) *directoryFeedOut { return &directoryFeedOut{Body: presentDirectoryFeed(i)} }
	take := op(http.MethodPost, "", "take-directory-feed", "Send a feed, and have it checked",
		"HSDS 3.0 or Open Referral UK as JSON, CSV with one service to a line, or the standard's tables in one zip; up to 64 MB and 50,000 services. Source and format come before the file. "+
			"Nothing is published yet. 422 for a file that cannot be read as a whole.", http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	take.Status = http.StatusCreated
	longest := 100
	var formats []any
	for _, f := range listings.Formats() {
		formats = append(formats, f.Key)
	}
	fields := map[string]*huma.Schema{
		"source": {Type: huma.TypeString, MaxLength: &longest, Description: "What the directory is called, the same each time. Before the file."},
		"format": {Type: huma.TypeString, Enum: formats, Description: "How it is written. Before the file."},
	}
	api.UploadStream(a, take, listings.MostBytes, fields, func(ctx context.Context, in *api.StreamIn) (listings.Import, error) {
		out, err := svc.Take(ctx, listings.Feed{Source: in.File.Fields["source"], Format: in.File.Fields["format"], Body: in.File.Stream})
		if err != nil {
			in.File.Drain()
		}
		return out, err
	}, present)
	api.Register(a, op(http.MethodGet, "", "list-directory-feeds", "The feeds that were sent, the latest first", ""), func(ctx context.Context, in *directoryFeedsIn) (*directoryFeedsOut, error) {
		items, next, err := svc.Imports(ctx, listings.Query{Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &directoryFeedsOut{Body: listed(items, next, presentDirectoryFeed)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-directory-feed", "A feed", ""), func(ctx context.Context, in *directoryFeedIn) (*directoryFeedOut, error) {
		i, err := svc.Import(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return present(i), nil
	})
	api.Register(a, op(http.MethodGet, "/{id}/rows", "list-directory-feed-rows", "What came or would come of each service", ""), func(ctx context.Context, in *directoryFeedRowsIn) (*directoryFeedRowsOut, error) {
		items, next, err := svc.Rows(ctx, in.ID, listings.Query{Outcome: models.ImportOutcome(in.Outcome), Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &directoryFeedRowsOut{Body: listed(items, next, presentDirectoryFeedRow)}, nil
	})
	start := op(http.MethodPost, "/{id}/publish", "publish-directory-feed", "Publish what a feed holds, all of it or nothing", "", http.StatusConflict)
	start.Status = http.StatusOK
	api.Keyed(a, start, func(ctx context.Context, in *directoryFeedIn) (listings.Import, error) { return svc.Start(ctx, in.ID) }, present)
}

func presentDirectoryFeed(i listings.Import) DirectoryFeed {
	return DirectoryFeed{
		ID: i.ID, Source: i.Source, Format: i.Format, Status: string(i.Status), Rows: i.Total, Accepted: i.Accepted, Changed: i.Changed, Duplicate: i.Duplicate, Refused: i.Refused,
		At: utc(i.At), DoneAt: utcOrNone(i.DoneAt),
	}
}

func presentDirectoryFeedRow(r listings.Row) DirectoryFeedRow {
	return DirectoryFeedRow{Row: r.N, Outcome: string(r.Outcome), Name: r.Name, Field: r.Field, Code: r.Code, Message: r.Says, ListingID: r.ListingID}
}

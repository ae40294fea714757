package v1

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/imports"
)

// Import is a file that was taken in, and how far it is.
type Import struct {
	ID         uuid.UUID         `json:"id"`
	Kind       string            `json:"kind"`
	Format     string            `json:"format"`
	Status     string            `json:"status" enum:"mapping,checking,checked,running,done,stopped,discarded"`
	Columns    []string          `json:"columns"`
	Mapping    map[string]string `json:"mapping" doc:"Field of the layout to column of the file."`
	Rows       int               `json:"rows"`
	Done       int               `json:"done" doc:"Rows of the check, or of the run once that has started."`
	Accepted   int               `json:"accepted"`
	Changed    int               `json:"changed" doc:"Known, and now other: nothing is overwritten."`
	Duplicate  int               `json:"duplicate"`
	Refused    int               `json:"refused"`
	At         time.Time         `json:"at"`
	FinishedAt *time.Time        `json:"finished_at,omitempty" doc:"Of the check, or of the run."`
	ContentAt  *time.Time        `json:"content_removed_at,omitempty"`
}

// ImportRow is what came of one row: its number, and nothing of what was in it.
type ImportRow struct {
	Row     int        `json:"row" doc:"The first row after the names of the columns is 1."`
	Outcome string     `json:"outcome" enum:"accepted,changed,duplicate,refused"`
	Field   string     `json:"field,omitempty"`
	Code    string     `json:"code,omitempty"`
	Message string     `json:"message,omitempty"`
	CaseID  *uuid.UUID `json:"case_id,omitempty"`
	Flags   []string   `json:"flags"`
}

// ImportLayout is what a kind of file holds.
type ImportLayout struct {
	Kind   string              `json:"kind"`
	Words  string              `json:"words"`
	Fields []ImportLayoutField `json:"fields"`
	Types  []string            `json:"types,omitempty" doc:"Of the events its rows may be."`
}

// ImportLayoutField is a column of a layout.
type ImportLayoutField struct {
	Key      string `json:"key"`
	Words    string `json:"words"`
	Required bool   `json:"required"`
	Example  string `json:"example,omitempty"`
}

// ImportMatching says which column is which field.
type ImportMatching struct {
	Mapping map[string]ImportColumn `json:"mapping" doc:"Field of the layout to column of the file."`
	Save    bool                    `json:"save,omitempty" doc:"For the next file of this kind of your organisation too."`
}

// ImportColumn is the name of a column, as the file has it.
type ImportColumn string

// Schema is called by huma.
func (ImportColumn) Schema(huma.Registry) *huma.Schema {
	longest := 80
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
}

type (
	importIn struct {
		ID uuid.UUID `path:"id"`
	}
	importRowsIn struct {
		Paging
		ID      uuid.UUID `path:"id"`
		Outcome string    `query:"outcome" enum:"accepted,changed,duplicate,refused"`
	}
	matchIn struct {
		ID   uuid.UUID `path:"id"`
		Body ImportMatching
	}
	importOut        struct{ Body Import }
	importsOut       struct{ Body List[Import] }
	importRowsOut    struct{ Body List[ImportRow] }
	importLayoutsOut struct{ Body List[ImportLayout] }
	importsIn        struct{ Paging }
)

// RegisterImports adds taking in files of partners.
func RegisterImports(a *api.API, svc *imports.Service) {
	op := func(method, path, id, summary, description string, errors ...int) api.Op {
		return api.Op{Method: method, Path: "/api/v1/imports" + path, ID: id, Tag: "Import files", Need: models.ImportRun, Summary: summary, Description: description, Errors: errors}
	}
	present := func(i models.Import) *importOut { return &importOut{Body: presentImport(i)} }
	take := op(http.MethodPost, "/files", "take-import-file", "Send a file",
		"CSV in UTF-8 with the names of the columns in the first line, or one JSON object to a line; up to 200 MB and 250,000 rows. Kind and format come before the file. "+
			"Where every column is known the check begins by itself; otherwise match the columns. 422 for a file that cannot be read as a whole: nothing of it is kept.",
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	take.Status = http.StatusCreated
	api.UploadStream(a, take, imports.MostBytes, importFields(), func(ctx context.Context, in *api.StreamIn) (models.Import, error) {
		out, err := svc.Take(ctx, imports.File{Kind: models.ImportKind(in.File.Fields["kind"]), Format: models.ImportFormat(in.File.Fields["format"]), Body: in.File.Stream})
		if err != nil {
			in.File.Drain()
		}
		return out, err
	}, present)
	api.Register(a, op(http.MethodGet, "", "list-imports", "The files of your organisation, the latest first", ""), func(ctx context.Context, in *importsIn) (*importsOut, error) {
		items, next, err := svc.List(ctx, imports.Query{Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &importsOut{Body: listed(items, next, presentImport)}, nil
	})
	api.Register(a, op(http.MethodGet, "/layouts", "list-import-layouts", "What each kind of file holds", "Those that your organisation has and your role runs."), func(ctx context.Context, _ *struct{}) (*importLayoutsOut, error) {
		actor, err := models.ActorFrom(ctx)
		if err != nil {
			return nil, err
		}
		return &importLayoutsOut{Body: listed(models.ImportSpecsOf(actor), "", presentLayout)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-import", "A file and how far it is", "It holds nobody's data."), func(ctx context.Context, in *importIn) (*importOut, error) {
		i, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return present(i), nil
	})
	api.Register(a, op(http.MethodGet, "/{id}/rows", "list-import-rows", "What came of each row", "By number and code; nothing of what was in a row."), func(ctx context.Context, in *importRowsIn) (*importRowsOut, error) {
		items, next, err := svc.Rows(ctx, in.ID, imports.Query{Outcome: models.ImportOutcome(in.Outcome), Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &importRowsOut{Body: listed(items, next, presentImportRow)}, nil
	})
	api.Download(a, op(http.MethodGet, "/{id}/refused", "download-refused-rows", "The refused rows, as CSV", "By number and reason."), func(ctx context.Context, in *importIn) (api.Sent, error) {
		return RefusedRows(ctx, svc, in.ID), nil
	})
	registerImportActs(a, svc, op, present)
}

func registerImportActs(a *api.API, svc *imports.Service, op func(method, path, id, summary, description string, errors ...int) api.Op, present func(models.Import) *importOut) {
	match := op(http.MethodPost, "/{id}/mapping", "match-import-columns", "Say which column is which field, and check the file", "Before it was started. The check begins from the first row.", http.StatusConflict)
	match.Status = http.StatusOK
	api.Keyed(a, match, func(ctx context.Context, in *matchIn) (models.Import, error) {
		mapping := map[string]string{}
		for field, column := range in.Body.Mapping {
			mapping[field] = string(column)
		}
		return svc.Match(ctx, in.ID, imports.Matching{Mapping: mapping, Save: in.Body.Save})
	}, present)
	start := op(http.MethodPost, "/{id}/start", "start-import", "Run a file that was checked, or go on with one that was stopped", "In your name.", http.StatusConflict)
	start.Status = http.StatusOK
	api.Keyed(a, start, func(ctx context.Context, in *importIn) (models.Import, error) { return svc.Start(ctx, in.ID) }, present)
	stop := op(http.MethodPost, "/{id}/stop", "stop-import", "Stop a file that is being checked or run", "What was done stays. Start goes on where it was.", http.StatusConflict)
	stop.Status = http.StatusOK
	api.Keyed(a, stop, func(ctx context.Context, in *importIn) (models.Import, error) { return svc.Stop(ctx, in.ID) }, present)
	discard := op(http.MethodPost, "/{id}/discard", "discard-import", "Give a file up", "Its content goes. What rows that were run have made stays.", http.StatusConflict)
	discard.Status = http.StatusOK
	api.Keyed(a, discard, func(ctx context.Context, in *importIn) (models.Import, error) { return svc.Discard(ctx, in.ID) }, present)
}

func importFields() map[string]*huma.Schema {
	var kinds []any
	for _, s := range models.ImportSpecs() {
		kinds = append(kinds, string(s.Kind))
	}
	return map[string]*huma.Schema{
		"kind":   {Type: huma.TypeString, Enum: kinds, Description: "What its rows are. Before the file."},
		"format": {Type: huma.TypeString, Enum: []any{"csv", "jsonl"}, Description: "How they are written. Before the file."},
	}
}

// RefusedRows is the table of refused rows: number, column and why, and nothing
// of what was in them. It is written as it is read.
func RefusedRows(ctx context.Context, svc *imports.Service, id uuid.UUID) api.Sent {
	return api.Sent{Name: "refused-rows.csv", Write: func(out io.Writer) error {
		var w *models.Sheet
		begin := func() {
			if w == nil {
				w = models.NewSheet(out)
				w.Row("row", "column", "reason", "code")
			}
		}
		err := svc.EachRefused(ctx, id, func(r models.ImportRow) error {
			begin()
			w.Row(strconv.Itoa(r.N), r.Field, r.Says, r.Code)
			return nil
		})
		if err != nil {
			return err
		}
		begin()
		return w.Close()
	}}
}

func presentImport(i models.Import) Import {
	out := Import{
		ID: i.ID, Kind: string(i.Kind), Format: string(i.Format), Status: string(i.Status), Columns: slices.Clone(i.Columns), Mapping: map[string]string{}, Rows: i.Total, Done: i.Done,
		Accepted: i.Accepted, Changed: i.Changed, Duplicate: i.Duplicate, Refused: i.Refused, At: utc(i.At), FinishedAt: utcOrNone(i.FinishedAt), ContentAt: utcOrNone(i.ContentAt),
	}
	maps.Copy(out.Mapping, i.Mapping)
	return out
}

func presentImportRow(r models.ImportRow) ImportRow {
	return ImportRow{Row: r.N, Outcome: string(r.Outcome), Field: r.Field, Code: r.Code, Message: r.Says, CaseID: r.CaseID, Flags: append([]string{}, r.Flags...)}
}

func presentLayout(s models.ImportSpec) ImportLayout {
	out := ImportLayout{Kind: string(s.Kind), Words: s.Words, Fields: []ImportLayoutField{}}
	for _, f := range s.Fields {
		out.Fields = append(out.Fields, ImportLayoutField{Key: f.Key, Words: f.Words, Required: f.Required, Example: f.Example})
	}
	for _, t := range s.Types {
		out.Types = append(out.Types, string(t))
	}
	return out
}

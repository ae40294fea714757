package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/documents"
)

// Document is a file that was attached. Its content has an address of its own.
type Document struct {
	ID              uuid.UUID  `json:"id"`
	CaseID          uuid.UUID  `json:"case_id"`
	ReferralID      *uuid.UUID `json:"referral_id,omitempty"`
	Referral        string     `json:"referral,omitempty" doc:"Reference of the referral it is about."`
	Kind            string     `json:"kind" doc:"Who reads it, as of a note."`
	Name            string     `json:"name" doc:"Made safe; empty where it is no longer kept."`
	Type            string     `json:"type" doc:"Found out by its content."`
	Size            int64      `json:"size" doc:"Bytes of what is kept."`
	At              time.Time  `json:"at"`
	Author          string     `json:"author,omitempty" doc:"Left out for somebody of another organisation."`
	Organisation    string     `json:"organisation"`
	Scan            string     `json:"scan" enum:"waiting,clean,found" doc:"What a virus scanner said. waiting is also where there is none."`
	Ready           bool       `json:"ready" doc:"Whether it can be downloaded now."`
	WithdrawnAt     *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnReason string     `json:"withdrawn_reason,omitempty"`
}

// WithdrawalReason says why a document is taken away.
type WithdrawalReason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"400"`
}

type (
	listFilesIn struct {
		ID uuid.UUID `path:"id"`
		Paging
	}
	listFilesOut struct{ Body List[Document] }
	fileIn       struct {
		ID uuid.UUID `path:"id"`
	}
	withdrawFileIn struct {
		ID   uuid.UUID `path:"id"`
		Body WithdrawalReason
	}
	fileOut struct{ Body Document }
)

// RegisterFiles adds attaching, listing, downloading and withdrawing files.
func RegisterFiles(a *api.API, svc *documents.Service) {
	const tag, need = "Notes and documents", models.RecordKeep
	present := func(d documents.Document) *fileOut { return &fileOut{Body: presentDocument(d)} }
	for _, r := range []struct {
		path, id, what string
		errors         []int
		list           func(context.Context, uuid.UUID, documents.Query) (documents.Listed, error)
		attach         func(context.Context, uuid.UUID, documents.Input) (documents.Document, error)
	}{
		{"/api/v1/cases/{id}/files", "case", "a case", nil, svc.OfCase, svc.AttachToCase},
		{"/api/v1/referrals/{id}/files", "referral", "a referral", []int{http.StatusConflict}, svc.OfReferral, svc.AttachToReferral},
	} {
		api.Register(a, api.Op{
			Method: http.MethodGet, Path: r.path, ID: "list-" + r.id + "-files", Tag: tag, Need: need, Summary: "List the documents of " + r.what, Errors: r.errors,
		}, func(ctx context.Context, in *listFilesIn) (*listFilesOut, error) {
			l, err := r.list(ctx, in.ID, documents.Query{Limit: in.Limit, Cursor: in.Cursor})
			if err != nil {
				return nil, err
			}
			return &listFilesOut{Body: listed(l.Documents, l.Next, presentDocument)}, nil
		})
		api.Upload(a, api.Op{
			Method: http.MethodPost, Path: r.path, ID: "attach-" + r.id + "-file", Tag: tag, Need: need, Status: http.StatusCreated,
			Summary: "Attach a file to " + r.what, Errors: append([]int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, r.errors...),
			Description: "415 for a kind of file that is not kept, 413 over the limit, 422 where something is hidden in it, 429 over the quota of a day. Pictures are drawn again.",
		}, svc.Most(), fileFields(), func(ctx context.Context, in *api.UploadIn) (documents.Document, error) {
			return r.attach(ctx, in.ID, documents.Input{Name: in.File.Name, Kind: models.NoteKind(in.File.Fields["kind"]), Content: in.File.Content})
		}, present)
	}
	api.Download(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/files/{id}", ID: "download-file", Tag: tag, Need: need, Summary: "Download a document",
		Description: "409 while it is not scanned, once it was withdrawn or found harmful, and where the referral has ended: open it with a reason.",
		Errors:      []int{http.StatusConflict},
	}, func(ctx context.Context, in *fileIn) (api.Sent, error) { return sent(svc.Open(ctx, in.ID, "")) })
	api.Download(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/files/{id}/open", ID: "open-file", Tag: tag, Need: need, Status: http.StatusOK, Errors: []int{http.StatusConflict},
		Summary: "Download one's own document of a referral that has ended", Description: "For a manager of the receiver, or the worker it was given to. The reason is on record.",
	}, func(ctx context.Context, in *openIn) (api.Sent, error) {
		return sent(svc.Open(ctx, in.ID, in.Body.Reason))
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/files/{id}/withdraw", ID: "withdraw-file", Tag: tag, Need: models.ReferralManage, Errors: []int{http.StatusConflict},
		Summary: "Withdraw a document", Description: "A manager's to do, of the organisation that attached it. Its content goes for good; that it was there, and why it went, stays.",
	}, func(ctx context.Context, in *withdrawFileIn) (documents.Document, error) {
		return svc.Withdraw(ctx, in.ID, in.Body.Reason)
	}, present)
}

func fileFields() map[string]*huma.Schema {
	return map[string]*huma.Schema{"kind": {
		Type: huma.TypeString, Enum: []any{"internal", "shared", "counselling"},
		Description: "Who reads it, as of a note. Left out: internal.",
	}}
}

func sent(d documents.Download, err error) (api.Sent, error) {
	return api.Sent{Name: d.Name, Content: d.Content}, err
}

func presentDocument(d documents.Document) Document {
	return Document{
		ID: d.ID, CaseID: d.CaseID, ReferralID: d.ReferralID, Referral: d.Referral, Kind: string(d.Kind), Name: d.Name, Type: d.Type, Size: d.Size,
		At: utc(d.At), Author: d.Author, Organisation: d.Org, Scan: string(d.Scan), Ready: d.Ready, WithdrawnAt: utcOrNone(d.WithdrawnAt),
		WithdrawnReason: d.WithdrawnReason,
	}
}

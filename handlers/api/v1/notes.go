package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/notes"
)

// NewNote is something to write down. A note is never changed; a correction is
// a note that names the one it corrects.
type NewNote struct {
	Text     string    `json:"text" minLength:"1" maxLength:"10000"`
	Kind     string    `json:"kind,omitempty" enum:"internal,shared,counselling" doc:"Who reads it: internal, its organisation; shared, both sides of the referral while it lives; counselling, its author and whoever the referral is given to. Left out: internal, or that of the note it corrects."`
	Corrects uuid.UUID `json:"corrects,omitzero" doc:"The note that this one corrects."`
}

// Note is something that was written down.
type Note struct {
	ID           uuid.UUID    `json:"id"`
	CaseID       uuid.UUID    `json:"case_id"`
	ReferralID   *uuid.UUID   `json:"referral_id,omitempty"`
	Referral     string       `json:"referral,omitempty" doc:"Reference of the referral it is about."`
	Kind         string       `json:"kind"`
	Text         string       `json:"text" doc:"Empty where what was written is no longer kept."`
	At           time.Time    `json:"at"`
	Author       string       `json:"author,omitempty" doc:"Left out for somebody of another organisation."`
	Organisation string       `json:"organisation"`
	Corrects     *uuid.UUID   `json:"corrects,omitempty"`
	Corrections  []Correction `json:"corrections" doc:"What was put right since, the first written first."`
}

// Correction is a note beside the one it corrects.
type Correction struct {
	ID           uuid.UUID `json:"id"`
	Text         string    `json:"text"`
	At           time.Time `json:"at"`
	Author       string    `json:"author,omitempty"`
	Organisation string    `json:"organisation"`
}

// OpeningReason says why the record of a referral that has ended is opened.
type OpeningReason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"400"`
}

type (
	listNotesIn struct {
		ID uuid.UUID `path:"id"`
		Paging
	}
	listNotesOut struct{ Body List[Note] }
	addNoteIn    struct {
		ID   uuid.UUID `path:"id"`
		Body NewNote
	}
	addNoteOut struct{ Body Note }
	openIn     struct {
		ID   uuid.UUID `path:"id"`
		Body OpeningReason
	}
)

// RegisterNotes adds writing and reading notes.
func RegisterNotes(a *api.API, svc *notes.Service) {
	list := func(l notes.Listed, err error) (*listNotesOut, error) {
		if err != nil {
			return nil, err
		}
		return &listNotesOut{Body: listed(l.Notes, l.Next, presentNote)}, nil
	}
	present := func(n notes.Note) *addNoteOut { return &addNoteOut{Body: presentNote(n)} }
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}/notes", ID: "list-case-notes", Tag: "Notes and documents", Need: models.RecordKeep,
		Summary: "Read the notes of a case", Description: "Those of its referrals that the caller may read among them, the latest first.",
	}, func(ctx context.Context, in *listNotesIn) (*listNotesOut, error) {
		return list(svc.OfCase(ctx, in.ID, notes.Query{Limit: in.Limit, Cursor: in.Cursor}))
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/notes", ID: "add-case-note", Tag: "Notes and documents", Need: models.RecordKeep,
		Status: http.StatusCreated, Summary: "Write a note about a case", Description: "Only the caller's organisation reads it.",
	}, func(ctx context.Context, in *addNoteIn) (notes.Note, error) {
		return svc.AddToCase(ctx, in.ID, in.Body.input())
	}, present)
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/referrals/{id}/notes", ID: "list-referral-notes", Tag: "Notes and documents", Need: models.RecordKeep,
		Summary: "Read the notes of a referral", Errors: []int{http.StatusConflict},
		Description: "Of the caller's own side, and shared by the other. 409 for a receiver once the referral has ended: open it with a reason.",
	}, func(ctx context.Context, in *listNotesIn) (*listNotesOut, error) {
		return list(svc.OfReferral(ctx, in.ID, notes.Query{Limit: in.Limit, Cursor: in.Cursor}))
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/referrals/{id}/notes", ID: "add-referral-note", Tag: "Notes and documents", Need: models.RecordKeep,
		Status: http.StatusCreated, Summary: "Write a note about a referral", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *addNoteIn) (notes.Note, error) {
		return svc.AddToReferral(ctx, in.ID, in.Body.input())
	}, present)
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/referrals/{id}/notes/open", ID: "open-referral-notes", Tag: "Notes and documents", Need: models.RecordKeep,
		Status: http.StatusOK, Summary: "Read one's own notes of a referral that has ended", Errors: []int{http.StatusConflict},
		Description: "For a manager of the receiver, or the worker it was given to. The reason is on record.",
	}, func(ctx context.Context, in *openIn) (*listNotesOut, error) {
		return list(svc.OfReferral(ctx, in.ID, notes.Query{Reason: in.Body.Reason}))
	})
}

func (n NewNote) input() notes.Input {
	return notes.Input{Kind: models.NoteKind(n.Kind), Text: n.Text, Corrects: n.Corrects}
}

func presentNote(n notes.Note) Note {
	return Note{
		ID: n.ID, CaseID: n.CaseID, ReferralID: n.ReferralID, Referral: n.Referral, Kind: string(n.Kind), Text: n.Text, At: utc(n.At),
		Author: n.Author, Organisation: n.Org, Corrects: n.Corrects,
		Corrections: presented(n.Corrections, func(c notes.Note) Correction {
			return Correction{ID: c.ID, Text: c.Text, At: utc(c.At), Author: c.Author, Organisation: c.Org}
		}),
	}
}

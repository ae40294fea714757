package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/linkage"
)

// Duplicate is two records that are likely of one person.
type Duplicate struct {
	ID       uuid.UUID         `json:"id"`
	State    string            `json:"state" enum:"waiting,linked,different"`
	RaisedAt time.Time         `json:"raised_at"`
	Records  []DuplicateRecord `json:"records" doc:"Two. Whom one is about is told to the organisation that holds it alone."`
	Reasons  []DuplicateReason `json:"reasons" doc:"How the two agree; never what either says."`
	Asked    []DuplicateSaid   `json:"asked" doc:"Linked when each says it is one person."`
	Answers  []DuplicateSaying `json:"answers" doc:"Your organisation's, the latest first."`
	Version  int               `json:"version"`
}

// DuplicateRecord is one of the two.
type DuplicateRecord struct {
	CaseID       uuid.UUID `json:"case_id"`
	Reference    string    `json:"reference"`
	Organisation OrgRef    `json:"organisation"`
	Own          bool      `json:"own"`
	Held         bool      `json:"held" doc:"Restricted until your privacy officer has decided what hides it."`
	GivenName    string    `json:"given_name,omitempty"`
	FamilyName   string    `json:"family_name,omitempty"`
	KnownAs      string    `json:"known_as,omitempty"`
	DateOfBirth  *string   `json:"date_of_birth,omitempty" format:"date"`
	Borough      string    `json:"borough,omitempty"`
}

// OrgRef names an organisation.
type OrgRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// DuplicateReason is how one thing agrees.
type DuplicateReason struct {
	Field  string  `json:"field"`
	Level  string  `json:"level" enum:"same,short,crossed,near,partly,differs"`
	Weight float64 `json:"weight" doc:"In bits: one more is twice as likely; below nought speaks against."`
	Words  string  `json:"words"`
}

// DuplicateSaid is what an organisation that is asked says by now.
type DuplicateSaid struct {
	Organisation OrgRef     `json:"organisation"`
	Answer       string     `json:"answer,omitempty" enum:"same,different,more"`
	At           *time.Time `json:"at,omitempty"`
}

// DuplicateSaying is one answer of your organisation.
type DuplicateSaying struct {
	Answer string    `json:"answer" enum:"same,different,more"`
	Reason string    `json:"reason"`
	Note   string    `json:"note,omitempty"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// NewDuplicateAnswer says whether two records are of one person.
type NewDuplicateAnswer struct {
	Answer string `json:"answer" enum:"same,different,more"`
	Reason string `json:"reason" minLength:"1" maxLength:"60" doc:"A reason of the group link."`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// LinkedRecord is another record of the same person.
type LinkedRecord struct {
	CaseID       uuid.UUID `json:"case_id"`
	Reference    string    `json:"reference"`
	Organisation string    `json:"organisation"`
	LinkedAt     time.Time `json:"linked_at"`
}

type (
	duplicatesIn struct {
		Paging
		Box string `query:"box" enum:"waiting,decided" default:"waiting"`
	}
	duplicateIn struct {
		ID uuid.UUID `path:"id"`
	}
	duplicateAnswerIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewDuplicateAnswer
	}
	duplicatesOut struct{ Body List[Duplicate] }
	duplicateOut  struct {
		ETag string `header:"ETag"`
		Body Duplicate
	}
	linkedOut struct{ Body List[LinkedRecord] }
)

// RegisterLinkage adds the queue of likely duplicates and what is linked.
func RegisterLinkage(a *api.API, svc *linkage.Service) {
	op := func(method, path, id, summary string) api.Op {
		return api.Op{Method: method, Path: "/api/v1/" + path, ID: id, Tag: "Duplicates", Summary: summary, Need: models.LinkReview}
	}
	api.Register(a, op(http.MethodGet, "duplicates", "list-duplicates", "Likely duplicates that your organisation is asked about"), func(ctx context.Context, in *duplicatesIn) (*duplicatesOut, error) {
		items, next, err := svc.List(ctx, linkage.Query{Decided: in.Box == "decided", Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &duplicatesOut{Body: listed(items, next, presentDuplicate)}, nil
	})
	api.Register(a, op(http.MethodGet, "duplicates/{id}", "get-duplicate", "One likely duplicate"), func(ctx context.Context, in *duplicateIn) (*duplicateOut, error) {
		p, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentOneDuplicate(p), nil
	})
	say := op(http.MethodPost, "duplicates/{id}/answers", "answer-duplicate", "Say whether it is one person; the latest answer counts")
	say.Errors = []int{http.StatusConflict}
	api.Keyed(a, say, func(ctx context.Context, in *duplicateAnswerIn) (linkage.Pair, error) {
		return svc.Answer(ctx, in.ID, linkage.Say{Answer: models.LinkAnswer(in.Body.Answer), Reason: in.Body.Reason, Note: in.Body.Note})
	}, presentOneDuplicate)
	linked := op(http.MethodGet, "cases/{id}/linked", "list-linked-cases", "Other records of the same person that you can open")
	linked.Need = models.CaseRead
	api.Register(a, linked, func(ctx context.Context, in *duplicateIn) (*linkedOut, error) {
		of, err := svc.OfCase(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &linkedOut{Body: listed(of.Items, "", func(l linkage.Linked) LinkedRecord {
			return LinkedRecord{CaseID: l.CaseID, Reference: l.Reference, Organisation: l.OrgName, LinkedAt: l.LinkedAt}
		})}, nil
	})
}

func presentOneDuplicate(p linkage.Pair) *duplicateOut {
	return &duplicateOut{ETag: etag(p.Version), Body: presentDuplicate(p)}
}

func presentDuplicate(p linkage.Pair) Duplicate {
	out := Duplicate{ID: p.ID, State: string(p.State), RaisedAt: p.RaisedAt, Version: p.Version, Records: []DuplicateRecord{}, Reasons: []DuplicateReason{}, Asked: []DuplicateSaid{}, Answers: []DuplicateSaying{}}
	for _, s := range p.Sides {
		r := DuplicateRecord{
			CaseID: s.CaseID, Reference: s.Reference, Organisation: OrgRef{ID: s.OrgID, Name: s.OrgName}, Own: s.Own, Held: s.Held,
			GivenName: s.GivenName, FamilyName: s.FamilyName, KnownAs: s.KnownAs, Borough: s.Borough,
		}
		if s.DateOfBirth != nil {
			day := s.DateOfBirth.Format(time.DateOnly)
			r.DateOfBirth = &day
		}
		out.Records = append(out.Records, r)
	}
	for _, r := range p.Reasons {
		out.Reasons = append(out.Reasons, DuplicateReason{Field: r.Field, Level: r.Level, Weight: r.Weight, Words: r.Words})
	}
	for _, s := range p.Asked {
		out.Asked = append(out.Asked, DuplicateSaid{Organisation: OrgRef{ID: s.OrgID, Name: s.OrgName}, Answer: string(s.Answer), At: s.At})
	}
	for _, a := range p.Answers {
		out.Answers = append(out.Answers, DuplicateSaying{Answer: string(a.Answer), Reason: a.Reason, Note: a.Note, By: a.By, At: a.At})
	}
	return out
}

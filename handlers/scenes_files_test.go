package handlers

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/documents"
	"throughline/services/referrals"
)

// formOf is a form with one file and short fields, and its type.
func formOf(t testing.TB, name, content string, fields ...string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// attached is a document of a referral that Ashdown accepted.
func (s setting) attached(kind models.NoteKind, v referrals.View) documents.Document {
	s.t.Helper()
	d, err := s.deps.Documents.AttachToReferral(s.As("vawg"), v.ID, documents.Input{Name: "plan.txt", Kind: kind, Content: []byte("A safety plan.")})
	if err != nil {
		s.t.Fatalf("attaching: %v %v", err, models.FieldsOf(err))
	}
	return d
}

func (s setting) ended(v referrals.View) {
	s.must("vawg", s.contact(v, models.OutcomeReached), models.ActEndEarly, referrals.ActionInput{Reason: reasonOf(models.ActEndEarly), Report: "She moved."})
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		upload := func(s setting, who, path string, id uuid.UUID, fields ...string) scene {
			body, kind := formOf(s.t, "letter.txt", "She asked for a letter.", fields...)
			return scene{who: who, id: id.String(), path: strings.Replace(path, "{id}", id.String(), 1), body: body, kind: kind, foreign: "refuge"}
		}
		onFile := func(s setting, who, suffix, body, foreign string, v referrals.View, ended bool) scene {
			d := s.attached(models.NoteInternal, v)
			if ended {
				s.ended(v)
			}
			return scene{who: who, id: d.ID.String(), path: "/api/v1/files/" + d.ID.String() + suffix, body: body, foreign: foreign}
		}
		return map[string]func(setting) scene{
			"GET /api/v1/cases/{id}/files": func(s setting) scene { return s.onCase("/files", "") },
			"POST /api/v1/cases/{id}/files": func(s setting) scene {
				return upload(s, "police", "/api/v1/cases/{id}/files", s.Case(s.t, s.As("police")).ID)
			},
			"GET /api/v1/referrals/{id}/files": func(s setting) scene {
				v := s.accepted()
				s.attached(models.NoteShared, v)
				return scene{who: "vawg", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/files", foreign: "refuge"}
			},
			"POST /api/v1/referrals/{id}/files": func(s setting) scene {
				return upload(s, "vawg", "/api/v1/referrals/{id}/files", s.accepted().ID, "kind", "shared")
			},
			"GET /api/v1/files/{id}": func(s setting) scene { return onFile(s, "vawg", "", "", "refuge", s.accepted(), false) },
			"POST /api/v1/files/{id}/open": func(s setting) scene {
				return onFile(s, "vawg.manager", "/open", doc("reason", "A complaint about our work."), "refuge.manager", s.accepted(), true)
			},
			"POST /api/v1/files/{id}/withdraw": func(s setting) scene {
				return onFile(s, "vawg.manager", "/withdraw", doc("reason", "It is about somebody else."), "refuge.manager", s.accepted(), false)
			},
		}
	})
}

package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"throughline/models"
	"throughline/services/documents"
)

func TestEveryUploadRefusesEveryKindOfBadForm(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, name := range []string{"POST /api/v1/cases/{id}/files", "POST /api/v1/referrals/{id}/files"} {
		sc := scenes()[name](setting{s, t})
		before := s.rows(t)
		good, kind := formOf(t, "letter.txt", "words")
		unknown, unknownKind := formOf(t, "letter.txt", "words", "role", canary)
		wrong, wrongKind := formOf(t, "letter.txt", "words", "kind", canary)
		large, largeKind := formOf(t, "letter.txt", strings.Repeat(canary, (11<<20)/len(canary)))
		empty, emptyKind := formOf(t, "letter.txt", "")
		exe, exeKind := formOf(t, canary+".pdf", "MZ\x90\x00"+strings.Repeat("\x00", 400))
		misnamed, misnamedKind := formOf(t, canary+".pdf", "words")
		bomb, bombKind := formOf(t, "a.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xfa\x00\x00\x00\xfa\x00\x08\x02\x00\x00\x00"+"\x00\x00\x00\x00")
		for what, c := range map[string]struct {
			body, kind string
			want       int
		}{
			"a document in place of a form": {`{"file":"` + canary + `"}`, "application/json", http.StatusUnsupportedMediaType},
			"no type":                       {good, "", http.StatusUnsupportedMediaType},
			"no boundary":                   {good, "multipart/form-data", http.StatusUnsupportedMediaType},
			"another boundary":              {good, kind + "x", http.StatusUnprocessableEntity},
			"half a form":                   {good[:len(good)-30], kind, http.StatusBadRequest},
			"a field twice":                 {strings.Replace(good, "--\r\n", "\r\n"+good, 1), kind, http.StatusBadRequest},
			"an unknown field":              {unknown, unknownKind, http.StatusUnprocessableEntity},
			"an unknown kind of reader":     {wrong, wrongKind, http.StatusUnprocessableEntity},
			"more than a file may have":     {large, largeKind, http.StatusRequestEntityTooLarge},
			"a file with nothing in it":     {empty, emptyKind, http.StatusUnprocessableEntity},
			"a program called a PDF":        {exe, exeKind, http.StatusUnsupportedMediaType},
			"a text called a PDF":           {misnamed, misnamedKind, http.StatusUnsupportedMediaType},
			"a flood of pixels":             {bomb, bombKind, http.StatusUnprocessableEntity},
		} {
			target := sc.request(http.MethodPost, sc.who)
			target.body, target.headers["Content-Type"] = c.body, c.kind
			w := s.do(t, target)
			problemOf(t, w)
			if w.Code != c.want || strings.Contains(w.Body.String(), canary) {
				t.Errorf("%s: %s: got %d %.300s, want %d and nothing of what was sent", name, what, w.Code, w.Body, c.want)
			}
		}
		if after := s.rows(t); after != before {
			t.Errorf("%s: got %d rows, want the %d that were there", name, after, before)
		}
	}
	if strings.Contains(s.log.String(), canary) {
		t.Error("what was sent stands in the log")
	}
}

// TestAFileIsOnlyEverSaved looks at every header of a download, and at who gets
// none: by page and by the API.
func TestAFileIsOnlyEverSaved(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.accepted()
	body, kind := formOf(t, "=Mum's \u202e\"letter\"\r\nX: y.txt", "<script>alert(1)</script> is what he wrote to her.")
	// The text of a page is not a text file; it is what somebody wrote inside one that matters.
	body = strings.Replace(body, "<script>", "He sent: <script>", 1)
	w := s.do(t, call{who: "vawg", method: "POST", path: "/api/v1/referrals/" + v.ID.String() + "/files", body: body, headers: header{"Content-Type": kind, "Idempotency-Key": "key-" + anID()}})
	if w.Code != http.StatusCreated {
		t.Fatalf("attaching: got %d %s", w.Code, w.Body)
	}
	id := fieldOf(t, w.Body.String(), "id")
	for _, path := range []string{"/api/v1/files/" + id, "/files/" + id} {
		w := s.do(t, call{who: "vawg", method: "GET", path: path})
		h := w.Header()
		for name, want := range map[string]string{
			"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
			}
		}
		if d := h.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="`) || strings.ContainsAny(d, "\r\n\u202e<") || len(h["X"]) > 0 {
			t.Errorf("%s: got %q", path, d)
		}
		if w.Code != 200 || !strings.Contains(w.Body.String(), "is what he wrote to her.") {
			t.Errorf("%s: got %d %q", path, w.Code, w.Body)
		}
		for who, want := range map[string]int{
			"": http.StatusUnauthorized, "police": 404, "refuge": 404, "lantern.manager": 404, "vawg.second": 200, "commissioner": 403, "admin": 403, "coordinator": 403,
		} {
			if who == "" && !strings.HasPrefix(path, "/api/") {
				want = http.StatusSeeOther
			}
			if w := s.do(t, call{who: who, method: "GET", path: path}); w.Code != want || want != 200 && strings.Contains(w.Body.String(), "wrote to her") {
				t.Errorf("%s as %q: got %d, want %d", path, who, w.Code, want)
			}
		}
		other := s.do(t, call{who: "vawg", method: "GET", path: path, headers: header{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}})
		if other.Code != http.StatusForbidden {
			t.Errorf("%s as a picture of another site's page: got %d, want 403", path, other.Code)
		}
	}
}

// TestAPageSaysWhatIsWrongWithAFile where it was chosen, and keeps nothing.
func TestAPageSaysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	path := "/cases/" + c.Reference + "/files"
	for name, f := range map[string]struct {
		file, content, says string
		want                int
	}{
		"nothing chosen":      {"", "", "Select a file", 422},
		"a program":           {"a.pdf", "MZ\x90\x00" + strings.Repeat("\x00", 400), "Attach a PDF", 415},
		"too large":           {"a.txt", strings.Repeat("x", 11<<20), "up to 10 MB", 413},
		"a script in a PDF":   {"a.pdf", "%PDF-1.4\n<</JS(x)>>\n%%EOF", "Print it to a PDF", 422},
		"another name":        {"a.png", "just words", "does not fit", 415},
		"who reads it is odd": {"a.txt", "words", "Select who can read", 422},
	} {
		var fields []string
		if strings.HasPrefix(name, "who") {
			fields = []string{"kind", "public"}
		}
		body, kind := formOf(t, f.file, f.content, fields...)
		w := s.do(t, call{who: "police", method: "POST", path: path, body: body, headers: header{"Content-Type": kind}})
		if w.Code != f.want || !strings.Contains(w.Body.String(), f.says) || !strings.Contains(w.Body.String(), "There is a problem") {
			t.Errorf("%s: got %d, want %d and %q on the page", name, w.Code, f.want, f.says)
		}
	}
	if n := s.Count(t, "select count(*) from documents"); n != 0 {
		t.Errorf("got %d documents, want none", n)
	}
	body, kind := formOf(t, "letter.txt", "words")
	if w := s.do(t, call{who: "police", method: "POST", path: path, body: body, headers: header{"Content-Type": kind}}); w.Code != 303 {
		t.Errorf("a letter: got %d", w.Code)
	}
	list := s.do(t, call{who: "police", method: "GET", path: path})
	for _, want := range []string{"letter.txt", "Not scanned", "Attached by Priya Nair"} {
		if !strings.Contains(list.Body.String(), want) {
			t.Errorf("the list does not say %q", want)
		}
	}
}

// TestWhatEndedTakesItsFilesAlong: the same address, the moment after.
func TestWhatEndedTakesItsFilesAlong(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.accepted()
	shared, err := s.deps.Documents.AttachToReferral(s.As("police"), v.ID, fileInput(models.NoteShared))
	if err != nil {
		t.Fatal(err)
	}
	own := set.attached(models.NoteInternal, v)
	ask := func(who, id string) int {
		return s.do(t, call{who: who, method: "GET", path: "/api/v1/files/" + id}).Code
	}
	if got := fmt.Sprint(ask("vawg", shared.ID.String()), ask("vawg", own.ID.String()), ask("police", shared.ID.String())); got != "200 200 200" {
		t.Fatalf("while it lives: got %s", got)
	}
	set.ended(v)
	if got := fmt.Sprint(ask("vawg", shared.ID.String()), ask("vawg", own.ID.String()), ask("vawg.second", own.ID.String()), ask("police", shared.ID.String())); got != "404 409 404 200" {
		t.Errorf("ended: got %s, want the shared file gone, their own asking for a reason of who it was given to, the sender's there", got)
	}
}

func fileInput(kind models.NoteKind) documents.Input {
	return documents.Input{Name: "letter.txt", Kind: kind, Content: []byte("words")}
}

// fieldOf is one text of a JSON object.
func fieldOf(t testing.TB, body, name string) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	text, _ := v[name].(string)
	return text
}

package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/handlers/route"
	"throughline/internal/seal"
	"throughline/models"
)

// thing is a record as simple as a record can be, with an operation of each
// kind on it, so that the framework is tested without a database.
type thing struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	Done    bool      `json:"done"`
	Version int       `json:"version"`
}

type thingBody struct {
	Name     string            `json:"name" minLength:"1" maxLength:"40"`
	Born     string            `json:"born,omitempty" format:"date"`
	At       *time.Time        `json:"at,omitempty"`
	Owner    *uuid.UUID        `json:"owner,omitempty"`
	Size     int               `json:"size,omitempty" minimum:"0" maximum:"10"`
	Kind     string            `json:"kind,omitempty" enum:"small,large"`
	Safe     bool              `json:"safe,omitempty"`
	Tags     []string          `json:"tags,omitempty" maxItems:"3" uniqueItems:"true"`
	Parts    []thingPart       `json:"parts,omitempty"`
	Missing  map[string]string `json:"missing,omitempty"`
	Anything any               `json:"anything,omitempty"`
}

type thingPart struct {
	Code string `json:"code" pattern:"^[A-Z]{2}$"`
}

type (
	createThingIn struct{ Body thingBody }
	actThingIn    struct {
		ID   uuid.UUID `path:"id"`
		Body *struct {
			Note string `json:"note,omitempty" maxLength:"20"`
		} `nameHint:"ThingAct"`
	}
	changeThingIn struct {
		ID   uuid.UUID `path:"id"`
		Body thingBody
	}
	readThingIn struct {
		ID uuid.UUID `path:"id"`
	}
	listThingsIn struct {
		Limit int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
		Kind  string    `query:"kind" enum:"small,large"`
		Since time.Time `query:"since"`
		Late  bool      `query:"late"`
		IDs   []string  `query:"ids"`
	}
	thingOut struct {
		ETag     string `header:"ETag"`
		Location string `header:"Location"`
		Body     thing
	}
	thingsOut struct {
		Body struct {
			Items []thing `json:"items"`
			Limit int     `json:"limit"`
		} `nameHint:"Things"`
	}
)

// things is a service: it answers in the order of decisions.md 18.
type things struct {
	mu      sync.Mutex
	rows    map[uuid.UUID]thing
	kept    map[string][]byte
	made    int
	refused []string
	deaf    bool // cannot record refusals
	forget  bool // answers success over the faults of a body
}

var notMine = uuid.MustParse("0199a1de-7d4a-7c3e-9d3c-00000000000f")

func (s *things) do(ctx context.Context, id uuid.UUID, create bool, change func(*thing)) (thing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := models.RequestFrom(ctx)
	t, ok := s.rows[id]
	switch {
	case create:
		t = thing{ID: models.NewID()}
	case !ok:
		return t, models.NotFound("thing")
	case id == notMine:
		return t, models.Forbidden("That is for the other side to do.")
	}
	if answer, ok := s.kept[r.IdempotencyKey]; ok && r.IdempotencyKey != "" {
		return t, &models.Replay{Answer: answer}
	}
	switch {
	case r.KeyRequired && r.IdempotencyKey == "":
		return t, models.PreconditionRequired("Send an Idempotency-Key with this request.")
	case r.MatchRequired && r.IfMatch == nil:
		return t, models.PreconditionRequired("Send an If-Match with this request.")
	case t.Done:
		return t, models.Conflict("This is done already.")
	case r.IfMatch != nil && *r.IfMatch != t.Version:
		return t, models.Stale("This changed since you read it.")
	case len(r.Invalid) > 0 && !s.forget:
		return t, models.Invalid(r.Invalid...)
	}
	change(&t)
	t.Version++
	s.rows[t.ID] = t
	s.made++
	if r.Seal != nil {
		sealed, err := r.Seal(t)
		if err != nil {
			return t, err
		}
		s.kept[r.IdempotencyKey] = sealed
	}
	return t, nil
}

func presentThing(t thing) *thingOut {
	return &thingOut{ETag: `"` + string(rune('0'+t.Version)) + `"`, Body: t}
}

func (s *things) register(a *api.API) {
	api.Keyed(a, api.Op{
		Method: "POST", Path: "/api/v1/things", ID: "create-thing", Summary: "Make a thing", Tag: "Things",
		Need: models.CaseCreate, Status: 201, Early: true,
	}, func(ctx context.Context, in *createThingIn) (thing, error) {
		return s.do(ctx, uuid.Nil, true, func(t *thing) { t.Name = in.Body.Name })
	}, presentThing)
	api.Keyed(a, api.Op{
		Method: "POST", Path: "/api/v1/things/{id}/act", ID: "act-thing", Summary: "Act on a thing", Tag: "Things",
		Need: models.CaseRead, Match: true,
	}, func(ctx context.Context, in *actThingIn) (thing, error) {
		return s.do(ctx, in.ID, false, func(t *thing) { t.Done = true })
	}, presentThing)
	api.Register(a, api.Op{
		Method: "PUT", Path: "/api/v1/things/{id}", ID: "change-thing", Summary: "Change a thing", Tag: "Things",
		Need: models.CaseRead, Match: true,
	}, func(ctx context.Context, in *changeThingIn) (*thingOut, error) {
		t, err := s.do(ctx, in.ID, false, func(t *thing) { t.Name = in.Body.Name })
		return presentThing(t), err
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/things/{id}", ID: "read-thing", Summary: "Read a thing", Tag: "Things", Need: models.CaseRead,
	}, func(_ context.Context, in *readThingIn) (*thingOut, error) {
		t, ok := s.rows[in.ID]
		if !ok {
			return nil, models.NotFound("thing")
		}
		return presentThing(t), nil
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/things", ID: "list-things", Summary: "List things", Tag: "Things", Need: models.SignedIn,
	}, func(_ context.Context, in *listThingsIn) (*thingsOut, error) {
		out := &thingsOut{}
		out.Body.Items, out.Body.Limit = []thing{}, in.Limit
		return out, nil
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/faults", ID: "read-fault", Summary: "Fail", Tag: "Things", Need: models.Public,
	}, func(context.Context, *struct{}) (*thingsOut, error) {
		return nil, errors.New(`database said "` + canary + `"`)
	})
}

func (s *things) Refused(_ context.Context, attempted, kind string, subject uuid.UUID, code models.Code) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deaf {
		return errors.New("the trail is full")
	}
	s.refused = append(s.refused, strings.Join([]string{attempted, kind, subject.String(), string(code)}, " "))
	return nil
}

// canary is sent wherever a value can be sent, and must never come back.
const canary = "ZZCANARY"

// bench is a server of things, and the people who call it.
type bench struct {
	*things
	mine uuid.UUID
	h    http.Handler
}

func things4(t *testing.T) *bench {
	t.Helper()
	mine := models.NewID()
	b := &bench{mine: mine, things: &things{
		rows: map[uuid.UUID]thing{mine: {ID: mine, Name: "mine", Version: 3}, notMine: {ID: notMine, Version: 1}},
		kept: map[string][]byte{},
	}}
	a := api.New("test", seal.New())
	b.register(a)
	routes := append(a.Routes(), route.Route{
		Method: "GET", Path: "/things/:ref", Need: models.CaseRead,
		Handle: func(*gin.Context) error { return models.NotFound("thing") },
	})
	b.h = engine(&failures{audit: b.things, log: slog.New(slog.DiscardHandler)}, []gin.HandlerFunc{func(c *gin.Context) {
		ctx := models.WithRequest(c.Request.Context(), &models.Request{ID: "0199a1de-7d4a-7c3e-9d3c-0000cafe0001"})
		if role := models.Role(c.GetHeader("Test-Role")); role != "" {
			ctx = models.WithActor(ctx, models.Actor{UserID: uuid.NewSHA1(uuid.Nil, []byte(role)), Role: role})
		}
		c.Request = c.Request.WithContext(ctx)
	}}, routes)
	return b
}

type header map[string]string

// call sends a request as a caseworker, unless the headers say otherwise.
func (b *bench) call(method, path, body string, headers header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Test-Role", string(models.RoleCaseworker))
	for name, value := range headers {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w
}

func (b *bench) create(body string, headers header) *httptest.ResponseRecorder {
	h := header{"Idempotency-Key": "key-12345"}
	for k, v := range headers {
		h[k] = v
	}
	return b.call("POST", "/api/v1/things", body, h)
}

func problemOf(t *testing.T, w *httptest.ResponseRecorder) api.Problem {
	t.Helper()
	var p api.Problem
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("got content type %q, want application/problem+json", got)
	}
	d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("got %s, want a problem: %v", w.Body, err)
	}
	if p.Status != w.Code || p.Instance == "" || p.Errors == nil || p.Detail == "" {
		t.Errorf("got %+v with status %d, want a whole problem", p, w.Code)
	}
	return p
}

func TestAnswersComeInTheAgreedOrder(t *testing.T) {
	t.Parallel()
	gone := models.NewID().String()
	type step struct {
		name    string
		id      string
		headers header
		body    string
		want    int
		code    models.Code
	}
	bad := `{"note":5}`
	steps := []step{
		{"nobody is signed in", gone, header{"Test-Role": ""}, "{", 401, "unauthenticated"},
		{"the role lacks the permission", gone, header{"Test-Role": "system_admin"}, "{", 403, "forbidden"},
		{"the id is malformed", "nonsense", nil, bad, 404, "not_found"},
		{"the record is not there", gone, nil, bad, 404, "not_found"},
		{"it is the other side's to do", notMine.String(), nil, bad, 403, "forbidden"},
		{"no key was sent", "mine", nil, bad, 428, "precondition_required"},
		{"no version was sent", "mine", header{"Idempotency-Key": "abcdefgh"}, bad, 428, "precondition_required"},
		{"the version is stale", "mine", header{"Idempotency-Key": "abcdefgh", "If-Match": `"2"`}, bad, 412, "stale"},
		{"the version is none of ours", "mine", header{"Idempotency-Key": "abcdefgh", "If-Match": `"x"`}, bad, 412, "stale"},
		{"the body has a fault", "mine", header{"Idempotency-Key": "abcdefgh", "If-Match": `"3"`}, bad, 422, "invalid"},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b := things4(t)
			w := b.call("POST", "/api/v1/things/"+strings.Replace(s.id, "mine", b.mine.String(), 1)+"/act", s.body, s.headers)
			if p := problemOf(t, w); w.Code != s.want || p.Code != string(s.code) {
				t.Errorf("got %d %s, want %d %s", w.Code, p.Code, s.want, s.code)
			}
			if b.made != 0 {
				t.Errorf("got %d changes, want none", b.made)
			}
		})
	}

	t.Run("a conflict comes before a stale version, and a replay before both", func(t *testing.T) {
		t.Parallel()
		b := things4(t)
		act := func(key, match string) *httptest.ResponseRecorder {
			return b.call("POST", "/api/v1/things/"+b.mine.String()+"/act", "", header{"Idempotency-Key": key, "If-Match": match})
		}
		first := act("first-key", `"3"`)
		if first.Code != 200 || first.Header().Get("ETag") != `"4"` {
			t.Fatalf("got %d %s, want 200 with the new version", first.Code, first.Body)
		}
		if got := act("other-key", `"3"`); got.Code != 409 {
			t.Errorf("got %d, want 409", got.Code)
		}
		again := act("first-key", `"3"`)
		if again.Code != 200 || again.Body.String() != first.Body.String() || again.Header().Get("ETag") != `"4"` {
			t.Errorf("got %d %q, want the first answer %q", again.Code, again.Body, first.Body)
		}
		if again.Header().Get("Idempotent-Replay") != "true" || first.Header().Get("Idempotent-Replay") != "" {
			t.Error("got no mark on the replay, or one on the first answer")
		}
		if b.made != 1 {
			t.Errorf("got %d changes, want 1", b.made)
		}
	})
}

func TestRefusalsAreOnRecordBeforeTheyAreTold(t *testing.T) {
	t.Parallel()
	gone := models.NewID().String()

	t.Run("a missing record names the operation and the id", func(t *testing.T) {
		t.Parallel()
		b := things4(t)
		b.call("GET", "/api/v1/things/"+gone, "", nil)
		if want := "GET /api/v1/things/{id} thing " + gone + " not_found"; len(b.refused) != 1 || b.refused[0] != want {
			t.Errorf("got %q, want %q", b.refused, want)
		}
	})

	t.Run("a missing page of a record is one too", func(t *testing.T) {
		t.Parallel()
		b := things4(t)
		b.call("GET", "/things/C-1", "", nil)
		if want := "GET /things/{ref} thing " + uuid.Nil.String() + " not_found"; len(b.refused) != 1 || b.refused[0] != want {
			t.Errorf("got %q, want %q", b.refused, want)
		}
	})

	t.Run("strangers, faults and addresses that are none leave nothing", func(t *testing.T) {
		t.Parallel()
		b := things4(t)
		b.call("GET", "/api/v1/things/"+gone, "", header{"Test-Role": ""})
		b.call("GET", "/api/v1/things/nonsense", "", nil)
		b.call("GET", "/api/v1/nowhere", "", nil)
		b.create("{}", nil)
		if len(b.refused) != 0 {
			t.Errorf("got %q, want none", b.refused)
		}
	})

	t.Run("where it cannot be recorded, the answer says only that", func(t *testing.T) {
		t.Parallel()
		b := things4(t)
		b.deaf = true
		for _, path := range []string{gone, notMine.String() + "/act"} {
			method := "GET"
			if strings.HasSuffix(path, "act") {
				method = "POST"
			}
			w := b.call(method, "/api/v1/things/"+path, "", nil)
			if p := problemOf(t, w); w.Code != 503 || p.Code != "unavailable" || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: got %d %s, want 503", path, w.Code, w.Body)
			}
		}
	})
}

func TestPagesFailAsPages(t *testing.T) {
	t.Parallel()
	b := things4(t)
	if w := b.call("GET", "/things/C-1?a=b", "", header{"Test-Role": ""}); w.Code != 303 || w.Header().Get("Location") != "/sign-in?next=%2Fthings%2FC-1%3Fa%3Db" {
		t.Errorf("got %d %s, want to be sent to sign in and back", w.Code, w.Header().Get("Location"))
	}
	for path, want := range map[string]int{"/things/C-1": 404, "/nowhere": 404} {
		w := b.call("GET", path, "", nil)
		if w.Code != want || !strings.Contains(w.Body.String(), "<h1") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d %s, want a page with status %d", path, w.Code, w.Body, want)
		}
	}
}

func TestAddressesAnswerTheirMethodsAlone(t *testing.T) {
	t.Parallel()
	b := things4(t)
	w := b.call("DELETE", "/api/v1/things", "", nil)
	if p := problemOf(t, w); w.Code != 405 || p.Code != "not_found" || !strings.Contains(w.Header().Get("Allow"), "GET") {
		t.Errorf("got %d %s, Allow %q, want 405 with the methods", w.Code, w.Body, w.Header().Get("Allow"))
	}
	if w := b.call("HEAD", "/api/v1/things/"+b.mine.String(), "", nil); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("ETag") != `"3"` {
		t.Errorf("got %d %q, want the headers of a GET and no body", w.Code, w.Body)
	}
	for _, path := range []string{"/api/v1/things/", "/API/v1/things", "/api/v1", "/api/v1/things/" + b.mine.String() + "/"} {
		if w := b.call("GET", path, "", nil); w.Code != 404 {
			t.Errorf("%s: got %d, want 404", path, w.Code)
		}
	}
}

func TestAFaultOfOursSaysNothing(t *testing.T) {
	t.Parallel()
	b := things4(t)
	w := b.call("GET", "/api/v1/faults", "", nil)
	if p := problemOf(t, w); w.Code != 500 || p.Code != "internal" || strings.Contains(w.Body.String(), canary) || strings.Contains(w.Body.String(), "database") {
		t.Errorf("got %d %s, want 500 without the cause", w.Code, w.Body)
	}
}

func TestAServiceThatForgetsTheFaultsOfABodyIsAFault(t *testing.T) {
	t.Parallel()
	b := things4(t)
	b.forget = true
	w := b.call("PUT", "/api/v1/things/"+b.mine.String(), `{"name":7}`, header{"If-Match": `"3"`})
	if w.Code != 500 {
		t.Errorf("got %d %s, want 500", w.Code, w.Body)
	}
}

func TestARouteWithoutAPermissionCannotBeMounted(t *testing.T) {
	t.Parallel()
	refuses := func(name string, mount func()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("got a mounted route, want a panic")
				}
			}()
			mount()
		})
	}
	serve := func(*gin.Context) error { return nil }
	refuses("a page", func() {
		route.Mount(gin.New(), func(*gin.Context, error) {}, route.Route{Method: "GET", Path: "/x", Handle: serve})
	})
	refuses("a route without a handler", func() {
		route.Mount(gin.New(), func(*gin.Context, error) {}, route.Route{Method: "GET", Path: "/x", Need: models.Public})
	})
	refuses("a change that takes a proof and asks for none", func() {
		route.Mount(gin.New(), func(*gin.Context, error) {}, route.Route{Method: "POST", Path: "/x", Need: models.PeopleManage, Handle: serve})
	})
	refuses("an operation", func() {
		api.Register(api.New("test", nil), api.Op{Method: "GET", Path: "/x", ID: "read-x", Summary: "x", Tag: "x"},
			func(context.Context, *struct{}) (*thingOut, error) { return nil, nil })
	})
	refuses("an operation with a key that nothing keeps", func() {
		api.Register(api.New("test", nil), api.Op{Method: "POST", Path: "/x", ID: "make-x", Summary: "x", Tag: "x", Need: models.Public, Key: true},
			func(context.Context, *struct{}) (*thingOut, error) { return nil, nil })
	})
}

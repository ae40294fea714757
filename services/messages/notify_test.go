package messages_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"throughline/internal/notify"
	"throughline/models"
	"throughline/services/messages"
)

const (
	notifyService  = "26785a09-ab16-4eb0-8407-a37497a57506"
	notifySecret   = "3d844edf-8d35-48ac-975b-e847b4f122b0"
	notifyTemplate = "f33517ff-2a88-4f6e-b855-c550268ce08a"
)

// standIn is GOV.UK Notify as far as it is used here. It takes a token only as
// Notify documents it: HS256 with the secret, iss the service, iat within half a
// minute.
type standIn struct {
	t    *testing.T
	url  string
	mu   sync.Mutex
	got  []map[string]any
	raw  []string
	keep map[string]string // status by reference
	do   func(w http.ResponseWriter, take func()) bool
}

func newStandIn(t *testing.T) *standIn {
	t.Helper()
	n := &standIn{t: t, keep: map[string]string{}}
	srv := httptest.NewServer(n)
	t.Cleanup(srv.Close)
	n.url = srv.URL
	return n
}

func (n *standIn) knows(r *http.Request) bool {
	raw, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return []byte(notifySecret), nil }, jwt.WithValidMethods([]string{"HS256"}))
	at, _ := claims.GetIssuedAt()
	return is && err == nil && claims["iss"] == notifyService && at != nil && time.Since(at.Time).Abs() < 30*time.Second && len(claims) == 2
}

func (n *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !n.knows(r) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.Method == http.MethodGet {
		list := []map[string]any{}
		if s, ok := n.keep[r.URL.Query().Get("reference")]; ok {
			list = append(list, map[string]any{"reference": r.URL.Query().Get("reference"), "status": s})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"notifications": list})
		return
	}
	body, _ := io.ReadAll(r.Body)
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		n.t.Error(err)
	}
	take := func() {
		n.got, n.raw = append(n.got, in), append(n.raw, r.URL.Path+"\n"+string(body))
		n.keep[in["reference"].(string)] = "sending"
	}
	if n.do != nil && n.do(w, take) {
		return
	}
	take()
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"id":"`+models.NewID().String()+`"}`)
}

func (n *standIn) sent() int { n.mu.Lock(); defer n.mu.Unlock(); return len(n.got) }

func (n *standIn) client(secret string) *notify.Client {
	n.t.Helper()
	c, err := notify.New(n.url, "demo-"+notifyService+"-"+secret, notifyTemplate, notify.Text)
	if err != nil {
		n.t.Fatal(err)
	}
	return c
}

func newTexting(t *testing.T) (*stage, *standIn) {
	t.Helper()
	s, n := newStage(t), newStandIn(t)
	s.s = s.texting(n.client(notifySecret))
	s.email = s.c.Text // what is asked for goes by text
	return s, n
}

func (s *stage) texting(c messages.Carrier) *messages.Service {
	return messages.New(s.DB, messages.Carriers{Text: c}, slog.New(slog.DiscardHandler))
}

func TestATextGoesByNotifyAndItsReceiptIsWrittenDownOnce(t *testing.T) {
	t.Parallel()
	s, n := newTexting(t)
	s.ask()
	s.send(1)
	s.state("sent")
	var id uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select id from messages").Scan(&id); err != nil {
		t.Fatal(err)
	}
	if got := n.raw[0]; got != `/v2/notifications/sms`+"\n"+`{"phone_number":"07700 900123","reference":"`+id.String()+`","template_id":"`+notifyTemplate+`"}` {
		t.Errorf("Notify is told %s", got)
	}
	receive := func(reference, status string) {
		t.Helper()
		if err := s.s.Receive(t.Context(), messages.Receipt{Reference: reference, Status: status}); err != nil {
			t.Errorf("%s: %v", status, err)
		}
	}
	for _, nothing := range [][2]string{{"", "delivered"}, {"x", "delivered"}, {models.NewID().String(), "delivered"}, {id.String(), "sending"}, {id.String(), "zz"}} {
		receive(nothing[0], nothing[1])
		s.state("sent")
	}
	receive(id.String(), "delivered")
	s.state("delivered")
	receive(id.String(), "delivered")
	receive(id.String(), "permanent-failure") // late, and about nothing any more
	s.state("delivered")
	if got := s.Count(t, "select count(*) from audit_events where action = 'message.delivered' and case_id = $1", s.c.ID); got != 1 {
		t.Errorf("it is recorded %d times, want once", got)
	}
	for status, why := range map[string]string{"permanent-failure": "wrong_number", "temporary-failure": "not_reached", "technical-failure": "declined"} {
		s.ask()
		s.send(1)
		if err := s.Owner.QueryRow(t.Context(), "select id from messages where state = 'sent'").Scan(&id); err != nil {
			t.Fatal(err)
		}
		receive(id.String(), status)
		s.state("failed " + why)
	}
}

// TestNotifyIsAskedWhatItHasBeforeAnythingIsSentAgain loses the answer to a text
// that Notify took, and to one that it did not.
func TestNotifyIsAskedWhatItHasBeforeAnythingIsSentAgain(t *testing.T) {
	t.Parallel()
	s, n := newTexting(t)
	for _, took := range []bool{true, false} {
		n.do = func(w http.ResponseWriter, take func()) bool {
			if took {
				take()
			}
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		before := n.sent()
		s.ask()
		s.send(0)
		s.state("sending")
		s.Clock.Advance(9 * time.Minute)
		s.send(0)
		s.state("sending")
		n.do = nil
		s.Clock.Advance(2 * time.Minute)
		if took {
			s.send(0)
		} else { // it is asked, and then sent
			s.send(0)
			s.state("waiting")
			s.Clock.Advance(time.Minute)
			s.send(1)
		}
		s.state("sent")
		if got := n.sent() - before; got != 1 {
			t.Errorf("Notify has it %d times, want once", got)
		}
	}
}

func TestWhatNotifyRefusesIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	s, n := newTexting(t)
	answer := func(status int, body string) {
		n.do = func(w http.ResponseWriter, _ func()) bool {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return true
		}
	}
	for _, test := range []struct {
		status int
		body   string
		state  string
	}{
		{400, `{"errors":[{"error":"ValidationError","message":"phone_number Not enough digits"}]}`, "failed wrong_number"},
		{400, `{"errors":[{"error":"BadRequestError","message":"Can't send to this recipient using a team-only API key"}]}`, "failed declined"},
		{413, `x`, "failed declined"},
		{429, `{"errors":[{"error":"RateLimitError"}]}`, "waiting"},
	} {
		answer(test.status, test.body)
		s.ask()
		s.send(0)
		s.state(test.state)
		s.Clock.Advance(time.Hour)
	}
	n.do = nil
	s.send(1)
	s.state("sent")
	// A secret that is not Notify's: nothing goes, and it waits.
	s.s = s.texting(n.client("00000000-0000-4000-8000-000000000000"))
	s.ask()
	s.send(0)
	s.state("waiting")
	if n.sent() != 1 {
		t.Errorf("Notify took %d, want the one", n.sent())
	}
	for _, key := range []string{"", "x", notifySecret, "demo-" + notifyService} {
		if _, err := notify.New(n.url, key, notifyTemplate, notify.Text); err == nil || notify.CheckKey(key) {
			t.Errorf("%q is taken for a key", key)
		}
	}
}

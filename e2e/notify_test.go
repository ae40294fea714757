package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// What the product is told of GOV.UK Notify.
const (
	notifyService  = "26785a09-ab16-4eb0-8407-a37497a57506"
	notifySecret   = "3d844edf-8d35-48ac-975b-e847b4f122b0"
	notifyTemplate = "f33517ff-2a88-4f6e-b855-c550268ce08a"
	notifyReceipts = "q7Vd-2mXw-9Tz4-kPbR"
)

// sentence is all that is ever said to somebody who is not signed in.
const sentence = "You have something to look at in Throughline."

// notifyStandIn is GOV.UK Notify as far as it is used: it takes what comes with
// its own kind of token, and keeps it.
type notifyStandIn struct {
	url string
	mu  sync.Mutex
	got []string // bodies, as they came
	all []string // requests with their headers
}

func newNotify(t *testing.T) *notifyStandIn {
	t.Helper()
	n := &notifyStandIn{}
	srv := httptest.NewServer(n)
	t.Cleanup(srv.Close)
	n.url = srv.URL
	return n
}

// ServeHTTP takes a text.
func (n *notifyStandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), claims, func(*jwt.Token) (any, error) { return []byte(notifySecret), nil }, jwt.WithValidMethods([]string{"HS256"}))
	at, _ := claims.GetIssuedAt()
	if err != nil || claims["iss"] != notifyService || at == nil || time.Since(at.Time).Abs() > 30*time.Second {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	body, _ := io.ReadAll(r.Body)
	head := &strings.Builder{}
	_ = r.Header.Write(head)
	n.mu.Lock()
	n.got, n.all = append(n.got, string(body)), append(n.all, r.Method+" "+r.URL.String()+"\n"+head.String())
	n.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
}

// one is the only text there is.
func (n *notifyStandIn) one() (out struct{ PhoneNumber, Reference, TemplateID string }, is bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.got) != 1 {
		return out, false
	}
	var in map[string]string
	if json.Unmarshal([]byte(n.got[0]), &in) != nil || len(in) != 3 {
		return out, false
	}
	out.PhoneNumber, out.Reference, out.TemplateID = in["phone_number"], in["reference"], in["template_id"]
	return out, true
}

// says gives all that came, without the number that it goes to.
func (n *notifyStandIn) says(t *testing.T, of func(kind, name string, b []byte)) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, body := range n.got {
		of("a text", "by Notify", []byte(n.all[i]+strings.ReplaceAll(body, `"phone_number":"`+birdNumber+`"`, "")))
	}
}

// tell has the victim told by email and by text that there is something to look
// at.
func (v *aviary) tell(police *caller, caseID string) {
	v.t.Helper()
	v.told = caseID
	police.create("/api/v1/cases/"+caseID+"/status-page", map[string]any{"word": "kingfisher", "language": "en", "agreed_how": "in_person", "alone": true})
	ways, _ := police.get("/api/v1/cases/" + caseID + "/messages").Body["ways"].([]any)
	if len(ways) != 2 {
		v.t.Fatalf("got %v, want two ways", ways)
	}
	for _, w := range ways {
		v.shows("asking for a message", police.create("/api/v1/cases/"+caseID+"/messages", map[string]any{"channel_id": w.(map[string]any)["channel_id"]}))
	}
}

// arrives waits for both, reads them, and has Notify say that the text arrived.
func (v *aviary) arrives(police *caller) {
	v.t.Helper()
	until(v.t, time.Minute, "a mail and a text to the victim", func() bool {
		_, is := v.notify.one()
		return is && v.mails.all()[birdEmail] != ""
	})
	text, _ := v.notify.one()
	if text.PhoneNumber != birdNumber || text.TemplateID != notifyTemplate || text.Reference == "" {
		v.t.Errorf("Notify is told %+v", text)
	}
	if mail := v.mails.all()[birdEmail]; strings.Count(mail, sentence) != 2 || strings.Contains(mail, "://") || strings.Contains(mail, "Throughline <") {
		v.t.Errorf("the mail says %s", mail)
	}
	receipt := func(token string) int {
		body := `{"reference":"` + text.Reference + `","status":"delivered","to":"` + birdNumber + `"}`
		r, err := http.NewRequest(http.MethodPost, v.url+"/notify/receipts", strings.NewReader(body))
		if err != nil {
			v.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			v.t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if a, b := receipt("wrong"), receipt(notifyReceipts); a != http.StatusNotFound || b != http.StatusNoContent {
		v.t.Errorf("a receipt without the token is answered %d, with it %d", a, b)
	}
	states := map[string]int{}
	list := police.get("/api/v1/cases/" + v.told + "/messages")
	v.shows("the messages of the case", list)
	for _, m := range list.items(v.t) {
		states[m["state"].(string)]++
	}
	if states["sent"] != 1 || states["delivered"] != 1 {
		v.t.Errorf("got %v, want the mail sent and the text delivered", states)
	}
}

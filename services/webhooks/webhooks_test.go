package webhooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/outward"
	"throughline/internal/seal"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
	"throughline/services/webhooks"
)

// bench is a stage on which the London Victim Service sent a referral to Ashdown,
// and has an address that is told of it.
type bench struct {
	*testkit.Stage
	t    *testing.T
	svc  *webhooks.Service
	c    testkit.CaseFacts
	sent testkit.PlantedReferral
	all  *receiver
}

// receiver is a system that is told, and behaves as it is told to.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func listen(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.got, r.bodies = append(r.got, req), append(r.bodies, string(b))
		n, answer := len(r.got), r.answer
		r.mu.Unlock()
		if answer != nil {
			answer(n, w, req)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, q := range r.got {
		out = append(out, q.Header.Get("webhook-id"))
	}
	return out
}

func (r *receiver) answers(f func(int, http.ResponseWriter, *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

var canary = "Zzcanary"

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	b := &bench{Stage: w, t: t, all: listen(t)}
	b.svc = webhooks.New(w.DB, seal.New(), outward.New(outward.Options{Loopback: true, Patience: 500 * time.Millisecond}))
	b.c = w.Case(t, w.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName = canary+"given", canary+"family" })
	b.sent = w.Referral(t, b.c, testkit.ServiceIDVA, models.StatusSubmitted)
	return b
}

func (b *bench) endpoint(r *receiver, topics ...string) models.Webhook {
	b.t.Helper()
	w, err := b.svc.Make(b.As("orgadmin"), models.Webhook{URL: r.URL + "/hook", Topics: topics})
	if err != nil {
		b.t.Fatal(err, models.FieldsOf(err))
	}
	return w
}

// happens has Ashdown do something to the referral, and the outbox drained.
func (b *bench) happens(topic string, times int) {
	b.t.Helper()
	for range times {
		b.Do(b.t, "insert into outbox (topic, referral_id, case_id, by_org_id, at) values ($1, $2, $3, $4, $5)", topic, b.sent.ID, b.c.ID, b.Org(testkit.OrgVAWG).ID, b.Clock.Now())
	}
	b.drain()
}

func (b *bench) drain() {
	b.t.Helper()
	if _, err := jobs.Drain(b.System(), b.DB); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) send() int {
	b.t.Helper()
	n, err := b.svc.Send(b.System())
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// passes lets real time go by for what waits.
func (b *bench) passes(d time.Duration) {
	b.t.Helper()
	b.Do(b.t, "update webhook_deliveries set next_at = next_at - make_interval(secs => $1), claimed_until = claimed_until - make_interval(secs => $1)", d.Seconds())
	b.Do(b.t, "update webhook_endpoints set retry_at = retry_at - make_interval(secs => $1), failing_since = failing_since - make_interval(secs => $1), before_until = before_until - make_interval(secs => $1)", d.Seconds())
}

// signed reports whether a message bears a signature made with the secret, as a
// receiver looks (Standard Webhooks 1.0).
func signed(r *http.Request, body, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.Header.Get("webhook-id") + "." + r.Header.Get("webhook-timestamp") + "." + body))
	for _, one := range strings.Fields(r.Header.Get("webhook-signature")) {
		got, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "v1,"))
		if err == nil && strings.HasPrefix(one, "v1,") && hmac.Equal(got, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

func TestAMessageIsSignedSaysIdsAloneAndIsSentOnceToWhoMayBeTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.endpoint(b.all, "referral.accepted", "contact.stopped")
	b.happens("referral.accepted", 1)
	b.happens("referral.declined", 1) // not asked for
	// What its own people did, and what somebody else's referral went through.
	b.Do(t, "insert into outbox (topic, referral_id, case_id, by_org_id, at) values ('referral.accepted', $1, $2, $3, $4)", b.sent.ID, b.c.ID, b.Org(testkit.OrgVictims).ID, b.Clock.Now())
	other := b.Referral(t, b.Case(t, b.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	b.Do(t, "insert into outbox (topic, referral_id, by_org_id, at) values ('referral.accepted', $1, $2, $3)", other.ID, b.Org(testkit.OrgVAWG).ID, b.Clock.Now())
	b.drain()
	b.drain()
	for range 3 {
		b.send()
	}
	if len(b.all.bodies) != 1 {
		t.Fatalf("got %d messages, want one: %q", len(b.all.bodies), b.all.bodies)
	}
	body, r := b.all.bodies[0], b.all.got[0]
	if !signed(r, body, w.Secret) || signed(r, body+" ", w.Secret) {
		t.Error("the signature is not that of Standard Webhooks")
	}
	if !regexp.MustCompile(`^msg_[0-9a-f-]{36}$`).MatchString(r.Header.Get("webhook-id")) || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got headers %v", r.Header)
	}
	var m webhooks.Message
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil || m.Type != "referral.accepted" || *m.Data.ReferralID != b.sent.ID || m.Data.HandoffID != nil {
		t.Errorf("got %s, %v", body, err)
	}
	for _, word := range []string{canary, b.c.Reference, b.c.ID.String(), b.sent.Reference, "IDVA", "Ashdown"} {
		if strings.Contains(body, word) {
			t.Errorf("%q is in a message", word)
		}
	}
	// After a rotation both secrets open it, for a day.
	turned, err := b.svc.Rotate(b.As("orgadmin"), w.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.happens("contact.stopped", 1)
	b.send()
	if !signed(b.all.got[1], b.all.bodies[1], w.Secret) || !signed(b.all.got[1], b.all.bodies[1], turned.Secret) {
		t.Error("after a rotation a message is not signed with both secrets")
	}
	b.passes(25 * time.Hour)
	b.happens("contact.stopped", 1)
	b.send()
	if signed(b.all.got[2], b.all.bodies[2], w.Secret) || !signed(b.all.got[2], b.all.bodies[2], turned.Secret) {
		t.Error("a day later the secret before still signs, or the new one does not")
	}
	if n := b.Count(t, "select count(*) from webhook_endpoints where sealed::text like '%whsec%' or sealed_before::text like '%whsec%'"); n != 0 {
		t.Error("a secret lies in the database as it is")
	}
}

func TestWhatDoesNotArriveComesAgainIsGivenUpAndCanBeSentAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.endpoint(b.all, "referral.accepted")
	admin := b.As("orgadmin")
	for name, test := range map[string]struct {
		answer func(int, http.ResponseWriter, *http.Request)
		fault  string
	}{
		"500": {func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "status"},
		"a redirect inside": {func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		}, "redirect"},
		"never":           {func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "too_slow"},
		"closes the line": {func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no_answer"},
	} {
		b.Do(t, "delete from webhook_deliveries")
		b.Do(t, "update webhook_endpoints set failures = 0, failing_since = null, retry_at = null")
		b.all.answers(test.answer)
		b.happens("referral.accepted", 1)
		if b.send() != 1 || b.send() != 0 {
			t.Errorf("%s: it is not left alone after it failed", name)
		}
		got, err := b.svc.Get(admin, w.ID)
		if err != nil || len(got.Messages) != 1 || got.Messages[0].Fault != test.fault || got.Messages[0].Status != "waiting" || got.Failures != 1 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	b.Do(t, "delete from webhook_deliveries")
	before := len(b.all.ids())
	b.all.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	b.happens("referral.accepted", 1)
	tries := 0
	for range 20 {
		b.passes(25 * time.Hour)
		b.Do(t, "update webhook_endpoints set failing_since = clock_timestamp()") // it is not switched off here
		tries += b.send()
	}
	ids := b.all.ids()[before:]
	if tries != 10 || len(ids) != 10 || strings.Count(strings.Join(ids, " "), ids[0]) != 10 {
		t.Errorf("tried %d times under %v, want ten times under one id", tries, ids)
	}
	got, _ := b.svc.Get(admin, w.ID)
	if got.Dead != 1 || got.Messages[0].Status != "dead" || got.Messages[0].Answer != 503 {
		t.Errorf("got %+v, want it given up", got)
	}
	b.all.answers(nil)
	b.passes(time.Hour)
	if _, err := b.svc.Replay(admin, w.ID, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	b.send()
	if got, _ := b.svc.Get(admin, w.ID); got.Dead != 0 || got.Waiting != 0 || got.Failures != 0 || got.DeliveredAt == nil || b.all.ids()[len(b.all.ids())-1] != ids[0] {
		t.Errorf("got %+v, want it arrived under the same id", got)
	}
	if _, err := b.svc.Replay(admin, w.ID, uuid.Nil); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("sending again what arrived: got %v, want a conflict", err)
	}
}

// TestAWorkerThatIsKilledHalfWayLosesNothingAndOneReceiverThatHangsHoldsUpNobody.
func TestAWorkerThatIsKilledHalfWayLosesNothingAndOneReceiverThatHangsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.svc = webhooks.New(b.DB, seal.New(), outward.New(outward.Options{Loopback: true, Patience: time.Minute}))
	hanging := listen(t)
	entered := make(chan struct{}, 64)
	hanging.answers(func(_ int, _ http.ResponseWriter, r *http.Request) { entered <- struct{}{}; <-r.Context().Done() })
	b.endpoint(hanging, "referral.accepted")
	b.happens("referral.accepted", 10)
	// Killed while the receiver is being waited for.
	ctx, kill := context.WithCancel(b.System())
	done := make(chan int)
	go func() { n, _ := b.svc.Send(ctx); done <- n }()
	for range 4 {
		<-entered
	}
	if n := b.send(); n != 0 {
		t.Errorf("a second worker took %d of a receiver that is being waited for, want none: four at once are all", n)
	}
	b.endpoint(b.all, "referral.accepted")
	b.happens("referral.accepted", 3)
	if n := b.send(); n != 3 || len(b.all.ids()) != 3 {
		t.Errorf("beside a receiver that hangs %d messages were sent and %d arrived, want 3", n, len(b.all.ids()))
	}
	kill()
	if n := <-done; n != 4 {
		t.Errorf("%d were under way, want 4", n)
	}
	if n := b.Count(t, "select count(*) from webhook_deliveries where status = 'waiting'"); n != 13 {
		t.Errorf("%d wait after the kill, want all 13 of the one that hangs", n)
	}
	hanging.answers(nil)
	for range 10 {
		b.passes(time.Minute)
		b.send()
	}
	times := map[string]int{}
	for _, id := range hanging.ids() {
		times[id]++
	}
	if left := b.Count(t, "select count(*) from webhook_deliveries where status <> 'delivered'"); left != 0 || len(times) != 13 {
		t.Errorf("%d are left and %d different messages arrived, want none and 13", left, len(times))
	}
	again := 0
	for _, n := range times {
		again += n - 1
	}
	if again != 4 {
		t.Errorf("%d came twice, want the four that were under way, under the ids they had", again)
	}
}

func TestAnEndpointThatFailsForDaysOrIsGoneIsSwitchedOffAndItsAdministratorsAreTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.endpoint(b.all, "referral.accepted")
	admin := b.As("orgadmin")
	b.all.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	b.happens("referral.accepted", 2)
	b.send()
	for range 2 {
		b.passes(25 * time.Hour)
		b.send()
	}
	if got, _ := b.svc.Get(admin, w.ID); got.OffAt != nil || got.Failures < 3 {
		t.Fatalf("after two days: got %+v, want it on and failing", got)
	}
	b.passes(25 * time.Hour)
	b.send()
	got, _ := b.svc.Get(admin, w.ID)
	if got.OffAt == nil || got.OffWhy != "failing" || got.Waiting != 2 {
		t.Errorf("after three days: got %+v, want it off and its messages kept", got)
	}
	told := "select count(*) from account_notices where kind = 'webhook_off' and user_id = $1"
	if n := b.Count(t, told, b.Person("orgadmin").ID); n != 1 {
		t.Errorf("the administrator was told %d times, want once", n)
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'webhook.switched_off' and subject_id = $1 and actor_org_id = $2", w.ID, b.Org(testkit.OrgVictims).ID); n != 1 {
		t.Errorf("the organisation's trail has it %d times, want once", n)
	}
	b.happens("referral.accepted", 1)
	b.passes(time.Hour)
	if n := b.send(); n != 0 || b.Count(t, "select count(*) from webhook_deliveries") != 2 {
		t.Errorf("while it is off %d were sent, or new ones are kept", n)
	}
	b.all.answers(nil)
	if _, err := b.svc.Switch(admin, w.ID, true); err != nil {
		t.Fatal(err)
	}
	if b.send(); b.Count(t, "select count(*) from webhook_deliveries where status = 'delivered'") != 2 {
		t.Error("switched on again, what waited did not arrive")
	}
	b.all.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	b.happens("referral.accepted", 1)
	b.send()
	if got, _ := b.svc.Get(admin, w.ID); got.OffWhy != "gone" {
		t.Errorf("answered that it is gone: got %+v, want it off at once", got)
	}
}

func TestAnAddressInsideIsRefusedWhenItIsWrittenAndWhenItIsDialled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	strict := webhooks.New(b.DB, seal.New(), outward.New(outward.Options{}))
	for _, address := range []string{"", "http://events.example.org/", "https://127.0.0.1/", "https://10.0.0.1/x", "https://[::ffff:169.254.169.254]/", "https://localhost/", "https://a:b@example.org/"} {
		_, err := strict.Make(b.As("orgadmin"), models.Webhook{URL: address, Topics: []string{"referral.accepted"}})
		if models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%q: got %v, want it refused", address, err)
		}
	}
	for _, topics := range [][]string{nil, {"case.logged"}, {"referral.accepted", "x"}} {
		if _, err := b.svc.Make(b.As("orgadmin"), models.Webhook{URL: b.all.URL, Topics: topics}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("topics %v: got %v, want them refused", topics, err)
		}
	}
	// One that was written before it led inside.
	keys := seal.New()
	lax := webhooks.New(b.DB, keys, outward.New(outward.Options{Loopback: true}))
	if _, err := lax.Make(b.As("orgadmin"), models.Webhook{URL: b.all.URL, Topics: []string{"referral.accepted"}}); err != nil {
		t.Fatal(err)
	}
	b.happens("referral.accepted", 1)
	if n, err := webhooks.New(b.DB, keys, outward.New(outward.Options{})).Send(b.System()); n != 1 || err != nil || len(b.all.ids()) != 0 {
		t.Errorf("got %d, %v, and %d reached it", n, err, len(b.all.ids()))
	}
	if n := b.Count(t, "select count(*) from webhook_deliveries where fault = 'refused_address'"); n != 1 {
		t.Error("what was refused is not told as that")
	}
	for _, who := range []string{"caseworker", "caseworker.manager", "privacy", "police.privacy", "admin"} {
		if _, err := b.svc.List(b.As(who)); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want forbidden", who, err)
		}
	}
}

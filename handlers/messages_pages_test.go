package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestAMessageIsAskedForOnPagesAndNoPageShowsWhereItGoes asks by a way that is
// safe and by one that is not, sends, sees to what did not arrive, and reads the
// outbox and the operator's counts.
func TestAMessageIsAskedForOnPagesAndNoPageShowsWhereItGoes(t *testing.T) {
	t.Parallel()
	s := open(t)
	id, text, _ := setting{s, t}.told()
	var ref string
	if err := s.Owner.QueryRow(t.Context(), "select reference from cases where id = $1", id).Scan(&ref); err != nil {
		t.Fatal(err)
	}
	path := "/cases/" + ref + "/messages"
	police := s.as(t, "police")
	shows := func(page string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("the page does not show %q", w)
			}
		}
		for _, w := range []string{"07700", "Quillfeather", "Zephyrine"} {
			if strings.Contains(page, w) {
				t.Errorf("the page shows %q", w)
			}
		}
	}
	shows(police.see("/today", http.StatusOK), "Find another safe way: a message did not arrive", path)
	shows(police.see(path, http.StatusOK), "There is no such number or address", "I have seen to it")
	var failed uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select id from messages").Scan(&failed); err != nil {
		t.Fatal(err)
	}
	police.send(path+"/seen", url.Values{"message": {failed.String()}}, http.StatusSeeOther)
	if page := police.see("/today", http.StatusOK); strings.Contains(page, "did not arrive") {
		t.Error("it is on the worklist still")
	}
	if _, page := police.send(path+"/seen", url.Values{"message": {failed.String()}}, http.StatusConflict); !strings.Contains(page, "somebody has seen to it") {
		t.Error("it is seen to twice")
	}
	shows(police.see(path+"/new", http.StatusOK), "Text", "You have something to look at in Throughline.")
	if _, page := police.send(path+"/new", url.Values{"channel_id": {"x"}}, http.StatusUnprocessableEntity); !strings.Contains(page, "Select one of the ways") {
		t.Error("a way that is none is not refused")
	}
	police.send(path+"/new", url.Values{"channel_id": {text.String()}}, http.StatusSeeOther)
	if _, page := police.send(path+"/new", url.Values{"channel_id": {text.String()}}, http.StatusConflict); !strings.Contains(page, "on its way to them already") {
		t.Error("two are on their way at once")
	}
	if n, err := s.deps.Messages.Send(s.System()); n != 1 || err != nil {
		t.Errorf("sent %d, %v", n, err)
	}
	s.Do(t, "update contact_channels set safe = 'no' where id = $1", text)
	shows(police.see(path+"/new", http.StatusOK), "not marked safe", "None is safe now")
	if _, page := police.send(path+"/new", url.Values{"channel_id": {text.String()}}, http.StatusUnprocessableEntity); !strings.Contains(page, "not marked safe") {
		t.Error("a way that is not safe is not refused")
	}
	shows(s.as(t, "police.manager").see("/messages", http.StatusOK), ref, "Sent", "Refused: nothing was sent", "This way is not marked safe")
	counts := s.as(t, "admin").see("/operator/messages", http.StatusOK)
	if shows(counts, "Refused: nothing was sent", "Sent"); strings.Contains(counts, ref) {
		t.Error("the operator sees a case")
	}
	s.as(t, "vawg").see(path, http.StatusNotFound)
}

// TestAReceiptIsTakenFromWhoeverHasTheTokenAndNobodyElse sends receipts as GOV.UK
// Notify does.
func TestAReceiptIsTakenFromWhoeverHasTheTokenAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, text, _ := setting{s, t}.told()
	var id uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), `insert into messages (id, case_id, channel_id, channel, org_id, by_user_id, at, state, tries, next_at, claimed_at, sent_at)
		select gen_random_uuid(), case_id, channel_id, channel, org_id, by_user_id, at, 'sent', 1, at, at, at from messages where channel_id = $1 returning id`, text).Scan(&id); err != nil {
		t.Fatal(err)
	}
	receipt := doc("id", uuid.New(), "reference", id, "to", "07700 900123", "status", "permanent-failure", "notification_type", "sms")
	post := func(token, body string, want int) {
		t.Helper()
		w := s.do(t, call{method: http.MethodPost, path: "/notify/receipts", body: body, headers: header{"Authorization": token, "Content-Type": "application/json"}})
		if w.Code != want {
			t.Errorf("%.20s: got %d, want %d", body, w.Code, want)
		}
		if strings.Contains(w.Body.String(), "07700") {
			t.Error("the answer repeats what was sent")
		}
	}
	state := func(want string) {
		t.Helper()
		if n := s.Count(t, "select count(*) from messages where id = $1 and state = $2", id, want); n != 1 {
			t.Errorf("the message is not %s", want)
		}
	}
	for _, token := range []string{"", "Bearer", "Bearer ", "Bearer x", receiptToken, "Basic " + receiptToken} {
		post(token, receipt, http.StatusNotFound)
	}
	state("sent")
	good := "Bearer " + receiptToken
	post(good, "{", http.StatusBadRequest)
	post(good, "{}", http.StatusBadRequest)
	post(good, doc("reference", id, "status", strings.Repeat("x", 20<<10)), http.StatusRequestEntityTooLarge)
	post(good, doc("reference", "x", "status", "delivered"), http.StatusNoContent)
	state("sent")
	post(good, receipt, http.StatusNoContent)
	post(good, receipt, http.StatusNoContent)
	state("failed")
	if page := s.as(t, "police").see("/today", http.StatusOK); !strings.Contains(page, "Find another safe way: a message did not arrive") {
		t.Error("a wrong number is nobody's task")
	}
	for _, line := range strings.Split(s.log.String(), "\n") {
		if strings.Contains(line, "07700") || strings.Contains(line, receiptToken) {
			t.Errorf("the log holds it: %s", line)
		}
	}
}

package messages_test

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/messages"
)

func TestOneSentenceGoesToASafeWayAndNothingElseStandsInIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.ask()
	s.refused(models.CodeConflict) // one is on its way
	s.send(1)
	s.send(0)
	s.state("sent")
	s.mails(1)
	raw := s.mail.all()[0]
	_, text, _ := strings.Cut(raw, "\n")
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range m.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "Auto-Submitted Content-Transfer-Encoding Content-Type Date From Message-Id Mime-Version Subject To" {
		t.Errorf("the mail has headers %s", got)
	}
	if got := m.Header.Get("Subject"); got != string(models.WordingLook) {
		t.Errorf("the subject is %q", got)
	}
	if got := m.Header.Get("To"); got != "<"+address+">" || s.mail.to[0] != address {
		t.Errorf("it goes to %q, and %q", got, s.mail.to[0])
	}
	if !strings.HasSuffix(strings.TrimSpace(text), "\r\n\r\n"+string(models.WordingLook)) {
		t.Errorf("it says %q", text)
	}
	for _, word := range []string{"Zephyrine", "Quillfeather", "marigold", s.c.Reference, s.c.ID.String(), "Met Police", "Hackney", "kingfisher", "domestic", s.status.Languages()[0].Say("title")} {
		if strings.Contains(strings.ToLower(raw), strings.ToLower(word)) {
			t.Errorf("the mail holds %q", word)
		}
	}
	// To which address stands nowhere but in the record.
	if n := s.Count(t, "select count(*) from messages m where m::text ilike '%canary%'") + s.Count(t, "select count(*) from audit_events a where a::text ilike '%canary%'"); n != 0 {
		t.Error("the address stands in the outbox or in the trail")
	}
	for act, want := range map[string]int{"message.asked": 1, "message.in_hand": 1, "message.sent": 1} {
		if n := s.Count(t, "select count(*) from audit_events where action = $1 and case_id = $2", act, s.c.ID); n != want {
			t.Errorf("%s is recorded %d times", act, n)
		}
	}
}

func TestWhatTheGateDoesNotOpenIsRefusedAndRecordedAndNothingIsSent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	with := func(set string) func() {
		return func() {
			s.Do(t, "update contact_channels set "+set+" where id = $1", s.email)
		}
	}
	n := 0
	for _, test := range []struct {
		why   string
		shut  func()
		undo  string
		clear bool
	}{
		{"not_safe", with("safe = 'no'"), "safe = 'yes'", false},
		{"unknown", with("safe = 'unknown'"), "safe = 'yes'", false},
		{"stale", with("confirmed_on = confirmed_on - 60"), "confirmed_on = confirmed_on + 60", false},
		{"outside_window", with(`windows = '[{"day":"mon","from":"03:00","to":"03:01"}]'`), "windows = '[]'", false},
		{"not_theirs", with("person = 'parent'"), "person = 'victim'", false},
		{"stopped", func() {
			police := s.Actor("police")
			s.Do(t, "insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id) values ($1, $2, $3, 'other_adult', $4, $5, $6)", models.NewID(), s.email, s.c.ID, s.Clock.Now(), police.OrgID, police.UserID)
		}, "version = version", true},
	} {
		test.shut()
		s.refused(models.CodeInvalid)
		s.state("refused " + test.why)
		n++
		with(test.undo)()
		if test.clear {
			s.Do(t, "update contact_stops set cleared_at = at, cleared_by = by_user_id")
		}
	}
	if got := s.Count(t, "select count(*) from audit_events where action = 'message.refused' and refused and case_id = $1", s.c.ID); got != n {
		t.Errorf("%d refusals are recorded, want %d", got, n)
	}
	// What is no way at all is not even one that was refused.
	for _, id := range []uuid.UUID{s.c.Phone, s.c.Text, models.NewID(), uuid.Nil} {
		if _, err := s.s.Ask(s.As("police"), s.c.ID, id); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want invalid", id, err)
		}
	}
	if _, err := s.s.Ask(s.As("refuge"), s.c.ID, s.email); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("a stranger: got %v", err)
	}
	if _, err := s.s.Ask(s.As("commissioner"), s.c.ID, s.email); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("the office: got %v", err)
	}
	if _, err := s.status.Freeze(s.As("police"), s.c.ID); err != nil {
		t.Fatal(err)
	}
	s.refused(models.CodeConflict) // there is nothing to look at
	s.send(0)
	s.mails(0)
	if got := s.Count(t, "select count(*) from messages"); got != n {
		t.Errorf("the outbox holds %d, want the %d that were refused", got, n)
	}
}

func TestTheGateIsAskedAgainWhenAMessageLeaves(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, test := range []struct{ set, undo, state string }{
		{"contact_channels set safe = 'no' where id = $1", "contact_channels set safe = 'yes' where id = $1", "refused not_safe"},
		{"contact_channels set person = 'parent' where id = $1", "contact_channels set person = 'victim' where id = $1", "refused not_theirs"},
		{"status_doors set frozen_at = now(), frozen_by = given_by where $1::uuid is not null", "status_doors set frozen_at = null, frozen_by = null where $1::uuid is not null", "refused no_page"},
		{"cases set sealed = true where $1::uuid is not null", "cases set sealed = false where $1::uuid is not null", "refused no_page"},
	} {
		s.ask()
		s.Do(t, "update "+test.set, s.email)
		s.send(0)
		s.Do(t, "update "+test.undo, s.email)
		s.state(test.state)
	}
	// Outside the safe times it waits for the next of them: noon tomorrow.
	s.ask()
	at := s.Clock.Now().In(models.London())
	tomorrow := time.Date(at.Year(), at.Month(), at.Day()+1, 12, 0, 0, 0, models.London())
	day := strings.ToLower(tomorrow.Weekday().String()[:3])
	s.Do(t, "update contact_channels set windows = jsonb_build_array(jsonb_build_object('day', $2::text, 'from', '12:00', 'to', '13:00')) where id = $1", s.email, day)
	s.send(0)
	s.state("waiting")
	s.Clock.Advance(tomorrow.Sub(at) - time.Minute)
	s.send(0)
	s.Clock.Advance(2 * time.Minute)
	s.send(1)
	s.state("sent")
	s.mails(1)
}

// TestNothingIsSentTwice has four workers send at once, cuts one off while the
// server has the text and has not answered, and leaves one dead with a message in
// hand.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const many = 8
	for range many {
		s.c = s.aCase()
		s.ask()
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range 4 {
		wait.Go(func() {
			n, err := s.service(s.carrier(s.mail.url)).Send(s.System())
			mu.Lock()
			defer mu.Unlock()
			total += n
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if total != many {
		t.Errorf("%d were sent, want %d", total, many)
	}
	s.mails(many)
	// Cut off: nobody knows, and nobody tries again.
	s.mail.silent = make(chan struct{})
	s.post.Patience(soon)
	s.ask()
	s.send(0)
	close(s.mail.silent)
	s.state("unsure cut_off")
	s.mails(many + 1)
	s.Clock.Advance(time.Hour)
	s.send(0)
	s.mails(many + 1)
	// Dead: it is left in hand, and nobody takes it up but to say so.
	s.c = s.aCase()
	s.ask()
	s.Do(t, "update messages set state = 'sending', claimed_at = $2, tries = 1 where case_id = $1", s.c.ID, s.Clock.Now())
	s.send(0)
	s.state("sending")
	s.Clock.Advance(11 * time.Minute)
	s.send(0)
	s.state("unsure cut_off")
	s.send(0)
	s.mails(many + 1)
	ids := map[string]bool{}
	for _, m := range s.mail.all() {
		_, id, _ := strings.Cut(m, "Message-ID: ")
		id, _, _ = strings.Cut(id, "\r\n")
		if id == "" || ids[id] {
			t.Errorf("the id %q is missing or not its own", id)
		}
		ids[id] = true
	}
}

func TestAMailServerThatIsDownOrSaysNothingHoldsNothingUp(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	down, calls := hole(t, true)
	s.s = s.service(s.carrier(down))
	s.ask()
	s.c = s.aCase()
	s.ask() // the server fails at one, and is not asked about the other
	s.send(0)
	s.state("waiting")
	for range 3 { // it is left alone
		s.send(0)
	}
	if n := calls(); n != 1 {
		t.Errorf("it was called %d times, want once", n)
	}
	s.Clock.Advance(31 * time.Second)
	s.send(0)
	if n := calls(); n != 2 {
		t.Errorf("after half a minute it was called %d times, want twice", n)
	}
	s.Clock.Advance(31 * time.Second) // and longer each time
	s.send(0)
	if n := calls(); n != 2 {
		t.Errorf("it was called %d times, want twice", n)
	}
	// It comes back: what waited goes, once.
	s.s = s.service(s.post)
	s.Clock.Advance(time.Hour)
	s.send(2)
	s.mails(2)
	// It says nothing: while somebody waits for it, no connection to the database is
	// held, and everything else is answered.
	dark, heard := hole(t, false)
	slow := s.carrier(dark)
	slow.Patience(2 * time.Second)
	s.ask()
	stuck := make(chan error, 1)
	go func() {
		_, err := s.service(slow).Send(s.System())
		stuck <- err
	}()
	for heard() == 0 {
		<-time.After(5 * time.Millisecond)
	}
	if n := s.DB.Pool().Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are held while it waits", n)
	}
	if _, err := s.s.OfCase(s.As("police"), s.c.ID); err != nil {
		t.Error(err)
	}
	select {
	case err := <-stuck:
		t.Fatal("it did not wait:", err)
	default:
	}
	if err := <-stuck; err != nil {
		t.Error(err)
	}
	s.state("waiting")
	// For a day, and no longer.
	s.s = s.service(s.carrier(down))
	s.Clock.Advance(25 * time.Hour)
	s.send(0)
	s.state("failed gave_up")
	s.mails(2)
}

func TestAnAddressThatThereIsNotIsATaskForWhoeverHoldsTheCase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mail.no = 451 // later, perhaps
	s.ask()
	s.send(0)
	s.state("waiting")
	s.mail.no = 550
	s.Clock.Advance(time.Hour)
	s.send(0)
	s.state("failed wrong_number")
	of, err := s.s.OfCase(s.As("police"), s.c.ID)
	if err != nil || !of.Messages[0].Unseen() {
		t.Fatalf("got %+v, %v, want one to see to", of, err)
	}
	id := of.Messages[0].ID
	if _, err := s.s.See(s.As("refuge"), s.c.ID, id); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("a stranger: got %v", err)
	}
	if _, err := s.s.See(s.As("police"), s.c.ID, models.NewID()); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("another message: got %v", err)
	}
	if of, err = s.s.See(s.As("police"), s.c.ID, id); err != nil || of.Messages[0].Unseen() {
		t.Errorf("got %+v, %v, want it seen to", of, err)
	}
	if _, err := s.s.See(s.As("police"), s.c.ID, id); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("again: got %v", err)
	}
	// What was sent stays as it was, whoever asks.
	err = s.DB.Write(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "update messages set state = 'waiting', why = null, done_at = null where id = ?", id)
		return err
	})
	if err == nil {
		t.Error("somebody of the staff had it sent again")
	}
	s.state("failed wrong_number")
}

func TestAnOutboxIsForManagersAndTheOperatorLearnsNumbers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.ask()
	s.send(1)
	first := s.c
	s.c = s.aCase()
	s.ask()
	page := func(who, cursor string, limit int) messages.Page {
		t.Helper()
		p, err := s.s.Outbox(s.As(who), cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	one := page("police.manager", "", 1)
	if len(one.Items) != 1 || one.Items[0].CaseReference != s.c.Reference || one.Items[0].By == "" || one.Next == "" {
		t.Fatalf("got %+v, want the latest", one)
	}
	if two := page("police.manager", one.Next, 1); len(two.Items) != 1 || two.Items[0].CaseReference != first.Reference || two.Next != "" {
		t.Errorf("got %+v, want the first", two)
	}
	if others := page("vawg.manager", "", 0); len(others.Items) != 0 {
		t.Errorf("another organisation sees %+v", others)
	}
	s.Do(t, "update cases set restricted_to = array[logged_by] where id = $1", first.ID)
	if left := page("police.manager", "", 0); len(left.Items) != 1 {
		t.Errorf("got %d, want nothing of a case that is closed to them", len(left.Items))
	}
	for _, who := range []string{"police", "commissioner", "admin", "privacy"} {
		if _, err := s.s.Outbox(s.As(who), "", 0); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want forbidden", who, err)
		}
	}
	counts, err := s.s.Counts(s.As("admin"))
	if err != nil || len(counts) != 2 || counts[0].OrgID != s.c.OrgID || counts[0].N != 1 {
		t.Errorf("got %+v, %v, want one sent and one that waits", counts, err)
	}
	if _, err := s.s.Counts(s.As("police.manager")); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a manager: got %v", err)
	}
	// The way to an address is a job's alone.
	for who, ctx := range map[string]context.Context{"police": s.As("police"), "admin": s.As("admin")} {
		var rows []struct{ CaseID uuid.UUID }
		err := s.DB.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) error {
			return tx.Scan(ctx, &rows, "select case_id from app_message_claim((select id from messages where state = 'waiting' limit 1), ?)", tx.Now)
		})
		if err != nil || len(rows) != 0 {
			t.Errorf("%s takes %v, %v", who, rows, err)
		}
	}
}

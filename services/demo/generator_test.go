package demo

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/cases"
)

// generated makes cases without a database.
func generated(t testing.TB, n int, seed int64) (*generator, []*kase) {
	t.Helper()
	end, err := ParseUntil("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGenerator(seed, end.AddDate(-years, 0, 0), end, newWorld(n/years))
	if err != nil {
		t.Fatal(err)
	}
	out := append(g.stories(), g.liveWork()...)
	for i, at := range g.schedule(n - len(out)) {
		out = append(out, g.makeCase(i, at))
	}
	for _, k := range out {
		for _, r := range k.referrals {
			r.settle(g.until)
		}
	}
	return g, out
}

// asStored is a referral as the checker reads it.
func (r *referral) asStored() *walk {
	w := &walk{Referral: r.Referral, overLimit: r.overLimit, limits: r.svc.Service, attempts: map[uuid.UUID]models.ContactAttempt{}}
	for _, h := range r.history {
		s := walkStep{version: h.version, action: h.action, from: h.from, to: h.to, at: h.at, inBefore: h.inBefore, reason: h.reason}
		_ = json.Unmarshal([]byte(object(h.detail)), &s.detail) // it was written by us
		w.steps = append(w.steps, s)
	}
	for _, c := range r.clocks {
		w.clocks = append(w.clocks, *c)
	}
	for _, a := range r.attempts {
		w.attempts[a.ID] = a
	}
	return w
}

func TestEveryReferralWalksByTheTableAndEveryClockFollows(t *testing.T) {
	t.Parallel()
	g, list := generated(t, 5000, 11)
	walked := map[models.Action]int{}
	for _, k := range list {
		for _, r := range k.referrals {
			if f := r.asStored().faults(g.until); len(f) > 0 {
				t.Errorf("%s: %s\n%s", r.Reference, strings.Join(f, "; "), r.story())
			}
			for _, h := range r.history {
				walked[h.action]++
			}
		}
	}
	for _, a := range []models.Action{
		models.ActSubmit, models.ActAcknowledge, models.ActRequestInfo, models.ActAnswerInfo, models.ActAccept, models.ActWaitlist, models.ActDecline,
		models.ActRecordContact, models.ActHold, models.ActResume, models.ActComplete, models.ActEndEarly, models.ActNotEngaged, models.ActWithdraw,
		models.ActAcknowledgeWithdrawal, models.ActReroute, models.ActUndoAccept, models.ActReopen, models.ActVoid, models.ActLapse,
	} {
		if walked[a] == 0 {
			t.Errorf("nobody does %s", a)
		}
	}
}

// story tells what happened to a referral, for a test that failed.
func (r *referral) story() string {
	var b strings.Builder
	for _, h := range r.history {
		b.WriteString(h.at.Format(time.RFC3339) + " " + string(h.action) + " " + string(h.from) + " -> " + string(h.to) + "\n")
	}
	for _, c := range r.clocks {
		b.WriteString(string(c.Rule) + " " + string(c.State) + " from " + c.StartedAt.Format(time.RFC3339) + "\n")
	}
	return b.String()
}

func TestEveryCaseIsOneThatCouldHaveBeenLogged(t *testing.T) {
	t.Parallel()
	_, list := generated(t, 1500, 12)
	isPhone := func(v string) bool { _, ok := cases.PhoneKey(v); return ok }
	for _, k := range list {
		today := models.Today(k.LoggedAt)
		var contact models.SafeContact
		contact.CodeWord = k.codeWord
		for _, c := range k.channels {
			p := models.ContactPoint{ContactChannel: c.asOf(k.LoggedAt), Value: c.value, Note: c.note}
			contact.Channels = append(contact.Channels, p)
		}
		faults := slices.Concat(
			k.Case.Check(), k.victim.Check(today, models.AuthorityCode), models.CheckIncidents(k.incidents, today, models.AuthorityCode),
			models.CheckRelatedPeople(k.people), models.CheckBornBefore(k.victim.DateOfBirth, k.incidents), contact.Check(today, k.people, isPhone),
		)
		for _, d := range k.decisions {
			faults = append(faults, d.Check(models.Today(d.RecordedAt))...)
		}
		for _, r := range k.referrals {
			faults = append(faults, models.CheckAnswers(r.Pathway, r.PathwayVersion, r.Answers)...)
			if r.SubmittedAt != nil && !k.eligible(r.svc, *r.SubmittedAt) {
				t.Errorf("%s was sent to %s, which cannot take the case", r.Reference, r.svc.Name)
			}
		}
		if len(faults) > 0 {
			t.Errorf("%s (%s, %d years): %v", k.Reference, k.class.key, k.age, faults)
		}
	}
}

func TestReferencesAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	kept := map[string]bool{}
	for _, ref := range storyReferences() {
		kept[ref] = true
	}
	n := newNumbering(1, models.CaseReference, kept)
	seen := map[string]bool{}
	for range 100000 {
		ref := n.take()
		if seen[ref] || kept[ref] {
			t.Fatalf("%s was given twice", ref)
		}
		seen[ref] = true
	}
	for ref := range seen {
		if got, err := models.ParseReference(ref); err != nil || got != ref {
			t.Fatalf("%s is no reference: %v", ref, err)
		}
		break
	}
}

func TestADealerKeepsSharesFromTheFirstHundred(t *testing.T) {
	t.Parallel()
	d := newDealer(newSource(3, "deal"), share[string]{"a", 60}, share[string]{"b", 30}, share[string]{"c", 9.5}, share[string]{"d", 0.5}, share[string]{"never", 0})
	got := map[string]int{}
	for i := 1; i <= 2000; i++ {
		got[d.deal()]++
		for item, part := range map[string]float64{"a": 0.6, "b": 0.3, "c": 0.095, "d": 0.005} {
			if off := float64(got[item]) - part*float64(i); off > 3 || off < -3 {
				t.Fatalf("after %d: %s was dealt %d times, want about %.1f", i, item, got[item], part*float64(i))
			}
		}
	}
	if got["never"] != 0 {
		t.Errorf("got %d of what has no share", got["never"])
	}
	if i := d.dealAmong(func(s string) bool { return s == "never" }); i != -1 {
		t.Errorf("got %d where nothing is allowed, want -1", i)
	}
}

func TestOfficesAreClosedAtNightAtWeekendsAndOnHolidays(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, models.London())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	o := newOffice(models.MustCalendar(), day("2026-03-01 00:00"), day("2027-02-01 00:00"))
	for _, test := range []struct {
		from  string
		after time.Duration
		want  string
	}{
		{"2026-04-02 16:00", 30 * time.Minute, "2026-04-02 16:30"},
		{"2026-04-02 16:00", 2 * time.Hour, "2026-04-07 10:00"},   // Easter lies between
		{"2026-04-04 12:00", time.Hour, "2026-04-07 10:00"},       // a Saturday
		{"2026-03-27 16:30", 8*time.Hour + 0, "2026-03-30 16:30"}, // the clocks go forward
		{"2026-12-24 20:00", time.Minute, "2026-12-29 09:01"},
		{"2026-06-01 03:00", 0, "2026-06-01 09:00"},
	} {
		if got := o.after(day(test.from), test.after); !got.Equal(day(test.want)) {
			t.Errorf("%s after %s: got %s, want %s", test.after, test.from, got.In(models.London()).Format("2006-01-02 15:04"), test.want)
		}
	}
	if got := o.after(day("2027-01-29 16:00"), 20*time.Hour); !got.Equal(never()) {
		t.Errorf("got %s past the end, want never", got)
	}
	if got := o.before(day("2026-04-07 11:00"), 1, 30*time.Minute); !got.Equal(day("2026-04-02 09:30")) {
		t.Errorf("got %s a working day before Easter Tuesday, want Maundy Thursday", got)
	}
}

func TestEveryLineOfTheCountsHasAKindOfCase(t *testing.T) {
	t.Parallel()
	d := counts(t)
	known := map[string]bool{"other": true, "hurt": true}
	for _, c := range classes() {
		known[c.key] = true
		for _, types := range c.types {
			for _, key := range types {
				if !models.HasChoice(models.Offences(), key) {
					t.Errorf("%s: %s is no kind of crime the product knows", c.key, key)
				}
			}
		}
	}
	for m, by := range d.classes {
		for line := range by {
			if group, offence := splitLine(line); !known[classKey(group, offence)] {
				t.Errorf("%s in %s has no kind of case", line, m.begin().Format("2006-01"))
			}
		}
	}
	for _, s := range append(otherShares(d.recorded), hurtShares()...) {
		if !known[s.item] || s.weight <= 0 {
			t.Errorf("%s has no kind of case, or no counts", s.item)
		}
	}
}

func TestMonthsWithoutCountsTakeThoseOfTheYearBefore(t *testing.T) {
	t.Parallel()
	d := counts(t)
	month := func(s string) month {
		at, err := time.ParseInLocation("2006-01", s, models.London())
		if err != nil {
			t.Fatal(err)
		}
		return monthOf(at)
	}
	for asked, want := range map[string]string{"2026-02": "2026-02", "2026-03": "2025-03", "2027-12": "2025-12", "2022-06": "2023-06", "2024-02": "2024-02"} {
		if got := d.known(month(asked)); got != month(want) {
			t.Errorf("%s: got %s, want %s", asked, got.begin().Format("2006-01"), want)
		}
	}
}

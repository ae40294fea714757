package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"throughline/models"
)

// Today is Thursday 16 April 2026, 9.40am, as in the drawings.
func safePhone(t testing.TB, windows ...models.Window) models.ContactChannel {
	t.Helper()
	on := time.Date(2026, 4, 14, 0, 0, 0, 0, time.UTC) // a date as the database gives it
	return models.ContactChannel{Kind: models.ChannelPhone, Person: models.PersonVictim, Safe: models.SafeYes, ConfirmedOn: &on, Windows: windows}
}

func tueThu() []models.Window {
	return []models.Window{{Day: "tue", From: "10:00", To: "12:00"}, {Day: "thu", From: "10:00", To: "12:00"}}
}

func TestTheGateOpensOnlyForASafeFreshAnswerInsideItsTimes(t *testing.T) {
	t.Parallel()
	at := func(s string) *time.Time { d := london(t, s); return &d }
	for _, tc := range []struct {
		why    string
		change func(*models.ContactChannel)
		when   string
		want   models.GateCode
	}{
		{"inside its time", func(*models.ContactChannel) {}, "2026-04-16 10:00", models.GateOpen},
		{"a minute before its end", func(*models.ContactChannel) {}, "2026-04-16 11:59:59", models.GateOpen},
		{"at its end", func(*models.ContactChannel) {}, "2026-04-16 12:00", models.GateOutside},
		{"a minute early", func(*models.ContactChannel) {}, "2026-04-16 09:59:59", models.GateOutside},
		{"on another day", func(*models.ContactChannel) {}, "2026-04-17 10:30", models.GateOutside},
		{"no windows: at any time", func(c *models.ContactChannel) { c.Windows = nil }, "2026-04-17 03:00", models.GateOpen},
		{"a window that makes no sense opens nothing", func(c *models.ContactChannel) { c.Windows = []models.Window{{Day: "thu", From: "23:00", To: "11:00"}} }, "2026-04-16 10:30", models.GateOutside},
		{"not asked", func(c *models.ContactChannel) { c.Safe = models.SafeUnknown }, "2026-04-16 10:30", models.GateUnknown},
		{"nothing recorded", func(c *models.ContactChannel) { c.Safe = "" }, "2026-04-16 10:30", models.GateUnknown},
		{"a word nobody knows", func(c *models.ContactChannel) { c.Safe = "YES" }, "2026-04-16 10:30", models.GateUnknown},
		{"not safe", func(c *models.ContactChannel) { c.Safe = models.SafeNo }, "2026-04-16 10:30", models.GateNotSafe},
		{"never confirmed", func(c *models.ContactChannel) { c.ConfirmedOn = nil }, "2026-04-16 10:30", models.GateStale},
		{"the thirtieth day", func(c *models.ContactChannel) { c.Windows = nil }, "2026-05-14 23:59", models.GateOpen},
		{"the day after", func(c *models.ContactChannel) { c.Windows = nil }, "2026-05-15 00:00", models.GateStale},
		{"before it was confirmed", func(c *models.ContactChannel) { c.Windows = nil }, "2026-04-13 23:59", models.GateStale},
		{"after a bail change", func(c *models.ContactChannel) { c.StaleAt = at("2026-04-16 10:15") }, "2026-04-16 10:30", models.GateStale},
		{"before the bail change", func(c *models.ContactChannel) { c.StaleAt = at("2026-04-16 10:15") }, "2026-04-16 10:10", models.GateOpen},
		{"after someone else answered", func(c *models.ContactChannel) { c.StoppedAt = at("2026-04-16 10:15") }, "2026-04-16 10:15", models.GateStopped},
		{"stopped outside its times", func(c *models.ContactChannel) { c.StoppedAt = at("2026-04-16 10:15") }, "2026-04-16 20:00", models.GateStopped},
	} {
		c := safePhone(t, tueThu()...)
		tc.change(&c)
		g := c.GateAt(london(t, tc.when), models.StaleAfterDays)
		allowed, why := c.AllowedAt(london(t, tc.when), models.StaleAfterDays)
		if g.Code != tc.want || allowed != (tc.want == models.GateOpen) || (why == "") != allowed {
			t.Errorf("%s: got %s, %v, %q, want %s", tc.why, g.Code, allowed, why, tc.want)
		}
	}
}

func TestAContactOnAChannelThatIsNotSafeIsAnIncidentAndALateOneIsNot(t *testing.T) {
	t.Parallel()
	for code, want := range map[models.GateCode]bool{
		models.GateOpen: false, models.GateOutside: false, models.GateNone: true, models.GateUnknown: true,
		models.GateNotSafe: true, models.GateStopped: true, models.GateStale: true,
	} {
		if got := (models.Gate{Code: code}).Incident(); got != want {
			t.Errorf("%s: got %v, want %v", code, got, want)
		}
	}
}

func TestAKindOfContactIsOpenWhereOneOfItsChannelsIs(t *testing.T) {
	t.Parallel()
	now := london(t, "2026-04-16 10:30")
	landline := safePhone(t)
	landline.Safe = models.SafeNo
	mobile := safePhone(t, tueThu()...)
	if g := models.GateFor([]models.ContactChannel{landline, mobile}, models.ChannelPhone, now, 30); !g.Open() || cmp.Diff(g.Channel.Windows, mobile.Windows) != "" {
		t.Errorf("got %+v, want open by the mobile", g)
	}
	if g := models.GateFor([]models.ContactChannel{landline, mobile}, models.ChannelPhone, london(t, "2026-04-16 13:00"), 30); g.Code != models.GateOutside {
		t.Errorf("got %s, want the answer closest to open", g.Code)
	}
	for _, channels := range [][]models.ContactChannel{nil, {mobile}} {
		if g := models.GateFor(channels, models.ChannelText, now, 30); g.Code != models.GateNone || g.Open() || g.Why == "" {
			t.Errorf("got %+v, want nothing recorded for text", g)
		}
	}
}

func TestAnswersAreReadAsSystemsSendThem(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   any
		want models.Safety
		ok   bool
	}{
		{"yes", models.SafeYes, true},
		{true, models.SafeYes, true},
		{"no", models.SafeNo, true},
		{false, models.SafeNo, true},
		{"unknown", models.SafeUnknown, true},
		{nil, models.SafeUnknown, true},
		{"Yes", models.SafeUnknown, false},
		{1.0, models.SafeUnknown, false},
		{[]any{"yes"}, models.SafeUnknown, false},
	} {
		if got, ok := models.ReadSafety(tc.in); got != tc.want || ok != tc.ok {
			t.Errorf("%v: got %s, %v, want %s, %v", tc.in, got, ok, tc.want, tc.ok)
		}
	}
}

func TestTimesThatMakeNoSenseAreRefusedByName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		w    models.Window
		want string
	}{
		{models.Window{Day: "mon", From: "09:00", To: "17:30"}, ""},
		{models.Window{Day: "sun", From: "00:00", To: "24:00"}, ""},
		{models.Window{Day: "Monday", From: "09:00", To: "17:00"}, "w[0].day"},
		{models.Window{Day: "", From: "09:00", To: "17:00"}, "w[0].day"},
		{models.Window{Day: "mon", From: "9:00", To: "17:00"}, "w[0].from"},
		{models.Window{Day: "mon", From: "24:00", To: "24:00"}, "w[0].from"},
		{models.Window{Day: "mon", From: "09:60", To: "17:00"}, "w[0].from"},
		{models.Window{Day: "mon", From: "09:00", To: "24:01"}, "w[0].to"},
		{models.Window{Day: "mon", From: "09:00", To: "25:00"}, "w[0].to"},
		{models.Window{Day: "mon", From: "09:00", To: "+9:00"}, "w[0].to"},
		{models.Window{Day: "mon", From: "09:00", To: ""}, "w[0].to"},
		{models.Window{Day: "mon", From: "09:00", To: "09:00"}, "w[0].to"},
		{models.Window{Day: "mon", From: "22:00", To: "02:00"}, "w[0].to"},
	} {
		got := models.CheckWindows("w", []models.Window{tc.w})
		if tc.want == "" && got != nil || tc.want != "" && (len(got) == 0 || got[0].Field != tc.want) {
			t.Errorf("%+v: got %v, want a fault in %q", tc.w, got, tc.want)
		}
	}
	over := models.CheckWindows("w", []models.Window{{Day: "mon", From: "22:00", To: "02:00"}})
	if len(over) != 1 || !strings.Contains(over[0].Message, "midnight") {
		t.Errorf("got %v, want a way to write a time over midnight", over)
	}
	if got := models.CheckWindows("w", make([]models.Window, 51)); len(got) != 1 || got[0].Field != "w" {
		t.Errorf("got %v, want one fault for too many", got)
	}
}

func TestSafeTimesReadAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	on := func(days, from, to string) []models.Window {
		var out []models.Window
		for _, d := range strings.Fields(days) {
			out = append(out, models.Window{Day: d, From: from, To: to})
		}
		return out
	}
	const all = "mon tue wed thu fri sat sun"
	for want, windows := range map[string][]models.Window{
		"At any time":                                 nil,
		"Tuesday and Thursday, 10am to 12pm":          tueThu(),
		"Weekdays, 9am to 3pm":                        on("mon tue wed thu fri", "09:00", "15:00"),
		"Weekends, 9.30am to midnight":                on("sat sun", "09:30", "23:59"),
		"Every day, midnight to 8am":                  on(all, "00:00", "08:00"),
		"Monday, at any time":                         on("mon", "00:00", "24:00"),
		"Monday, 10am to 12pm; Wednesday, 4pm to 5pm": append(on("wed", "16:00", "17:00"), on("mon", "10:00", "12:00")...),
		"Friday, 9am to 10am and 4pm to 5pm":          append(on("fri", "16:00", "17:00"), on("fri", "09:00", "10:00")...),
		"Friday, 9am to 12pm":                         append(on("fri", "10:00", "12:00"), on("fri", "09:00", "10:30")...),
		"Monday, Wednesday and Friday, 1.05pm to 2pm": on("fri wed mon", "13:05", "14:00"),
		"At no time":                                  on("mon", "22:00", "02:00"),
	} {
		if got := models.WindowWords(windows); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := models.WindowWords(on(all, "00:00", "24:00")); got != "At any time" {
		t.Errorf("got %q for every minute of the week", got)
	}
}

func TestTheScreenSaysWhatIsSafeNow(t *testing.T) {
	t.Parallel()
	now := london(t, "2026-04-16 09:40")
	phone := safePhone(t, tueThu()...)
	text, unasked, stale := safePhone(t), safePhone(t), safePhone(t)
	text.Kind = models.ChannelText
	unasked.Kind, unasked.Safe = models.ChannelInPerson, models.SafeUnknown
	old := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	stale.ConfirmedOn = &old
	aunt := safePhone(t)
	aunt.Person = "aunt"
	no := safePhone(t)
	no.Kind, no.Safe = models.ChannelEmail, models.SafeNo
	stoppedAt := london(t, "2026-04-15 10:00")
	stopped := safePhone(t)
	stopped.StoppedAt = &stoppedAt
	letter := safePhone(t)
	letter.Kind = models.ChannelPost

	for _, tc := range []struct {
		why      string
		channels []models.ContactChannel
		at       string
		state    models.SafeState
		sentence string
	}{
		{"inside the time", []models.ContactChannel{phone, no}, "2026-04-16 10:30", models.SafeNowOpen, "Safe to phone now"},
		{"waiting", []models.ContactChannel{no, phone}, "2026-04-16 09:40", models.SafeWait, "Wait: it is not yet safe to phone. Safe Tuesday and Thursday, 10am to 12pm"},
		{"two channels", []models.ContactChannel{text, safePhone(t)}, "2026-04-16 09:40", models.SafeNowOpen, "Safe to phone or text now"},
		{"the victim's own comes first", []models.ContactChannel{aunt, text}, "2026-04-16 09:40", models.SafeNowOpen, "Safe to text now"},
		{"another person's", []models.ContactChannel{aunt, no}, "2026-04-16 09:40", models.SafeNowOpen, "Safe to phone now (aunt)"},
		{"a letter", []models.ContactChannel{letter}, "2026-04-16 09:40", models.SafeNowOpen, "Safe to send a letter now"},
		{"nothing recorded", nil, "2026-04-16 09:40", models.SafeNone, "No safe way to reach them is recorded"},
		{"not asked", []models.ContactChannel{unasked, no}, "2026-04-16 09:40", models.SafeNone, "No safe way to reach them is recorded"},
		{"stale", []models.ContactChannel{stale}, "2026-04-16 09:40", models.SafeNone, "No safe way to reach them is recorded"},
		{"stopped", []models.ContactChannel{stopped}, "2026-04-16 09:40", models.SafeNone, "No safe way to reach them is recorded"},
	} {
		got := models.SafeNow(tc.channels, london(t, tc.at), models.StaleAfterDays)
		if got.State != tc.state || got.Sentence() != tc.sentence || len(got.Lines) != len(tc.channels) {
			t.Errorf("%s: got %s %q, %d lines, want %s %q", tc.why, got.State, got.Sentence(), len(got.Lines), tc.state, tc.sentence)
		}
	}

	got := models.SafeNow([]models.ContactChannel{unasked, no, text, stale, phone}[:2], now, 30)
	want := []models.SafeLine{
		{Kind: models.ChannelEmail, Name: "Email", Safe: models.SafeNo, Code: models.GateNotSafe, Words: "Not safe.", Person: "victim"},
		{Kind: models.ChannelInPerson, Name: "In person", Safe: models.SafeUnknown, Code: models.GateUnknown, Words: "Not asked yet, so not allowed.", Person: "victim"},
	}
	if diff := cmp.Diff(want, got.Lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wait := models.SafeNow([]models.ContactChannel{phone}, now, 30)
	if wait.Today != "Safe to phone today from 10am to 12pm. It is 9.40am." || wait.Message != "Leave no message." || !wait.From.Equal(london(t, "2026-04-16 10:00")) || !wait.Until.Equal(london(t, "2026-04-16 12:00")) {
		t.Errorf("got %+v", wait)
	}
	if l := wait.Lines[0]; l.Words != "Tuesday and Thursday, 10am to 12pm. Leave no message." || l.Safe != models.SafeYes {
		t.Errorf("got %+v", l)
	}
	if got := models.SafeNow([]models.ContactChannel{stale}, now, 30); got.Help == "" || !strings.Contains(got.Lines[0].Words, "Sunday 1 March 2026") {
		t.Errorf("got %+v, want to hear that it has to be confirmed again", got)
	}
	if got := models.SafeNow([]models.ContactChannel{stopped}, now, 30); got.Help == "" || got.Lines[0].Words != "Stopped: a contact here went wrong." {
		t.Errorf("got %+v, want to hear that it is stopped", got)
	}
}

func TestARefusalSaysWhatIsSafe(t *testing.T) {
	t.Parallel()
	now := london(t, "2026-04-16 09:40")
	phone := safePhone(t, tueThu()...)
	text := safePhone(t)
	text.Kind, text.Safe = models.ChannelText, models.SafeNo
	if got, want := models.WhatIsSafe([]models.ContactChannel{text, phone}, now, 30), "What is safe: phone, Tuesday and Thursday, 10am to 12pm."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := models.GateFor([]models.ContactChannel{text, phone}, models.ChannelText, now, 30).Why, "Text is not marked safe for this person."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := models.GateFor([]models.ContactChannel{phone}, models.ChannelPhone, now, 30).Why, "It is not a safe time to phone. Safe Tuesday and Thursday, 10am to 12pm."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := models.WhatIsSafe([]models.ContactChannel{text}, now, 30), "No safe way to reach them is recorded."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheDayToConfirmAgainIsTheLastItHolds(t *testing.T) {
	t.Parallel()
	by, ok := safePhone(t).ConfirmBy(30)
	if !ok || models.Day(by) != "Thursday 14 May 2026" {
		t.Errorf("got %s, %v", models.Day(by), ok)
	}
	no := safePhone(t)
	no.Safe = models.SafeNo
	if _, ok := no.ConfirmBy(30); ok {
		t.Error("an answer of no has a day to confirm by")
	}
}

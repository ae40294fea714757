package models

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func londonTime(y int, m time.Month, d, h int) time.Time {
	return time.Date(y, m, d, h, 0, 0, 0, London())
}

// TestWorkedDatesOfTheLawComeOut holds the dates of domain.md 1.5.
func TestWorkedDatesOfTheLawComeOut(t *testing.T) {
	t.Parallel()
	cal := MustCalendar()
	for _, c := range []struct {
		rule  Rule
		limit int // 0: the rule's own, with Enhanced Rights
		from  time.Time
		want  string
	}{
		{RuleSupportReferral, 0, londonTime(2026, 4, 2, 9), "2026-04-08"},
		{RuleToldArrest, 0, londonTime(2026, 4, 2, 9), "2026-04-07"},
		{RuleToldArrest, 5, londonTime(2026, 4, 2, 9), "2026-04-13"},
		{RuleSupportReferral, 0, londonTime(2026, 4, 4, 12), "2026-04-08"},
		{RuleSupportReferral, 0, londonTime(2026, 5, 22, 23), "2026-05-27"},
		{RuleToldCharge, 5, londonTime(2026, 8, 28, 9), "2026-09-07"},
		{RuleToldHearing, 0, londonTime(2026, 12, 24, 9), "2026-12-29"},
		{RuleContactScheme, 0, londonTime(2026, 12, 24, 9), "2027-01-12"},
		{RuleFirstOfficerContact, 0, londonTime(2026, 6, 12, 9), "2026-07-10"},
		{RuleLenientSentence, 0, londonTime(2026, 6, 12, 9), "2026-07-10"},
		{RuleReviewWindow, 0, londonTime(2026, 11, 30, 9), "2027-02-28"},
	} {
		r, ok := RuleAt(ClockRules(), c.rule, c.from)
		limit := c.limit
		if limit == 0 {
			limit = r.Limit(true)
		}
		k, err := cal.StartRule(&r, Clock{StartedAt: c.from}, limit)
		if !ok || err != nil || k.DueAt.In(London()).Format("2006-01-02 15:04:05") != c.want+" 23:59:59" {
			t.Errorf("%s from %s: got %s, %v, want the end of %s", c.rule, c.from.Format(time.RFC3339), k.DueAt.In(London()), err, c.want)
		}
	}
	r, _ := RuleAt(ClockRules(), RuleLenientSentence, londonTime(2026, 6, 1, 9))
	if _, err := cal.StartRule(&r, Clock{StartedAt: londonTime(2199, 6, 1, 9)}, 28); !errors.Is(err, ErrOutsideCalendar) {
		t.Errorf("outside the calendar: got %v, want a refusal", err)
	}
}

// naive counts a limit day by day.
func naive(cal *Calendar, from time.Time, limit int, unit LimitUnit) time.Time {
	from = from.In(London())
	day := time.Date(from.Year(), from.Month(), from.Day(), 12, 0, 0, 0, London())
	target := day.Day()
	for left := limit; left > 0; {
		before := day
		day = day.AddDate(0, 0, 1)
		switch unit {
		case UnitWorkingDays:
			if cal.WorkingDay(day) {
				left--
			}
		case UnitDays:
			left--
		case UnitMonths:
			// the same day of a later month, or the last day of a month that has none
			if day.Day() == target && day.Month() != before.Month() || day.Day() == target || day.AddDate(0, 0, 1).Day() == 1 && day.Day() < target {
				left--
			}
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, London())
}

func TestALimitIsWhatCountingDayByDayGives(t *testing.T) {
	t.Parallel()
	cal := MustCalendar()
	rng := rand.New(rand.NewPCG(29, 1))
	first := londonTime(2024, 1, 1, 0)
	for range 4000 {
		from := first.Add(time.Duration(rng.Int64N(int64(3 * 365 * 24 * time.Hour))))
		unit := []LimitUnit{UnitWorkingDays, UnitDays, UnitMonths}[rng.IntN(3)]
		limit := 1 + rng.IntN(28)
		if unit == UnitMonths {
			limit = 1 + rng.IntN(4)
		}
		got, err := cal.DueIn(from, limit, unit)
		if want := naive(cal, from, limit, unit); err != nil || !got.Equal(want) {
			t.Fatalf("%d %s from %s: got %s, %v, want %s", limit, unit, from, got, err, want)
		}
	}
}

func TestEachKindOfEventDoesWhatItsRowSays(t *testing.T) {
	t.Parallel()
	type does struct {
		starts, stops, waives string
		safety                bool
	}
	want := map[string]does{
		"E1": {starts: "K1 K2 K20"}, "E2": {stops: "K2"}, "E2 update_every": {starts: "K21", stops: "K2"}, "E3": {}, "E3 received_at": {stops: "K1"},
		"E4 received": {stops: "K1"}, "E4 accepted": {stops: "K1"}, "E4 declined": {stops: "K1"}, "E5": {}, "E6": {},
		"E7 arrested": {starts: "K3"}, "E7 interviewed": {starts: "K4"}, "E7 released_no_action": {starts: "K5", safety: true}, "E7 released_on_bail": {starts: "K5", safety: true},
		"E7 released_investigation": {starts: "K5", safety: true}, "E7 bail_changed": {starts: "K5", safety: true}, "E7 bail_lifted": {starts: "K5", safety: true},
		"E7 not_investigated": {starts: "K6"}, "E8": {}, "E9": {starts: "K7"},
		"E10 not_prosecuted": {starts: "K8", safety: true}, "E10 discontinued": {starts: "K8", safety: true}, "E10 dropped": {starts: "K8", safety: true},
		"E10 altered": {starts: "K8"}, "E10 no_evidence": {starts: "K8", safety: true}, "E11": {stops: "K9"},
		"E12 listed": {starts: "K10 K11", stops: "K10"}, "E12 moved": {starts: "K10 K11", stops: "K10", safety: true}, "E12 vacated": {starts: "K10 K11", stops: "K10"},
		"E13": {starts: "K13"}, "E14 granted": {}, "E14 granted_part": {}, "E14 refused": {}, "E15": {},
		"E16 refused": {starts: "K10 K12", stops: "K10"}, "E16 granted": {starts: "K10 K12", stops: "K10", safety: true},
		"E16 conditions_changed": {starts: "K10 K12", stops: "K10", safety: true}, "E16 lifted": {starts: "K10 K12", stops: "K10", safety: true},
		"E16 warrant": {starts: "K10 K12", stops: "K10", safety: true},
		"E17 guilty":  {starts: "K10 K14", stops: "K10"}, "E17 not_guilty": {starts: "K10 K14", stops: "K10", safety: true},
		"E17 no_verdict": {starts: "K10 K14", stops: "K10", safety: true}, "E17 discontinued": {starts: "K10 K14", stops: "K10", safety: true},
		"E18 custody": {starts: "K10 K14 K15", stops: "K10"}, "E18 custody contact_scheme": {starts: "K10 K14 K15 K16", stops: "K10"},
		"E18 suspended": {starts: "K10 K14 K15", stops: "K10", safety: true}, "E18 community": {starts: "K10 K14 K15", stops: "K10", safety: true},
		"E18 hospital": {starts: "K10 K14 K15", stops: "K10"}, "E18 fine": {starts: "K10 K14 K15", stops: "K10", safety: true}, "E18 discharge": {starts: "K10 K14 K15", stops: "K10", safety: true},
		"E19": {}, "E19 received_at": {starts: "K17", stops: "K16"}, "E20": {}, "E20 reached": {stops: "K17"},
		"E21 month_only": {}, "E21 annual": {}, "E21 key_stages": {}, "E21 opt_out": {waives: "K16 K17"}, "E21 opt_in": {},
		"E22 review": {}, "E22 hearing": {}, "E22 refused": {}, "E22 release": {safety: true}, "E23": {},
		"E24 released": {safety: true}, "E24 recalled": {}, "E24 transferred": {safety: true}, "E24 escaped": {safety: true},
		"E25 notice": {}, "E25 allowed": {safety: true}, "E25 dismissed": {}, "E26": {}, "E27": {}, "E28": {}, "E29": {}, "E30": {},
	}
	got := map[string]does{}
	at := londonTime(2026, 6, 12, 9)
	for _, spec := range EventTypes() {
		extra := []string{""}
		for _, key := range []string{"update_every", "received_at", "contact_scheme", "reached"} {
			if _, ok := spec.Field(key); ok {
				extra = append(extra, key)
			}
		}
		whats := []string{""}
		if f, ok := spec.Field("what"); ok {
			whats = nil
			for _, c := range f.Choices {
				whats = append(whats, c.Key)
			}
		}
		for _, what := range whats {
			for _, more := range extra {
				name := string(spec.Type)
				e := CaseEvent{Type: spec.Type, OccurredAt: at, KnownAt: at, Details: map[string]any{}}
				if what != "" {
					e.Details["what"], name = what, name+" "+what
				}
				switch more {
				case "received_at":
					e.Details[more] = at.UTC().Format(time.RFC3339)
				case "update_every":
					e.Details[more] = 14
				default:
					e.Details[more] = true
				}
				if more != "" {
					name += " " + more
				}
				if _, asked := want[name]; !asked && more != "" {
					continue // the rest of the sentences go as custody does
				}
				var d does
				add := func(to *string, r Rule) {
					if *to != "" {
						*to += " "
					}
					*to += string(r)
				}
				for _, x := range e.Effects() {
					for _, s := range x.Starts {
						add(&d.starts, s.Rule)
					}
					for _, s := range x.Stops {
						if _, ok := e.Stops(s.Rule); ok {
							add(&d.stops, s.Rule)
						}
					}
					for _, r := range x.Waives {
						add(&d.waives, r)
					}
				}
				d.safety = e.Safety()
				got[name] = d
			}
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(does{})); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestWhatHappenedIsTakenOnlyAsItsKindAsks(t *testing.T) {
	t.Parallel()
	now := londonTime(2026, 11, 16, 10)
	for _, c := range []struct {
		in   NewCaseEvent
		want []string
	}{
		{NewCaseEvent{}, []string{"type", "occurred_at"}},
		{NewCaseEvent{Type: "E7", OccurredAt: now}, []string{"details.what"}},
		{NewCaseEvent{Type: "E7", OccurredAt: now, Details: map[string]any{"what": "vanished", "zz": 1}}, []string{"details.what", "details"}},
		{NewCaseEvent{Type: "hearing", OccurredAt: now, Details: map[string]any{"what": "listed", "hearing_at": "soon", "was_at": "2026-11-17T10:00:00Z"}}, []string{"details.hearing_at", "details.was_at"}},
		{NewCaseEvent{Type: "E18", OccurredAt: now, Details: map[string]any{"what": "custody", "contact_scheme": "perhaps", "months": 0}}, []string{"details.months", "details.contact_scheme"}},
		{NewCaseEvent{Type: "E9", OccurredAt: now.Add(time.Hour)}, []string{"occurred_at"}},
		{NewCaseEvent{Type: "E9", OccurredAt: londonTime(1980, 1, 1, 9)}, []string{"occurred_at"}},
		{NewCaseEvent{Type: "E9", OccurredAt: now, KnownAt: pointer(now.Add(-time.Hour))}, []string{"known_at"}},
		{NewCaseEvent{Type: "E9", OccurredAt: now, Details: map[string]any{"charge": 7}}, []string{"details.charge"}},
	} {
		_, found := c.in.Check(now, MustCalendar())
		var fields []string
		for _, f := range found {
			fields = append(fields, f.Field)
		}
		if diff := cmp.Diff(c.want, fields); diff != "" {
			t.Errorf("%+v: want -, got +\n%s", c.in, diff)
		}
	}
}

func pointer[T any](v T) *T { return &v }

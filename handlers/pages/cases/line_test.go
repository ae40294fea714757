package cases

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
)

// aJourney is a case that the police logged, offered late to a charity and lost
// to it, with many referrals, clocks and a duty apart.
func aJourney(referrals, clocks int) *cases.Journey {
	day := func(n int) time.Time { return time.Date(2026, 4, 2, 9, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
	at := func(n int) *time.Time { t := day(n); return &t }
	police := models.Organisation{ID: uuid.New(), Name: "Met Police", Kind: models.KindPolice}
	charity := models.Organisation{ID: uuid.New(), Name: "London Victim Service", Kind: models.KindCharity}
	probation := models.Organisation{ID: uuid.New(), Name: "Probation", Kind: models.KindProbation}
	hand := func(ref string, duty models.Duty, status models.HandoffStatus, sent int, decided, told *time.Time) cases.HandoffLine {
		return cases.HandoffLine{From: police, To: charity, Handoff: models.Handoff{
			Reference: ref, Duty: duty, FromOrgID: police.ID, ToOrgID: charity.ID, Status: status, SentAt: day(sent), DueAt: day(sent + 2), DecidedAt: decided, ToldAt: told,
		}}
	}
	j := &cases.Journey{
		CaseID: uuid.New(), Reference: "C-7KQ4-M2XA-A", Status: models.CaseOpen, LoggedAt: day(0), At: day(17),
		Holders: []cases.Holder{{Organisation: police, From: day(0), Until: at(8)}, {Organisation: charity, From: day(8)}},
		Gaps:    []cases.Gap{{From: day(7), Until: at(8), Why: "Hand-off H-1 was not answered in time by London Victim Service", Reference: "H-1"}, {From: day(8), Why: "The victim has not been told that London Victim Service holds it", Reference: "H-1"}},
		Handoffs: []cases.HandoffLine{
			hand("H-0", models.DutyCase, models.HandoffRefused, 2, at(3), nil), hand("H-1", models.DutyCase, models.HandoffAccepted, 5, at(8), nil), hand("H-2", models.DutyUpdates, models.HandoffOffered, 16, nil, nil),
		},
		Duties: []cases.DutyLine{{Duty: models.DutyVictimContact, Organisation: probation, From: day(10)}},
	}
	for i := range referrals {
		r := cases.ReferralLine{ID: uuid.New(), Reference: fmt.Sprintf("R-%d", i), Service: "Adviser", To: charity, Status: models.StatusAccepted, SubmittedAt: at(i % 15), AcceptedAt: at(i%15 + 1)}
		j.Referrals = append(j.Referrals, r)
	}
	for i := range clocks {
		k := cases.ClockLine{Holder: charity, Text: models.ClockText{Words: "Met"}, Clock: models.Clock{Rule: models.RuleDecide, State: models.ClockMet, StartedAt: day(i % 15), DueAt: day(i%15 + 2), StoppedAt: at(i%15 + 1)}}
		if referrals > 0 {
			k.ReferralID = &j.Referrals[i%referrals].ID
		}
		j.Clocks = append(j.Clocks, k)
	}
	return j
}

func drawn(t testing.TB, v components.ChartFigureView) string {
	t.Helper()
	var b strings.Builder
	if err := v.Chart.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheLineShowsWhatIsStored(t *testing.T) {
	t.Parallel()
	j := aJourney(14, 20)
	police := models.Actor{OrgID: j.Holders[0].Organisation.ID}
	l := Throughline(j, police)
	var holders [][3]string
	for i, b := range l.Bands {
		holders = append(holders, [3]string{b.Name, b.From.String(), b.Until.String()})
		if i > 0 && !b.From.Equal(l.Bands[i-1].Until) {
			t.Errorf("the bands %d and %d do not touch", i-1, i)
		}
	}
	want := [][3]string{{"Met Police", j.Holders[0].From.String(), j.Holders[0].Until.String()}, {"London Victim Service", j.Holders[1].From.String(), j.At.String()}}
	if diff := cmp.Diff(want, holders); diff != "" {
		t.Errorf("holders: %s", diff)
	}
	if l.Bands[0].Open || !l.Bands[1].Open || l.Bands[1].Href != "/handoffs/H-1" {
		t.Errorf("bands: %+v", l.Bands)
	}
	if len(l.Gaps) != 2 || l.Gaps[0].Label != "Gap: 1 day" || l.Gaps[1].Label != "Victim not told: 9 days" || !l.Gaps[0].From.Equal(j.Gaps[0].From) || !l.Gaps[0].Until.Equal(*j.Gaps[0].Until) {
		t.Errorf("gaps: %+v", l.Gaps)
	}
	if len(l.Passes) != 3 || l.Passes[0].Accepted || l.Passes[0].Open || !l.Passes[1].Accepted || !l.Passes[2].Open || len(l.Duties) != 1 || len(l.Branches) != 14 || len(l.Clocks) != 20 {
		t.Errorf("got %d passes, %d duties, %d branches and %d clocks", len(l.Passes), len(l.Duties), len(l.Branches), len(l.Clocks))
	}
	// The table has every fact, whatever the picture has room for.
	if n := len(l.Table.Rows); n != 2+1+3+2+14+20 {
		t.Errorf("the table has %d rows", n)
	}
	svg := drawn(t, l.Figure())
	for _, words := range []string{"Met Police", "London Victim Service", "Gap: 1 day", "Victim not told: 9 days", `href="/handoffs/H-1"`, `href="/referrals/R-3"`, "and 2 more in the table", "Victim contact: Probation", `role="group"`} {
		if !strings.Contains(svg, words) {
			t.Errorf("the picture lacks %q", words)
		}
	}
	if strings.Contains(svg, "style=") {
		t.Error("the picture carries a style, which the content policy refuses")
	}
	// Who is no side of a hand-off is led to none.
	if other := Throughline(j, models.Actor{OrgID: uuid.New()}); strings.Contains(drawn(t, other.Figure()), "/handoffs/") {
		t.Error("a stranger to the hand-offs is led to one")
	}
}

func TestTheScaleOfTheLineSuitsItsLength(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 4, 2, 9, 0, 0, 0, time.UTC)
	for days, most := range map[int]int{1: 2, 17: 18, 29: 31, 100: 15, 181: 27, 400: 14, 1500: 26, 5000: 26} {
		got := ticks(from, from.AddDate(0, 0, days))
		if len(got) == 0 || len(got) > most {
			t.Errorf("%d days: %d lines, want 1 to %d", days, len(got), most)
		}
		for i := 1; i < len(got); i++ {
			if !got[i].At.After(got[i-1].At) {
				t.Fatalf("%d days: lines out of order", days)
			}
		}
	}
}

// BenchmarkLine draws a case of two hundred facts: under 50 ms (issue 5).
func BenchmarkLine(b *testing.B) {
	j := aJourney(60, 134)
	for b.Loop() {
		l := Throughline(j, models.Actor{})
		if err := l.Figure().Chart.Render(context.Background(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

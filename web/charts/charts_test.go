package charts

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"throughline/web/components"
)

func draw(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func months(stacked bool, counts ...[]Count) MonthBars {
	b := MonthBars{ID: "m", Title: "Referrals by service & month", Desc: "Two services over two months.", Series: []string{"Adviser", "Refuge"}, Stacked: stacked, Unit: "Referrals"}
	for i, c := range counts {
		b.Months = append(b.Months, Month{Label: "M" + string(rune('1'+i)), Name: "Month " + string(rune('1'+i)), Counts: c})
	}
	return b
}

func everyChart() map[string]components.ChartFigureView {
	return map[string]components.ChartFigureView{
		"grouped": months(false, []Count{Shown(1208), Shown(0)}, []Count{TooFew(), Shown(44)}).Figure("/m.csv"),
		"stacked": months(true, []Count{Shown(12), Shown(7)}, []Count{TooFew(), Protected()}).Figure("/m.csv"),
		"reasons": Reasons{ID: "r", Title: "Declines by reason", Desc: "No space most often.", What: "Reason", Unit: "Referrals", Rows: []Reason{{Label: "No space <here>", Count: Shown(203), Note: "52% of 387"}, {Label: "Out of area", Count: TooFew(), Note: "1% of 387"}}}.Figure(""),
		"times": Times{
			ID: "t", Title: "Time to decide", Desc: "Most within two days.", Target: 2, TargetWords: "Target: 2 working days", Middle: "Half within 1 day", Axis: "Working days", Unit: "Referrals", What: "Working days",
			Bins: []Bin{{Label: "0", Count: Shown(112)}, {Label: "1", Count: Shown(5)}, {Label: "6 to 10", Count: TooFew()}, {Label: "Not decided", Count: Shown(71), Open: true}},
		}.Figure(""),
		"funnel": Funnel{
			ID: "f", Title: "Clocks met & owed", Desc: "One is low.", Axis: "Clocks", Centre: 0.8, Curve: curve(Sizes(20, 900)),
			Points: []FunnelPoint{{Number: 1, N: 20, Share: 0.75}, {Number: 2, N: 900, Share: 0.4, Sign: SignLow}, {Number: 3, N: 300, Share: 0.99, Sign: SignHigh}, {Number: 4, N: 50, Share: 0.9, Sign: SignPerhaps}},
		}.Figure("/f.csv"),
		"an empty funnel": Funnel{ID: "e", Title: "Nobody", Desc: "Nobody has twenty."}.Figure(""),
		"control":         Control{ID: "c", Title: "By quarter", Desc: "A fall.", Middle: share(0.7), Points: []ControlPoint{{Label: "Q1 2026", Share: share(0.8), Low998: 0.5, Low95: 0.6, High95: 0.8, High998: 0.9}, {Label: "Q2 2026"}, {Label: "Q3 2026", Share: share(0.2), Sign: SignLow}}}.Figure("/c.csv"),
		"spread":          Spread{ID: "s", Title: "Beside others", Desc: "Yours is low.", Rows: []SpreadRow{{Label: "Accepted", Own: share(0.4), Sign: SignLow, Others: &SpreadOthers{0.7, 0.75, 0.8, 0.85, 0.9}}, {Label: "Engaged"}}}.Figure("/s.csv"),
		"tiles":           Tiles{ID: "l", Title: "London", Desc: "Tiles.", Tiles: []Tile{{"CTY", 4, 3, "<5", 0}, {"BAR", 7, 3, "1", 1}, {"BRN", 3, 1, "2", 2}, {"BXL", 7, 4, "3", 3}, {"BRT", 2, 2, "4", 4}, {"STN", 3, 6, "1,208", 5}}}.Figure("/l.csv"),
		"nothing":         MonthBars{ID: "n", Title: "Nothing", Desc: "No data."}.Figure(""),
	}
}

func share(v float64) *float64 { return &v }

func curve(sizes []int) []FunnelLimit {
	var out []FunnelLimit
	for _, n := range sizes {
		w := 2 / math.Sqrt(float64(n))
		out = append(out, FunnelLimit{N: n, Low998: max(0.8-w, 0), Low95: max(0.8-w/2, 0), High95: min(0.8+w/2, 1), High998: min(0.8+w, 1)})
	}
	return out
}

func TestEverySignHasAShapeOfItsOwn(t *testing.T) {
	t.Parallel()
	seen, looks := map[string]bool{}, map[Look]bool{}
	for s := SignUsual; s <= SignLow; s++ {
		d := drawing{id: "x"}
		d.sign(50, 50, s)
		seen[d.shapes[0].d], looks[s.look()] = true, true
	}
	if len(seen) != 4 || len(looks) != 4 {
		t.Errorf("got %d shapes and %d patterns for 4 signs: colour alone tells some apart", len(seen), len(looks))
	}
}

func TestAFunnelKeepsEveryMarkInsideAndALineOffWhereItLeaves(t *testing.T) {
	t.Parallel()
	if got := Sizes(20, 20); len(got) < 2 || got[0] > 20 || got[len(got)-1] < 20 {
		t.Errorf("one size alone: %v", got)
	}
	v := everyChart()["funnel"]
	for _, m := range regexp.MustCompile(`[ML]([-0-9.]+) ([-0-9.]+)`).FindAllStringSubmatch(draw(t, v.Chart), -1) {
		if strings.HasPrefix(m[1], "-") || strings.HasPrefix(m[2], "-") {
			t.Errorf("something is drawn at %s", m[0])
		}
	}
	if got := draw(t, everyChart()["control"].Chart); strings.Contains(got, "NaN") {
		t.Error("a quarter that is not told is drawn")
	}
}

func TestEveryPictureIsValidXMLNamedAndDescribed(t *testing.T) {
	t.Parallel()
	for name, v := range everyChart() {
		svg := draw(t, v.Chart)
		d := xml.NewDecoder(strings.NewReader(svg))
		d.Strict = true
		seen := map[string]bool{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in %s", name, err, svg)
			}
			if e, ok := token.(xml.StartElement); ok {
				for _, a := range e.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "class" && e.Name.Local != "svg" {
						t.Errorf("%s: got %s on %s, want presentation attributes only", name, a.Name.Local, e.Name.Local)
					}
					if a.Name.Local == "id" {
						if seen[a.Value] || !strings.HasPrefix(a.Value, v.ID+"-") {
							t.Errorf("%s: got the id %s, want one of its own behind %s-", name, a.Value, v.ID)
						}
						seen[a.Value] = true
					}
				}
			}
		}
		for _, want := range []string{`role="img"`, `aria-labelledby="` + v.ID + `-t ` + v.ID + `-d"`, "<title", "<desc"} {
			if !strings.Contains(svg, want) {
				t.Errorf("%s: got no %s", name, want)
			}
		}
		for _, m := range regexp.MustCompile(`url\(#([^)]+)\)`).FindAllStringSubmatch(svg, -1) {
			if !seen[m[1]] {
				t.Errorf("%s: got a fill by %s, which the figure does not have", name, m[1])
			}
		}
	}
}

func TestNoTextOfAPictureIsSmallerThanTwelve(t *testing.T) {
	t.Parallel()
	for name, v := range everyChart() {
		for _, m := range regexp.MustCompile(`font-size="([0-9.]+)"`).FindAllStringSubmatch(draw(t, v.Chart), -1) {
			if m[1] < "12" {
				t.Errorf("%s: got text of %s, want 12 or more", name, m[1])
			}
		}
	}
}

// A hidden number cannot be told from the picture: 1 and 4 draw the same, and
// neither a total nor a share beside it gives it away.
func TestAHiddenNumberIsNowhereInTheMarkup(t *testing.T) {
	t.Parallel()
	if got := TooFew(); got.n != 0 || !got.Hidden() {
		t.Errorf("got %+v, want a hidden count to hold no number", got)
	}
	stacked := draw(t, months(true, []Count{Shown(43), TooFew()}).Figure("").Chart)
	if strings.Contains(stacked, ">43<") {
		t.Error("got the total of the numbers that may be shown, want none beside a hidden one")
	}
	if !strings.Contains(stacked, "&lt;5") || !strings.Contains(stacked, "m-few") {
		t.Error("got no <5 on the dotted pattern")
	}
	v := everyChart()["reasons"]
	page := draw(t, components.ChartFigure(v))
	if strings.Contains(page, "1% of 387") {
		t.Error("got a share beside a hidden number, want none")
	}
	if !strings.Contains(page, "Fewer than 5") || !strings.Contains(page, "Not shown") {
		t.Error("got no words for the hidden number in the table")
	}
}

func TestAHiddenNumberHasTheSameBlockWhereverItIs(t *testing.T) {
	t.Parallel()
	block := regexp.MustCompile(`height="([0-9.]+)" fill="url\(#m-few\)"`)
	for _, stacked := range []bool{false, true} {
		got := block.FindStringSubmatch(draw(t, months(stacked, []Count{Shown(1000), TooFew()}).Figure("").Chart))
		if len(got) != 2 || got[1] != "20" {
			t.Errorf("got a block of %v, want 20", got)
		}
	}
}

func TestTheTableHasTheNumbersOfThePicture(t *testing.T) {
	t.Parallel()
	table := months(false, []Count{Shown(1208), Shown(0)}, []Count{TooFew(), Protected()}).Figure("").Table
	var got [][]string
	for _, row := range table.Rows {
		var words []string
		for _, c := range row {
			words = append(words, c.Text)
		}
		got = append(got, words)
	}
	want := [][]string{{"Month 1", "1,208", "0"}, {"Month 2", "Fewer than 5", "Not shown"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEachSeriesHasItsOwnPattern(t *testing.T) {
	t.Parallel()
	fills := map[string]bool{}
	for i := range 7 {
		fills[Series(i).fill("x")] = true
	}
	if len(fills) != 7 {
		t.Errorf("got %d patterns for 7 series, want each its own", len(fills))
	}
}

func TestAScaleHasFourToSixLinesAndReachesItsHighestBar(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1, 4, 5, 6, 9, 10, 37, 50, 99, 451, 1208, 99999} {
		tick := step(most)
		lines := (most + tick - 1) / tick
		if tick < 1 || lines > 6 {
			t.Errorf("got %d lines of %d for %d, want at most 6", lines, tick, most)
		}
	}
}

func TestNoBarLeavesItsPicture(t *testing.T) {
	t.Parallel()
	rect := regexp.MustCompile(`<rect x="([-0-9.]+)" y="([-0-9.]+)"`)
	for _, stacked := range []bool{false, true} {
		b := months(stacked, []Count{Shown(5000), Shown(4999)}, []Count{TooFew(), Protected()})
		for range 10 {
			b.Months = append(b.Months, b.Months[0])
		}
		for _, m := range rect.FindAllStringSubmatch(draw(t, b.Figure("").Chart), -1) {
			if strings.HasPrefix(m[1], "-") || strings.HasPrefix(m[2], "-") {
				t.Errorf("got a bar at %s, %s", m[1], m[2])
			}
		}
	}
}

func TestATrendLeavesAGapWhereAValueIsHidden(t *testing.T) {
	t.Parallel()
	a, b, c := 60.0, 70.0, 67.0
	target := 80.0
	got := draw(t, Trend(TrendLine{Values: []*float64{&a, &b, nil, &c}, Target: &target}))
	if strings.Count(got, "M4 ") != 1 || strings.Count(got, "M") < 3 || !strings.Contains(got, "stroke-dasharray") {
		t.Errorf("got %s, want two strokes and a target", got)
	}
	if got := draw(t, Trend(TrendLine{Values: []*float64{nil, nil}})); strings.Contains(got, "circle") || strings.Contains(got, "NaN") {
		t.Errorf("got %s, want an empty line", got)
	}
}

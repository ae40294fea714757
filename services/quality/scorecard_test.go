package quality_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/quality"
)

// scored plants what an organisation did under a measure, as the job would.
func scored(t *testing.T, w *testkit.Stage, org uuid.UUID, measure, month string, n, part, wide int) {
	t.Helper()
	w.Do(t, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) values ($1, $2, $3::date, 'vawg', $4, $5, $6, $7)",
		measure, org, month, n, part, wide, w.Clock.Now())
}

// others plants organisations like the second-tier services of London.
func others(t *testing.T, w *testkit.Stage, n int) []uuid.UUID {
	t.Helper()
	var out []uuid.UUID
	for i := range n {
		id := models.NewID()
		w.Do(t, "insert into organisations (id, name, kind) select $1, $2, kind from organisations where id = $3", id, fmt.Sprintf("Another Service %d", i+1), w.Org(testkit.OrgVAWG).ID)
		out = append(out, id)
	}
	return out
}

func TestScorecards(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := quality.New(w.DB)
	vawg, refuge := w.Org(testkit.OrgVAWG).ID, w.Org(testkit.OrgRefuge).ID
	for i, id := range others(t, w, 5) {
		scored(t, w, id, "accepted", "2026-05-01", 100, 70+5*i, 100)
	}
	scored(t, w, vawg, "accepted", "2026-07-01", 60, 24, 60)
	scored(t, w, vawg, "accepted", "2026-10-01", 60, 60, 60) // a quarter that is not over
	scored(t, w, refuge, "accepted", "2026-07-01", 3, 3, 3)
	scored(t, w, w.Org(testkit.OrgVictims).ID, "accepted", "2026-07-01", 9, 7, 9)
	scored(t, w, vawg, "clocks_met", "2026-07-01", 40, 30, 80)
	scored(t, w, vawg, "engaged", "2026-07-01", 12, 8, 30)
	for i, month := range []string{"2024-02-01", "2024-05-01", "2024-08-01", "2025-02-01", "2026-02-01"} {
		scored(t, w, vawg, "clocks_met", month, 40, []int{30, 31, 29, 30, 5}[i], 40)
	}

	t.Run("the Commissioner sees every organisation, with the limits", func(t *testing.T) {
		t.Parallel()
		b, err := svc.Board(w.As("commissioner"), "vawg")
		if err != nil {
			t.Fatal(err)
		}
		m := measured(t, b.Measures, "accepted")
		if m.Centre == nil || math.Abs(*m.Centre-434.0/572) > 1e-9 || len(m.Rows) != 8 {
			t.Fatalf("got %d rows about %v", len(m.Rows), m.Centre)
		}
		verdicts := map[string]quality.Verdict{}
		hidden := 0
		for i := range m.Rows {
			_, v := m.Place(&m.Rows[i])
			verdicts[m.Rows[i].Groups[0].Key] = v
			if m.Rows[i].Hidden {
				hidden++
			}
		}
		if verdicts[vawg.String()] != quality.Low || hidden != 2 || verdicts[refuge.String()] != quality.TooFewToSay {
			t.Errorf("got %v and %d hidden, want the one that accepts 40%% to be low, and three of the refuge hidden with another", verdicts, hidden)
		}
		met := measured(t, b.Measures, "clocks_met")
		if r := met.Rows[0]; *r.Value != 35.0/80 || r.Wide == nil || *r.Wide.Value != 35.0/120 {
			t.Errorf("met and owed side by side: got %+v", r)
		}
		var file bytes.Buffer
		if err := m.WriteCSV(&file); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(&file)
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if last := rows[len(rows)-1]; err != nil || len(last) != len(m.Table().Columns) || !strings.Contains(fmt.Sprint(rows), "Lower than chance") {
			t.Errorf("the file says %v (%v)", rows, err)
		}
	})
	t.Run("and one of them quarter by quarter", func(t *testing.T) {
		t.Parallel()
		c, err := svc.CardOf(w.As("analyst"), vawg, "vawg")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range c.Measures {
			switch m.Measure.Key {
			case "clocks_met":
				if m.Trend != quality.TrendChange || m.Points[9].Verdict != quality.Low || m.Points[10].Limits != nil || m.Spread != nil {
					t.Errorf("a fall to 5 of 40 is %v: %+v", m.Trend, m.Points[9])
				}
			case "engaged":
				if m.Row.Value != nil || m.Verdict != quality.TooFewToSay || m.Row.N != 12 || *m.Row.Wide.Value != 8.0/30 {
					t.Errorf("a base of 12 has no share: %+v", m.Row)
				}
			}
		}
		if _, err := svc.CardOf(w.As("analyst"), uuid.New(), "vawg"); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("an organisation that is not there: %v", err)
		}
	})
	t.Run("an organisation sees itself, and the others without names or counts", func(t *testing.T) {
		t.Parallel()
		c, err := svc.OwnCard(w.As("vawg.manager"), "")
		if err != nil {
			t.Fatal(err)
		}
		if c.Pathway != "vawg" || len(c.Measures) != 3 {
			t.Fatalf("got %d measures of %q", len(c.Measures), c.Pathway)
		}
		for _, m := range c.Measures {
			if m.Measure.Key != "accepted" {
				if m.Spread != nil {
					t.Errorf("%s: nobody else has it, and there is a spread %+v", m.Measure.Key, m.Spread)
				}
				continue
			}
			if s := m.Spread; s == nil || s.Organisations != 5 || s.Lowest != 0.7 || s.Quarter != 0.75 || s.Middle != 0.8 || s.Upper != 0.85 || s.Highest != 0.9 || *m.Centre != 0.8 {
				t.Errorf("got a spread of %+v about %v", s, m.Centre)
			}
			if m.Row.N != 60 || *m.Row.Value != 0.4 || m.Verdict != quality.Low {
				t.Errorf("got %+v, %v", m.Row, m.Verdict)
			}
		}
		var file bytes.Buffer
		if err := c.WriteCSV(&file); err != nil || strings.Contains(file.String(), "Another Service") || !strings.Contains(file.String(), "0.700") {
			t.Errorf("%v: %s", err, file.String())
		}
	})
	t.Run("with four others there is no spread", func(t *testing.T) {
		t.Parallel()
		one := w.Org(testkit.OrgPolice).ID
		for i, id := range others2(t, w) {
			w.Do(t, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) values ('accepted', $1, '2026-05-01', 'hate_crime', 50, $2, 50, now())", id, 20+i)
		}
		w.Do(t, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) values ('accepted', $1, '2026-05-01', 'hate_crime', 19, 9, 19, now())", refuge)
		w.Do(t, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) values ('accepted', $1, '2026-05-01', 'hate_crime', 50, 25, 50, now())", one)
		c, err := svc.OwnCard(w.As("police.manager"), "hate_crime")
		if err != nil || len(c.Measures) != 1 || c.Measures[0].Spread != nil || c.Measures[0].Centre != nil || c.Measures[0].Row.Value == nil {
			t.Errorf("four others with twenty or more, one with fewer: %+v, %v", c.Measures, err)
		}
	})
	t.Run("whoever may not is refused", func(t *testing.T) {
		t.Parallel()
		for _, who := range []string{"police", "vawg", "coordinator", "commissioner", "admin"} {
			if _, err := svc.OwnCard(w.As(who), "vawg"); models.CodeOf(err) != models.CodeForbidden {
				t.Errorf("%s at an own card: %v", who, err)
			}
		}
		for _, who := range []string{"vawg.manager", "police", "admin"} {
			if _, err := svc.Board(w.As(who), "vawg"); models.CodeOf(err) != models.CodeForbidden {
				t.Errorf("%s at the board: %v", who, err)
			}
		}
		if _, err := svc.Board(w.As("commissioner"), "refuges"); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("a pathway that is none: %v", err)
		}
	})
}

func others2(t *testing.T, w *testkit.Stage) []uuid.UUID {
	t.Helper()
	return []uuid.UUID{w.Org(testkit.OrgVictims).ID, w.Org(testkit.OrgVAWGSecond).ID, w.Org(testkit.OrgWitnessCare).ID, w.Org(testkit.OrgVAWG).ID}
}

func measured(t *testing.T, all []quality.BoardMeasure, key string) *quality.BoardMeasure {
	t.Helper()
	for i := range all {
		if all[i].Measure.Key == key {
			return &all[i]
		}
	}
	t.Fatalf("there is no %s", key)
	return nil
}

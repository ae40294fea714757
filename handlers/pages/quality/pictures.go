package quality

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/charts"
	"throughline/web/components"
)

// rare are the pathways that few are referred on: by borough nearly all of their
// numbers would be hidden, so they are shown by part of London.
func rare(pathway string) bool { return pathway == "child_house" || pathway == "restorative" }

// mapped reports whether a result can be drawn as a map.
func mapped(r *figures.Result) bool {
	return len(r.By) == 1 && (r.By[0] == figures.ByBorough || r.By[0] == figures.BySector) && r.Measure.Code == ""
}

// tileFigure is what the map shows of a row: its share where the measure has one,
// else its number; and words for the tile.
func tileFigure(r *figures.Row, m *figures.Measure) (v float64, mark string, ok bool) {
	switch {
	case r.Hidden:
		return 0, count(*r).Mark(), false
	case m.Kind == figures.KindShare || m.Kind == figures.KindTime:
		of := r.Value
		if of == nil {
			of = r.InTime
		}
		if of == nil {
			return 0, "–", false
		}
		return *of, percent(*of), true
	}
	return float64(r.N), models.Count(r.N), true
}

// londonMap draws a measure by borough, or by part of London, where every borough
// of a part has the number of the whole of it.
func londonMap(r *figures.Result, csv string) components.ChartFigureView {
	bySector := r.By[0] == figures.BySector
	out := charts.Tiles{
		ID: "map", Title: r.Measure.Name + ", across London", Table: *resultTable(r),
		Lede: "Every authority is a tile of one size, near where it lies. The number is printed on it; the pattern says in which fifth it is.",
		Desc: "Thirty-three tiles, one for each borough and the City of London. The table beneath has the numbers.",
	}
	if bySector {
		out.Lede = "By part of London, because by borough nearly all would be hidden: every tile has the number of its part."
	}
	rows := map[string]*figures.Row{}
	var shown []float64
	for i := range r.Rows {
		rows[r.Rows[i].Groups[0].Key] = &r.Rows[i]
		if v, _, ok := tileFigure(&r.Rows[i], &r.Measure); ok && r.Rows[i].Groups[0].Words != "Not known" {
			shown = append(shown, v)
		}
	}
	slices.Sort(shown)
	shown = slices.Compact(shown)
	for _, a := range models.Authorities() {
		key := a.Code
		if bySector {
			key = string(a.Sector)
		}
		tile := charts.Tile{Short: a.Short, Column: a.Column, Row: a.Row, Mark: "0", Level: 1}
		if row := rows[key]; row != nil {
			v, mark, ok := tileFigure(row, &r.Measure)
			tile.Mark, tile.Level = mark, 0
			if ok {
				tile.Level = 1 + min(slices.Index(shown, v)*5/max(len(shown), 1), 4)
			}
		} else if r.Measure.Kind == figures.KindShare || r.Measure.Kind == figures.KindTime {
			tile.Mark, tile.Level = "–", 0
		}
		out.Tiles = append(out.Tiles, tile)
	}
	return out.Figure(csv)
}

// way is how far referrals got, as bars.
func way(w *figures.Way) components.ChartFigureView {
	out := charts.Reasons{
		ID: "way", Title: "How far referrals got", What: "Step", Unit: "Referrals", Look: charts.Bars,
		Lede: "Of those sent in these months, each step is of the one before. Recent ones are still on their way.",
		Desc: "A bar for each step, from sending to completion, shorter where fewer got so far.",
	}
	for _, s := range w.Steps {
		row := charts.Reason{Label: s.Name, Count: charts.Shown(s.N)}
		switch {
		case s.Hidden:
			row.Count = charts.Protected()
		case !w.Steps[0].Hidden && w.Steps[0].N >= figures.PercentageBase && s.Key != "sent":
			row.Note = models.Percent(s.N, w.Steps[0].N) + " of those sent"
		}
		out.Rows = append(out.Rows, row)
	}
	return out.Figure(wayPath + "?" + url.Values{"months": {strconv.Itoa(monthsOf(w))}, "pathway": {w.Pathway}}.Encode())
}

func monthsOf(w *figures.Way) int {
	return (w.To.Year()-w.From.Year())*12 + int(w.To.Month()) - int(w.From.Month()) + 1
}

// wayPath is the way of referrals as a file.
const wayPath = "/overview/way.csv"

func (p *Pages) wayCSV(c *gin.Context) error {
	pick := chosen(c)
	to := p.now()
	w, err := p.svc.Way(c.Request.Context(), figures.Query{From: to.AddDate(0, 1-pick.months, -to.Day()+1), To: to, Pathway: pick.pathway})
	if err != nil {
		return err
	}
	return render.AttachmentFrom(c, "way.csv", w.WriteCSV)
}

// placeAsked is the measure of the map, as the page of measures asks for it.
func placeAsked(r *figures.Result, pick choice) asked {
	return asked{measure: r.Measure.Key, by: [2]string{string(r.By[0])}, choice: pick}
}

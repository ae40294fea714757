package charts

import (
	"throughline/web/components"
)

// Tiles is a map of London in which every authority is a square of one size: none
// looks more important for its area. Each tile has its number; the pattern says
// in which fifth of what is shown it lies.
type Tiles struct {
	ID, Title, Lede, Desc string
	Tiles                 []Tile
	Table                 components.DataTable
}

// Tile is one authority at its place. What is hidden has the mark of that and no
// level; so has what there is too little of to say.
type Tile struct {
	Short       string // three letters
	Column, Row int
	Mark        string // "1,208", "83%", "<5"
	Level       int    // 1 to 5, the highest fifth is 5; 0: hidden, or too few to say
}

const tileSize = 66.0

// tileLook is the pattern of a level.
func tileLook(level int) Look {
	return []Look{few, Tint1, Tint2, Tint3, Tint4, Tint5}[level]
}

// Figure gives the whole figure: picture, legend, table and download.
func (t Tiles) Figure(csv string) components.ChartFigureView {
	words := []string{"Hidden, or too few to say", "Lowest fifth of the authorities shown", "Second fifth", "Middle fifth", "Fourth fifth", "Highest fifth"}
	used := map[int]bool{}
	for _, tile := range t.Tiles {
		used[tile.Level] = true
	}
	var keys []Key
	for _, level := range []int{1, 2, 3, 4, 5, 0} {
		if used[level] {
			keys = append(keys, Key{tileLook(level), words[level]})
		}
	}
	return components.ChartFigureView{ID: t.ID, Title: t.Title, Lede: t.Lede, Chart: picture(t.draw()), Legend: Legend(t.ID, keys), Table: t.Table, CSVHref: csv}
}

func (t Tiles) draw() drawing {
	d := drawing{id: t.ID, title: t.Title, desc: t.Desc, w: 548, h: 7*tileSize + 4}
	for _, tile := range t.Tiles {
		x, y := 8+float64(tile.Column)*tileSize, 2+float64(tile.Row)*tileSize
		d.bar(x, y, tileSize-4, tileSize-4, tileLook(tile.Level))
		// Words stand on white, whatever pattern is behind them.
		plate := max(wide(tile.Mark), wide(tile.Short)) + 8
		d.shapes = append(d.shapes, shape{kind: 'r', x: x + (tileSize-4-plate)/2, y: y + 11, w: plate, h: 40, fill: "#fff"})
		d.label(x+(tileSize-4)/2, y+28, tile.Short, "middle", false)
		d.label(x+(tileSize-4)/2, y+45, tile.Mark, "middle", true)
	}
	return d
}

package samples

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Results are what the finished items of a sample say, criterion by criterion.
type Results struct {
	Finished int
	Compared int // answers that two readers gave apart
	Differed int // of those, how many they gave differently
	Criteria map[string]Tally
}

// Tally counts the grades of one criterion.
type Tally map[models.Grade]int

// Of is how many items it was graded of, without those of which the record does
// not tell: that is not a fail.
func (t Tally) Of() int {
	return t[models.GradeYes] + t[models.GradePartly] + t[models.GradeNo]
}

// Rate is how often two readers differed, in words.
func (r *Results) Rate() string {
	if r.Compared == 0 {
		return "Nothing was read by two people yet"
	}
	return "Two readers differed in " + models.Percent(r.Differed, r.Compared) + " of " + models.Plural(r.Compared, "answer", "answers")
}

// judge reads every reading that the actor may see by now: of an item that others
// still read, their own alone.
func (v *View) judge(ctx context.Context, tx *pg.Tx) error {
	var rows []struct {
		ItemID uuid.UUID
		Kind   string
		Grades string
	}
	if err := tx.Scan(ctx, &rows, "select item_id, kind, grades::text as grades from quality_reviews where sample_id = ?", v.ID); err != nil {
		return err
	}
	read := map[uuid.UUID]map[string]map[string]models.Grade{}
	for i := range rows {
		grades := map[string]models.Grade{}
		if err := json.Unmarshal([]byte(rows[i].Grades), &grades); err != nil {
			return models.Internal("reading a reading", err)
		}
		if read[rows[i].ItemID] == nil {
			read[rows[i].ItemID] = map[string]map[string]models.Grade{}
		}
		read[rows[i].ItemID][rows[i].Kind] = grades
	}
	v.Results.Criteria = map[string]Tally{}
	for i := range v.Items {
		v.count(&v.Items[i], read[v.Items[i].ID])
	}
	return nil
}

// count adds one item, once all have read it.
func (v *View) count(item *Item, by map[string]map[string]models.Grade) {
	if !item.Read() {
		return
	}
	if item.Second {
		item.Differs = v.Standard.Differs(by["first"], by["second"])
		v.Results.Compared += len(v.Standard.Criteria)
		v.Results.Differed += len(item.Differs)
	}
	if !item.Finished() {
		return
	}
	v.Results.Finished++
	for _, c := range v.Standard.Criteria {
		grade := by["first"][c.Key]
		if settled, ok := by["moderation"][c.Key]; ok {
			grade = settled
		}
		if v.Results.Criteria[c.Key] == nil {
			v.Results.Criteria[c.Key] = Tally{}
		}
		v.Results.Criteria[c.Key][grade]++
	}
}

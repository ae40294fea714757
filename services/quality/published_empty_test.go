package quality

import "testing"

func TestNothingToPublishIsPublishedAsNothing(t *testing.T) {
	t.Parallel()
	var all []PublishedFigures
	for _, p := range PublishedTables() {
		all = append(all, PublishedFigures{PublishedTable: p, Heads: []Group{{"", "Number"}}})
	}
	hidePublished(all, everyRule())
	for i := range all {
		if got := all[i].Table(); len(got.Rows) != 1 {
			t.Errorf("%s: got %v of nothing", all[i].Key, got.Rows)
		}
	}
}

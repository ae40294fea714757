package models

import (
	"strings"
	"testing"
)

// year is a full year of bank holidays in the layout of GOV.UK's file.
const year = `"2026":[` +
	`{"title":"bank_holidays.new_year","date":"01/01/2026"},{"title":"bank_holidays.good_friday","date":"03/04/2026"},` +
	`{"title":"bank_holidays.easter_monday","date":"06/04/2026"},{"title":"bank_holidays.early_may","date":"04/05/2026"},` +
	`{"title":"bank_holidays.spring","date":"25/05/2026"},{"title":"bank_holidays.late_august","date":"31/08/2026"},` +
	`{"title":"bank_holidays.christmas","date":"25/12/2026"},{"title":"bank_holidays.boxing_day","date":"28/12/2026"}]`

func file(years string) []byte {
	return []byte(`{"title":"t","divisions":{"common.nations.scotland_slug":{"2099":[]},"common.nations.england-and-wales_slug":{"slug":"s","title":"t"` + years + `}}}`)
}

func TestABrokenListOfBankHolidaysIsRefused(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"not a document":                []byte(`{`),
		"no years":                      file(""),
		"too few holidays":              file(`,"2026":[{"title":"x","date":"01/01/2026"}]`),
		"a month that does not exist":   file("," + strings.Replace(year, "25/05/2026", "25/15/2026", 1)),
		"the American order":            file("," + strings.Replace(year, "25/05/2026", "05/25/2026", 1)),
		"a date in another year":        file("," + strings.Replace(year, "25/05/2026", "25/05/2027", 1)),
		"a weekend without substitute":  file("," + strings.Replace(year, "28/12/2026", "26/12/2026", 1)),
		"a year that is not a list":     file(`,"2026":{}`),
		"a gap between the first years": file("," + year + "," + strings.ReplaceAll(year, "2026", "2032")),
	} {
		if _, err := parseCalendar(raw); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	c, err := parseCalendar(file("," + year))
	if err != nil {
		t.Fatalf("a sound list beside stray keys: %v", err)
	}
	if first, last := c.Years(); first != 2026 || last != 2026 {
		t.Errorf("got %d to %d, want 2026 alone", first, last)
	}
}

package directory

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"throughline/models"
)

// age is one that may be left out, which is not the same as nought.
type age struct{ years *int }

// UnmarshalText reads an age.
func (a *age) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	a.years = &n
	return err
}

// Schema is called by huma.
func (age) Schema(huma.Registry) *huma.Schema {
	lowest, highest := 0.0, 120.0
	return &huma.Schema{Type: huma.TypeInteger, Minimum: &lowest, Maximum: &highest}
}

// clock is a time of the day in London.
type clock struct{ at string }

// UnmarshalText reads HH:MM, and seconds, which nobody opens by.
func (t *clock) UnmarshalText(text []byte) error {
	t.at = string(text[:5])
	return nil
}

// Schema is called by huma.
func (clock) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$`, Examples: []any{"09:30"}}
}

// weekday is a day of the week.
type weekday struct{ code string }

// UnmarshalText reads MO, mon or Monday.
func (d *weekday) UnmarshalText(text []byte) error {
	code, ok := models.ListingDay(string(text))
	if !ok {
		return strconv.ErrSyntax
	}
	d.code = code
	return nil
}

// Schema is called by huma.
func (weekday) Schema(huma.Registry) *huma.Schema {
	longest := 9
	return &huma.Schema{Type: huma.TypeString, MaxLength: &longest, Examples: []any{"MO"}}
}

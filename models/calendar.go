package models

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"sync"
	"time"
	_ "time/tzdata" // the rules of Europe/London, where the machine has none
)

//go:embed data/bank-holidays.json
var bankHolidays []byte

// ErrOutsideCalendar is matched by every refusal to compute a date in a year
// whose bank holidays are not loaded. The text of such an error is written for
// people and may be shown. The product refuses; it never guesses.
var ErrOutsideCalendar = errors.New("outside the working-day calendar")

// Calendar knows the working days of England and Wales: Monday to Friday less
// the bank holidays of GOV.UK's list for that division. All dates are read and
// given in Europe/London. It is never changed once loaded, so one value serves
// every goroutine.
type Calendar struct {
	first   int            // first year whose bank holidays are known
	last    int            // last year whose bank holidays are known
	days    int            // number of days from 1 January of first to 31 December of last
	before  []int          // before[i] is how many working days precede day i
	working []int          // the working days, as day numbers in order
	names   map[int]string // bank holidays by day number
}

// outsideCalendar is the error that ErrOutsideCalendar matches.
type outsideCalendar struct {
	year   int
	before bool
}

func (e outsideCalendar) Error() string {
	side := "after"
	if e.before {
		side = "before"
	}
	return fmt.Sprintf("We cannot work out this date: bank holidays %s %d are not loaded.", side, e.year)
}

func (e outsideCalendar) Is(target error) bool { return target == ErrOutsideCalendar }

// London returns the time zone every date of the product is read in. It panics
// if the zone cannot be loaded, which the embedded copy makes impossible.
var London = sync.OnceValue(func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic("models: no time zone for London: " + err.Error())
	}
	return l
})

// LoadCalendar reads the bank holidays built into the product. It fails if the
// list has a gap between years, a date it cannot read, or a date in the wrong
// year or on a weekend, where a substitute day must be missing.
func LoadCalendar() (*Calendar, error) { return parseCalendar(bankHolidays) }

// MustCalendar returns the one calendar of the process, and panics if the list
// built into the product is broken, which a test rules out.
var MustCalendar = sync.OnceValue(func() *Calendar {
	c, err := LoadCalendar()
	if err != nil {
		panic(err)
	}
	return c
})

// holiday is one entry of GOV.UK's list. Dates there are dd/mm/yyyy.
type holiday struct {
	Title string `json:"title"`
	Date  string `json:"date"`
}

func parseCalendar(file []byte) (*Calendar, error) {
	years, err := englandAndWales(file)
	if err != nil {
		return nil, err
	}
	c := &Calendar{names: map[int]string{}}
	order := make([]int, 0, len(years))
	for y := range years {
		order = append(order, y)
	}
	sort.Ints(order)
	c.first, c.last = order[0], order[len(order)-1]
	if c.last-c.first+1 != len(order) {
		return nil, fmt.Errorf("models: the bank holidays from %d to %d miss a year", c.first, c.last)
	}
	for y, list := range years {
		if err := c.addYear(y, list); err != nil {
			return nil, err
		}
	}
	c.count()
	return c, nil
}

// englandAndWales picks the one division that counts. Beside the years stand
// keys that are not years (slug, title), which are passed over.
func englandAndWales(file []byte) (map[int][]holiday, error) {
	var doc struct {
		Divisions map[string]map[string]json.RawMessage `json:"divisions"`
	}
	if err := json.Unmarshal(file, &doc); err != nil {
		return nil, fmt.Errorf("models: reading bank holidays: %w", err)
	}
	years := map[int][]holiday{}
	for key, raw := range doc.Divisions["common.nations.england-and-wales_slug"] {
		year, err := strconv.Atoi(key)
		if err != nil {
			continue
		}
		var list []holiday
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, fmt.Errorf("models: reading bank holidays of %d: %w", year, err)
		}
		years[year] = list
	}
	if len(years) == 0 {
		return nil, errors.New("models: no bank holidays for England and Wales")
	}
	return years, nil
}

// usualHolidays is how many bank holidays a year has at least: fewer means that
// the year is not fully announced.
const usualHolidays = 8

func (c *Calendar) addYear(year int, list []holiday) error {
	if len(list) < usualHolidays {
		return fmt.Errorf("models: %d has %d bank holidays, want at least %d", year, len(list), usualHolidays)
	}
	for _, h := range list {
		d, err := time.Parse("02/01/2006", h.Date)
		if err != nil {
			return fmt.Errorf("models: a bank holiday of %d: %w", year, err)
		}
		if d.Year() != year || weekend(d.Weekday()) {
			return fmt.Errorf("models: bank holiday %s of %d is in another year or on a weekend", h.Date, year)
		}
		c.names[c.number(d)] = holidayName(h.Title)
	}
	return nil
}

// count fills the tables that make every question one or two look-ups.
func (c *Calendar) count() {
	c.days = c.number(time.Date(c.last, 12, 31, 0, 0, 0, 0, time.UTC)) + 1
	c.before = make([]int, c.days+1)
	for i := range c.days {
		c.before[i] = len(c.working)
		_, off := c.names[i]
		if !off && !weekend(c.date(i).Weekday()) {
			c.working = append(c.working, i)
		}
	}
	c.before[c.days] = len(c.working)
}

func weekend(d time.Weekday) bool { return d == time.Saturday || d == time.Sunday }

// number returns how many days after 1 January of the first year the date in t
// is, in the zone t already has.
func (c *Calendar) number(t time.Time) int {
	y, m, d := t.Date()
	const day = 24 * time.Hour
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(c.first, 1, 1, 0, 0, 0, 0, time.UTC)) / day)
}

// date is the inverse of number, at midnight UTC.
func (c *Calendar) date(n int) time.Time { return time.Date(c.first, 1, 1+n, 0, 0, 0, 0, time.UTC) }

// day returns the number of t's London date, and an error matching
// ErrOutsideCalendar where that year's bank holidays are not known.
func (c *Calendar) day(t time.Time) (int, error) {
	t = t.In(London())
	switch {
	case t.Year() < c.first:
		return 0, outsideCalendar{year: c.first, before: true}
	case t.Year() > c.last:
		return 0, outsideCalendar{year: c.last}
	}
	return c.number(t), nil
}

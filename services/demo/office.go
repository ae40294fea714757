package demo

import (
	"sort"
	"time"

	"throughline/models"
)

// Offices open from nine to five, London time, on working days.
const (
	opens  = 9 * time.Hour
	closes = 17 * time.Hour
)

// office counts time as people at work live it: nine to five, London time,
// Monday to Friday less the bank holidays of the product's own calendar.
type office struct {
	from []time.Time // when each working day begins, in order
	last time.Time   // the end of what it covers
}

// newOffice covers the working days from first to last.
func newOffice(cal *models.Calendar, first, last time.Time) *office {
	o := &office{last: last}
	y, m, d := first.In(models.London()).Date()
	for i := 0; ; i++ {
		day := time.Date(y, m, d+i, 9, 0, 0, 0, models.London())
		if day.After(last) {
			return o
		}
		if cal.WorkingDay(day) {
			o.from = append(o.from, day)
		}
	}
}

// never is a moment no demo reaches: what would happen after the calendar's
// end does not happen.
func never() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }

// index returns the working day that a moment belongs to, or the next one.
func (o *office) index(at time.Time) int {
	return sort.Search(len(o.from), func(i int) bool { return at.Before(o.from[i].Add(closes - opens)) })
}

// open returns the moment itself within office hours, or the next opening.
func (o *office) open(at time.Time) time.Time {
	i := o.index(at)
	if i == len(o.from) {
		return never()
	}
	if at.Before(o.from[i]) {
		return o.from[i]
	}
	return at
}

// after returns the moment when so many office hours have passed.
func (o *office) after(at time.Time, d time.Duration) time.Time {
	const day = closes - opens
	at = o.open(at)
	i := o.index(at)
	if i == len(o.from) {
		return never()
	}
	d += at.Sub(o.from[i])
	i += int(d / day)
	if i >= len(o.from) {
		return never()
	}
	return o.from[i].Add(d % day).Truncate(time.Second)
}

// on returns a moment of the n-th working day after the date of another, so
// long after opening. With n at 0 it is the same day, or the next one open.
func (o *office) on(at time.Time, n int, sinceOpening time.Duration) time.Time {
	i := o.index(at) + n
	if i < 0 || i >= len(o.from) {
		return never()
	}
	return o.from[i].Add(sinceOpening).Truncate(time.Second)
}

// before returns a moment of the n-th working day before the date of another.
func (o *office) before(at time.Time, n int, sinceOpening time.Duration) time.Time {
	return o.on(at, -n, sinceOpening)
}

package demo

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"sync"
	"time"

	"throughline/models"
)

// demandFiles are counts by the Metropolitan Police: who was recorded as a
// victim, where, when and of what. NOTICE names their source and licence.
//
//go:embed data/*.csv
var demandFiles embed.FS

// month is a calendar month: years times twelve plus the month from 0.
type month int

func monthOf(t time.Time) month {
	y, m, _ := t.In(models.London()).Date()
	return month(y*12 + int(m) - 1)
}

func (m month) begin() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, models.London())
}

// cityShare is what the City of London is given of all cases: the counts are
// the Metropolitan Police's and leave it out, so this is a stated guess.
const cityShare = 0.003

// demand is what the counts say.
type demand struct {
	boroughs    []string // names, in order
	victims     map[month]map[string]float64
	ages        map[month]map[string]float64
	ethnicities map[month]map[string]float64
	classes     map[month]map[string]float64 // "group|offence"
	recorded    map[string]float64           // "major|minor", London, two years
	first, last month
}

var loadDemand = sync.OnceValues(func() (*demand, error) { return readDemand(demandFiles) })

func readDemand(files fs.FS) (*demand, error) {
	d := &demand{recorded: map[string]float64{}}
	var err error
	if d.victims, err = monthly(files, "data/victims-by-borough-month.csv", 1); err != nil {
		return nil, err
	}
	if d.ages, err = monthly(files, "data/victims-by-month-age.csv", 1); err != nil {
		return nil, err
	}
	if d.ethnicities, err = monthly(files, "data/victims-by-month-ethnicity.csv", 1); err != nil {
		return nil, err
	}
	if d.classes, err = monthly(files, "data/offences-by-month-class.csv", 2); err != nil {
		return nil, err
	}
	rows, err := readCSV(files, "data/recorded-crime.csv")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if d.recorded[r[0]+"|"+r[1]], err = strconv.ParseFloat(r[2], 64); err != nil {
			return nil, err
		}
	}
	names := map[string]bool{}
	for m, by := range d.victims {
		if d.first == 0 || m < d.first {
			d.first = m
		}
		d.last = max(d.last, m)
		for b := range by {
			names[b] = true
		}
	}
	d.boroughs = sortedKeys(names)
	return d, nil
}

// monthly reads a file of month, one or two keys and a count.
func monthly(files fs.FS, name string, keys int) (map[month]map[string]float64, error) {
	rows, err := readCSV(files, name)
	if err != nil {
		return nil, err
	}
	out := map[month]map[string]float64{}
	for _, r := range rows {
		at, err := time.ParseInLocation("2006-01-02", r[0], models.London())
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		n, err := strconv.ParseFloat(r[keys+1], 64)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		m := monthOf(at)
		if out[m] == nil {
			out[m] = map[string]float64{}
		}
		key := r[1]
		if keys == 2 {
			key += "|" + r[2]
		}
		out[m][key] += n
	}
	return out, nil
}

// readCSV returns the rows of a file without its heading.
func readCSV(files fs.FS, name string) ([][]string, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return rows[1:], nil
}

// known returns the month whose counts stand for m: itself where there are
// any, otherwise the same month of the nearest year that has them.
func (d *demand) known(m month) month {
	for m > d.last {
		m -= 12
	}
	for m < d.first {
		m += 12
	}
	return m
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// sharesOf returns the members of a month's counts and their weights, in order.
func sharesOf(by map[string]float64) []share[string] {
	var out []share[string]
	for _, k := range sortedKeys(by) {
		out = append(out, share[string]{k, by[k]})
	}
	return out
}

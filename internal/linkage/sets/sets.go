// Package sets holds two labelled sets of people who never lived, and measures
// linkage on them. The half of each that the weights were looked at with, and
// the half that they were not, are told apart by the number of the person.
package sets

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"throughline/internal/linkage"
)

//go:embed data/*.csv
var data embed.FS

// Set is people with the truth about which records are of one.
type Set struct {
	Name    string
	Records []linkage.Record
	Person  []int    // of each record
	True    [][2]int // the pairs that are labelled to be one person
	names   []string // of the records
}

// Half says which part of a set is measured.
type Half int

// The parts. Tuned is the half that the weights were looked at with: the people
// with even numbers.
const (
	All Half = iota
	Tuned
	Unseen
)

// Load reads the two sets: FEBRL's dataset1, whose names tell the truth, and
// fake_1000 of Splink with its labels.
func Load() ([]*Set, error) {
	var out []*Set
	for _, read := range []func() (*Set, error){febrl, fake} {
		s, err := read()
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// table reads a file as rows of columns by name.
func table(name string) ([]map[string]string, error) {
	f, err := data.Open("data/" + name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	rows := make([]map[string]string, 0, len(all))
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, column := range all[0] {
			row[column] = strings.TrimSpace(line[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// febrl reads the names, date of birth, postcode and suburb of dataset1: what
// the product holds of a person. Its streets and numbers of insurance are not
// compared.
func febrl() (*Set, error) {
	rows, err := table("dataset1.csv")
	if err != nil {
		return nil, err
	}
	s := &Set{Name: "dataset1"}
	first := map[int]int{}
	for i, row := range rows {
		number := strings.Split(row["rec_id"], "-")
		person, err := strconv.Atoi(number[1])
		if err != nil {
			return nil, fmt.Errorf("dataset1: %w", err)
		}
		born, _ := time.Parse("20060102", row["date_of_birth"]) // some are left out, some are no date
		s.add(row["rec_id"], person, linkage.Record{Given: row["given_name"], Family: row["surname"], Birth: born, Postcode: row["postcode"], Place: row["suburb"]})
		if j, known := first[person]; known {
			s.True = append(s.True, [2]int{j, i})
		}
		first[person] = i
	}
	return s, nil
}

// fake reads fake_1000 and the pairs its labels say are one person.
func fake() (*Set, error) {
	rows, err := table("fake_1000.csv")
	if err != nil {
		return nil, err
	}
	labels, err := table("fake_1000_labels.csv")
	if err != nil {
		return nil, err
	}
	s := &Set{Name: "fake_1000"}
	at := map[string]int{}
	for i, row := range rows {
		person, err := strconv.Atoi(row["cluster"])
		if err != nil {
			return nil, fmt.Errorf("fake_1000: %w", err)
		}
		born, _ := time.Parse(time.DateOnly, row["dob"])
		s.add(row["unique_id"], person, linkage.Record{Given: row["first_name"], Family: row["surname"], Birth: born, Email: row["email"], Place: row["city"]})
		at[row["unique_id"]] = i
	}
	for _, row := range labels {
		if strings.HasPrefix(row["clerical_match_score"], "1") {
			i, j := at[row["unique_id_l"]], at[row["unique_id_r"]]
			s.True = append(s.True, [2]int{min(i, j), max(i, j)})
		}
	}
	return s, nil
}

func (s *Set) add(name string, person int, r linkage.Record) {
	s.names, s.Person, s.Records = append(s.names, name), append(s.Person, person), append(s.Records, linkage.New(r))
}

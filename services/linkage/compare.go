package linkage

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/linkage"
	"throughline/internal/pg"
	"throughline/models"
)

// most is how many records one run compares: the next goes on.
const most = 500

// mostPairs is how many pairs one look at one record puts forward, the likeliest.
// A person with more records than that is linked through those; n records of
// nobody, logged to keep the officers busy, make n times as many pairs and not
// n times n.
const mostPairs = 10

// Compare compares the records that wait for it with those there are, and puts
// forward each that is likely of the same person. It acts for the system, which
// sees keys and dates and no person. Done twice, it puts forward once.
func (s *Service) Compare(ctx context.Context) (compared, raised int, err error) {
	for compared < most {
		done, n := false, 0
		err = s.db.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) error {
			done, n = false, 0
			var next struct{ CaseID uuid.UUID }
			if err := tx.Scan(ctx, &next, "select case_id from linkage_waiting order by since limit 1 for update skip locked"); err != nil || next.CaseID == uuid.Nil {
				return err
			}
			done = true
			var err error
			if n, err = raise(ctx, tx, next.CaseID); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "delete from linkage_waiting where case_id = ?", next.CaseID)
			return err
		})
		if err != nil || !done {
			return compared, raised, err
		}
		compared, raised = compared+1, raised+n
	}
	return compared, raised, nil
}

// candidate is a record as app_link_candidates tells it.
type candidate struct {
	CaseID, VictimID                     uuid.UUID
	Given, Family, Known, Postcode, Area string
	DateOfBirth                          *time.Time
	Contacts, Crimes                     string
}

func (c *candidate) record() linkage.Record {
	r := linkage.Record{
		Given: c.Given, Family: c.Family, Known: c.Known, Postcode: c.Postcode, Place: c.Area,
		Contacts: strings.Fields(c.Contacts), Crimes: strings.Fields(c.Crimes),
	}
	if c.DateOfBirth != nil {
		r.Birth = c.DateOfBirth.UTC()
	}
	return r
}

const candidatesSQL = `select case_id, victim_id, coalesce(given_key, '') as given, coalesce(family_key, '') as family, coalesce(known_key, '') as known,
	coalesce(encode(postcode_key, 'hex'), '') as postcode, coalesce(borough, '') as area, date_of_birth,
	array_to_string(array(select encode(x, 'hex') from unnest(contacts) x), ' ') as contacts,
	array_to_string(array(select encode(x, 'hex') from unnest(crimes) x), ' ') as crimes from app_link_candidates(?)`

// raise puts forward what is likely of the same person as a case.
func raise(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) (raised int, err error) {
	var all []candidate
	if err := tx.Scan(ctx, &all, candidatesSQL, caseID); err != nil || len(all) == 0 {
		return 0, err
	}
	for _, l := range likely(all) {
		done, err := putForward(ctx, tx, caseID, l)
		if err != nil {
			return raised, err
		}
		if done {
			raised++
		}
	}
	return raised, nil
}

// match is a record that is likely of the same person as the one compared.
type match struct {
	caseID uuid.UUID
	result linkage.Result
}

// likely compares the first of all with the others, and returns the likeliest.
func likely(all []candidate) (out []match) {
	self := all[0].record()
	for i := range all[1:] {
		other := all[i+1].record()
		if result := linkage.Compare(&self, &other); result.Likely(linkage.London) {
			out = append(out, match{all[i+1].CaseID, result})
		}
	}
	slices.SortStableFunc(out, func(a, b match) int { return cmp.Compare(b.result.Score, a.result.Score) })
	return out[:min(len(out), mostPairs)]
}

// putForward writes down a pair that nobody has put forward before.
func putForward(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, l match) (bool, error) {
	findings, err := json.Marshal(l.result.Findings)
	if err != nil {
		return false, models.Internal("writing down how two records agree", err)
	}
	one, two := caseID, l.caseID
	if bytes.Compare(one[:], two[:]) > 0 {
		one, two = two, one
	}
	id := models.NewID()
	n, err := tx.Exec(ctx, `insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at) values (?, ?, ?, ?, ?::jsonb, ?)
		on conflict (one_case_id, other_case_id) do nothing`, id, one, two, l.result.Score, string(findings), tx.Now)
	if err != nil || n == 0 {
		return false, err
	}
	// The event names the pair and no case: whoever reads a case's trail would
	// learn that there is another.
	return true, tx.Record(ctx, models.Event{Action: "duplicate.raised", SubjectType: "duplicate", SubjectID: id})
}

package linkage

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/linkage"
	"throughline/internal/pg"
	"throughline/models"
)

// most is how many records one run compares: the next goes on.
const most = 500

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
	self := all[0].record()
	for i := range all[1:] {
		c := &all[i+1]
		other := c.record()
		result := linkage.Compare(&self, &other)
		if !result.Likely(linkage.London) {
			continue
		}
		findings, err := json.Marshal(result.Findings)
		if err != nil {
			return raised, models.Internal("writing down how two records agree", err)
		}
		one, two := caseID, c.CaseID
		if bytes.Compare(one[:], two[:]) > 0 {
			one, two = two, one
		}
		id := models.NewID()
		n, err := tx.Exec(ctx, `insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at) values (?, ?, ?, ?, ?::jsonb, ?)
			on conflict (one_case_id, other_case_id) do nothing`, id, one, two, result.Score, string(findings), tx.Now)
		if err != nil {
			return raised, err
		}
		if n == 0 {
			continue
		}
		raised++
		// The event names the pair and no case: whoever reads a case's trail
		// would learn that there is another.
		if err := tx.Record(ctx, models.Event{Action: "duplicate.raised", SubjectType: "duplicate", SubjectID: id}); err != nil {
			return raised, err
		}
	}
	return raised, nil
}

package quality

import (
	"context"
	"io"
	"strconv"

	"throughline/internal/pg"
	"throughline/models"
)

// Step is one step of the way of referrals: how many of those sent got so far.
// Where it is hidden there is no number.
type Step struct {
	Key, Name, Definition string
	N                     int
	Hidden                bool
}

// steps are the way of a referral: each is of those of the step before.
func steps() []struct{ key, name, definition, more string } {
	return []struct{ key, name, definition, more string }{
		{"sent", "Sent", "Every referral that was sent, but for those entered in error.", ""},
		{"valid", "Meant for the service", "Not sent twice, not by mistake, and within what the service is for.", " and not (f.ended_at is not null and " + outOfScope + ")"},
		{"accepted", "Accepted", "A service accepted, whatever came after.", " and f.accepted_at is not null"},
		{"reached", "Reached", "The service spoke to the victim, or to the right person for them, by a safe way.", " and " + wasReached},
		{"planned", "Plan agreed", "At least one goal was agreed in the victim's words.", " and f.planned_at is not null"},
		{"completed", "Completed", "The work was done to its end.", " and f.status = 'completed'"},
	}
}

// Way is what became of the referrals sent in some months, step by step.
type Way struct {
	Query
	Steps []Step
}

// Way counts how far referrals got. The months are those of a measure's query;
// its measure and grouping are not looked at. Errors: invalid.
func (s *Service) Way(ctx context.Context, q Query) (Way, error) {
	out, err := s.rawWay(ctx, q)
	protectSteps(out.Steps)
	return out, err
}

func (s *Service) rawWay(ctx context.Context, q Query) (Way, error) {
	q.Measure, q.By = "referrals_received", nil
	if _, err := s.check(&q); err != nil {
		return Way{}, err
	}
	out := Way{Query: q}
	sql, so := "select ", stands
	for i, st := range steps() {
		so += st.more
		if i > 0 {
			sql += ", "
		}
		sql += "count(*) filter (where " + so + ") as " + st.key
		out.Steps = append(out.Steps, Step{Key: st.key, Name: st.name, Definition: st.definition})
	}
	sql += " from quality_facts f " + withReached + " where f.kind = 'referral' and f.month between $1 and $2 and ($3 = '' or f.pathway = $3)"
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var n struct{ Sent, Valid, Accepted, Reached, Planned, Completed int }
		if err := tx.Scan(ctx, &n, sql, q.From, q.To, q.Pathway); err != nil {
			return err
		}
		for i, v := range []int{n.Sent, n.Valid, n.Accepted, n.Reached, n.Planned, n.Completed} {
			out.Steps[i].N = v
		}
		return nil
	})
	return out, err
}

// protectSteps hides what could tell of one person. Whoever got to one step and
// not to the next is a count too: so a step is shown where it is nought or five
// at least, and as many as the last one shown or five fewer. One that is hidden
// between two that are shown could then be anything from the one to the other,
// which lie five apart or more.
func protectSteps(all []Step) {
	last := -1
	for i := range all {
		n := all[i].N
		small := n > 0 && n < fewest
		if lost := last - n; small || last >= 0 && lost > 0 && lost < fewest {
			all[i] = Step{Key: all[i].Key, Name: all[i].Name, Definition: all[i].Definition, Hidden: true}
			continue
		}
		last = n
	}
}

// WriteCSV writes the way as a file. It returns the fault of the writer.
func (w *Way) WriteCSV(to io.Writer) error {
	out := models.NewSheet(to)
	out.Row("Months", w.From.Format("2006-01")+" to "+w.To.Format("2006-01"))
	out.Row()
	out.Row("Step", "What it counts", "Number")
	for _, s := range w.Steps {
		n := strconv.Itoa(s.N)
		if s.Hidden {
			n = NotShown.Words()
		}
		out.Row(s.Name, s.Definition, n)
	}
	return out.Close()
}

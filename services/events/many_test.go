package events_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/events"
)

// traceSQL is everything that events did to a case, told without ids.
const traceSQL = `select line from (
	select 'clock ' || concat_ws(' ', k.rule, k.state, k.limit_days, k.started_at, k.due_at, k.first_due_at, k.stopped_at, k.why, k.holder_org_id, e.type, z.type, x.off_record, x.enhanced, x.ended_on, x.ended_by_org_id) as line
		from clocks k join case_clocks x on x.clock_id = k.id join case_events e on e.id = x.event_id left join case_events z on z.id = x.stop_event_id where k.case_id = $1
	union all select 'event ' || concat_ws(' ', type, occurred_at, known_at, details, encode(reference_key, 'hex')) from case_events where case_id = $1
	union all select 'way ' || concat_ws(' ', channel, safe, confirmed_on, version) from contact_channels where case_id = $1
	union all select 'then ' || topic from outbox where case_id = $1
	union all select 'trail ' || action || ' ' || (detail - 'event') from audit_events where case_id = $1 and action like 'case_event.%'
) x order by 1`

func (s *stage) trace(id uuid.UUID) (out []string) {
	s.t.Helper()
	rows, err := s.Owner.Query(s.t.Context(), traceSQL, id)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, line)
	}
	return out
}

func TestManyAtOnceDoAsOneAfterTheOtherDoes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.Case(t, s.As("police"))
	day := 24 * time.Hour
	list := []events.Input{
		s.input("E12", "listed", "L1", 4*day, "hearing_at", "2027-06-09T10:00:00Z", "court", "Zzcourt"),
		s.input("E12", "moved", "L2", 3*day, "hearing_at", "2027-09-02T09:00:00Z", "was_at", "2027-06-09T10:00:00Z"),
		s.input("E2", "", "a", time.Hour, "enhanced", true, "update_every", 14),
		s.input("E1", "", "b", 3*time.Hour), // what it starts was stopped by the one before
		s.input("E7", "interviewed", "c", 60*day),
		s.input("E18", "custody", "d", time.Hour, "contact_scheme", true, "months", 24),
		s.input("E21", "opt_out", "e", 0), // what it waives began with the one before
		s.input("E12", "listed", " l1", 4*day, "hearing_at", "2027-06-09T10:00:00Z", "court", "Zzcourt"),
		s.input("E12", "listed", "L1", 4*day, "hearing_at", "2027-06-10T10:00:00Z", "court", "Zzcourt"), // says something else
		s.input("E12", "listed", "L3", 4*day),                                                           // says too little
		s.input("E12", "moved", "L4", 20*365*day, "hearing_at", "2027-09-03T09:00:00Z"),                 // before the calendar begins
		s.input("E16", "lifted", "f", time.Hour),
		s.input("E16", "lifted", "g", time.Minute),
	}
	codes := func(err error) string { return string(models.CodeOf(err)) + " " + fields(err) }
	var one, many []string
	for _, in := range list {
		_, err := s.events.Record(s.As("police"), s.c.ID, in)
		one = append(one, codes(err))
	}
	dir, err := directory.New(s.DB).Snapshot(s.As("police"))
	if err != nil {
		t.Fatal(err)
	}
	err = s.DB.Write(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
		m, err := s.events.ManyNamed(ctx, tx, dir, []string{other.Reference, "C-0000-0000-0"})
		if err != nil {
			return err
		}
		for _, in := range list {
			_, _, err := m.Record(ctx, m.Named(other.Reference), in)
			many = append(many, codes(err))
		}
		if _, _, err := m.Record(ctx, m.Named("C-0000-0000-0"), list[0]); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("of no case: %v", err)
		}
		return m.Save(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DB.Read(s.As("commissioner"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.events.Many(ctx, tx, dir, []uuid.UUID{other.ID})
		return err
	}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("for whoever may not record: %v", err)
	}
	if diff := cmp.Diff(one, many); diff != "" {
		t.Errorf("what was said: one by one -, at once +\n%s", diff)
	}
	if diff := cmp.Diff(s.trace(s.c.ID), s.trace(other.ID)); diff != "" {
		t.Errorf("what was done: one by one -, at once +\n%s", diff)
	}
	if len(s.trace(other.ID)) < 25 {
		t.Errorf("too little was done to show anything: %q", s.trace(other.ID))
	}
}

package rights_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/rights"
)

// TestNothingIsAnsweredBeforeItIsKnownWhoAsksAndForWhom holds the service, and
// the database without it.
func TestNothingIsAnsweredBeforeItIsKnownWhoAsksAndForWhom(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, _ := b.old(24 * time.Hour)
	ctx, today := b.As("police.manager"), models.Today(b.Clock.Now())
	asked := func(kind, relation string, identity *rights.IdentityInput) models.DataRequest {
		t.Helper()
		in := rights.RequestInput{Kind: kind, Requester: "Z Q", Relation: relation, Asks: "All of it.", ReceivedOn: today}
		if relation != models.RelationSuspect {
			in.Record = c.Reference
		}
		if identity != nil {
			return b.received(in, *identity)
		}
		q, err := b.s.Receive(ctx, in)
		if err != nil {
			t.Fatalf("%v %v", err, models.FieldsOf(err))
		}
		return q
	}
	known := &rights.IdentityInput{}
	for name, test := range map[string]struct {
		q          models.DataRequest
		outcome    string
		constraint string
	}{
		"disclosed to nobody known":           {asked(models.RequestAccess, models.RelationVictim, nil), models.OutcomeRelease, "data_requests_identity"},
		"erased for nobody known":             {asked(models.RequestErasure, models.RelationVictim, nil), models.OutcomeErase, "data_requests_known_first"},
		"said neither to nobody known":        {asked(models.RequestAccess, models.RelationSuspect, nil), models.OutcomeNeither, "data_requests_known_first"},
		"disclosed to who shows no authority": {asked(models.RequestAccess, models.RelationOnBehalf, known), models.OutcomeRelease, "data_requests_authority_shown"},
		"erased for who shows no authority":   {asked(models.RequestErasure, models.RelationOnBehalf, known), models.OutcomeErase, "data_requests_erased_for_whom"},
		"erased for a suspect":                {asked(models.RequestErasure, models.RelationSuspect, known), models.OutcomeErase, "data_requests_erased_for_whom"},
		"said neither to the victim":          {asked(models.RequestAccess, models.RelationVictim, known), models.OutcomeNeither, "data_requests_neither_to_a_suspect"},
		"erased where a copy is asked for":    {asked(models.RequestAccess, models.RelationVictim, known), models.OutcomeErase, "data_requests_erases"},
	} {
		_, err := b.s.Propose(ctx, test.q.ID, rights.Proposal{Outcome: test.outcome, Why: "It was asked for."})
		if faults := models.FieldsOf(err); models.CodeOf(err) != models.CodeInvalid ||
			!slices.ContainsFunc(faults, func(f models.FieldError) bool { return f.Field == "outcome" }) {
			t.Errorf("%s: got %v %v, want it refused", name, err, faults)
		}
		err = b.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, "update data_requests set outcome = ? where id = ?", test.outcome, test.q.ID)
			return err
		})
		if got := pg.Constraint(err); got != test.constraint {
			t.Errorf("%s: got %q of the database, want %q", name, got, test.constraint)
		}
	}
	// What waits for a second person is not opened again meanwhile.
	q := asked(models.RequestErasure, models.RelationVictim, known)
	if _, err := b.s.Propose(ctx, q.ID, rights.Proposal{Outcome: models.OutcomeErase, Why: "No exemption fits."}); err != nil {
		t.Fatal(err)
	}
	_, err := b.s.Reopen(ctx, q.ID)
	b.wantCode(err, models.CodeConflict, "opening again what waits")
}

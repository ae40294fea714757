package migrations_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
)

// allowed are the changes of state that some row of the table makes.
func allowed() map[[2]models.ReferralStatus]bool {
	out := map[[2]models.ReferralStatus]bool{}
	for _, row := range models.Transitions() {
		for _, from := range row.From {
			switch row.Target {
			case models.ToState:
				out[[2]models.ReferralStatus{from, row.To}] = true
			case models.ToHeldFrom: // whatever was left for this state
				for _, pause := range models.Transitions() {
					for _, held := range pause.From {
						if pause.Pauses && pause.To == from {
							out[[2]models.ReferralStatus{from, held}] = true
						}
					}
				}
			}
		}
	}
	return out
}

// Whoever writes, the owner too, changes a state as the table says or not at
// all: every pair of states is tried.
func TestTheDatabaseItselfKeepsToTheStateTable(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	const put = `update referrals set status = $2, submitted_at = case when $2 = 'draft' then null else coalesce(submitted_at, now()) end,
		accepted_at = coalesce(accepted_at, now()), reason = 'other', ended_at = case when $3 then now() end, version = version + $4 where id = $1`
	c := connect(t, w.SuperDSN)
	as(t, c, w, "", func(tx pgx.Tx) {
		for _, from := range models.ReferralStatuses() {
			for _, statement := range []string{"set local session_replication_role = replica", ""} {
				var err error
				if statement != "" {
					_, err = tx.Exec(t.Context(), statement)
				} else {
					_, err = tx.Exec(t.Context(), put, r.ID, from, from.Ended(), 1)
				}
				if err != nil {
					t.Fatalf("bringing it to %s: %v", from, err)
				}
			}
			if _, err := tx.Exec(t.Context(), "set local session_replication_role = origin"); err != nil {
				t.Fatal(err)
			}
			for _, to := range models.ReferralStatuses() {
				want := "TL409"
				if from == to || allowed()[[2]models.ReferralStatus{from, to}] {
					want = ""
				}
				if n, got := try(t, tx, put, r.ID, to, to.Ended(), 1); got != want || want == "" && n != 1 {
					t.Errorf("%s to %s: got %d rows, %q, want %q", from, to, n, got, want)
				}
			}
			// A version is one step on the way: none is passed over, none trodden
			// twice, and only what is no act leaves it as it was.
			for step, want := range map[int]string{-1: "TL409", 0: "", 2: "TL409"} {
				if _, got := try(t, tx, put, r.ID, from, from.Ended(), step); got != want {
					t.Errorf("staying in %s, version %+d: got %q, want %q", from, step, got, want)
				}
			}
			if _, got := try(t, tx, put, r.ID, models.StatusEnteredInError, true, 0); got != "TL409" && from != models.StatusEnteredInError {
				t.Errorf("leaving %s on the same version: got %q, want it refused", from, got)
			}
		}
	})
	if n := len(allowed()); n < 50 {
		t.Errorf("got %d allowed changes: the table was read wrongly", n)
	}
}

// What should not exist keeps its shell and loses its content (row 25).
func TestWhatIsEnteredInErrorLosesItsContent(t *testing.T) {
	t.Parallel()
	s := set(t)
	s.Do(t, "update referrals set answers = '\\x01'::bytea || sha256('x'), version = version + 1 where id = $1", s.sent.ID)
	s.Do(t, "update referral_questions set answer = '\\x01'::bytea || sha256('x') where referral_id = $1", s.sent.ID)
	s.Do(t, "update referral_history set note = '\\x01'::bytea || sha256('x'), detail = '\\x01'::bytea || sha256('x') where referral_id = $1", s.sent.ID)
	s.Do(t, "update referrals set status = 'entered_in_error', reason = 'other', ended_at = now(), version = version + 1 where id = $1", s.sent.ID)
	for what, query := range map[string]string{
		"answers":   "select count(*) from referrals where id = $1 and answers <> '{}'",
		"shares":    "select count(*) from referral_shares where referral_id = $1 and content <> '{}'",
		"questions": "select count(*) from referral_questions where referral_id = $1 and (question <> '' or answer <> '')",
		"notes":     "select count(*) from referral_history where referral_id = $1 and (note is not null or detail <> '{}')",
	} {
		if n := s.Count(t, query, s.sent.ID); n != 0 {
			t.Errorf("its %s are still there", what)
		}
	}
	for what, query := range map[string]string{
		"its shell":         "select count(*) from referrals where id = $1 and reference is not null",
		"its history":       "select count(*) from referral_history where referral_id = $1 having count(*) >= 1",
		"another's content": "select count(*) from referral_shares where referral_id <> $1 and content <> '{}' having count(*) >= 1",
	} {
		if n := s.Count(t, query, s.sent.ID); n == 0 {
			t.Errorf("%s went too", what)
		}
	}
}

package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

func TestTheStateTableIsWhole(t *testing.T) {
	t.Parallel()
	left, reached := map[models.ReferralStatus]bool{}, map[models.ReferralStatus]bool{models.StatusDraft: true}
	for _, row := range models.Transitions() {
		if row.Row == "" || len(row.From) == 0 || len(row.By) == 0 {
			t.Errorf("row %q of %s names no number, state or side", row.Row, row.Action)
		}
		for _, s := range row.From {
			left[s] = true
			if !slices.Contains(models.ReferralStatuses(), s) {
				t.Errorf("row %s leaves %s, which is no state", row.Row, s)
			}
		}
		if row.Target == models.ToState {
			reached[row.To] = true
		}
		if (row.Target == models.ToState) != (row.To != "") {
			t.Errorf("row %s leads to %q by %s", row.Row, row.To, row.Target)
		}
	}
	for _, s := range models.ReferralStatuses() {
		if !reached[s] {
			t.Errorf("nothing leads to %s", s)
		}
		if !left[s] && s != models.StatusEnteredInError {
			t.Errorf("nothing leads on from %s", s)
		}
	}
}

func TestOnlyTwoRowsOfAnActionLeaveAState(t *testing.T) {
	t.Parallel()
	for _, s := range models.ReferralStatuses() {
		for _, row := range models.Transitions() {
			rows := models.FindTransitions(row.Action, s)
			if len(rows) < 2 {
				continue
			}
			// Who moves a referral and who proposes it, and a contact that
			// reaches and one that does not: nothing else is two things.
			if len(rows) > 2 || row.Action != models.ActReroute && row.Action != models.ActRecordContact {
				t.Errorf("%s in %s is %d rows", row.Action, s, len(rows))
			}
		}
	}
}

func TestOneOrganisationCanStandOnBothSides(t *testing.T) {
	t.Parallel()
	now := time.Now()
	org := uuid.New()
	r := &models.Referral{FromOrgID: org, ToOrgID: org, Status: models.StatusSubmitted, SubmittedAt: &now}
	worker := models.Actor{Role: models.RoleCaseworker, OrgID: org}
	if got, want := r.Sides(worker, false), []models.Side{models.SideReferrer, models.SideProvider}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	manager := models.Actor{Role: models.RoleProviderManager, OrgID: org}
	if got := r.Sides(manager, false); len(got) != 4 {
		t.Errorf("got %v, want the managers' sides as well", got)
	}
	if got := r.Sides(models.Actor{Role: models.RoleCourtOfficer, OrgID: org}, true); len(got) != 0 {
		t.Errorf("got %v for a court officer, want none", got)
	}
}

func TestAReceiverSeesNothingBeforeSendingAndAfterAnEndingBeforeAcceptance(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		r    models.Referral
		want bool
	}{
		"a draft":                   {models.Referral{Status: models.StatusDraft}, false},
		"sent":                      {models.Referral{Status: models.StatusSubmitted, SubmittedAt: &now}, true},
		"declined":                  {models.Referral{Status: models.StatusDeclined, SubmittedAt: &now, EndedAt: &now}, false},
		"withdrawn, not known":      {models.Referral{Status: models.StatusWithdrawn, SubmittedAt: &now, EndedAt: &now}, true},
		"withdrawn and known":       {models.Referral{Status: models.StatusWithdrawn, SubmittedAt: &now, EndedAt: &now, WithdrawalAcknowledgedAt: &now}, false},
		"completed":                 {models.Referral{Status: models.StatusCompleted, SubmittedAt: &now, EndedAt: &now, AcceptedAt: &now}, true},
		"moved on after acceptance": {models.Referral{Status: models.StatusRerouted, SubmittedAt: &now, EndedAt: &now, AcceptedAt: &now}, true},
	} {
		if got := c.r.VisibleToReceiver(); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestAllowedActionsAreTheTablesOwnAndNeverTheClocks(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := &models.Referral{Status: models.StatusSubmitted, SubmittedAt: &now}
	got := r.AllowedActions([]models.Side{models.SideProvider})
	want := []models.Action{models.ActAcknowledge, models.ActRequestInfo, models.ActAccept, models.ActWaitlist, models.ActProposeDecline, models.ActDecline, models.ActReroute}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := r.AllowedActions([]models.Side{models.SideSystem}); slices.Contains(got, models.ActLapse) {
		t.Error("lapsing is offered to somebody")
	}
	known := &models.Referral{Status: models.StatusWithdrawn, SubmittedAt: &now, EndedAt: &now, WithdrawalAcknowledgedAt: &now}
	if got := known.AllowedActions([]models.Side{models.SideProvider}); slices.Contains(got, models.ActAcknowledgeWithdrawal) {
		t.Error("a withdrawal that is known can be acknowledged again")
	}
}

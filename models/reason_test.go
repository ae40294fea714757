package models_test

import (
	"regexp"
	"slices"
	"testing"

	"throughline/models"
)

func TestEveryReasonHoldsTheSameRules(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range models.AllReasons() {
		key := string(r.Group) + "/" + r.Code
		if seen[key] {
			t.Errorf("%s stands twice", key)
		}
		seen[key] = true
		if !code.MatchString(r.Code) || r.Words == "" || len(r.Whose) == 0 {
			t.Errorf("%s is incomplete: %+v", key, r)
		}
		if (r.Code == "other") != r.NeedsText {
			t.Errorf("%s: got needs text %v; other, and only other, needs it", key, r.NeedsText)
		}
		if r.PausesClock && r.Group != models.GroupHold && r.Group != models.GroupPause {
			t.Errorf("%s pauses a clock outside a hold", key)
		}
		for _, by := range r.Whose {
			if !slices.Contains(models.DecidedBys(), by) {
				t.Errorf("%s: unknown %q", key, by)
			}
		}
		if got, ok := models.FindReason(r.Group, r.Code); !ok || got.Words != r.Words {
			t.Errorf("%s is not found", key)
		}
	}
	for _, g := range models.ReasonGroups() {
		if len(models.Reasons(g)) == 0 {
			t.Errorf("no reasons for %s", g)
		}
	}
	if len(models.AllReasons()) < 60 || models.Reasons("unknown") != nil {
		t.Errorf("got %d reasons", len(models.AllReasons()))
	}
}

// The list of referrals.md section 6, so that no reason is lost.
func TestTheReasonsOfTheLawAreThere(t *testing.T) {
	t.Parallel()
	for group, codes := range map[models.ReasonGroup][]string{
		models.GroupDecline: {
			"not_eligible_age", "not_eligible_area", "not_eligible_offence_or_need", "not_eligible_gender", "no_capacity",
			"waiting_list_closed", "specialist_not_available", "conflict_of_interest", "risk_too_high", "risk_below_threshold",
			"duplicate", "already_open_elsewhere", "insufficient_information", "unsafe_to_accept", "other",
		},
		models.GroupNotTakenUp: {"declined_support", "changed_mind", "not_now", "wants_different_service", "unsafe_to_engage", "moved", "died"},
		models.GroupNoContact:  {"wrong_number", "number_not_safe", "no_answer", "someone_else_answered", "mail_returned"},
		models.GroupWithdraw: {
			"sent_in_error", "duplicate", "victim_changed_mind", "consent_withdrawn", "needs_met_elsewhere",
			"moved_out_of_area", "unsafe_to_proceed", "case_closed", "died", "other",
		},
		models.GroupHold:     {"victim_asked", "awaiting_police_or_cps", "court_date_near", "health", "safe_contact_lost", "provider_staffing"},
		models.GroupEndEarly: {"victim_ended", "lost_contact", "moved", "risk_changed", "service_closed", "provider_ended", "imprisoned", "died", "other"},
	} {
		for _, code := range codes {
			if _, ok := models.FindReason(group, code); !ok {
				t.Errorf("%s has no %s", group, code)
			}
		}
		if got := len(models.Reasons(group)); got != len(codes) {
			t.Errorf("%s: got %d reasons, want %d", group, got, len(codes))
		}
	}
}

func TestStaffingNeverPausesAClockAndEveryOtherHoldDoes(t *testing.T) {
	t.Parallel()
	for _, r := range models.Reasons(models.GroupHold) {
		if r.PausesClock == (r.Code == "provider_staffing") {
			t.Errorf("%s: got pauses %v", r.Code, r.PausesClock)
		}
	}
}

func TestNoActionFindsOneCodeInTwoGroups(t *testing.T) {
	t.Parallel()
	for _, a := range []models.Action{
		models.ActDecline, models.ActProposeDecline, models.ActNotEngaged, models.ActWithdraw, models.ActHold, models.ActEndEarly,
		models.ActReroute, models.ActWaitlist, models.ActVoid, models.ActReopen,
	} {
		seen := map[string]bool{}
		for _, g := range models.ReasonGroupsOf(a) {
			for _, r := range models.Reasons(g) {
				if seen[r.Code] {
					t.Errorf("%s: %s stands in two groups", a, r.Code)
				}
				seen[r.Code] = true
			}
		}
		if len(seen) == 0 {
			t.Errorf("%s has no reasons", a)
		}
	}
	if models.ReasonGroupsOf(models.ActAccept) != nil {
		t.Error("accepting asks for a reason")
	}
}

func TestTheFourResultsAreNeverMixed(t *testing.T) {
	t.Parallel()
	provider, victim, nobody := models.DecidedByProvider, models.DecidedByVictim, models.DecidedByOther
	for _, tc := range []struct {
		group models.ReasonGroup
		code  string
		by    models.DecidedBy
		want  models.Result
	}{
		{models.GroupDecline, "no_capacity", provider, models.ResultProviderDeclined},
		{models.GroupDecline, "other", provider, models.ResultProviderDeclined},
		{models.GroupNotTakenUp, "changed_mind", victim, models.ResultVictimDeclined},
		{models.GroupNotTakenUp, "unsafe_to_engage", victim, models.ResultUnsafeToContact},
		{models.GroupNotTakenUp, "moved", nobody, models.ResultNone},
		{models.GroupNoContact, "no_answer", nobody, models.ResultUnableToContact},
		{models.GroupNoContact, "someone_else_answered", nobody, models.ResultUnsafeToContact},
		{models.GroupWithdraw, "consent_withdrawn", victim, models.ResultVictimDeclined},
		{models.GroupWithdraw, "sent_in_error", models.DecidedByReferrer, models.ResultNone},
		{models.GroupWithdraw, "other", victim, models.ResultVictimDeclined},
		{models.GroupWithdraw, "other", models.DecidedByReferrer, models.ResultNone},
		{models.GroupEndEarly, "lost_contact", nobody, models.ResultUnableToContact},
		{models.GroupEndEarly, "provider_ended", provider, models.ResultProviderDeclined},
		{models.GroupEndEarly, "other", provider, models.ResultProviderDeclined},
		{models.GroupEndEarly, "died", nobody, models.ResultNone},
	} {
		r, ok := models.FindReason(tc.group, tc.code)
		if got := r.Result(tc.by); !ok || got != tc.want {
			t.Errorf("%s/%s by %s: got %q, want %q", tc.group, tc.code, tc.by, got, tc.want)
		}
	}
	for _, r := range models.AllReasons() {
		for _, by := range r.Whose {
			got := r.Result(by)
			if got == models.ResultProviderDeclined && by != provider || got == models.ResultVictimDeclined && by != victim && by != models.DecidedBySystem {
				t.Errorf("%s/%s decided by %s: got %q", r.Group, r.Code, by, got)
			}
		}
	}
	words := map[string]bool{}
	for _, r := range models.Results() {
		words[r.Words()] = true
	}
	if len(words) != 4 || words[models.ResultNone.Words()] {
		t.Errorf("got %v, want four names of their own", words)
	}
}

func TestAReasonIsHeldAgainstItsActionAndWhoseDecisionItWas(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		action models.Action
		code   string
		by     models.DecidedBy
		note   string
		want   models.DecidedBy
		field  string
	}{
		{models.ActDecline, "no_capacity", models.DecidedByProvider, "", models.DecidedByProvider, ""},
		{models.ActDecline, "no_capacity", "", "", models.DecidedByProvider, ""},
		{models.ActDecline, "changed_mind", models.DecidedByVictim, "", models.DecidedByVictim, ""},
		{models.ActWithdraw, "consent_withdrawn", models.DecidedBySystem, "", models.DecidedBySystem, ""},
		{models.ActDecline, "no_capacity", models.DecidedByVictim, "", "", "decided_by"},
		{models.ActDecline, "changed_mind", models.DecidedByProvider, "", "", "decided_by"},
		{models.ActDecline, "no_capacity", "somebody", "", "", "decided_by"},
		{models.ActDecline, "other", models.DecidedByProvider, "  ", "", "note"},
		{models.ActDecline, "other", models.DecidedByProvider, "Moved to a new building", models.DecidedByProvider, ""},
		{models.ActDecline, "", models.DecidedByProvider, "", "", "reason"},
		{models.ActDecline, "victim_asked", models.DecidedByProvider, "", "", "reason"},
		{models.ActAccept, "no_capacity", models.DecidedByProvider, "", "", "reason"},
	} {
		r, by, faults := models.CheckReason(tc.action, tc.code, tc.by, tc.note)
		if tc.field == "" {
			if len(faults) > 0 || by != tc.want || r.Code != tc.code {
				t.Errorf("%s %s by %q: got %s, %s, %v", tc.action, tc.code, tc.by, r.Code, by, faults)
			}
			continue
		}
		if len(faults) != 1 || faults[0].Field != tc.field {
			t.Errorf("%s %q by %q: got %v, want one fault in %s", tc.action, tc.code, tc.by, faults, tc.field)
		}
	}
}

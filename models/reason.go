package models

import (
	"slices"
	"strings"
	"sync"
)

// ReasonGroup says what a coded reason is a reason for.
type ReasonGroup string

// The groups of referrals.md section 6, and the other places where the product
// asks why.
const (
	GroupDecline           ReasonGroup = "decline"
	GroupNotTakenUp        ReasonGroup = "not_taken_up"
	GroupNoContact         ReasonGroup = "no_contact"
	GroupWithdraw          ReasonGroup = "withdraw"
	GroupHold              ReasonGroup = "hold"
	GroupEndEarly          ReasonGroup = "end_early"
	GroupReroute           ReasonGroup = "reroute"
	GroupWaitlist          ReasonGroup = "waitlist"
	GroupVoid              ReasonGroup = "void"
	GroupReopen            ReasonGroup = "reopen"
	GroupSharingWithdrawn  ReasonGroup = "sharing_withdrawn"
	GroupHelpNotOffered    ReasonGroup = "help_not_offered"
	GroupSwitchOffEnhanced ReasonGroup = "switch_off_enhanced"
	GroupMissingField      ReasonGroup = "missing_field"
	GroupProtect           ReasonGroup = "protect"
	GroupUnprotect         ReasonGroup = "unprotect"
	GroupBar               ReasonGroup = "bar"
	GroupEmergency         ReasonGroup = "emergency"
	GroupLink              ReasonGroup = "link"
	GroupHandoffRefused    ReasonGroup = "handoff_refused"
	GroupCloseCase         ReasonGroup = "close_case"
	GroupPause             ReasonGroup = "pause"
	GroupExtend            ReasonGroup = "extend"
	GroupNotOwed           ReasonGroup = "not_owed"
)

// ReasonGroups lists every group, in the order they are published.
func ReasonGroups() []ReasonGroup {
	return []ReasonGroup{
		GroupDecline, GroupNotTakenUp, GroupNoContact, GroupWithdraw, GroupHold, GroupEndEarly, GroupReroute,
		GroupWaitlist, GroupVoid, GroupReopen, GroupSharingWithdrawn, GroupHelpNotOffered,
		GroupSwitchOffEnhanced, GroupMissingField, GroupProtect, GroupUnprotect, GroupBar, GroupEmergency, GroupLink,
		GroupHandoffRefused, GroupCloseCase,
		GroupPause, GroupExtend, GroupNotOwed,
	}
}

// Reason is one coded answer to "why". Codes are stored and published, so they
// never change meaning; the same code may stand in two groups.
type Reason struct {
	Code  string
	Group ReasonGroup
	Words string // as lists and pages say it
	// Whose says who can have decided; the first is assumed where nobody says.
	Whose       []DecidedBy
	NeedsText   bool // the note must say more
	PausesClock bool // only in GroupHold and GroupPause: whether clocks stand still meanwhile
	ending      Result
	byWhose     bool // the result follows from whose decision it was
}

// Result is what an ending means in figures. The four are never mixed in one
// count (referrals.md section 6).
type Result string

// The four results, and ResultNone for an ending that is none of them: the
// victim moved or died, the referral was sent in error, and the like.
const (
	ResultNone             Result = ""
	ResultProviderDeclined Result = "provider_declined"
	ResultVictimDeclined   Result = "victim_declined"
	ResultUnableToContact  Result = "unable_to_contact"
	ResultUnsafeToContact  Result = "unsafe_to_contact"
)

// Results lists the four, in the order figures show them.
func Results() []Result {
	return []Result{ResultProviderDeclined, ResultVictimDeclined, ResultUnableToContact, ResultUnsafeToContact}
}

// Words names the result as figures do.
func (r Result) Words() string {
	switch r {
	case ResultProviderDeclined:
		return "Service declined"
	case ResultVictimDeclined:
		return "Victim declined"
	case ResultUnableToContact:
		return "Unable to contact"
	case ResultUnsafeToContact:
		return "Unsafe to contact"
	case ResultNone:
		return "Ended for another reason"
	}
	return string(r)
}

// Words says whose decision it was, as pages do before the reason.
func (d DecidedBy) Words() string {
	switch d {
	case DecidedByProvider:
		return "The service's decision"
	case DecidedByVictim:
		return "The victim's decision"
	case DecidedByReferrer:
		return "The referrer's decision"
	case DecidedBySystem:
		return "Nobody answered in time"
	case DecidedByOther:
		return "Nobody's decision"
	}
	return string(d)
}

// DecidedBys lists who can have decided (decisions.md 25).
func DecidedBys() []DecidedBy {
	return []DecidedBy{DecidedByProvider, DecidedByVictim, DecidedByReferrer, DecidedBySystem, DecidedByOther}
}

var reasonsByGroup = sync.OnceValue(func() map[ReasonGroup][]Reason {
	out := map[ReasonGroup][]Reason{}
	for _, r := range slices.Concat(endingReasons(), otherReasons(), protectionReasons(), linkReasons(), handoffReasons(), clockReasons()) {
		out[r.Group] = append(out[r.Group], r)
	}
	return out
})

// Reasons returns the reasons of a group, the most used first. The slice is the
// caller's; an unknown group has none.
func Reasons(g ReasonGroup) []Reason { return slices.Clone(reasonsByGroup()[g]) }

// AllReasons returns every reason, group by group.
func AllReasons() []Reason {
	var out []Reason
	for _, g := range ReasonGroups() {
		out = append(out, reasonsByGroup()[g]...)
	}
	return out
}

// UnsafeReasons are the codes of endings that mean that it was not safe to reach
// somebody.
func UnsafeReasons() []string {
	var out []string
	for _, r := range AllReasons() {
		if !r.byWhose && r.ending == ResultUnsafeToContact {
			out = append(out, r.Code)
		}
	}
	return out
}

// FindReason returns the reason of a group with a code.
func FindReason(g ReasonGroup, code string) (Reason, bool) {
	for _, r := range reasonsByGroup()[g] {
		if r.Code == code {
			return r, true
		}
	}
	return Reason{}, false
}

// ReasonGroupsOf returns the groups an action takes its reason from; none for
// an action that needs no reason. A service that declines may pass on that the
// victim said no, or could not be reached safely, but never under its own name.
func ReasonGroupsOf(a Action) []ReasonGroup {
	switch a {
	case ActDecline, ActProposeDecline:
		return []ReasonGroup{GroupDecline, GroupNotTakenUp, GroupNoContact}
	case ActNotEngaged:
		return []ReasonGroup{GroupNoContact, GroupNotTakenUp}
	case ActWithdraw:
		return []ReasonGroup{GroupWithdraw}
	case ActHold:
		return []ReasonGroup{GroupHold}
	case ActEndEarly:
		return []ReasonGroup{GroupEndEarly}
	case ActReroute:
		return []ReasonGroup{GroupReroute}
	case ActWaitlist:
		return []ReasonGroup{GroupWaitlist}
	case ActVoid:
		return []ReasonGroup{GroupVoid}
	case ActReopen:
		return []ReasonGroup{GroupReopen}
	}
	return nil
}

// FindActionReason returns the reason with a code among those an action takes.
func FindActionReason(a Action, code string) (Reason, bool) {
	for _, g := range ReasonGroupsOf(a) {
		if r, ok := FindReason(g, code); ok {
			return r, true
		}
	}
	return Reason{}, false
}

// By returns who decided: by itself where the reason allows it, the reason's
// usual one where by is empty, and false where the reason cannot be theirs.
func (r Reason) By(by DecidedBy) (DecidedBy, bool) {
	if by == "" && len(r.Whose) > 0 {
		return r.Whose[0], true
	}
	return by, slices.Contains(r.Whose, by)
}

// Result returns what an ending for this reason means in figures. Whose
// decision it was settles the reasons that say too little, such as "other".
func (r Reason) Result(by DecidedBy) Result {
	if !r.byWhose {
		return r.ending
	}
	switch by {
	case DecidedByProvider:
		return ResultProviderDeclined
	case DecidedByVictim:
		return ResultVictimDeclined
	}
	return ResultNone
}

// CheckReason holds what somebody gave for an action against its reasons: the
// code, whose decision it was (empty: the usual one) and the note. It returns
// the reason and whose decision to store, or the faults in the fields reason,
// decided_by and note.
func CheckReason(a Action, code string, by DecidedBy, note string) (Reason, DecidedBy, []FieldError) {
	if code == "" {
		return Reason{}, "", []FieldError{Field("reason", FieldRequired, "Select a reason")}
	}
	r, ok := FindActionReason(a, code)
	if !ok {
		return Reason{}, "", []FieldError{Field("reason", FieldUnknown, "Select a reason from the list")}
	}
	var faults []FieldError
	decided, ok := r.By(by)
	switch {
	case !slices.Contains(DecidedBys(), decided):
		faults = append(faults, Field("decided_by", FieldUnknown, "Select whose decision it was"))
	case !ok:
		faults = append(faults, Field("decided_by", FieldNotOpen, "This reason cannot be theirs. Select another reason, or whose decision it was"))
	}
	if r.NeedsText && strings.TrimSpace(note) == "" {
		faults = append(faults, Field("note", FieldRequired, "Say what the reason was"))
	}
	return r, decided, faults
}

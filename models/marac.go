package models

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// RuleMARAC is the clock of a MARAC: referred to heard, and each action to done.
// Its number is a setting, because each MARAC has a protocol of its own.
const RuleMARAC Rule = "K27"

// MARACWatch is how long after it was heard anything new brings a case back to
// mind: a repeat need not be a crime (domain.md 2.3).
const MARACWatch = 1 // years

// The most characters of what is written at a MARAC.
const (
	MARACWordsLongest  = 10_000
	MARACActionLongest = 1_000
)

// MARACPapers are the fields of what was shared with a MARAC that those who take
// part read to look into it. Where and how somebody is reached is not among them.
func MARACPapers() []string {
	return []string{"given_name", "family_name", "known_as", "date_of_birth", "borough", "risk_level", "risk_assessment", "children", "perpetrator"}
}

// MARACMeeting is a day on which a MARAC meets.
type MARACMeeting struct {
	ID      uuid.UUID
	OrgID   uuid.UUID
	MeetsOn time.Time // a date
}

// CheckMeeting says what is wrong with the day of a meeting.
func CheckMeeting(on *time.Time, now time.Time) []FieldError {
	f := &Faults{}
	today := Today(now)
	switch {
	case on == nil || on.IsZero():
		f.Add("meets_on", FieldRequired, "Enter the day of the meeting")
	case on.Before(today):
		f.Add("meets_on", FieldInvalid, "The day of the meeting must be today or later")
	case on.After(today.AddDate(1, 0, 0)):
		f.Add("meets_on", FieldInvalid, "The day of the meeting must be within a year")
	}
	return f.List()
}

// CheckCriteria says what is wrong with why a case comes to a MARAC.
func CheckCriteria(criteria []string) []FieldError {
	f := &Faults{}
	sorted := slices.Sorted(slices.Values(criteria))
	switch {
	case len(criteria) == 0:
		f.Add("criteria", FieldRequired, "Select at least one criterion")
	case len(slices.Compact(sorted)) != len(criteria) || slices.ContainsFunc(criteria, func(c string) bool { return !HasChoice(MARACCriteria(), c) }):
		f.Add("criteria", FieldInvalid, "Select each criterion once, from the list")
	}
	return f.List()
}

// CheckMARACWords says what is wrong with research or minutes.
func CheckMARACWords(field, words string) []FieldError {
	f := &Faults{}
	if strings.TrimSpace(words) == "" {
		f.Add(field, FieldRequired, "Write something down")
	}
	f.text(field, "This", words, MARACWordsLongest, true)
	return f.List()
}

// CheckMARACAction says what is wrong with an action that is agreed on.
func CheckMARACAction(what string, due *time.Time, now time.Time) []FieldError {
	f := &Faults{}
	if strings.TrimSpace(what) == "" {
		f.Add("what", FieldRequired, "Write what is to be done")
	}
	f.text("what", "What is to be done", what, MARACActionLongest, true)
	switch {
	case due == nil || due.IsZero():
		f.Add("due_on", FieldRequired, "Enter when it is to be done by")
	case due.Before(Today(now)):
		f.Add("due_on", FieldInvalid, "The day must be today or later")
	case due.After(Today(now).AddDate(1, 0, 0)):
		f.Add("due_on", FieldInvalid, "The day must be within a year")
	}
	return f.List()
}

// MARACState is where a case stands at a MARAC.
type MARACState string

// The states, each following from what was recorded.
const (
	MARACToList MARACState = "to_list"
	MARACListed MARACState = "listed"
	MARACPutOff MARACState = "put_off"
	MARACHeard  MARACState = "heard"
	MARACAgain  MARACState = "again"
	MARACOver   MARACState = "over"
)

// Words say the state as pages do.
func (s MARACState) Words() string {
	switch s {
	case MARACToList:
		return "Waits for a meeting"
	case MARACListed:
		return "On the list of a meeting"
	case MARACPutOff:
		return "Put off to a later meeting"
	case MARACHeard:
		return "Heard, watched for a year"
	case MARACAgain:
		return "Something new since it was heard"
	case MARACOver:
		return "Heard, and the year is over"
	}
	return string(s)
}

// MARACCase is a case that a MARAC looks at, by the referral that brought it.
type MARACCase struct {
	ReferralID, CaseID, OrgID uuid.UUID
	Reference                 string
	Criteria                  []string
	MeetingID                 *uuid.UUID
	MeetsOn                   *time.Time // a date
	Listed                    int
	HeardAt                   *time.Time
	WatchedUntil              *time.Time
	AgainAt                   *time.Time
	AgainWhy                  string
	Version                   int
}

// State is where it stands at a moment.
func (c *MARACCase) State(now time.Time) MARACState {
	switch {
	case c.HeardAt == nil && c.MeetingID == nil:
		return MARACToList
	case c.HeardAt == nil && c.Listed > 1:
		return MARACPutOff
	case c.HeardAt == nil:
		return MARACListed
	case c.AgainAt != nil:
		return MARACAgain
	case now.Before(*c.WatchedUntil):
		return MARACHeard
	}
	return MARACOver
}

package models

import (
	"time"

	"github.com/google/uuid"
)

// TriageAnswer is what somebody says of a row of a feed that was flagged.
type TriageAnswer string

// The answers, one press each (issue 5: 20 seconds a row or less).
const (
	TriageFine     TriageAnswer = "fine"      // nothing more to see to
	TriageFollowUp TriageAnswer = "follow_up" // whoever says it sees to it
	TriageLater    TriageAnswer = "later"     // shown again after all others
)

// TriageAnswers lists them with their words.
func TriageAnswers() []Choice {
	return []Choice{
		{string(TriageFine), "Nothing more to see to"}, {string(TriageFollowUp), "I will see to it"}, {string(TriageLater), "Later: show me the next"},
	}
}

// TriageItem is a case that a feed made, as whoever triages sees it: no name, and
// no way to reach anybody.
type TriageItem struct {
	CaseID      uuid.UUID
	Reference   string
	Flags       []string
	Risk        Priority
	Force       string
	Offences    []string
	ReportedOn  *time.Time
	BoroughName string
	SentAt      time.Time // when the feed brought it
}

// FlagAdvice is what a flag asks for, in a sentence.
func FlagAdvice(flag string) string {
	return map[string]string{
		FlagUnsafe:         "Use only the ways that are marked safe. The others are closed.",
		FlagConsentRefused: "Refer them to nobody, unless the law asks for it.",
		FlagConsentNeeded:  "Ask them before you refer them: this kind of crime needs a yes.",
		FlagNoSafeWay:      "Ask the officer for a safe way before anybody tries.",
		FlagChild:          "Find out who may speak for them, and that it is not who is suspected.",
		FlagInterpreter:    "Book an interpreter before the first call.",
		FlagChanged:        "The force sent it again with something else in it. What was safe has to be confirmed again.",
		FlagNoNeedsCheck:   "Ask the officer, or ask at the first contact.",
		FlagNoRisk:         "It stands as standard until somebody says otherwise.",
		FlagNoEthnicity:    "Ask at the first contact, if they want to say.",
	}[flag]
}

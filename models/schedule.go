package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// ScheduleKind is one sort of record that an organisation keeps for a time of
// its own. The product's numbers, with their sources, are rows of
// retention_schedules (domain.md 5.3).
type ScheduleKind struct {
	Key     string
	Words   string
	Counted string // from when
	Least   int    // months an organisation may set, at least
	Most    int    // and at most
}

// ScheduleKinds lists them in the order people read them. The bounds are the
// product's: 12 years is the longest a commissioner's contract was found to
// ask for (domain.md 5.3), and no shorter time than the law of claims needs
// may be set for a child's record.
func ScheduleKinds() []ScheduleKind {
	return []ScheduleKind{
		{"no_service", "Case: no service was taken up", "the last thing that happened", 0, 12},
		{"no_contact", "Case: nobody could be reached", "the last thing that happened", 1, 24},
		{"service_user", "Case: a service was used, or it is open with nothing sent", "the last thing that happened", 12, 144},
		{"child", "Case of somebody who was under 18", "their birth; the later of this and the time above holds", 252, 1200},
		{"child_sexual_abuse", "Case of child sexual abuse", "the last thing that happened", 900, 1200},
		{"referral_record", "What a service wrote of its own work on a referral", "the end of the referral", 12, 144},
		{"contact_details", "Numbers, addresses and code word, once no work is live", "the last thing that happened", 1, 72},
	}
}

// FindScheduleKind finds one by its key.
func FindScheduleKind(key string) (ScheduleKind, bool) {
	for _, k := range ScheduleKinds() {
		if k.Key == key {
			return k, true
		}
	}
	return ScheduleKind{}, false
}

// Swept is what goes by itself, without anybody's approval: it is nobody's
// record. The times are the product's and no setting.
type Swept struct{ Words, Kept, Source string }

// SweptKinds lists them for the page of schedules.
func SweptKinds() []Swept {
	const own = "The product's own rule"
	return []Swept{
		{"Wrong sign-in guesses", "1 day", own + ": they are counted for five minutes"},
		{"Devices a person signed in with", "90 days", own},
		{"Sessions that ended", "30 days", own},
		{"Unfinished forms and draft referrals nobody touched", "90 days", own + " (referrals.md, row 0)"},
		{"Answers kept for a repeated request", "24 hours", own},
		{"Messages between changes and notices", "7 days", own},
	}
}

// Schedule is how long one kind of record is kept, and who says so.
type Schedule struct {
	Kind       string
	Months     int
	Days       int
	Source     string
	SourceDate time.Time
	Own        bool // the organisation's, and not the product's
	SetAt      time.Time
	Version    int // 0: the organisation has set nothing
}

// Words writes the time: "6 years", "42 days".
func (s Schedule) Words() string {
	var parts []string
	if y := s.Months / 12; y > 0 {
		parts = append(parts, Plural(y, "year", "years"))
	}
	if m := s.Months % 12; m > 0 {
		parts = append(parts, Plural(m, "month", "months"))
	}
	if s.Days > 0 {
		parts = append(parts, Plural(s.Days, "day", "days"))
	}
	return List(parts)
}

// HoldReasons are why a record is kept past its time (domain.md 5.3).
func HoldReasons() []Choice {
	return []Choice{
		{"police", "A police investigation or prosecution"},
		{"information_request", "A request for the victim's information"},
		{"inquest", "An inquest"},
		{"death_review", "A review of a death"},
		{"inquiry", "A public inquiry"},
		{"claim", "A claim, or one that is likely"},
		{"complaint", "A complaint"},
		{"kept_at_review", "Still needed, found at review"},
		{HoldOther, "Something else"},
	}
}

// HoldOther is the reason that says itself why.
const HoldOther = "other"

// Hold keeps a case and all that belongs to it from being deleted.
type Hold struct {
	ID        uuid.UUID
	CaseID    uuid.UUID
	Reference string
	Reason    string
	Note      string
	PlacedBy  uuid.UUID
	PlacedAt  time.Time
	Until     *time.Time // the last day; nil: until it is lifted
	LiftedAt  *time.Time
	LiftNote  string
	Version   int
}

// Check says what is wrong with a hold.
func (h *Hold) Check(today time.Time) []FieldError {
	h.Note = strings.TrimSpace(h.Note)
	f := &Faults{}
	f.oneOf("reason", "Select why it has to be kept", h.Reason, HoldReasons())
	if h.Reason == HoldOther && h.Note == "" {
		f.Add("note", FieldRequired, "Say why it has to be kept")
	}
	f.text("note", "Note", h.Note, 1000, true)
	if h.Until != nil && h.Until.Before(today) {
		f.Add("until", FieldInvalid, "The last day must be today or in the future")
	}
	return f.List()
}

// The states of an item of the review list.
const (
	ItemWaiting  = "waiting"
	ItemApproved = "approved"
	ItemKept     = "kept"
	ItemDeleted  = "deleted"
)

// ItemKindWords names what an item deletes.
func ItemKindWords(kind string) string {
	switch kind {
	case "case":
		return "The whole case"
	case "contact_details":
		return "Contact details and code word"
	case "referral_record":
		return "The service's own record"
	}
	return kind
}

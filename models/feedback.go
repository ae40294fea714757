package models

import (
	"time"

	"github.com/google/uuid"
)

// FeedbackPoint is a moment at which somebody is asked, and why then.
type FeedbackPoint struct {
	Key   string
	Words string
	After int // days after what it waits for
	Why   string
}

// FeedbackDays is how long the questions stay open, and how long it is at least
// until the next are asked.
const FeedbackDays = 28

// FeedbackPoints lists them. The database asks by the same numbers
// (app_feedback_due), and a test holds the two together. Endings and trials of
// more than 120 days ago are not asked about.
func FeedbackPoints() []FeedbackPoint {
	return []FeedbackPoint{
		{"working", "While support goes on", 42, "Six weeks in, there is enough to judge by, and time to put it right."},
		{"ended", "After support ended", 14, "Nothing depends on the answer any more, and it is remembered."},
		{"trial", "After a trial ended", 28, "They were told how it ended, and have had time to take it in."},
	}
}

// FeedbackOffice is an answer that somebody gave to the Commissioner's office.
const FeedbackOffice = "office"

// FeedbackPointWords names a point, or that it was said to the office.
func FeedbackPointWords(key string) string {
	for _, p := range FeedbackPoints() {
		if p.Key == key {
			return p.Words
		}
	}
	return "Told to the office"
}

// FeedbackQuestions lists the three questions as staff read them.
func FeedbackQuestions() []Choice {
	return []Choice{{"heard", "Did they listen to you?"}, {"safer", "Do you feel safer?"}, {"again", "Would you go to them again?"}}
}

// FeedbackNotNow is what somebody chose who did not want to say. Left out is
// nothing at all.
const FeedbackNotNow = "not_now"

// FeedbackAnswers lists what can be answered.
func FeedbackAnswers() []Choice {
	return []Choice{{"yes", "Yes"}, {"partly", "A bit"}, {"no", "No"}, {FeedbackNotNow, "Not now"}}
}

// FeedbackMost is the most characters somebody says besides.
const FeedbackMost = 1000

// Feedback is one answer. It names its service and month, and nobody.
type Feedback struct {
	ID        uuid.UUID
	OrgID     uuid.UUID
	ServiceID uuid.UUID // uuid.Nil: of no one service
	Point     string
	Month     time.Time
	Heard     string // empty: left out
	Safer     string
	Again     string
	Words     string
	HasWords  bool
}

// Of is the answer to a question.
func (f *Feedback) Of(question string) string {
	return map[string]string{"heard": f.Heard, "safer": f.Safer, "again": f.Again}[question]
}

// Settle turns an answer that says nothing into "not now".
func (f *Feedback) Settle() {
	said := f.Words != ""
	for _, q := range FeedbackQuestions() {
		said = said || f.Of(q.Key) != "" && f.Of(q.Key) != FeedbackNotNow
	}
	if !said {
		f.Heard, f.Safer, f.Again = FeedbackNotNow, FeedbackNotNow, FeedbackNotNow
	}
}

// Check finds what is wrong with an answer: nothing has to be given.
func (f *Feedback) Check() []FieldError {
	out := &Faults{}
	for _, q := range FeedbackQuestions() {
		if v := f.Of(q.Key); v != "" {
			out.oneOf(q.Key, "Select one of the answers", v, FeedbackAnswers())
		}
	}
	out.text("words", "What they say", f.Words, FeedbackMost, true)
	return out.List()
}

package v1

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/samples"
)

// SamplePage is one item as a reader sees it.
type SamplePage struct {
	SampleItem
	Criteria []Criterion       `json:"criteria"`
	Referral SampleReferral    `json:"referral"`
	Readings []SampleItemGrade `json:"readings" doc:"One's own; those of others once all have read it."`
}

// SampleItemGrade is one reading of an item.
type SampleItemGrade struct {
	Kind    string         `json:"kind" enum:"first,second,moderation"`
	Answers []SampleAnswer `json:"answers"`
}

// SampleReferral is the redacted copy of a referral. Days are counted since the
// case was logged, which is day 1.
type SampleReferral struct {
	Priority string          `json:"priority"`
	Risk     string          `json:"risk_level"`
	Status   string          `json:"status"`
	Reason   string          `json:"reason,omitempty"`
	Happened []SampleLine    `json:"happened"`
	Attempts []SampleAttempt `json:"attempts"`
	Clocks   []SampleClock   `json:"clocks"`
	Channels []SampleChannel `json:"channels"`
	Ratings  []SampleRating  `json:"ratings" doc:"What the victim said of each need."`
}

// SampleLine is one thing that happened.
type SampleLine struct {
	Day  int    `json:"day"`
	What string `json:"what"`
	Who  string `json:"who" doc:"What kind of body it was."`
}

// SampleAttempt is one attempt to reach the victim.
type SampleAttempt struct {
	Day       int    `json:"day"`
	Time      string `json:"time"`
	Channel   string `json:"channel"`
	Direction string `json:"direction"`
	Outcome   string `json:"outcome"`
	Counts    bool   `json:"counts"`
	Incident  bool   `json:"safety_incident"`
	Who       string `json:"who"`
}

// SampleClock is one limit, and whether it was kept.
type SampleClock struct {
	Rule    string `json:"rule"`
	State   string `json:"state"`
	From    int    `json:"from_day"`
	Due     int    `json:"due_day"`
	Stopped *int   `json:"stopped_day,omitempty"`
	Who     string `json:"who"`
}

// SampleChannel is one way to reach the victim.
type SampleChannel struct {
	Channel   string `json:"channel"`
	Safe      string `json:"safe"`
	Confirmed *int   `json:"confirmed_day,omitempty"`
}

// SampleRating is how one need stood.
type SampleRating struct {
	Day   int    `json:"day"`
	Need  string `json:"need"`
	Point string `json:"point"`
	Score string `json:"score" doc:"1 to 5, or why there is none."`
}

func (n NewSample) model() models.Sample {
	out := models.Sample{Name: n.Name, Pathway: string(n.Pathway), Method: string(n.Method), ServiceID: n.ServiceID, OfOrgID: n.OrganisationID, FromMonth: monthOf(n.From), ToMonth: monthOf(n.To), Size: n.Size, SecondShare: 20}
	if n.SecondShare != nil {
		out.SecondShare = *n.SecondShare
	}
	switch {
	case n.By == "" && n.Method == "stratified":
		out.Strata = "service"
	case n.By == "" || n.Method == "random":
		out.Strata = "none"
	default:
		out.Strata = string(n.By)
	}
	out.Seed = samples.NewSeed()
	if n.Seed != nil {
		out.Seed = *n.Seed
	}
	return out
}

// monthOf is the first day of the month of a day; nothing for what is none.
func monthOf(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1-t.Day())
}

func (r SampleReading) model() models.Reading {
	out := models.Reading{Grades: map[string]models.Grade{}, Words: map[string]string{}}
	for _, a := range r.Answers {
		out.Grades[string(a.Criterion)], out.Words[string(a.Criterion)] = models.Grade(a.Grade), a.Proof
	}
	return out
}

// placed names the faults of answers by where they stand in what was sent.
func (r SampleReading) placed(err error) error {
	if models.CodeOf(err) != models.CodeInvalid {
		return err
	}
	var out []models.FieldError
	for _, f := range models.FieldsOf(err) {
		criterion, proof := strings.CutSuffix(strings.TrimPrefix(f.Field, "answers."), ".proof")
		for i, a := range r.Answers {
			at := "answers[" + strconv.Itoa(i) + "]."
			switch {
			case f.Field == "answers" && f.Code == models.FieldUnknown && !models.KnownCriterion(string(a.Criterion)):
				f.Field = at + "criterion"
			case string(a.Criterion) == criterion && proof:
				f.Field = at + "proof"
			case string(a.Criterion) == criterion:
				f.Field = at + "grade"
			default:
				continue
			}
			break
		}
		if strings.HasPrefix(f.Field, "answers.") {
			f.Field = "answers" // one that is missing
		}
		out = append(out, f)
	}
	return models.Invalid(out...)
}

func presentSampleRule(s models.Sample) SampleRule {
	out := SampleRule{
		ID: s.ID, Name: s.Name, Pathway: s.Pathway, StandardVersion: s.StandardVersion, ServiceID: orNone(s.ServiceID), OrganisationID: orNone(s.OfOrgID),
		From: s.FromMonth.Format(time.DateOnly), To: s.ToMonth.Format(time.DateOnly), Size: s.Size, Method: "random", Seed: s.Seed, SecondShare: s.SecondShare,
		InReach: s.InReach, Drawn: s.Drawn, LeftOut: append([]uuid.UUID{}, s.LeftOut...), Fingerprint: s.Fingerprint, DrawnAt: utc(s.DrawnAt),
	}
	if s.Strata != "none" {
		out.Method, out.By = "stratified", s.Strata
	}
	return out
}

func orNone(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func presentSample(v samples.View) Sample {
	out := Sample{
		SampleRule: presentSampleRule(v.Sample), Criteria: presentCriteria(v.Standard), Items: []SampleItem{}, Finished: v.Results.Finished, AnswersCompared: v.Results.Compared,
		AnswersDifferent: v.Results.Differed, Results: []CriterionResult{}, Findings: presented(v.Findings, presentFinding), Actions: presented(v.Actions, presentImprovement),
	}
	for i := range v.Items {
		out.Items = append(out.Items, presentSampleItem(&v.Items[i]))
	}
	for _, c := range v.Standard.Criteria {
		t := v.Results.Criteria[c.Key]
		out.Results = append(out.Results, CriterionResult{
			Criterion: c.Key, Yes: t[models.GradeYes], Partly: t[models.GradePartly], No: t[models.GradeNo], CannotTell: t[models.GradeCannotTell],
		})
	}
	return out
}

func presentCriteria(s models.Standard) []Criterion {
	return presented(s.Criteria, func(c models.Criterion) Criterion {
		return Criterion{Key: c.Key, Question: c.Question, Hint: c.Hint, Source: c.Source}
	})
}

func presentSampleItem(i *samples.Item) SampleItem {
	return SampleItem{Item: i.N, Person: i.Person, Second: i.Second, Readings: i.Readings, Finished: i.Finished(), Differs: append([]string{}, i.Differs...), Moderated: i.Moderated}
}

func presentFinding(f models.Finding) SampleFinding {
	return SampleFinding{ID: f.ID, Theme: f.Theme, Finding: f.Finding, Items: append([]int{}, f.Items...), At: utc(f.At)}
}

func presentSamplePage(p samples.Page) *samplePageOut {
	out := SamplePage{SampleItem: presentSampleItem(&p.Item), Criteria: presentCriteria(p.Standard), Referral: presentCopy(&p.Copy), Readings: []SampleItemGrade{}}
	for _, r := range p.Readings {
		g := SampleItemGrade{Kind: r.Kind, Answers: []SampleAnswer{}}
		for _, key := range p.Standard.Keys() {
			if grade, ok := r.Grades[key]; ok {
				g.Answers = append(g.Answers, SampleAnswer{Criterion: Key(key), Grade: Key(grade), Proof: r.Words[key]})
			}
		}
		out.Readings = append(out.Readings, g)
	}
	return &samplePageOut{Body: out}
}

func presentCopy(c *samples.Copy) SampleReferral {
	return SampleReferral{
		Priority: c.Priority, Risk: c.Risk, Status: string(c.Status), Reason: c.Reason,
		Happened: presented(c.Lines, func(l samples.Line) SampleLine { return SampleLine(l) }),
		Attempts: presented(c.Attempts, func(a samples.Attempt) SampleAttempt {
			return SampleAttempt{Day: a.Day, Time: a.Time, Channel: string(a.Channel), Direction: a.Direction, Outcome: a.Outcome, Counts: a.Counts, Incident: a.Incident, Who: a.Who}
		}),
		Clocks: presented(c.Clocks, func(k samples.Clock) SampleClock {
			return SampleClock{Rule: string(k.Rule), State: string(k.State), From: k.From, Due: k.Due, Stopped: k.Stopped, Who: k.Who}
		}),
		Channels: presented(c.Channels, func(k samples.Channel) SampleChannel {
			return SampleChannel{Channel: string(k.Channel), Safe: k.Safe, Confirmed: k.Confirmed}
		}),
		Ratings: presented(c.Ratings, func(r samples.Rating) SampleRating {
			return SampleRating{Day: r.Day, Need: r.Need, Point: string(r.Point), Score: r.Score}
		}),
	}
}

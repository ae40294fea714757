package samples

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// Copy is what a reader sees of one referral: what was done, on which day since
// the case was logged, and by what kind of body. Days are counted, the first is
// day 1; there is no date, no name and nobody's words in it.
type Copy struct {
	Priority string
	Risk     string
	Status   models.ReferralStatus
	Reason   string
	Lines    []Line
	Attempts []Attempt
	Clocks   []Clock
	Channels []Channel
	Ratings  []Rating
}

// Line is one thing that happened.
type Line struct {
	Day  int
	What string
	Who  string
}

// Attempt is one attempt to reach the victim.
type Attempt struct {
	Day       int
	Time      string
	Channel   models.Channel
	Direction string
	Outcome   string
	Counts    bool
	Incident  bool
	Who       string
}

// Clock is one limit, and whether it was kept.
type Clock struct {
	Rule    models.Rule
	State   models.ClockState
	From    int
	Due     int
	Stopped *int
	Who     string
}

// Channel is one way to reach the victim, and when it was last confirmed.
type Channel struct {
	Channel   models.Channel
	Safe      string
	Confirmed *int
}

// Rating is how the victim said that one need stood.
type Rating struct {
	Day   int
	Need  string
	Point models.NeedPoint
	Score string
}

// facts are what the database tells of a referral.
type facts struct {
	LoggedAt       time.Time `json:"logged_at"`
	Priority, Risk string
	Status         models.ReferralStatus
	Reason         *string
	DecidedBy      *string `json:"decided_by"`
	Steps          []told
	Clocks         []told
	Attempts       []told
	Holders        []told
	Handoffs       []told
	Events         []told
	Notes          []told
	Channels       []told
	Ratings        []told
}

// told is one row of any of them: what it holds depends on which.
type told struct {
	At, From, Until, Due, Stopped, Decided, Told *time.Time
	Confirmed                                    *string
	Org                                          uuid.UUID
	FromOrg                                      uuid.UUID `json:"from_org"`
	Action, To, Duty, Status, Type               string
	Rule                                         models.Rule
	State                                        models.ClockState
	Reason, Unrated                              *string
	Channel                                      models.Channel
	Direction, Outcome, Safe, Need               string
	Counted, Incident                            bool
	Point                                        models.NeedPoint
	Score                                        *int
}

// redactor turns times into days and organisations into kinds.
type redactor struct {
	kind  func(uuid.UUID) models.OrganisationKind
	start time.Time
	names map[uuid.UUID]string
	kinds map[models.OrganisationKind]int
}

func (r *redactor) day(at *time.Time) int {
	if at == nil {
		return 0
	}
	d := int(models.Today(*at).Sub(models.Today(r.start)).Hours()/24+0.5) + 1
	if d < 1 {
		d-- // there is no day 0
	}
	return d
}

func (r *redactor) dayOf(at *time.Time) *int {
	if at == nil {
		return nil
	}
	d := r.day(at)
	return &d
}

// who is an organisation as a reader sees it: what kind of body it is, with a
// number from the second of its kind on.
func (r *redactor) who(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	if known, ok := r.names[id]; ok {
		return known
	}
	kind := r.kind(id)
	r.kinds[kind]++
	name := models.OrganisationKindWords(kind)
	if n := r.kinds[kind]; n > 1 {
		name += " " + strconv.Itoa(n)
	}
	r.names[id] = name
	return name
}

// Redact makes the copy that is stored of what the database told of a referral;
// kind says what sort of body an organisation is.
func Redact(kind func(uuid.UUID) models.OrganisationKind, in []byte) (Copy, error) {
	var f facts
	if err := json.Unmarshal(in, &f); err != nil {
		return Copy{}, models.Internal("reading what is told of a referral", err)
	}
	r := &redactor{kind: kind, start: f.LoggedAt, names: map[uuid.UUID]string{}, kinds: map[models.OrganisationKind]int{}}
	c := Copy{Priority: f.Priority, Risk: f.Risk, Status: f.Status, Reason: text(f.Reason)}
	c.Lines = r.lines(&f)
	for _, a := range f.Attempts {
		c.Attempts = append(c.Attempts, Attempt{
			Day: r.day(a.At), Time: models.Time(*a.At), Channel: a.Channel, Direction: a.Direction, Outcome: a.Outcome, Counts: a.Counted, Incident: a.Incident, Who: r.who(a.Org),
		})
	}
	for _, k := range f.Clocks {
		c.Clocks = append(c.Clocks, Clock{Rule: k.Rule, State: k.State, From: r.day(k.From), Due: r.day(k.Due), Stopped: r.dayOf(k.Stopped), Who: r.who(k.Org)})
	}
	for _, k := range f.Channels {
		ch := Channel{Channel: k.Channel, Safe: k.Safe}
		if k.Confirmed != nil {
			if on, err := time.ParseInLocation(time.DateOnly, *k.Confirmed, models.London()); err == nil {
				ch.Confirmed = r.dayOf(&on)
			}
		}
		c.Channels = append(c.Channels, ch)
	}
	for _, g := range f.Ratings {
		score := text(g.Unrated)
		if g.Score != nil {
			score = strconv.Itoa(*g.Score)
		}
		c.Ratings = append(c.Ratings, Rating{Day: r.day(g.At), Need: g.Need, Point: g.Point, Score: score})
	}
	return c, nil
}

// lines are what happened, in order: who held the case, what was done about the
// referral, hand-offs, events, and that a note was written.
func (r *redactor) lines(f *facts) []Line {
	var out []timed
	add := func(at *time.Time, what, who string) {
		if at != nil {
			out = append(out, timed{*at, Line{Day: r.day(at), What: what, Who: who}})
		}
	}
	for _, h := range f.Holders {
		add(h.From, "Took on the case", r.who(h.Org))
	}
	for _, s := range f.Steps {
		what := referrals.StepWords(models.Action(s.Action))
		if s.Reason != nil {
			what += ": " + reason(models.Action(s.Action), *s.Reason)
		}
		add(s.At, what, r.who(s.Org))
	}
	for _, h := range f.Handoffs {
		duty := models.LowerFirst(models.Duty(h.Duty).Words())
		add(h.At, "Offered to hand over: "+duty, r.who(h.FromOrg))
		if h.Decided != nil {
			add(h.Decided, "Hand-over of "+duty+": "+models.LowerFirst(models.HandoffStatus(h.Status).Words()), r.who(h.Org))
		}
	}
	for _, e := range f.Events {
		what := e.Type
		if spec, ok := models.FindEventType(e.Type); ok {
			what = spec.Words
		}
		add(e.At, what, r.who(e.Org))
		add(e.Told, "The victim was told: "+models.LowerFirst(what), r.who(e.Org))
	}
	for _, n := range f.Notes {
		add(n.At, "A note was written. Its words are masked", r.who(n.Org))
	}
	return inOrder(out)
}

package status

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Phrase is something that is said, by its key in the texts, with the date and
// the number that stand in it.
type Phrase struct {
	Key string
	On  time.Time // zero: it names no date
}

// Step is one thing that happened, or comes next.
type Step struct {
	Phrase
	Team int // which of several teams, from 1; 0 where there is one
	Next bool
	Late bool // it should have happened
}

// Update is all that the page says. It holds no name, place, service or word of
// anybody, and nothing that the victim has not been told.
type Update struct {
	Language string // of the code, as it was agreed
	Now      Phrase // the one sentence that says how things stand
	Done     []Step // what has happened, the first first
	Next     []Step
	Rights   []Right
	Asks     uuid.UUID // the questions that are theirs to answer; uuid.Nil: none
	At       time.Time
}

// Right is what is owed to the victim now, or was done.
type Right struct {
	Key  string // of the texts
	Who  string // whom to ask, of the texts
	Due  time.Time
	Done time.Time // zero: not yet
	Late bool
	Open bool // nobody wrote down whether it was done
}

// facts are what app_status_read gives.
type facts struct {
	BegunAt   time.Time     `json:"begun_at"`
	Language  string        `json:"language"`
	Referrals []factsOfTeam `json:"referrals"`
	Moved     []time.Time   `json:"moved"`
	Told      []time.Time   `json:"told"`
	Clocks    []factsOfDuty `json:"clocks"`
}

type factsOfTeam struct {
	Status     models.ReferralStatus `json:"status"`
	SentAt     time.Time             `json:"sent_at"`
	ReadAt     *time.Time            `json:"read_at"`
	AcceptedAt *time.Time            `json:"accepted_at"`
	ReachedAt  *time.Time            `json:"reached_at"`
	EndedAt    *time.Time            `json:"ended_at"`
	Since      time.Time             `json:"since"`
	ReviewOn   *string               `json:"review_on"`
	AnswerBy   *time.Time            `json:"answer_by"`
	ContactBy  *time.Time            `json:"contact_by"`
}

type factsOfDuty struct {
	Rule      models.Rule       `json:"rule"`
	State     models.ClockState `json:"state"`
	DueAt     time.Time         `json:"due_at"`
	StoppedAt *time.Time        `json:"stopped_at"`
	Paused    bool              `json:"paused"`
	Told      bool              `json:"told"`
	Who       string            `json:"who"`
}

// Read shows the page to whoever holds a token, and records in the same
// transaction, as the page's own session, that it was shown. Unauthenticated
// where the session is over, for whatever reason.
func (s *Service) Read(ctx context.Context, token, part string) (Update, error) {
	ctx, err := s.as(ctx, token)
	if err != nil {
		return Update{}, err
	}
	var out Update
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var row struct{ Facts *string }
		if err := tx.Scan(ctx, &row, "select app_status_read()::text as facts"); err != nil {
			return err
		}
		if row.Facts == nil {
			return models.Unauthenticated()
		}
		var f facts
		if err := json.Unmarshal([]byte(*row.Facts), &f); err != nil {
			return models.Internal("reading what a page is made of", err)
		}
		out = f.update(tx.Now)
		if part == "update" || part == "say" {
			if out.Asks, err = asks(ctx, tx); err != nil {
				return err
			}
		}
		return s.own(ctx, tx, "status.read", map[string]any{"part": part})
	})
	return out, err
}

func (f *facts) update(now time.Time) Update {
	u := Update{Language: f.Language, At: now, Done: []Step{{Phrase: Phrase{"step.begun", f.BegunAt}}}, Now: Phrase{Key: "now.none"}}
	for i := range f.Referrals {
		team := 0
		if len(f.Referrals) > 1 {
			team = i + 1
		}
		f.Referrals[i].tell(&u, team, now)
	}
	for _, at := range f.Told {
		u.Done = append(u.Done, Step{Phrase: Phrase{"step.told", at}})
	}
	for _, at := range f.Moved {
		u.Done = append(u.Done, Step{Phrase: Phrase{"step.moved", at}})
	}
	slices.SortStableFunc(u.Done, func(a, b Step) int { return a.On.Compare(b.On) })
	if len(u.Next) == 0 && u.Now.Key != "now.helping" {
		u.Next = []Step{{Phrase: Phrase{Key: "next.worker"}, Next: true}}
	}
	for i := range f.Clocks {
		if r, ok := f.Clocks[i].right(now); ok {
			u.Rights = append(u.Rights, r)
		}
	}
	return u
}

// tell adds what happened with one team, and what comes next. What the page says
// first is how the last team that still works stands, or the last of all.
func (t *factsOfTeam) tell(u *Update, team int, now time.Time) {
	add := func(key string, at *time.Time) {
		if at != nil {
			u.Done = append(u.Done, Step{Phrase: Phrase{key, *at}, Team: team})
		}
	}
	next := func(key string, by *time.Time) {
		s := Step{Phrase: Phrase{Key: key}, Team: team, Next: true}
		if by != nil {
			s.On, s.Late = *by, now.After(*by)
		}
		u.Next = append(u.Next, s)
	}
	say := func(key string, by *time.Time) {
		u.Now = Phrase{Key: key}
		if by != nil && now.Before(*by) {
			u.Now = Phrase{key + ".by", *by}
		}
	}
	add("step.sent", &t.SentAt)
	add("step.read", t.ReadAt)
	add("step.yes", t.AcceptedAt)
	add("step.met", t.ReachedAt)
	switch t.Status {
	case models.StatusSubmitted, models.StatusAcknowledged, models.StatusInfoRequested, models.StatusDeclineProposed:
		say("now.sent", t.AnswerBy)
		next("next.answer", t.AnswerBy)
	case models.StatusWaitlisted:
		add("step.waiting", &t.Since)
		say("now.waiting", nil)
		next("next.place", dayOf(t.ReviewOn))
	case models.StatusAccepted:
		say("now.accepted", t.ContactBy)
		next("next.contact", t.ContactBy)
	case models.StatusInProgress:
		say("now.helping", nil)
	case models.StatusOnHold:
		add("step.hold", &t.Since)
		say("now.hold", nil)
		next("next.hold", dayOf(t.ReviewOn))
	case models.StatusDeclined, models.StatusLapsed, models.StatusRerouted:
		add("step.no", t.EndedAt)
		t.over(u, "now.no")
	case models.StatusCompleted, models.StatusEndedEarly, models.StatusNotEngaged, models.StatusWithdrawn:
		add("step.ended", t.EndedAt)
		t.over(u, "now.ended")
	case models.StatusDraft, models.StatusEnteredInError: // never among them
	}
}

// over says that a team's part is over, unless another still works.
func (t *factsOfTeam) over(u *Update, key string) {
	if len(u.Next) == 0 && u.Now.Key != "now.helping" {
		u.Now = Phrase{Key: key}
	}
}

// dayOf reads a date of the database as the end of that day in London; nil where
// there is none.
func dayOf(text *string) *time.Time {
	if text == nil {
		return nil
	}
	d, err := time.ParseInLocation(time.DateOnly, *text, models.London())
	if err != nil {
		return nil
	}
	d = time.Date(d.Year(), d.Month(), d.Day(), 23, 59, 59, 0, models.London())
	return &d
}

// right says what a clock means to the victim. A clock that hangs on something
// they were not told says that news is owed, and not of what: the page must not
// be how they learn of an arrest or a release, nor how anybody else does.
func (d *factsOfDuty) right(now time.Time) (Right, bool) {
	r := Right{Key: "right.news", Who: whom(d.Who), Due: d.DueAt, Open: d.State == models.ClockNotEvidenced}
	if d.StoppedAt != nil {
		r.Done = *d.StoppedAt
	}
	r.Late = d.StoppedAt == nil && !r.Open && now.After(d.DueAt)
	switch d.Rule {
	case models.RuleSupportReferral:
		r.Key = "right.support"
	case models.RuleNeedsAssessment:
		r.Key = "right.needs"
	case models.RuleConfirmation:
		r.Key = "right.letter"
	case models.RuleUpdate:
		r.Key = "right.update"
	case models.RuleReviewWindow, models.RuleLenientSentence:
		if !d.Told || d.StoppedAt != nil || now.After(d.DueAt) {
			return r, false
		}
		r.Key, r.Who = "right.again", "who.worker"
	case models.RuleContactScheme, models.RuleFirstOfficerContact:
		if d.Told {
			r.Key = "right.officer"
		}
	case models.RuleCourtToWitnessCare:
		return r, false // between two organisations
	}
	return r, true
}

// whom to ask about what a kind of organisation owes.
func whom(kind string) string {
	switch models.OrganisationKind(kind) {
	case models.KindPolice:
		return "who.police"
	case models.KindCPS:
		return "who.prosecutor"
	case models.KindCourt:
		return "who.court"
	case models.KindWitnessCare:
		return "who.witness"
	case models.KindProbation:
		return "who.probation"
	}
	return "who.worker"
}

package referrals

import (
	"slices"

	"throughline/models"
)

// Level is how much of a referral somebody is shown (decisions.md 1, 2 and 6).
type Level int

// The levels, each holding the ones before it but for Own, which stands apart:
// it is a shell and what the reader's own organisation wrote.
const (
	LevelNothing  Level = iota // it does not exist
	LevelShell                 // number, state, when and why; nothing of the person
	LevelRedacted              // what was shared from sending, without who it is about
	LevelBefore                // what was shared from sending; kinds of contact and times
	LevelAfter                 // what was shared on acceptance as well; numbers and code word
	LevelOwn                   // a shell and the reader's own record
)

// String names the level as the matrix is read.
func (l Level) String() string {
	return []string{"nothing", "shell", "redacted", "before acceptance", "after acceptance", "own record"}[l]
}

// Relation is how a reader stands to a referral. A provider's manager and the
// worker it is given to read alike.
type Relation string

// The relations of decisions.md 6.
const (
	RelReferrer        Relation = "referrer"
	RelProviderWorker  Relation = "provider worker"
	RelProviderManager Relation = "provider manager"
	RelCoordinator     Relation = "coordinator"
	RelCommissioner    Relation = "commissioner"
	RelOther           Relation = "other"
)

// Relations lists them in the order of the matrix's columns.
func Relations() []Relation {
	return []Relation{RelReferrer, RelProviderWorker, RelProviderManager, RelCoordinator, RelCommissioner, RelOther}
}

// Phase is a state, told apart where the same state shows a receiver different
// things: whether it was accepted before it ended, and whether a withdrawal
// was acknowledged.
type Phase struct {
	Status       models.ReferralStatus
	Accepted     bool
	Acknowledged bool
}

// PhaseOf returns the phase a referral is in.
func PhaseOf(r *models.Referral) Phase {
	p := Phase{Status: r.Status}
	if r.Status.Ended() {
		p.Accepted = r.AcceptedAt != nil
		p.Acknowledged = r.Status == models.StatusWithdrawn && !p.Accepted && r.WithdrawalAcknowledgedAt != nil
	}
	return p
}

// matrixRow is one phase and what each relation is shown, in the order of
// Relations. Over says what a coordinator is shown once a limit has passed.
type matrixRow struct {
	phase Phase
	cells [6]Level
	over  Level
}

// matrix is the field matrix as data. The commissioner's office and everyone
// else are never shown a referral: it reads figures.
func matrix() []matrixRow {
	const no, shell, red, before, after, own = LevelNothing, LevelShell, LevelRedacted, LevelBefore, LevelAfter, LevelOwn
	live := func(s models.ReferralStatus, provider, coordinator Level) matrixRow {
		return matrixRow{Phase{Status: s}, [6]Level{after, provider, provider, coordinator, no, no}, red}
	}
	ended := func(s models.ReferralStatus, accepted bool, worker, manager Level) matrixRow {
		return matrixRow{Phase{Status: s, Accepted: accepted}, [6]Level{after, worker, manager, no, no, no}, red}
	}
	rows := []matrixRow{
		{Phase{Status: models.StatusDraft}, [6]Level{after, no, no, no, no, no}, no},
		live(models.StatusSubmitted, before, no),
		live(models.StatusAcknowledged, before, no),
		live(models.StatusInfoRequested, before, no),
		live(models.StatusWaitlisted, before, no),
		live(models.StatusDeclineProposed, before, red),
		live(models.StatusAccepted, after, no),
		live(models.StatusInProgress, after, no),
		live(models.StatusOnHold, after, no),
		ended(models.StatusCompleted, true, shell, own),
		ended(models.StatusEndedEarly, true, shell, own),
		ended(models.StatusNotEngaged, true, shell, own),
		ended(models.StatusDeclined, false, no, no),
		ended(models.StatusWithdrawn, false, shell, shell),
		ended(models.StatusWithdrawn, true, shell, own),
		ended(models.StatusRerouted, false, no, no),
		ended(models.StatusRerouted, true, shell, own),
		{Phase{Status: models.StatusLapsed}, [6]Level{after, no, no, red, no, no}, red},
		{Phase{Status: models.StatusEnteredInError}, [6]Level{shell, no, no, no, no, no}, shell},
		{Phase{Status: models.StatusEnteredInError, Accepted: true}, [6]Level{shell, shell, shell, no, no, no}, shell},
	}
	acknowledged := ended(models.StatusWithdrawn, false, no, no)
	acknowledged.phase.Acknowledged = true
	return append(rows, acknowledged)
}

// LevelFor returns what a relation is shown of a referral in a phase.
func LevelFor(p Phase, r Relation, overLimit bool) Level {
	rows := matrix()
	i := slices.IndexFunc(rows, func(m matrixRow) bool { return m.phase == p })
	j := slices.Index(Relations(), r)
	if i < 0 || j < 0 {
		return LevelNothing
	}
	level := rows[i].cells[j]
	if r == RelCoordinator && overLimit {
		level = max(level, rows[i].over)
	}
	return level
}

// relationsOf returns how an actor stands to a referral: more than one where
// an organisation refers to itself.
func relationsOf(st *state, a models.Actor) []Relation {
	var out []Relation
	for _, side := range st.Sides(a, st.Coordinates) {
		switch side {
		case models.SideReferrer:
			out = append(out, RelReferrer)
		case models.SideProvider:
			if st.WorkerID != nil && *st.WorkerID == a.UserID {
				out = append(out, RelProviderManager)
			} else {
				out = append(out, RelProviderWorker)
			}
		case models.SideProviderManager:
			out = append(out, RelProviderManager)
		case models.SideCoordinator:
			out = append(out, RelCoordinator)
		}
	}
	return out
}

// levelOf is the most that any of the actor's relations is shown. A referrer's
// view of its own referral holds all of it.
func levelOf(st *state, a models.Actor) Level {
	level := LevelNothing
	for _, r := range relationsOf(st, a) {
		l := LevelFor(PhaseOf(&st.Referral), r, st.OverLimit)
		if level != LevelAfter {
			level = max(level, l)
		}
	}
	return level
}

// identity are the fields that say who a referral is about: a coordinator is
// never shown them.
func identity() []string {
	return []string{"given_name", "family_name", "known_as", "date_of_birth", "postcode", "address", "crime_reference", "children", "perpetrator"}
}

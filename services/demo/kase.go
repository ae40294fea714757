package demo

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/directory"
)

// kase is one case of the demo while it is being made. (The word "case" is
// taken by the language.)
type kase struct {
	models.Case
	victim    models.Victim
	sex       string
	age       int
	group     string // the age group of the counts it stands for
	class     *class
	incidents []models.Incident
	people    []models.RelatedPerson
	channels  []*channel
	codeWord  string
	source    string // who said how they can be reached: key of models.ContactSources
	decisions []models.SharingDecision
	referrals []*referral
	author    *person // who logged it and refers from it
	events    []event // of the case itself; a referral holds its own
	forms     []models.FormEntry
}

// channel is a way to reach somebody, with what is kept apart from it, and the
// days on which the answer was confirmed.
type channel struct {
	models.ContactChannel
	value     string
	note      string
	confirmed []time.Time // days, in order
	stop      *stop       // at most one
}

// stop is "somebody else answered": the channel is closed to everybody until a
// caseworker clears it.
type stop struct {
	id      uuid.UUID
	why     string
	at      time.Time
	by      *person
	cleared *time.Time
}

// asOf returns the channel as its gate stood at a moment.
func (c *channel) asOf(moment time.Time) models.ContactChannel {
	out := c.ContactChannel
	out.ConfirmedOn, out.StoppedAt = nil, nil
	day := models.Today(moment)
	for i := range c.confirmed {
		if !c.confirmed[i].After(day) {
			out.ConfirmedOn = &c.confirmed[i]
		}
	}
	if s := c.stop; s != nil && !moment.Before(s.at) && (s.cleared == nil || moment.Before(*s.cleared)) {
		out.StoppedAt = &s.at
	}
	return out
}

// confirm notes that the answer was given again on a day.
func (c *channel) confirm(day time.Time) {
	i, found := slices.BinarySearchFunc(c.confirmed, day, time.Time.Compare)
	if !found {
		c.confirmed = slices.Insert(c.confirmed, i, day)
		c.Version = len(c.confirmed)
	}
}

// event is one line of the trail.
type event struct {
	at      time.Time
	by      *person // nil: the system
	action  string
	subject string
	id      uuid.UUID
	caseID  uuid.UUID
	refused bool
	detail  map[string]any
}

// change is what the outbox would have told an organisation.
type change struct {
	at       time.Time
	topic    string
	by       uuid.UUID // the organisation that did it, or nobody's
	to       uuid.UUID
	referral uuid.UUID
	caseID   uuid.UUID
}

// facts are what a service's rules are held against, as the product does.
func (k *kase) facts() *directory.Facts {
	f := &directory.Facts{
		BornOn: k.victim.DateOfBirth, Borough: k.victim.Borough, Sex: k.victim.Equality["sex"], Risk: k.RiskLevel,
	}
	for _, i := range k.incidents {
		f.OffenceTypes = append(f.OffenceTypes, i.OffenceTypes...)
		f.HateStrands = append(f.HateStrands, i.HateStrands...)
	}
	return f
}

// has reports whether one of the incidents is of this kind.
func (k *kase) has(offences ...string) bool {
	for _, i := range k.incidents {
		for _, o := range i.OffenceTypes {
			for _, wanted := range offences {
				if o == wanted {
					return true
				}
			}
		}
	}
	return false
}

// domestic reports whether the case is about abuse by a partner or family.
func (k *kase) domestic() bool {
	return k.has("domestic_abuse", "coercive_control", "honour_based_abuse", "forced_marriage")
}

// eligible reports whether a service takes the case at a moment, by the rules
// of the product's own directory.
func (k *kase) eligible(s *service, now time.Time) bool {
	return !directory.Excluded(directory.Assess(s.Service, k.facts(), now))
}

// safe returns the victim's first channel of a kind that is marked safe.
func (k *kase) safe(kind models.Channel) *channel {
	for _, c := range k.channels {
		if c.Kind == kind && c.Safe == models.SafeYes {
			return c
		}
	}
	return nil
}

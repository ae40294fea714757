package quality_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/services/quality"
)

// complaintRow is a complaint or a compliment as its table has it.
type complaintRow struct {
	ID, Org             uuid.UUID
	Service             *uuid.UUID
	Pathway             *string
	Kind, Topic         string
	Received            time.Time
	Outcome             *string
	Answered, Escalated *time.Time
}

type complaintClockRow struct {
	Complaint    uuid.UUID
	Rule         string
	Started, Due time.Time
	Stopped      *time.Time
}

// askedRow is somebody who was asked, with what they answered.
type askedRow struct {
	Org                 uuid.UUID
	Service             *uuid.UUID
	Pathway             *string
	Made                time.Time
	Answered            *time.Time
	Heard, Safer, Again *string
	Words               bool
}

func (l *ledger) readVoice(t testing.TB, db demoQuerier) {
	t.Helper()
	l.complaints = collect[complaintRow](t, db, `select c.id, c.org_id, c.service_id, s.pathway, c.kind, c.topic, c.received_at, c.outcome, c.answered_at, c.escalated_at
		from complaints c left join services s on s.id = c.service_id`)
	l.limits = collect[complaintClockRow](t, db, "select complaint_id, rule, started_at, due_at, stopped_at from clocks where complaint_id is not null")
	l.asked = collect[askedRow](t, db, `select i.org_id, i.service_id, s.pathway, i.made_at, i.answered_at, a.heard, a.safer, a.again, w.id is not null
		from feedback_invitations i left join services s on s.id = i.service_id left join feedback_answers a on a.id = i.id left join feedback_words w on w.id = i.id where i.point <> 'office'`)
}

// voiceLines are what people said of services.
func (l *ledger) voiceLines(key string, from, to time.Time) []line {
	var out []line
	for i := range l.complaints {
		c := &l.complaints[i]
		if !within(c.Received, from, to) {
			continue
		}
		x := line{groups: (&caseRow{}).groupsOf(c.Received, c.Org), base: true}
		if c.Service != nil {
			x.groups[quality.ByService] = c.Service.String()
		}
		x.groups[quality.ByPathway] = str(c.Pathway)
		complaint := c.Kind == "complaint"
		switch key {
		case "compliments":
			if x.code = c.Topic; !complaint {
				out = append(out, x)
			}
		case "complaints":
			if x.code = c.Topic; complaint {
				out = append(out, x)
			}
		case "complaints_upheld":
			x.base = c.Answered != nil
			x.part = c.Answered != nil && str(c.Outcome) != "not_upheld"
			if complaint {
				out = append(out, x)
			}
		case "complaints_escalated":
			if x.part = c.Escalated != nil; complaint {
				out = append(out, x)
			}
		case "complaints_acknowledged", "complaints_answered":
			out = append(out, l.limitLines(c, map[string]string{"complaints_acknowledged": "K28", "complaints_answered": "K37"}[key], x)...)
		}
	}
	return out
}

// askedLines are those who were asked on their page.
func (l *ledger) askedLines(key string, from, to time.Time) []line {
	var out []line
	for i := range l.asked {
		a := &l.asked[i]
		if !within(a.Made, from, to) {
			continue
		}
		x := line{groups: (&caseRow{}).groupsOf(a.Made, a.Org), base: true}
		x.groups[quality.ByPathway] = str(a.Pathway)
		if a.Service != nil {
			x.groups[quality.ByService] = a.Service.String()
		}
		counts := func(s *string) bool { return s != nil && *s != "not_now" }
		if key == "feedback_response" {
			x.part = counts(a.Heard) || counts(a.Safer) || counts(a.Again) || a.Words
		} else {
			said := map[string]*string{"feedback_heard": a.Heard, "feedback_safer": a.Safer, "feedback_again": a.Again}[key]
			x.base, x.part = counts(said), str(said) == "yes"
		}
		out = append(out, x)
	}
	return out
}

func (l *ledger) limitLines(c *complaintRow, rule string, x line) (out []line) {
	for _, k := range l.limits {
		if k.Complaint != c.ID || k.Rule != rule || k.Stopped == nil && !k.Due.Before(l.now) {
			continue
		}
		y := x
		y.groups[quality.ByRule] = rule
		if k.Stopped != nil {
			y.part, y.amount = !k.Stopped.After(k.Due), hoursBetween(k.Started, *k.Stopped)
		}
		out = append(out, y)
	}
	return out
}

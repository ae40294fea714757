package handoffs

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
)

// Terms are what handing a duty to a receiver takes, before it is offered.
type Terms struct {
	Receiver models.Organisation
	SignsIn  bool     // somebody of the receiver answers here
	Back     bool     // it goes back to whoever holds the case: nothing is shared anew
	Lawful   bool     // the law places it there: no agreement is asked for
	Fields   []string // what a decision that holds allows to be shared; none: there is no such decision
}

// Asks reports whether a decision to share has to be recorded first.
func (t Terms) Asks() bool { return !t.Back && !t.Lawful && len(t.Fields) == 0 }

// Terms says what it takes to hand a duty to an organisation. Errors as Offer,
// but for the words that are still to be written.
func (s *Service) Terms(ctx context.Context, caseID uuid.UUID, duty models.Duty, to uuid.UUID) (Terms, error) {
	a, err := models.May(ctx, models.HandoffSend)
	if err != nil {
		return Terms{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Terms{}, err
	}
	in := &Offer{ToOrgID: to, Duty: duty}
	g, err := s.ground(ctx, dir, caseID, in)
	if err != nil {
		return Terms{}, err
	}
	out := Terms{Receiver: g.receiver, SignsIn: g.signsIn, Back: g.back(in), Lawful: g.lawful(a)}
	if !g.signsIn {
		in.OffSystem = &models.OffSystemWord{}
	}
	f := &models.Faults{}
	if !models.HasChoice(models.Duties(), string(duty)) {
		f.Add("duty", presence(string(duty)), "Select what you are handing over")
	}
	g.checkReceiver(f, in, a)
	if g.decision != nil {
		out.Fields = g.decision.Fields
	} else if out.Lawful {
		out.Fields = lawfulFields()
	}
	return out, models.Refusal(ctx, f.List())
}

// Preview returns exactly what the receiver would read of the case where these
// fields are shared, from the offer and once it has accepted. It reads the case,
// which is recorded.
func (s *Service) Preview(ctx context.Context, caseID uuid.UUID, fields []string) (before, after map[string]any, err error) {
	if _, err := models.May(ctx, models.HandoffSend); err != nil {
		return nil, nil, err
	}
	first, second := stages(fields)
	return s.referrals.Preview(ctx, referrals.PreviewInput{CaseID: caseID, SharedFields: first, SharedAfterAcceptance: second})
}

// stages settles what of a decision opens when: who somebody is and how they are
// found waits for the acceptance.
func stages(fields []string) (first, second []string) {
	for _, c := range models.SharableFields() {
		switch {
		case !slices.Contains(fields, c.Key):
		case slices.Contains(identifying(), c.Key):
			second = append(second, c.Key)
		default:
			first = append(first, c.Key)
		}
	}
	return first, second
}

// SuggestedFields are what is ticked when somebody is first asked what to share
// with the next holder: what taking over takes, and never the address.
func SuggestedFields() []string { return lawfulFields() }

func lawfulFields() []string {
	return []string{"given_name", "family_name", "known_as", "date_of_birth", "borough", "language", "access_needs", "safe_contact", "incident_summary", "crime_reference", "risk_level"}
}

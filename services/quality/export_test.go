package quality

import (
	"context"
	"testing"
)

// Raw is a measure before anything is hidden, with its parts and its wider base.
func (s *Service) Raw(ctx context.Context, q Query) ([]Row, error) {
	out, err := s.raw(ctx, q)
	return out.Rows, err
}

// RawWay is the way of referrals before anything is hidden.
func (s *Service) RawWay(ctx context.Context, q Query) (Way, error) { return s.rawWay(ctx, q) }

// AttackPublished hides the published tables of a database by every rule, and
// gives what can be worked out all the same, and how many numbers were attacked.
func (s *Service) AttackPublished(ctx context.Context, t *testing.T) (narrow []string, asked int) {
	t.Helper()
	p, err := s.rawPublished(ctx)
	if err != nil {
		t.Fatal(err)
	}
	hidePublished(p.Tables, everyRule())
	return equationsOf(p.Tables).narrow(t)
}

// Part and WideN are the counts that shares are made of.
func (r *Row) Part() int  { return r.part }
func (r *Row) WideN() int { return r.wide }

// HasPart reports whether the measure has a part of its base.
func (m *Measure) HasPart() bool { return m.part != "" }

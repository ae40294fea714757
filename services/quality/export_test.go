package quality

import "context"

// Raw is a measure before anything is hidden, with its parts and its wider base.
func (s *Service) Raw(ctx context.Context, q Query) ([]Row, error) {
	out, err := s.raw(ctx, q)
	return out.Rows, err
}

// Part and WideN are the counts that shares are made of.
func (r *Row) Part() int  { return r.part }
func (r *Row) WideN() int { return r.wide }

// HasPart reports whether the measure has a part of its base.
func (m *Measure) HasPart() bool { return m.part != "" }

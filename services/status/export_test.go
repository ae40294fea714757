package status

import "context"

// Slow puts something round the slow comparison, and gives back how to undo it.
func (s *Service) Slow(round func(func(context.Context, string, string) (bool, error)) func(context.Context, string, string) (bool, error)) func() {
	before := s.slow
	s.slow = round(before)
	return func() { s.slow = before }
}

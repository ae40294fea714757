package accounts

import "context"

// Slow compares a secret with the slow hash of one, in constant time and with
// constant work: with an empty hash too, which nothing matches. It shares the
// places that passwords are checked in, so that however many guess at once, the
// memory it takes is bounded. It fails as unavailable where none comes free.
func (s *Service) Slow(ctx context.Context, secret, hash string) (bool, error) {
	return s.matches(ctx, secret, hash)
}

// Package bench measures the product against performance.md on one machine: its
// operations over HTTP, the very statements they sent through pgx with and
// without row security, and the same work done the ordinary way. It runs the
// contenders in turn, round by round, and trusts only the ratios inside a round.
//
// The statements are not written down here: they are caught while the product
// answers a request, and sent again with fresh identifiers. So they are the
// product's own, the trail, the history, the clocks and the commit included.
package bench

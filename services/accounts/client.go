package accounts

import (
	"context"
	"net/netip"
)

// Client is what the edge knows of whoever sends a request.
type Client struct {
	IP        netip.Addr // as far as the trusted proxies vouch for it
	UserAgent string
}

type clientKey struct{}

// WithClient returns a context that carries c.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// ClientFrom returns the client ctx carries; the zero Client where none is
// known, which counts as one network.
func ClientFrom(ctx context.Context) Client {
	c, _ := ctx.Value(clientKey{}).(Client)
	return c
}

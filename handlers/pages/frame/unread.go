package frame

import (
	"context"
	"strconv"

	"throughline/models"
	"throughline/services/notices"
	"throughline/web/components"
)

// Counter tells how many things somebody has not read. services/notices does.
type Counter interface {
	Count(ctx context.Context) (notices.Counts, error)
}

// counts are what the reader has not read and what waits for them; none where
// nobody counts. A count that cannot be had is none: the page itself says what
// is wrong.
func (f Frame) counts(ctx context.Context) notices.Counts {
	if f.Counter == nil {
		return notices.Counts{}
	}
	n, err := f.Counter.Count(ctx)
	if err != nil {
		return notices.Counts{}
	}
	return n
}

// unread is the way from every page to what its reader has not read yet; none
// where there is nothing.
func unread(n notices.Counts, a models.Actor) *components.Link {
	total := n.News + n.Alerts + n.Account
	if total == 0 {
		return nil
	}
	href := Landing(a)
	if n.News+n.Alerts == 0 {
		href = "/account#news"
	}
	return &components.Link{Text: atMost(total) + " new", Href: href, Hidden: "to read"}
}

// atMost is a count as pages say it: from a hundred on, that there are more.
func atMost(n int) string {
	if n >= 100 {
		return "100+"
	}
	return strconv.Itoa(n)
}

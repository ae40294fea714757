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

// unread is the way from every page to what its reader has not read yet; none
// where there is nothing. A count that cannot be had is none: the page itself
// says what is wrong.
func (f Frame) unread(ctx context.Context, a models.Actor) *components.Link {
	if f.Counter == nil {
		return nil
	}
	n, err := f.Counter.Count(ctx)
	total := n.News + n.Alerts + n.Account
	if err != nil || total == 0 {
		return nil
	}
	text := strconv.Itoa(total) + " new"
	if total >= 100 {
		text = "100+ new"
	}
	href := Landing(a)
	if n.News+n.Alerts == 0 {
		href = "/account#news"
	}
	return &components.Link{Text: text, Href: href, Hidden: "to read"}
}

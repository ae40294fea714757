package referrals

import (
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/notices"
	view "throughline/web/pages/referrals"
)

// news is what others did to the organisation's referrals since somebody last
// pressed that they had seen it.
func (p *Pages) news(c *gin.Context) (view.NewsView, error) {
	list, err := p.Notices.Unread(c.Request.Context())
	if err != nil {
		return view.NewsView{}, err
	}
	actor, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return view.NewsView{}, err
	}
	out := view.NewsView{Until: p.Now().UTC().Format(time.RFC3339Nano)}
	for _, n := range list[:min(len(list), mostNews)] {
		by := n.ToOrgID
		if by == actor.OrgID {
			by = n.FromOrgID
		}
		org, err := p.Directory.Organisation(c.Request.Context(), by)
		if err != nil {
			return out, err
		}
		out.Lines = append(out.Lines, view.NewsLine{
			Reference: n.Reference, Href: newsHref(n, actor.OrgID), Text: newsWords(n, org.Name), When: models.DateTimeIn(n.At, p.Now()),
		})
	}
	return out, nil
}

// mostNews is how many lines of news stand above the work.
const mostNews = 6

// newsHref is the record a notice is about; of a hand-off between others, where
// a coordinator finds it.
func newsHref(n notices.Notice, org uuid.UUID) string {
	if n.HandoffID != uuid.Nil && n.FromOrgID != org && n.ToOrgID != org {
		return "/today#g-late"
	}
	if n.HandoffID != uuid.Nil {
		return "/handoffs/" + n.Reference
	}
	return "/referrals/" + n.Reference
}

// newsWords says what happened: "accepted by Ashdown Advocacy".
func newsWords(n notices.Notice, by string) string {
	if n.Topic == "case.safety" {
		return "something changed that bears on their safety: look again today."
	}
	switch n.Topic {
	case "marac.repeat":
		return "something new within a year of the MARAC: it goes back."
	case "handoff.late":
		return "not answered in its time, between you and " + by + "."
	case "handoff.late_manager":
		return "still not answered, between you and " + by + ": a manager should look."
	case "handoff.late_coordinator":
		return "nobody has answered this hand-off to " + by + ": a coordinator finds out why."
	}
	verb := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(n.Topic, "referral."), "handoff."), "_", " ")
	switch verb {
	case "offered":
		verb = "offered to you"
	case "recalled":
		verb = "taken back"
	case "victim told":
		verb = "the victim was told"
	case "submitted":
		verb = "sent to you"
	case "info requested":
		verb = "question asked"
	case "info answered":
		verb = "question answered"
	case "reported":
		verb = "end report handed in"
	case "note.shared":
		verb = "note shared with you"
	case "waitlisted":
		verb = "put on the waiting list"
	}
	return verb + " by " + by + "."
}

func (p *Pages) putAway(c *gin.Context) error {
	t, err := read(c)
	if err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339Nano, t.one("until"))
	if err != nil {
		until = p.Now()
	}
	if err := p.Notices.PutAway(c.Request.Context(), until); err != nil {
		return err
	}
	actor, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	render.See(c, frame.Landing(actor))
	return nil
}

package cases

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Each status is a range of the index cases_holder; the few rows of both are
// then put in order. The events of what is shown are written by the same
// statement, because only the database knows which those are.
const (
	listBranch = `from unnest($2::text[]) as st (status) cross join lateral (
		select c.* from cases c where c.accountable_org_id = $1 and c.status = st.status
		and ($3::text is null or c.risk_level = $3)
		and ($4::text is null or coalesce((select v.borough = $4 from victims v where v.id = c.victim_id), false))`
	listForward  = listBranch + ` and (c.logged_at, c.id) < ($5, $6) order by c.logged_at desc, c.id desc limit $7) c`
	listBackward = listBranch + ` and (c.logged_at, c.id) > ($5, $6) order by c.logged_at, c.id limit $7) c`
	countCases   = `select count(*) from (select 1 ` + listBranch + ` limit $5) c limit $5) n`

	listColumns = `c.id, c.reference, c.status, coalesce(v.given_name, '') as given_name, coalesce(v.family_name, '') as family_name,
		coalesce(v.known_as, '') as known_as, v.date_of_birth, coalesce(v.borough, '') as borough, c.risk_level, c.enhanced, c.logged_at,
		c.accountable_org_id, c.version`
	listRest = ` from page p
		left join lateral (select k.referral_id, k.rule, k.holder_org_id, k.state, k.due_at, k.paused_since, k.pause_reason from clocks k
			where k.case_id = p.id and k.stopped_at is null and k.state in ('running', 'due_soon', 'breached') order by k.due_at, k.id limit 1) k on true`
	listContact = `(select jsonb_agg(jsonb_build_object('kind', ch.channel, 'person', ch.person, 'safe', ch.safe, 'leave_message', ch.leave_message,
			'windows', ch.windows, 'confirmed_on', ch.confirmed_on, 'stopped_at', st.at) order by ch.position)
		from contact_channels ch left join contact_stops st on st.channel_id = ch.id and st.cleared_at is null where ch.case_id = p.id)`
	recordShown = `, shown as (insert into audit_events (id, at, session_id, request_id, action, subject_type, detail)
		select $8::uuid, $9::timestamptz, $10::uuid, $11::text, 'case.listed', 'case',
			jsonb_build_object('cases', coalesce((select jsonb_agg(id) from (select id from page limit $7 - 1) s), '[]')))
		select p.*, k.referral_id, k.rule, k.holder_org_id, k.state, k.due_at, k.paused_since, k.pause_reason, `
)

func pageSQL(branch, order string) string {
	return `with page as (select ` + listColumns + ` ` + branch + ` join victims v on v.id = c.victim_id order by ` + order + ` limit $7)` +
		recordShown + listContact + listRest + ` order by ` + order
}

var (
	forwardSQL  = pageSQL(listForward, "logged_at desc, id desc")
	backwardSQL = pageSQL(listBackward, "logged_at, id")
)

// queueList reads one row more than the page shows, to know whether there are
// more; that row is not shown and not recorded as shown.
func (r *reading) queueList(ctx context.Context, b *pg.Batch, f *Filter, at position, items *[]Item) *bool {
	more := new(bool)
	q := forwardSQL
	if at.back {
		q = backwardSQL
	}
	b.Recorded()
	b.Query(pg.Each(func(row pg.Row) error {
		if len(*items) == f.Limit {
			*more = true
			return nil
		}
		i, err := r.item(row)
		*items = append(*items, i)
		return err
	}), q, b.Actor.OrgID, f.statuses(), pg.OrNull(string(f.Risk)), pg.OrNull(f.Borough), at.at, at.id, f.Limit+1,
		models.NewID(), b.Now, b.Actor.SessionID, models.RequestFrom(ctx).ID)
	return more
}

// listed is a channel as the list's statement writes it.
type listed struct {
	Kind         models.Channel  `json:"kind"`
	Person       string          `json:"person"`
	Safe         models.Safety   `json:"safe"`
	LeaveMessage bool            `json:"leave_message"`
	Windows      []models.Window `json:"windows"`
	ConfirmedOn  *string         `json:"confirmed_on"`
	StoppedAt    *time.Time      `json:"stopped_at"`
}

func (r *reading) item(row pg.Row) (Item, error) {
	var i Item
	var org uuid.UUID
	var k nextClock
	var channels []listed
	err := row.Scan(&i.ID, &i.Reference, &i.Status, &i.GivenName, &i.FamilyName, &i.KnownAs, &i.DateOfBirth, &i.Borough, &i.Risk, &i.Enhanced,
		&i.LoggedAt, &org, &i.Version, &k.referral, &k.rule, &k.holder, &k.state, &k.due, &k.paused, &k.why, &channels)
	if err != nil {
		return Item{}, err
	}
	i.Accountable, i.Clock = r.org(org), r.clock(&k)
	if at, ok := r.dir.Authority(i.Borough); ok {
		i.BoroughName = at.Name
	}
	for _, l := range channels {
		c := models.ContactChannel{CaseID: i.ID, Kind: l.Kind, Person: l.Person, Safe: l.Safe, LeaveMessage: l.LeaveMessage, Windows: l.Windows, StoppedAt: l.StoppedAt}
		if d, ok := models.ParseDay(deref(l.ConfirmedOn)); ok {
			c.ConfirmedOn = &d
		}
		i.Channels = append(i.Channels, c)
	}
	return i, nil
}

// nextClock is the clock of a case that is due first, where there is one.
type nextClock struct {
	referral, holder *uuid.UUID
	rule, state, why *string
	due, paused      *time.Time
}

func (r *reading) clock(k *nextClock) *ClockLine {
	if k.due == nil {
		return nil
	}
	l := &ClockLine{Holder: r.org(deref(k.holder)), Clock: models.Clock{
		ReferralID: k.referral, Rule: models.Rule(deref(k.rule)), HolderOrgID: deref(k.holder), State: models.ClockState(deref(k.state)),
		DueAt: *k.due, PausedSince: k.paused, PauseReason: k.why,
	}}
	l.Text = r.calendar.ClockText(&l.Clock, r.view.At, models.ClockReason(&l.Clock))
	return l
}

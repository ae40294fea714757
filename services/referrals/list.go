package referrals

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// The boxes of a list.
const (
	BoxInbox = "inbox" // sent to the actor's organisation, and still to be seen by it
	BoxSent  = "sent"  // written by the actor's organisation, drafts too
)

// MostItems is the longest page of a list.
const MostItems = 100

// Filter chooses referrals.
type Filter struct {
	Box      string // empty: the inbox
	Statuses []models.ReferralStatus
	Overdue  bool // a duty of the receiver is past its time
	Pathway  string
	Worker   uuid.UUID // given to this person
	Cursor   string
	Limit    int // 0: 50
}

// Item is one referral of a list. It holds nothing of the person: whose it is
// shows when it is opened.
type Item struct {
	ID          uuid.UUID
	Reference   string
	CaseID      uuid.UUID
	Service     Named
	From, To    Named
	Pathway     string
	Status      models.ReferralStatus
	Priority    models.Priority
	Version     int
	CreatedAt   time.Time
	SubmittedAt *time.Time
	AcceptedAt  *time.Time
	EndedAt     *time.Time
	StatusSince time.Time
	ReviewOn    *time.Time
	DueAt       *time.Time // of the receiver's earliest duty
	OverLimit   bool
	Worker      *Named
	Team        *string
	Clock       *models.Clock // the next duty of anybody that is still owed
}

// Page is one page of a list, soonest due first and what is not due last.
// Cursors are empty where there is nothing further that way.
type Page struct {
	Items          []Item
	Next, Previous string
}

// List returns a page of a box, in one round trip, and records which referrals
// were shown. It returns a malformed error for a cursor that is none of ours
// and an invalid error for an unknown box, status or pathway.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	q, err := f.query()
	if err != nil {
		return Page{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Page{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Page{}, err
	}
	if !b.Actor.Can(models.ReferralRead) {
		return Page{}, models.RoleForbidden()
	}
	var items []Item
	b.Query(pg.Fill(&items, q.Limit+1, func(row pg.Row, it *Item) error {
		err := it.scan(row)
		it.Service.Name = dir.ServiceName(it.Service.ID)
		it.From.Name, it.To.Name = dir.Name(it.From.ID), dir.Name(it.To.ID)
		return err
	}), q.sql(), q.args(b)...)
	b.Recorded()
	if err := b.Send(pg.BatchWrite); err != nil {
		return Page{}, err
	}
	return q.page(items), nil
}

// query is a filter that was checked.
type query struct {
	Filter
	from cursor
}

func (f Filter) query() (*query, error) {
	q := &query{Filter: f}
	if q.Box == "" {
		q.Box = BoxInbox
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	var faults models.Faults
	if q.Box != BoxInbox && q.Box != BoxSent {
		faults.Add("box", models.FieldUnknown, "Select inbox or sent")
	}
	for _, s := range f.Statuses {
		if !slices.Contains(models.ReferralStatuses(), s) {
			faults.Add("status", models.FieldUnknown, "Select a state from the list")
		}
	}
	if _, ok := models.FindPathway(f.Pathway); f.Pathway != "" && !ok {
		faults.Add("pathway", models.FieldUnknown, "Select a kind of support from the list")
	}
	if list := faults.List(); len(list) > 0 {
		return nil, models.Invalid(list...)
	}
	if q.Limit < 1 || q.Limit > MostItems {
		return nil, models.Malformed("The limit must be from 1 to 100.")
	}
	var err error
	q.from, err = parseCursor(f.Cursor)
	return q, err
}

// The statement of a list is put together from these parts alone. The page is
// chosen by the row's own columns; only then are the clocks of those few asked
// for, and the trail told which were shown.
const (
	listHead = `with page as (
		select r.id, r.reference, r.case_id, r.service_id, r.from_org_id, r.to_org_id, r.pathway, r.status, r.priority, r.version, r.created_at,
			r.submitted_at, r.accepted_at, r.ended_at, r.status_since, r.review_on, r.due_at, r.over_limit, r.worker_id, r.team, r.due_key
		from referrals r where `
	listInbox    = `r.to_org_id = $1 and r.receiver_sees`
	listSent     = `r.from_org_id = $1`
	listStatus   = ` and r.status = any ($2)`
	listAny      = ` and $2::text[] is null`
	listForward  = ` and (r.due_key, r.id) > ($3, $4)`
	listBackward = ` and (r.due_key, r.id) < ($3, $4)`
	listWhere    = ` and ($5::text is null or r.pathway = $5) and ($6::timestamptz is null or r.due_key < $6) and ($7::uuid is null or r.worker_id = $7)`
	listAsc      = ` order by r.due_key, r.id limit $8`
	listDesc     = ` order by r.due_key desc, r.id desc limit $8`
	listTail     = `), shown as (
		insert into audit_events (id, at, session_id, request_id, action, subject_type, detail)
		select $9, $10, $11, $12, 'referral.listed', 'referral', jsonb_build_object('box', $13::text, 'ids', coalesce((select jsonb_agg(id) from page), '[]'))
	)
	select p.id, p.reference, p.case_id, p.service_id, p.from_org_id, p.to_org_id, p.pathway, p.status, p.priority, p.version, p.created_at,
		p.submitted_at, p.accepted_at, p.ended_at, p.status_since, p.review_on, p.due_at, p.over_limit, p.worker_id,
		(select u.name from users u where u.id = p.worker_id and u.org_id = $14), p.team,
		k.id, k.rule, k.holder_org_id, k.state, k.due_at, k.due_soon_at, k.paused_since, k.pause_reason
	from page p left join lateral (
		select c.* from clocks c where c.referral_id = p.id and c.stopped_at is null and c.state in ('running', 'due_soon', 'breached')
		order by c.paused_since is not null, c.due_at limit 1) k on true
	order by p.due_key, p.id`
)

func (q *query) sql() string {
	sql := listHead
	if q.Box == BoxInbox {
		sql += listInbox
	} else {
		sql += listSent
	}
	if len(q.Statuses) > 0 {
		sql += listStatus
	} else {
		sql += listAny
	}
	if q.from.back {
		return sql + listBackward + listWhere + listDesc + listTail
	}
	return sql + listForward + listWhere + listAsc + listTail
}

func (q *query) args(b *pg.Batch) []any {
	var statuses []string
	for _, s := range q.Statuses {
		statuses = append(statuses, string(s))
	}
	var before *time.Time
	if q.Overdue {
		before = &b.Now
	}
	return []any{
		b.Actor.OrgID, statuses, q.from.key(), q.from.id, nonZero(q.Pathway), before, nonZero(q.Worker), q.Limit + 1,
		models.NewID(), b.Now, nonZero(b.Actor.SessionID), models.RequestFrom(b.Context()).ID, q.Box, b.Actor.OrgID,
	}
}

func (it *Item) scan(row pg.Row) error {
	w := pg.WireOf(row)
	it.ID, it.Reference, it.CaseID = w.UUID(), w.Text(), w.UUID()
	it.Service.ID, it.From.ID, it.To.ID = w.UUID(), w.UUID(), w.UUID()
	it.Pathway, it.Status, it.Priority = w.Text(), models.ReferralStatus(w.Text()), models.Priority(w.Text())
	it.Version, it.CreatedAt, it.SubmittedAt, it.AcceptedAt, it.EndedAt = w.Int(), w.Time(), w.MaybeTime(), w.MaybeTime(), w.MaybeTime()
	it.StatusSince, it.ReviewOn, it.DueAt, it.OverLimit = w.Time(), w.MaybeDate(), w.MaybeTime(), w.Bool()
	worker := w.MaybeUUID()
	if name := w.Text(); worker != nil {
		it.Worker = &Named{ID: *worker, Name: name}
	}
	it.Team = w.MaybeText()
	clock := w.MaybeUUID()
	if clock == nil {
		return w.Err()
	}
	it.Clock = &models.Clock{
		ID: *clock, CaseID: it.CaseID, ReferralID: &it.ID, Rule: models.Rule(w.Text()), HolderOrgID: w.UUID(), State: models.ClockState(w.Text()),
		DueAt: w.Time(), DueSoonAt: w.Time(), PausedSince: w.MaybeTime(), PauseReason: w.MaybeText(),
	}
	return w.Err()
}

// page cuts what was read one further than asked, and says where to read on.
func (q *query) page(items []Item) Page {
	more := len(items) > q.Limit
	if more && q.from.back {
		items = items[1:] // read from the end: the one too many comes first
	} else if more {
		items = items[:q.Limit]
	}
	p := Page{Items: items}
	if len(items) == 0 {
		return p
	}
	if more || q.from.back {
		p.Next = cursorAfter(items[len(items)-1])
	}
	if q.from.back && more || !q.from.back && q.Cursor != "" {
		p.Previous = cursorBefore(items[0])
	}
	return p
}

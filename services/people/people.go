// Package people manages who works where and as what: it invites, changes roles,
// ends and restores access, and starts new passwords. Who may do what to whom
// is the access table's to say (models/grant.go); row security holds the same.
// Nobody here ever sets or sees a password, and nobody changes themselves.
package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// Service manages people.
type Service struct {
	db        *pg.DB
	approvals *approvals.Service
	conduct   models.Conduct // what who joins accepts; none without a version
	base      string         // where the product is reached, without a slash at its end
}

// New returns the service. Links it makes begin with base, which comes from the
// settings and never from a request. With a version of the code of conduct, who joins accepts
// it as they set their password. It adds its kinds of approval.
func New(db *pg.DB, a *approvals.Service, base string, conduct ...models.Conduct) *Service {
	s := &Service{db: db, approvals: a, base: strings.TrimSuffix(base, "/")}
	if len(conduct) > 0 {
		s.conduct = conduct[0]
	}
	a.Add(s.kind())
	a.Add(s.factorsKind())
	return s
}

// Query says which people to list, by name.
type Query struct {
	Search   string // part of a name or an address
	Role     models.Role
	Disabled *bool
	Limit    int
	After    uuid.UUID // the last person of the page before
}

type personRow struct {
	ID, OrgID   uuid.UUID
	Kind        string
	Email, Name string
	Role        string
	CreatedAt   time.Time
	DisabledAt  *time.Time
	Version     int
	Conduct     string
	AcceptedAt  *time.Time

	FactorOwed     bool
	FactorsResetAt *time.Time
}

func (r personRow) person() models.Person {
	p := models.Person{
		ID: r.ID, OrgID: r.OrgID, OrgKind: models.OrganisationKind(r.Kind), Email: r.Email, Name: r.Name, Role: models.Role(r.Role),
		CreatedAt: r.CreatedAt, DisabledAt: r.DisabledAt, Version: r.Version, FactorOwed: r.FactorOwed, FactorsResetAt: r.FactorsResetAt,
	}
	if r.AcceptedAt != nil {
		p.Conduct = models.ConductAcceptance{Version: r.Conduct, At: *r.AcceptedAt}
	}
	return p
}

const personColumns = `u.id, u.org_id, o.kind, u.email, u.name, u.role, u.created_at, u.disabled_at, u.version, u.factor_owed, u.factors_reset_at,
	coalesce(c.version, '') as conduct, c.at as accepted_at
	from users u join organisations o on o.id = u.org_id
	left join lateral (select a.version, a.at from conduct_acceptances a where a.user_id = u.id order by a.at desc limit 1) c on true`

// List shows the people the actor manages: an organisation's administrator
// their own organisation's, a system administrator those whose roles cross
// organisations. More says whether there are more after them.
func (s *Service) List(ctx context.Context, q Query) (people []models.Person, more bool, err error) {
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return nil, false, err
	}
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 50
	}
	q.Search = strings.TrimSpace(q.Search)
	if len(q.Search) > 200 {
		q.Search = q.Search[:200]
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []personRow
		err := tx.Scan(ctx, &rows, "select "+personColumns+` where `+managed+`
			and (? = '' or strpos(lower(u.name), lower(?)) > 0 or strpos(u.email, lower(?)) > 0) and (? = '' or u.role = ?)
			and (?::boolean is null or (u.disabled_at is not null) = ?)
			and (?::uuid is null or (u.name, u.id) > (select p.name, p.id from users p where p.id = ?)) order by u.name, u.id limit ?`,
			q.Search, q.Search, q.Search, string(q.Role), string(q.Role), q.Disabled, q.Disabled, pg.OrNull(q.After), pg.OrNull(q.After), q.Limit+1)
		for _, r := range rows {
			people = append(people, r.person())
		}
		return err
	})
	if more = len(people) > q.Limit; more {
		people = people[:q.Limit]
	}
	return people, more, err
}

// managed is whom an actor manages, beside what row security lets them see of
// colleagues.
const managed = `(not u.machine and (((select app_role()) = 'organisation_admin' and u.org_id = (select app_org_id()))
	or ((select app_role()) = 'system_admin' and app_crosses(u.role))))`

// Holds is how much work somebody has in hand.
type Holds struct {
	Referrals int // given to them, not ended
	Cases     int // they logged, open, held by their organisation
	Unsent    int // referrals they began
	Forms     int // unfinished, seen by nobody else
}

// Details is one person as whoever manages them sees them.
type Details struct {
	models.Person
	OrgName    string
	Holds      Holds
	Colleagues []models.Person // who could take over the work
	Roles      []models.Role   // that the actor may give them
	Own        bool            // it is the actor
}

// Get shows one person with what they have in hand. Somebody the actor does not
// manage is not found.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Details, error) {
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return Details{}, err
	}
	var out Details
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		p, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if out, err = details(ctx, tx, p); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "user.viewed", SubjectType: "user", SubjectID: id})
	})
	return out, err
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Person, error) {
	var r personRow
	if err := tx.Scan(ctx, &r, "select "+personColumns+" where u.id = ? and "+managed, id); err != nil {
		return models.Person{}, err
	}
	if r.ID == uuid.Nil {
		return models.Person{}, models.NotFound("person")
	}
	return r.person(), nil
}

func details(ctx context.Context, tx *pg.Tx, p models.Person) (Details, error) {
	out := Details{Person: p, Own: p.ID == tx.Actor.UserID}
	for _, r := range models.RolesFor(p.OrgKind) {
		if a := models.MayGrant(tx.Actor, r, p); a.Allowed && !slices.Contains(a.Obligations, models.ObligationSecondPerson) {
			out.Roles = append(out.Roles, r)
		}
	}
	if err := tx.Scan(ctx, &out.OrgName, "select name from organisations where id = ?", p.OrgID); err != nil {
		return out, err
	}
	if p.OrgID != tx.Actor.OrgID {
		return out, nil
	}
	if err := tx.Scan(ctx, &out.Holds, "select * from app_person_holds(?)", p.ID); err != nil {
		return out, err
	}
	var rows []personRow
	err := tx.Scan(ctx, &rows, "select "+personColumns+` where u.org_id = (select app_org_id()) and u.disabled_at is null and not u.machine and u.id <> ?
		and u.role = any (string_to_array(?, ',')) order by u.name, u.id limit 500`, p.ID, answering())
	for _, r := range rows {
		out.Colleagues = append(out.Colleagues, r.person())
	}
	return out, err
}

// answering lists the roles that may answer a referral, as string_to_array
// reads them.
func answering() string {
	var out []string
	for _, r := range models.Roles() {
		if (models.Actor{Role: r}).Can(models.ReferralAnswer) {
			out = append(out, string(r))
		}
	}
	return strings.Join(out, ",")
}

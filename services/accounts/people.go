package accounts

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Person is a colleague as others of the same organisation see them.
type Person struct {
	ID       uuid.UUID
	Name     string
	Role     models.Role
	Disabled bool
}

// PeopleQuery says which colleagues to list: at most Limit of them, by name,
// after the place that Cursor holds.
type PeopleQuery struct {
	Assignable bool // only those who can be given a referral
	Limit      int
	Cursor     string // the next of the page before
}

// People lists the people of the actor's own organisation, and the cursor of
// the page after, empty on the last. Row security shows no others. A cursor
// that is none of ours is malformed.
func (s *Service) People(ctx context.Context, q PeopleQuery) (people []Person, next string, err error) {
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 100
	}
	var rows []personRow
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &rows, `select id, name, role, disabled_at from users
			where org_id = (select app_org_id()) and not machine
			and ($1::uuid is null or (name, id) > (select p.name, p.id from users p where p.id = $1))
			and (not $2 or (disabled_at is null and role = any($3)))
			order by name, id limit $4`, after, q.Assignable, assignableRoles(), q.Limit+1)
	})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		last := rows[q.Limit-1].ID
		next = models.CursorAfter(last)
	}
	for _, r := range rows {
		people = append(people, Person{ID: r.ID, Name: r.Name, Role: models.Role(r.Role), Disabled: r.DisabledAt != nil})
	}
	return people, next, nil
}

type personRow struct {
	ID         uuid.UUID
	Name       string
	Role       string
	DisabledAt *time.Time
}

// assignableRoles are the roles that may answer a referral.
func assignableRoles() []string {
	var out []string
	for _, r := range models.Roles() {
		if slices.Contains(models.Permissions(r), models.ReferralAnswer) {
			out = append(out, string(r))
		}
	}
	return out
}

// Me is the actor as the actor sees themselves.
type Me struct {
	ID           uuid.UUID
	Name         string
	Role         models.Role
	Organisation models.Organisation
	Permissions  []models.Permission
}

// Me tells who the actor is, as the database has it this moment.
func (s *Service) Me(ctx context.Context) (Me, error) {
	var out Me
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var row struct {
			ID      uuid.UUID
			Name    string
			Role    string
			OrgID   uuid.UUID
			OrgName string
			Kind    string
		}
		err := tx.Scan(ctx, &row, `select u.id, u.name, u.role, o.id as org_id, o.name as org_name, o.kind
			from users u join organisations o on o.id = u.org_id where u.id = (select app_user_id())`)
		if err != nil {
			return err
		}
		role := models.Role(row.Role)
		out = Me{
			ID: row.ID, Name: row.Name, Role: role, Permissions: slices.DeleteFunc(models.Permissions(role), func(p models.Permission) bool { return !tx.Actor.Can(p) }),
			Organisation: models.Organisation{ID: row.OrgID, Name: row.OrgName, Kind: models.OrganisationKind(row.Kind)},
		}
		return nil
	})
	return out, err
}

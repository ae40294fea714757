package accounts

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// machinePrefix begins the secret of a system.
const machinePrefix = "tlk_"

const machineColumns = `m.id, u.name, u.role, array_to_string(m.scopes, ' ') as scopes, m.made_at, coalesce(b.name, '') as made_by, m.last_used_at, m.revoked_at,
	coalesce(r.name, '') as revoked_by, m.version
	from machine_clients m join users u on u.id = m.id left join users b on b.id = m.made_by left join users r on r.id = m.revoked_by`

type machineClientRow struct {
	ID                    uuid.UUID
	Name, Role, Scopes    string
	MadeAt                time.Time
	MadeBy, RevokedBy     string
	LastUsedAt, RevokedAt *time.Time
	Version               int
}

func (r machineClientRow) machine() models.Machine {
	return models.Machine{
		ID: r.ID, Name: r.Name, Role: models.Role(r.Role), Scopes: models.Scopes(r.Scopes), MadeAt: r.MadeAt, MadeBy: r.MadeBy, LastUsedAt: r.LastUsedAt,
		RevokedAt: r.RevokedAt, RevokedBy: r.RevokedBy, Version: r.Version,
	}
}

// Machines lists the systems of the actor's organisation, those that live first;
// at most 200.
func (s *Service) Machines(ctx context.Context) ([]models.Machine, error) {
	if _, err := models.May(ctx, models.ClientManage); err != nil {
		return nil, err
	}
	var out []models.Machine
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []machineClientRow
		err := tx.Scan(ctx, &rows, "select "+machineColumns+" order by m.revoked_at is not null, u.name, m.id limit 200")
		for _, r := range rows {
			out = append(out, r.machine())
		}
		return err
	})
	return out, err
}

// Machine shows one system of the actor's organisation, with what is known of its
// secrets.
func (s *Service) Machine(ctx context.Context, id uuid.UUID) (models.Machine, error) {
	var out models.Machine
	if _, err := models.May(ctx, models.ClientManage); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = findMachine(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "client.viewed", SubjectType: "client", SubjectID: id})
	})
	return out, err
}

func findMachine(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Machine, error) {
	var r machineClientRow
	if err := tx.Scan(ctx, &r, "select "+machineColumns+" where m.id = ?", id); err != nil {
		return models.Machine{}, err
	}
	if r.ID == uuid.Nil {
		return models.Machine{}, models.NotFound("client")
	}
	out := r.machine()
	err := tx.Scan(ctx, &out.Secrets, "select id, made_at, last_used_at, ends_at, coalesce(ends_at <= clock_timestamp(), false) as ended from machine_secrets where client_id = ? order by made_at desc, id desc limit 20", id)
	return out, err
}

// MakeMachine makes the credentials of a system. Its secret is in the answer and
// nowhere else.
func (s *Service) MakeMachine(ctx context.Context, in models.Machine) (models.Machine, error) {
	return s.manageMachine(ctx, func(ctx context.Context, tx *pg.Tx) (models.Machine, error) {
		if err := tx.FindReplay(ctx); err != nil {
			return in, err
		}
		in.Name = strings.Join(strings.Fields(in.Name), " ")
		var names []string
		if err := tx.Scan(ctx, &names, "select u.name from machine_clients m join users u on u.id = m.id where m.revoked_at is null"); err != nil {
			return in, err
		}
		f := &models.Faults{}
		in.Check(f, tx.Actor.OrgKind, names)
		if err := models.Refusal(ctx, f.List()); err != nil {
			return in, err
		}
		in.ID, in.MadeAt, in.MadeBy, in.Version = models.NewID(), tx.Now, tx.Actor.Name, 1
		if _, err := tx.Exec(ctx, "select app_machine_begin(?, ?, ?)", in.ID, in.Name, string(in.Role)); err != nil {
			return in, err
		}
		_, err := tx.Exec(ctx, "insert into machine_clients (id, org_id, scopes, made_at, made_by) values (?, ?, string_to_array(?, ' '), ?, ?)",
			in.ID, tx.Actor.OrgID, models.Scoped(in.Scopes), tx.Now, tx.Actor.UserID)
		if err != nil {
			return in, err
		}
		if err := addSecret(ctx, tx, &in); err != nil {
			return in, err
		}
		return in, tx.Record(ctx, models.Event{Action: "client.made", SubjectType: "client", SubjectID: in.ID, Detail: map[string]any{
			"role": string(in.Role), "scopes": strings.Fields(models.Scoped(in.Scopes)),
		}})
	})
}

// addSecret makes another secret of a system.
func addSecret(ctx context.Context, tx *pg.Tx, m *models.Machine) error {
	secret, hash := newSecret(machinePrefix)
	one := models.MachineSecret{ID: models.NewID(), MadeAt: tx.Now}
	m.Secret, m.Secrets = secret, append([]models.MachineSecret{one}, m.Secrets...)
	_, err := tx.Exec(ctx, "insert into machine_secrets (id, client_id, hash, made_at, made_by) values (?, ?, ?, ?, ?)", one.ID, m.ID, hash, tx.Now, tx.Actor.UserID)
	return err
}

// RotateMachine makes another secret. The one before goes on for a day, or ends
// at once; one that was ending already ends at once, so that two open the door at
// most.
func (s *Service) RotateMachine(ctx context.Context, id uuid.UUID, atOnce bool) (models.Machine, error) {
	return s.changeMachine(ctx, id, func(ctx context.Context, tx *pg.Tx, m *models.Machine) error {
		now := time.Now()
		for i := range m.Secrets {
			before := &m.Secrets[i]
			if before.Ended {
				continue
			}
			ends := now
			if before.EndsAt == nil && !atOnce {
				ends = now.Add(models.SecretOverlap)
			}
			before.EndsAt, before.Ended = &ends, ends.Equal(now)
			if _, err := tx.Exec(ctx, "update machine_secrets set ends_at = ? where id = ?", ends, before.ID); err != nil {
				return err
			}
		}
		if err := addSecret(ctx, tx, m); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "client.rotated", SubjectType: "client", SubjectID: id, Detail: map[string]any{"at_once": atOnce}})
	})
}

// RevokeMachine ends the credentials of a system for good. Its sessions end in
// the same transaction.
func (s *Service) RevokeMachine(ctx context.Context, id uuid.UUID) (models.Machine, error) {
	return s.changeMachine(ctx, id, func(ctx context.Context, tx *pg.Tx, m *models.Machine) error {
		m.RevokedAt, m.RevokedBy = &tx.Now, tx.Actor.Name
		if _, err := tx.Exec(ctx, "update machine_clients set revoked_at = ?, revoked_by = ? where id = ?", tx.Now, tx.Actor.UserID, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update users set disabled_at = ?, version = version + 1 where id = ?", tx.Now, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "client.revoked", SubjectType: "client", SubjectID: id})
	})
}

func (s *Service) changeMachine(ctx context.Context, id uuid.UUID, act func(context.Context, *pg.Tx, *models.Machine) error) (models.Machine, error) {
	return s.manageMachine(ctx, func(ctx context.Context, tx *pg.Tx) (models.Machine, error) {
		m, err := findMachine(ctx, tx, id)
		if err != nil {
			return m, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return m, err
		}
		if m.RevokedAt != nil {
			return m, models.Conflict("This system's credentials were revoked already. Make others where it is to go on.")
		}
		if err := models.Refusal(ctx); err != nil {
			return m, err
		}
		m.Version++
		n, err := tx.Exec(ctx, "update machine_clients set version = ? where id = ? and version = ?", m.Version, id, m.Version-1)
		if err != nil {
			return m, err
		}
		if n == 0 {
			return m, models.Conflict("Somebody changed these credentials a moment ago. Nothing you did was saved.")
		}
		return m, act(ctx, tx, &m)
	})
}

// manageMachine runs an act on the systems of the actor's organisation, once for
// a key, and with a fresh proof.
func (s *Service) manageMachine(ctx context.Context, act func(context.Context, *pg.Tx) (models.Machine, error)) (models.Machine, error) {
	if _, err := models.May(ctx, models.ClientManage); err != nil {
		return models.Machine{}, err
	}
	if err := stepUp(ctx); err != nil {
		return models.Machine{}, err
	}
	var out models.Machine
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = act(ctx, tx); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

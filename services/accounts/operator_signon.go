package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"throughline/internal/seal"
	"throughline/models"
)

// SignOnOf tells how an organisation signs in with its own provider, never the
// secret. It returns not found where the organisation is not there.
func (o *Operator) SignOnOf(ctx context.Context, org uuid.UUID) (SignOn, error) {
	var out SignOn
	err := o.inTx(ctx, func(tx pgx.Tx) (err error) {
		out, _, err = operatorSignOn(ctx, tx, org)
		return err
	})
	return out, err
}

func operatorSignOn(ctx context.Context, tx pgx.Tx, org uuid.UUID) (SignOn, []byte, error) {
	out, sealed, roles := SignOn{OrgID: org}, []byte(nil), []byte(nil)
	var kind string
	err := tx.QueryRow(ctx, `select o.name, o.kind, coalesce(g.domain, ''), coalesce(g.issuer, ''), coalesce(g.client_id, ''), coalesce(g.claim, ''),
		coalesce(g.roles, '{}'), coalesce(g.only_way, false), coalesce(g.active, false), g.sealed, coalesce(g.version, 0)
		from organisations o left join sign_ons g on g.org_id = o.id where o.id = $1 for update of o`, org).
		Scan(&out.OrgName, &kind, &out.Domain, &out.Issuer, &out.ClientID, &out.Claim, &roles, &out.Only, &out.Active, &sealed, &out.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, nil, models.NotFound("organisation")
	}
	if err != nil {
		return out, nil, err
	}
	out.OrgKind = models.OrganisationKind(kind)
	return out, sealed, json.Unmarshal(roles, &out.Roles)
}

// SetSignOn says how an organisation signs in, as a system administrator would on
// the page: the same rules hold. An empty secret keeps the one before; keys seal it.
// It returns field errors, a conflict where another organisation has the domain, and
// not found.
func (o *Operator) SetSignOn(ctx context.Context, keys *seal.Keys, org uuid.UUID, in NewSignOn) error {
	return o.inTx(ctx, func(tx pgx.Tx) error {
		before, sealed, err := operatorSignOn(ctx, tx, org)
		if err != nil {
			return err
		}
		if err := in.check(ctx, before); err != nil {
			return err
		}
		if in.Secret != "" {
			if sealed, err = keys.Seal([]byte(in.Secret), secretOf(org)); err != nil {
				return err
			}
		}
		roles, err := json.Marshal(in.Roles)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into sign_ons (org_id, domain, issuer, client_id, sealed, claim, roles, only_way, active, version, set_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, clock_timestamp()) on conflict (org_id) do update set domain = excluded.domain, issuer = excluded.issuer,
			client_id = excluded.client_id, sealed = excluded.sealed, claim = excluded.claim, roles = excluded.roles, only_way = excluded.only_way,
			active = excluded.active, version = sign_ons.version + 1, set_at = excluded.set_at, set_by = null`,
			org, in.Domain, in.Issuer, in.ClientID, sealed, in.Claim, roles, in.Only, in.Active)
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.ConstraintName == "sign_ons_domain_once" {
			return models.Conflict("Another organisation signs in for this domain.")
		}
		if err != nil {
			return err
		}
		return recordOf(ctx, tx, "sign_on.set", "organisation", org, org, in.detail())
	})
}

// detail is what the trail says of a change: that the secret is another, never it.
func (in *NewSignOn) detail() map[string]any {
	return map[string]any{"issuer": in.Issuer, "only": in.Only, "active": in.Active, "roles": len(in.Roles), "secret_changed": in.Secret != ""}
}

// Values lists the claim's values that are mapped, in order.
func (s SignOn) Values() []string {
	out := make([]string, 0, len(s.Roles))
	for v := range s.Roles {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

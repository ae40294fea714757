package accounts

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/idp"
	"throughline/internal/pg"
	"throughline/models"
)

// SignOn says how people of an organisation sign in with its own sign-in. The
// secret is never read back.
type SignOn struct {
	OrgID    uuid.UUID
	OrgName  string
	OrgKind  models.OrganisationKind
	Domain   string // of the addresses of its people
	Issuer   string // the provider's address
	ClientID string
	Claim    string                 // whose values say who is what; "" where the provider does not say
	Roles    map[string]models.Role // by the claim's value
	Only     bool                   // no other way opens a session
	Active   bool
	Back     string // the address the provider has to know
	Version  int    // 0: nothing is set yet
}

// NewSignOn is what it is to be. An empty secret keeps the one before.
type NewSignOn struct {
	Domain, Issuer, ClientID, Secret, Claim string
	Roles                                   map[string]models.Role
	Only, Active                            bool
}

// signOnRow is a row of sign_ons as signing in reads it.
type signOnRow struct {
	OrgID                           uuid.UUID
	Domain, Issuer, ClientID, Claim string
	Sealed                          []byte
	Roles                           map[string]models.Role
	Only, Active                    bool
	Version                         int
}

func (r signOnRow) found() bool { return r.OrgID != uuid.Nil }

// signOn reads one row by a condition of ours; what is not there is the zero row.
func (s *Service) signOn(ctx context.Context, where string, arg any) (signOnRow, error) {
	var r signOnRow
	b, err := s.db.Begin(ctx)
	if err != nil {
		return r, err
	}
	var there bool
	var roles []byte
	b.Query(pg.One(&there, &r.OrgID, &r.Domain, &r.Issuer, &r.ClientID, &r.Claim, &r.Sealed, &roles, &r.Only, &r.Active, &r.Version),
		"select org_id, domain, issuer, client_id, claim, sealed, roles, only_way, active, version from sign_ons where "+where, arg)
	if err := b.Send(pg.BatchRead); err != nil || !there {
		return r, err
	}
	if err := json.Unmarshal(roles, &r.Roles); err != nil {
		return r, models.Internal("reading mapped roles", err)
	}
	return r, nil
}

func secretOf(org uuid.UUID) []byte { return []byte("sign-on secret\n" + org.String()) }

// providerOf opens the secret of an organisation's client.
func (s *Service) providerOf(r signOnRow) (idp.Provider, error) {
	secret, err := s.keys.Open(r.Sealed, secretOf(r.OrgID))
	if err != nil {
		return idp.Provider{}, models.Internal("opening the secret of a sign-in", err)
	}
	return idp.Provider{Issuer: r.Issuer, ClientID: r.ClientID, ClientSecret: string(secret), Back: s.back()}, nil
}

func (s *Service) back() string { return BackTo(s.origin) }

// BackTo is the address that a provider has to send people back to, of an
// installation at origin.
func BackTo(origin string) string { return strings.TrimSuffix(origin, "/") + backPath }

func operates(ctx context.Context) error {
	a, err := models.ActorFrom(ctx)
	if err == nil && !a.Can(models.SystemOperate) {
		err = models.RoleForbidden()
	}
	return err
}

// SignOnOf shows a system administrator how an organisation signs in.
func (s *Service) SignOnOf(ctx context.Context, org uuid.UUID) (SignOn, error) {
	var out SignOn
	if err := operates(ctx); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, _, err = s.signOnTx(ctx, tx, org); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "sign_on.viewed", SubjectType: "organisation", SubjectID: org})
	})
	return out, err
}

func (s *Service) signOnTx(ctx context.Context, tx *pg.Tx, org uuid.UUID) (SignOn, []byte, error) {
	var o struct {
		ID                                         uuid.UUID
		Name, Kind                                 string
		Domain, Issuer, ClientID, Claim, RolesText string
		OnlyWay, Active                            bool
		Sealed                                     []byte
		Version                                    int
	}
	err := tx.Scan(ctx, &o, `select o.id, o.name, o.kind, coalesce(g.domain, '') as domain, coalesce(g.issuer, '') as issuer, coalesce(g.client_id, '') as client_id,
		coalesce(g.claim, '') as claim, coalesce(g.roles::text, '{}') as roles_text, coalesce(g.only_way, false) as only_way, coalesce(g.active, false) as active,
		g.sealed, coalesce(g.version, 0) as version from organisations o left join sign_ons g on g.org_id = o.id where o.id = ?`, org)
	if err != nil {
		return SignOn{}, nil, err
	}
	if o.ID == uuid.Nil {
		return SignOn{}, nil, models.NotFound("organisation")
	}
	out := SignOn{
		OrgID: o.ID, OrgName: o.Name, OrgKind: models.OrganisationKind(o.Kind), Domain: o.Domain, Issuer: o.Issuer, ClientID: o.ClientID, Claim: o.Claim,
		Only: o.OnlyWay, Active: o.Active, Back: s.back(), Version: o.Version,
	}
	if err := json.Unmarshal([]byte(o.RolesText), &out.Roles); err != nil {
		return out, nil, models.Internal("reading mapped roles", err)
	}
	return out, o.Sealed, nil
}

// SetSignOn says how an organisation signs in. It takes a fresh proof. It
// returns not found, stale where somebody changed it meanwhile, a conflict where
// another organisation has the domain or the operator's own people would have no
// other way in, and field errors.
func (s *Service) SetSignOn(ctx context.Context, org uuid.UUID, in NewSignOn) (SignOn, error) {
	if err := operates(ctx); err != nil {
		return SignOn{}, err
	}
	if err := stepUp(ctx); err != nil {
		return SignOn{}, err
	}
	var out SignOn
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			before, sealed, err := s.signOnTx(ctx, tx, org)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := in.check(ctx, before); err != nil {
				return err
			}
			if in.Secret != "" {
				if sealed, err = s.keys.Seal([]byte(in.Secret), secretOf(org)); err != nil {
					return models.Internal("sealing a secret", err)
				}
			}
			if err := in.save(ctx, tx, before, sealed); err != nil {
				return err
			}
			if out, _, err = s.signOnTx(ctx, tx, org); err != nil {
				return err
			}
			err = tx.Record(ctx, models.Event{Action: "sign_on.set", SubjectType: "organisation", SubjectID: org, Detail: in.detail()})
			if err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

func (in *NewSignOn) save(ctx context.Context, tx *pg.Tx, before SignOn, sealed []byte) error {
	roles, err := json.Marshal(in.Roles)
	if err != nil {
		return models.Internal("writing mapped roles", err)
	}
	n, err := tx.Exec(ctx, `insert into sign_ons (org_id, domain, issuer, client_id, sealed, claim, roles, only_way, active, version, set_at, set_by)
		values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, 1, ?, ?) on conflict (org_id) do update set domain = excluded.domain, issuer = excluded.issuer, client_id = excluded.client_id,
		sealed = excluded.sealed, claim = excluded.claim, roles = excluded.roles, only_way = excluded.only_way, active = excluded.active, version = sign_ons.version + 1,
		set_at = excluded.set_at, set_by = excluded.set_by where sign_ons.version = ?`,
		before.OrgID, in.Domain, in.Issuer, in.ClientID, sealed, in.Claim, string(roles), in.Only, in.Active, tx.Now, tx.Actor.UserID, before.Version)
	switch {
	case pg.Constraint(err) == "sign_ons_domain_once":
		return models.Conflict("Another organisation signs in for this domain.")
	case err == nil && n == 0:
		return models.Stale("Somebody changed this a moment ago. Read it again, then decide.")
	}
	return err
}

var (
	domainForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	claimForm  = regexp.MustCompile(`^[A-Za-z0-9_:/.-]{1,100}$`)
)

// check holds the change to the order of answers of decisions.md 18.
func (in *NewSignOn) check(ctx context.Context, before SignOn) error {
	r := models.RequestFrom(ctx)
	for _, s := range []*string{&in.Domain, &in.Issuer, &in.ClientID, &in.Secret, &in.Claim} {
		*s = strings.TrimSpace(*s)
	}
	in.Domain = strings.TrimPrefix(strings.ToLower(in.Domain), "@")
	switch {
	case r.MatchRequired && r.IfMatch == nil:
		return models.PreconditionRequired("Send the ETag of what you read as If-Match.")
	case before.OrgKind == models.KindOperator && in.Only && len(r.Invalid) == 0:
		return models.Conflict("The operator's own people keep another way in: nobody else could put this right.")
	case r.IfMatch != nil && *r.IfMatch != before.Version:
		return models.Stale("Somebody changed this since you read it. Read it again, then decide.")
	}
	f := &models.Faults{}
	f.Join(r.Invalid...)
	if !domainForm.MatchString(in.Domain) || len(in.Domain) > 253 {
		f.Add("domain", models.FieldInvalid, "Enter what stands after the @ of their addresses, like ashdown.example")
	}
	if !idp.CheckIssuer(in.Issuer) || len(in.Issuer) > 500 {
		f.Add("issuer", models.FieldInvalid, "Enter the provider's address, beginning with https://")
	}
	if in.ClientID == "" || len(in.ClientID) > 255 {
		f.Add("client_id", models.FieldRequired, "Enter the client id the provider gave you")
	}
	if in.Secret == "" && (before.Version == 0 || in.Issuer != before.Issuer) || len(in.Secret) > 1000 {
		f.Add("secret", models.FieldRequired, "Enter the client secret the provider gave you")
	}
	in.checkRoles(f, before.OrgKind)
	if len(f.List()) > 0 {
		return models.Invalid(f.List()...)
	}
	return nil
}

// checkRoles allows only roles that fit the organisation and that one person may
// give: a provider gives none that takes two.
func (in *NewSignOn) checkRoles(f *models.Faults, kind models.OrganisationKind) {
	if in.Roles == nil {
		in.Roles = map[string]models.Role{}
	}
	switch {
	case len(in.Roles) > 50:
		f.Add("roles", models.FieldTooLong, "Map 50 values or fewer")
	case len(in.Roles) > 0 && !claimForm.MatchString(in.Claim):
		f.Add("claim", models.FieldRequired, "Enter the name of the claim that says who is what")
	case in.Claim != "" && !claimForm.MatchString(in.Claim):
		f.Add("claim", models.FieldInvalid, "Enter the name of one claim")
	}
	for _, value := range slices.Sorted(maps.Keys(in.Roles)) {
		role := in.Roles[value]
		if value == "" || len(value) > 200 || role.Crosses() || !role.Fits(kind) {
			f.Add("roles", models.FieldNotOpen, "Use roles that fit the organisation and that one person may give: "+rolesThatFit(kind))
			return
		}
	}
}

func rolesThatFit(kind models.OrganisationKind) string {
	var out []string
	for _, r := range models.RolesFor(kind) {
		if !r.Crosses() {
			out = append(out, string(r))
		}
	}
	return strings.Join(out, ", ")
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"throughline/internal/seal"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/directory"
)

// adminSignOn sets how an organisation signs in with its own provider, where
// nobody is there yet to do it on a page (docs/adr/0021).
func adminSignOn(p program) *cobra.Command {
	cmd := &cobra.Command{
		Use: "sign-on", Short: "How an organisation signs in with its own OpenID Connect provider", Args: cobra.NoArgs, RunE: needsSubcommand,
	}
	cmd.AddCommand(p.signOnShow(), p.signOnSet(), p.signOnOff())
	return cmd
}

// onSignOn runs fn for the organisation of a name.
func (p program) onSignOn(ctx context.Context, name string, fn func(context.Context, *accounts.Operator, uuid.UUID, accounts.SignOn) error) error {
	return p.asOwner(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		org, err := directory.NewOperator(conn).OrganisationNamed(ctx, name)
		if err != nil {
			return err
		}
		op := accounts.NewOperator(conn)
		before, err := op.SignOnOf(ctx, org)
		if err != nil {
			return err
		}
		return fn(ctx, op, org, before)
	})
}

func (p program) signOnShow() *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use: "show", Short: "Show it, without the secret", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.onSignOn(cmd.Context(), org, func(_ context.Context, _ *accounts.Operator, _ uuid.UUID, s accounts.SignOn) error {
				if s.Version == 0 {
					p.say("%s has no sign-in of its own here.", s.OrgName)
					return nil
				}
				p.say("%s\n  domain     %s\n  issuer     %s\n  client id  %s\n  in use     %t\n  only way   %t", s.OrgName, s.Domain, s.Issuer, s.ClientID, s.Active, s.Only)
				for _, value := range s.Values() {
					p.say("  %s %s is %s", s.Claim, value, s.Roles[value])
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&org, "organisation", "", "whose, by exact name")
	return cmd
}

func (p program) signOnSet() *cobra.Command {
	var org string
	var roles []string
	var keep bool
	in := accounts.NewSignOn{Active: true}
	cmd := &cobra.Command{
		Use: "set", Short: "Set it; the client's secret is read from standard input", Args: cobra.NoArgs,
		Long: `Sets how an organisation signs in with its own provider. The client's secret is
read from standard input, one line, and sealed with the answer key file; with
--keep-secret the one before stays. The server needs no restart.`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if in.Roles, err = rolesOf(roles); err != nil {
				return err
			}
			if !keep {
				if in.Secret, err = secretLine(cmd.InOrStdin()); err != nil {
					return err
				}
			}
			cfg, err := p.load(nil)
			if err != nil {
				return err
			}
			keys, err := seal.Load(cfg.answerKey())
			if err != nil {
				return fmt.Errorf("reading the key that seals the secret: %w", err)
			}
			return p.onSignOn(cmd.Context(), org, func(ctx context.Context, op *accounts.Operator, id uuid.UUID, _ accounts.SignOn) error {
				if err := op.SetSignOn(ctx, keys, id, in); err != nil {
					return err
				}
				p.say("%s signs in at %s. Tell the provider to send people back to %s", org, in.Issuer, accounts.BackTo(cfg.origin()))
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&org, "organisation", "", "whose, by exact name")
	f.StringVar(&in.Domain, "domain", "", "of its people's email addresses: ashdown.example")
	f.StringVar(&in.Issuer, "issuer", "", "the provider's address, beginning with https://")
	f.StringVar(&in.ClientID, "client-id", "", "what we are called there")
	f.StringVar(&in.Claim, "claim", "", "the claim that says who is what: groups")
	f.StringSliceVar(&roles, "role", nil, "value=role of that claim; again for each")
	f.BoolVar(&in.Only, "only", false, "no password, passkey or API client of the organisation opens a session")
	f.BoolVar(&keep, "keep-secret", false, "read no secret: the one before stays")
	return cmd
}

// signOnOff puts it out of use and keeps what is set, for a provider that is down
// or has been taken over.
func (p program) signOnOff() *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use: "off", Short: "Put it out of use: people sign in with passwords and passkeys", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.onSignOn(cmd.Context(), org, func(ctx context.Context, op *accounts.Operator, id uuid.UUID, s accounts.SignOn) error {
				if s.Version == 0 {
					return models.NotFound("sign-in")
				}
				in := accounts.NewSignOn{Domain: s.Domain, Issuer: s.Issuer, ClientID: s.ClientID, Claim: s.Claim, Roles: s.Roles}
				if err := op.SetSignOn(ctx, nil, id, in); err != nil {
					return err
				}
				p.say("%s signs in with passwords and passkeys.", s.OrgName)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&org, "organisation", "", "whose, by exact name")
	return cmd
}

// rolesOf reads value=role.
func rolesOf(list []string) (map[string]models.Role, error) {
	out := map[string]models.Role{}
	for _, one := range list {
		value, role, found := strings.Cut(one, "=")
		if !found {
			return nil, usageError{errors.New("give each role as value=role")}
		}
		out[strings.TrimSpace(value)] = models.Role(strings.TrimSpace(role))
	}
	return out, nil
}

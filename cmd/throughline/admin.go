package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"throughline/handlers/auth"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/directory"
)

// newAdminCmd is what whoever runs the installation does by hand. Everything
// in it is written to the trail as the operator's; none of it shows a case.
func newAdminCmd(p program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "admin",
		Short: "Organisations, services, people and keys, by whoever runs the installation",
		Long: `Works as the schema's owner (DATABASE_OWNER_URL) and writes what it does to the
audit trail. Passwords are read from standard input, one line, never from the
command line. None of it shows a case.`,
		Args: cobra.NoArgs, RunE: needsSubcommand,
	}
	cmd.AddCommand(adminFirst(p), adminOrganisation(p), adminService(p), adminPerson(p), adminSignOn(p), adminKeys(p), adminDataKeys(p), adminAuditKey(p))
	for _, act := range []struct {
		use, short, done string
		do               func(*accounts.Operator, context.Context, string) error
	}{
		{"disable", "End somebody's access at once", "Their access has ended.", (*accounts.Operator).DisableUser},
		{"enable", "Let somebody back in", "They can sign in again.", (*accounts.Operator).EnableUser},
		{"sign-out", "Sign somebody out everywhere", "They are signed out everywhere.", (*accounts.Operator).EndSessions},
		{"forget-guesses", "Clear the wrong guesses against an address", "They need not wait.", (*accounts.Operator).ForgetGuesses},
	} {
		cmd.AddCommand(&cobra.Command{
			Use: act.use + " EMAIL", Short: act.short, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
					if err := act.do(accounts.NewOperator(conn), ctx, args[0]); err != nil {
						return err
					}
					p.say("%s", act.done)
					return nil
				})
			},
		})
	}
	cmd.AddCommand(adminResetFactors(p))
	cmd.AddCommand(&cobra.Command{
		Use: "password EMAIL", Short: "Set somebody's password, read from standard input", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := secretLine(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				if err := accounts.NewOperator(conn).SetPassword(ctx, args[0], password); err != nil {
					return err
				}
				p.say("The password is set, and they are signed out everywhere.")
				return nil
			})
		},
	})
	return cmd
}

// asOwner runs fn on a connection of the schema's owner, and says what was
// wrong field by field.
func (p program) asOwner(ctx context.Context, fn func(context.Context, *pgx.Conn) error) error {
	return p.withOwner(ctx, func(d *database) error {
		conn, err := pgx.Connect(ctx, d.ownerDSN)
		if err != nil {
			return fmt.Errorf("connecting as the owner: %w", err)
		}
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		return inWords(fn(ctx, conn))
	})
}

// inWords turns a service's error into what a person at a terminal reads.
func inWords(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case models.CodeInvalid:
		var list []string
		for _, f := range e.Fields {
			list = append(list, f.Field+": "+f.Message)
		}
		return usageError{errors.New(strings.Join(list, "\n"))}
	case models.CodeNotFound:
		return errors.New("there is nobody and nothing of that name")
	case models.CodeConflict:
		return errors.New(e.Message)
	}
	return err
}

// secretLine reads one line that stands on no command line and in no history.
func secretLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usageError{errors.New("give the password on standard input, as one line")}
	}
	return line, nil
}

func adminFirst(p program) *cobra.Command {
	var email, name string
	cmd := &cobra.Command{
		Use: "first", Short: "Make the first system administrator; the password is read from standard input", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := secretLine(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				id, err := accounts.NewOperator(conn).CreateFirstAdmin(ctx, email, name, password)
				if err != nil {
					return err
				}
				p.say("Made the first system administrator: %s", id)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "their email address")
	cmd.Flags().StringVar(&name, "name", "", "their name")
	return cmd
}

func adminResetFactors(p program) *cobra.Command {
	var email string
	cmd := &cobra.Command{
		Use: "reset-factors", Short: "Take somebody's passkeys, apps and recovery codes away, for who has lost them", Args: cobra.NoArgs,
		Long: `Takes every passkey, authenticator app and recovery code from somebody who has
lost them, and signs them out everywhere. Their password stays. Make sure who is
asking first: a call back on a number you know, or in person.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				if err := accounts.NewOperator(conn).ResetFactors(ctx, email); err != nil {
					return err
				}
				p.say("They are signed out everywhere, and set up a second factor when they next sign in.")
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "their email address")
	return cmd
}

func adminOrganisation(p program) *cobra.Command {
	var org models.Organisation
	var kind, authority string
	cmd := &cobra.Command{
		Use: "organisation", Short: "Add an organisation", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			org.Kind = models.OrganisationKind(kind)
			if authority != "" {
				org.Authority = &authority
			}
			return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				id, err := directory.NewOperator(conn).AddOrganisation(ctx, org)
				if err != nil {
					return err
				}
				p.say("Added %s: %s", org.Name, id)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&org.Name, "name", "", "its name")
	cmd.Flags().StringVar(&kind, "kind", "", "what it is: "+kindList())
	cmd.Flags().StringVar(&authority, "authority", "", "E09 code, for a body of one borough")
	cmd.Flags().BoolVar(&org.AddressWithheld, "address-withheld", false, "never show its address: a refuge")
	return cmd
}

func kindList() string {
	var out []string
	for _, k := range models.OrganisationKinds() {
		out = append(out, string(k))
	}
	return strings.Join(out, ", ")
}

func adminService(p program) *cobra.Command {
	s := models.Service{HighRisk: true}
	var org string
	var minAge, maxAge, places int
	cmd := &cobra.Command{
		Use: "service", Short: "Add a service of an organisation", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for name, into := range map[string]struct {
				from int
				to   **int
			}{"min-age": {minAge, &s.MinAge}, "max-age": {maxAge, &s.MaxAge}, "places": {places, &s.PlacesTotal}} {
				if cmd.Flags().Changed(name) {
					n := into.from
					*into.to = &n
				}
			}
			s.PlacesOpen = s.PlacesTotal
			return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				o := directory.NewOperator(conn)
				var err error
				if s.OrgID, err = o.OrganisationNamed(ctx, org); err != nil {
					return err
				}
				id, err := o.AddService(ctx, s)
				if err != nil {
					return err
				}
				p.say("Added %s: %s", s.Name, id)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&org, "organisation", "", "whose it is, by exact name")
	f.StringVar(&s.Name, "name", "", "its name")
	f.StringVar(&s.Pathway, "pathway", "", "child_house, hate_crime, vawg, restorative or general")
	f.StringVar(&s.Description, "description", "", "what it does, in a sentence")
	f.StringVar(&s.Opening, "opening", "", "when it is open, in words")
	f.IntVar(&minAge, "min-age", 0, "youngest age")
	f.IntVar(&maxAge, "max-age", 0, "oldest age")
	f.IntVar(&places, "places", 0, "how many places it has")
	f.StringSliceVar(&s.Boroughs, "borough", nil, "E09 code or name; again for each; none: all of London")
	f.StringSliceVar(&s.OffenceTypes, "offence", nil, "offence type; again for each; none: any")
	f.StringSliceVar(&s.Languages, "language", nil, "language spoken; again for each")
	f.BoolVar(&s.WomenOnly, "women-only", false, "for women only")
	f.BoolVar(&s.HighRisk, "high-risk", true, "takes people at high risk")
	f.IntVar(&s.AcknowledgeDays, "acknowledge-days", 0, "working days to pick up; 0: the pathway's")
	f.IntVar(&s.DecideDays, "decide-days", 0, "working days to decide; 0: the pathway's")
	return cmd
}

func adminPerson(p program) *cobra.Command {
	var u accounts.NewUser
	var org, role string
	cmd := &cobra.Command{
		Use: "person", Short: "Let somebody in; the password is read from standard input", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := secretLine(cmd.InOrStdin())
			if err != nil {
				return err
			}
			u.Password, u.Role = password, models.Role(role)
			return p.asOwner(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				if u.OrgID, err = directory.NewOperator(conn).OrganisationNamed(ctx, org); err != nil {
					return err
				}
				var id uuid.UUID
				if id, err = accounts.NewOperator(conn).CreateUser(ctx, u); err != nil {
					return err
				}
				p.say("Let in %s: %s", u.Name, id)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&u.Email, "email", "", "their email address")
	cmd.Flags().StringVar(&u.Name, "name", "", "their name")
	cmd.Flags().StringVar(&role, "role", "", "caseworker, manager, provider_worker, provider_manager, court_officer, coordinator, ...")
	cmd.Flags().StringVar(&org, "organisation", "", "where they work, by exact name")
	return cmd
}

func adminKeys(p program) *cobra.Command {
	return &cobra.Command{
		Use: "rotate-keys", Short: "Sign access tokens with a fresh key from now on; makes the first key file too", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := p.load(nil)
			if err != nil {
				return err
			}
			err = auth.CreateKeys(cfg.jwtKeys(), time.Now())
			if err == nil {
				p.say("Made the first key, in %s.", cfg.jwtKeys())
				return nil
			}
			if !errors.Is(err, fs.ErrExist) {
				return err
			}
			id, err := auth.RotateKeys(cfg.jwtKeys(), time.Now())
			if err != nil {
				return err
			}
			p.say("New key: %s. Tokens of the one before stay good until they end.", id)
			return nil
		},
	}
}

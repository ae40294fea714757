package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/keys"
)

// adminDataKeys are the commands of the operator's key playbook
// (docs/security/keys.md). They work as the application, with its key-encryption
// key, and show no content.
func adminDataKeys(p program) *cobra.Command {
	cmd := &cobra.Command{
		Use: "keys", Short: "The keys that content is sealed with: how they stand, rotation, a new key-encryption key",
		Args: cobra.NoArgs, RunE: needsSubcommand,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "status", Short: "List the keys and count what each of them seals; reads every row", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.onKeys(cmd.Context(), p.keyStatus) },
		},
		&cobra.Command{
			Use: "rotate", Short: "Begin a rotation: jobs finish it", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return p.onKeys(cmd.Context(), func(ctx context.Context, s *keys.Service) error {
					if err := s.Rotate(ctx); err != nil {
						return inWords(err)
					}
					p.say("New keys are announced. Jobs let them seal in some minutes, seal everything anew, and disable the old keys: throughline admin keys status.")
					return nil
				})
			},
		},
		p.adminRewrap(),
	)
	return cmd
}

// onKeys runs fn with the data keys of the database that is set.
func (p program) onKeys(ctx context.Context, fn func(context.Context, *keys.Service) error) error {
	cfg, err := p.load(addresses)
	if err != nil {
		return err
	}
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = d.close() }()
	return p.withKeys(ctx, cfg, d.appDSN, &vault.Vault{}, func(s *keys.Service) error { return fn(ctx, s) })
}

func (p program) keyStatus(ctx context.Context, s *keys.Service) error {
	list, err := s.Status(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "CLASS\tSTATE\tKEY\t\tVALUES\tWRAPPED BY")
	for _, c := range list {
		for _, k := range c.Keys {
			use := "opens"
			switch {
			case !k.Enabled:
				use = "disabled"
			case k.Primary:
				use = "seals"
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%08x\t%s\t%s\t%s\n", c.Class, c.State, k.ID, use, models.Count(k.Values), c.WrappedBy)
		}
		if c.InClear > 0 {
			_, _ = fmt.Fprintf(table, "%s\t%s\tin clear\t\t%s\t\n", c.Class, c.State, models.Count(c.InClear))
		}
	}
	return table.Flush()
}

// adminRewrap wraps the data keys with the key-encryption key that is set, by
// one that was set before.
func (p program) adminRewrap() *cobra.Command {
	var from vault.KEKOptions
	cmd := &cobra.Command{
		Use: "rewrap", Short: "Wrap the data keys with the key of KMS_URI, in place of the one of --from", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			cfg, err := p.load(addresses)
			if err != nil {
				return err
			}
			before, err := vault.OpenKEK(from)
			if err != nil {
				return usageError{fmt.Errorf("--from: %w", err)}
			}
			now, err := vault.OpenKEK(cfg.kekOptions(false))
			if err != nil {
				return err
			}
			d, err := p.openDatabase(ctx, cfg)
			if err != nil {
				return err
			}
			defer func() { _ = d.close() }()
			return p.withService(ctx, cfg, d.appDSN, now, func(s *keys.Service) error {
				if err := s.Rewrap(ctx, before); err != nil {
					return err
				}
				p.say("The data keys are wrapped by %s.", now.Name())
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&from.URI, "from", "", "the address of the key-encryption key that wrapped them")
	cmd.Flags().StringVar(&from.TokenFile, "from-token-file", "", "the token for it, where it is hcvault://")
	return cmd
}

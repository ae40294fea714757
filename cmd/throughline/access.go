package main

import (
	"bytes"
	"os"

	"github.com/spf13/cobra"

	"throughline/models"
)

//go:generate go run . access-table --markdown --output ../../docs/security/access-table.md

// newAccessTableCmd exports who may do what, for auditors.
func newAccessTableCmd(p program) *cobra.Command {
	var markdown bool
	var output string
	cmd := &cobra.Command{
		Use:   "access-table",
		Short: "Print who may do what: role, action, relation, effect (CSV)",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var b bytes.Buffer
			write := models.WriteAccessCSV
			if markdown {
				write = models.WriteAccessMarkdown
			}
			if err := write(&b); err != nil {
				return err
			}
			if output != "" {
				return os.WriteFile(output, b.Bytes(), 0o644) //nolint:gosec // a table for everybody, where the operator says
			}
			_, err := p.stdout.Write(b.Bytes())
			return err
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "what each role may do, for people to read")
	cmd.Flags().StringVar(&output, "output", "", "write to this file")
	return cmd
}

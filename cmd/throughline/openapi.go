package main

import (
	"github.com/spf13/cobra"

	"throughline/handlers"
)

func newOpenAPICmd(p program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "openapi",
		Short: "Print the description of the API (OpenAPI 3.1)",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			a := handlers.API(handlers.Deps{Version: version()})
			write := a.YAML
			if asJSON {
				write = a.Document
			}
			b, err := write()
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(b)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON instead of YAML")
	return cmd
}

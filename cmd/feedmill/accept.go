package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"feedmill/feeds"
)

// Files in the state folder by which serve and accept talk to each other: what
// is held, and the fingerprint of what may pass.
const (
	heldFile     = "held.json"
	acceptedFile = "accepted"
)

func newAccept() *cobra.Command {
	var flags siteFlags
	cmd := &cobra.Command{
		Use:   "accept [DIR]",
		Short: "Approve a bulk change that the guard is holding back",
		Long: `Accept approves a change of DIR that serve is holding back because it would make
too many known articles vanish, change or come back as new. It approves that change
and no other: if the articles have changed again since, serve decides anew. If no
serve is running, the next one finds the approval. Articles that are held because
their records in the ledger are lost are shown under new ids once that is accepted;
where a change is held back as well, that is approved first, and the articles by
another call. It exits with 1 if nothing is held back.`,
		Example:           "  feedmill accept ~/site",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load(cmd.Context(), args)
			if err != nil {
				return err
			}
			hold, err := readState[feeds.Hold](cfg.State, heldFile, errors.New("nothing is held back"))
			if err != nil {
				return err
			}
			if err := replaceFile(filepath.Join(cfg.State, acceptedFile), []byte(hold.Fingerprint), 0o666); err != nil {
				return fmt.Errorf("tell serve: %w", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "accepted, held back since %s: %s\n", local(hold.Since), &hold)
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

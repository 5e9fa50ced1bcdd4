package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
serve is running, the next one finds the approval. It exits with 1 if nothing is
held back.`,
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

// readState reads what serve has written into a file of the state folder; missing is the
// error if there is no such file.
func readState[T any](state, name string, missing error) (v T, err error) {
	text, err := os.ReadFile(filepath.Join(state, name))
	if errors.Is(err, fs.ErrNotExist) {
		return v, missing
	}
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", name, err)
	}
	return v, err
}

// writeState writes what readState reads.
func writeState(state, name string, v any, mode fs.FileMode) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(state, name), text, mode)
}

// replaceFile puts data in file's place in one step, so that no other process
// reads half of it.
func replaceFile(file string, data []byte, mode fs.FileMode) error {
	os.Remove(file + ".new") // one that was left behind would keep its permissions
	if err := os.WriteFile(file+".new", data, mode); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

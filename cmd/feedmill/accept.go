package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

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
			cfg, err := flags.load(args)
			if err != nil {
				return err
			}
			hold, err := readHold(cfg.State)
			if err != nil {
				return err
			}
			if err := replaceFile(filepath.Join(cfg.State, acceptedFile), []byte(hold.Fingerprint), 0o666); err != nil {
				return fmt.Errorf("tell serve: %w", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "accepted, held back since %s: %s\n", hold.Since.Local().Format(time.DateTime), hold)
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

// readHold reads what serve has written of the change that it is holding back.
func readHold(state string) (*feeds.Hold, error) {
	text, err := os.ReadFile(filepath.Join(state, heldFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("nothing is held back")
	}
	var h feeds.Hold
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return nil, fmt.Errorf("read what is held back: %w", err)
	}
	return &h, nil
}

// writeHold writes into the state folder which change is held; nil for none.
func writeHold(state string, h *feeds.Hold) error {
	file := filepath.Join(state, heldFile)
	if h == nil {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return replaceFile(file, text, 0o666)
}

// takeAcceptedFingerprint reads the fingerprint that the command accept has left in
// the state folder, and removes it there.
func takeAcceptedFingerprint(state string) (fingerprint string, ok bool) {
	file := filepath.Join(state, acceptedFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	return string(text), os.Remove(file) == nil
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

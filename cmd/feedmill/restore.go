package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"feedmill/feeds"
	"feedmill/feeds/backup"
	"feedmill/feeds/ledger"
)

func newRestore() *cobra.Command {
	var flags siteFlags
	cmd := &cobra.Command{
		Use:   "restore FILE [DIR]",
		Short: "Put the state of a folder back from a backup",
		Long: `Restore puts the state of DIR back as it was when backup wrote FILE: ids, dates,
figures, and what was read of the articles. Stop serve first. The backup is read and
verified before anything is changed, and what was there is kept in a folder
before-restore-… inside the state folder, which you may delete.`,
		Example:           "  feedmill restore /backup/site.tar.gz ~/site",
		Args:              oneFile,
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load(cmd.Context(), args[1:])
			if err != nil {
				return err
			}
			about, aside, err := restore(args[0], cfg)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: restored as it was at %s\n", cfg.State, local(about.Made))
			if aside != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "what was there before: %s\n", aside)
			}
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

// restore puts a state back and returns where what it has replaced is kept; nowhere if
// there was nothing.
func restore(file string, cfg *settings) (about backup.About, aside string, err error) {
	if err := os.MkdirAll(cfg.State, 0o777); err != nil {
		return about, "", fmt.Errorf("make the state folder: %w", err)
	}
	fresh, err := os.MkdirTemp(cfg.State, "restore-")
	if err != nil {
		return about, "", err
	}
	defer os.RemoveAll(fresh)
	if about, err = unpackState(file, fresh); err != nil {
		return about, "", fmt.Errorf("nothing was restored: %w", err)
	}
	if err := errors.Join(asErrors(checkFiles(fresh))...); err != nil {
		return about, "", fmt.Errorf("nothing was restored: the backup itself has problems: %w", err)
	}
	if err := ledger.Check(ledgerFile(cfg)); errors.Is(err, ledger.ErrBusy) {
		return about, "", fmt.Errorf("nothing was restored: the state folder is %w", ledger.ErrBusy)
	}
	aside = filepath.Join(cfg.State, stamped("before-restore", time.Now()))
	used, err := exchange(cfg.State, fresh, aside)
	if err != nil {
		return about, "", fmt.Errorf("restore was interrupted; run it again: %w", err)
	}
	if !used {
		aside = ""
	}
	syncFolder(cfg.State)
	return about, aside, nil
}

// unpackState unpacks and verifies a backup into a folder.
func unpackState(file, into string) (about backup.About, err error) {
	in, err := os.Open(file)
	if err != nil {
		return about, err
	}
	defer in.Close()
	found := false
	about, err = backup.Read(in, func(f backup.File) error {
		if !slices.Contains(backedUp, f.Name) {
			return fmt.Errorf("%w: no state has a file %q", backup.ErrNotWhole, f.Name)
		}
		found = found || f.Name == ledgerName
		mode := fs.FileMode(0o666)
		if strings.HasPrefix(f.Name, "stats.") {
			mode = 0o600
		}
		out, err := os.OpenFile(filepath.Join(into, f.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, f.Content)
		return errors.Join(err, out.Sync(), out.Close())
	})
	if err != nil {
		return about, fmt.Errorf("read %s: %w", file, err)
	}
	if !found {
		return about, fmt.Errorf("read %s: %w: it has no ledger", file, backup.ErrNotWhole)
	}
	return about, nil
}

// exchange moves the files of a state into aside, and those of fresh into their places.
func exchange(state, fresh, aside string) (used bool, err error) {
	if err := os.Mkdir(aside, 0o700); err != nil {
		return false, err
	}
	defer func() {
		if !used {
			os.Remove(aside)
		}
	}()
	old := slices.Clone(backedUp)
	beside, _ := filepath.Glob(filepath.Join(state, ledgerName+".*")) // its copy is of another state, too
	for _, file := range beside {
		old = append([]string{filepath.Base(file)}, old...)
	}
	for _, name := range old {
		place, kept := filepath.Join(state, name), filepath.Join(aside, name)
		_, err := os.Lstat(filepath.Join(fresh, name))
		comes := err == nil
		if comes { // so that the place is never empty, where the system can link
			err = os.Link(place, kept)
		}
		if !comes || err != nil && !errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(place, kept)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return used, err
		}
		used = used || err == nil
		if comes {
			if err := os.Rename(filepath.Join(fresh, name), place); err != nil {
				return used, err
			}
		}
	}
	return used, nil
}

func asErrors(problems []*feeds.Problem) (all []error) {
	for _, p := range problems {
		all = append(all, p)
	}
	return all
}

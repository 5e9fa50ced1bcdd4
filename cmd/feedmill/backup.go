package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"feedmill/feeds/backup"
	"feedmill/feeds/ledger"
	"feedmill/feeds/status"
)

func newBackup() *cobra.Command {
	var flags siteFlags
	cmd := &cobra.Command{
		Use:   "backup FILE [DIR]",
		Short: "Write the whole state of a folder into one file, also while serve runs",
		Long: `Backup writes the ids, dates and figures of DIR, and what was read of its articles,
into one FILE: a tar file, compressed with gzip unless its name ends in .tar. While
serve runs for DIR, it is the state at one moment, and serve goes on meanwhile. FILE
is replaced when the backup is whole, and only its owner can read it. The articles
and the settings are not in it.`,
		Example:           "  feedmill backup /backup/site.tar.gz ~/site",
		Args:              oneFile,
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load(cmd.Context(), args[1:])
			if err != nil {
				return err
			}
			size, err := writeBackup(args[0], func(w io.Writer) error {
				return packState(cmd.Context(), w, !strings.HasSuffix(args[0], ".tar"), cfg)
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", args[0], status.Bytes(size))
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

// oneFile accepts a file and at most one folder of articles.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return fmt.Errorf("%w: one file and one folder at most; see %s --help", errUsage, cmd.CommandPath())
	}
	return nil
}

// completeFile makes shells offer files for the first argument, and folders for the
// second.
func completeFile(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// writeBackup puts the backup that pack writes in the place of file once all of it is on
// disk and was read again. After an error file is as it was, and nothing else is left.
func writeBackup(file string, pack func(io.Writer) error) (size int64, err error) {
	t, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*.new") // readable by its owner alone
	if err != nil {
		return 0, fmt.Errorf("nothing was backed up: %w", err)
	}
	defer func() {
		if t.Close(); err != nil {
			os.Remove(t.Name())
			err = fmt.Errorf("nothing was backed up: %w", err)
		}
	}()
	if err := pack(t); err != nil {
		return 0, err
	}
	if err := t.Sync(); err != nil {
		return 0, err
	}
	if size, err = t.Seek(0, io.SeekEnd); err == nil {
		_, err = backup.Read(io.NewSectionReader(t, 0, size), func(backup.File) error { return nil })
	}
	if err == nil {
		err = os.Rename(t.Name(), file)
	}
	if err == nil {
		syncFolder(filepath.Dir(file))
	}
	return size, err
}

// packState writes a backup of the state to w: that of the running serve, else that on
// disk.
func packState(ctx context.Context, w io.Writer, compress bool, cfg *settings) error {
	var z *gzip.Writer
	if compress {
		z = gzip.NewWriter(w)
		w = z
	}
	if err := sendState(ctx, w, cfg); err != nil || z == nil {
		return err
	}
	return z.Close()
}

// sendState writes a backup, not compressed. Whether a serve runs the lock of the ledger
// tells, not who answers where one was.
func sendState(ctx context.Context, w io.Writer, cfg *settings) error {
	running, err := readState[runningServe](cfg.State, runningFile, errNotRunning)
	var body io.ReadCloser
	if err == nil {
		body, err = running.command(ctx, controlBackup)
	}
	if err == nil {
		defer body.Close()
		if _, err = io.Copy(w, body); errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("serve has ended meanwhile, or could not go on: its log says why")
		}
		return err
	}
	files, failed := stateAtRest(cfg)
	switch {
	case errors.Is(failed, ledger.ErrBusy) && !errors.Is(err, errNotRunning):
		return err
	case failed != nil:
		return failed
	}
	defer files.close()
	return files.write(w, cfg.Dir)
}

// syncFolder has the system write down which files a folder has, where it can.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}

// stamped is name with the time, for what is put aside under a name of its own.
func stamped(name string, at time.Time) string {
	return name + "-" + at.UTC().Format("20060102T150405Z")
}

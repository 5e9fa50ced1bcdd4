package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"feedmill/config"
)

func newInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a commented settings file",
		Long: `Init writes DIR/feedmill.yaml with every setting explained. If DIR is a Jekyll or
Hugo site, what that site says of itself is filled in. Init never overwrites an
existing file.`,
		Example:           "  feedmill init ~/site",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := config.Template(folder(args))
			if err != nil {
				return err
			}
			name := filepath.Join(folder(args), config.FileName)
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
			switch {
			case errors.Is(err, fs.ErrExist):
				return fmt.Errorf("%s exists already: edit it, or move it away first", name)
			case errors.Is(err, fs.ErrPermission):
				return fmt.Errorf("%w: change its permissions, or run as a user who may", err)
			case err != nil:
				return err
			}
			_, err = f.Write(text)
			if err = errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(name)))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s written: every setting is in it, commented out\n", name)
			return nil
		},
	}
}

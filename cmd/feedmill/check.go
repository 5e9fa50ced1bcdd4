package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"feedmill/feeds"
	"feedmill/feeds/ledger"
)

func newCheck() *cobra.Command {
	var flags siteFlags
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Name every problem in articles and settings",
		Long: `Check reads every article and the settings of DIR and prints what must be mended
as file:line:col: field: problem, then what is left out on purpose and why. It
exits with 1 if there is anything to mend, with 2 if the settings are bad.`,
		Example:           "  feedmill check ~/site",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load(args)
			if err != nil {
				return err
			}
			base := cmp.Or(cfg.BaseURL, "http://"+cfg.Listen+"/")
			s, err := openSite(cfg, siteOptions{baseURL: base, once: true, log: slog.New(slog.DiscardHandler)})
			if err != nil {
				return err
			}
			defer s.close()
			if err := s.scan(cmd.Context()); err != nil {
				return err
			}
			r := s.builder.Report()
			problems := append(r.Problems, unwritable(s.builder.Snapshot())...)
			problems = append(problems, feeds.Problems(checkLedger(cfg))...)
			for _, p := range problems {
				if p.Path != "" {
					p.Path = filepath.Join(folder(args), filepath.FromSlash(p.Path))
				}
				fmt.Fprintln(cmd.OutOrStdout(), p)
			}
			for _, l := range r.Left {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: left out: %s\n", filepath.Join(folder(args), filepath.FromSlash(l.Path)), l.Reason)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s shown, %d left out, %s\n", plural(r.Articles, "article"), len(r.Left), plural(len(problems), "problem"))
			if len(problems) > 0 {
				return errFound
			}
			return nil
		},
	}
	flags.add(cmd)
	flags.addState(cmd)
	return cmd
}

// checkLedger verifies what earlier runs remembered. One in use is fine: the
// process that has it open would not have it otherwise.
func checkLedger(cfg *settings) error {
	if err := ledger.Check(ledgerFile(cfg)); !errors.Is(err, ledger.ErrBusy) {
		return err
	}
	return nil
}

// unwritable tries every document.
func unwritable(snap *feeds.Snapshot) []*feeds.Problem {
	var all []*feeds.Problem
	for _, l := range snap.Listings {
		for _, f := range feeds.Formats {
			if _, err := l.Document(f); err != nil {
				all = append(all, &feeds.Problem{Message: err.Error()})
			}
		}
	}
	return all
}

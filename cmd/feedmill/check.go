package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/spf13/cobra"

	"feedmill/config"
	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
)

func newCheck() *cobra.Command {
	var flags siteFlags
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Name every problem in articles and settings",
		Long: `Check reads every article and the settings of DIR and prints every problem as
file:line:col: field: problem, then which articles are not shown, and why, and
up to 100 paths that are left out because symbolic links lead to what has another
path. It exits with 1 if there is a problem, and with 2 if the settings are bad.`,
		Example:           "  feedmill check ~/site",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.loadWhole(cmd.Context(), args)
			if err != nil {
				return err
			}
			base := cmp.Or(cfg.Site.BaseURL, "http://"+cfg.Listen+"/")
			s, err := openSite(cmd.Context(), cfg, siteOptions{baseURL: base, once: true, making: cmd.Context(), log: slog.New(slog.DiscardHandler)})
			if err != nil {
				return err
			}
			defer s.close()
			if err := s.scan(cmd.Context()); err != nil {
				return err
			}
			r := s.builder.Report()
			problems := slices.Concat(r.Problems, unwritable(s.builder.Snapshot()), s.builder.Slow())
			if err := cmd.Context().Err(); err != nil { // then nothing can be written
				return err
			}
			// A ledger in use is fine: the process that has it open would not have it otherwise.
			if err := ledger.Check(ledgerFile(cfg)); !errors.Is(err, ledger.ErrBusy) {
				problems = append(problems, feeds.Problems(err)...)
			}
			for _, p := range problems {
				if p.Path != "" {
					p.Path = filepath.Join(folder(args), filepath.FromSlash(p.Path))
				}
				fmt.Fprintln(cmd.OutOrStdout(), p)
			}
			for _, dir := range unlisted(cfg) {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: not shown: no collection of _config.yml with output: true; make it one, or name it in articles.folders\n", filepath.Join(folder(args), dir))
			}
			for _, l := range r.Left {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: not shown: %s\n", filepath.Join(folder(args), filepath.FromSlash(l.Path)), l.Reason)
			}
			s.printLeftOut(cmd.OutOrStdout(), folder(args))
			fmt.Fprintf(cmd.ErrOrStderr(), "%s shown, %d not shown, %s\n", plural(r.Articles, "article"), len(r.Left), plural(len(problems), "problem"))
			if len(problems) > 0 {
				return errFound
			}
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}

// notArticles are the folders of a Jekyll site that are no collections.
var notArticles = []string{"_posts", "_drafts", "_layouts", "_includes", "_sass", "_data", "_site", "_plugins"}

// unlisted finds folders of a Jekyll site that look like collections of articles
// but are none by its settings.
func unlisted(cfg *settings) []string {
	if cfg.Flavor != config.Jekyll {
		return nil
	}
	var dirs []string
	entries, _ := os.ReadDir(cfg.Dir) // the scan has complained already
	for _, e := range entries {
		holds := func(c feeds.Folder) bool { return c.Dir == e.Name() || strings.HasPrefix(c.Dir, e.Name()+"/") }
		if !e.IsDir() || !strings.HasPrefix(e.Name(), "_") || slices.Contains(notArticles, e.Name()) || slices.ContainsFunc(cfg.Collections, holds) {
			continue
		}
		pages, _ := doublestar.Glob(os.DirFS(filepath.Join(cfg.Dir, e.Name())), "**/*.{md,markdown,html}", doublestar.WithFilesOnly(), doublestar.WithNoFollow())
		if len(pages) > 0 {
			dirs = append(dirs, e.Name())
		}
	}
	return dirs
}

// unwritable tries every document.
func unwritable(snap *document.Snapshot) []*feeds.Problem {
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

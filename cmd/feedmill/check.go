package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
		Short: "Name every problem in articles and settings, or in the state folder",
		Long: `Check reads every article and the settings of DIR and prints every problem as
file:line:col: field: problem, then which articles are not shown, and why, and
up to 100 paths that are left out because symbolic links lead to what has another
path. It exits with 1 if there is a problem, and with 2 if the settings are bad.

With --state and no value, check verifies the state folder of DIR instead: the ledger
and its copy, what was read of the articles, the figures, and how commands reach serve.
With --state FOLDER it does both. It changes nothing, and serve may run meanwhile. It
names the article, or the file, and what to do.`,
		Example:           "  feedmill check ~/site\n  feedmill check ~/site --state",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("state") && flags.state == "" {
				return runCheckState(cmd, &flags, args)
			}
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
			problems := slices.Concat(r.Problems, s.builder.Exceeding(cmd.Context()), unwritable(cmd.Context(), s.builder.Snapshot()), s.builder.Slow())
			if err := cmd.Context().Err(); err != nil { // then nothing can be written
				return err
			}
			problems = append(problems, stateProblems(cmd, cfg)...)
			printProblems(cmd.OutOrStdout(), folder(args), problems)
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

// checkArguments lets check have --state without a value: for it alone that means
// something. A folder of articles after it is taken for DIR, and one that holds a ledger
// for a state folder, as with all other commands.
func checkArguments(args []string) []string {
	if len(args) == 0 || args[0] != "check" {
		return args
	}
	named := func(arg string) bool { return !strings.HasPrefix(arg, "-") }
	i := slices.Index(args, "--state")
	if i < 0 {
		return args
	}
	bare := i+1 == len(args) || !named(args[i+1])
	if !bare && isFolder(args[i+1]) && !holdsLedger(args[i+1]) && !others(args[1:i]) && !others(args[i+2:]) {
		bare = true
	}
	if bare {
		args = slices.Clone(args)
		args[i] = "--state="
	}
	return args
}

// others reports whether there is an argument that is neither a flag nor the value of one.
func others(args []string) bool {
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") && (i == 0 || args[i-1] != "--config" && args[i-1] != "--base-url") {
			return true
		}
	}
	return false
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func holdsLedger(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, ledgerName))
	return err == nil
}

// stateProblems are those of the ledger, or of the whole state folder if --state names
// it.
func stateProblems(cmd *cobra.Command, cfg *settings) []*feeds.Problem {
	if cmd.Flags().Changed("state") && isFolder(cfg.State) {
		problems, _ := checkState(cmd.Context(), cfg) // the error is that there is no folder
		return problems
	}
	// A ledger in use is fine: the process that has it open would not have it otherwise.
	return slices.DeleteFunc(feeds.Problems(ledger.Check(ledgerFile(cfg))), func(p *feeds.Problem) bool {
		return strings.Contains(p.Message, ledger.ErrBusy.Error())
	})
}

// runCheckState is the command with --state alone.
func runCheckState(cmd *cobra.Command, flags *siteFlags, args []string) error {
	cfg, err := flags.load(cmd.Context(), args)
	if err != nil {
		return err
	}
	problems, err := checkState(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	printProblems(cmd.OutOrStdout(), folder(args), problems)
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", cfg.State, plural(len(problems), "problem"))
	if len(problems) > 0 {
		return errFound
	}
	return nil
}

// printProblems prints problems in order of path; those of articles below folder.
func printProblems(w io.Writer, folder string, problems []*feeds.Problem) {
	for _, p := range problems {
		if p.Path != "" && !filepath.IsAbs(p.Path) {
			p.Path = filepath.Join(folder, filepath.FromSlash(p.Path))
		}
		fmt.Fprintln(w, p)
	}
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
	for _, name := range hidden(cfg.Dir) {
		holds := func(c feeds.Folder) bool { return c.Dir == name || strings.HasPrefix(c.Dir, name+"/") }
		if !slices.Contains(notArticles, name) && !slices.ContainsFunc(cfg.Collections, holds) && hasPage(filepath.Join(cfg.Dir, name)) {
			dirs = append(dirs, name)
		}
	}
	return dirs
}

// hidden names the folders in dir that Jekyll publishes only as collections, sorted.
func hidden(dir string) (names []string) {
	f, err := os.Open(dir)
	if err != nil {
		return nil // the scan has complained already
	}
	defer f.Close()
	for err == nil {
		var entries []fs.DirEntry
		entries, err = f.ReadDir(1000)
		for _, e := range entries {
			if e.IsDir() && strings.HasPrefix(e.Name(), "_") {
				names = append(names, e.Name())
			}
		}
	}
	slices.Sort(names)
	return names
}

// hasPage reports whether there is a file of an article in dir or below it.
func hasPage(dir string) (found bool) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains([]string{".md", ".markdown", ".html"}, filepath.Ext(path)) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// unwritable tries every document, until ctx ends.
func unwritable(ctx context.Context, snap *document.Snapshot) []*feeds.Problem {
	var all []*feeds.Problem
	for _, l := range snap.Listings {
		if ctx.Err() != nil {
			break
		}
		for _, f := range feeds.Formats {
			if _, err := l.Document(f); err != nil {
				all = append(all, &feeds.Problem{Message: err.Error()})
			}
		}
	}
	return all
}

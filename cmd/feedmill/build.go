package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"feedmill/feeds"
	"feedmill/feeds/builder"
	"feedmill/feeds/export"
	"feedmill/feeds/opml"
	feedsite "feedmill/feeds/site"
)

func newBuild() *cobra.Command {
	var flags siteFlags
	var logs logFlag
	var out string
	var accept bool
	cmd := &cobra.Command{
		Use:   "build [DIR] --out DEST",
		Short: "Write the feeds and pages of a folder as static files",
		Long: `Build writes the documents and pages that serve would answer with into DEST, for
any static web server. Only files whose content changed are rewritten, files of
feeds that have ended are removed, and files that build did not write are never
touched.`,
		Example:           "  feedmill build ~/site --out ~/public/feeds --base-url https://example.com/feeds/",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			log, err := logs.logger(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if out == "" {
				return fmt.Errorf("%w: say where to write the files: --out DEST", errUsage)
			}
			cfg, err := flags.loadWhole(cmd.Context(), args)
			if err != nil {
				return err
			}
			base := cmp.Or(cfg.Site.BaseURL, cfg.Site.HomeURL, "http://"+cfg.Listen+"/")
			if cfg.Site.BaseURL == "" {
				log.Warn("no base_url in the settings and no --base-url: the documents give this as their address", "url", base)
			}
			memory, err := openLedger(cfg, log)
			if err != nil {
				return err
			}
			defer memory.Close()
			cache := openCache(cfg, memory, log)
			defer cache.Close()
			opt := siteOptions{baseURL: base, once: true, ledger: memory, cache: cache, former: func() map[string]builder.Former { return formerIn(out) }, making: cmd.Context(), log: log}
			if rel, ok := below(cfg.Dir, out); ok {
				opt.ignore = []string{"/" + filepath.ToSlash(rel) + "/"}
			}
			s, err := openSite(cmd.Context(), cfg, opt)
			if err != nil {
				return err
			}
			defer s.close()
			if accept {
				s.builder.Accept(builder.AcceptAny)
			}
			if err := s.scan(cmd.Context()); err != nil {
				return err
			}
			if h := s.builder.Held(); h != nil {
				return fmt.Errorf("held back, nothing written: %s; put the articles back, or approve the change with --accept", h)
			}
			report, err := export.Write(cmd.Context(), out, feedsite.New(s.builder.Snapshot(), feedsite.Options{OPML: opml.Encode, Version: version()}).Resources())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d written, %d unchanged, %d removed\n", out, report.Written, report.Unchanged, report.Removed)
			return nil
		},
	}
	flags.add(cmd)
	logs.add(cmd)
	addAccept(cmd, &accept)
	cmd.Flags().StringVar(&out, "out", "", "`folder` to write to")
	cmd.MarkFlagDirname("out")
	return cmd
}

// formerIn returns the articles in the JSON feeds that earlier builds wrote to a folder.
func formerIn(out string) map[string]builder.Former {
	const maxDocument = 64 << 20
	all := map[string]builder.Former{}
	for document := range export.Written(out, feeds.JSON.Filename(), maxDocument) {
		var feed struct {
			Items []struct {
				ID, URL   string
				Published time.Time `json:"date_published"`
				Modified  time.Time `json:"date_modified"`
			}
		}
		json.Unmarshal(document, &feed) // of one that is damaged, what is read before that
		for _, it := range feed.Items {
			if it.ID != "" && it.URL != "" {
				all[it.URL] = builder.Former{ID: it.ID, Published: it.Published, Updated: it.Modified}
			}
		}
	}
	return all
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"feedmill/config"
	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/articlecache"
	"feedmill/feeds/builder"
	"feedmill/feeds/catalog"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// siteFlags are the flags that every command over a folder of articles has.
type siteFlags struct {
	file    string
	baseURL string
	state   string
	listen  string // of serve alone
}

func (f *siteFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "config", "", "settings `file` (default DIR/feedmill.yaml where it exists)")
	cmd.Flags().StringVar(&f.baseURL, "base-url", "", "public `URL` of the feeds, as in https://feeds.example.com/")
	cmd.MarkFlagFilename("config", "yaml", "yml")
	cmd.Flags().StringVar(&f.state, "state", "", "`folder` where ids, dates and caches are kept between runs (default DIR/.feedmill)")
	cmd.MarkFlagDirname("state")
}

func addAccept(cmd *cobra.Command, accept *bool) {
	cmd.Flags().BoolVar(accept, "accept", false, "approve whatever has changed since the last run, however much it is")
}

// settings are a Config with the flags laid over it, and the state of the files
// it was read from.
type settings struct {
	*config.Config
	fingerprint string
}

// knownNames are those that settings can refer to.
var knownNames = config.Names{Fields: article.FieldNames(), Placeholders: article.Placeholders()}

// load reads the settings of the folder, until ctx ends.
func (f *siteFlags) load(ctx context.Context, args []string) (*settings, error) {
	return untilEnd(ctx, func() (*settings, error) { return f.read(args) })
}

// read is load without end. Which files the settings are in only a first reading tells; the
// second is sure to see all that the fingerprint covers.
func (f *siteFlags) read(args []string) (*settings, error) {
	first, err := config.Load(folder(args), f.file, knownNames)
	if err != nil {
		return nil, err
	}
	state := fingerprint(first.Files)
	cfg, err := config.Load(folder(args), f.file, knownNames)
	if err != nil {
		return nil, err
	}
	if f.baseURL != "" {
		if cfg.Site.BaseURL, err = config.AbsoluteURL(f.baseURL); err != nil {
			return nil, fmt.Errorf("%w: --base-url: %w", errUsage, err)
		}
	}
	if f.state != "" {
		if cfg.State, err = filepath.Abs(f.state); err != nil {
			return nil, fmt.Errorf("%w: --state: %w", errUsage, err)
		}
	}
	cfg.Listen = cmp.Or(f.listen, cfg.Listen)
	return &settings{cfg, state}, nil
}

// loadWhole is load where a folder that is named and not there is an error.
func (f *siteFlags) loadWhole(ctx context.Context, args []string) (*settings, error) {
	cfg, err := f.load(ctx, args)
	if err == nil {
		if missing := cfg.Complete(); missing != nil {
			err = incomplete{missing}
		}
	}
	return cfg, err
}

// errIncomplete is in the error of loadWhole if a folder that is named is not there.
var errIncomplete = errors.New("a folder that settings name is not there")

// incomplete is an error that is errIncomplete, and otherwise the problems in it.
type incomplete struct{ error }

func (i incomplete) Unwrap() []error   { return []error{i.error} }
func (i incomplete) Is(err error) bool { return err == errIncomplete }

func folder(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// site is one folder of articles under one set of settings: what watches it and
// what builds its feeds.
type site struct {
	cfg      *settings
	files    map[string]bool // those of cfg.Files
	builder  *builder.Builder
	articles *watcher.Watcher
	watchers []*watcher.Watcher // articles; then the settings file where it lies elsewhere
	log      *slog.Logger

	mu   sync.Mutex
	seen string // fingerprint of the settings files when last told
}

// siteOptions is what a command adds to the settings.
type siteOptions struct {
	baseURL  string
	once     bool // no watching: one scan is all
	ignore   []string
	ledger   *ledger.Ledger
	cache    *articlecache.Cache
	held     func(*feeds.Hold)
	former   func() map[string]builder.Former
	making   context.Context // documents are made until it ends
	progress func(files int)
	log      *slog.Logger
}

// openSite prepares everything, until ctx ends; watches are in place when it returns.
func openSite(ctx context.Context, cfg *settings, opt siteOptions) (*site, error) {
	return untilEnd(ctx, func() (*site, error) { return newSite(cfg, opt) })
}

func newSite(cfg *settings, opt siteOptions) (*site, error) {
	s := &site{cfg: cfg, files: map[string]bool{}, seen: cfg.fingerprint, log: opt.log}
	for _, f := range cfg.Files {
		s.files[f] = true
	}
	about := cfg.Site.Site
	about.BaseURL, about.HomeURL = opt.baseURL, cmp.Or(about.HomeURL, opt.baseURL)
	var topics []feeds.KnownTopic
	for _, t := range cfg.Topics {
		topics = append(topics, t.KnownTopic)
	}
	parser := article.NewParser(articleOptions(cfg, topics, about.HomeURL))
	w, err := watcher.New(cfg.Dir, watcher.Options{
		Ignore:       slices.Concat(cfg.Articles.Ignore, opt.ignore),
		Include:      func(path string) bool { return parser.Wants(path) || s.isSetting(path) },
		Follow:       follow[cfg.Articles.FollowLinks],
		Class:        func(dir string) int { return s.class(dir, parser) },
		ScanOnly:     opt.once || cfg.Watch.Mode == "scan",
		ScanInterval: cfg.Watch.ScanInterval,
		PollInterval: pollInterval(cfg),
		Logger:       opt.log,
	})
	if err != nil {
		return nil, err
	}
	s.articles, s.watchers = w, []*watcher.Watcher{w}
	if _, inside := below(cfg.Dir, cfg.File); cfg.File != "" && !opt.once && (!inside || cfg.Articles.FollowLinks != "all") {
		w, err := watcher.New(filepath.Dir(cfg.File), watcher.Options{Only: []string{filepath.Base(cfg.File)}, ScanInterval: cfg.Watch.ScanInterval, Logger: opt.log})
		if err != nil {
			s.close()
			return nil, err
		}
		s.watchers = append(s.watchers, w)
	}
	s.builder = builder.New(s.articles, builder.Options{
		Site: about, SiteID: cfg.Site.ID, Parser: parser, Topics: topics,
		Limits: cfg.Limits, Tombstones: cfg.Tombstones, CacheBytes: cfg.Cache,
		Ledger: opt.ledger, Cache: opt.cache, Guard: cfg.Guard, OnHeld: opt.held, Former: opt.former, Making: opt.making, Progress: opt.progress, Logger: opt.log,
	})
	return s, nil
}

// ledgerFile is where the ledger of a site lies.
func ledgerFile(cfg *settings) string { return filepath.Join(cfg.State, ledgerName) }

// openLedger opens the ledger of a site. Where the state folder cannot be
// written, reading it has to do, or memory, and what that means is said.
func openLedger(cfg *settings, log *slog.Logger) (*ledger.Ledger, error) {
	l, err := ledger.OpenWith(ledgerFile(cfg), ledger.Options{Logger: log})
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) && !errors.Is(err, syscall.ENOSPC) {
		return l, err
	}
	if l, failed := ledger.OpenWith(ledgerFile(cfg), ledger.Options{ReadOnly: true, Logger: log}); failed == nil {
		log.Warn("the ledger can be read but not written: the ids and dates of new articles are lost when this process ends", "err", err)
		return l, nil
	}
	log.Warn("no ledger: after the next start, renamed articles have new ids, and articles without a date new dates", "err", err)
	return ledger.Memory(), nil
}

// openCache opens what was read before, or begins anew; nil where there is no
// room on any disk.
func openCache(cfg *settings, l *ledger.Ledger, log *slog.Logger) *articlecache.Cache {
	if l.Lasting() {
		c, err := articlecache.Open(cfg.State, l)
		if err == nil {
			return c
		}
		log.Warn("no cache on disk: the next start reads all articles again", "err", err)
	}
	c, err := articlecache.Temporary(l)
	if err != nil {
		log.Warn("all articles stay in memory", "err", err)
	}
	return c
}

// scan builds the first snapshot.
func (s *site) scan(ctx context.Context) error {
	defer delayCollections()()
	err := s.builder.Apply(ctx, watcher.Changes{Rescan: true})
	s.logLeftOut()
	return err
}

// run keeps the feeds up to date until ctx ends. It sends on changed when the
// settings files are no longer what they were.
func (s *site) run(ctx context.Context, changed chan<- struct{}) error {
	group, ctx := errgroup.WithContext(ctx)
	articles := make(chan watcher.Changes)
	s.compare(changed) // with what was read before anything was watched
	for _, w := range s.watchers {
		seen := make(chan watcher.Changes)
		group.Go(func() error {
			_, err := untilEnd(ctx, func() (struct{}, error) { return struct{}{}, w.Run(ctx, seen) })
			if ctx.Err() != nil { // it has ended, or hangs
				return nil
			}
			return err
		})
		group.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case c := <-seen:
					s.compare(changed)
					if w != s.articles {
						continue
					}
					select {
					case <-ctx.Done():
						return nil
					case articles <- c:
					}
				}
			}
		})
	}
	group.Go(func() error { return s.builder.Run(ctx, articles) })
	return group.Wait()
}

// compare tells when the settings have changed since they were read.
func (s *site) compare(changed chan<- struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := fingerprint(s.cfg.Files); now != s.seen {
		s.seen = now
		select {
		case changed <- struct{}{}:
		default: // told already, and not yet looked at
		}
	}
}

// close releases what openSite took; run has ended or was never called.
func (s *site) close() {
	for _, w := range s.watchers {
		w.Close()
	}
}

// isSetting reports whether a path below the folder is that of a settings file.
func (s *site) isSetting(path string) bool {
	abs := filepath.Join(s.cfg.Dir, filepath.FromSlash(path))
	return s.files[abs] || s.files[filepath.Dir(abs)]
}

// fingerprint tells states of files apart without reading them. A folder
// stands for the files in it.
func fingerprint(files []string) string {
	var b strings.Builder
	for _, f := range files {
		names := []string{""} // the file itself
		if info, err := os.Stat(f); err == nil && info.IsDir() {
			names = append(names, topicFiles(f)...)
		}
		for _, name := range names {
			if info, err := os.Stat(filepath.Join(f, name)); err == nil {
				fmt.Fprintf(&b, "%s %s %d %d\n", f, name, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}

// topicFiles names the files in a folder, sorted, up to one more than may be there.
func topicFiles(folder string) []string {
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(config.MaxTopicFiles + 1)
	slices.Sort(names)
	return names
}

// below returns the path of a file from the folder dir, which is absolute; not ok where
// the file lies elsewhere.
func below(dir, file string) (rel string, ok bool) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", false
	}
	rel, err = filepath.Rel(dir, abs)
	return rel, err == nil && filepath.IsLocal(rel)
}

// pollInterval is how often a folder without events is scanned: the interval
// that the settings give for scanning alone, and 2 s where events were expected.
func pollInterval(cfg *settings) time.Duration {
	if cfg.Watch.Mode == "scan" {
		return cfg.Watch.ScanInterval
	}
	return 0
}

func articleOptions(cfg *settings, topics []feeds.KnownTopic, homeURL string) article.Options {
	return article.Options{
		SiteID: cfg.Site.ID, SiteURL: homeURL, TimeZone: cfg.Site.TimeZone,
		Folders: cfg.Collections, Extensions: cfg.Articles.Extensions, Fields: cfg.Articles.Fields, Defaults: cfg.Articles.Defaults, EmbedHosts: cfg.Articles.EmbedHosts,
		Jekyll: cfg.Flavor == config.Jekyll, Hugo: cfg.Flavor == config.Hugo, TopicName: catalog.TopicNames(topics),
	}
}

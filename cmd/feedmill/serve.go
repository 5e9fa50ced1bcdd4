package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"feedmill/feeds"
	"feedmill/feeds/articlecache"
	"feedmill/feeds/builder"
	"feedmill/feeds/document"
	"feedmill/feeds/front"
	"feedmill/feeds/ledger"
	"feedmill/feeds/opml"
	"feedmill/feeds/server"
	"feedmill/feeds/stats"
	"feedmill/feeds/status"
)

func newServe() *cobra.Command {
	s := &serve{retry: make(chan struct{}, 1)}
	accept := false
	cmd := &cobra.Command{
		Use:   "serve [DIR]",
		Short: "Build the feeds of a folder, watch it and serve them",
		Long: `Serve builds the feeds of DIR (the current folder if you name none), keeps them up
to date as files change, and serves them over HTTP until it is interrupted.

DIR may be a plain folder of articles, a Jekyll site or a Hugo site; settings are
optional (see feedmill init). The first line on standard output is the base URL.`,
		Example:           "  feedmill serve ~/site\n  feedmill serve ~/site --listen :80 --base-url https://feeds.example.com/",
		Args:              oneFolder,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s.stdout, s.stderr, s.args = cmd.OutOrStdout(), cmd.ErrOrStderr(), args
			if s.log, err = s.logs.logger(s.stderr); err != nil {
				return err
			}
			if accept {
				anything := builder.AcceptAny
				s.approved.Store(&anything)
			}
			err = s.run(cmd.Context())
			if cmd.Context().Err() != nil && errors.Is(err, context.Canceled) {
				return nil // it was to end before it was ready
			}
			return err
		},
	}
	s.flags.add(cmd)
	s.logs.add(cmd)
	cmd.Flags().StringVar(&s.flags.listen, "listen", "", "`address` to listen on; port 0 picks a free one (default 127.0.0.1:8080)")
	addAccept(cmd, &accept)
	return cmd
}

type serve struct {
	flags siteFlags
	logs  logFlag

	args           []string
	stdout, stderr io.Writer
	log            *slog.Logger
	ledger         *ledger.Ledger
	cache          *articlecache.Cache
	baseURL        string                          // made of the listening address; used where the settings have none
	current        atomic.Pointer[builder.Builder] // of the site that is served; nil before the first scan

	state    string                     // path of the state folder
	refused  atomic.Pointer[feeds.Hold] // the bulk change that new settings would make, for which they were refused; nil for none
	approved atomic.Pointer[string]     // fingerprint of the bulk change that the next site to be opened may make; nil for none
	retry    chan struct{}              // has refused settings tried again

	started time.Time
	figures *stats.Recorder
	first   *settings // at the start: some settings hold until the next one
	address string    // that is listened on
	inForce atomic.Pointer[settings]
	running runningServe
	making  context.Context // documents are made until it ends: when requests under way have had their time

	backingUp sync.Mutex // held while a backup is made
}

// Snapshot is that of the builder in charge.
func (s *serve) Snapshot() *document.Snapshot {
	if b := s.current.Load(); b != nil {
		return b.Snapshot()
	}
	return nil
}

// knows reports whether there is or was a feed.
func knows(snap *document.Snapshot, k feeds.Key) bool {
	if snap == nil {
		return false
	}
	_, former := snap.Alias(k)
	_, retired := snap.Retired[k]
	return former || retired || snap.Listing(k) != nil
}

func (s *serve) run(ctx context.Context) error {
	cfg, err := s.flags.load(ctx, s.args)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // of which Linux before 6.10 can't set what the loops need
	ln, err := lc.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return listenError(cfg.Listen, err)
	}
	s.log.Info("listening", "address", ln.Addr().String())
	if s.ledger, err = openLedger(cfg, s.log); err != nil {
		return errors.Join(err, ln.Close())
	}
	defer s.ledger.Close()
	if err := s.missing(cfg); err != nil {
		return errors.Join(err, ln.Close())
	}
	s.cache = openCache(cfg, s.ledger, s.log)
	defer s.cache.Close()
	s.baseURL, s.state, s.started = addressURL(ln.Addr()), cfg.State, time.Now().UTC()
	s.first, s.address = cfg, ln.Addr().String()
	s.inForce.Store(cfg)
	s.figures = stats.New(stats.Options{Folder: cfg.State, Known: func(k feeds.Key) bool { return knows(s.Snapshot(), k) }, Logger: s.log})
	defer s.figures.Close()
	s.running = runningServe{URL: s.baseURL, Key: rand.Text()}
	commands := s.listenControl(ctx)
	if err := writeState(cfg.State, runningFile, s.running, 0o600); err != nil {
		s.log.Warn("feedmill status cannot find this process", "err", err)
	}
	defer s.running.remove(cfg.State)
	s.applyAccepted()
	fmt.Fprintln(s.stdout, cmp.Or(cfg.Site.BaseURL, s.baseURL))

	making, endMaking := context.WithCancel(context.Background())
	defer endMaking()
	s.making = making
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.answer(ctx, ln, cfg, endMaking) })
	group.Go(func() error { return s.answerCommands(ctx, commands) })
	group.Go(func() error { return s.watchAccepted(ctx, cfg) })
	group.Go(func() error { return s.figures.Run(ctx) })
	group.Go(func() error { return s.keepState(ctx, cfg.Watch.ScanInterval) })
	group.Go(func() error { return s.ledger.Run(ctx) })
	group.Go(func() error { return s.sites(ctx, cfg) })
	return group.Wait()
}

// missing is an error if a folder that the settings name is not there, unless
// articles are known already: then it may be back soon, and whether readers are to
// lose what it held is for the guard to say.
func (s *serve) missing(cfg *settings) error {
	err := cfg.Complete()
	for range s.ledger.Paths() {
		for _, p := range feeds.Problems(err) {
			s.log.Error("a folder of articles is not there", "err", p)
		}
		return nil
	}
	return err
}

// netHTTPAlone, if it is not empty, leaves out the loops, so that they can be
// compared with net/http: go build -ldflags '-X main.netHTTPAlone=yes'.
var netHTTPAlone string

// answer serves HTTP from ln until ctx ends. It calls endMaking when requests under way have
// had their time.
func (s *serve) answer(ctx context.Context, ln net.Listener, cfg *settings, endMaking func()) error {
	operator := status.New(s, status.Options{
		Token: cfg.StatusToken, Key: s.running.Key, Figures: s.figures, Collectors: []prometheus.Collector{s.figures}, Version: version(), Logger: s.log,
	})
	handler := server.NewHandler(s, server.Options{
		OPML: opml.Encode, Logger: s.log, Version: version(), Operator: operator, ShowDocuments: cfg.Browsers == "document",
		Recorder: s.figures, TrustedProxies: cfg.TrustedProxies,
	})
	return front.Serve(ctx, ln, handler, front.Options{
		Limits: front.Limits{Grace: requestTime}, CutOff: endMaking, Logger: s.log, NoLoops: netHTTPAlone != "", Quarters: handler.Quarters,
	})
}

// report says what was found and where to look.
func (s *serve) report(current *site) {
	snap, r := current.builder.Snapshot(), current.builder.Report()
	count := map[feeds.Kind]int{}
	for _, l := range snap.Listings {
		if !l.Ended {
			count[l.Key.Kind]++
		}
	}
	var in []string
	for _, k := range feeds.Kinds[1:] {
		in = append(in, plural(count[k], k.String()))
	}
	fmt.Fprintf(s.stdout, "%s: %s in %s\n", current.cfg.Dir, plural(r.Articles, "article"), strings.Join(in, ", "))
	if len(r.Left) > 0 {
		fmt.Fprintf(s.stdout, "not shown: %s\n", reasons(r.Left))
	}
	if len(r.Problems) > 0 {
		fmt.Fprintf(s.stdout, "%s to mend: see feedmill check %s\n", plural(len(r.Problems), "problem"), folder(s.args))
	}
	base := snap.Site.BaseURL
	fmt.Fprintf(s.stdout, "directory of all feeds: %s   all articles: %srss.xml   to import all feeds into a feed reader: %sopml.xml\n", base, base, base)
	if r.Articles == 0 {
		fmt.Fprintln(s.stdout, "no article yet: an article is a .md, .html or .txt file that begins with a line of three dashes, keys and values, and another such line")
	}
	if current.cfg.Site.HomeURL == "" {
		fmt.Fprintf(s.stdout, "no site.url in the settings: articles that state no address have no link, and relative addresses lead to %s; feedmill init %s writes the settings\n", base, folder(s.args))
	}
}

// reasons counts why articles are not shown: "3 draft: true, 1 scheduled".
func reasons(left []builder.Left) string {
	var order []string
	count := map[string]int{}
	for _, l := range left {
		why := reason(l)
		if count[why]++; count[why] == 1 {
			order = append(order, why)
		}
	}
	for i, why := range order {
		order[i] = fmt.Sprintf("%d × %s", count[why], why)
	}
	return strings.Join(order, ", ")
}

// reason is why an article is not shown, without what differs from one to the next.
func reason(l builder.Left) string {
	for _, prefix := range []string{"scheduled", "expired", "no front matter"} {
		if strings.HasPrefix(l.Reason, prefix) {
			return prefix
		}
	}
	return l.Reason
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// addressURL is where the listener can be reached on this machine.
func addressURL(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

func listenError(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s is taken by another program: choose another with --listen (port 0 picks a free one)", address)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("not allowed to listen on %s: ports below 1024 need privileges; choose another with --listen", address)
	}
	return fmt.Errorf("%w: cannot listen on %s: %w; --listen takes host:port, as in 127.0.0.1:8080", errUsage, address, err)
}

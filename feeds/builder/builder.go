// Package builder turns changes of files into snapshots of feeds. It is the
// only writer: it owns the catalog, and readers load one pointer.
//
//	Changes → look (which files differ; they are read and parsed meanwhile, by all processors)
//	  → guard (too much at once is held; what no reader sees of it goes on)
//	  → ledger (which article each is, since when) → catalog (which feeds that touches)
//	  → publish (a new Snapshot) → keep (in the cache, from which the next start goes on)
//
// The first round begins with restore: with what was accepted last, as the cache
// has it. A file that cannot be used keeps its last good version; one that is gone
// takes its article along. Nothing is rendered here: revisions do that when
// somebody asks.
package builder

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/articlecache"
	"feedmill/feeds/catalog"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
	"feedmill/watcher"
)

// Source is where articles come from: a [watcher.Watcher].
type Source interface {
	Files(ctx context.Context) iter.Seq2[watcher.File, error]
	Stat(path string) (watcher.File, error)
	ReadFile(path string, buf []byte, limit int64) ([]byte, watcher.Stamp, error)
}

// Options is what a Builder is made for.
type Options struct {
	Site       feeds.Site
	SiteID     string // first part of derived ids
	Parser     *article.Parser
	Topics     []feeds.KnownTopic
	Limits     func(kind feeds.Kind, topic string) feeds.Limits // nil: 50 items, 512 KiB
	Ledger     *ledger.Ledger                                   // may be shared with another builder; nil remembers nothing beyond this one
	Tombstones time.Duration                                    // how long removed items are named; zero for never
	CacheBytes int                                              // what rendered items and documents take in memory at most; zero is 256 MiB
	Cache      *articlecache.Cache                              // what earlier rounds, and other builders, have read; nil keeps everything in memory
	Progress   func(files int)                                  // called now and then while files are read; nil for never
	Now        func() time.Time                                 // nil: time.Now
	Logger     *slog.Logger                                     // nil: none
	Guard      Guard                                            // what is too much for one round; zero: nothing is
	OnHeld     func(*feeds.Hold)                                // told what is held when that changes, nil for nothing any more; nil for nobody

	items   *items        // what is rendered of them
	picking chan struct{} // room for those who pick articles for composed feeds
}

// Builder makes snapshots. Apply and Run must not be called concurrently with
// each other; everything else is safe at any time.
type Builder struct {
	opt    Options
	src    Source
	parser *article.Parser

	mu       sync.Mutex // held by the one writer; Report waits for it
	catalog  *catalog.Catalog
	stamps   map[string]stamp  // of every file that can be an article; zero for one that is to be read
	errs     map[string]error  // why files could not be used as they are now; an earlier version may still be in the catalog
	waiting  map[string]loaded // what the last round read, if it is held
	windows  map[*catalog.Shelf]*window
	schedule *catalog.Schedule[*catalog.Shelf] // when time alone changes which feed
	grief    grief
	layout   layout
	edition  uint64 // of the window opened last
	press    *press
	arrived  arrivals
	history  rounds
	broken   map[string]time.Time // since when files that errs names cannot be used
	full     sync.Once            // no room for texts
	noted    atomic.Bool          // the ledger has been told of a time that nothing else tells
	cached

	snapshot atomic.Pointer[document.Snapshot]
	library  atomic.Pointer[library]
	composed composedFeeds
	held     atomic.Pointer[feeds.Hold]
	accepted atomic.Pointer[string] // fingerprint of the change set that may pass
	again    chan struct{}          // asks Run for a round
}

// maxFile bounds an article's file, in bytes: more is a mistake.
const maxFile = 32 << 20

// New makes a builder without articles; the first Apply must be a rescan.
func New(src Source, opt Options) *Builder {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Limits == nil {
		opt.Limits = func(feeds.Kind, string) feeds.Limits { return feeds.Limits{Items: 50, MaxBytes: 512 << 10} }
	}
	opt.items = newItems(document.NewCache(cmp.Or(opt.CacheBytes, 256<<20)))
	opt.picking = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)) // the rest is for everybody else
	if opt.Ledger == nil {
		opt.Ledger = ledger.Memory()
	}
	b := &Builder{
		opt: opt, src: src, parser: opt.Parser,
		catalog: catalog.New(catalog.Options{SiteID: opt.SiteID, Topics: opt.Topics, Names: opt.Ledger.Names()}),
		stamps:  map[string]stamp{}, errs: map[string]error{}, windows: map[*catalog.Shelf]*window{}, again: make(chan struct{}, 1), arrived: arrivals{}, broken: map[string]time.Time{},
	}
	b.press = &press{opt: &b.opt, dated: b.dated, checked: b.checked, sheets: map[sheetKey]*sheet{}}
	b.schedule = catalog.NewSchedule(func(s *catalog.Shelf, at time.Time) bool { w := b.windows[s]; return w != nil && w.due.Equal(at) })
	b.composed = composedFeeds{cache: opt.items.cache, byKey: map[feeds.Key]*composedFeed{}}
	b.attach()
	return b
}

// Snapshot is the current state of all feeds; nil before the first rescan.
func (b *Builder) Snapshot() *document.Snapshot { return b.snapshot.Load() }

// Run applies changes until in is closed or ctx ends, and shows or hides
// articles whose time has come. It always returns nil.
func (b *Builder) Run(ctx context.Context, in <-chan watcher.Changes) error {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		timer, stop := b.alarm()
		var c watcher.Changes
		ok := true
		select {
		case <-ctx.Done():
			ok = false
		case c, ok = <-in:
		case <-timer:
		case <-b.again:
			c.Rescan = true
		case <-minute.C: // times of archive documents that readers were the first to ask for
			stop()
			b.noted.Store(true)
			b.settle()
			continue
		}
		stop()
		if !ok || ctx.Err() != nil {
			return nil
		}
		if err := b.Apply(ctx, c); err != nil && ctx.Err() == nil {
			b.opt.Logger.Error("changes not applied; the feeds stay as they are", "err", err)
		}
	}
}

// alarm fires when time alone changes a feed. A day is the most it waits, so
// that a clock set forward is noticed.
func (b *Builder) alarm() (c <-chan time.Time, stop func() bool) {
	at := b.next()
	if at.IsZero() || b.Snapshot() == nil {
		return nil, func() bool { return true }
	}
	t := time.NewTimer(min(max(0, at.Sub(b.opt.Now())), 24*time.Hour))
	return t.C, t.Stop
}

// Apply looks at what may have changed and publishes the result in one step. On
// an error nothing is published and nothing is lost. What the guard holds waits
// for a round in which all that differs from the feeds may pass.
func (b *Builder) Apply(ctx context.Context, c watcher.Changes) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	start := b.opt.Now()
	defer b.settle()
	if b.Held() != nil && len(c.Paths) > 0 {
		c.Rescan = true
	}
	all, gone, err := b.look(ctx, c)
	if err != nil {
		return fmt.Errorf("look for articles: %w", err)
	}
	differ, last, first := len(all)+len(gone), lastChange(all), b.Snapshot() == nil
	if c.Rescan || len(c.Paths) > 0 {
		if hold := b.guard(all, gone); b.wait(all, hold) {
			all, gone = b.backstage(start, all, gone)
		}
	}
	if b.Held() != nil && b.Snapshot() == nil && !b.whole {
		return nil // and nothing is there that could stay as it was
	}
	turned := b.catalog.Advance(start)
	keep := b.accept(start, all, gone, turned)
	changed := b.publish()
	if changed > 0 && differ > 0 {
		b.opt.Logger.Info("feeds updated", "files", differ, "feeds", changed, "took", b.opt.Now().Sub(start).Round(100*time.Microsecond))
	}
	b.note(start, first, c.Rescan, differ, changed, last)
	keep()
	return nil
}

// wait puts what was read aside if it is held, and drops what was and is not read
// any more.
func (b *Builder) wait(all []loaded, held bool) bool {
	for _, l := range all {
		if b.waiting[l.path].article == l.article {
			delete(b.waiting, l.path)
		}
	}
	for _, l := range b.waiting {
		b.drop(l.article)
	}
	b.waiting = nil
	if held {
		b.waiting = make(map[string]loaded, len(all))
		for _, l := range all {
			b.waiting[l.path] = l
		}
	}
	return held
}

// accept takes a round over into the ledger and the catalog, with the articles
// whose time has come or is over. keep takes it over into the cache.
func (b *Builder) accept(now time.Time, all []loaded, gone []string, turned []*article.Article) (keep func()) {
	first := b.Snapshot() == nil
	for _, path := range gone {
		b.forget(path)
	}
	facts, flushed := b.remember(now, all, gone, turned)
	b.arrive(now, all)
	b.take(all, facts)
	lasting := flushed()
	b.foreign = b.foreign && b.Held() != nil
	if first && b.texts != nil && !b.whole {
		b.whole = b.surely()
	}
	return func() { b.keep(now, all, gone, lasting) }
}

// next is when Apply has something to do although no file changes; zero for never.
func (b *Builder) next() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.catalog.Next()
	if _, t, ok := b.schedule.First(); ok && (at.IsZero() || t.Before(at)) {
		at = t
	}
	return at
}

func workers() int { return max(2, runtime.GOMAXPROCS(0)) }

// cmpPath orders by path.
func cmpPath(a, b loaded) int { return cmp.Compare(a.path, b.path) }

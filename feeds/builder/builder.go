// Package builder turns changes of files into snapshots of feeds. It is the
// only writer: it owns the catalog, and readers load one pointer.
//
// [Builder.Apply] takes a change all the way, step by step:
//
//	look           which files differ; they are read and parsed meanwhile, by all processors
//	               (read.go), and the round goes on without those that hang (hanging.go)
//	guard          too much at once is held back, but for what no reader sees of it
//	updateLedger   which article each is, since when, and whether a reader sees a difference
//	updateCatalog  which feeds that touches
//	publish        tombstones, a window of newest articles for each touched feed, a new
//	               snapshot, one atomic store
//	observers      the article cache, from which the next start goes on
//
// The first round begins with restore: with what was accepted last, as the cache
// has it. A file that cannot be used keeps its last good version; one that is gone
// takes its article along. Nothing is rendered here: revisions do that when
// somebody asks, of the articles of their window (assemble.go, items.go), within a
// budget for each (budget.go) and until Options.Making ends, and the
// archive makes its documents in the same way (archive.go, period.go). Composed
// feeds are selected from the windows when somebody asks for them (composed.go).
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
	CacheBytes int                                              // what all that is made of articles takes in memory at most; zero is 256 MiB
	Cache      *articlecache.Cache                              // what earlier rounds, and other builders, have read; nil keeps everything in memory
	Progress   func(files int)                                  // called now and then while files are read; nil for never
	Now        func() time.Time                                 // nil: time.Now
	Logger     *slog.Logger                                     // nil: none
	Guard      feeds.Guard                                      // what is too much for one round; zero: nothing is
	OnHeld     func(*feeds.Hold)                                // called with what Acceptable returns when that changes, nil for nothing any more; nil for nobody
	Patience   time.Duration                                    // how long a round waits for one file, and rendering one article may take; zero is 1 s and 5 s
	Former     func() map[string]Former                         // articles by their addresses, as documents of an earlier run show them; asked for where the ledger and the cache have forgotten articles; nil: none
	Making     context.Context                                  // documents are made until it ends, and then fail, see document.Revision.Until; nil: for ever

	items   *items        // articles as rendered
	picking chan struct{} // bounds how many select articles for composed feeds at once
}

// Builder makes snapshots. Apply and Run must not be called concurrently with
// each other; everything else is safe at any time.
type Builder struct {
	opt Options
	src Source

	mu         sync.Mutex // held by the one writer; Report waits for it
	catalog    *catalog.Catalog
	stamps     map[string]stamp // of every file that can be an article; zero for one that is to be read
	faults     map[string]fault // of files that cannot be used as they are now; an earlier version may still be in the catalog
	hold       hold
	hanging    *hanging
	texts      texts
	windows    map[*catalog.Feed]*window
	schedule   *catalog.Schedule[*catalog.Feed] // when time alone changes the window of which feed
	tombstones tombstones
	layout     layout
	version    uint64 // of the window or composer made last
	periods    *periods
	history    history
	observers  []func(*round)         // called after each round, in order
	aside      atomic.Pointer[string] // path of the file that was last in the ledger's place; nil for none
	newDates   atomic.Bool            // the ledger has a date in memory that is to be written although no article has changed

	snapshot atomic.Pointer[document.Snapshot]
	composer atomic.Pointer[composer]
	composed composedFeeds
	again    chan struct{} // asks Run for a round
}

// round is one Apply on its way.
type round struct {
	now    time.Time // when it began
	first  bool      // nothing was published before
	rescan bool      // all files were looked at
	differ int       // files that differ from what was known
	saved  int64     // when the last of them changed, in nanoseconds since 1970; zero where that is not known

	files []loaded           // what is taken over of those that differ, read and parsed, in order of path
	gone  []string           // known files that are there no more
	due   []*article.Article // articles that time alone shows or hides

	lasting bool // what the ledger knows of the round is on disk
	feeds   int  // with another content
}

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
	if opt.Ledger == nil {
		opt.Ledger = ledger.Memory()
	}
	if opt.Making == nil {
		opt.Making = context.Background()
	}
	opt.items = newItems(opt.Making, document.NewCache(cmp.Or(opt.CacheBytes, 256<<20)), cmp.Or(opt.Patience, renderBudget), opt.Logger)
	opt.picking = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)) // other work has the other processors
	b := &Builder{
		opt: opt, src: src, hanging: newHanging(opt.Logger),
		catalog: catalog.New(catalog.Options{SiteID: opt.SiteID, Topics: opt.Topics, Names: opt.Ledger.Names()}),
		stamps:  map[string]stamp{}, faults: map[string]fault{}, windows: map[*catalog.Feed]*window{},
		hold: hold{arrived: map[string]time.Time{}}, composed: composedFeeds{cache: opt.items.cache, byKey: map[feeds.Key]*composedFeed{}}, again: make(chan struct{}, 1),
	}
	b.schedule = catalog.NewSchedule(func(s *catalog.Feed, at time.Time) bool {
		w := b.windows[s]
		return w != nil && w.due.Equal(at)
	})
	b.periods = &periods{b: b, known: map[periodKey]*periodSource{}}
	b.openTexts()
	b.observers = []func(*round){b.noteRound, b.saveTexts}
	return b
}

// Snapshot is the current state of all feeds; nil before the first rescan.
func (b *Builder) Snapshot() *document.Snapshot { return b.snapshot.Load() }

// Apply looks at what may have changed and publishes the result in one step. On
// an error nothing is published and nothing is lost. What the guard holds waits
// for a round in which all that differs from the feeds may pass.
func (b *Builder) Apply(ctx context.Context, c watcher.Changes) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.flushDates()
	if b.Held() != nil && len(c.Paths) > 0 {
		c.Rescan = true
	}
	accepted := b.hold.accepted.Load()
	b.acceptLost()
	r := &round{now: b.opt.Now(), first: b.Snapshot() == nil, rescan: c.Rescan}
	if err := b.look(ctx, c, r); err != nil {
		return fmt.Errorf("look for articles: %w", err)
	}
	b.remind(r)
	b.recall(r)
	if c.Rescan || len(c.Paths) > 0 {
		b.guard(r)
	}
	if b.Held() != nil && r.first && !b.texts.whole {
		return nil // and nothing is there that could stay as it was
	}
	r.due = b.catalog.Advance(r.now)
	facts, flushed := b.updateLedger(r)
	b.updateCatalog(r, facts)
	if r.rescan && b.Held() == nil {
		b.opt.Ledger.AllSeen()
	}
	r.lasting = flushed()
	b.noteLost(accepted)
	b.publish(r)
	for _, observe := range b.observers {
		observe(r)
	}
	return nil
}

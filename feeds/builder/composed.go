package builder

import (
	"slices"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

// composedFeeds are the composed feeds that were asked for lately, in the cache's
// part for them. One whose articles stay the same keeps its documents. It is safe
// for concurrent use.
type composedFeeds struct {
	cache *document.Cache

	mu    sync.Mutex
	byKey map[feeds.Key]*composedFeed
}

// composedFeed is one of them.
type composedFeed struct {
	document.Cached
	mu  sync.Mutex // held while it is composed
	now *composed
}

// What a composed feed takes in memory, at most: besides its revision, and that
// without what depends on its articles and names, in bytes.
const (
	composedRoom = 512
	revisionRoom = 2 << 10
)

// compose is what m selects now. The first caller composes it, others wait for that.
func (b *Builder) compose(m *mix.Mix) *document.Listing {
	f := b.composed.find(m.Key())
	f.Use()
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.now.room()
	f.now = b.composer.Load().compose(m, f.now)
	if more := f.now.room() - before; more != 0 {
		b.composed.cache.Grow(&f.Cached, more)
	}
	return f.now.listing
}

// room is what a composed feed takes in memory; nil takes nothing.
func (x *composed) room() int {
	if x == nil {
		return 0
	}
	return x.listing.Room()
}

func (x *composedFeeds) find(k feeds.Key) *composedFeed {
	x.mu.Lock()
	f, ok := x.byKey[k]
	if !ok {
		f = &composedFeed{}
		f.mu.Lock() // until the cache has it, or what it grows by would not count
		x.byKey[k] = f
	}
	x.mu.Unlock()
	if !ok {
		x.cache.Keep(document.Composed, &f.Cached, composedRoom+4*len(k.Slug), func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			delete(x.byKey, k)
		})
		f.mu.Unlock()
	}
	return f
}

// composer selects articles for composed feeds, from all feeds at one moment.
type composer struct {
	b       *Builder
	version uint64 // is another one in each
	windows []*window
	index   map[feeds.Key]int    // of windows
	retired map[feeds.Key]string // as in document.Snapshot
}

// feed is the window of a feed; an empty one where there is none, with the name of
// the feed that once was.
func (c *composer) feed(k feeds.Key) *window {
	if i, ok := c.index[k]; ok {
		return c.windows[i]
	}
	name := c.retired[k]
	return &window{fold: name, meta: meta{name: name}}
}

// composed is a composed feed as one version of the composer has it.
type composed struct {
	window
	version uint64
}

// newComposer is made of what the feeds hold now. Where only numbers have changed,
// it alone is new: no snapshot, and nothing that was rendered, becomes another.
func (b *Builder) newComposer() *composer {
	b.version++
	return &composer{b: b, version: b.version, windows: b.layout.windows, index: b.layout.index, retired: b.catalog.Retired()}
}

// next is a time before which no scheduled article appears in a mix, the latest
// that is known: it must appear in each group. Zero for never.
func (c *composer) next(m *mix.Mix) (at time.Time) {
	if len(m.Of) == 0 {
		return c.feed(feeds.Key{}).next()
	}
	for _, group := range m.Of {
		var first time.Time
		for _, p := range c.windowsOf(group) {
			first = next(nil, first, p.next())
		}
		if first.IsZero() {
			return first
		}
		if first.After(at) {
			at = first
		}
	}
	return at
}

// rankTTL is how long a copy of a ranking stays fresh: the numbers move at their
// own pace, not at that of new articles.
const rankTTL = 30 * time.Minute

// compose selects what m describes, and renders none of it. old is what an earlier
// composer made of the same mix, or nil: a result that a reader cannot tell from it
// keeps its revision.
func (c *composer) compose(m *mix.Mix, old *composed) *composed {
	if old != nil && old.version == c.version && (old.due.IsZero() || c.b.opt.Now().Before(old.due)) {
		return old
	}
	limits := c.b.opt.Limits(feeds.All, "")
	if m.Count > 0 {
		limits.Items = m.Count
	}
	b := &composed{window: window{articles: c.pick(m, limits), meta: c.meta(m)}, version: c.version}
	l := &document.Listing{Key: b.meta.key, Name: b.meta.title, Description: b.meta.description, Count: len(b.articles)}
	for _, a := range b.articles {
		if a.Published.After(l.Updated) {
			l.Updated = a.Published
		}
	}
	b.due = ages(b.articles, limits.MaxAge)
	l.Next = next(b.articles, c.next(m), b.due)
	b.listing = l
	if old != nil && old.meta == b.meta && slices.EqualFunc(old.articles, b.articles, same) {
		b.articles, b.modified, b.lastGood, l.Revision = old.articles, old.modified, old.lastGood, old.listing.Revision
		return b
	}
	b.modified = c.modified(b.articles, old)
	if b.lastGood = (&lastGood{}); old != nil { // the last good documents, one of each format
		b.lastGood = old.lastGood
	}
	l.Revision = c.b.revision(document.Composed, &b.window, limits, m.Top)
	l.Weigh(revisionRoom + 8*cap(b.articles) + 4*len(b.meta.key.Slug) + 2*(len(b.meta.title)+len(b.meta.description)))
	return b
}

// ages is when the first of some articles will be too old; zero for never.
func ages(articles []*article.Article, most time.Duration) (at time.Time) {
	for _, a := range articles {
		if t := a.Published.Add(most); most > 0 && !a.Published.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

// modified is as in plain feeds. One that is composed anew may have been another
// before it was forgotten, so its time of change is now.
func (c *composer) modified(articles []*article.Article, old *composed) time.Time {
	if old == nil {
		return c.b.opt.Now().UTC().Truncate(time.Second)
	}
	for _, t := range [...]time.Time{latest(articles, nil), c.b.opt.Now().UTC().Truncate(time.Second)} {
		if t.After(old.modified) {
			return t
		}
	}
	return old.modified
}

// next is when the window changes although no file does; zero for never.
func (w *window) next() (at time.Time) {
	if w.listing != nil {
		at = w.listing.Next
	}
	return at
}

package server

import (
	"container/list"
	"sync"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/mix"
)

// Bounds of the composed feeds in memory.
const (
	maxMixes    = 256
	maxMixBytes = 32 << 20 // of their documents
)

// mixes keeps the composed feeds that were asked for last. They outlive
// snapshots, so that one whose articles stay the same keeps its documents. It is
// safe for concurrent use.
type mixes struct {
	mu    sync.Mutex
	site  *feeds.Site // that they are of
	byKey map[feeds.Key]*list.Element
	used  list.List // of *mixed, the latest first
	size  int
}

// mixed is one composed feed.
type mixed struct {
	mu    sync.Mutex // held while it is composed
	key   feeds.Key
	blend document.Blend
	docs  [len(feeds.Formats)]weighed // guarded by mixes.mu
}

// weighed is a document that takes so many bytes.
type weighed struct {
	of    *document.Revision // nil: there is none
	bytes int
}

func newMixes() *mixes { return &mixes{byKey: make(map[feeds.Key]*list.Element)} }

// compose is what m is now. Whoever asks first composes it, the others wait.
func (x *mixes) compose(snap *document.Snapshot, m *mix.Mix) *document.Listing {
	e := x.use(snap.Site, m.Key())
	e.mu.Lock()
	defer e.mu.Unlock()
	e.blend = snap.Library().Compose(m, e.blend)
	return e.blend.Listing()
}

// use returns the feed with this key as the one used last. Another site's feeds
// are forgotten.
func (x *mixes) use(site *feeds.Site, k feeds.Key) *mixed {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.site != site {
		clear(x.byKey)
		x.used.Init()
		x.site, x.size = site, 0
	}
	at, ok := x.byKey[k]
	if !ok {
		at = x.used.PushFront(&mixed{key: k})
		x.byKey[k] = at
	}
	x.used.MoveToFront(at)
	x.trim()
	return at.Value.(*mixed)
}

// weigh accounts for a document of a feed, in place of the one before it.
func (x *mixes) weigh(l *document.Listing, f feeds.Format, bytes int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at, ok := x.byKey[l.Key]
	if !ok {
		l.Revision.Forget(f)
		return
	}
	known := &at.Value.(*mixed).docs[f]
	x.size += bytes - known.bytes
	*known = weighed{l.Revision, bytes}
	x.trim()
}

// trim forgets what was not used for longest, but not the one used last. Its
// documents make room at once: composed feeds, of which there is no end, must not
// drive those of others out of memory.
func (x *mixes) trim() {
	for x.used.Len() > 1 && (x.used.Len() > maxMixes || x.size > maxMixBytes) {
		old := x.used.Remove(x.used.Back()).(*mixed)
		delete(x.byKey, old.key)
		for f, d := range old.docs {
			if d.of != nil {
				x.size -= d.bytes
				d.of.Forget(feeds.Format(f))
			}
		}
	}
}

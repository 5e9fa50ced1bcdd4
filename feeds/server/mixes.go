package server

import (
	"container/list"
	"sync"

	"feedmill/feeds"
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
	blend feeds.Blend
	bytes [len(feeds.Formats)]int // of its documents, guarded by mixes.mu
}

func newMixes() *mixes { return &mixes{byKey: make(map[feeds.Key]*list.Element)} }

// compose is what m is now. Whoever asks first composes it, the others wait.
func (x *mixes) compose(snap *feeds.Snapshot, m *feeds.Mix) *feeds.Listing {
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

// weigh accounts for a document of the feed with this key, in place of the one
// before it.
func (x *mixes) weigh(k feeds.Key, f feeds.Format, bytes int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at, ok := x.byKey[k]
	if !ok {
		return
	}
	known := &at.Value.(*mixed).bytes[f]
	x.size += bytes - *known
	*known = bytes
	x.trim()
}

// trim forgets what was not used for longest, but not the one used last.
func (x *mixes) trim() {
	for x.used.Len() > 1 && (x.used.Len() > maxMixes || x.size > maxMixBytes) {
		old := x.used.Remove(x.used.Back()).(*mixed)
		delete(x.byKey, old.key)
		for _, n := range old.bytes {
			x.size -= n
		}
	}
}

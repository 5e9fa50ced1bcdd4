package builder

import (
	"feedmill/feeds"
	"feedmill/feeds/catalog"
	"feedmill/feeds/document"
)

// layout is the order of the feeds in a snapshot. Slices that readers have are never
// changed.
type layout struct {
	feeds   []*catalog.Feed       // as the catalog lists them
	place   map[*catalog.Feed]int // in feeds
	windows []*window             // of feeds
	index   map[feeds.Key]int     // of windows
}

// swap publishes the windows, of which those of some feeds are other ones: a
// composer and, unless nothing but numbers has changed, a snapshot. Nothing else
// publishes either.
func (b *Builder) swap(changed, rescored []*catalog.Feed) {
	before := b.snapshot.Load()
	steady := b.arrange(changed, rescored)
	b.composer.Store(b.newComposer())
	if before == nil || len(changed) > 0 {
		b.snapshot.Store(b.newSnapshot(before, changed, steady))
	}
}

// newSnapshot is what follows the snapshot before. Where steady, every feed has its
// place in that.
func (b *Builder) newSnapshot(before *document.Snapshot, changed []*catalog.Feed, steady bool) *document.Snapshot {
	listings := make([]*document.Listing, len(b.layout.windows))
	if steady {
		copy(listings, before.Listings)
		for _, s := range changed {
			i := b.layout.place[s]
			listings[i] = b.layout.windows[i].listing
		}
	} else {
		for i, w := range b.layout.windows {
			listings[i] = w.listing
		}
	}
	shown := listings[0].Count // of everything
	if steady {
		before = before.With(shown, listings, b.catalog.Aliases())
	} else {
		before = document.NewSnapshot(&b.opt.Site, shown, listings, b.catalog.Aliases())
	}
	before.Retired, before.Cache, before.Compose = b.catalog.Retired(), b.opt.items.cache, b.compose
	return before
}

// arrange brings the layout up to date and reports whether every feed has kept
// its place and its key.
func (b *Builder) arrange(changed, rescored []*catalog.Feed) (steady bool) {
	l, all := &b.layout, b.catalog.Feeds()
	steady = len(l.feeds) == len(all) && &l.feeds[0] == &all[0]
	for _, s := range changed {
		steady = steady && l.windows[l.place[s]].meta.key == b.windows[s].meta.key
	}
	if !steady {
		*l = layout{all, make(map[*catalog.Feed]int, len(all)), make([]*window, len(all)), make(map[feeds.Key]int, len(all))}
		for i, s := range all {
			l.place[s], l.windows[i], l.index[b.windows[s].meta.key] = i, b.windows[s], i
		}
		return false
	}
	windows := append(make([]*window, 0, len(l.windows)), l.windows...)
	for _, some := range [...][]*catalog.Feed{changed, rescored} {
		for _, s := range some {
			windows[l.place[s]] = b.windows[s]
		}
	}
	l.windows = windows
	return true
}

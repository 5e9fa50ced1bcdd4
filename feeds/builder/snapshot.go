package builder

import (
	"feedmill/feeds"
	"feedmill/feeds/catalog"
	"feedmill/feeds/document"
)

// layout is the order of the feeds in a snapshot. Slices that readers have are never
// changed.
type layout struct {
	shelves []*catalog.Shelf       // as the catalog lists them
	place   map[*catalog.Shelf]int // in shelves
	windows []*window              // of shelves
	index   map[feeds.Key]int      // of windows
}

// swap publishes the windows, of which those of some shelves are other ones: a
// composer and, unless nothing but numbers has changed, a snapshot. Nothing else
// publishes either.
func (b *Builder) swap(changed, rescored []*catalog.Shelf) {
	before := b.snapshot.Load()
	steady := b.arrange(changed, rescored)
	b.composer.Store(b.newComposer())
	if before == nil || len(changed) > 0 {
		b.snapshot.Store(b.newSnapshot(before, changed, steady))
	}
}

// newSnapshot is what follows the snapshot before. Where steady, every feed has its
// place in that.
func (b *Builder) newSnapshot(before *document.Snapshot, changed []*catalog.Shelf, steady bool) *document.Snapshot {
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
func (b *Builder) arrange(changed, rescored []*catalog.Shelf) (steady bool) {
	l, shelves := &b.layout, b.catalog.Shelves()
	steady = len(l.shelves) == len(shelves) && &l.shelves[0] == &shelves[0]
	for _, s := range changed {
		steady = steady && l.windows[l.place[s]].meta.key == b.windows[s].meta.key
	}
	if !steady {
		*l = layout{shelves, make(map[*catalog.Shelf]int, len(shelves)), make([]*window, len(shelves)), make(map[feeds.Key]int, len(shelves))}
		for i, s := range shelves {
			l.place[s], l.windows[i], l.index[b.windows[s].meta.key] = i, b.windows[s], i
		}
		return false
	}
	windows := append(make([]*window, 0, len(l.windows)), l.windows...)
	for _, some := range [...][]*catalog.Shelf{changed, rescored} {
		for _, s := range some {
			windows[l.place[s]] = b.windows[s]
		}
	}
	l.windows = windows
	return true
}

package builder

import (
	"slices"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/catalog"
)

// library composes feeds of the articles on all shelves at one moment.
type library struct {
	opt     *Options
	changed func([]*article.Article, []feeds.Tombstone, time.Time) time.Time
	edition *edition
	parts   map[feeds.Key]part
}

// edition tells libraries apart without keeping one in memory.
type edition struct{ _ byte }

// part is a shelf as it was settled.
type part struct {
	name, fold string
	articles   []*article.Article
}

// blend is a composed feed as one edition has it.
type blend struct {
	window
	site    *feeds.Site
	edition *edition
}

// Listing implements feeds.Blend.
func (b *blend) Listing() *feeds.Listing { return b.listing }

// collect publishes a library of what the shelves hold now. Where only numbers
// have changed, it alone is new: no snapshot, and nothing that was rendered,
// becomes another.
func (b *Builder) collect() {
	lib := &library{opt: &b.opt, changed: b.modified, edition: new(edition), parts: make(map[feeds.Key]part, len(b.windows))}
	for s, w := range b.windows {
		lib.parts[w.meta.key] = part{w.meta.name, s.Fold(), s.Articles()}
	}
	b.library.Store(lib)
}

// rankTTL is how long a copy of a ranking stays fresh: the numbers move at their
// own pace, not at that of new articles.
const rankTTL = 30 * time.Minute

// Compose implements feeds.Library.
func (lib *library) Compose(m *feeds.Mix, before feeds.Blend) feeds.Blend {
	old, _ := before.(*blend)
	switch {
	case old == nil || old.site != &lib.opt.Site:
		old = nil
	case old.edition == lib.edition:
		return old
	}
	limits := lib.opt.Limits(feeds.All, "")
	if m.Count > 0 {
		limits.Items = m.Count
	}
	b := &blend{window: window{articles: lib.pick(m, limits), meta: lib.meta(m)}, site: &lib.opt.Site, edition: lib.edition}
	l := &feeds.Listing{Key: b.meta.key, Name: b.meta.title, Description: b.meta.description, Count: len(b.articles)}
	for _, a := range b.articles {
		if a.Published.After(l.Updated) {
			l.Updated = a.Published
		}
	}
	b.listing = l
	if old != nil && old.meta == b.meta && slices.EqualFunc(old.articles, b.articles, same) {
		b.articles, b.modified, l.Revision = old.articles, old.modified, old.listing.Revision
		return b
	}
	b.modified = lib.modified(b.articles, old)
	l.Revision = lib.revision(&b.window, limits, m.Top)
	return b
}

// modified is as in plain feeds. One that is composed anew may have been another
// before it was forgotten, so its time of change is now.
func (lib *library) modified(articles []*article.Article, old *blend) time.Time {
	if old == nil {
		return lib.opt.Now().UTC().Truncate(time.Second)
	}
	return lib.changed(articles, nil, old.modified)
}

func (lib *library) revision(w *window, limits Limits, ranked bool) *feeds.Revision {
	m, articles, modified := w.meta, w.articles, w.modified
	return feeds.NewRevision(func() *feeds.Feed {
		f := lib.opt.assemble(m, articles, limits, false)
		f.Modified = modified
		if ranked {
			f.TTL = rankTTL
		}
		return f
	}, encoders).Checked(lib.opt.items.cache, nil)
}

// holds reports whether an article is on the shelf. Settled lists are in order.
func (p part) holds(a *article.Article) bool {
	_, ok := slices.BinarySearchFunc(p.articles, a, catalog.Newer)
	return ok
}

package builder

import (
	"slices"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/atom"
	"feedmill/feeds/catalog"
	"feedmill/feeds/jsonfeed"
	"feedmill/feeds/rss"
)

var encoders = [...]feeds.Encoder{feeds.RSS: rss.Encode, feeds.Atom: atom.Encode, feeds.JSON: jsonfeed.Encode}

// window is the part of a shelf that its feed shows, as last published.
type window struct {
	articles []*article.Article
	meta     meta
	listing  *feeds.Listing
	kept     *kept
	modified time.Time // Last-Modified of its documents
	turns    time.Time // when time alone changes it next; zero for never
	periods  []*period // of all articles of the shelf, newest first
	fallen   []feeds.Tombstone
}

// meta is what a feed says of itself.
type meta struct {
	key                feeds.Key
	id                 string
	name               string // empty for the feed of everything
	title, description string
	parent             string
}

// publish makes a snapshot of what has changed, if anything has, and returns
// the number of feeds with another content.
func (b *Builder) publish() (changed int) {
	first := b.snapshot.Load() == nil
	shelves := b.catalog.Touched()
	rescored := b.catalog.Rescored()
	for s, w := range b.windows {
		if !w.turns.IsZero() && !w.turns.After(b.opt.Now()) && !slices.Contains(shelves, s) {
			shelves = append(shelves, s)
		}
	}
	if len(shelves) == 0 && !first {
		if rescored {
			b.collect()
		}
		return 0
	}
	fallen := b.fallen()
	for s, w := range b.windows { // what comes back elsewhere takes its tombstones away
		if !slices.Equal(w.fallen, fallen.of(s)) && !slices.Contains(shelves, s) {
			shelves = append(shelves, s)
		}
	}
	b.pin(shelves)
	for _, s := range shelves {
		if s.Gone() {
			delete(b.windows, s)
			changed++
		} else if b.open(s, fallen.of(s)) {
			changed++
		}
	}
	b.collect()
	b.snapshot.Store(b.compose())
	return changed
}

// open brings the window of a shelf up to date and reports whether its content
// is another one.
func (b *Builder) open(s *catalog.Shelf, fallen []feeds.Tombstone) bool {
	limits := b.opt.Limits(s.Kind(), s.Name())
	articles, ages := newest(s.Articles(), limits, b.opt.Now())
	m := b.meta(s)
	old := b.windows[s]
	if old == nil {
		old = &window{}
	}
	w := &window{articles: articles, meta: m, turns: ages, fallen: fallen, periods: b.bind(s, m, limits, len(articles), old.periods), kept: old.kept}
	if w.kept == nil || old.meta.key != m.key { // a document elsewhere is another one
		w.kept = &kept{}
	}
	for _, t := range fallen {
		if f := b.fades(t.When); w.turns.IsZero() || f.Before(w.turns) {
			w.turns = f
		}
	}
	l := &feeds.Listing{Key: m.key, Name: m.name, Description: m.description, Parent: m.parent, Count: len(s.Articles())}
	if l.Name == "" {
		l.Name = m.title
	}
	if len(articles) > 0 {
		l.Updated = articles[0].Published
	}
	l.Next = next(articles, ages, b.catalog.Due(s))
	for _, p := range w.periods {
		l.Periods = append(l.Periods, p.archive)
	}
	w.listing = l
	b.windows[s] = w
	n := len(articles)
	if old.listing != nil && old.meta == m && slices.EqualFunc(old.articles, articles, same) && slices.Equal(old.fallen, fallen) &&
		slices.Equal(around(n, old.periods), around(n, w.periods)) {
		w.articles, w.modified, l.Revision = old.articles, old.modified, old.listing.Revision
		return false
	}
	w.modified = b.modified(articles, fallen, old.modified)
	l.Revision = b.checked(w.kept, m.key.DocumentPath, feeds.NewRevision(func() *feeds.Feed {
		stones, limits := carve(fallen, limits)
		f := b.opt.assemble(m, articles, limits, false)
		f.Modified, f.Tombstones = w.modified, stones
		f.History = place(len(f.Items), w.periods)
		return f
	}, encoders))
	return true
}

// next is the earliest of the times at which an article will come to a window or
// leave it; zero for never.
func next(articles []*article.Article, times ...time.Time) (at time.Time) {
	for _, a := range articles {
		times = append(times, a.Expires)
	}
	for _, t := range times {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

// modified is the time of the newest change among articles and tombstones. Where
// that does not show the change from a document of the time before to them, as
// when the newest is removed, it is the time of that change: Last-Modified must
// not stand still while bytes change, nor go back.
func (b *Builder) modified(articles []*article.Article, fallen []feeds.Tombstone, before time.Time) (t time.Time) {
	for _, a := range articles {
		if u := a.Changed(); u.After(t) {
			t = u
		}
	}
	if len(fallen) > 0 && fallen[0].When.After(t) {
		t = fallen[0].When
	}
	if before.IsZero() || t.After(before) {
		return t
	}
	if now := b.opt.Now().UTC().Truncate(time.Second); now.After(before) {
		return now
	}
	return before
}

// same reports whether two articles look alike to a reader.
func same(a, b *article.Article) bool { return a == b || a.Alike(b) }

// newest is the head of a shelf that limits allow. It is the caller's own copy.
func newest(all []*article.Article, limits Limits, now time.Time) (head []*article.Article, ages time.Time) {
	for _, a := range all {
		if len(head) == limits.Items {
			break
		}
		if limits.MaxAge > 0 && !a.Published.IsZero() {
			leaves := a.Published.Add(limits.MaxAge)
			if !leaves.After(now) {
				continue
			}
			ages = leaves // the list is newest first: the last one leaves first
		}
		head = append(head, a)
	}
	return head, ages
}

func (b *Builder) meta(s *catalog.Shelf) meta {
	site := &b.opt.Site
	if s.Kind() == feeds.All {
		m := meta{title: site.Title, description: site.Description, id: feeds.ID(b.opt.SiteID, "feed")}
		if m.description == "" {
			m.description = "The newest articles of " + site.Title
		}
		return m
	}
	m := meta{key: s.Key(), id: feeds.ID(b.opt.SiteID, "feed", s.Kind().String(), s.Fold()), name: feeds.XMLText(s.Name())}
	m.title = m.name
	if t := s.Topic; t != nil {
		m.description = t.Description
		if t.Title != "" {
			m.title = t.Title
		}
		if t.Parent != "" {
			m.parent = b.catalog.TopicSlug(t.Parent)
		}
	}
	if m.title == m.name && m.name != site.Title {
		m.title = m.name + " – " + site.Title
	}
	if m.description == "" {
		m.description = describe(s.Kind(), m.name, site.Title)
	}
	return m
}

func describe(k feeds.Kind, name, site string) string {
	switch k {
	case feeds.Provider:
		return "The newest from " + name + " on " + site
	case feeds.Type:
		return "The newest of type " + name + " from " + site
	}
	return "The newest about " + name + " from " + site
}

// compose makes a snapshot of all windows.
func (b *Builder) compose() *feeds.Snapshot {
	shelves := b.catalog.Shelves()
	listings := make([]*feeds.Listing, 0, len(shelves))
	shown := 0
	for _, s := range shelves {
		if w := b.windows[s]; w != nil {
			listings = append(listings, w.listing)
		}
		if s.Kind() == feeds.All {
			shown = len(s.Articles())
		}
	}
	snap := feeds.NewSnapshot(&b.opt.Site, shown, listings, b.catalog.Aliases())
	snap.Retired = b.catalog.Retired()
	snap.Library = func() feeds.Library { return b.library.Load() }
	return snap
}

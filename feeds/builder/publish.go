package builder

import (
	"slices"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/atom"
	"feedmill/feeds/catalog"
	"feedmill/feeds/document"
	"feedmill/feeds/jsonfeed"
	"feedmill/feeds/rss"
)

var encoders = [...]document.Encoder{feeds.RSS: rss.Encode, feeds.Atom: atom.Encode, feeds.JSON: jsonfeed.Encode}

// window is the part of a shelf that its feed shows, as published. It never
// changes once it is.
type window struct {
	fold     string
	list     catalog.List // all articles of the shelf, with the numbers that they have now
	articles []*article.Article
	meta     meta
	listing  *document.Listing
	past     *annals
	source   *annals // that of the window for which the revision was made
	places   string  // all that the subscription document can say of its place in past
	kept     *kept
	modified time.Time // Last-Modified of its documents
	due      time.Time // when time alone changes it next; zero for never
	fallen   []feeds.Tombstone
}

// publish makes a snapshot of what has changed, if anything has, and returns
// the number of feeds with another content.
func (b *Builder) publish() (changed int) {
	now, first := b.opt.Now(), b.snapshot.Load() == nil
	mourning := b.mourn(now) // what comes back elsewhere takes its tombstones away
	shelves := b.catalog.Touched()
	rescored := b.catalog.Rescored()
	for s, ok := b.schedule.Take(now); ok; s, ok = b.schedule.Take(now) {
		shelves = append(shelves, s)
	}
	shelves = distinct(append(shelves, mourning...))
	b.pin(shelves)
	for _, s := range shelves {
		if s.Gone() {
			delete(b.windows, s)
			changed++
		} else if b.open(s, b.grief.of(s)) {
			changed++
		}
	}
	for _, s := range rescored {
		if w := b.windows[s]; w != nil && w.list != s.Articles() {
			again := *w
			again.list = s.Articles()
			w.past.hold(again.list)
			w.source.hold(again.list)
			b.windows[s] = &again
		}
	}
	if len(shelves)+len(rescored) > 0 || first {
		b.assembleSnapshot(shelves, rescored)
	}
	return changed
}

// distinct is the shelves, each once.
func distinct(all []*catalog.Shelf) []*catalog.Shelf {
	seen := make(map[*catalog.Shelf]bool, len(all))
	return slices.DeleteFunc(all, func(s *catalog.Shelf) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

// open brings the window of a shelf up to date and reports whether its content
// is another one.
func (b *Builder) open(s *catalog.Shelf, fallen []feeds.Tombstone) bool {
	limits, now := b.opt.Limits(s.Kind(), s.Name()), b.opt.Now()
	list, m := s.Articles(), b.meta(s)
	articles, ages := newest(list, limits, now)
	n := len(articles)
	old := b.windows[s]
	if old == nil {
		old = &window{}
	}
	b.edition++
	w := &window{fold: s.Fold(), list: list, articles: articles, meta: m, due: ages, fallen: fallen, kept: old.kept}
	w.past = &annals{limits: limits, meta: m, shown: n, edition: b.edition, press: b.press}
	w.past.hold(list)
	w.source = w.past
	w.places = w.past.calendar().around(n)
	if w.kept == nil || old.meta.key != m.key { // a document elsewhere is another one
		w.kept = &kept{}
	}
	for _, t := range fallen {
		if f := b.fades(t.When); w.due.IsZero() || f.Before(w.due) {
			w.due = f
		}
	}
	if b.windows[s] = w; !w.due.IsZero() && (!w.due.Equal(old.due) || !w.due.After(now)) {
		b.schedule.Add(s, w.due)
	}
	w.listing = w.announce(s, b.catalog.Due(s), ages)
	if old.listing != nil && old.meta == m && slices.EqualFunc(old.articles, articles, same) && slices.Equal(old.fallen, fallen) &&
		old.places == w.places {
		w.articles, w.modified, w.source, w.listing.Revision = old.articles, old.modified, old.source, old.listing.Revision
		w.source.hold(list)
		return false
	}
	w.modified = b.dated(&issue{m.key.Path(), m, limits, w.places, articles, fallen})
	w.listing.Revision = b.revision(w, limits)
	return true
}

// announce is how directories show the feed.
func (w *window) announce(s *catalog.Shelf, due, ages time.Time) *document.Listing {
	l := &document.Listing{Key: w.meta.key, Name: w.meta.name, Description: w.meta.description, Parent: w.meta.parent, Count: w.list.Len(), Archive: w.past, Ended: s.Kept()}
	if l.Name == "" {
		l.Name = w.meta.title
	}
	if len(w.articles) > 0 {
		l.Updated = w.articles[0].Published
	}
	l.Next = next(w.articles, ages, due)
	return l
}

// revision makes documents of a window.
func (b *Builder) revision(w *window, limits feeds.Limits) *document.Revision {
	m, articles, fallen, modified, past := w.meta, w.articles, w.fallen, w.modified, w.past
	return b.checked(document.Feeds, w.kept, m.key.DocumentPath, document.NewRevision(func() *feeds.Feed {
		stones, limits := carve(fallen, limits)
		f := b.opt.assemble(document.Feeds, m, articles, limits, false)
		f.Modified, f.Tombstones = modified, stones
		f.History = past.calendar().place(len(f.Items))
		return f
	}, encoders))
}

// next is the earliest of the times at which an article will come to a window or
// leave it; zero for never.
func next(articles []*article.Article, times ...time.Time) (at time.Time) {
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, a := range articles {
		sooner(a.Expires())
	}
	for _, t := range times {
		sooner(t)
	}
	return at
}

// same reports whether two articles look alike to a reader.
func same(a, b *article.Article) bool { return a == b || a.Alike(b) }

// newest is the head of a shelf that limits allow, and when the first of it will
// be too old. It is the caller's own copy.
func newest(all catalog.List, limits feeds.Limits, now time.Time) (head []*article.Article, ages time.Time) {
	young := all.Len()
	if limits.MaxAge > 0 {
		young = all.Since(now.Add(-limits.MaxAge).Add(1))
	}
	head = make([]*article.Article, 0, min(limits.Items, all.Len()))
	take := func(from, to int) {
		for a := range all.From(from) {
			if from == to || len(head) == limits.Items {
				break
			}
			head = append(head, a)
			from++
		}
	}
	take(0, young)
	if limits.MaxAge > 0 && len(head) > 0 {
		ages = head[len(head)-1].Published.Add(limits.MaxAge) // the last one leaves first
	}
	take(max(young, all.Since(time.Time{}.Add(1))), all.Len()) // those without a date
	return head, ages
}

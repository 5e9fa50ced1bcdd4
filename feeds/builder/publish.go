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

// window is the articles of a feed that its document shows, as published. It never
// changes once it is.
type window struct {
	fold     string
	list     catalog.List // all articles of the feed, with the numbers that they have now
	articles []*article.Article
	meta     meta
	listing  *document.Listing
	archive  *archive
	source   *archive // that of the window for which the revision was made
	places   string   // all that the subscription document can say of its place in the archive
	lastGood *lastGood
	modified time.Time // Last-Modified of its documents
	due      time.Time // when time alone changes it next; zero for never

	tombstones []feeds.Tombstone
}

// publish makes windows anew for the feeds that the round touches, and publishes
// them, if there are any.
func (b *Builder) publish(r *round) {
	now := b.opt.Now()
	others := b.updateTombstones(now) // first: they may keep a feed that would go
	touched := b.catalog.Touched()
	rescored := b.catalog.Rescored()
	for s, ok := b.schedule.Take(now); ok; s, ok = b.schedule.Take(now) {
		touched = append(touched, s)
	}
	touched = distinct(append(touched, others...))
	b.pin(touched)
	for _, s := range touched {
		if s.Gone() {
			delete(b.windows, s)
			r.feeds++
		} else if b.update(s) {
			r.feeds++
		}
	}
	for _, s := range rescored {
		if w := b.windows[s]; w != nil && w.list != s.Articles() {
			rescored := *w
			rescored.list = s.Articles()
			w.archive.use(rescored.list)
			w.source.use(rescored.list)
			b.windows[s] = &rescored
		}
	}
	if len(touched)+len(rescored) > 0 || r.first {
		b.swap(touched, rescored)
	}
}

// pin gives feeds their addresses for ever before anybody sees them, if the
// ledger can remember it.
func (b *Builder) pin(touched []*catalog.Feed) {
	if !b.opt.Ledger.Lasting() {
		return
	}
	served := map[feeds.Key]string{}
	for _, s := range touched {
		if b.catalog.Pin(s) {
			served[s.Key()] = s.Fold()
		}
	}
	if err := b.opt.Ledger.SaveNames(served); err != nil {
		b.opt.Logger.Error("addresses of feeds are not on disk; the next change tries again", "err", err)
	}
}

// distinct is the feeds, each once.
func distinct(all []*catalog.Feed) []*catalog.Feed {
	seen := make(map[*catalog.Feed]bool, len(all))
	return slices.DeleteFunc(all, func(s *catalog.Feed) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

// update makes the window of a feed anew and reports whether its content is another
// one.
func (b *Builder) update(s *catalog.Feed) bool {
	limits, now := b.opt.Limits(s.Kind(), s.Name()), b.opt.Now()
	list, m := s.Articles(), b.meta(s)
	articles, ages := newest(list, limits, now)
	n := len(articles)
	old := b.windows[s]
	if old == nil {
		old = &window{}
	}
	b.version++
	w := &window{fold: s.Fold(), list: list, articles: articles, meta: m, due: ages, tombstones: b.tombstones.of(s), lastGood: old.lastGood}
	w.archive = &archive{limits: limits, meta: m, shown: n, version: b.version, periods: b.periods}
	w.archive.use(list)
	w.source = w.archive
	w.places = w.archive.calendar().around(n)
	if w.lastGood == nil || old.meta.key != m.key { // a document elsewhere is another one
		w.lastGood = &lastGood{}
	}
	for _, t := range w.tombstones {
		w.due = earliest(w.due, b.expiry(t.When))
	}
	if b.windows[s] = w; !w.due.IsZero() && (!w.due.Equal(old.due) || !w.due.After(now)) {
		b.schedule.Add(s, w.due)
	}
	w.listing = w.newListing(s, b.catalog.Due(s), ages)
	if old.listing != nil && old.meta == m && slices.EqualFunc(old.articles, articles, same) && slices.Equal(old.tombstones, w.tombstones) &&
		old.places == w.places {
		w.articles, w.modified, w.source, w.listing.Revision = old.articles, old.modified, old.source, old.listing.Revision
		w.source.use(list)
		return false
	}
	w.modified = b.lastModified(&content{m.key.Path(), m, limits, w.places, articles, w.tombstones})
	w.listing.Revision = b.revision(document.Feeds, w, limits, false)
	return true
}

// newListing is how directories show the feed.
func (w *window) newListing(s *catalog.Feed, due, ages time.Time) *document.Listing {
	l := &document.Listing{Key: w.meta.key, Name: w.meta.name, Description: w.meta.description, Parent: w.meta.parent, Count: w.list.Len(), Archive: w.archive, Ended: s.Kept()}
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
func (b *Builder) revision(p document.Part, w *window, limits feeds.Limits, ranked bool) *document.Revision {
	m, articles, tombstones, modified, archive := w.meta, w.articles, w.tombstones, w.modified, w.archive
	return b.checked(p, w.lastGood, m.key.DocumentPath, document.NewRevision(func() *feeds.Feed {
		tombstones, limits := fitTombstones(tombstones, limits)
		f := b.opt.assemble(p, m, articles, limits, false)
		f.Modified, f.Tombstones = modified, tombstones
		if archive != nil {
			f.History = archive.calendar().place(len(f.Items))
		}
		if ranked {
			f.TTL = rankTTL
		}
		return f
	}, encoders))
}

// next is the earliest of the times at which an article will come to a window or
// leave it; zero for never.
func next(articles []*article.Article, times ...time.Time) time.Time {
	at := earliest(times...)
	for _, a := range articles {
		at = earliest(at, a.Expires())
	}
	return at
}

// same reports whether two articles look alike to a reader.
func same(a, b *article.Article) bool { return a == b || a.Alike(b) }

// newest is the head of a feed that limits allow, and when the first of it will
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

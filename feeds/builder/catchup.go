package builder

import (
	"slices"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/articlecache"
	"feedmill/feeds/ledger"
)

// remind tells the ledger what is published now, if its file was damaged while it was open
// and it has lost some of that.
func (b *Builder) remind(r *round) {
	if r.first || !b.opt.Ledger.Forgot() {
		return
	}
	var published []ledger.Published
	for path := range b.stamps {
		if a := b.catalog.Get(path); a != nil {
			published = append(published, publishedAs(a))
		}
	}
	b.opt.Ledger.CatchUp(r.now, published, true, false)
	b.opt.Ledger.AllSeen()
	b.opt.Logger.Warn("the ledger was mended with what is published now")
}

func publishedAs(a *article.Article) ledger.Published {
	return ledger.Published{Article: forLedger(a), FirstSeen: a.FirstSeen(), Updated: a.Changed()}
}

// catchUp tells the ledger what articles were published as, where it may have forgotten
// that: it is another one than before, or an older copy. Articles for which it has
// something else are read again, so that the guard sees what becomes of them.
func (b *Builder) catchUp(r *articlecache.Restored, articles []*article.Article) {
	if len(articles) == 0 || r.Complete() {
		return
	}
	published := make([]ledger.Published, 0, len(articles))
	for _, a := range articles {
		published = append(published, publishedAs(a))
	}
	older := r.Relation == articlecache.Older
	if older || r.Relation == articlecache.Foreign {
		if r.Cut {
			b.opt.Logger.Error("the ledger is lost, or older than the cache, and a part of the cache is damaged: some articles that were renamed may come back under other ids; restore a backup")
		}
		b.opt.Logger.Warn("the ledger is not the one that the cache belongs to, or an older copy of it: ids and dates that it lacks are taken from the cache")
	}
	differ, others := b.opt.Ledger.CatchUp(r.At, published, older, r.Whole)
	for _, path := range differ {
		b.stamps[path] = 0
		if err := b.texts.session.SaveArticle(b.catalog.Get(path), 0); err != nil { // and again, if this round is held
			b.opt.Logger.Warn("the next start reads more files than need be", "err", err)
		}
	}
	if older && r.Whole {
		for _, path := range others {
			b.stamps[path] = 0
		}
		b.texts.whole, b.texts.stale, b.texts.staleAt = true, others, r.At
		return
	}
	b.texts.whole = true
	for path := range b.opt.Ledger.Paths() {
		b.texts.whole = b.texts.whole && b.catalog.Get(path) != nil
	}
}

// dismissStale takes out of what is gone the articles that were so when the cache was
// written, of which only an older copy of the ledger knew: readers have no such articles.
func (b *Builder) dismissStale(gone []string) []string {
	t := &b.texts
	if len(t.stale) == 0 {
		return gone
	}
	slices.Sort(t.stale)
	var dismissed []string
	gone = slices.DeleteFunc(gone, func(path string) bool {
		_, stale := slices.BinarySearch(t.stale, path)
		if stale {
			dismissed = append(dismissed, path)
			delete(b.stamps, path)
		}
		return stale
	})
	b.opt.Ledger.Dismiss(t.staleAt, dismissed)
	t.stale = nil
	return gone
}

// Former is an article as the documents of an earlier run show it.
type Former struct {
	ID                 string
	Published, Updated time.Time // zero where they do not say
}

// recall gives articles the ids and dates under which an earlier run has published them,
// where neither the ledger nor the article cache knows them any more.
func (b *Builder) recall(r *round) {
	if !r.first || b.opt.Former == nil || !b.opt.Ledger.Forgot() && knowsAny(b.opt.Ledger) {
		return
	}
	former := b.opt.Former()
	var published []ledger.Published
	for _, l := range r.files {
		if l.err != nil || l.article.Explicit || b.opt.Ledger.Knows(l.path) {
			continue
		}
		it, err := l.article.Plain()
		if err != nil {
			continue
		}
		f, ok := former[it.URL]
		if !ok {
			continue
		}
		delete(former, it.URL) // an id belongs to one article
		p := ledger.Published{Article: forLedger(l.article), FirstSeen: f.Published, Updated: f.Updated}
		if p.ID = f.ID; p.FirstSeen.IsZero() {
			p.FirstSeen = r.now
		}
		published = append(published, p)
	}
	if len(published) == 0 {
		return
	}
	b.opt.Ledger.CatchUp(r.now, published, false, false)
	b.opt.Logger.Warn("the ledger has forgotten articles: their ids and dates are taken from the documents that were published last", "articles", len(published))
}

func knowsAny(l *ledger.Ledger) bool {
	for range l.Paths() {
		return true
	}
	return false
}

package builder

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/ledger"
)

// remember tells the ledger of a round and returns what holds for the articles
// read in it, in their order. That is on disk, if it can be, when flushed returns,
// which is before anybody sees it. Articles that have turned appear or expire now,
// although their files are as they were.
func (b *Builder) remember(now time.Time, all []loaded, gone []string, turned []*article.Article) (facts []feeds.Facts, flushed func() bool) {
	seen := make([]ledger.Article, 0, len(all)+len(turned))
	for _, l := range all {
		switch {
		case l.err == nil:
			seen = append(seen, l.forLedger())
		case errors.Is(l.err, fs.ErrNotExist):
			gone = append(gone, l.path)
		}
	}
	for _, a := range turned {
		_, read := slices.BinarySearchFunc(all, a.Path, func(l loaded, path string) int { return strings.Compare(l.path, path) })
		if !read && b.catalog.Get(a.Path) == a {
			unread := forLedger(a)
			unread.Unread = true
			seen = append(seen, unread)
		}
	}
	facts, err := b.opt.Ledger.Take(now, seen, gone)
	if err != nil {
		b.opt.Logger.Error("what the ledger says of some articles is lost: they are new", "err", err)
	}
	done := make(chan error, 1)
	go func() { done <- b.opt.Ledger.Flush() }()
	return facts, func() bool {
		err := <-done
		if err != nil {
			b.opt.Logger.Error("ids and dates are not on disk; the next change tries again", "err", err)
		}
		return err == nil
	}
}

// forLedger is what the ledger has to know of an article that was read.
func (l *loaded) forLedger() ledger.Article {
	a := forLedger(l.article)
	a.OldDigest, a.OldContent = l.oldDigest, l.oldContent
	return a
}

func forLedger(a *article.Article) ledger.Article {
	return ledger.Article{
		Path: a.Path, ID: a.ID(), Explicit: a.Explicit, Hidden: a.Hidden != "", Link: a.Link,
		Published: a.Published, Stated: a.Stated(), NotBefore: a.NotBefore(), Expires: a.Expires(),
		Feeds: a.Member.List(feeds.Tag{Kind: feeds.All}), Digest: a.Digest, Content: a.Content,
	}
}

// take puts what was read into the catalog, or keeps the last good version. facts
// are those of the articles read, in their order.
func (b *Builder) take(all []loaded, facts []feeds.Facts) {
	empty := b.catalog.Len() == 0
	var fresh []*article.Article
	if empty {
		fresh = make([]*article.Article, 0, len(facts))
	}
	for _, l := range all {
		switch {
		case l.err == nil:
			a := l.article.With(facts[0])
			if facts = facts[1:]; empty {
				fresh = append(fresh, a)
			} else {
				b.put(a)
			}
			b.stamps[l.path] = l.stamp
			b.mend(l.path)
			for _, n := range a.Warnings() {
				b.opt.Logger.Info("value ignored", "err", n)
			}
		case errors.Is(l.err, fs.ErrNotExist):
			b.forget(l.path)
		default:
			before := b.errs[l.path]
			b.stamps[l.path], b.errs[l.path] = l.stamp, l.err
			if b.broken[l.path].IsZero() {
				b.broken[l.path] = b.brokenSince(l)
			}
			b.complain(l, before)
		}
	}
	b.catalog.Fill(fresh)
}

// brokenSince is when a file was saved as it is, as far as the system tells: that
// outlives a restart. Else it is now.
func (b *Builder) brokenSince(l loaded) time.Time {
	now := b.opt.Now()
	if saved := time.Unix(0, l.changed); l.changed != 0 && saved.Before(now) {
		return saved.UTC()
	}
	return now.UTC()
}

// put replaces an article, unless a reader sees no difference: then the one that
// is there stays, with its text. One that other settings have made never stays:
// its addresses may be others although it is alike.
func (b *Builder) put(a *article.Article) {
	old := b.catalog.Get(a.Path)
	if b.foreign && old != nil {
		b.catalog.Remove(a.Path)
	}
	if b.catalog.Put(a) {
		b.drop(old)
	} else {
		b.drop(a)
	}
}

// complain logs a problem once for each state of a file.
func (b *Builder) complain(l loaded, before error) {
	kept := b.catalog.Get(l.path) != nil
	if before != nil && before.Error() == l.err.Error() || errors.Is(l.err, article.ErrNoFrontMatter) && !kept {
		return
	}
	message := "article skipped"
	if kept {
		message = "article broken; its last good version stays"
	}
	for _, p := range feeds.Problems(named(l.path, l.err)) {
		b.opt.Logger.Warn(message, "err", p)
	}
}

func (b *Builder) forget(path string) {
	delete(b.stamps, path)
	b.mend(path)
	b.drop(b.catalog.Get(path))
	b.catalog.Remove(path)
}

// mend takes back that a file cannot be used.
func (b *Builder) mend(path string) {
	delete(b.errs, path)
	delete(b.broken, path)
}

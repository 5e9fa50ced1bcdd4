package builder

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/document"
	"feedmill/feeds/ledger"
)

// fault says why a file cannot be used as it is.
type fault struct {
	err   error
	since time.Time
}

// updateLedger tells the ledger of a round and returns what holds for the articles
// read in it, in their order. flushed waits until that is on disk, and reports
// whether it is; nobody sees the round before. Articles that are due appear or
// expire now, although their files are as they were.
func (b *Builder) updateLedger(r *round) (facts []feeds.Facts, flushed func() bool) {
	seen, gone := make([]ledger.Article, 0, len(r.files)+len(r.due)), r.gone
	for _, l := range r.files {
		switch {
		case l.err == nil:
			seen = append(seen, l.forLedger())
		case errors.Is(l.err, fs.ErrNotExist):
			gone = append(gone, l.path)
		}
	}
	for _, a := range r.due {
		_, differs := slices.BinarySearchFunc(r.files, a.Path, func(l loaded, path string) int { return strings.Compare(l.path, path) })
		if _, left := slices.BinarySearch(r.gone, a.Path); !differs && !left {
			unread := forLedger(a)
			unread.Unread = true
			seen = append(seen, unread)
		}
	}
	facts, err := b.opt.Ledger.Update(r.now, seen, gone)
	if err != nil {
		b.opt.Logger.Error("the ledger could not be read", "err", err)
	}
	facts = b.holdLost(r, facts)
	done := make(chan error, 1)
	go func() { b.keepLedger(r.now); done <- b.opt.Ledger.Flush() }()
	return facts, func() bool {
		err := <-done
		if err != nil {
			b.opt.Logger.Error("ids and dates are not on disk; the next change tries again", "err", err)
		}
		return err == nil
	}
}

// holdLost makes a fault of each article that the ledger holds, and returns the facts of
// all others.
func (b *Builder) holdLost(r *round, facts []feeds.Facts) []feeds.Facts {
	if !slices.ContainsFunc(facts, func(f feeds.Facts) bool { return f.Lost }) {
		return facts
	}
	causes := map[string]error{}
	for _, x := range b.opt.Ledger.Lost() {
		causes[x.Path] = x.Problem()
	}
	rest := make([]feeds.Facts, 0, len(facts))
	for i := range r.files {
		l := &r.files[i]
		if l.err != nil {
			continue
		}
		if facts[0].Lost {
			b.texts.drop(l.article)
			l.article, l.err = nil, causes[l.path]
		} else {
			rest = append(rest, facts[0])
		}
		facts = facts[1:]
	}
	return append(rest, facts...)
}

// Acceptable is what Accept can let pass: the change set that is held, else the articles
// that are held because their records are lost; nil if there is neither.
func (b *Builder) Acceptable() *feeds.Hold { return cmp.Or(b.Held(), b.hold.lost.Load()) }

// noteLost notes which articles are held because their records are lost, and tells it.
// Where a round began with the approval of just them, as the first of a process may, the
// next one lets them pass.
func (b *Builder) noteLost(accepted *string) {
	before, now := b.hold.lost.Load(), (*feeds.Hold)(nil)
	if lost := b.opt.Ledger.Lost(); len(lost) > 0 {
		paths := make([]string, len(lost))
		for i, x := range lost {
			paths[i] = x.Path
		}
		now = &feeds.Hold{Since: b.opt.Now().UTC().Truncate(time.Second), Lost: len(lost), Fingerprint: document.TagOf([]byte(strings.Join(paths, "\x00")))}
	}
	if now != nil && accepted != nil && *accepted == now.Fingerprint {
		b.Accept(*accepted)
	}
	if fingerprint(now) == fingerprint(before) {
		return
	}
	if before != nil && now != nil {
		now.Since = before.Since
	}
	if b.hold.lost.Store(now); b.Held() == nil && b.opt.OnHeld != nil {
		b.opt.OnHeld(now)
	}
}

// acceptLost gives up what the ledger has lost, if that or any change is accepted.
func (b *Builder) acceptLost() {
	accepted := b.hold.accepted.Load()
	switch held := b.hold.lost.Load(); {
	case accepted == nil:
		return
	case *accepted == AcceptAny:
	case held != nil && *accepted == held.Fingerprint:
		b.hold.accepted.CompareAndSwap(accepted, nil)
		b.opt.Logger.Warn("change set accepted", "what", held.String())
	default:
		return
	}
	for _, x := range b.opt.Ledger.Lost() {
		if _, ok := b.stamps[x.Path]; ok {
			b.stamps[x.Path] = 0
		}
	}
	b.opt.Ledger.AcceptLost()
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

// updateCatalog puts what was read into the catalog, or keeps the last good version.
// facts are those of the articles read, in their order.
func (b *Builder) updateCatalog(r *round, facts []feeds.Facts) {
	for _, path := range r.gone {
		b.forget(path)
	}
	b.noteArrivals(r)
	empty := b.catalog.Len() == 0
	var fresh []*article.Article
	if empty {
		fresh = make([]*article.Article, 0, len(facts))
	}
	for _, l := range r.files {
		switch {
		case l.err == nil:
			a := l.article.With(facts[0])
			if facts = facts[1:]; empty {
				fresh = append(fresh, a)
			} else {
				b.put(a)
			}
			b.stamps[l.path] = l.stamp
			delete(b.faults, l.path)
			for _, n := range a.Warnings() {
				b.opt.Logger.Info("value ignored", "err", n)
			}
		case errors.Is(l.err, fs.ErrNotExist):
			b.forget(l.path)
		default:
			before := b.faults[l.path]
			since := before.since
			if since.IsZero() {
				since = b.brokenSince(l)
			}
			b.stamps[l.path], b.faults[l.path] = l.stamp, fault{l.err, since}
			b.logFault(l, before.err)
		}
	}
	b.catalog.Fill(fresh)
	b.texts.foreign = b.texts.foreign && b.Held() != nil
	if r.first && b.texts.session != nil && !b.texts.whole {
		b.texts.whole = b.knowsAll()
	}
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
// is there stays, with its text. One that was read under other settings never stays:
// its addresses may be others although it looks alike.
func (b *Builder) put(a *article.Article) {
	old := b.catalog.Get(a.Path)
	if b.texts.foreign && old != nil {
		b.catalog.Remove(a.Path)
	}
	if b.catalog.Put(a) {
		b.texts.drop(old)
	} else {
		b.texts.drop(a)
	}
}

// logFault logs a problem once for each state of a file.
func (b *Builder) logFault(l loaded, before error) {
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

// forget takes out a file that is gone, with its article.
func (b *Builder) forget(path string) {
	delete(b.stamps, path)
	delete(b.faults, path)
	b.texts.drop(b.catalog.Get(path))
	b.opt.items.forget(path)
	b.catalog.Remove(path)
}

package builder

import (
	"encoding/binary"
	"fmt"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/ledger"
)

// issue is all that the documents of a feed, or of one period of it, are made of.
type issue struct {
	path     string // of the page, or of the period: what is the same in each format
	meta     meta
	limits   feeds.Limits
	place    string // in the history of the feed
	articles []*article.Article
	fallen   []feeds.Tombstone
}

// dated is Last-Modified of an issue: the time of the newest change that shows in
// it. Where that is not after the time of what was there before, as when the newest
// article has left, it is the time of that change: Last-Modified must not stand
// still while bytes change, nor go back, not even over a restart.
func (b *Builder) dated(x *issue) time.Time {
	now := b.opt.Now().UTC().Truncate(time.Second)
	of, before := x.print(&b.opt.Site), b.opt.Ledger.Date(x.path)
	if before.At.After(now) { // then or now the clock was wrong, and clients are never told of the future
		before.At = now
	}
	at := before.At
	if before.Of != of {
		at = latest(x.articles, x.fallen)
		switch stands := !at.After(before.At) && !before.At.IsZero(); {
		case stands && before.Of == feeds.Digest{}: // a ledger of an older version has the time, but not of what
			at = before.At
		case stands:
			at = now
			b.noted.Store(true)
		}
	}
	if !at.IsZero() {
		b.opt.Ledger.SetDate(x.path, ledger.Date{Of: of, At: at})
	}
	return at
}

// settle has the ledger write times that nothing else tells.
func (b *Builder) settle() {
	if b.noted.Swap(false) {
		if err := b.opt.Ledger.FlushDates(); err != nil {
			b.opt.Logger.Error("times of change are not on disk; the next change tries again", "err", err)
		}
	}
}

// latest is the time of the newest change among articles and tombstones.
func latest(articles []*article.Article, fallen []feeds.Tombstone) (t time.Time) {
	for _, a := range articles {
		if u := a.Changed(); u.After(t) {
			t = u
		}
	}
	if len(fallen) > 0 && fallen[0].When.After(t) {
		t = fallen[0].When
	}
	return t
}

// print stands for the issue.
func (x *issue) print(site *feeds.Site) feeds.Digest {
	b := fmt.Appendf(nil, "%q %q %v %q\n", fmt.Sprint(*site), fmt.Sprint(x.meta), x.limits, x.place)
	for _, a := range x.articles {
		b = append(b, a.Digest[:]...)
		b = append(append(b, a.ID()...), '\n')
		b = binary.AppendVarint(binary.AppendVarint(b, a.Published.Unix()), a.Changed().Unix())
	}
	for _, t := range x.fallen {
		b = binary.AppendVarint(append(append(b, t.ID...), '\n'), t.When.Unix())
	}
	return feeds.DigestOf(b)
}

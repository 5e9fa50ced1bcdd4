package builder

import (
	"encoding/binary"
	"fmt"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/feeds/ledger"
)

// content is all that the documents of a feed, or of one period of it, are made of.
type content struct {
	path     string // of the page, or of the period: what is the same in each format
	meta     meta
	limits   feeds.Limits
	place    string // in the history of the feed
	articles []*article.Article

	tombstones []feeds.Tombstone // newest first
}

// lastModified is Last-Modified of documents: the time of the newest change that
// shows in them. Where that is not after the time of what was there before, as when the newest
// article has left, it is the time of that change: Last-Modified must not stand
// still while bytes change, nor go back, not even over a restart.
func (b *Builder) lastModified(x *content) time.Time {
	now := b.opt.Now().UTC().Truncate(time.Second)
	of, before := x.digest(&b.opt.Site), b.opt.Ledger.Date(x.path)
	if before.At.After(now) { // then or now the clock was wrong, and clients are never told of the future
		before.At = now
	}
	at := before.At
	if before.Of != of {
		at = latest(x.articles, x.tombstones)
		switch stands := !at.After(before.At) && !before.At.IsZero(); {
		case stands && before.Of == feeds.Digest{}: // a ledger of an older version has the time, but not of what
			at = before.At
		case stands:
			at = now
			b.newDates.Store(true)
		}
	}
	if !at.IsZero() {
		b.opt.Ledger.SetDate(x.path, ledger.Date{Of: of, At: at})
	}
	return at
}

// flushDates has the ledger write dates that are to be written although no article
// has changed.
func (b *Builder) flushDates() {
	if b.newDates.Swap(false) {
		if err := b.opt.Ledger.FlushDates(); err != nil {
			b.opt.Logger.Error("times of change are not on disk; the next change tries again", "err", err)
		}
	}
}

// latest is the time of the newest change among articles and tombstones.
func latest(articles []*article.Article, tombstones []feeds.Tombstone) (t time.Time) {
	for _, a := range articles {
		if u := a.Changed(); u.After(t) {
			t = u
		}
	}
	if len(tombstones) > 0 && tombstones[0].When.After(t) {
		t = tombstones[0].When
	}
	return t
}

// digest stands for the content: equal digests, equal documents.
func (x *content) digest(site *feeds.Site) feeds.Digest {
	b := fmt.Appendf(nil, "%q %q %v %q\n", fmt.Sprint(*site), fmt.Sprint(x.meta), x.limits, x.place)
	for _, a := range x.articles {
		b = append(b, a.Digest[:]...)
		b = append(append(b, a.ID()...), '\n')
		b = binary.AppendVarint(binary.AppendVarint(b, a.Published.Unix()), a.Changed().Unix())
	}
	for _, t := range x.tombstones {
		b = binary.AppendVarint(append(append(b, t.ID...), '\n'), t.When.Unix())
	}
	return feeds.DigestOf(b)
}

package document

import (
	"feedmill/feeds"
	"iter"
	"time"
)

// Archive is one archive document of a feed. Periods that are earlier sort
// before later ones, and a period before the parts it has been split into.
type Archive struct {
	Period string
	Next   time.Time // when it changes although no file does: an article in it expires; zero for never
	*Revision
}

// Past is the archive documents of a feed, those that its subscription document
// leads to and newer ones. It makes each when it is asked for. It never changes
// and is safe for concurrent use.
type Past interface {
	// Find returns the archive document of a period, if there is one that is not
	// newer than that of the period first. Otherwise instead names the one to read
	// on from: the newest that holds nothing newer than both; empty for none.
	Find(period, first string) (a *Archive, instead string)
	// From yields the documents from that of a period on, newest first; from the
	// newest on where it is empty.
	From(period string) iter.Seq[*Archive]
}

// Archives yields the archive documents that lead on from the subscription
// document, newest first. It assembles the feed once, because only that tells how
// many items the subscription document has room for.
func (l *Listing) Archives() iter.Seq[*Archive] {
	if l.Past == nil || l.Head().Prev == "" {
		return func(func(*Archive) bool) {}
	}
	return l.Past.From(l.Head().Prev)
}

// Archive returns the archive document of a period, or nil. Where there is none,
// as when the period has been split, instead names the one to read on from.
func (l *Listing) Archive(period string) (a *Archive, instead string) {
	if _, err := time.Parse(feeds.Monthly, period[:min(len(period), len(feeds.Monthly))]); err != nil || l.Past == nil || l.Head().Prev == "" {
		return nil, ""
	}
	return l.Past.Find(period, l.Head().Prev)
}

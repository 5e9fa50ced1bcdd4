package document

import (
	"iter"
	"time"

	"feedmill/feeds"
)

// Period is one archive document of a feed. Names of earlier periods sort before
// those of later ones, and that of a period before those of the parts it has been
// split into.
type Period struct {
	Name string
	Next time.Time // when it changes although no file does: an article in it expires; zero for never
	*Revision
}

// Archive is the archive documents of a feed: those that its subscription document
// leads to, and newer ones. It makes each when it is asked for. It never changes
// and is safe for concurrent use.
type Archive interface {
	// Find returns the archive document of a period, if there is one that is not
	// newer than that of the period first. Otherwise instead names the one to read
	// on from: the newest that holds nothing newer than both; empty for none.
	Find(period, first string) (p *Period, instead string)
	// From yields the documents from that of a period on, newest first; from the
	// newest on where it is empty.
	From(period string) iter.Seq[*Period]
}

// Periods yields the archive documents that lead on from the subscription
// document, newest first. It assembles the feed once, because only that tells how
// many items the subscription document has room for.
func (l *Listing) Periods() iter.Seq[*Period] {
	if l.Archive == nil || l.Head().Prev == "" {
		return func(func(*Period) bool) {}
	}
	return l.Archive.From(l.Head().Prev)
}

// Period returns the archive document of a period, or nil. Where there is none,
// as when the period has been split, instead names the one to read on from.
func (l *Listing) Period(name string) (p *Period, instead string) {
	if _, err := time.Parse(feeds.Monthly, name[:min(len(name), len(feeds.Monthly))]); err != nil || l.Archive == nil || l.Head().Prev == "" {
		return nil, ""
	}
	return l.Archive.Find(name, l.Head().Prev)
}

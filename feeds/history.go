package feeds

import (
	"slices"
	"time"
)

// History is where a document stands in the complete history of its feed (RFC
// 5005): the subscription document, which holds the newest items, leads to
// archive documents, each of the items of one period, down to the oldest.
type History struct {
	Period   string // names the archive document; empty for the subscription document
	Prev     string // period of the archive document that goes on from here to older items; empty for none
	Next     string // period of the archive document with the next newer items; empty for none
	Complete bool   // the subscription document holds every item, and there are no archive documents
}

// Tombstone says that an item was removed (RFC 6721).
type Tombstone struct {
	ID   string
	When time.Time // UTC, in whole seconds
}

// Archive is one archive document of a feed. Periods that are earlier sort
// before later ones, and a period before the parts it has been split into.
type Archive struct {
	Period string
	*Revision
}

// Monthly is the layout of periods that are whole months, and of what the names
// of their parts begin with.
const Monthly = "2006-01"

// ArchivePath is the escaped path of an archive document of the feed in format f:
// "/topics/chess/archive/2021-05/atom.xml".
func (k Key) ArchivePath(period string, f Format) string {
	return k.Path() + "archive/" + period + "/" + f.Filename()
}

// ArchiveURL is the absolute URL of an archive document of the feed in format g.
func (f *Feed) ArchiveURL(period string, g Format) string {
	return f.Site.URL(f.Key.ArchivePath(period, g))
}

// CurrentURL is the absolute URL of the feed's subscription document in format g.
func (f *Feed) CurrentURL(g Format) string { return f.Site.URL(f.Key.DocumentPath(g)) }

// Archives lists the archive documents that lead on from the subscription
// document, newest first. It assembles the feed once, because only that tells how
// many items the subscription document has room for.
func (l *Listing) Archives() []*Archive {
	if len(l.Periods) == 0 {
		return nil
	}
	from := l.Head().Prev
	i := slices.IndexFunc(l.Periods, func(a *Archive) bool { return a.Period == from })
	if i < 0 {
		return nil
	}
	return l.Periods[i:]
}

// Archive returns the archive document of a period, or nil. Where there is none,
// as when the period has been split, instead names the one to read on from: the
// newest that holds nothing newer than the period; empty for none.
func (l *Listing) Archive(period string) (a *Archive, instead string) {
	if _, err := time.Parse(Monthly, period[:min(len(period), len(Monthly))]); err != nil {
		return nil, ""
	}
	for _, a := range l.Archives() {
		switch n := min(len(a.Period), len(period)); {
		case a.Period == period:
			return a, ""
		case a.Period[:n] <= period:
			return nil, a.Period
		}
	}
	return nil, ""
}

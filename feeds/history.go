package feeds

import "time"

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

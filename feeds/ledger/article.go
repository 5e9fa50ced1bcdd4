package ledger

import (
	"time"

	"feedmill/feeds"
)

// Article is what the ledger has to know of an article.
type Article struct {
	Path      string      // where its file lies, slash-separated
	ID        string      // that the file states, if Explicit; else one made of the path
	Explicit  bool        // the file states its id
	Hidden    bool        // it is in no feed, whatever the time
	Link      string      // the address that the file states; empty for none
	Published time.Time   // zero where the file states none
	Stated    time.Time   // time of the last change that the file states; zero for none
	NotBefore time.Time   // when it may be shown first; zero for at once
	Expires   time.Time   // when it is not to be shown any more; zero for never
	Feeds     []feeds.Tag // where it is shown while it is; the ledger keeps the slice

	Digest  feeds.Digest // of all that a reader sees of it
	Content feeds.Digest // of that, without what depends on where the file lies and what it is called

	// Shown is the id by which readers know the article that lies at the path until
	// now; empty where that is not known, or none does. Only Preview asks for it.
	Shown string

	// OldDigest and OldContent are what Digest and Content were in ledgers of
	// format 2 and before. They can be zero where [Ledger.WantsOldDigests] is false.
	OldDigest, OldContent feeds.Digest

	// Unread says that the file was not read again: only the time is another than
	// when the ledger last saw the article. Its digests do not matter.
	Unread bool
}

// shownAt reports whether the article is to be shown at a time.
func (a *Article) shownAt(now time.Time) bool {
	return !a.Hidden && !a.NotBefore.After(now) && !a.expired(now)
}

func (a *Article) expired(now time.Time) bool { return !a.Expires.IsZero() && !a.Expires.After(now) }

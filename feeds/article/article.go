// Package article turns one file, front matter and body, into an [Article].
//
// [Parser.Parse] splits the file (package frontmatter), reads the fields that the
// table in fields.go knows, which are Feedmill's own and the usual ones of Jekyll
// and Hugo, and derives dates, links and all else from them. Other keys are
// never shown. An Article is small and stays in memory; its text lies in a [BodyStore]
// and is rendered (package body) when its item is asked for.
package article

import (
	"time"

	"feedmill/feeds"
)

// Article is what was read of one file. What it takes to select, order and recognise
// the article, its metadata, is in memory. The rest, its payload, is read when
// somebody asks for the item. It is immutable and safe for concurrent use.
type Article struct {
	Path      string
	Member    Tags         // every topic, category, type and provider it belongs to
	Published time.Time    // zero where the file states no date
	Hidden    string       // why it is in no feed, as in "draft: true"; empty otherwise
	Quality   float64      // for rankings and filters only
	Heat      float64      // for rankings and filters only
	Link      string       // the address that the file states, without that of the site; empty for none
	Digest    feeds.Digest // the same as long as subscribers see no difference
	Content   feeds.Digest // the same wherever the file lies and whatever it is called
	Explicit  bool         // the file states its id itself

	linked    bool   // its item has a URL
	textSize  uint32 // of the text in a document, roughly, in bytes
	place     Place  // of the payload in store
	ranked    score  // what the article is ranked by
	id        string
	title     string
	notBefore int64      // NotBefore in seconds since 1970
	stated    int64      // Stated in seconds since 1970
	updated   int64      // the item's Updated, likewise
	firstSeen int64      // FirstSeen, likewise
	extra     *extra     // nil if there is nothing in it, which is usual
	store     *BodyStore // has the payload; nil while that is in memory
}

// extra is what few articles have. It is apart because that makes all others
// smaller.
type extra struct {
	expires  time.Time
	warnings []*feeds.Problem
	loaded   *payload // nil once a BodyStore has it
}

// rare is what a has of the extra values; all zero for most articles.
func (a *Article) rare() extra {
	if a.extra == nil {
		return extra{}
	}
	return *a.extra
}

// ID is the item's id.
func (a *Article) ID() string { return a.id }

// Title is the item's title.
func (a *Article) Title() string { return a.title }

// Stated is the time of the last change that the file states; zero for none.
func (a *Article) Stated() time.Time { return unix(a.stated) }

// FirstSeen is when the article was first there; zero where that is not known. See
// Facts.
func (a *Article) FirstSeen() time.Time { return unix(a.firstSeen) }

// NotBefore is when the article may be shown first; zero for at once.
func (a *Article) NotBefore() time.Time { return unix(a.notBefore) }

// Expires is when the article is not to be shown any more; zero for never.
func (a *Article) Expires() time.Time { return a.rare().expires }

// Warnings are problems of single values, which are ignored.
func (a *Article) Warnings() []*feeds.Problem { return a.rare().warnings }

// Changed is the item's time of change; zero where the file states no date.
func (a *Article) Changed() time.Time {
	return (&feeds.Item{Published: a.Published, Updated: unix(a.updated)}).Changed()
}

// Alike reports whether subscribers see no difference between a and b.
func (a *Article) Alike(b *Article) bool {
	return a.Digest == b.Digest && a.id == b.id && a.Published.Equal(b.Published) && a.updated == b.updated
}

// Size is roughly how many bytes the article takes in a document. It is known
// without rendering.
func (a *Article) Size() int { return 3<<10 + int(a.textSize) }

// Linked reports whether there is a page to read the article on.
func (a *Article) Linked() bool { return a.linked }

// With is a copy of a to which facts apply.
func (a *Article) With(f feeds.Facts) *Article {
	b := *a
	b.id = f.ID
	b.firstSeen = f.FirstSeen.Unix()
	if !f.Published.IsZero() {
		b.Published = f.Published
	}
	if !f.Updated.IsZero() {
		b.updated = f.Updated.Unix()
	}
	return &b
}

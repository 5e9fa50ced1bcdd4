// Package site says what is at an address of a snapshot: documents of feeds, their
// archives, pages, search results, the form that composes a feed. [Site.Find] is
// the one way in, and the table in routes.go lists all there is.
//
// It knows no HTTP: package server turns what is found into answers, and package
// export into files.
package site

import (
	"io"
	"net/url"
	"sync"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// Options say what a site offers. The zero Options are usable.
type Options struct {
	// OPML writes all topics for import into a reader; nil offers no /opml.xml.
	OPML func(io.Writer, *document.Snapshot) error
	// Version names the program's version at the foot of pages; may be empty.
	Version string
	// Live is whether things can be asked of the site: it has a search, a form that
	// composes feeds, composed feeds, and news. A site that is written to files has not.
	Live bool
}

// Site is what one snapshot has at its addresses. It is safe for concurrent use.
type Site struct {
	snap      *document.Snapshot
	opt       Options
	base      string            // path of the site's base URL, beginning and ending in a slash
	folder    []string          // its segments
	directory func() *directory // made when the first page needs it
}

// New offers what snap holds.
func New(snap *document.Snapshot, opt Options) *Site {
	s := &Site{snap: snap, opt: opt, base: "/", directory: sync.OnceValue(func() *directory { return newDirectory(snap) })}
	if u, err := url.Parse(snap.Site.BaseURL); err == nil && u.Path != "" {
		s.base = u.EscapedPath()
	}
	if a, ok := parseAddress(s.base, ""); ok {
		s.folder = a.segments
	}
	return s
}

// Base is the escaped path of the site's base URL, beginning and ending in a slash.
func (s *Site) Base() string { return s.base }

// link is an escaped path as pages write it: right behind a proxy that serves the
// site below a folder, and on a developer's machine.
func (s *Site) link(path string) string { return s.base + path[1:] }

// canCompose reports whether readers can compose feeds.
func (s *Site) canCompose() bool { return s.opt.Live && s.snap.Compose != nil }

// Found is what [Site.Find] returns: a *[Resource], [Moved], [Entered], [News],
// [Ended] or [Nothing]. The paths in it are those of links, below the base URL's.
type Found interface{ found() }

// Resource is something with an address of its own.
type Resource struct {
	Path      string // escaped, below the base URL, beginning with a slash; a page's ends in one
	MediaType string // with charset
	Class     Class
	Document  *Document // which document of a feed it is; nil: none
	Page      string    // of a document: link to the page with the same articles
	Query     bool      // it depends on what was asked for, so there is no end of such resources

	// Composed is the content of the composed feed that it shows, which can change
	// without a new snapshot: the resource holds no longer than Find returns one with
	// the same. It is nil for all else.
	Composed *document.Revision

	// Render makes the resource, which may take its time.
	Render func() (Content, error)
}

// Class says how a resource may be used.
type Class uint8

// The classes of resources.
const (
	Page     Class = iota // in HTML
	Feed                  // a document of a feed, or of its archive
	Outline               // the list of all feeds as OPML
	Asset                 // what pages and documents are shown with
	Constant              // an asset whose path changes with its bytes
)

// Document names a document of a feed.
type Document struct {
	Key    feeds.Key
	Format feeds.Format
	*document.Revision
}

// Content is a resource as it is now.
type Content struct {
	Body     *document.Body
	Tag      string        // equal for equal bytes
	Modified time.Time     // zero: unknown
	Fresh    time.Duration // for how long a copy may be used
	Next     time.Time     // when it is known to change; zero for never
	Links    []Link
}

// Link leads to another form of a resource (RFC 8288).
type Link struct{ URL, Rel, MediaType string }

// Moved says that what is asked for has another address.
type Moved struct {
	To      string
	ForGood bool // else it may be back one day
}

// Entered says that what was entered into a form has an address.
type Entered struct{ To string }

// News asks for the items that come to a feed from now on.
type News struct {
	Feed  feeds.Key
	After string // the newest item that the client has, by its Mark; may be empty
}

// Ended says that there was a feed which has ended.
type Ended struct{}

// Nothing says that there never was anything, and why.
type Nothing struct{ Explanation string }

func (*Resource) found() {}
func (Moved) found()     {}
func (Entered) found()   {}
func (News) found()      {}
func (Ended) found()     {}
func (Nothing) found()   {}

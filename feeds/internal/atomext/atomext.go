// Package atomext makes the elements of Atom (RFC 4287) and of Feed Paging and
// Archiving (RFC 5005) that RSS documents have as well as Atom documents.
package atomext

import (
	"feedmill/feeds"
	"feedmill/feeds/internal/uri"
)

// Link is atom:link (RFC 4287 §4.2.7). Its element is named by the field that
// holds it.
type Link struct {
	Rel    string `xml:"rel,attr"`              // §4.2.7.2
	Type   string `xml:"type,attr,omitempty"`   // §4.2.7.3
	Title  string `xml:"title,attr,omitempty"`  // §4.2.7.5
	Href   string `xml:"href,attr"`             // §4.2.7.1
	Length int64  `xml:"length,attr,omitempty"` // §4.2.7.6
}

// FeedLinks are the links of the document that f is in format g: to the document
// itself (RFC 4287 §4.2.7.2), to the current one if f is an archive, and to the
// archives before and after it (RFC 5005 §4).
func FeedLinks(f *feeds.Feed, g feeds.Format) []Link {
	var links []Link
	add := func(rel, to string) {
		links = append(links, Link{Rel: rel, Type: g.MediaType(), Href: uri.Escape(to)})
	}
	add("self", f.SelfURL(g))
	if f.Period != "" {
		add("current", f.CurrentURL(g))
	}
	if f.Prev != "" {
		add("prev-archive", f.ArchiveURL(f.Prev, g))
	}
	if f.Next != "" {
		add("next-archive", f.ArchiveURL(f.Next, g))
	}
	return links
}

// ItemLinks are an item's links to other pages than its own: to the page where the
// story appeared first ("via"), then to related articles.
func ItemLinks(it *feeds.Item) []Link {
	var links []Link
	if it.OriginalURL != "" {
		links = append(links, Link{Rel: "via", Type: "text/html", Href: uri.Escape(it.OriginalURL)})
	}
	for _, r := range it.Related {
		links = append(links, Link{Rel: "related", Type: "text/html", Title: feeds.XMLText(r.Title), Href: uri.Escape(r.URL)})
	}
	return links
}

const historyNamespace = "http://purl.org/syndication/history/1.0"

// History holds the elements of RFC 5005 that say how much of a feed a document
// has, to be embedded in the feed's element. The zero History writes nothing.
type History struct {
	Namespace string    `xml:"xmlns:fh,attr,omitempty"`
	Complete  *struct{} `xml:"fh:complete"` // §2: the document has all items
	Archive   *struct{} `xml:"fh:archive"`  // §4: the document has the items of a period
}

// NewHistory returns the elements of f.
func NewHistory(f *feeds.Feed) (h History) {
	if f.Complete {
		h.Namespace, h.Complete = historyNamespace, new(struct{})
	}
	if f.Period != "" {
		h.Namespace, h.Archive = historyNamespace, new(struct{})
	}
	return h
}

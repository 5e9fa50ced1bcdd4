// Package atomlink writes the links of RFC 4287 §4.2.7 that Atom documents have
// as link and RSS documents as atom:link.
package atomlink

import (
	"feedmill/feeds"
	"feedmill/feeds/internal/uri"
)

// Link is one link; the element's name comes from the field that holds it.
type Link struct {
	Rel    string `xml:"rel,attr"`              // RFC 4287 §4.2.7.2
	Type   string `xml:"type,attr,omitempty"`   // §4.2.7.3
	Title  string `xml:"title,attr,omitempty"`  // §4.2.7.5
	Href   string `xml:"href,attr"`             // §4.2.7.1
	Length int64  `xml:"length,attr,omitempty"` // §4.2.7.6
}

// Self names the document that f is in format g (§4.2.7.2).
func Self(f *feeds.Feed, g feeds.Format) Link {
	return Link{Rel: "self", Type: g.MediaType(), Href: uri.Escape(f.SelfURL(g))}
}

// History lists the documents that f in format g leads to on the way to its
// oldest item (RFC 5005 §4).
func History(f *feeds.Feed, g feeds.Format) []Link {
	var links []Link
	add := func(rel, to string) { links = append(links, Link{Rel: rel, Type: g.MediaType(), Href: uri.Escape(to)}) }
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

// Beyond lists the places an item leads to besides its own page: the story's
// home ("via"), then the related articles.
func Beyond(it *feeds.Item) []Link {
	var links []Link
	if it.OriginalURL != "" {
		links = append(links, Link{Rel: "via", Type: "text/html", Href: uri.Escape(it.OriginalURL)})
	}
	for _, r := range it.Related {
		links = append(links, Link{Rel: "related", Type: "text/html", Title: feeds.XMLText(r.Title), Href: uri.Escape(r.URL)})
	}
	return links
}

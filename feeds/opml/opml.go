// Package opml encodes the list of a site's feeds as OPML 2.0, for import into a
// reader. Each feed is listed once, as RSS, in a folder for its kind: readers turn
// folders into categories, and some drop what is in folders of folders.
package opml

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/document"
	"feedmill/feeds/internal/uri"
)

// Encode writes the feeds of s as one OPML document. The document is well-formed
// whatever the names hold, and equal snapshots give equal bytes. Feeds are not
// assembled for it. Errors are those of w.
func Encode(w io.Writer, s *document.Snapshot) error {
	doc, err := xml.MarshalIndent(newRoot(s), "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, doc)
	}
	if err != nil {
		return fmt.Errorf("write opml: %w", err)
	}
	return nil
}

func newRoot(s *document.Snapshot) root {
	d := root{Version: "2.0", Title: feeds.XMLText(s.Site.Title), Owner: feeds.XMLText(s.Site.Author.Name)}
	var updated time.Time
	folders := make(map[feeds.Kind][]outline)
	for _, l := range s.Listings {
		if l.Ended {
			continue
		}
		folders[l.Key.Kind] = append(folders[l.Key.Kind], newOutline(s.Site, l))
		if l.Updated.After(updated) {
			updated = l.Updated
		}
	}
	if !updated.IsZero() {
		d.Modified = updated.UTC().Format(time.RFC1123Z)
	}
	d.Body.Outlines = folders[feeds.All]
	for _, k := range feeds.Kinds[1:] {
		if in := folders[k]; len(in) > 0 {
			d.Body.Outlines = append(d.Body.Outlines, outline{Text: k.Heading(), Outlines: in})
		}
	}
	return d
}

func newOutline(site *feeds.Site, l *document.Listing) outline {
	name, page := feeds.XMLText(l.Name), site.URL(l.Key.Path())
	if l.Key.Kind == feeds.All {
		page = site.HomeURL
	}
	return outline{
		Text:        name,
		Title:       name,
		Type:        "rss",
		XMLURL:      uri.Escape(site.URL(l.Key.DocumentPath(feeds.RSS))),
		HTMLURL:     uri.Escape(page),
		Description: feeds.XMLText(l.Description),
	}
}

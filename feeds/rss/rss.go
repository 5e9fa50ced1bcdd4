// Package rss writes a feed as RSS 2.0 with the RSS Advisory Board's Best
// Practices Profile, Media RSS, Dublin Core and Atom's links and times.
package rss

import (
	"fmt"
	"io"

	"feedmill/feeds"
	"feedmill/feeds/internal/gorilla"
	"feedmill/feeds/internal/mediarss"
)

// Encode writes f as one RSS document. The document is well-formed whatever the
// items hold, and equal feeds give equal bytes. An error is w's own.
func Encode(w io.Writer, f *feeds.Feed) error {
	err := gorilla.Write(w, f, document{f}, "\n  </channel>\n</rss>", feeds.RSS, func(it *feeds.Item) any { return newItem(f.Site, it) })
	if err != nil {
		return fmt.Errorf("write rss: %w", err)
	}
	return nil
}

// document is a feed that gorilla/feeds can render.
type document struct{ *feeds.Feed }

func (d document) FeedXml() any {
	return &root{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Media:   mediarss.Namespace,
		Channel: newChannel(d.Feed),
	}
}

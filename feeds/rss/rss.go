// Package rss encodes a feed as RSS 2.0 with the RSS Advisory Board's Best
// Practices Profile, Media RSS, Dublin Core, and links and times of Atom.
package rss

import (
	"fmt"
	"io"

	"feedmill/feeds"
	"feedmill/feeds/internal/gorilla"
)

// Encode writes f as one RSS document. The document is well-formed whatever f
// holds, and equal feeds give equal bytes. Errors are those of w.
func Encode(w io.Writer, f *feeds.Feed) error {
	err := gorilla.WriteXML(w, f, feeds.RSS, newRoot(f), "\n  </channel>\n</rss>", func(it *feeds.Item) any { return newItem(f.Site, it) })
	if err != nil {
		return fmt.Errorf("write rss: %w", err)
	}
	return nil
}

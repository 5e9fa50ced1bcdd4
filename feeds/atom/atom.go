// Package atom encodes a feed as Atom 1.0 (RFC 4287) with Media RSS, archives
// (RFC 5005) and tombstones (RFC 6721). Only in this package items are called
// entries.
package atom

import (
	"fmt"
	"io"

	"feedmill/feeds"
	"feedmill/feeds/internal/gorilla"
)

// Encode writes f as one Atom document. The document is well-formed whatever f
// holds, and equal feeds give equal bytes. Errors are those of w.
func Encode(w io.Writer, f *feeds.Feed) error {
	err := gorilla.WriteXML(w, f, feeds.Atom, newFeed(f), "\n</feed>", func(it *feeds.Item) any { return newEntry(f.Site, it) })
	if err != nil {
		return fmt.Errorf("write atom: %w", err)
	}
	return nil
}

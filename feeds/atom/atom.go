// Package atom writes a feed as Atom 1.0 (RFC 4287) with Media RSS. Here, and
// only here, an item is called an entry.
package atom

import (
	"fmt"
	"io"

	"feedmill/feeds"
	"feedmill/feeds/internal/gorilla"
)

// Encode writes f as one Atom document. The document is well-formed whatever
// the items hold, and equal feeds give equal bytes. An error is w's own.
func Encode(w io.Writer, f *feeds.Feed) error {
	err := gorilla.Write(w, f, document{f}, "\n</feed>", feeds.Atom, func(it *feeds.Item) any { return newEntry(f.Site, it) })
	if err != nil {
		return fmt.Errorf("write atom: %w", err)
	}
	return nil
}

// document is a feed that gorilla/feeds can render.
type document struct{ *feeds.Feed }

func (d document) FeedXml() any { return newFeed(d.Feed) }

// Package jsonfeed writes a feed as JSON Feed 1.1.
package jsonfeed

import (
	"encoding/json"
	"fmt"
	"io"

	"feedmill/feeds"
)

// Encode writes f as one JSON document that ends in a line feed. The document is
// valid whatever the items hold, and equal feeds give equal bytes. An error is
// w's own.
func Encode(w io.Writer, f *feeds.Feed) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // application/feed+json is never read as HTML
	e.SetIndent("", " ")
	if err := e.Encode(newFeed(f)); err != nil {
		return fmt.Errorf("write json feed: %w", err)
	}
	return nil
}

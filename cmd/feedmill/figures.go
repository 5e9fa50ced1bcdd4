package main

import (
	"context"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// counts runs the recorder until ctx ends.
func (s *serve) counts(ctx context.Context) error { return s.figures.Run(ctx) }

// knows reports whether there is or was a feed.
func knows(snap *document.Snapshot, k feeds.Key) bool {
	if snap == nil {
		return false
	}
	_, former := snap.Alias(k)
	_, retired := snap.Retired[k]
	return former || retired || snap.Listing(k) != nil
}

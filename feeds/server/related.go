package server

import (
	"cmp"
	"slices"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

const relatedTopics = 8

// related lists the topics that the newest articles of a feed share with it most,
// those named in skip aside. It looks at no other articles, so its work is
// bounded by the size of a feed.
func (v *view) related(l *document.Listing, skip map[feeds.Key]bool) group {
	shared := make(map[*document.Listing]int)
	for _, it := range l.Feed().Items {
		for _, t := range it.Tags {
			if t.Kind != feeds.Topic {
				continue
			}
			if other := v.named(t); other != nil && other.Key != l.Key && !skip[other.Key] {
				shared[other]++
			}
		}
	}
	all := make([]*document.Listing, 0, len(shared))
	for other := range shared {
		all = append(all, other)
	}
	slices.SortFunc(all, func(a, b *document.Listing) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a.Count, b.Count), cmp.Compare(a.Key.Slug, b.Key.Slug))
	})
	all = all[:min(len(all), relatedTopics)]
	return group{v, feeds.Topic, all, len(all)}
}

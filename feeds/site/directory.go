package site

import (
	"cmp"
	"slices"
	"sync"

	"feedmill/feeds"
	"feedmill/feeds/document"
)

// directory indexes the feeds of a snapshot in the ways in which pages list them.
// It is made once for a snapshot, when the first page needs it.
type directory struct {
	byKind    map[feeds.Kind][]*document.Listing // by name
	children  map[string][]*document.Listing     // topics by their parent's slug
	byName    map[feeds.Tag]*document.Listing    // names folded
	entries   []searchable                       // as in the snapshot
	pages     map[feeds.Kind]func() [][]branch
	suggested func() []*document.Listing // topics that forms suggest
}

// searchable is a feed with the name that is searched.
type searchable struct {
	*document.Listing
	name string // folded
}

func newDirectory(snap *document.Snapshot) *directory {
	d := &directory{
		byKind:   make(map[feeds.Kind][]*document.Listing),
		children: make(map[string][]*document.Listing),
		byName:   make(map[feeds.Tag]*document.Listing, len(snap.Listings)),
	}
	for _, l := range snap.Listings {
		if l.Ended {
			continue
		}
		d.byKind[l.Key.Kind] = append(d.byKind[l.Key.Kind], l)
		name := feeds.Fold(l.Name)
		d.entries = append(d.entries, searchable{l, name})
		d.byName[feeds.Tag{Kind: l.Key.Kind, Name: name}] = l
		if l.Key.Kind == feeds.Topic && l.Parent != "" {
			d.children[l.Parent] = append(d.children[l.Parent], l)
		}
	}
	d.suggested = sync.OnceValue(func() []*document.Listing { return largest(d.byKind[feeds.Topic], choices) })
	d.pages = make(map[feeds.Kind]func() [][]branch)
	for _, k := range feeds.Kinds[1:] {
		d.pages[k] = sync.OnceValue(func() [][]branch { return paginate(d.branches(k)) })
	}
	return d
}

// feedOfTag is the feed that an item's tag stands for, nil where there is none.
func (s *Site) feedOfTag(t feeds.Tag) *document.Listing {
	if l := s.directory().byName[feeds.Tag{Kind: t.Kind, Name: feeds.Fold(t.Name)}]; l != nil {
		return l
	}
	return s.listing(feeds.Key{Kind: t.Kind, Slug: t.Name})
}

// largest lists at most n feeds with the most articles, in the order of all.
func largest(all []*document.Listing, n int) []*document.Listing {
	if len(all) <= n {
		return all
	}
	rank := make(map[*document.Listing]int, len(all))
	for i, l := range all {
		rank[l] = i
	}
	top := slices.SortedStableFunc(slices.Values(all), func(a, b *document.Listing) int { return cmp.Compare(b.Count, a.Count) })[:n]
	slices.SortFunc(top, func(a, b *document.Listing) int { return cmp.Compare(rank[a], rank[b]) })
	return top
}

const relatedTopics = 8

// related lists the topics that the newest articles of a feed share with it most,
// those named in skip aside. It looks at no other articles, so its work is
// bounded by the size of a feed.
func (s *Site) related(l *document.Listing, skip map[feeds.Key]bool) group {
	shared := make(map[*document.Listing]int)
	for _, it := range l.Feed().Items {
		for _, t := range it.Tags {
			if t.Kind != feeds.Topic {
				continue
			}
			if other := s.feedOfTag(t); other != nil && other.Key != l.Key && !skip[other.Key] {
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
	return group{s, feeds.Topic, all, len(all)}
}

package article

import (
	"iter"
	"unique"

	"feedmill/feeds"
)

// Tags are the feeds of an article, in their order. Each takes one word of memory,
// because equal tags of all articles are stored once. The Tags of an Article must
// not be changed.
type Tags []unique.Handle[feeds.Tag]

// TagsOf makes Tags that do not refer to the memory of list.
func TagsOf(list ...feeds.Tag) Tags {
	if len(list) == 0 {
		return nil
	}
	all := make(Tags, len(list))
	for i, t := range list {
		all[i] = unique.Make(t) // which clones what is new
	}
	return all
}

// All yields every tag.
func (t Tags) All() iter.Seq[feeds.Tag] {
	return func(yield func(feeds.Tag) bool) {
		for _, h := range t {
			if !yield(h.Value()) {
				return
			}
		}
	}
}

// List returns before and then all tags in a slice that is the caller's own.
func (t Tags) List(before ...feeds.Tag) []feeds.Tag {
	if len(t)+len(before) == 0 {
		return nil
	}
	all := append(make([]feeds.Tag, 0, len(before)+len(t)), before...)
	for tag := range t.All() {
		all = append(all, tag)
	}
	return all
}

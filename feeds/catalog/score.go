package catalog

import (
	"maps"
	"slices"

	"feedmill/feeds/article"
)

// rescore gives an article the numbers that now has, in place and unseen.
func (c *Catalog) rescore(e *entry, now *article.Article) {
	if e.stated.Quality == now.Quality && e.stated.Heat == now.Heat {
		return
	}
	old, same := e.shown, e.shown == e.stated
	e.stated = e.stated.Scored(now)
	switch {
	case old == nil:
		return
	case same:
		e.shown = e.stated
	default:
		e.shown = old.Scored(now)
	}
	for t := range feedsOf(old) {
		s := c.feed(t)
		s.remove(old, t.Value().Name)
		s.add(e.shown, t.Value().Name)
		c.rescored[s] = true
	}
}

// Rescored settles the feeds where nothing but numbers has changed since the
// last call, after Touched, and returns them in no particular order.
func (c *Catalog) Rescored() []*Feed {
	all := slices.Collect(maps.Keys(c.rescored))
	for _, s := range all {
		s.settle()
	}
	clear(c.rescored)
	return all
}

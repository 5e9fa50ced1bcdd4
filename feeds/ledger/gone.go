package ledger

import (
	"slices"

	"feedmill/feeds"
)

// goneRecords are the records of articles that were removed or unpublished, by the
// path where they lay. It calls changed with the id of each that comes or goes. The
// index is made once and then kept up to date: an edit costs the same however many
// articles are gone.
type goneRecords struct {
	records map[string]Record
	index   *candidates // of records; nil until asked for
	changed func(id string)
}

// set puts a record in, or in the place of another.
func (g *goneRecords) set(p string, r Record) {
	g.remove(p)
	g.records[p] = r
	if g.index != nil {
		g.index.add(p, r)
	}
	g.changed(r.ID)
}

func (g *goneRecords) remove(p string) {
	r, ok := g.records[p]
	if !ok {
		return
	}
	if delete(g.records, p); g.index != nil {
		g.index.remove(p, r)
	}
	g.changed(r.ID)
}

// candidates are all that are gone.
func (g *goneRecords) candidates() *candidates {
	if g.index == nil {
		g.index = newCandidates(g.records)
	}
	return g.index
}

// candidates are the paths of records whose articles lie there no more, by what such
// an article can be known again by.
type candidates struct {
	byID, byLink map[string][]string // to paths
	byContent    map[feeds.Digest][]string
}

func newCandidates(set map[string]Record) *candidates {
	c := &candidates{map[string][]string{}, map[string][]string{}, map[feeds.Digest][]string{}}
	for p, r := range set {
		c.add(p, r)
	}
	return c
}

func (c *candidates) add(p string, r Record) {
	c.byID[r.ID] = append(c.byID[r.ID], p)
	if r.Link != "" {
		c.byLink[r.Link] = append(c.byLink[r.Link], p)
	}
	if r.Content != (feeds.Digest{}) {
		c.byContent[r.Content] = append(c.byContent[r.Content], p)
	}
}

func (c *candidates) remove(p string, r Record) {
	without(c.byID, r.ID, p)
	without(c.byLink, r.Link, p)
	without(c.byContent, r.Content, p)
}

func without[K comparable](m map[K][]string, key K, p string) {
	paths := slices.DeleteFunc(m[key], func(q string) bool { return q == p })
	if m[key] = paths; len(paths) == 0 {
		delete(m, key)
	}
}

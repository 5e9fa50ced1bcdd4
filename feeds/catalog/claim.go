package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"feedmill/feeds"
)

// claim notes that an article states its id; the one it takes it from, if any,
// gets another.
func (c *Catalog) claim(e *entry) {
	id := e.stated.ID()
	if e.stated.Hidden != "" || c.over(e) {
		return
	}
	c.noteID(e)
	owner := c.ids[id]
	if owner == nil {
		c.ids[id] = e
		return
	}
	rivals := c.rivals[id]
	if rivals == nil {
		rivals = []string{owner.stated.Path}
	}
	i, _ := slices.BinarySearchFunc(rivals, e.stated.Path, c.precedence)
	c.setRivals(id, slices.Insert(slices.Clone(rivals), i, e.stated.Path))
	c.reshow(rivals)
}

// unclaim takes back what claim noted of an article that is held no
// more, or has expired.
func (c *Catalog) unclaim(e *entry) {
	id := e.stated.ID()
	c.noteID(e)
	rivals := c.rivals[id]
	if rivals == nil {
		if c.ids[id] == e {
			delete(c.ids, id)
		}
		return
	}
	if i := slices.Index(rivals, e.stated.Path); i >= 0 {
		rivals = slices.Delete(rivals, i, i+1)
		c.setRivals(id, rivals)
		c.reshow(rivals)
	}
}

// over reports whether an article has expired: then its id is free for others.
func (c *Catalog) over(e *entry) bool {
	at := e.stated.Expires()
	return !at.IsZero() && !at.After(c.now)
}

// setRivals notes the paths of the articles that state an id; there is at least
// one, and the first has it.
func (c *Catalog) setRivals(id string, paths []string) {
	c.ids[id] = c.articles[paths[0]]
	if c.rivals[id] = paths; len(paths) == 1 {
		delete(c.rivals, id)
	}
}

// reshow shows rivals for an id again, each under the id that is now its own.
func (c *Catalog) reshow(rivals []string) {
	for _, p := range rivals {
		if e := c.articles[p]; e != nil && e.shown != nil {
			c.show(e)
		}
	}
}

// precedence orders rivals for an id: one that states it before one whose path
// happens to give it, then the one that was there first, then by path.
func (c *Catalog) precedence(p, q string) int {
	a, b := c.articles[p].stated, c.articles[q].stated
	if a.Explicit != b.Explicit {
		if a.Explicit {
			return -1
		}
		return 1
	}
	return cmp.Or(a.FirstSeen().Compare(b.FirstSeen()), strings.Compare(p, q))
}

// Shown reports whether an article with this id is in a feed now.
func (c *Catalog) Shown(id string) bool {
	e := c.ids[id]
	return e != nil && e.shown != nil
}

// ShownIn reports whether an article with this id is in a feed, which t names by
// what its name folds to.
func (c *Catalog) ShownIn(id string, t feeds.Tag) bool {
	if !c.Shown(id) {
		return false
	}
	for m := range c.ids[id].shown.Member.All() {
		if m.Kind == t.Kind && c.fold(m.Name) == t.Name {
			return true
		}
	}
	return false
}

// ChangedIDs lists the ids of which Shown or ShownIn may say something else than at
// the last call, perhaps repeatedly; none at the first call.
func (c *Catalog) ChangedIDs() (ids []string) {
	ids, c.changedIDs, c.watchingIDs = c.changedIDs, nil, true
	return ids
}

func (c *Catalog) noteID(e *entry) {
	if c.watchingIDs {
		c.changedIDs = append(c.changedIDs, e.stated.ID())
	}
}

// Conflicts lists the articles that state the id of another one, by path.
func (c *Catalog) Conflicts() []*feeds.Problem {
	var all []*feeds.Problem
	for id, paths := range c.rivals {
		for _, p := range paths[1:] {
			all = append(all, &feeds.Problem{Path: p, Field: "id", Message: fmt.Sprintf("%q is also that of %s: give each article its own", id, paths[0])})
		}
	}
	slices.SortFunc(all, (*feeds.Problem).Compare)
	return all
}

package catalog

import "time"

// await notes with each feed of a scheduled article that it will be there. Feeds
// that do not exist yet are not made for it.
func (c *Catalog) await(e *entry) {
	for h := range feedsOf(e.stated) {
		t := h.Value()
		r := ref{t.Kind, c.fold(t.Name)}
		if c.awaited[r] == nil {
			c.awaited[r] = &schedule{}
		}
		c.plan(c.awaited[r], e, e.stated.NotBefore())
		c.retime(r)
	}
}

// retime has a feed looked at anew, because what it waits for has changed.
func (c *Catalog) retime(r ref) {
	if s := c.shelves[r]; s != nil {
		c.touch(s)
	}
}

// Due is when a scheduled article will appear in a feed, the first of them; zero
// where none is known.
func (c *Catalog) Due(s *Shelf) time.Time {
	waiting := c.awaited[s.ref]
	if waiting == nil {
		return time.Time{}
	}
	for e, _ := waiting.first(); e != nil; e, _ = waiting.first() {
		if c.articles[e.stated.Path] == e && e.shown == nil && e.stated.NotBefore().After(c.now) {
			return e.stated.NotBefore()
		}
		waiting.pop() // it has appeared, or was replaced or removed
	}
	delete(c.awaited, s.ref)
	return time.Time{}
}

// leave takes an article that was only scheduled off the feeds that wait for it.
func (c *Catalog) leave(e *entry) {
	if !e.turns || e.shown != nil {
		return
	}
	for h := range feedsOf(e.stated) {
		t := h.Value()
		c.retime(ref{t.Kind, c.fold(t.Name)})
	}
}

package catalog

import (
	"time"

	"feedmill/feeds/article"
)

// place shows or hides an article as the time demands, and notes when it is due
// next.
func (c *Catalog) place(e *entry) {
	a := e.stated
	switch e.scheduled = false; {
	case a.Hidden != "":
	case a.NotBefore().After(c.now):
		c.plan(e, a.NotBefore())
		c.await(e)
	case a.Expires().IsZero():
		c.show(e)
	case a.Expires().After(c.now):
		c.show(e)
		c.plan(e, a.Expires())
	default:
		c.hide(e)
		c.unclaim(e)
	}
}

func (c *Catalog) plan(e *entry, at time.Time) {
	e.scheduled = true
	c.schedule.Add(e, at)
}

// isDue reports whether time alone shows or hides an article then.
func (c *Catalog) isDue(e *entry, at time.Time) bool {
	due := e.stated.Expires()
	if e.shown == nil {
		due = e.stated.NotBefore()
	}
	return e.scheduled && due.Equal(at) && c.articles[e.stated.Path] == e
}

// Advance moves the clock: articles whose time has come appear, those whose
// time is over go; it returns both. Time never goes back.
func (c *Catalog) Advance(now time.Time) (turned []*article.Article) {
	if now.After(c.now) {
		c.now = now
	}
	for {
		e, ok := c.schedule.Take(c.now)
		if !ok {
			return turned
		}
		c.place(e)
		turned = append(turned, e.stated)
	}
}

// Next is when Advance will next change something; zero for never.
func (c *Catalog) Next() time.Time {
	_, at, _ := c.schedule.First()
	return at
}

// await notes with each feed of a scheduled article that it will be there. Feeds
// that do not exist yet are not made for it.
func (c *Catalog) await(e *entry) {
	for h := range feedsOf(e.stated) {
		t := h.Value()
		r := ref{t.Kind, c.fold(t.Name)}
		if c.awaited[r] == nil {
			c.awaited[r] = NewSchedule(c.willAppear)
		}
		c.awaited[r].Add(e, e.stated.NotBefore())
		c.markDue(r)
	}
}

// willAppear reports whether an article that is not shown appears then.
func (c *Catalog) willAppear(e *entry, at time.Time) bool {
	return e.shown == nil && at.After(c.now) && c.isDue(e, at)
}

// markDue marks a feed as touched because its next scheduled article is another one.
func (c *Catalog) markDue(r ref) {
	if s := c.feeds[r]; s != nil {
		c.touch(s)
	}
}

// Due is when the first of a feed's scheduled articles will appear; zero where
// there is none.
func (c *Catalog) Due(s *Feed) time.Time {
	waiting := c.awaited[s.ref]
	if waiting == nil {
		return time.Time{}
	}
	_, at, ok := waiting.First()
	if !ok {
		delete(c.awaited, s.ref)
	}
	return at
}

// leave takes an article that was only scheduled off the feeds that wait for it.
func (c *Catalog) leave(e *entry) {
	if !e.scheduled || e.shown != nil {
		return
	}
	for h := range feedsOf(e.stated) {
		t := h.Value()
		c.markDue(ref{t.Kind, c.fold(t.Name)})
	}
}

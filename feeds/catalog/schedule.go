package catalog

import (
	"container/heap"
	"slices"
	"time"

	"feedmill/feeds/article"
)

// schedule is the articles that have a turn to come, earliest first. Entries
// that were replaced stay until they come up, or until most are such.
type schedule struct{ heap turns }

type turn struct {
	at time.Time
	e  *entry
}

type turns []turn

func (t turns) Len() int           { return len(t) }
func (t turns) Less(i, j int) bool { return t[i].at.Before(t[j].at) }
func (t turns) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *turns) Push(x any)        { *t = append(*t, x.(turn)) }
func (t *turns) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	*t = (*t)[:last]
	return x
}

func (s *schedule) add(e *entry, at time.Time) { heap.Push(&s.heap, turn{at, e}) }

// plan adds to a schedule. What was replaced must not pile up: an article that is
// edited every day may expire in years.
func (c *Catalog) plan(s *schedule, e *entry, at time.Time) {
	if len(s.heap) > 2*len(c.articles)+16 {
		s.heap = slices.DeleteFunc(s.heap, func(t turn) bool { return c.articles[t.e.stated.Path] != t.e })
		heap.Init(&s.heap)
	}
	s.add(e, at)
}

func (s *schedule) pop() { heap.Pop(&s.heap) }

// first is the entry whose turn comes first, and when; nil where there is none.
func (s *schedule) first() (*entry, time.Time) {
	if len(s.heap) == 0 {
		return nil, time.Time{}
	}
	return s.heap[0].e, s.heap[0].at
}

// due takes out an entry whose turn has come, or returns nil.
func (s *schedule) due(now time.Time) *entry {
	if len(s.heap) == 0 || s.heap[0].at.After(now) {
		return nil
	}
	return heap.Pop(&s.heap).(turn).e
}

// place shows or hides an article as the time demands, and plans its next turn.
func (c *Catalog) place(e *entry) {
	a := e.stated
	switch e.turns = false; {
	case a.Hidden != "":
	case a.NotBefore().After(c.now):
		e.turns = true
		c.plan(&c.schedule, e, a.NotBefore())
		c.await(e)
	case a.Expires().IsZero():
		c.show(e)
	case a.Expires().After(c.now):
		c.show(e)
		e.turns = true
		c.plan(&c.schedule, e, a.Expires())
	default:
		c.hide(e)
		c.unclaim(e)
	}
}

// Advance moves the clock: articles whose time has come appear, those whose
// time is over go; it returns both. Time never goes back.
func (c *Catalog) Advance(now time.Time) (turned []*article.Article) {
	if now.After(c.now) {
		c.now = now
	}
	for {
		e := c.schedule.due(c.now)
		if e == nil {
			return turned
		}
		if c.articles[e.stated.Path] == e {
			c.place(e)
			turned = append(turned, e.stated)
		}
	}
}

// Next is when Advance will next change something; zero for never.
func (c *Catalog) Next() time.Time {
	for {
		e, at := c.schedule.first()
		if e == nil {
			return time.Time{}
		}
		if c.articles[e.stated.Path] == e {
			return at
		}
		c.schedule.pop() // replaced or removed since
	}
}

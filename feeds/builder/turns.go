package builder

import (
	"container/heap"
	"time"

	"feedmill/feeds/catalog"
)

// turns is when time alone changes which feed, earliest first. It holds more than
// that: turns that have been put off or called off since stay until they come up.
type turns []turn

type turn struct {
	at    time.Time
	shelf *catalog.Shelf
}

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

// plan notes when a feed's window changes.
func (b *Builder) plan(s *catalog.Shelf, at time.Time) {
	if len(b.turns) > 64+2*len(b.windows) { // most of it is out of date
		b.turns = b.turns[:0]
		for s, w := range b.windows {
			if !w.turns.IsZero() {
				b.turns = append(b.turns, turn{w.turns, s})
			}
		}
		heap.Init(&b.turns)
	}
	heap.Push(&b.turns, turn{at, s})
}

// turn is the feed that time changes next, and when; nil where there is none.
func (b *Builder) turn() (*catalog.Shelf, time.Time) {
	for len(b.turns) > 0 {
		t := b.turns[0]
		if w := b.windows[t.shelf]; w != nil && w.turns.Equal(t.at) {
			return t.shelf, t.at
		}
		heap.Pop(&b.turns)
	}
	return nil, time.Time{}
}

// due takes out the feeds that time has changed by now.
func (b *Builder) due(now time.Time) (all []*catalog.Shelf) {
	for {
		s, at := b.turn()
		if s == nil || at.After(now) {
			return all
		}
		heap.Pop(&b.turns)
		all = append(all, s)
	}
}

package catalog

import (
	"container/heap"
	"time"
)

// schedule is the articles that have a turn to come, earliest first. Entries
// that were replaced stay until they come up.
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

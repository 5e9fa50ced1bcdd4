package catalog

import (
	"container/heap"
	"slices"
	"time"
)

// Schedule is what time alone will change, and when. Whatever has another time by
// now, or none, need not be taken out: due tells. It is not safe for concurrent use.
type Schedule[T comparable] struct {
	due  func(x T, at time.Time) bool // reports whether at is still a time of x
	all  dates[T]
	most int // of entries, before those that no longer count are dropped
}

// date is one entry of a schedule. It may no longer count.
type date[T comparable] struct {
	at time.Time
	of T
}

// dates is a heap, the earliest first.
type dates[T comparable] []date[T]

func (d dates[T]) Len() int           { return len(d) }
func (d dates[T]) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d dates[T]) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *dates[T]) Push(x any)        { *d = append(*d, x.(date[T])) }
func (d *dates[T]) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}

// NewSchedule makes an empty schedule. due reports whether at is still a time of x.
func NewSchedule[T comparable](due func(x T, at time.Time) bool) *Schedule[T] {
	return &Schedule[T]{due: due, most: 16}
}

// Len is the number of entries, with those that no longer count.
func (s *Schedule[T]) Len() int { return len(s.all) }

// Add notes that x is due at a time. Entries that no longer count must not pile up:
// an article that is edited every day may expire in years.
func (s *Schedule[T]) Add(x T, at time.Time) {
	if len(s.all) >= s.most {
		seen := map[date[T]]bool{}
		s.all = slices.DeleteFunc(s.all, func(d date[T]) bool {
			again := seen[d] || !s.due(d.of, d.at)
			seen[d] = true
			return again
		})
		heap.Init(&s.all)
		s.most = 16 + 2*len(s.all)
	}
	heap.Push(&s.all, date[T]{at, x})
}

// First is what is due first, and when; ok is false where nothing is.
func (s *Schedule[T]) First() (x T, at time.Time, ok bool) {
	for len(s.all) > 0 {
		if d := s.all[0]; s.due(d.of, d.at) {
			return d.of, d.at, true
		}
		heap.Pop(&s.all)
	}
	return x, at, false
}

// Take takes out what is due first, if it is due by now.
func (s *Schedule[T]) Take(now time.Time) (x T, ok bool) {
	x, at, ok := s.First()
	if !ok || at.After(now) {
		return *new(T), false
	}
	heap.Pop(&s.all)
	return x, true
}

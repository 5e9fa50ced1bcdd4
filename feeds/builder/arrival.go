package builder

import (
	"maps"
	"time"
)

// arrivals are the articles that came while the program ran, and when. Whatever
// copies files writes many of them twice: until they have been there for a while,
// that they change is no accident.
type arrivals map[string]time.Time

// arrivalTime is how long an article counts as still arriving.
const arrivalTime = 10 * time.Minute

// arrive takes in the articles of a round that are new. Those of the first round
// were there before.
func (b *Builder) arrive(now time.Time, all []loaded) {
	if b.Snapshot() == nil {
		return
	}
	maps.DeleteFunc(b.arrived, func(path string, _ time.Time) bool { return !b.arriving(path, now) })
	for _, l := range all {
		if l.err == nil && b.catalog.Get(l.path) == nil {
			b.arrived[l.path] = now
		}
	}
}

func (b *Builder) arriving(path string, now time.Time) bool {
	at, ok := b.arrived[path]
	return ok && now.Sub(at) < arrivalTime
}

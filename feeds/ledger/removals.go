package ledger

import (
	"slices"
	"time"
)

// removalLog lists the ids of articles that were removed, or have left a feed, or have
// come back, in that order and each as often as that was. The oldest are forgotten.
type removalLog struct {
	forgotten uint64
	ids       []string
}

// minRemovals is how many ids are kept at least: more than a round brings that is no
// rescan.
const minRemovals = 1 << 13

func (l *removalLog) add(id string) {
	if len(l.ids) == 2*minRemovals {
		l.forgotten += minRemovals
		l.ids = slices.Clone(l.ids[minRemovals:])
	}
	l.ids = append(l.ids, id)
}

// RemovalsSince names the ids of articles that were removed, or have left a feed, or
// have come back, since it last returned now, which is n: perhaps repeatedly, and
// perhaps others. ok is false where that is forgotten. The caller must not change ids.
func (l *Ledger) RemovalsSince(n uint64) (ids []string, now uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	log := &l.removals
	now = log.forgotten + uint64(len(log.ids))
	if n < log.forgotten || n > now {
		return nil, now, false
	}
	return slices.Clip(log.ids[n-log.forgotten:]), now, true
}

// RemovalsOf returns the records of articles with one id that are gone, and the feeds
// that such articles have left, whenever that was.
func (l *Ledger) RemovalsOf(id string) (gone []Record, left []LeftFeed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.gone.candidates().byID[id] {
		gone = append(gone, l.gone.records[p])
	}
	return gone, slices.Clone(l.left[id])
}

// RemovedIDs returns the ids of the articles that were removed, or have left a feed,
// after since, in no particular order and perhaps repeatedly.
func (l *Ledger) RemovedIDs(since time.Time) (ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.gone.records {
		if r.Gone.After(since) {
			ids = append(ids, r.ID)
		}
	}
	for id, left := range l.left {
		if slices.ContainsFunc(left, func(f LeftFeed) bool { return f.When.After(since) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Gone returns the records of the articles that were removed or unpublished after
// since, by the path where they lay.
func (l *Ledger) Gone(since time.Time) map[string]Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[string]Record{}
	for path, r := range l.gone.records {
		if r.Gone.After(since) {
			all[path] = r
		}
	}
	return all
}

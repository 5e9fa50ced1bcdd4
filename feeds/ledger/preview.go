package ledger

import (
	"maps"
	"time"

	"feedmill/feeds"
)

// Effect is what a round would do to the record of one article.
type Effect struct {
	Path     string // where the article lay before
	Record   Record // as it is before
	After    feeds.Digest
	Vanished bool // it would be shown no more
	Changed  bool // its time of change would move
	Renewed  bool // it would have another id
}

// Preview tells what [Ledger.Note] would do to the articles that are known and
// there, as far as a reader could see it, in no particular order. An article
// that is recognised elsewhere is none of that. Nothing changes.
func (l *Ledger) Preview(now time.Time, seen []Article, gone []string) []Effect {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reading(); l.empty() {
		l.read()
		return nil
	}
	defer l.read()
	now = now.UTC().Truncate(time.Second)
	n := noting{l: l.shadow(), now: now, taken: map[string]string{}}
	lost := map[string]Record{}
	for _, p := range gone {
		if r, ok := n.l.get(p); ok {
			lost[p] = r
			n.vanish(p)
		}
	}
	n.recognise(seen)
	all := n.ousted
	for i := range n.seen {
		s := &n.seen[i]
		_, moved := lost[s.from]
		if !s.known || !moved && !s.record.Gone.IsZero() { // new, or back after it had gone
			continue
		}
		delete(lost, s.from)
		if e := effect(s, now); e.Vanished || e.Changed || e.Renewed {
			all = append(all, e)
		}
	}
	for p, r := range lost {
		all = append(all, Effect{Path: p, Record: r, Vanished: true})
	}
	return all
}

// effect is what becomes of a known article that is still there.
func effect(s *sighting, now time.Time) Effect {
	a, r := s.Article, s.record
	e := Effect{Path: s.from, Record: r, After: a.Digest}
	switch {
	case a.Digest == r.Digest:
	case !a.shownAt(now):
		e.Vanished = true
	case a.Explicit && a.ID != r.ID:
		e.Renewed = true
	case a.Content != r.Content || a.Link != r.Link:
		e.Changed = true
	}
	return e
}

// shadow is a ledger to try things on: what is done to it never comes to l.
func (l *Ledger) shadow() *Ledger {
	return &Ledger{db: l.db, tx: l.tx, live: maps.Clone(l.live), erased: maps.Clone(l.erased), dirty: map[string]bool{}, gone: l.gone.clone(), ids: l.ids}
}

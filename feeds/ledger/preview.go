package ledger

import (
	"maps"
	"slices"
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

// Preview tells what [Ledger.Update] would do to the articles that are known and
// there, as far as a reader could see it, in no particular order. An article
// that is recognised elsewhere is none of that. Nothing changes.
func (l *Ledger) Preview(now time.Time, seen []Article, gone []string) []Effect {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heal(l.outside()) // Update will tell
	if l.beginReads(); l.knowsNone() {
		l.endReads()
		return nil
	}
	defer l.endReads()
	u := l.shadow().newUpdate(now)
	removed := map[string]Record{}
	for _, p := range gone {
		if r, ok := u.l.record(p); ok {
			removed[p] = r
			u.remove(p)
		}
	}
	u.identify(seen)
	renamed := u.renamed()
	all := slices.AppendSeq(u.replaced, maps.Values(renamed))
	for i := range u.seen {
		s := &u.seen[i]
		_, moved := removed[s.from]
		if !s.known || !moved && !s.record.Gone.IsZero() { // new, or back after it had gone
			continue
		}
		delete(removed, s.from)
		if _, counted := renamed[s.Path]; counted {
			continue
		}
		if e := effect(s, u.now); e.Vanished || e.Changed || e.Renewed {
			all = append(all, e)
		}
	}
	for p, r := range removed {
		all = append(all, Effect{Path: p, Record: r, Vanished: true})
	}
	return all
}

// renamed are the articles that would come back under another id although their files
// say nothing of it, because the ledger has forgotten theirs or is another one; by path.
func (u *update) renamed() map[string]Effect {
	var open []*seenArticle
	for i := range u.seen {
		if s := &u.seen[i]; s.Shown != "" && !s.Hidden && !s.Explicit && s.Shown != u.idOf(s) {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return nil
	}
	stays := map[string]bool{} // ids that articles of the round would have, or that count as gone
	for i := range u.seen {
		stays[u.idOf(&u.seen[i])] = true
	}
	for _, e := range u.replaced {
		stays[e.Record.ID] = true
	}
	all := map[string]Effect{}
	for _, s := range open {
		if owner, ok := u.l.ownerOf(s.Shown); stays[s.Shown] || ok && owner != s.Path && u.l.lies(owner, s.Shown) {
			continue // it is elsewhere
		}
		r := s.record
		r.ID, r.Feeds = s.Shown, s.Feeds
		all[s.Path] = Effect{Path: s.Path, Record: r, After: s.Digest, Renewed: true}
	}
	return all
}

// idOf is the id that an article would have.
func (u *update) idOf(s *seenArticle) string {
	switch {
	case s.Explicit:
		return s.ID
	case s.known:
		return s.record.ID
	}
	return u.newID(s.Article)
}

// effect is what becomes of a known article that is still there.
func effect(s *seenArticle, now time.Time) Effect {
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
	gone := goneRecords{records: maps.Clone(l.gone.records), changed: func(string) {}}
	return &Ledger{origin: l, db: l.db, disk: l.disk, tx: l.tx, sum: l.sum, live: maps.Clone(l.live), erased: maps.Clone(l.erased), dirty: map[string]bool{}, gone: gone, ids: l.ids}
}

package ledger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"feedmill/feeds"
)

// sighting is a file that was read.
type sighting struct {
	Article *Article
	record  Record
	known   bool   // there is a record
	from    string // where the record's article lay before
}

// Take takes in what one round of changes brought: the articles read and the
// paths that hold none any more. It returns the facts of each article, in the
// order of seen. They are not on disk before Flush. The error says what is damaged, and was passed over.
func (l *Ledger) Take(now time.Time, seen []Article, gone []string) ([]feeds.Facts, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.damage = nil
	l.reading()
	defer l.read()
	l.expect(len(seen))
	now = now.UTC().Truncate(time.Second)
	n := noting{l: l, now: now, taken: map[string]string{}}
	for _, p := range gone {
		n.vanish(p)
	}
	n.recognise(seen)
	facts := make([]feeds.Facts, len(seen))
	undated := 0
	for i := range n.seen {
		if n.seen[i].Article.Published.IsZero() && !n.seen[i].known {
			undated++
		}
		facts[i] = n.settle(&n.seen[i], undated)
	}
	n.prune()
	if l.damage != nil {
		return facts, fmt.Errorf("read ledger: %w", l.damage)
	}
	return facts, nil
}

// noting is one call of Take.
type noting struct {
	l     *Ledger
	now   time.Time
	seen  []sighting
	taken map[string]string // where records were recognised: their path to that of the article

	ousted []Effect // articles overwritten by others
}

// vanish moves the record of a path to those that are gone.
func (n *noting) vanish(p string) {
	if r, ok := n.l.get(p); ok {
		r.Gone = n.now
		n.l.drop(p)
		n.l.gone.set(p, r)
		n.l.touch(p)
	}
}

// recognise finds the record of each article. Those that plainly stay where they
// were go first; what they leave is open to the others.
func (n *noting) recognise(seen []Article) {
	n.seen = make([]sighting, len(seen))
	var open []*sighting
	displaced := map[string]Record{}
	for i := range seen {
		s, a := &n.seen[i], &seen[i]
		s.Article = a
		r, ok := n.l.get(a.Path)
		r = r.comparable(a)
		if off := n.l.gone.records[a.Path].comparable(a); !ok && off.Unpublished && same(a, off) { // its file has been there all the time
			s.record, s.known, s.from = off, true, a.Path
			n.taken[a.Path] = a.Path
			continue
		}
		if !ok {
			open = append(open, s)
			continue
		}
		s.record, s.known, s.from = r, true, a.Path
		if !same(a, r) {
			displaced[a.Path] = r
			open = append(open, s)
		}
	}
	// In order of path, so that the outcome does not hang on that of events.
	if len(open) == 0 {
		return
	}
	slices.SortFunc(open, func(s, t *sighting) int { return strings.Compare(s.Article.Path, t.Article.Path) })
	lost, moved := n.l.gone.candidates(), newCandidates(displaced)
	for _, s := range open {
		from, ok := find(s.Article, n.taken, lost, moved)
		if !ok && !s.known {
			from, ok = n.back(s.Article)
		}
		if ok && !(s.known && from == s.Article.Path) {
			n.taken[from] = s.Article.Path
			r, was := displaced[from]
			if !was {
				r = n.l.gone.records[from]
			}
			s.record, s.known, s.from = r.comparable(s.Article), true, from
		}
	}
	for _, s := range open {
		if to, ok := n.taken[s.from]; ok && s.from == s.Article.Path && to != s.from { // its record moved away with its content
			s.known, s.record, s.from = false, Record{}, ""
		}
		n.oust(s, displaced)
	}
}

// oust clears the path of an article that is another one's by now: either that was
// recognised elsewhere, or it is gone.
func (n *noting) oust(s *sighting, displaced map[string]Record) {
	p := s.Article.Path
	r, was := displaced[p]
	if !was || s.from == p {
		return
	}
	if _, elsewhere := n.taken[p]; !elsewhere {
		n.vanish(p)
		n.ousted = append(n.ousted, Effect{Path: p, Record: r, Vanished: true})
	} else if s.Article.Hidden { // so no record takes its place
		n.l.drop(p)
	}
}

// back recognises an article, whatever has become of it, at the path where it
// was unpublished, or removed a short while ago.
func (n *noting) back(a *Article) (from string, ok bool) {
	r, ok := n.l.gone.records[a.Path]
	_, taken := n.taken[a.Path]
	return a.Path, ok && !taken && (r.Unpublished || n.now.Sub(r.Gone) < keepPlace)
}

// same reports whether an article plainly is the one of the record.
func same(a *Article, r Record) bool {
	return a.Unread || a.Digest == r.Digest || a.Content == r.Content || r.Link != "" && a.Link == r.Link || a.Explicit && a.ID == r.ID
}

// settle brings the record of an article up to date and says what holds for it.
func (n *noting) settle(s *sighting, undated int) feeds.Facts {
	a, r := s.Article, s.record
	if a.Hidden {
		if s.known && s.from == a.Path {
			n.vanish(a.Path)
			r := n.l.gone.records[a.Path]
			r.Unpublished = true
			n.l.gone.set(a.Path, r)
		}
		return feeds.Facts{ID: a.ID}
	}
	before := r
	switch {
	case !s.known:
		// Articles without a date that appear together get moments of their
		// own, because equal ones would claim to be one event.
		r.FirstSeen = n.now.Add(-time.Duration(undated) * time.Second)
		r.ID = n.freeID(a)
	case a.Unread:
	case a.Content != r.Content || a.Link != r.Link:
		if r.Changed = n.now; a.Stated.After(r.Stated) && !a.Stated.After(n.now) {
			r.Changed = a.Stated
		}
	}
	if a.Explicit {
		r.ID = a.ID
	}
	if !a.Unread || !s.known {
		if a.Digest != r.Digest && !a.Stated.After(n.now) { // a change to come has not happened, nor will it without one
			r.Stated = a.Stated
		}
		r.Link, r.Digest, r.Content, r.old = a.Link, a.Digest, a.Content, false
	}
	if n.appear(a, &r); r.Gone.IsZero() {
		n.move(r.ID, before.Feeds, r.Feeds)
	}
	if s.known && len(before.Feeds) == 0 && len(r.Feeds) > 0 {
		n.l.losses.add(r.ID) // it may be that of one that is gone
	}
	if !r.Gone.IsZero() {
		if before.Gone.IsZero() || s.from != a.Path || !equal(before, r) {
			n.l.drop(a.Path)
			n.withdraw(s.from, before)
			n.l.gone.set(a.Path, r)
		}
		return n.facts(a, r)
	}
	if s.known {
		n.withdraw(s.from, before)
	}
	if !s.known || s.from != a.Path || !equal(before, r) {
		n.l.put(a.Path, r)
	}
	return n.facts(a, r)
}

// appear brings up to date where an article is shown, or that it has gone: one
// that was shown and expires, or is put off, is unpublished. One that was never
// shown cannot go.
func (n *noting) appear(a *Article, r *Record) {
	switch {
	case a.shownAt(n.now):
		r.Gone, r.Unpublished = time.Time{}, false
		r.Feeds = a.Feeds
	case len(r.Feeds) == 0:
		r.Gone, r.Unpublished = time.Time{}, false
	case r.Gone.IsZero() && a.expired(n.now):
		r.Gone, r.Unpublished = a.Expires.UTC(), true
	default:
		if r.Unpublished = true; r.Gone.IsZero() {
			r.Gone = n.now
		}
	}
}

// withdraw forgets that an article vanished from a path, if this one did: it may
// have come after one that is still gone.
func (n *noting) withdraw(p string, r Record) {
	if q, was := n.l.gone.records[p]; was && q.ID == r.ID && !r.Gone.IsZero() {
		n.l.gone.remove(p)
		n.l.touch(p)
	}
}

// facts are what holds for an article with a record.
func (n *noting) facts(a *Article, r Record) feeds.Facts {
	f := feeds.Facts{ID: r.ID, FirstSeen: r.FirstSeen, Published: a.Published}
	if !r.Stated.After(n.now) { // as older ledgers may have it
		f.Updated = r.Stated
	}
	if f.Published.IsZero() {
		f.Published = r.FirstSeen
	}
	for _, t := range []time.Time{r.Changed, f.Published} {
		if t.After(f.Updated) {
			f.Updated = t
		}
	}
	return f
}

func equal(r, q Record) bool {
	return r.ID == q.ID && r.FirstSeen.Equal(q.FirstSeen) && r.Changed.Equal(q.Changed) && r.Stated.Equal(q.Stated) &&
		r.Link == q.Link && r.Digest == q.Digest && r.Content == q.Content && r.old == q.old && r.Gone.Equal(q.Gone) &&
		r.Unpublished == q.Unpublished && slices.Equal(r.Feeds, q.Feeds)
}

// freeID is the id that the article's path gives, or one next to it where an
// article that moved away has taken that along.
func (n *noting) freeID(a *Article) string {
	id := a.ID
	for i := 2; !a.Explicit; i++ {
		if !n.l.used(id) {
			break
		}
		id = feeds.ID(a.ID, "again", fmt.Sprint(i))
	}
	return id
}

// prune forgets what went long ago.
func (n *noting) prune() {
	if n.now.Sub(n.l.pruned) < time.Hour {
		return
	}
	n.l.pruned = n.now
	for id, left := range n.l.left {
		if n.now.Sub(left[len(left)-1].When) > keepGone {
			delete(n.l.left, id)
			n.l.unwritten[id] = true
		}
	}
	for p, r := range n.l.gone.all() {
		if n.now.Sub(r.Gone) > keepGone {
			n.l.gone.remove(p)
			n.l.touch(p)
		}
	}
}

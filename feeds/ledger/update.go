package ledger

import (
	"fmt"
	"time"

	"feedmill/feeds"
)

// Update takes into the ledger what one round of changes brought: the articles seen,
// and the paths that hold none any more. It returns what holds for each article, in
// the order of seen. Nothing is on disk before Flush. The error says what
// could not be read. Articles whose records are lost are held: their Facts say so.
func (l *Ledger) Update(now time.Time, seen []Article, gone []string) ([]feeds.Facts, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.damage = l.heal(l.outside())
	l.beginReads()
	defer l.endReads()
	if n := len(seen); n > batch && len(l.live) == 0 && len(l.ids) == 0 {
		l.live, l.ids = make(map[string]Record, n), make(map[string]string, n)
	}
	u := l.newUpdate(now)
	for _, p := range gone {
		u.remove(p)
		if _, lost := l.lost[p]; lost {
			u.lostLeft = true
			l.unlose(p)
		}
	}
	u.identify(seen)
	facts := make([]feeds.Facts, len(seen))
	undated := 0
	for i := range u.seen {
		if u.seen[i].Published.IsZero() && !u.seen[i].known {
			undated++
		}
		facts[i] = u.updateRecord(&u.seen[i], undated)
	}
	u.prune()
	if l.damage != nil {
		return facts, fmt.Errorf("read ledger: %w", l.damage)
	}
	return facts, nil
}

// update is one call of [Ledger.Update], or of [Ledger.Preview].
type update struct {
	l       *Ledger
	now     time.Time // UTC, in whole seconds
	seen    []seenArticle
	claimed map[string]string // paths of records to those of the articles that they are of by now

	replaced []Effect // what is done to articles at whose paths there are others now
	lostLeft bool     // an article whose record is lost is not where it was any more
}

func (l *Ledger) newUpdate(now time.Time) *update {
	return &update{l: l, now: now.UTC().Truncate(time.Second), claimed: map[string]string{}}
}

// seenArticle is an article with what was known of it.
type seenArticle struct {
	*Article
	record Record
	known  bool   // there is a record
	from   string // path where the article of the record lay before
}

// remove moves the record at a path to those of articles that are gone.
func (u *update) remove(p string) {
	if r, ok := u.l.record(p); ok {
		r.Gone = u.now
		u.l.erase(p)
		u.l.gone.set(p, r)
		u.l.markDirty(p)
	}
}

// updateRecord brings the record of an article up to date and says what holds for it.
func (u *update) updateRecord(s *seenArticle, undated int) feeds.Facts {
	if s.Hidden {
		if s.known && s.from == s.Path {
			u.remove(s.Path)
			r := u.l.gone.records[s.Path]
			r.Unpublished = true
			u.l.gone.set(s.Path, r)
		}
		return feeds.Facts{ID: s.ID}
	}
	if !s.known && u.holds(s) {
		return feeds.Facts{Lost: true}
	}
	u.l.unlose(s.Path)
	r := s.record
	before := r
	switch {
	case !s.known:
		// Articles without a date that appear together get moments of their
		// own, because equal ones would claim to be one event.
		r.FirstSeen = u.now.Add(-time.Duration(undated) * time.Second)
		r.ID = u.newID(s.Article)
	case s.Unread:
	case s.Content != r.Content || s.Link != r.Link:
		if r.Changed = u.now; s.Stated.After(r.Stated) && !s.Stated.After(u.now) {
			r.Changed = s.Stated
		}
	}
	if s.Explicit {
		r.ID = s.ID
	}
	if !s.Unread || !s.known {
		if s.Digest != r.Digest && !s.Stated.After(u.now) { // a change to come has not happened, nor will it without another
			r.Stated = s.Stated
		}
		r.Link, r.Digest, r.Content, r.old = s.Link, s.Digest, s.Content, false
	}
	if u.updateShown(s.Article, &r); r.Gone.IsZero() {
		u.updateLeft(r.ID, before.Feeds, r.Feeds)
	}
	if s.known && len(before.Feeds) == 0 && len(r.Feeds) > 0 {
		u.l.removals.add(r.ID) // it may be that of one that is gone
	}
	if !r.Gone.IsZero() {
		if before.Gone.IsZero() || s.from != s.Path || !equal(before, r) {
			u.l.erase(s.Path)
			u.forgetGone(s.from, before)
			u.l.gone.set(s.Path, r)
		}
		return u.facts(s.Article, r)
	}
	if s.known {
		u.forgetGone(s.from, before)
	}
	if !s.known || s.from != s.Path || !equal(before, r) {
		u.l.set(s.Path, r)
	}
	return u.facts(s.Article, r)
}

// updateShown brings up to date in which feeds an article is shown, or that it is
// gone: one that was shown, and has expired or is put off, is unpublished. One that
// was never shown can't go.
func (u *update) updateShown(a *Article, r *Record) {
	switch {
	case a.shownAt(u.now):
		r.Gone, r.Unpublished = time.Time{}, false
		r.Feeds = a.Feeds
	case len(r.Feeds) == 0:
		r.Gone, r.Unpublished = time.Time{}, false
	case r.Gone.IsZero() && a.expired(u.now):
		r.Gone, r.Unpublished = a.Expires.UTC(), true
	default:
		if r.Unpublished = true; r.Gone.IsZero() {
			r.Gone = u.now
		}
	}
}

// forgetGone forgets that the article of a record is gone from a path. There may be
// another one that is gone from it.
func (u *update) forgetGone(p string, r Record) {
	if q, was := u.l.gone.records[p]; was && q.ID == r.ID && !r.Gone.IsZero() {
		u.l.gone.remove(p)
		u.l.markDirty(p)
	}
}

// facts are what holds for an article with a record.
func (u *update) facts(a *Article, r Record) feeds.Facts {
	f := feeds.Facts{ID: r.ID, FirstSeen: r.FirstSeen, Published: a.Published}
	if !r.Stated.After(u.now) { // as older ledgers may have it
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

// newID is the id that the article states or that its path gives, or one next to it
// where an article that moved away has taken that along.
func (u *update) newID(a *Article) string {
	id := a.ID
	for i := 2; !a.Explicit; i++ {
		if !u.l.idUsed(id) {
			break
		}
		id = feeds.ID(a.ID, "again", fmt.Sprint(i))
	}
	return id
}

// prune forgets what is gone for longer than keepGone. It looks once an hour.
func (u *update) prune() {
	if u.now.Sub(u.l.pruned) < time.Hour {
		return
	}
	u.l.pruned = u.now
	for id, left := range u.l.left {
		if u.now.Sub(left[len(left)-1].When) > keepGone {
			delete(u.l.left, id)
			u.l.unwritten[id] = true
		}
	}
	for p, r := range u.l.gone.records {
		if u.now.Sub(r.Gone) > keepGone {
			u.l.gone.remove(p)
			u.l.markDirty(p)
		}
	}
}

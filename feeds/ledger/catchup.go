package ledger

import (
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// Published is an article as an earlier process has published it, which the article
// cache knows.
type Published struct {
	Article             // with the id that it was published under
	FirstSeen time.Time // as in feeds.Facts
	Updated   time.Time // likewise
}

// CatchUp takes over what an article cache knows and the ledger does not, because the
// ledger was lost, damaged, or replaced by an older copy: which articles were published
// under which ids, and since when. What the ledger knows holds, unless newer says that
// published is a later state of the same ledger, as of a time; whole that it is all that was
// published then. Nothing is on disk before Flush.
//
// It returns the paths of articles for which something else holds in the ledger: what
// readers know of them is not what they will be told. And, where published is newer, the
// paths of articles that are not in it: see Dismiss.
func (l *Ledger) CatchUp(at time.Time, published []Published, newer, whole bool) (differ, others []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := catchUp{l: l, at: at.UTC().Truncate(time.Second), newer: newer, paths: make(map[string]bool, len(published)), ids: make(map[string]bool, len(published))}
	for i := range published {
		if p := &published[i]; !p.Hidden {
			c.paths[p.Path], c.ids[p.ID] = true, true
		}
	}
	l.beginReads()
	for i := range published {
		if p := &published[i]; !p.Hidden && !c.take(p) {
			differ = append(differ, p.Path)
		}
	}
	others = c.others()
	l.endReads()
	if clear(l.copied); newer && whole { // then nothing that was published is missing
		l.acceptLost()
	}
	return differ, slices.DeleteFunc(others, c.moved)
}

// Dismiss takes note that articles that CatchUp has found only in the ledger are gone,
// and were when something else was published.
func (l *Ledger) Dismiss(at time.Time, paths []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.newUpdate(at)
	for _, path := range paths {
		u.remove(path)
	}
}

// catchUp is one call of CatchUp.
type catchUp struct {
	l          *Ledger
	at         time.Time
	newer      bool
	paths, ids map[string]bool // of what is published
}

// take gives an article the record that it was published with; false where another
// one holds.
func (c *catchUp) take(p *Published) bool {
	l := c.l
	r, live := l.record(p.Path)
	newer := c.newer || l.copied[p.Path] // for the copy may be older
	gone, left := l.gone.records[p.Path]
	left = left && gone.ID == p.ID
	switch {
	case live && r.ID == p.ID && r.Digest == p.Digest && r.FirstSeen.Equal(p.FirstSeen):
		return true
	case live && !newer:
		return r.ID == p.ID && r.FirstSeen.Equal(p.FirstSeen)
	case !live && !c.newer && left:
		return false
	case !live && !c.newer && c.elsewhere(p):
		return false
	}
	if left {
		l.gone.remove(p.Path)
		l.markDirty(p.Path)
	}
	l.set(p.Path, p.record(c.at))
	l.unlose(p.Path)
	return true
}

// elsewhere reports whether the ledger has given the article's id to another path since.
func (c *catchUp) elsewhere(p *Published) bool {
	owner, ok := c.l.ownerOf(p.ID)
	return ok && owner != p.Path && c.l.lies(owner, p.ID)
}

// record is what the ledger would have remembered of the article. Whether the file
// states its date is not known, nor needed.
func (p *Published) record(at time.Time) Record {
	r := Record{ID: p.ID, FirstSeen: p.FirstSeen.UTC(), Stated: p.Stated.UTC(), Link: p.Link, Digest: p.Digest, Content: p.Content}
	if p.Updated.After(p.Published) {
		r.Changed = p.Updated.UTC()
	}
	if p.shownAt(at) {
		r.Feeds = p.Feeds
	}
	return r
}

// others are the paths that the ledger knows and that are not published.
func (c *catchUp) others() (paths []string) {
	if !c.newer || c.l.db == nil {
		return nil
	}
	for path := range c.l.live {
		if !c.paths[path] {
			paths = append(paths, path)
		}
	}
	c.l.view(func(tx *bbolt.Tx) error { // what is damaged is lost all the same
		cursor := tx.Bucket(bucketLive).Cursor()
		for k, _ := cursor.First(); k != nil; k, _ = cursor.Next() {
			path := string(k)
			if _, newer := c.l.live[path]; !newer && !c.l.erased[path] && !c.paths[path] {
				paths = append(paths, path)
			}
		}
		return nil
	})
	return paths
}

// moved forgets the record at a path if its article is published at another by now.
func (c *catchUp) moved(path string) bool {
	r, ok := c.l.record(path)
	if ok && c.ids[r.ID] {
		c.l.erase(path)
		return true
	}
	return false
}

// ownerOf returns the path that an id was last given to.
func (l *Ledger) ownerOf(id string) (path string, ok bool) {
	if path, ok = l.ids[id]; ok || l.db == nil || l.emptyFile {
		return path, ok
	}
	l.look(bucketIDs, id, func(v []byte) error { path, ok = string(v), true; return nil })
	return path, ok
}

// lies reports whether the article that is at a path has an id.
func (l *Ledger) lies(path, id string) bool {
	r, ok := l.record(path)
	return ok && r.ID == id
}

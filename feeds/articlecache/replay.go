package articlecache

import (
	"io"
	"os"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/internal/packed"
)

// Entry is what the cache knows of one file.
type Entry struct {
	Path    string           // empty for an entry that counts no more
	Stamp   uint64           // of the file when it was read; see Current
	Article *article.Article // nil for a file that is none
	Current bool             // it was read under the settings of the session
}

// Restored is a cache as it was last committed.
type Restored struct {
	Entries  []Entry
	At       time.Time // of the commit; zero for nothing
	Relation Relation  // of the ledger to that commit
	Cut      bool      // something at the end was damaged, or not written to its end
	Whole    bool      // at the commit, the ledger knew of no article that is not among Entries
}

// Complete reports whether the ledger knows of no article that is not among Entries.
func (r *Restored) Complete() bool { return r.Whole && r.Relation == Equal }

// Relation is how the state of a ledger is related to a commit of the cache.
type Relation int

// The relations.
const (
	Equal   Relation = iota // the ledger is as it was then
	Later                   // it has been written since
	Older                   // it is an older copy of what it was then
	Foreign                 // it is another ledger: that of then is lost
)

// to compares a ledger's state with that of a commit.
func (s state) to(commit state) Relation {
	switch {
	case s.instance != commit.instance:
		return Foreign
	case s.generation < commit.generation:
		return Older
	case s.generation > commit.generation:
		return Later
	}
	return Equal
}

// Restore reads what was committed last, which may be nothing. It must be called
// once, before anything else of the session.
func (s *Session) Restore() Restored {
	c := s.cache
	c.compacting.Lock()
	defer c.compacting.Unlock()
	c.mu.Lock()
	s.file = c.texts
	log, committed, end := c.log, c.committed, c.logEnd
	c.mu.Unlock()
	if committed > 0 { // another session of this process has read the log
		r := s.replay(log, committed)
		if r.committed > 0 {
			r.Relation = stateOf(c.ledger).to(r.state)
		}
		return r.Restored
	}
	r := s.replay(log, end)
	cut := r.broken
	if r.uncommitted {
		r = s.replay(log, r.committed)
	}
	r.Cut = cut
	return c.resumeFrom(s, r)
}

// resumeFrom goes on where the last commit ended. Where there is none, it begins with
// empty files.
func (c *Cache) resumeFrom(s *Session, r *replay) Restored {
	now := stateOf(c.ledger)
	c.mu.Lock()
	defer c.mu.Unlock()
	textsEnd := max(r.textsEnd, c.textsEnd, c.start()) // no place is used twice, so that a text is never taken for a later one
	if r.committed == 0 || c.log.Truncate(r.committed) != nil {
		s.places, s.live = nil, 0
		c.log.Close()
		c.texts.Close()
		if err := c.makeFiles(""); err != nil {
			c.disable(err)
		}
		s.file = c.texts
		return Restored{}
	}
	c.committed, c.logEnd, c.textsEnd, c.entries, c.settings, c.state, c.sum = r.committed, r.committed, textsEnd, r.entries, r.settings, r.state, r.sum
	r.Relation = now.to(c.state)
	return r.Restored
}

// replay is what the entries of a log come to.
type replay struct {
	Restored
	session  *Session
	metadata *article.MetadataReader
	known    map[string]int // path to the last of Entries

	settings    Fingerprint
	state       state
	entries     int
	sum         uint32
	committed   int64 // end of the last commit
	textsEnd    int64 // of all texts that entries name
	uncommitted bool  // there are entries behind the last commit
	whole       int64 // end of the last entry that is whole
	broken      bool  // something follows that is not
}

// replay reads a log up to an end.
func (s *Session) replay(log *os.File, end int64) *replay {
	const usual = 400 // bytes of an entry
	n := int(max(0, end) / usual)
	s.places, s.live = make([]place, 0, n), 0
	r := &replay{session: s, metadata: s.store.MetadataReader(), known: make(map[string]int, n)}
	r.Entries = make([]Entry, 0, n)
	start := s.cache.start()
	in := io.NewSectionReader(log, start, max(0, end-start))
	if s.cache.oldHead != nil {
		r.replayOld(in, s.cache.oldHead)
	} else {
		entries(in, start, true, r.add)
	}
	r.broken = max(r.whole, start) < end
	return r
}

// add adds an entry; false for one that makes no sense.
func (r *replay) add(body []byte, end int64, sum uint32) bool {
	in := packed.NewReader(body[1:])
	e := Entry{Current: r.settings == r.session.settings}
	switch r.entries, r.uncommitted = r.entries+1, true; body[0] {
	case entrySettings:
		copy(r.settings[:], in.Fixed(len(r.settings)))
	case entryCommit:
		if r.session.cache.oldHead == nil {
			copy(r.state.instance[:], in.Fixed(len(r.state.instance)))
		}
		r.state.generation, r.At, r.Whole = in.Uvarint(), in.Time(), in.Uvarint() == 1
		r.committed, r.uncommitted, r.sum = end, false, sum
	case entryRemoval:
		r.replace(in.String(), Entry{})
	case entryOther:
		e.Stamp = in.Uvarint()
		e.Path = in.String()
		r.replace(e.Path, e)
	case entryArticle:
		e.Stamp = in.Uvarint()
		at := place{off: int64(in.Uvarint()), size: uint32(in.Uvarint()), file: r.session.number}
		r.textsEnd = max(r.textsEnd, at.off+textHead+int64(at.size))
		var err error
		if e.Article, err = r.metadata.Read(in.Bytes(), r.session.addPlace(at)); err != nil {
			return false
		}
		e.Path = e.Article.Path
		r.replace(e.Path, e)
	default:
		return false
	}
	if in.Err() == nil {
		r.whole = end
	}
	return in.Err() == nil
}

// replace puts an entry in the place of what there was of its path.
func (r *replay) replace(path string, e Entry) {
	if i, ok := r.known[path]; ok {
		if old := r.Entries[i].Article; old != nil {
			r.session.ReleaseText(old)
		}
		r.Entries[i] = Entry{}
		delete(r.known, path)
	}
	if e.Path != "" {
		r.known[path] = len(r.Entries)
		r.Entries = append(r.Entries, e)
	}
}

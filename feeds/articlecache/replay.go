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
	Complete bool      // the ledger knows of no article that is not among Entries
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
		return s.replay(log, committed).Restored
	}
	r := s.replay(log, end)
	if r.uncommitted {
		r = s.replay(log, r.committed)
	}
	return c.resumeFrom(s, r)
}

// resumeFrom goes on where the last commit ended, if there is one that is not newer
// than the ledger. Otherwise it begins with empty files.
func (c *Cache) resumeFrom(s *Session, r *replay) Restored {
	now := stateOf(c.ledger)
	c.mu.Lock()
	defer c.mu.Unlock()
	textsEnd := max(r.textsEnd, int64(headSize))
	if r.committed == 0 || r.state.generation > now.generation || c.log.Truncate(r.committed) != nil || c.texts.Truncate(textsEnd) != nil {
		s.places, s.live = nil, 0
		c.log.Close()
		c.texts.Close()
		if err := c.makeFiles(""); err != nil {
			c.disable(err)
		}
		s.file = c.texts
		return Restored{}
	}
	c.committed, c.logEnd, c.textsEnd, c.entries, c.settings, c.state = r.committed, r.committed, textsEnd, r.entries, r.settings, r.state
	c.state.instance = now.instance
	r.Complete = r.Complete && c.state == now
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
	committed   int64 // end of the last commit
	textsEnd    int64 // of all texts that entries name
	uncommitted bool  // there are entries behind the last commit
}

// replay reads a log up to an end.
func (s *Session) replay(log *os.File, end int64) *replay {
	const usual = 400 // bytes of an entry
	n := int(max(0, end) / usual)
	s.places, s.live = make([]place, 0, n), 0
	r := &replay{session: s, metadata: s.store.MetadataReader(), known: make(map[string]int, n)}
	r.Entries = make([]Entry, 0, n)
	entries(io.NewSectionReader(log, int64(headSize), max(0, end-int64(headSize))), r.add)
	return r
}

// add adds an entry; false for one that makes no sense.
func (r *replay) add(body []byte, end int64) bool {
	in := packed.NewReader(body[1:])
	e := Entry{Current: r.settings == r.session.settings}
	switch r.entries, r.uncommitted = r.entries+1, true; body[0] {
	case entrySettings:
		copy(r.settings[:], in.Fixed(len(r.settings)))
	case entryCommit:
		r.state.generation, r.At, r.Complete = in.Uvarint(), in.Time(), in.Uvarint() == 1
		r.committed, r.uncommitted = end, false
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

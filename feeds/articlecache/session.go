package articlecache

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/internal/packed"
)

// Session is a Cache as one builder uses it: it keeps the payloads of the builder's
// articles, as [article.Payloads], and saves what the builder has accepted. Payload
// and Put are safe for concurrent use; nothing else is.
type Session struct {
	cache    *Cache
	settings Fingerprint
	store    *article.BodyStore

	mu       sync.RWMutex
	places   []place   // by article.Place
	file     *textFile // where texts are put
	previous *textFile // where they were put before the last compaction; nil if there was none
	number   uint32    // of file; that of previous is one less
	live     int64     // bytes of texts in use

	pending []byte // entries to be written
	saved   int    // how many
	missed  bool   // some were not written
}

// Use makes the Session of a builder whose articles are read under settings and have
// their payloads in store, of which Use sets Payloads.
func (c *Cache) Use(store *article.BodyStore, settings Fingerprint) *Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &Session{cache: c, settings: settings, store: store, file: c.texts, number: 1}
	store.Payloads = s
	return s
}

// SaveArticle saves an article whose file had a stamp when it was read.
func (s *Session) SaveArticle(a *article.Article, stamp uint64) error {
	at, ok := s.store.Place(a)
	if !ok {
		return s.SaveRemoval(a.Path)
	}
	p, err := s.current(at)
	if err != nil {
		return err
	}
	return s.save(func(b []byte) []byte {
		b = binary.AppendUvarint(append(b, entryArticle), stamp)
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p.off)), uint64(p.size))
		return packed.AppendBytes(b, a.AppendMetadata(nil))
	})
}

// SaveOther saves that a file, which had a stamp when it was read, is no article.
func (s *Session) SaveOther(path string, stamp uint64) error {
	return s.save(func(b []byte) []byte {
		return packed.AppendString(binary.AppendUvarint(append(b, entryOther), stamp), path)
	})
}

// SaveRemoval saves that there is no file at a path.
func (s *Session) SaveRemoval(path string) error {
	return s.save(func(b []byte) []byte { return packed.AppendString(append(b, entryRemoval), path) })
}

// save keeps an entry in memory until Commit, or until there are many.
func (s *Session) save(build func([]byte) []byte) error {
	s.pending = appendEntry(s.pending, build)
	if s.saved++; len(s.pending) < bufferSize {
		return nil
	}
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	return s.cache.writePending(s)
}

// writePending writes the entries of a session, and before them the texts that they
// name.
func (c *Cache) writePending(s *Session) error {
	defer func() { s.pending, s.saved = s.pending[:0], 0 }()
	if c.disabled != nil || c.oldHead != nil {
		return nil // the reason was returned once; or Compact writes all of it
	}
	if s.file != c.texts { // another session has compacted, so the texts of this one are elsewhere
		s.missed = true
		return nil
	}
	if err := c.writeTexts(); err != nil {
		return err
	}
	if c.settings != s.settings {
		entry := appendEntry(nil, func(b []byte) []byte { return append(append(b, entrySettings), s.settings[:]...) })
		if err := c.append(entry, 1); err != nil {
			return err
		}
		c.settings = s.settings
	}
	return c.append(s.pending, s.saved)
}

// append seals entries and writes them at the end of the log.
func (c *Cache) append(b []byte, entries int) error {
	sum := seal(b, c.sum)
	if _, err := c.log.WriteAt(b, c.logEnd); err != nil {
		return c.disable(fmt.Errorf("write cache: %w", err))
	}
	c.logEnd, c.sum = c.logEnd+int64(len(b)), sum
	c.entries += entries
	return nil
}

// Commit makes what was saved count: the next start begins with it. The ledger must
// have all of it on disk. It is the state at a time; complete says that the ledger
// knows no article that was not saved.
func (s *Session) Commit(at time.Time, complete bool) error {
	c := s.cache
	state := stateOf(c.ledger)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(s.pending) == 0 && c.state == state && c.committed == c.logEnd {
		return nil
	}
	if err := c.writePending(s); err != nil || c.disabled != nil || c.oldHead != nil {
		return err
	}
	flag := uint64(0)
	if complete && !s.missed {
		flag = 1
	}
	err := c.append(appendEntry(nil, func(b []byte) []byte {
		b = append(append(b, entryCommit), state.instance[:]...)
		b = packed.AppendTime(binary.AppendUvarint(b, state.generation), at)
		return binary.AppendUvarint(b, flag)
	}), 1)
	if err == nil {
		c.committed, c.state = c.logEnd, state
	}
	return err
}

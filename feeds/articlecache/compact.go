package articlecache

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// spare is how much of the files may be of no use however small they are: bytes
// of texts, and entries.
var spare = struct {
	bytes   int64
	entries int
}{16 << 20, 10_000}

// Compact writes new files and commits them, if more than half of those that there
// are is of no use, or somebody has removed or replaced them. all yields every file, of which there are n; the rest is as for
// Commit.
func (s *Session) Compact(at time.Time, complete bool, n int, all iter.Seq[Entry]) error {
	c := s.cache
	if !s.wasteful(n) {
		return nil
	}
	c.compacting.Lock()
	defer c.compacting.Unlock()
	err := s.beginNew()
	if err == nil {
		err = s.rewrite(at, complete, all)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && c.dir != "" { // texts first: a log without its texts is no cache
		err = errors.Join(
			os.Rename(filepath.Join(c.dir, textsFile+".new"), filepath.Join(c.dir, textsFile)),
			os.Rename(filepath.Join(c.dir, logFile+".new"), filepath.Join(c.dir, logFile)))
	}
	if err != nil {
		return c.disable(fmt.Errorf("compact cache: %w", err))
	}
	return nil
}

func (s *Session) wasteful(n int) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.disabled == nil && (c.oldHead != nil || c.displaced() || c.textsEnd-2*s.live > spare.bytes || c.entries-2*n > spare.entries)
}

// displaced reports whether somebody has removed the files, or put others in their
// places.
func (c *Cache) displaced() bool {
	for name, open := range map[string]*os.File{logFile: c.log, textsFile: c.texts.File} {
		if c.dir == "" {
			break
		}
		there, err := os.Stat(filepath.Join(c.dir, name))
		if own, failed := open.Stat(); failed == nil && (errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(own, there)) {
			return true
		}
	}
	return false
}

// beginNew turns to new files. Those before stay open for readers.
func (s *Session) beginNew() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.writeTexts(); err != nil {
		return err
	}
	err := c.makeFiles(".new")
	s.followCache()
	return err
}

// rewrite saves everything in the new files. Texts that only articles of the past
// have stay in the file before; those in files before that are lost.
func (s *Session) rewrite(at time.Time, complete bool, all iter.Seq[Entry]) error {
	for e := range all {
		var err error
		if e.Article != nil {
			err = s.SaveArticle(e.Article, e.Stamp)
		} else {
			err = s.SaveOther(e.Path, e.Stamp)
		}
		if err != nil && !errors.Is(err, errText) {
			return err
		}
	}
	s.mu.Lock()
	for i, p := range s.places {
		if p.file != 0 && p.file+1 < s.number {
			s.places[i] = place{}
		}
	}
	s.mu.Unlock()
	return s.Commit(at, complete)
}

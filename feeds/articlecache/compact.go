package articlecache

import (
	"errors"
	"fmt"
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

// Compact writes everything anew if more than half of the files is of no use.
// all yields every file, of which there are n.
func (t *Texts) Compact(at time.Time, whole bool, n int, all iter.Seq[Entry]) error {
	c := t.cache
	if !t.wasteful(n) {
		return nil
	}
	c.rewriting.Lock()
	defer c.rewriting.Unlock()
	err := t.renew()
	if err == nil {
		err = t.rewrite(at, whole, all)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && c.dir != "" { // texts first: cards without theirs are nothing
		err = errors.Join(
			os.Rename(filepath.Join(c.dir, textsFile+".new"), filepath.Join(c.dir, textsFile)),
			os.Rename(filepath.Join(c.dir, cardsFile+".new"), filepath.Join(c.dir, cardsFile)))
	}
	if err != nil {
		return c.give(fmt.Errorf("compact cache: %w", err))
	}
	return nil
}

func (t *Texts) wasteful(n int) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken == nil && (c.textsEnd-2*t.live > spare.bytes || c.entries-2*n > spare.entries)
}

// renew begins new files. Those before serve readers until nobody needs them.
func (t *Texts) renew() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.flushTexts(); err != nil {
		return err
	}
	err := c.begin(".new")
	t.follow()
	return err
}

// rewrite takes everything down in new files. Texts that only readers of the
// past use stay in the file before; those that lie before that are gone.
func (t *Texts) rewrite(at time.Time, whole bool, all iter.Seq[Entry]) error {
	for e := range all {
		var err error
		if e.Article != nil {
			err = t.Note(e.Article, e.Stamp)
		} else {
			err = t.Skip(e.Path, e.Stamp)
		}
		if err != nil && !errors.Is(err, errText) {
			return err
		}
	}
	t.mu.Lock()
	for i, p := range t.places {
		if p.file != 0 && p.file+1 < t.number {
			t.places[i] = place{}
		}
	}
	t.mu.Unlock()
	return t.Commit(at, whole)
}

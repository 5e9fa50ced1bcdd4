package articlecache

import (
	"encoding/binary"
	"fmt"
	"time"

	"feedmill/feeds/article"
	"feedmill/feeds/internal/packed"
)

// Note takes down an article whose file had a stamp when it was read.
func (t *Texts) Note(a *article.Article, stamp uint64) error {
	at, ok := t.home.Place(a)
	if !ok {
		t.Forget(a.Path)
		return nil
	}
	p, err := t.settle(at)
	if err != nil {
		return err
	}
	return t.add(func(b []byte) []byte {
		b = binary.AppendUvarint(append(b, entryCard), stamp)
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p.off)), uint64(p.size))
		card := a.AppendMetadata(nil)
		return append(binary.AppendUvarint(b, uint64(len(card))), card...)
	})
}

// settle moves a text to the file of now, where it is not there yet.
func (t *Texts) settle(at article.Place) (place, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cache.mu.Lock()
	current := t.file == t.cache.texts
	t.cache.mu.Unlock()
	p := t.places[at]
	if current && p.file == t.number {
		return p, nil
	}
	text, err := t.read(p)
	if err != nil {
		return p, err
	}
	if p, err = t.put(text); err == nil {
		t.places[at] = p
	}
	return p, err
}

// Skip takes down a file that is no article.
func (t *Texts) Skip(path string, stamp uint64) error {
	return t.add(func(b []byte) []byte {
		return packed.AppendString(binary.AppendUvarint(append(b, entryNone), stamp), path)
	})
}

// Forget takes down that there is no file at a path.
func (t *Texts) Forget(path string) error {
	return t.add(func(b []byte) []byte { return packed.AppendString(append(b, entryGone), path) })
}

// add keeps an entry until Commit, or until there are many.
func (t *Texts) add(build func([]byte) []byte) error {
	t.pending = appendEntry(t.pending, build)
	if t.noted++; len(t.pending) < textBuffer {
		return nil
	}
	return t.spill()
}

// spill writes the entries that are pending, behind the texts they name.
func (t *Texts) spill() error {
	c := t.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spill(t)
}

func (c *Cache) spill(t *Texts) error {
	defer func() { t.pending, t.noted = t.pending[:0], 0 }()
	if c.broken != nil {
		return nil // said once
	}
	if t.file != c.texts { // another builder has compacted: the texts are elsewhere by now
		t.missed = true
		return nil
	}
	if err := c.flushTexts(); err != nil {
		return err
	}
	if c.settings != t.settings {
		head := appendEntry(nil, func(b []byte) []byte { return append(append(b, entrySettings), t.settings[:]...) })
		if err := c.append(head, 1); err != nil {
			return err
		}
		c.settings = t.settings
	}
	return c.append(t.pending, t.noted)
}

func (c *Cache) append(b []byte, entries int) error {
	if _, err := c.cards.WriteAt(b, c.cardsEnd); err != nil {
		return c.give(fmt.Errorf("write cache: %w", err))
	}
	c.cardsEnd += int64(len(b))
	c.entries += entries
	return nil
}

// Commit makes count what was taken down, which the ledger must have on disk. It
// is the state of everything at a time; whole says that the ledger knows of no
// article that was not taken down.
func (t *Texts) Commit(at time.Time, whole bool) error {
	c := t.cache
	state := stateOf(c.ledger)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(t.pending) == 0 && c.state == state && c.committed == c.cardsEnd {
		return nil
	}
	if err := c.spill(t); err != nil || c.broken != nil {
		return err
	}
	flag := uint64(0)
	if whole && !t.missed {
		flag = 1
	}
	err := c.append(appendEntry(nil, func(b []byte) []byte {
		b = packed.AppendTime(binary.AppendUvarint(append(b, entryCommit), state.generation), at)
		return binary.AppendUvarint(b, flag)
	}), 1)
	if err == nil {
		c.committed, c.state = c.cardsEnd, state
	}
	return err
}

package articlecache

import (
	"io"
	"os"
)

// Restore reads what was committed last, which may be nothing. Call it once,
// before anything else.
func (t *Texts) Restore() Restored {
	c := t.cache
	c.rewriting.Lock()
	defer c.rewriting.Unlock()
	c.mu.Lock()
	t.file = c.texts
	cards, end := c.cards, c.committed
	c.mu.Unlock()
	if end > 0 { // by another builder of this process
		return t.replay(cards, end).Restored
	}
	p := t.replay(cards, c.cardsEnd)
	if p.tail {
		p = t.replay(cards, p.committed)
	}
	return c.restored(t, p)
}

func (t *Texts) replay(cards *os.File, end int64) *replay {
	const usual = 400 // bytes of an entry
	n := int(max(0, end) / usual)
	t.places, t.live = make([]place, 0, n), 0
	p := &replay{texts: t, cards: t.home.MetadataReader(), known: make(map[string]int, n)}
	p.Entries = make([]Entry, 0, n)
	entries(io.NewSectionReader(cards, int64(headSize), max(0, end-int64(headSize))), p.take)
	return p
}

// restored goes on behind what was committed, if that is of any use.
func (c *Cache) restored(t *Texts, p *replay) Restored {
	now := stateOf(c.ledger)
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.committed == 0 || p.state.generation > now.generation || c.cards.Truncate(p.committed) != nil || c.texts.Truncate(max(p.textsEnd, int64(headSize))) != nil {
		t.places, t.live = nil, 0
		c.cards.Close()
		c.texts.Close()
		if err := c.begin(""); err != nil {
			c.give(err)
		}
		t.file = c.texts
		return Restored{}
	}
	c.committed, c.cardsEnd, c.textsEnd, c.entries, c.settings, c.state = p.committed, p.committed, max(p.textsEnd, int64(headSize)), p.entries, p.settings, p.state
	c.state.instance = now.instance
	p.Whole = p.Whole && c.state == now
	return p.Restored
}

package document

import (
	"sync"
	"sync/atomic"
)

// Cache bounds the memory of what can be made again: rendered items with their
// fragments, and documents with their codings. What was not used for long makes
// room (CLOCK: a hand goes round and takes away what was not used since it last
// came by). Using something takes no lock. A nil Cache keeps everything. It is
// safe for concurrent use.
type Cache struct {
	limit int

	mu   sync.Mutex
	hand *Kept // the next to be looked at; nil: nothing is kept
	size int
}

// Kept is the account of one thing in a Cache; the zero value is in none.
type Kept struct {
	used       atomic.Bool
	bytes      int
	drop       func()
	prev, next *Kept // nil: not in the cache
}

// NewCache makes a cache of at most limit bytes.
func NewCache(limit int) *Cache { return &Cache{limit: limit} }

// Size is the number of bytes that the cache accounts for. It is never more than
// the limit.
func (c *Cache) Size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

// Use notes that k is still of use.
func (k *Kept) Use() {
	if !k.used.Load() { // most often it is set, and writing would take the cache line from others
		k.used.Store(true)
	}
}

// Keep takes in a thing of that many bytes. drop must forget it; it is called
// once, at any time from now on, and must not call the cache.
func (c *Cache) Keep(k *Kept, bytes int, drop func()) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k.bytes, k.drop = bytes, drop
	c.size += bytes
	if c.hand == nil {
		k.prev, k.next, c.hand = k, k, k
	} else { // behind the hand, so that it comes here last
		k.prev, k.next = c.hand.prev, c.hand
		k.prev.next, k.next.prev = k, k
	}
	c.trim()
}

// Grow notes that k takes more bytes, unless it has been dropped.
func (c *Cache) Grow(k *Kept, bytes int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.next != nil {
		k.bytes += bytes
		c.size += bytes
		c.trim()
	}
}

// Drop forgets k, if it is there.
func (c *Cache) Drop(k *Kept) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.next != nil {
		c.remove(k)
	}
}

func (c *Cache) trim() {
	for c.size > c.limit && c.hand != nil {
		k := c.hand
		c.hand = k.next
		if !k.used.Swap(false) {
			c.remove(k)
		}
	}
}

func (c *Cache) remove(k *Kept) {
	if c.hand == k {
		c.hand = k.next
	}
	if k.next == k {
		c.hand = nil
	}
	k.prev.next, k.next.prev = k.next, k.prev
	k.prev, k.next = nil, nil
	c.size -= k.bytes
	k.drop()
}

package document

import (
	"sync"
	"sync/atomic"
)

// Part says what something in a Cache is for. Each part has a share of the budget.
type Part uint8

// The parts of a cache.
const (
	Feeds    Part = iota // rendered articles and the documents of feeds that directories list
	Composed             // composed feeds and all that is made of them: anybody can ask for any number
	Pages                // HTML pages and what else is served beside documents
	Deltas               // what clients of the last days have, by entity tag
)

// shares divides the budget: a part takes at most this fraction of it, or minShare,
// if that is more. Feeds take what the others leave: at least 11/16 of a large cache.
var shares = [...]int{Feeds: 1, Composed: 8, Pages: 8, Deltas: 16}

// minShare is room for a document in the shares of a small cache.
const minShare = 1 << 20

// Cache bounds the memory of what can be made again. Each part has a limit of its
// own, so that a flood of things of one part drops nothing of another, except
// that the largest, which most often is Feeds, makes room for the others up to
// their limits. What was not used for long
// is dropped first, by the CLOCK algorithm: a hand goes round the things of a part
// and drops those that were not used since it last came by. Marking something as
// used takes no lock. A nil Cache keeps everything. It is safe for concurrent use.
type Cache struct {
	mu       sync.Mutex
	budget   int // bytes, with those that are reserved
	reserved int
	size     int
	parts    [len(shares)]ring
}

// ring is the things of one part.
type ring struct {
	hand  *Cached // the next to be looked at; nil: there is none
	size  int
	limit int
}

// Cached is the account of one thing in a Cache, to be embedded in it. The zero
// value is in no cache.
type Cached struct {
	used       atomic.Bool
	part       Part
	bytes      int
	drop       func()
	prev, next *Cached // nil: not in the cache
}

// NewCache makes a cache of at most limit bytes.
func NewCache(limit int) *Cache {
	c := &Cache{}
	c.Resize(limit)
	return c
}

// Resize makes it a cache of at most limit bytes, and drops what is more.
func (c *Cache) Resize(limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget = limit
	for p := range c.parts {
		r := &c.parts[p]
		r.limit = min(limit, max(limit/shares[p], minShare))
		c.add(r, 0)
	}
}

// Reserve leaves so many bytes of the limit to others, who account for them
// themselves, in place of those that were reserved before.
func (c *Cache) Reserve(bytes int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reserved = bytes
	c.add(&c.parts[Feeds], 0)
}

// Limit is the most bytes that the cache and those others may take; zero where there
// is no limit.
func (c *Cache) Limit() int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.budget
}

// Size is the number of bytes that the cache accounts for. It is never more than
// the limit.
func (c *Cache) Size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

// Use notes that k has been used.
func (k *Cached) Use() {
	if !k.used.Load() { // most often it is set, and writing would take the cache line from others
		k.used.Store(true)
	}
}

// Keep takes in a thing of that many bytes. drop must forget it; it is called
// once, at any time from now on, and must not call the cache.
func (c *Cache) Keep(p Part, k *Cached, bytes int, drop func()) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k.part, k.bytes, k.drop = p, bytes, drop
	r := &c.parts[p]
	if r.hand == nil {
		k.prev, k.next, r.hand = k, k, k
	} else { // behind the hand, so that it comes here last
		k.prev, k.next = r.hand.prev, r.hand
		k.prev.next, k.next.prev = k, k
	}
	c.add(r, bytes)
}

// Grow notes that k takes more bytes, unless it has been dropped.
func (c *Cache) Grow(k *Cached, bytes int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.next != nil {
		k.bytes += bytes
		c.add(&c.parts[k.part], bytes)
	}
}

// Drop forgets k, if it is there.
func (c *Cache) Drop(k *Cached) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.next != nil {
		c.remove(k)
	}
}

// add accounts for more bytes in r, and makes room: in r itself where it exceeds
// its limit, else in the largest part, which most often is Feeds.
func (c *Cache) add(r *ring, bytes int) {
	r.size += bytes
	c.size += bytes
	for r.size > r.limit {
		c.turn(r)
	}
	for c.size > c.budget-c.reserved && c.size > 0 {
		largest := &c.parts[Feeds]
		for p := range c.parts {
			if c.parts[p].size > largest.size {
				largest = &c.parts[p]
			}
		}
		c.turn(largest)
	}
}

// turn moves the hand of r on by one.
func (c *Cache) turn(r *ring) {
	k := r.hand
	r.hand = k.next
	if !k.used.Swap(false) {
		c.remove(k)
	}
}

func (c *Cache) remove(k *Cached) {
	r := &c.parts[k.part]
	if r.hand == k {
		r.hand = k.next
	}
	if k.next == k {
		r.hand = nil
	}
	k.prev.next, k.next.prev = k.next, k.prev
	k.prev, k.next = nil, nil
	r.size -= k.bytes
	c.size -= k.bytes
	k.drop()
}

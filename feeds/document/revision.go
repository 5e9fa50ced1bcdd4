package document

import (
	"context"
	"sync"
	"sync/atomic"

	"feedmill/feeds"
)

// Revision is the content of one feed between two changes of it. The first caller
// of Document has it encoded; it is encoded again, to the same bytes, if the cache
// has dropped it. It is safe for concurrent use.
type Revision struct {
	assemble func() *feeds.Feed
	encoders [len(feeds.Formats)]Encoder
	head     atomic.Pointer[feeds.Feed]
	docs     [len(feeds.Formats)]slot
	making   context.Context // documents are made until it ends; nil: for ever
	cache    *Cache
	part     Part
	room     int
	check    func(feeds.Format, *feeds.Feed, *Document, error) (*Revision, error)
}

// NewRevision makes a revision from a function that assembles the feed, always
// the same, and an encoder for each format. Neither is called before it is
// needed. Documents are kept as long as the revision.
func NewRevision(assemble func() *feeds.Feed, encoders [len(feeds.Formats)]Encoder) *Revision {
	return &Revision{assemble: assemble, encoders: encoders}
}

// Until is r, except that no document is made after making has ended. A document that is
// being made then fails between two of its items; nothing is kept of that, and it is no
// reason to serve a last good document.
func (r *Revision) Until(making context.Context) *Revision {
	return &Revision{assemble: r.assemble, encoders: r.encoders, making: making, cache: r.cache, part: r.part, room: r.room, check: r.check}
}

// ended returns why nothing is made any more after making has ended; nil before.
func ended(making context.Context) error {
	if making == nil || making.Err() == nil {
		return nil
	}
	return context.Cause(making)
}

// Weigh notes, before others have the revision, how many bytes it takes in memory
// without its documents. They count for each document that the cache keeps, because a
// document keeps its revision in memory. Without a call it is zero, which is right
// for a revision that its snapshot keeps in memory anyway.
func (r *Revision) Weigh(bytes int) { r.room = bytes }

// Room is what Weigh has noted.
func (r *Revision) Room() int { return r.room }

// Feed assembles the feed, which the caller must not change.
func (r *Revision) Feed() *feeds.Feed {
	f := r.assemble()
	if r.head.Load() == nil && f.Missing == nil {
		head := *f
		head.Items = nil
		r.head.Store(&head)
	}
	return f
}

// Head is the feed without its items, assembled once.
func (r *Revision) Head() *feeds.Feed {
	if h := r.head.Load(); h != nil {
		return h
	}
	return r.Feed()
}

// Document returns the feed's bytes in format f. Where they are in memory, it takes
// no lock and allocates nothing; else one caller makes them, and all who ask
// meanwhile get the same. An error is that of every later call too, unless an item
// could not be read or making was interrupted (see Until).
func (r *Revision) Document(f feeds.Format) (*Document, error) {
	o := r.outcome(f)
	o.Use()
	if o.lastGood != nil {
		return o.lastGood.Document(f)
	}
	return o.doc, o.err
}

// Ready is Document, except that it makes nothing: ok is false where that would be
// needed.
func (r *Revision) Ready(f feeds.Format) (d *Document, ok bool) {
	o := r.docs[f].now.Load()
	switch {
	case o == nil || o.err != nil:
		return nil, false
	case o.lastGood != nil:
		return o.lastGood.Ready(f)
	}
	o.Use()
	return o.doc, true
}

// Forget makes room: the document is made again when somebody asks for it.
func (r *Revision) Forget(f feeds.Format) {
	if o := r.docs[f].now.Load(); o != nil {
		r.cache.Drop(&o.Cached)
	}
}

// slot is the place of a document in one format.
type slot struct {
	now atomic.Pointer[outcome] // nil: the document is to be made

	mu     sync.Mutex
	making func() *outcome // makes it once for all who wait; nil while nobody makes it
	tag    string          // of the document when it was made first; empty: it never was
	failed bool            // the last attempt failed, for a cause that may pass
}

// outcome is what became of making a document.
type outcome struct {
	Cached
	doc       *Document
	err       error
	lastGood  *Revision // whose document is served in place of this
	temporary bool      // not stored: the next caller tries again
}

func (r *Revision) outcome(f feeds.Format) *outcome {
	s := &r.docs[f]
	if o := s.now.Load(); o != nil {
		return o
	}
	s.mu.Lock()
	if o := s.now.Load(); o != nil {
		s.mu.Unlock()
		return o
	}
	if s.making == nil {
		s.making = sync.OnceValue(func() *outcome {
			o := r.make(f, s.tag, s.failed)
			s.store(o, r)
			return o
		})
	}
	making := s.making
	s.mu.Unlock()
	return making()
}

// store makes o the outcome for all who ask, and has its document kept in the cache.
func (s *slot) store(o *outcome, r *Revision) {
	s.mu.Lock()
	s.making = nil
	if o.doc != nil && o.err == nil {
		s.tag = o.doc.Tag
	}
	if s.failed = o.temporary; !o.temporary {
		s.now.Store(o)
	}
	s.mu.Unlock()
	if o.doc != nil && !o.temporary {
		r.cache.Keep(r.part, &o.Cached, documentRoom+r.room+len(o.doc.Body), func() { s.now.CompareAndSwap(o, nil) })
	}
}

// documentRoom is what a document takes besides its bytes.
const documentRoom = 1 << 10

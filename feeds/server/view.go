package server

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds/document"
	"feedmill/feeds/site"
)

// view is one snapshot with what has been rendered of it so far. It lives as
// long as its snapshot is the current one.
type view struct {
	*Handler
	snap    *document.Snapshot
	site    *site.Site
	base    string   // of the site
	entries sync.Map // of *entry, by the path of its resource
}

// entry is the place of a representation in memory.
type entry struct {
	document.Cached
	*site.Resource
	making sync.Once
	made   atomic.Pointer[representation] // nil: it is still to be made, or can't be
	err    error                          // why it can't
}

// representation is that of r, made by whoever asks first. An error is logged
// then and only then. Only what site.Find has found gets an entry, by its canonical
// path, so requests cannot make ever more of them.
func (v *view) representation(r *site.Resource, now time.Time) (*representation, error) {
	e := &entry{Resource: r}
	if r.Query {
		return v.render(e.Resource, now)
	}
	if found, ok := v.entries.LoadOrStore(r.Path, e); ok {
		if old := found.(*entry); old.Composed == r.Composed {
			e = old
		} else if v.entries.CompareAndSwap(r.Path, old, e) {
			v.snap.Cache.Drop(&old.Cached)
		}
	}
	e.making.Do(func() {
		out, err := v.render(e.Resource, now)
		e.err = err
		v.keep(e, out)
		e.made.Store(out)
	})
	e.Use()
	return e.made.Load(), e.err
}

// keep has the cache account for an entry, with all that is made of its
// representation later. out is nil where none could be made.
func (v *view) keep(e *entry, out *representation) {
	cache, part, bytes := v.snap.Cache, document.Pages, entryBytes+pathCopies*len(e.Path)
	switch {
	case e.Composed != nil: // it outlives what the builder remembers of the composed feed
		part, bytes = document.Composed, bytes+e.Composed.Room()
	case e.Document != nil:
		part = document.Feeds
	}
	if out != nil {
		grown := func(bytes int) { cache.Grow(&e.Cached, bytes) }
		bytes += out.size()
		out.grown = grown
		if out.body != nil {
			bytes += out.full
			out.body.OnGrown(grown)
		}
		if out.deltas != nil {
			out.deltas.grown = grown
		}
	}
	cache.Keep(part, &e.Cached, bytes, func() { v.entries.CompareAndDelete(e.Path, e) })
}

// What an entry takes in memory, at most, besides its representation and for each
// byte of its path.
const (
	entryBytes = 1 << 10
	pathCopies = 8
)

// render makes a representation. A panic in an encoder becomes an error, so that
// it too is reported once and not on every request.
func (v *view) render(r *site.Resource, now time.Time) (out *representation, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
		if err != nil {
			v.opt.Logger.Error("not rendered", "url", r.Path, "err", err)
		}
	}()
	c, err := r.Render()
	if err != nil {
		return nil, err
	}
	out = newRepresentation(r, c, now, variant{})
	if d := r.Document; d != nil && d.ServesOwn(d.Format) {
		out.deltas = v.newDeltas(r, c, now)
	}
	return out, nil
}

// forget gives back the memory of a view that is not the current one any more.
func (v *view) forget() {
	for _, e := range v.entries.Range {
		v.snap.Cache.Drop(&e.(*entry).Cached)
	}
}

package server

import (
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds/document"
)

// view is one snapshot with what has been rendered of it so far. It lives as
// long as its snapshot is the current one.
type view struct {
	snap      *document.Snapshot
	opt       Options
	base      string // path of the site's base URL, beginning and ending in a slash
	directory func() *directory
	past      *past         // nil: nobody asks for deltas
	pastMixes *past         // of composed feeds; nil together with past
	repeats   *repeats      // nil: nobody is limited
	streams   *streams      // nil: pages are not served but written to files
	hidden    *atomic.Int64 // polls through a proxy of ours that hides the client; nil: not counted

	known   sync.Map // *entry by Resource.Path: those that have been rendered
	mu      sync.Mutex
	entries map[string]*entry // by Resource.Path
	aging   []*entry          // rendered entries, oldest first
	size    int               // bytes that aging accounts for
}

// entry is a resource on its way into memory.
type entry struct {
	Resource
	page string             // that browsers are shown instead; empty for none
	of   *document.Revision // of a composed feed, nil for all else: the entry holds no longer than that
	once sync.Once
	out  *rendition
	err  error
}

func newView(snap *document.Snapshot, opt Options) *view {
	v := &view{snap: snap, opt: opt, base: "/", entries: make(map[string]*entry)}
	if u, err := url.Parse(snap.Site.BaseURL); err == nil && u.Path != "" {
		v.base = u.EscapedPath()
	}
	v.directory = sync.OnceValue(func() *directory { return newDirectory(snap) })
	return v
}

// link is an escaped path of ours as pages and redirects write it: right behind
// a proxy that serves us below a folder, and on a developer's machine.
func (v *view) link(path string) string { return v.base + path[1:] }

// find returns the entry at an escaped request path, or where to go instead, or
// neither. Only canonical paths become entries, so requests cannot grow them.
func (v *view) find(path string) (e *entry, redirect string) {
	if e, to, ok := v.findMix(path); ok {
		return e, to
	}
	res, to := v.resolve(path)
	if res == nil && to == "" && len(v.base) > 1 {
		// The proxy in front may have kept the folder that the base URL names.
		if path+"/" == v.base {
			to = "/"
		} else if below, kept := strings.CutPrefix(path, v.base); kept {
			res, to = v.resolve("/" + below)
		}
	}
	switch {
	case to != "":
		return nil, v.link(to)
	case res == nil:
		return nil, ""
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.entries[res.Path]; e != nil {
		return e, ""
	}
	e = &entry{Resource: *res, page: pageOf(res.Path)}
	v.entries[res.Path] = e
	return e, ""
}

// rendered is the entry at a canonical path once it has been rendered, or nil. It
// takes no lock. Composed feeds are not among them, because numbers that no
// reader sees can change one without a new snapshot.
func (v *view) rendered(path string) *entry {
	e, ok := v.known.Load(path)
	if !ok && len(v.base) > 1 && strings.HasPrefix(path, v.base) {
		e, ok = v.known.Load(path[len(v.base)-1:])
	}
	if !ok {
		return nil
	}
	return e.(*entry)
}

// render returns e's rendition, made by whoever asks first. An error is logged
// then and only then.
func (v *view) render(e *entry) (*rendition, error) {
	e.once.Do(func() {
		e.out, e.err = e.prepare(v.opt.Now())
		if e.err != nil {
			v.opt.Logger.Error("not rendered", "url", e.Path, "err", e.err)
			return
		}
		v.keep(e)
	})
	return e.out, e.err
}

// prepare renders the resource. A panic in an encoder becomes an error, so that
// it too is reported once and not on every request.
func (e *entry) prepare(now time.Time) (out *rendition, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	c, err := e.render()
	if err != nil {
		return nil, err
	}
	return newRendition(&e.Resource, c, now), nil
}

// keep accounts for e and forgets the oldest renditions that exceed the budget.
func (v *view) keep(e *entry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.of == nil {
		v.known.Store(e.Path, e)
	}
	v.aging = append(v.aging, e)
	v.size += e.out.weight
	for v.size > v.opt.PageBytes && len(v.aging) > 1 {
		old := v.aging[0]
		v.aging = v.aging[1:]
		v.size -= old.out.weight
		v.known.CompareAndDelete(old.Path, old)
		delete(v.entries, old.Path)
	}
}

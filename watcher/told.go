package watcher

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// told is what callers have been told of files: enough to tell them of what no
// event told, without telling them of everything. It is safe for concurrent use.
type told struct {
	mu     sync.Mutex
	prints []print         // of all files, when Files came to its end last; nil: unknown
	named  map[string]bool // what was named, or could not be read, since that walk began; nil: too much
}

// print stands for a path and its Stamp: 16 bytes instead of more than a hundred.
type print struct{ path, stamp uint64 }

// maxNamed bounds the paths that are named once more by the next scan.
const maxNamed = 4 * maxPaths

var seed = maphash.MakeSeed()

// unsure is the stamp of a file that changed so late that a later version might
// have the same; it is unequal even to itself.
const unsure = 0

// printOf is the print of f, of which what changed since young is not sure.
func printOf(f File, young int64) print {
	p := print{path: maphash.String(seed, f.Path), stamp: unsure}
	if f.Stamp.changed() < young {
		p.stamp = maphash.Comparable(seed, f.Stamp)
	}
	return p
}

// youngSince is what printOf needs of the time at which a walk begins.
func youngSince(now time.Time) int64 { return now.Add(-tick).UnixNano() }

// walks notes that a walk begins: what cannot be read from now on is to be named
// again.
func (t *told) walks() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.named == nil {
		t.named = map[string]bool{}
	}
}

// walked notes what Files told from its beginning, after walks, to its end.
func (t *told) walked(prints []print) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.prints = prints; t.named == nil { // too much was named meanwhile
		t.prints = nil
	}
}

// whole reports whether Files has told of all files, and none since has come to
// be unsure.
func (t *told) whole() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.prints != nil
}

// name notes paths to be named again by the next scan.
func (t *told) name(paths ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.named == nil {
		return
	}
	for _, p := range paths {
		t.named[p] = true
	}
	if len(t.named) > maxNamed {
		t.prints, t.named = nil, nil
	}
}

// forget makes the next scan a Rescan unless Files is walked before.
func (t *told) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.prints, t.named = nil, nil
}

// take hands out what is known and begins to note anew what is named.
func (t *told) take() (prints []print, named map[string]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	prints, named = t.prints, t.named
	t.named = map[string]bool{}
	return prints, named
}

// differences walks all files and names those that are not as they were when
// prints was made, and named. It is a Rescan where that cannot be said: nothing
// was known, something cannot be seen, or is gone without an event.
func (w *Watcher) differences(ctx context.Context, prints []print, named map[string]bool) (Changes, []print) {
	known := make(map[uint64]uint64, len(prints))
	for _, p := range prints {
		known[p.path] = p.stamp
	}
	now, young := make([]print, 0, len(prints)), youngSince(time.Now())
	var c Changes
	for f, err := range w.walkAll(ctx) {
		if err != nil || len(c.Paths) > maxPaths || prints == nil {
			return Changes{Rescan: true}, nil
		}
		p := printOf(f, young)
		now = append(now, p)
		if before, ok := known[p.path]; (!ok || before != p.stamp || p.stamp == unsure) && !named[f.Path] {
			c.Paths = append(c.Paths, f.Path)
		}
		delete(known, p.path)
	}
	for path := range named {
		delete(known, maphash.String(seed, path))
		c.Paths = append(c.Paths, path)
	}
	if len(known) > 0 || len(c.Paths) > maxPaths {
		return Changes{Rescan: true}, nil
	}
	slices.Sort(c.Paths)
	return c, now
}

package watcher

import (
	"hash/maphash"
	"sync"
	"time"
)

// reported is the state of every file as the caller knows it, by Files and Changes.
// A scan reports only what differs from it. It is safe for concurrent use.
type reported struct {
	mu    sync.Mutex
	files []fingerprint   // of all files at the end of the last whole walk; nil: unknown
	again map[string]bool // paths that the next scan reports in any case; nil: there were too many, or no walk
}

// fingerprint stands for a path and its Stamp in 16 bytes: both take more than a
// hundred.
type fingerprint struct{ path, stamp uint64 }

// maxAgain bounds the paths that the next scan reports in any case.
const maxAgain = 4 * maxPaths

var seed = maphash.MakeSeed()

// unsure is the stamp of a file that changed so recently that a later version may
// have the same Stamp. It counts as unequal to every stamp, itself included.
const unsure = 0

// fingerprintOf returns the fingerprint of f. Its stamp is unsure if f has changed
// since young.
func fingerprintOf(f File, young int64) fingerprint {
	p := fingerprint{path: maphash.String(seed, f.Path), stamp: unsure}
	if f.Stamp.changed() < young {
		p.stamp = maphash.Comparable(seed, f.Stamp)
	}
	return p
}

// youngSince returns young for fingerprintOf, for a walk that begins now.
func youngSince(now time.Time) int64 { return now.Add(-tick).UnixNano() }

// beginWalk must be called before a walk that ends with set: paths are recorded in
// again from now on.
func (r *reported) beginWalk() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.again == nil {
		r.again = map[string]bool{}
	}
}

// set records what a whole walk has found.
func (r *reported) set(files []fingerprint) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.files = files; r.again == nil { // too many paths since the walk began
		r.files = nil
	}
}

// isWhole reports whether the state of all files is known.
func (r *reported) isWhole() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files != nil
}

// reportAgain makes the next scan report paths in any case.
func (r *reported) reportAgain(paths ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.again == nil {
		return
	}
	for _, p := range paths {
		r.again[p] = true
	}
	if len(r.again) > maxAgain {
		r.files, r.again = nil, nil
	}
}

// forget makes the next scan a Rescan, unless all files are walked before.
func (r *reported) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files, r.again = nil, nil
}

// take returns what is known and starts with an empty again.
func (r *reported) take() (files []fingerprint, again map[string]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	files, again = r.files, r.again
	r.again = map[string]bool{}
	return files, again
}

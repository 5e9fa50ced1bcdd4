package builder

import (
	"fmt"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"feedmill/feeds"
)

// Reading a file can take for ever: its file system may be on a machine that does not
// answer. One such file must not hold up the others.
const (
	// patience is how long a round waits for one file, once feeds are published.
	patience = time.Second
	// readBudget is how long reading and parsing one file may take. The first round waits
	// for as long, because what it leaves out is missing in the feeds. After that the file
	// is a problem to be mended.
	readBudget = 10 * time.Second
	// walkBudget is how long a walk over all files may go without finding one.
	walkBudget = 30 * time.Second
	// maxHangingIn and maxHanging bound the files below one folder, and all files, whose
	// reading hangs: each takes a goroutine and a thread of the system. Others below that
	// folder are not read until one of them has ended.
	maxHangingIn = 8
	maxHanging   = 64
)

// hanging is the files that are still being read after their round has gone on without
// them. None of them is read a second time until that ends. It is safe for concurrent use.
type hanging struct {
	log   *slog.Logger
	ended chan struct{} // asks Run to look at what has ended

	mu      sync.Mutex
	files   map[string]*hung
	below   map[string]int    // how many of files are below each folder
	read    map[string]loaded // what came of files that have ended, until a round takes it
	putOff  bool              // a file was not read because others hang
	walking bool              // a walk over all files hangs
}

// hung is one file whose reading hangs.
type hung struct {
	since time.Time
	said  *time.Timer // says so when the budget has run out
}

func newHanging(log *slog.Logger) *hanging {
	return &hanging{log: log, ended: make(chan struct{}, 1), files: map[string]*hung{}, below: map[string]int{}, read: map[string]loaded{}}
}

// hinders reports whether a file must not be read now, because that hangs already, or
// reading too many files near it does.
func (h *hanging) hinders(file string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.files) == 0 {
		return false
	}
	if h.files[file] != nil {
		return true
	}
	hinders := len(h.files) >= maxHanging
	for dir := range folders(file) {
		hinders = hinders || h.below[dir] >= maxHangingIn
	}
	h.putOff = h.putOff || hinders
	return hinders
}

// folders yields the folders that a file lies in, but for the root.
func folders(file string) func(func(dir string) bool) {
	return func(yield func(string) bool) {
		for dir := path.Dir(file); dir != "." && yield(dir); dir = path.Dir(dir) {
		}
	}
}

// begin notes that a file is still being read since a time. It reports whether that is
// news; end must be called then.
func (h *hanging) begin(file string, since time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.files[file] != nil {
		return false
	}
	f := &hung{since: since}
	f.said = time.AfterFunc(readBudget-time.Since(since), func() {
		h.log.Warn("reading a file hangs; its article stays as it was", "path", file, "since", since.UTC().Format(time.RFC3339))
	})
	h.files[file] = f
	for dir := range folders(file) {
		h.below[dir]++
	}
	return true
}

// end notes that a file has been read at last, and what came of it, and asks for another
// look at it.
func (h *hanging) end(l loaded) {
	h.mu.Lock()
	f := h.files[l.path]
	delete(h.files, l.path)
	for dir := range folders(l.path) {
		if h.below[dir]--; h.below[dir] == 0 {
			delete(h.below, dir)
		}
	}
	h.read[l.path] = l
	h.mu.Unlock()
	if !f.said.Stop() {
		h.log.Info("reading a file has ended", "path", l.path, "took", time.Since(f.since).Round(time.Millisecond))
	}
	h.wake()
}

func (h *hanging) wake() {
	select {
	case h.ended <- struct{}{}:
	default: // it is to look already
	}
}

// take returns what came of a file that hung, if that is the version with this stamp, and
// forgets it.
func (h *hanging) take(file string, version stamp) (l loaded, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l, ok = h.read[file]; ok {
		delete(h.read, file)
	}
	return l, ok && l.stamp == version
}

// due returns what is to be looked at: files that have ended, or all files if some were
// put off.
func (h *hanging) due() (paths []string, all bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all, h.putOff = h.putOff, false
	if all {
		return nil, true
	}
	return slices.Sorted(maps.Keys(h.read)), false
}

// problems names the files whose budget has run out, and since when they hang.
func (h *hanging) problems() (all []*feeds.Problem, since map[string]time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	since = map[string]time.Time{}
	for file, f := range h.files {
		if time.Since(f.since) >= readBudget {
			since[file] = f.since.UTC()
			all = append(all, &feeds.Problem{Path: file, Message: fmt.Sprintf("reading it has not ended within %s: see whether its file system answers", readBudget)})
		}
	}
	for _, dir := range h.crowded() {
		all = append(all, &feeds.Problem{Path: dir, Message: fmt.Sprintf("reading %d files in it hangs: no others in it are read until that ends", h.below[dir])})
	}
	if len(h.files) >= maxHanging {
		all = append(all, &feeds.Problem{Message: fmt.Sprintf("reading %d files hangs: no others are read until that ends", len(h.files))})
	}
	return all, since
}

// crowded lists the folders in which no files are read because so many there hang: the
// innermost ones.
func (h *hanging) crowded() (dirs []string) {
	for dir, n := range h.below {
		inner := func(other string) bool { return h.below[other] >= maxHangingIn && strings.HasPrefix(other, dir+"/") }
		if n >= maxHangingIn && !slices.ContainsFunc(slices.Collect(maps.Keys(h.below)), inner) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// walks reports whether a walk hangs.
func (h *hanging) walks() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.walking
}

// leaveWalk notes that a walk hangs; when over is closed, it does no more, and all files
// are to be looked at.
func (h *hanging) leaveWalk(over <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.walking = true
	go func() {
		<-over
		h.mu.Lock()
		h.walking, h.putOff = false, true
		h.mu.Unlock()
		h.wake()
	}()
}

package builder

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/watcher"
)

// loaded is one file after reading and parsing.
type loaded struct {
	path    string
	stamp   stamp
	article *article.Article
	changed int64 // when the file did, in nanoseconds since 1970; zero where that is not known
	err     error

	oldDigest, oldContent feeds.Digest // see ledger.Article
}

// reading reads and parses files, with all processors, while they are added. It goes on
// without those that take too long: see hanging.
type reading struct {
	b        *Builder
	ctx      context.Context
	old      bool          // the ledger wants old digests
	patience time.Duration // for one file
	jobs     chan found    // nil while there is nothing to read
	pending  sync.WaitGroup
	over     chan struct{} // closed when nothing is read any more
	done     atomic.Int64

	mu      sync.Mutex
	workers map[*worker]bool // those whose files the round waits for
	relief  int              // how many of them have another at work in their place
	all     []loaded
	gone    []string
}

// worker reads one file after the other.
type worker struct {
	path     string    // of the file that it reads; empty for none
	since    time.Time // when it began with that
	relieved bool      // another works in its place; it ends with this file
	left     bool      // the round has gone on without it
	hangs    bool      // and its file counts as hanging until it has read that
}

// maxRelief bounds the workers in whose place others work while the round waits for them.
const maxRelief = 8

// errHanging says that a file can't be read now.
var errHanging = errors.New("reading it hangs: see whether its file system answers")

// add adds a file that is to be read, or only looked at if its stamp is zero.
func (r *reading) add(j found) {
	if j.stamp != 0 {
		if l, ok := r.known(j.path, j.stamp); ok {
			r.mu.Lock()
			r.all = append(r.all, l)
			r.mu.Unlock()
			return
		}
	}
	if r.jobs == nil {
		r.jobs, r.over, r.workers = make(chan found, 1<<10), make(chan struct{}), map[*worker]bool{}
		r.mu.Lock()
		for range max(2, runtime.GOMAXPROCS(0)) {
			r.start()
		}
		r.mu.Unlock()
		go r.watch()
	}
	select {
	case r.jobs <- j:
	case <-r.ctx.Done():
	}
}

// known returns a version of a file that was read before: in a round that is held, or after
// its round had gone on without it.
func (r *reading) known(path string, version stamp) (l loaded, ok bool) {
	if l, ok := r.b.hanging.take(path, version); ok {
		if l.article != nil {
			l.article, _ = r.b.texts.move(l.article)
		}
		return l, true
	}
	l, ok = r.b.hold.waiting[path]
	return l, ok && l.stamp == version
}

// start starts a worker. The caller holds the lock.
func (r *reading) start() {
	w := &worker{}
	r.workers[w] = true
	r.pending.Add(1)
	go r.work(w)
}

// watch has the round go on without workers that take too long.
func (r *reading) watch() {
	tick := time.NewTicker(patience / 8)
	defer tick.Stop()
	for {
		select {
		case <-r.over:
			return
		case <-r.ctx.Done():
			r.leave(0)
			return
		case <-tick.C:
			r.leave(r.patience)
		}
	}
}

// leave leaves workers that have been reading for longer than a time. Zero leaves all.
func (r *reading) leave(after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.workers {
		switch took := time.Since(w.since); {
		case after == 0 || w.path != "" && took >= after:
			if !w.relieved && after != 0 {
				r.start() // before the other is taken out, or wait would see nobody
			}
			r.remove(w)
			w.left, w.hangs = true, w.path != "" && r.b.hanging.begin(w.path, w.since)
		case w.path != "" && took >= patience && !w.relieved && r.relief < maxRelief:
			w.relieved = true
			r.relief++
			r.start()
		}
	}
}

// remove takes out a worker, for which the round does not wait any more. The caller holds
// the lock.
func (r *reading) remove(w *worker) {
	if delete(r.workers, w); w.relieved {
		r.relief--
	}
	r.pending.Done()
}

func (r *reading) work(w *worker) {
	var buf []byte
	more := true
	for j := range r.jobs {
		if r.ctx.Err() != nil || r.b.hanging.hinders(j.path) {
			continue
		}
		if buf, more = r.process(w, j, buf); !more {
			return
		}
		if n := r.done.Add(1); n%1000 == 0 && r.b.opt.Progress != nil {
			r.b.opt.Progress(int(n))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !w.left {
		r.remove(w)
	}
}

// process looks at a file, reads and parses it, and returns what may be the buf of the next
// call. more is false if the worker is to end.
func (r *reading) process(w *worker, j found, buf []byte) (_ []byte, more bool) {
	if !r.begin(w, j.path) {
		return nil, false
	}
	if j.stamp == 0 {
		f, err := r.b.src.Stat(j.path)
		if done, more := r.looked(w, f, err); done {
			return buf, more
		}
	}
	l := loaded{path: j.path}
	src := r.b.read(&l, buf, r.old)
	if !r.isAwaited(w, l) {
		return nil, false
	}
	if !r.b.unload(&l) || cap(src) > maxBuffer {
		src = nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.left { // the round has ended
		return nil, false
	}
	r.all = append(r.all, l)
	return src, r.goesOn(w)
}

// begin notes which file a worker is to read, unless the round has ended.
func (r *reading) begin(w *worker, path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.left {
		return false
	}
	w.path, w.since = path, time.Now()
	return true
}

// looked notes what a look at the file of a worker has found. done is true if that is all
// there is to do for the file; more is then false if the worker is to end.
func (r *reading) looked(w *worker, f watcher.File, err error) (done, more bool) {
	path := w.path
	if !r.isAwaited(w, loaded{path: path}) {
		return true, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case w.left: // the round has ended meanwhile
		return true, false
	case errors.Is(err, fs.ErrNotExist):
		r.b.hanging.take(path, 0)
		if _, known := r.b.stamps[path]; known {
			r.gone = append(r.gone, path)
		}
	case err != nil:
		r.b.opt.Logger.Warn("cannot look at a file; its article stays", "path", path, "err", err)
	default:
		l, ok := r.known(path, stampOf(f.Stamp))
		if !ok {
			w.path = path // with the time at which the look began
			return false, true
		}
		r.all = append(r.all, l)
	}
	return true, r.goesOn(w)
}

// isAwaited notes that a worker has done what can hang, and reports whether the round still
// waits for it. Otherwise what came of it is for another round.
func (r *reading) isAwaited(w *worker, l loaded) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.path = ""; w.hangs {
		r.b.hanging.end(l)
	}
	return !w.left
}

// goesOn reports whether a worker goes on with other files; else it is taken out. The
// caller holds the lock.
func (r *reading) goesOn(w *worker) bool {
	if w.relieved {
		r.remove(w)
		w.left = true
	}
	return !w.left
}

// wait returns what was read and the known files that are gone, both in order of path.
func (r *reading) wait() (files []loaded, gone []string) {
	if r.jobs != nil {
		close(r.jobs)
		r.pending.Wait()
		close(r.over)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	files, gone, r.all = r.all, r.gone, nil
	slices.SortFunc(files, func(l, m loaded) int { return strings.Compare(l.path, m.path) })
	slices.Sort(gone)
	return files, gone
}

// maxFile bounds an article's file, in bytes: more is a mistake.
const maxFile = 32 << 20

// maxBuffer bounds the buffer in which the next file is read, in bytes.
const maxBuffer = 1 << 20

// read reads and parses a file, in the memory of buf if that is large enough, and
// returns the memory that it has used.
func (b *Builder) read(l *loaded, buf []byte, old bool) []byte {
	src, version, err := b.src.ReadFile(l.path, buf, maxFile)
	l.stamp, l.changed, l.err = stampOf(version), version.ChangeTime, err
	if err != nil {
		return buf
	}
	if l.article, l.err = b.opt.Parser.Parse(l.path, src); l.err == nil && old {
		l.oldDigest, l.oldContent = b.opt.Parser.OldDigests(l.article)
	}
	return src
}

// unload moves the text of an article that was just read out of memory, if it can. Else
// the text stays in the memory that the file was read to.
func (b *Builder) unload(l *loaded) (moved bool) {
	if l.err != nil {
		return true
	}
	l.article, moved = b.texts.move(l.article)
	return moved
}

// stamp is what is kept of a [watcher.Stamp]: two that differ are equal once in
// 2⁶⁴ times. Zero belongs to no file.
type stamp = uint64

func stampOf(s watcher.Stamp) stamp {
	h := uint64(0)
	for _, v := range [...]uint64{uint64(s.Size), uint64(s.ModTime), uint64(s.ChangeTime), s.Inode} {
		h = spread(h ^ v)
	}
	return max(h, 1)
}

// spread spreads every bit over all (the finaliser of SplitMix64).
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

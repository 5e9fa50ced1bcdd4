package builder

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"feedmill/feeds"
	"feedmill/feeds/article"
	"feedmill/watcher"
)

// look finds out what has changed: the files that differ, read and parsed, in
// order of path, and the known ones that are gone.
func (b *Builder) look(ctx context.Context, c watcher.Changes) (all []loaded, gone []string, err error) {
	r := b.newReading(ctx)
	if c.Rescan {
		gone, err = b.rescan(ctx, r)
	} else {
		gone = b.hints(c.Paths, r)
	}
	all = r.wait()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		b.discard(all)
		return nil, nil, err
	}
	return all, gone, nil
}

// hints looks at single paths.
func (b *Builder) hints(paths []string, r *reading) (gone []string) {
	for _, path := range paths {
		if !b.parser.Wants(path) {
			continue
		}
		switch f, err := b.src.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			if _, known := b.stamps[path]; known {
				gone = append(gone, path)
			}
		case err != nil:
			b.opt.Logger.Warn("cannot look at a file; its article stays", "path", path, "err", err)
		default:
			r.add(job{path, digestOf(f.Stamp)})
		}
	}
	return gone
}

// rescan compares everything on disk with what is known. The walk does not wait
// for what the cache holds, nor reading for the walk.
func (b *Builder) rescan(ctx context.Context, r *reading) (gone []string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	walk := walked{found: make(chan []found, 1<<12)}
	go walk.run(ctx, b)
	b.restore()
	seen := make([]string, 0, len(b.stamps))
	known := 0
	for batch := range walk.found {
		for _, f := range batch {
			seen = append(seen, f.path)
			stamp, ok := b.stamps[f.path]
			if ok {
				known++
			}
			if stamp != f.stamp {
				r.add(job(f))
			}
		}
	}
	if walk.err != nil {
		return nil, walk.err
	}
	if known == len(b.stamps) {
		return nil, nil
	}
	slices.Sort(seen)
	for path := range b.stamps {
		if _, here := slices.BinarySearch(seen, path); !here && !walk.hides(path) {
			gone = append(gone, path)
		}
	}
	slices.Sort(gone)
	return gone, nil
}

// found is a file that a walk came by.
type found struct {
	path  string
	stamp stamp
}

// walked is a walk over all files. Once found is closed, the rest holds.
type walked struct {
	found  chan []found
	hidden []string // files and folders of which nothing can be said
	err    error
}

func (w *walked) run(ctx context.Context, b *Builder) {
	defer close(w.found)
	const size = 256
	batch := make([]found, 0, size)
	for f, err := range b.src.Files(ctx) {
		if err != nil {
			if w.err = ctx.Err(); w.err == nil && f.Path == "." {
				w.err = err
			}
			if w.err != nil {
				return
			}
			w.hidden = append(w.hidden, f.Path)
			b.opt.Logger.Warn("cannot look into a folder; its articles stay", "path", f.Path, "err", err)
			continue
		}
		if !b.parser.Wants(f.Path) {
			continue
		}
		if batch = append(batch, found{f.Path, digestOf(f.Stamp)}); len(batch) == size {
			w.found <- batch
			batch = make([]found, 0, size)
		}
	}
	w.found <- batch
}

func (w *walked) hides(path string) bool {
	return slices.ContainsFunc(w.hidden, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") })
}

// loaded is one file after reading and parsing.
type loaded struct {
	path    string
	stamp   stamp
	article *article.Article
	changed int64 // when the file did, in nanoseconds since 1970; zero where that is not known
	err     error

	oldDigest, oldContent feeds.Digest // see ledger.Article
}

// job is a file to be read, and its stamp when that was decided.
type job found

// reading reads and parses files with all processors while they are named.
type reading struct {
	b       *Builder
	ctx     context.Context
	old     bool // the ledger wants old digests
	jobs    chan job
	workers sync.WaitGroup
	done    atomic.Int64
	mu      sync.Mutex
	all     []loaded
}

func (b *Builder) newReading(ctx context.Context) *reading {
	return &reading{b: b, ctx: ctx, old: b.opt.Ledger.WantsOldDigests()}
}

// add names a file. What waits for an acceptance as it is now is not read again.
func (r *reading) add(j job) {
	if l, ok := r.b.waiting[j.path]; ok && l.stamp == j.stamp {
		r.mu.Lock()
		r.all = append(r.all, l)
		r.mu.Unlock()
		return
	}
	if r.jobs == nil {
		r.jobs = make(chan job, 1<<10)
		for range workers() {
			r.workers.Go(r.work)
		}
	}
	r.jobs <- j
}

func (r *reading) work() {
	var mine []loaded
	var buf []byte
	for j := range r.jobs {
		if r.ctx.Err() != nil {
			continue
		}
		l := loaded{path: j.path}
		buf = r.b.read(&l, buf, r.old)
		mine = append(mine, l)
		if n := r.done.Add(1); n%1000 == 0 && r.b.opt.Progress != nil {
			r.b.opt.Progress(int(n))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, mine...)
}

// wait returns what was read, in order of path.
func (r *reading) wait() []loaded {
	if r.jobs != nil {
		close(r.jobs)
		r.workers.Wait()
	}
	slices.SortFunc(r.all, cmpPath)
	return r.all
}

// keptBuffer is what is kept at most to read the next file into, in bytes.
const keptBuffer = 1 << 20

// read reads and parses a file, in the memory of buf if that is large enough, and
// returns what may be the buf of the next call.
func (b *Builder) read(l *loaded, buf []byte, old bool) []byte {
	src, version, err := b.src.ReadFile(l.path, buf, maxFile)
	l.stamp, l.changed, l.err = digestOf(version), version.ChangeTime, err
	if err != nil {
		return buf
	}
	if l.article, l.err = b.parser.Parse(l.path, src); l.err == nil {
		if old {
			l.oldDigest, l.oldContent = b.parser.OldDigests(l.article)
		}
		if b.texts == nil {
			return nil // its text is in src
		}
		if l.article, err = b.home.Keep(l.article); err != nil {
			b.full.Do(func() { b.opt.Logger.Warn("texts stay in memory: there is no room for them on disk", "err", err) })
			return nil
		}
	}
	if cap(src) > keptBuffer {
		return nil
	}
	return src
}

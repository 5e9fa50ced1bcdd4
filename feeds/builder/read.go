package builder

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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

// reading reads and parses files, with all processors, while they are added.
type reading struct {
	b       *Builder
	ctx     context.Context
	old     bool       // the ledger wants old digests
	jobs    chan found // nil while there is nothing to read
	workers sync.WaitGroup
	done    atomic.Int64
	mu      sync.Mutex
	all     []loaded
}

// add adds a file. One that was read in a round that is held, and has not changed
// since, is not read again.
func (r *reading) add(j found) {
	if l, ok := r.b.hold.waiting[j.path]; ok && l.stamp == j.stamp {
		r.mu.Lock()
		r.all = append(r.all, l)
		r.mu.Unlock()
		return
	}
	if r.jobs == nil {
		r.jobs = make(chan found, 1<<10)
		for range max(2, runtime.GOMAXPROCS(0)) {
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
	slices.SortFunc(r.all, func(l, m loaded) int { return strings.Compare(l.path, m.path) })
	return r.all
}

// maxFile bounds an article's file, in bytes: more is a mistake.
const maxFile = 32 << 20

// maxBuffer bounds the buffer in which the next file is read, in bytes.
const maxBuffer = 1 << 20

// read reads and parses a file, in the memory of buf if that is large enough, and
// returns what may be the buf of the next call.
func (b *Builder) read(l *loaded, buf []byte, old bool) []byte {
	src, version, err := b.src.ReadFile(l.path, buf, maxFile)
	l.stamp, l.changed, l.err = stampOf(version), version.ChangeTime, err
	if err != nil {
		return buf
	}
	if l.article, l.err = b.opt.Parser.Parse(l.path, src); l.err == nil {
		if old {
			l.oldDigest, l.oldContent = b.opt.Parser.OldDigests(l.article)
		}
		moved := false
		if l.article, moved = b.texts.move(l.article); !moved {
			return nil // its text is in src
		}
	}
	if cap(src) > maxBuffer {
		return nil
	}
	return src
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

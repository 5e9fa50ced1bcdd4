package watcher

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"os"
	"runtime"
	"sync"
	"time"
)

const (
	entriesAtOnce = 256 // of one folder that a walker looks at before others may help
	maxWalkers    = 8   // more than these wait for one another in the kernel
)

// Files walks the disk in no particular order, following links; a folder is not
// entered again below itself. Several folders are read at once; what is held of
// them at a time does not grow with their number.
//
// An item with an error says by File.Path that nothing is known of that file, or
// of all below that folder ("." is the root): callers keep what they knew there.
// It may come from ctx, and then is the last.
func (w *Watcher) Files(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		var prints []print
		w.told.walks()
		young, whole := youngSince(time.Now()), !w.opt.ScanOnly
		for f, err := range w.walkAll(ctx) {
			if whole = whole && err == nil; whole {
				prints = append(prints, printOf(f, young))
			}
			if !yield(f, err) {
				return
			}
		}
		if whole {
			w.told.walked(prints)
		}
	}
}

// walkAll is Files, but for telling the next scan of it.
func (w *Watcher) walkAll(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		root, err := w.rootFolder()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(File{Path: "."}, err)
			return
		}
		walk := newWalk(w, root)
		defer walk.end()
		for some := range walk.out {
			for _, f := range some {
				if err := ctx.Err(); err != nil {
					yield(File{Path: "."}, err)
					return
				}
				if !yield(f.File, f.err) {
					return
				}
			}
		}
	}
}

// walk is one pass over all folders by several walkers.
type walk struct {
	w   *Watcher
	out chan []found // closed when all is walked

	mu   sync.Mutex
	more sync.Cond
	todo []task // the newest last: depth first keeps it short
	busy int    // walkers at work, who may find more to do
	over bool
}

// task is a folder to read or, with entries, some of those to look at.
type task struct {
	folder  *folder
	entries []fs.DirEntry
}

type found struct {
	File
	err error
}

func newWalk(w *Watcher, root *folder) *walk {
	k := &walk{w: w, out: make(chan []found), todo: []task{{folder: root}}}
	k.more.L = &k.mu
	var wg sync.WaitGroup
	for range min(maxWalkers, max(2, runtime.GOMAXPROCS(0))) {
		wg.Go(k.run)
	}
	go func() {
		wg.Wait()
		close(k.out)
	}()
	return k
}

// end returns when all walkers have ended, also before all is walked.
func (k *walk) end() {
	k.mu.Lock()
	k.over = true
	k.more.Broadcast()
	k.mu.Unlock()
	for range k.out {
	}
}

func (k *walk) run() {
	var mine []found
	for {
		t, ok := k.next()
		if !ok {
			break
		}
		if t.entries != nil {
			mine = k.look(t.folder, t.entries, mine)
		} else {
			mine = k.read(t.folder, mine)
		}
		k.done()
	}
	if len(mine) > 0 {
		k.out <- mine
	}
}

// next waits for something to do; ok is false when there will be nothing more.
func (k *walk) next() (t task, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.todo) == 0 && k.busy > 0 && !k.over {
		k.more.Wait()
	}
	last := len(k.todo) - 1
	if last < 0 || k.over {
		return t, false
	}
	t, k.todo = k.todo[last], k.todo[:last]
	k.busy++
	return t, true
}

func (k *walk) done() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy--; k.busy == 0 && len(k.todo) == 0 {
		k.more.Broadcast()
	}
}

func (k *walk) add(t task) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.todo = append(k.todo, t)
	k.more.Signal()
}

// hungry says whether somebody has nothing to do, or it is over.
func (k *walk) hungry() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.todo) == 0 || k.over
}

// read looks at all entries of f, or leaves some of them to others.
func (k *walk) read(f *folder, mine []found) []found {
	err := k.w.eachEntries(f, func(entries []fs.DirEntry) {
		if len(entries) == entriesAtOnce && k.hungry() {
			k.add(task{f, entries})
			return
		}
		mine = k.look(f, entries, mine)
	})
	// A folder other than the root may vanish before it is read.
	if err != nil && (f.above == nil || !isGone(err)) {
		mine = append(mine, found{File{Path: f.rel}, err})
	}
	return mine
}

// look adds entries of f to mine, and sends that when it is enough.
func (k *walk) look(f *folder, entries []fs.DirEntry, mine []found) []found {
	for _, e := range entries {
		n, ok := k.w.node(f, e)
		switch {
		case !ok:
		case n.isDir():
			k.add(task{folder: &n.folder})
		default:
			if file, err := n.file(); err == nil || !isGone(err) {
				mine = append(mine, found{file, err})
			}
		}
	}
	if len(mine) < entriesAtOnce {
		return mine
	}
	k.out <- mine
	return make([]found, 0, 2*entriesAtOnce)
}

func (n *node) file() (File, error) {
	f := File{Path: n.rel}
	var err error
	switch {
	case n.err != nil:
		err = n.err
	case n.entry == nil:
		err = fs.ErrNotExist
	case n.hops == nil:
		f.Stamp, err = lstat(n.real)
	default:
		var info fs.FileInfo
		if info, err = n.entry.Info(); err == nil {
			f.Stamp = stampOf(info)
		}
	}
	return f, err
}

// eachEntries calls use for the entries of f, some at a time. The callee owns them.
func (w *Watcher) eachEntries(f *folder, use func([]fs.DirEntry)) error {
	if len(w.opt.Only) > 0 {
		entries, err := w.only(f)
		use(entries)
		return err
	}
	dir, err := os.Open(f.real)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(entriesAtOnce)
		use(entries)
		if err != nil && err != io.EOF {
			return err
		}
		if len(entries) == 0 || err != nil {
			return nil
		}
	}
}

// only looks for the files of Options.Only in the root.
func (w *Watcher) only(root *folder) ([]fs.DirEntry, error) {
	if _, err := os.Stat(root.real); err != nil {
		return nil, err
	}
	var entries []fs.DirEntry
	for _, name := range w.opt.Only {
		if info, err := os.Lstat(root.join(name)); err == nil {
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	return entries, nil
}

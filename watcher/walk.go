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
	entriesAtOnce = 256 // entries of a folder that are read, and looked at, together
	maxWalkers    = 8   // more goroutines wait for one another in the kernel
)

// Files walks all files on the disk, in no particular order. It follows links, but
// does not enter a folder again below itself. Several folders are read at a time; the
// memory needed does not grow with their number.
//
// With an error, nothing is known about the file File.Path, or about all files in
// that folder ("." is the root): callers should keep what they knew about them. An
// error of ctx comes last.
func (w *Watcher) Files(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		var files []fingerprint
		w.reported.beginWalk()
		young, whole := youngSince(time.Now()), !w.opt.ScanOnly
		for f, err := range w.walk(ctx) {
			if whole = whole && err == nil; whole {
				files = append(files, fingerprintOf(f, young))
			}
			if !yield(f, err) {
				return
			}
		}
		if whole {
			w.reported.set(files)
		}
	}
}

// walk is what Files promises. What it yields is not recorded as reported.
func (t *tree) walk(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		root, err := t.rootFolder()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(File{Path: "."}, err)
			return
		}
		walk := newWalk(t, root)
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

// walk goes through all folders with several goroutines, the walkers.
type walk struct {
	tree *tree
	out  chan []found // closed when the walkers have ended

	mu   sync.Mutex
	more sync.Cond // todo has grown, or there will be nothing more to do
	todo []task    // the last one is taken first: going deep first keeps it short
	busy int       // walkers that have a task, and may find more
	over bool      // nobody receives from out any more
}

// task is to read a folder or, with entries, to look at these entries of it.
type task struct {
	folder  *folder
	entries []fs.DirEntry
}

// found is a file, or why it is unknown what is at its path.
type found struct {
	File
	err error
}

func newWalk(t *tree, root *folder) *walk {
	k := &walk{tree: t, out: make(chan []found), todo: []task{{folder: root}}}
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

// end ends the walk if it has not ended, and returns when all walkers have ended.
func (k *walk) end() {
	k.mu.Lock()
	k.over = true
	k.more.Broadcast()
	k.mu.Unlock()
	for range k.out {
	}
}

// run is one walker.
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

// next waits for a task. ok is false when there will be none.
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

// hasIdle reports whether a walker may be waiting for a task, or the walk is over.
func (k *walk) hasIdle() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.todo) == 0 || k.over
}

// read looks at the entries of f, or makes tasks of them for idle walkers.
func (k *walk) read(f *folder, mine []found) []found {
	err := k.tree.readFolder(f, func(entries []fs.DirEntry) {
		if len(entries) == entriesAtOnce && k.hasIdle() {
			k.add(task{f, entries})
			return
		}
		mine = k.look(f, entries, mine)
	})
	// It is no error if a folder other than the root has vanished.
	if err != nil && (f.above == nil || !isGone(err)) {
		mine = append(mine, found{File{Path: f.rel}, err})
	}
	return mine
}

// look adds the files among entries of f to mine, and sends mine if it is large.
func (k *walk) look(f *folder, entries []fs.DirEntry, mine []found) []found {
	for _, e := range entries {
		n, ok := k.tree.node(f, e)
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

// file returns n as a File, or why it cannot be looked at.
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

// readFolder calls use with the entries of f, entriesAtOnce at a time. The function
// use owns them.
func (t *tree) readFolder(f *folder, use func([]fs.DirEntry)) error {
	if len(t.opt.Only) > 0 {
		entries, err := t.readOnly(f)
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

// readOnly returns the entries of the root that Options.Only names.
func (t *tree) readOnly(root *folder) ([]fs.DirEntry, error) {
	if _, err := os.Stat(root.real); err != nil {
		return nil, err
	}
	var entries []fs.DirEntry
	for _, name := range t.opt.Only {
		if info, err := os.Lstat(root.join(name)); err == nil {
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	return entries, nil
}

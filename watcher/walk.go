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

// Files walks all files on the disk, in no particular order. Several folders are read
// at a time; the memory needed does not grow with their number, but with that of links
// and of folders that only links lead to.
//
// It follows links as Options.Follow says. A folder or file that several paths lead to
// counts at the first that is not ignored: the one with the fewest links, then the one
// whose names come first in byte order, compared from the left. At the others it does
// not exist, for Stat and ReadFile as well; LeftOut names them. Hard links to one file
// are different files.
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
		if err != nil {
			yield(File{Path: "."}, err)
			return
		}
		walking, stop := context.WithCancel(ctx)
		k := &walk{tree: t, ctx: walking, out: make(chan []found), walkers: make(chan struct{}, min(maxWalkers, max(2, runtime.GOMAXPROCS(0)))), links: newLinks(t, root)}
		go k.run(root)
		defer func() {
			stop()
			for range k.out { // until all walkers have ended
			}
		}()
		for some := range k.out {
			for _, f := range some {
				if ctx.Err() == nil && !yield(f.File, f.err) {
					return
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(File{Path: "."}, err)
		}
	}
}

// walk goes through all folders with several goroutines, the walkers.
type walk struct {
	tree    *tree
	ctx     context.Context // of the walkers
	out     chan []found    // closed when all walkers have ended
	walkers chan struct{}   // an element for each walker; its capacity bounds them
	ended   sync.WaitGroup
	links   *links

	mu     sync.Mutex
	behind []node // links that were found and not yet followed
}

// run walks everything: first what no link leads to, then what is behind links, one
// after the other in order of their paths. What is below one link several walkers walk.
func (k *walk) run(root *folder) {
	defer close(k.out)
	k.walkers <- struct{}{} // run is a walker too
	mine := k.walkFolder(root, nil)
	k.ended.Wait()
	k.links.publish()
	k.links.resolve(k.ctx, k.takeLinks(), func(f *folder) ([]node, error) {
		mine = k.walkFolder(f, mine)
		k.ended.Wait()
		return k.takeLinks(), nil
	}, func(n *node) { mine = k.addFile(n, mine) }) // the only error is that of k.ctx, which walk yields
	k.send(mine)
}

func (k *walk) takeLinks() []node {
	behind := k.behind
	k.behind = nil
	return behind
}

// found is a file, or why it is unknown what is at its path.
type found struct {
	File
	err error
}

// tryGo starts a walker that calls work and sends what it returns, unless there are
// enough walkers.
func (k *walk) tryGo(work func(mine []found) []found) bool {
	select {
	case k.walkers <- struct{}{}:
	default:
		return false
	}
	k.ended.Go(func() {
		k.send(work(nil))
		<-k.walkers
	})
	return true
}

// send sends what a walker has found, unless the walk is over.
func (k *walk) send(mine []found) {
	select {
	case k.out <- mine:
	case <-k.ctx.Done():
	}
}

// walkFolder adds the files in f and below to mine, but for those that it leaves to
// other walkers.
func (k *walk) walkFolder(f *folder, mine []found) []found {
	if k.ctx.Err() != nil {
		return mine
	}
	var below []*folder
	err := k.tree.readFolder(f, func(entries []fs.DirEntry) {
		if len(entries) == entriesAtOnce && k.tryGo(func(mine []found) []found {
			mine, below := k.addFiles(f, entries, mine, nil)
			return k.walkFolders(below, mine)
		}) {
			return
		}
		mine, below = k.addFiles(f, entries, mine, below)
	})
	// It is no error if a folder other than the root has vanished.
	if err != nil && (f.above == nil || !isGone(err)) {
		mine = append(mine, found{File{Path: f.rel}, err})
	}
	return k.walkFolders(below, mine)
}

// walkFolders does the same for several folders.
func (k *walk) walkFolders(folders []*folder, mine []found) []found {
	for _, f := range folders {
		if !k.tryGo(func(mine []found) []found { return k.walkFolder(f, mine) }) {
			mine = k.walkFolder(f, mine)
		}
	}
	return mine
}

// addFiles adds the files among entries of f to mine, which it sends when it is large,
// and the folders to below. Links it leaves to run.
func (k *walk) addFiles(f *folder, entries []fs.DirEntry, mine []found, below []*folder) ([]found, []*folder) {
	for _, e := range entries {
		n, ok := k.tree.node(f, e)
		switch {
		case !ok:
		case n.isLink:
			k.mu.Lock()
			k.behind = append(k.behind, n)
			k.mu.Unlock()
		case n.isDir():
			if sub := n.folder; f.links == 0 || k.links.enter(&sub) {
				below = append(below, &sub)
			}
		case f.links == 0 || k.links.claim(&n):
			mine = k.addFile(&n, mine)
		}
	}
	return mine, below
}

// addFile adds n to mine, which it sends when it is large.
func (k *walk) addFile(n *node, mine []found) []found {
	if file, err := n.file(); err == nil || !isGone(err) {
		mine = append(mine, found{file, err})
	}
	if len(mine) < entriesAtOnce {
		return mine
	}
	k.send(mine)
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
	case !n.isLink:
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
func (t *tree) readFolder(f *folder, use func([]fs.DirEntry)) (err error) {
	defer func() { t.lack.note("", err) }()
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

package watcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// folder is a folder as a walk reached it. The same real folder has one for
// each path that leads to it.
type folder struct {
	rel   string // slash-separated, "." for the root
	real  string // absolute, without links
	above *folder
}

// join is filepath.Join for what is clean already.
func (f *folder) join(name string) string {
	if os.IsPathSeparator(f.real[len(f.real)-1]) {
		return f.real + name
	}
	return f.real + string(filepath.Separator) + name
}

func (f *folder) child(name string) folder {
	c := folder{rel: name, real: f.join(name), above: f}
	if f.rel != "." {
		c.rel = f.rel + "/" + name
	}
	return c
}

// within says whether real is f or one that f was reached through: entering it
// again would never end.
func (f *folder) within(real string) bool {
	for ; f != nil; f = f.above {
		if f.real == real {
			return true
		}
	}
	return false
}

// node is an entry of a folder that counts: a folder to enter, a regular file,
// or a link to either. A link that leads nowhere has only a path and hops.
type node struct {
	folder
	entry fs.DirEntry // what a link leads to; nil where that is nothing
	hops  []string    // links on the way, absolute; nil unless this is a link
	err   error       // why nothing is known of it
}

func (n *node) isDir() bool { return n.entry != nil && n.entry.IsDir() }

// rootFolder is the folder that every walk begins with.
func (w *Watcher) rootFolder() (*folder, error) {
	real, err := filepath.EvalSymlinks(w.root)
	if err != nil {
		return nil, err
	}
	return &folder{rel: ".", real: real}, nil
}

// list reads f.
func (w *Watcher) list(f *folder) (nodes []node, err error) {
	err = w.eachEntries(f, func(entries []fs.DirEntry) {
		for _, e := range entries {
			if n, ok := w.node(f, e); ok {
				nodes = append(nodes, n)
			}
		}
	})
	return nodes, err
}

// node looks at one entry of f; ok is false where it does not count.
func (w *Watcher) node(f *folder, e fs.DirEntry) (n node, ok bool) {
	n = node{entry: e, folder: f.child(e.Name())}
	if e.Type()&fs.ModeSymlink != 0 {
		n.follow()
	}
	if n.entry == nil {
		return n, w.counts(n.rel, false)
	}
	if !w.counts(n.rel, n.isDir()) {
		return n, false
	}
	if n.isDir() {
		return n, !f.within(n.real)
	}
	return n, n.entry.Type().IsRegular()
}

// counts says whether the entry of a folder that counts does so itself.
func (w *Watcher) counts(rel string, dir bool) bool {
	switch {
	case len(w.opt.Only) > 0:
		return !dir && slices.Contains(w.opt.Only, rel)
	case w.rules.ignore(rel, dir):
		return false
	}
	return dir || w.opt.Include == nil || w.opt.Include(rel)
}

func (n *node) follow() {
	n.hops = hops(n.real)
	n.entry = nil
	info, err := os.Stat(n.real)
	if err == nil {
		var real string
		if real, err = filepath.EvalSymlinks(n.real); err == nil {
			n.real, n.entry = real, fs.FileInfoToDirEntry(info)
		}
	}
	if err != nil && !isGone(err) {
		n.err = err
	}
}

// hops lists the links that lead from path to what it stands for, and the first
// missing name where that is nothing: a change of any of these changes it.
func hops(path string) []string {
	var via []string
	var real func(path string) string
	real = func(path string) string {
		parent := filepath.Dir(path)
		if parent == path {
			return path
		}
		path = filepath.Join(real(parent), filepath.Base(path))
		info, err := os.Lstat(path)
		if err == nil && info.Mode()&fs.ModeSymlink == 0 || slices.Contains(via, path) {
			return path
		}
		via = append(via, path)
		to, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		return real(to)
	}
	real(path)
	return via
}

// isGone says that err means that there is nothing, rather than that it cannot
// be known. A chain of links without end is nothing.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP)
}

package watcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// tree is the folder to watch, and which files in it count. It does not change and is
// safe for concurrent use.
type tree struct {
	root  string // absolute, links not resolved: they may change
	opt   Options
	rules rules
}

// folder is a folder at one of the paths that lead to it.
type folder struct {
	rel   string  // slash-separated, "." for the root
	real  string  // absolute, without links
	above *folder // the one it was entered from; nil for the root
}

// join is filepath.Join(f.real, name), but faster because f.real is clean.
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

// within reports whether real is f or a folder that f was entered through. Such a
// folder must not be entered again, because that would never end.
func (f *folder) within(real string) bool {
	for ; f != nil; f = f.above {
		if f.real == real {
			return true
		}
	}
	return false
}

// node is an entry of a folder that counts: a folder to enter, a regular file, or a
// link to one of these. A link that leads nowhere has only a path and hops.
type node struct {
	folder
	entry fs.DirEntry // of a link what it leads to; nil: nothing
	hops  []string    // see the function hops; nil unless this is a link
	err   error       // why a link cannot be followed
}

func (n *node) isDir() bool { return n.entry != nil && n.entry.IsDir() }

// rootFolder returns the folder that every walk begins with.
func (t *tree) rootFolder() (*folder, error) {
	real, err := filepath.EvalSymlinks(t.root)
	if err != nil {
		return nil, err
	}
	return &folder{rel: ".", real: real}, nil
}

// list returns all entries of f that count.
func (t *tree) list(f *folder) (nodes []node, err error) {
	err = t.readFolder(f, func(entries []fs.DirEntry) {
		for _, e := range entries {
			if n, ok := t.node(f, e); ok {
				nodes = append(nodes, n)
			}
		}
	})
	return nodes, err
}

// node looks at one entry of f. ok is false if it does not count.
func (t *tree) node(f *folder, e fs.DirEntry) (n node, ok bool) {
	n = node{entry: e, folder: f.child(e.Name())}
	if e.Type()&fs.ModeSymlink != 0 {
		n.follow()
	}
	if n.entry == nil {
		return n, t.counts(n.rel, false)
	}
	if !t.counts(n.rel, n.isDir()) {
		return n, false
	}
	if n.isDir() {
		return n, !f.within(n.real)
	}
	return n, n.entry.Type().IsRegular()
}

// counts reports whether the entry at rel counts, if the folder that it is in does.
func (t *tree) counts(rel string, dir bool) bool {
	switch {
	case len(t.opt.Only) > 0:
		return !dir && slices.Contains(t.opt.Only, rel)
	case t.rules.ignore(rel, dir):
		return false
	}
	return dir || t.opt.Include == nil || t.opt.Include(rel)
}

// follow replaces a link by what it leads to.
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

// hops returns the absolute paths of the links between path and what it leads to,
// and, if it leads nowhere, of the first name that is missing: a change of one of
// these changes what is at path.
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

// isGone reports whether err means that there is nothing at a path, rather than that
// it is unknown what is there. Links that form a circle lead to nothing.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP)
}

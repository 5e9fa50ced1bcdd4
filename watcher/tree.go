package watcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
)

// tree is the folder to watch, and which files in it count. It is safe for concurrent
// use.
type tree struct {
	root  string // absolute, links not resolved: they may change
	opt   Options
	rules rules
	lack  *lack

	walks atomic.Uint64         // begun so far
	links atomic.Pointer[links] // what a recent walk has found; nil before the first
}

// folder is a folder at one of the paths that lead to it.
type folder struct {
	rel   string  // slash-separated, "." for the root
	real  string  // absolute, without links
	links int     // how many names in rel are links
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
	c := folder{rel: name, real: f.join(name), links: f.links, above: f}
	if f.rel != "." {
		c.rel = f.rel + "/" + name
	}
	return c
}

// entered returns the folder real if it is f or one that f was entered through; nil if it
// is neither. Such a folder must not be entered again, because that would never end.
func (f *folder) entered(real string) *folder {
	for ; f != nil && f.real != real; f = f.above {
	}
	return f
}

// node is an entry of a folder that counts: a folder to enter, a regular file, or a
// link to one of these. A link that leads nowhere has only a path.
type node struct {
	folder
	entry     fs.DirEntry // of a link what it leads to; nil: nothing
	isLink    bool
	err       error  // why a link cannot be followed
	forbidden string // why Options.Follow forbids to follow a link; empty if it does not
}

func (n *node) isDir() bool { return n.entry != nil && n.entry.IsDir() }

// rootFolder returns the folder that every walk begins with.
func (t *tree) rootFolder() (*folder, error) {
	real, err := resolve(t.root)
	if err != nil {
		return nil, err
	}
	return &folder{rel: ".", real: real}, nil
}

// node looks at one entry of f. ok is false if it does not count.
func (t *tree) node(f *folder, e fs.DirEntry) (n node, ok bool) {
	n = node{entry: e, folder: f.child(e.Name())}
	if e.Type()&fs.ModeSymlink != 0 {
		n.follow()
		n.forbidden = t.forbids(&n)
	}
	if n.entry == nil {
		return n, t.counts(n.rel, false)
	}
	if !t.counts(n.rel, n.isDir()) {
		return n, false
	}
	return n, n.isDir() || n.entry.Type().IsRegular()
}

// forbids says why the link n must not be followed; it is empty if it may be.
func (t *tree) forbids(n *node) string {
	switch {
	case len(t.opt.Only) > 0:
	case t.opt.Follow == FollowNone:
		return "links are not followed"
	case t.opt.Follow == FollowInside && n.entry != nil && !n.top().holds(n.real):
		return "the link leads out of the folder"
	}
	return ""
}

// top returns the root.
func (f *folder) top() *folder {
	for f.above != nil {
		f = f.above
	}
	return f
}

// holds reports whether real is f or below it.
func (f *folder) holds(real string) bool {
	_, ok := f.below(real)
	return ok
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

// folderCounts reports whether the folder at rel counts, and all above it.
func (t *tree) folderCounts(rel string) bool {
	if len(t.opt.Only) > 0 {
		return false
	}
	for i := range len(rel) {
		if rel[i] == '/' && t.rules.ignore(rel[:i], true) {
			return false
		}
	}
	return rel == "." || !t.rules.ignore(rel, true)
}

// class tells folders apart in which different files count, by their paths.
func (t *tree) class(rel string) int {
	if t.opt.Class == nil {
		return 0
	}
	return t.opt.Class(rel)
}

// follow replaces a link by what it leads to.
func (n *node) follow() {
	link := n.real
	n.isLink, n.entry = true, nil
	n.links++
	info, err := os.Stat(link)
	if err == nil {
		var real string
		if real, err = resolve(link); err == nil {
			n.real, n.entry = real, fs.FileInfoToDirEntry(info)
		}
	}
	if err != nil && !isGone(err) {
		n.err = err
	}
}

// resolve returns the real path of what is at path, with the system's errors.
func resolve(path string) (real string, err error) {
	real, err = filepath.EvalSymlinks(path)
	if _, ok := errors.AsType[*fs.PathError](err); err != nil && !ok {
		err = &fs.PathError{Op: "stat", Path: path, Err: syscall.ELOOP} // its own error says so only in words
	}
	return real, err
}

// hops returns the absolute paths of the links between path and what it leads to,
// and, if it leads nowhere, of the first name that is missing: a change of one of
// these changes what is at path. After maxLinks links it leads nowhere.
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
		if err == nil && info.Mode()&fs.ModeSymlink == 0 || len(via) > maxLinks || slices.Contains(via, path) {
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
